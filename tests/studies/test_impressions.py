"""The study of impressions: its measures by hand, and that what is finished is not made again."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from gradcam_lib.networks.zoo import load_classifier
from gradcam_lib.results import read_results
from gradcam_lib.studies import filters, impressions


def test_places_and_what_is_told_of_them_by_hand() -> None:
    y = torch.tensor([[3.0, 1, 2], [3, 1, 2], [0, 0, 0]])
    place = impressions.places(y, [0, 1, 2])
    assert place.tolist() == [0, 2, 0]  # equal logits are not above
    told = impressions.recognised(np.array([0, 4, 5, 99]))
    assert (told["top_1"]["value"], told["top_5"]["value"], told["median_place"]) == (0.25, 0.5, 5.5)


def test_two_recipes_are_compared_class_by_class() -> None:
    told = impressions.compared(np.array([0, 50, 100]), np.array([0, 0, 50]), 101)
    assert told["top_5"]["value"] == pytest.approx(-1 / 3, abs=1e-4)
    assert told["ranked_below"]["value"] == pytest.approx(-1 / 3, abs=1e-4)
    assert impressions.compared(np.array([3, 7]), np.array([3, 7]), 101)["ranked_below"]["high"] == 0


def test_a_finished_part_is_not_made_again(tmp_path, monkeypatch, capsys) -> None:
    photo, lite = load_classifier("photonet"), load_classifier("efficientnet_lite0")
    classes, there = [0, 1], [lite.index(name) for name in photo.names[:2]]
    arguments = (photo, lite, classes, there, tmp_path)
    first = impressions.measure(*arguments, side=16, steps=1)
    monkeypatch.setattr(impressions, "class_impressions", None)
    assert impressions.measure(*arguments, side=16, steps=1) == first
    assert set(first) == set(impressions.WITHOUT) and len(list(tmp_path.iterdir())) == len(first)
    assert first["whole"]["other_next_class"]["top_5"].keys() == {"value", "low", "high"}


def test_the_fit_of_filters_from_end_to_end(tmp_path) -> None:
    filters.main(["--models", "photonet", "--results", str(tmp_path)])
    told = read_results("filters", folder=tmp_path)
    assert told["photonet"] == read_results("filters")["photonet"]
    assert told["n"] == told["photonet"]["filters"] == 32 and told["photonet"]["side"] == 3


def test_the_stored_numbers_carry_the_claim() -> None:
    r = read_results("impressions")
    for pair in ("lite0_by_squeezenet", "photonet_by_lite0"):
        whole = r[pair]["whole"]
        assert whole["own"]["top_1"]["value"] >= 0.95
        controls = [whole[name]["top_5"]["value"] for name in ("other_next_class", "other_same_spectrum")]
        assert whole["other"]["top_5"]["low"] > max(5 / 1000, *controls)
        assert r[pair]["no transforms"]["less_whole"]["top_5"]["high"] < 0
