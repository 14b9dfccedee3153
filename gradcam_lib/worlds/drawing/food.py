"""Pizzas and oranges on a table, whole or cut."""

from __future__ import annotations

import numpy as np

from gradcam_lib.worlds.drawing.clutter import LEAVES
from gradcam_lib.worlds.drawing.painter import Colour, Painter, ellipse, outline, shade
from gradcam_lib.worlds.scene import COLOURS, Thing

TOPPINGS = {  # colour and radii
    "salami": ((196, 52, 44), (0.14, 0.075)),
    "mushroom": ((200, 176, 148), (0.12, 0.08)),
    "olive": ((60, 58, 50), (0.09, 0.055)),
    "basil": ((62, 136, 60), (0.14, 0.05)),
    "ham": ((238, 150, 150), (0.13, 0.07)),
}
_SPOTS = np.array(
    [-0.45 - 0.4j, -0.05 - 0.6j, 0.35 - 0.4j, 0.6 + 0.1j, 0.1 + 0j, -0.3 + 0.05j, -0.5 + 0.4j, 0 + 0.5j, 0.4 + 0.5j]
)


def draw_pizza(painter: Painter, thing: Thing) -> None:
    """A pizza on a table, round its centre; "sliced" lacks a slice. Parts: crust, topping (with sauce and cheese)."""
    rng = np.random.default_rng(thing.style)
    first = int(rng.integers(24)) if thing.pose == "sliced" else None
    crust, cheese = shade((214, 158, 84), rng.uniform(0.92, 1.05)), shade((248, 208, 104), rng.uniform(0.95, 1.05))
    painter.shadow((0, 0.08), (1.03, 0.51), 0.15)
    with painter.part("crust"):
        painter.polygon(_disc(1.0, first) + (0, 0.06), shade(crust, 0.72))
        painter.polygon(_disc(1.0, first), crust)
    with painter.part("topping"):
        painter.polygon(_disc(0.84, first), (206, 74, 44), edge=None)
        painter.polygon(_disc(0.79, first), cheese, edge=None)
        colour, radii = TOPPINGS[list(TOPPINGS)[thing.style % len(TOPPINGS)]]
        for spot in _SPOTS * np.exp(1j * rng.uniform(0, 2 * np.pi)):
            if first is None or not _missing(spot, first):
                painter.ellipse((spot.real, spot.imag / 2), radii, colour, edge=None)
        for k in (8, 12, 16, 20) if first is not None else ():
            painter.stroke([(0, 0), ellipse((0, 0), (0.84, 0.42))[(first + k) % 24]], 0.02, shade(cheese, 0.8))


def _disc(radius: float, first: int | None) -> np.ndarray:
    """An ellipse twice as wide as high, without the sixth that begins at its point ``first``, one of 24."""
    points = ellipse((0, 0), (radius, radius / 2))
    return points if first is None else np.concatenate([np.roll(points, -first - 4, 0)[:21], [(0, 0)]])


def _missing(spot: complex, first: int) -> bool:
    """Whether what lies there would hang over the missing slice."""
    away = spot * np.exp(-2j * np.pi * (first + 2) / 24)  # the middle of the slice turned to +x
    return abs(away) < 0.2 or abs(np.angle(away)) < np.pi / 6 + 0.16 / abs(away)


_LEAF = outline("5 -96, 20 -108, 42 -102, 24 -90")


def draw_orange(painter: Painter, thing: Thing) -> None:
    """An orange, whole or half with its cut face to the eye. Parts: peel, and flesh where it is cut."""
    rng = np.random.default_rng(thing.style)
    colour = shade(COLOURS["orange"], rng.uniform(0.95, 1.05))
    painter.shadow((0.03, -0.03), (0.5, 0.13))
    with painter.part("peel"):
        painter.ellipse((0, -0.5), (0.5, 0.5), colour)
        if thing.pose != "half":
            painter.ellipse((0.06, -0.42), (0.4, 0.38), shade(colour, 1.12), edge=None)
            painter.ellipse((-0.16, -0.68), (0.12, 0.08), shade(colour, 1.6), tilt=-35, edge=None)
            painter.stroke([(0.04, -0.9), (0.06, -0.99)], 0.06, (96, 92, 44))
            if thing.style % 3:
                painter.polygon(_LEAF, LEAVES[thing.style % 3])
    if thing.pose == "half":
        _draw_cut(painter, colour, rng.uniform(0, 0.5))


def _draw_cut(painter: Painter, colour: Colour, angle: float) -> None:
    """The cut face, turned a little aside: pith and segments."""
    pith, middle = (255, 238, 196), (0.08, -0.5)
    with painter.part("flesh"):
        painter.ellipse(middle, (0.39, 0.45), pith, edge=None)
        painter.ellipse(middle, (0.33, 0.39), shade(colour, 1.15), edge=None)
        t = angle + np.arange(4) * np.pi / 4
        ends = np.stack([0.32 * np.cos(t), 0.38 * np.sin(t)], 1)
        painter.stroke(np.stack([middle - ends, middle + ends], 1), 0.035, pith)


DRAW = {"pizza": draw_pizza, "orange": draw_orange}
