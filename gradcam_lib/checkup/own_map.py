"""A Grad-CAM of the reader's own: what it returns, what it leaves behind, and which known formula its maps follow."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gradcam_lib.checkup.findings import LOOK, OK, WRONG, Finding
from gradcam_lib.checkup.maps import correlation
from gradcam_lib.checkup.network import HOOKS, close, listed
from gradcam_lib.explanation import Explanation

OwnMap = Callable[[nn.Module, Any, int], Any]
SAME = 0.995  # correlation of two maps that one formula made
MOST_CLASSES = 60
TURNS = {
    "turned upside down": lambda m: m.flip(0),
    "mirrored": lambda m: m.flip(1),
    "turned by 180°": lambda m: m.flip(0, 1),
    "transposed (rows and columns exchanged)": lambda m: m.T,
}


def own_map(own: OwnMap, model: nn.Module, x: Any, e: Explanation, c: int) -> Iterator[Finding]:
    """own: (model, x, class number) → map of the first picture. e: of the same picture and layer. c: the class."""
    try:
        yield from _checked(own, model, x, e, c)
    except Exception as error:  # at any of the calls: a second one may fail, or another class
        yield Finding("your map", WRONG, f"fails with {type(error).__name__}: {str(error)[:200]}", _help(str(error)))


def _checked(own: OwnMap, model: nn.Module, x: Any, e: Explanation, c: int) -> Iterator[Finding]:
    before = _state(model)
    given = own(model, x, c)
    yield _left_behind(before, _state(model))
    if isinstance(given, Tensor) and given.requires_grad:
        found = "is attached to the graph of its forward pass and keeps every activation in memory"
        yield Finding("your map", WRONG, found, "Return map.detach().")
    m = flat(given)
    if m is None:
        shape = getattr(given, "shape", None)
        what = f"is a {type(given).__name__}" if shape is None else f"has the shape {tuple(shape)}"
        yield Finding("your map", WRONG, what, "Return an array or a tensor (h, w) for one picture.")
    elif not m.isfinite().all():
        yield Finding("your map", WRONG, "holds NaN or infinite numbers", "Divide by the maximum only where it is > 0.")
    else:
        yield _again(m, flat(own(model, x, c)))
        yield _formula(m, e, c)
        yield from _other_classes(own, model, x, e, c, m)


def flat(given: Any) -> Tensor | None:
    """The map as (h, w) on the CPU; None where it is none."""
    array = _array(given)
    if array.dtype.kind not in "biuf":  # None, text, complex numbers
        return None
    m = torch.as_tensor(array).double()
    while m.dim() > 2 and len(m) == 1:
        m = m[0]
    return m if m.dim() == 2 else None


def _array(given: Any) -> np.ndarray:
    return given.detach().float().cpu().numpy() if isinstance(given, Tensor) else np.asarray(given)


def _state(model: nn.Module) -> dict[str, dict]:
    return {
        "the mode of": {name: m.training for name, m in model.named_modules()},
        "hooks on": {name: sum(len(getattr(m, kind, ())) for kind in HOOKS) for name, m in model.named_modules()},
        "requires_grad of": {name: p.requires_grad for name, p in model.named_parameters()},
        "a gradient in .grad of": {name: p.grad is not None for name, p in model.named_parameters()},
        "the numbers in": {name: (id(t), t._version) for name, t in model.named_buffers() if not t.is_inference()},
        "the kind of": {name: type(m) for name, m in model.named_modules()},
    }


def _left_behind(before: dict[str, dict], after: dict[str, dict]) -> Finding:
    changed = {what: [n for n in after[what] if after[what][n] != before[what].get(n)] for what in after}
    told = [f"{what} {listed(names, 2)}" for what, names in changed.items() if names]
    if not told:
        return Finding("your map: traces", OK, "your function leaves the network as it found it")
    found = f"your function leaves the network changed: {'; '.join(told)}"
    todo = "Remove hooks in a finally, set the mode back, and use torch.autograd.grad, which fills no .grad."
    return Finding("your map: traces", WRONG if changed["hooks on"] or changed["the kind of"] else LOOK, found, todo)


def _again(first: Tensor, second: Tensor | None) -> Finding:
    if second is not None and close(first, second):
        return Finding("your map: again", OK, "a second call gives the same map")
    todo = "Look for training mode, gradients that add up in .grad, and hooks that the first call left behind."
    return Finding("your map: again", WRONG, "a second call gives another map", todo)


def _formula(m: Tensor, e: Explanation, c: int) -> Finding:
    """Grad-CAM, or the known formula that fits better; straight, or turned."""
    L = _fitted(e.map(c), m)
    if not L.any() and not m.any():
        return Finding("your map: formula", OK, "is empty, and so is Grad-CAM's")
    r = {kind: float(correlation(m, _fitted(one, m))) for kind, one in _formulas(e, c).items()}
    right, best = r["Grad-CAM"], max(r, key=lambda kind: r[kind])
    if right >= SAME:
        low = float(L.min() / L.max())
        if low > 0.02 and float(m.min() / m.max()) < 0.5 * low:
            found = f"is Grad-CAM stretched from its minimum: {low:.0%} of the maximum is shown as nothing"
            return Finding("your map: formula", LOOK, found, "Divide by the maximum only.")
        return Finding("your map: formula", OK, f"agrees with Grad-CAM (correlation {right:.3f})")
    for name, turn in TURNS.items():
        if turn(m).shape == L.shape and float(correlation(turn(m), L)) >= SAME:
            todo = "Look at axes, (W, H) for (H, W), and origin='lower'."
            return Finding("your map: formula", WRONG, f"is Grad-CAM {name}", todo)
    if r[best] >= SAME:
        return Finding("your map: formula", WRONG, f"is not Grad-CAM but {best}", "Compare with equations 1 and 2.")
    nearer = r[best] - right > 1 - SAME  # some formulas are Grad-CAM in some networks
    near = f"nearest is {best} ({r[best]:.2f})" if nearer else "none of the known mistakes comes nearer"
    found = f"differs from Grad-CAM of {e.layers[-1]!r}: correlation {right:.2f}; {near}"
    todo = "Compare A, G and alpha step by step with e.activation(), e.gradient(c) and e.weights(c)."
    return Finding("your map: formula", WRONG, found, todo)


def _formulas(e: Explanation, c: int) -> dict[str, Tensor]:
    signed, A, G = e.signed(c), e.activation().float(), e.gradient(c)
    made = {
        "Grad-CAM": signed.relu(),
        "Grad-CAM without its ReLU": signed,
        "the absolute value of what precedes the ReLU": signed.abs(),
        "the map against the class": (-signed).relu(),
        "Grad-CAM of the probability instead of the score": e.map(lambda z: z.softmax(1)[:, c]),
        "gradient times activation without averaging the gradient": (G * A).sum(1).relu(),
        "the mean of the channels, which knows no class": A.mean(1),
    }
    best = int(e.predicted[0])
    if c != best:
        made["Grad-CAM of the predicted class instead of yours"] = e.map(best)
    return made


def _fitted(one: Tensor, m: Tensor) -> Tensor:
    """one: (1, h, w), resized to the shape of the reader's map."""
    one = one[:, None].double().cpu()
    if one.shape[2:] == m.shape:
        return one[0, 0]
    return F.interpolate(one, size=tuple(m.shape), mode="bilinear", align_corners=False)[0, 0]


def _other_classes(own: OwnMap, model: nn.Module, x: Any, e: Explanation, c: int, m: Tensor) -> Iterator[Finding]:
    """Another class must have another map, class 0 included, and a class with an empty map a map of zeros."""
    every, right = range(min(e.logits.shape[1], MOST_CLASSES)), e.map(c)
    for d in every:
        L = e.map(d)
        if d != c and L.any() and float(correlation(L, right)) < 0.9:
            other = flat(own(model, x, d))
            if other is not None and float(correlation(other, m)) > SAME:
                found = f"is the same for the classes {c} and {d}"
                todo = "Look whether the class is used: `if target:` is false for 0."
                yield Finding("your map: classes", WRONG, found, todo)
            else:
                yield Finding("your map: classes", OK, "another class has another map")
            break
    empty = next((d for d in every if not e.map(d).any()), None)
    if empty is not None:
        other = flat(own(model, x, empty))
        if other is None or not other.isfinite().all():
            found = f"is NaN for class {empty}, whose Grad-CAM is empty"
            yield Finding("your map: empty", WRONG, found, "Divide by the maximum only where it is > 0, and say so.")
        else:
            yield Finding("your map: empty", OK, f"is finite for class {empty}, whose Grad-CAM is empty")


def _help(error: str) -> str:
    known = {
        "does not require grad": "Weights are frozen, or no_grad is on: torch.enable_grad() and x.requires_grad_().",
        "inplace operation": "A step behind the layer works in place: hand on output.clone() from your hook.",
        "a second time": "The graph is gone after one backward: retain_graph=True, or one pass for each class.",
        "view": "A full backward hook meets an in-place step: use autograd.grad at the layer's output instead.",
        "NoneType": "The hook never ran, or keeps None: is the layer used, compiled, or a part of a ScriptModule?",
        "same device": "Network and picture lie on different devices: x.to(next(model.parameters()).device).",
    }
    return next((todo for words, todo in known.items() if words in error), "Compare with gradcam_lib.explain.")
