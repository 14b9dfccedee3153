"""The gradient at the layer: whether it is there, and whether the score really moves as it says."""

from __future__ import annotations

import copy

import torch
from torch import Tensor

from gradcam_lib.capture import capture, evaluating
from gradcam_lib.checkup.case import Case
from gradcam_lib.checkup.findings import LOOK, OK, WRONG, Finding
from gradcam_lib.forward import pick
from gradcam_lib.layers import plain_copy
from gradcam_lib.targets import scores

STEP, COARSE = 1e-5, 1e-2  # of the layer's root mean square, in float64 and in any other precision
AGREES = 0.02


def path(case: Case) -> Finding:
    """Whether a backward pass from the score finds a graph without the library's help."""
    x = case.inputs.picture.detach().clone().requires_grad_()
    with torch.inference_mode(False), torch.enable_grad(), evaluating(case.model):
        logits = pick(case.inputs.call(case.model, x.clone()), case.options["output"], len(x))
    if not logits.requires_grad:
        found = "the network switches gradients off in itself (no_grad, inference_mode, detach)"
        todo = "gradcam_lib records the graph from the layer on; a backward of your own fails until you take this out."
        return Finding("gradient path", LOOK, found, todo)
    if not any(p.requires_grad for p in case.model.parameters()):
        found = "leads from the score to the picture; all weights are frozen"
        todo = "gradcam_lib needs no more; your own backward needs x.requires_grad_(), or a layer that requires it."
        return Finding("gradient path", OK, found, todo)
    return Finding("gradient path", OK, "leads from the score to the picture")


def probe(case: Case) -> Finding:
    r"""The weights beside what the score really does.

    .. math:: y(A + t D) - y(A - t D) \approx 2 t \sum_{k,i,j} G_{kij} D_{kij}

    D is 1 at all positions of the channel with the largest weight, then +1 or −1 for each channel: for such D the sum
    is Z Σ_k D_k α_k, so what is checked are the weights of eq. 1 themselves.
    """
    if case.options["layer_map"] is not None:
        return Finding("gradient", OK, "not compared with finite differences, since layer_map= rearranges the layer")
    pushed = _Pushed(case)
    A, G = pushed.A, case.e.gradient(case.target).to(pushed.A.dtype)  # G: (1, K, h, w)
    alpha = G.flatten(2).mean(2)[0]
    # A is as the layer returns it, perhaps with its channels last; G and the directions are turned alike.
    K = 1 if case.e._views[case.layer] is None else -1
    G = G.movedim(1, K)
    generator = torch.Generator().manual_seed(0)
    rows = [torch.zeros_like(alpha).index_fill(0, alpha.abs().argmax(), 1)]
    rows += [torch.randint(2, alpha.shape, generator=generator).to(alpha) * 2 - 1 for _ in range(2)]
    worst, kinks = 1e-4, False
    for row in rows:
        D = row.view(1, -1, *[1] * (A.dim() - 2)).expand_as(G.movedim(K, 1)).movedim(1, K)
        error = pushed.disagreement(D, G)
        if error > AGREES and (A == 0).any():  # at exactly zero a ReLU behind the layer has no slope to compare with
            error, kinks = pushed.disagreement(D * (A != 0), G), True
        worst = max(worst, error)
    how = "(finite differences in 3 directions)"
    if worst > AGREES:
        todo = "Look behind the layer for detach, no_grad, rounding, a backward of your own, hooks on gradients."
        return Finding("gradient", WRONG, f"the score does not move as the gradient says: {worst:.0%} off {how}", todo)
    where = " where the layer is not exactly zero" if kinks else ""
    return Finding("gradient", OK, f"the score moves as the weights say{where}, within {worst:.2%} {how}")


class _Pushed:
    """A copy of the network in which the layer's output can be pushed, in float64 where the network works in it."""

    def __init__(self, case: Case):
        self.case, self.net, self.inputs = case, case.model, case.inputs
        try:
            net = copy.deepcopy(plain_copy(case.model)).double()
            inputs = case.inputs.each(lambda t: t.double() if t.is_floating_point() else t)
            with evaluating(net):
                case.logits(net, inputs.picture)
            self.net, self.inputs = net, inputs
        except Exception:  # any network may object in its own way
            pass
        self.A = torch.zeros(())
        self.y = self.score(0.0)
        exact = self.A.dtype == torch.float64
        self.step = (STEP if exact else COARSE) * (float(self.A.square().mean().sqrt()) or 1.0)
        self.noise = (1e-9 if exact else 1e-5) * max(1.0, abs(self.y)) / self.step

    def score(self, push: Tensor | float) -> float:
        def change(A: Tensor) -> Tensor:
            self.A = A.detach()
            return A + push

        with evaluating(self.net), torch.no_grad(), capture(self.net, [self.case.layer], change):
            logits = pick(self.inputs.call(self.net), self.case.options["output"], len(self.inputs)).detach()
        return float(scores(self.case.target, logits))

    def disagreement(self, D: Tensor, G: Tensor) -> float:
        """Of the slope along D as it is measured and as the gradient tells it: the difference over the larger."""
        measured = (self.score(self.step * D) - self.score(-self.step * D)) / (2 * self.step)
        told = float((G * D).sum())
        return max(0.0, abs(measured - told) - self.noise) / max(abs(measured), abs(told), 1e-30)
