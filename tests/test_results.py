"""Measured numbers: intervals, the file's form, and every committed file."""

import json

import numpy as np
import pytest
from scipy.stats import bootstrap

from gradcam_lib import results
from gradcam_lib.paths import RESULTS
from gradcam_lib.results import average, read_results, share, write_results


def test_wilson_interval_by_hand():
    # 8 of 10, z = 1.96: centre (0.8 + z²/20) / (1 + z²/10) = 0.7167, half width 0.2266
    assert share([True] * 8 + [False] * 2) == {"value": 0.8, "low": 0.4902, "high": 0.9433}


@pytest.mark.parametrize("values", [[0, 1, 1, 0.5], [3.0, 3.0], list(range(50))])
def test_the_bootstrap_is_that_of_scipy(values):
    draws = np.random.default_rng(4)
    expected = bootstrap((values,), np.mean, n_resamples=2000, method="percentile", random_state=draws)
    low, high = expected.confidence_interval
    assert average(values, seed=4) == pytest.approx({"value": np.mean(values), "low": low, "high": high}, abs=6e-5)


def test_draws_made_in_parts_are_the_same(monkeypatch):
    values = np.random.default_rng(0).random(501)  # odd: a generator may keep half of a number back
    whole = average(values)
    monkeypatch.setattr(results, "AT_ONCE", 7 * len(values))
    assert average(values) == whole


def test_a_single_value_is_its_own_interval():
    assert average([0.25]) == {"value": 0.25, "low": 0.25, "high": 0.25}


def test_what_is_written_is_read(tmp_path):
    write_results("one", {"x": share([True, False])}, command="python -m this", n=2, folder=tmp_path)
    assert read_results("one", folder=tmp_path)["x"]["value"] == 0.5
    assert [p.name for p in tmp_path.iterdir()] == ["one.json"]  # nothing half-written stays behind


def test_an_interval_stands_on_one_line_and_nothing_is_lost(tmp_path):
    numbers = {"a [1": {7: share([True]), "list": [1, (2, "]")], "none": {}}, "é": [{"x": [[]]}, None]}
    lines = write_results("one", numbers, command="c", n=1, folder=tmp_path).read_text(encoding="utf-8").splitlines()
    assert '  "7": {"value": 1.0, "low": 0.2065, "high": 1.0},' in lines
    plain = json.loads(json.dumps({"command": "c", "n": 1, **numbers}))
    assert read_results("one", folder=tmp_path) == plain


def test_a_missing_result_says_what_there_is(tmp_path):
    write_results("one", {}, command="c", n=1, folder=tmp_path)
    with pytest.raises(FileNotFoundError, match="not measured yet; there are: one"):
        read_results("two", folder=tmp_path)


@pytest.mark.parametrize("path", sorted(RESULTS.glob("*.json")), ids=lambda p: p.stem)
def test_every_committed_result_says_how_it_was_made(path):
    numbers = json.loads(path.read_text(encoding="utf-8"))
    assert numbers["command"].startswith("python -m gradcam_lib.") and numbers["n"] > 0
    for value in numbers.values():
        if isinstance(value, dict) and "value" in value:
            assert value["low"] <= value["value"] <= value["high"]
