"""Which layer to explain: the last rectified convolutional map, found by watching shapes, without computing."""

from __future__ import annotations

import copy
import weakref
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

CONVOLUTIONS = (nn.Conv2d, nn.ConvTranspose2d, nn.LazyConv2d)
POOLINGS = (
    nn.MaxPool2d, nn.AvgPool2d, nn.AdaptiveAvgPool2d, nn.AdaptiveMaxPool2d, nn.LPPool2d, nn.FractionalMaxPool2d
)  # fmt: skip
SAME = (nn.Dropout, nn.Dropout1d, nn.Dropout2d, nn.AlphaDropout, nn.Identity)  # the same map under another name
SIDES = (224, 299, 64, 32, 28, 96, 128, 16, 8)  # tried in turn: networks that flatten their map accept one size only

_found: weakref.WeakKeyDictionary[nn.Module, dict[tuple, str]] = weakref.WeakKeyDictionary()


@dataclass(eq=False)  # compared by identity: tensors have no single truth value
class Call:
    """One distinct tensor on its way through the network and the modules that returned it, innermost first."""

    output: Tensor
    modules: list[tuple[str, nn.Module]] = field(default_factory=list)

    def any(self, kinds) -> bool:
        return any(isinstance(m, kinds) for _, m in self.modules)

    @property
    def sides(self) -> tuple[int, ...]:
        return tuple(self.output.shape[2:])


def default_layer(model: nn.Module, side: tuple[int, int] | None = None) -> str:
    """Dotted name of the last rectified convolutional map, never a pooling layer.

    side: (H, W) of the input in pixels where it is known: in a small picture the last map may be a single place. The
    deepest map that still has a place for every feature is the best compromise between meaning and position (Selvaraju
    et al. 2017, section 3). It is found on a copy of the network without weights, which PyTorch runs on shapes alone;
    the model itself is not run.
    Errors: no convolution; a transformer, whose tokens are not a convolutional map; each names a way out.
    """
    question = side, tuple((name, id(module), type(module)) for name, module in model.named_modules())
    known = _found.setdefault(model, {})
    if question not in known:
        known[question] = _last_map(model, side)
    return known[question]


def _last_map(model: nn.Module, side: tuple[int, int] | None) -> str:
    convolutions = [m for m in model.modules() if isinstance(m, CONVOLUTIONS)]
    if not convolutions:
        raise ValueError(
            f"{type(model).__name__} has no 2-d convolution, so it has no convolutional map; use saliency or "
            "occlusion_map, or pass layer= with a layer whose output is (N, K, h, w)"
        )
    calls = _watch(model, convolutions[0].in_channels, side)
    # The last layer with weights is the classifier, also where it is a convolution (SqueezeNet).
    last = max((i for i, c in enumerate(calls) if c.any((nn.Linear, *CONVOLUTIONS))), default=0)
    maps = [i for i, c in enumerate(calls) if c.any(CONVOLUTIONS) and _is_map(c)]
    before = [i for i in maps if i < last] or maps
    if not before:
        raise ValueError(f"{type(model).__name__}: no convolution with a map larger than 1×1; pass layer=")
    conv = before[-1]
    end = last if conv < last else len(calls)
    same = [c for c in calls[conv:end] if _is_map(c) and c.sides == calls[conv].sides and not c.any(POOLINGS)]
    chosen = same[-1]
    later = [c for c in calls[calls.index(chosen) + 1 :] if c.any(nn.Linear) and c.output.dim() > 2]
    if later:
        raise ValueError(
            f"{type(model).__name__} turns its last convolutional map ({chosen.modules[-1][0]!r}) into tokens, so no "
            "convolutional map describes what it decided on; use saliency or occlusion_map, or pass layer= with a "
            "layer whose output is (N, K, h, w)"
        )
    return next(name for name, _ in reversed(chosen.modules) if name)


def _is_map(call: Call) -> bool:
    return call.output.dim() == 4 and min(call.sides) > 1 and any(name for name, _ in call.modules)


def _watch(model: nn.Module, channels: int, side: tuple[int, int] | None) -> list[Call]:
    """Every tensor that a module returns, in the order of the computation."""
    failure: Exception | None = None
    for size in [side] if side else [(s, s) for s in SIDES]:
        calls: list[Call] = []
        try:
            ghost = _without_weights(model)
            for name, module in ghost.named_modules():
                module.register_forward_hook(_recorder(calls, name))
            with torch.inference_mode(False), torch.no_grad(), torch.device("meta"):
                ghost(torch.empty(2, channels, *size, dtype=_dtype(ghost)))
            return calls
        except Exception as error:  # any network may object in its own way; the last objection is passed on
            failure = error
    raise ValueError(
        f"{type(model).__name__}: could not follow an image through the network ({failure}); pass layer="
    ) from failure


def _recorder(calls: list[Call], name: str):
    def record(module: nn.Module, args: tuple, output) -> None:
        if not isinstance(output, Tensor) or isinstance(module, SAME):
            return
        if not calls or all(c.output is not output for c in calls[-3:]):
            calls.append(Call(output))
        next(c for c in reversed(calls) if c.output is output).modules.append((name, module))

    return record


def _without_weights(model: nn.Module) -> nn.Module:
    """A copy in evaluation mode whose parameters have shapes but no values, and without anybody's hooks."""
    plain = [v for module in model.modules() for v in vars(module).values() if isinstance(v, Tensor)]
    tensors = [*model.parameters(), *model.buffers(), *plain]
    memo: dict = {id(t): t.detach().to("meta") for t in tensors}
    for t in model.parameters():
        memo[id(t)] = nn.Parameter(memo[id(t)], requires_grad=False)
    for module in model.modules():  # a hook may hold on to anything, a copy of which nobody wants
        for hooks in (module._forward_hooks, module._forward_pre_hooks, module._backward_hooks):
            memo[id(hooks)] = type(hooks)()
    return copy.deepcopy(model, memo).eval()


def _dtype(model: nn.Module) -> torch.dtype:
    return next((p.dtype for p in model.parameters() if p.is_floating_point()), torch.float32)
