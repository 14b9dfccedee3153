"""Where people of a clinic work: consulting room, ward, corridor, laboratory, reception; calmer than the people."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from gradcam_lib.worlds.brushes import Generator, box, fill, lay_ground, mix, pick, row, shade_rows
from gradcam_lib.worlds.buildings import paint_shelf, paint_tiles, paint_window
from gradcam_lib.worlds.painter import Colour, Painter, ellipse, shade
from gradcam_lib.worlds.textures import FULL

if TYPE_CHECKING:
    from gradcam_lib.worlds.clinic import Worker

WALLS = ((226, 228, 222), (212, 224, 226), (224, 216, 200), (206, 218, 206), (222, 210, 212), (198, 208, 220),
         (232, 224, 196), (190, 202, 200))  # fmt: skip
FLOORS = ((176, 170, 160), (150, 164, 170), (186, 164, 138), (164, 172, 158), (196, 190, 182))
WOODS = ((196, 164, 124), (170, 134, 98), (214, 192, 160), (150, 122, 96))
CURTAINS = ((150, 186, 190), (186, 200, 160), (204, 178, 164), (160, 172, 204), (206, 196, 160))
LEAVES = ((92, 142, 88), (76, 128, 92), (120, 154, 92))
STEEL = (188, 194, 200)


def paint_room(worker: Worker) -> np.ndarray:
    """(256, 256, 3) uint8 RGB: the background, which depends on the person in nothing."""
    canvas = np.empty((FULL, FULL, 3), np.uint8)
    rng = np.random.default_rng((worker.seed, 1))
    wall, edge = pick(rng, WALLS, 9), min(row(worker.floor), FULL)
    shade_rows(canvas[:edge], mix(wall, (255, 255, 255), 0.15), mix(wall, (110, 104, 100), rng.uniform(0.05, 0.2)))
    paint_floor(canvas, rng, edge, wall)
    PAINT[worker.room](canvas, worker, rng, edge, wall)
    return canvas


def paint_floor(canvas: np.ndarray, rng: Generator, edge: int, wall: Colour) -> None:
    floor = pick(rng, FLOORS, 10)
    if edge < FULL:
        shade_rows(canvas[edge:], mix(floor, wall, 0.3), mix(floor, (90, 84, 80), 0.12))
        if FULL - edge > 8:
            lay_ground(canvas, rng, edge, ("stone", "checks", "wood")[rng.integers(3)])
        box(canvas, 0, edge - 5, FULL, edge, mix(wall, (90, 88, 86), 0.3))


def paint_consulting(canvas: np.ndarray, worker: Worker, rng: Generator, edge: int, wall: Colour) -> None:
    """A window, a chart to read from, a shelf, a desk with a screen, a plant."""
    left = bool(rng.random() < 0.5)
    if rng.random() < 0.7:
        paint_window(canvas, worker, rng, min(edge, 190), 10 if left else 150, rng.uniform(70, 96))
    if rng.random() < 0.7:
        paint_chart(canvas, rng, 186 if left else 20, rng.uniform(24, 60))
    else:
        paint_shelf(canvas, rng, edge, wall, 150 if left else -10, 266 if left else 100)
    paint_desk(canvas, rng, edge, rng.uniform(-40, 40) if not left else rng.uniform(120, 170))
    if rng.random() < 0.5:
        paint_plant(canvas, rng, rng.uniform(10, 246), edge + 16)


def paint_ward(canvas: np.ndarray, worker: Worker, rng: Generator, edge: int, wall: Colour) -> None:
    """A bed, a curtain on its rail, a stand with a drip, sometimes a window."""
    left = bool(rng.random() < 0.5)
    if rng.random() < 0.6:
        paint_window(canvas, worker, rng, min(edge, 190), rng.uniform(20, 150), rng.uniform(60, 90))
    paint_curtain(canvas, rng, edge, 168 if left else -14, 270 if left else 86)
    paint_bed(canvas, rng, edge, rng.uniform(-70, -10) if left else rng.uniform(110, 160))
    if rng.random() < 0.6:
        paint_drip(canvas, rng, edge, rng.uniform(20, 236))


def paint_corridor(canvas: np.ndarray, worker: Worker, rng: Generator, edge: int, wall: Colour) -> None:
    """Doors, a handrail, lamps, a sign."""
    dado = mix(wall, pick(rng, CURTAINS, 10), 0.5)
    if rng.random() < 0.6:
        box(canvas, 0, edge - 92, FULL, edge - 5, dado)
    for x in rng.uniform(-20, 40) + np.arange(0, 300, rng.uniform(110, 150)):
        paint_door(canvas, rng, x, edge, wall)
    box(canvas, 0, edge - 96, FULL, edge - 88, mix(pick(rng, WOODS, 8), wall, 0.2))
    for x in rng.uniform(0, 90) + np.arange(0, 300, 120):
        box(canvas, x, 0, x + 60, 7, (252, 250, 240))
    if rng.random() < 0.6:
        x = rng.uniform(20, 200)
        box(canvas, x, 26, x + 46, 44, mix(pick(rng, CURTAINS, 10), (40, 70, 90), 0.4))
        box(canvas, x + 6, 33, x + 32, 37, (246, 246, 240))


def paint_laboratory(canvas: np.ndarray, worker: Worker, rng: Generator, edge: int, wall: Colour) -> None:
    """Tiles, shelves with bottles, a bench with flasks and a microscope."""
    if rng.random() < 0.5:
        paint_tiles(canvas, rng, edge, mix(wall, (255, 255, 255), 0.5), mix(wall, (110, 104, 100), 0.2))
    for y in (rng.uniform(44, 62), rng.uniform(96, 114)):
        paint_bottles(canvas, rng, y, *np.sort(rng.uniform(-30, 290, 2)), wall)
    bench = min(edge, FULL) - rng.uniform(56, 76)
    box(canvas, 0, bench, FULL, bench + 9, mix(pick(rng, WALLS, 8), (70, 76, 86), 0.35))
    box(canvas, 0, bench + 9, FULL, edge, mix(wall, (120, 132, 142), 0.3))
    for x in np.arange(rng.uniform(10, 50), FULL, 70):
        box(canvas, x, bench + 14, x + 1.5, edge - 4, mix(wall, (80, 90, 100), 0.45))
    for x in rng.uniform(6, 250, 5):
        paint_flask(canvas, rng, x, bench)
    paint_microscope(canvas, float(rng.choice((30, 218))), bench)


def paint_reception(canvas: np.ndarray, worker: Worker, rng: Generator, edge: int, wall: Colour) -> None:
    """Shelves with folders, a clock, a picture, plants, a board of notes."""
    left, right = np.sort(rng.uniform(-20, 276, 2))
    for y in (70, 116, 162):
        paint_folders(canvas, rng, y + rng.uniform(-6, 6), left, max(right, left + 90), wall)
    x = right + 30 if right < 190 else max(left - 40, 18)
    fill(canvas, ellipse((x, 32), (17, 17)), mix(wall, (60, 60, 66), 0.7))
    fill(canvas, ellipse((x, 32), (14.5, 14.5)), (250, 249, 244))
    cv2.line(canvas, (int(x), 32), (int(x), 22), (60, 60, 66), 2, cv2.LINE_AA)
    cv2.line(canvas, (int(x), 32), (int(x) + 7, 35), (60, 60, 66), 2, cv2.LINE_AA)
    if rng.random() < 0.6:
        paint_picture(canvas, rng, float(np.clip(x - 26, 4, 200)), 64)
    for x in rng.uniform(6, 250, rng.integers(1, 3)):
        paint_plant(canvas, rng, x, edge + 16)


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


def draw_counter(painter: Painter, worker: Worker) -> None:
    """What stands before the person: a counter with papers and a screen seen from behind. Parts: front, top."""
    rng = np.random.default_rng((worker.seed, 3))
    wood, y = pick(rng, WOODS + CURTAINS, 10), worker.counter
    with painter.thing("counter", 0, 0, 1):
        with painter.part("front"):
            painter.polygon([(-0.02, y), (1.02, y), (1.02, 1.02), (-0.02, 1.02)], mix(wood, (80, 66, 56), 0.2))
            painter.polygon(
                [(-0.02, y + 0.1), (1.02, y + 0.1), (1.02, y + 0.115), (-0.02, y + 0.115)], shade(wood, 0.7), edge=None
            )
        with painter.part("top"):
            painter.polygon(
                [(-0.02, y - 0.02), (1.02, y - 0.02), (1.02, y + 0.03), (-0.02, y + 0.03)], shade(wood, 1.2)
            )
            x = float(rng.choice((0.1, 0.72)))
            painter.polygon(
                [(x, y - 0.035), (x + 0.15, y - 0.035), (x + 0.16, y - 0.015), (x - 0.01, y - 0.015)], (244, 242, 236)
            )


PAINT = {
    "consulting room": paint_consulting, "ward": paint_ward, "corridor": paint_corridor,
    "laboratory": paint_laboratory, "reception": paint_reception,
}  # fmt: skip
