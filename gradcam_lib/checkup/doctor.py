"""A network, a picture, and everything that may make its Grad-CAM misleading, checked one after the other."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from gradcam_lib.capture import Layer
from gradcam_lib.checkup import gradient, maps, network
from gradcam_lib.checkup import layer as the_layer
from gradcam_lib.checkup.case import Case
from gradcam_lib.checkup.findings import LOOK, WRONG, Finding, Findings
from gradcam_lib.checkup.own_map import OwnMap, own_map
from gradcam_lib.checkup.picture import colours, picture
from gradcam_lib.explanation import Explanation, explain
from gradcam_lib.forward import Output, View, checked_input, parts
from gradcam_lib.targets import TargetLike, resolve

FAILURES = (ValueError, TypeError, LookupError, RuntimeError, AttributeError)


def doctor(
    model: nn.Module,
    x: Any,
    target: TargetLike = None,
    layer: Layer | None = None,
    *,
    output: Output = None,
    layer_map: View | None = None,
    transform: Any = None,
    own: OwnMap | None = None,
) -> Findings:
    """What may be wrong with Grad-CAM of this network and picture: a list of findings, printed as a report.

    model, x, target, layer, output, layer_map: as for ``explain``; of a batch the first picture is examined.
    transform: a ``Transform`` with the mean and deviation of the training; a Classifier brings its own. own: a Grad-CAM
    of your own, a callable (model, x, class number) → map (h, w) or (H, W); its maps are compared with the library's.

    Each finding has a verdict: "ok", "look" (it may mislead) or "wrong" (it does), what was found, and what to do. The
    network is left as it was found; copies of it are run in float64 and with other weights, so that twice its memory
    is needed. Nothing is raised: what fails is a finding, too.   Notebook 14.

    >>> doctor(model, x).of("wrong")
    """
    with warnings.catch_warnings(), torch.random.fork_rng(devices=[]):
        warnings.simplefilter("ignore")
        return Findings(filter(None, _examined(model, x, target, layer, output, layer_map, transform, own)))


def _examined(given, x, target, layer, output, layer_map, transform, own) -> Iterator[Finding | None]:
    try:
        model, names, preferred = parts(given)
        inputs = checked_input(x, model).image(0)
    except FAILURES as error:
        yield Finding("input", WRONG, str(error), _channels(x) or "clf.to_input(picture) of a Classifier makes it.")
        return
    transform = transform or getattr(given, "transform", None)
    yield network.compiled(given if isinstance(given, nn.Module) else given.model)
    yield from network.precision(model, x if isinstance(x, Tensor) else inputs.picture)
    yield picture(inputs.picture, transform)
    try:
        e = explain(model, inputs, layer or preferred, output=output, layer_map=layer_map)
        goal = resolve(target, e.logits, names)[0]
        e.signed(goal)
    except FAILURES as error:
        yield Finding("map", WRONG, f"there is none: {error}", _channels(x))
        if network.hooked(model):
            yield network.hooks(model, None)
        return
    case = Case(model, inputs, e, goal, {"output": output, "layer_map": layer_map})
    for check in _checks(case, names, transform):
        try:
            yield check()
        except FAILURES as error:
            yield Finding("not finished", LOOK, f"a check failed: {str(error)[:200]}", "Nothing follows from this.")
    if own is not None:
        yield from own_map(own, model, inputs.picture, e, _class_of(goal, e))


def _checks(case: Case, names: Sequence[str] | None, transform: Any) -> Iterator[Callable[[], Finding | None]]:
    """One call for each, so that one that fails does not end the others."""
    yield partial(network.mode, case)
    yield partial(network.hooks, case.model, case)
    yield partial(maps.output, case, names)
    if case.e.logits.shape[1] > 1:
        yield partial(colours, case.inputs.picture, case.probability, transform)
    yield partial(the_layer.choice, case)
    yield partial(the_layer.runs, case)
    yield partial(the_layer.behind, case)
    yield partial(the_layer.all_of_the_score, case)
    yield partial(the_layer.in_place, case)
    yield partial(gradient.path, case)
    yield partial(gradient.probe, case)
    yield partial(maps.same_again, case)
    yield partial(maps.in_company, case)
    yield partial(maps.emptiness, case)
    yield partial(maps.classes, case)
    yield partial(maps.weights_matter, case)
    yield partial(maps.rules, case)


def _class_of(goal: Any, e: Explanation) -> int:
    terms = [term for _, term in goal.terms]
    return terms[0] if len(terms) == 1 and isinstance(terms[0], int) else int(e.predicted[0])


def _channels(x: Any) -> str:
    """What to do where the colours stand last, "" where they do not."""
    last = isinstance(x, Tensor) and x.dim() == 4 and x.shape[-1] in (1, 3) and x.shape[1] not in (1, 3)
    return "The channels stand last: x.permute(0, 3, 1, 2)." if last else ""
