"""Elephants and zebras from the side; the style chooses trunk, ears and step, and whether a zebra grazes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gradcam_lib.worlds.drawing.painter import Painter, ellipse, lines, outline, shade
from gradcam_lib.worlds.scene import COLOURS, Thing

Point = tuple[float, float]

INK = (40, 34, 36)
IVORY = (250, 244, 226)

_BULK = outline("-58 -55, -50 -82, -20 -97, 12 -92, 30 -84, 36 -50, 22 -30, -10 -27, -42 -30, -56 -40")
_SKULL = outline("20 -74, 30 -93, 46 -95, 60 -80, 62 -60, 48 -50, 28 -56")
_TRUNKS = (
    outline("50 -74, 62 -66, 68 -40, 68 -12, 76 -7, 72 0, 60 -5, 58 -30, 48 -56"),
    outline("50 -74, 62 -68, 70 -42, 80 -38, 82 -60, 89 -58, 88 -34, 74 -27, 62 -34, 48 -56"),
    outline("50 -74, 62 -66, 66 -42, 58 -12, 50 -8, 47 -14, 54 -30, 54 -42, 48 -56"),
)
_EARS = (
    outline("34 -86, 20 -90, 6 -76, 8 -52, 20 -40, 30 -52, 38 -70"),
    outline("34 -86, 24 -94, 2 -88, -2 -66, 12 -46, 28 -54, 38 -70"),
)
_TUSK = outline("50 -56, 60 -46, 74 -46, 64 -39, 50 -46")


def draw_elephant(painter: Painter, thing: Thing) -> None:
    """An elephant. Parts: body, head (with the tusk), ears, trunk, legs, eyes, tail."""
    rng = np.random.default_rng(thing.style)
    skin = shade(COLOURS[thing.colour or "gray"], rng.uniform(0.9, 1.1))
    far, near = _columns((-0.28, 0.26, -0.43, 0.1), rng.uniform(-0.06, 0.06, 4), top=-0.4, ground=-0.09)
    painter.shadow((0, -0.01), (0.62, 0.07))
    with painter.part("tail"):
        painter.stroke([(-0.54, -0.66), (-0.63, -0.54), (-0.62, -0.36)], 0.03, shade(skin, 0.7))
        painter.stroke([(-0.62, -0.36), (-0.62, -0.32)], 0.05, INK)
    with painter.part("legs"):
        painter.stroke(far, 0.17, shade(skin, 0.75))
    with painter.part("body"):
        painter.polygon(_BULK, skin)
    with painter.part("legs"):
        painter.stroke(near, 0.18, shade(skin, 0.95))
        painter.stroke(near[:, -1:] + [(-0.03, 0.06), (0.06, 0.06)], 0.035, shade(skin, 1.5))  # nails
    with painter.part("trunk"):
        painter.polygon(_TRUNKS[rng.integers(3)], shade(skin, 0.95))
    with painter.part("head"):
        painter.polygon(_SKULL, shade(skin, 1.06))
        painter.polygon(_TUSK, IVORY)
    with painter.part("ears"):
        painter.polygon(_EARS[rng.integers(2)], shade(skin, 0.86))
    with painter.part("eyes"):
        painter.stroke([(0.48, -0.75)] * 2, 0.045, INK)


@dataclass(frozen=True)
class Zebra:
    """What differs between a zebra that looks up and one that grazes."""

    body: np.ndarray
    head: np.ndarray
    mane: np.ndarray
    muzzle: np.ndarray
    ear: Point
    tilt: float  # of the ear
    eye: Point
    stripes: np.ndarray


ZEBRAS = (
    Zebra(
        outline("-50 -56, -42 -70, -10 -68, 14 -72, 30 -95, 46 -84, 40 -60, 30 -42, -5 -37, -34 -41, -47 -46"),
        outline("27 -94, 38 -99, 50 -92, 66 -74, 63 -65, 54 -65, 42 -76, 30 -82"),
        outline("6 -76, 16 -92, 28 -103, 38 -100, 30 -93, 20 -82, 13 -71"),
        ellipse((0.61, -0.7), (0.065, 0.05), 45), (0.33, -1.0), -15, (0.43, -0.89),
        lines("20 -80, 34 -72; 16 -70, 30 -58; 25 -90, 40 -82; 51 -89, 49 -79; 58 -82, 55 -72"),
    ),
    Zebra(
        outline("-50 -58, -42 -72, -10 -70, 14 -73, 34 -66, 54 -38, 46 -24, 34 -38, 24 -44, -5 -39, -34 -43, -47 -48"),
        outline("40 -34, 48 -43, 58 -38, 66 -20, 66 -7, 57 -3, 48 -14, 42 -24"),
        outline("12 -74, 34 -74, 50 -56, 56 -42, 48 -42, 38 -56, 26 -66"),
        ellipse((0.62, -0.08), (0.06, 0.055), 20), (0.57, -0.42), 35, (0.53, -0.32),
        lines("22 -68, 14 -52; 33 -62, 24 -46; 43 -52, 33 -40; 49 -40, 43 -31; 62 -25, 54 -19; 65 -17, 58 -11"),
    ),
)  # fmt: skip
_FLANK = lines(
    "-45 -61, -37 -50; -30 -68, -28 -55, -32 -43; -18 -68, -16 -55, -20 -43; -6 -68, -4 -55, -8 -42; "
    "6 -68, 8 -55, 4 -42"
)


def draw_zebra(painter: Painter, thing: Thing) -> None:
    """A zebra. Parts: body, head, ears, stripes, legs, mane, eyes, tail."""
    rng = np.random.default_rng(thing.style)
    coat, zebra = shade(COLOURS[thing.colour or "white"], rng.uniform(0.95, 1.0)), ZEBRAS[rng.integers(3) // 2]
    far, near = _columns((-0.28, 0.34, -0.4, 0.24), rng.uniform(-0.09, 0.09, 4), top=-0.46, ground=-0.05)
    width = rng.uniform(0.035, 0.05)
    painter.shadow((0, -0.01), (0.5, 0.06))
    with painter.part("legs"):
        painter.stroke(far, 0.09, shade(coat, 0.8))
    with painter.part("tail"):
        painter.stroke([(-0.46, -0.62), (-0.56, -0.5), (-0.55, -0.36)], 0.035, coat)
        painter.stroke([(-0.55, -0.36), (-0.55, -0.28)], 0.06, INK)
    with painter.part("mane"):
        painter.polygon(zebra.mane, INK)
    with painter.part("body"):
        painter.polygon(zebra.body, coat)
    with painter.part("legs"):
        painter.stroke(near, 0.095, shade(coat, 0.96))
    with painter.part("ears"):
        painter.ellipse(zebra.ear, (0.035, 0.08), coat, tilt=zebra.tilt)
    with painter.part("head"):
        painter.polygon(zebra.head, coat)
        painter.polygon(zebra.muzzle, (84, 76, 78), edge=None)
    with painter.part("stripes"):
        painter.stroke(_FLANK + (rng.uniform(-0.025, 0.025), 0), width, INK)
        painter.stroke(zebra.stripes, width * 0.8, INK)
        painter.stroke(near[:, 1:2] + [(-0.03, 0), (0.03, 0)], 0.035, INK)
        painter.stroke(near[:, 1:2] + [(-0.02, 0.08), (0.03, 0.08)], 0.03, INK)
        painter.stroke(near[:, -1:] + [(-0.01, 0.03), (0.03, 0.03)], 0.05, INK)  # hooves
    with painter.part("eyes"):
        painter.stroke([zebra.eye] * 2, 0.045, INK)


def _columns(xs: tuple[float, ...], steps: np.ndarray, *, top: float, ground: float) -> tuple[np.ndarray, np.ndarray]:
    """Two far and two near legs at these x, each a step forwards or backwards."""
    middle = (top + ground) / 2
    legs = np.array([[(x, top), (x + 0.4 * d, middle), (x + d, ground)] for x, d in zip(xs, steps, strict=True)])
    return legs[:2], legs[2:]


DRAW = {"elephant": draw_elephant, "zebra": draw_zebra}
