r"""Filters of a first layer, and how well a Gabor function describes them.

.. math:: g(u, v) = e^{-(u^2 + v^2) / 2 s^2} \left(a \cos(2 \pi f u) + b \sin(2 \pi f u)\right)

u, v: coordinates turned by an angle around a centre; f: cycles per pixel; a, b: amplitude and phase (Daugman 1985, with
a round envelope).   Notebook 12.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

ANGLES, FREQUENCIES, SIZES, CENTRES = 18, 12, 5, 5


def first_filters(model: nn.Module) -> Tensor:
    """The weights of the first convolution, (K, C, k, k). ValueError where there is none in two dimensions."""
    for module in model.modules():
        if isinstance(module, nn.Conv2d):
            return module.weight.detach()
    raise ValueError(f"{type(model).__name__} has no Conv2d, so no filters that are pictures")


def patterns(filters: Tensor) -> Tensor:
    """The pattern that the colours of a filter share: its first singular component, (K, C, k, k) → (K, k, k)."""
    U, S, V = torch.linalg.svd(filters.flatten(2), full_matrices=False)
    return (S[:, :1] * V[:, 0]).view(len(filters), *filters.shape[2:])


def gabor_fit(filters: Tensor) -> Tensor:
    """The largest share of a filter's power that one Gabor function explains, (K, k, k) → (K,) in 0 … 1.

    Angle, frequency, size and centre come from a grid of 27,000; a and b are fitted. 0 for an empty filter.
    """
    k = filters.shape[-1]
    f = filters.flatten(1)
    f = f / f.norm(dim=1, keepdim=True).clamp(min=1e-12)
    best = torch.zeros(len(f))
    for angle in torch.arange(ANGLES) * math.pi / ANGLES:
        waves = _waves(k, angle)  # (G, 2, k²)
        basis, _ = torch.linalg.qr(waves.transpose(1, 2))  # (G, k², 2), two orthonormal columns
        power = torch.einsum("np,gpc->ngc", f, basis).square().sum(2)
        best = torch.maximum(best, power.amax(1))
    return best


def _waves(k: int, angle: Tensor) -> Tensor:
    """All cosines and sines of one angle under all envelopes, (G, 2, k²)."""
    at = torch.arange(k) - (k - 1) / 2
    centres = torch.linspace(-k / 4, k / 4, CENTRES)
    cy, cx, f, s = torch.meshgrid(
        centres, centres, torch.linspace(0.5 / k, 0.5, FREQUENCIES), torch.linspace(k / 8, k / 2, SIZES), indexing="ij"
    )
    cy, cx, f, s = (one.reshape(-1, 1, 1) for one in (cy, cx, f, s))
    y, x = at[None, :, None] - cy, at[None, None] - cx
    u = x * torch.cos(angle) + y * torch.sin(angle)
    envelope = torch.exp(-(x.square() + y.square()) / (2 * s.square()))
    pair = torch.stack((torch.cos(2 * math.pi * f * u), torch.sin(2 * math.pi * f * u)), 1)
    return (envelope[:, None] * pair).flatten(2)


def shuffled(filters: Tensor, generator: torch.Generator) -> Tensor:
    """Each filter's values in another order, (K, k, k)."""
    order = torch.rand(filters.flatten(1).shape, generator=generator).argsort(1)
    return filters.flatten(1).gather(1, order).view_as(filters)


def same_power(filters: Tensor, generator: torch.Generator) -> Tensor:
    """Each filter with the power of its frequencies and random phases, (K, k, k): as striped, but not in one place."""
    noise = torch.fft.rfft2(torch.randn(filters.shape, generator=generator))
    phase = noise / noise.abs().clamp(min=1e-12)
    return torch.fft.irfft2(torch.fft.rfft2(filters) * phase, s=filters.shape[1:])
