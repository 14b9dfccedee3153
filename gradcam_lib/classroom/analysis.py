"""What the answers of a study say: means by method with their intervals, beside the paper's.   Notebook 11.

Two kinds of intervals, both of 95 %. The exact binomial one (Clopper and Pearson 1934) takes every answer for an
independent draw, which the answers of one participant, or to one picture, are not. The bootstrap draws participants
and pictures anew, independently of each other, and keeps the answers of every drawn participant to every drawn picture
together (Owen 2007, "The pigeonhole bootstrap"); it is on the careful side, and the one to be believed.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from gradcam_lib.classroom.answers import SOURCES, AnswerFile
from gradcam_lib.classroom.designs import METHODS, METHODS_OF, checked_study
from gradcam_lib.classroom.findings import PAPER, Analysis, Line, exactly
from gradcam_lib.results import AT_ONCE

PAIRS = (("guided_grad_cam", "guided_backprop"), ("deconv_grad_cam", "deconvnet"))  # compared in the paper
LEAST = 2  # participants, and pictures: nothing is learnt about others from one


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
    codes, who = np.unique([row["code"] for row in rows], return_inverse=True)
    names, what = np.unique([row["picture"] for row in rows], return_inverse=True)
    values = np.array([row["value"] for row in rows])
    methods = [method for method in METHODS_OF[study] if any(row["method"] == method for row in rows)]
    sums, counts = np.zeros((2, len(methods), len(codes), len(names)))
    at = [methods.index(row["method"]) for row in rows]
    np.add.at(sums, (at, who, what), values)
    np.add.at(counts, (at, who, what), 1)
    means = redrawn(sums, counts, seed=seed, draws=draws)  # (draws, methods)
    lines = []
    for m, method in enumerate(methods):
        n, total = int(counts[m].sum()), float(sums[m].sum())
        exact = exactly(round(total), n) if study == "which_class" else (None, None)
        low, high = interval(means[:, m])
        lines.append(Line(method, n, total / n, low, high, *exact, PAPER[study][method]))
    at = {line.name: m for m, line in enumerate(lines)}
    differences = [
        _difference(lines[at[a]], lines[at[b]], means[:, at[a]] - means[:, at[b]])
        for a, b in PAIRS
        if {a, b} <= set(methods)
    ]
    seconds = float(np.median([row["seconds"] for row in rows]))
    return Analysis(
        study, source, tuple(networks), len(codes), len(names), seconds, left_out, tuple(lines), tuple(differences)
    )


def redrawn(sums: np.ndarray, counts: np.ndarray, *, seed: int = 0, draws: int = 2000) -> np.ndarray:
    """Bootstrap means of methods, (draws, methods), of participants and pictures drawn independently, with replacement.

    sums, counts: (methods, participants, pictures), of the answers in each cell. All methods share a draw, so that
    differences are paired. NaN where nothing was drawn of a method, or nobody's interval can be had.
    """
    m, people, pictures = sums.shape
    if min(people, pictures) < LEAST:
        return np.full((draws, m), np.nan)
    rng, parts = np.random.default_rng(seed), []
    together = max(1, AT_ONCE // (people * pictures))
    for start in range(0, draws, together):
        n = min(together, draws - start)
        w = rng.multinomial(people, np.full(people, 1 / people), n).astype(float)  # how often each was drawn
        v = rng.multinomial(pictures, np.full(pictures, 1 / pictures), n).astype(float)
        total, number = (np.einsum("dmq,dq->dm", np.einsum("dp,mpq->dmq", w, x), v) for x in (sums, counts))
        parts.append(np.divide(total, number, out=np.full_like(total, np.nan), where=number > 0))
    return np.concatenate(parts)


def interval(means: np.ndarray) -> tuple[float, float]:
    """Of bootstrap means, the 95 % percentile interval."""
    kept = means[~np.isnan(means)]
    return tuple(map(float, np.quantile(kept, (0.025, 0.975)))) if len(kept) else (np.nan, np.nan)


def _difference(one: Line, other: Line, means: np.ndarray) -> Line:
    low, high = interval(means)
    name, paper = f"{METHODS[one.name]} − {METHODS[other.name]}", one.paper - other.paper
    return Line(name, one.answers + other.answers, one.value - other.value, low, high, paper=paper)
