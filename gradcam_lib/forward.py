"""One forward pass: what may go in, what has to come out, and what is kept of it."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, nullcontext
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from gradcam_lib.capture import LAST_DIMENSION, Layer, Maps, Place, capture, evaluating, original
from gradcam_lib.relu_rules import ReLURules

Output = int | str | Callable[[Any], Tensor] | None
View = Callable[[Tensor], Tensor]
FIRST_DIMENSION = (
    nn.modules.conv._ConvNd,
    nn.modules.batchnorm._NormBase,
    nn.GroupNorm,
)  # what they return has K there
NO_CHECKPOINTING = (
    "the network uses gradient checkpointing, which runs parts of it again during the backward pass, when nobody "
    "watches; switch it off to explain the network"
)
CONVOLUTIONS = {
    dims: tuple(getattr(nn, f"{lazy}Conv{kind}{dims}d") for lazy in ("", "Lazy") for kind in ("", "Transpose"))
    for dims in (1, 2, 3)
}


@dataclass(eq=False)
class Inputs:
    """What the network is called with. picture: the first input, (N, C, *sizes); rest: the others, by name or place."""

    picture: Tensor
    args: tuple = ()
    kwargs: Mapping[str, Any] | None = None
    name: str | None = None

    def __len__(self) -> int:
        return len(self.picture)

    @property
    def shapes(self) -> tuple:
        rest = (*self.args, *(self.kwargs or {}).values())
        return tuple((tuple(t.shape), t.dtype) if isinstance(t, Tensor) else repr(t) for t in (self.picture, *rest))

    def each(self, change: Callable[[Tensor], Tensor]) -> Inputs:
        """The same inputs with every tensor changed."""

        def changed(value: Any) -> Any:
            return change(value) if isinstance(value, Tensor) else value

        kwargs = None if self.kwargs is None else {key: changed(value) for key, value in self.kwargs.items()}
        return Inputs(change(self.picture), tuple(map(changed, self.args)), kwargs, self.name)

    def image(self, i: int) -> Inputs:
        """Image i alone, with its part of every other input that has one entry for each image."""
        n = len(self)
        return self.each(lambda t: t[i : i + 1] if t.dim() and len(t) == n else t)

    def repeated(self, n: int) -> Inputs:
        """One image n times."""
        return self.each(lambda t: t.repeat(n, *[1] * (t.dim() - 1)) if t.dim() and len(t) == 1 else t)

    def call(self, model: Callable, picture: Tensor | None = None) -> Any:
        picture = self.picture if picture is None else picture
        if self.name is not None:
            return model(**{self.name: picture, **(self.kwargs or {})})
        return model(picture, *self.args)


class Kept:
    """What a forward pass leaves behind: logits (N, C) with their graph, maps by layer, the pixels x and the rules."""

    def __init__(self, logits: Tensor, maps: Maps, x: Tensor | None, rules: ReLURules | None):
        self.logits, self.maps, self.x, self.rules = logits, maps, x, rules


class Run:
    """A network and its input, ready for a forward pass."""

    def __init__(self, model: nn.Module, inputs: Inputs, output: Output):
        self.model, self.output = model, output
        self.inputs = inputs.each(lambda t: t.detach().clone())  # the caller may change the picture before it is asked

    def __call__(self, layers: Sequence[Layer | Place], *, pixels: bool = False, record: bool = False) -> Kept:
        rules = ReLURules() if pixels else None
        with torch.inference_mode(False), torch.set_grad_enabled(pixels or record), evaluating(self.model):
            x = self.inputs.picture.clone().requires_grad_(pixels)
            with no_checkpointing(), rules or nullcontext(), capture(self.model, layers) as maps:
                logits = pick(self._forward(x.clone() if pixels else x), self.output, len(x))
        check_finite(logits)
        warn_of_saturation(logits)
        return Kept(logits, maps, x if pixels else None, rules)

    def _forward(self, x: Tensor) -> Any:
        tensors = dict([*self.model.named_parameters(), *self.model.named_buffers()])
        if not any(t.is_inference() for t in tensors.values()):
            return self.inputs.call(self.model, x)
        # Weights made under inference_mode cannot take part in a graph; copies of them can.
        usable = {name: t.clone() for name, t in tensors.items()}

        def call(*args, **kwargs):
            return torch.func.functional_call(self.model, usable, args, kwargs)

        return self.inputs.call(call, x)


def no_checkpointing() -> ExitStack:
    """An error where the network's own checkpointing would run parts of it again; not where the caller uses hooks."""
    stack = ExitStack()
    try:
        stack.enter_context(torch.autograd.graph.disable_saved_tensors_hooks(NO_CHECKPOINTING))
    except RuntimeError:
        stack.close()
    return stack


def parts(model: Any) -> tuple[nn.Module, Sequence[str] | None, str | None]:
    """(network, class names, preferred layer) of a network, compiled or not, or of a Classifier."""
    if isinstance(model, nn.Module):
        return original(model), None, None
    if isinstance(getattr(model, "model", None), nn.Module):
        return original(model.model), getattr(model, "names", None), getattr(model, "layer", None)
    raise TypeError(f"model {type(model).__name__}: expected an nn.Module or a Classifier from load_classifier")


def convolution_dims(model: nn.Module) -> int | None:
    """1, 2 or 3: the dimensions of the first convolution; None where there is none."""
    kinds = (dims for m in model.modules() for dims, kind in CONVOLUTIONS.items() if isinstance(m, kind))
    return next(kinds, None)


def checked_input(x: Any, model: nn.Module) -> Inputs:
    """x: the picture, a tuple or list whose first entry it is, or a mapping whose first value it is."""
    if isinstance(x, Inputs):
        return x
    inputs = _inputs(x)
    x = inputs.picture
    if not isinstance(x, Tensor) or not x.is_floating_point():
        kind = x.dtype if isinstance(x, Tensor) else type(x).__name__
        raise TypeError(f"x: expected a float tensor (N, 3, H, W), got {kind}; Classifier.to_input makes one")
    dims = convolution_dims(model)
    least = 3 if dims is None else dims + 2
    if not least <= x.dim() <= 5 or 0 in x.shape:
        shape = {1: "signals (N, C, L)", 3: "volumes (N, C, T, H, W)"}.get(dims, "images (N, 3, H, W)")
        hint = "; add the batch with x[None]" if x.dim() == least - 1 else ""
        raise ValueError(f"x: expected a batch of {shape}, got {tuple(x.shape)}{hint}")
    first = next((p for p in model.parameters() if p.is_floating_point()), x)
    return inputs.each(lambda t: t.to(first.device, first.dtype if t.is_floating_point() else t.dtype))


def _inputs(x: Any) -> Inputs:
    if isinstance(x, Mapping) and x:
        name, *_ = x
        return Inputs(x[name], kwargs={key: value for key, value in x.items() if key != name}, name=name)
    if isinstance(x, (tuple, list)) and x:
        return Inputs(x[0], args=tuple(x[1:]))
    return Inputs(x)


def select(result: Any, output: Output) -> Any:
    """The part of the network's result that ``output`` names."""
    if callable(output):
        return output(result)
    if output is None:
        return result
    try:
        return result[output]
    except (KeyError, IndexError, TypeError) as error:
        has = list(result) if isinstance(result, dict) else f"{type(result).__name__}"
        raise ValueError(f"output={output!r}: the network returned {has}") from error


def pick(result: Any, output: Output, n: int) -> Tensor:
    """The logits (N, C) among what the network returned."""
    result = select(result, output)
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


def as_map(name: str, maps: Maps, layer_map: View | None, dims: int) -> View | None:
    """How the output of a layer, or its gradient, becomes a map (N, K, *places); None where it is one.

    dims: those of the input, channels and places. Errors: no places to tell apart; tokens.
    """
    A = maps[name].detach()
    view = layer_map or (channels_first if has_channels_last(name, maps) else None)
    M = A if view is None else view(A)
    shape = f"layer {name!r} returns {tuple(A.shape)}"
    if layer_map is None and A.dim() == 3 < dims and A.shape[1] > 1:
        raise ValueError(
            f"{shape}, tokens and no map; pass layer_map= with a callable that makes (N, K, h, w) of (N, T, C)"
        )
    if not isinstance(M, Tensor) or M.dim() < 3 or M.shape[2:].numel() == 1:
        made = f" and layer_map makes {tuple(M.shape) if isinstance(M, Tensor) else type(M).__name__} of it"
        raise ValueError(f"{shape}{made if layer_map else ''}, which has no places to tell apart")
    return view


def channels_first(A: Tensor) -> Tensor:
    """(N, *places, K) → (N, K, *places)."""
    return A.movedim(-1, 1)


def has_channels_last(name: str, maps: Maps) -> bool:
    """Known from the layer itself, or from what modules on the last dimension take and return. Error: undecided."""
    place, shape = maps.places[name], tuple(maps[name].shape[1:])
    module = place.module if place.function is None else None
    if isinstance(module, FIRST_DIMENSION):
        return False
    if type(module) in LAST_DIMENSION:
        return shape in maps.channels_last
    if shape in maps.channels_last and len(set(shape)) == 1:
        raise ValueError(
            f"layer {name!r} returns {tuple(maps[name].shape)}, whose channels may come first or last; say it with "
            "layer_map=lambda A: A where they come first, or layer_map=lambda A: A.movedim(-1, 1)"
        )
    return shape in maps.channels_last


def check_finite(logits: Tensor, image: int | None = None) -> None:
    """image: which one of the caller's these logits belong to, where they are not one row for each."""
    bad = ~torch.isfinite(logits).all(1)
    if bad.any():
        image = int(bad.nonzero()[0]) if image is None else image
        raise ValueError(f"the network's output is NaN or infinite for image {image}; check the input")


def warn_of_saturation(logits: Tensor) -> None:
    """Warns of a softmax at the end, and of a sigmoid whose gradient has vanished."""
    values = logits.detach().float()
    rounding = max(1e-3, 4 * torch.finfo(logits.dtype).eps)
    softmax = values.shape[1] > 1 and values.min() >= 0 and (values.sum(1) - 1).abs().max() < rounding
    sure = values.amax(1) if values.shape[1] > 1 else (values[:, 0] - 0.5).abs() + 0.5  # one output: sure of yes or no
    if softmax or (sure.max() > 1 - 1e-3 and ends_in_sigmoid(logits)):
        warnings.warn(
            f"the network seems to end in a {'softmax' if softmax else 'sigmoid'}: where it is sure, the gradient of a "
            "probability vanishes and the map is empty. Explain the logits instead: take the "
            f"{'softmax' if softmax else 'sigmoid'} off, or pass output=",
            stacklevel=4,
        )


def ends_in_sigmoid(logits: Tensor) -> bool:
    """Whether the graph ends in a sigmoid, perhaps with views behind it."""
    step = logits.grad_fn
    for _ in range(5):
        if step is None or "Sigmoid" in step.name():
            return step is not None
        if not any(view in step.name() for view in ("View", "queeze", "Select", "Slice", "Reshape", "Clone")):
            return False
        step = step.next_functions[0][0]
    return False
