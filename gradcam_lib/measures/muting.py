"""What a score loses when a region of the picture is filled with grey: maps compared by what they would cover."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import cv2
import numpy as np
import torch
from torch import Tensor

PATCH = 32  # pixels: a picture of 224 has 7 × 7 grey patches side by side
MUTED = 0.2  # of the picture, under the highest places of a map


def highest(heat: np.ndarray, share: float = MUTED) -> np.ndarray:
    """(H, W) bool: the highest places of a map, as many as make this share of it."""
    heat = cv2.GaussianBlur(heat.astype(np.float32), (0, 0), PATCH / 4)  # regions, not single pixels
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


def patches(side: int) -> list[np.ndarray]:
    """Every patch of the grid as a region (H, W), row by row."""
    grid = np.arange(side) // PATCH
    number = grid[:, None] * (side // PATCH) + grid
    return [number == i for i in range((side // PATCH) ** 2)]


def on_patches(heat: np.ndarray) -> np.ndarray:
    """A map's mean in every patch of the grid, in the same order."""
    n = len(heat) // PATCH
    return heat.reshape(n, PATCH, n, PATCH).mean((1, 3)).ravel()
