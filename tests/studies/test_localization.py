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


def test_every_variant_is_counted_for_every_picture(folder, monkeypatch):
    random = load_classifier("squeezenet", weights=None)
    monkeypatch.setattr(localization, "load_classifier", lambda name: random)
    numbers, n = localization.study(folder, batch=2)
    assert n == 3 and {"grad_cam", "without_relu", "layer_features.4", "saliency_smoothed", "centre"} <= numbers.keys()
    # Every centre lies in a box that covers the whole picture, and the Gaussian's own box covers more than half of it.
    assert numbers["centre"]["pointing_game"]["value"] == 1
    assert numbers["centre"]["known_class_localization_error"]["value"] == 0


def test_a_folder_without_boxes_is_named(tmp_path, capsys):
    with pytest.raises(SystemExit):
        localization.main(["--data", str(tmp_path)])
    assert "no boxes.json" in capsys.readouterr().err
