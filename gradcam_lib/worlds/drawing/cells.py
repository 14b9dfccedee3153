"""Cells under the microscope: amounts of two stains, and the nucleus that owns each pixel.

A canvas holds amounts, not colours: (H, W, 3) uint8 of haematoxylin, which nuclei take up, eosin, which everything else
takes up, and nothing. ``stained`` turns them into light.
"""

from __future__ import annotations

import math

import cv2
import numpy as np

from gradcam_lib.worlds.drawing.brushes import sixteenths
from gradcam_lib.worlds.drawing.painter import FINE
from gradcam_lib.worlds.drawing.textures import noise
from gradcam_lib.worlds.scene import Thing

# Optical density of red, green and blue light in each stain: near Ruifrok and Johnston's (2001), chosen by eye.
HAEMATOXYLIN, EOSIN = (0.63, 0.70, 0.33), (0.14, 0.88, 0.45)
DENSITY = 1 / 110  # of one step of a canvas
PINK = 40  # eosin inside a nucleus
GLAND = 20  # thickness of a gland's wall, in pixels of the finished picture

# Amount of haematoxylin, how much it varies inside, how much more the rim has, and how many clumps there are.
LOOK = {
    "stromal": (120, 0.14, 22, 0),
    "lymphocyte": (165, 0.12, 10, 0),
    "epithelial": (105, 0.20, 26, 2),
    "large": (62, 0.16, 42, 1),
    "abnormal": (122, 0.30, 26, 5),
}
WIDTH = {"stromal": 0.36, "epithelial": 0.72}  # in lengths; of the others 0.92
WIDEST = 1.1  # sizes from the centre of a nucleus to its outline at most
ROUGH = {"abnormal": 0.16}  # how far an outline leaves its ellipse, in sizes; the others 0.05

_ANGLES = np.linspace(0, 2 * math.pi, 28, endpoint=False)
_WAVES = np.arange(2, 6)[:, None]


def paint_ground(rng: np.random.Generator, side: int, lumens: list[np.ndarray], *, angle: float) -> np.ndarray:
    """(FINE·side, FINE·side, 3) amounts: wavy fibres along ``angle`` (radians), glands round their empty middle.

    lumens: closed outlines (k, 2), in pixels of the finished picture.
    """
    y, x = np.mgrid[:side, :side].astype(np.float32)
    along, across = x * math.cos(angle) + y * math.sin(angle), y * math.cos(angle) - x * math.sin(angle)
    across = across + 7 * noise(rng, side, side, 4, 4)
    fibres = _streaks(rng, along, across, (45, 3.5)) + 0.6 * _streaks(rng, along, across, (20, 1.5))
    gaps = np.clip(1.6 * _streaks(rng, along, across, (60, 8)) - 0.6, 0, 1)  # where the fibres part
    eosin = (52 + 13 * fibres + 10 * noise(rng, side, side, 5, 5)) * (1 - 0.9 * gaps)
    haematoxylin = 9 + 4 * noise(rng, side, side, 12, 12)
    for lumen in lumens:
        gland, hole = _around(lumen, side)
        eosin += gland * (58 + 9 * noise(rng, side, side, 30, 30) - eosin)
        haematoxylin += gland * (24 - haematoxylin)
        eosin, haematoxylin = eosin * (1 - hole), haematoxylin * (1 - hole)
    amounts = np.stack([haematoxylin, eosin, np.zeros_like(eosin)], 2).clip(0, 255).astype(np.uint8)
    return cv2.resize(amounts, (FINE * side, FINE * side), interpolation=cv2.INTER_LINEAR)


def _streaks(rng: np.random.Generator, along: np.ndarray, across: np.ndarray, scale: tuple[float, float]) -> np.ndarray:
    """Smooth noise within −1 … 1 or a little more, its grains so many pixels long and wide."""
    grains = rng.uniform(-1, 1, (256, 256)).astype(np.float32)
    return cv2.remap(grains, along / scale[0] + 60, across / scale[1] + 60, cv2.INTER_CUBIC, None, cv2.BORDER_WRAP)


def _around(lumen: np.ndarray, side: int) -> tuple[np.ndarray, np.ndarray]:
    """Two (side, side) arrays in 0 … 1: a gland with its cells, and the hole in it."""
    hole = np.zeros((side, side), np.uint8)
    cv2.fillPoly(hole, [sixteenths(lumen)], 255, cv2.LINE_AA, 4)
    far = cv2.distanceTransform(255 - hole, cv2.DIST_L2, 5)
    return np.clip((GLAND - far) / 5 + 0.5, 0, 1), cv2.GaussianBlur(hole, (0, 0), 0.8).astype(np.float32) / 255


def outline(kind: str, rng: np.random.Generator) -> np.ndarray:
    """(28, 2) points of a nucleus round its centre, its length from −1 to 1: an ellipse with a few random waves."""
    rough = ROUGH.get(kind, 0.05)
    waves = rng.uniform(0, rough, (4, 1)) / np.sqrt(_WAVES) * np.cos(_WAVES * _ANGLES + rng.uniform(0, 7, (4, 1)))
    radii = np.minimum(1 + waves.sum(0), WIDEST)
    return np.stack([radii * np.cos(_ANGLES), WIDTH.get(kind, 0.92) * radii * np.sin(_ANGLES)], 1)


def paint_nucleus(canvas: np.ndarray, owner: np.ndarray, number: int, nucleus: Thing) -> None:
    """One nucleus on a canvas of amounts, and its number on ``owner``, both in place.

    The nucleus's size is half of its length, in shares of the picture; its style decides outline, amount and clumps.
    """
    rng, t, side = np.random.default_rng(nucleus.style), math.radians(nucleus.tilt), len(canvas)
    centre, unit = np.array([nucleus.x, nucleus.y]) * side, nucleus.size * side
    turn = np.array([[math.cos(t), math.sin(t)], [-math.sin(t), math.cos(t)]])
    at = [sixteenths(centre + unit * outline(nucleus.kind, rng) @ turn)]
    amount, _, rim, clumps = LOOK[nucleus.kind]
    amount *= rng.uniform(0.85, 1.15)
    cv2.fillPoly(canvas, at, (amount, PINK, 0), cv2.LINE_AA, 4)
    for far, angle, size in rng.random((clumps, 3)) * (1, 2 * math.pi, 1):
        spot = centre + 0.55 * unit * math.sqrt(far) * np.array([math.cos(angle), math.sin(angle)])
        radius = round(16 * (0.1 + 0.14 * size) * unit)
        cv2.circle(canvas, sixteenths(spot).tolist(), radius, (amount + 70, PINK, 0), -1, cv2.LINE_AA, 4)
    cv2.polylines(canvas, at, True, (amount + rim, PINK, 0), 1, cv2.LINE_AA, 4)
    cv2.fillPoly(owner, at, number, cv2.LINE_8, 4)


def stained(canvas: np.ndarray, varied: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Amounts on a canvas → what the microscope shows, (H / FINE, W / FINE, 3) uint8, RGB.

    varied: (H, W) float32, how much the amount of haematoxylin varies at each pixel. Light falls off exponentially with
    what it passes (Beer and Lambert). Each picture has its own strength of both stains, and its own lamp.
    """
    side = len(canvas)
    strength, lamp = rng.uniform(0.8, 1.2, 2), np.array([246, 243, 245]) + rng.uniform(-5, 5, 3)
    amounts = canvas[..., :2].astype(np.float32)
    amounts[..., 0] *= 1 + 1.6 * varied * noise(rng, side, side, side // 5, side // 5)
    amounts = cv2.resize(amounts, (side // FINE, side // FINE), interpolation=cv2.INTER_AREA)
    amounts = cv2.GaussianBlur(amounts, (0, 0), 0.5) * strength  # no lens is perfect
    light = np.exp(-DENSITY * amounts @ np.array([HAEMATOXYLIN, EOSIN]))
    return np.rint(light * lamp + rng.normal(0, 1.5, light.shape)).clip(0, 255).astype(np.uint8)
