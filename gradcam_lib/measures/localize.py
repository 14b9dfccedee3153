"""From maps to boxes and points, and how far they are from the truth."""

from __future__ import annotations

import cv2
import numpy as np
from torch import Tensor

from gradcam_lib.pictures.overlay import as_array

Box = tuple[float, float, float, float]


def box_from_map(heat: np.ndarray | Tensor, threshold: float = 0.15) -> tuple[int, int, int, int] | None:
    """The box round the largest connected region at or above ``threshold`` times the maximum.

    heat: (H, W) → (x0, y0, x1, y1) in pixels, x1 and y1 exclusive; None for an empty map, which points nowhere.
    15 % is Grad-CAM's threshold (Selvaraju et al. 2017, section 4.1), 20 % that of CAM (Zhou et al. 2016). Regions are
    8-connected and the map should be upsampled first; the papers leave both open. The largest region is the one of most
    pixels; of several as large, the one whose box begins highest, then the one furthest left.
    """
    heat = _map(heat)
    if not 0 < threshold <= 1:
        raise ValueError(f"threshold={threshold}: choose a share of the maximum, above 0 and up to 1")
    if heat.max() <= 0:
        return None
    region = (heat / heat.max() >= threshold).astype(np.uint8)
    _, _, stats, _ = cv2.connectedComponentsWithStats(region, connectivity=8)
    x, y, w, h, _ = max(stats[1:].tolist(), key=lambda box: (box[cv2.CC_STAT_AREA], -box[1], -box[0]))
    return x, y, x + w, y + h


def iou(a: Box | None, b: Box | None) -> float:
    """Intersection over union of two boxes (x0, y0, x1, y1), x1 and y1 exclusive; 0 where one is None or empty."""
    if a is None or b is None:
        return 0.0
    w = max(0.0, min(a[2], b[2]) - max(a[0], b[0]))
    h = max(0.0, min(a[3], b[3]) - max(a[1], b[1]))
    union = _area(a) + _area(b) - w * h
    return float(w * h / union) if union > 0 else 0.0


def pointing_hit(heat: np.ndarray | Tensor, where: Box | np.ndarray, tolerance: float = 0) -> bool:
    """Whether the highest place of the map lies inside a box or mask, or within ``tolerance`` pixels of it.

    heat: (H, W); where: (x0, y0, x1, y1) or a boolean (H, W) mask. The pointing game (Zhang et al. 2016) allows 15
    pixels. Of several places of the maximum the first in reading order counts. A map without a positive value points
    nowhere: it hits nothing, not even a mask of the whole picture. Always report it beside the hit rate of the
    picture's centre.
    """
    heat = _map(heat)
    mask = _mask(where, heat.shape)
    if heat.max() <= 0 or not mask.any():
        return False
    y, x = np.unravel_index(heat.argmax(), heat.shape)
    ys, xs = np.nonzero(mask)
    return bool(((ys - y) ** 2 + (xs - x) ** 2).min() <= tolerance**2)


def energy_share(heat: np.ndarray | Tensor, where: Box | np.ndarray) -> float:
    """Share of a non-negative map that lies inside a box or mask; 0 for an empty map. Beside the region's own share."""
    heat = _map(heat)
    total = float(heat.sum())
    return float(heat[_mask(where, heat.shape)].sum()) / total if total > 0 else 0.0


def inside_outside(heat: np.ndarray | Tensor, where: Box | np.ndarray) -> float:
    """Mean of a non-negative map inside a box or mask over its mean outside; 1 for a uniform map, NaN for an empty one.

    The measure of the paper's dense captions (Selvaraju et al. 2017, section 7.1). Infinite where nothing lies outside.
    """
    heat = _map(heat)
    inside = _mask(where, heat.shape)
    if inside.all() or not inside.any() or heat.max() <= 0:
        return float("nan")
    outside = float(heat[~inside].mean())
    return float(heat[inside].mean()) / outside if outside > 0 else float("inf")


def mask_of_box(box: Box, shape: tuple[int, int]) -> np.ndarray:
    """(H, W) bool of a box (x0, y0, x1, y1): a pixel belongs to it when its centre does."""
    x0, y0, x1, y1 = box
    ys, xs = np.arange(shape[0])[:, None] + 0.5, np.arange(shape[1])[None] + 0.5
    return (x0 <= xs) & (xs < x1) & (y0 <= ys) & (ys < y1)


def stretched_mask(mask: np.ndarray, side: int) -> np.ndarray:
    """(H, W) bool → (side, side) bool: the pixels of which half is covered."""
    return cv2.resize(mask.astype(np.float32), (side, side), interpolation=cv2.INTER_AREA) >= 0.5


def centre_gaussian(side: int) -> np.ndarray:
    """A Gaussian in the middle, (side, side): what a method earns that never looks."""
    axis = (np.arange(side) + 0.5) / side - 0.5
    return np.exp(-(axis[:, None] ** 2 + axis[None] ** 2) / 0.125)


def _map(heat: np.ndarray | Tensor) -> np.ndarray:
    heat = as_array(heat)
    if heat.ndim != 2 or heat.size == 0:
        raise ValueError(f"map: expected (H, W), got {heat.shape}; take one image of the batch")
    if not np.isfinite(heat).all():
        raise ValueError(
            "map: it holds NaN or infinite values, so it points nowhere; check the picture and the network"
        )
    return heat


def _area(box: Box) -> float:
    return max(0.0, box[2] - box[0]) * max(0.0, box[3] - box[1])


def _mask(where: Box | np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """A box or mask as a boolean (H, W)."""
    if np.ndim(where) == 2:
        mask = np.asarray(where, bool)
        if mask.shape != shape:
            raise ValueError(f"the mask is {mask.shape} and the map {shape} (height, width)")
        return mask
    if len(where) != 4:
        raise ValueError(f"{where!r}: expected a box (x0, y0, x1, y1) or a mask (H, W)")
    return mask_of_box(where, shape)
