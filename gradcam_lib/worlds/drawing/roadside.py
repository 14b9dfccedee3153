"""A road through the country: the land, asphalt and markings, and a sign, houses and cars beside them."""

from __future__ import annotations

import cv2
import numpy as np

from gradcam_lib.worlds.drawing import textures
from gradcam_lib.worlds.drawing.brushes import Generator, mix, pick, row, shade_rows, sixteenths
from gradcam_lib.worlds.drawing.clutter import draw_bush, draw_tree
from gradcam_lib.worlds.drawing.landscapes import (
    DRY,
    LAWNS,
    SANDS,
    paint_flowers,
    paint_ridge,
    paint_swell,
    paint_town,
    paint_tree_line,
)
from gradcam_lib.worlds.drawing.painter import Colour, Painter, shade
from gradcam_lib.worlds.drawing.textures import FULL
from gradcam_lib.worlds.drawing.wood import draw_birch, draw_fir, paint_open
from gradcam_lib.worlds.scene import COLOURS, Scene, Thing

LANDS = LAWNS + LAWNS + DRY + SANDS[:2]
ASPHALT = ((92, 94, 100), (112, 112, 116), (132, 130, 130), (80, 84, 92), (146, 138, 132))
WALLS = ((232, 224, 206), (206, 170, 132), (186, 110, 90), (222, 206, 160), (240, 238, 232), (176, 186, 190))
ROOFS = ((150, 72, 56), (112, 70, 60), (92, 92, 100), (128, 96, 72))
PAINT = {"white": (240, 240, 234), "yellow": (244, 204, 74)}
DARK = (44, 46, 54)


def paint_land(scene: Scene) -> Painter:
    """Sky, clouds and land; the truth knows sky and clouds, as in a wood."""
    return paint_open(scene, _paint_country)


def _paint_country(canvas: np.ndarray, rng: Generator, top: int, haze: Colour) -> None:
    land = pick(rng, LANDS, 10)
    if rng.random() < 0.25:
        paint_town(canvas, rng, top, mix(haze, (120, 130, 146), rng.uniform(0.2, 0.45)))
    elif rng.random() < 0.7:
        paint_ridge(canvas, rng, top, rng.uniform(14, 50), 6, mix(haze, (110, 136, 140), rng.uniform(0.3, 0.6)))
    if rng.random() < 0.8:
        leaves = mix(land, (52, 92, 66), rng.uniform(0.3, 0.9))
        paint_tree_line(canvas, rng, top, rng.uniform(3, 18), mix(leaves, haze, 0.3))
    shade_rows(canvas[top:], mix(land, haze, 0.25), mix(land, (80, 90, 56), rng.uniform(0, 0.3)))
    for depth in np.sort(rng.uniform(0.02, 0.85, 3)):
        paint_swell(canvas, rng, top, depth, mix(land, pick(rng, LANDS, 10), rng.uniform(0.1, 0.3)))
    textures.lay(canvas[top:], textures.ground("lawn", rng, FULL - top))
    if rng.random() < 0.4:
        paint_flowers(canvas, rng, top)


def paint_asphalt(painter: Painter, scene: Scene, outline: np.ndarray) -> None:
    """The road's surface inside an outline (k, 2), in shares of the picture."""
    rng, top = np.random.default_rng((scene.seed, 4)), row(scene.horizon)
    colour = pick(rng, ASPHALT, 8)
    ground = np.empty_like(painter.canvas[top:])
    shade_rows(ground, mix(colour, (190, 196, 204), 0.3), colour)
    textures.lay(ground, textures.ground("asphalt", rng, FULL - top))
    mask = np.zeros((FULL, FULL), np.uint8)
    cv2.fillPoly(mask, [sixteenths(outline * FULL)], 255, cv2.LINE_AA, 4)
    share = mask[top:, :, None].astype(np.float32) / 255
    painter.canvas[top:] = np.rint(share * ground + (1 - share) * painter.canvas[top:]).astype(np.uint8)
    with painter.thing("road", 0, 0, 1), painter.part("asphalt"):
        painter.owner[top:][mask[top:] >= 128] = painter.parts.index(("road", "asphalt"))


def paint_marking(painter: Painter, marking: Thing, pieces: list[np.ndarray]) -> None:
    """A line along the road: pieces of paint (k, 2), in shares of the picture."""
    colour = shade(PAINT[marking.colour], np.random.default_rng(marking.style).uniform(0.86, 1.0))
    with painter.thing(marking.id, 0, 0, 1), painter.part("paint"):
        for piece in pieces:
            painter.polygon(piece, colour, edge=None)


def draw_sign(painter: Painter, thing: Thing) -> None:
    """A board on two posts with an arrow that points where the sign faces. Parts: posts, board, arrow."""
    dark_on = ((246, 206, 60), (244, 244, 240))[thing.style % 2]
    painter.shadow((0, 0), (0.3, 0.03))
    with painter.part("posts"):
        painter.stroke([[(-0.2, -0.5), (-0.2, 0)], [(0.2, -0.5), (0.2, 0)]], 0.04, (120, 122, 126))
    with painter.part("board"):
        painter.polygon([(-0.36, -1), (0.36, -1), (0.36, -0.34), (-0.36, -0.34)], dark_on)
    with painter.part("arrow"):
        for x in (-0.1, 0.16):
            tip = [(x - 0.14, -0.9), (x + 0.0, -0.9), (x + 0.14, -0.67), (x, -0.44), (x - 0.14, -0.44), (x, -0.67)]
            painter.polygon(tip, (34, 34, 38), edge=None)


def draw_house(painter: Painter, thing: Thing) -> None:
    """A house under a gable roof. Parts: wall, roof, windows."""
    rng = np.random.default_rng(thing.style)
    wall, roof = pick(rng, WALLS, 10), pick(rng, ROOFS, 10)
    half, eaves = rng.uniform(0.6, 0.9), rng.uniform(-0.62, -0.5)
    painter.shadow((0, 0), (half * 1.1, 0.05))
    with painter.part("wall"):
        painter.polygon([(-half, eaves), (half, eaves), (half, 0), (-half, 0)], wall)
    with painter.part("roof"):
        ridge = half * rng.uniform(0.0, 0.75)
        painter.polygon([(-half - 0.08, eaves), (-ridge, -1), (ridge, -1), (half + 0.08, eaves)], roof)
    with painter.part("windows"):
        for x in (-0.55, 0.45):
            painter.polygon([(x * half - 0.08, -0.42), (x * half + 0.08, -0.42), (x * half + 0.08, -0.2),
                             (x * half - 0.08, -0.2)], (84, 100, 120))  # fmt: skip
        painter.polygon([(-0.09, -0.34), (0.09, -0.34), (0.09, 0), (-0.09, 0)], shade(roof, 0.8))


def draw_car(painter: Painter, thing: Thing) -> None:
    """A car from behind. Parts: wheels, body, window, lights."""
    rng = np.random.default_rng(thing.style)
    body = shade(COLOURS[thing.colour or "blue"], rng.uniform(0.85, 1.0))
    painter.shadow((0, -0.01), (0.72, 0.06), 0.4)
    with painter.part("wheels"):
        for x in (-0.42, 0.42):
            painter.polygon([(x - 0.11, -0.22), (x + 0.11, -0.22), (x + 0.11, 0), (x - 0.11, 0)], DARK, edge=None)
    with painter.part("body"):
        cabin = [(-0.58, -0.1), (-0.6, -0.48), (-0.52, -0.6), (-0.42, -0.95), (-0.3, -1)]
        painter.polygon(cabin + [(-x, y) for x, y in cabin[::-1]], body)
    with painter.part("window"):
        painter.polygon([(-0.42, -0.62), (-0.34, -0.9), (0.34, -0.9), (0.42, -0.62)], (96, 116, 134))
    with painter.part("lights"):
        for x in (-0.48, 0.48):
            painter.polygon([(x - 0.07, -0.5), (x + 0.07, -0.5), (x + 0.07, -0.38), (x - 0.07, -0.38)], (206, 40, 36))
        painter.polygon([(-0.18, -0.34), (0.18, -0.34), (0.18, -0.24), (-0.18, -0.24)], (236, 236, 230), edge=None)


DRAW = {
    "sign": draw_sign, "house": draw_house, "car": draw_car, "fir": draw_fir, "birch": draw_birch, "tree": draw_tree,
    "bush": draw_bush,
}  # fmt: skip
