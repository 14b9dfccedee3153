"""Slim backbones: names and shapes of the literature, BatchNorm that folds away, maps that lie over their pixels."""

from __future__ import annotations

from collections import OrderedDict

import pytest
import torch
from torch import nn

from gradcam_lib.capture import capture
from gradcam_lib.layers import default_layer
from gradcam_lib.networks.slim import BACKBONES, Block, fold, slim_alexnet, slim_resnet, slim_vgg16, slim_vgg19

every = pytest.mark.parametrize("make", BACKBONES.values(), ids=BACKBONES)


def used(make) -> nn.Module:
    """A backbone whose BatchNorm has seen pictures."""
    torch.manual_seed(0)
    model = make()
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.uniform_(module.weight, 0.5, 1.5)
            nn.init.normal_(module.bias, std=0.2)
            nn.init.normal_(module.running_mean, std=0.2)
            nn.init.uniform_(module.running_var, 0.5, 2)
    return model


@every
@pytest.mark.parametrize("size", [(128, 128), (32, 32), (64, 96)])
def test_shapes(make, size: tuple[int, int]) -> None:
    model = make().eval()
    with capture(model, [model.layer]) as kept:
        out = model(torch.randn(2, 3, *size))
    h, w = size[0] // 16, size[1] // 16
    assert kept[model.layer].shape[2:] == (h, w)
    assert out.shape == ((2, 128, h, w) if make is slim_resnet else (2, 256))
    assert out.shape[1] == model.width and out.min() >= 0


@every
def test_the_layer_is_the_one_that_is_found_without_being_told(make) -> None:
    cnn = make(batch_norm=False)
    head = nn.Linear(128 * 64 if make is slim_resnet else 256, 5)
    model = nn.Sequential(OrderedDict(cnn=cnn, flatten=nn.Flatten(), head=head))
    assert default_layer(model, (128, 128)) == ("cnn" if make is slim_resnet else f"cnn.{cnn.layer}")  # one tensor


def test_names_are_those_of_the_literature() -> None:
    def names(model: nn.Module) -> list[str]:
        return [name for name, _ in model.named_children() if name.startswith(("conv", "pool", "fc"))]

    depths = {slim_vgg16: (2, 2, 3, 3, 3), slim_vgg19: (2, 2, 4, 4, 4)}
    for make, depth in depths.items():
        stages = [[f"conv{s}_{i + 1}" for i in range(n)] + [f"pool{s}"] for s, n in enumerate(depth, start=1)]
        assert names(make()) == [*sum(stages, []), "fc6", "fc7"]
    alexnet = "conv1 pool1 conv2 pool2 conv3 conv4 conv5 pool5 fc6 fc7"
    assert names(slim_alexnet()) == alexnet.split()
    assert [n for n, _ in slim_resnet().named_children() if n.startswith("layer")] == [
        "layer1", "layer2", "layer3", "layer4"
    ]  # fmt: skip
    layers = [slim_alexnet().layer, slim_vgg16().layer, slim_vgg19().layer, slim_resnet().layer]
    assert layers == ["relu5", "relu5_3", "relu5_4", "layer4"]


@every
def test_folding_changes_nothing_but_the_batchnorm(make) -> None:
    model = used(make)
    folded, x = fold(model), torch.randn(2, 3, 64, 64)
    assert not any(isinstance(m, nn.BatchNorm2d) for m in folded.modules())
    assert folded.state_dict().keys() == make(batch_norm=False).state_dict().keys()
    assert model.training and any(isinstance(m, nn.BatchNorm2d) for m in model.modules())
    wanted = model.eval()(x).detach()
    assert torch.allclose(folded(x), wanted, atol=1e-4 * float(wanted.abs().max()))
    assert (folded.name, folded.layer, folded.width) == (make.__name__, model.layer, model.width)


@every
def test_folding_twice_is_folding_once(make) -> None:
    once = fold(used(make))
    twice = fold(once)
    assert all(torch.equal(a, b) for a, b in zip(once.parameters(), twice.parameters(), strict=True))


@every
def test_every_relu_is_a_module_of_its_own_and_not_in_place(make) -> None:
    relus = [m for m in make().modules() if isinstance(m, nn.ReLU)]
    convolutions = [m for m in make().modules() if isinstance(m, nn.Conv2d) and m.kernel_size != (1, 1)]
    linear = [m for m in make().modules() if isinstance(m, nn.Linear)]
    assert len(relus) == len(convolutions) + len(linear)
    assert not any(relu.inplace for relu in relus)


def steps(model: nn.Module):
    """The convolutions and poolings from the pixels to the explained map."""
    for name, module in model.named_children():
        if name.startswith("layer"):
            for block in module:
                assert isinstance(block, Block)
                yield from (m for m in block.body if isinstance(m, nn.Conv2d))
        elif isinstance(module, (nn.Conv2d, nn.MaxPool2d)):
            yield module
        if name == model.layer:
            return


def number(value) -> int:
    return value[0] if isinstance(value, tuple) else value


@every
def test_a_place_of_the_map_lies_over_its_own_pixels(make) -> None:
    scale, centre = 1, 0.0  # place j looks at pixels around scale·j + centre
    for step in steps(make()):
        centre += scale * ((number(step.kernel_size) - 1) / 2 - number(step.padding))
        scale *= number(step.stride)
    assert scale == 16
    assert abs(centre - (scale - 1) / 2) <= 1.5  # a stretched map puts place j there


@every
def test_small_enough_for_two_cores(make) -> None:
    operations = []

    def count(module: nn.Module, args: tuple, output: torch.Tensor) -> None:
        operations.append(output[0].numel() * module.weight[0].numel())

    model = make(batch_norm=False).eval()
    for module in model.modules():
        if isinstance(module, (nn.Conv2d, nn.Linear)):
            module.register_forward_hook(count)
    model(torch.zeros(1, 3, 128, 128))
    assert sum(operations) < 170e6
    assert sum(p.numel() for p in model.parameters()) < 1.2e6
