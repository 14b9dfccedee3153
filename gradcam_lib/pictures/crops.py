"""Which part of a picture becomes the square that a network takes: geometry alone.   Notebook 00."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

Box = tuple[int, int, int, int]
Crop = str | Sequence[float]  # "middle", "whole", or a box (x0, y0, x1, y1) in pixels of the picture
LITTLE = 1 / 4  # of a picture's area: who sees less than this is told


class Placement(NamedTuple):
    """part: of the picture, in its pixels; size: (width, height) of that part once it is resized; left, top: where the
    square begins in it, negative where there is a margin."""

    part: Box
    size: tuple[int, int]
    left: int
    top: int


def place(shape: Sequence[int], crop: Crop, *, resize: int, side: int) -> Placement:
    """How a picture of ``shape`` (H, W, …) gives a square of ``side`` pixels.

    "middle": the short side becomes ``resize``, and the square is cut from the middle, rounded as torchvision does.
    "whole": the long side becomes ``side``; the square has margins. A box: its square, see ``square``.
    Errors (ValueError): an unknown crop, a box that is empty or outside the picture.
    """
    h, w = shape[:2]
    if not isinstance(crop, str):
        return Placement(square(crop, (h, w)), (side, side), 0, 0)
    if crop == "middle":
        long = int(resize * max(h, w) / min(h, w))
        width, height = (resize, long) if w <= h else (long, resize)
        return Placement((0, 0, w, h), (width, height), round((width - side) / 2), round((height - side) / 2))
    if crop == "whole":
        width, height = (max(1, round(side * edge / max(h, w))) for edge in (w, h))
        return Placement((0, 0, w, h), (width, height), (width - side) // 2, (height - side) // 2)
    raise ValueError(f"crop {crop!r}: choose 'middle', 'whole' or a box (x0, y0, x1, y1) in pixels of the picture")


def square(box: Sequence[float], shape: Sequence[int]) -> Box:
    """A box → the square around its middle that holds it, moved into the picture of ``shape`` (H, W, …).

    The square is never larger than the picture's short side. Errors (ValueError): empty, or outside the picture.
    """
    h, w = shape[:2]
    if len(box) != 4 or not all(math.isfinite(v) for v in box):
        raise ValueError(f"crop {box}: give four finite numbers (x0, y0, x1, y1) in pixels of the picture")
    x0, y0, x1, y1 = max(box[0], 0), max(box[1], 0), min(box[2], w), min(box[3], h)
    if x0 >= x1 or y0 >= y1:
        why = "outside the picture" if box[0] < box[2] and box[1] < box[3] else "empty"
        raise ValueError(f"crop {tuple(box)}: {why}, which is {w}×{h}; choose 0 ≤ x0 < x1 ≤ {w} and 0 ≤ y0 < y1 ≤ {h}")
    side = min(max(1, round(max(x1 - x0, y1 - y0))), w, h)
    left = min(max(round((x0 + x1 - side) / 2), 0), w - side)
    top = min(max(round((y0 + y1 - side) / 2), 0), h - side)
    return left, top, left + side, top + side


def shares(shape: Sequence[int], placement: Placement, side: int) -> tuple[float, float]:
    """Which shares of the picture's width and height lie within the square."""
    (x0, y0, x1, y1), (width, height), left, top = placement
    across = (min(left + side, width) - max(left, 0)) / width * (x1 - x0) / shape[1]
    down = (min(top + side, height) - max(top, 0)) / height * (y1 - y0) / shape[0]
    return across, down


def in_words(shape: Sequence[int], crop: Crop, *, resize: int, side: int) -> str:
    """What the square shows: "the middle square, 58 % of the picture's width and 88 % of its height"."""
    placement = place(shape, crop, resize=resize, side=side)
    across, down = shares(shape, placement, side)
    if crop == "whole" or min(across, down) > 0.995:
        margins = placement.size[0] - placement.size[1]
        where = "above and below" if margins > 0 else "left and right"
        return f"the whole picture, with margins {where}" if crop == "whole" and margins else "the whole picture"
    x0, y0, x1, y1 = placement.part
    what = "the middle square" if crop == "middle" else f"the square from ({x0}, {y0}) to ({x1}, {y1})"
    said = f"{what}, {100 * across:.0f} % of the picture's width and {100 * down:.0f} % of its height"
    if crop == "middle" and across * down < LITTLE:
        said += "; for the rest choose crop='whole' or a box (x0, y0, x1, y1)"
    return said
