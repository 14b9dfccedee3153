"""Layouts of annotated pictures: what is read from each, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from support.annotated_made import THINGS, coco, ilsvrc, picture, voc, xml

from gradcam_lib.datasets.annotated import annotated
from gradcam_lib.datasets.boxes import checked
from gradcam_lib.datasets.examples import classes_of
from gradcam_lib.networks.zoo import load_classifier


@pytest.fixture(scope="module")
def photonet():
    return load_classifier("photonet")


@pytest.fixture(scope="module")
def imagenet():
    return load_classifier("efficientnet_lite0")


def test_voc(tmp_path: Path, photonet) -> None:
    found = annotated(voc(tmp_path, 3), photonet)
    assert found.layout == "PASCAL VOC" and [(one.picture, one.thing) for one in found.examples] == [
        ("0000", THINGS[0]),
        ("0001", THINGS[1]),
    ]  # PhotoNet does not know a lemon
    truth = found.examples[0].truth()
    assert truth.image.shape == (64, 64, 3) and truth.boxes == ((4, 8, 36, 40),)  # VOC counts from 1
    assert truth.classes == (photonet.names.index(THINGS[0]),)


def test_voc_calls_some_things_otherwise(tmp_path: Path, imagenet) -> None:
    voc(tmp_path, 1)
    (tmp_path / "Annotations" / "0000.xml").write_text(xml(("aeroplane", (1, 1, 9, 9))), encoding="utf-8")
    (example,) = annotated(tmp_path, imagenet).examples
    assert example.thing == "airplane" and {404, 895} == set(example.truth().classes)


@pytest.mark.parametrize("from_csv", [False, True])
def test_ilsvrc(tmp_path: Path, imagenet, from_csv: bool) -> None:
    root = ilsvrc(tmp_path)
    if from_csv:
        for note in (root / "Annotations" / "CLS-LOC" / "val").iterdir():
            note.unlink()
        (root / "Annotations" / "CLS-LOC" / "val").rmdir()
    found = annotated(root, imagenet)
    assert found.layout == "ILSVRC" and len(found.examples) == 3
    truth = found.examples[2].truth()
    assert truth.classes == (14,) and truth.boxes == ((0, 0, 32, 16), (32, 32, 64, 64))


def test_prepared(tmp_path: Path, imagenet, photonet) -> None:
    picture(tmp_path / "images" / "a.png", 0)
    entry = {"file": "a.png", "label": 3, "boxes": [[1, 2, 3, 4.5]], "name": "shark"}
    (tmp_path / "boxes.json").write_text(json.dumps([entry]), encoding="utf-8")
    (example,) = annotated(tmp_path, imagenet).examples
    assert example.truth().classes == (3,) and example.truth().boxes == ((1, 2, 3, 4.5),)
    with pytest.raises(ValueError, match="1000 classes of ImageNet, and the network has 40"):
        annotated(tmp_path, photonet)
    bad = [entry | {"label": 1000}, entry | {"boxes": []}, entry | {"boxes": [[1, 2, 3]]}, entry | {"boxes": [[1] * 4]}]
    (tmp_path / "boxes.json").write_text(json.dumps(bad), encoding="utf-8")
    complaints = ("label 1000", "no box", "give four numbers", "no box")
    for one, complaint in zip(annotated(tmp_path, imagenet).examples, complaints, strict=True):
        with pytest.raises(ValueError, match=complaint):
            one.truth()
    (tmp_path / "boxes.json").write_text("[{}]", encoding="utf-8")
    with pytest.raises(ValueError, match="expected a list of"):
        annotated(tmp_path, imagenet)


def test_the_checksum_is_that_of_the_annotations(tmp_path: Path, photonet) -> None:
    before = annotated(voc(tmp_path / "a", 2), photonet).checksum
    assert annotated(voc(tmp_path / "b", 2), photonet).checksum == before
    assert annotated(voc(tmp_path / "c", 4), photonet).checksum != before
    (tmp_path / "b" / "Annotations" / "0000.xml").write_text(xml((THINGS[0], (5, 9, 37, 40))), encoding="utf-8")
    assert annotated(tmp_path / "b", photonet).checksum != before


@pytest.mark.parametrize(
    "kept, gone", [("Annotations", "LOC_val_solution.csv"), ("LOC_val_solution.csv", "Annotations")]
)
def test_the_checksum_of_ilsvrc_is_that_of_the_boxes(tmp_path: Path, imagenet, kept: str, gone: str) -> None:
    root = ilsvrc(tmp_path)
    (root / gone).rename(root / "elsewhere")
    before = annotated(root, imagenet).checksum
    file = root / kept if kept.endswith("csv") else next((root / kept).rglob("*.xml"))
    file.write_text(file.read_text("utf-8").replace("31", "30"), "utf-8")
    assert annotated(root, imagenet).checksum != before


def test_a_broken_note_of_voc_is_an_error_of_its_picture(tmp_path: Path, photonet) -> None:
    voc(tmp_path, 3)
    (tmp_path / "Annotations" / "0001.xml").write_text("<annotation>", encoding="utf-8")
    (tmp_path / "Annotations" / "0002.xml").unlink()
    first, second, third = annotated(tmp_path, photonet).examples
    assert first.truth().boxes
    for broken, complaint in ((second, "no XML that can be read"), (third, "there is no such annotation")):
        with pytest.raises(ValueError, match=complaint):
            broken.truth()


def test_a_broken_row_of_the_table_is_an_error_of_its_picture(tmp_path: Path, imagenet) -> None:
    root = ilsvrc(tmp_path, 2)
    (root / "Annotations").rename(root / "elsewhere")
    table = root / "LOC_val_solution.csv"
    table.write_text(table.read_text("utf-8").replace(" 32 32 63 63", " 32 32", 1), "utf-8")
    first, second = annotated(root, imagenet).examples
    with pytest.raises(ValueError, match="is no list of wnid x0 y0 x1 y1"):
        first.truth()
    assert second.truth().boxes
    table.write_text("a,b\n1,2\n", "utf-8")
    with pytest.raises(ValueError, match="expected the columns ImageId"):
        annotated(root, imagenet)


@pytest.mark.parametrize(
    "content, complaint",
    [
        ("<annotation>", "no XML that can be read"),
        ("not XML at all", "no XML that can be read"),
        (xml((THINGS[0], (30, 5, 10, 40))), "empty or inverted"),
        (xml((THINGS[0], (5, 5, 300, 40))), "leaves the picture of 64×64 pixels"),
        (f"<a><object><name>{THINGS[0]}</name></object></a>", "empty or inverted"),
    ],
)
def test_an_annotation_that_cannot_be_used_is_an_error_of_its_picture(
    tmp_path: Path, imagenet, content: str, complaint: str
) -> None:
    root = ilsvrc(tmp_path, 2)
    (root / "Annotations/CLS-LOC/val/ILSVRC2012_val_00000001.xml").write_text(content, encoding="utf-8")
    first, second = annotated(root, imagenet).examples
    with pytest.raises(ValueError, match=complaint):
        first.truth()
    assert second.truth().boxes


def test_a_missing_annotation_and_a_missing_picture(tmp_path: Path, imagenet) -> None:
    root = ilsvrc(tmp_path, 2)
    (root / "Annotations/CLS-LOC/val/ILSVRC2012_val_00000001.xml").unlink()
    (root / "Data/CLS-LOC/val/ILSVRC2012_val_00000002.JPEG").write_bytes(b"\xff\xd8 cut")
    first, second = annotated(root, imagenet).examples
    with pytest.raises(ValueError, match="there is no such annotation"):
        first.truth()
    with pytest.raises(ValueError, match="not a picture|broken"):
        second.truth()


def test_what_is_no_data(tmp_path: Path, imagenet, photonet) -> None:
    with pytest.raises(FileNotFoundError, match="no such folder"):
        annotated(tmp_path / "nowhere", imagenet)
    with pytest.raises(FileNotFoundError, match="neither of the layouts"):
        annotated(tmp_path, imagenet)
    voc(tmp_path, 1)
    (tmp_path / "Annotations" / "0000.xml").write_text(xml(("unicorn", (1, 1, 9, 9))), encoding="utf-8")
    with pytest.raises(ValueError, match="the network has no class"):
        annotated(tmp_path, photonet)


def test_boxes_a_pixel_beyond_the_edge_are_cut_off() -> None:
    assert checked([(-1, 0, 10, 65)], (64, 64, 3), "x") == ((0, 0, 10, 64),)
    for wrong in ((0, 0, 10, 66), (-2, 0, 10, 10), (3, 3, 3, 9), (np.nan, 0, 1, 1)):
        with pytest.raises(ValueError, match=r"^x: box"):
            checked([wrong], (64, 64, 3), "x")
    with pytest.raises(ValueError, match="no box"):
        checked([], (64, 64, 3), "x")


def test_a_picture_that_was_replaced_changes_the_checksum(tmp_path: Path, photonet) -> None:
    picture(tmp_path / THINGS[1] / "a.png", 0)
    before = annotated(tmp_path, photonet).checksum
    picture(tmp_path / THINGS[1] / "a.png", 0)
    assert annotated(tmp_path, photonet).checksum == before
    Image.new("RGB", (9, 9)).save(tmp_path / THINGS[1] / "a.png")
    assert annotated(tmp_path, photonet).checksum != before


def test_boxes_of_ilsvrc_and_voc_count_the_pixels_as_they_are_stored(tmp_path: Path, imagenet) -> None:
    """A photograph whose EXIF data say that it lies on its side: its boxes were drawn without turning it."""
    image, turned = Image.new("RGB", (64, 32)), Image.Exif()
    image.paste("red", (48, 0, 64, 32))
    turned[0x0112] = 6  # a quarter turn to the right
    box = (48, 0, 63, 31)
    root = ilsvrc(tmp_path / "ilsvrc", 1)
    note = root / "Annotations/CLS-LOC/val/ILSVRC2012_val_00000001.xml"
    note.write_text(xml(("n00000000", box)), "utf-8")
    image.save(root / "Data/CLS-LOC/val/ILSVRC2012_val_00000001.JPEG", exif=turned, quality=95)
    voc(tmp_path / "voc", 1)
    (tmp_path / "voc/Annotations/0000.xml").write_text(xml((THINGS[0], (49, 1, 64, 32))), "utf-8")
    image.save(tmp_path / "voc/JPEGImages/0000.jpg", exif=turned, quality=95)
    entry = {"file": "a.jpg", "label": 3, "boxes": [[48, 0, 64, 32]]}
    (tmp_path / "prepared/images").mkdir(parents=True)
    (tmp_path / "prepared/boxes.json").write_text(json.dumps([entry]), "utf-8")
    image.save(tmp_path / "prepared/images/a.jpg", exif=turned, quality=95)
    for layout in ("ilsvrc", "voc", "prepared"):
        truth = annotated(tmp_path / layout, imagenet).examples[0].truth()
        assert truth.image.shape == (32, 64, 3) and truth.boxes == ((48, 0, 64, 32),)
        assert truth.image[:, 48:, 0].mean() > 200 > 50 > truth.image[:, :48, 0].mean()
    folder = tmp_path / "labelled" / "goldfish"
    folder.mkdir(parents=True)
    image.save(folder / "a.jpg", exif=turned)
    assert annotated(tmp_path / "labelled", imagenet).examples[0].truth().image.shape == (64, 32, 3)  # for people


def test_cocos_kite_is_no_bird_and_its_cups_are_mugs_too(imagenet, photonet) -> None:
    coco = "person bicycle cup laptop kite mouse orange skateboard".split()
    found = {name: [imagenet.names[c] for c in classes_of(name, imagenet)] for name in coco}
    assert found["cup"] == ["coffee mug", "cup"] and found["laptop"] == ["laptop", "notebook"]
    assert found["kite"] == found["person"] == found["skateboard"] == [] and len(found["bicycle"]) == 2
    assert found["mouse"] == ["mouse"] and found["orange"] == ["orange"]
    assert classes_of("goldfish", imagenet) == (1,)  # no category of COCO
    assert classes_of("pizza", photonet) == (photonet.names.index("pizza"),) and classes_of("cup", photonet) == ()


def test_a_crowd_has_no_box_and_every_category_can_be_had(tmp_path: Path, photonet) -> None:
    made = coco(tmp_path)
    (bus, fish) = annotated(made, photonet).examples
    assert [one.thing for one in (bus, fish)] == ["school bus", "goldfish"]
    assert bus.truth().boxes == ((8, 8, 24, 24),) and bus.truth().mask.sum() == 16 * 16 + 10 * 10  # of one, and a crowd
    assert fish.truth().boxes == () and fish.truth().mask.sum() == 10 * 10
    found = annotated(made, photonet, every=True)
    assert {one.thing for one in found.examples} == {"school bus", "goldfish", "unicorn"}
    unicorn = next(one for one in found.examples if one.thing == "unicorn").truth()
    assert unicorn.classes == () and unicorn.mask.any()
    assert set(found.kinds) == {(photonet.names.index(name),) for name in ("school bus", "goldfish")}
