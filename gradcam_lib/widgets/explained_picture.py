"""What the class picker shows, without any widget: one picture, one forward pass, every class and method."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from torch import nn

from gradcam_lib.explanation import explain, explain_pixels
from gradcam_lib.layers import wider_maps
from gradcam_lib.networks.classifier import Classifier
from gradcam_lib.pictures.crops import Crop
from gradcam_lib.pictures.images import Source, load_image, part_seen, seen
from gradcam_lib.targets import class_score
from gradcam_lib.widgets.methods import methods_for

SIDE = 448  # pixels of the picture shown; the network sees the same square at its own size
MOST_LAYERS = 4
KEPT = 64  # maps remembered, so that the opacity slider does not compute anything


@dataclass(frozen=True)
class Drawing:
    """A finished picture (S, S, 3) uint8 and what is said about it.

    largest: the value at the end of the colour scale; note: why the map is empty, or "".
    """

    picture: np.ndarray
    title: str
    facts: str = ""
    largest: float = 0.0
    note: str = ""


class ExplainedPicture:
    """A picture that went through the network once; ``draw`` answers everything from there.

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
        self.values = lru_cache(KEPT)(self._values)

    def again(self, *, crop: Crop | None = None, size: int | None = None) -> ExplainedPicture:
        """Another part of the picture, or the same part at another size, through the network once more.

        Errors: ValueError where there is no such part, or the network takes no picture of that size.
        """
        if size is None:
            return ExplainedPicture(self.classifier, self.image, crop, self.size)
        own = self.classifier.transform.crop
        if not isinstance(size, int) or size < 1:
            raise ValueError(f"size {size!r}: give the side of the input in pixels; the network's own is {own}")
        try:
            return ExplainedPicture(self.classifier, self.image, self.crop, size)
        except Exception as error:  # any network may object in its own way
            why = str(error).split("\n")[0]
            raise ValueError(f"size {size}: the network cannot be run at it ({why}); its own is {own}") from error

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

    def draw(self, index: int, method: str, layer: str | None, *, opacity: float, shared: bool) -> Drawing:
        """The picture of one class. shared: the largest value of the five likeliest classes ends the colour scale.

        Where the class itself exceeds that value, its own ends the scale: nothing is cut off.
        """
        m = self.methods[method]
        layer = layer if m.layered else None
        values = self.values(index, method, layer)
        largest = max(m.largest(self.values(c, method, layer)) for c in [index, *(self.top if shared else ())])
        at = f" · layer {layer}" if layer else ""
        rank = int((self.logits > self.logits[index]).sum()) + 1
        facts = (
            f"Rank {rank} of {len(self.logits)} · probability {percent(self.probability(index))} · {m.extremes(values)}"
        )
        return Drawing(
            picture=m.paint(self.picture, values, largest, opacity),
            title=f"{m.label}: “{self.labels[index]}”{at}",
            facts=facts,
            largest=largest,
            note="" if values.any() else self._why_empty(index, method, layer),
        )

    def _values(self, index: int, method: str, layer: str | None) -> np.ndarray:
        return self.methods[method].numbers(self.explanation, index, layer, SIDE)

    def _why_empty(self, index: int, method: str, layer: str | None) -> str:
        target = -class_score(index) if method == "counterfactual" else class_score(index)
        why = self.explanation.note(target, layer) if self.explanation.layers else ""
        return why or "the map is empty because no pixel changes the score"


def unique(names: Sequence[str]) -> list[str]:
    """Class names that can be told apart: two classes "crane" become "crane (134)" and "crane (517)"."""
    counts = Counter(names)
    return [name if counts[name] == 1 else f"{name} ({i})" for i, name in enumerate(names)]


def percent(probability: float) -> str:
    return "under 0.1 %" if probability < 0.001 else f"{100 * probability:.1f} %"


def map_layers(model: nn.Module, deepest: str, shape: tuple[int, int, int]) -> list[str]:
    """``deepest`` and up to three shallower maps, each at least 1.5 times as wide as the next; the deepest last.

    shape: (colours, H, W) of the input.
    """
    return wider_maps(model, deepest, shape)[-MOST_LAYERS:]
