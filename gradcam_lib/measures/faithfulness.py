"""Does a map agree with what happens when pixels are taken away?"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from torch import Tensor


def rank_correlation(a: np.ndarray | Tensor, b: np.ndarray | Tensor) -> float:
    """Spearman's rank correlation of two maps of one shape, on their values; NaN where one of them is constant.

    Values are compared in float64, so that two of them that differ there have different ranks; equal ones share the
    mean of their ranks. The values go in, never their ``argsort``: that mistake turns 0.94 into 0.03.
    """
    from scipy.stats import spearmanr  # takes more than a second to import

    a, b = _pair(a, b)
    if np.ptp(a) == 0 or np.ptp(b) == 0:
        return float("nan")
    return float(spearmanr(a, b).statistic)


def cosine_similarity(a: np.ndarray | Tensor, b: np.ndarray | Tensor) -> float:
    """Cosine of the angle between two pictures of one shape, in −1 … 1; NaN where one of them is zero."""
    a, b = _pair(a, b)
    norm = float(np.linalg.norm(a) * np.linalg.norm(b))
    return float(a @ b) / norm if norm > 0 else float("nan")


def _pair(a: np.ndarray | Tensor, b: np.ndarray | Tensor) -> tuple[np.ndarray, np.ndarray]:
    """Both maps as rows of numbers; a batch of one is a single map."""
    a, b = (np.asarray(m.detach().cpu().double() if isinstance(m, Tensor) else m, np.float64).squeeze() for m in (a, b))
    if a.shape != b.shape:
        raise ValueError(f"maps {a.shape} and {b.shape} cannot be compared; upsample one to the other")
    return a.ravel(), b.ravel()


def deletion_curve(
    score: Callable[[Tensor], Tensor], x: Tensor, heat: Tensor, *, steps: int = 20, value: float | Tensor = 0.0
) -> np.ndarray:
    """The score while the highest places of the map are muted first (Petsiuk et al. 2018): (steps + 1,).

    score: (N, 3, H, W) → (N,); x: (1, 3, H, W); heat: (H, W); value: what replaces a pixel, a number in normalised
    units or a picture (1, 3, H, W), such as a blurred x. Entry i of the curve is the score after the share i / steps of
    the pixels, in all colours, was replaced: entry 0 is that of the whole picture, the last that of ``value`` alone.
    Places of equal height are muted in reading order, row by row, so a map that is zero over large parts depends on
    that order there. A faithful map makes the curve fall early: the mean of the curve is Petsiuk's measure, the smaller
    the better, where ``score`` is a probability.
    Errors: a map of another size than the picture, or one that holds NaN; more than one picture.
    """
    if len(x) != 1:
        raise ValueError(f"{len(x)} pictures: a deletion curve is that of one, x[:1]")
    if tuple(heat.shape) != tuple(x.shape[2:]):
        raise ValueError(f"the map is {tuple(heat.shape)} and the picture {tuple(x.shape[2:])} (height, width)")
    if heat.isnan().any():
        raise ValueError("the map holds NaN, so it has no highest places; check the picture and the network")
    order = heat.flatten().argsort(descending=True, stable=True)
    curve = []
    for step in range(steps + 1):
        keep = x.new_ones(heat.numel())
        keep[order[: round(step / steps * heat.numel())]] = 0
        mask = keep.view(1, 1, *heat.shape)
        curve.append(float(score(x * mask + value * (1 - mask))[0]))
    return np.array(curve)
