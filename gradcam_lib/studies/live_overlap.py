"""How well the most active places of channels overlap with outlines, and how well a disc in the middle does."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from gradcam_lib.equations import upsample

ACTIVE = 0.02  # share of all positions of the train pictures that lie above a channel's threshold
GRID = 56  # regions and outlines are compared on so many positions each way
DRAWS = 1000


class Overlap(NamedTuple):
    """Positions, picture by picture: of each channel's region (P, K), of the outline (P, 1), and shared (P, K)."""

    region: Tensor
    outline: Tensor
    both: Tensor

    def iou(self, pictures: np.ndarray | slice = slice(None)) -> np.ndarray:
        """(K,), over all these pictures together."""
        both, either = self.both[pictures].sum(0), (self.region + self.outline - self.both)[pictures].sum(0)
        return (both / either.clamp(min=1)).numpy()


def limits_of(maps: Tensor) -> Tensor:
    """Of each channel the value that a share ACTIVE of all positions exceed: (P, K, h, w) → (K,)."""
    values = maps.transpose(0, 1).flatten(1)
    return torch.stack([one.float().sort(descending=True).values[int(ACTIVE * len(one))] for one in values])


def overlap(maps: Tensor, limits: Tensor, outlines: list[Tensor]) -> list[Overlap]:
    """Regions of all channels against several kinds of outlines, (P, GRID²) each. A region needs positive values."""
    regions, shared = [], [[] for _ in outlines]
    for i, A in enumerate(maps):
        large = upsample(A.float(), GRID).flatten(1)
        on = ((large >= limits[:, None]) & (large > 0)).float()
        regions.append(on.sum(1))
        for both, outline in zip(shared, outlines, strict=True):
            both.append(on @ outline[i])
    region = torch.stack(regions)
    return [Overlap(region, o.sum(1, keepdim=True), torch.stack(b)) for o, b in zip(outlines, shared, strict=True)]


def middle(train: Tensor, val: Tensor) -> tuple[float, Overlap]:
    """A disc round the middle: the radius, 1 for half a side, that fits train best, and its overlap with val.

    train, val: outlines, (P, GRID²).
    """
    at = (torch.arange(GRID) + 0.5) / GRID * 2 - 1
    far = (at[:, None].square() + at.square()).sqrt().flatten()

    def over(outlines: Tensor, radius: float) -> Overlap:
        disc = (far < radius).float()
        return Overlap(disc.sum().expand(len(outlines), 1), outlines.sum(1, keepdim=True), (outlines @ disc)[:, None])

    best = max((k / 10 for k in range(1, 15)), key=lambda radius: float(over(train, radius).iou()[0]))
    return best, over(val, best)


def ahead(one: Overlap, other: Overlap) -> dict[str, float]:
    """The difference of two IoUs, of one channel each, with its bootstrap interval over pictures."""
    picks = np.random.default_rng(0).integers(len(one.outline), size=(DRAWS, len(one.outline)))
    low, high = np.quantile([one.iou(some)[0] - other.iou(some)[0] for some in picks], (0.025, 0.975))
    value = one.iou()[0] - other.iou()[0]
    return {"value": round(float(value), 4), "low": round(float(low), 4), "high": round(float(high), 4)}
