"""A case of coloured shapes, and networks made by hand whose every answer and map is known.

The thing is a square, red or blue; the shortcut a strip along the top, green or magenta.
"""

from __future__ import annotations

from collections import OrderedDict
from types import SimpleNamespace

import numpy as np
import torch
from torch import nn

from gradcam_lib.bias.blind_game import Contest
from gradcam_lib.bias.collection import Case
from gradcam_lib.networks.classifier import Classifier
from gradcam_lib.pictures.images import Transform

SIDE = 16
RED, BLUE, GREEN, MAGENTA = (255, 0, 0), (0, 0, 255), (0, 255, 0), (255, 0, 255)


def render(scene: tuple[int, str, str]) -> SimpleNamespace:
    seed, name, kind = scene
    image, (strip, square) = np.zeros((SIDE, SIDE, 3), np.uint8), np.zeros((2, SIDE, SIDE), bool)
    strip[:4] = True
    at = 6 + seed % 5
    square[at : at + 5, at : at + 5] = True
    image[strip] = GREEN if kind == "green" else MAGENTA
    image[square] = RED if name == "red" else BLUE
    return SimpleNamespace(image=image, parts={("x", "strip"): strip, ("x", "square"): square})


CASE = Case(
    "toy", ("red", "blue"), ("green", "magenta"), lambda seed, name, kind: (seed, name, kind), render, {},
    {"strip": ("strip",), "square": ("square",)}, {"strip colour": ("strip",), "square colour": ("square",)},
)  # fmt: skip


def network(weight: list[list[float]], bias: list[float]) -> Classifier:
    """Two maps, each of them evidence for its class."""
    conv, head = nn.Conv2d(3, 2, 1), nn.Linear(2, 2)
    conv.weight.data, conv.bias.data = torch.tensor(weight)[..., None, None], torch.tensor(bias)
    head.weight.data, head.bias.data = torch.tensor([[1.0, -1.0], [-1.0, 1.0]]), torch.zeros(2)
    parts = {"conv": conv, "relu": nn.ReLU(), "pool": nn.AdaptiveAvgPool2d(1), "flat": nn.Flatten(), "head": head}
    model = nn.Sequential(OrderedDict(parts)).eval()
    return Classifier(model, list(CASE.names), "relu", "by hand", Transform(SIDE, SIDE, (0.5,) * 3, (0.5,) * 3))


def looks_at_the_square() -> Classifier:
    return network([[1.0, 0.0, -1.0], [-1.0, 0.0, 1.0]], [-1.0, -1.0])


def looks_at_the_strip() -> Classifier:
    return network([[-1.0, 1.0, -1.0], [1.0, -1.0, 1.0]], [-1.0, -1.0])


def contest(even: int = 2, per_cell: int = 4) -> Contest:
    even = [looks_at_the_square() for _ in range(even)]
    return Contest(CASE, [looks_at_the_strip()], even, "red under green, blue under magenta", per_cell=per_cell)
