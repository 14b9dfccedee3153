"""What a score loses when a region of the picture is filled with grey: maps compared by what they would cover."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import cv2
import numpy as np
import torch
from torch import Tensor

GRID = 7  # grey patches side by side: of a picture of 224, each has 32 pixels
MUTED = 0.2  # of the picture, under the highest places of a map


def highest(heat: np.ndarray, share: float = MUTED) -> np.ndarray:
    """(H, W) bool: the highest places of a map, as many as make this share of it."""
    heat = cv2.GaussianBlur(heat.astype(np.float32), (0, 0), len(heat) / GRID / 4)  # regions, not single pixels
    order = np.argsort(-heat, axis=None, kind="stable")
    mask = np.zeros(heat.size, bool)
    mask[order[: round(share * heat.size)]] = True
    return mask.reshape(heat.shape)


def muted_regions(maps: dict[str, np.ndarray], rng: np.random.Generator) -> dict[str, np.ndarray]:
    """What each method would mute; and "elsewhere", Grad-CAM's own region pushed to a random place."""
    regions = {method: highest(heat) for method, heat in maps.items()}
    shift = rng.integers(maps["grad_cam"].shape[0], size=2)
    return regions | {"elsewhere": np.roll(regions["grad_cam"], tuple(shift), (0, 1))}


@torch.inference_mode()
def drops(
    model: Callable[[Tensor], Tensor], x: Tensor, regions: Iterable[np.ndarray], *, precision: str = "float32"
) -> np.ndarray:
    """How much each score falls when a region (H, W) is filled with the mean colour: (regions, scores).

    x: (1, 3, H, W). One round of covering serves all scores of the model. precision: "bfloat16" is about four times
    as fast on processors with AMX, and right to two or three digits.
    """
    masks = torch.from_numpy(np.stack(list(regions)))[:, None]
    pictures = torch.cat((x, torch.where(masks, 0.0, x))).contiguous(memory_format=torch.channels_last)
    with torch.autocast(x.device.type, torch.bfloat16, enabled=precision == "bfloat16"):
        scores = model(pictures).float()
    return (scores[:1] - scores[1:]).numpy()


def patches(side: int, grid: int = GRID) -> list[np.ndarray]:
    """Every patch of the grid as a region (H, W), row by row."""
    line = np.arange(side) * grid // side
    number = line[:, None] * grid + line
    return [number == i for i in range(grid**2)]


def on_patches(heat: np.ndarray, grid: int = GRID) -> np.ndarray:
    """A map's mean in every patch of the grid, in the same order."""
    line = np.arange(len(heat)) * grid // len(heat)
    starts, sides = np.flatnonzero(np.diff(line, prepend=-1)), np.bincount(line)
    sums = np.add.reduceat(np.add.reduceat(heat.astype(np.float64), starts, 0), starts, 1)
    return (sums / np.outer(sides, sides)).ravel()
