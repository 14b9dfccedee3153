"""What a run leaves on disk: every batch as soon as it is measured, so that a run that ends early goes on later.

A batch with a picture that could not be used is measured again when the same command is given again: the picture may
have been repaired.
``run.json`` says what is measured, of which network and on which data; another command in the same folder is refused.
``batches-K.jsonl``, one a process, holds a line for each batch. Batches are the same however many processes share
them, so the table at the end is, too.
"""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import IO, Any

if os.name == "nt":
    import msvcrt

    def lock(file: IO) -> None:
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def lock(file: IO) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


RECORD = "run.json"
Row = dict[str, Any]


class Stored(Mapping):
    """A row that is only read: its names are kept once for all rows."""

    __slots__ = ("_at", "_values")
    _known: dict[tuple[str, ...], dict[str, int]] = {}

    def __init__(self, row: Row):
        names = tuple(row)
        self._at = self._known.setdefault(names, {name: i for i, name in enumerate(names)})
        self._values = tuple(row.values())

    def __getitem__(self, name: str) -> Any:
        return self._values[self._at[name]]

    def __iter__(self) -> Iterator[str]:
        return iter(self._at)

    def __len__(self) -> int:
        return len(self._values)


def write_whole(path: Path, text: str) -> None:
    """All of it or nothing."""
    part = path.with_name(f".{path.name}.part")
    part.write_text(text, encoding="utf-8", newline="")
    os.replace(part, path)


class Run:
    """folder: of the results. rank: number of this process; the first one writes what all share."""

    def __init__(self, folder: Path, rank: int = 0):
        self.folder, self.rank, self.begun = folder, rank, False
        self._mine = folder / f"batches-{rank}.jsonl"

    def begin(self, identity: dict[str, Any]) -> None:
        """Starts a run, or goes on with one. ValueError where the folder holds a run of something else."""
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / RECORD
        if path.is_file():
            before = self._read(path)
            for what, now in identity.items():
                if what != "command" and before.get(what) != now:
                    what, then, now = _difference(what, before.get(what), now)
                    raise ValueError(
                        f"{self.folder}: holds a run with {what} {_short(then)}, and this one has {_short(now)}; "
                        "choose another --out, or delete that folder"
                    )
        elif any(self.folder.glob("batches-*.jsonl")):
            raise ValueError(f"{self.folder}: holds results without {RECORD}; choose another --out")
        else:
            write_whole(path, json.dumps(identity, indent=1, ensure_ascii=False) + "\n")
        self.begun = True

    @contextmanager
    def alone(self) -> Iterator[None]:
        """While no other command measures into this folder; the first process holds the lock for all of a command.

        ValueError where another holds it. The system takes the lock away from a process that dies.
        """
        if self.rank:
            yield
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / ".lock").open("a") as file:
            try:
                lock(file)
            except (BlockingIOError, PermissionError):
                raise ValueError(
                    f"{self.folder}: another command is measuring into this folder; wait for its end, or choose "
                    "another --out"
                ) from None
            yield

    def mend(self) -> None:
        """Takes away last lines that were cut off, and batches with a picture that could not be used.

        Only while no process writes: it would lose what it adds.
        """
        for path in self._files():
            with path.open("rb") as file, (part := path.with_name(f".{path.name}.part")).open("wb") as mended:
                mended.writelines(line for line in file if line.endswith(b"\n") and not _has_problem(line))
                mended.flush()
                os.fsync(mended.fileno())
            if part.stat().st_size != path.stat().st_size:
                os.replace(part, path)
            else:
                part.unlink()

    def done(self) -> set[int]:
        """Numbers of the batches that are measured."""
        return {found["batch"] for found in self._batches()}

    def goes_on(self) -> bool:
        """Whether the same command would find something of this run."""
        return self.begun and any(path.stat().st_size for path in self._files())

    def add(self, batch: int, rows: list[Row], sums: dict[str, Any] | None = None) -> None:
        line = json.dumps({"batch": batch, "rows": rows} | ({"sums": sums} if sums else {}), ensure_ascii=False)
        with self._mine.open("a", encoding="utf-8", newline="\n") as file:
            file.write(line + "\n")
            file.flush()
            os.fsync(file.fileno())

    def record(self) -> dict[str, Any]:
        return self._read(self.folder / RECORD)

    def rows(self) -> list[Stored]:
        """Of all processes, in the order of the data; in little memory, as they may be 50,000 with 400 numbers each."""
        kept = [(found["batch"], [Stored(row) for row in found["rows"]]) for found in self._batches()]
        return [row for _, rows in sorted(kept, key=lambda batch: batch[0]) for row in rows]

    def sums(self) -> Iterator[dict[str, Any]]:
        """What ``add`` was given beside the rows, one batch after the other, never all at once."""
        return (found["sums"] for found in self._batches() if "sums" in found)

    def end(self, rows: list[Row], summary: dict[str, Any], text: str) -> None:
        """The table as CSV, the summary as JSON and as text."""
        write_whole(self.folder / "pictures.csv", as_csv(rows))
        write_whole(self.folder / "summary.json", json.dumps(summary, indent=1, ensure_ascii=False) + "\n")
        write_whole(self.folder / "summary.md", text)

    def _files(self) -> list[Path]:
        return sorted(self.folder.glob("batches-*.jsonl"))

    def _batches(self) -> Iterator[dict[str, Any]]:
        """{"batch": number, "rows": list of rows, "sums": where there are any}."""
        seen, number_of = set(), cache(float)  # rounded numbers come again and again
        for path in self._files():
            with path.open("rb") as file:  # in text, a line may end in the middle of a name
                for number, line in enumerate(file, 1):
                    try:
                        found = json.loads(line, parse_float=number_of)
                        batch, _ = found["batch"], found["rows"]
                    except (ValueError, KeyError, TypeError) as error:
                        raise ValueError(
                            f"{path}: line {number} cannot be read ({error!r}); delete that line"
                        ) from error
                    if batch not in seen:  # measured twice where two runs overlapped
                        seen.add(batch)
                        yield found

    @staticmethod
    def _read(path: Path) -> dict[str, Any]:
        try:
            return dict(json.loads(path.read_text(encoding="utf-8")))
        except (ValueError, TypeError) as error:
            raise ValueError(f"{path}: cannot be read ({error}); choose another --out, or delete that folder") from None


def as_csv(rows: Iterable[Row]) -> str:
    """One line a row; columns in the order in which they first appear."""
    rows = list(rows)
    text = io.StringIO()
    table = csv.DictWriter(text, list(dict.fromkeys(key for row in rows for key in row)), lineterminator="\n")
    table.writeheader()
    table.writerows(rows)
    return text.getvalue()


def _difference(what: str, before: Any, now: Any) -> tuple[str, Any, Any]:
    """Of two mappings the first entry that differs, so that a message names it."""
    if isinstance(before, dict) and isinstance(now, dict):
        for key in now:
            if before.get(key) != now[key]:
                return f"{what}: {key}", before.get(key), now[key]
    return what, before, now


def _has_problem(line: bytes) -> bool:
    try:
        return any(row.get("problem") for row in json.loads(line)["rows"])
    except (ValueError, KeyError, TypeError, AttributeError):
        return False  # _batches names such a line


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 80 else text[:77] + "…"
