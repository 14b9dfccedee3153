"""Things and clutter: every part is there, where the frame says; the named colour is the one that is seen."""

import numpy as np
import pytest

from gradcam_lib.worlds.drawing.food import TOPPINGS
from gradcam_lib.worlds.drawing.objects import DRAW
from gradcam_lib.worlds.drawing.painter import FINE, SIDE, Painter
from gradcam_lib.worlds.scene import COLOURS, Thing

# kind, pose, colour → its parts, and its box in its own frame: left, top, right, bottom
THINGS = {
    ("kite", "", "red"): ({"sail", "tail"}, (-0.35, -0.5, 0.35, 0.95)),
    ("surfboard", "", "yellow"): ({"board"}, (-0.5, -0.12, 0.55, 0.18)),
    ("wave", "", ""): ({"water", "foam"}, (-2.0, -1.1, 2.0, 0.07)),
    ("tennis ball", "", "yellow"): ({"ball"}, (-0.5, -0.5, 0.5, 0.5)),
    ("baseball", "", "white"): ({"ball"}, (-0.5, -0.5, 0.5, 0.5)),
    ("racket", "", ""): ({"handle", "head"}, (-0.23, -1.02, 0.23, 0.03)),
    ("baseball bat", "", ""): ({"bat"}, (-0.07, -1, 0.07, 0.03)),
    ("pizza", "whole", ""): ({"crust", "topping"}, (-1, -0.5, 1, 0.56)),
    ("pizza", "sliced", ""): ({"crust", "topping"}, (-1, -0.5, 1, 0.56)),
    ("orange", "whole", "orange"): ({"peel"}, (-0.5, -1.05, 0.5, 0)),
    ("orange", "half", "orange"): ({"peel", "flesh"}, (-0.5, -1, 0.5, 0)),
    ("fire hydrant", "", "red and yellow"): ({"body", "cap"}, (-0.4, -1.02, 0.4, 0)),
    ("umbrella", "", "blue"): ({"canopy", "handle"}, (-0.56, -1.02, 0.56, 0.1)),
    ("bicycle", "", "green"): ({"wheels", "frame"}, (-0.82, -1.02, 0.82, 0)),
    ("tree", "leafy", ""): ({"trunk", "crown"}, (-0.46, -1, 0.46, 0)),
    ("tree", "palm", ""): ({"trunk", "crown"}, (-0.62, -1.05, 0.62, 0.02)),
    ("tree", "acacia", ""): ({"trunk", "crown"}, (-0.6, -1, 0.6, 0.02)),
    ("bench", "", "brown"): ({"seat", "legs"}, (-0.9, -1, 0.9, 0.02)),
    ("bucket", "", "blue"): ({"bucket"}, (-0.44, -1, 0.44, 0)),
    ("shell", "", ""): ({"shell"}, (-0.56, -1, 0.56, 0.02)),
    ("bird", "", ""): ({"bird"}, (-0.82, -0.52, 0.82, 0.25)),
    ("bird", "standing", ""): ({"bird"}, (-0.62, -0.97, 0.68, 0.02)),
    ("cup", "", "white"): ({"cup"}, (-0.44, -1.02, 0.66, 0)),
    ("bottle", "", "green"): ({"bottle"}, (-0.24, -1.02, 0.24, 0.02)),
    ("bush", "", ""): ({"crown"}, (-0.94, -1, 0.94, 0)),
    ("rock", "", ""): ({"rock"}, (-0.8, -1.06, 0.8, 0.02)),
}
X, Y, SIZE = 0.5, 0.62, 0.3


def paint(kind, pose="", colour="", *, style=1, size=SIZE, tilt=0):
    painter = Painter(np.full((FINE * SIDE, FINE * SIDE, 3), (10, 200, 250), np.uint8))
    with painter.thing("a", X, Y, size, tilt=tilt):
        DRAW[kind](painter, Thing("a", kind, X, Y, size, colour, pose, tilt=tilt, style=style))
    return painter


def pixels(painter, part):
    return painter.owner == painter.parts.index(("a", part))


def colour_name(painter, part):
    """The colour whose sight is nearest to the part's median."""
    middle = np.median(painter.canvas[pixels(painter, part)], 0)
    return list(COLOURS)[np.linalg.norm(np.array(list(COLOURS.values())) - middle, axis=1).argmin()]


def test_every_kind_is_tested():
    assert {kind for kind, _, _ in THINGS} == set(DRAW)


@pytest.mark.parametrize("what", THINGS, ids=" ".join)
def test_parts_are_seen_inside_their_box_and_fill_it(what):
    parts, (x0, y0, x1, y1) = THINGS[what]
    for style in range(12):
        painter = paint(*what, style=style)
        assert {name for _, name in painter.parts[1:]} == parts
        assert all(pixels(painter, part).any() for part in parts)
        rows, columns = np.nonzero(painter.owner)
        x = (columns[[columns.argmin(), columns.argmax()]] / (FINE * SIDE) - X) / SIZE
        y = (rows[[rows.argmin(), rows.argmax()]] / (FINE * SIDE) - Y) / SIZE
        assert x0 - 0.03 < x[0] and x[1] < x1 + 0.03
        assert y0 - 0.03 < y[0] and y[1] < y1 + 0.03
        assert x[1] - x[0] > 0.55 * (x1 - x0) and y[1] - y[0] > 0.55 * (y1 - y0)


@pytest.mark.parametrize("what", THINGS, ids=" ".join)
def test_parts_are_seen_when_small(what):
    for style in range(6):
        painter = paint(*what, style=style, size=0.1)
        assert all(pixels(painter, part).any() for part in THINGS[what][0])


@pytest.mark.parametrize("what", THINGS, ids=" ".join)
def test_same_style_same_pixels_other_style_others(what):
    one, again, other = (paint(*what, style=style).canvas for style in (6, 6, 13))
    assert (one == again).all()
    assert (one != other).any()


@pytest.mark.parametrize("colour", ["red", "yellow", "green", "blue", "purple", "black", "pink"])
@pytest.mark.parametrize(
    ("kind", "part"),
    [("kite", "sail"), ("surfboard", "board"), ("umbrella", "canopy"), ("bicycle", "frame"), ("bucket", "bucket")],
)
def test_the_named_colour_is_seen(kind, part, colour):
    if (kind, colour) != ("bicycle", "pink"):
        assert [colour_name(paint(kind, colour=colour, style=s), part) for s in range(1, 6)] == [colour] * 5


def test_a_hydrant_of_two_colours():
    for body, cap in (("red", "yellow"), ("green", "yellow"), ("white", "blue")):
        painter = paint("fire hydrant", colour=f"{body} and {cap}")
        assert (colour_name(painter, "body"), colour_name(painter, "cap")) == (body, cap)


def test_a_sliced_pizza_lacks_a_sixth():
    for style in range(12):
        whole, sliced = ((paint("pizza", pose, style=style).owner > 0).sum() for pose in ("whole", "sliced"))
        assert 0.78 < sliced / whole < 0.9


def test_toppings_differ():
    pictures = [paint("pizza", "whole", style=style).canvas for style in range(len(TOPPINGS))]
    assert len({picture.tobytes() for picture in pictures}) == len(TOPPINGS)


def test_a_tilted_bat_points_aside():
    columns = np.nonzero(paint("baseball bat", tilt=90).owner)[1]
    assert columns.min() > (X - 0.05) * FINE * SIDE
    assert columns.max() > (X + 0.9 * SIZE) * FINE * SIDE
