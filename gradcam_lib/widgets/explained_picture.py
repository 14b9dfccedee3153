"""What the class picker shows, without any widget: one picture, one forward pass, every class and method."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from torch import nn

from gradcam_lib.explanation import explain, explain_pixels
from gradcam_lib.layers import wider_maps
from gradcam_lib.networks.classifier import Classifier
from gradcam_lib.pictures.crops import Crop
from gradcam_lib.pictures.images import Source, load_image, part_seen, seen
from gradcam_lib.positions import for_and_against
from gradcam_lib.targets import class_score
from gradcam_lib.widgets.methods import methods_for

SIDE = 448  # pixels of the picture shown; the network sees the same square at its own size
MOST_LAYERS = 4
WEAK = 0.1  # of the evidence for the likeliest class: a map below it is called weak
KEPT = 64  # maps and answers remembered, so that the opacity slider does not compute anything
NO_PIXEL = "the map is empty because no pixel changes the score"
Mark = tuple[tuple[int, int], tuple[int, int]] | None


@dataclass(frozen=True)
class Drawing:
    """A finished picture (S, S, 3) uint8 and what is said about it.

    largest: the value at the end of the colour scale, whose kind is that of a Method; note: why the map is empty, or
    ""; weak: how weak it is where it is so, or ""; where: on which part of the picture the map is strongest.
    """

    picture: np.ndarray
    title: str
    facts: str = ""
    largest: float = 0.0
    note: str = ""
    kind: str = "heat"
    weak: str = ""
    where: str = ""

    @property
    def alt(self) -> str:
        """What a person would say of it on the telephone."""
        return ". ".join(part for part in (self.title, self.where, self.facts, self.note or self.weak) if part) + "."


class ExplainedPicture:
    """A picture that went through the network once; ``draw`` and ``asked`` answer everything from there.

    source: whatever ``load_image`` takes. crop: the part that the network sees, see ``images.seen``; ``seen`` says it
    in words. size: the side of its input in pixels; None: its own. Errors: those of ``load_image`` and ``explain``.
    """

    def __init__(self, classifier: Classifier, source: Source, crop: Crop = "middle", size: int | None = None):
        self.classifier, self.image, self.crop, layer = classifier, load_image(source), crop, classifier.layer
        self.seen = part_seen(self.image.shape, classifier.transform, crop)
        self.picture = seen(self.image, classifier.transform.at(SIDE), crop)
        self.labels, self.size = unique(classifier.names), size or classifier.transform.crop
        with warnings.catch_warnings(record=True) as caught:  # the reader of a widget sees no log
            warnings.simplefilter("always", UserWarning)
            x = classifier.to_input(self.image, size=size, crop=crop)
            layers = map_layers(classifier.model, layer, tuple(x.shape[1:])) if layer else []
            self.explanation = explain(classifier, x, layers, pixels=True) if layer else explain_pixels(classifier, x)
        self.logits = self.explanation.logits[0].float()
        self.top = self.logits.topk(min(5, len(self.logits))).indices.tolist()
        self.methods, missing = methods_for(self.explanation, classifier)
        self.remarks = missing + [f"Warning: {w.message}" for w in caught]
        self.values, self.asked = lru_cache(KEPT)(self._values), lru_cache(KEPT)(self._asked)
        self._why_empty = lru_cache(KEPT)(self._note)

    def again(self, *, crop: Crop | None = None, size: int | None = None) -> ExplainedPicture:
        """Another part of the picture, or the picture at another size, through the network once more.

        Errors: those of ``ExplainedPicture``; the network's own where it takes no picture of that size.
        """
        return ExplainedPicture(self.classifier, self.image, crop or self.crop, size or self.size)

    @property
    def default_layer(self) -> str | None:
        return self.explanation.layers[-1] if self.explanation.layers else None

    @property
    def layers(self) -> dict[str, str]:
        """What is shown for a layer → its dotted name; the deepest, which is the default, comes first."""
        sizes = {name: self.explanation.activation(name).shape[2:] for name in reversed(self.explanation.layers)}
        return {
            f"{h} × {w} · {name}{' (default)' if name == self.default_layer else ''}": name
            for name, (h, w) in sizes.items()
        }

    def probability(self, index: int) -> float:
        return float(self.logits.softmax(0)[index])

    def checked(self, name: str, value: object) -> object:
        """value, where it is on offer as "class_name", whose number becomes the name, "method" or "layer" of this
        picture. Errors: ValueError; of a class those of ``Classifier.index``.
        """
        if name == "class_name":
            return named(value, self.labels, self.classifier)
        offered = list(self.methods if name == "method" else self.layers.values())
        if value not in (offered or [None]):
            raise ValueError(f"{name} {value!r}: not on offer here; choose one of {', '.join(map(repr, offered))}")
        return value

    def size_of(self, layer: str | None) -> tuple[int, int]:
        """(h, w) of a layer's map; (0, 0) where there is none."""
        return tuple(self.explanation.activation(layer).shape[2:]) if layer else (0, 0)

    def end_of_scale(self, index: int, method: str, layer: str | None, *, shared: bool = False) -> float:
        """The value of the strongest colour: the largest of this map, or of this and those of the likeliest classes."""
        layer = layer if self.methods[method].layered else None
        classes = [index, *(self.top if shared else ())]
        return max(self.methods[method].largest(self.values(c, method, layer)) for c in classes)

    def draw(
        self, index: int, method: str, layer: str | None, *, opacity: float, end: float = 0.0, mark: Mark = None
    ) -> Drawing:
        """The picture of one class. end: of the colour scale; this map's largest value ends it where that is larger:
        nothing is cut off. mark: (position, (h, w)), a position to be marked.
        """
        m = self.methods[method]
        layer = layer if m.layered else None
        values, own = self.values(index, method, layer), self.end_of_scale(index, method, layer)
        largest = max(own, end)
        picture = m.paint(self.picture, values, largest, opacity)
        rank = int((self.logits > self.logits[index]).sum()) + 1
        probability = percent(self.probability(index))
        return Drawing(
            picture=framed(picture, *mark) if mark else picture,
            title=f"{m.label}: “{self.labels[index]}”{f' · layer {layer}' if layer else ''}",
            facts=f"Rank {rank} of {len(self.logits)} · probability {probability} · {m.extremes(values)}",
            largest=largest,
            note="" if values.any() else self._why_empty(index, method, layer),
            kind=m.kind,
            weak=self._weak(own, method, layer) if m.laid_over and values.any() else "",
            where=f"Strongest {whereabouts(values)}" if m.laid_over and values.any() else "",
        )

    def _asked(self, position: tuple[int, int], layer: str | None) -> tuple[list, list, float]:
        """What a position of a layer's map says: (class, evidence) that it speaks for most, and against most; the
        average over all classes.
        """
        values = self.explanation.evidence_at(position, layer)[0]
        return *for_and_against(values, self.labels), float(values.mean())

    def _weak(self, own: float, method: str, layer: str | None) -> str:
        """A weak map is coloured up to its own maximum, and glows as brightly as any."""
        first = self.top[0]
        measure = "signed" if method in ("grad_cam", "counterfactual") else method
        share = own / (self.end_of_scale(first, measure, layer) or own)
        if share >= WEAK:
            return ""
        return f"Weak: its strongest value is {percent(share)} of that for “{self.labels[first]}”, the likeliest class"

    def _values(self, index: int, method: str, layer: str | None) -> np.ndarray:
        return self.methods[method].numbers(self.explanation, index, layer, SIDE)

    def _note(self, index: int, method: str, layer: str | None) -> str:
        target = -class_score(index) if method == "counterfactual" else class_score(index)
        why = self.explanation.note(target, layer) if self.explanation.layers else ""
        return why or NO_PIXEL


def whereabouts(values: np.ndarray) -> str:
    """In words, where a map (H, W) is strongest."""
    row, column = np.unravel_index(np.abs(values).argmax(), values.shape)
    down = ("at the top", "", "at the bottom")[3 * row // values.shape[0]]
    across = ("on the left", "", "on the right")[3 * column // values.shape[1]]
    return " ".join(part for part in (down, across) if part) or "in the middle"


def framed(picture: np.ndarray, position: tuple[int, int], size: tuple[int, int]) -> np.ndarray:
    """(S, S, 3) uint8 with a frame around one position of an h × w map, white between two black lines."""
    (i, j), (h, w), side = position, size, len(picture)
    (y0, y1), (x0, x1) = ((k * side // n, max((k + 1) * side // n, k * side // n + 5) - 1) for k, n in ((i, h), (j, w)))
    picture = picture.copy()
    for inset, shade in ((0, 0), (1, 255), (2, 255), (3, 0)):
        if x1 - x0 > 2 * inset and y1 - y0 > 2 * inset:
            cv2.rectangle(picture, (x0 + inset, y0 + inset), (x1 - inset, y1 - inset), (shade,) * 3)
    return picture


def unique(names: Sequence[str]) -> list[str]:
    """Class names that can be told apart: two classes "crane" become "crane (134)" and "crane (517)"."""
    counts = Counter(names)
    return [name if counts[name] == 1 else f"{name} ({i})" for i, name in enumerate(names)]


def named(value: str | int, labels: list[str], classifier: Classifier) -> str:
    """The label of a class from its label, its name or its number. Errors: those of ``Classifier.index``."""
    return value if value in labels else labels[classifier.index(value)]


def percent(probability: float) -> str:
    return "under 0.1 %" if probability < 0.001 else f"{100 * probability:.1f} %"


def map_layers(model: nn.Module, deepest: str, shape: tuple[int, int, int]) -> list[str]:
    """``deepest`` and up to three shallower maps, each at least 1.5 times as wide as the next; the deepest last.

    shape: (colours, H, W) of the input.
    """
    return wider_maps(model, deepest, shape)[-MOST_LAYERS:]
