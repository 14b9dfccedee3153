"""Classifiers by name: network, class names, layer to explain, transform, and where the weights came from.

Notebook 00 tells the story. torchvision is imported only where one of its networks is asked for: it takes seconds.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from gradcam_lib.layers import default_layer
from gradcam_lib.networks.deep_compression import squeezenet_state
from gradcam_lib.networks.photonet import PhotoNet
from gradcam_lib.networks.weights import (
    SQUEEZENET,
    Release,
    WeightsMissing,
    WeightsWrong,
    check,
    fit,
    obtain,
    read_metadata,
    read_state,
    save_network,
)
from gradcam_lib.paths import MODELS, weights_folder
from gradcam_lib.pictures import images
from gradcam_lib.pictures.images import Source, Transform, load_image
from gradcam_lib.targets import index_of

OWN = ("auto", "squeezenet", "photonet", "photonet_gap")
SQUEEZENET_TRANSFORM = Transform(resize=256, crop=227)
PHOTONET_TRANSFORM = Transform(resize=64, crop=64)
# As torchvision builds them around its weights, without the auxiliary heads, which serve training alone.
BUILT_WITH = dict.fromkeys(
    ("googlenet", "inception_v3"), {"transform_input": True, "aux_logits": False, "init_weights": False}
)
Weights = str | Path | None
AUXILIARY = ("aux1.", "aux2.", "AuxLogits.")


@dataclass(frozen=True, eq=False)
class Classifier:
    """A network in evaluation mode and what belongs to it.

    layer: dotted name of the last rectified map, None where there is none; source: in one line, which weights these
    are and where they came from.
    """

    model: nn.Module
    names: list[str]
    layer: str | None
    source: str
    transform: Transform

    def to_input(self, picture: Source, *, size: int | None = None, device: torch.device | str | None = None) -> Tensor:
        """Path, bytes, PIL image or (H, W, 3) array → x (1, 3, S, S) on the model's device, in its precision.

        size: S in pixels, where it is not to be the network's own; the same part of the picture is seen.
        """
        weight = next(self.model.parameters())
        x = images.to_input(load_image(picture), self.transform if size is None else self.transform.at(size))
        return x.to(device or weight.device, weight.dtype)

    def picture(self, x: Tensor) -> np.ndarray:
        """x (1, 3, H, W) → (H, W, 3) uint8: exactly what the network sees, so that overlays fit."""
        return images.to_picture(x, self.transform)

    def index(self, label: str | int) -> int:
        """Number of a class; upper and lower case matter only where two names differ in nothing else.

        Errors: unknown name (near names offered), a name of several classes (numbers offered), a number out of range.
        """
        if isinstance(label, str) and self.names.count(label) == 1:
            return self.names.index(label)
        return index_of(label, self.names)

    def top(self, x: Tensor, k: int = 5) -> list[tuple[str, float]]:
        """x (1, 3, H, W) → the k likeliest classes and their probabilities, likeliest first."""
        if x.dim() != 4 or len(x) != 1:
            raise ValueError(f"input of shape {tuple(x.shape)}: give one picture, (1, 3, H, W)")
        with torch.inference_mode():
            p, index = self.model(x).float().softmax(1)[0].topk(min(k, len(self.names)))
        return [(self.names[i], v) for i, v in zip(index.tolist(), p.tolist(), strict=True)]


def load_classifier(
    name: str = "auto", *, device: torch.device | str = "cpu", weights: Weights = "default"
) -> Classifier:
    """A classifier by name.

    name: "squeezenet" (ImageNet, the Deep Compression release), "photonet" and "photonet_gap" (40 classes, in this
    repository), "auto" (squeezenet where it can be had, else photonet; ``source`` says which and why), or any
    classification network of torchvision. weights: "default"; a file; or None for random ones, the same every time.
    Errors: unknown name (near names offered); WeightsMissing; WeightsWrong, with the file and the first mismatch.
    """
    if name == "auto":
        if weights != "default":
            raise ValueError(f"weights={weights!r} with name='auto': say which network they are for")
        return _auto(device)
    if name == "squeezenet":
        made = _squeezenet(weights)
    elif name in OWN:
        made = _photonet(name, weights)
    else:
        made = _torchvision(name, weights)
    made.model.to(device).eval()
    return made


def _auto(device: torch.device | str) -> Classifier:
    try:
        return load_classifier("squeezenet", device=device)
    except WeightsMissing as missing:
        made = load_classifier("photonet", device=device)
        return replace(made, source=f"{made.source}; SqueezeNet is not at hand, and {missing.reason}")


def _squeezenet(weights: Weights) -> Classifier:
    # The weights come first: where there are none, torchvision is not waited for.
    path, where = _chosen(weights) or obtain(SQUEEZENET)
    state = _squeezenet_file(path) if path else None
    model, release = _build("squeezenet1_0")
    if state:
        fit(model, state, path)
    source = f"SqueezeNet 1.0 (ImageNet, the Deep Compression release), weights {where}"
    return Classifier(model, list(release.meta["categories"]), "features", source, SQUEEZENET_TRANSFORM)


def _squeezenet_file(path: Path) -> dict[str, Tensor]:
    if path.suffix != ".net":
        return read_state(path)
    check(path, SQUEEZENET)
    return squeezenet_state(path.read_bytes())


def _photonet(name: str, weights: Weights) -> Classifier:
    head = "gap" if name == "photonet_gap" else "fc"
    path, where = _chosen(weights) or _shipped(f"{name}.safetensors")
    model, names = (
        load_photonet(path, head) if path else (_seeded(PhotoNet, 40, head), [f"class {i}" for i in range(40)])
    )
    form = "with global average pooling" if head == "gap" else "with fully-connected layers"
    source = f"PhotoNet {form} ({len(names)} classes of Tiny ImageNet), weights {where}"
    return Classifier(model, names, "features", source, PHOTONET_TRANSFORM)


def _shipped(file: str) -> tuple[Path, str]:
    """``GRADCAM_WEIGHTS`` first here too, for whoever trained PhotoNet anew."""
    folder = weights_folder()
    if folder and (folder / file).is_file():
        return folder / file, "from the folder GRADCAM_WEIGHTS"
    if not (MODELS / file).is_file():
        raise FileNotFoundError(
            f"{MODELS / file}: not there; get it back (git checkout -- data/models), or train it anew: "
            "python -m gradcam_lib.training.photonet --help"
        )
    return MODELS / file, f"from data/models/{file}"


def save_photonet(model: PhotoNet, path: Path | str, names: Sequence[str]) -> None:
    """Writes a PhotoNet as ``load_photonet`` reads it: float16 safetensors with its head and class names."""
    head = "gap" if isinstance(model.classifier, nn.Linear) else "fc"
    save_network(model, path, head=head, names=list(names))


def load_photonet(path: Path | str, head: str | None = None) -> tuple[PhotoNet, list[str]]:
    """(network in float32 and evaluation mode, class names) of a file that ``save_photonet`` wrote.

    Errors: WeightsWrong (truncated, no PhotoNet, or another head than asked for), FileNotFoundError.
    """
    path = Path(path)
    metadata = read_metadata(path)
    if not {"head", "names"} <= metadata.keys():
        raise WeightsWrong(f"{path}: no head and names in its metadata, so this is no PhotoNet; see save_photonet")
    if head not in (None, metadata["head"]):
        raise WeightsWrong(f"{path}: has the head {metadata['head']!r}, {head!r} was asked for")
    model = PhotoNet(len(metadata["names"]), metadata["head"])
    fit(model, read_state(path), path)
    return model.eval(), metadata["names"]


def _torchvision(name: str, weights: Weights) -> Classifier:
    model, release = _build(name)
    published = Release.of_torchvision(release.url)
    path, where = _chosen(weights) or obtain(published, (f"{name}.safetensors", f"{name}.pth"))
    if path:
        fit(model, _published_names(read_state(path)), path)
    t = release.transforms()
    transform = Transform(t.resize_size[0], t.crop_size[0], tuple(t.mean), tuple(t.std), t.interpolation.value)
    source = f"{name} of torchvision ({release.name}), weights {where}"
    return Classifier(model, list(release.meta["categories"]), _layer(model), source, transform)


def _build(name: str) -> tuple[nn.Module, Any]:
    """(network with random weights, torchvision's description of its default weights)."""
    from torchvision import models

    known = models.list_models(module=models)
    if name not in known:
        near = difflib.get_close_matches(name.lower(), (*OWN, *known), n=3, cutoff=0.5)
        raise ValueError(
            f"classifier {name!r}: no such name; near: {', '.join(map(repr, near)) or 'none'}; there are "
            f"{', '.join(map(repr, OWN))} and torchvision.models.list_models(module=torchvision.models)"
        )
    model = _seeded(models.get_model, name, weights=None, **BUILT_WITH.get(name, {}))
    return model, models.get_model_weights(name).DEFAULT


def _seeded(make: Callable[..., nn.Module], *args: Any, **more: Any) -> nn.Module:
    """The same random weights every time; the caller's random numbers, also on a GPU, stay as they were."""
    with torch.random.fork_rng(devices=()):
        torch.default_generator.manual_seed(0)
        return make(*args, **more)


def _chosen(weights: Weights) -> tuple[Path | None, str] | None:
    """The caller's own choice of weights; None where they are to be looked for."""
    if weights is None:
        return None, "random"
    return None if weights == "default" else (Path(weights).expanduser(), "from a file of your own")


def _published_names(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Published files are older than the networks: auxiliary heads, and names with dots in DenseNet."""
    kept = {name: tensor for name, tensor in state.items() if not name.startswith(AUXILIARY)}
    return {re.sub(r"(denselayer\d+\.(?:norm|conv))\.([12]\.)", r"\1\2", name): t for name, t in kept.items()}


def _layer(model: nn.Module) -> str | None:
    try:
        return default_layer(model)
    except ValueError:  # a transformer: its saliency can be seen all the same
        return None
