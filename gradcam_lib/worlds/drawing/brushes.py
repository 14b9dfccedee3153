"""Colours and strokes of the backgrounds: right on the canvas, in its pixels, owned by nobody."""

from __future__ import annotations

import cv2
import numpy as np

from gradcam_lib.worlds.drawing import textures
from gradcam_lib.worlds.drawing.painter import Colour
from gradcam_lib.worlds.drawing.textures import FULL

Generator = np.random.Generator


def row(share: float) -> int:
    return round(share * FULL)


def ripple(rng: Generator, n: int, high: float) -> np.ndarray:
    """(n,) smooth ups and downs, -high … high."""
    return high * textures.noise(rng, 1, n, 1, 2 + n // 4)[0]


def pick(rng: Generator, colours: tuple[Colour, ...], spread: float) -> Colour:
    """One of the colours, a little lighter or darker, a little redder or bluer."""
    base = colours[rng.integers(len(colours))]
    light, *hue = rng.uniform(-spread, spread, 4).tolist()
    return tuple(min(max(c + light + 0.6 * h, 0), 255) for c, h in zip(base, hue, strict=True))


def mix(a: Colour, b: Colour, share: float) -> Colour:
    """a, with so large a share of b."""
    return tuple(float(x + (y - x) * share) for x, y in zip(a, b, strict=True))


def sixteenths(points) -> np.ndarray:
    return np.rint(np.asarray(points) * 16).astype(np.int32)


def fill(canvas: np.ndarray, points, colour: Colour | float) -> None:
    cv2.fillPoly(canvas, [sixteenths(points)], colour, cv2.LINE_AA, 4)


def box(canvas: np.ndarray, x0: float, y0: float, x1: float, y1: float, colour: Colour) -> None:
    """A rectangle with sides along the picture's; x1 and y1 exclusive."""
    if x1 > x0 and y1 > y0:
        cv2.rectangle(canvas, (int(x0), int(y0)), (int(x1) - 1, int(y1) - 1), colour, -1)


def lay_ground(canvas: np.ndarray, rng: Generator, top: int, texture: str) -> None:
    textures.lay(canvas[top:], textures.ground(texture, rng, FULL - top))


def shade_rows(region: np.ndarray, top: Colour, bottom: Colour) -> None:
    """Fills a region with a vertical gradient, in place."""
    column = np.linspace(top, bottom, 16).clip(0, 255).astype(np.uint8)[:, None]
    cv2.resize(column, (region.shape[1], region.shape[0]), dst=region)


def blend(region: np.ndarray, colour: Colour, weight: np.ndarray) -> None:
    """Lets a colour shine through where weight says, 0 … 1, in place."""
    plain = np.empty_like(region)
    plain[:] = np.asarray(colour, np.uint8)
    region[:] = cv2.blendLinear(plain, region, weight, 1 - weight)


def band(canvas: np.ndarray, x: np.ndarray, upper: np.ndarray, lower: np.ndarray, colour: Colour) -> None:
    """What lies between two lines, given by their heights at x."""
    fill(canvas, np.concatenate([np.stack([x, upper], 1), np.stack([x, lower], 1)[::-1]]), colour)
