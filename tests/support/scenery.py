"""A scene with a woman, her umbrella and a dog, and a small photograph as a file."""

from __future__ import annotations

import cv2
import numpy as np

from gradcam_lib.worlds.scene import Scene, Thing

SCENE = Scene(3, "park", "day", "clear", 0.4, (
    Thing("woman-1", "woman", 0.4, 0.9, 0.4, "blue", "holding"),
    Thing("umbrella-1", "umbrella", 0.0, 0.0, 0.3, "red", held_by="woman-1"),
    Thing("dog-1", "dog", 0.75, 0.85, 0.2, "brown", "standing"),
))  # fmt: skip
PHOTO = np.random.default_rng(0).integers(0, 256, (20, 30, 3), np.uint8)
PNG = cv2.imencode(".png", PHOTO)[1].tobytes()
