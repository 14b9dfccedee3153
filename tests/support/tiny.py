"""Networks small enough for paper and pencil, and a record of everything about a model that must not change."""

from __future__ import annotations

from collections import OrderedDict

import torch
from torch import Tensor, nn

# The picture of most by-hand tests: one colour, 2×2.
X = torch.tensor([[[[1.0, -2.0], [3.0, -4.0]]]])


def split() -> nn.Conv2d:
    """1×1 convolution from one colour to two channels: the picture and its negative."""
    conv = nn.Conv2d(1, 2, 1, bias=False)
    conv.weight.data = torch.tensor([1.0, -1.0]).view(2, 1, 1, 1)
    return conv


def linear(rows: list[list[float]]) -> nn.Linear:
    layer = nn.Linear(len(rows[0]), len(rows), bias=False)
    layer.weight.data = torch.tensor(rows, dtype=torch.float32)
    return layer


def gap_net(rows: list[list[float]] | None = None) -> nn.Sequential:
    """The picture and its negative, rectified, averaged, weighed.

    On ``X`` the layer "relu" holds A₀ = [[1, 0], [3, 0]] and A₁ = [[0, 2], [0, 4]], whose averages are 1 and 1.5; with
    the weights below the logits are 2·1 − 1·1.5 = 0.5 and −1·1 + 3·1.5 = 3.5.
    """
    head = linear(rows or [[2.0, -1.0], [-1.0, 3.0]])
    parts = {"conv": split(), "relu": nn.ReLU(), "pool": nn.AdaptiveAvgPool2d(1), "flat": nn.Flatten(), "head": head}
    return nn.Sequential(OrderedDict(parts))


def flat_net(row: list[float]) -> nn.Sequential:
    """Like ``gap_net``, but each of the eight numbers of A has a weight of its own: the gradient differs by place."""
    return nn.Sequential(OrderedDict(conv=split(), relu=nn.ReLU(), flat=nn.Flatten(), head=linear([row])))


class SmallNet(nn.Module):
    """Two convolutions and a classifier for 8×8 pictures, random and reproducible. Default layer: "relu2"."""

    def __init__(self, seed: int = 0, classes: int = 4, *, gap: bool = False, inplace: bool = False):
        super().__init__()
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.conv1, self.relu1 = nn.Conv2d(3, 6, 3, padding=1), nn.ReLU(inplace)
            self.conv2, self.relu2 = nn.Conv2d(6, 5, 3, padding=1, stride=2), nn.ReLU(inplace)
            self.pool = nn.AdaptiveAvgPool2d(1) if gap else nn.Identity()
            self.head = nn.Linear(5 if gap else 5 * 4 * 4, classes)
        self.eval()

    def forward(self, x: Tensor) -> Tensor:
        A = self.relu2(self.conv2(self.relu1(self.conv1(x))))
        return self.head(self.pool(A).flatten(1))


def noise(n: int = 1, size: int = 8, seed: int = 0, channels: int = 3) -> Tensor:
    return torch.randn(n, channels, size, size, generator=torch.Generator().manual_seed(seed))


class Passes:
    """Counts the forward passes of a model through a hook of its own."""

    def __init__(self, model: nn.Module):
        self.count = 0
        self.handle = model.register_forward_hook(self._hook)

    def _hook(self, *_) -> None:
        self.count += 1


def snapshot(model: nn.Module) -> dict:
    """Everything that an explanation must leave as it was, in a form that can be compared."""
    return {
        "modes": {name: module.training for name, module in model.named_modules()},
        "modules": {name: id(module) for name, module in model.named_modules(remove_duplicate=False)},
        "hooks": {
            name: [len(module._forward_hooks), len(module._forward_pre_hooks), len(module._backward_hooks)]
            for name, module in model.named_modules()
        },
        "flags": {name: p.requires_grad for name, p in model.named_parameters()},
        "grads": {name: None if p.grad is None else p.grad.tolist() for name, p in model.named_parameters()},
        "numbers": {name: t.tolist() for name, t in model.state_dict().items()},
    }


def close(a: Tensor, b: Tensor | list, tolerance: float = 1e-5) -> bool:
    """Whether two tensors of one shape differ by no more than this share of the largest value."""
    b = torch.as_tensor(b, dtype=a.dtype)
    return a.shape == b.shape and bool((a - b).abs().max() <= tolerance * b.abs().max())
