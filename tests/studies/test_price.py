"""Two networks on the same pictures: what counts are the pictures on which they differ."""

import json

import numpy as np
import pytest

from gradcam_lib.datasets.tiny_imagenet import Split
from gradcam_lib.studies import price


def test_the_difference_and_who_is_alone_on_paper():
    found = price.paired([1, 1, 1, 0, 0], [1, 0, 0, 1, 0])
    assert (found["value"], found["only_first"], found["only_second"]) == (-0.2, 2, 1)


def test_pairing_narrows_the_interval_of_networks_that_fail_on_the_same_pictures():
    hard = np.random.default_rng(0).random(400) < 0.5
    second = hard.copy()
    second[np.flatnonzero(~hard)[:12]] = True  # right where the first is, and on twelve pictures more
    found = price.paired(hard, second)
    assert found["low"] > 0
    unpaired = 1.96 * (2 * 0.25 / 400) ** 0.5  # half the interval of two independent shares
    assert found["value"] < unpaired


@pytest.fixture
def val(monkeypatch):
    rng = np.random.default_rng(0)
    images, labels = rng.integers(0, 256, (5, 64, 64, 3), np.uint8), np.arange(5)
    boxes = np.tile([0, 0, 64, 64], (5, 1))
    monkeypatch.setattr(price.tiny_imagenet, "root_of", lambda path: path)
    monkeypatch.setattr(price.tiny_imagenet, "load_split", lambda root, split: Split(images, labels, boxes))


def test_the_command_writes_every_measure(val, tmp_path, capsys):
    price.main(["--data", "anywhere", "--results", str(tmp_path)])
    written = json.loads((tmp_path / "photonet_pair.json").read_text())
    assert written["n"] == 5 and written["command"] == "python -m gradcam_lib.studies.price --data PATH"
    assert {*price.MEASURES, "gap_points_better_than_the_centre"} <= written.keys()
    # The box is the whole picture: its middle always hits, and nothing can be better.
    assert written["gap_points_better_than_the_centre"]["only_second"] == 0
    assert "photonet_pair.json" in capsys.readouterr().out
