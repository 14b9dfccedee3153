"""How people at work look: a head with its hair, a coat or scrubs, arms, a stethoscope, a clipboard, a badge.

The frame is that of ``people``: somebody who stands is 1 high, with the feet at (0, 0).
"""

from __future__ import annotations

import numpy as np

from gradcam_lib.worlds.drawing.heads import HAIR, HAIRS, LONG, SHORT, SKIN, draw_back_hair, draw_head
from gradcam_lib.worlds.drawing.painter import Painter, shade
from gradcam_lib.worlds.worker import Worker

__all__ = ["HAIR", "HAIRS", "LONG", "SHORT", "SKIN", "draw_worker"]

PARTS = (
    "face", "hair", "skin", "coat", "scrubs", "cardigan", "sleeves", "shirt", "trousers", "stethoscope", "clipboard",
    "badge",
)  # fmt: skip
COATS = {
    "white": (246, 246, 244), "cream": (240, 234, 220), "ice": (222, 232, 240), "pearl": (224, 224, 226),
    "mint": (216, 232, 224),
}  # fmt: skip
SCRUBS = {
    "teal": (52, 136, 140), "sky": (120, 172, 208), "navy": (54, 72, 118), "green": (92, 150, 116),
    "plum": (122, 84, 128), "wine": (148, 64, 78), "coral": (222, 132, 116), "slate": (98, 114, 128),
}  # fmt: skip
SHIRTS = {
    "blue": (150, 180, 216), "white": (244, 244, 242), "rose": (226, 172, 176), "green": (150, 184, 150),
    "gray": (150, 154, 162), "navy": (58, 72, 110), "sand": (216, 196, 160), "plum": (128, 92, 128),
}  # fmt: skip
TROUSERS = {
    "charcoal": (66, 68, 76), "navy": (48, 58, 92), "brown": (104, 84, 68), "gray": (122, 126, 134),
    "teal": (56, 108, 114), "sand": (186, 166, 132),
}  # fmt: skip
TUBES = {"black": (44, 44, 52), "navy": (40, 58, 110), "wine": (130, 40, 58), "green": (40, 96, 76)}
# A coat is pale. So are many scrubs, so that cut and sleeves tell more than colour does.
COLOURS_OF = {"coat": tuple(COATS), "scrubs": (*SCRUBS, *COATS), "cardigan": tuple(SCRUBS)}
CLOTH = {**COATS, **SCRUBS}

_AGED = ("gray", "silver")
HAIR_OF = {  # hair that stands out from the skin
    **dict.fromkeys(("porcelain", "peach"), tuple(h for h in HAIR if h != "sand") + _AGED[:1]),
    **dict.fromkeys(("honey", "tan", "olive"), ("black", "dark brown", "brown", "black", "dark brown", *_AGED)),
    **dict.fromkeys(("brown", "umber"), ("black", "black", "dark brown", "black", *_AGED)),
}

BUILDS = {"slim": (0.092, 0.072, 0.08), "medium": (0.102, 0.084, 0.09), "broad": (0.112, 0.1, 0.102)}
ARMS = {  # elbow and hand of the right arm; the left one is its mirror image
    "hanging": ((0.155, -0.56), (0.15, -0.42)),
    "pocket": ((0.175, -0.55), (0.105, -0.43)),
    "hip": ((0.235, -0.56), (0.115, -0.47)),
    "greeting": ((0.215, -0.6), (0.24, -0.78)),
    "explaining": ((0.165, -0.56), (0.26, -0.62)),
    "clipboard": ((0.17, -0.54), (0.09, -0.5)),
}
LEFT_ARMS = ("hanging", "hanging", "pocket", "hip")
RIGHT_ARMS = ("hanging", "pocket", "hip", "greeting", "explaining")
SLEEVE = {"coat": 0.82, "cardigan": 0.78, "scrubs": 0.3}  # the share of an arm that a sleeve covers
FIELDS = (
    ("skin", tuple(SKIN)), ("hair_colour", tuple(HAIR)), ("hair", tuple(HAIRS)), ("build", tuple(BUILDS)),
    ("beard", ("", "full", "short", "moustache")), ("clothes", tuple(COLOURS_OF)), ("colour", tuple(CLOTH)),
    ("shirt", tuple(SHIRTS)), ("trousers", tuple(TROUSERS)), ("stethoscope", ("", *TUBES)),
)  # fmt: skip
SILVER = (206, 210, 216)


def draw_worker(painter: Painter, worker: Worker) -> None:
    """The whole person. Every part is announced, so that a picture names also those it does not show."""
    with painter.thing("worker", worker.x, worker.y, worker.size, facing=worker.facing, tilt=worker.lean):
        for name in PARTS:
            with painter.part(name):
                pass
        painter.shadow((0, 0), (0.2, 0.035))
        draw_legs(painter, worker)
        draw_back_hair(painter, worker)
        draw_arm(painter, worker, -1)
        draw_neck(painter, worker)
        draw_clothes(painter, worker)
        draw_badge(painter, worker)
        draw_arm(painter, worker, 1)
        draw_stethoscope(painter, worker)
        draw_head(painter, worker)
        draw_clipboard(painter, worker)


def draw_legs(painter: Painter, worker: Worker) -> None:
    colour, h = TROUSERS[worker.trousers], BUILDS[worker.build][2]
    with painter.part("trousers"):
        for side, light in ((-1, 0.88), (1, 1.0)):
            x = side * (h - 0.035)
            leg = [(x - 0.045, -0.42), (x + 0.045, -0.42), (x + 0.038, -0.03), (x - 0.038, -0.03)]
            painter.polygon(leg, shade(colour, light))
            painter.ellipse((x + 0.015, -0.018), (0.058, 0.026), (66, 60, 64))


def draw_arm(painter: Painter, worker: Worker, side: int) -> None:
    """side -1: the left arm of the picture, behind the trunk; 1: the right one, before it."""
    pose = "clipboard" if worker.clipboard and side > 0 else worker.arms[(side + 1) // 2]
    shoulder = np.array([BUILDS[worker.build][0] - 0.012, -0.685])
    limb = np.array([shoulder, *ARMS[pose]]) * (side, 1)
    light = 0.96 if side > 0 else 0.9
    with painter.part("skin"):
        painter.stroke(limb, 0.052, shade(SKIN[worker.skin], light))
        if pose != "pocket":
            painter.stroke(limb[-1:].repeat(2, 0), 0.07, shade(SKIN[worker.skin], light))
    with painter.part("sleeves"):
        sleeve, colour = _first(limb, SLEEVE[worker.clothes]), shade(CLOTH[worker.colour], light)
        painter.stroke(sleeve, 0.09, shade(colour, 0.75))
        painter.stroke(sleeve, 0.078, colour)


def draw_neck(painter: Painter, worker: Worker) -> None:
    with painter.part("skin"):
        painter.stroke([(0, -0.85), (0, -0.72)], 0.075, shade(SKIN[worker.skin], 0.88))


def draw_clothes(painter: Painter, worker: Worker) -> None:
    {"coat": draw_coat, "cardigan": draw_cardigan, "scrubs": draw_scrubs}[worker.clothes](painter, worker)


def draw_coat(painter: Painter, worker: Worker) -> None:
    """A long coat over a shirt, open at the neck, with lapels, buttons and pockets."""
    s, w, h = BUILDS[worker.build]
    colour = CLOTH[worker.colour]
    dark = shade(colour, 0.8)
    with painter.part("coat"):
        painter.polygon(_trunk((s, w, h + 0.012), (-0.19, h + 0.04)), colour, edge=0.7)
    _draw_shirt(painter, worker, -0.56)
    with painter.part("coat"):
        for side in (-1, 1):
            lapel = [(0.03, -0.755), (0.062, -0.735), (0.075, -0.66), (0.012, -0.545)]
            painter.polygon(np.array(lapel) * (side, 1), shade(colour, 0.96), edge=0.72)
            pocket = np.array([(0.035, -0.42), (h - 0.008, -0.42), (h, -0.34), (0.037, -0.34)])
            painter.polygon(pocket * (side, 1), shade(colour, 0.95), edge=0.78)
        painter.stroke([(0.006, -0.545), (0.01, -0.2)], 0.008, dark)
        painter.stroke([[(-0.012, y)] * 2 for y in (-0.5, -0.43, -0.36)], 0.016, shade(colour, 0.6))


def draw_cardigan(painter: Painter, worker: Worker) -> None:
    """A knitted jacket down to the hip."""
    s, w, h = BUILDS[worker.build]
    colour = CLOTH[worker.colour]
    with painter.part("cardigan"):
        painter.polygon(_trunk((s, w, h + 0.006), (-0.38, h + 0.01)), colour)
    _draw_shirt(painter, worker, -0.5)
    with painter.part("cardigan"):
        painter.stroke([(0, -0.5), (0, -0.385)], 0.02, shade(colour, 0.78))
        for side in (-1, 1):
            painter.stroke([(side * 0.045, -0.745), (0, -0.5)], 0.018, shade(colour, 0.8))


def draw_scrubs(painter: Painter, worker: Worker) -> None:
    """A loose top without buttons: a neckline like a V and a pocket on the chest."""
    s, w, h = BUILDS[worker.build]
    colour = CLOTH[worker.colour]
    with painter.part("scrubs"):
        painter.polygon(_trunk((s, w + 0.008, h + 0.01), (-0.36, h + 0.016)), colour)
    with painter.part("skin"):
        painter.polygon([(-0.042, -0.757), (0.042, -0.757), (0, -0.665)], shade(SKIN[worker.skin], 0.88), edge=None)
    with painter.part("scrubs"):
        painter.stroke([(-0.047, -0.757), (0, -0.66), (0.047, -0.757)], 0.014, shade(colour, 0.8))
        painter.polygon(
            [(0.025, -0.6), (0.078, -0.6), (0.078, -0.545), (0.025, -0.545)], shade(colour, 0.93), edge=0.75
        )
        for side in (-1, 1):
            painter.stroke([(side * 0.03, -0.42), (side * 0.034, -0.365)], 0.008, shade(colour, 0.8))


def _draw_shirt(painter: Painter, worker: Worker, low: float) -> None:
    """What a coat or a cardigan leaves open."""
    colour = SHIRTS[worker.shirt]
    with painter.part("shirt"):
        painter.polygon([(-0.052, -0.752), (0.052, -0.752), (0, low)], colour, edge=None)
    with painter.part("skin"):
        painter.polygon([(-0.032, -0.758), (0.032, -0.758), (0, -0.705)], shade(SKIN[worker.skin], 0.88), edge=None)


def draw_badge(painter: Painter, worker: Worker) -> None:
    """A name on the chest, on the side away from the pocket."""
    if worker.badge:
        with painter.part("badge"):
            painter.polygon([(-0.085, -0.605), (-0.035, -0.605), (-0.035, -0.565), (-0.085, -0.565)], (250, 250, 250))
            painter.stroke([(-0.078, -0.594), (-0.042, -0.594)], 0.014, (70, 120, 190))


def draw_stethoscope(painter: Painter, worker: Worker) -> None:
    """Round the neck: on one side the ear pieces, on the other the disc."""
    if not worker.stethoscope:
        return
    colour = TUBES[worker.stethoscope]
    with painter.part("stethoscope"):
        painter.stroke([(-0.055, -0.765), (-0.076, -0.7), (-0.066, -0.63)], 0.02, colour)
        painter.stroke([(0.055, -0.765), (0.078, -0.69), (0.07, -0.6), (0.058, -0.56)], 0.02, colour)
        painter.stroke([[(-0.066, -0.63), (-0.086, -0.58)], [(-0.066, -0.63), (-0.048, -0.58)]], 0.011, SILVER)
        painter.ellipse((0.057, -0.545), (0.024, 0.024), SILVER, edge=0.5)
        painter.ellipse((0.057, -0.545), (0.011, 0.011), shade(colour, 1.1), edge=None)


_BOARD = np.array([(-0.07, -0.1), (0.07, -0.1), (0.07, 0.1), (-0.07, 0.1)])


def draw_clipboard(painter: Painter, worker: Worker) -> None:
    """A board with a sheet, held before the body; the thumb lies over it."""
    if not worker.clipboard:
        return
    turn = np.array([[0.97, 0.22], [-0.22, 0.97]])

    def put(points):
        return np.asarray(points) @ turn + (0.055, -0.535)

    with painter.part("clipboard"):
        painter.polygon(put(_BOARD), (150, 104, 66))
        painter.polygon(put(_BOARD * (0.84, 0.82) + (0, 0.008)), (250, 250, 246), edge=0.85)
        painter.stroke([put([(-0.045, y), (0.045, y)]) for y in (-0.04, -0.01, 0.02, 0.05)], 0.006, (150, 158, 170))
        painter.stroke(put([(-0.025, -0.098), (0.025, -0.098)]), 0.024, (120, 124, 132))
    with painter.part("skin"):
        painter.ellipse((0.115, -0.49), (0.03, 0.024), SKIN[worker.skin], tilt=20)


def _first(limb: np.ndarray, share: float) -> np.ndarray:
    """The first part of an arm, as far as a sleeve covers it."""
    a, b, c = limb
    return np.array([a, a + (b - a) * 2 * share] if share <= 0.5 else [a, b, b + (c - b) * (2 * share - 1)])


def _trunk(widths: tuple[float, float, float], hem: tuple[float, float]) -> np.ndarray:
    """The outline from the neck over shoulders, waist and hip to the hem (its height, half its width)."""
    s, w, h = widths
    rows = ((-0.765, 0.045), (-0.735, s * 0.8), (-0.69, s), (-0.55, w), (-0.43, h), hem)
    right = [(half, y) for y, half in rows]
    return np.array([*right, *((-half, y) for half, y in right[::-1])])
