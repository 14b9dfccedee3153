"""Heads: skin, hair of many cuts, beards, scarves, glasses; round the centre of a head that looks to the right."""

from __future__ import annotations

import numpy as np

from gradcam_lib.worlds.drawing.brushes import mix
from gradcam_lib.worlds.drawing.painter import Colour, Painter, ellipse, outline, shade
from gradcam_lib.worlds.worker import Worker

SKIN = {
    "porcelain": (252, 222, 200), "peach": (244, 202, 170), "honey": (226, 176, 132), "olive": (204, 156, 112),
    "tan": (180, 128, 90), "brown": (142, 96, 66), "umber": (108, 72, 52),
}  # fmt: skip
HAIR = {
    "black": (40, 34, 38), "dark brown": (74, 50, 36), "brown": (120, 80, 48), "chestnut": (148, 78, 44),
    "auburn": (176, 92, 48), "blond": (222, 186, 108), "sand": (196, 160, 104), "gray": (150, 148, 150),
    "silver": (206, 206, 208),
}  # fmt: skip
LONG = ("long", "wavy", "bun", "ponytail", "bob", "braid", "scarf")
SHORT = ("short", "side", "curly", "cropped", "thinning")
HAIRS = (*LONG, *SHORT)
INK = (50, 40, 42)
CENTRE = (0.0, -0.87)

_FACE = outline("0 -11.4, 6.6 -9.4, 10 -3, 9.6 4, 6.6 9.4, 0 11.8, -6.6 9.4, -9.6 4, -10 -3, -6.6 -9.4")
_PARTED = "12 -5, 8 -11.6, 0 -13.8, -8 -11.6, -12 -5"  # the upper rim of hair that is parted in the middle
_FRONT = {
    "long": outline(
        f"13.2 8, {_PARTED}, -13.2 8, -12.8 22, -9 23, -9.8 6, -8.6 -2, -2 -8.6, 2 -8.8, 8.6 -2, 9.8 6, 9 23, 12.8 22"
    ),
    "wavy": outline(
        f"13.6 6, {_PARTED}, -13.6 6, -12 12, -14.2 18, -11.6 26, -8 24, -9.4 16, -8.6 10, -10 4, -8 -3, 0 -7.6,"
        "5 -8.4, 9 -2, 10 4, 8.6 10, 9.6 16, 8 24, 11.6 26, 14.2 18, 12 12"
    ),
    "bob": outline(f"13.4 9, {_PARTED}, -13.4 9, -9.4 11, -9.8 3, -8.4 -3.6, -3 -5.6, 4 -5.4, 8.6 -3.4, 9.8 3, 9.4 11"),
    "bun": outline(
        "-10.6 1, -11.2 -5, -7.5 -11.2, 0 -12.8, 7.5 -11.2, 11.2 -5, 10.6 0, 8.8 -5, 3 -8.8, -2 -8.8, -8.4 -4.4"
    ),
    "short": outline(
        "-10.6 2, -11.2 -5, -7.5 -11.4, 0 -13.4, 7.5 -11.4, 11.2 -5, 10.5 1, 8.9 -4, 5 -6.8, -3 -6.2, -8.6 -3.5"
    ),
    "side": outline(
        "-10.6 1, -11.2 -6, -8.2 -11.8, -1 -14.6, 8 -14, 12.2 -8.6, 10.6 0, 9.2 -5, 3 -8.4, -5 -6, -8.8 -2"
    ),
    "curly": outline(
        "-10.8 3, -13 -1, -12.2 -6, -10.6 -11, -6 -13.4, -2 -15.4, 4 -15, 8.4 -12.8, 12 -9, 13 -3, 10.8 2, 9.2 -3.4,"
        "5.6 -6, 1 -5, -4 -6.4, -8.4 -4"
    ),
    "cropped": outline(
        "-10.3 0, -10.3 -5, -7 -10.6, 0 -12.2, 7 -10.6, 10.3 -5, 10.3 0, 8.7 -5, 4 -8.6, -4 -8.6, -8.7 -5"
    ),
}
_FRONT["ponytail"] = _FRONT["braid"] = _FRONT["bun"]
_BACK = {
    "long": outline("0 -12, -12 -5, -13.6 10, -13 24, -6 26, 6 26, 13 24, 13.6 10, 12 -5"),
    "wavy": outline("0 -12, -12 -5, -14 10, -14.6 20, -11 27, -4 25, 4 25, 11 27, 14.6 20, 14 10, 12 -5"),
    "bob": outline("0 -12, -12 -5, -14 7, -10 13, 0 12, 10 13, 14 7, 12 -5"),
    "bun": ellipse((-0.02, -0.145), (0.058, 0.05)),
    "ponytail": outline("-6 -10, -13 -10.5, -18 -2, -18.5 12, -15 18, -12.6 9, -9.6 0"),
    "scarf": outline("0 -14.6, -9 -12, -13 -3, -13 8, -15 17, -8 23, 8 23, 15 17, 13 8, 13 -3, 9 -12"),
}
_SIDES = outline("-10.9 4, -11.2 -3, -9 -6.6, -8.6 -1, -9.4 4"), outline("10.9 4, 11.2 -3, 9 -6.6, 8.6 -1, 9.4 4")
_SCARF_TOP = outline(
    "-10.6 4, -12.6 -4, -8.4 -12, 0 -14.4, 8.4 -12, 12.6 -4, 10.6 4, 8.8 -2.6, 5 -6.6, 0 -7.6, -5 -6.6, -8.8 -2.6"
)
_SCARF_FOLD = outline(
    "-12 2, -8.8 5.6, -5.4 9.4, 0 10.8, 5.4 9.4, 8.8 5.6, 12 2, 13.2 11, 8 17.4, 0 19.6, -8 17.4, -13.2 11"
)
_BEARD = {
    "full": outline("-9.9 0, -7 3.6, -2 3.8, 1.5 3.2, 5 3.8, 8 3.2, 9.9 0, 9 7.4, 4 12.8, -4 12.8, -9 7.4"),
    "short": outline("-9.7 2, -7.2 6.2, -2 7.4, 5 7.4, 8 6, 9.7 2, 8.2 8.2, 3.6 12, -3.6 12, -8.2 8.2"),
    "moustache": outline("-3.4 4.6, 1.5 2.6, 6.4 4.6, 3.6 5, 1.5 4.4, -0.6 5"),
}
SCARVES = ((120, 144, 178), (176, 120, 132), (112, 142, 118), (196, 176, 148), (92, 92, 116), (150, 120, 160))


def hair_colour(worker: Worker) -> Colour:
    """Of the hair, or of the scarf that covers it."""
    if worker.hair == "scarf":
        return SCARVES[worker.seed % len(SCARVES)]
    return HAIR[worker.hair_colour]


def draw_back_hair(painter: Painter, worker: Worker) -> None:
    """What falls behind the shoulders or is tied behind the head."""
    if worker.hair in _BACK:
        with painter.part("hair"):
            painter.polygon(_BACK[worker.hair] + CENTRE, shade(hair_colour(worker), 0.82))


def draw_head(painter: Painter, worker: Worker) -> None:
    """Face, beard, features, glasses, and the hair in front."""
    skin = SKIN[worker.skin]
    with painter.part("face"):
        if worker.hair not in ("long", "wavy", "bob", "scarf"):
            for side in (-1, 1):
                painter.ellipse((side * 0.1, CENTRE[1] + 0.012), (0.018, 0.026), shade(skin, 0.94))
        painter.polygon(_FACE + CENTRE, skin)
    if worker.beard:
        with painter.part("hair"):
            painter.polygon(_BEARD[worker.beard] + CENTRE, HAIR[worker.hair_colour], edge=None)
    draw_features(painter, worker, skin)
    draw_front_hair(painter, worker)
    if worker.earrings and worker.hair != "scarf":
        with painter.part("face"):
            painter.stroke([[(side * 0.101, -0.825)] * 2 for side in (-1, 1)], 0.017, (236, 196, 90))


def draw_features(painter: Painter, worker: Worker, skin: Colour) -> None:
    """Cheeks, eyes under their brows, nose, a smile."""
    x, y = CENTRE[0] + 0.015, CENTRE[1]
    brow = shade(HAIR[worker.hair_colour], 0.8)
    with painter.part("face"):
        for side in (-1, 1):
            painter.ellipse((x + side * 0.055, y + 0.04), (0.02, 0.014), mix(skin, (226, 92, 84), 0.28), edge=None)
        eyes = [[(x + side * 0.04, y - 0.004), (x + side * 0.04, y + 0.006)] for side in (-1, 1)]
        painter.stroke(eyes, 0.021, INK)
        brows = [[(x + s * 0.022, y - 0.034), (x + s * 0.04, y - 0.041), (x + s * 0.058, y - 0.033)] for s in (-1, 1)]
        painter.stroke(brows, 0.008, brow)
        painter.stroke([(x + 0.004, y + 0.012), (x + 0.01, y + 0.03), (x, y + 0.032)], 0.007, shade(skin, 0.78))
        smile = [(x - 0.028, y + 0.056), (x - 0.012, y + 0.066), (x + 0.012, y + 0.066), (x + 0.028, y + 0.056)]
        painter.stroke(
            smile, 0.014 if worker.lips else 0.01, mix(skin, (186, 58, 72), 0.75) if worker.lips else shade(skin, 0.55)
        )
        if worker.lips:
            lashes = [[(x + s * 0.048, y - 0.004), (x + s * 0.063, y - 0.008)] for s in (-1, 1)]
            painter.stroke(lashes, 0.007, INK)
        if worker.glasses:
            rims = [[*ring, ring[0]] for ring in (ellipse((x + s * 0.04, y), (0.033, 0.03)) for s in (-1, 1))]
            painter.stroke(np.array(rims), 0.0045, (72, 70, 78))
            painter.stroke([(x - 0.01, y - 0.004), (x + 0.01, y - 0.004)], 0.0045, (72, 70, 78))


def draw_front_hair(painter: Painter, worker: Worker) -> None:
    colour = hair_colour(worker)
    with painter.part("hair"):
        if worker.hair == "thinning":
            for shape in _SIDES:
                painter.polygon(shape + CENTRE, colour)
        elif worker.hair == "scarf":
            painter.polygon(_SCARF_FOLD + CENTRE, shade(colour, 0.95))
            painter.polygon(_SCARF_TOP + CENTRE, colour)
            painter.stroke(np.array([(-0.09, 0.1), (-0.02, 0.145), (0.08, 0.12)]) + CENTRE, 0.008, shade(colour, 0.75))
        else:
            painter.polygon(_FRONT[worker.hair] + CENTRE, colour)
            painter.stroke(
                np.array([(-0.05, -0.105), (0.01, -0.117), (0.05, -0.105)]) + CENTRE, 0.012, shade(colour, 1.16)
            )
        if worker.hair == "braid":
            for i, (bx, by) in enumerate(
                ((-0.1, 0.06), (-0.104, 0.105), (-0.1, 0.15), (-0.094, 0.192), (-0.09, 0.228))
            ):
                painter.ellipse((bx, CENTRE[1] + by), (0.032 - 0.003 * i, 0.03), shade(colour, 0.96), edge=0.6)
