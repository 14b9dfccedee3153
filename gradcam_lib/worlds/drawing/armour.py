"""A tank from the side: tracks, hull, turret, gun, in spots of camouflage."""

from __future__ import annotations

import numpy as np

from gradcam_lib.worlds.drawing.painter import Colour, Painter, outline, shade
from gradcam_lib.worlds.scene import Thing

WIDTH = 2.1  # of a tank that is 1 high, without its gun
PAINTS = ((98, 108, 70), (116, 112, 76), (84, 98, 74), (126, 118, 88), (92, 96, 80))
SPOTS = ((66, 72, 50), (92, 76, 56), (142, 136, 98))
RUBBER = (58, 56, 54)

_TRACK = outline("-104 -34, -92 -44, 92 -44, 104 -34, 94 -8, 80 0, -80 0, -94 -8")
_HULL = np.array([(-1.12, -0.5), (-1.02, -0.62), (0.82, -0.64), (1.15, -0.46), (1.06, -0.32), (-1.06, -0.32)])
_SKIRT = np.array([(-1.08, -0.44), (1.1, -0.44), (1.06, -0.3), (-1.04, -0.3)])
_TURRET = np.array([(-0.62, -0.63), (-0.56, -0.82), (-0.3, -0.95), (0.28, -0.95), (0.5, -0.78), (0.46, -0.63)])
_WHEELS = np.array([[(x, -0.16)] * 2 for x in np.linspace(-0.72, 0.72, 6)])


def draw_tank(painter: Painter, thing: Thing) -> None:
    """Parts: tracks (with their wheels), hull, turret (with its hatch), gun."""
    rng = np.random.default_rng(thing.style)
    colour = shade(PAINTS[rng.integers(len(PAINTS))], rng.uniform(0.92, 1.06))
    spots = [SPOTS[i] for i in rng.permutation(3)[: rng.integers(1, 3)]]
    raised = rng.uniform(-0.02, 0.1)
    with painter.part("tracks"):
        painter.polygon(_TRACK, RUBBER)
        painter.stroke(_WHEELS, 0.27, shade(colour, 0.72))
        painter.stroke(_WHEELS, 0.1, shade(colour, 0.48))
    with painter.part("gun"):
        end = np.array([1.5, -0.79 - raised])
        painter.stroke([(0.4, -0.78), end], 0.075, shade(colour, 0.82))
        painter.stroke([end - (0.12, -0.01), end], 0.11, shade(colour, 0.7))
    with painter.part("hull"):
        painter.polygon(_HULL, colour, edge=0.6)
        _spot(painter, rng, spots, _HULL, 5)
        painter.polygon(_SKIRT, shade(colour, 0.86), edge=0.7)
    with painter.part("turret"):
        painter.polygon(_TURRET, shade(colour, 1.04), edge=0.6)
        _spot(painter, rng, spots, _TURRET, 3)
        painter.polygon([(-0.3, -0.95), (-0.26, -1.01), (-0.02, -1.01), (0.02, -0.95)], shade(colour, 0.85))
        painter.stroke([(-0.46, -0.88), (-0.56, -1.2)], 0.02, RUBBER)


def _spot(painter: Painter, rng: np.random.Generator, spots: list[Colour], shape: np.ndarray, n: int) -> None:
    """Blots of camouflage that stay within a shape: their corners are mixtures of its own."""
    middle = shape.mean(0)
    for i in range(n):
        at = middle + (shape[rng.integers(len(shape))] - middle) * rng.uniform(0.1, 0.6)
        wide, high, tilt = rng.uniform((0.1, 0.04, -25), (0.24, 0.09, 25))
        painter.ellipse(at, (wide, high), spots[i % len(spots)], tilt=tilt, edge=None)
