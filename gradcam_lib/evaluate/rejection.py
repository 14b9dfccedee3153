"""The pointing game that may reject: of the five likeliest kinds of thing, which are there, and where?

The paper's variant. For each of the five a map is made. A kind that is there counts as right where the map's maximum
lies on it and the map is kept, a kind that is not there where the map is rejected: its maximum is below a threshold,
which is chosen for each method on half of the pictures; the other half is scored. Baselines: rejecting by the class's
logit or by its probability, without a look at the map; rejecting nothing; and rejecting everything.

A kind is what the data tell apart: a category of COCO or VOC, whose map is that of its likeliest class, or else a class
of the network. Of classes that are no kind of the data nobody has said whether they are there: they are left out.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import compress
from typing import Any, NamedTuple

import numpy as np

from gradcam_lib.datasets.examples import Annotated
from gradcam_lib.evaluate.experiment import (
    BASE,
    Experiment,
    Seen,
    Table,
    Whole,
    column,
    in_percent,
    interval,
    tuning,
    whole_pictures,
)
from gradcam_lib.evaluate.look import Look
from gradcam_lib.evaluate.pointing import TOLERANCE
from gradcam_lib.evaluate.run import Row
from gradcam_lib.measures.localize import pointing_hit

GUESSES = 5
WAYS = ("by_map", "by_logit", "by_probability", "never")


class Guess(NamedTuple):
    """kind: its classes; target: the likeliest of them, with its logit and its probability."""

    kind: tuple[int, ...]
    target: int
    logit: float
    p: float


class Rejection(Experiment):
    name = "rejection"
    methods = (BASE, "c_mwp", "saliency", "centre")

    def units(self, data: Annotated) -> list[Whole]:
        self.kinds = data.kinds or tuple((c,) for c in range(len(self.clf.names)))
        return whole_pictures(data.examples)

    def seen(self, one: Whole) -> Seen:
        found = one.seen(self.clf, self.side)
        if not found.mask.any():
            raise ValueError("nobody has said where things are; rejection needs boxes or outlines")
        return found

    def measure(self, look: Look, pictures: list[Seen]) -> list[Row]:
        guessed = self._guesses(look)
        rows: list[Row] = [{} for _ in pictures]
        for n in range(len(guessed[0])):
            guesses = [five[n] for five in guessed]
            masks = [_where(one, guess.kind) for one, guess in zip(pictures, guesses, strict=True)]
            for row, guess, mask in zip(rows, guesses, masks, strict=True):
                row |= {f"{n + 1}|class": self.clf.names[guess.target], f"{n + 1}|there": int(mask is not None)}
                row |= {f"{n + 1}|logit": _short(guess.logit), f"{n + 1}|p": _short(guess.p)}
            asked = replace(look, targets=[guess.target for guess in guesses])
            for method in self.chosen:
                for row, mask, heat in zip(rows, masks, method.heats(asked), strict=True):
                    hit = mask is not None and pointing_hit(heat, mask, TOLERANCE * self.side)
                    row |= {f"{method.name}|{n + 1}|max": _short(heat.max()), f"{method.name}|{n + 1}|hit": int(hit)}
        return rows

    def _guesses(self, look: Look) -> list[list[Guess]]:
        """The five likeliest of each picture, the likeliest first."""
        guessed = []
        for z in look.e.logits.float().cpu():
            p, z = z.softmax(0).tolist(), z.tolist()
            best = [Guess(kind, c := max(kind, key=z.__getitem__), z[c], p[c]) for kind in self.kinds]
            guessed.append(sorted(best, key=lambda one: -one.logit)[:GUESSES])
        return guessed

    def summary(self, rows: list[Row]) -> tuple[dict[str, Any], list[Table]]:
        tune = tuning(rows)
        rest = list(compress(rows, ~tune))
        there, logit, p = (self._guessed(rows, what) for what in ("there", "logit", "p"))
        there = there == 1
        numbers: dict[str, Any] = {
            "there": interval(rows, there.mean(1)),
            "rejecting_all": interval(rest, (~there[~tune]).mean(1)),
        }
        right: dict[str, dict[str, np.ndarray]] = {}
        for method in self.chosen:
            highest, hit = (self._guessed(rows, what, method.name) for what in ("max", "hit"))
            numbers[method.name] = {"hit_of_those_there": interval(rows, _share(hit, there))}
            right[method.name] = {"never": (there & (hit == 1)).mean(1)[~tune]}
            for way, score in zip(WAYS[:3], (highest, logit, p), strict=True):
                limit = threshold(score[tune], there[tune], hit[tune])
                kept = score >= limit
                right[method.name][way] = np.where(there, kept & (hit == 1), ~kept).mean(1)[~tune]
                numbers[method.name][f"threshold_{way}"] = _short(limit) if np.isfinite(limit) else "rejects all"
        for name, found in right.items():
            numbers[name] |= {way: interval(rest, found[way]) for way in WAYS}
            for way in WAYS[1:3]:
                numbers[name][f"by_map_minus_{way}"] = interval(rest, found["by_map"] - found[way])
            if name != BASE and BASE in right:
                numbers[name][f"minus_{BASE}"] = interval(rest, found["by_map"] - right[BASE]["by_map"])
        return numbers, [self._table(numbers)]

    def _guessed(self, rows: list[Row], what: str, method: str = "") -> np.ndarray:
        """(pictures, guesses)"""
        begin = f"{method}|" if method else ""
        return np.stack([column(rows, f"{begin}{n}|{what}") for n in range(1, min(GUESSES, len(self.kinds)) + 1)], 1)

    def _table(self, numbers: dict[str, Any]) -> Table:
        there, rejected = in_percent(numbers["there"]), in_percent(numbers["rejecting_all"])
        title = (
            f"Five likeliest kinds of a picture, of which {there} % are there (rejecting all is right in {rejected} %)"
        )
        columns = ["method", "right, rejecting by the map, %", "by the logit, %", "by the probability, %", "never, %"]
        columns += [
            "map less logit, points",
            "map less probability, points",
            f"by the map, less {BASE}, points",
            "hit, of those there, %",
        ]
        measures = (*WAYS, *(f"by_map_minus_{way}" for way in WAYS[1:3]), f"minus_{BASE}", "hit_of_those_there")
        table = [[c.name, *(in_percent(numbers[c.name].get(m, {})) for m in measures)] for c in self.chosen]
        return Table(title, columns, table)


def threshold(score: np.ndarray, there: np.ndarray, hit: np.ndarray) -> float:
    """Which lowest score to keep so that most guesses are right; infinite where it is best to reject them all."""
    order = np.argsort(-score, axis=None, kind="stable")
    score, gain = score.flat[order], np.where(there, hit, -1.0).flat[order].cumsum()
    gain[:-1][score[:-1] == score[1:]] = -np.inf  # of equal scores all are kept, or none
    return float(score[gain.argmax()]) if len(gain) and gain.max() > 0 else float("inf")


def _where(one: Seen, kind: tuple[int, ...]) -> np.ndarray | None:
    """The mask of all things of this kind; None where there is none."""
    masks = [thing.mask for thing in one.things.values() if set(thing.classes) & set(kind)]
    return np.logical_or.reduce(masks) if masks else None


def _share(hit: np.ndarray, there: np.ndarray) -> np.ndarray:
    """Of each picture the share of hits among the guesses that are there; NaN where none is."""
    n = there.sum(1)
    return np.where(n > 0, (hit * there).sum(1) / np.maximum(n, 1), np.nan)


def _short(value: float) -> float:
    return float(f"{float(value):.6g}")
