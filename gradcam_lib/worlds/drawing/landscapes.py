"""Beach, park and savannah: what nobody speaks of, calmer than what stands on it."""

from __future__ import annotations

import cv2
import numpy as np

from gradcam_lib.worlds.drawing import textures
from gradcam_lib.worlds.drawing.brushes import (
    Generator,
    band,
    box,
    fill,
    lay_ground,
    mix,
    pick,
    ripple,
    row,
    shade_rows,
    sixteenths,
)
from gradcam_lib.worlds.drawing.painter import Colour, ellipse
from gradcam_lib.worlds.drawing.textures import FULL
from gradcam_lib.worlds.drawing.weather import paint_sky
from gradcam_lib.worlds.scene import Scene

SANDS = ((232, 212, 168), (222, 196, 150), (214, 204, 184), (238, 222, 196), (200, 176, 138), (226, 200, 172))
SEAS = ((64, 128, 158), (88, 160, 168), (60, 104, 140), (104, 146, 150), (120, 172, 176), (92, 122, 132))
LAWNS = ((110, 158, 84), (132, 168, 92), (92, 138, 84), (150, 170, 100), (112, 146, 104), (140, 158, 84))
PATHS = ((206, 190, 160), (184, 176, 166), (196, 168, 134), (170, 160, 150))
FLOWERS = ((236, 232, 216), (232, 216, 140), (214, 176, 196), (190, 176, 214))
DRY = ((204, 180, 112), (214, 190, 130), (188, 162, 100), (196, 186, 122), (178, 172, 104), (208, 172, 118))


def shore(seed: int, horizon: float) -> float:
    """Where the sea of a beach ends on the average, in shares of the picture's height."""
    return horizon + float(np.random.default_rng((seed, 3)).uniform(0.18, 0.36))


def paint_beach(canvas: np.ndarray, scene: Scene, rng: Generator) -> None:
    """Sea between horizon and shore, wet sand, dry sand."""
    top, edge = row(scene.horizon), row(shore(scene.seed, scene.horizon))
    _, haze = paint_sky(canvas, scene, rng, top)
    sea, sand = pick(rng, SEAS, 12), pick(rng, SANDS, 10)
    shade_rows(canvas[top:], mix(sand, haze, 0.2), mix(sand, (120, 96, 70), rng.uniform(0, 0.2)))
    for depth in np.sort(rng.uniform(0.5, 0.95, 2)):
        paint_swell(canvas, rng, top, depth, mix(sand, pick(rng, SANDS, 10), 0.5))
    lay_ground(canvas, rng, top, "sand")
    fall, x = rng.uniform(-14, 14), np.linspace(-4, FULL + 4, 24)
    line = edge + fall * (x / FULL - 0.5) + ripple(rng, 24, 5)
    low = min(FULL, int(line.max()) + 2)
    beach = canvas[top:low].copy()
    shade_rows(canvas[top:low], mix(sea, haze, rng.uniform(0.1, 0.5)), mix(sea, sand, rng.uniform(0, 0.35)))
    textures.lay(canvas[top:low], textures.ground("water", rng, low - top))
    for depth in rng.uniform(0.1, 0.95, 7):
        paint_ripple(canvas, rng, top + depth * (edge - top), depth, mix(sea, (255, 255, 255), 0.4))
    if rng.random() < 0.6:
        paint_island(canvas, rng, top, mix(haze, (100, 120, 110), rng.uniform(0.3, 0.75)))
    if rng.random() < 0.35:
        paint_boat(canvas, rng, top)
    cover(canvas[top:low], beach, line - top, x)
    wet = line + rng.uniform(4, 12) + ripple(rng, 24, 3)
    band(canvas, x, line, wet, mix(sand, sea, 0.35))
    band(canvas, x, line - 1.5, line + rng.uniform(1, 4) + ripple(rng, 24, 1), (240, 242, 238))


def cover(region: np.ndarray, above: np.ndarray, line: np.ndarray, x: np.ndarray) -> None:
    """Lays another picture over what is below a line."""
    mask = np.zeros(region.shape[:2], np.uint8)
    fill(mask, [*zip(x, line, strict=True), (FULL + 4, len(mask) + 4), (-4, len(mask) + 4)], 255)
    cv2.copyTo(above, mask, region)


def paint_ripple(canvas: np.ndarray, rng: Generator, y: float, depth: float, colour: Colour) -> None:
    x, length = rng.uniform(-30, FULL), rng.uniform(30, 60 + 90 * depth)
    xs = np.linspace(x, x + length, 10)
    points = np.stack([xs, y + ripple(rng, 10, 1 + 2 * depth)], 1)
    cv2.polylines(canvas, [sixteenths(points)], False, colour, 1 + int(2 * depth), cv2.LINE_AA, 4)


def paint_island(canvas: np.ndarray, rng: Generator, top: int, colour: Colour) -> None:
    x, wide, high = rng.uniform(-30, FULL + 30), rng.uniform(30, 130), 4 + 34 * rng.random() ** 2
    xs = np.linspace(-1, 1, 16)
    heights = high * (1 - xs**2) * (1 + 0.3 * ripple(rng, 16, 1))
    fill(canvas, np.stack([x + wide * xs, top + 1 - heights], 1), colour)


def paint_boat(canvas: np.ndarray, rng: Generator, top: int) -> None:
    x, s = rng.uniform(20, FULL - 20), rng.uniform(4, 7)
    fill(canvas, [(x, top - 2.2 * s), (x, top), (x + 1.1 * s, top)], (240, 238, 230))
    fill(
        canvas,
        [(x - s, top), (x + 1.3 * s, top), (x + 0.8 * s, top + 0.6 * s), (x - 0.6 * s, top + 0.6 * s)],
        (110, 96, 88),
    )


def paint_park(canvas: np.ndarray, scene: Scene, rng: Generator) -> None:
    """Hills or town, a line of trees, lawn, sometimes a path, a pond, stripes of mowing, flowers."""
    top = row(scene.horizon)
    _, haze = paint_sky(canvas, scene, rng, top)
    lawn = pick(rng, LAWNS, 10)
    if rng.random() < 0.3:
        paint_town(canvas, rng, top, mix(haze, (120, 130, 146), rng.uniform(0.2, 0.45)))
    elif rng.random() < 0.6:
        paint_ridge(canvas, rng, top, rng.uniform(14, 46), 6, mix(haze, (110, 140, 140), rng.uniform(0.25, 0.6)))
    leaves = mix(lawn, (52, 92, 66), rng.uniform(0.3, 0.9))
    paint_tree_line(canvas, rng, top, rng.uniform(10, 30), mix(leaves, haze, 0.45))
    paint_tree_line(canvas, rng, top, rng.uniform(4, 16), mix(leaves, haze, 0.15))
    shade_rows(canvas[top:], mix(lawn, haze, 0.25), mix(lawn, (70, 96, 60), rng.uniform(0, 0.3)))
    if rng.random() < 0.3:
        paint_stripes(canvas, rng, top, mix(lawn, (236, 240, 190), 0.16))
    way = rng.random()
    if way < 0.55:
        paint_path(canvas, rng, top, pick(rng, PATHS, 8))
    lay_ground(canvas, rng, top, "lawn")
    if way > 0.7:
        paint_pond(canvas, rng, top, mix(haze, (110, 150, 170), 0.5))
    if rng.random() < 0.3:
        paint_fence(canvas, rng, top, mix(pick(rng, PATHS, 20), lawn, 0.3))
    if rng.random() < 0.6:
        paint_flowers(canvas, rng, top)


def paint_ridge(canvas: np.ndarray, rng: Generator, top: int, high: float, bends: int, colour: Colour) -> None:
    """Hills that stand on the horizon."""
    heights = high * (0.55 + 0.45 * textures.noise(rng, 1, 40, 1, bends)[0])
    xs = np.linspace(-4, FULL + 4, 40)
    fill(canvas, [(FULL + 4, top + 1), (-4, top + 1), *zip(xs, top - np.maximum(heights, 1), strict=True)], colour)


def paint_town(canvas: np.ndarray, rng: Generator, top: int, colour: Colour) -> None:
    """Roofs of a town behind the trees, all in the haze."""
    x = float(rng.uniform(-20, 60))
    for wide, high in rng.uniform((10, 14), (26, 58), (rng.integers(3, 9), 2)):
        box(canvas, x, top - high, x + wide, top, colour)
        x += wide + rng.uniform(0, 14)


def paint_tree_line(canvas: np.ndarray, rng: Generator, top: int, high: float, colour: Colour) -> None:
    """Crown beside crown, far away."""
    x = np.linspace(0, canvas.shape[1], 72)
    count, phase = canvas.shape[1] / rng.uniform(14, 34), rng.uniform(0, 3)
    crowns = np.abs(np.sin(np.pi * count * x / x[-1] + phase + ripple(rng, 72, 1.5)))
    heights = high * (0.6 + ripple(rng, 72, 0.3)) + (3 + 0.3 * high) * np.sqrt(crowns)
    band(canvas, x, top - heights, np.full(72, top + 4.0), colour)


def paint_stripes(canvas: np.ndarray, rng: Generator, top: int, colour: Colour) -> None:
    """Stripes of mowing, which meet far behind the horizon."""
    vanish, step, shift = rng.uniform(0, FULL), rng.uniform(40, 90), rng.uniform(0, 90)
    for x in np.arange(-400 + shift, FULL + 400, 2 * step):
        far = vanish + (np.array((x, x + step)) - vanish) * 0.3
        fill(canvas, [(far[0], top), (far[1], top), (x + step, FULL), (x, FULL)], colour)


def paint_pond(canvas: np.ndarray, rng: Generator, top: int, colour: Colour) -> None:
    x, wide = rng.uniform(20, FULL - 20), rng.uniform(24, 70)
    y = top + rng.uniform(14, 30)
    fill(canvas, ellipse((x, y), (wide, 0.14 * wide)) + ripple(rng, 24, 1.5)[:, None], colour)


def paint_fence(canvas: np.ndarray, rng: Generator, top: int, colour: Colour) -> None:
    """Two rails from post to post before the trees."""
    foot, high, step = top + rng.uniform(3, 10), rng.uniform(8, 14), rng.uniform(14, 34)
    x0, x1 = np.sort(rng.uniform(-60, FULL + 60, 2))
    for share in (0.85, 0.45):
        box(canvas, x0, foot - share * high, x1, foot - share * high + 2, colour)
    for x in np.arange(x0, x1, step):
        box(canvas, x, foot - high, x + 3, foot, colour)


def paint_path(canvas: np.ndarray, rng: Generator, top: int, colour: Colour) -> None:
    """A way that comes from the horizon, bends and grows wide."""
    t = np.linspace(0, 1, 14)
    start, end, bend, wide = rng.uniform((20, -60, -70, 24), (FULL - 20, FULL + 60, 70, 80))
    y = top + (FULL + 6 - top) * t**1.6
    x = start + (end - start) * t + bend * np.sin(np.pi * t)
    half = 1.5 + wide * t**1.6 / 2
    fill(canvas, np.concatenate([np.stack([x - half, y], 1), np.stack([x + half, y], 1)[::-1]]), colour)


def paint_flowers(canvas: np.ndarray, rng: Generator, top: int) -> None:
    colour = pick(rng, FLOWERS, 8)
    n = rng.integers(6, 26)
    depth = rng.uniform(0.15, 1, n)
    for x, d in zip(rng.uniform(0, FULL, n).tolist(), depth.tolist(), strict=True):
        centre = round(x * 16), round((top + d * (FULL - top)) * 16)
        cv2.circle(canvas, centre, round(16 * (0.6 + 1.2 * d)), colour, -1, cv2.LINE_AA, 4)


def paint_savannah(canvas: np.ndarray, scene: Scene, rng: Generator) -> None:
    """Hills, acacias far away, dry grass, sometimes a track or a waterhole."""
    top = row(scene.horizon)
    _, haze = paint_sky(canvas, scene, rng, top)
    dry = pick(rng, DRY, 10)
    far = mix(haze, (146, 140, 116), rng.uniform(0.3, 0.6))
    if rng.random() < 0.75:
        paint_ridge(canvas, rng, top, rng.uniform(8, 40), rng.integers(4, 9), far)
    for x in rng.uniform(0, FULL, rng.integers(1, 6)):
        paint_acacia(canvas, rng, x, top + 1, mix(far, (92, 98, 66), rng.uniform(0.4, 0.8)))
    shade_rows(canvas[top:], mix(dry, haze, 0.3), mix(dry, (150, 112, 66), rng.uniform(0, 0.35)))
    for depth in np.sort(rng.uniform(0.02, 0.8, 4)):
        paint_swell(canvas, rng, top, depth, mix(dry, pick(rng, DRY, 10), rng.uniform(0.2, 0.5)))
    if rng.random() < 0.35:
        paint_path(canvas, rng, top, mix(dry, (176, 126, 86), 0.4))
    lay_ground(canvas, rng, top, "savannah")
    if rng.random() < 0.25:
        paint_pond(canvas, rng, top, mix(haze, mix(dry, (120, 146, 150), 0.7), 0.6))


def paint_swell(canvas: np.ndarray, rng: Generator, top: int, depth: float, colour: Colour) -> None:
    """A band of other grass, with an uneven upper edge."""
    x = np.linspace(-4, FULL + 4, 16)
    y = top + depth * (FULL - top) + ripple(rng, 16, 2 + 8 * depth)
    band(canvas, x, y, y + (8 + 60 * depth) * (0.6 + ripple(rng, 16, 0.4)), colour)


def paint_acacia(canvas: np.ndarray, rng: Generator, x: float, foot: int, colour: Colour) -> None:
    """A flat crown on a forked trunk, small and pale."""
    s = rng.uniform(7, 20)
    for dx in (-0.35, 0.3):
        fork = sixteenths([(x, foot), (x + 0.05 * s, foot - 0.4 * s), (x + dx * s, foot - 0.85 * s)])
        cv2.polylines(canvas, [fork], False, colour, 1 + (s > 14), cv2.LINE_AA, 4)
    for dx, dy, r in ((0, 0.95, 0.75), (-0.4, 0.82, 0.45), (0.35, 0.8, 0.5)):
        fill(canvas, ellipse((x + dx * s, foot - dy * s), (r * s, 0.17 * s)), colour)
