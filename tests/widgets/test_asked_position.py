"""The inverse question: a position is pressed, and two lists of classes answer."""

from __future__ import annotations

import numpy as np
import pytest
from support.pickers import IMAGE, NAMES, classifier, passes, press
from support.tiny import SmallNet
from torch import nn

from gradcam_lib import explain
from gradcam_lib.widgets import ClassPicker
from gradcam_lib.widgets.pressing import Pressable


def test_a_position_is_pressed(picker):
    before = picker.picture()
    press(picker, 2, 3)
    assert picker.position == (2, 3) and picker.message == ""
    e = explain(picker.classifier, picker.classifier.to_input(IMAGE))
    values = [float(e.signed(c)[0, 2, 3]) for c in range(6)]
    order = sorted(range(6), key=lambda c: -values[c])
    c = picker.controls.position
    for names, expected in (
        (c.supports, [NAMES[i] for i in order if values[i] > 0]),
        (c.opposes, [NAMES[i] for i in order[::-1] if values[i] < 0]),
    ):
        shown = [row.description.split(None, 1) for row in names.rows if row.layout.display is None]
        assert [name for _, name in shown] == expected[:5]
        for value, name in shown:
            assert float(value.replace("−", "-")) == pytest.approx(values[NAMES.index(name)], rel=0.01, abs=1e-3)
    assert "Row 2, column 3 of the 4 × 4 map of relu2" in c.says.value
    assert f"Average over all 6 classes: {np.mean(values):.3g}".replace("-", "−") in c.says.value
    assert (c.row.value, c.column.value) == (2, 3)
    changed = np.argwhere((picker.picture() != before).any(2))
    assert changed.min(0).tolist() == [224, 336] and changed.max(0).tolist() == [335, 447], "the cell is marked"


def test_a_class_of_the_lists_is_shown(picker):
    press(picker, 1, 1)
    names = picker.controls.position.opposes
    name = names._names[0]
    names.rows[0].click()
    assert picker.class_name == name and picker.position == (1, 1) and picker.message == ""


def test_the_fields_as_they_stand_are_asked_by_a_button(picker):
    """Nobody has to change them first, neither at the beginning nor after Clear."""
    button = picker.controls.position.button
    assert button.description == "Ask"
    for expected, then in (((0, 0), "Clear"), (None, "Ask"), ((0, 0), "Clear")):
        button.click()
        assert picker.position == expected and button.description == then and picker.message == ""


def test_a_position_is_typed_and_forgotten(picker):
    before, c = picker.picture(), picker.controls.position
    c.row.value = 3
    assert picker.position == (3, 0)
    c.column.value = 2
    assert picker.position == (3, 2)
    c.button.click()
    assert picker.position is None and np.array_equal(picker.picture(), before)
    assert "Press a position" in c.says.value and c.supports.layout.display == "none"
    press(picker, 3, 2)
    press(picker, 3, 2)  # again, which changes nothing
    assert picker.position == (3, 2)


@pytest.mark.parametrize("position", [(4, 0), (-1, 0), (1,), 3, "12"])
def test_a_position_that_the_map_does_not_have(picker, position):
    press(picker, 1, 2)
    picker.position = position
    assert picker.position == (1, 2) and picker.message
    assert not ClassPicker(classifier=classifier()).position


def test_a_position_stays_at_its_place_where_the_map_is_finer(picker):
    press(picker, 1, 2)
    picker.layer = "relu1"
    assert picker.position == (3, 5) and picker.message == ""
    assert "Row 3, column 5 of the 8 × 8 map of relu1" in picker.controls.position.says.value
    picker.layer = "relu2"
    assert picker.position == (1, 2)
    picker.show(IMAGE[::-1])
    assert picker.position is None


def test_the_opacity_of_a_chosen_position_computes_nothing(picker, monkeypatch):
    count = passes(monkeypatch, picker.classifier.model)
    press(picker, 2, 3)
    assert count["backward"] > 0 and count["forward"] == 0, "a position is answered from the one forward pass"
    count.clear()
    for percent in (0, 30, 60, 100):
        picker.controls.opacity.value = percent
        assert picker.opacity == percent / 100
    assert not count
    press(picker, 1, 1)
    assert count["backward"] > 0
    count.clear()
    press(picker, 2, 3)
    assert picker.position == (2, 3) and not count, "remembered"


def test_the_opacity_of_an_empty_map_computes_nothing(monkeypatch):
    model = SmallNet(classes=6)
    nn.init.zeros_(model.head.weight)
    picker = ClassPicker(IMAGE, classifier(model))
    assert "the map is empty" in picker.message
    count = passes(monkeypatch, model)
    for percent in (0, 30, 60):
        picker.controls.opacity.value = percent
        assert "the map is empty" in picker.message and not count


def test_a_finer_map_than_a_finger_has_fewer_parts():
    place = Pressable("map")
    pressed = []
    place.connect(pressed.append)
    place.divide(56, 40)
    options = place.parts._options_values
    assert len(options) == 28 * 28 and options[0] == (1, 0) and options[-1] == (55, 39)
    assert place.parts.tooltips[28] == "row 3, column 0" and pressed == [] and place.parts.value is None
    for _ in range(2):
        place.parts.value = (3, 0)
    assert pressed == [(3, 0)] * 2
    place.divide(0, 0)
    assert place.parts.layout.display == "none"


def test_a_network_without_a_map_has_no_positions():
    model = nn.Sequential(nn.Flatten(), nn.Linear(3 * 8 * 8, 6)).eval()
    picker = ClassPicker(IMAGE, classifier(model, None))
    assert picker.controls.position.layout.display == "none"
    picker.position = (0, 0)
    assert picker.position is None and picker.message
