"""How well a tagger finds tags, and how well their maps find the things.

A photograph is one draw, however many tags it has: values are averaged within it, and methods are compared photograph
by photograph.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gradcam_lib.networks.tagger import Tagger
from gradcam_lib.results import average, share
from gradcam_lib.studies.photographs.records import Record, averaged, new_means, summary
from gradcam_lib.studies.photographs.truth import MIDDLE, add, add_chance, add_pair, score, stretched
from gradcam_lib.studies.tagger.looks import Looked, categories

LEAST = 5  # photographs with a tag, for numbers of that tag alone
PAIRED = [("grad_cam", other) for other in ("centre", "no_tag", "elsewhere", "guided")] + [("guided", "centre")]
MEASURES = ("inside", "density", "inside_difference", "density_difference")  # the last two: own map less another tag's


def average_precision(scores: np.ndarray, true: np.ndarray) -> float:
    """Mean over the true ones of the precision at their score; equal scores are one step, so a constant has the share
    of true ones. scores (N,), true (N,) bool, at least one."""
    order = np.argsort(-scores, kind="stable")
    ends = np.append(np.flatnonzero(np.diff(scores[order])), len(scores) - 1)  # the last of each run of equal scores
    hits = np.cumsum(true[order])[ends]
    return float((np.diff(hits, prepend=0) * hits / (ends + 1)).sum() / hits[-1])


def precision(looks: Sequence[Looked], clf: Tagger, *, draws: int = 1000) -> dict:
    """Mean average precision over the tags of enough photographs, and within photographs over the tags.

    frequency: a tagger that says the training frequency of each tag, whatever it sees. Over photographs that is a
    constant, whose average precision is the tag's prevalence; within a photograph it is an order of the tags.
    """
    tags = categories(clf)
    z = np.stack([one.z[[clf.index(tag) for tag in tags]] for one in looks])
    y = np.array([[tag in one.there for tag in tags] for one in looks])
    kept = np.flatnonzero(y.sum(0) >= LEAST)
    if not len(kept):
        raise ValueError(f"{len(looks)} photographs: none of the tags is in {LEAST} of them; give more")
    by_tag = {
        tags[c]: {"precision": round(average_precision(z[:, c], y[:, c]), 4), "prevalence": round(y[:, c].mean(), 4)}
        for c in kept
    }
    rng, told, chance = np.random.default_rng(0), [], []
    for _ in range(draws):
        rows = rng.integers(len(z), size=len(z))
        there = [c for c in kept if y[rows, c].any()]
        told.append(np.mean([average_precision(z[rows, c], y[rows, c]) for c in there]))
        chance.append(np.mean([y[rows, c].mean() for c in there]))
    some = y.any(1)
    within = np.array([average_precision(a, b) for a, b in zip(z[some], y[some], strict=True)])
    always = np.array([average_precision(-np.arange(len(tags)), b) for b in y[some]])
    return {
        "tags": len(kept),
        "mean": _spread(np.mean([one["precision"] for one in by_tag.values()]), told),
        "prevalence": _spread(np.mean([one["prevalence"] for one in by_tag.values()]), chance),
        "mean minus prevalence": _spread(
            np.mean([one["precision"] - one["prevalence"] for one in by_tag.values()]), np.subtract(told, chance)
        ),
        "above prevalence": int(sum(one["precision"] > one["prevalence"] for one in by_tag.values())),
        "within photographs": average(within),
        "frequency within photographs": average(always),
        "within photographs minus frequency": average(within - always),
        "by tag": by_tag,
    }


def _spread(value: float, draws: Sequence[float]) -> dict[str, float]:
    low, high = np.quantile(draws, (0.025, 0.975))
    return {"value": round(float(value), 4), "low": round(float(low), 4), "high": round(float(high), 4)}


def judged(looks: Sequence[Looked], tags: list[str]) -> list[tuple[Record, list[tuple[str, dict[str, float]]]]]:
    """Of each photograph: method → measure → mean over its tags, and what Grad-CAM is worth tag by tag."""
    found = []
    for i, one in enumerate(looks):
        means, each = new_means(), []
        own = {tag: stretched(one.maps[tags.index(tag)]) for tag in one.masks}
        for tag, mask in one.masks.items():
            add(means, "grad_cam", tag, grad_cam := score(own[tag], mask))
            add(means, "guided", tag, score(one.guided[tag], mask))
            add(means, "no_tag", tag, score(one.plain, mask))
            add_chance(means, tag, mask, one.maps.shape[1:], np.random.default_rng(i))
            add_pair(means, "grad_cam", tag, mask, own[tag], [own[other] for other in own if other != tag])
            add_pair(means, "guided", tag, mask, one.guided[tag], [one.guided[o] for o in one.guided if o != tag])
            later = (looks[(i + k) % len(looks)] for k in range(1, len(looks)))
            if another := next((other for other in later if tag in other.masks), None):
                add(means, "elsewhere", tag, score(stretched(another.maps[tags.index(tag)]), mask))
            each.append((tag, grad_cam | {"centre": score(MIDDLE, mask)["inside"]}))
        found.append((averaged(means), each))
    return found


def pointing(looks: Sequence[Looked], tags: list[str]) -> dict:
    rows = judged(looks, tags)
    records = [record for record, _ in rows if record]
    numbers: dict = summary(records)
    for a, b in PAIRED:
        pairs = [(record[a], record[b]) for record in records if b in record]
        apart = {m: [one[m] - other[m] for one, other in pairs if m in one and m in other] for m in MEASURES}
        numbers[f"{a} minus {b}"] = {m: average(values) for m, values in apart.items() if values}
    by_tag = {tag: [value for _, each in rows for name, value in each if name == tag] for tag in tags}
    numbers["by tag"] = {
        tag: {"photographs": len(of), "inside": share([v["inside"] for v in of])}
        | {"centre": share([v["centre"] for v in of]), "density": average([v["density"] for v in of])}
        for tag, of in by_tag.items()
        if len(of) >= LEAST
    }
    return numbers
