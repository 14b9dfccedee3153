r"""Excitation backprop: a probability that is handed down from a class to the positions that excite it.

.. math:: p_j = x_j \sum_i \frac{w^+_{ij}}{\sum_k w^+_{ik} x_k} \, p_i ,\qquad w^+ = \max(w, 0)

(Zhang et al. 2016, eq. 5 and 6; "marginal winning probability"). The x are activations ≥ 0, and biases play no part.
The sum of p is one at every layer, as long as every unit with a probability has an excited neighbour below. The
contrastive form, c-MWP, subtracts what the same network hands down when the weights of its last layer are negated.
"""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from gradcam_lib.capture import Layer, capture, evaluating, find_place
from gradcam_lib.forward import checked_input, parts, pick
from gradcam_lib.layers import default_layer
from gradcam_lib.targets import TargetLike, cotangent, resolve

WEIGHTED = ("conv1d", "conv2d", "conv3d", "linear")
AVERAGES = tuple(f"{kind}avg_pool{d}d" for kind in ("", "adaptive_") for d in (1, 2, 3)) + ("mean",)
SUMS = ("add", "__add__")
ROUNDING = 1e-5  # of a probability: a contrast below it is what float32 leaves of zero
# What only chooses or moves numbers, or leaves them as they are where they are positive: its gradient is its rule.
ROUTES = {"relu", "relu_", "relu6", "hardtanh", "hardtanh_", "clamp", "clamp_", "clamp_min", "clamp_min_"}
ROUTES |= {"dropout", "dropout2d", "feature_dropout", "cat", "flatten", "view", "reshape", "squeeze", "unsqueeze"}
ROUTES |= {"contiguous", "clone", "copy_", "detach", "requires_grad_", "permute", "transpose", "__getitem__"}
ROUTES |= {"identity"} | {f"max_pool{d}d" for d in (1, 2, 3)} | {f"adaptive_max_pool{d}d" for d in (1, 2, 3)}


def excitation_backprop(
    model: nn.Module, x: Any, target: TargetLike = None, layer: Layer | None = None, *, contrastive: bool = True
) -> Tensor:
    """c-MWP (contrastive) or MWP: the probability that each position of a layer receives, (N, h, w) ≥ 0.

    x: (N, 3, H, W). target: one class for each picture; None is the predicted one. layer: as for ``grad_cam``. Where
    nothing but a 1×1 convolution and an average follow it, as in SqueezeNet, the class and its negation give each
    position the same probability, and the contrast is empty: name an earlier layer.
    Errors (ValueError): an activation between the layer and the score that is negative, or a function for which
    excitation backprop has no rule, such as a product of activations; a target that subtracts scores.
    """
    model, names, preferred = parts(model)
    inputs = checked_input(x, model)
    place = find_place(model, layer or preferred or default_layer(model, inputs))
    way = SimpleNamespace(negated=False, last=None)
    with torch.inference_mode(False), torch.no_grad(), evaluating(model), capture(model, [place]) as maps:
        with Excitation(way):
            logits = pick(inputs.call(model), None, len(inputs))
    A, rows = maps[place.name], cotangent(resolve(target, logits.detach(), names), logits.detach())
    if (rows < 0).any():
        raise ValueError("target: excitation backprop hands down a probability, so no score may be subtracted")
    P = _handed_down(logits, A, rows).float().sum(1)
    if not contrastive:
        return P
    way.negated = True
    contrast = P - _handed_down(logits, A, rows).float().sum(1)
    return contrast.where(contrast > ROUNDING * P, 0)


def _handed_down(logits: Tensor, A: Tensor, rows: Tensor) -> Tensor:
    (P,) = torch.autograd.grad(logits, A, rows, retain_graph=True, allow_unused=True)
    if P is None:
        raise ValueError("there is no path from the layer to the score; choose a layer that the score uses")
    return P


class _HandDown(torch.autograd.Function):
    """A function whose way back hands a probability down; the gradient's place is used for it."""

    @staticmethod
    def forward(ctx, x: Tensor, value: list[Tensor], excite: Callable[[Tensor], Tensor], what: str) -> Tensor:
        ctx.save_for_backward(x)
        ctx.excite, ctx.what = excite, what
        return value[0]

    @staticmethod
    def backward(ctx, P: Tensor) -> tuple[Tensor, None, None, None]:
        (x,) = ctx.saved_tensors
        if x.min() < 0:
            raise ValueError(
                f"excitation backprop is defined for activations ≥ 0, and {ctx.what} receives negative ones; choose a "
                "layer after which every layer is rectified, such as the last"
            )
        with torch.enable_grad():
            a = x.detach().requires_grad_()
            z = ctx.excite(a)
        share = torch.where(z > 0, P / z.where(z > 0, 1), 0)
        (back,) = torch.autograd.grad(z, a, share.detach())
        return a.detach() * back, None, None, None


class Excitation(TorchFunctionMode):
    """While active, every layer of a forward pass hands probabilities down instead of gradients.

    way.negated: whether the layer of weights that ran last is taken with negated weights.
    """

    def __init__(self, way: SimpleNamespace):
        super().__init__()
        self._way, self._scaled = way, {}

    def __torch_function__(self, func, types, args=(), kwargs=None):
        kwargs, name = kwargs or {}, getattr(func, "__name__", str(func))
        if name in WEIGHTED:
            return self._weighted(func, name, *args, **kwargs)
        if name == "batch_norm":
            return self._normalised(func, *args, **kwargs)
        x = args[0] if args else kwargs.get("input")
        result = func(*args, **kwargs)
        if not (isinstance(result, Tensor) and result.requires_grad and isinstance(x, Tensor)):
            return result
        if name in AVERAGES:
            return _HandDown.apply(x, [result.detach()], lambda a: func(a, *args[1:], **kwargs), name)
        if name in SUMS and len(args) > 1 and isinstance(args[1], Tensor) and args[1].shape == x.shape:
            return self._sum(result, x, args[1])
        if name not in ROUTES:
            raise ValueError(f"excitation backprop has no rule for the function {name!r} of this network")
        return result

    def _weighted(self, func, name, input, weight, bias=None, *rest, **more):
        with torch.no_grad():
            value = func(input, weight, bias, *rest, **more)
        if not input.requires_grad:
            return value

        def excite(a: Tensor, scale: Tensor | float = 1.0) -> Tensor:
            sign = -1 if self._way.negated and self._way.last is excite else 1
            return func(a, (sign * scale * weight).clamp(min=0), None, *rest, **more)

        self._way.last = excite
        result = _HandDown.apply(input, [value], excite, name)
        self._scaled[id(result)] = (result, input, excite)  # a normalisation may follow
        return result

    def _normalised(self, func, input, mean, var, weight=None, bias=None, training=False, momentum=0.1, eps=1e-5):
        with torch.no_grad():
            value = func(input, mean, var, weight, bias, training, momentum, eps)
        if not input.requires_grad:
            return value
        if id(input) not in self._scaled:
            raise ValueError("excitation backprop has no rule for a normalisation that follows no convolution")
        _, x, excite = self._scaled[id(input)]
        scale = (1 if weight is None else weight) / (var + eps).sqrt()  # with the convolution before: one linear layer
        scale = scale.view(-1, *[1] * (input.dim() - 1))
        return _HandDown.apply(x, [value], lambda a: excite(a, scale), "a convolution")

    def _sum(self, result: Tensor, a: Tensor, b: Tensor) -> Tensor:
        """Two branches: each gets the share that it contributes."""
        return _HandDown.apply(torch.stack((a, b)), [result.detach()], lambda ab: ab.sum(0), "a sum of two branches")
