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
    cards = sorted({p.get_device() for p in broken.parameters() if p.is_cuda})
    yield "", broken
    for i, name in enumerate(weighted_layers(model)):
        with torch.random.fork_rng(devices=cards):
            torch.manual_seed(seed + i)
            broken.get_submodule(name).reset_parameters()
        yield name, broken
