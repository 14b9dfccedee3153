"""Which of PyTorch's function calls are activations, and which of these are ReLUs by another name."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any, NamedTuple

from torch import Tensor
from torch.utils.weak import WeakTensorKeyDictionary

OTHERS = set(
    "celu elu erf gelu glu hardshrink hardsigmoid hardswish hardtanh leaky_relu log_sigmoid mish prelu relu6 rrelu "
    "selu sigmoid sign silu softplus softshrink softsign special_expit tanh tanhshrink threshold "
    "gru gru_cell lstm lstm_cell mkldnn_rnn_layer rnn_relu rnn_relu_cell rnn_tanh rnn_tanh_cell".split()
)
_IN_PLACE = {"relu": 1, "relu6": 1, "hardtanh": 3, "threshold": 3}  # where the argument inplace stands
_LARGER, _SMALLER = {"maximum", "fmax", "max"}, {"minimum", "fmin", "min"}
_ABOVE, _BELOW = {"gt", "ge", "greater", "greater_equal"}, {"lt", "le", "less", "less_equal"}
_SAME_MASK = set("float half double bfloat16 int long to to_copy type type_as clone contiguous detach".split())
_OPPOSITE_MASK = {"logical_not", "bitwise_not", "invert"}


class Call:
    """A call of one of PyTorch's functions: its name as in ``torch``, whether it works in place, its arguments."""

    def __init__(self, func: Callable, args: tuple, kwargs: dict | None):
        self.func, self.args, self.kwargs = func, args, kwargs or {}
        name = getattr(func, "__name__", "").split(".")[0]  # exported networks call "relu.default"
        self.name = name.strip("_")
        place = _IN_PLACE.get(self.name)
        asked = bool(place) and self.arg(place, "inplace", default=False)
        self.in_place = bool(asked) or name == "__setitem__" or (name.endswith("_") and not name.startswith("__"))

    def __call__(self) -> Any:
        return self.func(*self.args, **self.kwargs)

    def arg(self, place: int, *names: str, default: Any = None) -> Any:
        """An argument, given by its place or by one of its names."""
        if len(self.args) > place:
            return self.args[place]
        return next((self.kwargs[name] for name in names if name in self.kwargs), default)

    @property
    def operands(self) -> tuple[Any, Any]:
        return self.arg(0, "input", "self"), self.arg(1, "other")

    @property
    def limits(self) -> tuple[Any, Any]:
        """The lower and the upper limit of a clamp or hardtanh, None where there is none."""
        if self.name == "hardtanh":
            return self.arg(1, "min_val", default=-1), self.arg(2, "max_val", default=1)
        if self.name == "clamp_max":
            return None, self.arg(1, "max")
        if self.name in ("clamp", "clip", "clamp_min"):
            return self.arg(1, "min"), self.arg(2, "max")
        return None, None


class Gate(NamedTuple):
    """where(map > 0, kept, dropped). clear: the mask is exactly map > 0, and the map has not changed since."""

    map: Tensor
    kept: Any
    dropped: Any
    clear: bool

    def is_relu(self) -> bool:
        return self.clear and _same(self.kept, self.map) and _zero(self.dropped)

    def is_activation(self) -> bool:
        """Whether a map is changed by a map's sign. ``where(n > 0, n, 1)``, which guards a division, is none."""
        if not getattr(self.dropped, "requires_grad", False) and not _zero(self.dropped):
            return False
        gated = [t for t in (self.kept, self.dropped) if isinstance(t, Tensor) and t.requires_grad]
        return any(t.shape == self.map.shape and (self.map.requires_grad or _same(t, self.map)) for t in gated)


class Signs:
    """Which masks of a forward pass tell the sign of a map: f > 0, 0 >= f, ~(f > 0), (f > 0).float() …

    They are followed from the comparison to where they are used, so that a mask of another origin, such as that of a
    dropout or of an attention, is never taken for one, whatever its values.
    """

    def __init__(self):
        # A mask → the map, the map's version, and whether the mask is true above zero (None: something else was done).
        self._of: Any = WeakTensorKeyDictionary()

    def of(self, mask: Any) -> tuple[Tensor, int, bool | None] | None:
        return self._of.get(mask) if isinstance(mask, Tensor) else None

    def remember(self, call: Call, result: Any) -> None:
        if not isinstance(result, Tensor) or result.requires_grad:
            return
        a, b = call.operands
        if call.name in _ABOVE | _BELOW:
            above = call.name in _ABOVE
            if not _zero(b):
                a, b, above = b, a, not above
            if isinstance(a, Tensor) and not a.is_inference() and _zero(b):
                self._of[result] = a, a._version, above
        elif sign := self.of(a) or self.of(b):
            map, version, above = sign
            if call.name in _OPPOSITE_MASK or (call.name == "rsub" and b == 1):
                above = None if above is None else not above
            elif call.name not in _SAME_MASK:
                above = None
            if result.shape == map.shape:
                self._of[result] = map, version, above

    def gate(self, call: Call) -> Gate | None:
        """The call read as ``where(map > 0, kept, dropped)``; None where it uses no mask that tells signs."""
        a, b = call.operands
        if call.name == "mul":
            mask, kept, dropped = (a, b, 0) if self.of(a) else (b, a, 0)
        elif call.func is Tensor.where:
            mask, kept, dropped = call.arg(1, "condition"), a, call.arg(2, "other")
        elif call.name == "where":
            mask, kept, dropped = call.arg(0, "condition"), call.arg(1, "input", "self"), call.arg(2, "other")
        elif call.name in ("masked_fill", "setitem", "index_put"):
            index = call.arg(1, "mask", "indices")
            mask = index[0] if isinstance(index, (tuple, list)) and len(index) == 1 else index
            kept, dropped = call.arg(2, "value", "values"), a
        else:
            return None
        if not (sign := self.of(mask)):
            return None
        map, version, above = sign
        kept, dropped = (dropped, kept) if above is False else (kept, dropped)
        return Gate(map, kept, dropped, above is not None and map._version == version)


def relu_of(call: Call, signs: Signs) -> tuple[Tensor | None, float | Tensor | None]:
    """(f, ceiling) where the call is a ReLU of f; (None, None) where it is anything else."""
    (f, other), (low, high) = call.operands, call.limits
    if call.name in ("relu", "relu6"):
        return f, (6 if call.name == "relu6" else None)
    if call.name == "threshold" and _zero(call.arg(1, "threshold")) and _zero(call.arg(2, "value")):
        return f, None
    if _zero(low) and (high is None or _all(operator.gt, high)):
        return f, high
    if call.name in _LARGER and isinstance(other, Tensor):
        return next((a for a, b in ((f, other), (other, f)) if _zero(b)), None), None
    gate = signs.gate(call)
    return (gate.kept, None) if gate and gate.is_relu() else (None, None)


def other_activation(call: Call, signs: Signs) -> str | None:
    """The name of an activation that is no ReLU; None for everything else. Asked after ``relu_of``."""
    (f, other), (low, high) = call.operands, call.limits
    if call.name in OTHERS or _zero(low) or (low is None and _zero(high)) or _clips(f, low, high):
        return call.name
    if call.name in _LARGER | _SMALLER and isinstance(other, Tensor):
        upside_down = call.name in _SMALLER and (_zero(f) or _zero(other))  # min(f, 0) = −ReLU(−f)
        return call.name if upside_down or _made_from(f, other) else None  # max(f, 0.1 f)
    if call.name in ("add", "sub") and any("AbsBackward" in str(getattr(t, "grad_fn", "")) for t in (f, other)):
        return "abs"  # (f + |f|) / 2
    gate = signs.gate(call)
    return f"{call.name} by sign" if gate and gate.is_activation() else None


def _all(compare: Callable[[Any, int], Any], value: Any) -> bool:
    """Whether a constant compares with 0 in this way everywhere: a number, or a tensor that the pixels do not reach."""
    if isinstance(value, Tensor):
        try:
            return (value.is_leaf or not value.requires_grad) and bool(compare(value.detach(), 0).all())
        except RuntimeError:  # no values to look at: a meta tensor, or one inside vmap
            return False
    return isinstance(value, (int, float)) and compare(value, 0)


def _zero(value: Any) -> bool:
    return _all(operator.eq, value)


def _same(a: Any, b: Tensor) -> bool:
    """Whether two tensors are the same numbers in memory, such as f and f.detach()."""
    return a is b or (isinstance(a, Tensor) and not a.is_meta and a.dtype == b.dtype and a.is_set_to(b))


def _clips(f: Any, low: Any, high: Any) -> bool:
    """Whether a clamp with two limits changes anything; where it does not, it is no activation."""
    if not all(isinstance(limit, (int, float)) for limit in (low, high)):
        return False
    try:
        return bool(((f < low) | (f > high)).any())
    except RuntimeError:  # inside vmap nobody knows
        return True


def _made_from(a: Tensor, b: Tensor) -> bool:
    """Whether one of two tensors was made from the other in one step."""
    if not (a.grad_fn and b.grad_fn):
        return False
    steps = {t.grad_fn: [node for node, _ in t.grad_fn.next_functions] for t in (a, b)}
    return a.grad_fn in steps[b.grad_fn] or b.grad_fn in steps[a.grad_fn]
