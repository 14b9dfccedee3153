"""One to three things of eight kinds, anywhere in any place: nothing but a thing itself says that it is there.

>>> from gradcam_lib.worlds import pairs
>>> scene = pairs.sample(7, count=2)
>>> picture = pairs.render(scene)             # .image (128, 128, 3), .masks["cat-1"], …
>>> pairs.present(scene)                      # {"cat": "cat-1", "zebra": "zebra-1"}: kind → id

In the everyday scenes zebras stand on the savannah. Here kind, place, position, size and colour are drawn
independently, also in the sky and on a kitchen wall, and no thing hides another.
"""

from __future__ import annotations

import numpy as np

from gradcam_lib.worlds.habits import HABITS
from gradcam_lib.worlds.rendering import Picture, render
from gradcam_lib.worlds.scene import LIGHTS, PLACES, Scene, Thing, checked_seed

__all__ = ["KINDS", "Picture", "present", "render", "sample"]

KINDS = ("cat", "dog", "elephant", "zebra", "bicycle", "fire hydrant", "kite", "umbrella")
CLUTTER = ("bush", "rock", "bench", "bucket")  # never asked for
# Width as a multiple of the height, both as drawn.
WIDTH = {"cat": 1.2, "dog": 1.25, "elephant": 1.45, "zebra": 1.3, "bicycle": 1.75, "fire hydrant": 0.8, "kite": 0.48,
         "umbrella": 1.3, "bush": 1.7, "rock": 1.6, "bench": 1.9, "bucket": 1.1}  # fmt: skip
TAIL = 1.45  # height of a kite with its tail, in heights of the kite, whose middle is where it is
LONG = (0.3, 0.45)  # the longer side of what is asked for, in shares of the picture
SHORT = (0.12, 0.22)  # of the clutter
MOST = 3
POSES = {"cat": ("standing", "sitting"), "dog": ("standing", "sitting", "running")}


def sample(seed: int, *, count: int | None = None) -> Scene:
    """The scene of a seed, 0 … 2⁶⁴ − 1: the same one on every machine; the count, 1 to 3, is drawn where not given.

    Errors: a bad seed; another count.
    """
    if count is not None and count not in range(1, MOST + 1):
        raise ValueError(f"count {count!r}: choose 1 to {MOST}")
    rng = np.random.default_rng(checked_seed(seed))
    drawn = int(rng.integers(1, MOST + 1))
    place, light = PLACES[rng.integers(len(PLACES))], LIGHTS[rng.integers(len(LIGHTS))]
    horizon = round(rng.uniform(0.34, 0.5), 3)
    kinds = [KINDS[i] for i in rng.permutation(len(KINDS))[: count or drawn]]
    kinds += [CLUTTER[i] for i in rng.integers(len(CLUTTER), size=rng.integers(0, 3))]
    things = None
    while things is None:
        things = _placed(rng, kinds)
    return Scene(seed, place, light, "clear", horizon, tuple(things))


def present(scene: Scene) -> dict[str, str]:
    """Kind → id of the things that can be asked for, in the order of KINDS."""
    there = {thing.kind: thing.id for thing in scene.things}
    return {kind: there[kind] for kind in KINDS if kind in there}


def _placed(rng: np.random.Generator, kinds: list[str]) -> list[Thing] | None:
    """Things at random places, none over another; None where they did not fit."""
    things, taken = [], []
    for i, kind in enumerate(kinds):
        long = rng.uniform(*(LONG if kind in KINDS else SHORT))
        height = long / max(1, WIDTH[kind])
        width = height * WIDTH[kind]
        left, top = rng.uniform(0, 1 - width), rng.uniform(0, 1 - height)
        box = left, top, left + width, top + height
        if any(_overlap(box, other) for other in taken):
            return None
        taken.append(box)
        things.append(_thing(rng, f"{kind.replace(' ', '-')}-{i + 1}", kind, box))
    return things


def _thing(rng: np.random.Generator, id: str, kind: str, box: tuple) -> Thing:
    left, top, right, y = box
    size = y - top
    if kind == "kite":
        size /= TAIL
        y = top + size / 2
    colours, poses = list(HABITS.get(kind, ("",))), POSES.get(kind, ("",))
    return Thing(
        id, kind, round((left + right) / 2, 4), round(y, 4), round(size, 4),
        colour=colours[rng.integers(len(colours))], pose=poses[rng.integers(len(poses))],
        facing=1 if rng.random() < 0.5 else -1, style=int(rng.integers(2**16)),
    )  # fmt: skip


def _overlap(a: tuple, b: tuple) -> bool:
    return min(a[2], b[2]) > max(a[0], b[0]) and min(a[3], b[3]) > max(a[1], b[1])
