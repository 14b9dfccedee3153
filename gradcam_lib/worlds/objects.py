"""What people hold, ride, eat and pass by: kites, waves, bats, pizzas, hydrants, trees and the clutter of a place."""

from __future__ import annotations

import numpy as np

from gradcam_lib.worlds.painter import Colour, Painter, ellipse, shade, smooth
from gradcam_lib.worlds.scene import COLOURS, Thing

INK = (46, 42, 46)
WOOD = ((196, 146, 92), (222, 180, 122), (150, 100, 62))
LEAF = ((84, 146, 66), (58, 124, 70), (116, 158, 70))
STONE = ((146, 142, 138), (164, 150, 132), (122, 126, 134))
STEEL = (176, 182, 190)


def _ring(centre: tuple[float, float], radii: tuple[float, float]) -> np.ndarray:
    """A closed line round an ellipse, for strokes."""
    points = ellipse(centre, radii)
    return np.concatenate([points, points[:1]])


# -- beach and sky -----------------------------------------------------------------------------------------------------

_SAIL = np.array([(0, -0.5), (0.33, -0.12), (0, 0.5), (-0.33, -0.12)])
_KITE_TAIL = smooth([(0, 0.5), (0.1, 0.62), (-0.04, 0.74), (0.06, 0.88)])[:19]


def draw_kite(painter: Painter, thing: Thing) -> None:
    """A diamond kite round its centre; the string is not its own. Parts: sail, tail."""
    colour, style = COLOURS[thing.colour], thing.style
    with painter.part("tail"):
        painter.stroke(_KITE_TAIL, 0.025, (250, 250, 250))
        for x, y in _KITE_TAIL[5::6]:
            painter.polygon(
                [(x - 0.08, y - 0.05), (x + 0.08, y + 0.05), (x + 0.08, y - 0.05), (x - 0.08, y + 0.05)], colour
            )
    light, dark = shade(colour, 1.3), shade(colour, 0.8)
    with painter.part("sail"):
        painter.polygon(_SAIL, colour)
        middle = (0, -0.12)
        for i, tone in enumerate(
            ((light, None, dark, None), (None, light, None, dark), (light, light, None, None))[style % 3]
        ):
            if tone:
                painter.polygon([middle, _SAIL[i], _SAIL[(i + 1) % 4]], tone, edge=None)
        painter.stroke(_SAIL[::2], 0.02, shade(colour, 0.6))
        painter.stroke(_SAIL[1::2], 0.02, shade(colour, 0.6))


_BOARD = smooth(
    [
        (-0.5, -0.02),
        (-0.3, 0.0),
        (0.2, -0.01),
        (0.42, -0.04),
        (0.52, -0.09),
        (0.45, 0.02),
        (0.2, 0.075),
        (-0.2, 0.08),
        (-0.44, 0.05),
    ]
)
_BOARD_SIDE = smooth(
    [
        (-0.5, 0.0),
        (-0.3, 0.05),
        (0.2, 0.045),
        (0.46, -0.01),
        (0.52, -0.08),
        (0.45, 0.03),
        (0.2, 0.085),
        (-0.2, 0.09),
        (-0.45, 0.06),
    ]
)


def draw_surfboard(painter: Painter, thing: Thing) -> None:
    """A board one long, seen obliquely, its nose at +x; the origin is where the feet stand. Part: board."""
    colour = COLOURS[thing.colour]
    second = (COLOURS["blue"], COLOURS["red"], INK)[thing.style % 3] if thing.colour == "white" else (250, 248, 240)
    with painter.part("board"):
        painter.polygon([(-0.4, 0.04), (-0.46, 0.13), (-0.34, 0.06)], INK)
        painter.polygon(_BOARD, colour)
        painter.polygon(_BOARD_SIDE, shade(colour, 0.75), edge=None)
        if thing.style % 2:
            painter.stroke([(-0.44, 0.015), (0.2, 0.02), (0.46, -0.05)], 0.022, second)
        else:
            painter.stroke([(0.26, -0.005), (0.29, 0.03)], 0.05, second)


_SWELL = smooth([
    (-1.5, 0.02), (-1.1, -0.12), (-0.75, -0.55), (-0.3, -0.93), (0.15, -1.0), (0.48, -0.86), (0.6, -0.6), (0.54, -0.5),
    (0.38, -0.68), (0.12, -0.66), (0.06, -0.4), (0.3, -0.2), (0.9, -0.1), (1.5, 0.02), (0.0, 0.06),
])  # fmt: skip
_HOLLOW = smooth(
    [
        (0.5, -0.58),
        (0.36, -0.7),
        (0.1, -0.68),
        (0.0, -0.4),
        (0.3, -0.16),
        (0.1, -0.08),
        (-0.2, -0.2),
        (-0.28, -0.55),
        (-0.02, -0.84),
        (0.36, -0.84),
    ]
)
_CREST = np.array([(-0.42, -0.86), (-0.12, -0.97), (0.18, -0.98), (0.42, -0.86), (0.55, -0.66)])


def draw_wave(painter: Painter, thing: Thing) -> None:
    """A wave that breaks towards +x, on the middle of its foot. Parts: water, foam."""
    rng = np.random.default_rng(thing.style)
    stretch, sea = (rng.uniform(0.85, 1.3), 1), shade((44, 132, 178), rng.uniform(0.9, 1.1))
    white = (246, 250, 252)
    with painter.part("water"):
        painter.polygon(_SWELL * stretch, sea)
        painter.polygon(_HOLLOW * stretch, shade(sea, 0.8), edge=None)
        for shift in (0, 0.17):
            painter.stroke(
                np.array([(-0.5 - shift, -0.62 + shift), (-0.62 - shift, -0.35), (-0.5 - shift, -0.14)]) * stretch,
                0.04,
                shade(sea, 1.25),
            )
    with painter.part("foam"):
        for (x, y), r in zip(_CREST * stretch, (0.06, 0.09, 0.1, 0.11, 0.12), strict=True):
            painter.ellipse((x, y + 0.03), (r * 1.5, r), white, edge=None)
        for x, r in zip(
            np.linspace(-1.2, 1.2, 7) + rng.uniform(-0.08, 0.08, 7), rng.uniform(0.05, 0.11, 7), strict=True
        ):
            painter.ellipse((x * stretch[0], -r * 0.4), (0.27, r), white, edge=None)


_SHELL = smooth([(-0.14, 0.0), (-0.55, -0.5), (-0.4, -0.86), (0.0, -1.0), (0.4, -0.86), (0.55, -0.5), (0.14, 0.0)])


def draw_shell(painter: Painter, thing: Thing) -> None:
    """A scallop. Part: shell."""
    colour = (
        COLOURS[thing.colour] if thing.colour else ((238, 186, 166), (240, 222, 196), (222, 168, 184))[thing.style % 3]
    )
    painter.shadow((0, 0), (0.5, 0.12))
    with painter.part("shell"):
        painter.polygon(_SHELL, colour)
        for x in (-0.32, -0.12, 0.12, 0.32):
            painter.stroke([(x * 0.2, -0.1), (x, -0.82)], 0.06, shade(colour, 0.82))


def draw_bucket(painter: Painter, thing: Thing) -> None:
    """A bucket for the sand. Part: bucket."""
    colour = COLOURS[thing.colour or "red"]
    painter.shadow((0, -0.02), (0.42, 0.1))
    with painter.part("bucket"):
        handle = _ring((0, -0.66), (0.4, 0.34))[12:] if thing.style % 2 else _ring((0, -0.66), (0.38, 0.3))[:13]
        painter.polygon([(-0.42, -0.7), (0.42, -0.7), (0.3, 0), (-0.3, 0)], colour)
        painter.polygon([(0.14, -0.7), (0.42, -0.7), (0.3, 0), (0.1, 0)], shade(colour, 0.82), edge=None)
        painter.ellipse((0, -0.7), (0.42, 0.1), shade(colour, 0.6))
        painter.stroke(handle, 0.05, (240, 240, 240))


_WINGS = (
    smooth([(-0.1, 0.05), (-0.3, -0.35), (-0.75, -0.5), (-0.4, -0.15), (0.0, 0.1), (0.4, -0.15), (0.75, -0.5), (0.3, -0.35), (0.1, 0.05)]),
    smooth([(-0.2, 0.0), (-0.55, -0.15), (-0.8, 0.1), (-0.4, 0.08), (0.0, 0.15), (0.4, 0.08), (0.8, 0.1), (0.55, -0.15), (0.2, 0.0)]),
)  # fmt: skip


def draw_bird(painter: Painter, thing: Thing) -> None:
    """A bird in the air round its centre, or on its feet where the pose is "standing". Part: bird."""
    colour = COLOURS[thing.colour] if thing.colour else ((250, 250, 248), (72, 74, 84), (122, 96, 76))[thing.style % 3]
    with painter.part("bird"):
        if thing.pose == "standing":
            painter.stroke([(0, -0.4), (0, -0.02)], 0.08, (232, 150, 50))
            painter.curve(
                [(-0.6, -0.3), (-0.2, -0.68), (0.2, -0.95), (0.42, -0.82), (0.34, -0.5), (0.05, -0.25)], colour
            )
            painter.polygon([(0.4, -0.86), (0.66, -0.74), (0.4, -0.7)], (232, 150, 50))
            painter.curve([(-0.5, -0.32), (-0.1, -0.6), (0.14, -0.46), (-0.05, -0.32)], shade(colour, 0.8))
        else:
            painter.ellipse((0.04, 0.08), (0.34, 0.13), shade(colour, 0.85), tilt=-8)
            painter.polygon([(0.34, -0.02), (0.52, 0.04), (0.34, 0.1)], (232, 150, 50))
            painter.polygon(_WINGS[thing.style // 3 % 2], colour)


# -- games -------------------------------------------------------------------------------------------------------------

_SEAMS = tuple(
    np.array([(s * 0.34, -0.37), (s * 0.17, -0.18), (s * 0.13, 0.0), (s * 0.17, 0.18), (s * 0.34, 0.37)])
    for s in (-1, 1)
)


def draw_ball(painter: Painter, thing: Thing) -> None:
    """A tennis ball or a baseball round its centre; the style turns its seam. Part: ball."""
    tennis = thing.kind == "tennis ball"
    colour = (222, 226, 66) if tennis else COLOURS["white"]
    t = thing.style % 12 / 12 * np.pi
    turn = np.array([[np.cos(t), np.sin(t)], [-np.sin(t), np.cos(t)]])
    with painter.part("ball"):
        painter.ellipse((0, 0), (0.5, 0.5), colour)
        for seam in _SEAMS:
            painter.stroke(seam @ turn, 0.07, (250, 250, 236) if tennis else (206, 54, 50))


_RIM = _ring((0, -0.74), (0.2, 0.25))


def draw_racket(painter: Painter, thing: Thing) -> None:
    """A racket that points up from the hand at its handle's end. Parts: handle, head."""
    colour = COLOURS[thing.colour or ("red", "blue", "black", "green")[thing.style % 4]]
    with painter.part("handle"):
        for x in (-0.09, 0.09):
            painter.stroke([(0, -0.3), (x, -0.52)], 0.035, colour)
        painter.stroke([(0, 0.0), (0, -0.3)], 0.06, INK)
    with painter.part("head"):
        painter.polygon(_RIM, (232, 232, 220), edge=None)
        for k in (-0.1, 0, 0.1):
            painter.stroke([(k, -0.96), (k, -0.52)], 0.01, (168, 168, 158))
            painter.stroke([(-0.18, -0.74 + k), (0.18, -0.74 + k)], 0.01, (168, 168, 158))
        painter.stroke(_RIM, 0.05, colour)


_BAT = smooth(
    [
        (-0.025, 0),
        (-0.03, -0.35),
        (-0.065, -0.7),
        (-0.065, -0.94),
        (0, -1.0),
        (0.065, -0.94),
        (0.065, -0.7),
        (0.03, -0.35),
        (0.025, 0),
    ]
)


def draw_bat(painter: Painter, thing: Thing) -> None:
    """A baseball bat that points up from the hand at its end. Part: bat."""
    colour = COLOURS[thing.colour] if thing.colour else WOOD[thing.style % 3]
    with painter.part("bat"):
        painter.polygon(_BAT, colour)
        painter.stroke([(-0.02, -0.6), (-0.025, -0.9)], 0.025, shade(colour, 1.4))
        painter.stroke([(0, -0.04), (0, -0.26)], 0.06, INK)
        painter.stroke([(-0.03, 0), (0.03, 0)], 0.05, shade(colour, 0.7))


# -- kitchen -----------------------------------------------------------------------------------------------------------

TOPPINGS = ("salami", "mushroom", "olive", "basil", "ham")
_SPOTS = np.array(
    [
        (-0.55, -0.3),
        (-0.1, -0.55),
        (0.38, -0.4),
        (0.62, 0.08),
        (0.2, 0.05),
        (-0.28, 0.0),
        (-0.62, 0.25),
        (-0.1, 0.5),
        (0.36, 0.5),
    ]
)


def draw_pizza(painter: Painter, thing: Thing) -> None:
    """A pizza on a table, round its centre; "sliced" lacks a slice. Parts: crust, topping."""
    rng = np.random.default_rng(thing.style)
    first = rng.integers(0, 24) if thing.pose == "sliced" else None
    crust, cheese = shade((214, 158, 84), rng.uniform(0.92, 1.05)), shade((248, 208, 104), rng.uniform(0.95, 1.05))
    painter.shadow((0, 0.07), (1.04, 0.52), 0.2)
    with painter.part("crust"):
        painter.polygon(_disc(1.0, first) + (0, 0.06), shade(crust, 0.72))
        painter.polygon(_disc(1.0, first), crust)
    with painter.part("topping"):
        painter.polygon(_disc(0.84, first), (206, 74, 44), edge=None)
        painter.polygon(_disc(0.79, first), cheese, edge=None)
        turn = ellipse((0, 0), (0.8, 0.8))[rng.integers(24)]
        spots = np.stack([_SPOTS @ turn, _SPOTS @ (-turn[1], turn[0])], 1)
        for x, y in spots:
            if first is None or not _missing(x, y, first):
                _draw_topping(painter, TOPPINGS[thing.style % 5], (x, y / 2))
        if first is not None:
            for k in (8, 12, 16, 20):
                painter.stroke([(0, 0), ellipse((0, 0), (0.84, 0.42))[(first + k) % 24]], 0.02, shade(cheese, 0.8))


def _disc(radius: float, first: int | None) -> np.ndarray:
    """An ellipse twice as wide as high, without the sixth that begins at point ``first``."""
    points = ellipse((0, 0), (radius, radius / 2))
    return points if first is None else np.concatenate([np.roll(points, -first - 4, 0)[:21], [(0, 0)]])


def _missing(x: float, y: float, first: int) -> bool:
    """Whether a topping of radius 0.13 would hang over the missing slice."""
    middle = (first + 2) / 24 * 2 * np.pi
    angle = abs((np.arctan2(y, x) - middle + np.pi) % (2 * np.pi) - np.pi)
    return angle < np.pi / 6 + 0.2 / max(np.hypot(x, y), 0.2)


def _draw_topping(painter: Painter, name: str, at: tuple[float, float]) -> None:
    colour, radii = {
        "salami": ((196, 52, 44), (0.14, 0.075)),
        "mushroom": ((240, 228, 204), (0.12, 0.08)),
        "olive": ((60, 58, 50), (0.08, 0.05)),
        "basil": ((62, 136, 60), (0.14, 0.05)),
        "ham": ((238, 150, 150), (0.13, 0.07)),
    }[name]
    painter.ellipse(at, radii, colour)
    if name == "olive":
        painter.stroke([at] * 2, 0.04, (248, 208, 104))


def draw_orange(painter: Painter, thing: Thing) -> None:
    """An orange, whole or half with its cut face to the eye. Parts: peel, and flesh where it is cut."""
    rng = np.random.default_rng(thing.style)
    colour = shade(COLOURS["orange"], rng.uniform(0.95, 1.05))
    painter.shadow((0.03, -0.03), (0.5, 0.13))
    with painter.part("peel"):
        painter.ellipse((0, -0.5), (0.5, 0.5), colour)
    if thing.pose == "half":
        _draw_cut(painter, colour, rng.uniform(0, 40))
        return
    with painter.part("peel"):
        painter.ellipse((0.06, -0.42), (0.4, 0.38), shade(colour, 1.12), edge=None)
        painter.ellipse((-0.16, -0.68), (0.12, 0.08), shade(colour, 1.6), tilt=-35, edge=None)
        painter.stroke([(0.04, -0.9), (0.06, -0.99)], 0.06, (96, 92, 44))
        if thing.style % 3:
            painter.curve([(0.05, -0.96), (0.2, -1.08), (0.42, -1.02), (0.24, -0.9)], LEAF[thing.style % 3])


def _draw_cut(painter: Painter, colour: Colour, angle: float) -> None:
    """Pith and segments."""
    with painter.part("flesh"):
        painter.ellipse((0.02, -0.49), (0.44, 0.44), (255, 238, 196), edge=None)
        painter.ellipse((0.02, -0.49), (0.38, 0.38), shade(colour, 1.15), edge=None)
        ends = ellipse((0.02, -0.49), (0.37, 0.37), angle)
        for i in range(0, 12, 3):
            painter.stroke([ends[i], ends[i + 12]], 0.035, (255, 238, 196))


def draw_cup(painter: Painter, thing: Thing) -> None:
    """A cup with its handle. Part: cup."""
    colour = COLOURS[thing.colour or "white"]
    painter.shadow((0.03, -0.02), (0.5, 0.12))
    with painter.part("cup"):
        painter.stroke(_ring((0.4, -0.5), (0.2, 0.22)), 0.1, shade(colour, 0.85))
        painter.curve([(-0.4, -0.9), (0.4, -0.9), (0.38, -0.3), (0.24, -0.02), (-0.24, -0.02), (-0.38, -0.3)], colour)
        painter.ellipse((0, -0.88), (0.42, 0.12), shade(colour, 0.92))
        painter.ellipse((0, -0.87), (0.34, 0.08), ((96, 60, 40), (190, 120, 60))[thing.style % 2], edge=None)


_BOTTLE = smooth(
    [
        (-0.2, 0.0),
        (-0.22, -0.3),
        (-0.2, -0.56),
        (-0.08, -0.72),
        (-0.07, -0.95),
        (0.07, -0.95),
        (0.08, -0.72),
        (0.2, -0.56),
        (0.22, -0.3),
        (0.2, 0.0),
    ]
)


def draw_bottle(painter: Painter, thing: Thing) -> None:
    """A bottle with a label. Part: bottle."""
    colour = COLOURS[thing.colour or "green"]
    painter.shadow((0, -0.02), (0.26, 0.07))
    with painter.part("bottle"):
        painter.polygon(_BOTTLE, colour)
        painter.stroke([(-0.12, -0.5), (-0.13, -0.1)], 0.04, shade(colour, 1.5))
        painter.polygon(
            [(-0.2, -0.44), (0.2, -0.44), (0.2, -0.2), (-0.2, -0.2)],
            ((246, 240, 222), (250, 216, 130))[thing.style % 2],
        )
        painter.stroke([(-0.05, -0.96), (0.05, -0.96)], 0.07, INK)


# -- street and park ---------------------------------------------------------------------------------------------------

_BONNET = smooth([(-0.2, -0.7), (-0.19, -0.82), (-0.08, -0.93), (0.08, -0.93), (0.19, -0.82), (0.2, -0.7)])


def draw_hydrant(painter: Painter, thing: Thing) -> None:
    """A fire hydrant of one colour, or of two: "red and yellow" has a red body. Parts: body, cap (bonnet and outlets)."""
    first, _, second = thing.colour.partition(" and ")
    body, cap = COLOURS[first], COLOURS[second] if second else shade(COLOURS[first], 0.86)
    wide = 1 + thing.style % 3 * 0.1
    painter.shadow((0, -0.01), (0.36, 0.06))
    with painter.part("cap"):
        painter.stroke([(-0.27 * wide, -0.52), (0.27 * wide, -0.52)], 0.15, cap)
    with painter.part("body"):
        painter.polygon(
            [(-0.17 * wide, -0.72), (0.17 * wide, -0.72), (0.18 * wide, -0.04), (-0.18 * wide, -0.04)], body
        )
        painter.polygon(
            [(0.06 * wide, -0.7), (0.16 * wide, -0.7), (0.17 * wide, -0.06), (0.07 * wide, -0.06)],
            shade(body, 0.82),
            edge=None,
        )
        painter.polygon(
            [(-0.27 * wide, -0.1), (0.27 * wide, -0.1), (0.27 * wide, 0), (-0.27 * wide, 0)], shade(body, 0.9)
        )
    with painter.part("cap"):
        painter.polygon(_BONNET * (wide, 1), cap)
        painter.stroke([(-0.21 * wide, -0.7), (0.21 * wide, -0.7)], 0.07, shade(cap, 0.9))
        painter.stroke([(0, -0.92), (0, -0.97)], 0.09, shade(cap, 0.9))
        painter.ellipse((-0.01, -0.45), (0.1, 0.1), shade(cap, 1.05))
        painter.stroke([(-0.01, -0.45)] * 2, 0.06, shade(cap, 0.7))


_CANOPY = np.concatenate([
    smooth([(-0.55, -0.6), (-0.5, -0.76), (-0.28, -0.92), (0, -0.97), (0.28, -0.92), (0.5, -0.76), (0.55, -0.6), (0, -0.3)])[:37],
    [(0.37, -0.65), (0.19, -0.6), (0, -0.65), (-0.19, -0.6), (-0.37, -0.65)],
])  # fmt: skip
_GORE = smooth([(-0.19, -0.6), (-0.17, -0.82), (0, -0.97), (0.17, -0.82), (0.19, -0.6), (0, -0.65)])


def draw_umbrella(painter: Painter, thing: Thing) -> None:
    """An open umbrella above the hand at its handle's end. Parts: canopy, handle."""
    colour = COLOURS[thing.colour]
    with painter.part("handle"):
        painter.stroke([(0, -1.0), (0, 0.0)], 0.03, STEEL)
        painter.stroke([(0, -0.06), (0, 0.04), (0.04, 0.08), (0.08, 0.05)], 0.045, WOOD[2])
    with painter.part("canopy"):
        painter.polygon(_CANOPY, colour)
        painter.polygon(_GORE, (shade(colour, 1.2), shade(colour, 0.85), colour)[thing.style % 3])


_WHEELS = tuple(_ring((x, -0.36), (0.33, 0.33)) for x in (-0.44, 0.44))
_FRAME = ((-0.44, -0.36), (0.0, -0.33), (0.3, -0.72), (-0.14, -0.72), (-0.44, -0.36)), ((0.0, -0.33), (-0.17, -0.82))


def draw_bicycle(painter: Painter, thing: Thing) -> None:
    """A bicycle from the side. Parts: wheels, frame (with saddle, handlebar and pedals)."""
    colour = COLOURS[thing.colour]
    painter.shadow((0, -0.01), (0.72, 0.05))
    with painter.part("wheels"):
        for wheel in _WHEELS:
            for i in (0, 4, 8):
                painter.stroke(wheel[i + thing.style % 4 :: 12][:2], 0.012, STEEL)
            painter.stroke(wheel, 0.06, INK)
    with painter.part("frame"):
        for tube in (*_FRAME, ((0.44, -0.36), (0.28, -0.78), (0.26, -0.96))):
            painter.stroke(tube, 0.06, colour)
        painter.stroke([(0.2, -0.97), (0.36, -0.99), (0.38, -0.93)], 0.05, INK)
        painter.stroke([(-0.27, -0.85), (-0.08, -0.85)], 0.07, INK)
        painter.stroke([(-0.05, -0.2), (0.05, -0.46)], 0.04, shade(STEEL, 0.7))
        if thing.style % 3 == 0:
            painter.polygon([(0.34, -0.88), (0.62, -0.88), (0.56, -0.7), (0.38, -0.7)], WOOD[0])


def draw_tree(painter: Painter, thing: Thing) -> None:
    """A tree; its poses are leafy, palm and acacia. Parts: trunk, crown."""
    rng = np.random.default_rng(thing.style)
    leaf = shade(LEAF[rng.integers(3)], rng.uniform(0.9, 1.1))
    painter.shadow((0, -0.01), (0.26, 0.035))
    {"palm": _draw_palm, "acacia": _draw_acacia}.get(thing.pose, _draw_leafy)(painter, leaf, rng)


def _draw_leafy(painter: Painter, leaf: Colour, rng: np.random.Generator) -> None:
    with painter.part("trunk"):
        painter.polygon([(-0.05, -0.5), (0.05, -0.5), (0.08, 0), (-0.08, 0)], (122, 84, 54))
    blobs = np.array([(-0.18, -0.5), (0.19, -0.52), (0.0, -0.74), (-0.03, -0.55)]) + rng.uniform(-0.03, 0.03, (4, 2))
    with painter.part("crown"):
        for blob, r, light in zip(blobs, (0.18, 0.17, 0.22, 0.2), (0.86, 0.9, 1.0, 1.0), strict=True):
            painter.ellipse(tuple(blob), (r, r), shade(leaf, light), edge=None)
        painter.ellipse((blobs[2, 0] - 0.06, -0.8), (0.1, 0.08), shade(leaf, 1.15), edge=None)


_FROND = smooth([(0, 0), (0.2, -0.12), (0.4, -0.02), (0.46, 0.14), (0.34, 0.06), (0.18, 0.0)])


def _draw_palm(painter: Painter, leaf: Colour, rng: np.random.Generator) -> None:
    bend = rng.choice((-1, 1)) * rng.uniform(0.05, 0.16)
    top = np.array([bend, -0.76])
    with painter.part("trunk"):
        painter.stroke([(0, -0.02), (bend * 0.15, -0.25), (bend * 0.5, -0.5), top], 0.065, (156, 118, 78))
    with painter.part("crown"):
        for flip, t, light in (
            (1, -0.9, 0.8),
            (-1, -0.9, 0.8),
            (1, -0.3, 0.9),
            (-1, -0.3, 0.9),
            (1, 0.5, 1),
            (-1, 0.5, 1),
        ):
            turn = np.array([[np.cos(t), np.sin(t)], [-np.sin(t), np.cos(t)]])
            painter.polygon(_FROND * 0.9 @ turn * (flip, 1) + top, shade(leaf, light))


_ACACIA = smooth(
    [
        (-0.5, -0.66),
        (-0.4, -0.8),
        (-0.15, -0.88),
        (0.0, -0.96),
        (0.22, -0.9),
        (0.44, -0.8),
        (0.5, -0.68),
        (0.2, -0.64),
        (-0.2, -0.68),
    ]
)


def _draw_acacia(painter: Painter, leaf: Colour, rng: np.random.Generator) -> None:
    lean, leaf = rng.uniform(-0.06, 0.06), shade(leaf, 0.85)
    with painter.part("trunk"):
        painter.stroke([(0, -0.02), (lean, -0.36), (-0.24, -0.7)], 0.06, (112, 82, 58))
        painter.stroke([(lean, -0.36), (0.04, -0.55), (0.24, -0.7)], 0.05, (112, 82, 58))
    with painter.part("crown"):
        painter.polygon(_ACACIA * (rng.uniform(0.9, 1.15), 1), leaf)
        painter.ellipse((0.04, -0.84), (0.24, 0.07), shade(leaf, 1.15), edge=None)


def draw_bench(painter: Painter, thing: Thing) -> None:
    """A bench in front view. Parts: seat (with its back), legs."""
    colour = COLOURS[thing.colour or "brown"]
    painter.shadow((0, -0.01), (0.85, 0.08))
    with painter.part("legs"):
        for x in (-0.68, 0.68):
            painter.stroke([(x, -0.95), (x, -0.04)], 0.09, (80, 82, 88))
    with painter.part("seat"):
        for y, high in ((-0.92, 0.14), (-0.7, 0.14), (-0.46, 0.2)):
            painter.polygon(
                [(-0.88, y - high / 2), (0.88, y - high / 2), (0.88, y + high / 2), (-0.88, y + high / 2)],
                shade(colour, 1 - y * 0.2),
            )


def draw_bush(painter: Painter, thing: Thing) -> None:
    """A bush, in flower where the style is a multiple of three. Part: crown."""
    rng = np.random.default_rng(thing.style)
    leaf = shade(LEAF[rng.integers(3)], rng.uniform(0.85, 1.05))
    painter.shadow((0, -0.02), (0.8, 0.1))
    with painter.part("crown"):
        for x, y, r, light in ((-0.48, -0.34, 0.36, 0.85), (0.46, -0.36, 0.36, 0.9), (0, -0.52, 0.48, 1.0)):
            painter.ellipse((x + rng.uniform(-0.06, 0.06), y), (r, min(r, -y)), shade(leaf, light), edge=None)
        for x, y in rng.uniform((-0.5, -0.75), (0.5, -0.2), (5, 2)) if thing.style % 3 == 0 else ():
            painter.stroke([(x, y)] * 2, 0.13, ((250, 240, 240), (238, 120, 150))[thing.style % 2])


def draw_rock(painter: Painter, thing: Thing) -> None:
    """A rock. Part: rock."""
    rng = np.random.default_rng(thing.style)
    colour = shade(STONE[rng.integers(3)], rng.uniform(0.9, 1.1))
    outline = np.array(
        [(-0.74, -0.08), (-0.62, -0.5), (-0.2, -0.88), (0.26, -0.94), (0.64, -0.56), (0.76, -0.1), (0, 0)]
    )
    outline[1:5] += rng.uniform(-0.08, 0.06, (4, 2))
    painter.shadow((0, -0.02), (0.78, 0.12))
    with painter.part("rock"):
        painter.polygon(outline, colour)
        painter.polygon([outline[4], outline[5], (0, 0), (0.18, -0.4)], shade(colour, 0.8), edge=None)
        painter.polygon([outline[2], outline[3], (0.1, -0.62), (-0.3, -0.56)], shade(colour, 1.2), edge=None)


DRAW = {
    "kite": draw_kite,
    "surfboard": draw_surfboard,
    "wave": draw_wave,
    "shell": draw_shell,
    "bucket": draw_bucket,
    "bird": draw_bird,
    "tennis ball": draw_ball,
    "baseball": draw_ball,
    "racket": draw_racket,
    "baseball bat": draw_bat,
    "pizza": draw_pizza,
    "orange": draw_orange,
    "cup": draw_cup,
    "bottle": draw_bottle,
    "fire hydrant": draw_hydrant,
    "umbrella": draw_umbrella,
    "bicycle": draw_bicycle,
    "tree": draw_tree,
    "bench": draw_bench,
    "bush": draw_bush,
    "rock": draw_rock,
}
