"""The activations of a layer, caught during one forward pass, with a graph that reaches no further back."""

from __future__ import annotations

import difflib
import re
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

Layer = str | nn.Module | tuple[str | nn.Module, int]

# Attributes that switch gradient checkpointing on: torchvision's, timm's, transformers', Swin's, mmcv's.
CHECKPOINTING = ("memory_efficient", "grad_checkpointing", "gradient_checkpointing", "use_checkpoint", "with_cp")

# Modules that work on the last dimension, so what they take or return there may have its channels last.
LAST_DIMENSION = (nn.LayerNorm, nn.RMSNorm, nn.Linear)

_one_at_a_time = threading.RLock()  # one for all networks, since two networks may share a module


@dataclass(frozen=True)
class Place:
    """What is to be caught. function: its name where it is a call inside ``module``; run: which one, None: the only."""

    name: str
    module: nn.Module
    function: str | None
    run: int | None


def named(model: nn.Module) -> dict[str, nn.Module]:
    """Every module by its dotted name, one behind ``torch.compile`` under the name that it had before."""
    modules = {name: original(module) for name, module in model.named_modules(remove_duplicate=False)}
    return {name.replace("_orig_mod.", "").removesuffix("._orig_mod"): module for name, module in modules.items()}


def original(module: nn.Module) -> nn.Module:
    """The module that ``torch.compile`` was given, or the module itself."""
    return getattr(module, "_orig_mod", module)


def find_layer(model: nn.Module, layer: Layer) -> tuple[str, nn.Module]:
    """(dotted name, module) of a layer given by either; errors name the value and near names."""
    modules = named(model)
    if isinstance(layer, nn.Module):
        for name, module in modules.items():
            if module is original(layer):
                return name, module
        raise ValueError(f"layer {type(layer).__name__}: this module is not part of the model")
    if layer not in modules:
        near = difflib.get_close_matches(str(layer), modules, n=3) or list(modules)[1:4]
        raise ValueError(f"layer {layer!r}: no such layer; near: {', '.join(map(repr, near))}")
    return layer, modules[layer]


def find_place(model: nn.Module, layer: Layer | Place) -> Place:
    """A layer given as "name", "name#run", ("name", run), a module, or a function inside a module, "name.relu()"."""
    if isinstance(layer, Place):
        return layer
    layer, run = layer if isinstance(layer, tuple) else (layer, None)
    if isinstance(layer, str):
        layer = layer.replace("_orig_mod.", "")
    if isinstance(layer, str) and re.search(r"#\d+$", layer):
        layer, _, run = layer.rpartition("#")
    if not isinstance(layer, str) or not layer.endswith("()"):
        return Place(*find_layer(model, layer), None, run if run is None else int(run))
    owner, _, function = layer.removesuffix("()").rpartition(".")
    return Place(layer, find_layer(model, owner)[1], function, run if run is None else int(run))


def is_one_layer(layer: object) -> bool:
    """Whether it is one layer, a pair (name, run) included, and not several."""
    pair = isinstance(layer, tuple) and len(layer) == 2 and isinstance(layer[1], int)
    return pair or not isinstance(layer, (list, tuple))


class Maps(dict):
    """name → A. A layer of which one of several runs was caught is called "name#run".

    places: name → what was caught; channels_last: the shapes, without the batch, that modules which work on the last
    dimension took or returned.
    """

    def __init__(self):
        super().__init__()
        self.places: dict[str, Place] = {}
        self.channels_last: set[tuple[int, ...]] = set()

    def answers(self, name: str, place: Place) -> bool:
        """Whether the map of this name is the one that is asked for; the run need not be named."""
        there, (_, numbered, run) = self.places[name], name.rpartition("#")
        same = (there.module, there.function) == (place.module, place.function)
        return same and place.run in (None, int(run) if numbered else 0)


@contextmanager
def capture(
    model: nn.Module, layers: Sequence[Layer | Place], change: Callable[[Tensor], Tensor] = torch.clone
) -> Iterator[Maps]:
    r"""Keeps the output ``A`` (N, K, h, w) of each layer while the forward pass runs inside the ``with``.

    ``A`` becomes a leaf of the graph and the network goes on with a copy of it: whatever the next module does in
    place leaves ``A`` alone, nothing before the layer is recorded, and no parameter can receive a gradient. From
    there on the graph is recorded, also when the caller works under ``no_grad``. Where the layer is already part of
    the graph (a second layer further on, or pixels that are explained too) ``A`` stays connected instead.
    change: A → what the network goes on with, where that is to be another map than a copy of ``A``.

    A layer is a module or a function called in a module's forward, ``"name.relu()"``. Errors at the end of the pass:
    a layer that did not run; one that ran several times, unless the run is named, ``("relu", 0)``. Forward passes of
    other threads are not seen. Hooks are removed and the caller's gradient mode comes back in any case.
    """
    maps = Maps()
    catchers = [_Catcher(find_place(model, layer), change) for layer in layers]
    with ExitStack() as stack:
        functions = [catcher for catcher in catchers if catcher.place.function]
        for catcher in catchers:
            if catcher not in functions:
                stack.enter_context(_hooked(catcher.place.module, before=catcher.enter, after=catcher.leave))
        if functions:
            mode = _Functions(functions)
            for module in model.modules():
                stack.enter_context(_hooked(module, before=mode.enter, after=mode.leave))
            stack.enter_context(mode)
        for module in model.modules():
            if isinstance(module, LAST_DIMENSION):
                stack.enter_context(_hooked(module, after=_last_dimension(maps.channels_last)))
        stack.enter_context(torch.set_grad_enabled(torch.is_grad_enabled()))
        yield maps
    for catcher in catchers:
        maps[catcher.key()] = catcher.A
        maps.places[catcher.key()] = catcher.place


class _Catcher:
    """Counts the runs of one layer and keeps the output of the one that is wanted."""

    def __init__(self, place: Place, change: Callable[[Tensor], Tensor]):
        self.place, self.change, self.A, self.runs, self.versions = place, change, None, [], []

    def enter(self, module: nn.Module, args: tuple) -> None:
        self.versions.append(_versions(args))

    def leave(self, module: nn.Module, args: tuple, output: Tensor) -> Tensor:
        return self.keep(output, self.versions.pop())

    def keep(self, output: Tensor, before: dict[int, int]) -> Tensor:
        """before: the versions of the arguments, by their id, when the layer began."""
        self.runs.append(tuple(output.shape) if isinstance(output, Tensor) else type(output).__name__)
        if len(self.runs) - 1 != (self.place.run or 0):
            return output
        if not isinstance(output, Tensor) or not output.is_floating_point():
            raise TypeError(f"layer {self.place.name!r} returns {self.runs[-1]}, not one map; choose a layer inside it")
        torch.set_grad_enabled(True)  # until the end of the `with`
        if not output.is_inference() and before.get(id(output), output._version) != output._version:
            # It worked in place, so what follows may use the tensor that it was given.
            self.A = output.clone() if output.requires_grad else output.detach().clone().requires_grad_()
            with torch.autograd._unsafe_preserve_version_counter(output):  # kept for the way back, with these values
                return output.copy_(self.change(self.A))
        self.A = output if output.requires_grad else output.detach().requires_grad_()
        return self.change(self.A)

    def key(self) -> str:
        """The name of what was caught. Errors: no such run; several, and none was named."""
        name, run = self.place.name, self.place.run
        if not self.runs and isinstance(self.place.module, torch.jit.ScriptModule):
            raise ValueError(
                f"layer {name!r} belongs to a ScriptModule, whose layers are out of reach; pass the original module, "
                "or use saliency or occlusion_map"
            )
        if not self.runs:
            raise ValueError(f"layer {name!r} did not run during the forward pass; choose another layer")
        if run is None and len(self.runs) > 1 or (run or 0) >= len(self.runs):
            listed = ", ".join(f"({name!r}, {i}) {shape}" for i, shape in enumerate(self.runs))
            asked = "" if run is None else f", and there is no run {run}"
            times = f"{len(self.runs)} times" if len(self.runs) > 1 else "once"
            raise ValueError(f"layer {name!r} runs {times}{asked}; choose a run with layer=: {listed}")
        return name if len(self.runs) == 1 else f"{name}#{run}"


class _Functions(TorchFunctionMode):
    """Shows the catchers every function that is called in the forward of their module, not deeper."""

    def __init__(self, catchers: list[_Catcher]):
        super().__init__()
        self.catchers, self.stack = catchers, []

    def enter(self, module: nn.Module, args: tuple) -> None:
        self.stack.append(module)

    def leave(self, module: nn.Module, args: tuple, output: object) -> None:
        self.stack.pop()

    def __torch_function__(self, func, types, args=(), kwargs=None):
        name, before = function_name(func), _versions((*args, *(kwargs or {}).values()))
        output = func(*args, **(kwargs or {}))
        for catcher in self.catchers:
            if self.stack and catcher.place.module is self.stack[-1] and catcher.place.function == name:
                output = catcher.keep(output, before)
        return output


def function_name(func) -> str:
    """ "relu" of ``F.relu``, ``Tensor.relu_`` and ``aten.relu.default``."""
    return getattr(func, "__name__", str(func)).split(".")[0].strip("_")


def _versions(args: tuple) -> dict[int, int]:
    return {id(a): a._version for a in args if isinstance(a, Tensor) and not a.is_inference()}


def _last_dimension(shapes: set):
    def record(module: nn.Module, args: tuple, output: Tensor) -> None:
        for t in (*args, output):
            channels = getattr(module, "normalized_shape", None)  # of LayerNorm2d it is the first dimension
            if isinstance(t, Tensor) and t.dim() > 2 and (channels is None or tuple(channels) == t.shape[-1:]):
                shapes.add(tuple(t.shape[1:]))

    return record


@contextmanager
def _hooked(module: nn.Module, *, before=None, after=None) -> Iterator[None]:
    """Hooks for the passes of this thread: a module may be running in others, too."""
    thread = threading.get_ident()

    def mine(hook):
        return lambda *seen: hook(*seen) if threading.get_ident() == thread else None

    handles = [module.register_forward_pre_hook(mine(before))] if before else []
    handles += [module.register_forward_hook(mine(after))] if after else []
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


@contextmanager
def evaluating(model: nn.Module) -> Iterator[None]:
    """Evaluation mode for a while: dropout is off, BatchNorm statistics stay, and every flag comes back after.

    Compiled parts run as they were written, and gradient checkpointing is off: both would hide what is to be seen.
    One thread at a time, since the flags belong to the modules.
    """
    with _one_at_a_time, _uncompiled():
        names = {"training", *CHECKPOINTING}
        flags = [(m, name) for m in model.modules() for name in names & vars(m).keys() if vars(m)[name] is True]
        for module, name in flags:
            setattr(module, name, False)
        try:
            yield
        finally:
            for module, name in flags:
                setattr(module, name, True)


@contextmanager
def _uncompiled() -> Iterator[None]:
    if "torch._dynamo" not in sys.modules:  # nothing was compiled, and importing it takes seconds
        yield
        return
    with torch.compiler.set_stance("force_eager"):
        yield
