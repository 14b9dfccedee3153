"""The study: what is paired with what, what is read back, and a small one from end to end."""

import json

import pytest

from gradcam_lib.bias.collection import BALANCED, Skew
from gradcam_lib.studies import bias
from gradcam_lib.studies.bias import Run, Sizes, averages, differences, measured, runs_of, summary

SIZES = Sizes(per_class=4, per_cell=2, edited=1, epochs=1)


@pytest.fixture
def few(monkeypatch):
    monkeypatch.setattr(bias, "SKEWS", {"clinic": [BALANCED, Skew()], "tanks": [BALANCED]})
    monkeypatch.setattr(bias, "SHORTCUTS", {"tint": bias.SHORTCUTS["tint"]})


def test_runs_are_named_by_skew_or_shortcut():
    runs = runs_of(2)
    assert len(runs) == len(set(runs)) == 2 * (7 + 2 + 4)
    assert [run.name for run in runs[:7]] == ["50/50", "60/60", "70/70", "80/80", "90/90", "100/100", "78/93"]
    assert {run.name for run in runs if run.shortcut} == {"tint", "strong tint", "grain", "blur"}


def test_differences_are_taken_seed_by_seed():
    """The seeds differ by 10, the skews by 1 or 3: paired, the interval is narrow and the mean is 2."""
    even = {Run("clinic", BALANCED, s): {"a": 10.0 * s, "only here": 1.0} for s in (0, 1)}
    skewed = {Run("clinic", Skew(1, 1), s): {"a": 10.0 * s + 1 + 2 * s} for s in (0, 1)}
    told = differences(even | skewed, lambda r: r.skew.first == 1, lambda r: r.skew.first == 0.5)
    assert list(told) == ["a"] and told["a"]["value"] == 2 and 1 <= told["a"]["low"] <= told["a"]["high"] <= 3


def test_undefined_numbers_do_not_count():
    told = averages([{"a": 1.0, "b": float("nan")}, {"a": 3.0, "b": 4.0}])
    assert told["a"]["value"] == 2 and told["b"]["value"] == 4


def test_a_run_is_read_back_and_not_with_other_sizes(tmp_path, monkeypatch):
    calls = []
    monkeypatch.setattr(bias, "measure", lambda run, sizes: calls.append(run) or {"a": float(run.seed)})
    run = Run("clinic", Skew(), 3)
    assert [measured(run, SIZES, tmp_path)["a"] for _ in range(2)] == [3, 3] and len(calls) == 1
    measured(run, Sizes(per_class=5), tmp_path)
    assert len(calls) == 2 and all(path.suffix == ".json" for path in tmp_path.iterdir())


def test_a_run_that_fails_leaves_nothing_behind(tmp_path, monkeypatch):
    def fails(run, sizes):
        raise KeyboardInterrupt

    monkeypatch.setattr(bias, "measure", fails)
    with pytest.raises(KeyboardInterrupt):
        measured(Run("clinic", BALANCED, 0), SIZES, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_shortcut_is_compared_with_the_clean_network(few):
    """On pictures like its own; not on the plain ones."""
    clean = {Run("clinic", s, 0): {"share on face": 0.2} for s in (BALANCED, Skew())}
    clean[Run("tanks", BALANCED, 0)] = {"share on sky": 0.5}
    tint = {Run("clinic", BALANCED, 0, "tint"): {"share on face": 0.9, "share on face in pictures like its own": 0.3}}
    told = summary(clean | tint)
    assert told["shortcuts"]["tint minus none"]["share on face"]["value"] == pytest.approx(0.1)
    assert told["clinic"]["78/93 minus 50/50"]["share on face"]["value"] == 0


def test_a_small_study_from_end_to_end(few, tmp_path):
    options = "--seeds 1 --per-class 4 --per-cell 2 --edited 1 --epochs 1 --workers 1 --precision bfloat16".split()
    bias.main([*options, "--runs", str(tmp_path / "runs"), "--results", str(tmp_path)])
    told = json.loads((tmp_path / "bias.json").read_text())
    assert (
        told["n"] == 1 and told["test_pictures"] == 8 and set(told["clinic"]) == {"50/50", "78/93", "78/93 minus 50/50"}
    )
    even = told["clinic"]["50/50"]
    shares = sum(
        even[f"share on {r}"]["value"] for r in ("face", "hair", "coat or scrubs", "stethoscope", "clipboard", "rest")
    )
    assert shares == pytest.approx(1, abs=1e-3) and {"low", "high"} <= set(even["flips by clothes"])
    tint = told["shortcuts"]["tint"]
    assert (
        0 <= tint["accuracy of doctor, plain"]["value"] <= 1 and "share on face" in told["shortcuts"]["tint minus none"]
    )
