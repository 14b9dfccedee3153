"""A reader's own Grad-CAM with one fault each: the doctor finds it, and leaves one without faults in peace."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from support.tiny import SmallNet, noise
from torch import Tensor, nn

from gradcam_lib import doctor
from gradcam_lib.checkup.findings import Findings

X = noise(size=12)


def net() -> nn.Module:
    """With a map of 6 × 6, and an empty one for class 3."""
    model = SmallNet(gap=True)
    model.head.weight.data[3] = -1.0
    return model


def A_and_G(model: nn.Module, x: Tensor, c: int, score: Callable = lambda z: z) -> tuple[Tensor, Tensor]:
    """By the book: a hook, one pass, the gradient at the layer, and the hook is gone."""
    kept = []
    handle = model.relu2.register_forward_hook(lambda m, args, out: kept.append(out))
    try:
        z = score(model(x))
    finally:
        handle.remove()
    (G,) = torch.autograd.grad(z[0, c], kept[0])
    return kept[0].detach()[0], G[0]


def right(model: nn.Module, x: Tensor, c: int) -> Tensor:
    A, G = A_and_G(model, x, c)
    return (G.mean((1, 2))[:, None, None] * A).sum(0).relu()


def signed(model: nn.Module, x: Tensor, c: int) -> Tensor:
    A, G = A_and_G(model, x, c)
    return (G.mean((1, 2))[:, None, None] * A).sum(0)


def by_min_max(model: nn.Module, x: Tensor, c: int) -> Tensor:
    L = right(model, x, c)
    return (L - L.min()) / (L.max() - L.min())


def of_the_probability(model: nn.Module, x: Tensor, c: int) -> Tensor:
    A, G = A_and_G(model, x, c, lambda z: z.softmax(1))
    return (G.mean((1, 2))[:, None, None] * A).sum(0).relu()


def roughly_right(model: nn.Module, x: Tensor, c: int) -> Tensor:
    L = right(model, x, c)
    return L + 0.2 * L.max() * torch.eye(6)


def class_0_out_of_reach(model: nn.Module, x: Tensor, target: int | None = None) -> Tensor:
    return right(model, x, target if target else 2)


def kept_in_the_graph(model: nn.Module, x: Tensor, c: int) -> Tensor:
    kept = []
    handle = model.relu2.register_forward_hook(lambda m, args, out: kept.append(out))
    z = model(x)
    handle.remove()
    (G,) = torch.autograd.grad(z[0, c], kept[0], retain_graph=True)
    return (G.mean((2, 3), keepdim=True) * kept[0]).sum(1)[0].relu()


def hooks_stay(model: nn.Module, x: Tensor, c: int) -> Tensor:
    kept: dict[str, Tensor] = {}
    model.relu2.register_forward_hook(lambda m, args, out: kept.update(A=out.detach()))
    model.relu2.register_full_backward_hook(lambda m, given, got: kept.update(G=got[0]))
    model(x)[0, c].backward()
    return (kept["G"].mean((2, 3), keepdim=True) * kept["A"]).sum(1)[0].relu()


def gradients_add_up(model: nn.Module, x: Tensor, c: int) -> Tensor:
    """A buffer outside, which nobody clears."""
    A, G = A_and_G(model, x, c)
    SUM.append(G)
    return (sum(SUM).mean((1, 2))[:, None, None] * A).sum(0).relu()


SUM: list[Tensor] = []


def rectified_at_the_end(model: nn.Module, x: Tensor, c: int) -> Tensor:
    return F.interpolate(right(model, x, c)[None, None], size=(12, 12), mode="bilinear")[0, 0].T


def training_for_good(model: nn.Module, x: Tensor, c: int) -> Tensor:
    L = right(model, x, c)
    model.train()
    return L


def graph_of_the_first_call(model: nn.Module, x: Tensor, c: int) -> Tensor:
    """Kept outside, so that the second call finds it freed."""
    if not GRAPHS:
        GRAPHS.append(model(x))
    GRAPHS[0][0, c].backward()
    return right(model, x, c)


GRAPHS: list[Tensor] = []


def asked_for_class_1(model: nn.Module, x: Tensor, c: int) -> Tensor:
    return right(model, x, {1: 1}[c])


def frozen(model: nn.Module, x: Tensor, c: int) -> Tensor:
    with torch.no_grad():
        return right(model, x, c)


FAULTS: dict[str, tuple[Callable[..., Any], str, str, str]] = {
    "min and max": (by_min_max, "empty", "wrong", "NaN"),
    "no ReLU": (signed, "formula", "wrong", "without its ReLU"),
    "absolute values": (lambda m, x, c: signed(m, x, c).abs(), "formula", "wrong", "absolute value"),
    "against": (lambda m, x, c: (-signed(m, x, c)).relu(), "formula", "wrong", "against the class"),
    "upside down": (lambda m, x, c: right(m, x, c).flip(0), "formula", "wrong", "upside down"),
    "mirrored": (lambda m, x, c: right(m, x, c).flip(1), "formula", "wrong", "mirrored"),
    "turned": (lambda m, x, c: right(m, x, c).flip(0, 1), "formula", "wrong", "180°"),
    "transposed, at the picture's size": (rectified_at_the_end, "formula", "wrong", "transposed"),
    "of the probability": (of_the_probability, "formula", "wrong", "probability"),
    "channels without weights": (lambda m, x, c: A_and_G(m, x, c)[0].mean(0), "formula", "wrong", "knows no class"),
    "no known mistake is nearer": (roughly_right, "formula", "wrong", "none of the known mistakes"),
    "no known formula": (lambda m, x, c: torch.eye(6), "formula", "wrong", "differs from Grad-CAM"),
    "always the likeliest": (lambda m, x, c: right(m, x, int(m(x).argmax())), "formula", "wrong", "predicted class"),
    "if target": (class_0_out_of_reach, "formula", "wrong", "Grad-CAM of"),
    "one map for all classes": (lambda m, x, c: right(m, x, 1), "classes", "wrong", "the same for the classes"),
    "the graph is kept": (kept_in_the_graph, "", "wrong", "graph"),
    "hooks stay": (hooks_stay, "traces", "wrong", "hooks on 'relu2'"),
    "gradients are left": (hooks_stay, "traces", "wrong", "a gradient in .grad of"),
    "gradients add up": (gradients_add_up, "again", "wrong", "another map"),
    "training mode": (training_for_good, "traces", "look", "the mode of"),
    "no gradient": (frozen, "", "wrong", "does not require grad"),
    "no map": (lambda m, x, c: torch.zeros(5), "", "wrong", "(5,)"),
    "nothing returned": (lambda m, x, c: None, "", "wrong", "is a NoneType"),
    "a second call fails": (graph_of_the_first_call, "", "wrong", "second time"),
    "another class fails": (asked_for_class_1, "", "wrong", "KeyError"),
}


def examined(own: Callable, target: int = 1) -> Findings:
    SUM.clear(), GRAPHS.clear()
    return Findings(f for f in doctor(net(), X, target, own=own) if f.check.startswith("your map"))


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_is_found(fault: str) -> None:
    own, check, verdict, words = FAULTS[fault]
    target = {"if target": 0, "always the likeliest": int(net()(X).argsort()[0, 0])}.get(fault, 1)
    found = examined(own, target)
    told = [f for f in found if f.check == f"your map{': ' if check else ''}{check}"]
    assert any(f.verdict == verdict and words in f.found and f.todo for f in told), found


@pytest.mark.parametrize(
    "change",
    [
        lambda L: L,
        lambda L: L.numpy(),
        lambda L: L[None],
        lambda L: F.interpolate(L[None, None], size=(12, 12), mode="bilinear")[0, 0],
        lambda L: L / L.max() if L.max() > 0 else L,
    ],
)
def test_a_right_map_is_left_in_peace(change: Callable) -> None:
    found = examined(lambda m, x, c: change(right(m, x, c)))
    assert found.verdict == "ok" and len(found) == 5


def test_a_map_stretched_from_its_minimum_is_seen() -> None:
    """Where no position is without evidence, min–max takes the zero away."""
    model = SmallNet(gap=True)
    model.relu2 = nn.Softplus()
    model.head.weight.data.abs_()
    found = [f for f in doctor(model, X, 1, "relu2", own=by_min_max) if f.check == "your map: formula"]
    assert found[0].verdict == "look" and "stretched from its minimum" in found[0].found
