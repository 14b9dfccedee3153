"""Class impressions: the optimum of a linear network, the pieces on paper, and that a picture is its class's alone."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from gradcam_lib.feature_visualization.impressions import (
    NONE,
    Jitter,
    as_picture,
    class_impressions,
    jittered,
    normalised,
    same_spectrum,
    total_variation,
)
from gradcam_lib.networks.classifier import classifier
from gradcam_lib.networks.zoo import load_classifier
from gradcam_lib.pictures.images import Transform

PLAIN = {"jitter": NONE, "smooth": 0, "fine": 0, "colours": 1}
TINY = Transform(8, 8, mean=(0.5,) * 3, std=(0.25,) * 3)


def linear(weights: torch.Tensor):
    """Two classes whose logits are weighted sums of the pixels; weights: (2, 3, 8, 8)."""
    model = nn.Sequential(nn.Flatten(), nn.Linear(192, 2, bias=False))
    model[1].weight = nn.Parameter(weights.flatten(1))
    return classifier(model, ["a", "b"], TINY)


def test_in_a_linear_network_every_pixel_ends_at_the_end_to_which_its_weight_points() -> None:
    weights = torch.randn(2, 3, 8, 8, generator=torch.Generator().manual_seed(0)).sign()
    P = class_impressions(linear(weights), ["a", "b"], side=8, steps=60, rate=0.05, **PLAIN)
    assert torch.equal(P, (weights > 0).float())


def test_total_variation_keeps_a_step_and_loses_what_costs_more_than_it_brings() -> None:
    weights = -torch.ones(2, 3, 8, 8)
    weights[:, :, :, 4:] = 1
    weights[:, :, 3, 1] = 0.2  # a pixel of the dark half brings 0.2 / 0.25 = 0.8, and costs 64 · 4 / 64 = 4
    options = {**PLAIN, "side": 8, "steps": 200, "rate": 0.02}
    free, smooth = (class_impressions(linear(weights), ["a"], **{**options, "smooth": s})[0] for s in (0, 64))
    assert torch.equal(free, (weights[0] > 0).float())
    assert smooth[:, :, 4:].min() > 0.9 and smooth[:, :, :4].max() < 0.1


def test_total_variation_of_a_step_with_a_pencil() -> None:
    p = torch.zeros(1, 3, 4, 4)
    p[..., 2:] = 0.5  # four rows, one jump of 0.5 each, in three colours, over 16 pixels
    assert total_variation(p).tolist() == [4 * 0.5 * 3 / 16]
    assert total_variation(p + 0.25).tolist() == total_variation(p).tolist()


def test_without_changes_the_jitter_is_the_identity() -> None:
    p, draws = torch.rand(2, 3, 8, 8), torch.rand(2, 10) * 2 - 1
    assert torch.allclose(jittered(p, NONE, draws), p, atol=1e-6)
    assert torch.allclose(jittered(p, Jitter(), torch.zeros(2, 10)), p, atol=1e-5)


def test_each_draw_decides_one_change() -> None:
    p = torch.zeros(1, 3, 8, 8)
    p[0, :, 3, 2] = 1
    quarter = torch.zeros(1, 10)
    quarter[0, 0] = 1
    assert torch.allclose(jittered(p, Jitter(90, 0, 0, 0), quarter), torch.rot90(p, 1, (2, 3)), atol=1e-5)
    moved = torch.zeros(1, 10)
    moved[0, 2] = 1  # the frame moves to the right, so what is seen moves to the left
    assert torch.allclose(jittered(p, Jitter(0, 0, 1 / 8, 0), moved), torch.roll(p, -1, 3), atol=1e-5)
    red = torch.zeros(1, 10)
    red[0, 4], red[0, 8] = 1, 1  # the gain of red, and something added to green
    seen = jittered(torch.full((1, 3, 2, 2), 0.75), Jitter(0, 0, 0, 0.2), red)
    assert torch.allclose(seen[0, :, 0, 0], torch.tensor([0.25 * 1.2 + 0.5, 0.85, 0.75]))


def test_a_picture_depends_on_its_class_and_the_seed_alone() -> None:
    clf = load_classifier("photonet")
    before = [p.requires_grad for p in clf.model.parameters()]
    together = class_impressions(clf, [3, 7], side=32, steps=3)
    alone = class_impressions(clf, [clf.names[7]], side=32, steps=3)
    other = class_impressions(clf, [7], side=32, steps=3, seed=1)
    assert torch.allclose(together[1], alone[0], atol=1e-4) and not torch.allclose(alone, other, atol=0.01)
    assert together.min() >= 0 and together.max() <= 1
    assert [p.requires_grad for p in clf.model.parameters()] == before
    assert all(p.grad is None for p in clf.model.parameters())


def test_photonet_recognises_its_impression_and_not_the_noise_it_began_with() -> None:
    clf = load_classifier("photonet")
    names = clf.names[:3]
    made = [clf.top(clf.to_input(as_picture(p)), 1)[0][0] for p in class_impressions(clf, names, side=64, steps=30)]
    noise = [clf.top(clf.to_input(as_picture(p)), 1)[0][0] for p in class_impressions(clf, names, side=64, steps=1)]
    assert made == names and noise != names


def test_grey_networks_have_grey_impressions() -> None:
    model = nn.Sequential(nn.Flatten(), nn.Linear(64, 2))
    clf = classifier(model, ["a", "b"], Transform(8, 8, mean=(0.5,), std=(0.25,)))
    assert class_impressions(clf, ["b"], side=8, steps=2).shape == (1, 1, 8, 8)


def test_progress_goes_to_stderr_and_only_when_asked(capsys) -> None:
    clf = linear(torch.ones(2, 3, 8, 8))
    class_impressions(clf, ["a"], side=8, steps=2)
    assert capsys.readouterr() == ("", "")
    class_impressions(clf, ["a"], side=8, steps=2, progress=True)
    out, err = capsys.readouterr()
    assert out == "" and "2/2" in err


def test_errors_name_the_value() -> None:
    clf = linear(torch.ones(2, 3, 8, 8))
    with pytest.raises(ValueError, match="steps=0"):
        class_impressions(clf, ["a"], side=8, steps=0)
    with pytest.raises(ValueError, match="rate=-1"):
        class_impressions(clf, ["a"], side=8, rate=-1)
    with pytest.raises(ValueError, match="'c'"):
        class_impressions(clf, ["c"], side=8)
    with pytest.raises(ValueError, match="scale=-0.1"):
        Jitter(scale=-0.1)


def test_noise_of_the_same_spectrum_has_its_amplitudes_and_not_its_phases() -> None:
    g = torch.Generator().manual_seed(0)
    p = 0.5 + 0.02 * torch.randn(1, 3, 16, 16, generator=g)  # far from 0 and 1, so that nothing is cut off
    noise = same_spectrum(p, g)
    inside = torch.fft.rfft2(noise).abs()[..., 1:8]  # first and last columns keep only what a real picture can have
    assert torch.allclose(inside, torch.fft.rfft2(p).abs()[..., 1:8], rtol=1e-3, atol=1e-4)
    assert torch.allclose(noise.mean((2, 3)), p.mean((2, 3)), atol=1e-5)
    assert np.corrcoef(noise.flatten(), p.flatten())[0, 1] < 0.5


def test_normalised_is_what_to_input_makes_of_a_picture_of_the_right_size() -> None:
    clf = linear(torch.ones(2, 3, 8, 8))
    p = torch.randint(0, 256, (3, 8, 8)) / 255
    assert torch.allclose(normalised(clf, p[None]), clf.to_input(as_picture(p)), atol=1e-6)
