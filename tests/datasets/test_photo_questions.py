"""Questions about the made photographs: dropped, balanced, drawn, judged and written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.flickr_made import made_flickr8k

from gradcam_lib.datasets import photo_questions, vqa_v2
from gradcam_lib.datasets.flickr8k import Photographs, flickr8k
from gradcam_lib.datasets.photo_questions import TYPES, Asked, asked, blind, even, part, sample


@pytest.fixture
def photographs(tmp_path: Path) -> Photographs:
    return flickr8k(made_flickr8k(tmp_path / "made", 60))


def test_rare_answers_are_dropped(photographs: Photographs) -> None:
    rows = asked(photographs, rarest=20)  # 40 train: each colour 12 to 14 times, each action 20 times
    answers = {row.answer for row in rows}
    assert {"running", "sitting", "1", "yes", "no"} <= answers and not {"brown", "white", "black"} & answers
    assert Asked(0, "what color is the dog?", "brown", "colour") in asked(photographs, rarest=12)


def test_blind_is_right_as_often_as_the_usual_answer(photographs: Photographs) -> None:
    rows = [row for row in asked(photographs, rarest=1) if row.question == "what color is the dog?"]
    test = part(rows, photographs.splits["test"])  # pictures 10 to 19: four black, four white, two brown
    assert len(rows) == len(even(rows)) == 60 and len(test) == 10 and len(even(test)) == 8
    assert sum(blind(even(rows), rows)) == 20 and sum(blind(even(test), test)) == 4
    assert blind([Asked(0, "what?", "x", "object")], rows) == [False]


def test_the_sample_is_even_over_types_and_the_same_again(photographs: Photographs) -> None:
    rows = asked(photographs, rarest=1)
    drawn = sample(rows, 20, 3)
    assert [row.type for row in drawn] == [type for type in TYPES for _ in range(4)]
    assert drawn == sample(rows, 20, 3) != sample(rows, 20, 4)


def test_export_is_read_as_vqa_v2(photographs: Photographs, tmp_path: Path) -> None:
    rows = asked(photographs, rarest=1)
    photo_questions.export(rows, tmp_path / "out", "train")
    read = vqa_v2.read(*(tmp_path / "out" / f"{kind}_train.json" for kind in ("questions", "annotations")))
    assert [(q.image_id, q.question, q.multiple_choice_answer) for q in read] == [row[:3] for row in rows]
    assert {q.answer_type for q in read} == {"yes/no", "number", "other"}


def published_accuracy(answer: str, record: dict) -> float:
    """min(people who said it / 3, 1), as visualqa.org states it, straight from the JSON record."""
    return min(sum(given["answer"] == answer for given in record["answers"]) / 3, 1)


def test_the_true_answer_to_an_exported_question_scores_full(photographs: Photographs, tmp_path: Path) -> None:
    rows = asked(photographs, rarest=1)
    photo_questions.export(rows, tmp_path, "train")
    records = json.loads((tmp_path / "annotations_train.json").read_text(encoding="utf-8"))["annotations"]
    assert [published_accuracy(row.answer, record) for row, record in zip(rows, records, strict=True)] == [1] * len(
        rows
    )
    assert all(published_accuracy("nothing of this", record) == 0 for record in records)
    assert all([a["answer_id"] for a in record["answers"]] == list(range(1, 11)) for record in records)
    read = vqa_v2.read(tmp_path / "questions_train.json", tmp_path / "annotations_train.json")
    assert all(question.accuracy(question.multiple_choice_answer) == 1 for question in read)


def test_exported_questions_have_official_types(photographs: Photographs, tmp_path: Path) -> None:
    photo_questions.export(asked(photographs, rarest=1), tmp_path, "train")
    read = vqa_v2.read(tmp_path / "questions_train.json", tmp_path / "annotations_train.json")
    types = {question.question: question.question_type for question in read}
    assert types["what color is the dog?"] == "what color is the" and set(types.values()) <= set(vqa_v2.QUESTION_TYPES)
    assert "is there a" in types.values()


def test_the_command_shows_exports_and_stores_numbers_only(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = ["--data", str(made_flickr8k(tmp_path / "made", 180))]
    drawn = [*data, "--sample", "10", "--seed", "1"]
    photo_questions.main(drawn)
    assert "dog" in capsys.readouterr().out
    photo_questions.main([*drawn, "--unsound", "2:wrong", "9:vague", "--results", str(tmp_path)])
    text = (tmp_path / "flickr8k_questions.json").read_text(encoding="utf-8")
    numbers = json.loads(text)
    assert numbers["sound"]["value"] == 0.8 and numbers["sound_colour"]["value"] == 0.5
    assert numbers["unsound"] == {"2": "wrong", "9": "vague"} and ".jpg" not in text
    photo_questions.main([*data, "--export", str(tmp_path / "out")])
    assert len(list((tmp_path / "out").glob("*.json"))) == 12
    with pytest.raises(SystemExit):
        photo_questions.main([*drawn, "--unsound", "two:wrong"])
    assert "as 31:wrong" in capsys.readouterr().err
