"""A saved picture that explains itself: title, picture, colours with their numbers, and what the network says."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from gradcam_lib.widgets.controls import scale
from gradcam_lib.widgets.explained_picture import SIDE, Drawing

EDGE, GAP = 12, 24  # pixels around the whole, and between two maps
INK, SOFT = (34, 34, 34), (95, 95, 95)


def captioned(drawings: Sequence[Drawing]) -> np.ndarray:
    """Maps side by side, as the page shows them → (H, W, 3) uint8, RGB, dark on white."""
    columns = [_Column(drawing) for drawing in drawings]
    above, below = (max(getattr(c, part) for c in columns) for part in ("above", "below"))
    wide = 2 * EDGE + len(columns) * SIDE + (len(columns) - 1) * GAP
    page = Image.new("RGB", (wide, 2 * EDGE + above + SIDE + below), "white")
    for i, column in enumerate(columns):
        column.draw(page, EDGE + i * (SIDE + GAP), EDGE + above)
    return np.asarray(page)


class _Column:
    """above, below: how many pixels the texts take over and under the picture."""

    def __init__(self, drawing: Drawing):
        self.drawing, self.bold, self.plain, self.small = drawing, font(15, bold=True), font(13), font(12)
        self.title = wrapped(drawing.title, self.bold)
        texts = [drawing.facts, drawing.note and f"Note: {drawing.note}", drawing.weak]
        self.facts = [line for text in texts if text for line in wrapped(text, self.plain)]
        self.above, self.below = 20 * len(self.title) + 6, 40 + 18 * len(self.facts)

    def draw(self, page: Image.Image, x: int, y: int) -> None:
        """x, y: of the picture's upper left corner."""
        ink = ImageDraw.Draw(page)
        for i, line in enumerate(self.title):
            ink.text((x, y - self.above + 20 * i), line, INK, self.bold)
        page.paste(Image.fromarray(self.drawing.picture), (x, y))
        colours, (low, middle, high) = scale(self.drawing.kind, self.drawing.largest, SIDE)
        page.paste(Image.fromarray(np.tile(colours, (10, 1, 1))), (x, y + SIDE + 6))
        ink.rectangle((x, y + SIDE + 6, x + SIDE - 1, y + SIDE + 15), outline=SOFT)
        for text, at, anchor in ((low, 0, "la"), (middle, SIDE // 2, "ma"), (high, SIDE, "ra")):
            ink.text((x + at, y + SIDE + 18), text, SOFT, self.small, anchor=anchor)
        for i, line in enumerate(self.facts):
            ink.text((x, y + SIDE + 38 + 18 * i), line, INK, self.plain)


def font(size: int, *, bold: bool = False) -> ImageFont.FreeTypeFont:
    """A font with all signs that we write; Matplotlib brings it along, and need not be imported for it."""
    folder = Path(find_spec("matplotlib").submodule_search_locations[0], "mpl-data", "fonts", "ttf")
    return ImageFont.truetype(str(folder / f"DejaVuSans{'-Bold' if bold else ''}.ttf"), size)


def wrapped(text: str, letters: ImageFont.FreeTypeFont) -> list[str]:
    """Lines at most as wide as the picture; a word that is wider is broken."""
    lines = [""]
    for word in text.split():
        while letters.getlength(word) > SIDE:
            fits = next(n for n in range(len(word), 0, -1) if letters.getlength(word[:n]) <= SIDE)
            lines, word = [*lines, word[:fits]], word[fits:]
        longer = f"{lines[-1]} {word}".strip()
        lines = [*lines[:-1], longer] if letters.getlength(longer) <= SIDE else [*lines, word]
    return [line for line in lines if line]
