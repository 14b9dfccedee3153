"""Answers and classes against masks, and whom to trust: small cases whose truth is known."""

from __future__ import annotations

import numpy as np
import pytest
from support.coco_outlined import outlined_coco
from support.photographers import photo_model, small_classifier
from support.talkers import ANSWERS, VOCABULARY

from gradcam_lib.datasets import coco_classes
from gradcam_lib.datasets.coco_part import coco_part
from gradcam_lib.datasets.coco_words import NAMES
from gradcam_lib.explanation import explain
from gradcam_lib.language.question_answering import QuestionSystem
from gradcam_lib.language.systems import PHOTO_TRANSFORM
from gradcam_lib.networks.coattention import CoAttention
from gradcam_lib.networks.squeezenet import imagenet_names
from gradcam_lib.networks.vqa import LSTMCNN
from gradcam_lib.studies.photographs import answers, classes, truth
from gradcam_lib.studies.photographs.trust import trust

CAPTIONS = ["a dog is running", "the dog runs by a man", "a man with a dog", "a man walks his dog", "one dog, one man"]


@pytest.fixture(scope="module")
def part(tmp_path_factory):
    return coco_part(outlined_coco(tmp_path_factory.mktemp("coco")))


@pytest.fixture(scope="module")
def seen(part):
    return truth.seen_in(part, part.pictures[0])


def system(kind: type) -> QuestionSystem:
    return QuestionSystem(photo_model(kind).float(), VOCABULARY, "untrained", PHOTO_TRANSFORM, [*ANSWERS, "1"][-5:])


# -- answers -----------------------------------------------------------------------------------------------------------


def test_questions_about_what_has_a_mask() -> None:
    found = answers.about_things(CAPTIONS, {"dog", "person"}, {"yes", "no", "dog", "1", "running"})
    assert ("what animal is there?", "dog", "object", "dog") in found  # the answer is the thing
    assert ("how many dogs are there?", "1", "count", "dog") in found  # the question names it
    assert all(answer != "no" for _, answer, _, _ in found)
    assert {of for *_, of in answers.about_things(CAPTIONS, {"person"}, {"yes", "dog", "1"})} <= {"person"}
    assert all(answer != "1" for _, answer, _, _ in answers.about_things(CAPTIONS, {"dog", "person"}, {"yes", "dog"}))


@pytest.mark.parametrize("kind", [LSTMCNN, CoAttention])
def test_rows_hold_what_the_network_says_at_its_own_size_and_its_maps_at_another(kind, seen, monkeypatch) -> None:
    vqa, scored = system(kind), []
    score = truth.score
    monkeypatch.setattr(answers, "score", lambda heat, mask: scored.append(heat) or score(heat, mask))
    rows = answers.study_answers(vqa, seen, CAPTIONS, 448)
    assert {row["category"] for row in rows} == {"dog", "person"}
    of = 3 if kind is CoAttention else 2
    for row, heat, true in zip(rows, scored[::of], scored[1::of], strict=True):
        picture = vqa.picture(seen.input(vqa, 448))
        x = seen.input(vqa, 224)
        assert vqa.asked(row["question"]).top(x, 1)[0] == pytest.approx((row["predicted"], row["probability"]))
        assert np.allclose(heat, truth.stretched(vqa.explain(picture, row["question"], row["predicted"], size=448)),
                           atol=1e-5)  # fmt: skip
        assert np.allclose(true, truth.stretched(vqa.explain(picture, row["question"], row["answer"], size=448)),
                           atol=1e-5)  # fmt: skip
    assert ("attention" in rows[0]["scores"]) == (kind is CoAttention)


def test_a_picture_without_questions_has_no_rows(seen) -> None:
    assert answers.study_answers(system(LSTMCNN), seen, ["nothing"], 224) == []
    assert answers.record_of([]) == {}


def test_right_and_wrong_answers_are_kept_apart() -> None:
    def row(right: bool, inside: float) -> dict:
        return {"right": right, "type": "count", "scores": {"grad_cam": {"inside": inside, "inside_things": inside}}}

    record = answers.record_of([row(True, 1.0), row(False, 0.0), row(False, 1.0)])
    of = record["grad_cam"]
    assert record["network"]["accuracy"] == pytest.approx(1 / 3) == record["network"]["accuracy_count"]
    assert (of["inside"], of["inside_answered_right"], of["inside_answered_wrong"]) == (pytest.approx(2 / 3), 1, 0.5)
    assert "inside_things_answered_right" not in of


def test_the_middle_is_compared_question_by_question() -> None:
    def row(own: float, middle: float) -> dict:
        scores = {"grad_cam": dict.fromkeys(truth.PAIRED, own), "centre": dict.fromkeys(truth.PAIRED, middle)}
        return {"right": True, "type": "count", "scores": scores}

    record = answers.record_of([row(1.0, 0.0), row(0.0, 0.5)])
    assert record["less_the_middle"] == {measure: pytest.approx(0.25) for measure in truth.PAIRED}
    assert "attention_less_the_middle" not in record


# -- whom to trust -----------------------------------------------------------------------------------------------------


def said(predicted: str, right: bool, probability: float, inside: float, question: str = "q") -> dict:
    scores = {"grad_cam": {"inside": inside, "density": 1 + inside}}
    return {"question": question, "predicted": predicted, "right": right, "probability": probability,
            "maximum": probability, "scores": scores}  # fmt: skip


def test_the_map_that_points_at_the_thing_is_trusted() -> None:
    """Pointing finds the right one both times, probability once; two of six answers are right."""
    first = [[said("a", True, 0.9, 1)], [said("b", False, 0.5, 0)], [said("c", False, 0.2, 0)]]
    second = [[said("b", False, 0.9, 0)], [said("a", True, 0.5, 1)], [said("b", False, 0.2, 0)]]
    numbers = trust([first, second], ["one", "two", "three"])
    rules = {name: found["value"] for name, found in numbers["rules"].items()}
    assert rules["points_at_the_thing"] == rules["density_on_the_thing"] == 1
    assert rules["probability"] == rules["highest_map"] == 0.5 and rules["chance"] == pytest.approx(1 / 3, abs=1e-3)
    assert numbers["minus_probability"]["points_at_the_thing"]["value"] == 0.5
    assert numbers["minus_best_network"]["points_at_the_thing"]["value"] == 0.5  # the best is right once
    assert numbers["all_questions"]["disagree"]["value"] == 1 and numbers["disputed_questions"] == 2


def test_where_all_are_right_or_all_are_wrong_there_is_nothing_to_choose() -> None:
    agreed = [[said("a", True, 0.9, 1)]] * 3
    wrong = [[said(answer, False, 0.9, 1)] for answer in "xyz"]
    numbers = trust([agreed, wrong], ["one", "two", "three"])
    assert numbers["disputed_questions"] == 0 and "rules" not in numbers and numbers["questions"] == 2
    assert numbers["all_questions"]["disagree"]["value"] == 0.5


def test_questions_that_one_network_was_not_asked_do_not_count() -> None:
    more = [said("a", True, 0.9, 1), said("a", True, 0.9, 1, "another")]
    tied = [[more[1], more[0]], [said("b", False, 0.9, 1)], [said("c", False, 0.1, 0)]]
    numbers = trust([tied], ["one", "two", "three"])
    assert numbers["questions"] == 1
    assert numbers["rules"]["points_at_the_thing"]["value"] == 0.5 == numbers["rules"]["probability"]["value"]


# -- classes -----------------------------------------------------------------------------------------------------------


def test_classes_belong_to_categories_of_coco_and_to_one_alone() -> None:
    every = [c for of in coco_classes.CLASSES.values() for c in of]
    assert set(coco_classes.CLASSES) < set(NAMES) and len(set(every)) == len(every)
    names = imagenet_names()
    assert [names[c] for c in coco_classes.CLASSES["laptop"]] == ["laptop", "notebook"]
    assert names[coco_classes.CLASSES["dog"][0]] == "Chihuahua" and len(coco_classes.CLASSES["dog"]) == 118


@pytest.fixture
def two_classes(monkeypatch):
    monkeypatch.setattr(classes, "CLASSES", {"dog": [0, 1], "person": [3]})
    return small_classifier()


def test_a_thing_is_asked_for_by_the_likeliest_of_its_classes(two_classes, seen, monkeypatch) -> None:
    scored = []
    score = truth.score
    monkeypatch.setattr(classes, "score", lambda heat, mask: scored.append((heat, mask)) or score(heat, mask))
    record = classes.study_classes(two_classes, seen, 224, fine=True)
    e = explain(two_classes, seen.input(two_classes, 224))
    dog = int(e.logits[0, :2].argmax())
    found = [heat for heat, mask in scored if mask is seen.masks["dog"]]
    assert np.allclose(found[0], truth.stretched(e.map(dog)[0]), atol=1e-6)
    assert set(record) >= {"grad_cam", "saliency", "guided_backprop", "guided_grad_cam", "centre", "two_classes"}
    assert record["uniform"]["energy"] == pytest.approx(np.mean([seen.masks[k].mean() for k in ("dog", "person")]))


def test_pictures_without_any_of_the_classes_are_left_out(two_classes, part, seen) -> None:
    assert len(classes.with_classes(part)) == 3
    assert classes.study_classes(two_classes, truth.Seen(seen.part, {"kite": seen.masks["kite"]}), 224) == {}
