"""A small transformer: its shapes, its tokens as a map, and attention rollout by hand and by other ways."""

from itertools import product

import cv2
import numpy as np
import pytest
import torch

from gradcam_lib import explain
from gradcam_lib.networks.transformer import (
    BUILD,
    DEPTH,
    FILES,
    Attention,
    Transformer,
    gradient_attention,
    load_transformer,
    rollout,
    row_of_class_token,
    save_transformer,
    tokens_as_map,
)
from gradcam_lib.networks.weights import WeightsWrong
from gradcam_lib.worlds.pairs import KINDS

ATTENTION = [f"blocks.{i}.attention.softmax" for i in range(DEPTH)]


@pytest.fixture
def model():
    torch.manual_seed(0)
    return Transformer(3).eval()


def pictures(n=2):
    return torch.randn(n, 3, 96, 96, generator=torch.Generator().manual_seed(1))


def some_attention(blocks, heads=2, tokens=5, n=1, seed=0):
    g = torch.Generator().manual_seed(seed)
    return [torch.randn(n, heads, tokens, tokens, generator=g).softmax(-1) for _ in range(blocks)]


def test_logits_tokens_and_attention_have_the_shapes_that_are_told(model):
    x = pictures()
    assert model(x).shape == (2, 3)
    assert explain(model, x, "blocks.1", layer_map=tokens_as_map).activation().shape == (2, 64, 12, 12)
    A = explain(model, x, ATTENTION[0]).activation()
    assert A.shape == (2, 4, 145, 145) and torch.allclose(A.sum(3), torch.ones(2, 4, 145))


def test_attention_is_that_of_pytorch():
    torch.manual_seed(0)
    ours, theirs = Attention(8, 2), torch.nn.MultiheadAttention(8, 2, batch_first=True)
    theirs.load_state_dict(
        dict(zip(theirs.state_dict(), (ours.qkv.weight, ours.qkv.bias, ours.out.weight, ours.out.bias), strict=True))
    )
    x = torch.randn(2, 5, 8)
    assert torch.allclose(ours(x), theirs(x, x, x)[0], atol=1e-6)


def test_the_tokens_become_a_map_row_by_row():
    tokens = torch.arange(5.0).view(1, 5, 1)  # the class token is 0
    assert tokens_as_map(tokens).tolist() == [[[[1, 2], [3, 4]]]]
    with pytest.raises(ValueError, match="4 tokens"):
        tokens_as_map(tokens[:, 1:])


def test_a_token_lies_over_its_own_pixels(model):
    """What the stem returns at one place reacts most to the middle of the patch of that place."""
    x = pictures(1).requires_grad_()
    (G,) = torch.autograd.grad(model.stem(x)[0, :, 4, 7].square().sum(), x)
    weight = G.abs().sum((0, 1))
    ys, xs = np.mgrid[:96, :96]
    centre = [float((torch.from_numpy(c) * weight).sum() / weight.sum()) for c in (ys, xs)]
    assert centre == pytest.approx([4 * 8 + 3.5, 7 * 8 + 3.5], abs=1)


def test_behind_the_last_block_only_the_class_token_is_read(model):
    """So the map there is empty, whatever the picture; in front of the last attention it is not."""
    e = explain(model, pictures(), ["blocks.2", f"blocks.{DEPTH - 1}.norm1", f"blocks.{DEPTH - 1}"],
                layer_map=tokens_as_map)  # fmt: skip
    assert not e.gradient(1).any() and "every gradient is zero" in e.note(1)
    assert e.gradient(1, "blocks.2").any() and e.gradient(1, "blocks.3.norm1").any()


def test_grad_cam_of_tokens_is_that_of_the_package_grad_cam(model):
    """Which stretches a map over the picture and scales it to 0 … 1."""
    package = pytest.importorskip("pytorch_grad_cam")
    from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget

    x = pictures(1)
    with package.GradCAM(model, [model.blocks[2]], reshape_transform=tokens_as_map) as method:
        theirs = method(input_tensor=x, targets=[ClassifierOutputTarget(1)])[0]
    ours = cv2.resize(explain(model, x, "blocks.2", layer_map=tokens_as_map).map(1)[0].numpy(), (96, 96))
    assert np.ptp(ours) > 0 and np.allclose((ours - ours.min()) / np.ptp(ours), theirs, atol=1e-4)


def test_rollout_by_paper_and_pencil():
    """Two blocks of one head and two tokens, the class token and one patch.

    Â₁ = [[.75, .25], [.5, .5]], Â₂ = [[.5, .5], [.25, .75]]; first row of Â₂Â₁: .5 · .25 + .5 · .5 = .375.
    """
    A = [torch.tensor([[[[0.5, 0.5], [1.0, 0.0]]]]), torch.tensor([[[[0.0, 1.0], [0.5, 0.5]]]])]
    assert rollout(A).tolist() == [[[0.375]]]
    assert rollout(A[::-1]).tolist() != [[[0.375]]], "the order of the blocks matters"


def test_rollout_adds_up_all_ways_through_the_network():
    """The product of matrices, as a sum over every path from a patch to the class token."""
    A = some_attention(3)
    steps = [(a[0].mean(0).numpy() + np.eye(5)) / 2 for a in A]
    ways = np.zeros(5)
    for first, second, third in product(range(5), repeat=3):
        ways[first] += steps[2][0, third] * steps[1][third, second] * steps[0][second, first]
    assert np.allclose(rollout(A).flatten(), ways[1:], atol=1e-6)


def test_rollout_is_the_derivative_of_a_network_that_does_nothing_but_attend():
    """x ← (x + A x) / 2 in every block: autograd finds the same numbers."""
    A = [a.mean(1)[0].double() for a in some_attention(3, n=1)]
    x = torch.zeros(5, 1, dtype=torch.float64, requires_grad=True)
    y = x
    for a in A:
        y = (y + a @ y) / 2
    (G,) = torch.autograd.grad(y[0, 0], x)
    assert torch.allclose(rollout([a[None, None] for a in A]).flatten(), G[1:, 0])


def test_rollout_of_attention_that_stays_at_itself_is_empty():
    assert not rollout([torch.eye(5).expand(2, 3, 5, 5)] * 4).any()


def test_rollout_adds_up_to_one_with_the_class_tokens_own_share():
    A = some_attention(4, n=3)
    total = rollout(A).sum((1, 2))
    assert (total < 1).all() and (total > 0.5).all()  # each block keeps at least a half: 1 − 2⁻⁴ of it leaves at most


def test_gradient_attention_by_paper_and_pencil():
    """One head, one patch. Block 1: (∇A ⊙ A)⁺ = [[0, .5], [0, 0]]; block 2: [[0, 1], [0, 0]].

    R = I + [[0, .5], [0, 0]] = [[1, .5], [0, 1]]; then R + [[0, 1], [0, 0]] R = [[1, 1.5], [0, 1]].
    """
    A = [torch.tensor([[[[0.5, 0.5], [1.0, 0.0]]]]), torch.tensor([[[[0.0, 1.0], [0.5, 0.5]]]])]
    G = [torch.tensor([[[[-1.0, 1.0], [-2.0, 0.0]]]]), torch.tensor([[[[3.0, 1.0], [-1.0, -1.0]]]])]
    assert gradient_attention(A, G).tolist() == [[[1.5]]]


def test_gradient_attention_is_another_one_for_another_class(model):
    e = explain(model, pictures(1), ATTENTION)
    A = [e.activation(layer) for layer in ATTENTION]
    maps = [gradient_attention(A, [e.gradient(c, layer) for layer in ATTENTION]) for c in (0, 1)]
    assert maps[0].shape == (1, 12, 12) and (maps[0] >= 0).all() and not torch.allclose(*maps)


def test_the_row_of_the_class_token():
    R = torch.arange(25.0).view(1, 5, 5)
    assert row_of_class_token(R).tolist() == [[[1, 2], [3, 4]]]


def test_the_cnn_has_as_many_places_and_the_form_of_cam():
    torch.manual_seed(0)
    cnn = BUILD["cnn"](3).eval()
    e = explain(cnn, pictures(1), "features")
    assert e.map(0).shape == (1, 12, 12)
    assert torch.allclose(e.signed(0).sum(), e.logits[0, 0] - cnn.head.bias[0], atol=1e-4)


@pytest.mark.parametrize("name", BUILD)
def test_a_saved_network_is_the_same_network(tmp_path, name):
    """Also without its BatchNorms, whose statistics are not those of the beginning."""
    torch.manual_seed(0)
    model = BUILD[name](3)
    x = pictures(8)
    model(x)
    model.eval()
    save_transformer(model, name, tmp_path / "a.safetensors", "nothing", ["a", "b", "c"])
    clf = load_transformer(name, weights=tmp_path / "a.safetensors")
    assert torch.allclose(clf.model(x), model(x), atol=1e-2) and "trained on nothing" in clf.source
    assert clf.names == ["a", "b", "c"] and not clf.model.training
    assert not any(isinstance(m, torch.nn.BatchNorm2d) for m in clf.model.modules())


@pytest.mark.parametrize("name", BUILD)
def test_the_shipped_networks_are_read_by_name(name):
    clf = load_transformer(name)
    assert clf.names == list(KINDS) and "drawn pictures" in clf.source and clf.layer in dict(clf.model.named_modules())
    assert clf.model(clf.to_input(np.full((128, 128, 3), 200, np.uint8))).shape == (1, 8)


def test_what_is_not_there_is_refused_by_name(tmp_path, monkeypatch):
    with pytest.raises(ValueError, match="'vit'.*'transformer', 'cnn'"):
        load_transformer("vit")
    save_transformer(BUILD["cnn"](1), "cnn", tmp_path / FILES["cnn"][0], "nothing", ["a"])
    with pytest.raises(WeightsWrong, match="holds 'cnn', expected 'transformer'"):
        load_transformer(weights=tmp_path / FILES["cnn"][0])
    monkeypatch.delenv("GRADCAM_WEIGHTS", raising=False)
    monkeypatch.setattr("gradcam_lib.networks.weights.MODELS", tmp_path)
    with pytest.raises(FileNotFoundError, match="python -m gradcam_lib.training.transformer"):
        load_transformer()
