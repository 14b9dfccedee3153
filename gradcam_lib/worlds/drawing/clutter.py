"""What stands about and is never worth a word: trees, bushes, rocks, benches, birds, buckets, shells, cups, bottles."""

from __future__ import annotations

import numpy as np

from gradcam_lib.worlds.drawing.painter import Colour, Painter, ellipse, outline, shade
from gradcam_lib.worlds.scene import COLOURS, Thing

LEAVES = ((84, 146, 66), (58, 124, 70), (116, 158, 70))
STONE = ((146, 142, 138), (164, 150, 132), (122, 126, 134))
SHELLS = ((238, 186, 166), (240, 222, 196), (222, 168, 184))
FEATHERS = ((250, 250, 248), (72, 74, 84), (122, 96, 76))
BEAK = (232, 150, 50)


def _named(thing: Thing, others: tuple[Colour, ...]) -> Colour:
    """The named colour, or one of the others where none is named."""
    return COLOURS[thing.colour] if thing.colour else others[thing.style % len(others)]


def draw_tree(painter: Painter, thing: Thing) -> None:
    """A tree; its poses are leafy, palm and acacia. Parts: trunk, crown."""
    rng = np.random.default_rng(thing.style)
    leaf = shade(LEAVES[rng.integers(3)], rng.uniform(0.9, 1.1))
    painter.shadow((0, -0.01), (0.26, 0.035))
    {"palm": _draw_palm, "acacia": _draw_acacia}.get(thing.pose, _draw_leafy)(painter, leaf, rng)


_BLOBS = np.array([(-0.18, -0.5), (0.19, -0.52), (0.0, -0.74), (-0.03, -0.55)])


def _draw_leafy(painter: Painter, leaf: Colour, rng: np.random.Generator) -> None:
    with painter.part("trunk"):
        painter.polygon([(-0.05, -0.5), (0.05, -0.5), (0.08, 0), (-0.08, 0)], (122, 84, 54))
    wide = rng.uniform(0.75, 1.2)
    blobs = _BLOBS * (wide, 1) + rng.uniform(-0.03, 0.03, (4, 2))
    with painter.part("crown"):
        for (x, y), r, light in zip(blobs, (0.18, 0.17, 0.22, 0.2), (0.86, 0.9, 1.0, 1.0), strict=True):
            painter.ellipse((x, y), (r * wide, r), shade(leaf, light), edge=None)
        painter.ellipse((blobs[2, 0] - 0.06, -0.8), (0.1, 0.08), shade(leaf, 1.15), edge=None)


def _fronds() -> tuple[tuple[np.ndarray, float], ...]:
    """Six leaves of a palm round the top of its trunk, and how light they are: the lower, the nearer."""
    leaf, fronds = outline("0 0, 18 -11, 36 -2, 41 13, 31 5, 16 0"), []
    for t, light in ((-0.9, 0.8), (-0.3, 0.9), (0.5, 1.0)):
        turned = leaf @ np.array([[np.cos(t), np.sin(t)], [-np.sin(t), np.cos(t)]])
        fronds += [(turned, light), (turned * (-1, 1), light)]
    return tuple(fronds)


_FRONDS = _fronds()


def _draw_palm(painter: Painter, leaf: Colour, rng: np.random.Generator) -> None:
    bend = rng.choice((-1, 1)) * rng.uniform(0.05, 0.16)
    with painter.part("trunk"):
        painter.stroke([(0, -0.02), (bend * 0.15, -0.25), (bend * 0.5, -0.5), (bend, -0.76)], 0.065, (156, 118, 78))
    size = rng.uniform(0.85, 1.05, 6)
    with painter.part("crown"):
        for (frond, light), stretch in zip(_FRONDS, size, strict=True):
            painter.polygon(frond * (stretch, 1) + (bend, -0.76), shade(leaf, light))


_ACACIA = outline("-50 -66, -40 -80, -15 -88, 0 -96, 22 -90, 44 -80, 50 -68, 20 -64, -20 -68")


def _draw_acacia(painter: Painter, leaf: Colour, rng: np.random.Generator) -> None:
    lean, leaf = rng.uniform(-0.06, 0.06), shade(leaf, 0.85)
    with painter.part("trunk"):
        painter.stroke([(0, -0.02), (lean, -0.36), (-0.24, -0.7)], 0.06, (112, 82, 58))
        painter.stroke([(lean, -0.36), (0.04, -0.55), (0.24, -0.7)], 0.05, (112, 82, 58))
    with painter.part("crown"):
        painter.polygon(_ACACIA * (rng.uniform(0.85, 1.15), 1), leaf)
        painter.ellipse((rng.uniform(-0.1, 0.1), -0.84), (0.24, 0.07), shade(leaf, 1.15), edge=None)


def draw_bush(painter: Painter, thing: Thing) -> None:
    """A bush, in flower where the style is a multiple of three. Part: crown."""
    rng = np.random.default_rng(thing.style)
    leaf = shade(LEAVES[rng.integers(3)], rng.uniform(0.85, 1.05))
    painter.shadow((0, -0.02), (0.8, 0.1))
    with painter.part("crown"):
        for x, r, light in ((-0.48, 0.36, 0.85), (0.46, 0.36, 0.9), (0, 0.49, 1.0)):
            painter.ellipse((x + rng.uniform(-0.08, 0.08), -r), (r, r), shade(leaf, light), edge=None)
        if thing.style % 3 == 0:
            flowers = rng.uniform((-0.5, -0.75), (0.5, -0.2), (5, 1, 2)).repeat(2, 1)
            painter.stroke(flowers, 0.13, ((250, 240, 240), (238, 120, 150))[thing.style % 2])


_ROCK = np.array([(-0.74, -0.08), (-0.62, -0.5), (-0.2, -0.88), (0.26, -0.94), (0.64, -0.56), (0.76, -0.1), (0, 0)])


def draw_rock(painter: Painter, thing: Thing) -> None:
    """A rock. Part: rock."""
    rng = np.random.default_rng(thing.style)
    colour, shape = shade(STONE[rng.integers(3)], rng.uniform(0.9, 1.1)), _ROCK.copy()
    shape[1:5] += rng.uniform(-0.1, 0.06, (4, 2))
    painter.shadow((0, -0.02), (0.78, 0.12))
    with painter.part("rock"):
        painter.polygon(shape, colour)
        painter.polygon([shape[4], shape[5], (0, 0), (0.18, -0.4)], shade(colour, 0.8), edge=None)
        painter.polygon([shape[2], shape[3], (0.1, -0.62), (-0.3, -0.56)], shade(colour, 1.2), edge=None)


def draw_bench(painter: Painter, thing: Thing) -> None:
    """A bench from the front. Parts: seat (with its back), legs."""
    colour = shade(COLOURS[thing.colour or "brown"], (0.9, 1.0, 1.1)[thing.style % 3])
    painter.shadow((0, -0.01), (0.85, 0.08))
    with painter.part("legs"):
        painter.stroke([[(x, -0.95), (x, -0.04)] for x in (-0.68, 0.68)], 0.09, (80, 82, 88))
    with painter.part("seat"):
        for top, bottom, light in ((-0.99, -0.85, 0.92), (-0.77, -0.63, 0.92), (-0.56, -0.36, 1.0)):
            painter.polygon([(-0.88, top), (0.88, top), (0.88, bottom), (-0.88, bottom)], shade(colour, light))


_WINGS = (
    outline("-10 5, -30 -35, -75 -50, -40 -15, 0 10, 40 -15, 75 -50, 30 -35, 10 5"),
    outline("-10 8, -45 -12, -80 12, -48 -30, -14 -14, 14 -14, 48 -30, 80 12, 45 -12, 10 8"),
)


def draw_bird(painter: Painter, thing: Thing) -> None:
    """A bird in the air round its centre, or on its feet where the pose is "standing". Part: bird."""
    colour = _named(thing, FEATHERS)
    with painter.part("bird"):
        if thing.pose == "standing":
            painter.stroke([[(x, -0.4), (x, -0.03)] for x in (-0.08, 0.08)], 0.06, BEAK)
            painter.polygon(_PERCHED, colour)
            painter.polygon([(0.4, -0.86), (0.66, -0.74), (0.4, -0.7)], BEAK)
            painter.polygon(_FOLDED, shade(colour, 0.8))
        else:
            painter.ellipse((0.04, 0.06), (0.34, 0.13), shade(colour, 0.85), tilt=-8)
            painter.polygon([(0.34, -0.04), (0.54, 0.02), (0.34, 0.08)], BEAK)
            painter.polygon(_WINGS[thing.style // 3 % 2], colour)


_PERCHED = outline("-60 -30, -20 -68, 20 -95, 42 -82, 34 -50, 5 -25")
_FOLDED = outline("-50 -32, -10 -60, 14 -46, -5 -32")
_SHELL = outline("-14 -5, -55 -50, -40 -86, 0 -100, 40 -86, 55 -50, 14 -5")
_RIBS = np.array([[(x * 0.2, -0.1), (x, -0.82)] for x in (-0.32, -0.12, 0.12, 0.32)])


def draw_shell(painter: Painter, thing: Thing) -> None:
    """A scallop. Part: shell."""
    colour = _named(thing, SHELLS)
    painter.shadow((0, 0), (0.5, 0.12))
    with painter.part("shell"):
        painter.polygon(_SHELL, colour)
        painter.stroke(_RIBS, 0.06, shade(colour, 0.82))


_HANDLES = ellipse((0, -0.66), (0.38, 0.3))[:13], ellipse((0, -0.66), (0.4, 0.3))[12:]  # hanging, upright


def draw_bucket(painter: Painter, thing: Thing) -> None:
    """A bucket for the sand. Part: bucket."""
    colour = COLOURS[thing.colour or "red"]
    painter.shadow((0, -0.02), (0.42, 0.1))
    with painter.part("bucket"):
        painter.polygon([(-0.42, -0.7), (0.42, -0.7), (0.3, 0), (-0.3, 0)], colour)
        painter.polygon([(0.14, -0.7), (0.42, -0.7), (0.3, 0), (0.1, 0)], shade(colour, 0.82), edge=None)
        painter.ellipse((0, -0.7), (0.42, 0.1), shade(colour, 0.6))
        painter.stroke(_HANDLES[thing.style % 2], 0.05, (240, 240, 240))


_CUP = outline("-40 -90, 40 -90, 38 -30, 24 -2, -24 -2, -38 -30")
_HANDLE = ellipse((0.4, -0.5), (0.2, 0.22))


def draw_cup(painter: Painter, thing: Thing) -> None:
    """A cup of coffee or tea. Part: cup."""
    colour = COLOURS[thing.colour or "white"]
    painter.shadow((0.03, -0.02), (0.5, 0.12))
    with painter.part("cup"):
        painter.stroke([*_HANDLE, _HANDLE[0]], 0.1, shade(colour, 0.85))
        painter.polygon(_CUP, colour)
        painter.ellipse((0, -0.88), (0.42, 0.12), shade(colour, 0.92))
        painter.ellipse((0, -0.87), (0.34, 0.08), ((96, 60, 40), (190, 120, 60))[thing.style % 2], edge=None)


_BOTTLE = outline("-20 0, -22 -30, -20 -56, -8 -72, -7 -95, 7 -95, 8 -72, 20 -56, 22 -30, 20 0")
_LABEL = np.array([(-0.2, -0.44), (0.2, -0.44), (0.2, -0.2), (-0.2, -0.2)])


def draw_bottle(painter: Painter, thing: Thing) -> None:
    """A bottle with a label. Part: bottle."""
    colour = COLOURS[thing.colour or "green"]
    painter.shadow((0, -0.02), (0.26, 0.07))
    with painter.part("bottle"):
        painter.polygon(_BOTTLE, colour)
        painter.stroke([(-0.12, -0.5), (-0.13, -0.1)], 0.04, shade(colour, 1.5))
        painter.polygon(_LABEL, ((246, 240, 222), (250, 216, 130))[thing.style % 2])
        painter.stroke([(-0.05, -0.96), (0.05, -0.96)], 0.07, (46, 42, 46))


DRAW = {
    "tree": draw_tree, "bush": draw_bush, "rock": draw_rock, "bench": draw_bench, "bird": draw_bird,
    "shell": draw_shell, "bucket": draw_bucket, "cup": draw_cup, "bottle": draw_bottle,
}  # fmt: skip
