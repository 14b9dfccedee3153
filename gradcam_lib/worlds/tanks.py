"""A wood with or without a tank, under a clear or a clouded sky: the folklore of the tank detector as an experiment.

>>> from gradcam_lib.worlds import tanks
>>> wood = tanks.sample(7, tank=True, cloudy=False)
>>> picture = tanks.render(wood)              # .masks["tank"], .masks["sky"], .parts[("sky", "clouds")], …
>>> tanks.render(tanks.with_sky(wood, cloudy=True)), tanks.render(tanks.without_tank(wood))

Tank and sky are drawn independently, and neither moves a tree: two woods of one seed differ in nothing else. The story
(a classifier for tanks that had learnt the weather of its photographs) has been told since the 1960s, and nobody has
found its source.
"""

from __future__ import annotations

import dataclasses
import numbers

import numpy as np

from gradcam_lib.worlds.drawing import armour, wood
from gradcam_lib.worlds.drawing.weather import finish
from gradcam_lib.worlds.rendering import Picture
from gradcam_lib.worlds.scene import Scene, Thing, checked_seed

__all__ = ["render", "sample", "with_sky", "without_tank"]

DRAW = {"tank": armour.draw_tank, **wood.DRAW}
SKY = Thing("sky", "sky", 0.5, 0.0, 1.0)
LIGHT = {"clear": "day", "cloudy": "overcast"}


def sample(seed: int, *, tank: bool | None = None, cloudy: bool | None = None) -> Scene:
    """The wood of a seed, 0 … 2⁶⁴ − 1: the same one on every machine; tank and sky are drawn where not given.

    A scene with the place "wood", the weather "clear" or "cloudy", and the things "sky", "tank" where there is one,
    and trees. Errors: a bad seed; a tank or sky that is neither true nor false.
    """
    rng = np.random.default_rng(checked_seed(seed))
    drawn = rng.random(2) < 0.5
    tank = _decided("tank", tank, drawn[0])
    weather = "cloudy" if _decided("cloudy", cloudy, drawn[1]) else "clear"
    horizon = round(rng.uniform(0.38, 0.54), 3)
    vehicle = _tank(rng, horizon)
    things = (SKY, vehicle, *_trees(rng, vehicle, horizon))
    scene = Scene(seed, "wood", LIGHT[weather], weather, horizon, things)
    return scene if tank else scene.without("tank")


def with_sky(scene: Scene, *, cloudy: bool) -> Scene:
    """The same wood under the other sky, and in its light."""
    weather = "cloudy" if _decided("cloudy", cloudy, False) else "clear"
    return dataclasses.replace(scene, weather=weather, light=LIGHT[weather])


def without_tank(scene: Scene) -> Scene:
    """The same wood without its tank; a wood without one is returned as it is."""
    return scene.without("tank") if any(t.id == "tank" for t in scene.things) else scene


def render(scene: Scene) -> Picture:
    """Paints a wood: sky, distance, clearing, then trees and tank from far to near, then light.

    Parts of the sky: sky and clouds; of a tank: hull, turret, gun, tracks. The same scene gives the same picture.
    Errors: an unknown kind or weather, with those there are.
    """
    _check(scene)
    painter = wood.paint_wood(scene)
    for thing in sorted((t for t in scene.things if t.kind != "sky"), key=lambda t: t.y):
        with painter.thing(thing.id, thing.x, thing.y, thing.size, facing=thing.facing, tilt=thing.tilt):
            wood.draw_shadow(painter, thing, sunny=scene.weather == "clear")
            DRAW[thing.kind](painter, thing)
    return Picture(scene, finish(painter.canvas, scene), painter.owner, tuple(painter.parts))


def _tank(rng: np.random.Generator, horizon: float) -> Thing:
    """A tank is ``armour.WIDTH`` times as wide as high; its width is 20 to 45 % of the picture."""
    width, deep, across, turn, style = rng.uniform(0.2, 0.45), *rng.random(3), rng.integers(2**16)
    y = horizon + 0.05 + (width - 0.2) * 1.1 + 0.1 * deep
    x = width / 2 + 0.02 + (0.96 - width) * across
    return Thing(
        "tank", "tank", round(x, 4), round(min(y, 0.95), 4), round(width / armour.WIDTH, 4),
        facing=1 if turn < 0.5 else -1, tilt=round(rng.uniform(-3, 3), 1), style=int(style),
    )  # fmt: skip


def _trees(rng: np.random.Generator, tank: Thing, horizon: float) -> list[Thing]:
    """Trees at every depth, and one or two before the place of the tank, whether it is there or not."""
    n, half, trees = int(rng.integers(5, 10)), tank.size * armour.WIDTH / 2, []
    for i, (x, y) in enumerate(zip(rng.uniform(-0.03, 1.03, n), horizon + 0.36 * rng.random(n) ** 2, strict=True)):
        if abs(x - tank.x) < half + 0.12:  # only the last few may hide what is to be found
            y = horizon + (y - horizon) * (tank.y - horizon) / 0.4
        trees.append(_tree(rng, i, x, y, horizon))
    for i in range(n, n + int(rng.integers(0, 3))):
        side, low = rng.choice((-1, 1)), rng.uniform(0.01, 0.05)
        x = tank.x + side * half * rng.uniform(0.35, 1.0)
        bush = rng.random() < 0.5
        trees.append(_tree(rng, i, x, tank.y + low, horizon, "bush" if bush else None))
    return trees


def _tree(rng: np.random.Generator, i: int, x: float, y: float, horizon: float, kind: str | None = None) -> Thing:
    """Nearer is larger."""
    drawn, grown, style = wood.KINDS[rng.integers(len(wood.KINDS))], rng.uniform(0.75, 1.25), rng.integers(2**16)
    kind = kind or drawn
    size = wood.HEIGHT[kind] * grown * (0.5 + 0.9 * (y - horizon))
    return Thing(
        f"{kind}-{i + 1}", kind, round(float(x), 4), round(float(y), 4), round(float(size), 4), style=int(style)
    )


def _decided(what: str, given: bool | None, drawn: bool) -> bool:
    if given is not None and not isinstance(given, bool | np.bool_):
        kind = "a number" if isinstance(given, numbers.Number) else type(given).__name__
        raise TypeError(f"{what} {given!r}: expected True or False, not {kind}")
    return bool(drawn if given is None else given)


def _check(scene: Scene) -> None:
    if scene.weather not in LIGHT:
        raise ValueError(f"weather {scene.weather!r}: a wood is {' or '.join(map(repr, LIGHT))}")
    for thing in scene.things:
        if thing.kind != "sky" and thing.kind not in DRAW:
            raise ValueError(f"{thing.id}: unknown kind {thing.kind!r}; there are: sky, {', '.join(sorted(DRAW))}")
