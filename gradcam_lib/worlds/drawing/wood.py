"""A wood: sky, the edge of the forest far away, a clearing with its path, and trees of several kinds."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from gradcam_lib.worlds.drawing import textures
from gradcam_lib.worlds.drawing.brushes import Generator, blend, lay_ground, mix, pick, row, shade_rows, sixteenths
from gradcam_lib.worlds.drawing.clutter import draw_bush, draw_tree
from gradcam_lib.worlds.drawing.landscapes import (
    PATHS,
    paint_flowers,
    paint_path,
    paint_ridge,
    paint_swell,
    paint_tree_line,
)
from gradcam_lib.worlds.drawing.painter import Colour, Painter, lines, outline, shade
from gradcam_lib.worlds.drawing.textures import FULL
from gradcam_lib.worlds.scene import Scene, Thing

SHADOWS = {"tank": (1.25, 0.1), "fir": (0.3, 0.035), "birch": (0.22, 0.03)}  # half as wide and high, of its height
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


Land = Callable[[np.ndarray, Generator, int, Colour], None]  # canvas, random numbers, first row, colour of the haze


def paint_wood(scene: Scene) -> Painter:
    """The background, and in the painter's truth the sky and its clouds."""
    return paint_open(scene, paint_land)


def paint_open(scene: Scene, paint_land: Land) -> Painter:
    """Land under a sky, and in the painter's truth the sky and its clouds, where nothing on the horizon hides them.

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
    for depth in np.sort(rng.uniform(0.02, 0.85, 2)):
        paint_swell(canvas, rng, top, depth, mix(ground, pick(rng, GROUND, 10), rng.uniform(0.2, 0.5)))
    if rng.random() < 0.6:
        paint_path(canvas, rng, top, mix(pick(rng, PATHS, 8), ground, 0.3))
    lay_ground(canvas, rng, top, "lawn")
    if rng.random() < 0.4:
        paint_flowers(canvas, rng, top)


def paint_firs(canvas: np.ndarray, rng: Generator, top: int, colour: Colour) -> None:
    """Far firs in a row, with a gap."""
    gap, n = rng.uniform(-40, FULL), 26
    x = np.cumsum(rng.uniform(5, 17, n)) - 10
    wide, high = rng.uniform(5, 12, n), rng.uniform(16, 46, n)
    firs = sixteenths(np.array([(x - wide, x, x + wide), (high * 0 + top + 4, top - high, high * 0 + top + 4)]).T)
    for i in np.flatnonzero((x < gap) | (x > gap + 60)):
        cv2.fillPoly(canvas, [np.ascontiguousarray(firs[i])], shade(colour, (0.93, 1.0, 1.06)[i % 3]), cv2.LINE_AA, 4)


def draw_shadow(painter: Painter, thing: Thing, *, sunny: bool) -> None:
    """Under the sun, a shadow to one side. Trees with a round crown and bushes have brought their own."""
    if sunny and thing.kind in SHADOWS:
        wide, high = SHADOWS[thing.kind]
        painter.shadow((0.4 * wide, 0), (wide, high), 0.35)


def draw_fir(painter: Painter, thing: Thing) -> None:
    """Parts: trunk, crown."""
    rng = np.random.default_rng(thing.style)
    needle = shade(NEEDLES[rng.integers(len(NEEDLES))], rng.uniform(0.88, 1.08))
    wide, tiers = rng.uniform(0.2, 0.27), _TIERS[rng.integers(len(_TIERS))]
    with painter.part("trunk"):
        painter.polygon([(-0.025, -0.2), (0.025, -0.2), (0.032, 0), (-0.032, 0)], (96, 74, 56))
    with painter.part("crown"):
        painter.polygon(np.concatenate([tiers, tiers[::-1] * (-1, 1)]) * (wide, 1), needle, edge=0.8)
        boughs = np.stack(
            [tiers[1:-1:2] * (-0.62, 1), tiers[1:-1:2] * (0, 1) + (0, 0.03), tiers[1:-1:2] * (0.62, 1)], 1
        )
        painter.stroke(boughs * (wide, 1), 0.014, shade(needle, 0.84))


def _tiers(n: int) -> np.ndarray:
    """The right side of a fir that is 2 wide and 1 high, from its foot to its tip: out along a bough, in above it."""
    low = np.linspace(-0.12, -0.72, n)
    out = 1 - 0.78 * np.arange(n) / n
    corners = np.stack([np.stack([out, low], 1), np.stack([0.5 * out, low - 0.12], 1)], 1).reshape(-1, 2)
    return np.array([(0, -0.1), *corners, (0, -1)])


_TIERS = _tiers(4), _tiers(5)
_AIRY = tuple(
    outline(text)
    for text in (
        "-4 -42, -15 -44, -19 -56, -14 -64, -19 -74, -12 -84, -9 -94, 0 -99, 9 -94, 12 -84, 18 -76, 14 -66, 18 -56,"
        "14 -45, 4 -42",
        "-5 -38, -12 -42, -20 -50, -16 -62, -20 -70, -14 -80, -12 -91, 1 -99, 11 -92, 15 -80, 20 -68, 15 -60, 16 -48,"
        "6 -40",
    )
)


def draw_birch(painter: Painter, thing: Thing) -> None:
    """A white trunk with dark marks under an airy crown. Parts: trunk, crown."""
    rng = np.random.default_rng(thing.style)
    leaf, lean = shade(LEAVES[rng.integers(len(LEAVES))], rng.uniform(0.9, 1.05)), rng.uniform(-0.04, 0.04)
    crown = _AIRY[rng.integers(len(_AIRY))] * (rng.uniform(0.85, 1.1), 1) + (1.4 * lean, 0)
    with painter.part("trunk"):
        painter.stroke([(0, -0.01), (lean, -0.5), (lean * 1.6, -0.82)], 0.04, (224, 220, 210))
        painter.stroke(_MARKS + (0.4 * lean, 0), 0.012, (72, 68, 66))
    with painter.part("crown"):
        painter.polygon(crown, shade(leaf, 0.88), edge=None)
        painter.polygon(crown * (0.7, 0.8) + (0.02, -0.17), leaf, edge=None)


_MARKS = lines("-1.4 -12, 0 -12; 0 -22, 1.4 -22; -1.4 -32, 0.2 -32")
DRAW = {"fir": draw_fir, "birch": draw_birch, "tree": draw_tree, "bush": draw_bush}
