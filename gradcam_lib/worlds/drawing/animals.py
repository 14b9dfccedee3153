"""Dogs and cats from the side: a pose is an outline, legs, a tail and the place of the head."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from gradcam_lib.worlds.drawing import wild
from gradcam_lib.worlds.drawing.painter import Colour, Painter, ellipse, lines, outline, shade, smooth
from gradcam_lib.worlds.scene import COLOURS, Thing

Point = tuple[float, float]
Patches = tuple[tuple[Point, Point], ...]  # middle and radii

INK = (40, 34, 36)
COATS = {**COLOURS, "yellow": (238, 196, 84), "orange": (234, 144, 56), "brown": (146, 98, 60)}  # fur, not paint


@dataclass(frozen=True)
class Pose:
    """Trunk, far and near legs, tail, middle of the head; the thigh of who sits; where stripes and patches may be."""

    body: np.ndarray
    far: np.ndarray
    near: np.ndarray
    tail: np.ndarray
    head: Point
    patches: Patches
    haunch: np.ndarray | None = None
    marks: np.ndarray | None = None


def _poses(body: np.ndarray, head: Point, patches: Patches, *limbs: tuple[str, str, str], **more) -> tuple[Pose, ...]:
    """Variants of a pose that differ in their (far legs, near legs, tail) alone."""
    return tuple(
        Pose(body, lines(far), lines(near), _bent(lines(tail)[0]), head, patches, **more) for far, near, tail in limbs
    )


def _bent(line: np.ndarray) -> np.ndarray:
    """A smooth open line through the points of a tail."""
    return smooth([line[0], *line, line[-1]])[6 : 6 * len(line) + 1]


_DOG = outline("-46 -56, -36 -69, 0 -66, 17 -76, 30 -93, 45 -78, 41 -50, 26 -36, -5 -41, -30 -37, -44 -42")
_DOG_SITS = outline("4 -86, -12 -62, -31 -34, -35 -10, -20 -2, 10 -4, 25 -28, 31 -52, 28 -82")
_DOG_PATCHES = (((-0.16, -0.56), (0.16, 0.1)), ((0.3, -0.56), (0.09, 0.13)))

DOG = {
    "standing": _poses(
        _DOG, (0.38, -0.8), _DOG_PATCHES,
        ("-24 -45, -27 -24, -23 -6, -19 -6; 36 -45, 37 -6, 41 -6",
         "-35 -46, -42 -25, -37 -6, -32 -6; 26 -45, 26 -6, 31 -6", "-42 -60, -54 -66, -60 -78, -58 -90"),
        ("-26 -45, -22 -24, -20 -6, -15 -6; 34 -45, 42 -26, 43 -6, 48 -6",
         "-35 -46, -46 -25, -46 -6, -41 -6; 26 -45, 23 -6, 28 -6", "-42 -60, -55 -56, -66 -60"),
    ),
    "sitting": _poses(
        _DOG_SITS, (0.2, -0.8), (((-0.12, -0.45), (0.1, 0.12)), ((0.24, -0.5), (0.07, 0.14))),
        ("22 -40, 28 -6, 33 -6", "18 -45, 20 -6, 25 -6; -14 -6, 6 -6", "-30 -12, -46 -7, -58 -14"),
        ("22 -40, 30 -6, 35 -6", "18 -45, 17 -6, 22 -6; -14 -6, 4 -6", "-30 -12, -44 -14, -52 -30"),
        haunch=ellipse((-0.13, -0.18), (0.17, 0.16)),
    ),
    "running": _poses(
        _DOG * (1.08, 1) - (0, 0.03), (0.44, -0.82), _DOG_PATCHES,
        ("-32 -48, -46 -30, -60 -22; 36 -48, 56 -38, 68 -26",
         "-38 -48, -56 -30, -70 -13; 30 -46, 46 -27, 62 -14", "-46 -63, -60 -72, -74 -72"),
        ("-30 -46, -26 -28, -12 -16; 34 -48, 30 -28, 14 -18",
         "-38 -48, -36 -24, -20 -6; 32 -46, 46 -30, 38 -10", "-46 -63, -60 -66, -70 -80"),
    ),
}  # fmt: skip

_CAT = outline("-50 -50, -40 -62, -5 -58, 24 -62, 46 -70, 50 -50, 38 -32, 0 -27, -36 -29, -48 -36")
_CAT_SITS = outline("2 -68, -17 -46, -28 -24, -26 -6, -10 -1, 20 -2, 25 -26, 27 -50, 20 -68")
_CAT_FEET = "22 -40, 23 -5, 28 -5", "14 -40, 14 -5, 19 -5; -10 -5, 6 -5"

CAT = {
    "standing": _poses(
        _CAT, (0.44, -0.7), (((-0.2, -0.47), (0.14, 0.09)), ((0.36, -0.46), (0.1, 0.12))),
        ("-28 -34, -28 -5, -24 -5; 38 -36, 39 -5, 43 -5", "-40 -36, -42 -5, -38 -5; 27 -36, 27 -5, 31 -5",
         "-46 -50, -58 -58, -62 -74, -55 -88, -60 -98"),
        ("-26 -34, -20 -5, -16 -5; 38 -36, 48 -5, 52 -5", "-40 -36, -48 -5, -44 -5; 27 -36, 22 -5, 26 -5",
         "-46 -50, -62 -46, -72 -56, -74 -70"),
        marks=lines("-36 -58, -39 -45; -22 -58, -25 -45; -8 -58, -11 -45; 6 -58, 3 -45; "
                     "44 -85, 44 -79; 37 -84, 38 -79"),
    ),
    "sitting": _poses(
        _CAT_SITS, (0.12, -0.72), (((-0.1, -0.42), (0.09, 0.1)), ((0.18, -0.4), (0.07, 0.12))),
        (*_CAT_FEET, "-20 -8, -38 -7, -45 -18, -38 -28"),
        (*_CAT_FEET, "-22 -10, -36 -16, -40 -36, -48 -46"),
        haunch=ellipse((-0.08, -0.17), (0.16, 0.15)),
        marks=lines("-15 -46, -2 -42; -22 -34, -8 -33; -7 -56, 2 -52; 12 -87, 12 -81; 5 -86, 6 -81"),
    ),
}  # fmt: skip

# Heads and ears round the middle of the head.
_DOG_HEAD = outline("-16 0, -13 -13, 0 -18, 11 -10, 25 -6, 29 3, 20 10, 2 14, -12 11")
_DOG_EARS = (
    outline("-4 -15, -15 -12, -21 6, -13 14, -5 2"),
    np.array([(-0.14, -0.06), (-0.11, -0.26), (0.02, -0.14)]),
    outline("-2 -16, -13 -17, -20 -2, -12 2"),
)
_CAT_HEAD = outline("-21 2, -15 -13, 0 -16, 15 -13, 21 2, 12 14, -12 14")
_CAT_EARS = tuple(np.array([(s * 0.19, -0.04), (s * 0.18, -0.28), (s * 0.04, -0.14)]) for s in (-1, 1))


def draw_dog(painter: Painter, thing: Thing) -> None:
    """A dog. Parts: body, head, ears, eyes, legs, tail."""
    rng = np.random.default_rng(thing.style)
    pose, coat = _pose(DOG, thing), _coat(thing, rng)
    accent, patches = _accent(thing.colour, rng), pose.patches[: rng.integers(3)]
    _draw_trunk(painter, pose, coat, leg=0.115, tail=(0.07, 0.08, 0.12)[rng.integers(3)])
    _draw_patches(painter, patches, accent)
    _draw_near_legs(painter, pose, coat, leg=0.115)
    x, y = pose.head
    if rng.random() < 0.3:
        with painter.part("body"):
            painter.stroke([(x - 0.15, y + 0.06), (x - 0.06, y + 0.14), (x + 0.05, y + 0.165)], 0.05, (200, 60, 60))
    with painter.part("head"):
        painter.polygon(_DOG_HEAD + pose.head, coat)
        if rng.random() < 0.5:
            painter.ellipse((x + 0.19, y + 0.035), (0.1, 0.06), shade(accent, 1.1), edge=None)
        painter.ellipse((x + 0.27, y - 0.03), (0.045, 0.04), INK, edge=None)
    with painter.part("ears"):
        painter.polygon(_DOG_EARS[rng.integers(3)] + pose.head, shade(coat, 1.2 if thing.colour == "black" else 0.7))
    _draw_eyes(painter, [(x + 0.06, y - 0.05)], amber=thing.colour == "black")


def draw_cat(painter: Painter, thing: Thing) -> None:
    """A cat. Parts: body, head, ears, eyes, legs, tail, and stripes where the style is even."""
    rng = np.random.default_rng(thing.style)
    pose, coat, striped = _pose(CAT, thing), _coat(thing, rng), thing.style % 2 == 0
    accent = _accent(thing.colour, rng)
    _draw_trunk(painter, pose, coat, leg=0.095, tail=0.085)
    if not striped:
        _draw_patches(painter, pose.patches[: rng.integers(3)], accent)
    _draw_near_legs(painter, pose, coat, leg=0.095)
    x, y = pose.head
    with painter.part("ears"):
        for ear in _CAT_EARS:
            painter.polygon(ear + pose.head, coat)
            painter.polygon(ear * 0.5 + ear.mean(0) * 0.5 + pose.head, (236, 170, 160), edge=None)
    with painter.part("head"):
        painter.polygon(_CAT_HEAD + pose.head, coat)
        painter.ellipse((x + 0.02, y + 0.07), (0.09, 0.055), shade(accent, 1.5), edge=None)
        painter.stroke([(x + 0.02, y + 0.035)] * 2, 0.045, (222, 120, 124))
    if striped:
        with painter.part("stripes"):
            painter.stroke(pose.marks, 0.04, shade(coat, 1.35 if thing.colour == "black" else 0.66))
    _draw_eyes(painter, [(x - 0.07, y - 0.02), (x + 0.1, y - 0.02)], amber=True)


def _pose(poses: dict[str, tuple[Pose, ...]], thing: Thing) -> Pose:
    variants = poses[thing.pose or "standing"]
    return variants[thing.style // 2 % len(variants)]  # the last bit says whether a cat has stripes


def _coat(thing: Thing, rng: np.random.Generator) -> Colour:
    """The named colour, a little lighter or darker from one animal to the next."""
    return shade(COATS[thing.colour], rng.uniform(0.92, 1.06))


def _accent(colour: str, rng: np.random.Generator) -> Colour:
    """Patches and muzzle: dark on white, cream on all others."""
    return ((150, 112, 84), (92, 88, 90))[rng.integers(2)] if colour == "white" else (246, 236, 214)


def _draw_trunk(painter: Painter, pose: Pose, coat: Colour, *, leg: float, tail: float) -> None:
    """What dogs and cats have behind their near legs: shadow, far legs, tail, body."""
    painter.shadow((0, -0.01), (0.5, 0.06))
    with painter.part("legs"):
        painter.stroke(pose.far, leg, shade(coat, 0.78))
    with painter.part("tail"):
        painter.stroke(pose.tail, tail, shade(coat, 0.9))
    with painter.part("body"):
        painter.polygon(pose.body, coat)


def _draw_patches(painter: Painter, patches: Patches, colour: Colour) -> None:
    with painter.part("body"):
        for centre, radii in patches:
            painter.ellipse(centre, radii, colour, edge=None)


def _draw_near_legs(painter: Painter, pose: Pose, coat: Colour, *, leg: float) -> None:
    with painter.part("legs"):
        if pose.haunch is not None:
            painter.polygon(pose.haunch, shade(coat, 0.93), edge=0.85)
        painter.stroke(pose.near, leg, shade(coat, 0.93))


def _draw_eyes(painter: Painter, eyes: Iterable[Point], *, amber: bool = False) -> None:
    with painter.part("eyes"):
        for eye in eyes:
            if amber:
                painter.stroke([eye] * 2, 0.075, (238, 208, 96))
            painter.stroke([eye] * 2, 0.045, INK)


DRAW = {"dog": draw_dog, "cat": draw_cat, **wild.DRAW}
