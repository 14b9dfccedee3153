"""Faults seen in public implementations, each of them a lesson, each of them absent here."""

from __future__ import annotations

import copy

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from captum.attr import GuidedBackprop, Saliency
from support.tiny import Passes, SmallNet, X, close, gap_net, linear, noise, snapshot
from torch import nn

from gradcam_lib import (
    box_from_map,
    default_layer,
    explain,
    grad_cam,
    guided_backprop,
    guided_grad_cam,
    overlay,
    saliency,
    scale_by_max,
    upsample,
)
from gradcam_lib.pictures.overlay import colour


def test_the_weighted_sum_starts_from_zero():
    """Started from ones, it adds a floor of 1, in which a small map drowns."""
    assert grad_cam(gap_net([[2e-6, -1e-6]]), X, 0).min() == 0
    assert grad_cam(gap_net([[2e-6, -1e-6]]), X, 0).max() == pytest.approx(1.5e-6)


def test_a_sure_prediction_has_a_map():
    """The gradient of a probability vanishes where the network is sure; that of the logit does not."""
    net = gap_net([[200.0, -100.0], [-100.0, 300.0]])  # logits 50 and 350: the probability is 1 in float32
    e = explain(net, X)
    assert not e.map(lambda z: z.softmax(1)[:, 1]).any()
    assert close(e.map(1), 100 * explain(gap_net(), X).map(1))


def test_a_softmax_at_the_end_is_not_passed_over_in_silence():
    with pytest.warns(UserWarning, match="softmax"):
        grad_cam(gap_net().append(nn.Softmax(1)), X, 1)


def test_guided_backprop_depends_on_the_class():
    net, x = SmallNet(), noise()
    assert not close(guided_backprop(net, x, 0), guided_backprop(net, x, 1), 0.1)
    assert not close(guided_grad_cam(net, x, 0), guided_grad_cam(net, x, 1), 0.1)


def test_the_gradient_of_the_previous_class_is_not_added():
    """``input.grad`` that nobody clears accumulates from class to class."""
    net, x = SmallNet(), noise()
    alone = [guided_backprop(SmallNet(), noise(), c) for c in range(3)]
    assert all(torch.equal(guided_backprop(net, x, c), alone[c]) for c in range(3))
    e = explain(net, x, pixels=True)
    e.saliency(0), e.map(1)
    assert all(torch.equal(e.pixel_gradient(c, rule="guided"), alone[c]) for c in range(3))


@pytest.mark.parametrize("method", [guided_backprop, guided_grad_cam])
def test_maps_after_guided_backprop_are_not_silently_guided(method):
    """Whoever replaces the ReLU modules for good leaves a network whose every gradient is guided."""
    net, x = SmallNet(), noise()
    before, modules = grad_cam(net, x, 1, "relu1"), snapshot(net)
    pixels = saliency(net, x, 1)
    method(net, x, 1)
    assert torch.equal(grad_cam(net, x, 1, "relu1"), before) and torch.equal(saliency(net, x, 1), pixels)
    assert snapshot(net) == modules


class SharedReLU(SmallNet):
    """One ReLU object for all places, as in torchvision's ResNet."""

    def __init__(self, inplace: bool = False):
        super().__init__()
        self.relu1 = self.relu2 = nn.ReLU(inplace)


@pytest.mark.parametrize("inplace", [False, True])
def test_a_shared_relu_object_is_guided_at_each_of_its_places(inplace):
    assert torch.equal(guided_backprop(SharedReLU(inplace), noise(), 1), guided_backprop(SmallNet(), noise(), 1))


@pytest.mark.parametrize("method", [grad_cam, saliency, guided_backprop, guided_grad_cam])
def test_an_exception_leaves_the_model_as_it_was(method):
    net = SmallNet().train()
    before = snapshot(net)
    for bad in (9, "nobody", [0, 1], lambda z: 1 / 0):
        with pytest.raises((IndexError, ValueError, ZeroDivisionError)):
            method(net, noise(), bad)
    assert snapshot(net) == before and close(method(net, noise(), 1), method(SmallNet(), noise(), 1))


def test_an_in_place_relu_behind_the_convolution_does_not_change_its_map():
    """Whoever keeps the layer's output itself gets the rectified map, or the gradient behind the ReLU, or both."""
    net, careful = SmallNet(inplace=True), SmallNet()
    e = explain(net, noise(), "conv2")
    assert e.activation().min() < 0
    assert torch.equal(e.signed(1), explain(careful, noise(), "conv2").signed(1))


class Functional(SmallNet):
    def forward(self, x):
        return self.head(F.relu(self.conv2(F.relu(self.conv1(x)))).flatten(1))


@pytest.mark.filterwarnings("ignore:Setting .*hooks on ReLU activations:UserWarning")  # captum says what it does
def test_functional_relus_are_guided_too():
    """Hooks on modules do not see them: captum's result is the plain gradient, without a word."""
    net, x = Functional(), noise()
    pixels = [x.clone().requires_grad_() for _ in range(2)]
    assert torch.equal(
        GuidedBackprop(net).attribute(pixels[0], target=1), Saliency(net).attribute(pixels[1], target=1, abs=False)
    )
    assert torch.equal(guided_backprop(net, x, 1), guided_backprop(SmallNet(), x, 1))
    assert not close(guided_backprop(net, x, 1), GuidedBackprop(net).attribute(pixels[0], target=1).detach(), 0.1)


@pytest.mark.parametrize("method", [grad_cam, saliency, guided_backprop, guided_grad_cam])
@pytest.mark.parametrize("targets", [[1], [1, 2], [1, 2, 3, 0]])
def test_a_target_list_of_another_length_than_the_batch_is_an_error(method, targets):
    """Shorter lists gave maps of zeros for the images left over."""
    with pytest.raises(ValueError, match=f"{len(targets)} targets for 3 images"):
        method(SmallNet(), noise(3), targets)


class Loud(torch.autograd.Function):
    """The identity, which counts how often a gradient comes back through it."""

    count = 0

    @staticmethod
    def forward(ctx, x):
        return x.view_as(x)

    @staticmethod
    def backward(ctx, R):
        Loud.count += 1
        return R


class Counted(SmallNet):
    def forward(self, x):
        return super().forward(Loud.apply(x))


def test_a_map_costs_one_forward_pass_and_no_gradient_buffers():
    """Full backward passes through every weight cost three to four forwards and as much memory as the network."""
    net, Loud.count = Counted(), 0
    passes = Passes(net)
    grad_cam(net, noise(), 1), grad_cam(net, noise().requires_grad_(), 1)
    assert (passes.count, Loud.count) == (2, 0)
    assert all(p.grad is None for p in net.parameters())


@pytest.mark.parametrize("method", [grad_cam, saliency, guided_backprop, guided_grad_cam])
def test_class_0_can_be_reached(method):
    """``if target:`` takes class 0 for no target at all."""
    net = gap_net()
    assert int(net(X).argmax()) == 1
    assert not torch.equal(method(net, X, 0), method(net, X)) and torch.equal(method(net, X, [0]), method(net, X, 0))


def test_height_and_width_are_not_exchanged():
    """Libraries for pictures say (W, H), those for tensors (H, W)."""
    net = nn.Sequential(nn.Conv2d(1, 1, 1), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), linear([[1]]))
    net[0].weight.data.fill_(1), net[0].bias.data.zero_()
    x = torch.zeros(1, 1, 4, 10)
    x[0, 0, 1, 7] = 1  # row 1, column 7
    L = grad_cam(net, x, 0)
    assert L.shape == (1, 4, 10)
    large = upsample(L, (40, 100))[0]
    assert large.shape == (40, 100) and overlay(
        np.zeros((40, 100, 3), np.uint8), scale_by_max(large[None])[0]
    ).shape == (40, 100, 3)
    x0, y0, x1, y1 = box_from_map(large)
    assert x0 < 75 < x1 and y0 < 15 < y1  # the centre of the cell


def test_red_is_red_and_not_blue():
    """Colours of OpenCV are BGR."""
    image = np.zeros((1, 1, 3), np.uint8)
    image[..., 0] = 200
    assert overlay(image, np.zeros((1, 1)), opacity=0)[0, 0].tolist() == [200, 0, 0]
    red, _, blue = colour(np.array([[0.5]]))[0, 0]
    assert red > blue


def test_a_map_is_not_squared_on_its_way_to_the_picture():
    """Colour times map, added to the picture, shows the square of the map: half the evidence looks like a quarter."""
    black = np.zeros((1, 1, 3), np.uint8)
    assert np.array_equal(overlay(black, np.array([[0.5]]), opacity=1), colour(np.array([[0.5]])))


def test_a_map_is_not_stretched_from_its_minimum():
    """Min–max scaling moves the zero: a map that is 0.9 everywhere and 1 at one place would look like one spot."""
    L = torch.full((1, 3, 3), 0.9)
    L[0, 1, 1] = 1
    assert scale_by_max(L).min() == pytest.approx(0.9)


def test_an_empty_map_is_zero_and_not_nan():
    e = explain(gap_net([[-1.0, -1.0]]), X)
    assert scale_by_max(e.map(0)).tolist() == [[[0, 0], [0, 0]]] and e.note(0)
    assert box_from_map(e.map(0)[0]) is None


def test_colour_comes_after_resizing():
    """A resized picture of colours holds colours that no value of the map has."""
    with pytest.raises(ValueError, match="upsample"):
        overlay(np.zeros((8, 8, 3), np.uint8), np.zeros((2, 2)))


def test_the_map_is_rectified_before_it_is_upsampled():
    # [−1, 1] over four pixels: rectified first [0, ¼, ¾, 1], rectified last [0, 0, ½, 1]
    L = torch.tensor([[[-1.0, 1.0]]])
    assert upsample(L.relu(), (1, 4)).tolist() == [[[0, 0.25, 0.75, 1]]]
    assert upsample(L, (1, 4)).relu().tolist() == [[[0, 0, 0.5, 1]]]
    # the second is what happens when signed maps are upsampled; the map of the library is rectified already
    assert explain(gap_net(), X).map(0).min() == 0


@pytest.mark.parametrize("method", [grad_cam, saliency, guided_backprop, guided_grad_cam])
def test_the_caller_s_mode_and_gradients_are_the_caller_s(method):
    """``model.eval()`` and ``model.zero_grad()`` as side effects end a training that goes on around an explanation."""
    net = SmallNet().train()
    net(noise(2)).sum().backward()
    before = snapshot(net)
    method(net, noise(), 1)
    assert snapshot(net) == before and before["grads"]["head.weight"] is not None


def test_batch_norm_statistics_do_not_learn_from_explanations():
    net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten(), nn.Linear(144, 2)).train()
    before = copy.deepcopy(net.state_dict())
    grad_cam(net, noise(2), 1), guided_backprop(net, noise(2), 1)
    assert all(torch.equal(value, before[key]) for key, value in net.state_dict().items())


def test_the_automatic_layer_is_no_pooling():
    net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(36, 2))
    assert default_layer(net, (8, 8)) == "1"


def test_the_negative_gradients_are_kept():
    """Rectified or absolute gradients would show what speaks against class 0 as well."""
    e = explain(gap_net(), X)
    assert e.weights(0).min() < 0 and e.map(0)[0, 1, 1] == 0


def test_summing_channels_and_averaging_them_differ_by_a_factor_only():
    e = explain(SmallNet(), noise())
    averaged = (e.weights(1)[..., None, None] * e.activation()).mean(1).relu()
    assert close(scale_by_max(averaged), scale_by_max(e.map(1)))
    assert close(averaged * 5, e.map(1))


RELUS = {
    "clip": lambda f: f.clip(min=0),
    "maximum": lambda f: torch.maximum(f, torch.zeros_like(f)),
    "where": lambda f: torch.where(f > 0, f, 0),
    "a product with a mask": lambda f: f * (f > 0),
    "masked_fill": lambda f: f.masked_fill(f < 0, 0),
    "threshold": lambda f: F.threshold(f, 0, 0),
}


class Renamed(SmallNet):
    """The network of ``SmallNet`` with another function for its ReLUs."""

    def __init__(self, relu):
        super().__init__()
        self.relu = relu

    def forward(self, x):
        return self.head(self.relu(self.conv2(self.relu(self.conv1(x)))).flatten(1))


@pytest.mark.parametrize("name", RELUS)
def test_a_relu_by_another_name_is_guided_too(name):
    """Whoever looks for ``relu`` alone hands on the plain gradient, without a word."""
    assert torch.equal(guided_backprop(Renamed(RELUS[name]), noise(), 1), guided_backprop(SmallNet(), noise(), 1))


class OwnReLU(torch.autograd.Function):
    @staticmethod
    def forward(ctx, f):
        ctx.save_for_backward(f)
        return f.clamp(min=0)

    @staticmethod
    def backward(ctx, R):
        return R * (ctx.saved_tensors[0] > 0)


def test_an_activation_that_nobody_can_look_into_is_named():
    """An ``autograd.Function`` of one's own and a recurrent layer used to be plain, without a word."""
    with pytest.raises(ValueError, match=r"OwnReLU \(2×\).*pass strict=False"):
        guided_backprop(Renamed(OwnReLU.apply), noise(), 1)
    with pytest.raises(ValueError, match=r"gru_cell \(1×\).*pass strict=False"):
        guided_backprop(nn.Sequential(nn.Flatten(), nn.GRUCell(192, 4)), noise(), 1)


class Masked(nn.Module):
    def forward(self, x):
        return x * (torch.arange(8) < 6)


def test_a_mask_of_padding_is_not_taken_for_a_relu():
    """Where a map is positive, it has the values of f > 0 and another meaning."""
    net, x = nn.Sequential(Masked(), nn.Flatten(), nn.Linear(192, 2)), noise().abs()
    plain = saliency(net, x, 0)
    assert torch.equal(guided_backprop(net, x, 0).abs().amax(1), plain)
    assert (guided_backprop(net, x, 0) < 0).any()  # a rule at the mask would leave none
