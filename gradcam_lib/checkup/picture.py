"""The picture as the network gets it: its shape, its range, and what can be seen of how it was prepared."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from gradcam_lib.checkup.findings import LOOK, OK, WRONG, Finding
from gradcam_lib.pictures.images import MEAN, STD

SLACK = 0.05  # a resized picture overshoots a little


def picture(x: Tensor, transform: Any = None) -> Finding:
    """x: (1, 3, H, W). transform: with the mean and the deviation of the training, where they are known."""
    if not torch.isfinite(x).all():
        return Finding("input", WRONG, "the picture holds NaN or infinite numbers", "Look at how it was made.")
    low, high = float(x.min()), float(x.max())
    found = f"{tuple(x.shape)}, values from {low:.2f} to {high:.2f}"
    if high - low < 1e-6:
        return Finding("input", LOOK, f"{found}: one value everywhere, no picture", "Load the picture again.")
    mean, std = _numbers(transform)
    if x.dim() != 4 or x.shape[1] != mean.shape[1]:
        return Finding("input", OK, found)
    return _range(x.detach().float().cpu(), found, mean, std, transform is not None)


def _numbers(transform: Any) -> tuple[Tensor, Tensor]:
    """Mean and deviation, (1, 3, 1, 1); ImageNet's where the network's own are not known."""
    both = (MEAN, STD) if transform is None else (transform.mean, transform.std)
    mean, std = (torch.tensor(values).view(1, -1, 1, 1) for values in both)
    return mean, std


def _range(x: Tensor, found: str, mean: Tensor, std: Tensor, known: bool) -> Finding:
    raw = x * std + mean  # where it was normalised once, this is the picture in 0 … 1
    twice = raw * std + mean
    surely = WRONG if known else LOOK
    guess = "" if known else " (ImageNet's mean and deviation assumed; pass transform= with the training's)"
    if x.min() >= 0 and x.max() > 20:
        todo = "Divide by 255, then normalise with the mean and deviation of the training."
        return Finding("input", WRONG, f"{found}: these are the bytes of a picture, not normalised", todo)
    if _within(raw):
        if x.min() >= 0 and x.max() <= 1:
            todo = "Subtract the mean and divide by the deviation of the training, once."
            return Finding("input", surely, f"{found}: a picture in 0 … 1 that was not normalised{guess}", todo)
        return Finding("input", OK, f"{found}, as of a picture that was normalised once{guess}")
    if _within(twice):
        todo = "Normalise once: look for a second Normalize in the transform, or one inside the network."
        return Finding("input", surely, f"{found}: as of a picture that was normalised twice{guess}", todo)
    todo = "Compare with x of the code that trained the network."
    return Finding("input", LOOK, f"{found}: no picture in 0 … 1 normalised once has such values{guess}", todo)


def _within(raw: Tensor) -> bool:
    return bool(raw.min() >= -SLACK and raw.max() <= 1 + SLACK)


def colours(x: Tensor, probability: Callable[[Tensor], float], transform: Any = None) -> Finding | None:
    """Whether the network is much surer with red and blue exchanged. None: the picture is not coloured.

    probability: of the likeliest class for an input. Many pictures of the wrong order are not found so.
    """
    if x.dim() != 4 or x.shape[1] != 3:
        return None
    mean, std = (values.to(x) for values in _numbers(transform))
    exchanged = ((x * std + mean).flip(1) - mean) / std
    before, after = probability(x), probability(exchanged)
    found = f"probability of the likeliest class: {before:.0%}, with red and blue exchanged {after:.0%}"
    if after > before + 0.2:
        todo = "Perhaps the picture is BGR, as cv2.imread gives it; cv2.cvtColor(…, cv2.COLOR_BGR2RGB) turns it."
        return Finding("colours", LOOK, found, todo)
    return Finding("colours", OK, found)
