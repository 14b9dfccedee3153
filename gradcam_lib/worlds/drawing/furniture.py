"""What stands and hangs in the rooms of a clinic, painted right on the background and owned by nobody."""

from __future__ import annotations

import cv2
import numpy as np

from gradcam_lib.worlds.drawing.brushes import Generator, box, fill, mix, pick, shade_rows
from gradcam_lib.worlds.drawing.painter import Colour, ellipse, shade
from gradcam_lib.worlds.drawing.textures import FULL

WOODS = ((196, 164, 124), (170, 134, 98), (214, 192, 160), (150, 122, 96))
CURTAINS = ((150, 186, 190), (186, 200, 160), (204, 178, 164), (160, 172, 204), (206, 196, 160))
LEAVES = ((92, 142, 88), (76, 128, 92), (120, 154, 92))
STEEL = (188, 194, 200)


def paint_chart(canvas: np.ndarray, rng: Generator, x: float, y: float) -> None:
    """Rows of letters that grow small, for the eyes."""
    box(canvas, x - 2, y - 2, x + 50, y + 70, (176, 172, 166))
    box(canvas, x, y, x + 48, y + 68, (250, 249, 244))
    for i, (step, high) in enumerate(((16, 10), (12, 8), (9, 6), (7, 4), (5, 3))):
        for left in np.arange(x + 7, x + 40, step):
            top = y + 6 + 12.5 * i
            box(canvas, left, top, left + 0.6 * step, top + high, (96, 96, 104))


def paint_desk(canvas: np.ndarray, rng: Generator, edge: int, x: float) -> None:
    y, wood = min(edge, FULL) - rng.uniform(46, 62), pick(rng, WOODS, 8)
    box(canvas, x + 6, y + 7, x + 120, edge + 6, mix(wood, (80, 60, 44), 0.3))
    box(canvas, x, y, x + 126, y + 8, wood)
    box(canvas, x + 54, y - 8, x + 62, y, (92, 96, 104))
    box(canvas, x + 30, y - 44, x + 88, y - 7, (70, 74, 84))
    shade_rows(
        canvas[int(y) - 41 : int(y) - 10, max(int(x) + 33, 0) : max(int(x) + 85, 0)], (150, 186, 206), (186, 208, 214)
    )


def paint_plant(canvas: np.ndarray, rng: Generator, x: float, foot: float) -> None:
    leaf, high = pick(rng, LEAVES, 12), rng.uniform(50, 90)
    for turn in np.linspace(-1.1, 1.1, 9) + rng.uniform(-0.1, 0.1, 9):
        tip = np.array((x + np.sin(turn) * high * 0.6, foot - 26 - np.cos(turn) * high * 0.8))
        middle, across = (tip + (x, foot - 24)) / 2, np.array((np.cos(turn), np.sin(turn))) * 5
        fill(
            canvas, [(x, foot - 24), middle - across, tip, middle + across], shade(leaf, 0.85 + 0.15 * np.cos(3 * turn))
        )
    pot = mix(pick(rng, WOODS, 10), (220, 214, 206), 0.4)
    fill(canvas, [(x - 15, foot - 28), (x + 15, foot - 28), (x + 11, foot), (x - 11, foot)], pot)


def paint_curtain(canvas: np.ndarray, rng: Generator, edge: int, x0: float, x1: float) -> None:
    colour, low = pick(rng, CURTAINS, 10), edge - rng.uniform(10, 24)
    box(canvas, 0, 12, FULL, 16, STEEL)
    folds = np.arange(x0, x1, rng.uniform(9, 14))
    for i, x in enumerate(folds):
        fill(canvas, [(x, 15), (x + 13, 15), (x + 14, low), (x - 1, low)], shade(colour, (1.0, 0.93, 0.97)[i % 3]))


def paint_bed(canvas: np.ndarray, rng: Generator, edge: int, x: float) -> None:
    y, blanket = min(edge, FULL) - rng.uniform(34, 48), pick(rng, CURTAINS, 12)
    box(canvas, x - 4, y - 46, x + 4, edge + 18, STEEL)
    box(canvas, x + 150, y - 14, x + 157, edge + 18, STEEL)
    box(canvas, x, y + 22, x + 156, y + 29, mix(STEEL, (90, 96, 104), 0.3))
    box(canvas, x + 3, y, x + 152, y + 23, (236, 236, 232))
    fill(canvas, ellipse((x + 26, y - 3), (22, 10)), (250, 250, 247))
    fill(canvas, [(x + 52, y - 5), (x + 152, y - 3), (x + 154, y + 16), (x + 48, y + 18)], blanket)


def paint_drip(canvas: np.ndarray, rng: Generator, edge: int, x: float) -> None:
    box(canvas, x, 40, x + 3, edge + 12, STEEL)
    box(canvas, x - 12, 40, x + 15, 43, STEEL)
    fill(canvas, [(x - 17, 46), (x - 4, 46), (x - 5, 74), (x - 16, 74)], (226, 236, 240))
    box(canvas, x - 16, 60, x - 5, 74, (190, 214, 226))
    cv2.line(canvas, (int(x) - 10, 74), (int(x) - 4, 150), (216, 222, 226), 1, cv2.LINE_AA)


def paint_door(canvas: np.ndarray, rng: Generator, x: float, edge: int, wall: Colour) -> None:
    high, leaf = rng.uniform(150, 176), mix(pick(rng, WOODS + CURTAINS, 8), wall, 0.25)
    top = max(edge - high, 12)
    box(canvas, x - 5, top - 5, x + 71, edge, mix(wall, (255, 255, 255), 0.5))
    box(canvas, x, top, x + 66, edge, leaf)
    box(canvas, x + 22, top + 16, x + 44, top + 56, mix((196, 214, 222), wall, 0.3))
    box(canvas, x + 54, top + 78, x + 61, top + 82, STEEL)


def paint_bottles(canvas: np.ndarray, rng: Generator, y: float, left: float, right: float, wall: Colour) -> None:
    x = left + 4
    while x < right - 10:
        w, h = rng.uniform((6, 12), (12, 26))
        glass = mix(pick(rng, CURTAINS, 20), wall, 0.25)
        box(canvas, x, y - h, x + w, y, glass)
        box(canvas, x + 0.3 * w, y - h - 4, x + 0.7 * w, y - h, shade(glass, 0.8))
        x += w + rng.uniform(2, 9)
    box(canvas, left, y, right, y + 4, mix(wall, (120, 124, 130), 0.4))


def paint_flask(canvas: np.ndarray, rng: Generator, x: float, foot: float) -> None:
    s, liquid = rng.uniform(16, 28), pick(rng, CURTAINS, 24)
    glass = (222, 232, 236)
    right = np.array([(0.12, -1), (0.12, -0.6), (0.42, 0)]) * s
    fill(canvas, np.concatenate([right, right[::-1] * (-1, 1)]) + (x, foot), glass)
    fill(
        canvas,
        [
            (x - 0.26 * s, foot - 0.36 * s),
            (x + 0.26 * s, foot - 0.36 * s),
            (x + 0.4 * s, foot - 1),
            (x - 0.4 * s, foot - 1),
        ],
        liquid,
    )


def paint_microscope(canvas: np.ndarray, x: float, foot: float) -> None:
    dark = (96, 102, 114)
    box(canvas, x - 16, foot - 6, x + 16, foot, dark)
    fill(canvas, [(x + 6, foot - 6), (x + 14, foot - 6), (x + 12, foot - 38), (x + 2, foot - 44)], (216, 218, 220))
    fill(canvas, [(x - 14, foot - 46), (x - 6, foot - 52), (x + 8, foot - 26), (x, foot - 22)], (232, 234, 234))
    box(canvas, x - 10, foot - 18, x + 8, foot - 15, dark)


def paint_folders(canvas: np.ndarray, rng: Generator, y: float, left: float, right: float, wall: Colour) -> None:
    x = left + 2
    while x < right - 9:
        w, h = rng.uniform((5, 22), (10, 32))
        box(canvas, x, y - h, x + w, y, mix(pick(rng, CURTAINS + WOODS, 14), wall, 0.2))
        x += w + (1 if rng.random() < 0.8 else rng.uniform(6, 24))
    box(canvas, left, y, right, y + 4, mix(pick(rng, WOODS, 6), wall, 0.2))


def paint_picture(canvas: np.ndarray, rng: Generator, x: float, y: float) -> None:
    box(canvas, x, y, x + 52, y + 40, pick(rng, WOODS, 8))
    box(canvas, x + 4, y + 4, x + 48, y + 36, (206, 224, 232))
    fill(
        canvas,
        [(x + 4, y + 36), (x + 18, y + 18), (x + 30, y + 28), (x + 38, y + 22), (x + 48, y + 36)],
        pick(rng, LEAVES, 10),
    )
