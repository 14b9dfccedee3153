"""What the captioner and the networks that answer questions share: the picture they take, and their files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from gradcam_lib import images
from gradcam_lib.images import Source, Transform, load_image
from gradcam_lib.models.captioner import Captioner
from gradcam_lib.models.coattention import CoAttention
from gradcam_lib.models.slim import BACKBONES, fold
from gradcam_lib.models.vocabulary import Vocabulary
from gradcam_lib.models.vqa import LSTMCNN
from gradcam_lib.paths import MODELS, weights_folder
from gradcam_lib.weights import WeightsWrong, fit, read_metadata, read_state, save_network
from gradcam_lib.zoo import Classifier

TRANSFORM = Transform(resize=128, crop=128)
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

    def to_input(self, picture: Source) -> Tensor:
        """Path, bytes, PIL image or (H, W, 3) array → x (1, 3, 128, 128) on the model's device, in its precision."""
        weight = next(self.model.parameters())
        return images.to_input(load_image(picture), self.transform).to(weight.device, weight.dtype)

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

    def repeated(self, n: int) -> Tensor:
        return self.words.expand(n, -1)


def save_system(model: nn.Module, path: Path | str, vocabulary: Vocabulary, **more: Any) -> None:
    """Writes a captioner or an answering network as float16 safetensors, without BatchNorm and with its words.

    more: ``answers``, a list of their names, where the network gives answers.
    """
    about = {"system": type(model).__name__, "cnn": model.cnn.name, "sizes": model.sizes, "words": vocabulary.words}
    save_network(fold(model), path, **about, **more)


def load_system(path: Path | str, kinds: tuple[str, ...]) -> tuple[nn.Module, Vocabulary, dict[str, Any]]:
    """(network in float32 and evaluation mode, its words, all metadata) of a file that ``save_system`` wrote.

    Errors: WeightsWrong (truncated, or a network of none of these kinds), FileNotFoundError.
    """
    path = Path(path).expanduser()
    about = read_metadata(path)
    if about.get("system") not in kinds:
        has = about.get("system", "no system of pictures and words")
        raise WeightsWrong(f"{path}: holds {has}, expected {' or '.join(kinds)}; see save_system")
    vocabulary = Vocabulary(about["words"])
    outputs = [len(about["answers"])] if "answers" in about else []
    with torch.random.fork_rng(devices=[]):  # the caller's random numbers stay as they were
        cnn = BACKBONES[about["cnn"]](batch_norm=False)
        model = KINDS[about["system"]](cnn, len(vocabulary), *outputs, **about["sizes"])
    fit(model, read_state(path), path)
    return model.eval(), vocabulary, about


def found(name: str, files: dict[str, tuple[str, str]], weights: str | Path) -> tuple[Path, str]:
    """(path, where it was found in words) of a system's weights; ``files``: name → file, command that trains it.

    Errors: unknown name; no such file, with the command that makes it.
    """
    if name not in files:
        raise ValueError(f"{name!r}: no such system; choose one of {', '.join(map(repr, files))}")
    file, command = files[name]
    if weights != "default":
        return Path(weights), "from a file of your own"
    folder = weights_folder()
    if folder and (folder / file).is_file():
        return folder / file, "from the folder GRADCAM_WEIGHTS"
    if not (MODELS / file).is_file():
        raise FileNotFoundError(f"{MODELS / file}: not there; train it: {command}")
    return MODELS / file, f"from data/models/{file}"
