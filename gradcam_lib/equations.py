"""The two equations of Grad-CAM and what turns a map into something to look at. No model, no graph."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

MODES = {1: "linear", 2: "bilinear", 3: "trilinear"}  # interpolation by the number of dimensions of a map


def channel_weights(G: Tensor, *, spatial: int = 2) -> Tensor:
    r"""Importance of each channel: the gradient averaged over the map.

    .. math:: \alpha_k^c = \frac{1}{Z} \sum_{i,j} \partial y^c / \partial A^k_{ij}   (Selvaraju et al. 2017, eq. 1)

    G: (…, K, h, w), gradient of the score → (…, K, 1, 1), in float32. spatial: how many dimensions the map has, 1 for
    signals (…, K, l), 3 for volumes (…, K, t, h, w).   Notebook 04.
    """
    return G.float().mean(tuple(range(-spatial, 0)), keepdim=True)


def combine(alpha: Tensor, A: Tensor, *, relu: bool = True) -> Tensor:
    r"""Channels added up with their weights, then rectified: what speaks for the class.

    .. math:: L^c = ReLU( \sum_k \alpha_k^c A^k )   (Selvaraju et al. 2017, eq. 2)

    alpha: (…, N, K, 1, 1), A: (N, K, h, w) → (…, N, h, w), in float32; what stands before N is a list of targets.
    Maps of signals, (N, K, l), and volumes, (N, K, t, h, w), likewise. ``relu=False`` keeps the evidence against.
    Errors: weights that differ from place to place.   Notebook 04.
    """
    if alpha.shape[2 - A.dim() :].numel() != 1:
        raise ValueError(f"alpha {tuple(alpha.shape)} for A {tuple(A.shape)}: expected one weight for each channel")
    with torch.autocast(A.device.type, enabled=False):  # which would round the products
        L = torch.einsum("...nk,nkp->...np", alpha.flatten(1 - A.dim()), A.float().flatten(2))
    L = L.unflatten(-1, A.shape[2:])
    return L.relu() if relu else L


def upsample(L: Tensor, size: tuple[int, int] | int) -> Tensor:
    """L: (N, h, w) → (N, H, W), bilinear with ``align_corners=False``: the centre of a cell stays where it is.

    size: (H, W) in pixels, height first, or one number for both; (length,) for a signal's map (N, l) and (T, H, W) for
    a volume's (N, t, h, w), with linear and trilinear interpolation. Rectify before, never after.
    """
    size = (size, size) if isinstance(size, int) else tuple(size)
    if L.dim() != len(size) + 1 or len(size) not in MODES:
        expected = {1: "(N, l)", 3: "(N, t, h, w)"}.get(len(size), "(N, h, w)")
        raise ValueError(f"upsample: expected maps {expected}, got {tuple(L.shape)}; add the batch with L[None]")
    return F.interpolate(L[:, None], size=size, mode=MODES[len(size)], align_corners=False)[:, 0]


def scale_by_max(L: Tensor, largest: float | Tensor | None = None, *, spatial: int = 2) -> Tensor:
    """L: (…, h, w) ≥ 0 → [0, 1], each map divided by its own maximum; zero stays zero, an empty map stays empty.

    largest: divide all maps by this value instead, so that several classes share one colour scale. spatial: how many
    dimensions a map has, 1 for signals (…, l), 3 for volumes (…, t, h, w).
    A signed map is divided by its largest absolute value and lies in [−1, 1].
    """
    each = tuple(range(-spatial, 0))
    top = L.abs().amax(each, keepdim=True) if largest is None else L.new_tensor(float(largest))
    return L / top.where(top > 0, top.new_ones(()))
