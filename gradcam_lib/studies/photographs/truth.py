"""Pictures of which somebody has drawn where the things are, and what a map is worth against that.

Everything is measured on one grid of 224 × 224, whatever size the network saw and however large its map is, so that
sizes can be compared. The whole picture is squashed to a square, as the pictures were on which the systems for
photographs learnt; its masks go the same way. "middle" is the control: the middle square, as ``to_input`` cuts it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from PIL import Image
from torch import Tensor

from gradcam_lib.datasets.coco import Picture
from gradcam_lib.datasets.coco_part import CocoPart
from gradcam_lib.datasets.coco_words import PERSON
from gradcam_lib.equations import upsample
from gradcam_lib.language.systems import System
from gradcam_lib.measures.localize import centre_gaussian, energy_share, inside_outside, pointing_hit, stretched_mask
from gradcam_lib.networks.classifier import Classifier
from gradcam_lib.pictures.crops import place
from gradcam_lib.studies.photographs.records import Means

SIDE = 224  # of the grid on which maps and masks meet
TOLERANCE = 7  # pixels of it: in the proportion of the pointing game's 15 to its pictures of 500
LARGEST_DENSITY = 100.0  # a map that lies inside altogether is infinitely denser there: capped
SIZES = (96, 128, 192, 224, 320, 384, 448, 576)  # of an input, in pixels
GEOMETRIES = ("squashed", "middle")
PAIRED = ("inside", "pointing_game", "density")
MIDDLE = centre_gaussian(SIDE).astype(np.float32)


@dataclass(frozen=True)
class Seen:
    """part: (H, W, 3) uint8, what the network sees of a picture; masks: category → (SIDE, SIDE) bool, none empty."""

    part: np.ndarray
    masks: dict[str, np.ndarray]

    def input(self, system: System | Classifier, size: int) -> Tensor:
        """x (1, 3, size, size) of a Classifier, captioner or answering network: squashed, and nothing cut off."""
        square = Image.fromarray(self.part).resize((size, size), Image.Resampling.BILINEAR)
        return system.to_input(square, crop=(0, 0, size, size), size=size)


def seen_in(part: CocoPart, picture: Picture, geometry: str = "squashed") -> Seen:
    """A picture of COCO as the network sees it, and what is in it. ValueError for an unknown geometry."""
    image = part.image(picture)
    x0, y0, x1, y1 = _part_of(image.shape, geometry)
    masks = {name: stretched_mask(mask[y0:y1, x0:x1], SIDE) for name, mask in part.masks(picture).items()}
    return Seen(np.ascontiguousarray(image[y0:y1, x0:x1]), {name: mask for name, mask in masks.items() if mask.any()})


def _part_of(shape: tuple[int, ...], geometry: str) -> tuple[int, int, int, int]:
    if geometry not in GEOMETRIES:
        raise ValueError(f"geometry {geometry!r}: choose one of {', '.join(map(repr, GEOMETRIES))}")
    height, width = shape[:2]
    if geometry == "squashed":
        return 0, 0, width, height
    side = min(height, width)
    at = place(shape, "middle", resize=side, side=side)
    return at.left, at.top, at.left + side, at.top + side


def sizes_of(own: int) -> list[int]:
    """The inputs that are tried: the system's own, and larger ones up to three times that."""
    return [own, *(size for size in SIZES if own < size <= 3 * own)]


def stretched(L: Tensor) -> np.ndarray:
    """A map (h, w) → (SIDE, SIDE)."""
    return upsample(L.detach().float()[None], SIDE)[0].cpu().numpy()


def at_pixels(G: Tensor) -> np.ndarray:
    """What stands at the pixels, (3, S, S) signed or (S, S) → its largest absolute value of the colours on the grid."""
    fine = G.detach().float().abs()
    fine = (fine.amax(0) if fine.dim() == 3 else fine).cpu().numpy()
    return cv2.resize(fine, (SIDE, SIDE), interpolation=cv2.INTER_AREA)


def score(heat: np.ndarray, mask: np.ndarray) -> dict[str, float]:
    """What a map (SIDE, SIDE) ≥ 0 is worth against a mask.

    inside: its maximum lies in the mask; pointing_game: or within TOLERANCE of it; density: its mean inside over that
    outside, 1 for an empty map, which has no evidence on either side; energy: the share of the map in the mask;
    empty: it shows nothing.
    """
    density = inside_outside(heat, mask)
    return {
        "inside": float(pointing_hit(heat, mask)),
        "pointing_game": float(pointing_hit(heat, mask, TOLERANCE)),
        "density": 1.0 if np.isnan(density) else min(density, LARGEST_DENSITY),
        "energy": energy_share(heat, mask),
        "empty": float(heat.max() <= 0),
    }


def groups(category: str) -> tuple[str, ...]:
    """Endings of a measure's name: of all, and of persons or things apart; of all alone without a category."""
    return ("", "_persons" if category == PERSON else "_things") if category else ("",)


def add(means: Means, method: str, category: str, scores: dict[str, float], *endings: str) -> None:
    """Takes scores down for a method: of all, of persons or things, and of further groups."""
    for ending in (*groups(category), *endings):
        for measure, value in scores.items():
            means[method][measure + ending].append(value)


def add_chance(
    means: Means, category: str, mask: np.ndarray, grid: Sequence[int], rng: np.random.Generator, *endings: str
) -> None:
    """What is had without looking: the picture's middle, and noise on the grid of the map (h, w)."""
    noise = stretched(torch.from_numpy(rng.random(tuple(grid), np.float32)))
    add(means, "centre", category, score(MIDDLE, mask), *endings)
    add(means, "random", category, score(noise, mask), *endings)


def add_pair(means: Means, method: str, category: str, mask: np.ndarray, own: np.ndarray, others: list) -> None:
    """The same mask by its own map and by the maps of something else in the picture: a paired comparison."""
    if not others:
        return
    mine, theirs = score(own, mask), [score(heat, mask) for heat in others]
    for measure in PAIRED:
        rest = float(np.mean([one[measure] for one in theirs]))
        pair = {"own": mine[measure], "other": rest, "difference": mine[measure] - rest}
        add(means, method, category, {f"{measure}_{whose}": value for whose, value in pair.items()})
