"""Captions, and where in the picture each of their words comes from.   Notebook 07.

A caption that is fixed turns the captioner into a network from a picture to one score a word, its log-probability.
From there on everything is as with a classifier, whose classes are the words of this caption.
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from gradcam_lib.explanation import Explanation, explain
from gradcam_lib.language.systems import System, WithWords, load_system, transform_of
from gradcam_lib.networks.vocabulary import PAD, tokenise
from gradcam_lib.networks.weights import found
from gradcam_lib.networks.zoo import Classifier
from gradcam_lib.pictures.crops import Crop
from gradcam_lib.pictures.images import Source
from gradcam_lib.targets import Target, class_score

COMMAND = "python -m gradcam_lib.training."
FILES = {
    "world": ("captioner_world.safetensors", f"{COMMAND}captioner"),
    "photo": ("captioner_photo.safetensors", f"{COMMAND}captioner --data flickr8k --epochs 14 --mirrored"),
    "photo-squeezenet": (
        "captioner_photo_squeezenet.safetensors",
        f"{COMMAND}captioner --data flickr8k --backbone squeezenet --size 224",
    ),
}

Which = int | tuple[int, int] | None


def load_captioner(
    name: str = "world", *, device: torch.device | str = "cpu", weights: str | Path = "default"
) -> CaptionSystem:
    """A captioner by name: "world" knows the rendered scenes, "photo" and "photo-squeezenet" photographs.

    The last two look through a published network, which must be at hand: see ``load_classifier``. "photo", on
    EfficientNet-Lite0, describes better and is shipped. The maps of "photo-squeezenet" point better, if not by much
    (data/results/README.md); it is trained by the command of its error, into GRADCAM_WEIGHTS or data/models.
    weights: "default" or a file.
    Errors: unknown name; FileNotFoundError with the command that trains it, or WeightsMissing; WeightsWrong.
    """
    path, where = found(name, FILES, weights)
    model, vocabulary, _ = load_system(path, ("Captioner",))
    source = f"captioner {name!r}, weights {where}"
    return CaptionSystem(model.to(device), vocabulary, source, transform_of(model))


class CaptionSystem(System):
    """Describes a picture and explains any description of it. Made by :func:`load_captioner`."""

    def caption(self, image: Source, beam: int = 3, *, crop: Crop = "middle", size: int | None = None) -> str:
        """The likeliest of the sentences that a beam search finds.

        crop: the part of the picture; size: of the input in pixels, default: that of the training; see ``to_input``.
        """
        return self.candidates(image, beam, crop=crop, size=size)[0][0]

    @torch.no_grad()
    def candidates(
        self, image: Source, beam: int = 3, *, crop: Crop = "middle", size: int | None = None
    ) -> list[tuple[str, float]]:
        """Up to ``beam`` sentences with their log-probabilities, END included; likeliest first."""
        ranked = self.model.beam_search(self.model.cnn(self.to_input(image, crop=crop, size=size)), beam)
        return [(self.vocabulary.decode(words), log_prob) for words, log_prob in ranked]

    def spoken(self, *sentences: str) -> Classifier:
        """The captioner as a network from a picture to log p of each word of this sentence, (N, T), END left out.

        With it every function of the library works, such as ``occlusion_map(cap.spoken(sentence), x, 3)``. The words
        of several sentences stand one after the other: the picture is looked at once for all of them.
        """
        words = pad_sequence([self.tokens(one)[0] for one in sentences], batch_first=True, padding_value=PAD)
        names = [word for one in sentences for word in tokenise(one)]
        return self._as_classifier(Spoken(self.model, words), names)

    def explain(
        self, image: Source, sentence: str | None = None, *, crop: Crop = "middle", size: int | None = None
    ) -> CaptionExplanation:
        """One forward pass, then the sentence's map and each word's; the captioner's own sentence where none is given.

        Words that the captioner does not know count as UNK and are listed as ``unknown``. crop: the part of the picture
        that is seen. size: of the input in pixels; a larger one gives a finer map, see ``to_input``. It changes the
        explanation alone: the captioner's own sentence is that of ``caption(image)``, which it was trained to say at
        its own size. ``explain(image, cap.caption(image, size=448), size=448)`` has both at 448 pixels.
        Errors: no words, more than 500 characters, and what ``load_image`` objects to.
        """
        sentence = self.caption(image, crop=crop) if sentence is None else sentence
        network = self.spoken(sentence)
        e = explain(network, self.to_input(image, crop=crop, size=size), pixels=True)
        return CaptionExplanation(e, network.names, self.vocabulary.unknown(sentence))


class Spoken(WithWords):
    """words: (S, T) of S sentences, PAD at the end → log p of all words that are there, sentence by sentence."""

    def forward(self, x: Tensor) -> Tensor:
        code = self.system.cnn(x).repeat_interleave(len(self.words), 0)
        log_probs = self.system.log_probs(code, self.words.repeat(len(x), 1))
        return log_probs.unflatten(0, (len(x), -1))[:, self.words != PAD]


class CaptionExplanation:
    r"""A caption's score and the way back from it to the picture.

    .. math:: y = \sum_t \log p(w_t | w_{<t}, x)

    A sum, so maps before the ReLU add up: those of the words to that of a phrase or of the sentence. Maps are (h, w),
    on the model's device, not scaled. words: as they were read; unknown: those the captioner does not know; ``which``
    is a word's number, (i, j) for the words i … j − 1, or None for the sentence. ``explanation`` has all the rest.
    """

    def __init__(self, explanation: Explanation, words: list[str], unknown: list[str]):
        self.explanation, self.words, self.unknown = explanation, words, unknown

    @property
    def log_probs(self) -> list[float]:
        """log p of each word after those before it."""
        return self.explanation.logits[0].tolist()

    @property
    def log_prob(self) -> float:
        """Their sum: log p of the sentence, END left out."""
        return float(self.explanation.logits[0].double().sum())

    def word(self, i: int, raw: bool = False) -> Tensor:
        """Grad-CAM of one word, (h, w); raw: before the ReLU."""
        self._target(i)
        return _rectified(self._words[i], raw)

    def phrase(self, i: int, j: int, raw: bool = False) -> Tensor:
        """Grad-CAM of the words i … j − 1."""
        return _rectified(self.explanation.signed(self._target((i, j)))[0], raw)

    def sentence(self, raw: bool = False) -> Tensor:
        """Grad-CAM of all words."""
        return _rectified(self.explanation.signed(self._target(None))[0], raw)

    def guided(self, which: Which = None) -> Tensor:
        """Guided backprop, (3, H, W), signed. The rule is for ReLUs; the LSTM's gates are passed as they are."""
        return self.explanation.pixel_gradient(self._target(which), rule="guided", strict=False)[0]

    def guided_grad_cam(self, which: Which = None) -> Tensor:
        """Guided backprop times the upsampled Grad-CAM, (3, H, W)."""
        return self.explanation.guided_grad_cam(self._target(which), strict=False)[0]

    def note(self, which: Which = None) -> str:
        """Why a map is empty, in words; "" where it is not."""
        return self.explanation.note(self._target(which))

    @cached_property
    def _words(self) -> Tensor:
        """(T, h, w): the maps of all words before their ReLU, in one batched backward pass."""
        return self.explanation.maps(range(len(self.words)), relu=False)

    def _target(self, which: Which) -> Target:
        T = len(self.words)
        i, j = (0, T) if which is None else which if isinstance(which, tuple) else (which, which + 1)
        if not 0 <= i < j <= T:
            what = f"word {which}" if isinstance(which, int) else f"words {i} … {j - 1}"
            raise IndexError(f"{what}: the caption has the words 0 … {T - 1}")
        return sum(class_score(t) for t in range(i, j))


def _rectified(signed: Tensor, raw: bool) -> Tensor:
    return signed if raw else signed.relu()
