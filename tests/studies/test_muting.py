"""The study of patch sizes: falls by hand on a linear network, and its numbers on made pictures."""

import json

import numpy as np
import pytest
import torch
from torch import nn

from gradcam_lib.evaluate.experiment import Seen
from gradcam_lib.measures.faithfulness import rank_correlation
from gradcam_lib.networks.classifier import Classifier, Transform
from gradcam_lib.studies import muting

TRANSFORM = Transform(224, 224, mean=(0.5, 0.5, 0.5), std=(0.25, 0.25, 0.25))


def classifier():
    """The score of class c is the mean of colour c: covering takes away what is bright in that colour."""
    model = nn.Sequential(nn.Conv2d(3, 3, 1, bias=False), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten())
    model[0].weight.data = torch.eye(3)[..., None, None]
    return Classifier(model.eval(), ["red", "green", "blue"], "1", "by hand", TRANSFORM)


def scene(column, colour):
    """A square of one colour on black ground, 64 pixels wide."""
    picture = np.zeros((224, 224, 3), np.uint8)
    picture[80:144, column : column + 64, colour] = 255
    mask = picture[..., colour] > 0
    return Seen(picture, (colour,), (), mask, True)


@pytest.mark.parametrize("kind", muting.KINDS, ids=str)
def test_the_fall_is_highest_where_the_patch_hides_the_square(kind):
    clf, one = classifier(), scene(32, 1)
    red, green = muting.falls(clf, one.input(clf), [0, 1], kind)
    assert green[112, 64] == pytest.approx(green.max(), rel=0.15) and green[112, 200] < 0.1 * green.max()
    assert np.abs(red).max() < 1e-6, "no red is there to be covered"


def test_the_fall_by_hand():
    """A patch of 56 inside a square of value 2 takes 56² of 224² pixels times 2 from the mean."""
    clf, one = classifier(), scene(24, 1)
    green = muting.falls(clf, one.input(clf), [1], (56, "mean"))[0]
    assert green.max() == pytest.approx(2 * 56**2 / 224**2, rel=0.05)  # at half a pixel from its centre


def test_forwards():
    assert {patch: muting.forwards(patch) for patch in muting.STRIDES} == {16: 197, 32: 170, 56: 50, 112: 26}


def test_a_small_study_from_end_to_end(tmp_path, monkeypatch):
    pictures = [scene(16, 0), scene(144, 1), scene(80, 2)]
    monkeypatch.setattr(muting, "load_classifier", lambda name: classifier())
    monkeypatch.setattr(muting, "units", lambda data, clf, n: pictures[:n])
    muting.main(["--data", "made", "--pictures", "3", "--results", str(tmp_path)])
    told = json.loads((tmp_path / "muting.json").read_text())
    assert told["n"] == 3 and told["command"] == "python -m gradcam_lib.studies.muting --data DATA --pictures 3"
    for patch, fill in muting.KINDS:
        # a patch of 112 hides the whole square at several places
        assert told[f"hit {patch} {fill}"]["value"] == 1 or patch == 112
        assert told[f"{patch} {fill} ~ grad_cam, less another picture's grad_cam"]["value"] > 0
    assert told["32 mean ~ 56 mean, below zero"]["value"] == 0
    assert told["32 mean ~ 56 mean"]["value"] > told["32 mean ~ another class's 56 mean"]["value"]
    assert told["hit grad_cam"]["value"] == 1 > told["hit blob"]["value"]


def test_an_empty_map_agrees_with_nothing():
    empty, full = np.zeros((224, 224)), np.random.default_rng(0).random((224, 224))
    assert np.isnan(rank_correlation(empty, full)) and muting._rho(empty, full) == 0
