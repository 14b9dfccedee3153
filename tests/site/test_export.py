"""Networks as files, and what the page is told; without a browser."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch

from gradcam_lib import explain
from gradcam_lib.networks.zoo import load_classifier
from gradcam_lib.pictures.samples import SAMPLES, sample
from gradcam_lib.site.export import NETWORKS, export, features_of, steps
from gradcam_lib.worlds.rendering import render
from gradcam_lib.worlds.sampling import sample as sample_scene


@pytest.fixture(scope="module")
def told(site: Path) -> dict:
    return json.loads((site / "live" / "settings.json").read_text(encoding="utf-8"))


def read_head(data: bytes, classes: int) -> tuple[np.ndarray, np.ndarray]:
    """What ``head_bytes`` wrote, as the page reads it: (W (C, K), b (C,)), float32."""
    numbers = np.frombuffer(data[: 8 * classes], "<f4").reshape(2, classes)
    whole = np.frombuffer(data[8 * classes :], "<i2").reshape(classes, -1)
    return whole * numbers[0][:, None], numbers[1]


@pytest.mark.parametrize("name", NETWORKS)
def test_the_files_give_the_maps_of_the_network(site: Path, told: dict, name: str) -> None:
    """To a thousandth of their maximum, on photographs and on drawn scenes; the rounded weights are part of it."""
    onnxruntime = pytest.importorskip("onnxruntime")
    folder, about = site / "live" / "models", next(n for n in told["networks"] if n["name"] == name)
    session = onnxruntime.InferenceSession(folder / about["model"]["file"], providers=["CPUExecutionProvider"])
    W, b = read_head((folder / about["head"]["file"]).read_bytes(), about["classes"])
    classifier, Z = load_classifier(name), np.prod(about["map"])
    pictures = [sample(each) for each in SAMPLES] + [render(sample_scene(seed)).image for seed in range(8)]
    for picture in pictures:
        x = classifier.to_input(picture)
        (A,) = session.run(None, {"x": x.numpy()})
        assert A.shape == (1, about["channels"], *about["map"])
        e = explain(classifier, x)
        c = int(e.logits.argmax())
        signed = e.signed(c)[0].numpy()
        found = np.tensordot(W[c], A[0], 1) / Z
        assert np.abs(found - signed).max() < 1e-3 * signed.max()
        assert found.sum() + b[c] == pytest.approx(float(e.logits[0, c]), rel=1e-3)


def test_a_network_with_fully_connected_layers_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="does not end in global average pooling"):
        export("photonet", tmp_path)


def test_rounding_to_steps() -> None:
    values = torch.randn(5, 7, 1, 1, generator=torch.manual_seed(0)).numpy()
    values[2] = 0
    whole, step = steps(values)
    assert whole.dtype == np.int16 and step.shape == (5, 1, 1, 1)
    assert (np.abs(whole * step - values) <= 0.501 * step).all()
    assert np.abs(whole).max((1, 2, 3)).tolist() == [32767, 32767, 0, 32767, 32767]


def test_small_layers_keep_their_weights(site: Path) -> None:
    features = features_of(load_classifier("efficientnet_lite0"))
    model = onnx.load(site / "live/models/efficientnet_lite0.onnx")
    kinds = {onnx.TensorProto.DataType.Name(w.data_type) for w in model.graph.initializer if len(w.dims) == 4}
    assert kinds == {"FLOAT", "INT16"}
    in_full = 4 * sum(weight.numel() for weight in features.parameters() if weight.dim() == 4)
    assert (site / "live/models/efficientnet_lite0.onnx").stat().st_size < 0.65 * in_full
