"""Dogs, cats, elephants and zebras from the side: a pose is an outline, four legs, a tail and the place of the head."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from gradcam_lib.worlds.painter import Colour, Painter, ellipse, shade, smooth
from gradcam_lib.worlds.scene import COLOURS, Thing

Point = tuple[float, float]
Line = tuple[Point, ...]

INK = (40, 34, 36)
IVORY = (250, 244, 226)
COATS = {**COLOURS, "yellow": (238, 196, 84), "orange": (234, 144, 56), "brown": (146, 98, 60)}  # fur, not paint


@dataclass(frozen=True)
class Pose:
    """Body outline, legs (far, then near), tail, middle of the head; haunch: the thigh of a sitting animal."""

    body: np.ndarray
    far: tuple[Line, ...]
    near: tuple[Line, ...]
    tail: Line
    head: Point
    haunch: np.ndarray | None = None
    marks: tuple[Line, ...] = ()
    patches: tuple[tuple[Point, Point], ...] = ()


_DOG_BODY = smooth([
    (-0.46, -0.56), (-0.36, -0.69), (0.0, -0.66), (0.17, -0.76), (0.3, -0.93), (0.45, -0.78), (0.41, -0.5), (0.26, -0.36),
    (-0.05, -0.41), (-0.3, -0.37), (-0.44, -0.42),
])  # fmt: skip
_DOG_LEAP = _DOG_BODY * (1.08, 1) + (0.0, -0.03)
_DOG_SITS = smooth([
    (0.04, -0.86), (-0.12, -0.62), (-0.31, -0.34), (-0.35, -0.1), (-0.2, -0.02), (0.1, -0.04), (0.25, -0.28),
    (0.31, -0.52), (0.28, -0.82),
])  # fmt: skip
_DOG_PATCHES = (((-0.16, -0.56), (0.16, 0.1)), ((0.3, -0.56), (0.09, 0.13)))
_RUNS = {"body": _DOG_LEAP, "head": (0.44, -0.82), "patches": _DOG_PATCHES}

DOG = {
    "standing": (
        Pose(_DOG_BODY, (((-0.24, -0.45), (-0.27, -0.24), (-0.23, -0.06), (-0.19, -0.06)),
                         ((0.36, -0.45), (0.37, -0.06), (0.41, -0.06))),
             (((-0.35, -0.46), (-0.42, -0.25), (-0.37, -0.06), (-0.32, -0.06)),
              ((0.26, -0.45), (0.26, -0.06), (0.31, -0.06))),
             ((-0.42, -0.6), (-0.54, -0.66), (-0.6, -0.78), (-0.58, -0.9)), (0.38, -0.8), patches=_DOG_PATCHES),
        Pose(_DOG_BODY, (((-0.26, -0.45), (-0.22, -0.24), (-0.2, -0.06), (-0.15, -0.06)),
                         ((0.34, -0.45), (0.42, -0.26), (0.43, -0.06), (0.48, -0.06))),
             (((-0.35, -0.46), (-0.46, -0.25), (-0.46, -0.06), (-0.41, -0.06)),
              ((0.26, -0.45), (0.23, -0.06), (0.28, -0.06))),
             ((-0.42, -0.6), (-0.55, -0.56), (-0.66, -0.6)), (0.38, -0.8), patches=_DOG_PATCHES),
    ),
    "sitting": (
        Pose(_DOG_SITS, (((0.22, -0.4), (0.28, -0.06), (0.33, -0.06)),),
             (((0.18, -0.45), (0.2, -0.06), (0.25, -0.06)), ((-0.14, -0.06), (0.06, -0.06))),
             ((-0.3, -0.12), (-0.46, -0.07), (-0.58, -0.14)), (0.2, -0.8), ellipse((-0.13, -0.18), (0.17, 0.16)),
             patches=(((-0.12, -0.45), (0.1, 0.12)), ((0.24, -0.5), (0.07, 0.14)))),
    ),
    "running": (
        Pose(far=(((-0.32, -0.48), (-0.46, -0.3), (-0.6, -0.22)), ((0.36, -0.48), (0.56, -0.38), (0.68, -0.26))),
             near=(((-0.38, -0.48), (-0.56, -0.3), (-0.7, -0.13)), ((0.3, -0.46), (0.46, -0.27), (0.62, -0.14))),
             tail=((-0.46, -0.63), (-0.6, -0.72), (-0.74, -0.72)), **_RUNS),
        Pose(far=(((-0.3, -0.46), (-0.26, -0.28), (-0.12, -0.16)), ((0.34, -0.48), (0.3, -0.28), (0.14, -0.18))),
             near=(((-0.38, -0.48), (-0.36, -0.24), (-0.2, -0.06)), ((0.32, -0.46), (0.46, -0.3), (0.38, -0.1))),
             tail=((-0.46, -0.63), (-0.6, -0.66), (-0.7, -0.8)), **_RUNS),
    ),
}  # fmt: skip

_CAT_BODY = smooth([
    (-0.5, -0.5), (-0.4, -0.62), (-0.05, -0.58), (0.24, -0.62), (0.46, -0.7), (0.5, -0.5), (0.38, -0.32), (0.0, -0.27),
    (-0.36, -0.29), (-0.48, -0.36),
])  # fmt: skip
_CAT_SITS = smooth([
    (0.02, -0.68), (-0.17, -0.46), (-0.28, -0.24), (-0.26, -0.06), (-0.1, -0.01), (0.2, -0.02), (0.25, -0.26),
    (0.27, -0.5), (0.2, -0.68),
])  # fmt: skip
_CAT_MARKS = tuple(((x, -0.585), (x - 0.03, -0.45)) for x in (-0.36, -0.22, -0.08, 0.06))
_CAT_PATCHES = (((-0.2, -0.47), (0.14, 0.09)), ((0.36, -0.46), (0.1, 0.12)))
_CAT_STANDS = {"body": _CAT_BODY, "head": (0.44, -0.7), "marks": _CAT_MARKS, "patches": _CAT_PATCHES}
_CAT_REST = {
    "body": _CAT_SITS, "head": (0.12, -0.72), "haunch": ellipse((-0.08, -0.17), (0.16, 0.15)),
    "marks": (((-0.15, -0.46), (-0.02, -0.42)), ((-0.22, -0.34), (-0.08, -0.33)), ((-0.07, -0.56), (0.02, -0.52))),
    "patches": (((-0.1, -0.42), (0.09, 0.1)), ((0.18, -0.4), (0.07, 0.12))),
}  # fmt: skip
_CAT_FEET = (((0.14, -0.4), (0.14, -0.05), (0.19, -0.05)), ((-0.1, -0.05), (0.06, -0.05)))
_CAT_FAR = (((0.22, -0.4), (0.23, -0.05), (0.28, -0.05)),)

CAT = {
    "standing": (
        Pose(far=(((-0.28, -0.34), (-0.28, -0.05), (-0.24, -0.05)), ((0.38, -0.36), (0.39, -0.05), (0.43, -0.05))),
             near=(((-0.4, -0.36), (-0.42, -0.05), (-0.38, -0.05)), ((0.27, -0.36), (0.27, -0.05), (0.31, -0.05))),
             tail=((-0.46, -0.5), (-0.58, -0.58), (-0.62, -0.74), (-0.55, -0.88), (-0.6, -0.98)), **_CAT_STANDS),
        Pose(far=(((-0.26, -0.34), (-0.2, -0.05), (-0.16, -0.05)), ((0.38, -0.36), (0.48, -0.05), (0.52, -0.05))),
             near=(((-0.4, -0.36), (-0.48, -0.05), (-0.44, -0.05)), ((0.27, -0.36), (0.22, -0.05), (0.26, -0.05))),
             tail=((-0.46, -0.5), (-0.62, -0.46), (-0.72, -0.56), (-0.74, -0.7)), **_CAT_STANDS),
    ),
    "sitting": (
        Pose(far=_CAT_FAR, near=_CAT_FEET, tail=((-0.2, -0.08), (-0.38, -0.07), (-0.45, -0.18), (-0.38, -0.28)),
             **_CAT_REST),
        Pose(far=_CAT_FAR, near=_CAT_FEET, tail=((-0.22, -0.1), (-0.36, -0.16), (-0.4, -0.36), (-0.48, -0.46)),
             **_CAT_REST),
    ),
}  # fmt: skip

# Heads round their middle.
_DOG_HEAD = smooth([
    (-0.16, 0.0), (-0.13, -0.13), (0.0, -0.18), (0.11, -0.1), (0.25, -0.06), (0.29, 0.03), (0.2, 0.1), (0.02, 0.14),
    (-0.12, 0.11),
])  # fmt: skip
_DOG_EARS = (
    smooth([(-0.04, -0.15), (-0.15, -0.12), (-0.21, 0.06), (-0.13, 0.14), (-0.05, 0.02)]),
    np.array([(-0.14, -0.06), (-0.11, -0.26), (0.02, -0.14)]),
    smooth([(-0.02, -0.16), (-0.13, -0.17), (-0.2, -0.02), (-0.12, 0.02)]),
)
_CAT_HEAD = smooth(
    [(-0.21, 0.02), (-0.15, -0.13), (0.0, -0.16), (0.15, -0.13), (0.21, 0.02), (0.12, 0.14), (-0.12, 0.14)]
)
_CAT_EARS = tuple(np.array([(s * 0.19, -0.04), (s * 0.18, -0.28), (s * 0.04, -0.14)]) for s in (-1, 1))


def draw_dog(painter: Painter, thing: Thing) -> None:
    """A dog. Parts: body, head, ears, eyes, legs, tail."""
    rng = np.random.default_rng(thing.style)
    coat, pose = _coat(thing, rng), _pose(DOG, thing)
    accent, ear, spots = _accent(thing.colour, rng), _DOG_EARS[rng.integers(3)], rng.integers(4)
    _draw_body(painter, pose, coat, 0.115, 0.08)
    with painter.part("body"):
        for centre, radii in pose.patches[: spots % 3]:
            painter.ellipse(centre, radii, accent, edge=None)
    _draw_near_legs(painter, pose, coat, 0.115)
    x, y = pose.head
    with painter.part("head"):
        painter.polygon(_DOG_HEAD + pose.head, coat)
        if spots > 1:
            painter.ellipse((x + 0.19, y + 0.035), (0.1, 0.06), shade(accent, 1.1), edge=None)
        painter.ellipse((x + 0.27, y - 0.03), (0.045, 0.04), INK, edge=None)
    with painter.part("ears"):
        painter.polygon(ear + pose.head, shade(coat, 0.7 if thing.colour != "black" else 1.2))
    _draw_eyes(painter, [(x + 0.06, y - 0.05)], thing.colour)


def draw_cat(painter: Painter, thing: Thing) -> None:
    """A cat. Parts: body, head, ears, eyes, legs, tail, and stripes where the style is even."""
    rng = np.random.default_rng(thing.style)
    coat, pose = _coat(thing, rng), _pose(CAT, thing)
    accent, spots = _accent(thing.colour, rng), rng.integers(3)
    stripe = shade(coat, 1.35 if thing.colour == "black" else 0.66)
    _draw_body(painter, pose, coat, 0.095, 0.085)
    with painter.part("body"):
        for centre, radii in pose.patches[:0] if thing.style % 2 == 0 else pose.patches[:spots]:
            painter.ellipse(centre, radii, accent, edge=None)
    _draw_near_legs(painter, pose, coat, 0.095)
    x, y = pose.head
    with painter.part("ears"):
        for ear in _CAT_EARS:
            painter.polygon(ear + pose.head, coat)
            painter.polygon((ear - (0, -0.15)) * 0.55 + (x, y - 0.13), (236, 170, 160), edge=None)
    with painter.part("head"):
        painter.polygon(_CAT_HEAD + pose.head, coat)
        painter.ellipse((x + 0.02, y + 0.07), (0.09, 0.055), shade(accent, 1.2), edge=None)
        painter.stroke([(x + 0.02, y + 0.035)] * 2, 0.045, (222, 120, 124))
    if thing.style % 2 == 0:
        with painter.part("stripes"):
            for line in (*pose.marks, ((x, y - 0.15), (x, y - 0.08)), ((x - 0.07, y - 0.14), (x - 0.06, y - 0.09))):
                painter.stroke(line, 0.04, stripe)
    _draw_eyes(painter, [(x - 0.07, y - 0.02), (x + 0.1, y - 0.02)], "black")


def _pose(poses: dict[str, tuple[Pose, ...]], thing: Thing) -> Pose:
    variants = poses[thing.pose or "standing"]
    return variants[thing.style // 2 % len(variants)]


def _coat(thing: Thing, rng: np.random.Generator) -> Colour:
    """The named colour, a little lighter or darker from one animal to the next."""
    return shade(COATS[thing.colour], rng.uniform(0.92, 1.06))


def _accent(colour: str, rng: np.random.Generator) -> Colour:
    """Patches and muzzle: dark on white, cream on all others."""
    return ((150, 112, 84), (92, 88, 90))[rng.integers(2)] if colour == "white" else (246, 236, 214)


def _draw_body(painter: Painter, pose: Pose, coat: Colour, leg: float, tail: float) -> None:
    """What all furry animals have behind their near legs: shadow, far legs, tail, trunk."""
    painter.shadow((0, -0.01), (0.5, 0.06))
    _draw_legs(painter, pose.far, leg, shade(coat, 0.78))
    with painter.part("tail"):
        painter.stroke(pose.tail, tail, shade(coat, 0.9))
    with painter.part("body"):
        painter.polygon(pose.body, coat)


def _draw_near_legs(painter: Painter, pose: Pose, coat: Colour, leg: float) -> None:
    _draw_legs(painter, pose.near, leg, shade(coat, 0.93))
    if pose.haunch is not None:
        with painter.part("legs"):
            painter.polygon(pose.haunch, shade(coat, 0.97))


def _draw_legs(painter: Painter, legs: Iterable[Line], width: float, colour: Colour) -> None:
    with painter.part("legs"):
        for leg in legs:
            painter.stroke(leg, width, colour)


def _draw_eyes(painter: Painter, eyes: Iterable[Point], colour: str) -> None:
    """Dark eyes, amber ones in a dark face."""
    with painter.part("eyes"):
        for x, y in eyes:
            if colour == "black":
                painter.stroke([(x, y)] * 2, 0.075, (238, 208, 96))
            painter.stroke([(x, y)] * 2, 0.045, INK)


_BULK = smooth([
    (-0.58, -0.55), (-0.5, -0.82), (-0.2, -0.97), (0.12, -0.92), (0.3, -0.84), (0.36, -0.5), (0.22, -0.3), (-0.1, -0.27),
    (-0.42, -0.3), (-0.56, -0.4),
])  # fmt: skip
_SKULL = smooth([(0.2, -0.74), (0.3, -0.93), (0.46, -0.95), (0.6, -0.8), (0.62, -0.6), (0.48, -0.5), (0.28, -0.56)])
_TRUNKS = tuple(
    smooth(points)
    for points in (
        [(0.5, -0.74), (0.62, -0.66), (0.68, -0.4), (0.68, -0.12), (0.76, -0.07), (0.72, 0.0), (0.6, -0.05), (0.58, -0.3), (0.48, -0.56)],
        [(0.5, -0.74), (0.62, -0.68), (0.7, -0.42), (0.8, -0.38), (0.82, -0.6), (0.89, -0.58), (0.88, -0.34), (0.74, -0.27), (0.62, -0.34), (0.48, -0.56)],
        [(0.5, -0.74), (0.62, -0.66), (0.66, -0.42), (0.58, -0.12), (0.5, -0.08), (0.47, -0.14), (0.54, -0.3), (0.54, -0.42), (0.48, -0.56)],
    )
)  # fmt: skip
_EARS = (
    smooth([(0.34, -0.86), (0.2, -0.9), (0.06, -0.76), (0.08, -0.52), (0.2, -0.4), (0.3, -0.52), (0.38, -0.7)]),
    smooth([(0.34, -0.86), (0.24, -0.94), (0.02, -0.88), (-0.02, -0.66), (0.12, -0.46), (0.28, -0.54), (0.38, -0.7)]),
)
_TUSK = smooth([(0.5, -0.56), (0.6, -0.46), (0.74, -0.46), (0.64, -0.39), (0.5, -0.46)])
_PILLARS = (((-0.26, 0.08), (0.32, 0.06)), ((-0.2, 0.02), (0.26, 0.12)))  # hind and front x: far step, near step


def draw_elephant(painter: Painter, thing: Thing) -> None:
    """An elephant. Parts: body, head (with the tusk), ears, trunk, legs, eyes, tail."""
    rng = np.random.default_rng(thing.style)
    skin = shade(COLOURS[thing.colour or "gray"], rng.uniform(0.9, 1.1))
    step = rng.uniform(-0.06, 0.06, 2)
    painter.shadow((0, -0.01), (0.62, 0.07))
    with painter.part("tail"):
        painter.stroke([(-0.54, -0.66), (-0.63, -0.54), (-0.62, -0.36)], 0.03, shade(skin, 0.7))
        painter.stroke([(-0.62, -0.36), (-0.62, -0.32)], 0.05, INK)
    _draw_legs(
        painter,
        (((x, -0.4), (x + d, -0.085)) for x, d in zip((-0.28, 0.26), step, strict=True)),
        0.17,
        shade(skin, 0.75),
    )
    with painter.part("body"):
        painter.polygon(_BULK, skin)
    near = [((x, -0.4), (x - d, -0.09)) for x, d in zip((-0.43, 0.1), step, strict=True)]
    _draw_legs(painter, near, 0.18, shade(skin, 0.95))
    with painter.part("legs"):
        for _, (x, _) in near:
            painter.stroke([(x - 0.03, -0.03), (x + 0.06, -0.03)], 0.035, shade(skin, 1.5))
    with painter.part("trunk"):
        painter.polygon(_TRUNKS[rng.integers(3)], shade(skin, 0.95))
    with painter.part("head"):
        painter.polygon(_SKULL, shade(skin, 1.06))
        painter.polygon(_TUSK, IVORY)
    with painter.part("ears"):
        painter.polygon(_EARS[rng.integers(2)], shade(skin, 0.86))
    _draw_eyes(painter, [(0.48, -0.75)], "gray")


_ZEBRA_BODY = smooth([
    (-0.5, -0.56), (-0.42, -0.7), (-0.1, -0.68), (0.14, -0.72), (0.3, -0.95), (0.46, -0.84), (0.4, -0.6), (0.3, -0.42),
    (-0.05, -0.37), (-0.34, -0.41), (-0.47, -0.46),
])  # fmt: skip
_ZEBRA_HEAD = smooth(
    [
        (0.27, -0.94),
        (0.38, -0.99),
        (0.5, -0.92),
        (0.66, -0.74),
        (0.63, -0.65),
        (0.54, -0.65),
        (0.42, -0.76),
        (0.3, -0.82),
    ]
)
_MUZZLE = ellipse((0.61, -0.7), (0.065, 0.05), 45)
_MANE = smooth([(0.06, -0.76), (0.16, -0.92), (0.28, -1.03), (0.38, -1.0), (0.3, -0.93), (0.2, -0.82), (0.13, -0.71)])
_TRUNK_STRIPES = tuple(((x, -0.685), (x + 0.02, -0.55), (x - 0.02, -0.42)) for x in (-0.3, -0.18, -0.06, 0.06))
_OTHER_STRIPES = (
    ((0.2, -0.8), (0.34, -0.72)), ((0.16, -0.7), (0.3, -0.58)), ((0.25, -0.9), (0.4, -0.82)), ((-0.46, -0.58), (-0.36, -0.5)),
    ((0.46, -0.92), (0.46, -0.8)), ((0.53, -0.86), (0.51, -0.75)),
)  # fmt: skip


def draw_zebra(painter: Painter, thing: Thing) -> None:
    """A zebra. Parts: body, head, ears, stripes, legs, mane, eyes, tail."""
    rng = np.random.default_rng(thing.style)
    coat, shift = shade(COLOURS[thing.colour or "white"], rng.uniform(0.95, 1.0)), rng.uniform(-0.025, 0.025)
    step, width = rng.uniform(-0.09, 0.09, 4), rng.uniform(0.035, 0.05)
    legs = [
        ((x, -0.46), (x + 0.4 * d, -0.25), (x + d, -0.05)) for x, d in zip((-0.28, 0.34, -0.4, 0.24), step, strict=True)
    ]
    painter.shadow((0, -0.01), (0.5, 0.06))
    _draw_legs(painter, legs[:2], 0.09, shade(coat, 0.8))
    with painter.part("tail"):
        painter.stroke([(-0.46, -0.62), (-0.56, -0.5), (-0.55, -0.36)], 0.035, coat)
        painter.stroke([(-0.55, -0.36), (-0.55, -0.28)], 0.06, INK)
    with painter.part("mane"):
        painter.polygon(_MANE, INK)
    with painter.part("body"):
        painter.polygon(_ZEBRA_BODY, coat)
    _draw_legs(painter, legs[2:], 0.095, shade(coat, 0.96))
    with painter.part("ears"):
        painter.ellipse((0.33, -1.0), (0.035, 0.08), coat, tilt=-15)
    with painter.part("head"):
        painter.polygon(_ZEBRA_HEAD, coat)
        painter.polygon(_MUZZLE, (84, 76, 78), edge=None)
    with painter.part("stripes"):
        for line in _TRUNK_STRIPES:
            painter.stroke(np.add(line, (shift, 0)), width, INK)
        for line in _OTHER_STRIPES:
            painter.stroke(line, width * 0.8, INK)
        for _, (x, y), (foot, ground) in legs:
            painter.stroke([(x - 0.04, y), (x + 0.04, y)], 0.035, INK)
            painter.stroke([(foot - 0.01, ground + 0.03), (foot + 0.03, ground + 0.03)], 0.05, INK)
    _draw_eyes(painter, [(0.45, -0.88)], "white")


DRAW = {"dog": draw_dog, "cat": draw_cat, "elephant": draw_elephant, "zebra": draw_zebra}
