"""The network before any map is made: compiled parts, mode, precision, devices, hooks that somebody left behind."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from gradcam_lib.capture import original
from gradcam_lib.checkup.case import Case
from gradcam_lib.checkup.findings import LOOK, OK, WRONG, Finding
from gradcam_lib.layers import plain_copy

HALVES = (torch.float16, torch.bfloat16)
HOOKS = ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks")


def listed(names: Sequence[str], most: int = 3) -> str:
    """'a', 'b', 'c' and 4 more"""
    more = len(names) - most
    return ", ".join(repr(name or "the network itself") for name in names[:most]) + (
        f" and {more} more" if more > 0 else ""
    )


def compiled(model: nn.Module) -> Finding:
    """Compiled and scripted code runs past hooks."""
    scripted = [name for name, m in model.named_modules() if isinstance(m, torch.jit.ScriptModule)]
    if scripted:
        found = f"{listed(scripted)}: a ScriptModule, whose layers cannot be reached"
        return Finding("compiled", WRONG, found, "Pass the network as it was before torch.jit.script or trace.")
    parts = [name for name, m in model.named_modules() if _is_compiled(m)]
    if parts:
        found = f"compiled by torch.compile: {listed(parts)}; hooks that are added later may not run there"
        todo = "gradcam_lib runs such parts uncompiled. In your own code put hooks on model._orig_mod."
        return Finding("compiled", LOOK, found, todo)
    return Finding("compiled", OK, "no part is compiled or scripted")


def _is_compiled(module: nn.Module) -> bool:
    forward = vars(module).get("forward")
    compiled_call = getattr(module, "_compiled_call_impl", None)
    return original(module) is not module or compiled_call is not None or hasattr(forward, "_torchdynamo_orig_callable")


def precision(model: nn.Module, x: Tensor) -> Iterator[Finding]:
    """x: as the caller gave it."""
    weights = [p for p in model.parameters() if p.is_floating_point()]
    dtypes, devices = {p.dtype for p in weights} or {x.dtype}, {p.device.type for p in weights} or {x.device.type}
    kinds = ", ".join(sorted(str(d).removeprefix("torch.") for d in dtypes))
    if len(devices) > 1:
        found = f"the weights lie on several devices: {', '.join(sorted(devices))}"
        yield Finding("device", WRONG, found, "Move the whole network: model.to(device).")
    elif x.device.type not in devices:
        found = f"the picture lies on {x.device.type}, the network on {', '.join(devices)}"
        yield Finding("device", LOOK, found, "gradcam_lib moves the picture; elsewhere use x.to(device).")
    if dtypes & set(HALVES):
        found = f"{kinds}: small gradients become zero in half precision, and sums lose digits"
        todo = "Explain copy.deepcopy(model).float(). gradcam_lib scales gradients and adds up in float32."
        yield Finding("precision", LOOK, found, todo)
    elif x.dtype not in dtypes:
        found = f"the picture is {str(x.dtype).removeprefix('torch.')}, the network {kinds}"
        yield Finding("precision", LOOK, found, "gradcam_lib converts the picture; elsewhere use x.to(dtype).")
    else:
        yield Finding("precision", OK, f"weights and picture are {kinds}")


def mode(case: Case) -> Finding:
    """Whether parts are in training mode, and what of it."""
    training = [name for name, module in case.model.named_modules() if module.training]
    if not training:
        return Finding("mode", OK, "evaluation mode in all parts")
    found = f"training mode in {listed(training)}"
    todo = "Call model.eval() before you predict or explain. gradcam_lib does so for the time of its pass."
    try:
        # Copies, whose statistics may change.
        first, second = (case.logits(plain_copy(case.model)).float() for _ in range(2))
    except Exception as error:  # BatchNorm refuses one picture whose map has one place
        return Finding("mode", WRONG, f"{found}, where the network fails: {str(error)[:120]}", todo)
    logits = case.e.logits
    if close(first, logits) and close(second, logits):
        return Finding("mode", LOOK, f"{found}; the scores are those of evaluation mode all the same", todo)
    why = "differ from pass to pass" if not close(first, second) else "are not those of evaluation mode"
    classes = "" if first.argmax() == logits.argmax() == second.argmax() else ", and so does the predicted class"
    return Finding("mode", WRONG, f"{found}: the scores {why}{classes}", todo)


def hooked(model: nn.Module) -> list[str]:
    """The names of the modules that have hooks."""
    return [name for name, module in model.named_modules() if any(getattr(module, kind, None) for kind in HOOKS)]


def hooks(model: nn.Module, case: Case | None) -> Finding:
    """case: None where there is no map."""
    names = hooked(model)
    if not names:
        return Finding("hooks", OK, "no hooks are registered on the network")
    found, todo = f"hooks on {listed(names)}", "Remove a hook with the handle that register_…_hook returned."
    if case is None:
        return Finding("hooks", LOOK, f"{found}; whether they change anything could not be tried", todo)
    bare = case.again(plain_copy(model))
    if not close(bare.logits, case.e.logits):
        return Finding("hooks", WRONG, f"{found}: without them the network gives other scores", todo)
    if not close(bare.signed(case.target), case.signed):
        return Finding("hooks", WRONG, f"{found}: without them Grad-CAM gives another map", todo)
    return Finding("hooks", LOOK, f"{found}; without them scores and map are the same", todo)


def close(a: Any, b: Any, share: float = 1e-3) -> bool:
    """Whether two tensors differ by no more than this share of the largest value."""
    a, b = a.detach().float().cpu(), b.detach().float().cpu()
    return a.shape == b.shape and bool((a - b).abs().max() <= share * b.abs().max() + 1e-12)
