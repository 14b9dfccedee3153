"""One's own pictures: a folder, and a CSV file with the columns image, label and group.

    image,label,group
    ward/0001.jpg,doctor,woman
    ward/0002.jpg,nurse,man

``image`` is a path inside the folder, ``label`` the true class, ``group`` whatever a network should not depend on.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import torch

from gradcam_lib.datasets.records import Record, file_in, shown
from gradcam_lib.equations import scale_by_max, upsample
from gradcam_lib.explanation import explain
from gradcam_lib.networks.zoo import Classifier
from gradcam_lib.results import share

COLUMNS = ("image", "label", "group")


@dataclass(frozen=True)
class LabelledFolder:
    """Rows of the CSV, in its order: paths of pictures, which may differ in size, their labels and groups."""

    paths: tuple[Path, ...]
    labels: tuple[str, ...]
    groups: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.paths)

    @cached_property
    def rows_of(self) -> dict[str, list[int]]:
        """group → its rows, in the order in which the groups appear."""
        rows: dict[str, list[int]] = {}
        for i, group in enumerate(self.groups):
            rows.setdefault(group, []).append(i)
        return rows


def labelled_folder(
    table: str | Path, folder: str | Path | None = None, *, names: Sequence[str] | None = None
) -> LabelledFolder:
    """Reads the CSV and finds its pictures. folder: where they are; None is the folder of the CSV.

    names: the labels there may be, those of a Classifier, say; None allows any.
    Errors name the row as a spreadsheet counts it (the header is row 1) and the value: a missing column, an empty
    field, an unknown label, a picture that is not there or named twice; a table without rows.
    """
    table = Path(table).expanduser()
    folder = table.parent if folder is None else Path(folder).expanduser()
    paths, first = [], {}
    records = _records(table)
    for number, record in records:
        if names is not None and record["label"] not in names:
            allowed = ", ".join(map(repr, list(names)[:10])) + (", …" if len(names) > 10 else "")
            raise record.error(f"label {shown(record['label'])}: unknown; the network knows {allowed}")
        path = file_in(folder, record["image"], where=record.where)
        if path.resolve() in first:
            raise record.error(f"image {shown(record['image'])} is that of row {first[path.resolve()]}; keep one")
        first[path.resolve()] = number
        paths.append(path)
    labels, groups = (tuple(record[column] for _, record in records) for column in ("label", "group"))
    return LabelledFolder(tuple(paths), labels, groups)


def _records(table: Path) -> list[tuple[int, Record]]:
    if not table.is_file():
        raise FileNotFoundError(f"{table}: no such file; give the path of the CSV file")
    try:
        rows = list(csv.reader(table.read_text(encoding="utf-8-sig").splitlines(), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise ValueError(f"{table}: no CSV in UTF-8 ({error}); save it as such") from error
    header = [name.strip() for name in rows[0]] if rows else []
    if missing := [name for name in COLUMNS if header.count(name) != 1]:
        raise ValueError(
            f"{table}: row 1: expected one column {missing[0]!r}, found {header}; name it in the first row"
        )
    numbered = [(number, row) for number, row in enumerate(rows[1:], start=2) if any(map(str.strip, row))]
    if not numbered:
        raise ValueError(f"{table}: no rows below the header; add a picture")
    return [(number, _record(f"{table}: row {number}", header, row)) for number, row in numbered]


def _record(where: str, header: list[str], row: list[str]) -> Record:
    record = Record(where, dict(zip(header, map(str.strip, row), strict=False)))
    if len(row) != len(header):
        raise record.error(f"{len(row)} fields, the header has {len(header)}; put names with a comma in quotes")
    for column in COLUMNS:
        if not record[column]:
            raise record.error(f"{column} is empty; fill it in, or leave the row out")
    return record


@dataclass(frozen=True, eq=False)
class GroupResult:
    """One group: how many pictures, accuracy with its interval, and the mean map (H, W) of the predicted classes.

    Every map is divided by its maximum first, so that each picture counts the same.
    """

    n: int
    accuracy: dict[str, float]
    heat: np.ndarray


def by_group(clf: Classifier, pictures: LabelledFolder, *, batch: int = 32) -> dict[str, GroupResult]:
    """Accuracy and mean map of every group. Errors: a label that the network does not know, with its row."""
    for row, label in enumerate(pictures.labels, start=1):
        if label not in clf.names:
            raise ValueError(f"picture {row} ({pictures.paths[row - 1].name}): label {shown(label)} is no class of it")
    return {group: _group(clf, pictures, rows, batch) for group, rows in pictures.rows_of.items()}


def _group(clf: Classifier, pictures: LabelledFolder, rows: list[int], batch: int) -> GroupResult:
    right, total = [], 0.0
    for i in range(0, len(rows), batch):
        part = rows[i : i + batch]
        e = explain(clf, torch.cat([clf.to_input(pictures.paths[row]) for row in part]))
        right += [clf.names[p] == pictures.labels[row] for p, row in zip(e.predicted.tolist(), part, strict=True)]
        side = clf.transform.crop
        total = total + upsample(scale_by_max(e.map()), side).sum(0).numpy()
    return GroupResult(len(rows), share(right), total / len(rows))
