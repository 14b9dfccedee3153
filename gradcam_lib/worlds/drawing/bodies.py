"""How people stand, walk, wave …: the joints of every pose, as data."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

Point = tuple[float, float]
Limb = tuple[Point, Point]  # elbow and hand, or knee and ankle; shoulder and hip follow from the trunk


@dataclass(frozen=True)
class Body:
    """Joints in a frame where a standing grown-up is 1 high; the left arm lies behind the trunk, the right in front.

    scale and drop: that frame within the thing's: scale times as large, its ground drop below the thing's foot.
    """

    arms: Sequence[Limb]
    legs: Sequence[Limb] = (((-0.055, -0.22), (-0.06, -0.03)), ((0.055, -0.22), (0.06, -0.03)))
    head: Point = (0.01, -0.87)
    neck: Point = (0, -0.745)
    hip: Point = (0, -0.42)
    scale: float = 1.0
    drop: float = 0.0


_HANGING = (-0.16, -0.56), (-0.165, -0.41)
_AKIMBO = (-0.24, -0.57), (-0.12, -0.46)
_STRIDE = ((-0.07, -0.22), (-0.17, -0.05)), ((0.09, -0.23), (0.14, -0.03))
_LUNGE = {
    "legs": (((-0.14, -0.22), (-0.18, -0.03)), ((0.14, -0.24), (0.17, -0.03))),
    "head": (0.06, -0.84), "neck": (0.03, -0.715), "hip": (-0.02, -0.39),
}  # fmt: skip
_CROUCH = {"head": (0.04, -0.76), "neck": (0.01, -0.64), "hip": (-0.04, -0.34)}
_SURF_LEGS = ((-0.17, -0.2), (-0.19, -0.03)), ((0.12, -0.24), (0.15, -0.03))
_CYCLE = {"head": (0.06, -1.06), "neck": (0.0, -0.94), "hip": (-0.13, -0.66), "scale": 0.85}
_HANDLEBAR = ((0.08, -0.78), (0.22, -0.74)), ((0.1, -0.75), (0.25, -0.73))
_TABLE = {"legs": (), "hip": (0, -0.44), "scale": 1 / 0.56, "drop": 0.44 / 0.56}

POSES: dict[str, tuple[Body, ...]] = {  # the variants of a pose hold their right hand at the same place
    "standing": (
        Body((_HANGING, ((0.16, -0.56), (0.165, -0.41)))),
        Body((_AKIMBO, ((0.16, -0.56), (0.165, -0.41)))),
        Body((((-0.15, -0.57), (-0.19, -0.43)), ((0.17, -0.58), (0.165, -0.41))), head=(-0.005, -0.87)),
    ),
    "walking": (
        Body((((-0.19, -0.59), (-0.22, -0.45)), ((0.15, -0.57), (0.22, -0.47))), _STRIDE),
        Body(
            (((-0.16, -0.57), (-0.12, -0.44)), ((0.16, -0.57), (0.22, -0.47))),
            (((-0.02, -0.22), (-0.12, -0.06)), ((0.08, -0.23), (0.1, -0.03))),
        ),
    ),
    "waving": (
        Body((_HANGING, ((0.24, -0.71), (0.26, -0.9)))),
        Body((_AKIMBO, ((0.25, -0.76), (0.26, -0.9)))),
    ),
    "surfing": (
        Body((((-0.2, -0.62), (-0.34, -0.66)), ((0.2, -0.58), (0.34, -0.62))), _SURF_LEGS, **_CROUCH),
        Body((((-0.19, -0.57), (-0.31, -0.52)), ((0.2, -0.63), (0.34, -0.62))), _SURF_LEGS, **_CROUCH),
    ),
    "swinging": (
        Body((((-0.17, -0.6), (-0.27, -0.53)), ((0.22, -0.62), (0.31, -0.72))), **_LUNGE),
        Body((((0.06, -0.56), (0.28, -0.68)), ((0.23, -0.61), (0.31, -0.72))), **_LUNGE),
    ),
    "flying": (
        Body((_HANGING, ((0.21, -0.84), (0.24, -1.0)))),
        Body((_AKIMBO, ((0.2, -0.82), (0.24, -1.0))), head=(-0.01, -0.87)),
    ),
    "holding": (
        Body((_HANGING, ((0.14, -0.54), (0.18, -0.63)))),
        Body((((-0.17, -0.58), (-0.2, -0.44)), ((0.15, -0.55), (0.18, -0.63)))),
    ),
    "sitting": (
        Body((((-0.17, -0.54), (-0.08, -0.48)), ((0.17, -0.54), (0.08, -0.48))), **_TABLE),
        Body((((-0.15, -0.57), (-0.17, -0.48)), ((0.18, -0.55), (0.08, -0.48))), **_TABLE),
    ),
    "cycling": (
        Body(_HANDLEBAR, (((0.04, -0.46), (-0.06, -0.32)), ((0.1, -0.5), (0.05, -0.16))), **_CYCLE),
        Body(_HANDLEBAR, (((0.07, -0.44), (0.05, -0.16)), ((0.1, -0.53), (-0.04, -0.33))), **_CYCLE),
    ),
}

_FREE = np.full((2, 2, 2), 0.015)  # how far arms differ from person to person
_FREE[1, 1] = 0  # but the right hand stays: something may hang on it


def hand(pose: str) -> Point:
    """Where the hand is that holds the racket, the string or the umbrella, in the frame of the person."""
    body = POSES[pose or "standing"][0]
    x, y = body.arms[1][1]
    return x * body.scale, y * body.scale + body.drop


def body_of(pose: str, style: int) -> Body:
    """One of the variants of a pose, with joints and head a little elsewhere for every style."""
    variants = POSES[pose or "standing"]
    body, rng = variants[style % len(variants)], np.random.default_rng((style, 2))
    legs = np.reshape(body.legs, (-1, 2, 2)) + rng.uniform(-0.015, 0.015, (len(body.legs), 2, 1)) * (1, 0)
    head = body.head[0] + rng.uniform(-0.012, 0.012), body.head[1]
    return dataclasses.replace(body, arms=body.arms + rng.uniform(-1, 1, (2, 2, 2)) * _FREE, legs=legs, head=head)
