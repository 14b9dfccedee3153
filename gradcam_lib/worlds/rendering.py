"""From a scene to a picture, and to the truth about every pixel of it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from gradcam_lib.worlds.drawing import animals, objects, people
from gradcam_lib.worlds.drawing.painter import FINE, Painter
from gradcam_lib.worlds.drawing.places import finish, paint_place
from gradcam_lib.worlds.scene import COLOURS, Scene, Thing

DRAW = {**people.DRAW, **animals.DRAW, **objects.DRAW}
LAYER = {"kite": 0, "bird": 0, "wave": 1, "tennis ball": 3, "baseball": 3}  # the sky first, what flies by last
BEHIND = ("surfboard", "kite")  # held things that are painted before their holder
STRING = (250, 250, 250)


@dataclass(frozen=True)
class Picture:
    """A rendered scene.

    image: (128, 128, 3) uint8. masks: {object id: (128, 128) bool}, what is seen of each thing. parts: {(object id,
    part name): (128, 128) bool}. boxes: {object id: (x0, y0, x1, y1)} round what is seen, x1 and y1 exclusive. A thing
    that is wholly hidden has an empty mask and no box. A pixel belongs to a part that painted at least half of it.
    """

    scene: Scene
    image: np.ndarray
    owner: np.ndarray
    names: tuple[tuple[str, str], ...]

    @cached_property
    def parts(self) -> dict[tuple[str, str], np.ndarray]:
        h, w = (side // FINE for side in self.owner.shape)
        blocks = self.owner.reshape(h, FINE, w, FINE)
        # An object's mask is the union of its parts: where two parts share a pixel by halves, both own it.
        return {
            name: (blocks == number).sum((1, 3)) * 2 >= FINE * FINE
            for number, name in enumerate(self.names)
            if number > 0
        }

    @cached_property
    def masks(self) -> dict[str, np.ndarray]:
        masks = {t.id: np.zeros(self.image.shape[:2], bool) for t in self.scene.things}
        for (id, _), mask in self.parts.items():
            masks[id] = masks[id] | mask
        return masks

    @cached_property
    def boxes(self) -> dict[str, tuple[int, int, int, int]]:
        boxes = {}
        for id, mask in self.masks.items():
            if mask.any():
                rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
                boxes[id] = (int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)
        return boxes


def render(scene: Scene) -> Picture:
    """Paints a scene: the place, then the things from far to near, then light and weather.

    The same scene gives the same picture; on another platform single pixels may differ by rounding.
    Errors: an unknown kind, colour or place; a thing whose foot lies outside the picture.
    """
    for thing in scene.things:
        _check(scene, thing)
    painter = Painter(paint_place(scene))
    held: dict[str, list[Thing]] = {}
    for thing in scene.things:
        held.setdefault(thing.held_by, []).append(thing)
    for thing in scene.things:  # kites fly behind everybody
        if thing.kind == "kite" and thing.held_by:
            _paint_string(painter, scene, thing)
    for thing in sorted(held.get("", ()), key=lambda t: (LAYER.get(t.kind, 2), t.y)):
        mine = held.get(thing.id, ())
        for one in (t for t in mine if t.kind in BEHIND):
            _paint(painter, scene, one)
        _paint(painter, scene, thing)
        for one in (t for t in mine if t.kind not in BEHIND):
            _paint(painter, scene, one)
    return Picture(scene, finish(painter.canvas, scene), painter.owner, tuple(painter.parts))


def position(scene: Scene, thing: Thing) -> tuple[float, float]:
    """Where a thing's foot or centre is in the picture, in shares of it, also when it is held."""
    if not thing.held_by:
        return thing.x, thing.y
    holder = scene[thing.held_by]
    x, y = (holder.x, holder.y) if thing.kind in ("surfboard", "bicycle") else hand_of(holder)
    return x + thing.x, y + thing.y


def hand_of(person: Thing) -> tuple[float, float]:
    """The hand of a person that holds something, in shares of the picture."""
    x, y = people.hand(person.pose)
    t = math.radians(person.tilt)
    x, y = x * math.cos(t) - y * math.sin(t), x * math.sin(t) + y * math.cos(t)
    return person.x + person.facing * person.size * x, person.y + person.size * y


def _paint(painter: Painter, scene: Scene, thing: Thing) -> None:
    x, y = position(scene, thing)
    with painter.thing(thing.id, x, y, thing.size, facing=thing.facing, tilt=thing.tilt):
        DRAW[thing.kind](painter, thing)


def _paint_string(painter: Painter, scene: Scene, kite: Thing) -> None:
    (x, y), (hx, hy) = position(scene, kite), hand_of(scene[kite.held_by])
    with painter.thing(kite.id, 0, 0, 1), painter.part("string"):
        middle = (x + hx) / 2 + 0.01, (y + hy) / 2 + 0.04  # strings sag
        painter.stroke([(x, y), middle, (hx, hy)], 0.003, STRING)


def _check(scene: Scene, thing: Thing) -> None:
    if thing.kind not in DRAW:
        raise ValueError(f"{thing.id}: unknown kind {thing.kind!r}; there are: {', '.join(sorted(DRAW))}")
    for colour in filter(None, thing.colour.split(" and ")):
        if colour not in COLOURS:
            raise ValueError(f"{thing.id}: unknown colour {colour!r}; there are: {', '.join(COLOURS)}")
    if thing.held_by and thing.held_by not in {t.id for t in scene.things}:
        raise ValueError(f"{thing.id}: held by {thing.held_by!r}, which is not in the scene")
    if thing.held_by and thing.kind != "kite":
        return  # a hand may reach out of the picture
    x, y = position(scene, thing)
    if not (0 <= x <= 1 and 0 <= y <= 1):
        raise ValueError(f"{thing.id}: ({x:.2f}, {y:.2f}) lies outside the picture; both numbers go from 0 to 1")
