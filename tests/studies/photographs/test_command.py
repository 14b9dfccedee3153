"""The command on small data made here: every part is measured, stored, and not measured twice."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from support.coco_outlined import outlined_coco
from support.flickr_made import made_flickr8k
from support.photographers import photo_model, small_classifier
from support.talkers import ANSWERS, VOCABULARY

from gradcam_lib.datasets.coco_part import coco_part
from gradcam_lib.language.captioning import CaptionSystem
from gradcam_lib.language.question_answering import QuestionSystem
from gradcam_lib.language.systems import PHOTO_TRANSFORM
from gradcam_lib.networks.coattention import CoAttention
from gradcam_lib.networks.vqa import LSTMCNN
from gradcam_lib.results import read_results
from gradcam_lib.studies.ledger.entries import Table
from gradcam_lib.studies.ledger.evidence import Results
from gradcam_lib.studies.ledger.tables import photo_answers, photo_truth
from gradcam_lib.studies.photographs import __main__ as command
from gradcam_lib.studies.photographs import sizes, truths, world
from gradcam_lib.studies.photographs.sizes import Data, Subject, measured


@pytest.fixture
def data(tmp_path: Path) -> list[str]:
    coco = outlined_coco(tmp_path / "coco", 2)
    for kind in ("train2017", "annotations/instances_train2017.json", "annotations/captions_train2017.json"):
        (coco / kind).symlink_to(coco / kind.replace("train", "val"))
    flickr = made_flickr8k(tmp_path / "flickr8k", 72)
    return ["--coco", str(coco), "--data", str(flickr), "--runs", str(tmp_path), "--results", str(tmp_path)]


def test_all_that_has_masks_is_measured_and_stored(data, tmp_path, monkeypatch) -> None:
    captioner = CaptionSystem(photo_model().float(), VOCABULARY, "untrained", PHOTO_TRANSFORM)

    def answering(name: str) -> QuestionSystem:
        """Says "dog" to everything, or "yes": right where the animal is asked for, or whether something is there."""
        model = photo_model(CoAttention if name.endswith("coattention") else LSTMCNN).float()
        with torch.no_grad():
            model.output.bias[ANSWERS.index("yes" if name.endswith("photonet") else "dog")] += 100
        return QuestionSystem(model, VOCABULARY, "untrained", PHOTO_TRANSFORM, ANSWERS)

    monkeypatch.setattr(truths, "load_captioner", lambda name: captioner)
    monkeypatch.setattr(truths, "load_vqa", answering)
    monkeypatch.setattr(truths, "load_classifier", lambda name: small_classifier())
    monkeypatch.setattr("gradcam_lib.studies.photographs.classes.CLASSES", {"dog": [0, 1], "person": [3]})
    command.main(["--parts", *command.TRUTHS, "--said", "2", "--scenes", "1", *data])
    numbers = read_results("photo_truth", folder=tmp_path)
    assert numbers["n"] == 2 and json.dumps(numbers)
    words = numbers["words"]["photo"]
    assert numbers["words"]["photo-squeezenet"]["own"] == words["own"]  # here it is the same network
    assert list(words["training"]) == ["224", "320", "384", "448", "576"]
    best = max(words["training"].values(), key=lambda found: found["grad_cam"]["inside"]["value"])
    assert words["training"][str(words["chosen_size"])]["grad_cam"]["inside"] == best["grad_cam"]["inside"]
    assert {"guided_grad_cam", "two_nouns"} <= set(words["chosen"]) and words["said"]["own"]["same_caption"][
        "value"
    ] == 1
    assert numbers["answers"]["trust"]["all_questions"]["disagree"]["value"] == 1
    assert numbers["answers"]["photo"]["chosen"]["network"]["accuracy"]["value"] == pytest.approx(1 / 3, abs=1e-3)
    results = Results(tmp_path)
    shown = [v for room in (photo_truth, photo_answers) for v in vars(room).values() if isinstance(v, Table)]
    assert len(shown) == 7
    for table in shown:  # every number that the ledger shows is there
        assert "{" not in table.markdown(results)

    def refuse(*args, **more):
        raise AssertionError("measured twice")

    monkeypatch.setattr(truths, "study_words", refuse)
    monkeypatch.setattr(world, "SIZES", (128,))
    monkeypatch.setattr(world, "NETWORKS", ())
    command.main(["--parts", "words", "world", "--scenes", "1", "--said", "2", *data])
    again = read_results("photo_truth", folder=tmp_path)
    assert again["words"]["photo"] == words and again["classes"] == numbers["classes"]
    assert numbers["world"]["sizes"] == [128, 192, 256] and again["world"]["sizes"] == [128]


def test_the_smaller_of_two_sizes_as_good_is_chosen(data, tmp_path, monkeypatch) -> None:
    part, inside = coco_part(data[1]), {224: 0.0, 320: 1.0, 384: 0.0, 448: 1.0, 576: 0.0}
    monkeypatch.setattr(sizes, "checksum_of", lambda model: "key")

    def study(seen, picture, captions, size, fine):
        return {"grad_cam": {"inside": inside[size] if "dog" in seen.masks else 0.5, "empty": float(fine)}}

    subject = Subject("made", photo_model(), 224, lambda of: of.pictures, study)
    numbers, stored = measured(subject, Data(part, part, None, tmp_path))
    assert numbers["chosen_size"] == 320 and numbers["chosen"]["grad_cam"]["empty"]["value"] == 1
    assert stored == [{"grad_cam": {"inside": 1.0, "empty": 1.0}}] * 2
    assert numbers["training"]["448"] == {"grad_cam": {"inside": numbers["chosen"]["grad_cam"]["inside"]}}
