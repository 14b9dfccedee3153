"""Where people of a clinic work: consulting room, ward, corridor, laboratory, reception; calmer than the people."""

from __future__ import annotations

import cv2
import numpy as np

from gradcam_lib.worlds.drawing.brushes import Generator, box, fill, lay_ground, mix, pick, row, shade_rows
from gradcam_lib.worlds.drawing.buildings import paint_shelf, paint_tiles, paint_window
from gradcam_lib.worlds.drawing.furniture import (
    CURTAINS,
    WOODS,
    paint_bed,
    paint_bottles,
    paint_chart,
    paint_curtain,
    paint_desk,
    paint_door,
    paint_drip,
    paint_flask,
    paint_folders,
    paint_microscope,
    paint_picture,
    paint_plant,
)
from gradcam_lib.worlds.drawing.painter import Colour, Painter, ellipse, shade
from gradcam_lib.worlds.drawing.textures import FULL
from gradcam_lib.worlds.worker import Worker

WALLS = ((226, 228, 222), (212, 224, 226), (224, 216, 200), (206, 218, 206), (222, 210, 212), (198, 208, 220),
         (232, 224, 196), (190, 202, 200))  # fmt: skip
FLOORS = ((176, 170, 160), (150, 164, 170), (186, 164, 138), (164, 172, 158), (196, 190, 182))


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
