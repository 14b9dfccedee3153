"""Sanity checks (Adebayo et al. 2018): an explanation of a network must change when the network does."""

from __future__ import annotations

import copy
from collections.abc import Iterator

import torch
from torch import nn


def weighted_layers(model: nn.Module) -> list[str]:
    """Names of the layers with weights of their own, from the logits down to the pixels."""
    kinds = (nn.Linear, nn.modules.conv._ConvNd, nn.modules.batchnorm._BatchNorm)
    return [name for name, module in model.named_modules() if isinstance(module, kinds)][::-1]


def cascade(model: nn.Module, *, seed: int = 0) -> Iterator[tuple[str, nn.Module]]:
    """("", copy of the model), then (name, copy) with one more layer randomised each time, from the logits down.

    The weights of a layer are drawn anew by the layer's own initialisation. The caller's model is left alone; the copy
    is the same object at each step, so use it before asking for the next.
    """
    broken = copy.deepcopy(model).eval()
    yield "", broken
    for i, name in enumerate(weighted_layers(model)):
        draw_anew(broken, name, seed + i)
        yield name, broken


def randomised(model: nn.Module, layer: str, *, seed: int = 0) -> nn.Module:
    """A copy of the model in which the weights of one layer are drawn anew."""
    broken = copy.deepcopy(model).eval()
    draw_anew(broken, layer, seed)
    return broken


def draw_anew(model: nn.Module, layer: str, seed: int) -> None:
    """The weights of one layer as its own initialisation draws them, in the model itself."""
    cards = sorted({p.get_device() for p in model.parameters() if p.is_cuda})
    with torch.random.fork_rng(devices=cards):
        torch.manual_seed(seed)
        model.get_submodule(layer).reset_parameters()
