"""Men and women: a skeleton for every pose, a head, and clothes, each its own small function.

Who wants to dress people otherwise gives ``draw_figure`` another ``Outfit``, or draws over it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gradcam_lib.worlds.painter import Colour, Painter, ellipse, shade, smooth
from gradcam_lib.worlds.scene import COLOURS, Thing

Point = tuple[float, float]
Limb = tuple[Point, Point]  # elbow and hand, or knee and ankle; shoulder and hip follow from the trunk

SKIN = ((250, 214, 186), (236, 188, 150), (206, 152, 110), (158, 106, 72), (112, 74, 52))
HAIR = ((38, 32, 34), (74, 48, 32), (122, 78, 42), (166, 82, 40), (224, 184, 96), (168, 164, 160))
SECOND = ((52, 62, 96), (92, 116, 156), (176, 152, 112), (84, 88, 96), (96, 72, 56), (96, 104, 68), (212, 206, 192))
SHOES = ((58, 44, 40), (232, 230, 226), (120, 62, 44), (64, 70, 92))
INK = (46, 36, 38)


@dataclass(frozen=True)
class Body:
    """Joints in a frame where a standing grown-up is 1 high; the left arm lies behind the trunk, the right in front.

    scale and drop: that frame within the thing's: scale times as large, its ground drop below the thing's foot.
    """

    arms: tuple[Limb, Limb]
    legs: tuple[Limb, ...] = (((-0.055, -0.22), (-0.06, -0.03)), ((0.055, -0.22), (0.06, -0.03)))
    head: Point = (0.01, -0.87)
    neck: Point = (0, -0.745)
    hip: Point = (0, -0.42)
    scale: float = 1.0
    drop: float = 0.0


_HANGING = (-0.16, -0.56), (-0.165, -0.41)
_AKIMBO = (-0.24, -0.57), (-0.12, -0.46)
_STRIDE = ((-0.07, -0.22), (-0.17, -0.05)), ((0.09, -0.23), (0.14, -0.03))
_WIDE = ((-0.1, -0.22), (-0.15, -0.03)), ((0.1, -0.23), (0.15, -0.03))
_CROUCH = {"head": (0.04, -0.76), "neck": (0.01, -0.64), "hip": (-0.04, -0.34)}
_SURF_LEGS = ((-0.17, -0.2), (-0.19, -0.03)), ((0.12, -0.24), (0.15, -0.03))
_CYCLE = {"head": (0.06, -1.06), "neck": (0.0, -0.94), "hip": (-0.13, -0.66), "scale": 0.85}
_HANDLEBAR = ((0.08, -0.78), (0.22, -0.74)), ((0.1, -0.75), (0.25, -0.73))
_TABLE = {"legs": (), "hip": (0, -0.44), "scale": 1 / 0.56, "drop": 0.44 / 0.56}

POSES: dict[str, tuple[Body, ...]] = {  # the variants of a pose hold their right hand at the same place
    "standing": (
        Body((_HANGING, ((0.16, -0.56), (0.165, -0.41)))),
        Body((_AKIMBO, ((0.16, -0.56), (0.165, -0.41)))),
        Body((((-0.15, -0.57), (-0.19, -0.43)), ((0.17, -0.58), (0.165, -0.41))), head=(-0.005, -0.87)),
    ),
    "walking": (
        Body((((-0.19, -0.59), (-0.22, -0.45)), ((0.15, -0.57), (0.22, -0.47))), _STRIDE),
        Body(
            (((-0.16, -0.57), (-0.12, -0.44)), ((0.16, -0.57), (0.22, -0.47))),
            (((-0.02, -0.22), (-0.12, -0.06)), ((0.08, -0.23), (0.1, -0.03))),
        ),
    ),
    "waving": (
        Body((_HANGING, ((0.24, -0.71), (0.26, -0.9)))),
        Body((_AKIMBO, ((0.25, -0.76), (0.26, -0.9)))),
    ),
    "surfing": (
        Body((((-0.2, -0.62), (-0.34, -0.66)), ((0.2, -0.58), (0.34, -0.62))), _SURF_LEGS, **_CROUCH),
        Body((((-0.19, -0.57), (-0.31, -0.52)), ((0.2, -0.63), (0.34, -0.62))), _SURF_LEGS, **_CROUCH),
    ),
    "swinging": (
        Body((((-0.2, -0.62), (-0.26, -0.5)), ((0.2, -0.68), (0.29, -0.78))), _WIDE, neck=(0.02, -0.745)),
        Body((((0.04, -0.6), (0.26, -0.74)), ((0.2, -0.66), (0.29, -0.78))), _WIDE, neck=(0.01, -0.745)),
    ),
    "flying": (
        Body((_HANGING, ((0.21, -0.84), (0.24, -1.0)))),
        Body((_AKIMBO, ((0.2, -0.82), (0.24, -1.0))), head=(-0.01, -0.87)),
    ),
    "holding": (
        Body((_HANGING, ((0.14, -0.54), (0.18, -0.63)))),
        Body((((-0.17, -0.58), (-0.2, -0.44)), ((0.15, -0.55), (0.18, -0.63)))),
    ),
    "sitting": (
        Body((((-0.17, -0.54), (-0.08, -0.47)), ((0.17, -0.54), (0.08, -0.47))), **_TABLE),
        Body((((-0.15, -0.57), (-0.17, -0.47)), ((0.18, -0.55), (0.08, -0.47))), **_TABLE),
    ),
    "cycling": (
        Body(_HANDLEBAR, (((0.04, -0.46), (-0.06, -0.32)), ((0.1, -0.5), (0.05, -0.16))), **_CYCLE),
        Body(_HANDLEBAR, (((0.07, -0.44), (0.05, -0.16)), ((0.1, -0.53), (-0.04, -0.33))), **_CYCLE),
    ),
}


@dataclass(frozen=True)
class Look:
    """What a body is born with: colours of skin and hair, the haircut, half the widths of shoulders, waist and hip."""

    skin: Colour
    hair: Colour
    haircut: str
    beard: bool
    widths: tuple[float, float, float]


@dataclass(frozen=True)
class Outfit:
    """cut: shirt, skirt or dress. sleeve, trousers: the share of arm and leg they cover. second: colour of trousers."""

    top: Colour
    second: Colour
    shoes: Colour
    cut: str = "shirt"
    sleeve: float = 0.35
    trousers: float = 1.0


HAIRCUTS = {"man": ("short", "side", "curly"), "woman": ("long", "bun", "ponytail", "bob")}
CUTS = {"man": ("shirt",), "woman": ("dress", "skirt", "dress", "shirt")}
WIDTHS = {"man": (0.105, 0.092, 0.085), "woman": (0.085, 0.066, 0.085)}


def _outline(text: str) -> np.ndarray:
    """A smooth outline through "x y" pairs, in hundredths."""
    return smooth([[float(number) / 100 for number in pair.split()] for pair in text.split(",")])


# Hair and beard round the centre of a head that looks to the right and has the radii 0.1 and 0.112.
_FACE = ellipse((0, 0), (0.1, 0.112))
_CAP = _outline("-10.8 2, -10 -7.5, -3 -12.8, 6 -11.5, 10.4 -4.5, 6 -5, -4 -5, -7.5 2")
_CURTAIN = _outline("-11.5 8, -11.5 -6, -3 -13, 7 -11.5, 11.5 -3, 11.2 6, 9 -2, 4 -6.5, -5 -2, -8.5 6")
_FRONT = {
    "short": _CAP,
    "side": _outline("-10.7 2, -10.5 -8, -2 -13, 9 -12.5, 11.5 -5, 4 -7.5, -6 -5, -8 2"),
    "curly": _outline("-11 3, -12.5 -3, -11 -10, -5 -12.5, 0 -14, 6 -13, 11 -9, 11 -3, 6 -5.5, 0 -4, -5 -5.5, -7.5 2"),
    "long": _outline("-14 22, -14.5 8, -11.5 -6, -3 -13, 7 -11.5, 11.5 -3, 11.4 7, 9 -2, 4 -6.5, -5 -2, -8.5 7, -8 22"),
    "bob": _CURTAIN,
    "bun": _CAP,
    "ponytail": _CAP,
}
_BACK = {
    "long": _outline("0 -12, -11.5 -6, -14.5 8, -14 24, -6 25, 6 23, 12 20, 12.5 5, 10 -7"),
    "bob": _outline("0 -12, -12 -6, -15 9, -8 13, 7 12.5, 13.5 9, 11 -6"),
    "bun": ellipse((-0.04, -0.14), (0.055, 0.05)),
    "ponytail": _outline("-6 -9, -14 -10, -19 -1, -19 13, -15 17, -13 8, -10 0"),
}
_BEARD = _outline("-8.5 0, -4 5, 3 4.5, 9 1, 8.5 8, 2 12.5, -6 9.5")


def hand(pose: str) -> Point:
    """Where the hand is that holds the racket, the string or the umbrella, in the frame of the person."""
    body = POSES[pose][0]
    x, y = body.arms[1][1]
    return x * body.scale, y * body.scale + body.drop


def look_of(kind: str, style: int) -> Look:
    """Skin, hair and build of a "man" or a "woman"."""
    a, b, c, d = np.random.default_rng(style).integers(0, 840, 4)
    cuts = HAIRCUTS[kind]
    tones = HAIR if a % 5 < 3 else HAIR[:2] + HAIR[-1:]  # hair that stands out from the skin
    return Look(SKIN[a % 5], tones[b % len(tones)], cuts[c % len(cuts)], kind == "man" and d % 4 == 0, WIDTHS[kind])


def outfit_of(kind: str, colour: Colour, pose: str, style: int) -> Outfit:
    """Everyday clothes; nobody surfs or cycles in a skirt, and at a table none is seen."""
    a, b, c, d, e = np.random.default_rng((style, 1)).integers(0, 840, 5)
    cuts, sporty = CUTS[kind], pose in ("surfing", "cycling", "sitting")
    cut = "shirt" if sporty else cuts[c % len(cuts)]
    trousers = 0.45 if pose == "surfing" or (kind == "man" and d % 3 == 0) else 1.0
    return Outfit(colour, SECOND[a % 7], SHOES[b % 4], cut, (0.3, 0.45)[e % 2], trousers)


def body_of(pose: str, style: int) -> Body:
    """One of the variants of a pose."""
    variants = POSES[pose]
    return variants[style % len(variants)]


def draw_person(painter: Painter, thing: Thing) -> None:
    """A man or a woman. Parts: face, hair, clothes (what has the named colour), arms, legs (with all below a belt)."""
    pose = thing.pose or "standing"
    outfit = outfit_of(thing.kind, COLOURS[thing.colour], pose, thing.style)
    draw_figure(painter, thing, body_of(pose, thing.style), look_of(thing.kind, thing.style), outfit)


def draw_figure(painter: Painter, thing: Thing, body: Body, look: Look, outfit: Outfit) -> None:
    """Any body in any outfit: legs, hair behind, far arm, trunk, near arm and head, in this order."""
    if body.legs and body.hip[1] > -0.6:  # who cycles or sits leaves the shadow to the bicycle and the table
        painter.shadow((0, 0), (0.22, 0.04))
    origin = painter.to_picture((0, body.drop))
    with painter.thing(thing.id, *origin, thing.size * body.scale, facing=thing.facing, tilt=thing.tilt):
        if body.legs:
            draw_legs(painter, body, outfit, look)
        draw_back_hair(painter, body.head, look)
        draw_arm(painter, body, outfit, look, 0)
        draw_clothes(painter, body, outfit, look)
        draw_arm(painter, body, outfit, look, 1)
        draw_head(painter, body.head, body.neck, look, details=thing.size * body.scale > 0.2)


def draw_legs(painter: Painter, body: Body, outfit: Outfit, look: Look) -> None:
    """Legs in trousers, shorts or bare, and shoes."""
    bare = outfit.cut != "shirt"
    with painter.part("legs"):
        for side, (knee, ankle) in enumerate(body.legs):
            hip = body.hip[0] + (side - 0.5) * 0.08, body.hip[1] + 0.02
            light = 0.88 + 0.12 * side
            if bare or outfit.trousers < 1:
                painter.stroke((hip, knee, ankle), 0.075, shade(look.skin, light))
            if not bare:
                painter.stroke(_first((hip, knee, ankle), outfit.trousers), 0.1, shade(outfit.second, light))
            painter.ellipse((ankle[0] + 0.025, ankle[1] + 0.002), (0.062, 0.03), shade(outfit.shoes, light))


def draw_arm(painter: Painter, body: Body, outfit: Outfit, look: Look, side: int) -> None:
    """A bare arm with its hand, and the sleeve, which belongs to the clothes."""
    shoulder = body.neck[0] + (2 * side - 1) * (look.widths[0] - 0.01), body.neck[1] + 0.055
    limb, light = (shoulder, *body.arms[side]), 0.92 + 0.08 * side
    with painter.part("arms"):
        painter.stroke(limb, 0.06, shade(look.skin, light))
        painter.stroke(limb[-1:] * 2, 0.075, shade(look.skin, light))
    with painter.part("clothes"):
        painter.stroke(_first(limb, outfit.sleeve), 0.08, shade(outfit.top, 0.86))


def draw_clothes(painter: Painter, body: Body, outfit: Outfit, look: Look) -> None:
    """Shirt, dress, or top and skirt. A skirt of the second colour belongs, like trousers, to the legs."""
    if outfit.cut == "skirt":
        with painter.part("legs"):
            painter.curve(_skirt(body, 0.85), outfit.second)
    with painter.part("clothes"):
        if outfit.cut == "dress":
            painter.curve(_skirt(body, 1.0), outfit.top)
        painter.polygon(_trunk(body, look.widths), outfit.top, edge=None if outfit.cut == "dress" else 0.72)


def draw_back_hair(painter: Painter, head: Point, look: Look) -> None:
    """What falls behind the shoulders or is tied behind the head."""
    if look.haircut in _BACK:
        with painter.part("hair"):
            painter.polygon(_BACK[look.haircut] + head, shade(look.hair, 0.85))


def draw_head(painter: Painter, head: Point, neck: Point, look: Look, *, details: bool) -> None:
    """Neck and face, hair in front; eyes and mouth if ``details``."""
    with painter.part("face"):
        painter.stroke((head, neck), 0.075, shade(look.skin, 0.88))
        painter.polygon(_FACE + head, look.skin)
    with painter.part("hair"):
        if look.beard:
            painter.polygon(_BEARD + head, look.hair, edge=None)
        painter.polygon(_FRONT[look.haircut] + head, look.hair)
    if details:
        with painter.part("face"):
            x, y = head
            for dx in (-0.015, 0.055):
                painter.stroke([(x + dx, y - 0.008), (x + dx, y + 0.008)], 0.022, INK)
            painter.stroke([(x, y + 0.055), (x + 0.025, y + 0.065), (x + 0.05, y + 0.055)], 0.014, (176, 64, 60))


def _first(limb: Sequence[Point], share: float) -> np.ndarray:
    """The first part of a limb, as far as a sleeve or a trouser leg covers it."""
    a, b, c = np.asarray(limb)
    return np.array([a, a + (b - a) * 2 * share] if share <= 0.5 else [a, b, b + (c - b) * (2 * share - 1)])


def _trunk(body: Body, widths: tuple[float, float, float]) -> np.ndarray:
    """The outline from shoulders to hip, leaning as the spine does."""
    (nx, ny), (hx, hy) = body.neck, body.hip
    s, w, h = widths
    # height above the hip as a share of the spine, and half the width there
    rows = ((1.0, 0.05), (0.95, s * 0.85), (0.8, s), (0.35, w), (0.0, h))
    right = [(hx + t * (nx - hx) + half, hy + t * (ny - hy)) for t, half in rows]
    left = [(hx + t * (nx - hx) - half, hy + t * (ny - hy)) for t, half in rows]
    return np.array(right + left[::-1])


def _skirt(body: Body, length: float) -> np.ndarray:
    """From the waist to the knees, as wide as the step."""
    hx, hy = body.hip
    knees = sorted(knee[0] for knee, _ in body.legs)
    y = hy + 0.24 * length
    hem = (knees[1] + 0.09, y), (hx, y + 0.012), (knees[0] - 0.09, y)
    return np.array([(hx - 0.06, hy - 0.12), (hx + 0.06, hy - 0.12), *hem])


DRAW = {"man": draw_person, "woman": draw_person}
