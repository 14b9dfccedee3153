"""Muting pixels: how much the score falls when a patch is covered. Slow, and as close to the truth as it gets."""

from __future__ import annotations

import itertools
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gradcam_lib.capture import evaluating
from gradcam_lib.forward import Inputs, Output, check_finite, checked_input, parts, pick
from gradcam_lib.targets import TargetLike, resolve, scores


def occlusion_map(
    model: nn.Module,
    x: Any,
    target: TargetLike = None,
    *,
    patch: int = 32,
    stride: int = 16,
    value: float = 0.0,
    batch: int = 32,
    output: Output = None,
) -> Tensor:
    r"""Score drop for each position of a grey patch.

    .. math:: D_{ij} = y(x) - y(x \text{ with a patch at } i, j)   (Zeiler, Fergus 2014, section 4.2)

    x: (N, 3, H, W) → (N, gh, gw), positive where the patch hid evidence for the target; gh = (H − patch) // stride + 1.
    Signals, volumes and several inputs as for ``explain``; the picture is covered, the other inputs stay.
    patch and stride in pixels; value: what the patch is filled with in normalised units (0 is the mean colour); batch:
    how many pictures run at once. Costs gh·gw + 1 forward passes.   Notebook 04.
    """
    model, names, _ = parts(model)
    inputs = checked_input(x, model).each(Tensor.detach)
    sizes = inputs.picture.shape[2:]
    if not (1 <= patch <= min(sizes)) or stride < 1:
        of = "×".join(map(str, sizes))
        raise ValueError(f"patch={patch}, stride={stride}: need 1 ≤ patch ≤ {min(sizes)} and stride ≥ 1 for {of}")
    starts = [range(0, size - patch + 1, stride) for size in sizes]
    places = [tuple(slice(start, start + patch) for start in corner) for corner in itertools.product(*starts)]

    @torch.no_grad()
    def logits_of(some: Inputs, i: int) -> Tensor:
        with evaluating(model):
            logits = pick(some.call(model), output, len(some))
        check_finite(logits, i)
        return logits

    drops = []
    for i in range(len(inputs)):
        one = inputs.image(i)
        logits = logits_of(one, i)
        wanted = resolve(_of_image(target, i, len(inputs)), logits, names)[0]
        covered_scores = []
        for start in range(0, len(places), batch):
            covered = one.repeated(len(places[start : start + batch]))
            for picture, place in zip(covered.picture, places[start : start + batch], strict=True):
                picture[(slice(None), *place)] = value
            covered_scores.append(scores(wanted, logits_of(covered, i)))
        drop = scores(wanted, logits) - torch.cat(covered_scores)
        drops.append(drop.float().reshape([len(range_) for range_ in starts]))
    return torch.stack(drops)


def on_pixels(D: Tensor, size: tuple[int, int], *, patch: int, stride: int) -> Tensor:
    """The score drops where the patches were: at each one's centre, bilinear in between: (N, gh, gw) → (N, H, W).

    D: what ``occlusion_map`` returned for this patch and stride (at most patch); size: (H, W) of its input. The first
    and last centres lie half a patch inside the picture, and what is beyond repeats them: stretched over all of the
    picture, D would move outwards. Exact to half a pixel.
    """
    near = F.interpolate(D[:, None], scale_factor=stride, mode="bilinear", align_corners=False)
    first = (patch - stride) // 2
    below, right = size[0] - first - near.shape[2], size[1] - first - near.shape[3]
    if not (0 <= first and 0 <= below < patch and 0 <= right < patch):
        raise ValueError(f"D {tuple(D.shape)} with patch={patch}, stride={stride} is of another size than {size}")
    return F.pad(near, (first, right, first, below), mode="replicate")[:, 0]


def _of_image(target: TargetLike, i: int, n: int) -> TargetLike:
    """The entry of image i where the target is a list."""
    if isinstance(target, (list, tuple)) or (isinstance(target, Tensor) and target.dim() > 0):
        if len(target) != n:
            raise ValueError(f"{len(target)} targets for {n} images; give one target, or one for each image")
        return target[i : i + 1]
    return target
