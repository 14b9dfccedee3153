"""COCO's JSON: what is written is read, masks come back pixel by pixel, and every error says where."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from gradcam_lib.datasets import coco, rle
from gradcam_lib.datasets.coco import Caption, Category, Instance, Picture
from gradcam_lib.datasets.records import write_json

PICTURES = [Picture(7, "a.png", 4, 5), Picture(9, "b.png", 60, 40)]
DOG = Category(18, "dog", "animal")
CAPTIONS = [Caption(1, PICTURES[0], "a dog"), Caption(2, PICTURES[1], "zwei Bücher"), Caption(3, PICTURES[0], "dogs")]
masks = hnp.arrays(bool, hnp.array_shapes(min_dims=2, max_dims=2, max_side=20))


@pytest.fixture
def captions(tmp_path: Path) -> Path:
    coco.write_captions(tmp_path / "captions.json", CAPTIONS)
    return tmp_path / "captions.json"


@pytest.fixture
def instances(tmp_path: Path) -> Path:
    mask = np.zeros((5, 4), bool)
    mask[1:3, 1:3] = True
    thing = Instance(2, PICTURES[1], DOG, (10.5, 5, 20, 10), 200.0, [[10.5, 5, 30.5, 5, 30.5, 15, 10.5, 15]])
    coco.write_instances(tmp_path / "instances.json", [Instance.of_mask(1, PICTURES[0], DOG, mask), thing])
    return tmp_path / "instances.json"


def change(path: Path, place: tuple, value: object = None) -> None:
    """Set one field, or take it away."""
    content = json.loads(path.read_text(encoding="utf-8"))
    inner = content
    for key in place[:-1]:
        inner = inner[key]
    if value is None:
        del inner[place[-1]]
    else:
        inner[place[-1]] = value
    path.write_text(json.dumps(content), encoding="utf-8")


# -- masks


def test_runs_by_hand() -> None:
    mask = np.array([[1, 0, 0], [1, 1, 0]], bool)
    assert rle.encode(mask) == [0, 2, 1, 1, 2]  # down the columns: 1 1 | 0 1 | 0 0
    assert np.array_equal(rle.decode([0, 2, 1, 1, 2], (2, 3)), mask)


@given(masks)
def test_runs_come_back_as_the_mask(mask: np.ndarray) -> None:
    counts = rle.encode(mask)
    assert sum(counts) == mask.size and min(counts[1:], default=1) > 0
    assert np.array_equal(rle.decode(counts, mask.shape), mask)


@given(st.lists(st.integers(0, 10**6), max_size=20))
def test_compressed_runs_come_back(counts: list[int]) -> None:
    assert rle.decompress(compressed(counts)) == counts


def compressed(counts: list[int]) -> str:
    """The published writer, its differences and its letters one by one."""
    letters = []
    for i, count in enumerate(counts):
        value = count - counts[i - 2] if i > 2 else count
        while True:
            bits, value = value & 31, value >> 5
            last = value == (-1 if bits & 16 else 0)
            letters.append(chr(48 + bits + (0 if last else 32)))
            if last:
                break
    return "".join(letters)


def test_compressed_runs_of_the_coco_api() -> None:
    """The strings are those that pycocotools 2.0.11 makes of these two masks."""
    small, holed = np.zeros((5, 4), bool), np.zeros((40, 60), bool)
    small[1:3, 1:3] = True
    holed[5:30, 10:33] = True
    holed[12, 20] = False
    assert np.array_equal(rle.decode(rle.decompress("62304"), (5, 4)), small)
    text = "e<i0?000000000000000000^OB:>80000000000000000000000cQ1"
    assert np.array_equal(rle.decode(rle.decompress(text), (40, 60)), holed)


@pytest.mark.parametrize("text", ["6230\x7f", "é", "6230Q", "o" * 100])
def test_a_damaged_string_is_no_mask(text: str) -> None:
    with pytest.raises(ValueError, match="belongs to no run|cut short"):
        rle.decompress(text)


@pytest.mark.parametrize("counts", [[3, 2], [3, -1, 4], []])
def test_runs_must_fill_the_mask(counts: list[int]) -> None:
    with pytest.raises(ValueError, match="for 2 × 3"):
        rle.decode(counts, (2, 3))


def test_only_a_mask_is_encoded() -> None:
    with pytest.raises(ValueError, match="bool, such as mask > 0"):
        rle.encode(np.zeros((2, 2)))


def test_a_polygon_holds_the_pixels_whose_centre_it_holds(instances: Path) -> None:
    mask = coco.read_instances(instances)[1].mask()
    expected = np.zeros((40, 60), bool)
    expected[5:15, 11:30] = True  # its sides at 10.5 and 30.5 run through the centres of columns 10 and 30
    assert np.array_equal(mask[:, 11:30], expected[:, 11:30])
    assert not mask[:, :10].any() and not mask[:, 31:].any()


def test_polygons_are_united() -> None:
    thing = Instance(1, PICTURES[0], DOG, (0, 0, 4, 5), 2, [[0, 0, 1, 0, 1, 1, 0, 1], [3, 4, 4, 4, 4, 5, 3, 5]])
    assert np.argwhere(thing.mask()).tolist() == [[0, 0], [4, 3]]


@settings(max_examples=30)
@given(masks)
def test_an_instance_of_a_mask_knows_its_box_and_area(mask: np.ndarray) -> None:
    picture = Picture(1, "a.png", mask.shape[1], mask.shape[0])
    if not mask.any():
        with pytest.raises(ValueError, match="its mask is empty"):
            Instance.of_mask(1, picture, DOG, mask)
        return
    thing = Instance.of_mask(1, picture, DOG, mask)
    x0, y0, x1, y1 = thing.box
    assert np.array_equal(thing.mask(), mask) and thing.area == mask.sum() == mask[y0:y1, x0:x1].sum()
    assert mask[y0].any() and mask[y1 - 1].any() and mask[:, x0].any() and mask[:, x1 - 1].any()


def test_a_mask_of_another_size_is_refused() -> None:
    with pytest.raises(ValueError, match=r"\(3, 3\) for a.png: give \(5, 4\)"):
        Instance.of_mask(1, PICTURES[0], DOG, np.ones((3, 3), bool))


# -- files


def test_captions_come_back(captions: Path) -> None:
    assert coco.read_captions(captions) == CAPTIONS
    assert coco.read_images(captions) == PICTURES
    assert [p.name for p in captions.parent.iterdir()] == ["captions.json"]  # nothing half-written stays behind


def test_instances_come_back(instances: Path) -> None:
    things = coco.read_instances(instances)
    assert [(t.id, t.image, t.category, t.iscrowd) for t in things] == [
        (1, PICTURES[0], DOG, 0),
        (2, PICTURES[1], DOG, 0),
    ]
    assert things[0].box == (1, 1, 3, 3) and things[0].area == 4 and things[0].mask().sum() == 4
    assert things[1].box == (10.5, 5, 30.5, 15)
    coco.write_instances(instances, things)
    assert coco.read_instances(instances) == things


def test_compressed_strings_are_read_from_files(instances: Path) -> None:
    change(instances, ("annotations", 0, "segmentation", "counts"), "62304")
    assert coco.read_instances(instances)[0].segmentation == {"size": [5, 4], "counts": [6, 2, 3, 2, 7]}


def test_pictures_without_annotation_are_kept(tmp_path: Path) -> None:
    coco.write_captions(tmp_path / "c.json", CAPTIONS[:1], pictures=PICTURES, info={"description": "two"})
    assert coco.read_images(tmp_path / "c.json") == PICTURES
    content = json.loads((tmp_path / "c.json").read_text(encoding="utf-8"))
    assert set(content) == {"info", "licenses", "images", "annotations"} and content["info"] == {"description": "two"}


def test_pictures_are_found_in_their_folder(captions: Path, tmp_path: Path) -> None:
    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures" / "a.png").touch()
    with pytest.raises(FileNotFoundError, match=r"captions.json: images\[1\]: file_name: no b.png in .*images=None"):
        coco.read_captions(captions, tmp_path / "pictures")
    (tmp_path / "pictures" / "b.png").touch()
    assert coco.read_captions(captions, tmp_path / "pictures")[1].image.path == tmp_path / "pictures" / "b.png"
    with pytest.raises(FileNotFoundError, match="no such folder"):
        coco.read_captions(captions, tmp_path / "photos")
    change(captions, ("images", 0, "file_name"), "../captions.json")
    with pytest.raises(ValueError, match=r"images\[0\].*leaves"):
        coco.read_captions(captions, tmp_path / "pictures")


def test_two_things_do_not_share_an_id(captions: Path) -> None:
    with pytest.raises(ValueError, match="two annotations of id 1"):
        coco.write_captions(captions, [CAPTIONS[0], CAPTIONS[0]])
    with pytest.raises(ValueError, match="id 7 is both"):
        coco.write_captions(captions, CAPTIONS, pictures=[Picture(7, "c.png", 1, 1)])
    assert coco.read_captions(captions) == CAPTIONS  # and the file stands as it stood


def test_what_cannot_be_written_leaves_the_old_file(captions: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for text in (float("nan"), "\ud800", object()):
        with pytest.raises(ValueError, match="not written"):
            coco.write_captions(captions, [Caption(1, PICTURES[0], text)])

    def full(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match="disk full"):
        coco.write_captions(captions, CAPTIONS[:1])
    assert coco.read_captions(captions) == CAPTIONS
    assert [p.name for p in captions.parent.iterdir()] == ["captions.json"]


def test_one_path_is_not_given_twice(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="given for two files"):
        write_json((tmp_path / "a.json", {}), (tmp_path / "a.json", {}))


@pytest.mark.parametrize("text", ["", "{", '{"images": [1, 2', "P6 4 4", "[" * 100_000, "\ufffe", "{]"])
def test_what_is_no_json_is_called_so(tmp_path: Path, text: str) -> None:
    (tmp_path / "c.json").write_bytes(text.encode("utf-16") if text == "\ufffe" else text.encode())
    with pytest.raises(ValueError, match=r"c\.json: not JSON, or cut short .*again"):
        coco.read_captions(tmp_path / "c.json")


def test_cut_anywhere_a_file_is_refused(captions: Path) -> None:
    whole = captions.read_bytes()
    for length in range(0, len(whole) - 2, 7):
        captions.write_bytes(whole[:length])
        with pytest.raises(ValueError, match=r"captions\.json: not JSON, or cut short"):
            coco.read_captions(captions)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"c\.json: no such file"):
        coco.read_captions(tmp_path / "c.json")


@pytest.mark.parametrize(
    ("place", "value", "error"),
    [
        (("annotations",), None, r"captions\.json: no 'annotations'; it has info, licenses, images"),
        (("annotations",), {}, r"captions\.json: annotations=\{\}: write a list"),
        (("annotations", 2), 5, r"captions\.json: annotations\[2\]: 5 is no record"),
        (("annotations", 2, "image_id"), None, r"captions\.json: annotations\[2\]: no 'image_id'"),
        (("annotations", 2, "image_id"), "7", r"annotations\[2\]: image_id='7': write a whole number"),
        (("annotations", 2, "image_id"), True, r"annotations\[2\]: image_id=True: write a whole number"),
        (("annotations", 2, "image_id"), 8, r"annotations\[2\]: image_id=8 is none of the 2 ids in 'images'"),
        (("annotations", 2, "caption"), 1.5, r"annotations\[2\]: caption=1.5: write a text"),
        (("annotations", 2, "id"), 1, r"annotations\[2\]: id=1 is that of .*annotations\[0\] already"),
        (("images", 0, "width"), 0, r"images\[0\]: width=0: write a whole number from 1"),
        (("images", 1, "id"), 7, r"images\[1\]: id=7 is that of .*images\[0\] already"),
        (("images", 1, "file_name"), None, r"images\[1\]: no 'file_name'; it has id, width, height"),
    ],
)
def test_bad_captions_are_named(captions: Path, place: tuple, value: object, error: str) -> None:
    change(captions, place, value)
    with pytest.raises(ValueError, match=error):
        coco.read_captions(captions)


@pytest.mark.parametrize(
    ("place", "value", "error"),
    [
        (("categories",), None, r"instances\.json: no 'categories'"),
        (("categories", 0, "supercategory"), 3, r"categories\[0\]: supercategory=3: write a text"),
        (("annotations", 0, "category_id"), 3, r"category_id=3 is none of the 1 ids in 'categories'"),
        (("annotations", 0, "bbox"), [1, 2, 3], r"annotations\[0\]: bbox=\[1, 2, 3\]: write \[x, y, width, height\]"),
        (("annotations", 0, "bbox"), [1, 2, 3, -1], r"width and height 0 or more"),
        (("annotations", 0, "bbox"), [1, 2, 3, float("nan")], r"bbox=.*: write a list of numbers"),
        (("annotations", 0, "bbox"), "all", r"bbox='all': write a list of numbers"),
        (("annotations", 0, "area"), -1, r"area=-1: write a number from 0"),
        (("annotations", 0, "iscrowd"), 2, r"iscrowd=2: write 0"),
        (("annotations", 0, "segmentation"), None, r"annotations\[0\]: no 'segmentation'"),
        (("annotations", 0, "segmentation"), [], r"segmentation=\[\]: write polygons"),
        (("annotations", 0, "segmentation"), [[1, 2, 3, 4]], r"of three corners or more"),
        (("annotations", 0, "segmentation", "size"), [4, 5], r"segmentation: size=.*\[height, width\] = \[5, 4\]"),
        (("annotations", 0, "segmentation", "counts"), [20, 1], r"segmentation: counts=\[20, 1\].*add up to 20"),
        (("annotations", 0, "segmentation", "counts"), [1.5, 18.5], r"write whole numbers"),
        (("annotations", 0, "segmentation", "counts"), "6230", r"counts=\[6, 2, 3, 2\]: write .*add up to 20"),
        (("annotations", 0, "segmentation", "counts"), "\n", r"segmentation: counts: letter '\\n' at 0"),
        (("annotations", 0, "segmentation", "counts"), None, r"segmentation: no 'counts'; it has size"),
    ],
)
def test_bad_instances_are_named(instances: Path, place: tuple, value: object, error: str) -> None:
    change(instances, place, value)
    with pytest.raises(ValueError, match=error):
        coco.read_instances(instances)
