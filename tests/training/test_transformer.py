"""The recipe on a few pictures: what comes out, and that an interrupted run ends in the same weights."""

import pytest
import torch

from gradcam_lib.networks.transformer import BUILD, FILES, TRANSFORM, load_transformer
from gradcam_lib.pictures.images import to_picture
from gradcam_lib.training import transformer
from gradcam_lib.training.loop import Recipe
from gradcam_lib.worlds import pairs
from gradcam_lib.worlds.corpus import FIRST

RECIPE = Recipe("pairs_cnn", 2, 4, 2e-3)


def test_labels_say_which_kinds_are_there():
    x, y = transformer.pictures("val", 4)
    scene = pairs.sample(FIRST["val"] + 2)
    assert [kind for kind, there in zip(pairs.KINDS, y[2], strict=True) if there] == list(pairs.present(scene))
    small = torch.nn.functional.interpolate(
        torch.from_numpy(pairs.render(scene).image).permute(2, 0, 1)[None].float(), (96, 96), mode="area"
    )
    seen = torch.from_numpy(to_picture(x[2:3].float(), TRANSFORM)).permute(2, 0, 1)
    assert x.shape == (4, 3, 96, 96) and (seen - small[0]).abs().mean() < 8


def test_a_batch_is_mirrored_and_shifted_and_nothing_else():
    x = torch.arange(24.0 * 24).view(1, 1, 24, 24).expand(200, -1, -1, -1)
    out = transformer.moved(x, torch.Generator().manual_seed(0))
    assert out.shape == x.shape and set(out.unique().tolist()) <= set(x.unique().tolist())
    steps = (out[:, 0, 12, 13] - out[:, 0, 12, 12]).tolist()
    assert 70 < steps.count(1) < 130 and steps.count(1) + steps.count(-1) == 200, "half of them are mirrored"
    rows = (out[:, 0, 12, 12] // 24).tolist()
    assert min(rows) == 12 - 8 and max(rows) == 12 + 8


def test_an_interrupted_run_ends_in_the_same_weights(tmp_path, monkeypatch):
    whole = transformer.train("cnn", RECIPE, n=8, unseen=4, runs=tmp_path / "whole").state_dict()
    step, done = transformer.moved, []

    def breaks(x, g):
        done.append(1)
        if len(done) == 4:  # in the second epoch
            raise KeyboardInterrupt
        return step(x, g)

    monkeypatch.setattr(transformer, "moved", breaks)
    with pytest.raises(KeyboardInterrupt):
        transformer.train("cnn", RECIPE, n=8, unseen=4, runs=tmp_path)
    monkeypatch.setattr(transformer, "moved", step)
    again = transformer.train("cnn", RECIPE, n=8, unseen=4, runs=tmp_path).state_dict()
    assert all(torch.equal(whole[name], again[name]) for name in whole)


def test_the_command_writes_what_load_transformer_reads(tmp_path):
    options = "--pictures 8 --unseen 4 --epochs 1".split()
    transformer.main([*options, "--runs", str(tmp_path / "runs"), "--out", str(tmp_path)])
    for name in BUILD:
        clf = load_transformer(name, weights=tmp_path / FILES[name][0])
        assert "trained on 8 drawn pictures, seed 0" in clf.source and clf.names == list(pairs.KINDS)
