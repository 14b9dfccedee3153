"""The studies of captions and answers: what they count, on networks that know nothing and on maps that know all."""

import numpy as np
import pytest
import torch

from gradcam_lib.language.captioning import load_captioner
from gradcam_lib.language.question_answering import load_vqa
from gradcam_lib.language.systems import save_system
from gradcam_lib.measures.localize import centre_gaussian, inside_outside
from gradcam_lib.networks import slim
from gradcam_lib.networks.captioner import Captioner
from gradcam_lib.networks.coattention import CoAttention
from gradcam_lib.networks.vocabulary import Vocabulary
from gradcam_lib.networks.vqa import LSTMCNN
from gradcam_lib.results import read_results
from gradcam_lib.studies import captions, questions
from gradcam_lib.worlds import scenes
from gradcam_lib.worlds.questions import ANSWERS


@pytest.fixture(scope="module")
def untrained(tmp_path_factory):
    """Systems with random weights, in a folder."""
    folder = tmp_path_factory.mktemp("untrained")
    torch.manual_seed(0)
    drawn = [scenes.sample(seed) for seed in range(300)]
    words = Vocabulary.of(s for scene in drawn for s, _ in scenes.captions(scene))
    save_system(Captioner(slim.slim_vgg16(), len(words)), folder / "captioner_world.safetensors", words)
    words = Vocabulary.of(q for scene in drawn for q, *_ in scenes.questions(scene))
    for name, kind, cnn in (
        ("alexnet", LSTMCNN, slim.slim_alexnet),
        ("vgg16", LSTMCNN, slim.slim_vgg16),
        ("vgg19", LSTMCNN, slim.slim_vgg19),
        ("coattention", CoAttention, slim.slim_resnet),
    ):
        path = folder / f"vqa_world_{name}.safetensors"
        save_system(kind(cnn(), len(words), len(ANSWERS)), path, words, answers=list(ANSWERS))
    return folder


def test_inside_outside_by_hand():
    heat = np.zeros((4, 4))
    heat[:2, :2], heat[3, 3] = 3, 6
    assert inside_outside(heat, (0, 0, 2, 2)) == pytest.approx(3 / (6 / 12))
    assert inside_outside(np.ones((4, 4)), (1, 1, 3, 3)) == 1
    assert inside_outside(np.pad(np.ones((2, 2)), 1), (1, 1, 3, 3)) == float("inf")
    assert np.isnan(inside_outside(np.zeros((4, 4)), (0, 0, 2, 2)))


def test_the_centre_gaussian_is_highest_in_the_middle_and_symmetric():
    heat = centre_gaussian(8)
    assert heat.max() == heat[3, 3] == heat[4, 4] and np.allclose(heat, heat.T) and np.allclose(heat, heat[::-1])


def test_the_questions_are_of_all_types_and_about_what_can_be_seen():
    asked = questions.one_question_a_scene(30)
    assert [a.kind for a in asked[:6]] == list(questions.TYPES)
    covered = asked[:: questions.COVERED]
    assert {a.kind for a in covered} == set(questions.TYPES)
    assert all(a.mask.sum() >= questions.SMALLEST for a in asked)
    again = questions.one_question_a_scene(30)
    assert all(np.array_equal(a.image, b.image) and a.question == b.question for a, b in zip(asked, again, strict=True))


def test_a_map_that_knows_the_truth_hits_every_time(untrained, monkeypatch):
    asked = questions.one_question_a_scene(6)
    truth = iter([one.mask.astype(float) for one in asked])
    monkeypatch.setattr(questions, "maps_of", lambda *a: {"grad_cam": next(truth)})
    monkeypatch.setattr(questions, "_faithfulness", lambda *a: {})
    vqa = load_vqa("world-alexnet", weights=untrained / "vqa_world_alexnet.safetensors")
    numbers, right, pointed = questions.study_one(vqa, asked, "truth")
    assert numbers["grad_cam"]["pointing_game"]["value"] == 1 and all(pointed)
    assert numbers["accuracy"]["value"] == pytest.approx(np.mean(right), abs=1e-4)


def test_the_study_of_captions_counts_words_and_adds_them_up(untrained, tmp_path, monkeypatch):
    monkeypatch.setenv("GRADCAM_WEIGHTS", str(untrained))
    captions.main(["--scenes", "8", "--results", str(tmp_path)])
    numbers = read_results("captioning", folder=tmp_path)
    assert numbers["n"] == 8 and numbers["words"] > 50 and numbers["named_things"] >= 8
    assert numbers["largest_error_of_the_words_sum"] < 1e-5
    for method in ("grad_cam", "guided_backprop", "guided_grad_cam", "centre", "random"):
        hits = numbers[method]["pointing_game"]
        assert 0 <= hits["low"] <= hits["value"] <= hits["high"] <= 1
        assert numbers[method]["inside_outside_ratio"]["value"] > 0
    assert numbers["centre"]["empty"]["value"] == 0


def test_the_study_of_answers_knows_all_systems(untrained, tmp_path, monkeypatch):
    monkeypatch.setenv("GRADCAM_WEIGHTS", str(untrained))
    monkeypatch.setattr(questions, "COVERED", 6)
    options = ["--scenes", "6", "--runs", str(tmp_path), "--results", str(tmp_path)]
    questions.main(options)
    numbers = read_results("question_answering", folder=tmp_path)
    assert numbers["covered_questions"] == 1
    for name in questions.SYSTEMS:
        assert -1 <= numbers[name]["grad_cam"]["correlation_with_occlusion"]["value"] <= 1
        assert ("attention" in numbers[name]) == (name == "coattention")
    assert 0 <= numbers["cnns"]["disagree"]["value"] <= 1
    monkeypatch.setattr(questions, "study_one", None)  # what is done is not done again
    questions.main(options)
    assert read_results("question_answering", folder=tmp_path) == numbers


def test_a_method_that_sees_only_noise_is_uniform_on_average(untrained):
    captioner = load_captioner("world", weights=untrained / "captioner_world.safetensors")
    scene = scenes.sample(5)
    e = captioner.explain(scenes.render(scene).image, scenes.captions(scene)[0][0])
    rng = np.random.default_rng(0)
    ratios = [inside_outside(captions.maps_of(e, 0, rng)["random"], (30, 30, 90, 90)) for _ in range(60)]
    assert np.mean(ratios) == pytest.approx(1, abs=0.05)
