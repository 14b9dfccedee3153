"""Two maps side by side."""

from __future__ import annotations

import numpy as np
import pytest
from support.pickers import IMAGE, NAMES, averaging, on_the_page, press, said

from gradcam_lib.widgets import ClassPicker


def test_a_second_map_beside_the_first(picker):
    c = picker.controls
    assert c.second.layout.display == "none"
    first, top = picker.picture(), c.choice.likeliest[1].description
    c.compare.value = True
    assert picker.compare and c.second.layout.display is None and picker.second.class_name == top
    assert np.array_equal(picker.picture(), first), "the first stays as it was"
    picker.class_name = top
    assert np.abs(on_the_page(picker, "second").astype(int) - picker.picture()).mean() < 3
    picker.second.method, picker.second.layer = "signed", "relu1"
    assert said(c.second.title) == f"For and against: “{top}” · layer relu1" and picker.message == ""
    c.second.which.box.value = "tab"
    assert picker.second.class_name == "tabby" and "tabby" in c.second.image.alt
    c.second.how.value, c.second.at.value = "guided_grad_cam", "relu2"
    assert said(c.second.title) == "Guided Grad-CAM: “tabby” · layer relu2"
    assert said(c.title).startswith(f"Grad-CAM: “{top}” · layer relu2")


def test_two_maps_share_a_scale(picker):
    picker.compare = picker.shared_scale = True
    ends = set()
    for picker.class_name in NAMES:
        drawings = picker._drawings
        assert drawings[0].largest == drawings[1].largest > 0
        ends.add(drawings[0].largest)
    picker.second.layer = "relu1"  # numbers of the same unit
    assert picker._drawings[0].largest == picker._drawings[1].largest
    picker.second.method = "saliency"  # others
    assert picker._drawings[0].largest != picker._drawings[1].largest
    assert picker.message == ""


def test_a_position_of_either_map_is_marked_in_both(picker):
    picker.compare, picker.second.layer = True, "relu1"
    press(picker, 5, 2, "second")
    assert picker.position == (2, 1) and "map of relu2" in picker.controls.position.says.value
    bare = ClassPicker(IMAGE, picker.classifier)
    bare.compare, bare.second.layer = True, "relu1"
    second, plain = picker._drawings[1].picture, bare._drawings[1].picture
    changed = np.argwhere((second != plain).any(2))
    assert changed.min(0).tolist() == [5 * 56, 3 * 56] and changed.max(0).tolist() == [6 * 56 - 1, 4 * 56 - 1]


def test_a_bad_setting_of_the_second_map_is_an_error(picker):
    with pytest.raises(ValueError, match="choose one of 'relu2', 'relu1'"):
        picker.second.layer = "relu9"
    with pytest.raises(ValueError, match="no such class; near: 'tabby'"):
        picker.second.class_name = "taby"
    picker.second.class_name = "TABBY"
    assert picker.second.class_name == "tabby"


def test_the_second_map_follows_a_new_picture_and_a_new_size():
    picker = ClassPicker(IMAGE, averaging())
    picker.compare, picker.second.class_name, picker.second.layer = True, "boat", "relu1"
    picker.size = 128
    assert (picker.second.class_name, picker.second.layer, picker.message) == ("boat", "relu1", "")
    assert "128 × 128" in picker.controls.second.at.label
    picker.show(IMAGE[::-1])
    assert picker.second.class_name == "boat" and picker.message == ""
