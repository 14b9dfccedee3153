"""Networks that steer: a picture of a road → the angle of the steering wheel, in degrees, positive to the right.

>>> from gradcam_lib.networks.road import load_road
>>> clf = load_road("pooled")                     # a Classifier with one name and one output; also "flat", "arrows"
>>> clf.top(clf.to_input(picture.image))          # [("angle", -23.4)]
"""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path

import torch
from torch import Tensor, nn

from gradcam_lib.networks.classifier import Classifier
from gradcam_lib.networks.slim import fold
from gradcam_lib.networks.weights import WeightsWrong, fit, found, read_metadata, read_state, save_network
from gradcam_lib.pictures.images import Transform

# Means and deviations of the rendered pictures.
TRANSFORM = Transform(128, 128, mean=(0.51, 0.56, 0.57), std=(0.14, 0.14, 0.18))
WIDTHS = (12, 24, 32)
UNIT = 25.0  # degrees: about the deviation of the angles
COMMAND = "python -m gradcam_lib.training.roads"
NAMES = ("pooled", "flat", "arrows")
FILES = {name: (f"roads_{name}.safetensors", f"{COMMAND} --name {name}") for name in NAMES}


class Coordinates(nn.Module):
    """Two channels more, which say where a pixel is (Liu et al. 2018): (N, C, H, W) → (N, C + 2, H, W), −1 … 1."""

    def forward(self, x: Tensor) -> Tensor:
        down, across = (torch.linspace(-1, 1, n, device=x.device, dtype=x.dtype) for n in x.shape[2:])
        where = torch.stack(torch.meshgrid(down, across, indexing="ij"))
        return torch.cat([x, where.expand(len(x), -1, -1, -1)], 1)


class RoadNet(nn.Module):
    """Five convolutions, then one of two endings: (N, 3, 128, 128) → (N, 1), the angle in degrees.

    The last map, ``features``, is (N, 32, 32, 32). flat=False: global average pooling and a linear layer, so that the
    angle is the mean over all positions of what each of them says, plus a bias. flat=True: the map is made small and
    flattened before linear layers, as in the network of Bojarski et al. (2016): each position has weights of its own.
    """

    def __init__(self, flat: bool = False, *, batch_norm: bool = True):
        super().__init__()
        a, b, c = WIDTHS
        sizes = [(5, a, 5, 2, 1), (a, b, 3, 2, 1), (b, c, 3, 1, 1), (c, c, 3, 1, 2), (c, c, 3, 1, 2)]
        layers: OrderedDict[str, nn.Module] = OrderedDict(where=Coordinates())
        for i, (before, width, kernel, stride, dilation) in enumerate(sizes, start=1):
            padding = dilation * (kernel // 2)
            layers[f"conv{i}"] = nn.Conv2d(before, width, kernel, stride, padding, dilation, bias=not batch_norm)
            if batch_norm:
                layers[f"bn{i}"] = nn.BatchNorm2d(width)
            layers[f"relu{i}"] = nn.ReLU()
        self.features = nn.Sequential(layers)
        small = [nn.Conv2d(c, 8, 1), nn.ReLU(), nn.AvgPool2d(4), nn.Flatten(), nn.Linear(8 * 64, 16), nn.ReLU()]
        pooled = [nn.AdaptiveAvgPool2d(1), nn.Flatten()]
        self.neck = nn.Sequential(*(small if flat else pooled))
        self.head = nn.Linear(16 if flat else c, 1)

    @property
    def bias(self) -> float:
        """Degrees: what the network says where the vector before its last layer is zero."""
        return UNIT * self.head.bias.item()

    def forward(self, x: Tensor) -> Tensor:
        return UNIT * self.head(self.neck(self.features(x)))


def build(name: str, *, batch_norm: bool = True) -> RoadNet:
    return RoadNet(flat=name == "flat", batch_norm=batch_norm)


def load_road(name: str = "pooled", *, weights: Path | str = "default") -> Classifier:
    """A network of this module as a Classifier with the one name "angle".

    name: "pooled"; "flat", with the other ending; or "arrows", which is "pooled" trained further where the arrow of the
    sign nearly always points to the side to which the angle turns. weights: "default" or a file.
    Errors: unknown name; FileNotFoundError with the command that trains it; WeightsWrong.
    """
    path, where = found(name, FILES, weights)
    about = read_metadata(path)
    if about.get("system") != "roads" or about.get("name") != name:
        raise WeightsWrong(f"{path}: holds {about.get('name', 'something else')!r}, expected {name!r}; see save_road")
    with torch.random.fork_rng(devices=[]):  # the caller's random numbers stay as they were
        network = build(name, batch_norm=False)
    fit(network, read_state(path), path)
    source = f"RoadNet ({name}), trained on {about['trained_on']}, weights {where}"
    return Classifier(network.eval(), ["angle"], "features", source, TRANSFORM)


def save_road(model: nn.Module, name: str, path: Path | str, trained_on: str) -> None:
    """Writes float16 safetensors, each BatchNorm multiplied into its convolution."""
    if name not in FILES:
        raise ValueError(f"{name!r}: no such system; choose one of {', '.join(map(repr, FILES))}")
    save_network(fold(model), path, system="roads", name=name, trained_on=trained_on)
