"""What the answers of a study say: means by method with their intervals, beside the paper's.   Notebook 11.

Two kinds of intervals, both of 95 %. The exact binomial one (Clopper and Pearson 1934) takes every answer for an
independent draw, which the answers of one participant, or to one picture, are not. The bootstrap one draws people and
pictures anew (``bootstrap``); where the two disagree, it is the one to be believed.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from gradcam_lib.classroom.answers import SOURCES, AnswerFile
from gradcam_lib.classroom.bootstrap import Spread, spread
from gradcam_lib.classroom.designs import METHODS, METHODS_OF, checked_study
from gradcam_lib.classroom.findings import PAPER, Analysis, Line, exactly

PAIRS = (("guided_grad_cam", "guided_backprop"), ("deconv_grad_cam", "deconvnet"))  # compared in the paper
ENDS = {"which_class": (0, 1), "which_network": (-2, 2)}


def analyse(
    path: str | Path, study: str | None = None, *, source: str | None = None, seed: int = 0, draws: int = 2000
) -> Analysis:
    """Reads a file of answers. study: where it holds both; source: "person" or "simulated", default: people where
    there are any. The two are never mixed, and neither are two designs: the one with more answers is analysed.

    Errors: AnswersError; FileNotFoundError, no file or no answer yet; ValueError, answers to both studies and none
    chosen.
    """
    file = AnswerFile(path)
    rows = file.rows(study and checked_study(study))
    if source not in (None, *SOURCES):
        raise ValueError(f"source {source!r}: choose one of {', '.join(map(repr, SOURCES))}")
    there = {row["source"] for row in rows}
    source = source or ("person" if "person" in there or not there else "simulated")
    kept = [row for row in rows if row["source"] == source]
    if not kept:
        raise FileNotFoundError(f"{file.path}: no answer{f' to {study!r}' if study else ''} of the source {source!r}")
    if len(studies := sorted({row["study"] for row in kept})) > 1:
        raise ValueError(f"{file.path}: holds answers to {' and '.join(map(repr, studies))}; choose one with study=")
    counts = {key: sum(row["design"] == key for row in kept) for key in {row["design"] for row in kept}}
    design = max(sorted(counts), key=counts.get)
    kept = [row for row in kept if row["design"] == design]
    networks = tuple(file.designs()[design]["networks"])
    return analyse_rows(kept, networks, left_out=len(rows) - len(kept), seed=seed, draws=draws)


def analyse_rows(
    rows: Sequence[dict], networks: tuple[str, ...] = (), *, left_out: int = 0, seed: int = 0, draws: int = 2000
) -> Analysis:
    """The same of rows as ``AnswerFile.rows`` gives them, all of one study and one source."""
    study, source = rows[0]["study"], rows[0]["source"]
    # In the order of the rows, that is by number: the codes are random, and sorted they would change every draw.
    codes = {code: place for place, code in enumerate(dict.fromkeys(row["code"] for row in rows))}
    who = [codes[row["code"]] for row in rows]
    names, what = np.unique([row["picture"] for row in rows], return_inverse=True)
    values = np.array([row["value"] for row in rows])
    methods = [method for method in METHODS_OF[study] if any(row["method"] == method for row in rows)]
    sums, counts = np.zeros((2, len(methods), len(codes), len(names)))
    at = [methods.index(row["method"]) for row in rows]
    np.add.at(sums, (at, who, what), values)
    np.add.at(counts, (at, who, what), 1)
    moved, unit = spread(sums, counts, seed=seed, draws=draws), np.eye(len(methods))
    lines = [
        _line(study, m, s.sum(), int(n.sum()), moved, e) for m, s, n, e in zip(methods, sums, counts, unit, strict=True)
    ]
    by_name = {line.name: (line, e) for line, e in zip(lines, unit, strict=True)}
    differences = [_difference(by_name[a], by_name[b], moved) for a, b in PAIRS if {a, b} <= set(by_name)]
    seconds = float(np.median([row["seconds"] for row in rows]))
    return Analysis(
        study, source, tuple(networks), len(codes), len(names), seconds, left_out, tuple(lines), tuple(differences)
    )


def _line(study: str, method: str, total: float, answers: int, moved: Spread, unit: np.ndarray) -> Line:
    exact = exactly(round(total), answers) if study == "which_class" else (None, None)
    value = float(total) / answers
    low, high = np.clip(moved.interval(value, unit), *ENDS[study]).tolist()  # no mean is beyond the scale
    return Line(method, answers, value, low, high, *exact, PAPER[study][method])


def _difference(one: tuple[Line, np.ndarray], other: tuple[Line, np.ndarray], moved: Spread) -> Line:
    (a, e), (b, f) = one, other
    name, value, paper = f"{METHODS[a.name]} − {METHODS[b.name]}", a.value - b.value, a.paper - b.paper
    return Line(name, a.answers + b.answers, value, *moved.interval(value, e - f), paper=paper)
