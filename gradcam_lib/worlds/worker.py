"""What somebody at work is before it is a picture: role, presentation, clothes, hair, and where they stand."""

from __future__ import annotations

from dataclasses import dataclass

from gradcam_lib.worlds.scene import Thing


@dataclass(frozen=True)
class Worker:
    """Somebody at work, as data: ``print`` it, change a field with ``dataclasses.replace``, render it again.

    x, y: where the feet stand, in shares of the picture, often below its lower rim; size: the height, likewise.
    floor: where the wall ends. counter: the upper edge of a counter before the person; 1 is no counter.
    hair to earrings: what ``with_hair`` exchanges. clothes to stethoscope: what ``with_clothes`` exchanges.
    """

    seed: int
    role: str
    presents: str
    room: str
    light: str
    weather: str
    floor: float
    counter: float
    x: float
    y: float
    size: float
    facing: int
    lean: float
    skin: str
    build: str
    arms: tuple[str, str]
    glasses: bool
    hair_colour: str
    hair: str
    beard: str
    lips: bool
    earrings: bool
    clothes: str
    colour: str
    stethoscope: str
    shirt: str
    trousers: str
    clipboard: bool
    badge: bool

    @property
    def place(self) -> str:
        return self.room

    @property
    def things(self) -> tuple[Thing, ...]:
        """Who and what has a mask: the worker and, where there is one, the counter."""
        worker = Thing("worker", self.role, self.x, self.y, self.size, facing=self.facing, tilt=self.lean)
        return (worker, Thing("counter", "counter", 0.5, 1.0, 1 - self.counter)) if self.counter < 1 else (worker,)
