"""Maps as pictures: arrays in, arrays out. Zero stays zero, colours are applied last, nothing is stretched."""

from __future__ import annotations

import cv2
import numpy as np
from torch import Tensor

# Diverging, readable for colour-blind people: blue (against) – white (nothing) – red-brown (for).
_AGAINST, _NOTHING, _FOR = np.array([[33, 102, 172], [247, 247, 247], [178, 80, 20]], np.float32)


def overlay(image: np.ndarray, heat: np.ndarray | Tensor, *, opacity: float = 0.55) -> np.ndarray:
    """The map laid over the picture in perceptual colours (inferno): dark is nothing, bright is the most.

    image: (H, W, 3) uint8, or float in [0, 1]. heat: (H, W) in [0, 1], from ``scale_by_max`` → (H, W, 3) uint8, RGB.
    Errors: sizes that differ (upsample the map first, colour comes after); values outside [0, 1].
    """
    return _blend(image, colour(heat), opacity)


def overlay_signed(image: np.ndarray, signed: np.ndarray | Tensor, *, opacity: float = 0.65) -> np.ndarray:
    """A signed map over the picture: orange-brown speaks for, blue against, zero is white in the middle.

    image: (H, W, 3). signed: (H, W) in [−1, 1], from ``scale_by_max`` → (H, W, 3) uint8.
    """
    return _blend(image, colour_signed(signed), opacity)


def in_grey(picture: np.ndarray) -> np.ndarray:
    """The picture (H, W, 3) uint8 without its colours, so that under a map nothing red is taken for heat."""
    return picture.mean(2, keepdims=True).astype(np.uint8).repeat(3, 2)


def colour(heat: np.ndarray | Tensor) -> np.ndarray:
    """(H, W) in [0, 1] → (H, W, 3) uint8, RGB, inferno."""
    heat = _checked(heat, 0)
    table = cv2.applyColorMap(np.arange(256, dtype=np.uint8)[:, None], cv2.COLORMAP_INFERNO)[:, 0, ::-1]  # BGR → RGB
    return table[np.rint(255 * heat).astype(np.uint8)]


def colour_signed(signed: np.ndarray | Tensor) -> np.ndarray:
    """(H, W) in [−1, 1] → (H, W, 3) uint8, RGB, diverging with white at zero."""
    signed = _checked(signed, -1)[..., None]
    end = np.where(signed > 0, _FOR, _AGAINST)
    return np.rint(_NOTHING + np.abs(signed) * (end - _NOTHING)).astype(np.uint8)


def gradient_picture(G: np.ndarray | Tensor, *, percentile: float = 99.5) -> np.ndarray:
    """A signed pixel gradient (3, H, W) as a picture: zero is mid-grey, the same gain for every colour and sign.

    percentile: the absolute value that reaches black or white; the few beyond it are clipped. → (H, W, 3) uint8.
    """
    G = as_array(G)
    if G.ndim != 3 or G.shape[0] != 3:
        raise ValueError(f"gradient_picture: expected (3, H, W), got {G.shape}")
    top = np.percentile(np.abs(G), percentile) or np.abs(G).max() or 1.0
    return np.rint(255 * np.clip(0.5 + 0.5 * G.transpose(1, 2, 0) / top, 0, 1)).astype(np.uint8)


def saliency_picture(M: np.ndarray | Tensor, *, percentile: float = 99.5) -> np.ndarray:
    """Saliency (H, W) ≥ 0 as a grey picture, black where nothing matters. → (H, W, 3) uint8."""
    M = as_array(M)
    if M.ndim != 2:
        raise ValueError(f"saliency_picture: expected (H, W), got {M.shape}")
    top = np.percentile(M, percentile) or M.max() or 1.0
    return np.repeat(np.rint(255 * np.clip(M / top, 0, 1)).astype(np.uint8)[..., None], 3, axis=2)


def _blend(image: np.ndarray, colours: np.ndarray, opacity: float) -> np.ndarray:
    if not 0 <= opacity <= 1:
        raise ValueError(f"opacity={opacity}: choose a value between 0 (picture) and 1 (map)")
    image = np.asarray(image)
    if image.ndim != 3 or image.shape[2] != 3:
        raise ValueError(f"image: expected (H, W, 3), got {image.shape}")
    if image.shape[:2] != colours.shape[:2]:
        raise ValueError(
            f"the picture is {image.shape[:2]} and the map {colours.shape[:2]} (height, width): "
            "upsample(L, (H, W)) first"
        )
    if np.issubdtype(image.dtype, np.floating) and not (image.min() >= 0 and image.max() <= 1):
        raise ValueError(f"image: values {image.min():.3g} … {image.max():.3g}, expected 0 … 1 for floats, or uint8")
    base = image.astype(np.float32) * (255 if np.issubdtype(image.dtype, np.floating) else 1)
    return np.rint((1 - opacity) * base + opacity * colours).clip(0, 255).astype(np.uint8)


def as_array(values: np.ndarray | Tensor) -> np.ndarray:
    return values.detach().cpu().float().numpy() if isinstance(values, Tensor) else np.asarray(values, np.float32)


def _checked(heat: np.ndarray | Tensor, lowest: int) -> np.ndarray:
    heat = as_array(heat)
    if heat.ndim != 2:
        raise ValueError(f"map: expected (H, W), got {heat.shape}; take one image of the batch")
    # Bilinear upsampling may miss 1 by a rounding error; anything more is a map that was not scaled.
    if not np.isfinite(heat).all() or heat.min() < lowest - 1e-4 or heat.max() > 1 + 1e-4:
        raise ValueError(f"map: values {heat.min():.3g} … {heat.max():.3g}, expected {lowest} … 1; scale_by_max first")
    return heat.clip(lowest, 1)
