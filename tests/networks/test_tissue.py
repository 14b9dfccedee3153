"""Attention over a bag of patches: by hand on a tiny bag, in any order, and what is saved is what is read."""

import numpy as np
import pytest
import torch

from gradcam_lib import explain
from gradcam_lib.networks.tissue import BUILD, PATCH, AttentionMIL, TissueCNN, load_tissue, patches, save_tissue
from gradcam_lib.networks.weights import WeightsWrong

gated = pytest.mark.parametrize("gated", [False, True], ids=["plain", "gated"])


def network(gated=False, seed=0):
    torch.manual_seed(seed)
    return AttentionMIL(gated).eval()


def test_patches_are_squares_of_the_picture_row_by_row():
    x = torch.arange(3 * 56 * 84.0).reshape(1, 3, 56, 84)
    bag = patches(x)
    assert bag.shape == (1, 6, 3, PATCH, PATCH)
    assert torch.equal(bag[0, 4], x[0, :, 28:56, 28:56]) and torch.equal(bag[0, 2], x[0, :, :28, 56:])


def test_a_picture_that_is_no_multiple_of_a_patch_is_refused():
    with pytest.raises(ValueError, match="100×112.*multiples of 28"):
        patches(torch.zeros(1, 3, 100, 112))


@gated
def test_attention_is_positive_and_adds_up_to_one(gated):
    a = network(gated).attention(torch.randn(2, 3, 56, 84))
    assert a.shape == (2, 2, 3) and (a > 0).all() and torch.allclose(a.sum((1, 2)), torch.ones(2))


def test_plain_attention_by_hand():
    """Two embeddings, V and w with one entry each: scores tanh(1) and 0, so the first weight is σ(tanh 1)."""
    model = network()
    h = torch.zeros(1, 2, 64)
    h[0, 0, 0] = 1
    with torch.no_grad():
        for layer in (model.V, model.w):
            layer.weight.zero_()
            layer.weight[0, 0] = 1
        model.head.weight.zero_()
        model.head.weight[0, 0], model.head.bias[0] = 2, 0.5
    a = model.weights(h)
    first = 1 / (1 + np.exp(-np.tanh(1)))
    assert a[0].tolist() == pytest.approx([first, 1 - first], abs=1e-6)
    assert model.of_bag(h, a).item() == pytest.approx(2 * first + 0.5, abs=1e-6)


def test_the_gate_multiplies_the_score():
    """σ(0) is one half: with U = 0 the gate halves every score."""
    model = network(gated=True)
    with torch.no_grad():
        model.U.weight.zero_()
    h = torch.randn(1, 5, 64)
    score = torch.tanh(h @ model.V.weight.T) @ model.w.weight[0]
    assert torch.allclose(model.weights(h), (score / 2).softmax(1), atol=1e-6)


@gated
def test_the_order_of_the_patches_does_not_matter(gated):
    model, order = network(gated), torch.randperm(12, generator=torch.Generator().manual_seed(1))
    h = model.embeddings(torch.randn(1, 3, 84, 112))
    a = model.weights(h)
    assert torch.allclose(model.weights(h[:, order]), a[:, order], atol=1e-6)
    assert torch.allclose(model.of_bag(h[:, order], a[:, order]), model.of_bag(h, a), atol=1e-5)


@gated
def test_a_bag_of_equal_patches_gives_them_equal_weights(gated):
    x = torch.randn(1, 3, PATCH, PATCH).repeat(1, 1, 2, 3)
    assert torch.allclose(network(gated).attention(x), torch.full((1, 2, 3), 1 / 6), atol=1e-6)


def test_a_patch_is_embedded_without_its_neighbours():
    model, x = network(), torch.randn(1, 3, 56, 56)
    other = x.clone()
    other[..., 28:, 28:] = 0
    apart = (model.embeddings(x) != model.embeddings(other)).any(2)[0]
    assert apart.tolist() == [False, False, False, True]


def test_the_cnn_has_the_form_of_cam():
    """Grad-CAM adds up to the logit without its bias, but for its positive part alone being kept."""
    torch.manual_seed(0)
    model, x = TissueCNN().eval(), torch.randn(1, 3, 56, 56)
    e = explain(model, x, "features")
    assert e.map(0).shape == (1, 14, 14)
    assert torch.allclose(e.signed(0).sum((1, 2)), e.logits[:, 0] - model.head.bias, atol=1e-4)


@pytest.mark.parametrize("name", BUILD)
def test_a_saved_network_is_the_same_network(tmp_path, name):
    """Also without its BatchNorms, whose statistics are not those of the beginning."""
    torch.manual_seed(0)
    model = BUILD[name]()
    x = torch.randn(4, 3, 168, 168)
    model(x)
    model.eval()
    save_tissue(model, name, tmp_path / "a.safetensors", "nothing")
    clf = load_tissue(name, weights=tmp_path / "a.safetensors")
    assert torch.allclose(clf.model.network(x), model(x), atol=1e-2) and "trained on nothing" in clf.source
    assert not any(isinstance(m, torch.nn.BatchNorm2d) for m in clf.model.modules()) and not clf.model.training
    assert torch.allclose(clf.model(x)[:, 1], clf.model.network(x)[:, 0] / 2)


@pytest.mark.parametrize("name", BUILD)
def test_the_shipped_networks_are_read_by_name(name):
    clf = load_tissue(name)
    assert clf.names == ["ordinary", "abnormal"] and "rendered pictures" in clf.source
    assert clf.model(clf.to_input(np.full((200, 200, 3), 200, np.uint8))).shape == (1, 2)


def test_what_is_not_there_is_refused_by_name(tmp_path, monkeypatch):
    with pytest.raises(ValueError, match="'attentive'.*'attention', 'gated', 'cnn'"):
        load_tissue("attentive")
    save_tissue(AttentionMIL(), "attention", tmp_path / "a.safetensors", "nothing")
    with pytest.raises(WeightsWrong, match="holds 'attention', expected 'gated'"):
        load_tissue("gated", weights=tmp_path / "a.safetensors")
    monkeypatch.delenv("GRADCAM_WEIGHTS", raising=False)
    monkeypatch.setattr("gradcam_lib.networks.weights.MODELS", tmp_path)
    with pytest.raises(FileNotFoundError, match="python -m gradcam_lib.training.tissue --name gated"):
        load_tissue("gated")
