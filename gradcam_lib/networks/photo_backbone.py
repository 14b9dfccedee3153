"""SqueezeNet as the eye of the systems for photographs.   Notebooks 07 and 08.

Its weights are published, so they are not shipped again: a system's file names them by a fingerprint.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import torch
from torch import Tensor, nn

PUBLISHED = "cnn.published."  # how the names of the weights begin that a system's file leaves out
FORMS = ("code", "map")
FLOOR = 1e-3  # of a standard deviation: a feature that hardly ever changes is not blown up


class PhotoBackbone(nn.Module):
    r"""A published classifier, and what a captioner or an answering network reads of it.

    .. math:: z = (a - \mu) / \sigma

    published: a network with ``features``, (N, 3, H, W) → its last rectified map A (N, K, h, w), and ``classifier``,
    A → the evidence of its classes (N, C). form "code": a is the mean of each channel of A, and the evidence,
    (N, K + C); "map": a is A, (N, K, h, w). μ and σ are fixed, of the training pictures, and part of the graph.
    """

    def __init__(self, published: nn.Module, form: str):
        super().__init__()
        if form not in FORMS:
            raise ValueError(f"form {form!r}: choose one of {', '.join(map(repr, FORMS))}")
        self.form, self.name, self.layer = form, f"squeezenet_{form}", "published.features"
        self.published = published.eval().requires_grad_(False)
        self.width = widths(published, form)
        self.register_buffer("mean", torch.zeros(self.width))
        self.register_buffer("deviation", torch.ones(self.width))

    def forward(self, x: Tensor) -> Tensor:
        """x: (N, 3, H, W) → codes (N, width), or maps (N, width, h, w)."""
        return self.of_map(self.published.features(x))

    def of_map(self, A: Tensor) -> Tensor:
        """The same of A."""
        return self.standardised(self.raw(A))

    def raw(self, A: Tensor) -> Tensor:
        """The same before it is standardised."""
        return A if self.form == "map" else torch.cat((A.mean((2, 3)), self.published.classifier(A).flatten(1)), 1)

    def standardise(self, mean: Tensor, deviation: Tensor) -> None:
        """Takes over μ and σ, (width,) each, rounded to the float16 in which they are shipped."""
        self.mean.copy_(mean.half())
        self.deviation.copy_(deviation.clamp(min=FLOOR).half())

    def standardised(self, a: Tensor) -> Tensor:
        """What ``raw`` gave, less μ and over σ."""
        shape = (-1,) + (1,) * (a.dim() - 2)
        return (a - self.mean.view(shape)) / self.deviation.view(shape)


def widths(published: nn.Module, form: str) -> int:
    """How many numbers a place, or a code, has."""
    with torch.inference_mode():
        A = published.features(torch.zeros(1, 3, 64, 64, dtype=next(published.parameters()).dtype))
        return A.shape[1] + (published.classifier(A).flatten(1).shape[1] if form == "code" else 0)


def fingerprint(published: nn.Module) -> str:
    """SHA-256 of a network's weights in float32, whatever file they came from.

    The first layer is left out: it is folded with the pictures' mean and deviation, which published files round
    differently in their last digit.
    """
    state: Mapping[str, Tensor] = published.state_dict()
    first = next(iter(state)).rpartition(".")[0] + "."
    digest = hashlib.sha256()
    for name in sorted(name for name in state if not name.startswith(first)):
        tensor = state[name].detach().float().cpu().contiguous()
        digest.update(f"{name} {tuple(tensor.shape)} ".encode() + tensor.numpy().astype("<f4").tobytes())
    return digest.hexdigest()
