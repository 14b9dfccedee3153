"""What a channel answers to: its most active places against outlines of things (network dissection, Bau et al. 2017).

A channel's region in a picture is where its map, upsampled, is positive and reaches the channel's own threshold, which
half a percent of all positions of all pictures exceed. Regions and outlines are compared by their IoU over all pictures
together: the pixels they share, summed over the pictures, over those that at least one of them has. A channel is named
after the concept of its largest IoU, and only where that is 0.04 or more. With few pictures many channels reach this by
chance: a name holds where the channel's IoU with the concept is 0.04 or more on either half of the pictures.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from gradcam_lib.equations import upsample

ACTIVE = 0.005  # share of all positions that lie above a channel's threshold
ENOUGH = 0.04  # IoU from which a channel has a name


class Name(NamedTuple):
    concept: str
    iou: float
    holds: bool = False  # on either half of the pictures


def thresholds(maps: Iterable[Tensor], pictures: int) -> Tensor:
    """The threshold of each channel, (K,). maps: (N, K, h, w), batch by batch, of at most so many pictures.

    Of each channel only the values are kept that decide about it: 1.25 kB a picture for 1280 channels of 7 × 7.
    """
    highest, positions = None, 0
    for A in maps:
        values = A.transpose(0, 1).flatten(1).float()
        positions += values.shape[1]
        most = int(ACTIVE * pictures * A[0, 0].numel()) + 1
        values = values if highest is None else torch.cat((highest, values), 1)
        highest = values.topk(min(most, values.shape[1]), 1).values
    if highest is None:
        raise ValueError("no picture could be read, so no channel has a threshold")
    return highest[:, int(ACTIVE * positions)]


def regions(A: Tensor, limits: Tensor, side: int) -> tuple[list[int], Tensor]:
    """Channels that have a region in a picture, and these: (R, side, side) bool. A: (K, h, w); limits: (K,)."""
    highest = A.flatten(1).amax(1)  # which no upsampled value exceeds
    there = torch.nonzero((highest >= limits) & (highest > 0))[:, 0]
    if not len(there):
        return [], torch.zeros(0, side, side, dtype=torch.bool, device=A.device)
    large = upsample(A[there].float(), side)
    return there.tolist(), (large >= limits[there, None, None]) & (large > 0)


def shared(regions: Tensor, masks: Sequence[np.ndarray]) -> np.ndarray:
    """How many pixels each region (R, S, S) shares with each mask (S, S): (masks, R) whole numbers."""
    stacked = torch.from_numpy(np.stack(masks)).to(regions.device)
    return (stacked.flatten(1).float() @ regions.flatten(1).float().T).round().long().cpu().numpy()  # exact to 2²⁴


class Totals:
    """Pixels summed over pictures. on: (K,) of each channel's regions; things, both: of each concept, shared (K,)."""

    def __init__(self, channels: int):
        self.on = np.zeros(channels, np.int64)
        self.things: dict[str, int] = {}
        self.both: dict[str, np.ndarray] = {}

    def add(self, on: Mapping, things: Mapping, both: Mapping) -> None:
        """One batch: {channel: pixels}, {concept: pixels} and {concept: {channel: pixels}}; JSON's keys are strings."""
        _add(self.on, on)
        for concept, pixels in things.items():
            self.things[concept] = self.things.get(concept, 0) + pixels
            _add(self.both.setdefault(concept, np.zeros_like(self.on)), both.get(concept, {}))

    def plus(self, other: Totals) -> Totals:
        both = Totals(len(self.on))
        for one in (self, other):
            both.on += one.on
            for concept, pixels in one.things.items():
                both.things[concept] = both.things.get(concept, 0) + pixels
                both.both[concept] = both.both.get(concept, 0) + one.both[concept]
        return both

    def iou(self, concept: str) -> np.ndarray:
        """(K,), of each channel with a concept; 0 where neither was ever there."""
        if concept not in self.both:
            return np.zeros(len(self.on))
        both = self.both[concept]
        return both / np.maximum(self.on + self.things[concept] - both, 1)

    def best(self) -> list[Name]:
        """Of each channel the concept of the largest IoU, of several the first in the alphabet; none without things."""
        if not self.things:
            return []
        concepts = sorted(self.things)
        table = np.stack([self.iou(concept) for concept in concepts])
        at = table.argmax(0)
        return [Name(concepts[i], float(table[i, k])) for k, i in enumerate(at.tolist())]

    def names(self) -> dict[int, Name]:
        """The channels that have a name."""
        return {k: name for k, name in enumerate(self.best()) if name.iou >= ENOUGH}


def names_of_halves(halves: Sequence[Totals]) -> dict[int, Name]:
    """Names from all pictures together; halves: the sums of either half."""
    first, second = halves
    return {
        k: name._replace(holds=all(float(half.iou(name.concept)[k]) >= ENOUGH for half in halves))
        for k, name in first.plus(second).names().items()
    }


def _add(to: np.ndarray, found: Mapping) -> None:
    np.add.at(to, [int(k) for k in found], list(found.values()))


def in_words(channels: Iterable[tuple[int, float]], names: Mapping[int, Name]) -> str:
    """Channels with their weights: "dog (channel 55, 0.031), cat? (channel 3, 0.02)"; ?: a name that does not hold."""
    said = []
    for k, alpha in channels:
        name = names.get(k)
        weight = f"{alpha:.3g}".replace("-", "−")
        said.append(
            f"{name.concept}{'' if name.holds else '?'} (channel {k}, {weight})" if name else f"channel {k} ({weight})"
        )
    return ", ".join(said)
