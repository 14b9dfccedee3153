"""The layer that is explained: what it returns, what lies behind it, and what of the score passes it by."""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn

from gradcam_lib.checkup.case import Case
from gradcam_lib.checkup.findings import LOOK, OK, WRONG, Finding
from gradcam_lib.layers import plain_copy
from gradcam_lib.trace import PRODUCTS, Point, Trace

RECTIFIED_BY = ("relu", "threshold", "clamp", "clamp_min", "hardtanh")  # what a ReLU is called in PyTorch's operations
MOST = 5  # steps that are named


def choice(case: Case) -> Finding:
    """Whether this layer can carry a map."""
    seen, point, A = case.trace, case.point, case.e.activation()
    what = type(point.module).__name__ if point and point.module is not None else "a function"
    found = f"{case.layer!r} ({what}) returns {A.shape[1]} channels of {' × '.join(map(str, A.shape[2:]))} positions"
    if A.shape[2:].numel() < 9:
        todo = "Use a larger picture, or an earlier layer, for a map that can tell positions apart."
        return Finding("layer", LOOK, f"{found}, too few to point at anything", todo)
    if point and seen.values[point.value].pooled:
        why = "it is a pooling, coarser than the layer in front of it"
        return Finding("layer", LOOK, f"{found}; {why}", _instead(case))
    if point and A.min() < 0 and _is_rectified_next(seen, point):
        why = "it stands in front of its ReLU, where activation and weight may both be negative and count as evidence"
        return Finding("layer", LOOK, f"{found}; {why}", _instead(case))
    usual = "" if case.usual in (None, case.layer) else f"; the usual choice would be {case.usual!r}"
    return Finding("layer", OK, found + usual)


def _instead(case: Case) -> str:
    return "Choose another layer." if case.usual in (None, case.layer) else f"Choose {case.usual!r}, the usual layer."


def _is_rectified_next(seen: Trace, point: Point) -> bool:
    users = [v.operation for v in seen.values if point.value in v.parents]
    return bool(users) and all(operation in RECTIFIED_BY for operation in users)


def runs(case: Case) -> Finding | None:
    """Whether the layer runs more than once. None here and below: the layer is not to be seen in the trace."""
    if not (point := case.point):
        return None
    times = case.trace.runs[point.name]
    if times == 1:
        return Finding("runs", OK, "the layer runs once in a forward pass")
    name = case.layer.split("#")[0]
    found = f"{name!r} runs {times} times in a forward pass; this is run {point.run}, counted from 0"
    todo = f"A hook of your own sees every run. Name the one you mean: layer={case.layer!r}."
    return Finding("runs", LOOK, found, todo)


def behind(case: Case) -> Finding | None:
    """The steps from the map to the score, and how many of them have weights."""
    if not (point := case.point):
        return None
    seen = case.trace
    after = [p for p in seen.points if p.value > point.value or (p.value == point.value and p is not point)]
    after = [p for p in after if p.module is not None and not list(p.module.children()) and not _inside(p, point)]
    names = list(dict.fromkeys(f"{p.name} ({type(p.module).__name__})" for p in after))
    relevant = [i for i in seen.relevant() if i > point.value]
    convolutions = sum(seen.values[i].is_convolution for i in relevant)
    products = sum(seen.values[i].operation in PRODUCTS for i in relevant)
    steps = ", ".join(names[:MOST]) + (f" and {len(names) - MOST} more" if len(names) > MOST else "")
    found = f"behind it: {steps or 'functions only'}; {convolutions} convolutions, {products} products with weights"
    if convolutions > 2:
        todo = "Its channels mean little by themselves; an early layer gives fine maps that depend little on the class."
        return Finding("behind the layer", LOOK, found, todo)
    return Finding("behind the layer", OK, found)


def _inside(p: Point, point: Point) -> bool:
    return bool(point.name) and p.name.startswith(f"{point.name}.")


def all_of_the_score(case: Case) -> Finding | None:
    """Whether other paths from the picture to the score go round the layer."""
    if not (point := case.point):
        return None
    seen = case.trace
    if point.value in seen.passages():
        return Finding("whole score", OK, "all that the score takes from the picture goes through this layer")
    if point.value not in seen.relevant():
        return Finding("whole score", WRONG, "the score takes nothing from this layer", _instead(case))
    found = "this layer is a branch: other paths from the picture to the score go round it, and the map misses them"
    return Finding("whole score", LOOK, found, _instead(case))


def in_place(case: Case) -> Finding | None:
    """Whether a later step overwrites what the layer returned. None: the layer is a function, not a module."""
    net = plain_copy(case.model).eval()
    place = case.place(net)
    if place.function:
        return None
    kept: list[tuple[Tensor, int]] = []

    def keep(module: nn.Module, args: Any, output: Any) -> None:
        if isinstance(output, Tensor):
            kept.append((output, output._version))

    handle = place.module.register_forward_hook(keep)
    try:
        case.logits(net)
    finally:
        handle.remove()
    if not any(output._version > version for output, version in kept):
        return Finding("in place", OK, "no later step overwrites what the layer returned")
    found = "a later step overwrites what the layer returned (an in-place ReLU, +=, or the like)"
    todo = "In a hook of your own keep output.clone(); gradcam_lib does."
    return Finding("in place", LOOK, found, todo)
