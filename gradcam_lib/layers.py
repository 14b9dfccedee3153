"""Which layer to explain: the last map through which everything goes that the score takes from the picture."""

from __future__ import annotations

import copy
import inspect
import math
import weakref
from collections.abc import Iterator
from contextlib import ExitStack, nullcontext
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.parameter import is_lazy

from gradcam_lib.capture import evaluating, original
from gradcam_lib.forward import CONVOLUTIONS, Inputs, Output, checked_input, convolution_dims, parts, select
from gradcam_lib.trace import PRODUCTS, Frame, Point, Trace, trace

SAME = (nn.Dropout, nn.Dropout1d, nn.Dropout2d, nn.Dropout3d, nn.AlphaDropout, nn.Identity)  # maps by another name
# Tried in turn where the input is not given: networks that flatten their map accept one size only.
SIZES = {
    1: [(length,) for length in (1024, 128, 256, 512, 4096, 16000, 64)],
    2: [(side, side) for side in (224, 299, 64, 32, 28, 96, 128, 16, 8)],
    3: [(16, 112, 112), (32, 32, 32), (16, 64, 64), (64, 64, 64), (8, 32, 32), (16, 16, 16), (8, 8, 8)],
}
WAYS_OUT = "use saliency or occlusion_map, or pass layer="

_found: weakref.WeakKeyDictionary[nn.Module, dict[tuple, str]] = weakref.WeakKeyDictionary()


def default_layer(model: nn.Module, x: Any = None, *, output: Output = None) -> str:
    """Name of the last rectified convolutional map that all of the score depends on, never a pooling layer.

    x: the input (N, C, *sizes) where it is at hand, several inputs as for ``explain``, or the picture's (H, W): in a
    small picture the last map may be a single place, and networks of an unusual form take no other. output: which
    part of the network's result the score is in. The deepest map that still has a place for every feature is the
    best compromise between meaning and position (Selvaraju et al. 2017, section 3).

    Returns the dotted name of a module; "name#1" for the second of several runs; "name.relu()" for a function that the
    module "name" calls in its forward. All are layers for ``explain``. The layer is found by running a copy of the
    network, which shares its weights, on one picture and watching what is computed from what; of the maps of one size,
    the output of a block is preferred to a step inside the next one.
    Errors (ValueError): no convolution; branches that meet only behind their last maps, with the candidates; a
    transformer, whose tokens are not a convolutional map; each names a way out.
    """
    model = parts(model)[0]
    size, inputs = (x, None) if x is None or _is_size(x) else (None, checked_input(x, model))
    asked = inputs.shapes if inputs else size, getattr(output, "__code__", output)
    question = asked, tuple((name, id(module), type(module)) for name, module in model.named_modules())
    known = _found.setdefault(model, {})
    if question not in known:
        try:
            known[question] = _last_map(model, watched(model, inputs or size, output))
        except ValueError as error:
            if not any(isinstance(m, torch.jit.ScriptModule) for m in model.modules()):
                raise
            raise ValueError(
                f"{type(model).__name__} is or holds a ScriptModule, whose layers are out of reach; pass the original "
                "module, or use saliency or occlusion_map"
            ) from error
    return known[question]


def _is_size(x: Any) -> bool:
    return isinstance(x, (tuple, list, torch.Size)) and all(isinstance(side, int) for side in x)


def watched(model: nn.Module, x: Inputs | tuple[int, ...] | None = None, output: Output = None) -> Trace:
    """The trace of a forward pass of a copy of the network. x, output: as for ``default_layer``."""
    failure: Exception | None = None
    for inputs in _guesses(model, x):
        try:
            seen, result = _watch(model, inputs, output, own=isinstance(x, Inputs))
        except Exception as error:  # any network may object in its own way; the first objection is passed on
            failure = failure or error
            continue
        if isinstance(result, Tensor):
            return seen
        has = f"a dict with {list(result)}" if isinstance(result, dict) else f"a {type(result).__name__}"
        raise ValueError(f"the network returned {has}; say with output= where the score is")
    raise ValueError(
        f"{type(model).__name__}: could not follow an input through the network ({failure}); "
        + ("pass layer=" if isinstance(x, Inputs) else "pass the input, default_layer(model, x), or layer=")
    ) from failure


def _guesses(model: nn.Module, x: Inputs | tuple[int, ...] | None) -> Iterator[Inputs]:
    """What the copy is run on: one of the caller's pictures, or else all of them; pictures of usual sizes."""
    if isinstance(x, Inputs):
        yield x.image(0)
        if len(x) > 1:
            yield x
        return
    kinds = sum(CONVOLUTIONS.values(), ())
    first = next((m for m in model.modules() if isinstance(m, kinds)), None)
    if first is None:
        raise ValueError(f"{type(model).__name__} has no convolution, so it has no convolutional map; {WAYS_OUT}")
    parameter = next((p for p in model.parameters() if p.is_floating_point() and not is_lazy(p)), torch.empty(0))
    for size in [x] if x else SIZES[convolution_dims(model)]:
        for channels in dict.fromkeys((first.in_channels or 3, 3, 1)):
            yield Inputs(parameter.new_zeros(1, channels, *size))


def _watch(model: nn.Module, inputs: Inputs, output: Output, *, own: bool) -> tuple[Trace, Any]:
    """own: the input is the caller's, and for it a network that cannot be copied runs itself."""
    device = torch.device("meta") if inputs.picture.is_meta else nullcontext()
    with ExitStack() as stack:
        for context in (torch.inference_mode(False), torch.enable_grad(), torch.random.fork_rng(devices=[]), device):
            stack.enter_context(context)
        stack.enter_context(evaluating(model))
        try:
            net = plain_copy(model)
        except Exception:
            if not own:
                raise
            net = model
        inputs = inputs.each(lambda t: t.detach().clone())  # the network may change its input
        with evaluating(net):
            return trace(net, lambda: select(inputs.call(net), output))


def plain_copy(model: nn.Module) -> nn.Module:
    """A copy with the same weights, buffers of its own, and without anybody's hooks.

    Error: a forward that was put into a module as a function, which would go on to run the module itself.
    """
    for name, module in model.named_modules():
        forward = vars(module).get("forward")
        if forward is not None and not inspect.ismethod(forward) and module is original(module):
            raise ValueError(f"the forward of {name or 'the network'} is a function of its own, which cannot be copied")
    plain = [v for module in model.modules() for v in vars(module).values() if isinstance(v, Tensor)]
    memo: dict = {id(t): t.detach() for t in plain}
    for t in model.parameters():
        if not is_lazy(t):
            memo[id(t)] = nn.Parameter(t.detach(), requires_grad=False)  # nothing is recorded
    for module in model.modules():  # a hook may hold on to anything, a copy of which nobody wants
        for hooks in (module._forward_hooks, module._forward_pre_hooks, module._backward_hooks):
            memo[id(hooks)] = type(hooks)()
    return copy.deepcopy(model, memo)


def _last_map(model: nn.Module, seen: Trace) -> str:
    if not any(value.is_convolution for value in seen.values):
        raise ValueError(f"{type(model).__name__} has no convolution, so it has no convolutional map; {WAYS_OUT}")
    candidates, passages = map_points(seen), seen.passages()
    maps = [p for p in candidates if p.value in passages]
    if not maps:
        raise ValueError(_no_single_map(model, seen, candidates))
    end = _classifier(seen, passages)
    before = [p for p in maps if p.value < end] or maps
    last = max(before, key=lambda p: p.value)
    inner = {p: sum(_is_step_in(frame, p, seen, end) for frame in p.frames) for p in before if p.sides == last.sides}
    outer = [p for p in inner if inner[p] == min(inner.values())]
    value = max(p.value for p in outer)
    name = _name(seen, [p for p in outer if p.value == value])
    if any(v.tokens for v in seen.values[value + 1 :]):
        raise ValueError(
            f"{type(model).__name__} turns its last convolutional map ({name!r}) into tokens, so no convolutional map "
            f"describes what it decided on; {WAYS_OUT} with layer_map=, which makes a map of tokens"
        )
    return name


def wider_maps(model: nn.Module, deepest: str, shape: tuple[int, ...]) -> list[str]:
    """``deepest`` and shallower layers, each at least 1.5 times as wide as the next; the deepest last.

    shape: (colours, H, W) of the input. All of the score goes through each of them. Of all maps of one width it is the
    last that belongs to no smaller part of the network: the output of a block, not a step within the next.
    """
    example = next(model.parameters()).new_zeros(1, *shape)
    seen = watched(model, Inputs(example))
    passages = seen.passages()
    maps = [p for p in map_points(seen) if p.value in passages and p.module is not None]
    last = next(p for p in seen.points if seen.layer(p) == deepest)
    chosen, width = [deepest], last.sides[0]
    while wider := [p for p in maps if p.value < last.value and p.sides[0] >= 1.5 * width]:
        width = min(p.sides[0] for p in wider)
        values = sorted({p.value for p in wider if p.sides[0] == width}, reverse=True)
        names = [_name(seen, [p for p in wider if p.value == value]) for value in values]
        chosen.insert(0, min(names, key=lambda name: name.count(".")))
    return chosen


def map_points(seen: Trace) -> list[Point]:
    """The maps (N, K, *places) that the score comes from, each as large as a convolution's; no pooling's."""
    relevant = set(seen.relevant())
    sizes = {seen.values[i].shape[2:] for i in relevant if seen.values[i].is_convolution}
    maps = [p for p in seen.points if p.value in relevant and p.sides in sizes and math.prod(p.sides) > 1]
    maps = [p for p in maps if not seen.values[p.value].pooled and not isinstance(p.module, SAME)]
    return [p for p in maps if min(p.sides) > 1] or maps


def _classifier(seen: Trace, passages: set[int]) -> int:
    """The number of the last value that weights made, also where that is a convolution (SqueezeNet).

    A convolution that a shortcut goes round belongs to a block: then there is no classifier.
    """
    made = [i for i in seen.relevant() if seen.values[i].is_convolution or seen.values[i].operation in PRODUCTS]
    last = seen.values[made[-1]]
    return len(seen.values) if last.is_convolution and made[-1] not in passages else made[-1]


def _is_step_in(frame: Frame, point: Point, seen: Trace, end: int) -> bool:
    """Whether the module that was running makes another map of this one, by a convolution that is no classifier."""
    if not frame.name or len(frame.output) != len(point.shape):
        return False
    return any(seen.values[i].is_convolution for i in range(point.value + 1, frame.end) if i != end)


def _name(seen: Trace, points: list[Point]) -> str:
    """The outermost module that returned this value, or the function that made it."""
    return seen.layer(([p for p in points if p.module is not None] or points)[-1])


def _no_single_map(model: nn.Module, seen: Trace, candidates: list[Point]) -> str:
    if not candidates:
        return (
            f"{type(model).__name__}: no convolution gives a map larger than one place for this input; use a larger "
            "picture, or saliency or occlusion_map"
        )
    values, goes_on = {p.value for p in candidates}, set()
    for i in reversed(seen.relevant()):
        if i in values | goes_on:
            goes_on.update(seen.values[i].parents)
    ends = sorted(values - goes_on)
    listed = [_name(seen, [p for p in candidates if p.value == value]) for value in ends]
    return (
        f"{type(model).__name__} has branches that meet only behind their last maps, so no single map holds all that "
        f"the score depends on; choose a branch with layer=: {', '.join(map(repr, listed))}"
    )
