"""Convolutions that were trained before, averaged over the picture, and one linear layer: the form of CAM."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from gradcam_lib.networks.photonet import PhotoNet
from gradcam_lib.networks.weights import WeightsWrong, fit, read_metadata, read_state, save_network

KEPT, WIDTH = 20, 128  # PhotoNet's layers up to the end of its third block, and how many channels come out


class Pooled(nn.Module):
    """PhotoNet's first three blocks of convolutions, global average pooling, a linear layer (Zhou et al. 2016).

    (N, 3, H, W) → logits (N, classes). The map that is pooled, ``features``, is (N, 128, H/4, W/4), 16×16 at 64 px:
    finer than PhotoNet's last one, so that small parts can be told apart. Grad-CAM of this form is exactly the positive
    part of the evidence that adds up to the score. The head begins at zero; training moves two classes apart by equal
    steps, so that each score is the other's negative, and what speaks against one class speaks for the other.
    """

    def __init__(self, classes: int):
        super().__init__()
        self.features = PhotoNet(classes, "gap").features[:KEPT]
        self.pool, self.flatten = nn.AdaptiveAvgPool2d(1), nn.Flatten()
        self.head = nn.Linear(WIDTH, classes)
        nn.init.zeros_(self.head.weight)
        nn.init.zeros_(self.head.bias)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.flatten(self.pool(self.features(x))))


def save_pooled(model: Pooled, path: Path | str, names: list[str], **more: Any) -> None:
    """Writes float16 safetensors with the names of the classes, the file whole or not at all."""
    save_network(model, path, system="Pooled", names=list(names), **more)


def load_pooled(path: Path | str) -> tuple[Pooled, dict[str, Any]]:
    """(network in float32 and evaluation mode, metadata). Errors: WeightsWrong, FileNotFoundError."""
    path = Path(path).expanduser()
    about = read_metadata(path)
    if about.get("system") != "Pooled":
        raise WeightsWrong(f"{path}: holds {about.get('system', 'something else')}, expected Pooled; see save_pooled")
    with torch.random.fork_rng(devices=[]):  # the caller's random numbers stay as they were
        model = Pooled(len(about["names"]))
    fit(model, read_state(path), path)
    return model.eval(), about
