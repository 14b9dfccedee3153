"""Folders and lists of the reader's own pictures: what is offered, and that what is broken is told and skipped."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from support.pickers import IMAGE, PNG, classifier

from gradcam_lib.widgets import ClassPicker
from gradcam_lib.widgets.own_pictures import OwnPictures


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two pictures, one of which is broken at its end, and what is none."""
    (tmp_path / "b.png").write_bytes(PNG)
    (tmp_path / "a half.png").write_bytes(PNG[: len(PNG) // 2])
    (tmp_path / "empty.jpg").write_bytes(b"")
    (tmp_path / "text.png").write_bytes(b"no picture")
    for passed_over in ("labels.csv", "labels.pdf", ".hidden.png", "b_gradcam.png"):
        (tmp_path / passed_over).write_bytes(b"image,label")
    (tmp_path / "within").mkdir()
    (tmp_path / "within" / "c.png").write_bytes(PNG)
    return tmp_path


def test_a_folder(folder: Path) -> None:
    own = OwnPictures(folder)
    assert own.names == ["a half.png", "b.png"] and np.array_equal(own.load("b.png"), IMAGE[..., ::-1])
    assert own.note.startswith("2 pictures are skipped: ") and "labels" not in own.note
    assert "empty.jpg: empty (0 bytes)" in own.note and "text.png: not a picture that can be read" in own.note
    with pytest.raises(ValueError, match=r"a half.png: truncated or broken"):
        own.load("a half.png")
    assert own.names == ["b.png"] and own.note.startswith("3 pictures are skipped: ")


def test_a_list_and_a_dict(folder: Path) -> None:
    own = OwnPictures([folder / "b.png", folder / "within" / "c.png", IMAGE, str(folder / "gone.png")])
    assert own.names == ["b.png", "c.png", "picture 3"] and np.array_equal(own.load("picture 3"), IMAGE)
    assert own.note == f"1 picture is skipped: {folder / 'gone.png'}: No such file or directory"
    twice = OwnPictures([folder / "b.png", folder / "within" / ".." / "b.png"])
    assert len(twice.names) == 2
    own = OwnPictures({"holiday": folder / "b.png", "noise": np.float64("nan"), 7: IMAGE})
    assert own.names == ["holiday", "noise", "7"]
    with pytest.raises(ValueError, match="float64: no picture"):
        own.load("noise")
    assert own.names == ["holiday", "7"] and OwnPictures(None).names == []


def test_what_holds_no_picture(tmp_path: Path) -> None:
    (tmp_path / "text.png").write_bytes(b"no picture")
    for given, words in (
        (tmp_path / "gone", "no such folder"), (tmp_path / "text.png", "one file goes into a list"),
        ([tmp_path / "text.png"], "not one that can be shown; .*text.png: not a picture"), ([], "not one that can"),
    ):  # fmt: skip
        with pytest.raises((ValueError, NotADirectoryError), match=words):
            OwnPictures(given)
    (tmp_path / "text.png").unlink()
    with pytest.raises(ValueError, match="no pictures in this folder"):
        OwnPictures(tmp_path)


def test_the_class_picker_begins_with_the_first_and_says_which_are_skipped(folder: Path) -> None:
    (folder / "z.png").write_bytes(PNG)
    picker = ClassPicker(classifier=classifier(), pictures=folder)
    mine = picker.controls.mine
    assert mine.options == ("b.png", "z.png") and mine.value == "b.png" and mine.layout.display is None
    assert "b.png: the network sees" in picker.controls.about.value and picker.stem == "b"
    assert picker.message.startswith("3 pictures are skipped") and "a half.png" in picker.controls.beside.value
    mine.value = "z.png"
    assert "z.png: the network sees" in picker.controls.about.value and picker.message == ""
    (folder / "b.png").write_bytes(PNG[:50])
    before = picker.picture()
    mine.value = "b.png"
    assert "b.png: truncated" in picker.message and mine.options == ("z.png",) and mine.value == "z.png"
    assert np.array_equal(picker.picture(), before) and "z.png" in picker.controls.about.value
    assert picker.show(IMAGE) and mine.value is None
    mine.value = "z.png"
    assert picker.stem == "z"


def test_an_image_of_its_own_goes_first(folder: Path) -> None:
    picker = ClassPicker(IMAGE, classifier(), pictures=[folder / "b.png"])
    assert picker.stem == "picture" and picker.controls.mine.options == ("b.png",) and picker.message == ""
    assert ClassPicker(IMAGE, classifier()).controls.mine.layout.display == "none"
