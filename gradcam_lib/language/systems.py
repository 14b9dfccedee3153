"""What the captioner and the networks that answer questions share: the picture they take, and their files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from gradcam_lib.networks.captioner import Captioner
from gradcam_lib.networks.coattention import CoAttention
from gradcam_lib.networks.encoder import PUBLISHED, Encoder, encoder
from gradcam_lib.networks.slim import BACKBONES, fold
from gradcam_lib.networks.vocabulary import Vocabulary
from gradcam_lib.networks.vqa import LSTMCNN
from gradcam_lib.networks.weights import WeightsWrong, fit, read_metadata, read_state, save_network
from gradcam_lib.networks.zoo import Classifier
from gradcam_lib.pictures import images
from gradcam_lib.pictures.crops import Crop
from gradcam_lib.pictures.images import Source, Transform, load_image

TRANSFORM = Transform(resize=128, crop=128)
PHOTO_TRANSFORM = Transform(resize=224, crop=224)
KINDS = {made.__name__: made for made in (Captioner, LSTMCNN, CoAttention)}


@dataclass(frozen=True, eq=False)
class System:
    """A network of pictures and words in evaluation mode, and what belongs to it.

    source: in one line, which weights these are and where they came from.
    """

    model: nn.Module
    vocabulary: Vocabulary
    source: str
    transform: Transform = TRANSFORM

    def to_input(self, picture: Source, *, crop: Crop = "middle", size: int | None = None) -> Tensor:
        """Path, bytes, PIL image or (H, W, 3) array → x (1, 3, S, S) on the model's device, in its precision.

        crop: which part of the picture, "middle", "whole" or a box (x0, y0, x1, y1) in its pixels; see ``images.seen``.
        size: S in pixels, where it is not to be the system's own; the same part is seen, and a larger picture gives a
        finer map.
        """
        weight, transform = next(self.model.parameters()), self.transform if size is None else self.transform.at(size)
        return images.to_input(load_image(picture), transform, crop).to(weight.device, weight.dtype)

    def picture(self, x: Tensor) -> np.ndarray:
        """x (1, 3, H, W) → (H, W, 3) uint8: exactly what the network sees, so that overlays fit."""
        return images.to_picture(x, self.transform)

    def tokens(self, text: str) -> Tensor:
        """A sentence → (1, T) numbers of its words on the model's device."""
        return torch.tensor([self.vocabulary.encode(text)], device=next(self.model.parameters()).device)

    def _as_classifier(self, network: nn.Module, names: list[str]) -> Classifier:
        layer = f"system.cnn.{self.model.cnn.layer}"
        return Classifier(network, names, layer, self.source, self.transform)


class WithWords(nn.Module):
    """A system whose words are fixed, so that a picture x (N, 3, H, W) is all that goes in."""

    def __init__(self, system: nn.Module, words: Tensor):
        super().__init__()
        self.system = system
        self.training = False  # its own flag alone: the system stays as it is
        self.register_buffer("words", words, persistent=False)


def save_system(model: nn.Module, path: Path | str, vocabulary: Vocabulary, **more: Any) -> None:
    """Writes a captioner or an answering network as float16 safetensors, without BatchNorm and with its words.

    more: ``answers``, a list of their names, where the network gives answers. A published CNN is named and left out,
    except for those of its weights that learnt along.
    """
    about = {"system": type(model).__name__, "cnn": model.cnn.name, "sizes": model.sizes, "words": vocabulary.words}
    if not isinstance(model.cnn, Encoder):
        return save_network(fold(model), path, **about, **more)
    tuned = {PUBLISHED + name for name in model.cnn.tuned}
    published = tuple(name for name in model.state_dict() if name.startswith(PUBLISHED) and name not in tuned)
    save_network(model, path, leave_out=published, backbone=model.cnn.about(), **about, **more)


def load_system(path: Path | str, kinds: tuple[str, ...]) -> tuple[nn.Module, Vocabulary, dict[str, Any]]:
    """(network in float32 and evaluation mode, its words, all metadata) of a file that ``save_system`` wrote.

    Errors: WeightsWrong (truncated, a network of none of these kinds, made on other published weights than those at
    hand), FileNotFoundError, among them WeightsMissing of a published network.
    """
    path = Path(path).expanduser()
    about = read_metadata(path)
    if about.get("system") not in kinds:
        has = about.get("system", "no system of pictures and words")
        raise WeightsWrong(f"{path}: holds {has}, expected {' or '.join(kinds)}; see save_system")
    vocabulary = Vocabulary(about["words"])
    outputs = [len(about["answers"])] if "answers" in about else []
    with torch.random.fork_rng(devices=[]):  # the caller's random numbers stay as they were
        cnn = _encoder(about["backbone"], path) if "backbone" in about else BACKBONES[about["cnn"]](batch_norm=False)
        model = KINDS[about["system"]](cnn, len(vocabulary), *outputs, **about["sizes"])
    published = {name: tensor for name, tensor in model.state_dict().items() if name.startswith(PUBLISHED)}
    state = read_state(path)
    fit(model, published | state, path)
    if isinstance(cnn, Encoder):
        cnn.tuned = tuple(name.removeprefix(PUBLISHED) for name in state if name.startswith(PUBLISHED))
    return model.eval(), vocabulary, about


def _encoder(about: dict[str, Any], path: Path) -> Encoder:
    """The published network as it is at hand, if it is the one that the system was trained on."""
    wanted = about["fingerprint"]
    cnn = encoder(about["network"], about["form"], layers=about["layers"], size=about["size"], random=about["random"])
    if cnn.fingerprint != wanted:
        raise WeightsWrong(
            f"{path}: made on a network {about['network']!r} with the fingerprint {wanted[:12]}…, but this one has "
            f"{cnn.fingerprint[:12]}…: {cnn.source}. Use the published weights, or train the system anew"
        )
    return cnn


def transform_of(model: nn.Module) -> Transform:
    """What a picture goes through before this system's CNN sees it."""
    return model.cnn.transform if isinstance(model.cnn, Encoder) else TRANSFORM
