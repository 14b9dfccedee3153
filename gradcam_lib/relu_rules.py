r"""Three ways back through a ReLU, without touching the caller's model.

With ``f`` the input of a ReLU and ``R`` the gradient that arrives from above, the gradient handed on is

====================  =================  ==============================================
plain (backprop)      R·[f > 0]          Simonyan, Vedaldi, Zisserman 2014
deconvnet             R·[R > 0]          Zeiler, Fergus 2014
guided backprop       R·[f > 0]·[R > 0]  Springenberg, Dosovitskiy, Brox, Riedmiller 2015
====================  =================  ==============================================

Notebook 02. Every ReLU is reached, whether it is a module, a function, a method or works in place, because the rule
is put where they all meet: PyTorch's function calls. Other activations have no such rule and are refused.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

RULES = ("plain", "deconvnet", "guided")

_RELUS = {F.relu, torch.relu, Tensor.relu, F.relu_, torch.relu_, Tensor.relu_}
_RELUS |= {op for packet in (torch.ops.aten.relu, torch.ops.aten.relu_) for op in (packet, packet.default)}  # exported
_CLAMPS = {getattr(owner, n) for owner in (torch, Tensor) for n in ("clamp", "clamp_", "clamp_min", "clamp_min_")}
_OTHERS = {
    getattr(owner, name)
    for owner in (F, torch, Tensor)
    for stem in (
        "celu elu gelu glu hardshrink hardsigmoid hardswish hardtanh leaky_relu logsigmoid mish prelu relu6 rrelu selu "
        "sigmoid silu softplus softshrink softsign tanh tanhshrink threshold"
    ).split()
    for name in (stem, stem + "_")
    if hasattr(owner, name)
}


class _Rectify(torch.autograd.Function):
    """max(f, 0) whose way back is decided when the gradient arrives, so one forward pass serves several rules."""

    @staticmethod
    def forward(f: Tensor, rules: ReLURules) -> Tensor:
        return f.clamp(min=0)

    @staticmethod
    def setup_context(ctx, inputs: tuple, output: Tensor) -> None:
        f, ctx.rules = inputs
        ctx.save_for_backward(f > 0)

    @staticmethod
    def backward(ctx, R: Tensor) -> tuple[Tensor, None]:
        (positive,) = ctx.saved_tensors
        rule = ctx.rules.rule
        if rule != "plain":
            R = R.clamp(min=0)
        return (R if rule == "deconvnet" else R * positive), None


class ReLURules(TorchFunctionMode):
    """While active, every ReLU of a forward pass is recorded; ``use`` decides later which way back it takes.

    ``others`` counts the activations met on the way that are no ReLU.
    """

    def __init__(self):
        super().__init__()
        self.rule, self.others = "plain", Counter()

    @contextmanager
    def use(self, rule: str) -> Iterator[None]:
        """Backward passes inside the ``with`` follow this rule; outside they are plain."""
        if rule not in RULES:
            raise ValueError(f"rule {rule!r}: choose one of {', '.join(map(repr, RULES))}")
        self.rule = rule
        try:
            yield
        finally:
            self.rule = "plain"

    def __torch_function__(self, func, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        low, high = _limits(args, kwargs) if func in _CLAMPS else (None, None)
        if func in _RELUS or (low == 0 and high is None):
            f = args[0] if args else kwargs["input"]
            if func.__name__.removesuffix(".default").endswith("_") or _in_place(func, args, kwargs):
                return f.copy_(_Rectify.apply(f.clone(), self))
            return _Rectify.apply(f, self)
        if func in _OTHERS or low == 0:
            six = func is F.hardtanh and kwargs.get("max_val", args[2] if len(args) > 2 else 1) == 6
            self.others["relu6" if six else func.__name__.strip("_")] += 1  # nn.ReLU6 is a hardtanh within
        return func(*args, **kwargs)

    def check(self, model: nn.Module) -> None:
        """Errors: other activations than ReLU met on the way; scripted modules, which no rule can reach."""
        scripted = [n or "the model" for n, m in model.named_modules() if isinstance(m, torch.jit.ScriptModule)]
        if scripted:
            raise ValueError(f"{scripted[0]} is a ScriptModule: its ReLUs are out of reach; pass the original module")
        if self.others:
            listed = ", ".join(f"{name} ({count}×)" for name, count in sorted(self.others.items()))
            raise ValueError(
                f"this network has activations that are no ReLU: {listed}. The deconvnet and guided rules are "
                "defined for ReLUs; pass strict=False to treat the others as plain backprop does"
            )


def _in_place(func, args: tuple, kwargs: dict) -> bool:
    return func is F.relu and bool(kwargs.get("inplace", args[1] if len(args) > 1 else False))


def _limits(args: tuple, kwargs: dict) -> tuple[float | None, float | None]:
    """The limits of a clamp where they are numbers: clamp(min=0) is a ReLU by another name, clamp(0, 6) a ReLU6."""
    low = kwargs.get("min", args[1] if len(args) > 1 else None)
    high = kwargs.get("max", args[2] if len(args) > 2 else None)
    return (low if isinstance(low, (int, float)) else None), high
