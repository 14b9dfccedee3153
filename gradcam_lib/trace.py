"""What a forward pass computes from what: every value, the maps that can be caught, and the ways to the score."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode

from gradcam_lib.capture import function_name, named

# PyTorch's operations with weights, apart from convolutions.
PRODUCTS = ("addmm", "mm", "bmm", "baddbmm", "linear", "matmul")


@dataclass(eq=False)
class Value:
    """One content of one piece of memory. parents: the numbers of the values that it was computed from."""

    operation: str
    shape: tuple[int, ...]
    parents: list[int]
    pooled: bool = False
    tokens: bool = False  # made by a linear layer that kept the places apart

    @property
    def is_convolution(self) -> bool:
        return self.operation.startswith("conv")


@dataclass(eq=False)
class Frame:
    """One run of a module: the values made in it are those from first up to, not including, end."""

    name: str
    module: nn.Module
    first: int
    end: int = 0
    output: tuple[int, ...] = ()


@dataclass(eq=False)
class Point:
    """A tensor that can be caught: what a module returned, or a function called in a module's forward.

    value: its number; frames: the modules that were running, outermost first.
    """

    name: str
    run: int
    module: nn.Module | None
    shape: tuple[int, ...]
    value: int
    frames: tuple[Frame, ...]

    @property
    def sides(self) -> tuple[int, ...]:
        return self.shape[2:]


@dataclass
class Trace:
    """One forward pass. score: the number of the value that holds what the network returned."""

    values: list[Value] = field(default_factory=list)
    points: list[Point] = field(default_factory=list)
    runs: Counter = field(default_factory=Counter)
    score: int | None = None

    def layer(self, point: Point) -> str:
        """The name by which ``capture`` finds the point."""
        return point.name if self.runs[point.name] == 1 else f"{point.name}#{point.run}"

    def relevant(self) -> list[int]:
        """The values that come from a convolution and reach the score, in order."""
        behind = [False] * len(self.values)
        for i, value in enumerate(self.values):
            behind[i] = value.is_convolution or any(behind[p] for p in value.parents)
        needed = set() if self.score is None else {self.score}
        for i in reversed(range(len(self.values))):
            if i in needed:
                needed.update(self.values[i].parents)
        return [i for i in sorted(needed) if behind[i]]

    def passages(self) -> set[int]:
        """The values through which every way from the convolutions to the score leads: no way jumps over them."""
        relevant = self.relevant()
        known, last_use = set(relevant), dict.fromkeys(relevant, -1)
        for i in relevant:
            for p in self.values[i].parents:
                last_use[p] = max(last_use.get(p, -1), i)
        sources = [i for i in relevant if not known & set(self.values[i].parents)]
        found, reach = set(), max(sources, default=0)
        for i in relevant:
            if reach <= i:
                found.add(i)
            reach = max(reach, last_use[i])
        return found


def trace(model: nn.Module, forward: Callable[[], Any]) -> tuple[Trace, Any]:
    """Runs ``forward`` and writes down what happens: (trace, what it returned). model: whose modules are named."""
    seen, memory = Trace(), {}
    calls = _Calls(seen, memory)
    names = {module: name for name, module in reversed(named(model).items())}  # the first name of each
    with ExitStack() as stack:
        for module, name in names.items():
            stack.callback(module.register_forward_pre_hook(calls.entering(name)).remove)
            stack.callback(module.register_forward_hook(calls.leave).remove)
        stack.enter_context(calls)
        stack.enter_context(_Operations(seen, memory))
        result = forward()
    seen.score = memory.get(_place(result)) if isinstance(result, Tensor) else None
    return seen, result


class _Operations(TorchDispatchMode):
    """Writes down each elementary operation. memory: place in memory → number of the value that lies there."""

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        """What PyTorch would wrap around the method imports its compiler, which takes seconds."""
        return False

    def __init__(self, seen: Trace, memory: dict[int, int]):
        super().__init__()
        self.seen, self.memory = seen, memory

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        places = [_place(t) for t in _tensors([*args, *kwargs.values()])]
        parents = list(dict.fromkeys(self.memory[place] for place in places if place in self.memory))
        output = func(*args, **kwargs)
        name = func._schema.name.split("::")[-1]
        for t in _tensors(_changed(func, args, kwargs)):
            self._value(name, t, parents)
        for t in _tensors([output]):
            if _place(t) not in places:  # what lies where an argument lies is a view of it
                self._value(name, t, parents)
        return output

    def _value(self, name: str, t: Tensor, parents: list[int]) -> None:
        shape = tuple(t.shape)
        if (old := self.memory.get(_place(t))) in parents and t.numel() < math.prod(self.seen.values[old].shape):
            shape = self.seen.values[old].shape  # a part was written
        self.seen.values.append(Value(name.rstrip("_"), shape, parents, pooled="pool" in name))
        self.memory[_place(t)] = len(self.seen.values) - 1


class _Calls(TorchFunctionMode):
    """Writes down each function that a module calls, and each module."""

    def __init__(self, seen: Trace, memory: dict[int, int]):
        super().__init__()
        self.seen, self.memory, self.frames = seen, memory, []

    def __torch_function__(self, func, types, args=(), kwargs=None):
        output = func(*args, **(kwargs or {}))
        name = function_name(func)
        if isinstance(output, Tensor) and (made := self.memory.get(_place(output))) is not None:
            self.seen.values[made].pooled |= "pool" in name
            self.seen.values[made].tokens |= name == "linear" and output.dim() > 2 and output.shape[1:-1].numel() > 1
        if self.frames and torch.is_grad_enabled():  # not within an autograd.Function, where it could not be caught
            owner = self.frames[-1].name
            self._point(f"{owner}.{name}()" if owner else f"{name}()", None, output)
        return output

    def entering(self, name: str):
        def enter(module: nn.Module, args: tuple) -> None:
            self.frames.append(Frame(name, module, len(self.seen.values)))

        return enter

    def leave(self, module: nn.Module, args: tuple, output: Any) -> None:
        frame = self.frames.pop()
        frame.end = len(self.seen.values)
        frame.output = tuple(output.shape) if isinstance(output, Tensor) else ()
        if frame.name:
            self._point(frame.name, module, output)

    def _point(self, name: str, module: nn.Module | None, output: Any) -> None:
        """Parts of a value and tensors that were there before, such as weights, are none."""
        run = self.seen.runs[name]
        self.seen.runs[name] += 1
        value = self.memory.get(_place(output)) if isinstance(output, Tensor) else None
        if value is not None and output.numel() == math.prod(self.seen.values[value].shape):
            self.seen.points.append(Point(name, run, module, tuple(output.shape), value, tuple(self.frames)))


def _changed(func, args: tuple, kwargs: dict) -> list:
    """The arguments that the operation writes into."""
    described = func._schema.arguments
    given = dict(zip([a.name for a in described], args, strict=False)) | kwargs
    return [given[a.name] for a in described if a.name in given and a.alias_info and a.alias_info.is_write]


def _tensors(values: Any) -> Iterator[Tensor]:
    for value in values:
        if isinstance(value, Tensor):
            yield value
        elif isinstance(value, (list, tuple)):
            yield from _tensors(value)


def _place(t: Tensor) -> int:
    """Where the numbers of a tensor lie; views lie where their base lies."""
    try:
        return t.untyped_storage()._cdata
    except NotImplementedError:  # sparse
        return id(t)
