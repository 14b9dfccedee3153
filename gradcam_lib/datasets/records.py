"""JSON files of records: read with errors that say where, written whole or not at all."""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LARGEST = 2**53  # beyond it, and for NaN and Infinity, a JSON number is no longer exact


@dataclass(frozen=True)
class Record:
    """One JSON object and where it stands: "captions.json: annotations[3]". Every complaint begins with that."""

    where: str
    fields: dict[str, Any]

    def error(self, complaint: str) -> ValueError:
        return ValueError(f"{self.where}: {complaint}")

    def __getitem__(self, name: str) -> Any:
        if name not in self.fields:
            raise self.error(f"no {name!r}; it has {', '.join(self.fields) or 'no field at all'}; add the field")
        return self.fields[name]

    def whole(self, name: str, least: int | None = None) -> int:
        """A whole number; ``true`` is none."""
        value = self[name]
        if not _is_number(value) or not isinstance(value, int) or (least is not None and value < least):
            raise self.error(f"{name}={shown(value)}: write a whole number" + _from(least))
        return value

    def number(self, name: str, least: float | None = None) -> float:
        value = self[name]
        if not _is_number(value) or (least is not None and value < least):
            raise self.error(f"{name}={shown(value)}: write a number" + _from(least))
        return value

    def numbers(self, name: str) -> list[float]:
        if not is_numbers(self[name]):
            raise self.error(f"{name}={shown(self[name])}: write a list of numbers")
        return self[name]

    def text(self, name: str) -> str:
        if not isinstance(self[name], str):
            raise self.error(f"{name}={shown(self[name])}: write a text in quotes")
        return self[name]

    def records(self, name: str) -> list[Record]:
        """The objects of a list, each with its place in it."""
        if not isinstance(self[name], list):
            raise self.error(f"{name}={shown(self[name])}: write a list of records")
        return [_record(f"{self.where}: {name}[{i}]", fields) for i, fields in enumerate(self[name])]


def read_json(path: str | Path | zipfile.Path) -> Record:
    """The object that is the whole file, which may lie in a zip.

    FileNotFoundError without the file; ValueError with line and column where the JSON ends early or never began.
    """
    path = path if isinstance(path, zipfile.Path) else Path(path).expanduser()
    if not path.is_file():
        raise FileNotFoundError(f"{path}: no such file; give the path of the JSON file itself, unpacked")
    try:
        fields = json.loads(path.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{path}: not JSON, or cut short ({error}); copy or download it again") from error
    return _record(str(path), fields)


def write_json(*files: tuple[str | Path, dict[str, Any]]) -> None:
    """Write each (path, content) beside its place; only when all are complete, put them there."""
    contents = {Path(path).expanduser(): _dumped(path, content) for path, content in files}
    if len(contents) < len(files):
        raise ValueError(f"{files[0][0]}: given for two files; give each its own path")
    beside = {path: path.with_name(f".{path.name}.part") for path in contents}
    try:
        for path, content in contents.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            beside[path].write_bytes(content)
        for path, part in beside.items():
            os.replace(part, path)
    finally:
        for part in beside.values():
            part.unlink(missing_ok=True)


def by_id(records: Iterable[Record], name: str = "id") -> dict[int, Record]:
    """Records under their whole-numbered ``name``, in file order; ValueError where two share one."""
    found: dict[int, Record] = {}
    for record in records:
        key = record.whole(name)
        if key in found:
            raise record.error(f"{name}={key} is that of {found[key].where} already; give each its own")
        found[key] = record
    return found


def file_in(folder: str | Path, *names: str, where: str) -> Path:
    """The first of ``names`` that is a file in ``folder``, which none of them may leave."""
    folder = Path(folder).expanduser()
    if not folder.is_dir():
        raise FileNotFoundError(
            f"{folder}: no such folder; give the folder of the pictures, or images=None to do without"
        )
    for name in names:
        if not Path(os.path.abspath(folder / name)).is_relative_to(os.path.abspath(folder)):  # links may lead out
            raise ValueError(f"{where}: {name!r} leaves {folder}; write a name inside the folder")
        if (folder / name).is_file():
            return folder / name
    raise FileNotFoundError(
        f"{where}: no {' or '.join(names)} in {folder}; copy the picture there, or read with images=None"
    )


def shown(value: object) -> str:
    """A value in an error: its beginning is enough."""
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def is_numbers(value: object) -> bool:
    return isinstance(value, list) and all(map(_is_number, value))


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) <= LARGEST


def _from(least: float | None) -> str:
    return "" if least is None else f" from {least}"


def _record(where: str, fields: object) -> Record:
    if not isinstance(fields, dict):
        raise ValueError(f"{where}: {shown(fields)} is no record; write an object in braces")
    return Record(where, fields)


def _dumped(path: str | Path, content: dict[str, Any]) -> bytes:
    try:
        return (json.dumps(content, ensure_ascii=False, allow_nan=False) + "\n").encode()
    except (TypeError, ValueError) as error:
        raise ValueError(f"{path}: not written: {error}; use plain numbers and texts") from error
