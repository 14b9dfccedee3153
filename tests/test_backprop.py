"""Gradients at the pixels: saliency, deconvnet, guided backprop and Guided Grad-CAM."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import torch
from captum.attr import GuidedGradCam, Saliency
from support.tiny import Passes, SmallNet, X, close, gap_net, linear, noise, snapshot
from torch import nn

from gradcam_lib import (
    class_score,
    deconvnet,
    explain,
    grad_cam,
    guided_backprop,
    guided_grad_cam,
    saliency,
    upsample,
)
from gradcam_lib.explanation import explain_pixels

METHODS = [saliency, deconvnet, guided_backprop, guided_grad_cam]


def test_saliency_by_hand_is_the_largest_absolute_gradient_over_the_colours():
    # y = 1·r + 2·g − 3·b of one pixel, 0 elsewhere
    net = nn.Sequential(nn.Flatten(), linear([[1, 0, 2, 0, -3, 0]]))
    assert saliency(net, torch.zeros(1, 3, 1, 2), 0).tolist() == [[[3, 0]]]


def test_saliency_agrees_with_finite_differences():
    net, x, step = SmallNet().double(), noise().double(), 1e-6
    M = saliency(net, x, 2)
    for i, j in [(0, 0), (3, 4), (7, 7)]:
        slopes = []
        for colour in range(3):
            moved = x.clone()
            moved[0, colour, i, j] += step
            slopes.append(abs(float((net(moved) - net(x)).detach()[0, 2])) / step)
        assert float(M[0, i, j]) == pytest.approx(max(slopes), rel=1e-4)


def test_saliency_is_captum_s():
    net, x = SmallNet(), noise(2)
    expected = Saliency(net).attribute(x.clone().requires_grad_(), target=1).amax(1)
    assert close(saliency(net, x, 1), expected)


def test_a_linear_network_is_its_own_first_order_taylor_expansion():
    # f(x) = f(x₀) + ∇f(x₀)·(x − x₀), exact where f is linear
    net = nn.Sequential(nn.Flatten(), nn.Linear(192, 4))
    x0, x = noise(seed=1), noise(seed=2)
    G = explain_pixels(net, x0).pixel_gradient(1)
    assert torch.allclose(net(x)[0, 1], net(x0)[0, 1] + (G * (x - x0)).sum(), atol=1e-5)


def test_guided_grad_cam_by_hand():
    # L = [[½, 0], [3⁄2, 0]], as large as the picture. Guided backprop of y⁰ = ½·A₀ − ¼·A₁ summed over places: only
    # the positive gradient ½ passes, where the picture is positive: [[½, 0], [½, 0]]
    assert guided_backprop(gap_net(), X, 0).tolist() == [[[[0.5, 0], [0.5, 0]]]]
    assert guided_grad_cam(gap_net(), X, 0).tolist() == [[[[0.25, 0], [0.75, 0]]]]


def test_deconvnet_by_hand():
    # the positive gradient ½ of A₀ passes everywhere, the negative one of A₁ nowhere
    assert deconvnet(gap_net(), X, 0).tolist() == [[[[0.5, 0.5], [0.5, 0.5]]]]


def test_guided_grad_cam_is_guided_backprop_times_the_upsampled_map():
    net, x = SmallNet(), noise(2)
    expected = guided_backprop(net, x, 1) * upsample(grad_cam(net, x, 1), (8, 8))[:, None]
    assert close(guided_grad_cam(net, x, 1), expected)


def test_guided_grad_cam_takes_any_layer():
    net, x = SmallNet(), noise()
    expected = guided_backprop(net, x, 1) * upsample(grad_cam(net, x, 1, "conv1"), (8, 8))[:, None]
    assert close(guided_grad_cam(net, x, 1, "conv1"), expected)


@pytest.mark.filterwarnings("ignore:Setting .*hooks on ReLU activations:UserWarning")  # captum says what it does
def test_guided_grad_cam_is_captum_s():
    net, x = SmallNet(), noise()
    expected = GuidedGradCam(net, net.relu2).attribute(
        x.clone().requires_grad_(), target=1, interpolate_mode="bilinear"
    )
    assert close(guided_grad_cam(net, x, 1), expected.detach())


@pytest.mark.parametrize("method", METHODS)
def test_shapes_are_those_of_the_picture(method):
    net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 2))
    x = torch.zeros(2, 3, 9, 13)
    assert method(net, x, 1).shape == ((2, 9, 13) if method is saliency else (2, 3, 9, 13))


@pytest.mark.parametrize("method", METHODS)
def test_one_forward_pass_is_enough(method):
    net = SmallNet()
    passes = Passes(net)
    method(net, noise(2), 1)
    assert passes.count == 1


@pytest.mark.parametrize("method", METHODS)
def test_the_model_is_left_as_it_was(method):
    net = SmallNet(inplace=True).train()
    before = snapshot(net)
    method(net, noise(2), 1)
    assert snapshot(net) == before


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("caller", [torch.no_grad, torch.inference_mode])
def test_the_caller_s_mode_does_not_matter(method, caller):
    expected = method(SmallNet(), noise(), 1)
    with caller():
        assert torch.equal(method(SmallNet(), noise(), 1), expected)


@pytest.mark.parametrize("method", METHODS)
def test_the_predicted_class_is_the_target_where_none_is_given(method):
    net, x = SmallNet(), noise(2)
    assert torch.equal(method(net, x), method(net, x, net(x).argmax(1)))


@pytest.mark.parametrize("method", METHODS)
def test_a_batch_equals_its_images_one_by_one(method):
    net, x = SmallNet(), noise(3)
    assert close(method(net, x, [0, 1, 2]), torch.cat([method(net, x[i : i + 1], i) for i in range(3)]))


@pytest.mark.parametrize("method", METHODS)
def test_names_of_a_classifier_are_targets(method):
    clf = SimpleNamespace(model=SmallNet(), names=["a", "b", "c", "d"], layer="relu2")
    assert torch.equal(method(clf, noise(), "b"), method(clf.model, noise(), 1))


@pytest.mark.parametrize("method", METHODS)
def test_networks_that_return_a_dict_say_where_the_logits_are(method):
    class Wrapped(SmallNet):
        def forward(self, x):
            return {"logits": super().forward(x)}

    assert torch.equal(method(Wrapped(), noise(), 1, output="logits"), method(SmallNet(), noise(), 1))


@pytest.mark.parametrize("method", [saliency, deconvnet, guided_backprop])
def test_pixel_gradients_need_no_convolution(method):
    mlp = nn.Sequential(nn.Flatten(), nn.Linear(192, 10), nn.ReLU(), nn.Linear(10, 2))
    assert method(mlp, noise(), 1).any()


def test_saliency_of_a_transformer_is_found():
    layer = nn.TransformerEncoderLayer(12, 2, 16, batch_first=True)
    net = nn.Sequential(nn.Conv2d(3, 12, 4, 4), nn.Flatten(2), Transpose(), layer, nn.Flatten(), nn.Linear(48, 2))
    assert saliency(net, noise(), 1).any()


class Transpose(nn.Module):
    def forward(self, x):
        return x.transpose(1, 2)


def test_saliency_of_a_difference_uses_the_gradient_of_the_difference():
    net, x = SmallNet(), noise()
    pixels = x.clone().requires_grad_()
    z = net(pixels)
    (G,) = torch.autograd.grad(z[0, 0] - 3 * z[0, 1], pixels)
    assert close(saliency(net, x, class_score(0) - 3 * class_score(1)), G.abs().amax(1))


def test_an_explanation_gives_the_same_pictures_as_the_functions():
    net, x = SmallNet(), noise(2)
    e = explain(net, x)
    assert torch.equal(e.saliency(1), saliency(net, x, 1))
    assert torch.equal(e.pixel_gradient(1, rule="guided"), guided_backprop(net, x, 1))
    assert torch.equal(e.pixel_gradient(1, rule="deconvnet"), deconvnet(net, x, 1))
    assert torch.equal(e.guided_grad_cam(1), guided_grad_cam(net, x, 1))
