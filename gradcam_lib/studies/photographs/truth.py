"""Pictures of which somebody has drawn where the things are, and what a map is worth against that.

Everything is measured on one grid of 224 × 224, whatever size the network saw and however large its map is, so that
sizes can be compared. The whole picture is squashed to a square, as the pictures were on which the systems for
photographs learnt; its masks go the same way. "middle" is the control: the middle square, as ``to_input`` cuts it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from PIL import Image
from torch import Tensor

from gradcam_lib.datasets.coco_part import CocoPart
from gradcam_lib.equations import upsample
from gradcam_lib.measures.localize import centre_gaussian, inside_outside, pointing_hit
from gradcam_lib.pictures.crops import place

SIDE = 224  # of the grid on which maps and masks meet
TOLERANCE = 7  # pixels of it: in the proportion of the pointing game's 15 to its pictures of 500
LARGEST_DENSITY = 100.0  # a map that lies inside altogether is infinitely denser there: capped
STEPS = (7, 10, 12, 14, 18)  # of an input, in sevenths of the system's own: 224, 320, 384, 448, 576 of 224
GEOMETRIES = ("squashed", "middle")
MIDDLE = centre_gaussian(SIDE).astype(np.float32)


@dataclass(frozen=True)
class Seen:
    """image: (S, S, 3) uint8, the square that the network gets; masks: category → (SIDE, SIDE) bool, none empty."""

    image: np.ndarray
    masks: dict[str, np.ndarray]


def seen_at(part: CocoPart, picture, size: int, geometry: str = "squashed") -> Seen:
    """A picture of COCO as a square of ``size`` pixels, and what is in it. ValueError for an unknown geometry."""
    image = part.image(picture)
    x0, y0, x1, y1 = _square(image.shape, geometry)
    square = Image.fromarray(np.ascontiguousarray(image[y0:y1, x0:x1])).resize((size, size), Image.Resampling.BILINEAR)
    masks = {name: on_grid(mask[y0:y1, x0:x1]) for name, mask in part.masks(picture).items()}
    return Seen(np.array(square), {name: mask for name, mask in masks.items() if mask.any()})


def on_grid(mask: np.ndarray) -> np.ndarray:
    """(H, W) bool → (SIDE, SIDE) bool: the pixels of which half is covered."""
    return cv2.resize(mask.astype(np.float32), (SIDE, SIDE), interpolation=cv2.INTER_AREA) >= 0.5


def _square(shape: tuple[int, ...], geometry: str) -> tuple[int, int, int, int]:
    if geometry not in GEOMETRIES:
        raise ValueError(f"geometry {geometry!r}: choose one of {', '.join(map(repr, GEOMETRIES))}")
    height, width = shape[:2]
    if geometry == "squashed":
        return 0, 0, width, height
    side = min(height, width)
    at = place(shape, "middle", resize=side, side=side)
    return at.left, at.top, at.left + side, at.top + side


def to_input(system, image: np.ndarray) -> Tensor:
    """A square (S, S, 3) → x (1, 3, S, S) of a Classifier, captioner or answering network; nothing is cut off."""
    side = len(image)
    return system.to_input(image, crop=(0, 0, side, side), size=side)


def sizes_of(own: int) -> list[int]:
    """Inputs in pixels, from the system's own to 2.6 times that, in multiples of 16: for 224, 224 to 576."""
    return [max(16, 16 * round(own * step / 7 / 16)) for step in STEPS]


def stretched(L: Tensor) -> np.ndarray:
    """A map (h, w) → (SIDE, SIDE)."""
    return upsample(L.detach().float()[None], SIDE)[0].cpu().numpy()


def at_pixels(G: Tensor) -> np.ndarray:
    """What stands at the pixels, (3, S, S) signed or (S, S) → its largest absolute value of the colours on the grid."""
    fine = G.detach().float().abs()
    fine = (fine.amax(0) if fine.dim() == 3 else fine).cpu().numpy()
    return cv2.resize(fine, (SIDE, SIDE), interpolation=cv2.INTER_AREA)


def random_map(shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    """Noise on the grid of a map (h, w), stretched as the map is."""
    return stretched(torch.from_numpy(rng.random(shape, np.float32)))


def score(heat: np.ndarray, mask: np.ndarray) -> dict[str, float]:
    """What a map (SIDE, SIDE) ≥ 0 is worth against a mask.

    inside: its maximum lies in the mask; pointing_game: or within TOLERANCE of it; density: its mean inside over that
    outside, 1 for an empty map, which has no evidence on either side; empty: it shows nothing.
    """
    density = inside_outside(heat, mask)
    return {
        "inside": float(pointing_hit(heat, mask)),
        "pointing_game": float(pointing_hit(heat, mask, TOLERANCE)),
        "density": 1.0 if np.isnan(density) else min(density, LARGEST_DENSITY),
        "empty": float(heat.max() <= 0),
    }


def pictures_of(part: CocoPart, most: int | None) -> list:
    """The pictures with captions and masks, the first ``most`` of them."""
    return part.described[:most]


Tally = Callable[[str, str, float], None]


def groups(category: str) -> Iterator[str]:
    """Endings of a measure's name: of all, and of persons or things apart."""
    yield ""
    yield "_persons" if category == "person" else "_things"
