"""Where things happen: beach, park, street, kitchen, savannah; another one for every seed, calmer than the things."""

from __future__ import annotations

import numpy as np

from gradcam_lib.worlds.drawing.buildings import paint_kitchen, paint_street
from gradcam_lib.worlds.drawing.landscapes import paint_beach, paint_park, paint_savannah, shore
from gradcam_lib.worlds.drawing.textures import FULL
from gradcam_lib.worlds.drawing.weather import finish
from gradcam_lib.worlds.scene import Scene

__all__ = ["finish", "paint_place", "shore"]

PAINT = {
    "beach": paint_beach, "park": paint_park, "street": paint_street, "kitchen": paint_kitchen,
    "savannah": paint_savannah,
}  # fmt: skip


def paint_place(scene: Scene) -> np.ndarray:
    """(256, 256, 3) uint8 RGB: the background of a scene, which depends on its things in nothing."""
    if scene.place not in PAINT:
        raise ValueError(f"unknown place {scene.place!r}; there are: {', '.join(PAINT)}")
    canvas = np.empty((FULL, FULL, 3), np.uint8)
    # A stream of its own: the seed's first numbers have already chosen the place, and would choose its look with it.
    PAINT[scene.place](canvas, scene, np.random.default_rng((scene.seed, 1)))
    return canvas
