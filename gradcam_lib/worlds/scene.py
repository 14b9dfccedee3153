"""What a scene is before it is a picture: a place, a light, and things with a size, a colour and a pose."""

from __future__ import annotations

import dataclasses
import numbers
from dataclasses import dataclass

PLACES = ("beach", "park", "street", "kitchen", "savannah")
LIGHTS = ("day", "evening", "overcast")
WEATHERS = ("clear", "cloudy", "rain")

COLOURS = {  # name → RGB of the colours that captions and questions speak of
    "red": (214, 48, 44),
    "orange": (240, 140, 36),
    "yellow": (246, 208, 52),
    "green": (62, 160, 74),
    "blue": (52, 110, 206),
    "purple": (140, 76, 172),
    "pink": (238, 138, 172),
    "white": (244, 242, 236),
    "black": (44, 44, 50),
    "brown": (134, 88, 50),
    "gray": (138, 142, 148),
}

PEOPLE = ("man", "woman")
ANIMALS = ("dog", "cat", "elephant", "zebra")


def checked_seed(seed: int) -> int:
    """The seed itself, 0 … 2⁶⁴ − 1, or an error that names it."""
    if isinstance(seed, bool) or not isinstance(seed, numbers.Integral):
        raise TypeError(f"seed {seed!r}: expected a whole number from 0 to 2**64 - 1")
    if not 0 <= seed < 2**64:
        raise ValueError(f"seed {seed}: choose a whole number from 0 to 2**64 - 1")
    return int(seed)


@dataclass(frozen=True)
class Thing:
    """One thing of a scene.

    id: unique in its scene, such as "man-1". kind: what it is. x, y: where its foot stands (its centre, for what flies,
    floats or lies flat), in shares of the picture. size: its height, likewise. A thing that is ``held_by`` another has
    no place of its own: it hangs on that one's hand (a surfboard under its feet), and x, y are an offset from there.
    style: a number that varies what nobody speaks of: hair, skin, trousers, patches.
    """

    id: str
    kind: str
    x: float
    y: float
    size: float
    colour: str = ""
    pose: str = ""
    facing: int = 1
    tilt: float = 0.0
    style: int = 0
    held_by: str = ""


@dataclass(frozen=True)
class Scene:
    """A place and the things in it. What stands lower in the picture is nearer and hides what is behind it."""

    seed: int
    place: str
    light: str
    weather: str
    horizon: float
    things: tuple[Thing, ...]

    def __getitem__(self, id: str) -> Thing:
        for thing in self.things:
            if thing.id == id:
                return thing
        raise KeyError(f"{id!r}: no such thing; this scene has {', '.join(t.id for t in self.things) or 'none'}")

    def with_thing(self, id: str, **changes) -> Scene:
        """A copy in which one thing differs: ``scene.with_thing("dog-1", colour="black")``."""
        self[id]
        return dataclasses.replace(
            self, things=tuple(dataclasses.replace(t, **changes) if t.id == id else t for t in self.things)
        )

    def moved(self, id: str, dx: float, dy: float) -> Scene:
        """A copy in which one thing, and what it holds, stands elsewhere; dx, dy in shares of the picture."""
        thing = self[id]
        return self.with_thing(id, x=round(thing.x + dx, 4), y=round(thing.y + dy, 4))

    def without(self, id: str) -> Scene:
        """A copy without one thing and without what it holds."""
        self[id]
        return dataclasses.replace(self, things=tuple(t for t in self.things if id not in (t.id, t.held_by)))
