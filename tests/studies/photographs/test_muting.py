"""Measures without boxes, against cases whose truth is known: a score that is a patch, a map that is that patch."""

from __future__ import annotations

import json
from collections import defaultdict

import numpy as np
import pytest
import torch
from support.flickr_made import made_flickr8k
from support.photographers import photo_model, small_classifier
from support.talkers import ANSWERS, VOCABULARY
from torch import nn

from gradcam_lib.datasets.flickr8k import flickr8k
from gradcam_lib.datasets.photo_questions import Asked
from gradcam_lib.explanation import explain
from gradcam_lib.language.captioning import CaptionExplanation, CaptionSystem
from gradcam_lib.language.question_answering import QuestionSystem
from gradcam_lib.language.systems import PHOTO_TRANSFORM
from gradcam_lib.measures import muting as covering
from gradcam_lib.networks.coattention import CoAttention
from gradcam_lib.networks.vqa import LSTMCNN
from gradcam_lib.networks.zoo import Classifier
from gradcam_lib.pictures.images import to_input
from gradcam_lib.results import read_results
from gradcam_lib.studies.photographs import __main__ as command
from gradcam_lib.studies.photographs import muting, records

PICTURE = np.random.default_rng(0).integers(0, 256, (224, 224, 3), dtype=np.uint8)


class Corners(nn.Module):
    """Two scores: the sums of the upper left and of the lower right patch."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.stack((x[:, :, :32, :32].sum((1, 2, 3)), x[:, :, -32:, -32:].sum((1, 2, 3))), 1)


CORNERS = Classifier(Corners().eval(), ["first", "last"], "", "sums of two patches", PHOTO_TRANSFORM)


# -- muting ------------------------------------------------------------------------------------------------------------


def test_covering_a_patch_takes_away_what_lies_in_it():
    x = torch.ones(1, 3, 224, 224)
    D = covering.drops(CORNERS.model, x, covering.patches(224))
    expected = np.zeros((49, 2))
    expected[0, 0] = expected[48, 1] = 3 * 32 * 32
    assert np.allclose(D, expected)


def test_patches_cover_the_picture_once_and_means_follow_their_order():
    assert (np.sum(covering.patches(224), 0) == 1).all()
    heat = np.random.default_rng(0).random((224, 224))
    assert np.allclose(covering.on_patches(heat), [heat[region].mean() for region in covering.patches(224)])


def test_the_highest_places_are_a_fifth_and_lie_where_the_map_is_bright():
    heat = np.zeros((224, 224))
    heat[:100, :100] = 1  # as large as a fifth, nearly
    region = covering.highest(heat)
    assert region.sum() == round(0.2 * 224 * 224)
    assert region[:90, :90].all() and not region[130:, 130:].any()


def test_elsewhere_is_as_large_as_grad_cams_own_region_and_mostly_another():
    rng = np.random.default_rng(1)
    heat = np.zeros((224, 224))
    heat[:100, :100] = 1
    found = [covering.muted_regions({"grad_cam": heat}, rng) for _ in range(20)]
    assert {int(r["elsewhere"].sum()) for r in found} == {int(found[0]["grad_cam"].sum())}
    assert np.mean([(r["elsewhere"] & r["grad_cam"]).sum() / r["grad_cam"].sum() for r in found]) < 0.5


# -- the study ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("word, names, called", [
    ("ball", ["soccer ball", "ball bearing"], [0]), ("balls", ["soccer ball"], [0]), ("grass", ["gras"], []),
    ("dogs", ["hot dog"], [0, *range(151, 269)]), ("red", ["soccer ball"], []),
])  # fmt: skip
def test_a_word_calls_the_classes_that_end_in_it_and_a_dog_all_breeds(word, names, called):
    assert muting.classes_called(word, names) == called


def test_one_value_a_picture_is_averaged_and_what_is_not_finite_left_out():
    assert records.averaged({"m": {"a": [1.0, 3.0, float("nan")], "b": [float("nan")]}}) == {"m": {"a": 2.0}}
    told = records.summary([{"m": {"a": 1.0}}, {"m": {"a": 3.0, "b": 0.5}}])
    assert told["m"]["a"]["value"] == 2 and told["m"]["a"]["pictures"] == 2 and told["m"]["b"]["pictures"] == 1


def test_an_interrupted_study_goes_on_after_its_last_whole_line(tmp_path):
    made = []

    def study(i: int):
        made.append(i)
        return {"m": {"a": float(i)}}

    path = tmp_path / "runs" / "study.jsonl"
    whole = records.resumable(path, 4, study)
    path.write_bytes(path.read_bytes()[:-5])  # killed while the fourth line was written
    made.clear()
    assert records.resumable(path, 4, study) == whole and made == [3]


def test_a_caption_is_studied_word_by_word():
    captioner = CaptionSystem(photo_model().float(), VOCABULARY, "untrained", PHOTO_TRANSFORM)
    record = muting.study_caption(captioner, small_classifier(), PICTURE, 0)
    again = muting.study_caption(captioner, small_classifier(), PICTURE, 0)
    assert record == again
    assert record["grad_cam"]["error_of_the_words_sum"] < 1e-4
    drops = {method for method, by in record.items() if any(key.startswith("drop") for key in by)}
    assert drops >= {"grad_cam", "random", "elsewhere"}


def test_words_that_are_the_classes_agree_with_them_and_others_less():
    words = ["kite", "ball", "horse", "boat", "tower"]
    small = small_classifier()
    classifier = Classifier(small.model, words, small.layer, small.source, small.transform)
    x = to_input(PICTURE, PHOTO_TRANSFORM)
    e = CaptionExplanation(explain(classifier, x, pixels=True), words, [])  # each score of this caption is its class's
    D = covering.drops(classifier.model, x, covering.patches(224))
    means = defaultdict(lambda: defaultdict(list))
    muting._agreement(e, D, classifier, x, means, "float32")
    found = {who: means[who]["correlation_with_classifier"] for who in ("the_word", "occlusion", "other_words")}
    assert found["the_word"] and np.allclose(found["the_word"], 1) and np.allclose(found["occlusion"], 1)
    assert np.nanmean(found["other_words"]) < 0.99


@pytest.mark.parametrize("kind", [LSTMCNN, CoAttention])
def test_an_answer_is_studied_by_type_and_by_whether_it_is_right(kind):
    vqa = QuestionSystem(photo_model(kind).float(), VOCABULARY, "untrained", PHOTO_TRANSFORM, list(ANSWERS))
    asked = Asked(0, "what color is the kite", "no such answer", "colour")
    record = muting.study_answer(vqa, PICTURE, asked, 0)
    assert set(record["grad_cam"]) >= {"drop", "drop_colour", "drop_answered_wrong"}
    assert ("attention" in record) == (kind is CoAttention)
    assert record["grad_cam"]["drop"] == record["grad_cam"]["drop_colour"]


def test_the_command_writes_what_it_measured(tmp_path, monkeypatch):
    def captioner(name: str) -> CaptionSystem:
        return CaptionSystem(photo_model().float(), VOCABULARY, "untrained", PHOTO_TRANSFORM)

    def answering(name: str) -> QuestionSystem:
        kind = CoAttention if name.endswith("coattention") else LSTMCNN
        return QuestionSystem(photo_model(kind).float(), VOCABULARY, "untrained", PHOTO_TRANSFORM, list(ANSWERS))

    monkeypatch.setattr(muting, "load_captioner", captioner)
    monkeypatch.setattr(muting, "load_vqa", answering)
    monkeypatch.setattr(muting, "load_classifier", lambda name: small_classifier())
    data = made_flickr8k(tmp_path / "flickr8k", 72)
    more = ["--data", str(data), "--runs", str(tmp_path), "--results", str(tmp_path)]
    command.main(["--parts", "covered-captions", "--captioners", "photo", "--pictures", "2", *more])
    captions = read_results("photographs", folder=tmp_path)["captions"]
    command.main(["--parts", "covered-answers", "--pictures", "3", *more])
    numbers = read_results("photographs", folder=tmp_path)
    assert numbers["captions"] == captions  # what was measured before stays
    assert numbers["n"] == 3 and "drop" in numbers["photo"]["grad_cam"]
    assert json.dumps(numbers)  # plain numbers
    assert len(muting.one_question_a_picture(flickr8k(data), 3)) == 3
