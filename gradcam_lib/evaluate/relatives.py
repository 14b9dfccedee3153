"""Relatives of Grad-CAM that came after it, each made of A, its gradient G and a target.   Notebook 13.

A and G: (N, K, h, w), A ≥ 0, as behind a ReLU; maps (N, h, w) are not rectified yet.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from gradcam_lib.equations import upsample
from gradcam_lib.evaluate.look import Look, Method
from gradcam_lib.explanation import explain_pixels
from gradcam_lib.networks.classifier import Classifier
from gradcam_lib.targets import Target, class_score

PASSES = 16  # pictures in which Integrated Gradients and SmoothGrad average the gradient
FORWARD = 64  # pictures that run at once


def hires_cam(A: Tensor, G: Tensor) -> Tensor:
    r""":math:`\sum_k G^k_{ij} A^k_{ij}`: no average over positions (Draelos, Carin 2020)."""
    return (G * A).sum(1)


def xgrad_cam(A: Tensor, G: Tensor) -> Tensor:
    r""":math:`w_k = \sum_{ij} G^k_{ij} A^k_{ij} / \sum_{ij} A^k_{ij}`, an average weighted by A (Fu et al. 2020)."""
    total = A.sum((2, 3), keepdim=True)
    w = (G * A).sum((2, 3), keepdim=True) / total.where(total > 0, 1)
    return (w * A).sum(1)


def grad_cam_pp(A: Tensor, G: Tensor) -> Tensor:
    r""":math:`w_k = \sum_{ij} a^k_{ij} \mathrm{ReLU}(G^k_{ij})` (Chattopadhay et al. 2018), for the score exp(y).

    a = G² / (2 G² + G³ ΣA) (eq. 19), shortened by G². The factor exp(y) of all weights is left out.
    """
    P = G.relu()
    w = (P / (2 + P * A.sum((2, 3), keepdim=True))).sum((2, 3), keepdim=True)
    return (w * A).sum(1)


def layer_cam(A: Tensor, G: Tensor) -> Tensor:
    r""":math:`\sum_k \mathrm{ReLU}(G^k_{ij}) A^k_{ij}` (Jiang et al. 2021), meant for early layers, too."""
    return (G.relu() * A).sum(1)


def eigen_cam(A: Tensor) -> Tensor:
    """A projected on its first right singular vector (Muhammad, Yeasin 2020); there is no class in it.

    The sign of a singular vector is arbitrary; here no map adds up to a negative number. Where A ≥ 0 the map is, too.
    """
    rows = A.float().flatten(2).transpose(1, 2)  # (N, hw, K), not centred
    v = torch.linalg.svd(rows, full_matrices=False).Vh[:, 0]
    L = torch.einsum("npk,nk->np", rows, v)
    return torch.where(L.sum(1, keepdim=True) < 0, -L, L).view(len(A), *A.shape[2:])


def score_cam(clf: Classifier, x: Tensor, A: Tensor, targets: Sequence[int]) -> Tensor:
    r""":math:`w_k = p_c(x \circ H^k) - p_c(0)`: no gradient, K + 1 forward passes (Wang et al. 2020).

    H: A enlarged and stretched to 0 … 1, channel by channel; p: probability. x: (N, 3, S, S), 0 is the mean colour.
    """
    return torch.stack([_scored(clf, x[i : i + 1], A[i : i + 1].float(), c) for i, c in enumerate(targets)])


@torch.inference_mode()
def _scored(clf: Classifier, x: Tensor, A: Tensor, c: int) -> Tensor:
    H = upsample(A[0], x.shape[-1])
    low, high = H.amin((1, 2), keepdim=True), H.amax((1, 2), keepdim=True)
    H = (H - low) / (high - low).where(high > low, 1)
    parts = [*H.split(FORWARD), torch.zeros_like(H[:1])]
    p = torch.cat([clf.model(x * part[:, None]).float().softmax(1)[:, c] for part in parts])
    return torch.einsum("k,khw->hw", p[:-1] - p[-1], A[0])


def rivals(logits: Tensor, targets: Sequence[int]) -> list[Target]:
    """Finer-CAM's target (Zhang et al. 2025), the score less that of the likeliest other class; Grad-CAM does the rest.

    The paper's factor of the other score is 1 here, and its several other classes are one.
    """
    others = logits.clone()
    others[range(len(others)), list(targets)] = -torch.inf
    return [class_score(c) - class_score(d) for c, d in zip(targets, others.argmax(1).tolist(), strict=True)]


def integrated_gradients(clf: Classifier, x: Tensor, targets: Sequence[int], passes: int = PASSES) -> Tensor:
    r""":math:`x \circ \int_0^1 G(t x) dt` (Sundararajan et al. 2017), from the mean colour: (N, 3, S, S), signed.

    By the midpoint rule; it adds up to y(x) − y(0) up to the error of that rule.
    """
    steps = (torch.arange(passes) + 0.5) / passes
    return x * sum(explain_pixels(clf, float(t) * x).pixel_gradient(targets) for t in steps) / passes


def smooth_grad(
    clf: Classifier, x: Tensor, targets: Sequence[int], passes: int = PASSES, share: float = 0.15
) -> Tensor:
    """The gradient averaged over noisy pictures (Smilkov et al. 2017): (N, 3, S, S), signed.

    share: standard deviation of the noise, as a share of the picture's range; the draws are the same for every picture.
    """
    sigma = share * (x.amax((1, 2, 3), keepdim=True) - x.amin((1, 2, 3), keepdim=True))
    noise = torch.randn(passes, *x.shape[1:], generator=torch.Generator().manual_seed(0)).to(x.device)
    return sum(explain_pixels(clf, x + sigma * one).pixel_gradient(targets) for one in noise) / passes


def _of_map(make: Callable[[Tensor, Tensor], Tensor]) -> Callable[[Look, str | None], Tensor]:
    return lambda look, layer=None: make(look.e.activation(layer).float(), look.e.gradient(look.targets, layer))


# What is left of a sign: (look, layer) → (N, h, w).
SIGNED: dict[str, Callable[..., Tensor]] = {
    "hires_cam": _of_map(hires_cam),
    "xgrad_cam": _of_map(xgrad_cam),
    "grad_cam_pp": _of_map(grad_cam_pp),
    "layer_cam": _of_map(layer_cam),
    "eigen_cam": lambda look, layer=None: eigen_cam(look.e.activation(layer)),
    "score_cam": lambda look, layer=None: score_cam(look.clf, look.x, look.e.activation(layer), look.targets),
    "finer_cam": lambda look, layer=None: look.e.signed(rivals(look.e.logits, look.targets), layer),
}
# Of the pixels: look → (N, 3, S, S).
PIXELS: dict[str, Callable[[Look], Tensor]] = {
    "integrated_gradients": lambda look: integrated_gradients(look.clf, look.x, look.targets),
    "smooth_grad": lambda look: smooth_grad(look.clf, look.x, look.targets),
}


def _rectified(signed: Callable[..., Tensor]) -> Method:
    return Method(lambda look, layer: signed(look, layer).relu())


def _largest_of_colours(pixels: Callable[[Look], Tensor]) -> Method:
    """As with saliency."""
    return Method(lambda look, layer: pixels(look).abs().amax(1), layered=False)


RELATIVES = {name: _rectified(signed) for name, signed in SIGNED.items()}
RELATIVES |= {name: _largest_of_colours(pixels) for name, pixels in PIXELS.items()}
