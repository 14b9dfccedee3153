"""COCO's captions and VQA v2 as photographs: found in folders and zips, split as said, and each fault named."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from support.coco_made import LOOKS, made_coco, made_vqa
from support.flickr_made import SENTENCES, zip_of

from gradcam_lib.datasets.coco_photographs import coco_photographs, vqa_photographs

BOTH = {"train": range(60), "val": range(60, 72)}


@pytest.mark.parametrize("year", [2014, 2017])
@pytest.mark.parametrize("zipped", [False, True], ids=["folder", "zip"])
def test_captions_and_pictures_are_read(tmp_path: Path, year: int, zipped: bool) -> None:
    place = made_coco(tmp_path / "coco", BOTH, year)
    photos = coco_photographs(zip_of(place) if zipped else place)
    assert len(photos) == 72 and photos.skipped == 0
    assert photos.captions[61] == [text.format(*LOOKS[61 % 6]) for text in SENTENCES]
    assert photos.names[61].endswith("000000000061.jpg") and photos.picture(61).shape == (48, 48, 3)
    assert photos.splits["val"] == [19, 39, 59] and photos.splits["test"] == list(range(60, 72))
    assert photos.splits["train"] == [i for i in range(60) if i not in (19, 39, 59)]
    assert "every 20th picture of the part train is for validation, the part val is the test" in photos.rule


@pytest.mark.parametrize("part", ["train", "val"])
def test_a_part_alone_is_split(tmp_path: Path, part: str) -> None:
    photos = coco_photographs(made_coco(tmp_path / "coco", {part: range(20)}))
    assert photos.splits == {"train": [*range(8), *range(10, 18)], "val": [8, 18], "test": [9, 19]}
    assert photos.rule.startswith(f"the part {part} is alone")


def test_captions_of_2014_find_the_pictures_of_2017(tmp_path: Path) -> None:
    place = made_coco(tmp_path / "coco", {"train": range(20)}, 2014)
    (place / "train2014").rename(place / "train2017")
    for file in (place / "train2017").iterdir():
        file.rename(file.with_name(file.name.rsplit("_", 1)[1]))
    assert coco_photographs(place).names[3] == "000000000003.jpg"


def test_of_two_years_the_latest_counts(tmp_path: Path) -> None:
    place = made_coco(tmp_path / "coco", {"train": range(40), "val": range(40, 60)}, 2017)
    made_coco(place, {"train": range(30)}, 2014)
    assert len(coco_photographs(place)) == 60


def test_captions_without_their_picture_are_counted(tmp_path: Path) -> None:
    place = made_coco(tmp_path / "coco", {"train": range(21)})
    (place / "train2017" / "000000000004.jpg").unlink()
    photos = coco_photographs(place)
    assert len(photos) == 20 and photos.skipped == 5 and "000000000004.jpg" not in photos.names


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    place = made_coco(tmp_path / "coco", {"train": range(9)})
    with pytest.raises(ValueError, match=r"too few pictures \(\{'train': 9\}\), none would be for test; give more"):
        coco_photographs(place)
    for file in (place / "train2017").iterdir():
        file.unlink()
    with pytest.raises(ValueError, match="none of the 45 texts has its picture there"):
        coco_photographs(place)
    (place / "annotations" / "captions_train2017.json").unlink()
    with pytest.raises(FileNotFoundError, match=r"no annotations/captions_train2017\.json or its like in it"):
        coco_photographs(place)
    with pytest.raises(FileNotFoundError, match=r"no v2_OpenEnded_mscoco_train2014_questions\.json or its like"):
        vqa_photographs(place)


def test_a_broken_file_is_named(tmp_path: Path) -> None:
    place = made_coco(tmp_path / "coco", {"train": range(20)})
    file = place / "annotations" / "captions_train2017.json"
    file.write_text(file.read_text(encoding="utf-8")[:-20], encoding="utf-8")
    with pytest.raises(ValueError, match=r"captions_train2017\.json: not JSON, or cut short"):
        coco_photographs(place)
    with pytest.raises(ValueError, match=r"flickr8k-coco\.zip.*captions_train2017\.json: not JSON"):
        coco_photographs(zip_of(place))


@pytest.mark.parametrize("zipped", [False, True], ids=["folder", "zip"])
def test_questions_and_what_people_answered_are_read(tmp_path: Path, zipped: bool) -> None:
    place = made_vqa(tmp_path / "vqa", BOTH)
    photos, questions = vqa_photographs(zip_of(place) if zipped else place)
    assert len(photos) == len(questions) == 72 and photos.splits["val"] == [19, 39, 59]
    colour, is_running, count = questions[61]
    assert colour[:2] == ("What color is the dog?", LOOKS[61 % 6][0]) and colour.type == "other"
    assert colour.people == (LOOKS[61 % 6][0],) * 7 + ("unknown",) * 2 + ("green",)
    assert is_running.type == "yes/no" and count.answer == "1"
    assert photos.names[61] == "COCO_val2014_000000000061.jpg" and photos.captions[61] == []


def test_questions_without_answers_are_named(tmp_path: Path) -> None:
    place = made_vqa(tmp_path / "vqa", {"train": range(20)})
    (place / "v2_mscoco_train2014_annotations.json").unlink()
    with pytest.raises(FileNotFoundError, match=r"no v2_mscoco_train2014_annotations\.json in it; put it beside v2_"):
        vqa_photographs(place)


@pytest.mark.skipif(
    not (Path(os.environ.get("GRADCAM_DATA") or ".") / "coco-train.zip").is_file(),
    reason="needs coco-train.zip in GRADCAM_DATA",
)
def test_a_small_part_of_coco() -> None:
    photos = coco_photographs(Path(os.environ["GRADCAM_DATA"]) / "coco-train.zip")
    assert {name: len(part) for name, part in photos.splits.items()} == {"train": 88, "val": 11, "test": 11}
    assert sum(map(len, photos.captions)) == 550 and min(photos.picture(0).shape[:2]) == 320
