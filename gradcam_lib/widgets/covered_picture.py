"""A picture some of whose cells are covered, and what the score of a class loses by it; no widgets here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from torch import Tensor

from gradcam_lib.capture import evaluating
from gradcam_lib.equations import scale_by_max, upsample
from gradcam_lib.explanation import Explanation, explain
from gradcam_lib.measures.muting import on_patches, patches
from gradcam_lib.networks.classifier import Classifier
from gradcam_lib.pictures.images import Source, load_image, seen
from gradcam_lib.pictures.overlay import overlay
from gradcam_lib.widgets.explained_picture import SIDE, unique

Cell = tuple[int, int]  # row and column, counted from 1, as they are called on the page
DRAWS, SEED, BATCH = 20, 0, 20
MOST_CELLS = 16  # a row; smaller cells could not be pressed


@dataclass(frozen=True)
class Score:
    """Of the class at hand: logit and probability; and the likeliest class of all, by name and probability."""

    logit: float
    probability: float
    likeliest: str
    most: float


@dataclass(frozen=True)
class Comparison:
    """The scores after k cells were covered: the reader's, those where the map is strongest, and random ones.

    strongest: those cells of the map; empty: in how many of them the map is zero.
    """

    before: Score
    yours: Score
    map: Score
    random: list[Score]
    strongest: set[Cell]
    empty: int


class CoveredPicture:
    r"""A picture divided into grid × grid cells, of which any may be covered.

    .. math:: D = y(x) - y(x \text{ with the cells covered})   (after Zeiler, Fergus 2014, section 4.2)

    target: a class name or number; None: the predicted class. value: what the cells are filled with, in normalised
    units as in ``occlusion_map``; 0 is about the mean colour of the training pictures. Errors (ValueError): a grid that
    is too fine, a network with one output, which has no probabilities to compare.
    """

    def __init__(self, image: Source, classifier: Classifier, target: str | int | None, *, grid: int, value: float):
        pixels = load_image(image)
        x = classifier.to_input(pixels)
        if not (isinstance(grid, int) and 2 <= grid <= min(MOST_CELLS, x.shape[2])):
            raise ValueError(f"grid={grid!r}: choose a whole number from 2 to {min(MOST_CELLS, x.shape[2])}")
        self.classifier, self.x, self.grid, self.value = classifier, x, grid, value
        self.labels = unique(classifier.names)
        self.cells = [(row, column) for row in range(1, grid + 1) for column in range(1, grid + 1)]  # row by row
        self._regions = np.stack(patches(x.shape[2], grid))  # (grid², S, S)
        logits = self._logits([()])
        if logits.shape[1] < 2:
            raise ValueError(f"the network has one output, {self.labels[0]!r}; give one with two classes or more")
        self.index = int(logits.argmax()) if target is None else classifier.index(target)
        self.before = self._score(logits[0])
        self._scores = {frozenset(): self.before}  # covered cells → score, where it is known already
        self._shown = seen(pixels, classifier.transform.at(SIDE))
        colour = classifier.picture(torch.full((1, x.shape[1], 1, 1), value))[0, 0]
        self._cover = np.stack(patches(SIDE, grid)), colour
        self.drawn = {}  # k → the scores with k random cells, where they are known already

    @property
    def label(self) -> str:
        return self.labels[self.index]

    def input(self, covered: Iterable[Cell]) -> Tensor:
        """x (1, 3, S, S) with these cells filled."""
        mask = torch.from_numpy(self._mask(self._regions, covered)).to(self.x.device)
        return self.x.masked_fill(mask, self.value)

    def score(self, covered: Iterable[Cell]) -> Score:
        """Runs the network, once for each set of cells."""
        covered = frozenset(covered)
        if covered not in self._scores:
            self._scores[covered] = self._score(self._logits([covered])[0])
        return self._scores[covered]

    def compare(self, covered: Iterable[Cell]) -> Comparison:
        strongest = self.strongest(k := len(set(covered)))
        empty = sum(self.heights[self.cells.index(cell)] == 0 for cell in strongest)
        return Comparison(
            self.before, self.score(covered), self.score(strongest), self.random(k), strongest, int(empty)
        )

    def strongest(self, k: int) -> set[Cell]:
        """The k cells in which the map is highest on average; of those that are equal, the first in reading order."""
        order = np.argsort(-self.heights, kind="stable")
        return {self.cells[i] for i in order[:k]}

    def random(self, k: int) -> list[Score]:
        """The scores after k random cells were covered, ``DRAWS`` times, beginning from ``SEED``."""
        if k not in self.drawn:
            rng = np.random.default_rng(SEED)
            draws = [[self.cells[i] for i in rng.choice(len(self.cells), k, replace=False)] for _ in range(DRAWS)]
            self.drawn[k] = list(map(self._score, self._logits(draws)))
        return self.drawn[k]

    @cached_property
    def explanation(self) -> Explanation:
        """Of the uncovered picture."""
        return explain(self.classifier, self.x)

    @cached_property
    def map(self) -> Tensor:
        """Grad-CAM's for the class, (1, SIDE, SIDE) ≥ 0."""
        return upsample(self.explanation.map(self.index), (SIDE, SIDE))

    @cached_property
    def note(self) -> str:
        """Why the map is empty, or ""."""
        return self.explanation.note(self.index)

    @property
    def largest(self) -> float:
        return float(self.map.max())

    @cached_property
    def heat(self) -> np.ndarray:
        """The map as it is drawn, (SIDE, SIDE) in [0, 1]."""
        return scale_by_max(self.map)[0].float().cpu().numpy()

    @cached_property
    def heights(self) -> np.ndarray:
        """The map's mean in each cell, (grid²,), row by row."""
        return on_patches(self.heat, self.grid)

    def picture(self, covered: Iterable[Cell] = (), *, mapped: bool = False) -> np.ndarray:
        """(SIDE, SIDE, 3) uint8: what the network sees, at a finer resolution, and the map over it."""
        picture = self._shown.copy()
        regions, colour = self._cover
        picture[self._mask(regions, covered)] = colour
        return overlay(picture, self.heat) if mapped else picture

    def _mask(self, regions: np.ndarray, covered: Iterable[Cell]) -> np.ndarray:
        places = [self.cells.index(cell) for cell in covered]
        return regions[places].any(0)

    @torch.inference_mode()
    def _logits(self, several: Sequence[Iterable[Cell]]) -> Tensor:
        """One row of logits for each set of covered cells."""
        inputs = torch.cat([self.input(covered) for covered in several])
        inputs = inputs.contiguous(memory_format=torch.channels_last)  # up to twice as fast on a processor
        with evaluating(self.classifier.model):
            return torch.cat([self.classifier.model(some).float() for some in inputs.split(BATCH)])

    def _score(self, logits: Tensor) -> Score:
        p, best = logits.softmax(0), int(logits.argmax())
        return Score(float(logits[self.index]), float(p[self.index]), self.labels[best], float(p[best]))
