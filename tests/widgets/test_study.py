"""A study without a browser: keys in, rows out, and nothing lost when the file cannot be written to."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from support.pickers import classifier, said, shown_in

from gradcam_lib.classroom.answers import AnswerFile
from gradcam_lib.widgets import Study
from gradcam_lib.widgets import study as module

CLF = classifier()
IMAGES = [np.random.default_rng(i).integers(0, 256, (8, 8, 3), np.uint8) for i in range(4)]
TWO = [(image, "cat", "dog") for image in IMAGES]


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TOO_SOON", 0.0)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "answers.sqlite"


def which_class(path: Path, **more) -> Study:
    made = Study("which_class", path, pictures=TWO, networks=CLF, **more)
    made.file.patience = 0.05
    return made


def which_network(path: Path) -> Study:
    other = classifier(layer="relu1")
    one, two = (
        type(CLF)(clf.model, clf.names, "relu2", source, clf.transform)
        for clf, source in ((CLF, "one"), (other, "two"))
    )
    name = CLF.names[int(CLF.model(CLF.to_input(IMAGES[0])).argmax())]
    return Study("which_network", path, pictures=[(IMAGES[0], name)], networks=(one, two))


def visible(widget) -> bool:
    return widget.layout.display != "none"


def test_nothing_is_written_before_somebody_begins(path):
    study = which_class(path)
    assert not path.exists() and study.trial is None and study.message == ""
    study.answer(0)
    assert not path.exists() and visible(study.controls.welcome) and not visible(study.controls.row)
    assert "There are 8 questions" in said(study.controls.about) and "answers.sqlite" in said(study.controls.about)
    assert repr(study) == "Study: run this cell in JupyterLab to use it"


def test_a_participant_from_the_first_to_the_last_trial(path):
    study = which_class(path)
    study.controls.start.click()
    trials = study.design.trials(0)
    for trial in trials:
        assert study.trial == trial
        c = study.controls
        assert [b.description for b in c.answers] == [f"1 · {trial.options[0]}", f"2 · {trial.options[1]}"]
        (expected,) = study.show(trial)
        assert np.abs(shown_in(c.images[0]).astype(int) - expected).mean() < 8  # WebP is lossy
        assert f"{trial.number + 1} of 8 · Keys 1 and 2" in said(c.head) and study.participant.code in said(c.head)
        assert (
            c.images[0].alt == f"Explanation {trial.number + 1} of 8: of one of the two, {' or '.join(trial.options)}"
        )
        c.answers[trial.number % 2].click()
        row = AnswerFile(path).rows()[-1]
        assert (row["trial"], row["answer"], row["picture"]) == (trial.number, trial.number % 2, trial.picture)
        assert row["value"] == (trial.number % 2 == trial.truth) and row["seconds"] >= 0
    assert study.trial is None and "all your 8 answers are stored" in said(study.controls.head)
    assert visible(study.controls.welcome) and not visible(study.controls.pictures)
    study.controls.answers[0].click()
    assert len(AnswerFile(path).rows()) == 8
    study.controls.start.click()  # the next student at the same page
    assert study.trial == study.design.trials(1)[0]


def test_two_networks(path):
    study = which_network(path)
    study.begin()
    trial = study.trial
    assert [image.alt for image in study.controls.images][0] == f"The picture: {trial.category}"
    assert [b.description for b in study.controls.answers][::4] == ["1 · A, clearly", "5 · B, clearly"]
    study.controls.answers[4].click()
    study.controls.answers[1].click()
    first, second = AnswerFile(path).rows()
    assert (first["answer"], second["answer"]) == (2, -1)
    assert first["value"] == (2 if first["truth"] == "right" else -2)
    assert second["value"] == (-1 if second["truth"] == "right" else 1)
    assert {first["left"], first["right"]} == {"one", "two"}


def test_going_on_with_a_code(path):
    study = which_class(path)
    study.begin(), study.answer(0), study.answer(1)
    code, third = study.participant.code, study.trial
    again = which_class(path)
    again.controls.code.value = code.lower()
    again.controls.go_on.click()
    assert again.trial == third and again.participant.code == code
    assert which_class(path, code=code).trial == third
    wrong = which_class(path, code="NOBODY")
    assert wrong.trial is None and "code 'NOBODY': not in answers.sqlite" in wrong.message
    other = which_class(path, seed=1, code=code)
    assert other.trial is None and "another seed" in other.message
    for _ in range(6):
        again.answer(0)
    assert "all your 8 answers" in said(which_class(path, code=code).controls.head)


def test_the_same_code_in_two_windows(path):
    one = which_class(path)
    one.begin()
    two = which_class(path, code=one.participant.code)
    one.answer(0), two.answer(1)
    assert [row["answer"] for row in AnswerFile(path).rows()] == [0] and two.trial == one.trial


def test_an_answer_to_a_locked_file_is_kept_for_another_try(path):
    study = which_class(path)
    study.begin()
    first = study.trial
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("BEGIN EXCLUSIVE")
        study.answer(1)
        assert study.message.startswith("Your answer is kept. ") and "locked for 0.05 s; try again" in study.message
        assert study.trial == first and visible(study.controls.again) and visible(study.controls.pictures)
        study.answer(0)  # too late: the first one counts
        study.controls.again.click()
        assert "Your answer is kept" in study.message and visible(study.controls.again)
        db.execute("ROLLBACK")
    assert AnswerFile(path).rows() == []
    study.controls.again.click()
    assert [(row["trial"], row["answer"]) for row in AnswerFile(path).rows()] == [(0, 1)]
    assert study.message == "" and not visible(study.controls.again) and study.trial == study.design.trials(0)[1]
    study.try_again()
    assert study.trial == study.design.trials(0)[1]


def test_who_cannot_begin_is_told_why(path):
    path.write_text("This is no database." * 100)
    study = which_class(path)
    study.begin()
    assert study.trial is None and "no file of answers" in study.message and visible(study.controls.welcome)


def test_a_second_press_does_not_answer_a_picture_that_was_not_seen(path, monkeypatch):
    monkeypatch.setattr(module, "TOO_SOON", 0.3)
    study = which_class(path)
    study.begin()
    study.answer(0)
    assert study.trial.number == 0 and AnswerFile(path).rows() == []
    study._since -= 0.31
    study.answer(0), study.answer(0)
    assert study.trial.number == 1 and len(AnswerFile(path).rows()) == 1


def test_a_picture_that_does_not_open_can_be_tried_again(tmp_path, path):
    import cv2

    file = tmp_path / "one.png"
    cv2.imwrite(str(file), IMAGES[0])
    study = Study("which_class", path, pictures=[(file, "cat", "dog")], networks=CLF)
    content = file.read_bytes()
    file.unlink()
    study.begin()
    assert study.trial is None and "one.png" in study.message and visible(study.controls.again)
    study.answer(0)
    file.write_bytes(content)
    study.controls.again.click()
    assert study.trial.number == 0 and study.message == "" and AnswerFile(path).rows() == []
