"""Flickr8k's layout: folder and zip say the same, and each way to be broken is named."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import ImageColor
from support.flickr_made import COLOURS, GROUNDS, SENTENCES, made_flickr8k, zip_of

from gradcam_lib.datasets.flickr8k import Photographs, flickr8k

TOKENS, TRAIN = "Flickr8k.token.txt", "Flickr_8k.trainImages.txt"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return made_flickr8k(tmp_path / "made")


def changed(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def told(photos: Photographs) -> tuple:
    return photos.names, photos.captions, photos.splits, photos.skipped, photos.unknown


@pytest.mark.parametrize("zipped", [False, True], ids=["folder", "zip"])
def test_pictures_captions_and_splits_are_read(tmp_path: Path, zipped: bool) -> None:
    photos = flickr8k(made_flickr8k(tmp_path / "made", zipped=zipped))
    assert photos.names == [f"{i:04d}.jpg" for i in range(12)] and len(photos) == 12
    assert photos.captions[1] == [text.format("brown", "sitting") for text in SENTENCES]
    assert photos.splits == {"train": list(range(4, 12)), "val": [0, 1], "test": [2, 3]}
    assert photos.skipped == photos.unknown == 0
    picture = photos.picture(1)
    assert picture.shape == (48, 48, 3) and picture.dtype == np.uint8
    for place, colour in ((2, GROUNDS["sitting"]), (24, COLOURS["brown"])):  # JPEG moves colours a little
        assert np.abs(picture[place, place].astype(int) - ImageColor.getrgb(colour)).max() < 12


def test_the_official_folders_and_line_ends_are_read(tmp_path: Path) -> None:
    plain = made_flickr8k(tmp_path / "plain")
    texts, pictures = tmp_path / "data" / "Flickr8k_text", tmp_path / "data" / "Flicker8k_Dataset"
    texts.mkdir(parents=True)
    shutil.copytree(plain / "images", pictures)
    for file in plain.glob("*.txt"):
        (texts / file.name).write_bytes(file.read_bytes().replace(b"\n", b"\r\n") + b"\r\n")
    assert told(flickr8k(tmp_path / "data")) == told(flickr8k(plain))


@pytest.mark.parametrize("inside", ["", "flickr8k-made.zip", "flickr8k"])
def test_data_are_found_where_the_variable_says(tmp_path: Path, inside: str, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "datasets"
    made = made_flickr8k(home / "flickr8k")
    if inside.endswith("zip"):
        zip_of(made).rename(home / inside)
        shutil.rmtree(made)
    monkeypatch.setenv("GRADCAM_DATA", str(home if inside else made))
    assert len(flickr8k()) == 12


def test_the_small_pictures_are_preferred(tmp_path: Path) -> None:
    made_flickr8k(tmp_path / "a", 6, zipped=True)
    made_flickr8k(tmp_path / "224", 9, zipped=True)
    assert len(flickr8k(tmp_path)) == 9


def test_captions_and_lines_without_their_picture_are_counted(folder: Path) -> None:
    (folder / "images" / "0005.jpg").unlink()
    photos = flickr8k(folder)
    assert "0005.jpg" not in photos.names and len(photos) == 11
    assert photos.skipped == 5 and photos.unknown == 1
    assert [photos.names[i] for i in photos.splits["train"]] == ["0004.jpg", *(f"{i:04d}.jpg" for i in range(6, 12))]


def test_of_a_caption_without_picture_the_name_is_enough(folder: Path) -> None:
    with (folder / TOKENS).open("a", encoding="utf-8") as file:
        file.write("gone.jpg#2\tTwo birds . gone.jpg#3\tTwo more .\n")  # a line of the published file has this fault
    assert flickr8k(folder).skipped == 1


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("0003.jpg#1\t", "0003.jpg#1 "),
        ("0003.jpg#1\t", "0003.jpg\t"),
        ("0003.jpg#1\t", "\t"),
        ("dog is", "dog\tis"),
        (SENTENCES[1].format("white", "sitting"), ""),
    ],
)
def test_a_malformed_line_is_named(folder: Path, old: str, new: str) -> None:
    changed(folder / TOKENS, old, new)
    where = 1 if old == "dog is" else 17
    with pytest.raises(ValueError, match=rf"Flickr8k\.token\.txt, line {where}: .*write NAME\.jpg#0, one tab"):
        flickr8k(folder)


def test_empty_lines_keep_the_numbers(folder: Path) -> None:
    changed(folder / TOKENS, "0003.jpg#1\t", "\n\n0003.jpg#1 ")
    with pytest.raises(ValueError, match="line 19"):
        flickr8k(folder)


@pytest.mark.parametrize("missing", [TOKENS, TRAIN, "Flickr_8k.devImages.txt", "Flickr_8k.testImages.txt"])
def test_a_missing_list_is_named(folder: Path, missing: str) -> None:
    (folder / missing).unlink()
    with pytest.raises(FileNotFoundError, match=missing):
        flickr8k(folder)
    with pytest.raises(FileNotFoundError, match=missing):
        flickr8k(zip_of(folder))


def test_a_listed_picture_needs_a_caption(folder: Path) -> None:
    shutil.copy(folder / "images" / "0000.jpg", folder / "images" / "mute.jpg")
    assert len(flickr8k(folder)) == 12  # lying about, but in no list: not part of the data
    with (folder / TRAIN).open("a", encoding="utf-8") as file:
        file.write("mute.jpg\n")
    with pytest.raises(ValueError, match=r"1 pictures of the split lists have no caption, such as mute\.jpg"):
        flickr8k(folder)


def test_captions_alone_are_no_photographs(folder: Path) -> None:
    shutil.rmtree(folder / "images")
    with pytest.raises(ValueError, match="none of the 60 captions has its picture"):
        flickr8k(folder)


def test_a_cut_zip_is_named(folder: Path) -> None:
    path = zip_of(folder)
    path.write_bytes(path.read_bytes()[:-300])
    with pytest.raises(ValueError, match=r"flickr8k-made\.zip: no zip, or cut short"):
        flickr8k(path)


@pytest.mark.parametrize("zipped", [False, True], ids=["folder", "zip"])
def test_a_cut_picture_is_named(folder: Path, zipped: bool) -> None:
    file = folder / "images" / "0002.jpg"
    file.write_bytes(file.read_bytes()[:-80])
    photos = flickr8k(zip_of(folder) if zipped else folder)
    assert photos.picture(1).shape == (48, 48, 3)
    with pytest.raises(ValueError, match=r"made.*0002\.jpg: truncated"):
        photos.picture(2)


def test_a_damaged_or_vanished_picture_is_named(folder: Path) -> None:
    path = zip_of(folder)
    data = bytearray(path.read_bytes())
    data[data.index(b"\xff\xd8\xff") + 100] ^= 1  # of the first picture; its checksum no longer fits
    path.write_bytes(bytes(data))
    photos, packed = flickr8k(folder), flickr8k(path)
    (folder / "images" / "0000.jpg").unlink()
    for of in (photos, packed):
        with pytest.raises(ValueError, match=r"0000\.jpg: cannot be read"):
            of.picture(0)


def test_a_list_that_is_no_text_is_named(folder: Path) -> None:
    (folder / TRAIN).write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ValueError, match=r"Flickr_8k\.trainImages\.txt: cannot be read"):
        flickr8k(folder)


def test_nothing_given_and_nothing_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GRADCAM_DATA", raising=False)
    with pytest.raises(FileNotFoundError, match="set GRADCAM_DATA"):
        flickr8k()
    with pytest.raises(FileNotFoundError, match="no such folder or zip"):
        flickr8k(tmp_path / "none")
    with pytest.raises(FileNotFoundError, match=r"no Flickr8k\.token\.txt and no flickr8k\*\.zip"):
        flickr8k(tmp_path)


def test_a_print_shows_no_caption(folder: Path) -> None:
    assert "dog" not in repr(flickr8k(folder))


# -- the published pictures


@pytest.mark.skipif(
    not os.environ.get("GRADCAM_DATA") or not any(Path(os.environ["GRADCAM_DATA"]).glob("flickr8k*.zip")),
    reason="needs Flickr8k in GRADCAM_DATA",
)
def test_the_published_numbers() -> None:
    photos = flickr8k()
    assert {name: len(part) for name, part in photos.splits.items()} == {"train": 6000, "val": 1000, "test": 1000}
    assert len(photos) == 8091 and {len(captions) for captions in photos.captions} == {5}
    assert not set(photos.splits["train"]) & set(photos.splits["test"])
    assert photos.picture(8090).ndim == 3
