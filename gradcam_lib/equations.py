"""The two equations of Grad-CAM and what turns a map into something to look at. No model, no graph."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor


def channel_weights(G: Tensor) -> Tensor:
    r"""Importance of each channel: the gradient averaged over the map.

    .. math:: \alpha_k^c = \frac{1}{Z} \sum_{i,j} \partial y^c / \partial A^k_{ij}   (Selvaraju et al. 2017, eq. 1)

    G: (…, K, h, w), gradient of the score → (…, K, 1, 1), in float32.   Notebook 04.
    """
    return G.float().mean((-2, -1), keepdim=True)


def combine(alpha: Tensor, A: Tensor, *, relu: bool = True) -> Tensor:
    r"""Channels added up with their weights, then rectified: what speaks for the class.

    .. math:: L^c = ReLU( \sum_k \alpha_k^c A^k )   (Selvaraju et al. 2017, eq. 2)

    alpha: (…, N, K, 1, 1), A: (N, K, h, w) → (…, N, h, w), in float32; what stands before N is a list of targets.
    ``relu=False`` keeps the evidence against.   Notebook 04.
    """
    L = torch.einsum("...nkij,nkhw->...nhw", alpha, A.float())
    return L.relu() if relu else L


def upsample(L: Tensor, size: tuple[int, int] | int) -> Tensor:
    """L: (N, h, w) → (N, H, W), bilinear with ``align_corners=False``: the centre of a cell stays where it is.

    size: (H, W) in pixels, height first, or one number for both. Rectify before, never after.
    """
    if L.dim() != 3:
        raise ValueError(f"upsample: expected maps (N, h, w), got {tuple(L.shape)}; add the batch with L[None]")
    return F.interpolate(L[:, None], size=size, mode="bilinear", align_corners=False)[:, 0]


def scale_by_max(L: Tensor, largest: float | Tensor | None = None) -> Tensor:
    """L: (N, h, w) ≥ 0 → [0, 1], each map divided by its own maximum; zero stays zero, an empty map stays empty.

    largest: divide all maps by this value instead, so that several classes share one colour scale.
    A signed map is divided by its largest absolute value and lies in [−1, 1].
    """
    top = L.abs().amax((-2, -1), keepdim=True) if largest is None else L.new_tensor(float(largest))
    return L / top.where(top > 0, top.new_ones(()))
