"""Scenes by seed and by hand: what a reader may type and move, and how things are called."""

from __future__ import annotations

import re
import reprlib

from gradcam_lib.worlds import scenes
from gradcam_lib.worlds.scene import PEOPLE, Scene, Thing, checked_seed

STEP = 0.08  # of the picture, a click on an arrow
STEPS = {"left": (-STEP, 0), "right": (STEP, 0), "up": (0, -STEP), "down": (0, STEP)}


def seeded(seed: int | str) -> Scene:
    """The scene of a seed, 0 … 2⁶⁴ − 1, or of its digits. Errors: ValueError."""
    if isinstance(seed, str):
        if not re.fullmatch(r"\s*-?\d{1,40}\s*", seed):
            raise ValueError(f"seed {reprlib.repr(seed)}: choose a whole number from 0 to 2**64 - 1")
        seed = checked_seed(int(seed))
    return scenes.sample(seed)


def moved(scene: Scene | None, id: str, dx: float, dy: float) -> Scene:
    """With one thing, and what it holds, moved by shares of the picture. Errors: where it would leave the picture."""
    after = _of_things(scene).moved(id, dx, dy)
    if not all(0 <= share <= 1 for share in scenes.position(after, after[id])):
        raise ValueError(f"{called(after[id])} would leave the picture; move it another way")
    return after


def without(scene: Scene | None, id: str) -> Scene:
    """Without one thing and what it holds."""
    return _of_things(scene).without(id)


def called(thing: Thing) -> str:
    """kite-2 → "kite 2, red"."""
    words = thing.id.replace("-", " ")
    return f"{words}, {thing.colour}" if thing.colour and thing.kind not in PEOPLE else words


def _of_things(scene: Scene | None) -> Scene:
    if scene is None:
        raise ValueError("a photograph has no things to move or remove; choose a scene by its seed")
    return scene
