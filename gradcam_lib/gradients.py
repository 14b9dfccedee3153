"""The way back from the logits to what a layer returned, through the graph that one forward pass left behind."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

GRAPH_STAYS = {"retain_graph": True, "allow_unused": True}


def backward(logits: Tensor, source: Tensor, rows: Tensor, where: str) -> Tensor:
    """Gradient at ``source`` of rows (N, C), or of each of (M, N, C) at once, float32 at least.

    where: "the pixels" or the layer's name, for the error where no gradient path leads there.
    """
    if torch.float16 not in (source.dtype, logits.dtype):
        return _once(logits, source, rows, where).to(torch.promote_types(source.dtype, torch.float32))
    # float16 loses what is smaller than 6e-8: start with large rows, with smaller ones where that is too much.
    largest = float(rows.abs().max()) or 1.0
    for power in (12, 6, 0):
        scale = 2.0**power / largest
        G = _once(logits, source, rows * scale, where).float() / scale
        if G.isfinite().all():
            break
    return G


def of_every_class(logits: Tensor, source: Tensor, read: Callable[[Tensor], Tensor]) -> Tensor:
    r"""What ``read``, a linear function G → (N,), finds in the gradient of each class: (N, C).

    .. math:: G = J^T u, \quad \mathrm{read}(G)_n = \sum_c u_{nc} \, e_{nc}, \quad
              e_{nc} = \partial \, \mathrm{read}(G)_n / \partial u_{nc}

    J is the Jacobian of the logits (N, C) at ``source``, u the rows that start the backward pass. Because everything
    is linear in u, one derivative with respect to u lists all classes: two backward passes instead of C.
    Errors: RuntimeError where a step of the network cannot be differentiated twice.
    """
    with torch.inference_mode(False), torch.enable_grad():
        u = torch.ones_like(logits, requires_grad=True)
        y = (logits * u).sum()  # a number: PyTorch checks rows slowly the first time
        (G,) = torch.autograd.grad(y, source, create_graph=True, **GRAPH_STAYS)
        (values,) = torch.autograd.grad(read(G).sum(), u)
    return values


def _once(logits: Tensor, source: Tensor, rows: Tensor, where: str) -> Tensor:
    """One backward pass from rows to ``source``; the graph stays for the next target."""
    G = None
    if logits.requires_grad and rows.dim() == 3:
        try:
            (G,) = torch.autograd.grad(logits, source, rows.to(logits.dtype), is_grads_batched=True, **GRAPH_STAYS)
        except RuntimeError:  # a backward pass that looks at its numbers cannot be batched, nor what memory cannot hold
            return torch.stack([_once(logits, source, row, where) for row in rows])
    elif logits.requires_grad:
        with torch.inference_mode(False), torch.enable_grad():
            y = (logits * rows.to(logits.dtype)).sum()  # a number: PyTorch checks rows slowly the first time
            (G,) = torch.autograd.grad(y, source, **GRAPH_STAYS)
    if G is None:
        raise ValueError(
            f"there is no gradient path from {where} to the score; choose a layer that the score uses, and switch off "
            "gradient checkpointing and no_grad within the network"
        )
    return G
