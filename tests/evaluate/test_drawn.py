"""Worlds as data: what is said of their pictures, and whole runs on them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from gradcam_lib.bias.collection import load_bias
from gradcam_lib.evaluate import __main__ as command
from gradcam_lib.evaluate.drawn import examples_of
from gradcam_lib.networks.zoo import load_classifier
from gradcam_lib.worlds import clinic, scenes, tanks
from gradcam_lib.worlds.corpus import FIRST


@pytest.fixture(scope="module")
def imagenet():
    return load_classifier("efficientnet_lite0")


def test_things_of_scenes_that_the_network_knows_with_their_exact_outlines(imagenet) -> None:
    data = examples_of("worlds:scenes:12", imagenet, "val")
    assert "scenes" in data.layout and {one.picture for one in data.examples} <= {
        str(FIRST["val"] + i) for i in range(12)
    }
    assert not {"man", "woman", "kite", "tree"} & {one.thing for one in data.examples}
    for one in data.examples:
        picture, truth = scenes.render(scenes.sample(int(one.picture))), one.truth()
        ids = [thing.id for thing in picture.scene.things if thing.kind == one.thing]
        assert (truth.image == picture.image).all() and truth.classes and set(truth.classes) in map(set, data.kinds)
        assert (truth.mask == np.logical_or.reduce([picture.masks[id] for id in ids])).all()
        assert set(truth.boxes) == {picture.boxes[id] for id in ids if id in picture.boxes}
    again, other = examples_of("worlds:scenes:12", imagenet, "val"), examples_of("worlds:scenes:12", imagenet, "test")
    assert data.checksum == again.checksum != other.checksum


def test_every_thing_and_its_parts(imagenet) -> None:
    data = examples_of("worlds:tanks:3", imagenet, "val", every=True)
    picture = tanks.render(tanks.sample(FIRST["val"]))
    first = {one.thing: one.truth() for one in data.examples if one.picture == str(FIRST["val"])}
    assert (first["sky"].mask == picture.masks["sky"]).all() and first["sky"].classes == ()
    assert (first["sky: sky"].mask == picture.parts["sky", "sky"]).all()
    assert ("sky: clouds" in first) == picture.parts["sky", "clouds"].any()  # what is not seen is not there
    assert ("tank: turret" in first) == ("tank" in first) == ("tank" in picture.masks)


def test_a_coat_is_a_coat_whoever_wears_it() -> None:
    clf = load_bias("balanced")
    data = examples_of("worlds:clinic:6", clf, "test")
    assert [one.truth().classes for one in data.examples] == [(clf.names.index(one.thing),) for one in data.examples]
    assert [one.thing for one in data.examples] == [clinic.sample(FIRST["test"] + i).role for i in range(6)]
    things = {one.thing for one in examples_of("worlds:clinic:6", clf, "test", every=True).examples}
    assert {"worker: face", "worker: coat"} <= things and not any(
        one.startswith(("doctor:", "nurse:")) for one in things
    )


@pytest.mark.parametrize("wrong", ["worlds:zoo", "worlds:scenes:0", "worlds:scenes:many", "worlds:"])
def test_what_is_no_world(imagenet, wrong: str) -> None:
    with pytest.raises(ValueError, match="scenes, clinic, tanks"):
        examples_of(wrong, imagenet, "val")


def test_worlds_without_a_class_and_splits_that_are_none(imagenet) -> None:
    with pytest.raises(ValueError, match="the network has no class"):
        examples_of("worlds:clinic:2", imagenet, "val")
    with pytest.raises(ValueError, match="choose one of train, val, test"):
        examples_of("worlds:scenes:2", imagenet, "dev")


def test_runs_on_worlds(tmp_path: Path) -> None:
    for experiment in ("segmentation", "concepts", "rejection"):
        said = [experiment, "--model", "bias_biased", "--data", "worlds:clinic:6", "--out", str(tmp_path / experiment)]
        assert command.main(said) == 0
        summary = json.loads((tmp_path / experiment / "summary.json").read_text("utf-8"))
        assert summary["n"] == 6 and "--data worlds:clinic:6 " in summary["command"]
