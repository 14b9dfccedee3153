"""Where the answers of people are kept: one SQLite file, to which many students may write at once.   Notebook 11.

No name, date or address is stored: a participant is a random code. Every answer is written as soon as it is given, in
a transaction of its own, so that a closed browser or a stopped kernel loses nothing. SQLite's rollback journal is used
and not its write-ahead log, which needs memory that is shared, and fails on the network drives of many servers.
"""

from __future__ import annotations

import json
import secrets
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from gradcam_lib.classroom.designs import Design, Trial
from gradcam_lib.evaluate.run import as_csv, write_whole

VERSION = 1  # of the tables; a file of a higher one is refused
MARK = 0x47434153  # "GCAS", SQLite's application_id of such a file
SOURCES = ("person", "simulated")
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # none that are taken for one another
SCHEMA = """
CREATE TABLE designs (key TEXT PRIMARY KEY, study TEXT NOT NULL, about TEXT NOT NULL);
CREATE TABLE participants (
    code TEXT PRIMARY KEY, design TEXT NOT NULL REFERENCES designs (key), number INTEGER NOT NULL,
    source TEXT NOT NULL CHECK (source IN ('person', 'simulated')), UNIQUE (design, number));
CREATE TABLE answers (
    code TEXT NOT NULL REFERENCES participants (code) ON DELETE CASCADE, trial INTEGER NOT NULL,
    picture TEXT NOT NULL, category TEXT NOT NULL, method TEXT NOT NULL, left TEXT NOT NULL, right TEXT NOT NULL,
    truth TEXT NOT NULL CHECK (truth IN ('left', 'right')), answer INTEGER NOT NULL, value REAL NOT NULL,
    seconds REAL NOT NULL, PRIMARY KEY (code, trial));
"""
WORDS = {  # what SQLite says → what helps
    "locked": "another program has kept it locked for {patience:g} s; try again",
    "full": "the disk is full; make room and try again",
    "readonly": "this file cannot be written to; choose another one or change its permissions",
    "unable to open": "it cannot be opened; choose a file in a folder that exists",
    "not a database": "no file of answers; choose another name",
    "FOREIGN KEY": "this participant has been deleted from it; begin as a new one",
    "malformed": "the file is damaged; go on in another one",
}


class AnswersError(OSError):
    """A file of answers that cannot be read or written, in words for readers. Nothing was written."""


@dataclass(frozen=True)
class Participant:
    """code: by which a participant goes on. number: decides the trials. answered: the numbers of those answered."""

    code: str
    number: int
    answered: frozenset[int] = frozenset()


class AnswerFile:
    """The file is made when the first participant begins. patience: seconds to wait for another program's lock.

    Errors: AnswersError (locked, disk full, no file of answers, from a newer version of this library, …).
    """

    def __init__(self, path: str | Path, *, patience: float = 5.0):
        self.path, self.patience = Path(path).expanduser(), patience

    def enrol(self, design: Design, source: str = "person") -> Participant:
        """A new participant with the next number of this design. source: one of SOURCES."""
        if source not in SOURCES:
            raise ValueError(f"source {source!r}: choose one of {', '.join(map(repr, SOURCES))}")
        with self._writing() as db:
            about = json.dumps(design.about, ensure_ascii=False)
            db.execute("INSERT OR IGNORE INTO designs VALUES (?, ?, ?)", (design.key, design.study, about))
            last = db.execute("SELECT max(number) FROM participants WHERE design = ?", (design.key,)).fetchone()[0]
            code = "".join(secrets.choice(LETTERS) for _ in range(8))
            number = 0 if last is None else last + 1
            db.execute("INSERT INTO participants VALUES (?, ?, ?, ?)", (code, design.key, number, source))
        return Participant(code, number)

    def resume(self, design: Design, code: str) -> Participant:
        """A participant who has begun. Errors: LookupError, no such code; ValueError, a code of other trials."""
        code = code.strip().upper()
        with self._reading() as db:
            found = db.execute("SELECT design, number FROM participants WHERE code = ?", (code,)).fetchone()
            answered = db.execute("SELECT trial FROM answers WHERE code = ?", (code,)).fetchall()
        if found is None:
            raise LookupError(f"code {code!r}: not in {self.path.name}; check it, or begin as a new participant")
        if found["design"] != design.key:
            raise ValueError(f"code {code!r}: began another study, or one with another seed, pictures or networks")
        return Participant(code, found["number"], frozenset(row["trial"] for row in answered))

    def add(self, code: str, design: Design, answers: Iterable[tuple[Trial, int, float]]) -> None:
        """Stores (trial, answer, seconds), all or none; the first answer to a trial stays, as where the same study is
        open in two windows.
        """
        rows = [
            (code, t.number, t.picture, t.category, t.method, *t.options, ("left", "right")[t.truth], answer,
             design.value(t, answer), round(seconds, 3))
            for t, answer, seconds in answers
        ]  # fmt: skip
        with self._writing() as db:
            db.executemany(f"INSERT OR IGNORE INTO answers VALUES ({', '.join('?' * 11)})", rows)

    def rows(self, study: str | None = None) -> list[dict]:
        """All answers, of one study or of both: study, design, code, source, and the columns of the answers."""
        with self._reading() as db:
            found = db.execute(
                "SELECT study, design, source, answers.* FROM answers JOIN participants USING (code) "
                "JOIN designs ON designs.key = design WHERE ? IS NULL OR study = ? ORDER BY design, number, trial",
                (study, study),
            )
            return [dict(row) for row in found]

    def designs(self) -> dict[str, dict]:
        """Key → what there is to know of a design: study, seed, networks, pictures."""
        with self._reading() as db:
            return {row["key"]: json.loads(row["about"]) for row in db.execute("SELECT key, about FROM designs")}

    def remove(self, code: str) -> None:
        """Deletes a participant and all that he or she has answered. Errors: LookupError, no such code."""
        with self._writing() as db:
            if not db.execute("DELETE FROM participants WHERE code = ?", (code.strip().upper(),)).rowcount:
                raise LookupError(f"code {code!r}: not in {self.path.name}")

    def export(self, path: str | Path | None = None) -> Path:
        """All answers as CSV, whole or not at all; default: beside the file, with the suffix .csv."""
        path = self.path.with_suffix(".csv") if path is None else Path(path).expanduser()
        if path.resolve() == self.path.resolve():
            raise ValueError(f"{path}: is the file of answers itself; choose another name for the table")
        write_whole(path, as_csv(self.rows()))
        return path

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        if not self.path.is_file():
            raise FileNotFoundError(f"{self.path}: no such file; nobody has answered yet")
        with self._opened() as db:
            if not self._check(db):
                raise FileNotFoundError(f"{self.path}: is empty; nobody has answered yet")
            yield db

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction: all of it is on the disk at the end, or nothing."""
        with self._opened() as db:
            db.execute("BEGIN IMMEDIATE")
            try:
                if not self._check(db):
                    for statement in filter(str.strip, SCHEMA.split(";")):
                        db.execute(statement)
                    db.execute(f"PRAGMA user_version = {VERSION}")
                    db.execute(f"PRAGMA application_id = {MARK}")
                yield db
                db.execute("COMMIT")
            except BaseException:
                if db.in_transaction:
                    db.execute("ROLLBACK")
                raise

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        """A connection for each transaction: none is left over when a kernel is stopped."""
        try:
            with closing(sqlite3.connect(self.path, timeout=self.patience, isolation_level=None)) as db:
                db.row_factory = sqlite3.Row
                db.execute("PRAGMA foreign_keys = ON")
                db.execute("PRAGMA synchronous = FULL")
                yield db
        except sqlite3.Error as error:
            said = next((words for part, words in WORDS.items() if part in str(error)), f"{error}")
            raise AnswersError(f"{self.path}: {said.format(patience=self.patience)}") from error

    def _check(self, db: sqlite3.Connection) -> bool:
        """Whether the tables are there. Errors: AnswersError for another program's file, or one of a newer version."""
        mark, version = (db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version"))
        if mark != MARK and (mark or version or db.execute("SELECT 1 FROM sqlite_master").fetchone()):
            raise AnswersError(f"{self.path}: a database of another program; choose another name")
        if version > VERSION:
            raise AnswersError(
                f"{self.path}: from a newer version of this library (format {version}, this one knows {VERSION}); "
                "update the library, or choose another file"
            )
        return mark == MARK
