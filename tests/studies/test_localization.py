"""The study on made pictures; its figures are measured elsewhere, its bookkeeping is tested here."""

import json

import numpy as np
import pytest
from PIL import Image

from gradcam_lib.networks.zoo import load_classifier
from gradcam_lib.studies import localization


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "images").mkdir()
    entries = []
    for i in range(3):
        noise = np.random.default_rng(i).integers(0, 256, (224, 224, 3), dtype=np.uint8)
        Image.fromarray(noise).save(tmp_path / "images" / f"{i}.png")
        entries.append({"file": f"{i}.png", "label": i, "boxes": [[0, 0, 224, 224], [0, 0, 5, 5]]})
    (tmp_path / "boxes.json").write_text(json.dumps(entries))
    return tmp_path


@pytest.mark.parametrize("network", ["squeezenet", "efficientnet_lite0"])
def test_every_variant_is_counted_for_every_picture(folder, monkeypatch, network):
    random = load_classifier({"squeezenet": "squeezenet1_0"}.get(network, network), weights=None)
    monkeypatch.setattr(localization, "load_classifier", lambda name: random)
    numbers, n = localization.study(folder, network, batch=2)
    layers = {f"layer_{name}" for name in localization.LAYERS[network][:-1]}
    assert n == 3 and layers | {"grad_cam", "without_relu", "equal_weights", "saliency_smoothed"} <= numbers.keys()
    # Every centre lies in a box that covers the whole picture, and the Gaussian's own box covers more than half of it.
    assert numbers["centre"]["pointing_game"]["value"] == 1
    assert numbers["centre"]["known_class_localization_error"]["value"] == 0
    # At seven tenths of its height it covers a tenth of the picture.
    assert numbers["centre"]["error_by_threshold"]["0.7"]["value"] == 1


def test_maps_and_boxes_are_those_of_the_same_square(folder, monkeypatch):
    """A transform that enlarges and cuts would show the network less than the square in which the boxes are given."""
    random = load_classifier("efficientnet_lite0", weights=None)
    monkeypatch.setattr(localization, "load_classifier", lambda name: random)
    seen, explain = [], localization.explain
    monkeypatch.setattr(localization, "explain", lambda clf, x, *a, **k: seen.append(x) or explain(clf, x, *a, **k))
    localization.study(folder, "efficientnet_lite0", batch=3)
    (x,) = seen
    for i in range(3):
        with Image.open(folder / "images" / f"{i}.png") as picture:
            assert (random.picture(x[i : i + 1]) == np.asarray(picture)).all()


def test_differences_are_taken_picture_by_picture():
    grad_cam, other = [False, False, True, True], [True, False, True, True]
    counted = {
        name: {f"{t:g}": errors for t in localization.THRESHOLDS}
        | {"top1_localization_error": errors, "pointing_game": errors}
        for name, errors in (("grad_cam", grad_cam), ("other", other))
    }
    numbers = localization.summary(counted)
    assert numbers["other"]["known_class_localization_error"]["value"] == 0.75
    difference = numbers["other"]["minus_grad_cam"]["known_class_localization_error"]
    assert difference["value"] == 0.25 and difference["low"] == 0  # three of four pictures agree, none is the other way
    assert "minus_grad_cam" not in numbers["grad_cam"]


def test_a_folder_without_boxes_is_named(tmp_path, capsys):
    with pytest.raises(SystemExit):
        localization.main(["--data", str(tmp_path)])
    assert "no boxes.json" in capsys.readouterr().err
