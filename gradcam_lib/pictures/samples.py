"""The sample photographs, read from installed packages, and collages of two.   Notebook 00.

Authors and licences: ``data/README.md``. Nothing is downloaded: the files are inside the wheels of scikit-image and
matplotlib, and are read without importing either.
"""

from __future__ import annotations

import difflib
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from gradcam_lib.pictures.images import Box, load_image

HOPPER = "mpl-data/sample_data/grace_hopper.jpg"
# Name → (package, file inside it, first digits of its SHA-256: the committed pictures were made from these bytes).
SAMPLES = {
    "cat": ("skimage", "data/chelsea.png", "596aa1e7cb875eb7"),
    "coffee": ("skimage", "data/coffee.png", "cc02f8ca188b167c"),
    "motorcycle": ("skimage", "data/motorcycle_left.png", "db18e9c4157617403c"),
    "camera": ("skimage", "data/camera.png", "b0793d2adda0fa6a"),
    "rocket": ("skimage", "data/rocket.jpg", "c2dd0de7c538df8d"),
    "astronaut": ("skimage", "data/astronaut.png", "88431cd9653ccd53"),
    "grace_hopper": ("matplotlib", HOPPER, "a8ca6d734765703b"),
}
# Not among the photographs of things that every notebook goes through.
TISSUE = {"immunohistochemistry": ("skimage", "data/ihc.png", "f8dd1aa387ddd1f4")}


def sample_path(name: str) -> Path:
    """The file of a sample photograph, in the package that ships it."""
    there = SAMPLES | TISSUE
    if name not in there:
        near = difflib.get_close_matches(name, there, n=1)
        raise KeyError(f"no sample {name!r}{f'; near: {near[0]!r}' if near else ''}; there are: {', '.join(there)}")
    package, file, _ = there[name]
    spec = find_spec(package)
    path = Path(spec.origin).parent / file if spec and spec.origin else Path(package, file)
    if not path.is_file():
        raise FileNotFoundError(f"{path}: sample {name!r} comes with {package}; install {package} again")
    return path


def sample(name: str) -> np.ndarray:
    """A sample photograph, (H, W, 3) uint8.

    cat, coffee, motorcycle, camera, rocket, astronaut, grace_hopper; or immunohistochemistry, glands of the colon.
    """
    return load_image(sample_path(name))


def within(image: np.ndarray, side: int = 448) -> np.ndarray:
    """(H, W, 3) uint8 with no side longer than ``side`` pixels: small enough to keep in a notebook."""
    picture = Image.fromarray(image)
    picture.thumbnail((side, side), Image.Resampling.BICUBIC)
    return np.array(picture)


def collage(left: np.ndarray, right: np.ndarray, *, height: int = 448) -> np.ndarray:
    """Two pictures side by side, each filling half of a square: (height, height, 3) uint8.

    Square, so that the central crop of a network keeps both. What does not fit a half is cut from its sides.
    """
    half = (height // 2, height)
    halves = [ImageOps.fit(Image.fromarray(p), half, Image.Resampling.BICUBIC) for p in (left, right)]
    return np.hstack([np.array(p) for p in halves])


def collage_boxes(image: np.ndarray) -> tuple[Box, Box]:
    """Left and right half (x0, y0, x1, y1) of a collage, or of what a network sees of it, in pixels.

    Where the width is odd the column in the middle belongs to neither.
    """
    h, w = image.shape[:2]
    return (0, 0, w // 2, h), (w - w // 2, 0, w, h)
