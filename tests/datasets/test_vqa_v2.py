"""VQA v2's two files: what is written is read, what does not fit is named, and the accuracy is the published one."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradcam_lib.datasets import vqa_v2
from gradcam_lib.datasets.vqa_v2 import QUESTION_TYPES, Answer, Question, accuracy, normalised, question_type

ANSWERS = tuple(Answer("red" if i else "pink", i + 1, "yes" if i else "maybe") for i in range(10))
QUESTIONS = [
    Question(420, 42, "What colour is the “hat”?", "what colour is the", "other", "red", ANSWERS),
    Question(421, 42, "How many dogs are there?", "how many", "number", "2", (Answer("2", 1), Answer("two", 2))),
    Question(70, 7, "Is it raining?", "is it", "yes/no", "no", (Answer("no", 1),)),
]


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    both = tmp_path / "questions.json", tmp_path / "annotations.json"
    vqa_v2.write(*both, QUESTIONS, data_subtype="val2014")
    return both


def test_questions_come_back(files: tuple[Path, Path]) -> None:
    assert vqa_v2.read(*files) == QUESTIONS
    assert sorted(p.name for p in files[0].parent.iterdir()) == ["annotations.json", "questions.json"]


def test_the_files_have_the_published_fields(files: tuple[Path, Path]) -> None:
    questions, annotations = (json.loads(path.read_text(encoding="utf-8")) for path in files)
    both = {"info", "license", "data_type", "data_subtype"}
    assert set(questions) == both | {"task_type", "questions"} and set(annotations) == both | {"annotations"}
    assert set(questions["questions"][0]) == {"image_id", "question", "question_id"}
    fields = "question_id image_id question_type answer_type multiple_choice_answer answers"
    assert set(annotations["annotations"][0]) == set(fields.split())
    assert annotations["annotations"][0]["answers"][0] == {
        "answer": "pink",
        "answer_confidence": "maybe",
        "answer_id": 1,
    }


def test_pictures_are_found_by_their_number(files: tuple[Path, Path], tmp_path: Path) -> None:
    folder = tmp_path / "val2014"
    folder.mkdir()
    assert vqa_v2.image_name(42, "val2014") == "COCO_val2014_000000000042.jpg"
    (folder / "COCO_val2014_000000000042.jpg").touch()
    with pytest.raises(FileNotFoundError, match=r"questions\.json: questions\[2\]: image_id=7: no COCO_val2014_0{11}7"):
        vqa_v2.read(*files, images=folder)
    (folder / "000000000007.jpg").touch()
    paths = [question.path for question in vqa_v2.read(*files, images=folder)]
    assert [path.name for path in paths] == ["COCO_val2014_000000000042.jpg"] * 2 + ["000000000007.jpg"]


def test_two_questions_do_not_share_an_id(files: tuple[Path, Path]) -> None:
    with pytest.raises(ValueError, match="two questions of question_id 70"):
        vqa_v2.write(*files, [QUESTIONS[2], QUESTIONS[2]], data_subtype="val2014")
    with pytest.raises(ValueError, match="given for two files"):
        vqa_v2.write(files[0], files[0], QUESTIONS, data_subtype="val2014")
    assert vqa_v2.read(*files) == QUESTIONS


@pytest.mark.parametrize(
    ("which", "place", "value", "error"),
    [
        (0, ("questions",), None, r"questions\.json: no 'questions'"),
        (0, ("data_subtype",), None, r"questions\.json: no 'data_subtype'"),
        (0, ("questions", 1, "question"), None, r"questions\.json: questions\[1\]: no 'question'; it has image_id"),
        (
            0,
            ("questions", 1, "question_id"),
            420,
            r"questions\[1\]: question_id=420 is that of .*questions\[0\] already",
        ),
        (
            0,
            ("questions", 1, "question_id"),
            5,
            r"questions\[1\]: question_id=5 has no annotation in .*annotations\.json",
        ),
        (0, ("questions", 1), None, r"annotations\.json: annotations\[1\]: question_id=421 has no question in"),
        (0, ("questions", 2, "image_id"), 8, r"annotations\[2\]: image_id=7, but .*questions\[2\] is about 8"),
        (0, ("questions", 2, "image_id"), "7", r"questions\[2\]: image_id='7': write a whole number"),
        (1, ("annotations", 0, "answer_type"), None, r"annotations\[0\]: no 'answer_type'"),
        (1, ("annotations", 0, "answers"), "red", r"annotations\[0\]: answers='red': write a list"),
        (1, ("annotations", 0, "answers", 3), "red", r"annotations\[0\]: answers\[3\]: 'red' is no record"),
        (1, ("annotations", 0, "answers", 3, "answer"), 3, r"answers\[3\]: answer=3: write a text"),
    ],
)
def test_bad_files_are_named(files: tuple[Path, Path], which: int, place: tuple, value: object, error: str) -> None:
    content = json.loads(files[which].read_text(encoding="utf-8"))
    inner = content
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = value
    if value is None:
        del inner[place[-1]]
    files[which].write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(ValueError, match=error):
        vqa_v2.read(*files)


def test_cut_or_missing_files_are_named(files: tuple[Path, Path]) -> None:
    files[1].write_bytes(files[1].read_bytes()[:-20])
    with pytest.raises(ValueError, match=r"annotations\.json: not JSON, or cut short"):
        vqa_v2.read(*files)
    files[1].unlink()
    with pytest.raises(FileNotFoundError, match=r"annotations\.json: no such file"):
        vqa_v2.read(*files)


# -- question types


def test_there_are_65_question_types() -> None:
    assert len(QUESTION_TYPES) == len(set(QUESTION_TYPES)) == 65 and QUESTION_TYPES[-1] == "none of the above"


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("What color is the hat?", "what color is the"),
        ("What color is this hat?", "what color is"),
        ("What colors are there?", "what"),
        ("How many people are in the boat?", "how many people are in"),
        ("How many dogs are there?", "how many"),
        ("is there a dog?", "is there a"),
        ("Is there any dog?", "is there"),
        ("Is it raining?", "is it"),
        ("Is its tail black?", "is"),
        ("What is the man doing?", "what is the man"),
        ("What is the mane like?", "what is the"),
        (" What   sport is this?", "what sport is"),
        ("Whose dog runs?", "none of the above"),
        ("Why?", "why"),
        ("?", "none of the above"),
    ],
)
def test_the_type_is_the_longest_beginning_in_whole_words(question: str, expected: str) -> None:
    assert question_type(question) == expected


# -- accuracy


@pytest.mark.parametrize(("people", "worth"), [(0, 0), (1, 0.3), (2, 0.6), (3, 0.9), (4, 1), (10, 1)])
def test_accuracy_by_hand(people: int, worth: float) -> None:
    # three of ten: leaving out one of the three leaves 2/3, leaving out one of the seven leaves 1: (3 · 2/3 + 7) / 10
    assert accuracy("red", ["red"] * people + ["blue"] * (10 - people)) == pytest.approx(worth)


@given(st.lists(st.sampled_from(["red", "blue", "2"]), min_size=10, max_size=10))
def test_accuracy_is_the_mean_over_all_nine_of_ten(answers: list[str]) -> None:
    nines = [min(nine.count("red") / 3, 1) for nine in itertools.combinations(answers, 9)]
    assert accuracy("red", answers) == pytest.approx(sum(nines) / 10)


def test_a_question_scores_its_answer() -> None:
    assert QUESTIONS[0].accuracy("Red.") == 1 and QUESTIONS[0].accuracy("a pink") == pytest.approx(0.3)


@pytest.mark.parametrize("answers", [[], "red"])
def test_accuracy_needs_answers(answers: object) -> None:
    with pytest.raises(ValueError, match="give a list of answers"):
        accuracy("red", answers)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("The two T-shirts!", "2 t shirts"),
        ("None", "0"),
        ("1,000", "1000"),
        ("red,blue", "red blue"),
        ("3.5 m.", "3.5 m"),
        ("U.S.A.", "usa"),
        ("2:50 pm", "2:50 pm"),
        ("a girl’s", "girl's"),
        ("dont", "don't"),
        (" on\tthe\nleft ", "on left"),
        ("the", ""),
    ],
)
def test_answers_are_normalised(answer: str, expected: str) -> None:
    assert normalised(answer) == expected


@given(st.text())
def test_what_is_normalised_stays_words(answer: str) -> None:
    words = normalised(answer)
    assert words == " ".join(words.split()) and not set('!?[]"\\') & set(words)
