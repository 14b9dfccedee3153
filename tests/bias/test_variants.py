"""Networks kept as small changes: what comes back, how small the file is, and files of something else."""

from __future__ import annotations

import pytest
import torch

from gradcam_lib.bias.variants import load_variants, save_variants, unchanged
from gradcam_lib.networks.weights import WeightsWrong
from gradcam_lib.paths import MODELS

ABOUT = {"one": {"names": ["doctor", "nurse"], "trained_on": "nothing"}}


def changed(rank: int):
    """A network whose last convolution has changed in ``rank`` directions, and its head."""
    torch.manual_seed(0)
    model = unchanged()
    weight = model.features[17].weight
    with torch.no_grad():
        weight += 0.01 * (torch.randn(len(weight), rank) @ torch.randn(rank, weight[0].numel())).reshape(weight.shape)
        model.head.weight += torch.randn(2, 128)
    return model


def test_changes_within_the_rank_come_back(tmp_path):
    model, path = changed(rank=3), tmp_path / "networks.safetensors"
    save_variants({"one": model}, path, ABOUT, rank=3)
    found = load_variants(path)["one"]
    x = torch.randn(2, 3, 64, 64)
    with torch.no_grad():
        assert torch.allclose(found.model(x), model(x), rtol=1e-2, atol=1e-2)
        assert not torch.allclose(found.model(x), unchanged()(x), atol=0.1)
    assert found.names == ["doctor", "nurse"] and "fine-tuned on nothing" in found.source and not found.model.training
    assert path.stat().st_size < 20_000  # of 580 kB


def test_of_larger_changes_the_largest_part_is_kept(tmp_path):
    model, errors = changed(rank=6), []
    for rank in (2, 4, 6):
        save_variants({"one": model}, tmp_path / "networks.safetensors", ABOUT, rank=rank)
        found = load_variants(tmp_path / "networks.safetensors")["one"].model
        errors.append(float((found.features[17].weight - model.features[17].weight).norm().detach()))
    assert errors[0] > errors[1] > 10 * errors[2]


def test_a_missing_file_and_one_of_something_else_are_told(tmp_path):
    with pytest.raises(FileNotFoundError, match="nowhere.*python -m gradcam_lib.training.blind_game"):
        load_variants(tmp_path / "nowhere.safetensors")
    with pytest.raises(WeightsWrong, match="bias_biased.*expected variants"):
        load_variants(MODELS / "bias_biased.safetensors")
