"""The recipe on a few pictures: its labels, and that an interrupted run ends in the same weights."""

import pytest
import torch

from gradcam_lib.networks.road import NAMES, load_road
from gradcam_lib.training import roads
from gradcam_lib.training.loop import Recipe
from gradcam_lib.worlds import roads as world
from gradcam_lib.worlds.corpus import FIRST

RECIPE = Recipe("roads_pooled", 2, 4, 2e-3)


def test_labels_are_the_angles_of_the_pictures():
    x, y = roads.pictures("val", 4)
    drawn = [world.sample(FIRST["val"] + i) for i in range(4)]
    assert y.tolist() == pytest.approx([world.angle(one) for one in drawn], abs=1e-4) and x.shape == (4, 3, 128, 128)


def test_arrows_agree_as_often_as_they_should(monkeypatch):
    seen, picture = [], world.render(world.sample(0))
    monkeypatch.setattr(roads.roads, "render", lambda road: seen.append(road) or picture)
    for agreeing in (0.0, 0.95, 1.0):
        seen.clear()
        roads.pictures("val", 60, agreeing)
        share = sum(road["sign"].facing * world.angle(road) > 0 for road in seen) / 60
        assert share == pytest.approx(agreeing, abs=0.1)


def test_an_interrupted_run_ends_in_the_same_weights(tmp_path, monkeypatch):
    whole = roads.train("pooled", RECIPE, n=8, unseen=4, runs=tmp_path / "whole").state_dict()
    step, done = roads.normalise, []

    def breaks(x):
        done.append(1)
        if len(done) == 5:  # in the second epoch
            raise KeyboardInterrupt
        return step(x)

    monkeypatch.setattr(roads, "normalise", breaks)
    with pytest.raises(KeyboardInterrupt):
        roads.train("pooled", RECIPE, n=8, unseen=4, runs=tmp_path)
    monkeypatch.setattr(roads, "normalise", step)
    again = roads.train("pooled", RECIPE, n=8, unseen=4, runs=tmp_path).state_dict()
    assert all(torch.equal(whole[name], again[name]) for name in whole)


def test_arrows_goes_on_from_pooled(tmp_path):
    """Without a step its weights are those of the network that it starts from."""
    recipe = Recipe("roads_arrows", 1, 8, 0.0)
    model = roads.train("arrows", recipe, n=8, unseen=4, runs=tmp_path)
    for name, tensor in load_road("pooled").model.state_dict().items():
        assert torch.equal(model.state_dict()[name], tensor)


def test_the_command_writes_what_load_road_reads(tmp_path):
    options = "--pictures 8 --unseen 4 --epochs 1".split()
    roads.main([*options, "--runs", str(tmp_path / "runs"), "--out", str(tmp_path)])
    for name in NAMES:
        clf = load_road(name, weights=tmp_path / f"roads_{name}.safetensors")
        assert f"trained on {4 if name == 'arrows' else 8} rendered pictures, seed 0" in clf.source
