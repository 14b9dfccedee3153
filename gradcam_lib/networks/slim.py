"""Slim backbones: AlexNet, VGG-16, VGG-19 and a ResNet with their layers and names, and a few channels each.

Made for pictures of 128 px; any H and W divisible by 32 will do. Convolutions are trained with BatchNorm behind each,
which ``fold`` takes off again: what is shipped is as plain as the originals. Every ReLU and every pooling is a module.
"""

from __future__ import annotations

import copy
from collections import OrderedDict
from itertools import pairwise

from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

CODE = 256  # what fc7 returns
VGG_WIDTHS = (16, 24, 32, 64, 96)
RESNET_WIDTHS = (32, 64, 96, 128)

Layers = dict[str, nn.Module]


def slim_alexnet(*, batch_norm: bool = True) -> nn.Sequential:
    """AlexNet (Krizhevsky et al. 2012): (N, 3, H, W) → fc7 (N, 256). Its relu5 is (N, 64, H/16, W/16).

    Paddings and rounding differ from the original so that each place of relu5 lies over its own pixels (to 1.5 px):
    then a map can be stretched over the picture.
    """
    layers = _convolution("1", 3, 32, batch_norm, kernel=11, stride=4, padding=4)
    layers["pool1"] = nn.MaxPool2d(3, 2, padding=1)
    layers |= _convolution("2", 32, 64, batch_norm, kernel=5, padding=2)
    layers["pool2"] = nn.MaxPool2d(3, 2, ceil_mode=True)
    for number, before, width in (("3", 64, 96), ("4", 96, 96), ("5", 96, 64)):
        layers |= _convolution(number, before, width, batch_norm)
    layers["pool5"] = nn.MaxPool2d(3, 2, ceil_mode=True)
    return _network("slim_alexnet", layers | _fully_connected(64), "relu5", CODE)


def slim_vgg16(*, batch_norm: bool = True) -> nn.Sequential:
    """VGG-16 (Simonyan, Zisserman 2015): (N, 3, H, W) → fc7 (N, 256). Its relu5_3 is (N, 96, H/16, W/16)."""
    return _vgg("slim_vgg16", (2, 2, 3, 3, 3), batch_norm)


def slim_vgg19(*, batch_norm: bool = True) -> nn.Sequential:
    """VGG-19 (Simonyan, Zisserman 2015): (N, 3, H, W) → fc7 (N, 256). Its relu5_4 is (N, 96, H/16, W/16)."""
    return _vgg("slim_vgg19", (2, 2, 4, 4, 4), batch_norm)


def slim_resnet(*, batch_norm: bool = True) -> nn.Sequential:
    """ResNet of two basic blocks a stage (He et al. 2016): (N, 3, H, W) → its last map, layer4 (N, 128, H/16, W/16).

    Two things differ: layer4 does not halve the map, which stays 8×8 at 128 px; and what halves has an even kernel,
    so that no half pixel is lost each time and a place of the last map lies over its own pixels.
    """
    layers = _convolution("1", 3, RESNET_WIDTHS[0], batch_norm, kernel=7, stride=2, padding=3)
    layers["pool1"] = nn.MaxPool2d(2)
    before = RESNET_WIDTHS[0]
    for stage, width in enumerate(RESNET_WIDTHS, start=1):
        halve = stage in (2, 3)
        layers[f"layer{stage}"] = nn.Sequential(
            Block(before, width, halve=halve, batch_norm=batch_norm), Block(width, width, batch_norm=batch_norm)
        )
        before = width
    return _network("slim_resnet", layers, "layer4", before)


BACKBONES = {made.__name__: made for made in (slim_alexnet, slim_vgg16, slim_vgg19, slim_resnet)}


class Block(nn.Module):
    """A basic residual block: (N, before, H, W) → (N, width, H, W), or half the height and width."""

    def __init__(self, before: int, width: int, *, halve: bool = False, batch_norm: bool = True):
        super().__init__()
        first = {"kernel": 4, "stride": 2} if halve else {}
        body = _convolution("1", before, width, batch_norm, **first) | _convolution("2", width, width, batch_norm)
        self.relu = body.pop("relu2")
        self.body = nn.Sequential(OrderedDict(body))
        shortcut: Layers = {"pool": nn.AvgPool2d(2)} if halve else {}
        if before != width:
            shortcut |= _convolution("", before, width, batch_norm, kernel=1, padding=0)
            shortcut.pop("relu")
        self.shortcut = nn.Sequential(OrderedDict(shortcut))

    def forward(self, x: Tensor) -> Tensor:
        return self.relu(self.body(x) + self.shortcut(x))


def fold(model: nn.Module) -> nn.Module:
    """A copy in evaluation mode, each BatchNorm behind a convolution multiplied into it."""
    model = copy.deepcopy(model).eval()
    for chain in [m for m in model.modules() if isinstance(m, nn.Sequential)]:
        for (before, conv), (name, norm) in pairwise(list(chain.named_children())):
            if isinstance(conv, nn.Conv2d) and isinstance(norm, nn.BatchNorm2d):
                setattr(chain, before, fuse_conv_bn_eval(conv, norm))
                delattr(chain, name)
    return model


def _vgg(name: str, depths: tuple[int, ...], batch_norm: bool) -> nn.Sequential:
    layers: Layers = {}
    before = 3
    for stage, (depth, width) in enumerate(zip(depths, VGG_WIDTHS, strict=True), start=1):
        for number in range(1, depth + 1):
            layers |= _convolution(f"{stage}_{number}", before, width, batch_norm)
            before = width
        layers[f"pool{stage}"] = nn.MaxPool2d(2)
    return _network(name, layers | _fully_connected(before), f"relu5_{depths[-1]}", CODE)


def _convolution(
    number: str, before: int, width: int, batch_norm: bool, *, kernel: int = 3, stride: int = 1, padding: int = 1
) -> Layers:
    conv = nn.Conv2d(before, width, kernel, stride, padding, bias=not batch_norm)
    nn.init.kaiming_normal_(conv.weight, nonlinearity="relu")
    layers: Layers = {f"conv{number}": conv}
    if batch_norm:
        layers[f"bn{number}"] = nn.BatchNorm2d(width)
    return layers | {f"relu{number}": nn.ReLU()}


def _fully_connected(channels: int) -> Layers:
    return {
        "avgpool": nn.AdaptiveAvgPool2d(4),  # at 128 px the map is 4×4 already
        "flatten": nn.Flatten(),
        # 4,096 units bear the originals' dropout of 0.5; of 256 it would leave too few.
        "fc6": nn.Linear(16 * channels, CODE), "relu6": nn.ReLU(), "drop6": nn.Dropout(0.2),
        "fc7": nn.Linear(CODE, CODE), "relu7": nn.ReLU(), "drop7": nn.Dropout(0.2),
    }  # fmt: skip


def _network(name: str, layers: Layers, layer: str, width: int) -> nn.Sequential:
    """layer: name of the last rectified map, the default for Grad-CAM; width: how many numbers or channels come out."""
    network = nn.Sequential(OrderedDict(layers))
    network.name, network.layer, network.width = name, layer, width
    return network
