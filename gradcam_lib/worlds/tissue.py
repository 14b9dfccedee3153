"""Stained tissue with or without abnormal nuclei, which lie scattered or together: evidence that is spread, or not.

>>> from gradcam_lib.worlds import tissue
>>> slide = tissue.sample(7, arrangement="spread")        # or "clustered", or "none"
>>> picture = tissue.render(slide)                        # .image (168, 168, 3), .masks["abnormal-1"], …
>>> tissue.evidence(picture)                              # (168, 168) bool: all abnormal nuclei

The three pictures of one seed have the same ground and the same places for nuclei. "spread" and "clustered" have the
same abnormal nuclei, to the pixel, at other places; every place that neither uses holds the same ordinary nucleus. An
abnormal nucleus is large and dark and has an uneven outline; of the ordinary ones some are as large, some darker.
Nothing here was drawn from a patient's picture, and nothing learnt here is of use for one.
"""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass

import numpy as np

from gradcam_lib.worlds.drawing import cells
from gradcam_lib.worlds.drawing.painter import FINE, smooth
from gradcam_lib.worlds.rendering import Picture
from gradcam_lib.worlds.scene import Thing, checked_seed

__all__ = ["ARRANGEMENTS", "SIDE", "Tissue", "evidence", "render", "sample"]

SIDE = 168  # pixels: six patches of 28 in each direction
ARRANGEMENTS = ("spread", "clustered", "none")
APART = 15  # pixels from one place to the next at least: two nuclei of the largest size do not touch
INSIDE = 8  # pixels from the rim at least, where an abnormal nucleus may lie
ISOLATED = 42  # pixels from one abnormal nucleus to the next where they are spread and there is room
FEWEST, MOST = 4, 7  # abnormal nuclei
SIZES = {"stromal": (5.2, 7.0), "lymphocyte": (2.7, 3.5), "epithelial": (4.3, 5.4), "large": (5.4, 6.6)}
ABNORMAL = (5.4, 6.6)


@dataclass(frozen=True)
class Tissue:
    """A piece of tissue as data.

    angle: of the fibres, in degrees. lumens: (x, y, radius, style) of the glands' empty middles, in pixels. things: the
    nuclei, x and y of their centres and half of their length in shares of the picture, the abnormal ones last.
    """

    seed: int
    arrangement: str
    angle: float
    lumens: tuple[tuple[float, float, float, int], ...]
    things: tuple[Thing, ...]


def sample(seed: int, *, arrangement: str | None = None) -> Tissue:
    """The tissue of a seed, 0 … 2⁶⁴ − 1: the same one on every machine; the arrangement is drawn where not given.

    Half of what is drawn has no abnormal nuclei. Errors: a bad seed; an unknown arrangement.
    """
    rng = np.random.default_rng(checked_seed(seed))
    drawn = ("spread", "clustered", "none", "none")[rng.integers(4)]
    arrangement = drawn if arrangement is None else arrangement
    if arrangement not in CHOOSE:
        raise ValueError(f"arrangement {arrangement!r}: choose one of {', '.join(map(repr, ARRANGEMENTS))}")
    angle = round(rng.uniform(0, 180), 1)
    lumens = _lumens(rng)
    places = _places(rng, lumens)
    ordinary = [_ordinary(rng, i, place, lumens, angle) for i, place in enumerate(places)]
    abnormal = [_abnormal(rng, i) for i in range(rng.integers(FEWEST, MOST + 1))]
    chosen = CHOOSE[arrangement](np.random.default_rng((seed, 1)), places, len(abnormal))
    moved = [_at(abnormal[j], places[i]) for j, i in enumerate(chosen)]
    kept = [nucleus for i, nucleus in enumerate(ordinary) if i not in chosen]
    return Tissue(seed, arrangement, angle, lumens, (*kept, *moved))


def render(tissue: Tissue) -> Picture:
    """Paints a tissue: the ground, then nuclei, the abnormal ones last and whole.

    ``.masks`` has one mask for each nucleus by its id. Errors: an unknown kind of nucleus, with those there are.
    """
    lumens = [_outline(lumen) for lumen in tissue.lumens]
    canvas = cells.paint_ground(np.random.default_rng((tissue.seed, 2)), SIDE, lumens, angle=math.radians(tissue.angle))
    owner, names, varied = np.zeros(canvas.shape[:2], np.int16), [("", "")], [0.05]
    for nucleus in tissue.things:
        if nucleus.kind not in cells.LOOK:
            raise ValueError(f"{nucleus.id}: unknown kind {nucleus.kind!r}; there are: {', '.join(cells.LOOK)}")
        cells.paint_nucleus(canvas, owner, len(names), nucleus)
        names.append((nucleus.id, "nucleus"))
        varied.append(cells.LOOK[nucleus.kind][1])
    image = cells.stained(canvas, np.array(varied, np.float32)[owner], np.random.default_rng((tissue.seed, 3)))
    return Picture(tissue, image, owner, tuple(names))


def evidence(picture: Picture) -> np.ndarray:
    """(H, W) bool: the pixels of all abnormal nuclei; none of them where there are no such nuclei."""
    numbers = [number for number, (id, _) in enumerate(picture.names) if id.startswith("abnormal")]
    blocks = np.isin(picture.owner, numbers).reshape(SIDE, FINE, SIDE, FINE)
    return blocks.sum((1, 3)) * 2 >= FINE * FINE  # as in ``Picture.parts``; the union of the masks, many times as fast


def _lumens(rng: np.random.Generator) -> tuple[tuple[float, float, float, int], ...]:
    """None, one or two glands, which do not run into each other."""
    found: list[tuple[float, float, float, int]] = []
    for _ in range(rng.integers(0, 3)):
        x, y, r, style = *rng.uniform(10, SIDE - 10, 2), rng.uniform(9, 19), int(rng.integers(2**16))
        if all(math.hypot(x - a, y - b) > r + s + 2 * cells.GLAND for a, b, s, _ in found):
            found.append((round(x, 1), round(y, 1), round(r, 1), style))
    return tuple(found)


def _outline(lumen: tuple[float, float, float, int]) -> np.ndarray:
    """A rounded, uneven hole, (k, 2) in pixels of the finished picture."""
    x, y, r, style = lumen
    rng, angles = np.random.default_rng(style), np.linspace(0, 2 * math.pi, 9, endpoint=False)
    radii, long = r * rng.uniform(0.7, 1.15, 9), rng.uniform(0.7, 1)
    return smooth(np.stack([radii * np.cos(angles), long * radii * np.sin(angles)], 1)) + (x, y)


def _places(rng: np.random.Generator, lumens: tuple) -> np.ndarray:
    """(n, 2) whole pixels where a nucleus may lie, none nearer than APART to another, none in a hole."""
    margin = 2 * APART  # nuclei may be cut off at the rim
    free = np.ones((SIDE + 2 * margin, SIDE + 2 * margin), bool)
    ys, xs = np.ogrid[-margin : SIDE + margin, -margin : SIDE + margin]
    for x, y, r, _ in lumens:
        free &= (xs - x) ** 2 + (ys - y) ** 2 >= (1.15 * r + 7) ** 2
    disc = np.hypot(*np.ogrid[1 - APART : APART, 1 - APART : APART]) >= APART
    found = []
    for x, y in rng.integers(-3, SIDE + 4, (1400, 2)).tolist():
        if free[y + margin, x + margin]:
            free[y + APART + 1 : y + 3 * APART, x + APART + 1 : x + 3 * APART] &= disc
            found.append((x, y))
    return np.array(found)


def _ordinary(rng: np.random.Generator, i: int, place: np.ndarray, lumens: tuple, angle: float) -> Thing:
    """A nucleus as it belongs there: those of a gland stand round its middle, those between lie along the fibres."""
    chance, tilt, grown, style = rng.random(), rng.uniform(-25, 25), rng.random(), int(rng.integers(2**16))
    kind = "stromal" if chance < 0.5 else "lymphocyte" if chance < 0.8 else "large"
    for x, y, r, _ in lumens:
        if math.hypot(place[0] - x, place[1] - y) < r + cells.GLAND:
            kind, angle = "epithelial" if chance < 0.85 else "large", math.degrees(math.atan2(*(place - (x, y))[::-1]))
    low, high = SIZES[kind]
    size, tilt = round((low + (high - low) * grown) / SIDE, 5), round(angle + tilt, 1)
    return _at(Thing(f"{kind}-{i + 1}", kind, 0, 0, size, tilt=tilt, style=style), place)


def _abnormal(rng: np.random.Generator, i: int) -> Thing:
    size, tilt, style = rng.uniform(*ABNORMAL), rng.uniform(0, 360), int(rng.integers(2**16))
    return Thing(f"abnormal-{i + 1}", "abnormal", 0, 0, round(size / SIDE, 5), tilt=round(tilt, 1), style=style)


def _at(nucleus: Thing, place: np.ndarray) -> Thing:
    x, y = (round(float(c) / SIDE, 6) for c in place)
    return dataclasses.replace(nucleus, x=x, y=y)


def _spread(rng: np.random.Generator, places: np.ndarray, n: int) -> list[int]:
    """n of the places, in any order, none within ISOLATED of another; a little nearer where they do not fit."""
    order, apart = rng.permutation(_inside(places)), float(ISOLATED)
    while True:
        chosen: list[int] = []
        for i in order.tolist():
            if all(math.dist(places[i], places[j]) >= apart for j in chosen):
                chosen.append(i)
        if len(chosen) >= n:
            return chosen[:n]
        apart *= 0.9


def _together(rng: np.random.Generator, places: np.ndarray, n: int) -> list[int]:
    """The n places round one of them, itself the first."""
    inside = _inside(places)
    middle = places[rng.choice(inside)]
    return inside[np.argsort(np.hypot(*(places[inside] - middle).T), kind="stable")[:n]].tolist()


def _inside(places: np.ndarray) -> np.ndarray:
    """Numbers of the places where all of a nucleus is in the picture."""
    return np.flatnonzero(((places >= INSIDE) & (places <= SIDE - INSIDE)).all(1))


CHOOSE = {"spread": _spread, "clustered": _together, "none": lambda rng, places, n: []}
