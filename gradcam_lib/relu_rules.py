r"""Three ways back through a ReLU, without touching the caller's model.

With ``f`` the input of a ReLU and ``R`` the gradient that arrives from above, the gradient handed on is

====================  =================  ======================  ==================================================
rule                  ReLU, max(f, 0)    ReLU with a ceiling c   source
====================  =================  ======================  ==================================================
plain (backprop)      R·[f > 0]          R·[0 < f < c]           Simonyan, Vedaldi, Zisserman 2014
deconvnet             R·[R > 0]          R·[R > 0]               Zeiler, Fergus 2014
guided backprop       R·[f > 0]·[R > 0]  R·[0 < f < c]·[R > 0]   Springenberg, Dosovitskiy, Brox, Riedmiller 2015
====================  =================  ======================  ==================================================

A ceiling is what ``nn.ReLU6``, ``F.hardtanh(f, 0, c)`` and ``f.clamp(0, c)`` have. At the kinks, f = 0 and f = c, the
derivative is 0, however the ReLU is written.

Every ReLU is reached, whether it is a module, a function, a method or works in place, because the rule is put where
they all meet: PyTorch's function calls. These are ReLUs, too: ``clip(min=0)``; ``threshold(f, 0, 0)``;
``maximum(f, z)`` where z is a constant and zero everywhere; ``f * m``, ``where(m, f, 0)``, ``masked_fill(~m, 0)`` and
``f[~m] = 0`` where m was computed as ``f > 0``. A mask of any other origin leaves the gradient plain.

All other activations have no such rule and are refused, as are functions whose inside cannot be seen: the caller's own
``autograd.Function``, recurrent layers, compiled and scripted parts.   Notebook 02.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace

import torch
from torch import Tensor, nn
from torch.autograd.function import BackwardCFunction
from torch.autograd.graph import Node, get_gradient_edge
from torch.overrides import TorchFunctionMode

from gradcam_lib.activations import OTHERS, Call, Signs, other_activation, relu_of

RULES = ("plain", "deconvnet", "guided")


class _Rectify(torch.autograd.Function):
    """A ReLU whose way back is decided when the gradient arrives, so one forward pass serves several rules.

    value: what the network's own function made of f, in a list that autograd does not look into.
    """

    generate_vmap_rule = True

    @staticmethod
    def forward(f: Tensor, value: list[Tensor], ceiling: float | Tensor | None, way: SimpleNamespace) -> Tensor:
        return value[0]

    @staticmethod
    def setup_context(ctx, inputs: tuple, output: Tensor) -> None:
        f, _, ceiling, ctx.way = inputs
        ctx.save_for_backward(f > 0 if ceiling is None else (f > 0) & (f < ceiling))

    @staticmethod
    def backward(ctx, R: Tensor) -> tuple[Tensor, None, None, None]:
        (rising,) = ctx.saved_tensors
        rule = ctx.way.rule
        if rule != "plain":
            R = R.clamp(min=0)
        return (R if rule == "deconvnet" else R * rising), None, None, None


class ReLURules(TorchFunctionMode):
    """While active, every ReLU of a forward pass is recorded; ``use`` decides later which way back it takes.

    ``others`` counts the activations met on the way that are no ReLU.
    """

    def __init__(self):
        super().__init__()
        self._way = SimpleNamespace(rule="plain")  # what the ReLUs look at when a gradient arrives
        self._met: list[tuple[str, list[Node]]] = []
        self._signs = Signs()

    @property
    def rule(self) -> str:
        return self._way.rule

    @property
    def others(self) -> Counter:
        return Counter(name for name, _ in self._met)

    @contextmanager
    def use(self, rule: str) -> Iterator[None]:
        """Backward passes inside the ``with`` follow this rule; outside they are plain."""
        if rule not in RULES:
            raise ValueError(f"rule {rule!r}: choose one of {', '.join(map(repr, RULES))}")
        self._way.rule = rule
        try:
            yield
        finally:
            self._way.rule = "plain"

    def __torch_function__(self, func, types, args=(), kwargs=None):
        call = Call(func, args, kwargs)
        f, ceiling = (None, None) if "out" in call.kwargs else relu_of(call, self._signs)
        if f is not None and (not call.in_place or f is call.operands[0]):
            return self._rectify(call, f, ceiling)
        name = other_activation(call, self._signs)
        nodes = [call.operands[0].grad_fn] if name and call.in_place else []  # in place, its own node may be hidden
        result = call()
        if name:
            made = result if isinstance(result, (tuple, list)) else [result]
            self._met.append((name, nodes + [t.grad_fn for t in made if isinstance(t, Tensor)]))
        self._signs.remember(call, result)
        return result

    def _rectify(self, call: Call, f: Tensor, ceiling: float | Tensor | None) -> Tensor:
        before = f.clone() if call.in_place else f
        with torch.no_grad():
            value = call()
        if call.in_place:
            return f.copy_(
                _Rectify.apply(before, [f.detach()], ceiling, self._way)
            )  # the same numbers, and their graph
        return _Rectify.apply(before.to(value.dtype).expand(value.shape), [value], ceiling, self._way)

    def check(self, model: nn.Module, logits: Tensor, x: Tensor) -> None:
        """Errors: between the pixels and the logits, other activations than ReLU, or functions that hide theirs."""
        scripted = [n or "the model" for n, m in model.named_modules() if isinstance(m, torch.jit.ScriptModule)]
        if scripted:
            raise ValueError(f"{scripted[0]} is a ScriptModule: its ReLUs are out of reach; pass the original module")
        between = _between(logits, x)
        others = Counter(name for name, nodes in self._met if between.intersection(nodes))
        hidden = Counter(filter(None, (_hidden(node, not others) for node in between)))
        found = {"activations that are no ReLU": others, "functions that no rule can look into": hidden}
        listed = [f"{what}: {_listed(names)}" for what, names in found.items() if names]
        if listed:
            raise ValueError(
                f"this network has {', and '.join(listed)}. The deconvnet and guided rules are "
                "defined for ReLUs; pass strict=False to treat the others as plain backprop does"
            )


def _between(logits: Tensor, x: Tensor) -> set[Node]:
    """The nodes of the graph on the ways from the logits to x."""
    above: dict[Node, list[Node]] = defaultdict(list)
    todo = [logits.grad_fn] if logits.grad_fn else []
    while todo:
        node = todo.pop()
        for below in (n for n, _ in node.next_functions if n):
            if below not in above:
                todo.append(below)
            above[below].append(node)
    with torch.inference_mode(False):  # the caller may work under it, and PyTorch looks the node up by making a view
        found, todo = set(), [get_gradient_edge(x).node]
    while todo:
        node = todo.pop()
        if node not in found:
            found.add(node)
            todo += above.get(node, [])
    return found


def _hidden(node: Node, all_kinds: bool) -> str | None:
    """What a node of the graph is called if it is a function that the rules did not see; None if it is not.

    all_kinds: also activations that are no ReLU. Those seen have such nodes, too; a ReLU that was seen has not.
    """
    if isinstance(node, BackwardCFunction):
        own = type(node)._forward_cls
        return None if "_Rectify" in own.__name__ else own.__name__
    if "DifferentiableGraph" in node.name():
        return "a scripted function"
    name = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", re.sub(r"Backward\d*$", "", node.name())).lower()
    clamp = name in ("clamp", "clamp_min") and node._saved_min == 0
    return name if name == "relu" or clamp or (all_kinds and name in OTHERS) else None


def _listed(names: Counter) -> str:
    return ", ".join(f"{name} ({count}×)" for name, count in sorted(names.items()))
