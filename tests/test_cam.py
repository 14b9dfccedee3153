"""CAM by hand, Grad-CAM as its generalisation, and networks that have no CAM."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
import torchvision
from support.tiny import Passes, SmallNet, X, close, gap_net, noise
from torch import nn

from gradcam_lib import cam, class_score, counterfactual, explain, grad_cam


def test_cam_by_hand():
    # 2·[[1, 0], [3, 0]] − [[0, 2], [0, 4]], not rectified
    assert cam(gap_net(), X, 0).tolist() == [[[2, -2], [6, -4]]]


def test_the_average_of_cam_is_the_score_without_its_bias():
    # S_c = Σ w (1/Z) Σ A: (2 − 2 + 6 − 4)/4 = ½
    assert cam(gap_net(), X, 0).mean().item() == explain(gap_net(), X).logits[0, 0].item() == 0.5


def test_grad_cam_is_the_rectified_cam_divided_by_the_number_of_places():
    assert torch.equal(grad_cam(gap_net(), X, 0) * 4, cam(gap_net(), X, 0).relu())


def test_channel_weights_times_the_number_of_places_are_the_weights_of_the_linear_layer():
    net = SmallNet(gap=True)
    e = explain(net, noise(2))
    for c in range(4):
        assert close(e.weights(c) * 16, net.head.weight[c].detach().expand(2, 5))


def test_the_bias_of_the_linear_layer_does_not_enter():
    net = SmallNet(gap=True)
    expected = cam(net, noise(), 1)
    net.head.bias.data += 100
    assert close(cam(net, noise(), 1), expected)


def test_the_predicted_class_is_mapped_where_no_target_is_given():
    assert torch.equal(cam(gap_net(), X), cam(gap_net(), X, 1))


def test_the_cam_of_a_difference_is_the_difference_of_the_cams():
    net, x = SmallNet(gap=True), noise(2)
    assert close(cam(net, x, class_score(0) - 2 * class_score(3)), cam(net, x, 0) - 2 * cam(net, x, 3))


def test_each_image_of_a_batch_can_have_its_own_target():
    net, x = SmallNet(gap=True), noise(2)
    assert torch.equal(cam(net, x, [1, 2]), torch.stack([cam(net, x, 1)[0], cam(net, x, 2)[1]]))


def test_cam_costs_one_forward_pass():
    net = gap_net()
    passes = Passes(net)
    cam(net, X, 0), grad_cam(net, X, 0), counterfactual(net, X, 0)
    assert passes.count == 3


def test_a_linear_layer_without_a_bias_will_do():
    net = SmallNet(gap=True)
    net.head = nn.Linear(5, 4, bias=False)
    assert cam(net, noise(), 0).shape == (1, 4, 4)


@pytest.mark.parametrize("dtype, tolerance", [(torch.float16, 5e-3), (torch.bfloat16, 5e-2), (torch.float64, 1e-5)])
def test_other_number_formats_have_a_cam_too(dtype, tolerance):
    assert close(cam(SmallNet(gap=True).to(dtype), noise(), 1), cam(SmallNet(gap=True), noise(), 1), tolerance)


def test_a_map_rectified_by_a_function_is_rectified_here_too():
    class Functional(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv, self.head = nn.Conv2d(3, 5, 3), nn.Linear(5, 2)

        def forward(self, x):
            return self.head(F.relu(self.conv(x)).mean((2, 3)))

    net = Functional()
    A, w = net.conv(noise()).detach().relu(), net.head.weight.detach()
    assert close(cam(net, noise(), 1), torch.einsum("k,nkhw->nhw", w[1], A))


@pytest.mark.parametrize("pixels", [8, 11])
def test_a_1x1_convolution_behind_the_pooling_is_a_linear_layer(pixels):
    torch.manual_seed(0)
    net = nn.Sequential(nn.Conv2d(3, 5, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Conv2d(5, 4, 1), nn.Flatten())
    x, w = noise(2, pixels), net[3].weight.detach()[1, :, 0, 0]
    assert close(cam(net, x, 1), torch.einsum("k,nkhw->nhw", w, net[1](net[0](x)).detach()))


NO_CAM = {
    "fully-connected layers": lambda: SmallNet(),
    "maximum instead of average": lambda: nn.Sequential(
        nn.Conv2d(3, 5, 3), nn.ReLU(), nn.AdaptiveMaxPool2d(1), nn.Flatten(), nn.Linear(5, 3)
    ),
    "two linear layers": lambda: nn.Sequential(
        nn.Conv2d(3, 5, 3),
        nn.ReLU(),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(5, 5),
        nn.ReLU(),
        nn.Linear(5, 5),
    ),
    "a ReLU behind the linear layer": lambda: nn.Sequential(
        nn.Conv2d(3, 5, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(5, 3), nn.ReLU()
    ),
    "a convolution as the classifier": lambda: nn.Sequential(
        nn.Conv2d(3, 5, 3), nn.ReLU(), nn.Conv2d(5, 3, 1), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten()
    ),
}


@pytest.mark.parametrize("form", NO_CAM)
def test_a_network_of_another_form_is_refused(form):
    torch.manual_seed(0)
    with pytest.raises(ValueError, match="does not end in global average pooling.*no CAM; use grad_cam"):
        cam(NO_CAM[form](), noise(), 0)


def test_a_network_of_another_form_is_refused_also_where_its_activations_are_tiny():
    torch.manual_seed(0)
    net = NO_CAM["maximum instead of average"]()
    net[0].weight.data *= 1e-6
    net[0].bias.data *= 1e-6
    with pytest.raises(ValueError, match="no CAM"):
        cam(net, noise(), 0)


@pytest.mark.parametrize("name", ["squeezenet1_1", "alexnet", "vgg11"])
def test_networks_that_were_not_built_for_it_have_no_cam(name):
    options = {"init_weights": False} if name == "vgg11" else {}
    net = torchvision.models.get_model(name, weights=None, **options)
    with pytest.raises(ValueError, match=f"{type(net).__name__} does not end in global average pooling"):
        cam(net, noise(1, 64), 0)


def test_the_counterfactual_by_hand():
    # alpha of −y⁰ is (−½, ¼): −½·[[1, 0], [3, 0]] + ¼·[[0, 2], [0, 4]] = [[−½, ½], [−3⁄2, 1]]
    assert counterfactual(gap_net(), X, 0).tolist() == [[[0, 0.5], [0, 1]]]


def test_the_counterfactual_is_the_map_of_the_negated_score():
    net, x = SmallNet(), noise(2)
    assert torch.equal(counterfactual(net, x, 2), grad_cam(net, x, -class_score(2)))


def test_removing_what_the_counterfactual_shows_raises_the_score():
    e = explain(gap_net(), X)
    places = e.counterfactual(0)[0] > 0
    without = X.clone()
    without[0, 0][places] = 0  # the picture is −2 and −4 there: channel 1, which speaks against class 0
    assert explain(gap_net(), without).logits[0, 0] > e.logits[0, 0]
