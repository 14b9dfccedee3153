"""Many fine-tuned networks in one small file: of each, only how it differs from PhotoNet, in matrices of low rank.

Fine-tuning changes a convolution of 128 × 1152 weights, but most of the change lies in a few directions: the singular
value decomposition finds them (the observation behind LoRA, Hu et al. 2022). A network takes 130 kB instead of 580.
"""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn

from gradcam_lib.networks.pooled import KEPT, Pooled
from gradcam_lib.networks.weights import WeightsWrong, fit, read_metadata, read_state, save_network
from gradcam_lib.networks.zoo import PHOTONET_TRANSFORM, Classifier, load_classifier
from gradcam_lib.paths import MODELS

RANK = 32
FILE, COMMAND = "blind_game.safetensors", "python -m gradcam_lib.training.blind_game"


def unchanged(classes: int = 2) -> Pooled:
    """PhotoNet's first three blocks and a head that is zero, in evaluation mode: where every fine-tuning begins."""
    with torch.random.fork_rng(devices=[]):  # the caller's random numbers stay as they were
        model = Pooled(classes)
    model.features.load_state_dict(load_classifier("photonet_gap").model.features[:KEPT].state_dict())
    return model.eval()


def save_variants(models: dict[str, Pooled], path: Path | str, about: dict[str, dict], *, rank: int = RANK) -> None:
    """Writes what distinguishes each network from ``unchanged``. about: name → {"names", "trained_on"}."""
    changes = nn.ModuleDict({name: _Change(model, rank) for name, model in models.items()})
    save_network(changes, path, system="variants", networks=about)


def load_variants(path: Path | str | None = None) -> dict[str, Classifier]:
    """Name → network in evaluation mode, of a file or of the repository's.

    Errors: FileNotFoundError with the command that makes the repository's; WeightsWrong, a file of something else.
    """
    path = MODELS / FILE if path is None else Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"{path}: not there; {COMMAND} makes {FILE}")
    about, state = read_metadata(path), read_state(path)
    if about.get("system") != "variants":
        raise WeightsWrong(f"{path}: holds {about.get('system', 'something else')}, expected variants")
    return {name: _classifier(name, about, state, path) for name in about["networks"]}


class _Change(nn.Module):
    """What was added to the weights of ``unchanged``: name with / for . → a tensor, or two factors of it."""

    def __init__(self, model: Pooled, rank: int):
        super().__init__()
        before = unchanged(model.head.out_features).state_dict()
        for name, after in model.state_dict().items():
            change = after - before[name]
            if not after.is_floating_point() or not change.any():
                continue
            if change.dim() == 4:
                U, S, V = torch.linalg.svd(change.flatten(1), full_matrices=False)
                self.register_buffer(f"{name.replace('.', '/')} left", U[:, :rank] * S[:rank].sqrt())
                self.register_buffer(f"{name.replace('.', '/')} right", S[:rank, None].sqrt() * V[:rank])
            else:
                self.register_buffer(name.replace(".", "/"), change)


def _classifier(name: str, about: dict, state: dict[str, Tensor], path: Path) -> Classifier:
    network = about["networks"][name]
    model = unchanged(len(network["names"]))
    changed = model.state_dict()
    for key in changed:
        own = f"{name}.{key.replace('.', '/')}"
        if own in state:
            changed[key] = changed[key] + state[own].float()
        elif f"{own} left" in state:
            change = state[f"{own} left"].float() @ state[f"{own} right"].float()
            changed[key] = changed[key] + change.reshape(changed[key].shape)
    fit(model, changed, path)
    source = f"PhotoNet's first three blocks, fine-tuned on {network['trained_on']}, weights from {path.name}"
    return Classifier(model, list(network["names"]), "features", source, PHOTONET_TRANSFORM)
