"""Men and women: every part is there, has its colour, and the hand is where the picture shows it."""

import numpy as np
import pytest

from gradcam_lib.worlds.drawing import people
from gradcam_lib.worlds.drawing.painter import FINE, SIDE, Painter
from gradcam_lib.worlds.scene import COLOURS, Thing

STYLES = range(8)


def paint(kind="man", pose="standing", *, colour="red", style=0, facing=1, size=0.6):
    """The painter after one person, foot at (0.5, 0.9), on plain gray."""
    painter = Painter(np.full((FINE * SIDE, FINE * SIDE, 3), 150, np.uint8))
    thing = Thing("one", kind, 0.5, 0.9, size, colour, pose, facing, style=style)
    with painter.thing("one", 0.5, 0.9, size, facing=facing):
        people.DRAW[kind](painter, thing)
    return painter


def owned(painter, part):
    """The fine pixels of one part."""
    return painter.owner == painter.parts.index(("one", part))


@pytest.mark.parametrize("kind", people.DRAW)
@pytest.mark.parametrize("pose", people.POSES)
def test_every_pose_shows_its_parts_upright_and_near_its_foot(kind, pose):
    expected = {"face", "hair", "clothes", "arms"} | ({"legs"} if pose != "sitting" else set())
    for style in STYLES:
        painter = paint(kind, pose, style=style)
        assert {name for _, name in painter.parts[1:]} == expected
        assert all(owned(painter, name).sum() > 100 for name in expected)
        rows, columns = np.nonzero(painter.owner)
        x = (columns / (FINE * SIDE) - 0.5) / 0.6
        y = (rows / (FINE * SIDE) - 0.9) / 0.6
        assert -0.45 < x.min() and x.max() < 0.45
        assert -1.2 < y.min() < -0.85 and -0.15 < y.max() < 0.03


@pytest.mark.parametrize("kind", people.DRAW)
@pytest.mark.parametrize("colour", COLOURS)
def test_most_of_the_clothes_has_the_named_colour_or_its_shade(kind, colour):
    for style in STYLES:
        painter = paint(kind, colour=colour, style=style)
        pixels = painter.canvas[owned(painter, "clothes")].astype(float)
        nearest = np.abs(pixels[:, None] - list(COLOURS.values())).sum(2).argmin(1)
        assert (nearest == list(COLOURS).index(colour)).mean() > 0.5


def test_the_same_style_gives_the_same_pixels_and_styles_differ():
    pictures = [paint("woman", style=style).canvas for style in STYLES]
    assert np.array_equal(pictures[3], paint("woman", style=3).canvas)
    assert len({picture.tobytes() for picture in pictures}) == len(pictures)


@pytest.mark.parametrize("pose", ["swinging", "flying", "holding", "waving"])
@pytest.mark.parametrize("facing", [1, -1])
def test_the_hand_is_where_it_is_said_to_be(pose, facing):
    x, y = people.hand(pose)
    column, row = round((0.5 + facing * 0.6 * x) * FINE * SIDE), round((0.9 + 0.6 * y) * FINE * SIDE)
    for style in STYLES:
        assert owned(paint("man", pose, style=style, facing=facing), "arms")[row, column]
