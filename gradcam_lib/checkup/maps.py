"""The map itself: is there anything in it, does it follow class and weights, and is it the same at every call?"""

from __future__ import annotations

import copy
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from gradcam_lib.checkup.case import Case
from gradcam_lib.checkup.findings import LOOK, OK, WRONG, Finding
from gradcam_lib.checkup.network import close
from gradcam_lib.forward import Inputs, ends_in_sigmoid
from gradcam_lib.layers import plain_copy
from gradcam_lib.measures.sanity import draw_anew, weighted_layers

DRAWS = 3


def output(case: Case, names: Sequence[str] | None) -> Finding:
    """Whether the outputs are scores, or probabilities already."""
    logits = case.e._kept.logits  # (1, C), with their graph
    z = logits.detach().double()
    best = int(z.argmax())
    named = names[best] if names else f"class {best}"
    rounding = max(1e-3, 4 * torch.finfo(logits.dtype).eps)
    todo = "Explain the scores in front of it: remove it, or pass output= with a callable that gives them."
    if z.shape[1] == 1 and not ends_in_sigmoid(logits):
        return Finding("output", OK, f"one score, {float(z):.3g}; its sign says which side the map speaks for")
    if z.shape[1] > 1 and z.min() >= 0 and abs(float(z.sum()) - 1) < rounding:
        found = "the outputs are positive and add up to one: a softmax. Where it is sure, its gradient vanishes"
        return Finding("output", WRONG, f"{found}, and the map shows what speaks against the other classes, too", todo)
    if z.shape[1] > 1 and abs(float(z.logsumexp(1))) < rounding and z.max() <= 0:
        found = "the exponentials of the outputs add up to one: a log-softmax, whose map mixes all classes"
        return Finding("output", LOOK, found, todo)
    if ends_in_sigmoid(logits):
        found = "the outputs come from a sigmoid, whose gradient vanishes where it is sure"
        return Finding("output", LOOK, found, todo)
    p = float(z.softmax(1)[0, best])
    return Finding("output", OK, f"{z.shape[1]} scores; the highest, {float(z[0, best]):.3g}, is {named!r} ({p:.0%})")


def emptiness(case: Case) -> Finding:
    """Whether the map holds anything, and whether it tells positions apart."""
    L = case.signed.relu()
    if note := case.e.note(case.target):
        todo = "Look at e.signed(target), and at the map of the predicted class."
        return Finding("map", LOOK, note, todo)
    positive = float((L > 0).float().mean())
    found = f"maximum {float(L.max()):.3g}, positive at {positive:.0%} of its positions"
    if L.min() > 0.5 * L.max():
        found += f", and nowhere below {float(L.min() / L.max()):.0%} of the maximum: it would be coloured all over"
        return Finding("map", LOOK, found, "Look at other classes and layers; do not stretch it from its minimum.")
    return Finding("map", OK, found)


def same_again(case: Case) -> Finding:
    if close(case.again().signed(case.target), case.signed):
        return Finding("second call", OK, "gives the same map")
    found = "gives another map: the network draws random numbers, or keeps something, in evaluation mode, too"
    todo = "Look for F.dropout(x) without training=self.training, for noise, and for what forward stores in self."
    return Finding("second call", WRONG, found, todo)


def in_company(case: Case) -> Finding | None:
    """Whether another picture in the batch changes the map. None: the network takes one picture, or several inputs."""
    if case.inputs.args or case.inputs.kwargs:
        return None
    x = case.inputs.picture
    try:
        both = case.again(inputs=Inputs(torch.cat([x, x.flip(-1)]), name=case.inputs.name))
        signed = both.signed([case.target, case.target])[:1]
    except (ValueError, RuntimeError, TypeError):
        return None
    if close(signed, case.signed, 1e-2):
        return Finding("batch", OK, "the map does not depend on the other pictures of a batch")
    todo = "Explain one picture at a time, and look for batch statistics (BatchNorm with track_running_stats=False)."
    return Finding("batch", WRONG, "another picture in the batch changes this picture's map", todo)


def classes(case: Case) -> Finding:
    """Whether the map depends on the class: the two likeliest, one in the middle, and the last."""
    order = case.e.logits[0].argsort(descending=True).tolist()
    if len(order) < 2:
        return Finding("classes", OK, "one output: there is no other class to compare with")
    chosen = list(dict.fromkeys([*order[:2], order[len(order) // 2], order[-1]]))
    signed = [one for one in (case.e.signed(c)[0].flatten() for c in chosen) if one.any()]
    if len(signed) < 2:
        found = f"{len(chosen) - len(signed)} of {len(chosen)} classes have no map: their scores ignore this layer"
        return Finding("classes", LOOK, found, "Look whether the outputs pass a ReLU, which is flat at zero.")
    r = [float(correlation(signed[i], signed[j])) for i in range(len(signed)) for j in range(i)]
    found = f"maps of {len(signed)} classes, correlations from {min(r):.2f} to {max(r):.2f}"
    if min(r) > 0.999:
        todo = "Look at what lies behind the layer: every class seems to read one and the same number from it."
        return Finding("classes", WRONG, f"{found}: the same map for every class", todo)
    if min(r) > 0.95:
        return Finding("classes", LOOK, f"{found}: they hardly depend on the class", "Compare with a deeper layer.")
    return Finding("classes", OK, found)


def correlation(a: Tensor, b: Tensor) -> Tensor:
    """Pearson's, of two flat maps; 0 where one of them has a single value."""
    a, b = a.flatten().double(), b.flatten().double()
    a, b = a - a.mean(), b - b.mean()
    size = a.norm() * b.norm()
    return a @ b / size if size > 0 else size


def weights_matter(case: Case) -> Finding:
    """Randomisation (Adebayo et al. 2018): with the weights behind the layer drawn anew, the map must change."""
    here = case.point.value if case.point else len(case.trace.values)
    later = {p.name for p in case.trace.points if p.module is not None and p.value > here}
    above = [name for name in weighted_layers(case.model) if name in later]
    if not above:
        return Finding("randomisation", OK, "no weights lie behind this layer, so none can be drawn anew")
    r = []
    for seed in range(DRAWS):
        net = plain_copy(case.model)
        for i, name in enumerate(above):
            net.set_submodule(name, copy.deepcopy(net.get_submodule(name)))  # with weights of its own
            draw_anew(net, name, seed=100 * seed + i)
        r.append(abs(float(correlation(case.again(net).signed(case.target), case.signed))))
    median = sorted(r)[DRAWS // 2]
    found = (
        f"weights of {len(above)} layers behind it drawn anew, {DRAWS} times: correlation with this map {median:.2f}"
    )
    if median > 0.9:
        todo = "The map shows this layer more than the class: do not read it as a reason for the decision."
        return Finding("randomisation", LOOK, f"{found}, hardly a change", todo)
    return Finding("randomisation", OK, found)


def rules(case: Case) -> Finding:
    """Whether the guided methods are defined for this network, and whether its ReLUs are modules that take hooks."""
    try:
        guided = case.e.pixel_gradient(case.target, rule="guided")
    except (ValueError, RuntimeError, TypeError) as error:
        todo = "Grad-CAM needs no rule. For guided backprop pass strict=False, and say so beside the picture."
        return Finding("guided methods", LOOK, str(error).split(". The deconvnet")[0], todo)
    modules = any(isinstance(module, (nn.ReLU, nn.ReLU6)) for module in case.model.modules())
    if not modules and not close(guided, case.e.pixel_gradient(case.target)):
        found = "the ReLUs of this network are functions; code that looks for nn.ReLU finds none"
        todo = "Your own hooks would leave the gradient plain; gradcam_lib reaches functions, too."
        return Finding("guided methods", LOOK, found, todo)
    return Finding("guided methods", OK, "every activation is a ReLU, for which their rules are defined")
