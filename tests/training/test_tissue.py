"""The recipe on a few pictures: what comes out, and that an interrupted run ends in the same weights."""

import dataclasses

import pytest
import torch

from gradcam_lib.networks.tissue import BUILD, load_tissue
from gradcam_lib.training import tissue
from gradcam_lib.training.loop import Recipe
from gradcam_lib.worlds import tissue as world
from gradcam_lib.worlds.corpus import FIRST

RECIPE = Recipe("tissue_attention", 2, 4, 2e-3)


def test_labels_say_whether_a_picture_has_abnormal_nuclei():
    x, y = tissue.pictures("val", 6)
    drawn = [world.sample(FIRST["val"] + i) for i in range(6)]
    assert y.tolist() == [float(one.arrangement != "none") for one in drawn] and 0 < y.sum() < 6
    assert torch.equal(x[2].permute(1, 2, 0), torch.from_numpy(world.render(drawn[2]).image))


def test_a_batch_is_mirrored_and_turned_in_all_eight_ways():
    x, g = torch.arange(9.0).reshape(1, 1, 3, 3), torch.Generator().manual_seed(0)
    assert len({tuple(tissue.turned(x, g).flatten().tolist()) for _ in range(200)}) == 8


def test_an_interrupted_run_ends_in_the_same_weights(tmp_path, monkeypatch):
    whole = tissue.train("attention", RECIPE, n=8, unseen=4, runs=tmp_path / "whole").state_dict()
    step, done = tissue.turned, []

    def breaks(x, g):
        done.append(1)
        if len(done) == 4:  # in the second epoch
            raise KeyboardInterrupt
        return step(x, g)

    monkeypatch.setattr(tissue, "turned", breaks)
    with pytest.raises(KeyboardInterrupt):
        tissue.train("attention", RECIPE, n=8, unseen=4, runs=tmp_path)
    monkeypatch.setattr(tissue, "turned", step)
    again = tissue.train("attention", RECIPE, n=8, unseen=4, runs=tmp_path).state_dict()
    assert all(torch.equal(whole[name], again[name]) for name in whole)


def test_another_seed_gives_other_weights(tmp_path):
    recipes = [dataclasses.replace(RECIPE, seed=seed, epochs=1) for seed in (0, 1)]
    a, b = (tissue.train("gated", recipe, n=8, unseen=4, runs=tmp_path).U.weight for recipe in recipes)
    assert not torch.equal(a, b)


def test_the_command_writes_what_load_tissue_reads(tmp_path):
    options = "--pictures 8 --unseen 4 --epochs 1".split()
    tissue.main([*options, "--runs", str(tmp_path / "runs"), "--out", str(tmp_path)])
    for name in BUILD:
        clf = load_tissue(name, weights=tmp_path / f"tissue_{name}.safetensors")
        assert "trained on 8 rendered pictures, seed 0" in clf.source
