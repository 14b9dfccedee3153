"""PhotoNet: a plain VGG-style network small enough to train on a laptop and to ship in the repository."""

from __future__ import annotations

from torch import Tensor, nn

WIDTHS = (32, 32, "pool", 64, 64, "pool", 128, 128, "pool", 192, 192, 192)


class PhotoNet(nn.Module):
    """Nine 3×3 convolutions, then one of two heads; both forms share everything up to the last map.

    ``head="fc"`` ends like VGG: the map is pooled to 2×2 and goes through two fully-connected layers.
    ``head="gap"`` ends like the networks of CAM (Zhou et al. 2016): global average pooling and one linear layer.

    (N, 3, H, W), RGB normalised with ImageNet's mean and deviation, H, W ≥ 16 → logits (N, classes).
    The last map, ``features``, is (N, 192, H/8, W/8): 8×8 at 64 px.   Notebook 03.
    """

    def __init__(self, classes: int, head: str = "fc"):
        super().__init__()
        if head not in ("fc", "gap"):
            raise ValueError(f"head {head!r}: choose 'fc' or 'gap'")
        layers: list[nn.Module] = []
        before = 3
        for width in WIDTHS:
            if width == "pool":
                layers.append(nn.MaxPool2d(2))
                continue
            layers += [nn.Conv2d(before, width, 3, padding=1, bias=False), nn.BatchNorm2d(width), nn.ReLU()]
            before = width
        self.features = nn.Sequential(*layers)
        if head == "gap":
            self.pool = nn.AdaptiveAvgPool2d(1)
            self.classifier = nn.Linear(before, classes)
        else:
            self.pool = nn.AdaptiveAvgPool2d(2)
            self.classifier = nn.Sequential(
                nn.Linear(4 * before, 256), nn.ReLU(), nn.Dropout(0.5), nn.Linear(256, classes)
            )

    def forward(self, x: Tensor) -> Tensor:
        return self.classifier(self.pool(self.features(x)).flatten(1))
