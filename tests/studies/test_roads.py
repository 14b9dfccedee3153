"""The study: its measures on made maps that tell the truth, and a small one from end to end."""

import json

import numpy as np
import pytest
import torch

from gradcam_lib.networks.classifier import Classifier
from gradcam_lib.networks.road import NAMES, TRANSFORM, build
from gradcam_lib.studies import roads, roads_seen
from gradcam_lib.studies.ledger.evidence import Results
from gradcam_lib.worlds import roads as world


@pytest.fixture(scope="module")
def networks():
    torch.manual_seed(0)
    return {name: Classifier(build(name).eval(), ["angle"], "features", "random", TRANSFORM) for name in NAMES}


@pytest.fixture(scope="module")
def seen(networks):
    return [roads_seen.Seen(seed, networks) for seed in range(4)]


def truthful(seen, factor=1.0):
    """Each picture with a map that is, on every part, what the part adds to the angle (here: made up)."""
    rng = np.random.default_rng(0)
    for one in seen:
        heat = np.zeros((128, 128))
        for part in ("others", "sign", "right", "left"):
            if part in one.said["pooled"]:
                adds = rng.uniform(3, 30) * rng.choice((-1, 1))
                one.said["pooled"][part] = one.said["pooled"]["whole"] - adds
                heat[one.masks[part]] = factor * adds
        one.maps["pooled"]["grad_cam"] = heat
    return seen


def test_without_takes_away_one_part_alone():
    road = world.sample(3)
    assert {t.id for t in road.things} - {t.id for t in roads_seen.without(road, "sign").things} == {"sign"}
    left = roads_seen.without(road, "others").things
    assert {t.kind for t in left} == {"sky", "road", "marking", "sign"}
    assert roads_seen.without(roads_seen.without(road, "sign"), "sign") is None


def test_masks_are_grown_by_a_position_of_the_map():
    picture = world.render(world.sample(3))
    masks = roads_seen.masks_of(picture)
    for part in ("sign", "left", "right"):
        if part in picture.masks and picture.masks[part].any():
            assert (masks[part] >= picture.masks[part]).all()
            rows, own = (np.flatnonzero(m.any(1)) for m in (masks[part], picture.masks[part]))
            assert own[0] - rows[0] == roads_seen.CELL or rows[0] == 0


def test_a_map_that_tells_the_truth_is_right_and_its_negative_is_wrong(seen):
    told = {f: roads.counterfactual(truthful(seen, f), "pooled", "grad_cam") for f in (1, -1)}
    for part in ("left", "right"):  # the two may touch far away
        assert told[1][part]["sign"]["value"] > 0.7 and told[-1][part]["sign"]["value"] < 0.3
        assert told[1][part]["that change"] == told[1][part]["pictures"] > 0


def test_naming_the_same_sign_every_time_is_right_as_often_as_the_commoner_sign(seen):
    seen = truthful(seen)
    changes = [one.change("pooled", "left") for one in seen if "left" in one.said["pooled"]]
    commoner = max(np.mean(np.greater(changes, 0)), np.mean(np.less(changes, 0)))
    told = roads.counterfactual(seen, "pooled", "grad_cam")["left"]
    assert told["sign, always the same"]["value"] == pytest.approx(commoner, abs=1e-4)
    ahead = told["sign"]["value"] - commoner
    assert told["sign, less always the same"]["value"] == pytest.approx(ahead, abs=1e-3)


def test_a_map_on_the_paint_alone_is_dense_there(seen):
    for one in seen:
        one.maps["pooled"]["grad_cam"] = -1.0 * one.masks["paint"]
    told = roads.location(seen, "pooled", "grad_cam")
    assert told["density, paint"]["value"] == pytest.approx(1 / told["share of picture"]["value"], rel=0.2)
    assert told["density, sky"]["value"] < 1 and told["hit"]["value"] == 1


def test_adding_up_by_hand(seen):
    for i, one in enumerate(seen):
        one.sums["pooled"], one.said["pooled"]["whole"] = float(i), i + 2.0
    told = roads.adding_up(seen, "pooled", bias=1.5)
    assert told == {"bias": 1.5, "largest difference": 0.5, "rho": 1.0}


def test_correlations_are_compared_draw_by_draw():
    change = np.arange(20.0)
    told = roads._correlations(change, -change, change)
    assert told["rho"] == {"value": 1, "low": 1, "high": 1}
    assert told["rho, less another picture's map"] == {"value": 2, "low": 2, "high": 2}


def test_a_small_study_from_end_to_end(tmp_path, monkeypatch, networks):
    monkeypatch.setattr(roads, "load_road", networks.__getitem__)
    monkeypatch.setattr(roads, "TURNS", -1000.0)
    monkeypatch.setattr(roads, "CHANGES", 0.0)
    roads.main(["--pictures", "3", "--results", str(tmp_path)])
    told = json.loads((tmp_path / "roads.json").read_text())
    assert told["n"] == 3 and told["command"] == "python -m gradcam_lib.studies.roads --pictures 3"
    assert told["pooled"]["adding up"]["largest difference"] < 0.01
    assert set(told["flat"]) >= {"accuracy", "turns", *roads.METHODS["flat"]}
    turns = told["pooled"]["turns"]  # here every picture counts as a turn, so the next turn is the next picture
    assert turns["another turn's map of +y"] == turns["another's map of +y"] != turns["map of +y"]
    number = Results(tmp_path)("roads > pooled > grad_cam > without > left > sign")
    assert 0 <= number.low <= number.value <= number.high <= 1
