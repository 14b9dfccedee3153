"""Street and kitchen: what people built, calmer than what stands in it."""

from __future__ import annotations

import cv2
import numpy as np

from gradcam_lib.worlds.drawing import textures
from gradcam_lib.worlds.drawing.brushes import Generator, box, fill, lay_ground, mix, pick, row, shade_rows
from gradcam_lib.worlds.drawing.landscapes import paint_tree_line
from gradcam_lib.worlds.drawing.painter import Colour
from gradcam_lib.worlds.drawing.textures import FULL
from gradcam_lib.worlds.drawing.weather import paint_sky
from gradcam_lib.worlds.scene import Scene

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


def paint_street(canvas: np.ndarray, scene: Scene, rng: Generator) -> None:
    """Houses, pavement, kerb, road: from the side, or along the street."""
    top = row(scene.horizon)
    _, haze = paint_sky(canvas, scene, rng, top)
    road, pavement = pick(rng, ROADS, 10), pick(rng, PAVEMENTS, 10)
    shade_rows(canvas[top:], mix(pavement, haze, 0.2), pavement)
    (paint_side if rng.random() < 0.6 else paint_along)(canvas, rng, top, haze, road, pavement)


def paint_side(canvas: np.ndarray, rng: Generator, top: int, haze: Colour, road: Colour, pavement: Colour) -> None:
    """Fronts, the pavement before them, the road, sometimes the pavement of this side."""
    x = rng.uniform(-50, 0)
    while x < FULL:
        wide = rng.uniform(50, 100)
        if rng.random() < 0.85:
            paint_house(canvas, rng, x, x + wide, top, haze)
        else:
            trees = canvas[:, max(0, int(x)) : int(x + wide)]
            paint_tree_line(trees, rng, top, rng.uniform(8, 40), mix((96, 124, 92), haze, 0.35))
        x += wide
    deep, slope = FULL - top, rng.uniform(-6, 6)
    kerb = top + deep * rng.uniform(0.1, 0.5)
    end = kerb + deep * rng.uniform(0.35, 0.9)
    fill(canvas, [(0, kerb), (FULL, kerb + slope), (FULL, end + slope), (0, end)], road)
    lay_ground(canvas, rng, top, "asphalt")
    paint_slabs(canvas, rng, top, kerb, mix(pavement, (60, 60, 64), 0.2))
    for y in (kerb, end):
        kerbstone = [(0, y - 2), (FULL, y + slope - 2), (FULL, y + slope + 2), (0, y + 2)]
        fill(canvas, kerbstone, mix(pavement, (255, 255, 255), 0.35))
    if rng.random() < 0.6:
        paint_dashes(canvas, rng, (kerb + end) / 2, slope, mix(road, (240, 236, 220), 0.6))


def paint_along(canvas: np.ndarray, rng: Generator, top: int, haze: Colour, road: Colour, pavement: Colour) -> None:
    """The street runs to a point on the horizon, houses left and right."""
    vanish, near, wide = rng.uniform((60, -20, 110), (FULL - 60, FULL + 20, 400))
    paint_tree_line(canvas, rng, top, rng.uniform(4, 16), mix((96, 124, 92), haze, 0.5))
    for edge in (-6, FULL + 6):
        paint_row(canvas, rng, top, haze, vanish, edge)
    sides = [[(vanish + s * 2, top), (near + s * wide / 2, FULL)] for s in (-1, 1)]
    fill(canvas, [*sides[0], *sides[1][::-1]], road)
    for (x0, y0), (x1, y1) in sides:
        fill(canvas, [(x0 - 0.5, y0), (x0 + 0.5, y0), (x1 + 4, y1), (x1 - 4, y1)], mix(pavement, (255, 255, 255), 0.35))
    lay_ground(canvas, rng, top, "asphalt")
    if rng.random() < 0.6:
        colour, t = mix(road, (240, 236, 220), 0.5), np.geomspace(0.08, 1.2, 12) * rng.uniform(0.9, 1.15)
        for a, b in zip(t[::2], t[1::2], strict=True):
            (xa, ya), (xb, yb) = ((vanish + (near - vanish) * s, top + (FULL - top) * s) for s in (a, b))
            fill(canvas, [(xa - 4 * a, ya), (xa + 4 * a, ya), (xb + 4 * b, yb), (xb - 4 * b, yb)], colour)


def paint_row(canvas: np.ndarray, rng: Generator, top: int, haze: Colour, vanish: float, edge: float) -> None:
    """The houses of one side of the street, far ones first."""
    t = np.cumsum(rng.uniform(0.12, 0.42, 5)) + 0.1  # share of the way from the vanishing point to the picture's rim
    drop = rng.uniform(8, 20)

    def front(a: float, b: float, low: float, high: float) -> list[tuple[float, float]]:
        xa, xb = (vanish + (edge - vanish) * s for s in (a, b))
        return [(xa, top - low * a), (xb, top - low * b), (xb, top - high * b), (xa, top - high * a)]

    for a, b in zip(t, t[1:], strict=False):
        high, wall = rng.uniform(0.8, 1.9) * top, mix(pick(rng, WALLS, 12), haze, max(0.1, 0.5 - 0.4 * b))
        fill(canvas, front(a, b, -drop, high), wall)
        pane, door, columns = mix(haze, (70, 84, 98), 0.5), pick(rng, DOORS, 8), rng.integers(2, 5)
        for i in range(columns):
            left, right = (a + (b - a) * (i + share) / columns for share in (0.3, 0.75))
            for low in np.arange(0.12, 0.95, 0.3):
                first = low < 0.2 and i == columns // 2
                fill(
                    canvas,
                    front(left, right, *((-drop, 0.2 * high) if first else (low * high, (low + 0.17) * high))),
                    door if first else pane,
                )


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
    look = rng.random()
    if look < 0.6:
        x, wide = rng.uniform((6, 60), (FULL - 110, 100))
        paint_window(canvas, scene, rng, edge, x, wide)
        left, right = (-10, x - 16) if x > FULL - x - wide else (x + wide + 16, FULL + 10)
    else:
        left, right = np.sort(rng.uniform(-20, FULL + 20, 2))
    if look > 0.8:
        paint_cupboards(canvas, rng, edge, wall)
    elif right - left > 50 and rng.random() < 0.7:
        paint_shelf(canvas, rng, edge, wall, left, right)
    paint_table(canvas, rng, edge, wall)


def paint_tiles(canvas: np.ndarray, rng: Generator, edge: int, tile: Colour, joint: Colour) -> None:
    top = int(edge * rng.choice((0, 0.35, 0.6)))
    wide, high = rng.choice(((16, 16), (22, 22), (28, 14), (12, 12)))
    box(canvas, 0, top, FULL, edge, tile)
    for i, y in enumerate(range(top, edge, int(high))):
        cv2.line(canvas, (0, y), (FULL, y), joint, 1)
        for x in range(-(i % 2) * int(wide) // 2 if wide > high else 0, FULL, int(wide)):
            cv2.line(canvas, (x, y), (x, min(y + int(high), edge)), joint, 1)


def paint_window(canvas: np.ndarray, scene: Scene, rng: Generator, edge: int, x: float, wide: float) -> None:
    high, y = rng.uniform(0.5, 0.75) * edge, rng.uniform(-20, 14)
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


def paint_shelf(canvas: np.ndarray, rng: Generator, edge: int, wall: Colour, left: float, right: float) -> None:
    """A board with jars and plates that keep to the colour of the wall."""
    y = edge * rng.uniform(0.35, 0.6)
    x = left + 4
    while x < right - 14:
        w, h = rng.uniform((7, 8), (16, 24))
        box(canvas, x, y - h, x + w, y, mix(pick(rng, CLOTHS + DOORS, 8), wall, 0.45))
        x += w + rng.uniform(2, 16)
    box(canvas, left, y, right, y + 4, mix(pick(rng, WOODS, 8), wall, 0.2))
    box(canvas, left, y + 4, right, y + 7, mix(wall, (80, 70, 60), 0.3))


def paint_table(canvas: np.ndarray, rng: Generator, edge: int, wall: Colour) -> None:
    kind = ("wood", "boards", "stone", "linen", "checks", "stripes")[rng.choice(6, p=(0.25, 0.2, 0.15, 0.1, 0.2, 0.1))]
    base = pick(rng, WOODS if kind in ("wood", "boards") else CLOTHS, 12)
    shade_rows(canvas[edge:], mix(base, wall, 0.25), mix(base, (70, 52, 40), 0.12))
    if kind == "boards":
        for y in edge + (FULL - edge) * np.linspace(0.05, 0.75, rng.integers(3, 6)) ** 1.4:
            box(canvas, 0, y, FULL, y + 1.5, mix(base, (60, 42, 30), 0.4))
    if kind not in ("checks", "stripes") and rng.random() < 0.4:
        paint_mat(canvas, rng, edge, mix(base, pick(rng, CLOTHS + DOORS, 20), 0.5))
    lay_ground(canvas, rng, edge, "wood" if kind == "boards" else kind)
    box(canvas, 0, edge - 1, FULL, edge + 2, mix(base, (255, 250, 240), 0.45))
    box(canvas, 0, edge - 4, FULL, edge - 1, mix(wall, (60, 52, 46), 0.45))


def paint_mat(canvas: np.ndarray, rng: Generator, edge: int, colour: Colour) -> None:
    """A place mat or a runner, narrower behind."""
    far, near, x = edge + rng.uniform(6, 40), edge + rng.uniform(80, 160), rng.uniform(30, FULL - 30)
    wide, lean = rng.uniform(70, 200), (x - FULL / 2) * 0.25
    quad = np.array(
        [(x - 0.4 * wide - lean, far), (x + 0.4 * wide - lean, far), (x + wide / 2, near), (x - wide / 2, near)]
    )
    fill(canvas, quad, mix(colour, (80, 70, 64), 0.3))
    fill(canvas, quad + ((3, 2), (-3, 2), (-4, -3), (4, -3)), colour)


def paint_cupboards(canvas: np.ndarray, rng: Generator, edge: int, wall: Colour) -> None:
    """Doors along the ceiling."""
    low, wide, x = rng.uniform(0.25, 0.45) * edge, rng.uniform(36, 60), rng.uniform(-50, 60)
    front = mix(pick(rng, WOODS + PAINTS, 10), wall, 0.3)
    for _ in range(rng.integers(2, 5)):
        box(canvas, x, 0, x + wide - 2, low, front)
        box(canvas, x + 5, 0, x + wide - 7, low - 6, mix(front, (90, 80, 72), 0.12))
        x += wide
    box(canvas, x - 2, 0, x, low, mix(front, (70, 60, 54), 0.3))
