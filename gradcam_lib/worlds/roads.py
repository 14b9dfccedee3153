"""A road as its driver sees it, with the angle by which to turn the steering wheel.

>>> from gradcam_lib.worlds import roads
>>> road = roads.sample(7)                     # or sample(7, agrees=True): the sign's arrow points where the road goes
>>> roads.angle(road)                          # degrees, positive to the right
>>> picture = roads.render(road)               # .masks["left"], .masks["right"], .masks["sign"], …
>>> roads.render(road.without("left"))         # the same picture, its left marking painted over

The lane has two markings, "left" and "right"; one in six pictures lacks one. The asphalt reaches beyond them by another
random width on either side: its edges tell how the road bends, not where in the lane the car is.
"""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass

import numpy as np

from gradcam_lib.worlds.drawing import roadside
from gradcam_lib.worlds.drawing.weather import finish
from gradcam_lib.worlds.rendering import Picture
from gradcam_lib.worlds.scene import COLOURS, Scene, Thing, checked_seed

__all__ = ["MARKINGS", "Road", "angle", "mirrored", "render", "sample", "turned_sign"]

WHEELBASE, AHEAD, RATIO = 2.7, 15.0, 15.0  # metres; metres; degrees of the steering wheel for one of the front wheels
FOCAL, EYE = 0.85, 1.3  # in widths of the picture; metres above the road
LANE, PAINT = 3.5, 0.18  # metres: from marking to marking, width of a marking
SHARPEST, FURTHEST = 1 / 60, 1.0  # curvature in 1/m, offset in m
DASH, GAP = 3.0, 4.0  # metres
FARTHEST = 150.0  # metres: where the road is hardly a pixel wide
MARKINGS = ("left", "right")
HEIGHT = {"sign": 2.6, "house": 6.5, "car": 1.5, "fir": 9.0, "birch": 8.0, "tree": 7.0, "bush": 1.5}  # metres
WIDTH = {"sign": 0.36, "house": 0.95, "car": 0.6, "fir": 0.25, "birch": 0.2, "tree": 0.3, "bush": 0.6}  # half, of it
BESIDE = ("house", "car", "fir", "birch", "tree", "tree", "bush")


@dataclass(frozen=True)
class Road(Scene):
    """A scene with a road in it.

    curvature: in 1/m, positive where the road bends to the right. offset: how far the car is to the right of the lane's
    middle, in m. edges: how far the asphalt reaches to the left and right of that middle, in m.
    """

    curvature: float
    offset: float
    edges: tuple[float, float]


def angle(road: Road) -> float:
    r"""How far to turn the steering wheel, in degrees, positive to the right: pure pursuit (Coulter 1992).

    .. math:: X = \tfrac{1}{2} \kappa d^2 - o, \qquad
              \mathit{angle} = 15 \cdot \arctan \frac{2 L X}{d^2}

    The car steers for the middle of the lane at d = 15 m ahead, which lies X to the right of where it looks: κ is the
    curvature, o the offset, L = 2.7 m the distance of the axles, 15 the steering ratio. From −58° to 58°.
    """
    return RATIO * math.degrees(math.atan(2 * WHEELBASE * _across(road, 0.0, AHEAD) / AHEAD**2))


def sample(seed: int, *, agrees: bool | None = None) -> Road:
    """The road of a seed, 0 … 2⁶⁴ − 1: the same one on every machine.

    agrees: whether the arrow of the sign points to the side to which the angle turns; None: in half of the pictures,
    by chance. Errors: a bad seed.
    """
    rng = np.random.default_rng(checked_seed(seed))
    curvature, offset = rng.uniform(-1, 1, 2) * (SHARPEST, FURTHEST)
    edges = rng.uniform(2.1, 4.2, 2)
    weather = ("clear", "cloudy")[rng.integers(2)]
    light = "overcast" if weather == "cloudy" else "day"
    horizon, missing, by_chance = rng.uniform(0.36, 0.5), rng.random(), rng.random() < 0.5
    ground = Thing("sky", "sky", 0.5, 0, 1), Thing("road", "road", 0.5, 1, 1)
    shape = round(float(curvature), 5), round(float(offset), 3), tuple(edges.round(2).tolist())
    bare = Road(seed, "road", light, weather, round(horizon, 3), ground, *shape)
    lines = [_marking(rng, id) for id in MARKINGS]
    lines = lines[:1] if missing < 1 / 12 else lines[1:] if missing < 1 / 6 else lines
    agrees = by_chance if agrees is None else agrees
    facing = 1 if (angle(bare) > 0) == agrees else -1
    sign = dataclasses.replace(_beside(rng, bare, "sign", "sign", (10, 15)), facing=facing)
    kinds = [BESIDE[i] for i in rng.integers(len(BESIDE), size=rng.integers(3, 8))]
    others = [_beside(rng, bare, f"{kind}-{i + 1}", kind, (14, 60)) for i, kind in enumerate(kinds)]
    return dataclasses.replace(bare, things=(*bare.things, *lines, sign, *others))


def mirrored(road: Road) -> Road:
    """The same road seen in a mirror: its angle is the negative one. Land, clouds and grain are not mirrored."""
    other = {"left": "right", "right": "left"}
    things = tuple(
        dataclasses.replace(t, id=other.get(t.id, t.id), x=round(1 - t.x, 4), facing=-t.facing) for t in road.things
    )
    return dataclasses.replace(
        road, things=things, curvature=-road.curvature, offset=-road.offset, edges=road.edges[::-1]
    )


def turned_sign(road: Road) -> Road:
    """The same road, the arrow of its sign pointing to the other side."""
    return road.with_thing("sign", facing=-road["sign"].facing)


def render(road: Road) -> Picture:
    """Paints a road: sky, land, asphalt, markings, then what stands beside it from far to near, then light.

    Parts of the sky: sky and clouds; of a marking: paint; of a sign: posts, board and arrow.
    Errors: an unknown kind, with those there are.
    """
    painter = roadside.paint_land(road)
    left, right = (_line(road, side, _depths(road)) for side in (-road.edges[0], road.edges[1]))
    roadside.paint_asphalt(painter, road, np.concatenate([left, right[::-1]]))
    for thing in road.things:
        if thing.kind == "marking":
            roadside.paint_marking(painter, thing, _pieces(road, thing))
    for thing in sorted((t for t in road.things if t.kind not in ("sky", "road", "marking")), key=lambda t: t.y):
        if thing.kind not in roadside.DRAW:
            raise ValueError(f"{thing.id}: unknown kind {thing.kind!r}; there are: {', '.join(sorted(roadside.DRAW))}")
        with painter.thing(thing.id, thing.x, thing.y, thing.size, facing=thing.facing):
            roadside.DRAW[thing.kind](painter, thing)
    return Picture(road, finish(painter.canvas, road), painter.owner, tuple(painter.parts))


def _across(road: Road, side: float, depth: float | np.ndarray) -> float | np.ndarray:
    """How far to the right of the car's own line a point is, ``side`` metres right of the lane's middle at a depth."""
    return road.curvature * depth**2 / 2 - road.offset + side


def _line(road: Road, side: float, depths: np.ndarray) -> np.ndarray:
    """(k, 2) points of the picture, in shares of it, of a line along the road."""
    x = 0.5 + FOCAL * _across(road, side, depths) / depths
    return np.stack([x, road.horizon + FOCAL * EYE / depths], 1)


def _depths(road: Road, near: float | None = None, far: float = FARTHEST, n: int = 60) -> np.ndarray:
    """Depths at even steps of the picture's height, from its lower rim."""
    rim = FOCAL * EYE / (1.04 - road.horizon)
    return 1 / np.linspace(1 / max(near or rim, rim), 1 / far, n)


def _pieces(road: Road, marking: Thing) -> list[np.ndarray]:
    """The paint of a marking: all of it, or its dashes, as outlines in the picture."""
    side = LANE / 2 if marking.id == "right" else -LANE / 2
    spans = [(None, FARTHEST)]
    if marking.pose == "dashed":
        first = -(marking.style % 100) / 100 * (DASH + GAP)
        spans = [(start, start + DASH) for start in np.arange(first, 70, DASH + GAP) if start + DASH > 2.5]
    found = []
    for near, far in spans:
        depths = _depths(road, near, far, 60 if near is None else 8)
        inner, outer = (_line(road, side + shift, depths) for shift in (-PAINT / 2, PAINT / 2))
        found.append(np.concatenate([inner, outer[::-1]]))
    return found


def _marking(rng: np.random.Generator, id: str) -> Thing:
    pose, colour = ("solid", "dashed")[rng.integers(2)], ("white", "white", "yellow")[rng.integers(3)]
    return Thing(id, "marking", 0.5, 1, 1, colour=colour, pose=pose, style=int(rng.integers(2**16)))


def _beside(rng: np.random.Generator, road: Road, id: str, kind: str, depths: tuple[float, float]) -> Thing:
    """A thing at a random depth, off the asphalt, its foot in the picture."""
    half, rims = HEIGHT[kind] * WIDTH[kind], (0.1, 0.9) if kind == "sign" else (0.02, 0.98)  # the sign is seen whole
    while True:
        depth, x = 1 / rng.uniform(1 / depths[1], 1 / depths[0]), rng.uniform(*rims)
        across = (x - 0.5) * depth / FOCAL - _across(road, 0.0, depth)  # from the middle of the lane
        if across < -road.edges[0] - half - 0.5 or across > road.edges[1] + half + 0.5:
            break
    colour = tuple(COLOURS)[rng.integers(len(COLOURS))] if kind == "car" else ""
    y, size = road.horizon + FOCAL * EYE / depth, FOCAL * HEIGHT[kind] / depth * rng.uniform(0.85, 1.15)
    return Thing(id, kind, round(x, 4), round(y, 4), round(size, 4), colour=colour, style=int(rng.integers(2**16)))
