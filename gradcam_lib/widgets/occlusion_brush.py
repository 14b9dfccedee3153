"""Cover cells of a picture, see what the score loses, and compare with the map.   Notebooks 04, 06."""

from __future__ import annotations

import cv2
import numpy as np
import traitlets
from torch import nn

from gradcam_lib.networks.classifier import Classifier
from gradcam_lib.networks.classifier import classifier as as_classifier
from gradcam_lib.pictures.images import Source
from gradcam_lib.widgets.brush_controls import BrushControls
from gradcam_lib.widgets.brush_text import about, called, comparison_text, reserved, score_text
from gradcam_lib.widgets.controls import legend, small
from gradcam_lib.widgets.covered_picture import Cell, Comparison, CoveredPicture, Score
from gradcam_lib.widgets.explained_picture import SIDE
from gradcam_lib.widgets.page import Outermost


class OcclusionBrush(Outermost):
    """A grid of buttons over a picture: the cell that is pressed turns grey, and the score of a class changes.

    image: whatever ``load_image`` takes. classifier: a Classifier, or any network of yours. target: a class name or
    number; None: the predicted class. grid: cells in a row. value: what covered cells are filled with, in normalised
    units as in ``occlusion_map``; 0 is the mean colour.

    The reader predicts which cells the network needs, then asks for the map. What the k cells cost is set beside what
    k cells cost where the map is strongest and, as the control, beside k random cells. ``covered``, a set of
    (row, column) counted from 1, and ``mapped`` can be set and observed; ``score`` is that of the covered picture,
    ``compare()`` gives the numbers of the comparison, and ``picture()`` is what is shown.

    >>> brush = OcclusionBrush(sample("cat"), classifier, "tabby")
    >>> brush.covered = {(3, 3), (3, 4)}
    >>> brush.scene.before.logit - brush.score.logit
    """

    covered = traitlets.Any(frozenset(), help="(row, column) of the covered cells, counted from 1")
    mapped = traitlets.Bool(False, help="whether the map is laid over the picture")

    def __init__(
        self,
        image: Source,
        classifier: Classifier | nn.Module,
        target: str | int | None = None,
        *,
        grid: int = 7,
        value: float = 0.0,
    ):
        if isinstance(classifier, nn.Module):
            classifier = as_classifier(classifier)
        self.scene = CoveredPicture(image, classifier, target, grid=grid, value=value)
        self.controls = c = BrushControls(self.scene.cells, self.scene.label, about(self.scene))
        super().__init__(c.children)
        self.add_class("occlusion-brush")
        for cell, button in c.buttons.items():
            button.on_click(lambda _, cell=cell: self.press(cell))
        c.clear.on_click(lambda _: self.set_trait("covered", frozenset()))
        c.map.on_click(lambda _: self.set_trait("mapped", not self.mapped))
        self._draw()

    def press(self, cell: Cell) -> None:
        """Covers a cell, or uncovers it."""
        self.covered = self.covered ^ {cell}

    @property
    def score(self) -> Score:
        return self.scene.score(self.covered)

    def compare(self) -> Comparison:
        return self.scene.compare(self.covered)

    def picture(self) -> np.ndarray:
        """(448, 448, 3) uint8, without the lines of the grid; circles where the map is strongest."""
        picture = self.scene.picture(self.covered, mapped=self.mapped)
        for cell in self.scene.strongest(len(self.covered)) if self.mapped else ():
            _circle(picture, cell, self.scene.grid)
        return picture

    @traitlets.validate("covered")
    def _on_the_grid(self, proposal: dict) -> frozenset[Cell]:
        with self.controls.message.in_words():
            covered = frozenset(map(tuple, proposal["value"]))
            if strange := covered - set(self.scene.cells):
                raise ValueError(f"cells {sorted(strange)}: give (row, column), both from 1 to {self.scene.grid}")
            return covered
        return self.covered

    @traitlets.observe("covered", "mapped")
    def _draw(self, _: dict | None = None) -> None:
        c = self.controls
        with c.message.in_words():
            c.show(self.covered, self.mapped)
            c.image.show(self.picture(), self._described())
            c.legend.value = legend("heat", self.scene.largest) if self.mapped else ""
            c.score.value = score_text(self.scene.before, self.score, len(self.covered))
            if self.mapped and self.covered and len(self.covered) not in self.scene.drawn:
                c.comparison.value = reserved(small("Covering random cells …"))  # takes a second
            c.comparison.value = self._compared()
        if self.mapped and not c.message.text:
            c.message.say(self.scene.note, "Note")

    def _compared(self) -> str:
        if self.mapped and self.covered:
            return comparison_text(self.compare(), self.covered)
        hint = "The map is that of the uncovered picture. Cover cells to compare them with it."
        return reserved(small(hint if self.mapped else ""))

    def _described(self) -> str:
        which = "; ".join(map(called, sorted(self.covered)))
        over = f", with Grad-CAM's map for “{self.scene.label}” laid over it" if self.mapped else ""
        return f"The picture that the network sees{over}. Covered: {which or 'nothing'}."


def _circle(picture: np.ndarray, cell: Cell, grid: int) -> None:
    """White on dark, so that it is seen on any map."""
    centre = tuple(round((n - 0.5) * SIDE / grid) for n in (cell[1], cell[0]))
    for colour, thickness in (((34, 34, 34), 5), ((255, 255, 255), 2)):
        cv2.circle(picture, centre, round(SIDE / grid / 4), colour, thickness, cv2.LINE_AA)
