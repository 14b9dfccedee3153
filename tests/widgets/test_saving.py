"""Pictures that leave the page: files, downloads, and what stands on them."""

from __future__ import annotations

import base64
import os
import re
import tempfile

import cv2
import numpy as np
import pytest
from support.pickers import decoded

from gradcam_lib.widgets import captioned as captioned_module
from gradcam_lib.widgets.captioned import captioned
from gradcam_lib.widgets.explained_picture import SIDE, Drawing


def test_saved_pictures_are_whole_and_never_overwritten(picker, tmp_path):
    picker.class_name = "<b>bold</b>"
    assert picker.save().name == "picture_grad-cam-b-bold-b-layer-relu2.png"
    assert "picture_grad-cam-b-bold-b-layer-relu2.png" in picker.message and str(tmp_path) in picker.message
    assert picker.save().name == "picture_grad-cam-b-bold-b-layer-relu2-2.png"
    assert picker.save(tmp_path / "mine.png") == (tmp_path / "mine.png").resolve()
    assert inside(decoded((tmp_path / "mine.png").read_bytes()), picker.picture())
    (tmp_path / "mine.png").write_bytes(b"precious")
    with pytest.raises(FileExistsError, match="choose another name"):
        picker.save(tmp_path / "mine.png")
    assert (tmp_path / "mine.png").read_bytes() == b"precious"
    with pytest.raises(ValueError, match="end in .png"):
        picker.save(tmp_path / "mine.jpg")
    assert len(list(tmp_path.iterdir())) == 3


def inside(page: np.ndarray, picture: np.ndarray) -> bool:
    """Whether the picture stands on the page, pixel by pixel."""
    found = cv2.matchTemplate(page, picture, cv2.TM_SQDIFF)
    y, x = np.unravel_index(found.argmin(), found.shape)
    return np.array_equal(page[y : y + len(picture), x : x + picture.shape[1]], picture)


def test_the_button_sends_what_is_shown_to_the_browser(picker, tmp_path):
    picker.compare, c = True, picker.controls
    c.save.click()
    link = c.download.value
    name = re.search('download="([^"]+)"', link)[1]
    assert name.startswith("picture_grad-cam-") and name.endswith("-layer-relu2.png") and "Saved" in link
    page = decoded(base64.b64decode(re.search('base64,([^"]+)" download', link)[1]))
    assert all(inside(page, drawing.picture) for drawing in picker._drawings)
    assert list(tmp_path.iterdir()) == []
    c.choice.likeliest[1].click()
    assert c.download.value == ""


def test_a_saved_picture_says_what_it_is(monkeypatch):
    texts = []
    monkeypatch.setattr(captioned_module.ImageDraw.ImageDraw, "text", lambda _, at, text, *a, **k: texts.append(text))
    drawing = Drawing(np.zeros((448, 448, 3), np.uint8), "Grad-CAM: “a b”", "Rank 1", 0.83, "", "signed", "Weak: 3 %")
    captioned([drawing])
    assert texts == ["Grad-CAM: “a b”", "against −0.83", "0", "for 0.83", "Rank 1", "Weak: 3 %"]


def test_long_captions_wrap_and_all_signs_have_a_glyph():
    letters = captioned_module.font(13)
    lines = captioned_module.wrapped("one two " * 30 + "x" * 200, letters)
    assert "".join(lines).replace(" ", "") == "onetwo" * 30 + "x" * 200
    assert max(map(letters.getlength, lines)) <= SIDE
    missing = letters.getmask("\uffff").getbbox(), bytes(letters.getmask("\uffff"))
    assert all((letters.getmask(s).getbbox(), bytes(letters.getmask(s))) != missing for s in "“”·×−≥…é")


def test_a_folder_that_cannot_be_written_to(picker, tmp_path, monkeypatch):
    def refused(*args, **kwargs):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(tempfile, "mkstemp", refused)  # root may write everywhere
    with pytest.raises(PermissionError, match=r"cannot save a picture there \(Permission denied\); choose another"):
        picker.save()
    monkeypatch.undo()
    with pytest.raises(FileNotFoundError, match="choose another folder"):
        picker.save(tmp_path / "missing" / "mine.png")


def test_a_failed_save_leaves_nothing_behind(picker, tmp_path, monkeypatch):
    def full(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError, match="No space left on device"):
        picker.save()
    assert not list(tmp_path.iterdir())
