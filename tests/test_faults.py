"""Faults seen in public implementations, each of them a lesson, each of them absent here."""

from __future__ import annotations

import copy
import subprocess
import sys
import threading

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from captum.attr import GuidedBackprop, Saliency
from skimage.color import rgb2lab
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
from gradcam_lib.pictures.overlay import colour, in_grey


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
    assert in_grey(image)[0, 0].tolist() == [66, 66, 66]
    red, _, blue = colour(np.array([[0.5]]))[0, 0]
    assert red > blue


def test_a_map_is_not_squared_on_its_way_to_the_picture():
    """Colour times map, added to the picture, shows the square of the map: half the evidence looks like a quarter."""
    seen = rgb2lab(overlay(np.full((1, 3, 3), 128, np.uint8), np.array([[0, 0.5, 1]])) / 255)[0]
    half, whole = np.linalg.norm(seen[1:] - seen[0], axis=1)
    assert half > 0.33 * whole


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


class Siamese(nn.Module):
    """Compares two pictures, stacked as six channels, by one network."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten())
        self.head = nn.Linear(4, 2)

    def forward(self, x):
        return self.head((self.net(x[:, :3]) - self.net(x[:, 3:])).abs())


def test_the_map_of_one_picture_is_not_taken_for_that_of_another():
    """A layer that runs for two pictures was kept as it was the last time: the map of the other picture."""
    net, x = Siamese(), noise(channels=6)
    with pytest.raises(ValueError, match=r"'net.1' runs 2 times.*\('net.1', 0\) \(1, 4, 6, 6\), \('net.1', 1\)"):
        explain(net, x, "net.1")
    with pytest.raises(ValueError, match="no single map holds all.*'net.1#0', 'net.1#1'"):
        explain(net, x)
    first, second = (net.net[1](net.net[0](part)).detach() for part in (x[:, :3], x[:, 3:]))
    e = explain(net, x, [("net.1", 0), ("net.1", 1)])
    assert torch.equal(e.activation(("net.1", 0)), first) and torch.equal(e.activation(("net.1", 1)), second)


def test_a_relu_that_also_serves_the_classifier_is_a_layer_where_it_makes_a_map():
    """The last run of a shared ReLU is the classifier's, which has no places."""
    torch.manual_seed(0)
    R = nn.ReLU()
    net = nn.Sequential(nn.Conv2d(3, 8, 3), R, nn.Flatten(), nn.Linear(7200, 16), R, nn.Linear(16, 4))
    alone = nn.Sequential(net[0], nn.ReLU(), net[2], net[3], nn.ReLU(), net[5])
    assert torch.equal(grad_cam(net, noise(1, 32), 1), grad_cam(alone, noise(1, 32), 1, "1"))
    assert default_layer(net) == "1#0"


def compiled_whole(net: nn.Module) -> nn.Module:
    return torch.compile(net, backend="eager")


def compiled_in_place(net: nn.Module) -> nn.Module:
    net.compile(backend="eager")
    return net


def compiled_in_parts(net: nn.Module) -> nn.Module:
    net.conv2, net.relu2 = torch.compile(net.conv2, backend="eager"), torch.compile(net.relu2, backend="eager")
    return net


def with_a_compiled_forward(net: nn.Module) -> nn.Module:
    net.forward = torch.compile(net.forward, backend="eager")
    return net


@pytest.mark.filterwarnings("ignore:The .grad attribute of a Tensor that is not a leaf")  # of the compiler itself
@pytest.mark.parametrize("compiled", [compiled_whole, compiled_in_place, compiled_in_parts, with_a_compiled_forward])
@pytest.mark.parametrize("method", [grad_cam, saliency, guided_backprop, guided_grad_cam])
def test_a_compiled_network_is_explained_as_it_was_written(compiled, method):
    """Compiled code passes by hooks and function modes: guided backprop was the plain gradient, without a word."""
    net = compiled(SmallNet())
    with torch.no_grad():
        before = net(noise())  # compiles
        assert torch.equal(method(net, noise(), 1), method(SmallNet(), noise(), 1))
        assert torch.equal(net(noise()), before)


@pytest.mark.parametrize("layer", ["relu2", "_orig_mod.relu2"])
def test_a_layer_of_a_compiled_network_has_its_name_with_and_without_the_wrapper(layer):
    net = compiled_whole(SmallNet())
    assert torch.equal(grad_cam(net, noise(), 1, layer), grad_cam(SmallNet(), noise(), 1))
    assert torch.equal(grad_cam(net, noise(), 1, net.relu2), grad_cam(SmallNet(), noise(), 1))


class Norms(nn.Module):
    """A map that is normalised with its channels last, as in ConvNeXt, and goes on so, as in Swin."""

    def __init__(self, channels: int = 5):
        super().__init__()
        torch.manual_seed(0)
        self.conv, self.norm = nn.Conv2d(3, channels, 3), nn.LayerNorm(channels)
        self.act, self.head = nn.GELU(), nn.Linear(channels, 2)

    def forward(self, x):
        return self.head(self.act(self.norm(self.conv(x).permute(0, 2, 3, 1))).mean((1, 2)))


@pytest.mark.parametrize("layer", ["norm", "act"])
def test_a_map_with_its_channels_last_is_not_read_as_one_with_its_channels_first(layer):
    """(N, h, w, C) read as (N, K, h, w) gives a map of h and C, of any size that one likes."""
    net, x = Norms(), noise()
    A = net.norm(net.conv(x).permute(0, 2, 3, 1)).detach().requires_grad_()
    z = net.head(net.act(A).mean((1, 2)))
    if layer == "act":
        A = net.act(A).detach().requires_grad_()
        z = net.head(A.mean((1, 2)))
    (G,) = torch.autograd.grad(z[0, 1], A)
    e = explain(net, x, layer)
    assert close(e.signed(1), (A * G.mean((1, 2), keepdim=True)).sum(3).detach())
    assert close(e.maps([0, 1])[1], e.map(1)[0]) and e.weights(1).shape == (1, 5)


def test_a_map_that_could_be_read_both_ways_is_refused_until_it_is_said_which():
    net, x = Norms(6), noise()  # (1, 6, 6, 6)
    with pytest.raises(ValueError, match=r"returns \(1, 6, 6, 6\), whose channels may come first or last.*layer_map"):
        explain(net, x, "act")
    e = explain(net, x, "act", layer_map=lambda A: A.movedim(-1, 1))
    assert torch.equal(e.activation(), net.act(net.norm(net.conv(x).permute(0, 2, 3, 1))).permute(0, 3, 1, 2).detach())


class Joined(nn.Module):
    """Two branches that meet in a function behind the last module."""

    def __init__(self, join):
        super().__init__()
        torch.manual_seed(0)
        self.left, self.right, self.join = nn.Conv2d(3, 4, 3), nn.Conv2d(3, 4, 3), join
        self.head = nn.LazyLinear(2)

    def forward(self, x):
        return self.head(F.relu(self.join(self.left(x), self.right(x))).mean((2, 3)))


@pytest.mark.parametrize("join", [lambda a, b: a + b, lambda a, b: torch.cat([a, b], 1), torch.Tensor.add_])
def test_where_branches_meet_in_a_function_the_map_is_what_they_make_together(join):
    """The last module's output is one of two branches, before the ReLU: half of what the score is made of."""
    net, x = Joined(join), noise()
    net(x)
    A = F.relu(join(net.left(x), net.right(x))).detach()
    e = explain(net, x)
    assert e.layers == ["relu()"] and torch.equal(e.activation(), A)
    assert close(e.signed(1), torch.einsum("k,nkhw->nhw", net.head.weight[1].detach() / A[0, 0].numel(), A))


def test_threads_that_explain_one_network_do_not_mix_up_their_maps():
    """Hooks and modes belong to the modules, which the threads share."""
    net, pictures, failures = SmallNet().train(), noise(4), []
    net.dropout = nn.Dropout()  # a flag that is to come back
    expected = [grad_cam(net, pictures[i : i + 1], 1) for i in range(4)]

    def work(i: int) -> None:
        for _ in range(150):
            if not torch.equal(grad_cam(net, pictures[i : i + 1], 1), expected[i]):
                failures.append(i)

    threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == [] and net.training and net.relu2.training and not net.relu2._forward_hooks


def test_a_thread_that_only_predicts_is_not_explained():
    net, x, seen = SmallNet(), noise(), []

    class Interrupted(nn.Module):
        """While it runs, another thread runs the network on another picture."""

        def forward(self, y):
            if threading.current_thread() is threading.main_thread():
                other = threading.Thread(target=lambda: seen.append(net(noise(seed=5))))
                other.start(), other.join()
            return y

    expected = grad_cam(net, x, 1, "relu1")
    net.pool = Interrupted()
    assert torch.equal(grad_cam(net, x, 1, "relu1"), expected) and len(seen) == 1


class Ensemble(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b = SmallNet(0), SmallNet(1)

    def forward(self, x):
        return self.a(x) + self.b(x)


def test_an_ensemble_is_not_explained_by_its_last_network():
    with pytest.raises(ValueError, match="no single map holds all.*choose a branch with layer=: 'a.relu2', 'b.relu2'"):
        grad_cam(Ensemble(), noise(), 1)
    assert grad_cam(Ensemble(), noise(), 1, "a.relu2").shape == (1, 4, 4)


class Ignored(SmallNet):
    """Throws away what its last ReLU returns."""

    def forward(self, x):
        y = self.conv2(self.relu1(self.conv1(x)))
        self.relu2(y)
        return self.head(y.flatten(1))


@pytest.mark.parametrize("pixels", [False, True])
@pytest.mark.parametrize("inplace, layer", [(False, "conv2"), (True, "relu2")])
def test_a_relu_whose_result_nobody_uses_is_no_layer_unless_it_works_in_place(inplace, layer, pixels):
    net, x = Ignored(inplace=inplace), noise()
    e = explain(net, x, pixels=pixels)
    A = net.conv2(net.relu1(net.conv1(x)))
    A = (A.relu() if inplace else A).detach()
    G = net.head.weight[1].view(1, 5, 4, 4)
    assert e.layers == [layer] and torch.equal(e.activation(), A)
    assert close(e.signed(1), (A * G.mean((2, 3), keepdim=True)).sum(1).detach())


def test_the_first_map_of_a_process_waits_for_no_import():
    """A gradient that is started from a row instead of a number makes PyTorch import sympy, which takes seconds."""
    code = """
import sys, time, torch
from torch import nn
from gradcam_lib.explanation import explain
net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 2))
e = explain(net, torch.randn(1, 3, 64, 64))
start = time.perf_counter()
e.map()
print(time.perf_counter() - start, "sympy" in sys.modules, "torch._dynamo" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    seconds, *imported = done.stdout.split()
    assert float(seconds) <= 0.2 and imported == ["False", "False"]
