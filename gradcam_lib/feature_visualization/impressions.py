r"""Class impressions: gradient ascent on a logit, from noise, to what a network takes for typical of a class.

.. math:: \max_p \; y^c(T(p)) - \lambda \, \mathrm{TV}(p)

(Simonyan, Vedaldi, Zisserman 2014, section 2, with the random transforms T and the total variation of later work.) What
the sources leave open is chosen here: the range and size of the transforms, the weight λ, the starting noise, the
number and length of the steps. Two choices go beyond the formula and act on the step, not on what is maximised: each
frequency of the gradient is divided by a power of itself (after Olah, Mordvintsev, Schubert 2017, "preconditioning"),
so that the shapes grow before the texture does, and the part of the gradient that differs between the colours is made
smaller. With ``fine=0, colours=1`` both are off.   Notebook 12.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor
from tqdm import tqdm

from gradcam_lib.capture import evaluating
from gradcam_lib.networks.classifier import Classifier

START = 0.05  # deviation of the noise at the start, around mid-grey; colours go from 0 to 1
MOMENTUM = 0.9
DRAWS = 10  # random numbers a picture and a look


@dataclass(frozen=True)
class Jitter:
    """The largest change of a picture before the network looks at it; all drawn evenly and independently.

    degrees: of rotation, to either side. scale: 0.3 makes it up to 1.3 times larger or smaller. shift: in shares of the
    side, across and down; what leaves the frame is cropped, and what comes in is mirrored. colour: gain of each colour
    up to 1 ± colour around mid-grey, and up to ± colour / 2 added to it.
    """

    degrees: float = 15
    scale: float = 0.3
    shift: float = 0.12
    colour: float = 0.2

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if not 0 <= value < math.inf:
                raise ValueError(f"{name}={value!r}: choose 0 (none) or more")


NONE = Jitter(0, 0, 0, 0)


def jittered(p: Tensor, jitter: Jitter, draws: Tensor) -> Tensor:
    """T(p). p: (N, C, S, S) in [0, 1]; draws: (N, 10) in [−1, 1], of which each decides one change → (N, C, S, S)."""
    angle, scale = draws[:, 0] * math.radians(jitter.degrees), torch.exp(draws[:, 1] * math.log1p(jitter.scale))
    cos, sin = torch.cos(angle) / scale, torch.sin(angle) / scale
    across, down = (2 * jitter.shift * draws[:, k] for k in (2, 3))  # the side goes from −1 to 1
    theta = torch.stack((cos, -sin, across, sin, cos, down), 1).view(-1, 2, 3)
    if jitter.degrees or jitter.scale or jitter.shift:
        grid = F.affine_grid(theta, list(p.shape), align_corners=False)
        p = F.grid_sample(p, grid, padding_mode="reflection", align_corners=False)
    gain, offset = (jitter.colour * draws[:, k : k + p.shape[1], None, None] for k in (4, 7))
    return (p - 0.5) * (1 + gain) + 0.5 + offset / 2


def total_variation(p: Tensor) -> Tensor:
    """Mean absolute difference of a pixel to its right and to its lower neighbour, summed over colours: (N,)."""
    across, down = (p[..., 1:] - p[..., :-1]).abs(), (p[..., 1:, :] - p[..., :-1, :]).abs()
    return (across.sum((1, 2, 3)) + down.sum((1, 2, 3))) / p[0, 0].numel()


def class_impressions(
    clf: Classifier,
    classes: Sequence[str | int],
    *,
    side: int = 160,
    steps: int = 80,
    rate: float = 0.03,
    smooth: float = 50,
    jitter: Jitter = Jitter(),
    fine: float = 1.5,
    colours: float = 0.3,
    seed: int = 0,
    batch: int = 10,
    progress: bool = False,
) -> Tensor:
    """One picture for each class, (N, C, side, side) in [0, 1]; it depends on its class and the seed alone.

    rate: length of a step, in colours from 0 to 1, root mean square; it stays for half of the steps and then falls to
    0. smooth: λ. fine: power of the frequency by which the gradient is divided. colours: what is left of the
    differences between colours. progress: a bar on stderr.
    Errors (ValueError): no step, a rate that is not positive, an unknown class.
    """
    if steps < 1 or not 0 < rate < math.inf:
        raise ValueError(f"steps={steps}, rate={rate}: give 1 step or more, and a rate above 0")
    numbers = [clf.index(name) for name in classes]
    bar = tqdm(total=len(numbers) * steps, desc="impressions", disable=not progress)
    made = []
    with evaluating(clf.model), bar:
        for start in range(0, len(numbers), batch):
            some = numbers[start : start + batch]
            generators = [torch.Generator().manual_seed(seed * 100_003 + c) for c in some]
            shape = (len(clf.transform.mean), side, side)
            p = torch.stack([0.5 + START * torch.randn(shape, generator=g) for g in generators]).clamp(0, 1)
            speed = torch.zeros_like(p)
            for t in range(steps):
                draws = torch.stack([torch.rand(DRAWS, generator=g) for g in generators]) * 2 - 1
                G = _slope(clf, p, some, jitter, draws, smooth)
                speed = MOMENTUM * speed + (1 - MOMENTUM) * _shaped(G, fine, colours)
                p = (p + rate * min(1, 2 - 2 * t / steps) * speed).clamp(0, 1)
                bar.update(len(some))
            made.append(p)
    return torch.cat(made)


def _slope(clf: Classifier, p: Tensor, classes: list[int], jitter: Jitter, draws: Tensor, smooth: float) -> Tensor:
    """The gradient of y^c(T(p)) − λ TV(p), picture by picture."""
    with torch.enable_grad():
        p = p.detach().requires_grad_()
        y = clf.model(normalised(clf, jittered(p, jitter, draws)))[range(len(classes)), classes]
        (G,) = torch.autograd.grad((y - smooth * total_variation(p)).sum(), p)
    return G


def _shaped(G: Tensor, fine: float, colours: float) -> Tensor:
    """The step: slow frequencies and what the colours share made stronger; root mean square 1 (0 where G is 0)."""
    rows, columns = G.shape[2:]
    frequency = torch.hypot(torch.fft.fftfreq(rows)[:, None], torch.fft.rfftfreq(columns)[None])
    spectrum = torch.fft.rfft2(G) / frequency.clamp(min=1 / max(rows, columns)) ** fine
    G = torch.fft.irfft2(spectrum, s=(rows, columns))
    shared = G.mean(1, keepdim=True)
    G = shared + colours * (G - shared) if G.shape[1] > 1 else G
    return G / G.square().mean((1, 2, 3), keepdim=True).sqrt().clamp(min=1e-12)


def normalised(clf: Classifier, p: Tensor) -> Tensor:
    """Colours in [0, 1] as the network's input, with its mean and deviation; no resizing."""
    mean, std = (torch.tensor(values).view(1, -1, 1, 1) for values in (clf.transform.mean, clf.transform.std))
    return (p - mean) / std


def as_picture(p: Tensor) -> np.ndarray:
    """(C, S, S) in [0, 1] → (S, S, C) uint8, as it would be saved."""
    return (p * 255).round().to(torch.uint8).permute(1, 2, 0).numpy()


def same_spectrum(p: Tensor, generator: torch.Generator) -> Tensor:
    """Noise with the amplitude of every frequency of p, and random phases, the same for all colours: (N, C, S, S).

    Colours that leave [0, 1] are cut off, which changes the amplitudes a little.
    """
    noise = torch.fft.rfft2(torch.randn((len(p), 1, *p.shape[2:]), generator=generator))
    phase = noise / noise.abs().clamp(min=1e-12)
    phase[..., 0, 0] = 1  # the mean stays
    spectrum = torch.fft.rfft2(p)
    turned = torch.fft.irfft2(spectrum * phase, s=p.shape[2:])
    return turned.clamp(0, 1)
