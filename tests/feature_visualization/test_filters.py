"""How much of a filter one Gabor function explains: all of a Gabor function, little of anything else."""

from __future__ import annotations

import math

import pytest
import torch
from torch import nn

from gradcam_lib.feature_visualization.filters import first_filters, gabor_fit, patterns, same_power, shuffled
from gradcam_lib.networks.zoo import load_classifier


def gabor(side: int, *, angle: float, cycles: float, size: float, phase: float) -> torch.Tensor:
    at = torch.arange(side) - (side - 1) / 2
    y, x = torch.meshgrid(at, at, indexing="ij")
    u = x * math.cos(angle) + y * math.sin(angle)
    return torch.exp(-(x**2 + y**2) / (2 * size**2)) * torch.cos(2 * math.pi * cycles * u + phase)


def test_a_gabor_function_is_explained_whole_whatever_its_phase_and_size() -> None:
    on_the_grid = [gabor(7, angle=math.pi / 3, cycles=0.5, size=3.5, phase=p) for p in (0, 1, 2)]
    between = gabor(11, angle=0.4, cycles=0.2, size=2.5, phase=0.7)
    assert gabor_fit(torch.stack(on_the_grid) * 5).tolist() == pytest.approx([1, 1, 1], abs=1e-5)
    assert 0.9 < float(gabor_fit(between[None])) <= 1


def test_the_same_values_in_another_order_or_with_other_phases_are_explained_less() -> None:
    f = gabor(11, angle=0.4, cycles=0.2, size=1.8, phase=0.7)[None].repeat(20, 1, 1)
    g = torch.Generator().manual_seed(0)
    mixed, turned = shuffled(f, g), same_power(f, g)
    assert torch.equal(mixed.flatten(1).sort(1).values, f.flatten(1).sort(1).values)
    amplitude = torch.fft.fft2(f).abs()[:, 1:5, 1:5]
    assert torch.allclose(torch.fft.fft2(turned).abs()[:, 1:5, 1:5], amplitude, atol=1e-4)
    assert gabor_fit(mixed).mean() < gabor_fit(turned).mean() < gabor_fit(f).mean() - 0.1


def test_an_empty_filter_is_explained_by_nothing() -> None:
    assert gabor_fit(torch.zeros(2, 7, 7)).tolist() == [0, 0]


def test_the_pattern_that_the_colours_share() -> None:
    f = torch.randn(1, 5, 5)
    coloured = torch.stack((2 * f, -f, 2 * f), 1)  # length of (2, −1, 2): 3
    assert torch.allclose(patterns(coloured).abs(), 3 * f.abs(), atol=1e-5)


def test_first_filters() -> None:
    assert first_filters(load_classifier("efficientnet_lite0").model).shape == (32, 3, 3, 3)
    with pytest.raises(ValueError, match="Linear has no Conv2d"):
        first_filters(nn.Linear(2, 2))
