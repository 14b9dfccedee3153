"""Charts: only what can be read back from the axes is tested; beauty is looked at."""

import matplotlib
import pytest

matplotlib.use("Agg")

import matplotlib.pyplot as plt  # noqa: E402

from gradcam_lib.pictures.figures import (  # noqa: E402
    chart,
    draw_among,
    draw_bars,
    draw_curves,
    draw_intervals,
    show_row,
)


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


def test_charts_stand_side_by_side_each_under_its_title():
    left, right = chart(["one", "a title that is far too long for the width of the axes beneath it"], height=2, width=3)
    assert left.figure.get_size_inches().tolist() == [6, 2] and not left.images
    assert left.get_title() == "one" and "\n" in right.get_title()
    assert len(chart(columns=3)) == 3


def test_bars_keep_the_title_and_say_name_and_number():
    (axis,) = show_row([None], ["top 2"])
    draw_bars(axis, ["cat", "tie"], [0.6, 0.3])
    assert axis.get_title() == "top 2"
    assert [bar.get_width() for bar in axis.patches] == [1, 0.5]
    assert [text.get_text().strip() for text in axis.texts] == ["cat", "0.60", "tie", "0.30"]


def test_negative_bars_go_left_in_another_colour():
    (axis,) = chart()
    draw_bars(axis, ["for", "against", "nothing"], [0.5, -1, -0.001])
    up, down, _ = axis.patches
    assert (up.get_width(), down.get_width()) == (0.5, -1) and up.get_facecolor() != down.get_facecolor()
    assert [text.get_text().strip() for text in axis.texts[1::2]] == ["+0.50", "−1.00", "0.00"]


def test_bars_of_nothing_are_drawn_without_a_division_by_zero():
    (axis,) = chart()
    draw_bars(axis, ["a"], [0.0])
    assert axis.patches[0].get_width() == 0


def test_a_value_stands_among_the_others_and_the_tile_keeps_title_and_shape():
    (axis,) = show_row([None], ["change"])
    shape = axis.get_box_aspect()
    draw_among(axis, {"grey": (1.0, [0.0, -1.0, 2.0]), "blurred": (0.5, [0.25])}, label="score")
    others, value, *_ = axis.collections
    assert others.get_offsets()[:, 0].tolist() == [0, -1, 2] and value.get_offsets().tolist() == [[1, 0]]
    assert [text.get_text() for text in axis.get_yticklabels()] == ["grey", "blurred"]
    assert (axis.get_title(), axis.get_xlabel(), axis.get_box_aspect()) == ("change", "score", shape)


def test_intervals_reach_from_low_to_high():
    (axis,) = chart()
    number = {"value": 0.5, "low": 0.25, "high": 1.0}
    draw_intervals(axis, ["top-1"], {"one form": [number], "another": [number]})
    ends = [bars.get_segments()[0][:, 0].tolist() for bars in axis.collections]
    assert ends == [[0.25, 1.0], [0.25, 1.0]]
    assert [text.get_text() for text in axis.get_legend().get_texts()] == ["one form", "another"]


def test_curves_keep_their_points_names_and_axes():
    (axis,) = chart(["a step"])
    draw_curves(axis, [0, 1, 2], {"score": [1, 3, 2], "tangent": [1, 2, 3]}, across="length", up="score")
    assert [line.get_ydata().tolist() for line in axis.lines] == [[1, 3, 2], [1, 2, 3]]
    assert [text.get_text() for text in axis.get_legend().get_texts()] == ["score", "tangent"]
    assert (axis.get_title(), axis.get_xlabel(), axis.get_ylabel()) == ("a step", "length", "score")
    low, high = axis.get_ylim()
    assert low <= 1 < 3 <= high and len(axis.get_yticks()) > 2


def test_one_curve_needs_no_legend():
    (axis,) = chart()
    draw_curves(axis, [0, 1], {"score": [1, 3]})
    assert axis.get_legend() is None
