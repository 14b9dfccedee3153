"""What is kept of one photograph: logits, masks, and the maps of all tags.

Each photograph is squashed to a square, as in training, and its masks go the same way.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from gradcam_lib.cam import rectified_map_and_weights
from gradcam_lib.datasets.coco_part import CocoPart
from gradcam_lib.datasets.coco_words import NAMES
from gradcam_lib.equations import scale_by_max
from gradcam_lib.explanation import explain
from gradcam_lib.networks.tagger import SIZE, Tagger
from gradcam_lib.studies.photographs.truth import at_pixels, seen_in, stretched


@dataclass(frozen=True)
class Looked:
    """One photograph.

    there: categories annotated in it; families: their supercategories. masks: of those that are tags, (224, 224) bool.
    z: (T,) logits. maps: (C, h, w), Grad-CAM of every tag that is a category. guided: tag → (224, 224). plain: the sum
    of all channels, (224, 224). cam_differs: the largest difference between CAM's positive part and Grad-CAM, each
    divided by its maximum. targets: tag → what a sigmoid or a softmax changes, see ``by_target``.
    """

    there: frozenset[str]
    families: dict[str, str]
    masks: dict[str, np.ndarray]
    z: np.ndarray
    maps: Tensor
    guided: dict[str, np.ndarray]
    plain: np.ndarray
    cam_differs: float
    targets: dict[str, dict[str, float]]


def categories(clf: Tagger) -> list[str]:
    """The tags of which there are masks."""
    return [tag for tag in clf.names if tag in NAMES]


def look(clf: Tagger, part: CocoPart, number: int) -> Looked:
    picture = part.pictures[number]
    seen, tags = seen_in(part, picture), categories(clf)
    masks = {tag: mask for tag, mask in seen.masks.items() if tag in tags}
    e = explain(clf, seen.input(clf, SIZE), pixels=True)
    A, W = rectified_map_and_weights(clf.model, e.activation(), e.logits)
    maps = e.maps(tags)
    kinds = {one.category.name: one.category.supercategory for one in part.instances.get(picture.id, ())}
    cam = torch.einsum("ck,khw->chw", W[[clf.index(tag) for tag in tags]], A[0]).relu()
    return Looked(
        frozenset(kinds),
        kinds,
        masks,
        e.logits[0].numpy(),
        maps,
        {tag: at_pixels(e.pixel_gradient(tag, rule="guided")[0]) for tag in masks},
        stretched(A[0].sum(0)),
        float((scale_by_max(cam) - scale_by_max(maps)).abs().max()),
        {tag: by_target(A, W, clf.model.classifier.bias.detach(), clf.index(tag)) for tag in tags},
    )


def by_target(A: Tensor, W: Tensor, bias: Tensor, c: int) -> dict[str, float]:
    """How the map of tag c changes when its score is put through a sigmoid, in float32 and float16, or a softmax.

    "logit_half" is the control: what float16 changes without a sigmoid.

    A: (1, K, h, w), W: (T, K). …_empty: the map is zero everywhere though that of the logit is not; …_change: largest
    difference of the maps, each divided by its maximum, NaN where one of them is empty. factor: p (1 − p), which is all
    that the sigmoid changes in exact numbers.
    """
    logit = _map(A, W, bias, lambda z: z[:, c])
    half = A.half(), W.half(), bias.half()
    ways = {
        "logit_half": _map(*half, lambda z: z[:, c]),
        "sigmoid": _map(A, W, bias, lambda z: z[:, c].sigmoid()),
        "sigmoid_half": _map(*half, lambda z: z[:, c].sigmoid()),
        "softmax": _map(A, W, bias, lambda z: z.softmax(1)[:, c]),
    }
    p = float((A.mean((2, 3)) @ W[c] + bias[c]).sigmoid())
    found = {"empty": float(logit.max() <= 0), "factor": p * (1 - p)}
    for name, L in ways.items():
        both = logit.max() > 0 and L.max() > 0
        found[f"{name}_empty"] = float(L.max() <= 0 < logit.max())
        found[f"{name}_change"] = float((scale_by_max(L) - scale_by_max(logit)).abs().max()) if both else float("nan")
    return found


def _map(A: Tensor, W: Tensor, bias: Tensor, target: Callable[[Tensor], Tensor]) -> Tensor:
    """Grad-CAM (h, w) in float32 of a head that averages A and is linear, computed in the precision of A."""
    A = A.detach().requires_grad_()
    (G,) = torch.autograd.grad(target(A.mean((2, 3)) @ W.T + bias).sum(), A)
    return (G.float().mean((2, 3))[0, :, None, None] * A[0].detach().float()).sum(0).relu()
