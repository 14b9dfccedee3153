"""One forward pass: what may go in, what has to come out, and what is kept of it."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from typing import Any

import torch
from torch import Tensor, nn

from gradcam_lib.capture import capture, evaluating
from gradcam_lib.relu_rules import ReLURules

Output = int | str | Callable[[Any], Tensor] | None


class Kept:
    """What a forward pass leaves behind: logits (N, C) with their graph, maps by layer, the pixels x and the rules."""

    def __init__(self, logits: Tensor, maps: dict[str, Tensor], x: Tensor | None, rules: ReLURules | None):
        self.logits, self.maps, self.x, self.rules = logits, maps, x, rules


class Run:
    """A network and its input, ready for a forward pass."""

    def __init__(self, model: nn.Module, x: Tensor, output: Output):
        self.model, self.output = model, output
        self.x = x.detach().clone()  # the caller may change the picture before the pixels are asked about

    def __call__(self, layers: Sequence[str], *, pixels: bool = False, record: bool = False) -> Kept:
        rules = ReLURules() if pixels else None
        with torch.inference_mode(False), torch.set_grad_enabled(pixels or record):
            x = self.x.detach().clone().requires_grad_(pixels)
            with evaluating(self.model), capture(self.model, layers) as maps, rules or nullcontext():
                logits = pick(self._forward(x.clone() if pixels else x), self.output, len(x))
        missing = [name for name in layers if name not in maps]
        if missing:
            raise ValueError(f"layer {missing[0]!r} did not run during the forward pass; choose another layer")
        for name, A in maps.items():
            check_map(name, A)
        check_finite(logits)
        warn_of_softmax(logits)
        return Kept(logits, {name: maps[name] for name in layers}, x if pixels else None, rules)

    def _forward(self, x: Tensor) -> Any:
        tensors = dict([*self.model.named_parameters(), *self.model.named_buffers()])
        if not any(t.is_inference() for t in tensors.values()):
            return self.model(x)
        # Weights made under inference_mode cannot take part in a graph; copies of them can.
        return torch.func.functional_call(self.model, {name: t.clone() for name, t in tensors.items()}, (x,))


def parts(model: Any) -> tuple[nn.Module, Sequence[str] | None, str | None]:
    """(network, class names, preferred layer) of a network or of a Classifier."""
    if isinstance(model, nn.Module):
        return model, None, None
    if isinstance(getattr(model, "model", None), nn.Module):
        return model.model, getattr(model, "names", None), getattr(model, "layer", None)
    raise TypeError(f"model {type(model).__name__}: expected an nn.Module or a Classifier from load_classifier")


def checked_input(x: Tensor, model: nn.Module) -> Tensor:
    if not isinstance(x, Tensor) or not x.is_floating_point():
        kind = x.dtype if isinstance(x, Tensor) else type(x).__name__
        raise TypeError(f"x: expected a float tensor (N, 3, H, W), got {kind}; Classifier.to_input makes one")
    if x.dim() != 4 or 0 in x.shape:
        hint = "; add the batch with x[None]" if x.dim() == 3 else ""
        raise ValueError(f"x: expected a batch of images (N, 3, H, W), got {tuple(x.shape)}{hint}")
    first = next((p for p in model.parameters() if p.is_floating_point()), x)
    return x.to(first.device, first.dtype)


def pick(result: Any, output: Output, n: int) -> Tensor:
    """The logits (N, C) among what the network returned."""
    if callable(output):
        result = output(result)
    elif output is not None:
        try:
            result = result[output]
        except (KeyError, IndexError, TypeError) as error:
            has = list(result) if isinstance(result, dict) else f"{type(result).__name__}"
            raise ValueError(f"output={output!r}: the network returned {has}") from error
    if not isinstance(result, Tensor):
        has = f"a dict with {list(result)}" if isinstance(result, dict) else f"a {type(result).__name__}"
        raise TypeError(f"the network returned {has}; say with output= (index, key or callable) where the logits are")
    if result.dim() == 1 and len(result) == n:
        result = result[:, None]  # one score per image: regression, or a binary decision
    if result.dim() != 2 or len(result) != n:
        raise ValueError(
            f"the network returned {tuple(result.shape)} for {n} images; logits are (N, C): "
            "pass output= with a callable that makes them"
        )
    return result


def check_map(name: str, A: Tensor) -> None:
    if A.dim() != 4 or A.shape[2] * A.shape[3] == 1:
        raise ValueError(
            f"layer {name!r} returns {tuple(A.shape)}, which has no places to tell apart; choose a layer whose output "
            "is (N, K, h, w), such as default_layer(model)"
        )


def check_finite(logits: Tensor, image: int | None = None) -> None:
    """image: which one of the caller's these logits belong to, where they are not one row for each."""
    bad = ~torch.isfinite(logits).all(1)
    if bad.any():
        image = int(bad.nonzero()[0]) if image is None else image
        raise ValueError(f"the network's output is NaN or infinite for image {image}; check the input")


def warn_of_softmax(logits: Tensor) -> None:
    values = logits.detach().float()
    rounding = max(1e-3, 4 * torch.finfo(logits.dtype).eps)
    if values.shape[1] > 1 and values.min() >= 0 and (values.sum(1) - 1).abs().max() < rounding:
        warnings.warn(
            "the network seems to end in a softmax: where it is sure, the gradient of a probability vanishes and the "
            "map is empty. Explain the logits instead: take the softmax off, or pass output=",
            stacklevel=4,
        )
