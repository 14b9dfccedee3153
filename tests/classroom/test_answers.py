"""The file of answers: several writers, and everything that can go wrong with a file."""

from __future__ import annotations

import csv
import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from gradcam_lib.classroom import answers
from gradcam_lib.classroom.answers import VERSION, AnswerFile, AnswersError
from gradcam_lib.classroom.designs import Design
from gradcam_lib.paths import ROOT

DESIGN = Design("which_class", tuple((f"p{i}", ("cat", "dog")) for i in range(8)), ("net",))
OTHER = Design("which_class", DESIGN.pictures, ("net",), seed=1)
WRITER = """
import sys
from gradcam_lib.classroom.answers import AnswerFile
from gradcam_lib.classroom.designs import Design
design = Design("which_class", tuple((f"p{i}", ("cat", "dog")) for i in range(8)), ("net",))
file = AnswerFile(sys.argv[1], patience=30)
print("ready", flush=True)
sys.stdin.readline()
for _ in range(int(sys.argv[2])):
    one = file.enrol(design)
    for trial in design.trials(one.number):
        file.add(one.code, design, [(trial, 1, 1.5)])
        print(one.code, trial.number, flush=True)
"""


@pytest.fixture
def file(tmp_path: Path) -> AnswerFile:
    return AnswerFile(tmp_path / "answers.sqlite", patience=0.05)


def answer(file: AnswerFile, code: str, number: int = 0, value: int = 1) -> None:
    """To a trial of the first participant."""
    file.add(code, DESIGN, [(DESIGN.trials(0)[number], value, 1.23456)])


def writer(path: Path, participants: int) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path), str(participants)], cwd=ROOT, text=True, stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip


def test_an_answer_is_there_at_once_with_all_that_belongs_to_it(file):
    one = file.enrol(DESIGN)
    answer(file, one.code)
    t = DESIGN.trials(0)[0]
    (row,) = AnswerFile(file.path).rows()
    assert row == {
        "study": "which_class", "design": DESIGN.key, "source": "person", "code": one.code, "trial": 0,
        "picture": t.picture, "category": t.category, "method": t.method, "left": t.options[0], "right": t.options[1],
        "truth": ("left", "right")[t.truth], "answer": 1, "value": float(t.truth == 1), "seconds": 1.235,
    }  # fmt: skip
    assert file.designs()[DESIGN.key]["networks"] == ["net"]
    assert file.rows("which_network") == []


def test_participants_are_numbered_for_each_design_and_known_by_a_code_alone(file):
    some = [file.enrol(DESIGN) for _ in range(3)] + [file.enrol(OTHER)]
    assert [one.number for one in some] == [0, 1, 2, 0]
    assert len({one.code for one in some}) == 4 and all(len(one.code) == 8 for one in some)
    with closing(sqlite3.connect(file.path)) as db:
        columns = {row[1] for table in ("participants", "answers") for row in db.execute(f"PRAGMA table_info({table})")}
    assert columns == {  # nothing of a person: no name, date or address
        "code", "design", "number", "source", "trial", "picture", "category", "method", "left", "right", "truth",
        "answer", "value", "seconds",
    }  # fmt: skip


def test_a_participant_goes_on(file):
    one = file.enrol(DESIGN)
    answer(file, one.code, 0), answer(file, one.code, 5)
    again = file.resume(DESIGN, f" {one.code.lower()} ")
    assert again.code == one.code and again.number == 0 and again.answered == {0, 5}
    with pytest.raises(LookupError, match="code 'NOBODY': not in answers.sqlite"):
        file.resume(DESIGN, "nobody")
    with pytest.raises(ValueError, match="another study, or one with another seed"):
        file.resume(OTHER, one.code)


def test_the_first_answer_to_a_trial_stays(file):
    one = file.enrol(DESIGN)
    answer(file, one.code, value=1), answer(file, one.code, value=0)
    assert [row["answer"] for row in file.rows()] == [1]


def test_who_withdraws_is_gone(file):
    one, other = file.enrol(DESIGN), file.enrol(DESIGN)
    answer(file, one.code), answer(file, other.code)
    file.remove(one.code)
    assert [row["code"] for row in file.rows()] == [other.code]
    with pytest.raises(LookupError, match="not in answers.sqlite"):
        file.remove(one.code)
    with pytest.raises(AnswersError, match="has been deleted from it; begin as a new one"):
        answer(file, one.code)
    assert file.enrol(DESIGN).number == 2


def test_two_processes_write_at_once_and_nothing_is_lost(file):
    both = [writer(file.path, 3) for _ in range(2)]
    for one in both:
        assert one.stdout.readline() == "ready\n"
    for one in both:
        one.stdin.write("\n"), one.stdin.flush()
    printed = [one.communicate(timeout=120)[0].splitlines() for one in both]
    assert [one.returncode for one in both] == [0, 0]
    rows = file.rows()
    assert {f"{row['code']} {row['trial']}" for row in rows} == {*printed[0], *printed[1]}
    assert len(rows) == 2 * 3 * 16
    with closing(sqlite3.connect(file.path)) as db:
        assert sorted(row[0] for row in db.execute("SELECT number FROM participants")) == list(range(6))


def test_a_kernel_that_is_killed_loses_nothing(file):
    process = writer(file.path, 50)
    process.stdin.write("\n"), process.stdin.flush()
    lines = [process.stdout.readline().strip() for _ in range(20)][1:]
    process.send_signal(signal.SIGKILL)
    lines += process.communicate()[0].splitlines()
    stored = {f"{row['code']} {row['trial']}" for row in file.rows()}
    assert set(lines) <= stored and len(stored) - len(lines) <= 1
    assert file.enrol(DESIGN).number >= 1  # and the file can be written to


def test_a_locked_file_waits_and_then_says_so(file):
    one = file.enrol(DESIGN)
    with closing(sqlite3.connect(file.path, isolation_level=None)) as db:
        db.execute("BEGIN EXCLUSIVE")
        start = time.monotonic()
        with pytest.raises(AnswersError, match="another program has kept it locked for 0.05 s; try again"):
            answer(file, one.code)
        assert time.monotonic() - start >= 0.05
        with pytest.raises(AnswersError, match="locked"):
            file.rows()
        db.execute("ROLLBACK")
    answer(file, one.code)
    assert len(file.rows()) == 1


def test_a_full_disk_is_told_and_leaves_the_file_whole(file, monkeypatch):
    one = file.enrol(DESIGN)
    connect = sqlite3.connect

    def full(*args, **more):
        db = connect(*args, **more)
        db.execute(f"PRAGMA max_page_count = {db.execute('PRAGMA page_count').fetchone()[0]}")  # no page more
        return db

    many = [
        (trial, 1, 1.0)
        for trial in Design("which_class", tuple((f"{i:0500}", ("a", "b")) for i in range(20)), ()).trials(0)
    ]
    with monkeypatch.context() as patch:
        patch.setattr(answers.sqlite3, "connect", full)
        with pytest.raises(AnswersError, match="the disk is full; make room and try again"):
            file.add(one.code, DESIGN, many)
        assert file.rows() == []
    file.add(one.code, DESIGN, many)
    assert len(file.rows()) == len(many)


def test_a_file_of_a_newer_version_is_refused(file):
    one = file.enrol(DESIGN)
    with closing(sqlite3.connect(file.path)) as db:
        db.execute(f"PRAGMA user_version = {VERSION + 1}")
    before = file.path.read_bytes()
    for do in (lambda: answer(file, one.code), file.rows, lambda: file.enrol(DESIGN), file.export):
        with pytest.raises(AnswersError, match=f"newer version of this library .format {VERSION + 1}, this one knows"):
            do()
    assert file.path.read_bytes() == before and not file.path.with_suffix(".csv").exists()


def test_files_of_others_are_refused_and_stay_as_they_are(tmp_path):
    with closing(sqlite3.connect(tmp_path / "grades.sqlite")) as db:
        db.execute("CREATE TABLE grades (name TEXT)")
    (tmp_path / "notes.txt").write_text("Milk, bread, and a file that is no database.\n" * 40)
    for name, said in (("grades.sqlite", "another program"), ("notes.txt", "no file of answers")):
        before = (tmp_path / name).read_bytes()
        for do in (AnswerFile(tmp_path / name).rows, lambda name=name: AnswerFile(tmp_path / name).enrol(DESIGN)):
            with pytest.raises(AnswersError, match=said):
                do()
        assert (tmp_path / name).read_bytes() == before
    with pytest.raises(AnswersError, match="cannot be opened; choose a file in a folder that exists"):
        AnswerFile(tmp_path / "missing" / "answers.sqlite").enrol(DESIGN)


def test_where_nobody_has_answered(file):
    with pytest.raises(FileNotFoundError, match="nobody has answered yet"):
        file.rows()
    assert not file.path.exists()  # looking makes no file
    file.path.touch()
    with pytest.raises(FileNotFoundError, match="is empty"):
        file.rows()
    assert file.enrol(DESIGN).number == 0 and file.rows() == []
    with pytest.raises(ValueError, match="source 'robot': choose one of 'person', 'simulated'"):
        file.enrol(DESIGN, "robot")


def test_the_table_is_written_whole_or_not_at_all(file, monkeypatch):
    one = file.enrol(DESIGN)
    answer(file, one.code, 0), answer(file, one.code, 1)
    path = file.export()
    assert path == file.path.with_suffix(".csv")
    with path.open(newline="", encoding="utf-8") as table:
        rows = list(csv.DictReader(table))
    assert [{k: str(v) for k, v in row.items()} for row in file.rows()] == rows
    before = path.read_bytes()
    answer(file, one.code, 2)
    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device")))
        with pytest.raises(OSError, match="No space left"):
            file.export()
    assert path.read_bytes() == before
    with pytest.raises(ValueError, match="the file of answers itself"):
        file.export(file.path)
    assert len(file.rows()) == 3
