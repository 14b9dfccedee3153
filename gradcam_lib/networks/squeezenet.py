"""SqueezeNet 1.0 (Iandola et al. 2016), and the names of the 1000 classes of ImageNet that it tells apart."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn

# Position in ``features`` → (channels in, squeezed, expanded by 1×1 and by 3×3 each).
FIRES = {
    3: (96, 16, 64), 4: (128, 16, 64), 5: (128, 32, 128), 7: (256, 32, 128),
    8: (256, 48, 192), 9: (384, 48, 192), 10: (384, 64, 256), 12: (512, 64, 256),
}  # fmt: skip
POOLINGS = (2, 6, 11)
WIDTH = 512  # channels of the last map


class Fire(nn.Module):
    """A 1×1 convolution to few channels, then 1×1 and 3×3 convolutions side by side.

    (N, before, h, w) → (N, 2 · expanded, h, w).
    """

    def __init__(self, before: int, squeezed: int, expanded: int):
        super().__init__()
        self.squeeze, self.squeeze_activation = nn.Conv2d(before, squeezed, 1), nn.ReLU(inplace=True)
        self.expand1x1, self.expand1x1_activation = nn.Conv2d(squeezed, expanded, 1), nn.ReLU(inplace=True)
        self.expand3x3, self.expand3x3_activation = nn.Conv2d(squeezed, expanded, 3, padding=1), nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        s = self.squeeze_activation(self.squeeze(x))
        return torch.cat(
            (self.expand1x1_activation(self.expand1x1(s)), self.expand3x3_activation(self.expand3x3(s))), 1
        )


class SqueezeNet(nn.Module):
    """(N, 3, H, W), RGB normalised with ImageNet's mean and deviation → logits (N, classes).

    Modules, names of weights and outputs are those of torchvision's ``squeezenet1_0``, so that every file of weights
    fits, and torchvision, which takes seconds to import, is not needed. The last rectified map, ``features``, is
    (N, 512, h, w), 13×13 at 227 px.   Notebook 00.
    """

    def __init__(self, classes: int = 1000):
        super().__init__()
        layers: list[nn.Module] = [nn.Conv2d(3, 96, 7, stride=2), nn.ReLU(inplace=True)]
        for i in range(2, 13):
            layers.append(nn.MaxPool2d(3, stride=2, ceil_mode=True) if i in POOLINGS else Fire(*FIRES[i]))
        self.features = nn.Sequential(*layers)
        last = nn.Conv2d(WIDTH, classes, 1)
        self.classifier = nn.Sequential(nn.Dropout(0.5), last, nn.ReLU(inplace=True), nn.AdaptiveAvgPool2d(1))
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.normal_(module.weight, std=0.01) if module is last else nn.init.kaiming_uniform_(module.weight)
                nn.init.zeros_(module.bias)

    def forward(self, x: Tensor) -> Tensor:
        return self.classifier(self.features(x)).flatten(1)


def imagenet_names() -> list[str]:
    """The names of ImageNet's 1000 classes in the order of the logits, from torchvision (© Soumith Chintala, BSD-3)."""
    return Path(__file__).with_name("imagenet_names.txt").read_text(encoding="utf-8").splitlines()
