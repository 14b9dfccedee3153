"""Methods by name: what each makes of a batch that the network has looked at once.

A name may say more: ``grad_cam@features.7`` is the map of another layer, ``saliency+smooth`` is averaged over an eighth
of the picture, ``saliency+grabcut`` is turned into a region by GrabCut before it becomes a box.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d

from gradcam_lib.cam import rectified_map_and_weights
from gradcam_lib.equations import channel_weights, combine, upsample
from gradcam_lib.evaluate.look import CAMS, Look, Method
from gradcam_lib.evaluate.relatives import RELATIVES
from gradcam_lib.excitation import excitation_backprop
from gradcam_lib.explanation import explain
from gradcam_lib.measures.localize import Box, box_from_map, centre_gaussian
from gradcam_lib.networks.classifier import Classifier

# Quantiles of a map whose pixels GrabCut starts from (Simonyan et al. 2014, sec. 3.2).
FOREGROUND, BACKGROUND = 0.95, 0.3


def _weighted(change: Callable[[Tensor], Tensor]) -> Callable[[Look, str | None], Tensor]:
    """Grad-CAM with other weights: ``change`` sees the gradient before it is averaged."""

    def heats(look: Look, layer: str | None) -> Tensor:
        alpha = channel_weights(change(look.e.gradient(look.targets, layer)))
        return combine(alpha, look.e.activation(layer))

    return heats


def _largest(look: Look, layer: str | None) -> Tensor:
    G = look.e.gradient(look.targets, layer)
    return combine(G.amax((2, 3), keepdim=True), look.e.activation(layer))


def _by_rule(rule: str) -> Callable[[Look, str | None], Tensor]:
    """Grad-CAM whose gradient comes back through the ReLUs above the layer by another rule."""

    def heats(look: Look, layer: str | None) -> Tensor:
        G = look.e.gradient(look.targets, layer, rule=rule)
        return combine(channel_weights(G), look.e.activation(layer))

    return heats


def _min_max(look: Look, layer: str | None) -> Tensor:
    signed = look.e.signed(look.targets, layer)
    return signed - signed.amin((1, 2), keepdim=True)


def _cam(look: Look, layer: str | None) -> Tensor:
    A, W = rectified_map_and_weights(look.clf.model, look.e.activation(look.clf.layer), look.e.logits)
    return torch.einsum("nk,nkhw->nhw", W[look.targets], A).relu()


def _guided(look: Look, layer: str | None) -> Tensor:
    return look.e.pixel_gradient(look.targets, rule="guided", strict=False).abs().amax(1)


def _guided_grad_cam(look: Look, layer: str | None) -> Tensor:
    return upsample(look.e.map(look.targets, layer), look.side) * _guided(look, layer)


def _c_mwp(look: Look, layer: str | None) -> Tensor:
    return excitation_backprop(look.clf, look.x, look.targets, layer or look.e.layers[-1]).relu()


def _random(look: Look, layer: str | None) -> Tensor:
    grid = look.e.activation(layer).shape[2:]
    return torch.from_numpy(np.stack([look.random(i).random(grid, np.float32) for i in range(len(look.x))]))


def _same(heat: Callable[[int], np.ndarray]) -> Callable[[Look, str | None], Tensor]:
    return lambda look, layer: torch.from_numpy(heat(look.side)).float().expand(len(look.x), -1, -1)


def _whole(side: int) -> np.ndarray:
    return np.ones((side, side))


def _middle(side: int) -> np.ndarray:
    """A square of half the picture's area."""
    inside = np.abs(np.arange(side) + 0.5 - side / 2) <= side * 0.5**0.5 / 2
    return (inside[:, None] & inside[None]).astype(float)


METHODS = {
    "grad_cam": Method(lambda look, layer: look.e.map(look.targets, layer)),
    "no_relu": Method(lambda look, layer: look.e.signed(look.targets, layer)),
    "no_relu_min_max": Method(_min_max),
    "absolute_gradients": Method(_weighted(Tensor.abs)),
    "positive_gradients": Method(_weighted(Tensor.relu)),
    "largest_gradient": Method(_largest),
    "guided_backward": Method(_by_rule("guided"), pixels=True),
    "deconvnet_backward": Method(_by_rule("deconvnet"), pixels=True),
    "equal_weights": Method(lambda look, layer: look.e.activation(layer).float().sum(1).relu()),
    "counterfactual": Method(lambda look, layer: look.e.counterfactual(look.targets, layer)),
    "cam": Method(_cam, threshold=CAMS, layered=False, own=True),
    "c_mwp": Method(_c_mwp),
    "saliency": Method(lambda look, layer: look.e.saliency(look.targets), pixels=True, layered=False),
    "guided_backprop": Method(_guided, pixels=True, layered=False),
    "guided_grad_cam": Method(_guided_grad_cam, pixels=True),
    "random": Method(_random),
    "centre": Method(_same(centre_gaussian), layered=False),
    "centre_box": Method(_same(_middle), layered=False),
    "whole_picture": Method(_same(_whole), layered=False),
    **RELATIVES,
}
AFTER = ("smooth", "grabcut")


@dataclass(frozen=True)
class Chosen:
    """A method as it was asked for: ``name`` is how it is called in tables."""

    name: str
    method: Method
    layer: str | None = None
    after: str = ""

    def heats(self, look: Look) -> np.ndarray:
        """(N, S, S) float32 on the processor; GrabCut changes boxes alone."""
        try:
            heats = self.method.heats(look, self.layer).detach().float()
        except ValueError as error:
            raise ValueError(f"method {self.name!r}: {error}") from error
        if heats.shape[-2:] != look.x.shape[-2:]:
            heats = upsample(heats, look.side)
        if self.after == "smooth":
            k = look.side // 16 * 2 + 1
            heats = avg_pool2d(heats[:, None], k, 1, k // 2, count_include_pad=False)[:, 0]
        return heats.cpu().numpy()

    def box(self, heat: np.ndarray, threshold: float, picture: np.ndarray) -> Box | None:
        """The box of a map (S, S); picture: (S, S, 3) uint8, what the network sees."""
        if self.after == "grabcut":
            return box_from_map(grabcut(picture, heat), 1.0) if heat.max() > 0 else None
        return box_from_map(heat, threshold)


def chosen(names: Sequence[str]) -> list[Chosen]:
    """Methods by their names. ValueError: unknown (near names offered), or a layer where a method has none."""
    return [_chosen(name) for name in dict.fromkeys(names)]


def _chosen(name: str) -> Chosen:
    rest, _, after = name.partition("+")
    base, _, layer = rest.partition("@")
    if base not in METHODS or after not in ("", *AFTER):
        near = difflib.get_close_matches(base, METHODS, n=3) or list(METHODS)
        raise ValueError(
            f"method {name!r}: unknown; near: {', '.join(near)}; after it may follow @LAYER, and +smooth or +grabcut"
        )
    if layer and not METHODS[base].layered:
        raise ValueError(f"method {name!r}: {base} has no layer; leave out @{layer}")
    return Chosen(name, METHODS[base], layer or None, after)


def has_cam(clf: Classifier) -> bool:
    """Whether the network ends as CAM needs it, tried on one picture."""
    side, weight = clf.transform.crop, next(clf.model.parameters())
    e = explain(clf, torch.linspace(-1, 1, 3 * side**2, device=weight.device).view(1, 3, side, side))
    try:
        rectified_map_and_weights(clf.model, e.activation(), e.logits)
    except ValueError:
        return False
    return True


def grabcut(picture: np.ndarray, heat: np.ndarray, rounds: int = 3) -> np.ndarray:
    """The region (S, S) of 0 and 1 that GrabCut (Rother et al. 2004) makes of a map and the colours beneath it.

    Pixels above the 95 % quantile of the map are taken as the thing, those below the 30 % quantile as what is behind
    it; the colours of both decide about the rest. Where the map is zero on more of the picture, those of its zeros that
    are furthest from the thing are behind it. The map is smoothed a little first, since dots that all belong to the
    thing leave holes (chosen on COCO's training pictures). A map of one value leaves nothing behind the thing: it stays
    whole.
    """
    heat = cv2.GaussianBlur(heat.astype(np.float32), (0, 0), len(heat) / 75)
    thing = heat >= max(np.quantile(heat, FOREGROUND), np.finfo(np.float32).tiny)
    if thing.all():
        return np.ones_like(heat)
    behind = heat < np.quantile(heat, BACKGROUND)
    if not behind.any():
        away = np.where(heat == heat.min(), cv2.distanceTransform((~thing).astype(np.uint8), cv2.DIST_L2, 5), 0)
        behind = away >= max(np.quantile(away, 1 - BACKGROUND), 1)
    mask = np.full(heat.shape, cv2.GC_PR_BGD, np.uint8)
    mask[behind], mask[thing] = cv2.GC_BGD, cv2.GC_FGD
    cv2.setRNGSeed(0)
    cv2.grabCut(picture, mask, None, np.zeros((1, 65)), np.zeros((1, 65)), rounds, cv2.GC_INIT_WITH_MASK)
    return np.isin(mask, (cv2.GC_FGD, cv2.GC_PR_FGD)).astype(np.float32)
