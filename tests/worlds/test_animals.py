"""Animals: every part is there, in every pose, colour and size; the named colour is the one that is seen."""

import numpy as np
import pytest

from gradcam_lib.worlds.drawing.animals import DRAW
from gradcam_lib.worlds.drawing.painter import FINE, SIDE, Painter
from gradcam_lib.worlds.scene import COLOURS, Thing

FURRY = {"body", "head", "ears", "eyes", "legs", "tail"}
PARTS = {
    "dog": FURRY,
    "cat": FURRY,
    "elephant": FURRY | {"trunk"},
    "zebra": FURRY | {"stripes", "mane"},
}
POSES = {"dog": ("standing", "sitting", "running"), "cat": ("standing", "sitting"), "elephant": ("",), "zebra": ("",)}
KINDS = [(kind, pose) for kind in PARTS for pose in POSES[kind]]
COATS = [("dog", c) for c in ("brown", "black", "white", "gray", "yellow")]
COATS += [("cat", c) for c in ("orange", "gray", "black", "white", "brown")] + [("elephant", "gray")]


def paint(kind, pose="", *, style=1, colour="gray", size=0.6, facing=1):
    painter = Painter(np.full((FINE * SIDE, FINE * SIDE, 3), (120, 180, 90), np.uint8))
    with painter.thing("a", 0.5, 0.8, size, facing=facing):
        DRAW[kind](painter, Thing("a", kind, 0.5, 0.8, size, colour, pose, facing, style=style))
    return painter


def seen(painter):
    return {part for i, (_, part) in enumerate(painter.parts) if i and (painter.owner == i).any()}


@pytest.mark.parametrize(("kind", "pose"), KINDS)
@pytest.mark.parametrize("size", [0.15, 0.6])
def test_every_part_is_seen(kind, pose, size):
    for style in range(1, 24, 2):
        assert seen(paint(kind, pose, style=style, size=size)) == PARTS[kind]


def test_cats_of_even_style_have_stripes():
    for pose in POSES["cat"]:
        assert seen(paint("cat", pose, style=4)) == FURRY | {"stripes"}


@pytest.mark.parametrize(("kind", "pose"), KINDS)
def test_it_stands_on_its_foot_and_is_about_as_high_as_its_size(kind, pose):
    for style in range(12):
        rows, columns = np.nonzero(paint(kind, pose, style=style).owner)
        foot, high = 0.8 * FINE * SIDE, 0.6 * FINE * SIDE
        assert abs(rows.max() - foot) < (0.1 if pose == "running" else 0.04) * high
        assert 0.7 * high < foot - rows.min() < 1.12 * high
        assert abs(columns - 0.5 * FINE * SIDE).max() < 0.95 * high


@pytest.mark.parametrize(("kind", "colour"), COATS)
def test_the_body_has_the_named_colour(kind, colour):
    names, palette = list(COLOURS), np.array(list(COLOURS.values()))
    for pose in POSES[kind]:
        for style in range(12):
            painter = paint(kind, pose, style=style, colour=colour)
            middle = np.median(painter.canvas[painter.owner == painter.parts.index(("a", "body"))], 0)
            assert names[np.linalg.norm(palette - middle, axis=1).argmin()] == colour


@pytest.mark.parametrize(("kind", "pose"), KINDS)
def test_same_style_same_pixels_other_style_others(kind, pose):
    one, again, other = (paint(kind, pose, style=style).canvas for style in (5, 5, 8))
    assert (one == again).all()
    assert (one != other).any()


def test_a_mirrored_dog_looks_the_other_way():
    right, left = paint("dog").owner, paint("dog", facing=-1).owner
    assert (right[:, :-1] == left[:, :0:-1]).mean() > 0.97
