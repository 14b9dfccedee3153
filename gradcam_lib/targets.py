"""What is explained: a callable from logits (N, C) to scores (N,). Targets add, subtract, scale and negate."""

from __future__ import annotations

import difflib
import math
import numbers
from collections.abc import Callable, Sequence

import torch
from torch import Tensor

TargetLike = int | str | Tensor | Sequence | Callable[[Tensor], Tensor] | None


class Target:
    """A weighted sum of scores: ``class_score("Egyptian cat") - 0.5 * class_score("tabby")``.

    A term is a class index, a class name (looked up when the names are known) or any callable logits (N, C) → (N,).
    """

    def __init__(self, terms: Sequence[tuple[float, int | str | Callable]]):
        self.terms = tuple(terms)

    def __call__(self, logits: Tensor) -> Tensor:
        return sum(weight * _score(term, logits) for weight, term in self.terms)

    def named(self, names: Sequence[str] | None) -> Target:
        """The same target with every class name replaced by its index."""
        return Target([(w, index_of(t, names) if isinstance(t, str) else t) for w, t in self.terms])

    def __add__(self, other: Target | Callable) -> Target:
        return Target(self.terms + _summand(other).terms)

    def __radd__(self, other: Target | Callable | int) -> Target:
        return self if isinstance(other, int) and other == 0 else _summand(other) + self  # sum() starts from 0

    def __sub__(self, other: Target | Callable) -> Target:
        return self + -_summand(other)

    def __rsub__(self, other: Target | Callable) -> Target:
        return _summand(other) - self

    def __mul__(self, factor: float) -> Target:
        if not isinstance(factor, numbers.Real) or not math.isfinite(factor):
            raise TypeError(f"a target can be multiplied by a finite number, not by {factor!r}")
        return Target([(factor * w, t) for w, t in self.terms])

    __rmul__ = __mul__

    def __truediv__(self, factor: float) -> Target:
        return self * (1 / factor)

    def __neg__(self) -> Target:
        return self * -1

    def __repr__(self) -> str:
        return "Target(" + " ".join(f"{w:+g}·{getattr(t, '__name__', t)!s}" for w, t in self.terms) + ")"


def class_score(index: int | str, names: Sequence[str] | None = None) -> Target:
    """The score of one class before the softmax, :math:`y^c`.

    index: class number (0-based) or class name; a name without ``names`` waits until a classifier supplies them.
    Errors: unknown name (near names offered), number out of range (when the logits are known).   Notebook 04.
    """
    if isinstance(index, str) and names is None:
        return Target([(1.0, index)])
    return Target([(1.0, index_of(index, names))])


def as_target(target: int | str | Tensor | Callable) -> Target:
    if isinstance(target, Target):
        return target
    if isinstance(target, Tensor) and target.dim() == 0:
        target = target.item()
    if callable(target):
        return Target([(1.0, target)])
    return class_score(target)


def index_of(label: int | str, names: Sequence[str] | None) -> int:
    """Class number of a name or number; case matters only where two names differ in nothing else.

    Errors: unknown name (near names offered), a name that several classes share (their numbers offered), a number
    out of range, a bool (``True`` is no class).
    """
    if isinstance(label, str):
        if names is None:
            raise ValueError(f"class name {label!r}: the class names are not known here; pass a number, or names=")
        wanted = label.strip().casefold()
        found = [i for i, name in enumerate(names) if name == label]  # ImageNet has "Cardigan" the dog, and "cardigan"
        found = found or [i for i, name in enumerate(names) if name.casefold() == wanted]
        if len(found) > 1:
            raise ValueError(f"class name {label!r} stands for the classes {found}; pass one of these numbers")
        if not found:
            near = [n for n in names if wanted and wanted in n.casefold().split()]
            spelt = {n.casefold(): n for n in names}
            near += [spelt[n] for n in difflib.get_close_matches(wanted, spelt, n=3, cutoff=0.5)]
            offered = ", ".join(repr(n) for n in list(dict.fromkeys(near))[:5]) or "none"
            raise ValueError(f"class name {label!r}: no such class; near: {offered}")
        return found[0]
    if isinstance(label, bool) or not isinstance(label, numbers.Integral):
        raise TypeError(f"target {label!r}: expected a class number, a class name or a callable")
    if label < 0 or (names is not None and label >= len(names)):
        limit = f"0 … {len(names) - 1}" if names is not None else "0 or more"
        raise IndexError(f"class {int(label)}: out of range; the classes are {limit}")
    return int(label)


def resolve(target: TargetLike, logits: Tensor, names: Sequence[str] | None = None) -> list[Target]:
    """One target per image. None: the predicted class; a list, tuple or 1-d tensor: one entry per image."""
    if target is None:
        target = logits.argmax(1)
    if isinstance(target, Tensor):
        target = target.tolist()
    if not isinstance(target, (list, tuple)):
        target = [target] * len(logits)
    if len(target) != len(logits):
        raise ValueError(f"{len(target)} targets for {len(logits)} images; give one target, or one for each image")
    return [as_target(t).named(names) for t in target]


def cotangent(targets: Sequence[Target], logits: Tensor) -> Tensor:
    r"""The row :math:`\partial y / \partial z` that starts the backward pass, one per image.

    logits z: (N, C) → (N, C). Every target meets the network only through this row, so one graph serves them all.
    """
    wide = torch.promote_types(logits.dtype, torch.float32)  # float16 would round a small factor to zero
    with torch.inference_mode(False), torch.enable_grad():
        z = logits.detach().to(wide, copy=True).requires_grad_()
        if all(isinstance(term, int) for target in targets for _, term in target.terms):
            return _weights(targets, z)
        y = torch.cat([_checked(t, z[i : i + 1]) for i, t in enumerate(targets)])
        (row,) = torch.autograd.grad(y.sum(), z, allow_unused=True, materialize_grads=True)
    bad = ~row.isfinite().all(1)
    if bad.any():
        i = int(bad.nonzero()[0])
        raise ValueError(f"{targets[i]}: the gradient of its score is NaN or infinite for image {i}")
    return row


def _weights(targets: Sequence[Target], z: Tensor) -> Tensor:
    """The row of sums of class scores, which is made of their factors: no backward pass is needed."""
    row = torch.zeros_like(z)
    for i, target in enumerate(targets):
        for weight, index in target.terms:
            _score(index, z)  # a number out of range is an error
            row[i, index] += weight
    return row


def scores(target: Target, logits: Tensor) -> Tensor:
    """logits (N, C) → (N,). Errors: a target of another shape."""
    y = target(logits)
    if not isinstance(y, Tensor) or y.shape != logits.shape[:1]:
        shape = tuple(y.shape) if isinstance(y, Tensor) else type(y).__name__
        raise ValueError(
            f"{target}: gives {shape} for {len(logits)} images; a target maps logits (N, C) to scores (N,)"
        )
    return y


def _checked(target: Target, logits: Tensor) -> Tensor:
    y = scores(target, logits)
    if not y.requires_grad:
        raise ValueError(f"{target}: its score does not depend on the logits, so there is nothing to explain")
    return y


def _summand(other: Target | Callable) -> Target:
    if isinstance(other, numbers.Number):
        raise TypeError(f"{other!r} beside a target: for the score of a class write class_score({other!r})")
    return as_target(other)


def _score(term: int | str | Callable, logits: Tensor) -> Tensor:
    if callable(term):
        return term(logits)
    if isinstance(term, str):
        raise ValueError(f"class name {term!r}: the class names are not known here; pass a number, or names=")
    if term and logits.shape[1] == 1:
        raise IndexError(
            f"class {term}: the network has one output, 0, which speaks for one side; the other is -class_score(0)"
        )
    if not 0 <= term < logits.shape[1]:
        raise IndexError(f"class {term}: out of range; the network has the classes 0 … {logits.shape[1] - 1}")
    return logits[:, term]
