"""Scenes written as COCO and VQA v2 files come back as they were."""

import numpy as np
import pytest
from PIL import Image

from gradcam_lib.datasets import coco, vqa_v2
from gradcam_lib.worlds import export, scenes

SEEDS = (3, 2**40 + 1, 77)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("world")
    export.export(SEEDS, folder)
    return folder


def test_pictures_and_captions_come_back(folder):
    told = coco.read_captions(folder / "captions.json", folder / "images")
    assert [c.text for c in told] == [s for seed in SEEDS for s, _ in scenes.captions(scenes.sample(seed))]
    for seed, picture in zip(SEEDS, coco.read_images(folder / "captions.json", folder / "images"), strict=True):
        assert np.array_equal(np.asarray(Image.open(picture.path)), scenes.render(scenes.sample(seed)).image)


def test_masks_and_boxes_come_back(folder):
    found = coco.read_instances(folder / "instances.json")
    expected = []
    for seed in SEEDS:
        scene = scenes.sample(seed)
        picture = scenes.render(scene)
        expected += [(t.kind, picture.masks[t.id], picture.boxes[t.id]) for t in scene.things if t.id in picture.boxes]
    assert len(found) == len(expected)
    for instance, (kind, mask, box) in zip(found, expected, strict=True):
        assert instance.category.name == kind and instance.box == box
        assert np.array_equal(instance.mask(), mask)


def test_questions_come_back_with_ten_agreeing_answers(folder):
    found = vqa_v2.read(folder / "questions.json", folder / "annotations.json", folder / "images")
    asked = [q for seed in SEEDS for q in scenes.questions(scenes.sample(seed))]
    assert [(q.question, q.multiple_choice_answer) for q in found] == [(q, a) for q, a, _, _ in asked]
    assert {q.answer_type for q in found} == {"yes/no", "number", "other"}
    assert all(q.accuracy(q.multiple_choice_answer) == 1 for q in found)


def test_no_scenes_is_an_error(tmp_path, capsys):
    with pytest.raises(SystemExit):
        export.main([str(tmp_path / "new"), "--scenes", "0"])
    assert "--scenes 0" in capsys.readouterr().err and not (tmp_path / "new").exists()
