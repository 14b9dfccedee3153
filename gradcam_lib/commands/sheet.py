"""Maps over a photograph at its own resolution, each row with its titles, as one picture."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

LONGEST = 1600  # pixels of a panel: four of them side by side are what common viewers still open at once
SHORTEST = 320  # a smaller picture is enlarged, so that the titles above it can be read
GAP = 12
INK = (34, 34, 34)


def panel_side(own: int) -> int:
    """The side at which a square is drawn that has ``own`` pixels in the photograph: its own where that is sensible."""
    return min(LONGEST, max(SHORTEST, own))


def sheet(rows: Sequence[Sequence[np.ndarray]], titles: Sequence[Sequence[str]], heading: str) -> np.ndarray:
    """Panels (H, W, 3) uint8, all of one size, with up to two lines above each, and a line above all.

    A line that is too long for its place ends in "…". → (height, width, 3) uint8.
    """
    h, w = rows[0][0].shape[:2]
    font = ImageFont.load_default(max(13, w // 26))
    line = round(1.4 * font.size)
    above, columns = 2 * line + GAP, max(map(len, rows))
    canvas = Image.new("RGB", (columns * (w + GAP) + GAP, line + 2 * GAP + len(rows) * (above + h + GAP)), "white")
    draw = ImageDraw.Draw(canvas)
    _write(draw, (GAP, GAP), heading, font, canvas.width - 2 * GAP)
    for r, (row, row_titles) in enumerate(zip(rows, titles, strict=True)):
        top = line + 2 * GAP + r * (above + h + GAP)
        for c, (panel, title) in enumerate(zip(row, row_titles, strict=True)):
            left = GAP + c * (w + GAP)
            for i, text in enumerate(title.split("\n")):
                _write(draw, (left, top + i * line), text, font, w)
            canvas.paste(Image.fromarray(panel), (left, top + above))
    return np.asarray(canvas)


def _write(draw: ImageDraw.ImageDraw, at: tuple[int, int], text: str, font: ImageFont.FreeTypeFont, room: int) -> None:
    if font.getlength(text) > room:
        fits = bisect_right(range(len(text)), room, key=lambda n: font.getlength(text[:n] + "…")) - 1
        text = text[: max(0, fits)].rstrip() + "…"
    draw.text(at, text, font=font, fill=INK)
