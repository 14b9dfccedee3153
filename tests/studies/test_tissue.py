"""The study: truths about patches, its measures on made maps, and a small one from end to end."""

import json

import numpy as np
import pytest
import torch

from gradcam_lib.networks.classifier import Classifier, TwoSided
from gradcam_lib.networks.tissue import BUILD, NAMES, TRANSFORM
from gradcam_lib.studies import tissue
from gradcam_lib.studies.ledger.evidence import Results
from gradcam_lib.worlds import tissue as world


def picture(arrangement="spread", seed=1):
    return world.render(world.sample(seed, arrangement=arrangement))


def test_patches_with_a_centre_and_patches_free_of_any_part():
    one = picture()
    truth = tissue.truth_of(one)
    held, free = truth.held, truth.free
    assert np.array_equal(truth.mask, world.evidence(one))
    cut = truth.mask.reshape(6, 28, 6, 28).transpose(0, 2, 1, 3)
    assert not (held & free).any() and np.array_equal(~free, cut.any((2, 3)))
    assert 1 <= held.sum() <= len([t for t in one.scene.things if t.kind == "abnormal"])
    assert (cut.sum((2, 3))[held] > 20).all(), "a patch with a centre holds a good part of the nucleus"


def test_auc_by_hand():
    heat = np.array([3.0, 1.0, 2.0, 2.0])
    positive, negative = np.array([True, False, True, False]), np.array([False, True, False, True])
    assert tissue.auc(heat, positive, negative) == pytest.approx((1 + 1 + 1 + 0.5) / 4)
    assert tissue.auc(np.zeros(4), positive, negative) == 0.5


def test_the_truth_as_a_map_scores_full_marks_and_its_negative_none():
    truth = tissue.truth_of(picture())
    right = tissue.judged(torch.tensor(truth.held).float(), torch.tensor(truth.mask).float(), truth)
    assert right == dict.fromkeys(tissue.MEASURES, 1.0)
    wrong = tissue.judged(torch.tensor(~truth.held).float(), torch.tensor(~truth.mask).float(), truth)
    assert wrong["patch_auc"] == wrong["patch_pointing"] == wrong["pixel_auc"] == wrong["patches_found"] == 0


def test_an_empty_map_points_nowhere():
    told = tissue.judged(torch.zeros(6, 6), torch.zeros(168, 168), tissue.truth_of(picture()))
    assert told["patch_pointing"] == told["patches_found"] == told["pixel_pointing"] == 0
    assert told["patch_auc"] == told["pixel_auc"] == 0.5


def test_a_map_is_averaged_over_patches():
    heat = torch.zeros(42, 42)
    heat[7:14, 14:21] = 1
    told = tissue.over_patches(heat)
    assert told[1, 2] == 1 and told.sum() == 1


def test_differences_are_taken_seed_by_seed():
    """The seeds differ by much, the methods by 0.1 where the evidence is spread and not at all where it is not."""
    base = [0.0, 0.3, 0.6, 0.9]

    def of(more):
        return {name: [v + more for v in base] for name in tissue.MEASURES}

    methods = {method for pair in tissue.PAIRS for method in pair}
    found = {"spread": {m: of(0.1 * (m == "attention")) for m in methods}, "clustered": {m: of(0) for m in methods}}
    told = tissue.summary(found)["attention minus grad_cam"]
    assert told["spread"]["patch_auc"] == {"value": 0.1, "low": 0.1, "high": 0.1}
    assert told["clustered"]["patch_auc"]["high"] == 0 and told["spread minus clustered"]["patch_auc"]["low"] == 0.1


def test_a_network_that_always_says_abnormal_is_right_half_of_the_time():
    logits = {name: {a: [1.0, 1.0] for a in world.ARRANGEMENTS} for name in BUILD}
    told = tissue.accuracies(logits)
    assert told["cnn"]["spread"]["value"] == 1 and told["cnn"]["none"]["value"] == 0
    assert told["cnn"]["balanced"]["value"] == 0.5 and told["attention minus cnn"]["value"] == 0


def test_a_small_study_from_end_to_end(tmp_path, monkeypatch):
    torch.manual_seed(0)
    made = {name: TwoSided(build().eval()).eval() for name, build in BUILD.items()}
    layer = {"cnn": "network.features"}
    monkeypatch.setattr(
        tissue, "load_tissue", lambda name: Classifier(made[name], NAMES, layer.get(name), "random", TRANSFORM)
    )
    tissue.main(["--seeds", "2", "--results", str(tmp_path)])
    told = json.loads((tmp_path / "tissue.json").read_text())
    assert told["n"] == 2 and told["command"] == "python -m gradcam_lib.studies.tissue --seeds 2"
    methods = {"attention", "gated", "grad_cam", "occlusion", "random", "centre", "darkness"}
    assert set(told["spread"]) == set(told["clustered"]) == methods
    number = Results(tmp_path)("tissue > attention minus grad_cam > spread minus clustered > patch_auc")
    assert number.low <= number.value <= number.high
