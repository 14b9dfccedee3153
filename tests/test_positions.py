"""What a position says of every class, against maps of the classes one by one."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
import torch
from support.tiny import Passes, SmallNet, X, close, flat_net, gap_net, noise
from torch import Tensor, nn

from gradcam_lib import explain, load_classifier
from gradcam_lib.pictures.samples import sample


def one_by_one(e, position: tuple[int, ...], layer: str | None = None) -> Tensor:
    """(N, C): weights and activations multiplied and added up in loops, each class with a backward pass of its own."""
    A = e.activation(layer)
    rows = torch.zeros(e.logits.shape)
    for c in range(e.logits.shape[1]):
        G = e.gradient(c, layer)
        for n in range(len(A)):
            rows[n, c] = sum(float(G[n, k].mean()) * float(A[n, k][position]) for k in range(A.shape[1]))
    return rows


def test_by_hand():
    # the signed maps are [[½, −½], [3⁄2, −1]] and, with alpha = (−1, 3)/4, [[−¼, 3⁄2], [−¾, 3]]
    e = explain(gap_net(), X)
    assert e.evidence_at((0, 0)).tolist() == [[0.5, -0.25]] and e.evidence_at((1, 1)).tolist() == [[-1, 3]]


def test_by_hand_where_the_gradient_differs_by_place():
    e = explain(flat_net([1, 0, 0, 3, 0, 2, -2, -4]), X)  # its signed map is the picture
    assert [e.evidence_at(at).item() for at in ((0, 0), (0, 1), (1, 0), (1, 1))] == [1, -2, 3, -4]


@pytest.mark.parametrize("gap", [True, False])
@pytest.mark.parametrize("layer", ["relu1", "relu2"])
def test_every_class_equals_its_own_map(layer, gap):
    e = explain(SmallNet(classes=7, gap=gap, inplace=True), noise(3), ["relu1", "relu2"])
    for position in ((0, 0), (1, 3), (3, 2)):
        found = e.evidence_at(position, layer)
        assert found.shape == (3, 7) and found.dtype == torch.float32 and not found.requires_grad
        assert close(found, one_by_one(e, position, layer), 1e-5)
        assert close(found[:, 5], e.signed(5, layer)[(..., *position)], 1e-5)


@pytest.mark.parametrize("name", ["efficientnet_lite0", "photonet"])
def test_a_trained_network(name):
    clf = load_classifier(name)
    passes = Passes(clf.model)
    e = explain(clf, clf.to_input(sample("cat")), pixels=True)
    classes = range(0, len(clf.names), 1 + len(clf.names) // 20)
    maps = e.maps(classes, relu=False)
    for position in ((0, 0), (3, 4), (6, 1)):
        assert close(e.evidence_at(position)[0, classes], maps[:, position[0], position[1]], 1e-4)
    assert passes.count == 1


@pytest.mark.parametrize("caller", [torch.no_grad, torch.inference_mode])
def test_the_caller_s_mode_does_not_matter(caller):
    with caller():
        e = explain(SmallNet(), noise())
        assert close(e.evidence_at((1, 2)), one_by_one(e, (1, 2)), 1e-5)


def test_the_answers_afterwards_are_the_same():
    e = explain(SmallNet(), noise(), pixels=True)
    before = e.map(1), e.saliency(1), e.pixel_gradient(1, rule="guided")
    first = e.evidence_at((1, 2))
    assert torch.equal(first, e.evidence_at((1, 2)))
    after = e.map(1), e.saliency(1), e.pixel_gradient(1, rule="guided")
    assert all(torch.equal(a, b) for a, b in zip(before, after, strict=True))


class Once(torch.autograd.Function):
    """x → 2x, of which autograd knows the first derivative alone."""

    @staticmethod
    def forward(ctx, x):
        return 2 * x

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx, g):
        return 2 * g


class Hidden(Once):
    """The same, with a backward pass that hides from autograd what it does."""

    @staticmethod
    def backward(ctx, g):
        return 2 * g.detach()


class Doubled(nn.Module):
    def __init__(self, kind, half: bool):
        super().__init__()
        self.kind, self.half, self.net = kind, half, SmallNet(classes=5)

    def forward(self, x: Tensor) -> Tensor:
        z = self.net(x)
        return self.kind.apply(z) + (z if self.half else 0)


@pytest.mark.parametrize("half", [True, False])
@pytest.mark.parametrize("kind", [Once, Hidden])
def test_what_cannot_be_differentiated_twice_is_asked_class_by_class(kind, half):
    """The second derivative would be an error, or, where a part of the score goes another way, silently too small."""
    e = explain(Doubled(kind, half), noise(2), "net.relu2")
    assert close(e.evidence_at((2, 1)), one_by_one(e, (2, 1)), 1e-5)


@pytest.mark.parametrize("dtype, tolerance", [(torch.float16, 5e-3), (torch.bfloat16, 5e-2), (torch.float64, 1e-5)])
def test_other_number_formats_agree_with_float32(dtype, tolerance):
    expected = explain(SmallNet(), noise()).evidence_at((1, 2))
    found = explain(SmallNet().to(dtype), noise().to(dtype)).evidence_at((1, 2))
    assert found.dtype == torch.float32 and close(found, expected, tolerance)


def test_signals_volumes_and_channels_last():
    signal = nn.Sequential(nn.Conv1d(2, 3, 3), nn.ReLU(), nn.Flatten(), nn.Linear(3 * 8, 4)).eval()
    e = explain(signal, torch.randn(2, 2, 10), "1")
    assert close(e.evidence_at((5,)), one_by_one(e, (5,)), 1e-5)
    volume = nn.Sequential(nn.Conv3d(1, 3, 3), nn.ReLU(), nn.Flatten(), nn.Linear(3 * 8, 4)).eval()
    e = explain(volume, torch.randn(1, 1, 4, 4, 4), "1")
    assert close(e.evidence_at((1, 0, 1)), one_by_one(e, (1, 0, 1)), 1e-5)

    def turned(A: Tensor) -> Tensor:
        return A.transpose(2, 3)

    e = explain(SmallNet(), noise(), "relu2", layer_map=turned)
    assert close(e.evidence_at((3, 1)), one_by_one(e, (3, 1)), 1e-5)
    assert close(e.evidence_at((3, 1)), explain(SmallNet(), noise(), "relu2").evidence_at((1, 3)), 1e-5)


@pytest.mark.parametrize("position", [(4, 0), (0, 4), (-1, 0), (0,), (0, 0, 0), 3, (0.5, 1), "01"])
def test_a_position_outside_the_map(position):
    with pytest.raises(IndexError, match=r"the positions of this map are \(0, 0\) to \(3, 3\)"):
        explain(SmallNet(), noise(), "relu2").evidence_at(position)


def test_a_position_may_come_from_numpy():
    e = explain(SmallNet(), noise(), "relu2")
    at = np.unravel_index(7, (4, 4))
    assert torch.equal(e.evidence_at(at), e.evidence_at((1, 3)))


def test_the_classes_that_a_position_speaks_for_and_against():
    clf = SimpleNamespace(model=gap_net([[2.0, -1.0], [-1.0, 3.0], [0, 0], [4, -2]]), names=list("abcd"), layer="relu")
    e = explain(clf, X)
    assert e.classes_at((0, 0)) == ([("d", 1.0), ("a", 0.5)], [("b", -0.25)])  # of c it says nothing
    assert e.classes_at((1, 1), k=1) == ([("b", 3.0)], [("d", -2.0)])
    assert explain(gap_net(), X).classes_at((0, 0)) == ([("0", 0.5)], [("1", -0.25)])
