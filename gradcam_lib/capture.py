"""The activations of a layer, caught during one forward pass, with a graph that reaches no further back."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import torch
from torch import Tensor, nn

Layer = str | nn.Module


def find_layer(model: nn.Module, layer: Layer) -> tuple[str, nn.Module]:
    """(dotted name, module) of a layer given by either; errors name the value and near names."""
    modules = dict(model.named_modules(remove_duplicate=False))
    if isinstance(layer, nn.Module):
        for name, module in modules.items():
            if module is layer:
                return name, module
        raise ValueError(f"layer {type(layer).__name__}: this module is not part of the model")
    if layer not in modules:
        near = difflib.get_close_matches(str(layer), modules, n=3) or list(modules)[1:4]
        raise ValueError(f"layer {layer!r}: no such layer; near: {', '.join(map(repr, near))}")
    return layer, modules[layer]


@contextmanager
def capture(model: nn.Module, layers: Sequence[Layer]) -> Iterator[dict[str, Tensor]]:
    r"""Keeps the output ``A`` (N, K, h, w) of each layer while the forward pass runs inside the ``with``.

    ``A`` becomes a leaf of the graph and the network goes on with a copy of it: whatever the next module does in
    place leaves ``A`` alone, nothing before the layer is recorded, and no parameter can receive a gradient. From
    there on the graph is recorded, also when the caller works under ``no_grad``. Where the layer is already part of
    the graph (a second layer further on, or pixels that are explained too) ``A`` stays connected instead.

    A layer that runs more than once is kept as it was the last time. Hooks are removed and the caller's gradient mode
    comes back in any case.
    """
    kept: dict[str, Tensor] = {}
    handles = []

    def keeper(name: str):
        def keep(module: nn.Module, args: tuple, output: Tensor) -> Tensor:
            if not isinstance(output, Tensor) or not output.is_floating_point():
                raise TypeError(
                    f"layer {name!r} returns {type(output).__name__}, not one map; choose a layer inside it"
                )
            torch.set_grad_enabled(True)  # until the end of the `with`
            kept[name] = output if output.requires_grad else output.detach().requires_grad_()
            return kept[name].clone()

        return keep

    try:
        for layer in layers:
            name, module = find_layer(model, layer)
            handles.append(module.register_forward_hook(keeper(name)))
        with torch.set_grad_enabled(torch.is_grad_enabled()):
            yield kept
    finally:
        for handle in handles:
            handle.remove()


@contextmanager
def evaluating(model: nn.Module) -> Iterator[None]:
    """Evaluation mode for a while: dropout is off, BatchNorm statistics stay, and every flag comes back after."""
    training = [module for module in model.modules() if module.training]
    for module in training:
        module.training = False
    try:
        yield
    finally:
        for module in training:
            module.training = True
