"""Measured numbers: intervals, the file's form, and every committed file."""

import json

import pytest

from gradcam_lib.paths import RESULTS
from gradcam_lib.results import read_results, share, write_results


def test_wilson_interval_by_hand():
    # 8 of 10, z = 1.96: centre (0.8 + z²/20) / (1 + z²/10) = 0.7167, half width 0.2266
    assert share([True] * 8 + [False] * 2) == {"value": 0.8, "low": 0.4902, "high": 0.9433}


def test_what_is_written_is_read(tmp_path):
    write_results("one", {"x": share([True, False])}, command="python -m this", n=2, folder=tmp_path)
    assert read_results("one", folder=tmp_path)["x"]["value"] == 0.5
    assert [p.name for p in tmp_path.iterdir()] == ["one.json"]  # nothing half-written stays behind


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
