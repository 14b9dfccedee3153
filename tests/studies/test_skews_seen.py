"""What networks of seven skews say of eight people: packed and unpacked, stored, and made again."""

from __future__ import annotations

import json

import numpy as np
import pytest
from torch import nn

from gradcam_lib.bias.collection import BALANCED, Skew, load_bias
from gradcam_lib.bias.people import VERSIONS
from gradcam_lib.networks.zoo import PHOTONET_TRANSFORM, Classifier
from gradcam_lib.results import read_results
from gradcam_lib.studies import skews_seen as study
from gradcam_lib.studies.skews_seen import LEVELS, changed, looked, packed, unpacked


def test_maps_come_back_within_half_a_step() -> None:
    """Also where an edit turns the map round, so that the difference does not fit into 8 bits."""
    maps = np.random.default_rng(0).normal(size=(8, 4, 3, 5)) * np.arange(1, 9)[:, None, None, None]
    maps[:, 1] = -maps[:, 0]
    step = np.abs(maps).max((1, 2, 3), keepdims=True) / LEVELS
    assert (np.abs(unpacked(packed(maps)) - maps) <= 0.51 * step + 1e-4).all()
    assert not unpacked(packed(0 * maps)).any()


@pytest.mark.parametrize(("skew", "name"), [("50/50", "balanced"), ("78/93", "biased")])
def test_the_stored_maps_are_those_of_the_shipped_networks(skew: str, name: str) -> None:
    """These two were trained by the same recipe with the same seed, which nothing but rounding tells apart."""
    stored = read_results("skews_seen")["skews"][skew]
    logits, maps = looked(load_bias(name))
    assert np.abs(np.array(stored["networks"]["0"]["logits"]) - logits).max() < 0.05
    assert (np.abs(unpacked(stored["maps"]) - maps).max((1, 2, 3)) < 0.02 * np.abs(maps).max((1, 2, 3))).all()


def test_other_networks_give_other_answers_and_the_strongest_skew_most() -> None:
    """As the page says."""
    skews = {skew: kept["networks"].values() for skew, kept in read_results("skews_seen")["skews"].items()}
    for networks in skews.values():
        said = np.array([one["logits"] for one in networks]) < 0
        assert (said[1:] != said[0]).any()
        assert [one["changed"] for one in networks] == [changed(np.array(one["logits"])) for one in networks]
    flips = {skew: sum(one["changed"]["other hair and face"] for one in networks) for skew, networks in skews.items()}
    assert max(flips, key=flips.get) == "100/100" and min(flips, key=flips.get) in ("50/50", "60/60")


def test_changed_answers_are_counted_by_version() -> None:
    logits = np.ones((8, 4))
    logits[:3, 1] = logits[4, 2] = -1
    assert changed(logits) == {"other hair and face": 3, "other clothes": 1, "both": 0}


def test_a_network_whose_classes_are_no_opposites_is_refused() -> None:
    model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 2))
    clf = Classifier(model.eval(), ["doctor", "nurse"], "1", "made for a test", PHOTONET_TRANSFORM)
    nn.init.constant_(model[-1].bias, 3.0)
    with pytest.raises(ValueError, match="not each other's negatives"):
        looked(clf)


def test_a_small_study_from_end_to_end(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    monkeypatch.setattr(study, "SKEWS", {"clinic": [BALANCED, Skew()]})
    monkeypatch.setattr(study, "PER_CLASS", 4)
    train = study.train
    monkeypatch.setattr(study, "train", lambda pictures, seed: train(pictures, seed=seed, epochs=2))
    study.main(["--seeds", "2", "--results", str(tmp_path)])
    told = json.loads((tmp_path / "skews_seen.json").read_text())
    assert told["n"] == 8 and told["versions"] == list(VERSIONS) and set(told["skews"]) == {"50/50", "78/93"}
    one, other = (np.array([one["logits"] for one in kept["networks"].values()]) for kept in told["skews"].values())
    assert one.shape == (2, 8, 4) and (one != other).any() and (one[0] != one[1]).any()
    maps = unpacked(told["skews"]["50/50"]["maps"])
    assert maps.shape == (8, 4, 16, 16) and maps.mean((2, 3)) * 256 == pytest.approx(one[0], abs=0.02)
