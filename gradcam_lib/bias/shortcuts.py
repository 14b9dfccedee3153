"""Shortcuts without a place: faint changes of a whole picture that may go along with a class.   Notebook 09.

A map says where; these are everywhere, so it can only show them badly. All take and return (n, H, W, 3) uint8.
"""

from __future__ import annotations

from functools import partial

import cv2
import numpy as np

from gradcam_lib.bias.collection import Collection


def tinted(images: np.ndarray, *, by: float = 5) -> np.ndarray:
    """A little warmer: red up and blue down by so many of 255 levels."""
    return _rounded(images + np.array([by, 0, -by], np.float32))


def noisy(images: np.ndarray, *, by: float = 8, seed: int = 0) -> np.ndarray:
    """Grain of a higher ISO: independent noise with this deviation in levels."""
    rng = np.random.default_rng(seed)
    return np.stack([_rounded(image + rng.normal(0, by, image.shape).astype(np.float32)) for image in images])


def blurred(images: np.ndarray, *, by: float = 0.8) -> np.ndarray:
    """Another lens: a Gaussian blur of this deviation in pixels."""
    return np.stack([cv2.GaussianBlur(image, (0, 0), by) for image in images])


SHORTCUTS = {"tint": tinted, "strong tint": partial(tinted, by=10), "grain": noisy, "blur": blurred}


def planted(pictures: Collection, shortcut: str, *, share: float = 0.95, seed: int = 0) -> Collection:
    """The collection with a shortcut on ``share`` of its first class and on the rest of that share of its second.

    Errors: an unknown shortcut; a share outside 0 … 1.
    """
    if shortcut not in SHORTCUTS:
        raise ValueError(f"shortcut {shortcut!r}: choose one of {', '.join(SHORTCUTS)}")
    if not 0 <= share <= 1:
        raise ValueError(f"share={share!r}: choose a share from 0 to 1")
    rng = np.random.default_rng(seed)
    has = rng.random(len(pictures)) < np.where(pictures.labels == 0, share, 1 - share)
    images = pictures.images.copy()
    if has.any():
        images[has] = SHORTCUTS[shortcut](images[has])
    return pictures.with_images(images)


def _rounded(values: np.ndarray) -> np.ndarray:
    return np.rint(values).clip(0, 255).astype(np.uint8)
