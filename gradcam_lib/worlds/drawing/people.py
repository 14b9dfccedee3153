"""Men and women: a body in its pose, a head, and clothes, each its own small function.

To dress people otherwise, give ``draw_figure`` another ``Outfit``, or draw over it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gradcam_lib.worlds.drawing.bodies import POSES, Body, Point, body_of, hand
from gradcam_lib.worlds.drawing.painter import Colour, Painter, ellipse, outline, shade
from gradcam_lib.worlds.scene import COLOURS, Thing

__all__ = ["DRAW", "POSES", "Look", "Outfit", "draw_figure", "draw_person", "hand", "look_of", "outfit_of"]

SKIN = ((250, 214, 186), (236, 188, 150), (206, 152, 110), (158, 106, 72), (112, 74, 52))
HAIR = ((38, 32, 34), (74, 48, 32), (122, 78, 42), (166, 82, 40), (224, 184, 96), (168, 164, 160))
SECOND = ((52, 62, 96), (92, 116, 156), (176, 152, 112), (84, 88, 96), (96, 72, 56), (96, 104, 68), (212, 206, 192))
SHOES = ((58, 44, 40), (232, 230, 226), (120, 62, 44), (64, 70, 92))
INK = (46, 36, 38)


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
    """cut: shirt, skirt or dress. pattern: band, placket or nothing. sleeve, trousers: the share of a limb they cover.

    top: the colour of what "clothes" owns; second: of skirt and trousers, which hide the legs and count as legs.
    """

    top: Colour
    second: Colour
    shoes: Colour
    cut: str = "shirt"
    sleeve: float = 0.35
    trousers: float = 1.0
    pattern: str = ""


HAIRCUTS = {"man": ("short", "side", "curly"), "woman": ("long", "bun", "ponytail", "bob")}
PATTERNS = ("", "band", "placket")
CUTS = {"man": ("shirt",), "woman": ("dress", "skirt", "dress", "shirt")}
WIDTHS = {"man": (0.105, 0.092, 0.085), "woman": (0.085, 0.066, 0.085)}


# Hair and beard round the centre of a head that looks to the right and has the radii 0.1 and 0.112.
_FACE = ellipse((0, 0), (0.1, 0.112))
_CAP = outline("-10.8 2, -10 -7.5, -3 -12.8, 6 -11.5, 10.4 -4.5, 6 -5, -4 -5, -7.5 2")
_CURTAIN = outline("-11.5 8, -11.5 -6, -3 -13, 7 -11.5, 11.5 -3, 11.2 6, 9 -2, 4 -6.5, -5 -2, -8.5 6")
_FRONT = {
    "short": _CAP,
    "side": outline("-10.7 2, -10.5 -8, -2 -13, 9 -12.5, 11.5 -5, 4 -7.5, -6 -5, -8 2"),
    "curly": outline("-11 3, -12.5 -3, -11 -10, -5 -12.5, 0 -14, 6 -13, 11 -9, 11 -3, 6 -5.5, 0 -4, -5 -5.5, -7.5 2"),
    "long": outline("-14 22, -14.5 8, -11.5 -6, -3 -13, 7 -11.5, 11.5 -3, 11.4 7, 9 -2, 4 -6.5, -5 -2, -8.5 7, -8 22"),
    "bob": _CURTAIN,
    "bun": _CAP,
    "ponytail": _CAP,
}
_BACK = {
    "long": outline("0 -12, -11.5 -6, -14.5 8, -14 24, -6 25, 6 23, 12 20, 12.5 5, 10 -7"),
    "bob": outline("0 -12, -12 -6, -15 9, -8 13, 7 12.5, 13.5 9, 11 -6"),
    "bun": ellipse((-0.04, -0.14), (0.055, 0.05)),
    "ponytail": outline("-6 -9, -14 -10, -19 -1, -19 13, -15 17, -13 8, -10 0"),
}
_BEARD = outline("-8.5 0, -4 5, 3 4.5, 9 1, 8.5 8, 2 12.5, -6 9.5")


def look_of(kind: str, style: int) -> Look:
    """Skin, hair and build of a "man" or a "woman"."""
    a, b, c, d = np.random.default_rng(style).integers(0, 840, 4)
    cuts = HAIRCUTS[kind]
    tones = HAIR if a % 5 < 3 else HAIR[:2] * 2 + HAIR[-1:]  # hair that stands out from the skin
    return Look(SKIN[a % 5], tones[b % len(tones)], cuts[c % len(cuts)], kind == "man" and d % 4 == 0, WIDTHS[kind])


def outfit_of(kind: str, colour: Colour, pose: str, style: int) -> Outfit:
    """Everyday clothes; nobody surfs or cycles in a skirt, and at a table none is seen."""
    a, b, c, d, e, f = np.random.default_rng((style, 1)).integers(0, 840, 6)
    cuts, sporty = CUTS[kind], pose in ("surfing", "cycling", "sitting")
    cut = "shirt" if sporty else cuts[c % len(cuts)]
    trousers = 0.45 if pose == "surfing" or (kind == "man" and d % 3 == 0) else 1.0
    return Outfit(colour, SECOND[a % 7], SHOES[b % 4], cut, (0.3, 0.45)[e % 2], trousers, PATTERNS[f % 3])


def draw_person(painter: Painter, thing: Thing) -> None:
    """A man or a woman. Parts: face, hair, clothes (what has the named colour), arms, legs (with all below a belt)."""
    outfit = outfit_of(thing.kind, COLOURS[thing.colour], thing.pose, thing.style)
    draw_figure(painter, thing, body_of(thing.pose, thing.style), look_of(thing.kind, thing.style), outfit)


def draw_figure(painter: Painter, thing: Thing, body: Body, look: Look, outfit: Outfit) -> None:
    """Any body in any outfit: legs, hair behind, far arm, trunk, near arm and head, in this order."""
    if len(body.legs) and body.hip[1] > -0.6:  # who cycles or sits leaves the shadow to the bicycle and the table
        painter.shadow((0, 0), (0.22, 0.04))
    origin = painter.to_picture((0, body.drop))
    with painter.thing(thing.id, *origin, thing.size * body.scale, facing=thing.facing, tilt=thing.tilt):
        if len(body.legs):
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
        if outfit.pattern:
            draw_pattern(painter, body, outfit, look.widths[0] * 0.8)


def draw_pattern(painter: Painter, body: Body, outfit: Outfit, chest: float) -> None:
    """A band across the chest or a placket down it, in a tone of the top."""
    neck, hip = np.array(body.neck), np.array(body.hip)
    tone = shade(outfit.top, 1.3 if sum(outfit.top) < 400 else 0.86)
    if outfit.pattern == "band":
        painter.stroke(neck * 0.55 + hip * 0.45 + [(-chest, 0), (chest, 0)], 0.045, tone)
    else:
        painter.stroke([neck + (0, 0.05), hip - (0, 0.01)], 0.016, tone)


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
            for dx in (-0.022, 0.058):
                painter.stroke([(x + dx, y - 0.01), (x + dx, y + 0.005)], 0.022, INK)
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
