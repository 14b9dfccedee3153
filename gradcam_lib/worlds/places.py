"""Where things happen: beach, park, street, kitchen, savannah; another one for every seed, calmer than the things."""

from __future__ import annotations

import cv2
import numpy as np

from gradcam_lib.worlds import textures
from gradcam_lib.worlds.painter import Colour, ellipse, smooth
from gradcam_lib.worlds.scene import Scene
from gradcam_lib.worlds.textures import FULL
from gradcam_lib.worlds.weather import finish, paint_sky, shade_rows

__all__ = ["finish", "paint_place", "shore"]
Generator = np.random.Generator

SANDS = ((232, 212, 168), (222, 196, 150), (214, 204, 184), (238, 222, 196), (200, 176, 138), (226, 200, 172))
SEAS = ((64, 128, 158), (88, 160, 168), (60, 104, 140), (104, 146, 150), (120, 172, 176), (92, 122, 132))
LAWNS = ((110, 158, 84), (132, 168, 92), (92, 138, 84), (150, 170, 100), (112, 146, 104), (140, 158, 84))
PATHS = ((206, 190, 160), (184, 176, 166), (196, 168, 134), (170, 160, 150))
FLOWERS = ((236, 232, 216), (232, 216, 140), (214, 176, 196), (190, 176, 214))
DRY = ((204, 180, 112), (214, 190, 130), (188, 162, 100), (196, 186, 122), (178, 172, 104), (208, 172, 118))
ROADS = ((128, 128, 132), (112, 114, 120), (146, 142, 138), (134, 130, 126))
PAVEMENTS = ((188, 184, 178), (174, 172, 172), (196, 186, 172), (166, 164, 168))
WALLS = ((176, 116, 96), (158, 104, 90), (204, 186, 156), (190, 156, 132), (170, 172, 174), (206, 196, 184),
         (152, 166, 172), (196, 170, 160), (172, 178, 150))  # fmt: skip
ROOFS = ((122, 84, 74), (104, 98, 102), (134, 106, 88), (92, 96, 106))
DOORS = ((98, 76, 62), (84, 104, 98), (92, 98, 120), (120, 86, 80))
PAINTS = ((226, 214, 190), (206, 216, 206), (212, 218, 226), (232, 222, 214), (222, 204, 184), (196, 206, 212),
          (216, 206, 176), (186, 196, 184))  # fmt: skip
WOODS = ((176, 134, 94), (196, 160, 118), (146, 106, 76), (206, 180, 144), (166, 140, 116))
CLOTHS = ((222, 214, 202), (190, 204, 210), (202, 210, 190), (216, 196, 186), (200, 192, 208))


def paint_place(scene: Scene) -> np.ndarray:
    """(256, 256, 3) uint8 RGB: the background of a scene, which depends on its things in nothing."""
    if scene.place not in PAINT:
        raise ValueError(f"unknown place {scene.place!r}; there are: {', '.join(PAINT)}")
    canvas = np.empty((FULL, FULL, 3), np.uint8)
    # A stream of its own: the seed's first numbers have already chosen the place, and would choose its look with it.
    PAINT[scene.place](canvas, scene, np.random.default_rng((scene.seed, 1)))
    return canvas


def shore(seed: int, horizon: float) -> float:
    """Where the sea of a beach ends on the average, in shares of the picture's height."""
    return horizon + float(np.random.default_rng((seed, 3)).uniform(0.18, 0.36))


def paint_beach(canvas: np.ndarray, scene: Scene, rng: Generator) -> None:
    """Sea between horizon and shore, wet sand, dry sand."""
    top, edge = row(scene.horizon), row(shore(scene.seed, scene.horizon))
    _, haze = paint_sky(canvas, scene, rng, top)
    sea, sand = pick(rng, SEAS, 12), pick(rng, SANDS, 10)
    paint_ground(canvas, rng, top, mix(sand, haze, 0.2), sand, "sand")
    fall, x = rng.uniform(-14, 14), np.linspace(-4, FULL + 4, 24)
    line = edge + fall * (x / FULL - 0.5) + ripple(rng, 24, 5)
    low = min(FULL, int(line.max()) + 2)
    beach = canvas[top:low].copy()
    shade_rows(canvas[top:low], mix(sea, haze, rng.uniform(0.1, 0.5)), mix(sea, sand, rng.uniform(0, 0.35)))
    textures.lay(canvas[top:low], textures.ground("water", rng, low - top))
    for depth in rng.uniform(0.1, 0.95, 7):
        paint_ripple(canvas, rng, top + depth * (edge - top), depth, mix(sea, (255, 255, 255), 0.4))
    if rng.random() < 0.6:
        paint_island(canvas, rng, top, mix(haze, (96, 120, 120), rng.uniform(0.3, 0.7)))
    if rng.random() < 0.35:
        paint_boat(canvas, rng, top)
    cover(canvas[top:low], beach, line - top, x)
    wet = line + rng.uniform(4, 12) + ripple(rng, 24, 3)
    fill(canvas, np.concatenate([np.stack([x, line], 1), np.stack([x, wet], 1)[::-1]]), mix(sand, sea, 0.35))
    foam = line + rng.uniform(1, 4) + ripple(rng, 24, 1)
    fill(canvas, np.concatenate([np.stack([x, line - 1.5], 1), np.stack([x, foam], 1)[::-1]]), (240, 242, 238))


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
    x, wide, high = rng.uniform(-30, FULL), rng.uniform(30, 110), rng.uniform(4, 18)
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
    if rng.random() < 0.6:
        paint_ridge(canvas, rng, top, rng.uniform(14, 46), 6, mix(haze, (110, 140, 140), rng.uniform(0.25, 0.6)))
    leaves = mix(lawn, (52, 92, 66), rng.uniform(0.3, 0.9))
    paint_tree_line(canvas, rng, top, rng.uniform(10, 30), mix(leaves, haze, 0.45))
    paint_tree_line(canvas, rng, top, rng.uniform(4, 16), mix(leaves, haze, 0.15))
    shade_rows(canvas[top:], mix(lawn, haze, 0.25), mix(lawn, (70, 96, 60), rng.uniform(0, 0.3)))
    if rng.random() < 0.3:
        paint_stripes(canvas, rng, top, mix(lawn, (236, 240, 190), 0.16))
    if rng.random() < 0.3:
        paint_pond(canvas, rng, top, mix(haze, (110, 150, 170), 0.5))
    if rng.random() < 0.6:
        paint_path(canvas, rng, top, pick(rng, PATHS, 8))
    lay_ground(canvas, rng, top, "lawn")
    if rng.random() < 0.6:
        paint_flowers(canvas, rng, top)


def paint_ridge(canvas: np.ndarray, rng: Generator, top: int, high: float, bends: int, colour: Colour) -> None:
    """Hills that stand on the horizon."""
    heights = high * (0.55 + 0.45 * textures.noise(rng, 1, 40, 1, bends)[0])
    xs = np.linspace(-4, FULL + 4, 40)
    fill(canvas, [(FULL + 4, top + 1), (-4, top + 1), *zip(xs, top - np.maximum(heights, 1), strict=True)], colour)


def paint_tree_line(canvas: np.ndarray, rng: Generator, top: int, high: float, colour: Colour) -> None:
    """Crown beside crown, far away."""
    xs = np.linspace(-10, FULL + 10, 26) + rng.uniform(-4, 4, 26)
    heights = high * (0.6 + 0.3 * ripple(rng, 26, 1)) + rng.uniform(0, 0.35 * high + 2, 26)
    crowns = smooth([(FULL + 20, top + 6), (-20, top + 6), *zip(xs, top - heights, strict=True)])
    fill(canvas, crowns, colour)


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
    for depth in np.sort(rng.uniform(0.05, 0.8, 3)):
        paint_swell(canvas, rng, top, depth, mix(dry, pick(rng, DRY, 14), 0.6))
    if rng.random() < 0.3:
        paint_pond(canvas, rng, top, mix(haze, (120, 146, 150), 0.5))
    if rng.random() < 0.35:
        paint_path(canvas, rng, top, mix(dry, (176, 126, 86), 0.5))
    lay_ground(canvas, rng, top, "savannah")


def paint_swell(canvas: np.ndarray, rng: Generator, top: int, depth: float, colour: Colour) -> None:
    """A band of other grass, with an uneven upper edge."""
    xs = np.linspace(-4, FULL + 4, 16)
    y = top + depth * (FULL - top) + ripple(rng, 16, 3 + 9 * depth)
    low = y + (4 + 40 * depth) * rng.uniform(0.3, 1, 16)
    fill(canvas, np.concatenate([np.stack([xs, y], 1), np.stack([xs, low], 1)[::-1]]), colour)


def paint_acacia(canvas: np.ndarray, rng: Generator, x: float, foot: int, colour: Colour) -> None:
    """A flat crown on a forked trunk, small and pale."""
    s = rng.uniform(7, 20)
    for dx in (-0.35, 0.3):
        fork = sixteenths([(x, foot), (x + 0.05 * s, foot - 0.4 * s), (x + dx * s, foot - 0.85 * s)])
        cv2.polylines(canvas, [fork], False, colour, 1 + (s > 14), cv2.LINE_AA, 4)
    for dx, dy, r in ((0, 0.95, 0.75), (-0.4, 0.82, 0.45), (0.35, 0.8, 0.5)):
        fill(canvas, ellipse((x + dx * s, foot - dy * s), (r * s, 0.17 * s)), colour)


def paint_street(canvas: np.ndarray, scene: Scene, rng: Generator) -> None:
    """Houses, pavement, kerb, road, sometimes the pavement of this side."""
    top = row(scene.horizon)
    _, haze = paint_sky(canvas, scene, rng, top)
    x = rng.uniform(-50, 0)
    while x < FULL:
        wide = rng.uniform(50, 100)
        if rng.random() < 0.88:
            paint_house(canvas, rng, x, x + wide, top, haze)
        else:
            paint_tree_line(canvas[:, max(0, int(x)) : int(x + wide)], rng, top, 20, mix((96, 124, 92), haze, 0.4))
        x += wide
    road, pavement = pick(rng, ROADS, 8), pick(rng, PAVEMENTS, 8)
    shade_rows(canvas[top:], mix(pavement, haze, 0.15), pavement)
    deep = FULL - top
    kerb = top + deep * rng.uniform(0.1, 0.5)
    end = kerb + deep * rng.uniform(0.35, 0.9)
    slope = rng.uniform(-6, 6)
    fill(canvas, [(0, kerb), (FULL, kerb + slope), (FULL, end + slope), (0, end)], road)
    lay_ground(canvas, rng, top, "asphalt")
    paint_slabs(canvas, rng, top, kerb, mix(pavement, (60, 60, 64), 0.2))
    for y in (kerb, end):
        kerbstone = [(0, y - 2), (FULL, y + slope - 2), (FULL, y + slope + 2), (0, y + 2)]
        fill(canvas, kerbstone, mix(pavement, (255, 255, 255), 0.35))
    if rng.random() < 0.6:
        paint_dashes(canvas, rng, (kerb + end) / 2, slope, mix(road, (240, 236, 220), 0.6))


def paint_house(canvas: np.ndarray, rng: Generator, left: float, right: float, foot: int, haze: Colour) -> None:
    """A front of brick or plaster with rows of windows and, where there is room, a door."""
    high = rng.uniform(0.55, 1.15) * foot
    x0, x1, y0 = max(int(left), 0), min(int(right), FULL), max(int(foot - high), 0)
    if x1 - x0 < 2:
        return
    wall = mix(pick(rng, WALLS, 10), haze, 0.12)
    if y0 > 0:
        rise = rng.uniform(0, 24)
        roof = [(left - 2, y0 + 1), (left + rise, y0 - rise), (right - rise, y0 - rise), (right + 2, y0 + 1)]
        fill(canvas, roof, mix(pick(rng, ROOFS, 8), haze, 0.15))
    front = canvas[y0:foot, x0:x1]
    front[:] = np.asarray(wall, np.uint8)
    if rng.random() < 0.65:
        textures.lay(front, textures.brick(rng, *front.shape[:2]))
    paint_windows(canvas, rng, left, right, y0, foot, wall, haze)


def paint_windows(canvas, rng: Generator, left, right, top, foot, wall: Colour, haze: Colour) -> None:
    columns, high = rng.integers(2, 4), rng.uniform(26, 36)
    pane, frame = mix(haze, (70, 84, 98), rng.uniform(0.45, 0.8)), mix(wall, (246, 244, 238), 0.6)
    wide, step = rng.uniform(9, 14), (right - left) / columns
    door = rng.integers(columns)
    for y in np.arange(foot - high, max(top - 10, -high), -high):
        for i in range(columns):
            x = left + (i + 0.5) * step
            if i == door and y > foot - high - 1:
                box(canvas, x - 0.55 * wide, foot - 0.85 * high, x + 0.55 * wide, foot, pick(rng, DOORS, 8))
            elif y + 3 > top:
                box(canvas, x - wide / 2 - 1.5, y + 2, x + wide / 2 + 1.5, y + 0.62 * high + 2, frame)
                box(canvas, x - wide / 2, y + 4, x + wide / 2, y + 0.62 * high, pane)


def paint_slabs(canvas: np.ndarray, rng: Generator, top: int, kerb: float, colour: Colour) -> None:
    """The joints of the pavement, towards a point behind the houses."""
    vanish, step = rng.uniform(0, FULL), rng.uniform(24, 50)
    for x in np.arange(-FULL, 2 * FULL, step):
        near = vanish + (x - vanish) * (1 + (kerb - top) / 90)
        cv2.line(canvas, (int(x), top), (int(near), int(kerb) - 2), colour, 1, cv2.LINE_AA)


def paint_dashes(canvas: np.ndarray, rng: Generator, y: float, slope: float, colour: Colour) -> None:
    long, thick = rng.uniform(22, 40), rng.uniform(2, 3.5)
    for x in np.arange(rng.uniform(-60, 0), FULL, 2 * long):
        a, b = y + slope * x / FULL, y + slope * (x + long) / FULL
        fill(canvas, [(x, a), (x + long, b), (x + long, b + thick), (x, a + thick)], colour)


def paint_kitchen(canvas: np.ndarray, scene: Scene, rng: Generator) -> None:
    """A wall with tiles, window or shelf; before it a table of wood, stone or under a cloth."""
    edge = row(scene.horizon)
    wall = pick(rng, PAINTS, 10)
    shade_rows(canvas[:edge], wall, mix(wall, (120, 104, 90), rng.uniform(0.05, 0.25)))
    if rng.random() < 0.65:
        paint_tiles(canvas, rng, edge, mix(wall, (255, 255, 255), 0.45), mix(wall, (110, 104, 100), 0.25))
    window = rng.random() < 0.6
    x = rng.uniform(10, 110)
    if window:
        paint_window(canvas, scene, rng, x, edge)
    if not window or rng.random() < 0.6:
        paint_shelf(canvas, rng, 130 if window and x < 50 else rng.uniform(-20, 40), edge, wall)
    paint_table(canvas, rng, edge, wall)


def paint_tiles(canvas: np.ndarray, rng: Generator, edge: int, tile: Colour, joint: Colour) -> None:
    top = int(edge * rng.choice((0, 0.35, 0.6)))
    wide, high = rng.choice(((16, 16), (22, 22), (28, 14), (12, 12)))
    box(canvas, 0, top, FULL, edge, tile)
    for i, y in enumerate(range(top, edge, int(high))):
        cv2.line(canvas, (0, y), (FULL, y), joint, 1)
        for x in range(-(i % 2) * int(wide) // 2 if wide > high else 0, FULL, int(wide)):
            cv2.line(canvas, (x, y), (x, min(y + int(high), edge)), joint, 1)


def paint_window(canvas: np.ndarray, scene: Scene, rng: Generator, x: float, edge: int) -> None:
    wide, high, y = rng.uniform(60, 110), rng.uniform(0.5, 0.75) * edge, rng.uniform(-20, 14)
    frame = mix(pick(rng, PAINTS, 6), (250, 248, 244), 0.6)
    box(canvas, x - 5, y - 5, x + wide + 5, y + high + 5, frame)
    x0, y0, x1, y1 = int(x), max(int(y), 0), min(int(x + wide), FULL), int(y + high)
    view = np.empty((FULL, FULL, 3), np.uint8)
    _, haze = paint_sky(view, scene, rng, y1 - y0)
    canvas[y0:y1, x0:x1] = view[: y1 - y0, x0:x1]
    paint_tree_line(canvas[y0:y1, x0:x1], rng, y1 - y0 + 2, rng.uniform(6, 24), mix((100, 132, 96), haze, 0.4))
    middle = (x0 + x1) / 2
    box(canvas, middle - 2, y0, middle + 2, y1, frame)
    box(canvas, x - 9, y + high + 3, x + wide + 9, y + high + 8, mix(frame, (120, 110, 100), 0.2))


def paint_shelf(canvas: np.ndarray, rng: Generator, x: float, edge: int, wall: Colour) -> None:
    """A board with jars and plates that keep to the colour of the wall."""
    y, wide = edge * rng.uniform(0.35, 0.6), rng.uniform(70, 130)
    at = x + 6
    while at < x + wide - 10:
        w, h = rng.uniform((7, 8), (16, 24))
        box(canvas, at, y - h, at + w, y, mix(pick(rng, CLOTHS + DOORS, 8), wall, 0.45))
        at += w + rng.uniform(2, 16)
    box(canvas, x, y, x + wide, y + 4, mix(pick(rng, WOODS, 8), wall, 0.2))
    box(canvas, x, y + 4, x + wide, y + 7, mix(wall, (80, 70, 60), 0.3))


def paint_table(canvas: np.ndarray, rng: Generator, edge: int, wall: Colour) -> None:
    kind = rng.choice(("wood", "boards", "stone", "cloth", "checked"))
    base = pick(rng, WOODS if kind in ("wood", "boards") else CLOTHS, 10)
    shade_rows(canvas[edge:], mix(base, wall, 0.25), mix(base, (70, 52, 40), 0.12))
    if kind == "boards":
        for y in edge + (FULL - edge) * np.linspace(0.05, 0.75, rng.integers(3, 6)) ** 1.4:
            box(canvas, 0, y, FULL, y + 1.5, mix(base, (60, 42, 30), 0.4))
    if kind == "checked":
        paint_checks(canvas, rng, edge, mix(base, pick(rng, DOORS, 20), 0.35))
    lay_ground(canvas, rng, edge, {"stone": "stone", "wood": "wood", "boards": "wood"}.get(kind, "sand"))
    box(canvas, 0, edge - 1, FULL, edge + 2, mix(base, (255, 250, 240), 0.45))
    box(canvas, 0, edge - 4, FULL, edge - 1, mix(wall, (60, 52, 46), 0.45))


def paint_checks(canvas: np.ndarray, rng: Generator, edge: int, colour: Colour) -> None:
    """Stripes of a tablecloth, in perspective."""
    vanish, step = rng.uniform(60, FULL - 60), rng.uniform(26, 50)
    for x in np.arange(-FULL, 2 * FULL, step):
        far = vanish + (np.array((x, x + step / 2)) - vanish) * 0.55
        fill(canvas, [(far[0], edge), (far[1], edge), (x + step / 2, FULL), (x, FULL)], colour)
    y, high = float(edge + 6), step / 5
    while y < FULL:
        box(canvas, 0, y, FULL, y + high, mix(colour, (255, 255, 255), 0.12))
        y, high = y + 2 * high, high * 1.18


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


def paint_ground(canvas: np.ndarray, rng: Generator, top: int, far: Colour, near: Colour, texture: str) -> None:
    shade_rows(canvas[top:], far, near)
    lay_ground(canvas, rng, top, texture)


def lay_ground(canvas: np.ndarray, rng: Generator, top: int, texture: str) -> None:
    textures.lay(canvas[top:], textures.ground(texture, rng, FULL - top))


PAINT = {
    "beach": paint_beach, "park": paint_park, "street": paint_street, "kitchen": paint_kitchen,
    "savannah": paint_savannah,
}  # fmt: skip
