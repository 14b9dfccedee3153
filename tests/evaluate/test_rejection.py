"""The pointing game that may reject, on guesses that are known and as a whole run."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from support.annotated_made import coco, voc
from support.evaluating import options

from gradcam_lib.datasets.annotated import annotated
from gradcam_lib.evaluate import __main__ as command
from gradcam_lib.evaluate.experiment import looked, tuning
from gradcam_lib.evaluate.rejection import Rejection, threshold
from gradcam_lib.networks.zoo import load_classifier


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 12))
def test_the_threshold_is_the_best_of_all(seed: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    score, there, hit = (
        rng.integers(0, 5, (n, 5)) / 4,
        rng.random((n, 5)) < 0.5,
        (rng.random((n, 5)) < 0.7).astype(float),
    )

    def right(limit: float) -> float:
        return float(np.where(there, hit * (score >= limit), score < limit).sum())

    best = max(right(limit) for limit in (*np.unique(score), np.inf))
    assert right(threshold(score, there, hit)) == best


def test_nothing_to_keep_is_rejected_altogether() -> None:
    one = np.ones((2, 5))
    assert threshold(one, one == 0, one) == np.inf and threshold(one[:0], one[:0] == 0, one[:0]) == np.inf
    assert threshold(one, one == 1, one) == 1


def row(name: str, there: int, high: float, p: float, hit: int = 1) -> dict:
    found = {"picture": name}
    for n in range(1, 6):
        is_there = int(n <= there)
        found |= {f"{n}|there": is_there, f"{n}|p": p if is_there else 1 - p, f"{n}|logit": 0.0}
        found |= {f"grad_cam|{n}|max": high if is_there else 1 - high, f"grad_cam|{n}|hit": hit * is_there}
    return found


def test_rejecting_by_map_and_by_probability_on_rows_that_are_known() -> None:
    clf = load_classifier("photonet")
    experiment = Rejection(options(Rejection, methods=["grad_cam"]), clf)
    experiment.kinds = tuple((c,) for c in range(40))
    rows = [row(f"{i}", there=2, high=0.9, p=0.5, hit=int(i % 4 > 0)) for i in range(40)]
    numbers, (table,) = experiment.summary(rows)
    rest = [r for r, tuned in zip(rows, tuning(rows), strict=True) if not tuned]
    hits = np.mean([r["grad_cam|1|hit"] for r in rest])
    found = numbers["grad_cam"]
    assert numbers["there"]["value"] == 0.4 and numbers["rejecting_all"]["value"] == 0.6
    assert found["by_map"]["value"] == pytest.approx(0.6 + 0.4 * hits, abs=1e-4) and found["threshold_by_map"] == 0.9
    assert found["by_probability"]["value"] == found["by_logit"]["value"] == 0.6  # which say nothing here
    assert found["threshold_by_logit"] == "rejects all" and found["never"]["value"] == pytest.approx(
        0.4 * hits, abs=1e-4
    )
    assert found["by_map_minus_by_probability"]["value"] == pytest.approx(0.4 * hits, abs=1e-4)
    assert found["hit_of_those_there"]["value"] == 0.75
    assert [len(r) for r in table.rows] == [len(table.columns)]


def test_guesses_are_kinds_and_their_maps_those_of_the_likeliest_class(tmp_path: Path) -> None:
    clf = load_classifier("photonet")
    experiment = Rejection(options(Rejection, methods=["grad_cam", "centre"]), clf)
    units = experiment.units(annotated(coco(tmp_path, 3), clf))
    bus, fish = (clf.names.index(name) for name in ("school bus", "goldfish"))
    assert set(experiment.kinds) == {(bus,), (fish,)} and [one.picture for one in units] == [
        "0000.png",
        "0001.png",
        "0002.png",
    ]
    experiment.kinds = ((bus, 1), (fish,), (2, 3), (4,), (5,), (6,), (7,))
    pictures = [experiment.seen(one) for one in units]
    look = looked(experiment, pictures, [one.picture for one in units], torch.device("cpu"))
    for i, found in enumerate(experiment.measure(look, pictures)):
        z = look.e.logits[i]
        best = sorted((max(kind, key=lambda c: float(z[c])) for kind in experiment.kinds), key=lambda c: -float(z[c]))[
            :5
        ]
        assert [found[f"{n}|class"] for n in range(1, 6)] == [clf.names[c] for c in best]
        for n, c in enumerate(best, 1):
            assert found[f"{n}|there"] == int(c in (bus, 1, fish)) and found[f"{n}|logit"] == pytest.approx(
                float(z[c]), 1e-4
            )
            heat = torch.nn.functional.interpolate(look.e.map(c)[i][None, None], (64, 64), mode="bilinear")
            assert found[f"grad_cam|{n}|max"] == pytest.approx(float(heat.max()), rel=1e-4, abs=1e-9)
            assert found[f"centre|{n}|hit"] == 0  # nothing lies there
            assert found[f"grad_cam|{n}|hit"] in ((0, 1) if found[f"{n}|there"] else (0,))


def test_a_run_on_boxes_and_on_labels_alone(tmp_path: Path, capsys) -> None:
    said = [
        "rejection",
        "--model",
        "photonet",
        "--data",
        str(voc(tmp_path / "data", 6)),
        "--out",
        str(tmp_path / "out"),
    ]
    assert command.main(said) == 0 and "Five likeliest kinds" in capsys.readouterr().out
    with (tmp_path / "out" / "pictures.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [one["picture"] for one in rows] == ["0000", "0001", "0003", "0004"]
    assert all({one["1|class"], one["2|class"]} == {"school bus", "goldfish"} for one in rows)  # the data knows no more
    voc_picture = tmp_path / "data" / "JPEGImages" / "0000.jpg"
    (folder := tmp_path / "labelled" / "goldfish").mkdir(parents=True)
    (folder / "a.jpg").write_bytes(voc_picture.read_bytes())
    said[4], said[6] = str(tmp_path / "labelled"), str(tmp_path / "other")
    assert command.main(said) == 1 and "needs boxes or outlines" in capsys.readouterr().err
