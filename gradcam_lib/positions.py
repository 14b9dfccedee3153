"""The inverse question: not which positions speak for a class, but for which classes a position speaks."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral
from typing import Any

import torch
from torch import Tensor

from gradcam_lib.capture import Layer
from gradcam_lib.equations import channel_weights
from gradcam_lib.gradients import of_every_class


def evidence_at(e: Any, position: Sequence[int], layer: Layer | None = None) -> Tensor:
    r"""The signed map of every class at one position.

    .. math:: e^c_{ij} = \sum_k \alpha_k^c A^k_{ij}, \quad
              \alpha_k^c = \frac{1}{Z} \sum_{p,q} \partial y^c / \partial A^k_{pq}   (Selvaraju et al. 2017, eq. 1, 2)

    e: an Explanation. position: (row, column) of the layer's map, from 0 → (N, C), float32, evidence for a class
    positive, against it negative. Where a step of the network cannot be differentiated twice, each class takes a
    backward pass of its own.

    A softmax ignores a number that is added to the scores of all classes. The order of the classes at a position, and
    their distances, are therefore facts about the probabilities; the sign alone is not.
    Errors: IndexError for a position outside the map.
    """
    A, C = e.activation(layer), e.logits.shape[1]  # (N, K, h, w)
    at = (..., *checked_position(position, tuple(A.shape[2:])))
    predicted = e.signed(None, layer)[at]  # (N,), in the usual way
    try:
        every = _all_at_once(e, at, layer)
        found = every[range(len(A)), e.predicted]  # a backward pass that hides a part from autograd shows here
        if torch.allclose(found, predicted, rtol=1e-3, atol=1e-4 * float(every.abs().max())):
            return every
    except RuntimeError:
        pass
    return e.maps(range(C), layer, relu=False).reshape(C, len(A), *A.shape[2:])[at].T


def for_and_against(values: Tensor, names: Sequence[str] | None = None, k: int = 5) -> tuple[list, list]:
    """values: (C,) → the highest that are positive and the lowest that are negative, at most k each.

    Two lists of (class name, or number as text where there are no names, value), the strongest first.
    """
    order = values.argsort(descending=True, stable=True).tolist()
    named = [(names[c] if names else str(c), float(values[c])) for c in order]
    return [(c, v) for c, v in named[:k] if v > 0], [(c, v) for c, v in named[: -k - 1 : -1] if v < 0]


def _all_at_once(e: Any, at: tuple, layer: Layer | None) -> Tensor:
    """(N, C), from a gradient that is differentiated once more; RuntimeError where the network forbids that."""
    (name, source), A = e._map(layer), e.activation(layer)

    def read(G: Tensor) -> Tensor:
        alpha = channel_weights(e._viewed(name, G), spatial=A.dim() - 2)  # (N, K, 1, 1)
        return (alpha.flatten(1) * A[at].float()).sum(1)

    return of_every_class(e._kept.logits, source, read).float()


def checked_position(position: Sequence[int], sizes: tuple[int, ...]) -> tuple[int, ...]:
    """sizes: of the map, (h, w) for a picture."""
    at = tuple(position) if isinstance(position, Sequence) else (position,)
    if len(at) != len(sizes) or not all(isinstance(i, Integral) and 0 <= i < n for i, n in zip(at, sizes, strict=True)):
        first, last = (0,) * len(sizes), tuple(n - 1 for n in sizes)
        raise IndexError(f"position {position!r}: the positions of this map are {first} to {last}")
    return tuple(map(int, at))
