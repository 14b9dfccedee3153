"""A wood: sky, the edge of the forest far away, a clearing with its path, and trees of several kinds."""

from __future__ import annotations

import cv2
import numpy as np

from gradcam_lib.worlds import textures
from gradcam_lib.worlds.brushes import Generator, blend, fill, lay_ground, mix, pick, row, shade_rows
from gradcam_lib.worlds.clutter import draw_bush, draw_tree
from gradcam_lib.worlds.landscapes import PATHS, paint_flowers, paint_path, paint_ridge, paint_swell, paint_tree_line
from gradcam_lib.worlds.painter import Colour, Painter, shade
from gradcam_lib.worlds.scene import Scene, Thing
from gradcam_lib.worlds.textures import FULL

KINDS = ("fir", "fir", "birch", "tree", "tree", "bush")
HEIGHT = {"fir": 0.8, "birch": 0.82, "tree": 0.7, "bush": 0.16}
NEEDLES = ((52, 96, 70), (66, 108, 72), (44, 84, 72), (82, 112, 68))
LEAVES = ((128, 164, 76), (150, 170, 84), (112, 150, 80), (176, 164, 80))
GROUND = ((112, 138, 78), (132, 144, 84), (98, 124, 76), (146, 142, 92), (124, 118, 84))
SKIES = {  # weather → (above, at the horizon)
    "clear": (((64, 134, 214), (180, 216, 240)), ((92, 160, 226), (206, 228, 240)), ((80, 146, 206), (214, 228, 232))),
    "cloudy": (((146, 154, 166), (200, 204, 208)), ((162, 168, 176), (214, 214, 212)),
               ((136, 146, 160), (190, 196, 202))),
}  # fmt: skip


def paint_wood(scene: Scene) -> Painter:
    """The background, and in the painter's truth the sky and its clouds, where nothing on the horizon hides them.

    The land comes from a stream of its own, so that it is the same under every sky.
    """
    top = row(scene.horizon)
    painter = Painter(np.zeros((FULL, FULL, 3), np.uint8))
    haze, clouds = paint_sky(painter.canvas, scene, top)
    sky = painter.canvas[:top].copy()
    paint_land(painter.canvas, np.random.default_rng((scene.seed, 1)), top, haze)
    seen = cv2.inRange(cv2.absdiff(painter.canvas[:top], sky), (0, 0, 0), (0, 0, 0)) > 0
    with painter.thing("sky", 0, 0, 1):
        for name, where in (("sky", seen & ~clouds), ("clouds", seen & clouds)):
            with painter.part(name):
                painter.owner[:top][where] = painter.parts.index(("sky", name))
    return painter


def paint_sky(canvas: np.ndarray, scene: Scene, rows: int) -> tuple[Colour, np.ndarray]:
    """Fills the upper rows; the colour at the horizon, and a (rows, FULL) mask of what is cloud rather than sky."""
    rng = np.random.default_rng((scene.seed, 2))
    skies = SKIES[scene.weather]
    above, low = np.array(skies[int(rng.random() * len(skies))]) + rng.uniform(-10, 10, 3)
    shade_rows(canvas[:rows], above, low)
    bright, some, kind, variant, x = rng.random(5)
    if scene.weather == "clear" and some > 0.45:
        return low, np.zeros((rows, FULL), bool)
    style = ("puffs" if kind < 0.6 else "wisps") if scene.weather == "clear" else "cover"
    weight = textures.clouds(style, int(variant * 8))[:rows, int(x * FULL) :][:, :FULL]
    blend(canvas[:rows], np.minimum(low + 10 + 30 * bright, 250), weight)
    return low, weight > 0.4


def paint_land(canvas: np.ndarray, rng: Generator, top: int, haze: Colour) -> None:
    """Hills, the forest's edge in two tones, the clearing, often a path."""
    ground, green = pick(rng, GROUND, 10), pick(rng, NEEDLES, 12)
    if rng.random() < 0.5:
        paint_ridge(canvas, rng, top, rng.uniform(20, 56), 6, mix(haze, (104, 132, 132), rng.uniform(0.3, 0.6)))
    paint_tree_line(canvas, rng, top, rng.uniform(16, 44), mix(green, haze, 0.5))
    paint_firs(canvas, rng, top, mix(green, haze, 0.25))
    shade_rows(canvas[top:], mix(ground, haze, 0.25), mix(ground, (66, 74, 48), rng.uniform(0.05, 0.3)))
    for depth in np.sort(rng.uniform(0.02, 0.85, 4)):
        paint_swell(canvas, rng, top, depth, mix(ground, pick(rng, GROUND, 10), rng.uniform(0.2, 0.5)))
    if rng.random() < 0.6:
        paint_path(canvas, rng, top, mix(pick(rng, PATHS, 8), ground, 0.3))
    lay_ground(canvas, rng, top, "lawn")
    if rng.random() < 0.4:
        paint_flowers(canvas, rng, top)


def paint_firs(canvas: np.ndarray, rng: Generator, top: int, colour: Colour) -> None:
    """Far firs in a row, with gaps."""
    gap = rng.uniform(-40, FULL)
    x = rng.uniform(-8, 8)
    while x < FULL + 8:
        wide, high = rng.uniform(6, 12), rng.uniform(18, 44)
        if not gap < x < gap + 60:
            fill(
                canvas,
                [(x - wide, top + 4), (x, top - high), (x + wide, top + 4)],
                shade(colour, rng.uniform(0.92, 1.06)),
            )
        x += rng.uniform(6, 18)


def draw_shadow(painter: Painter, thing: Thing, *, sunny: bool) -> None:
    """Under the sun, a shadow that falls to one side."""
    if sunny:
        wide = 1.3 if thing.kind == "tank" else 0.3
        painter.shadow((0.12, 0), (wide, 0.1 if thing.kind == "tank" else 0.04), 0.35)


def draw_fir(painter: Painter, thing: Thing) -> None:
    """Parts: trunk, crown."""
    rng = np.random.default_rng(thing.style)
    needle = shade(NEEDLES[rng.integers(len(NEEDLES))], rng.uniform(0.88, 1.08))
    wide, n = rng.uniform(0.2, 0.27), int(rng.integers(4, 6))
    with painter.part("trunk"):
        painter.polygon([(-0.025, -0.2), (0.025, -0.2), (0.032, 0), (-0.032, 0)], (96, 74, 56))
    with painter.part("crown"):
        for i, low in enumerate(np.linspace(-0.12, -0.72, n)):
            half, high = wide * (1 - 0.78 * i / n), min(low - 1.45 / (n + 1), -0.3)
            tier = [(-half, low), (-half * 0.45, low - 0.03), (0, low + 0.015), (half * 0.45, low - 0.03), (half, low)]
            painter.polygon([*tier, (0, max(high, -1.0))], shade(needle, 0.9 + 0.05 * i), edge=0.8)


def draw_birch(painter: Painter, thing: Thing) -> None:
    """A white trunk with dark marks under an airy crown. Parts: trunk, crown."""
    rng = np.random.default_rng(thing.style)
    leaf, lean = shade(LEAVES[rng.integers(len(LEAVES))], rng.uniform(0.9, 1.05)), rng.uniform(-0.04, 0.04)
    with painter.part("trunk"):
        painter.stroke([(0, -0.01), (lean, -0.5), (lean * 1.6, -0.82)], 0.04, (224, 220, 210))
        marks = [
            [(lean * y - s * 0.014, -0.5 * y), (lean * y + s * 0.002, -0.5 * y)]
            for y, s in zip((0.25, 0.5, 0.7, 0.95), (1, -1, 1, -1), strict=True)
        ]
        painter.stroke(marks, 0.012, (72, 68, 66))
    with painter.part("crown"):
        for y, r in ((-0.52, 0.13), (-0.66, 0.16), (-0.8, 0.13), (-0.9, 0.09)):
            for side in (-1, 1):
                x = lean * 1.5 + side * r * rng.uniform(0.35, 0.75)
                painter.ellipse(
                    (x, y + rng.uniform(-0.03, 0.03)),
                    (r * 0.8, r * 0.62),
                    shade(leaf, 0.9 + 0.1 * (side > 0)),
                    edge=None,
                )


DRAW = {"fir": draw_fir, "birch": draw_birch, "tree": draw_tree, "bush": draw_bush}
