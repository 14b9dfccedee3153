"""SqueezeNet as torchvision builds it, and ImageNet's names as torchvision spells them, without torchvision."""

from __future__ import annotations

import pytest
import torch
from support.tiny import noise

from gradcam_lib import default_layer
from gradcam_lib.networks.deep_compression import squeezenet_shapes
from gradcam_lib.networks.squeezenet import SqueezeNet, imagenet_names

models = pytest.importorskip("torchvision.models")


def seeded(make) -> torch.nn.Module:
    torch.manual_seed(0)
    return make().eval()


def test_modules_weights_and_outputs_are_torchvisions():
    ours, theirs = seeded(SqueezeNet), seeded(lambda: models.squeezenet1_0(weights=None))
    assert [name for name, _ in ours.named_modules()] == [name for name, _ in theirs.named_modules()]
    a, b = ours.state_dict(), theirs.state_dict()
    assert list(a) == list(b) and all(torch.equal(a[name], b[name]) for name in a)
    assert ours(noise(1, 63)).any() and torch.equal(ours(noise(2, 63)), theirs(noise(2, 63)))


def test_weights_of_torchvision_fit_another_number_of_classes_too():
    theirs = models.squeezenet1_0(weights=None, num_classes=5)
    SqueezeNet(5).load_state_dict(theirs.state_dict(), strict=True)


def test_the_default_layer_is_the_last_map():
    assert default_layer(SqueezeNet(3)) == "features"


def test_the_published_file_has_the_layers_of_the_definition():
    weights = {n.removesuffix(".weight"): tuple(t.shape) for n, t in SqueezeNet().state_dict().items() if "weight" in n}
    assert squeezenet_shapes() == weights and list(squeezenet_shapes()) == list(weights)


def test_the_names_are_torchvisions():
    assert imagenet_names() == models.SqueezeNet1_0_Weights.DEFAULT.meta["categories"]
