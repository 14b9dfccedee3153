"""The slider without a browser: values in, a picture and what is said of it out."""

from __future__ import annotations

import numpy as np
import pytest
from support.pickers import shown_in

from gradcam_lib.widgets import Slider

LEVELS = [0.0, 0.25, -1.5, 1000]


class Shades:
    """A grey picture for each value, and a record of what was asked for."""

    def __init__(self) -> None:
        self.asked = []

    def __call__(self, value: float) -> tuple[np.ndarray, str]:
        self.asked.append(value)
        return shade(LEVELS.index(value)), f"<i>Level</i> {value}"


def shade(i: int) -> np.ndarray:
    return np.full((80, 120, 3), (40 * i, 20, 200 - 40 * i), np.uint8)


def close(a: np.ndarray, b: np.ndarray) -> bool:
    """WebP is lossy."""
    return a.shape == b.shape and int(np.abs(a.astype(int) - b).max()) <= 4


def test_it_starts_where_it_is_told_to_and_computes_nothing_else():
    show = Shades()
    slider = Slider(LEVELS, show, label="level", start=-1.5)
    assert show.asked == [-1.5] and slider.value == -1.5 and slider.position == 2 and slider.slider.value == 3
    assert close(shown_in(slider.image), shade(2))
    assert "level: <b>−1.5</b>" in slider.where.value and "3 of 4" in slider.where.value
    assert Slider(LEVELS, show, label="level").value == 0.0


def test_the_slider_the_buttons_and_the_attribute_do_the_same():
    slider = Slider(LEVELS, Shades(), label="level")
    slider.slider.value = 3
    assert slider.value == -1.5 and close(shown_in(slider.image), shade(2))
    slider.after.click()
    assert slider.value == 1000 and slider.slider.value == 4 and close(shown_in(slider.image), shade(3))
    assert slider.after.disabled and not slider.before.disabled
    slider.after.click()  # was on its way
    assert slider.value == 1000 and slider.message.text == ""
    slider.before.click()
    assert slider.value == -1.5 and not slider.after.disabled
    slider.value = 0.25
    assert slider.slider.value == 2 and close(shown_in(slider.image), shade(1))


def test_a_value_is_computed_once():
    show = Shades()
    slider = Slider(LEVELS, show, label="level")
    for value in (0.25, 0.0, 0.25, 1000, 0.0):
        slider.value = value
    assert show.asked == [0.0, 0.25, 1000]


def test_the_sentence_is_beneath_and_the_alternative_text():
    slider = Slider(LEVELS, Shades(), label="level")
    assert slider.image.alt == "<i>Level</i> 0.0" and 'alt="&lt;i&gt;Level&lt;/i&gt; 0.0"' in slider.image.value
    assert "&lt;i&gt;Level&lt;/i&gt; 0.0" in slider.sentence.value and 'role="status"' in slider.sentence.value
    assert Slider(LEVELS, lambda _: shade(0), label="σ").image.alt == "σ: 0"  # without a sentence


def test_what_goes_wrong_is_a_message_and_no_other_values_picture_stays():
    def show(value: float) -> np.ndarray:
        if value == 0.25 and broken:
            raise RuntimeError("no <b>light</b>")
        return shade(0)

    broken = True
    slider = Slider(LEVELS, show, label="level")
    slider.after.click()
    assert slider.message.text == "RuntimeError: no <b>light</b>" and slider.message.word == "Problem"
    assert slider.value == 0.25 and slider.image.alt == "There is no picture for this value."
    assert not close(shown_in(slider.image)[:80, :120], shade(0))
    slider.after.click()
    assert slider.message.text == "" and close(shown_in(slider.image), shade(0))
    broken = False
    slider.before.click()
    assert slider.message.text == "" and close(shown_in(slider.image), shade(0))  # what failed is tried again


def test_a_value_that_is_not_on_offer_changes_nothing():
    slider = Slider(LEVELS, Shades(), label="level")
    slider.value = 7
    assert slider.value == 0.0 and "level 7: not on offer; choose one of 0.0, 0.25, -1.5, 1000" in slider.message.text
    slider.value = 0.25
    assert slider.value == 0.25 and slider.message.text == ""


@pytest.mark.parametrize("picture", [np.zeros((4, 4)), np.zeros((4, 4, 3)), [[0]]])
def test_what_is_no_picture_is_told_apart(picture):
    with pytest.raises(ValueError, match="expected an array .* of uint8"):
        Slider(LEVELS, lambda _: picture, label="level")


def test_mistakes_of_the_cell_are_raised_in_the_cell():
    with pytest.raises(ValueError, match="level 2: not on offer"):
        Slider(LEVELS, Shades(), label="level", start=2)
    with pytest.raises(ValueError, match="two values or more"):
        Slider([1], Shades(), label="level")
    with pytest.raises(ValueError, match="4 values and 1 names"):
        Slider(LEVELS, Shades(), label="level", names=["one"])
    with pytest.raises(ZeroDivisionError):
        Slider(LEVELS, lambda value: 1 / value, label="level")


def test_the_strip_shows_the_same_pictures():
    show = Shades()
    slider = Slider(LEVELS, show, label="level", names=["none", "low", "under", "high"])
    axes = slider.strip(3)
    assert [axis.get_title() for axis in axes] == ["level: none", "level: under", "level: high"]
    assert all(np.array_equal(axis.images[0].get_array(), shade(i)) for axis, i in zip(axes, (0, 2, 3), strict=True))
    assert [axis.get_title() for axis in slider.strip([0.25])] == ["level: low"]
    assert len(slider.strip()) == len(slider.strip(9)) == 4
    assert show.asked == [0.0, -1.5, 1000, 0.25]
