"""What people hold, ride and pass by: kites, surfboards and waves, rackets and bats, hydrants, umbrellas, bicycles."""

from __future__ import annotations

import numpy as np

from gradcam_lib.worlds.drawing import clutter, food
from gradcam_lib.worlds.drawing.painter import Painter, ellipse, outline, shade
from gradcam_lib.worlds.scene import COLOURS, Thing

INK = (46, 42, 46)
FOAM = (246, 250, 252)
WOOD = ((196, 146, 92), (222, 180, 122), (150, 100, 62))
STEEL = (176, 182, 190)


def ring(centre: tuple[float, float], radii: tuple[float, float]) -> np.ndarray:
    """A closed line round an ellipse, for strokes."""
    points = ellipse(centre, radii)
    return np.concatenate([points, points[:1]])


_SAIL = np.array([(0, -0.5), (0.33, -0.12), (0, 0.5), (-0.33, -0.12)])
_KITE_TAIL = outline("0 50, 10 62, -4 74, 6 88")[:19]
_BOW = np.array([(-0.08, -0.05), (0.08, 0.05), (0.08, -0.05), (-0.08, 0.05)])
_TONES = ((0.84, 0, 1.3, 0), (0, 1.3, 0, 0.84), (1.3, 1.15, 0, 0))  # of the four panels, 0: the named colour itself


def draw_kite(painter: Painter, thing: Thing) -> None:
    """A diamond kite round its centre; who paints its string is the one who holds it. Parts: sail, tail."""
    colour = COLOURS[thing.colour]
    with painter.part("tail"):
        painter.stroke(_KITE_TAIL, 0.025, FOAM)
        for point in _KITE_TAIL[5::6]:
            painter.polygon(_BOW + point, colour)
    with painter.part("sail"):
        painter.polygon(_SAIL, colour)
        for i, tone in enumerate(_TONES[thing.style % 3]):
            if tone:
                painter.polygon([(0, -0.12), _SAIL[i], _SAIL[(i + 1) % 4]], shade(colour, tone), edge=None)
        for spar in (_SAIL[::2], _SAIL[1::2]):
            painter.stroke(spar, 0.015, shade(colour, 0.6))


_BOARD = outline("-50 -1, -44 -5, -10 -7, 22 -8, 42 -9, 56 -12, 47 -3, 26 4, -6 7, -40 6, -49 4")
_RAIL = outline("-50 1, -40 5, -6 6, 26 3, 47 -4, 56 -12, 48 0, 27 8, -6 11, -40 10, -50 6")


def draw_surfboard(painter: Painter, thing: Thing) -> None:
    """A board one long, seen obliquely, its nose at +x; the origin is where the feet stand. Part: board."""
    colour = COLOURS[thing.colour]
    second = (COLOURS["blue"], COLOURS["red"], (60, 170, 160))[thing.style % 3] if thing.colour == "white" else FOAM
    with painter.part("board"):
        painter.polygon([(-0.36, 0.06), (-0.44, 0.18), (-0.28, 0.09)], INK)
        painter.polygon(_BOARD, colour)
        painter.polygon(_RAIL, shade(colour, 0.7), edge=None)
        if thing.style % 2:
            painter.stroke([(-0.46, 0.01), (0.0, -0.005), (0.28, -0.03), (0.5, -0.09)], 0.022, second)
        else:
            painter.stroke([(0.24, -0.07), (0.3, 0.02)], 0.035, second)
            painter.stroke([(0.32, -0.075), (0.37, -0.0)], 0.02, second)


_SWELL = outline(
    "-150 2, -110 -12, -75 -55, -30 -93, 15 -100, 48 -86, 60 -60, 54 -50, 38 -68, 12 -66, 6 -40, 30 -20, 90 -10, "
    "150 2, 0 6"
)
_HOLLOW = outline("50 -58, 36 -70, 10 -68, 0 -40, 30 -16, 10 -8, -20 -20, -28 -55, -2 -84, 36 -84")
_STREAKS = np.array([[(-0.5, -0.62), (-0.62, -0.35), (-0.5, -0.14)], [(-0.67, -0.45), (-0.79, -0.3), (-0.7, -0.14)]])
_CREST = np.array([(-0.42, -0.83), (-0.12, -0.94), (0.18, -0.95), (0.42, -0.83), (0.55, -0.63)])


def draw_wave(painter: Painter, thing: Thing) -> None:
    """A wave that breaks towards +x, on the middle of its foot. Parts: water, foam."""
    rng = np.random.default_rng(thing.style)
    shape = np.array([(rng.uniform(0.85, 1.3), 0), (rng.uniform(-0.15, 0.25), 1)])  # some are long, some lean
    sea = shade((44, 132, 178), rng.uniform(0.88, 1.12))
    with painter.part("water"):
        painter.polygon(_SWELL @ shape, sea)
        painter.polygon(_HOLLOW @ shape, shade(sea, 0.8), edge=None)
        painter.stroke(_STREAKS @ shape, 0.04, shade(sea, 1.25))
    with painter.part("foam"):
        for at, r in zip(_CREST @ shape, rng.uniform((0.05, 0.08, 0.08, 0.09, 0.1), 0.13), strict=True):
            painter.ellipse(at, (r * 1.5, r), FOAM, edge=None)
        for x, r in zip(
            np.linspace(-1.2, 1.2, 7) + rng.uniform(-0.08, 0.08, 7), rng.uniform(0.05, 0.11, 7), strict=True
        ):
            painter.ellipse((x * shape[0, 0], -r * 0.4), (0.27, r), FOAM, edge=None)


_SEAM = np.array([(0.3, -0.36), (0.17, -0.18), (0.13, 0.0), (0.17, 0.18), (0.3, 0.36)])
_SEAMS = np.stack([_SEAM, _SEAM * (-1, 1)])


def draw_ball(painter: Painter, thing: Thing) -> None:
    """A tennis ball or a baseball round its centre; the style turns its seam. Part: ball."""
    tennis, t = thing.kind == "tennis ball", thing.style % 12 / 12 * np.pi
    turn = np.array([[np.cos(t), np.sin(t)], [-np.sin(t), np.cos(t)]])
    with painter.part("ball"):
        painter.ellipse((0, 0), (0.5, 0.5), (222, 226, 66) if tennis else COLOURS["white"])
        painter.stroke(_SEAMS @ turn, 0.07, FOAM if tennis else (206, 54, 50))


_RIM = ring((0, -0.74), (0.2, 0.25))
_STRINGS = np.array(
    [[(k, -0.96), (k, -0.52)] for k in (-0.1, 0, 0.1)] + [[(-0.18, y), (0.18, y)] for y in (-0.84, -0.74, -0.64)]
)


def draw_racket(painter: Painter, thing: Thing) -> None:
    """A racket that points up from the hand at its handle's end. Parts: handle, head."""
    colour = COLOURS[thing.colour or ("red", "blue", "black", "green")[thing.style % 4]]
    with painter.part("handle"):
        painter.stroke([[(0, -0.3), (-0.09, -0.52)], [(0, -0.3), (0.09, -0.52)]], 0.035, colour)
        painter.stroke([(0, 0), (0, -0.3)], 0.06, INK)
    with painter.part("head"):
        painter.polygon(_RIM, (232, 232, 220), edge=None)
        painter.stroke(_STRINGS, 0.01, STEEL)
        painter.stroke(_RIM, 0.05, colour)


_BAT = outline("-2.5 0, -3 -35, -6.5 -70, -6.5 -94, 0 -100, 6.5 -94, 6.5 -70, 3 -35, 2.5 0")


def draw_bat(painter: Painter, thing: Thing) -> None:
    """A baseball bat that points up from the hand at its end. Part: bat."""
    colour = COLOURS[thing.colour] if thing.colour else WOOD[thing.style % 3]
    with painter.part("bat"):
        painter.polygon(_BAT, colour)
        painter.stroke([(-0.02, -0.6), (-0.025, -0.9)], 0.025, shade(colour, 1.4))
        painter.stroke([(0, -0.04), (0, -0.26)], 0.06, INK)
        painter.stroke([(-0.03, 0), (0.03, 0)], 0.05, shade(colour, 0.7))


_BONNET = outline("-20 -70, -19 -82, -8 -93, 8 -93, 19 -82, 20 -70")


def draw_hydrant(painter: Painter, thing: Thing) -> None:
    """A fire hydrant; a "red and yellow" one has a red body and yellow caps. Parts: body, cap (bonnet and outlets)."""
    first, _, second = thing.colour.partition(" and ")
    body, cap = COLOURS[first], COLOURS[second] if second else shade(COLOURS[first], 0.86)
    wide = np.array([1 + thing.style % 3 * 0.1, 1])
    painter.shadow((0, -0.01), (0.36, 0.06))
    with painter.part("cap"):
        painter.stroke([(-0.27, -0.52), (0.27, -0.52)] * wide, 0.15, cap)
    with painter.part("body"):
        painter.polygon([(-0.17, -0.72), (0.17, -0.72), (0.18, -0.04), (-0.18, -0.04)] * wide, body)
        painter.polygon([(0.06, -0.7), (0.16, -0.7), (0.17, -0.06), (0.07, -0.06)] * wide, shade(body, 0.82), edge=None)
        painter.polygon([(-0.27, -0.1), (0.27, -0.1), (0.27, 0), (-0.27, 0)] * wide, shade(body, 0.9))
    with painter.part("cap"):
        painter.polygon(_BONNET * wide, cap)
        painter.stroke([(-0.21, -0.7), (0.21, -0.7)] * wide, 0.07, shade(cap, 0.9))
        painter.stroke([(0, -0.92), (0, -0.97)], 0.09, shade(cap, 0.9))
        painter.ellipse((-0.01, -0.45), (0.1, 0.1), shade(cap, 1.05))
        painter.stroke([(-0.01, -0.45)] * 2, 0.06, shade(cap, 0.7))


_DOME = outline("-55 -60, -50 -76, -28 -92, 0 -97, 28 -92, 50 -76, 55 -60, 0 -30")[:37]
_CANOPY = np.concatenate([_DOME, [(0.37, -0.65), (0.19, -0.6), (0, -0.65), (-0.19, -0.6), (-0.37, -0.65)]])
_GORE = outline("-19 -60, -17 -82, 0 -97, 17 -82, 19 -60, 0 -65")


def draw_umbrella(painter: Painter, thing: Thing) -> None:
    """An open umbrella above the hand at its handle's end. Parts: canopy, handle."""
    colour = COLOURS[thing.colour]
    with painter.part("handle"):
        painter.stroke([(0, -1.0), (0, 0)], 0.03, STEEL)
        painter.stroke([(0, -0.06), (0, 0.04), (0.04, 0.08), (0.08, 0.05)], 0.045, WOOD[2])
    with painter.part("canopy"):
        painter.polygon(_CANOPY, colour)
        painter.polygon(_GORE, shade(colour, (1.2, 0.85, 1.0)[thing.style % 3]))


_WHEELS = np.stack([ring((x, -0.36), (0.33, 0.33)) for x in (-0.44, 0.44)])
_TUBES = (
    np.array([(-0.44, -0.36), (0.0, -0.33), (0.3, -0.72), (-0.14, -0.72), (-0.44, -0.36)]),
    np.array([(0.0, -0.33), (-0.17, -0.82)]),
    np.array([(0.44, -0.36), (0.28, -0.78), (0.26, -0.96)]),
)
_BASKET = np.array([(0.34, -0.88), (0.62, -0.88), (0.56, -0.7), (0.38, -0.7)])


def draw_bicycle(painter: Painter, thing: Thing) -> None:
    """A bicycle from the side, some with a basket. Parts: wheels, frame (with saddle, handlebar and pedals)."""
    painter.shadow((0, -0.01), (0.72, 0.05))
    with painter.part("wheels"):
        turn = thing.style % 4
        spokes = [wheel[[i + turn, i + turn + 12]] for wheel in _WHEELS for i in (0, 4, 8)]
        painter.stroke(spokes, 0.012, STEEL)
        painter.stroke(_WHEELS, 0.06, INK)
    with painter.part("frame"):
        for tube in _TUBES:
            painter.stroke(tube, 0.07, COLOURS[thing.colour])
        painter.stroke([(0.2, -0.97), (0.36, -0.99), (0.38, -0.93)], 0.05, INK)
        painter.stroke([(-0.27, -0.85), (-0.08, -0.85)], 0.07, INK)
        painter.stroke([(-0.05, -0.2), (0.05, -0.46)], 0.04, shade(STEEL, 0.7))
        if thing.style % 3 == 0:
            painter.polygon(_BASKET, WOOD[0])


DRAW = {
    "kite": draw_kite, "surfboard": draw_surfboard, "wave": draw_wave, "tennis ball": draw_ball, "baseball": draw_ball,
    "racket": draw_racket, "baseball bat": draw_bat, "fire hydrant": draw_hydrant, "umbrella": draw_umbrella,
    "bicycle": draw_bicycle, **food.DRAW, **clutter.DRAW,
}  # fmt: skip
