"""What the bias laboratory shows, without any widget: one person, edited in every way, and what a network says."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

from gradcam_lib.bias.people import VERSIONS, painted, truth
from gradcam_lib.explanation import explain
from gradcam_lib.networks.zoo import Classifier
from gradcam_lib.pictures.images import seen
from gradcam_lib.pictures.overlay import WEAK
from gradcam_lib.widgets.explained_picture import KEPT, SIDE, Drawing, percent, whereabouts
from gradcam_lib.widgets.methods import methods_of_words, number
from gradcam_lib.worlds.clinic import Worker


def _signed(person: JudgedPerson, which: tuple[int, int]) -> Tensor:
    version, c = which
    return person.signed(c)[version]


_ALL = methods_of_words("class", _signed)
METHODS = {key: _ALL[key] for key in ("grad_cam", "signed")}


class JudgedPerson:
    """A person and the edited copies, which went through a network together; ``draw`` answers from there.

    classifier: of doctors and nurses; name: what to call it, if anything. p: (4, 2), probabilities of the classes for
    each of VERSIONS.
    """

    def __init__(self, classifier: Classifier, worker: Worker, name: str = ""):
        self.classifier, self.worker, self.name = classifier, worker, name
        images = painted(worker)
        self.pictures = [seen(image, classifier.transform.at(SIDE)) for image in images]
        x = torch.cat([classifier.to_input(image) for image in images])
        self.explanation = explain(classifier.model, x, classifier.layer)
        self.p = self.explanation.logits.float().softmax(1)
        self.signed = lru_cache(KEPT)(self.explanation.signed)  # class → (4, h, w): all versions, one backward pass
        self.values = lru_cache(KEPT)(self._values)

    @property
    def truth(self) -> str:
        """Of the person as drawn: "doctor, woman"."""
        return truth(self.worker)

    def says(self, version: str) -> str:
        return self.classifier.names[int(self._p(version).argmax())]

    def probability(self, version: str, name: str) -> float:
        return float(self._p(version)[self.classifier.names.index(name)])

    def draw(self, version: str, name: str, method: str, *, opacity: float, shared: bool) -> Drawing:
        """The map of one class. shared: the largest value of the four versions ends the colour scale."""
        m, values = METHODS[method], self.values(version, name, method)
        others = VERSIONS if shared else (version,)
        largest = max(m.largest(self.values(other, name, method)) for other in others)
        whose = f"Network “{self.name}”: " if self.name else ""
        says = f"says {self.says(version)}, {percent(self._p(version).max().item())}"
        return Drawing(
            picture=m.paint(self.pictures[self._number(version)], values, largest, opacity),
            title=f"{whose}{m.label} for “{name}”",
            facts=f"{self.truth}, {version}: {says} · {m.extremes(values)}".capitalize(),
            largest=largest,
            note="" if values.any() else f"the map is empty: no position of this picture speaks for “{name}”",
            kind=m.kind,
            weak=self._weak(version, name, method),
            where=f"Strongest {whereabouts(values)}" if values.any() else "",
        )

    def _weak(self, version: str, name: str, method: str) -> str:
        """A weak map glows as brightly as any where it has a scale of its own; weak as in ``overlay.strength``."""
        total = float(METHODS[method].values(self, self._which(version, name), None).abs().sum())
        if not 0 < total < WEAK:
            return ""
        return f"Weak: its values add up to {number(total)}, less than a tenth of the score's unit"

    def _p(self, version: str) -> Tensor:
        return self.p[self._number(version)]

    @staticmethod
    def _number(version: str) -> int:
        return list(VERSIONS).index(version)

    def _which(self, version: str, name: str) -> tuple[int, int]:
        return self._number(version), self.classifier.names.index(name)

    def _values(self, version: str, name: str, method: str) -> np.ndarray:
        return METHODS[method].numbers(self, self._which(version, name), None, SIDE)
