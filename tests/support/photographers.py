"""A small published network in SqueezeNet's form with random weights, and systems on it that never saw a photograph."""

from __future__ import annotations

import torch
from support.talkers import ANSWERS, VOCABULARY, seeded
from torch import nn

from gradcam_lib.language.systems import PHOTO_TRANSFORM
from gradcam_lib.networks.captioner import Captioner
from gradcam_lib.networks.coattention import CoAttention
from gradcam_lib.networks.encoder import Encoder
from gradcam_lib.networks.vqa import LSTMCNN
from gradcam_lib.networks.zoo import Classifier


class SmallNet(nn.Module):
    """``features``: (N, 3, H, W) → (N, 6, H/32, W/32), rectified; ``classifier``: → (N, 5)."""

    def __init__(self, seed: int = 0):
        super().__init__()
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            first, second = nn.Conv2d(3, 4, 8, stride=8), nn.Conv2d(4, 6, 4, stride=4)
            head = nn.Conv2d(6, 5, 1)
        self.features = nn.Sequential(first, nn.ReLU(inplace=True), second, nn.ReLU(inplace=True))
        self.classifier = nn.Sequential(head, nn.ReLU(inplace=True), nn.AdaptiveAvgPool2d(1))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.classifier(self.features(x)).flatten(1)


def small_classifier(seed: int = 0) -> Classifier:
    """What ``load_classifier`` is to return in SqueezeNet's place."""
    model = SmallNet(seed).eval()
    return Classifier(model, [f"class {i}" for i in range(5)], "features", f"small net {seed}", PHOTO_TRANSFORM)


def small_encoder(form: str, seed: int = 0) -> Encoder:
    return Encoder("squeezenet", small_classifier(seed), form)


def photo_model(kind: type = Captioner) -> nn.Module:
    """An untrained captioner or answering network in double precision, its features standardised by some numbers."""
    outputs = () if kind is Captioner else (len(ANSWERS),)

    def made() -> nn.Module:
        cnn = small_encoder("map" if kind is CoAttention else "code")
        cnn.standardise(torch.linspace(-0.25, 0.25, cnn.width), torch.linspace(0.5, 2, cnn.width))
        return kind(cnn, len(VOCABULARY), *outputs)

    model = seeded(made)
    model.cnn.published.load_state_dict(SmallNet().state_dict())  # seeded() made them larger too
    return model


def of_map(cnn: Encoder, A: torch.Tensor) -> torch.Tensor:
    """What the encoder makes of the last map of a ``SmallNet``, written out."""
    if cnn.form == "code":
        A = torch.cat((A.mean((2, 3)), cnn.published.classifier(A).flatten(1)), 1)
    shape = (1, -1) + (1,) * (A.dim() - 2)
    return (A - cnn.mean.view(shape)) / cnn.deviation.view(shape)


KINDS = (Captioner, LSTMCNN, CoAttention)
