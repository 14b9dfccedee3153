"""A part of COCO as a folder and as a zip: the same pictures, captions and masks, and errors that say what to do."""

from __future__ import annotations

import shutil

import numpy as np
import pytest
from PIL import Image
from support.coco_outlined import CAPTIONS, SIZE, outlined_coco

from gradcam_lib.datasets.coco_part import coco_part
from gradcam_lib.paths import folder_from


@pytest.mark.parametrize("packed", [False, True])
def test_pictures_captions_and_masks_of_a_folder_and_a_zip(packed: bool, tmp_path) -> None:
    part = coco_part(outlined_coco(tmp_path, packed=packed))
    assert [p.id for p in part.pictures] == [1, 2, 3] == [p.id for p in part.described]
    second = part.pictures[1]
    assert part.captions[2] == list(CAPTIONS)
    image, masks = part.image(second), part.masks(second)
    assert image.shape == (SIZE[1], SIZE[0], 3) and set(masks) == {"person", "dog", "kite"}
    assert (image[masks["dog"]] == (200, 80, 20)).all() and masks["dog"].sum() == 400


def test_it_is_found_in_a_folder_of_datasets(tmp_path, monkeypatch) -> None:
    outlined_coco(tmp_path / "train", name="train", packed=True).rename(tmp_path / "coco-train.zip")
    outlined_coco(tmp_path / "val").rename(tmp_path / "coco-some")
    monkeypatch.setenv("GRADCAM_DATA", str(tmp_path))
    assert coco_part(name="train").name == "train" and len(coco_part()) == 3
    shutil.rmtree(tmp_path / "coco-some")
    with pytest.raises(FileNotFoundError, match=r"no annotations/instances_val2017.json in it.*put COCO's folders"):
        coco_part()


def test_masks_of_one_category_are_joined(tmp_path) -> None:
    part = coco_part(outlined_coco(tmp_path, 1))
    part.instances[1] += [one for one in part.instances[1] if one.category.name == "kite"]
    twice = part.instances[1][0]
    part.instances[1].append(type(twice).of_mask(99, twice.image, twice.category, part.masks(twice.image)["dog"]))
    masks = part.masks(twice.image)
    assert masks["person"].sum() == 800 and masks["kite"].sum() == 400


def test_a_picture_of_another_size_or_a_missing_one_is_named(tmp_path) -> None:
    folder = outlined_coco(tmp_path, 2)
    part = coco_part(folder)
    Image.fromarray(np.zeros((10, 20, 3), np.uint8)).save(folder / "val2017" / "000000000001.png")
    with pytest.raises(ValueError, match=r"000000000001.png: 20×10 pixels, but its annotations were made at 120×80"):
        part.image(part.pictures[0])
    (folder / "val2017" / "000000000002.png").unlink()
    with pytest.raises(ValueError, match=r"000000000002.png: cannot be read"):
        part.image(part.pictures[1])


def test_no_place_and_no_zip(tmp_path, monkeypatch) -> None:
    monkeypatch.delenv("GRADCAM_DATA", raising=False)
    with pytest.raises(FileNotFoundError, match="set GRADCAM_DATA"):
        coco_part()
    with pytest.raises(FileNotFoundError, match="no such folder or zip"):
        coco_part(tmp_path / "nowhere")
    (tmp_path / "broken.zip").write_bytes(b"PK nothing")
    with pytest.raises(ValueError, match="broken.zip: no zip, or cut short"):
        coco_part(tmp_path / "broken.zip")


@pytest.mark.skipif(
    not (folder := folder_from("GRADCAM_DATA")) or not any(folder.glob("coco*")), reason="needs COCO in GRADCAM_DATA"
)
def test_the_pictures_at_hand_fit_their_masks() -> None:
    part = coco_part()
    for picture in part.described[:5]:
        height, width = part.image(picture).shape[:2]
        for name, mask in part.masks(picture).items():
            assert mask.shape == (height, width) and 0 < mask.sum(), name
