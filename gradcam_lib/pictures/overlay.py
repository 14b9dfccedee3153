"""Maps as pictures: arrays in, arrays out. Zero stays zero, colours are applied last, nothing is stretched.

One palette for all maps, the upper part of matplotlib's plasma: from magenta over orange to yellow it grows lighter,
colour-blind people can tell its ends apart too, and none of it is grey. On a photograph the map is the more opaque the
larger it is: where there is no evidence the photograph is seen as it is, in grey, and a weak place is a faint one.
"""

from __future__ import annotations

import cv2
import numpy as np
from torch import Tensor

_PLASMA = cv2.applyColorMap(np.arange(256, dtype=np.uint8)[:, None], cv2.COLORMAP_PLASMA)[:, 0, ::-1]  # BGR → RGB
PALETTE = _PLASMA[np.rint(np.linspace(0.4, 0.95, 256) * 255).astype(int)]  # from magenta to yellow
# With this power of the map as opacity, the distance from grey (CIELAB) is nearest to proportional to the map.
POWER, OPACITY = 0.8, 0.85
DARK = np.float32(70)  # the grey beneath a map without a picture
# Diverging, readable for colour-blind people: blue (against) – nothing – orange (for).
AGAINST, NOTHING, FOR = np.array([[20, 90, 220], [225, 225, 225], [230, 97, 1]], np.float32)
WEAK = 0.1  # of the score: the odds change by a tenth


def overlay(image: np.ndarray, heat: np.ndarray | Tensor, *, opacity: float = OPACITY) -> np.ndarray:
    """The map laid over a grey copy of the picture: no evidence leaves it grey, yellow is the most.

    image: (H, W, 3) uint8, or float in [0, 1]. heat: (H, W) in [0, 1], from ``scale_by_max`` → (H, W, 3) uint8, RGB.
    opacity: where the map is 1; elsewhere it is less, and nothing where the map is 0.
    Errors: sizes that differ (upsample the map first, colour comes after); values outside [0, 1].
    """
    heat = _checked(heat, 0)
    return _blend(image, _palette(heat), heat**POWER, opacity)


def overlay_signed(image: np.ndarray, signed: np.ndarray | Tensor, *, opacity: float = 0.9) -> np.ndarray:
    """A signed map over a grey copy of the picture: orange speaks for, blue against, nothing leaves it grey.

    image: (H, W, 3). signed: (H, W) in [−1, 1], from ``scale_by_max`` → (H, W, 3) uint8.
    opacity: of the largest absolute value; elsewhere it is less in proportion.
    """
    signed = _checked(signed, -1)
    return _blend(image, np.where(signed[..., None] > 0, FOR, AGAINST), np.abs(signed), opacity)


def in_grey(picture: np.ndarray) -> np.ndarray:
    """The picture (H, W, 3) uint8 without its colours, so that under a map nothing red is taken for heat."""
    return picture.mean(2, keepdims=True).astype(np.uint8).repeat(3, 2)


def colour(heat: np.ndarray | Tensor) -> np.ndarray:
    """A map without a picture: (H, W) in [0, 1] → (H, W, 3) uint8, RGB, as over dark grey."""
    heat = _checked(heat, 0)
    return _mixed(DARK, _palette(heat), heat**POWER)


def colour_signed(signed: np.ndarray | Tensor) -> np.ndarray:
    """A signed map without a picture: (H, W) in [−1, 1] → (H, W, 3) uint8, RGB, as over light grey."""
    signed = _checked(signed, -1)
    return _mixed(NOTHING, np.where(signed[..., None] > 0, FOR, AGAINST), np.abs(signed))


def strength(L: np.ndarray | Tensor) -> str:
    """How strong a map is, for its title, since every map that is scaled by its maximum glows as brightly.

    L: (h, w) or (1, h, w) as ``grad_cam`` gives it, neither scaled nor upsampled → "maximum 0.41", or "empty", or
    "weak, maximum 0.0002" where its values add up to less than a tenth of the score's unit. Where a network averages
    over positions and ends in a linear layer, this sum is what the positions add to the score; elsewhere a guide.
    """
    L = np.abs(as_array(L))
    most = f"maximum {L.max():.2g}" if L.any() else "empty"
    return f"weak, {most}" if 0 < L.sum() < WEAK else most


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


def _blend(image: np.ndarray, colours: np.ndarray, share: np.ndarray, opacity: float) -> np.ndarray:
    """image and colours (H, W, 3), share (H, W) in [0, 1]: how much of the opacity each pixel gets."""
    if not 0 <= opacity <= 1:
        raise ValueError(f"opacity={opacity}: choose a value between 0 (picture) and 1 (map)")
    image = np.asarray(image)
    if image.ndim != 3 or image.shape[2] != 3:
        raise ValueError(f"image: expected (H, W, 3), got {image.shape}")
    if image.shape[:2] != share.shape:
        raise ValueError(
            f"the picture is {image.shape[:2]} and the map {share.shape} (height, width): upsample(L, (H, W)) first"
        )
    if np.issubdtype(image.dtype, np.floating):
        if not (image.min() >= 0 and image.max() <= 1):
            raise ValueError(
                f"image: values {image.min():.3g} … {image.max():.3g}, expected 0 … 1 for floats, or uint8"
            )
        image = np.rint(255 * image)
    return _mixed(in_grey(image).astype(np.float32), colours, opacity * share)


def _palette(heat: np.ndarray) -> np.ndarray:
    return PALETTE[np.rint(255 * heat).astype(np.uint8)]


def _mixed(ground: np.ndarray, colours: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """ground (H, W, 3) or one grey, colours (H, W, 3), alpha (H, W): how much of the colours → (H, W, 3) uint8."""
    alpha = alpha[..., None]
    return np.rint((1 - alpha) * ground + alpha * colours).astype(np.uint8)


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
