"""One forward pass, many answers, and a model that does not notice."""

from __future__ import annotations

import gc
import warnings
import weakref
from types import SimpleNamespace

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from support.tiny import Passes, SmallNet, X, close, flat_net, gap_net, linear, noise, snapshot
from torch import nn
from torch.utils.checkpoint import checkpoint

from gradcam_lib import (
    cam,
    class_score,
    counterfactual,
    explain,
    grad_cam,
    guided_backprop,
    guided_grad_cam,
    occlusion_map,
    saliency,
    upsample,
)

# --- by hand ---


def test_a_map_by_hand_behind_global_average_pooling():
    # alpha = (2, −1)/4: ½·[[1, 0], [3, 0]] − ¼·[[0, 2], [0, 4]] = [[½, −½], [3⁄2, −1]]
    e = explain(gap_net(), X)
    assert e.logits.tolist() == [[0.5, 3.5]]
    assert e.weights(0).tolist() == [[0.5, -0.25]]
    assert e.signed(0).tolist() == [[[0.5, -0.5], [1.5, -1]]]
    assert e.map(0).tolist() == [[[0.5, 0], [1.5, 0]]]
    assert e.counterfactual(0).tolist() == [[[0, 0.5], [0, 1]]]


def test_a_map_by_hand_where_the_gradient_differs_by_place():
    # the gradient is the row itself; its means are (1 + 0 + 0 + 3)/4 = 1 and (0 + 2 − 2 − 4)/4 = −1
    e = explain(flat_net([1, 0, 0, 3, 0, 2, -2, -4]), X)
    assert e.gradient(0).tolist() == [[[[1, 0], [0, 3]], [[0, 2], [-2, -4]]]]
    assert e.weights(0).tolist() == [[1, -1]]
    assert e.signed(0).tolist() == [[[1, -2], [3, -4]]]  # A₀ − A₁ is the picture itself


def test_the_gradient_agrees_with_finite_differences():
    net, x, step = SmallNet().double(), noise().double(), 1e-6
    e = explain(net, x)
    A = e.activation()
    for place in [(0, 0, 0, 0), (0, 2, 1, 3), (0, 4, 3, 3)]:
        moved = A.clone()
        moved[place] += step
        slope = (net.head(moved.flatten(1)) - net.head(A.flatten(1)))[0, 1].detach() / step
        assert float(e.gradient(1)[place]) == pytest.approx(float(slope), rel=1e-4, abs=1e-7)


def test_the_predicted_class_is_the_target_where_none_is_given():
    e = explain(gap_net(), X)
    assert e.predicted.tolist() == [1] and torch.equal(e.map(), e.map(1))


def test_probabilities_of_the_best_classes_come_with_their_names():
    e = explain(SimpleNamespace(model=gap_net(), names=["even", "odd"], layer="relu"), X)
    (first, p), (second, q) = e.top()  # logits ½ and 3½: the odds are e³
    assert (first, second) == ("odd", "even") and p / q == pytest.approx(np.exp(3), rel=1e-5)


def test_classes_without_names_are_called_by_their_number():
    assert [name for name, _ in explain(gap_net(), X).top(1)] == ["1"]


# --- one forward pass, and a backward pass that stops at the layer ---


def test_one_forward_pass_answers_everything_about_a_layer():
    net = SmallNet()
    passes = Passes(net)
    e = explain(net, noise(3))
    e.map(), e.map(2), e.maps([0, 1, 2, 3]), e.counterfactual(1), e.signed(0), e.weights(0), e.note(1), e.top_channels()
    assert passes.count == 1


def test_pixels_cost_one_more_pass_once():
    net = SmallNet()
    passes = Passes(net)
    e = explain(net, noise())
    e.saliency(0), e.pixel_gradient(1, rule="guided"), e.guided_grad_cam(2), e.pixel_gradient(1, rule="deconvnet")
    assert passes.count == 2


def test_pixels_asked_for_at_once_cost_no_second_pass():
    net = SmallNet()
    passes = Passes(net)
    e = explain(net, noise(), pixels=True)
    e.saliency(0), e.guided_grad_cam(2), e.maps([0, 1])
    assert passes.count == 1


class Guard(torch.autograd.Function):
    """The identity, through which no gradient may come back."""

    @staticmethod
    def forward(ctx, x):
        return x.view_as(x)

    @staticmethod
    def backward(ctx, R):
        raise AssertionError("the backward pass went on beyond the layer")


class Guarded(SmallNet):
    def forward(self, x):
        A = self.relu2(self.conv2(Guard.apply(self.relu1(self.conv1(x)))))
        return self.head(A.flatten(1))


@pytest.mark.parametrize("grad", [True, False])
def test_the_backward_pass_stops_at_the_layer(grad):
    with torch.set_grad_enabled(grad):
        e = explain(Guarded(), noise(), "conv2")
        e.map(0), e.maps([0, 1])


@pytest.mark.parametrize("training", [True, False])
def test_the_model_is_left_as_it_was(training):
    net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU(inplace=True), nn.Dropout(), nn.Flatten())
    net.append(nn.Linear(4 * 6 * 6, 3)).train(training)
    net[0].requires_grad_(False)
    before = snapshot(net)
    e = explain(net, noise(2), pixels=True)
    e.map(0), e.maps([0, 1]), e.guided_grad_cam(0), explain(net, noise()).saliency(1)
    assert snapshot(net) == before


def test_a_gradient_that_the_caller_keeps_stays_as_it_was():
    net = SmallNet()
    net(noise()).sum().backward()
    before = snapshot(net)
    explain(net, noise(), pixels=True).guided_grad_cam(0)
    assert before["grads"]["conv1.weight"] is not None and snapshot(net) == before


def test_a_model_in_training_mode_is_explained_as_in_evaluation_mode():
    net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Dropout(), nn.Flatten(), nn.Linear(144, 3))
    expected = explain(net.eval(), noise(2)).map(0)
    assert torch.equal(explain(net.train(), noise(2)).map(0), expected) and net.training


def test_the_model_is_left_as_it_was_after_an_exception_in_its_forward_pass():
    class Broken(SmallNet):
        def forward(self, x):
            super().forward(x)
            raise ZeroDivisionError

    net = Broken().train()
    before = snapshot(net)
    with pytest.raises(ZeroDivisionError):
        explain(net, noise(), "relu2")
    assert snapshot(net) == before and torch.is_grad_enabled()


def test_the_model_is_left_as_it_was_after_an_exception_in_the_backward_pass():
    net = Guarded().train()
    before = snapshot(net)
    with pytest.raises(AssertionError, match="beyond the layer"):
        explain(net, noise(), pixels=True).pixel_gradient(0, rule="guided", strict=False)
    assert snapshot(net) == before


def test_the_picture_is_left_as_it_was():
    net, x = nn.Sequential(nn.ReLU(inplace=True), SmallNet()), noise()
    before = x.clone()
    explain(net, x, pixels=True).saliency(0)
    assert torch.equal(x, before) and not x.requires_grad and x.grad is None


def test_a_picture_changed_afterwards_does_not_change_the_answers():
    net, x = SmallNet(), noise()
    expected = explain(net, x).saliency(0)
    e = explain(net, x)
    x.zero_()
    assert torch.equal(e.saliency(0), expected)


def test_an_explanation_that_is_dropped_frees_its_graph():
    net, kept = SmallNet(), []
    for module in net.modules():
        module.register_forward_hook(lambda module, args, output: kept.append(weakref.ref(output)))
    gc.disable()
    try:
        e = explain(net, noise(), pixels=True)
        e.maps([0, 1]), e.guided_grad_cam(0)
        assert any(ref() is not None for ref in kept)
        del e
        assert all(ref() is None for ref in kept)
    finally:
        gc.enable()


# --- callers and models of every kind ---


@pytest.mark.parametrize("caller", [torch.no_grad, torch.inference_mode, torch.enable_grad])
def test_the_caller_s_mode_does_not_matter(caller):
    net, x = SmallNet(), noise(2)
    e = explain(net, x)
    with caller():
        f = explain(net, x * 1)
        assert torch.equal(f.map(1), e.map(1)) and close(f.maps([0, 1]), e.maps([0, 1]))
        assert torch.equal(f.guided_grad_cam(0), e.guided_grad_cam(0))
        assert torch.equal(f.map(lambda z: z.log_softmax(1)[:, 0]), e.map(lambda z: z.log_softmax(1)[:, 0]))


def test_a_frozen_model_gives_the_same_map():
    free, frozen = SmallNet(), SmallNet().requires_grad_(False)
    assert torch.equal(grad_cam(frozen, noise(), 1), grad_cam(free, noise(), 1))


@pytest.mark.parametrize("caller", [torch.no_grad, torch.inference_mode, torch.enable_grad])
def test_weights_made_in_inference_mode_give_the_same_maps(caller):
    with torch.inference_mode():
        net = SmallNet()
    with caller():
        e, expected = explain(net, noise(), pixels=True), explain(SmallNet(), noise(), pixels=True)
        assert torch.equal(e.map(1), expected.map(1))
        assert torch.equal(e.guided_grad_cam(1), expected.guided_grad_cam(1))


class NoGradBackbone(SmallNet):
    def forward(self, x):
        with torch.no_grad():
            A = self.relu2(self.conv2(self.relu1(self.conv1(x))))
        return self.head(A.flatten(1))


@pytest.mark.parametrize("layer", ["relu2", "relu1"])
def test_a_model_that_runs_its_backbone_under_no_grad_gives_the_same_map(layer):
    expected = grad_cam(SmallNet(), noise(), 1, layer)
    assert torch.equal(grad_cam(NoGradBackbone(), noise(), 1, layer), expected)


def test_a_model_wholly_under_no_grad_of_its_own_gives_the_same_map():
    class Closed(SmallNet):
        forward = torch.no_grad()(SmallNet.forward)

    assert torch.equal(grad_cam(Closed(), noise(), 1), grad_cam(SmallNet(), noise(), 1))


def test_a_model_under_inference_mode_of_its_own_says_that_there_is_no_way_back():
    class Closed(SmallNet):
        forward = torch.inference_mode()(SmallNet.forward)

    with pytest.raises(ValueError, match="no gradient path from layer 'relu2' to the score"):
        grad_cam(Closed(), noise(), 1)


@pytest.mark.parametrize("dtype, tolerance", [(torch.float16, 5e-3), (torch.bfloat16, 5e-2), (torch.float64, 1e-5)])
def test_other_number_formats_agree_with_float32(dtype, tolerance):
    e, other = explain(SmallNet(), noise(2)), explain(SmallNet().to(dtype), noise(2).to(dtype))
    for name in ("map", "signed", "weights", "counterfactual"):
        value, expected = getattr(other, name)(1), getattr(e, name)(1)
        assert value.dtype == torch.float32 and close(value, expected, tolerance)
    assert close(other.maps([0, 1]), e.maps([0, 1]), tolerance)
    assert close(other.guided_grad_cam(1).float(), e.guided_grad_cam(1), 2 * tolerance)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_pixel_gradients_of_a_half_precision_model_are_float32(dtype):
    assert explain(SmallNet().to(dtype), noise()).pixel_gradient(1).dtype == torch.float32


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
def test_a_picture_is_turned_into_the_model_s_number_format(dtype):
    net = SmallNet().to(dtype)
    assert torch.equal(grad_cam(net, noise(), 1), grad_cam(net, noise().to(dtype), 1))


def faint(dtype: torch.dtype) -> nn.Module:
    """Its gradient at the map is 10⁻³·10⁻³/256 ≈ 4·10⁻⁹, far below the smallest float16, 6·10⁻⁸."""
    net = nn.Sequential(nn.Conv2d(1, 2, 1, bias=False), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten())
    net.extend([linear([[1e-3, -5e-4]]), linear([[1e-3]])])
    net[0].weight.data = torch.tensor([1.0, -1.0]).view(2, 1, 1, 1)
    return net.to(dtype)


def test_small_gradients_do_not_vanish_in_float16():
    x = noise(1, 16, channels=1)
    e, half = explain(faint(torch.float32), x), explain(faint(torch.float16), x)
    assert close(half.signed(0), e.signed(0), 1e-2)
    assert close(half.maps([0, 0]), e.maps([0, 0]), 1e-2)


def test_small_gradients_at_the_pixels_do_not_vanish_in_float16():
    x = noise(1, 16, channels=1)
    G = explain(faint(torch.float16), x).saliency(0)
    assert G.dtype == torch.float32 and close(G, explain(faint(torch.float32), x).saliency(0), 1e-2)


def test_large_gradients_do_not_overflow_in_float16():
    def steep(dtype):
        net = flat_net([1000.0, -500.0] * 4)
        return net.to(dtype)

    assert close(explain(steep(torch.float16), X).signed(0), explain(steep(torch.float32), X).signed(0), 1e-2)


@pytest.mark.parametrize("factor", [1e-10, 1e6])
def test_a_factor_beyond_float16_scales_the_map_all_the_same(factor):
    e = explain(gap_net().half(), X)
    assert close(e.map(factor * class_score(0)), factor * e.map(0), 1e-3)


def test_the_run_counts_that_is_named_where_a_layer_runs_twice():
    class Shared(nn.Module):
        """y = mean(w·relu(u·relu(u·x))) with one convolution and one ReLU used twice."""

        def __init__(self):
            super().__init__()
            self.conv, self.relu, self.head = nn.Conv2d(1, 1, 1, bias=False), nn.ReLU(), linear([[3.0]])
            self.conv.weight.data.fill_(2.0)

        def forward(self, x):
            for _ in range(2):
                x = self.relu(self.conv(x))
            return self.head(x.mean((2, 3)))

    # A = relu(2·relu(2x)) = [[4, 0], [12, 0]], alpha = 3/4
    assert grad_cam(Shared(), X, 0, ("relu", 1)).tolist() == [[[3, 0], [9, 0]]]
    # A = relu(2x) = [[2, 0], [6, 0]]; d relu(2A)/dA = 2 where A > 0, so alpha = 3/4·(2 + 2)/4 = 3/4
    e = explain(Shared(), X, [("relu", 0), "relu#1"])
    assert e.layers == ["relu#0", "relu#1"]
    assert e.map(0, ("relu", 0)).tolist() == [[[1.5, 0], [4.5, 0]]]
    assert torch.equal(e.map(0), grad_cam(Shared(), X, 0)) and explain(Shared(), X).layers == ["relu#1"]
    with pytest.raises(ValueError, match="layer 'relu' was not captured; captured: 'relu#0', 'relu#1'"):
        e.map(0, "relu")


@pytest.mark.parametrize("module", ["1", "0"])
def test_an_in_place_relu_right_after_the_layer_leaves_the_layer_alone(module):
    net = nn.Sequential(split_conv(), nn.ReLU(inplace=True), nn.Flatten(), linear([[1, 0, 0, 3, 0, 2, -2, -4]]))
    plain = nn.Sequential(split_conv(), nn.ReLU(), nn.Flatten(), linear([[1, 0, 0, 3, 0, 2, -2, -4]]))
    assert torch.equal(explain(net, X, module).signed(0), explain(plain, X, module).signed(0))


def split_conv() -> nn.Conv2d:
    return gap_net().conv


# --- several layers, several images, several targets ---


def test_several_layers_at_once_equal_one_by_one():
    net, layers = SmallNet(), ["conv1", "relu1", "conv2", "relu2"]
    e = explain(net, noise(2), layers)
    assert e.layers == layers
    for layer in layers:
        alone = explain(net, noise(2), layer)
        assert torch.equal(e.activation(layer), alone.activation())
        assert torch.equal(e.map(1, layer), alone.map(1))
        assert close(e.maps([0, 3], layer), alone.maps([0, 3]))


def test_the_last_layer_of_the_list_answers_where_none_is_named():
    e = explain(SmallNet(), noise(), ["relu2", "relu1"])
    assert torch.equal(e.map(1), e.map(1, "relu1"))


def test_a_layer_can_be_given_and_asked_for_as_a_module():
    net = SmallNet()
    e = explain(net, noise(), [net.relu1, net.relu2])
    assert e.layers == ["relu1", "relu2"] and torch.equal(e.map(1, net.relu1), e.map(1, "relu1"))


def test_a_layer_given_twice_is_kept_once():
    e = explain(SmallNet(), noise(), ["relu2", "relu2"])
    assert e.layers == ["relu2"] and torch.equal(e.map(1), grad_cam(SmallNet(), noise(), 1))


def test_a_layer_that_was_not_captured_says_which_were():
    with pytest.raises(ValueError, match="layer 'relu1' was not captured; captured: 'relu2'"):
        explain(SmallNet(), noise()).map(1, "relu1")


def test_a_batch_equals_its_images_one_by_one():
    net, x = SmallNet(), noise(3)
    e = explain(net, x)
    for i in range(3):
        assert close(e.map(1)[i : i + 1], grad_cam(net, x[i : i + 1], 1))


def test_each_image_of_a_batch_can_have_its_own_target():
    e = explain(SmallNet(), noise(3))
    mixed = e.map([2, lambda z: z[:, 0], class_score(1)])
    assert torch.equal(mixed, torch.stack([e.map(2)[0], e.map(0)[1], e.map(1)[2]]))


@pytest.mark.parametrize("pixels", [False, True])
@pytest.mark.parametrize("n", [1, 2])
def test_many_targets_at_once_equal_one_by_one(n, pixels):
    e = explain(SmallNet(), noise(n), pixels=pixels)
    targets = [0, 3, class_score(1) - class_score(2), lambda z: z.log_softmax(1)[:, 0], None]
    one_by_one = torch.stack([e.map(t) for t in targets])
    assert close(e.maps(targets), one_by_one[:, 0] if n == 1 else one_by_one)


@pytest.mark.parametrize("pixels", [False, True])
def test_many_targets_are_batched_through_relus_and_poolings_behind_the_layer(pixels):
    net = nn.Sequential(
        nn.Conv2d(3, 4, 3), nn.ReLU(inplace=True), nn.Conv2d(4, 6, 3, padding=1), nn.BatchNorm2d(6), nn.ReLU(True),
        nn.MaxPool2d(2), nn.AdaptiveAvgPool2d(2), nn.Flatten(), nn.Linear(24, 8), nn.ReLU(), nn.Linear(8, 3),
    )  # fmt: skip
    e = explain(net, noise(2), "0", pixels=pixels)
    assert close(e.maps([0, 1, 2]), torch.stack([e.map(i) for i in range(3)]))


class Choosy(torch.autograd.Function):
    """2x, with a way back that looks at the gradient, which a batched backward pass cannot do."""

    @staticmethod
    def forward(ctx, x):
        return 2 * x

    @staticmethod
    def backward(ctx, R):
        return 2 * R if R.abs().sum() > 0 else R


def test_many_targets_go_one_by_one_where_the_way_back_cannot_be_batched():
    class Net(SmallNet):
        def forward(self, x):
            return self.head(Choosy.apply(self.relu2(self.conv2(self.relu1(self.conv1(x))))).flatten(1))

    e = explain(Net(), noise(2))
    assert torch.equal(e.maps([0, 1, 2]), torch.stack([e.map(i) for i in range(3)]))


def test_many_targets_in_blocks_equal_many_at_once(monkeypatch):
    e = explain(SmallNet(), noise(2))
    whole = e.maps(range(4))
    monkeypatch.setattr("gradcam_lib.explanation.BLOCK", 1)
    assert close(e.maps(range(4)), whole)


def test_no_targets_give_no_maps():
    assert explain(SmallNet(), noise()).maps([]).shape == (0, 4, 4)
    assert explain(SmallNet(), noise(2)).maps([]).shape == (0, 2, 4, 4)


def test_a_tensor_of_class_numbers_gives_their_maps():
    e = explain(SmallNet(), noise())
    assert torch.equal(e.maps(torch.tensor([2, 0])), e.maps([2, 0]))


@pytest.mark.parametrize("targets", [1, "tabby", None, class_score(1)])
def test_a_single_target_is_refused_where_a_list_is_due(targets):
    with pytest.raises(TypeError, match="expected a list of targets; for a single one use map"):
        explain(SmallNet(), noise()).maps(targets)


def test_a_counterfactual_is_the_map_of_the_negated_score():
    e = explain(SmallNet(), noise(2))
    assert torch.equal(e.counterfactual(1), e.map(-class_score(1)))


def test_the_signed_map_is_what_speaks_for_minus_what_speaks_against():
    e = explain(SmallNet(), noise(2))
    assert torch.equal(e.signed(1), e.map(1) - e.counterfactual(1))


def test_class_0_is_explained_like_any_other():
    e = explain(gap_net([[5.0, 0.0], [0.0, 5.0]]), X)
    assert e.predicted.item() == 1
    assert not torch.equal(e.map(0), e.map()) and torch.equal(grad_cam(gap_net(), X, 0), explain(gap_net(), X).map(0))


def test_names_of_a_classifier_are_targets():
    clf = SimpleNamespace(model=gap_net(), names=["even", "odd"], layer="relu")
    e = explain(clf, X)
    assert e.layers == ["relu"] and torch.equal(e.map("even"), e.map(0))
    assert torch.equal(
        e.maps(["odd", class_score("even") - class_score("odd")])[1], e.map(class_score(0) - class_score(1))[0]
    )


def test_a_classifier_s_layer_can_be_overruled():
    assert explain(SimpleNamespace(model=gap_net(), names=None, layer="relu"), X, "conv").layers == ["conv"]


def test_the_channels_with_the_highest_and_the_lowest_weights_are_listed():
    # head weights 4, −8, 0, 2 behind an average over 4 places: alpha = 1, −2, 0, ½
    net = nn.Sequential(nn.Conv2d(1, 4, 1), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), linear([[4.0, -8, 0, 2]]))
    highest, lowest = explain(net, X).top_channels(0, k=2)
    assert highest == [(0, 1.0), (3, 0.5)] and lowest == [(1, -2.0), (2, 0.0)]


def test_more_channels_than_there_are_gives_them_all():
    highest, lowest = explain(gap_net(), X).top_channels(0, k=5)
    assert highest == [(0, 0.5), (1, -0.25)] and lowest == [(1, -0.25), (0, 0.5)]


# --- why a map is empty ---


def test_a_map_that_shows_something_has_no_note():
    assert explain(gap_net(), X).note(0) == ""


def test_a_map_without_positive_evidence_says_so():
    assert "no positive evidence" in explain(gap_net([[-1.0, -1.0]]), X).note(0)


def test_a_map_without_active_channels_says_so():
    net = gap_net()
    assert "no channel of this layer is active" in explain(net, 0 * X).note(0)


def test_a_map_without_any_gradient_says_so():
    assert "does not react to this layer" in explain(gap_net([[0.0, 0.0], [1.0, 1.0]]), X).note(0)


def test_a_map_in_which_the_evidence_cancels_says_so():
    net = gap_net([[1.0, -1.0]])
    net.conv.weight.data = torch.ones(2, 1, 1, 1)  # two equal channels, one for and one against
    assert "cancels" in explain(net, X).note(0)


def test_a_note_on_a_batch_names_the_images():
    x = torch.cat([X, 0 * X])
    note = explain(gap_net(), x).note(0)
    assert note.startswith("image 1: ") and "image 0" not in note


# --- what networks return ---


class Wrapped(nn.Module):
    def __init__(self, wrap):
        super().__init__()
        self.net, self.wrap = SmallNet(), wrap

    def forward(self, x):
        return self.wrap(self.net(x))


@pytest.mark.parametrize(
    "wrap, output",
    [
        (lambda z: (z, 0), 0),
        (lambda z: [0, z], 1),
        (lambda z: {"out": z, "aux": None}, "out"),
        (lambda z: SimpleNamespace(logits=z), lambda result: result.logits),
        (lambda z: z.view(len(z), 2, 2), lambda result: result.flatten(1)),
    ],
)
def test_logits_are_found_in_whatever_the_network_returns(wrap, output):
    net, x = Wrapped(wrap), noise(2)
    e = explain(net, x, "net.relu2", output=output)
    expected = explain(net.net, x)
    assert torch.equal(e.map(1), expected.map(1)) and torch.equal(e.saliency(1), expected.saliency(1))


@pytest.mark.parametrize(
    "wrap, output, words",
    [
        (lambda z: (z, 0), None, "returned a tuple; say with output="),
        (lambda z: {"out": z}, None, r"returned a dict with \['out'\]; say with output="),
        (lambda z: {"out": z}, "logits", r"output='logits': the network returned \['out'\]"),
        (lambda z: (z,), 3, "output=3: the network returned tuple"),
        (lambda z: SimpleNamespace(logits=z), 0, "output=0: the network returned SimpleNamespace"),
        (lambda z: z.view(len(z), 2, 2), None, r"returned \(2, 2, 2\) for 2 images; logits are \(N, C\)"),
        (lambda z: z[:1], None, r"returned \(1, 4\) for 2 images"),
        (lambda z: z.sum(), None, r"returned \(\) for 2 images"),
    ],
)
def test_an_output_without_logits_says_what_there_was(wrap, output, words):
    with pytest.raises((TypeError, ValueError), match=words):
        explain(Wrapped(wrap), noise(2), "net.relu2", output=output)


def test_one_score_for_each_image_counts_as_one_class():
    net = Wrapped(lambda z: z[:, 1])
    e = explain(net, noise(2), "net.relu2")
    assert e.logits.shape == (2, 1) and torch.equal(e.map(0), explain(net.net, noise(2)).map(1))


# --- bad input: a clear error ---


@pytest.mark.parametrize(
    "x, words",
    [
        (
            torch.zeros(3, 8, 8),
            r"expected a batch of images \(N, 3, H, W\), got \(3, 8, 8\); add the batch with x\[None\]",
        ),
        (torch.zeros(0, 3, 8, 8), r"got \(0, 3, 8, 8\)"),
        (torch.zeros(1, 3, 0, 8), r"got \(1, 3, 0, 8\)"),
        (torch.zeros(1, 3, 8, 8, dtype=torch.uint8), "expected a float tensor .* got torch.uint8; Classifier.to_input"),
        (np.zeros((1, 3, 8, 8), np.float32), "expected a float tensor .* got ndarray"),
        ("cat.jpg", "got str; Classifier.to_input makes one"),
    ],
)
def test_an_input_that_is_no_batch_of_images_is_refused(x, words):
    with pytest.raises((TypeError, ValueError), match=words):
        explain(SmallNet(), x)


@pytest.mark.parametrize("model", [None, "resnet18", lambda x: x])
def test_a_model_that_is_none_is_refused(model):
    with pytest.raises(TypeError, match="expected an nn.Module or a Classifier"):
        explain(model, noise())


def test_an_empty_list_of_layers_is_refused():
    with pytest.raises(ValueError, match="give at least one layer"):
        explain(SmallNet(), noise(), [])


def test_an_unknown_layer_offers_near_names():
    with pytest.raises(ValueError, match="layer 'relu3': no such layer; near: 'relu2'"):
        explain(SmallNet(), noise(), "relu3")


@pytest.mark.parametrize("layer, shape", [("pool", r"\(1, 2, 1, 1\)"), ("flat", r"\(1, 2\)"), ("head", r"\(1, 2\)")])
def test_a_layer_without_places_is_refused(layer, shape):
    with pytest.raises(ValueError, match=f"layer '{layer}' returns {shape}, which has no places to tell apart"):
        explain(gap_net(), X, layer)


def test_a_layer_that_did_not_run_is_refused():
    net = SmallNet()
    net.auxiliary = nn.Conv2d(3, 4, 3)
    with pytest.raises(ValueError, match="layer 'auxiliary' did not run during the forward pass"):
        explain(net, noise(), "auxiliary")


class SideBranch(SmallNet):
    """A convolution whose result the score does not use."""

    def __init__(self):
        super().__init__()
        self.side = nn.Conv2d(3, 4, 3)

    def forward(self, x):
        self.side(x)
        return super().forward(x)


def test_a_layer_that_the_score_does_not_use_is_refused():
    with pytest.raises(ValueError, match="no gradient path from layer 'side' to the score"):
        explain(SideBranch(), noise(), ["side", "relu2"]).map(1, "side")


def test_a_detached_layer_is_refused():
    class Detached(SmallNet):
        def forward(self, x):
            A = self.relu2(self.conv2(self.relu1(self.conv1(x))))
            return self.head(A.detach().flatten(1))

    with pytest.raises(ValueError, match="no gradient path from layer 'relu2' to the score"):
        grad_cam(Detached(), noise(), 1)


def test_pixels_that_the_score_does_not_use_are_refused():
    with pytest.raises(ValueError, match="no gradient path from the pixels to the score"):
        explain(NoGradBackbone(), noise()).saliency(1)


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), -float("inf")])
def test_an_output_that_is_not_finite_names_the_image(bad):
    x = noise(3)
    x[1, 0, 0, 0] = bad
    with pytest.raises(ValueError, match="output is NaN or infinite for image 1"):
        explain(SmallNet(), x)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16, torch.bfloat16])
@pytest.mark.parametrize("end", [nn.Softmax(1), lambda z: F.softmax(7 * z, 1)], ids=["module", "function"])
def test_a_softmax_at_the_end_is_warned_of(end, dtype):
    with pytest.warns(UserWarning, match="seems to end in a softmax.*Explain the logits"):
        explain(Wrapped(end).to(dtype), noise(2).to(dtype), "net.relu2")


@pytest.mark.parametrize("end", [nn.Identity(), nn.ReLU(), nn.Sigmoid(), nn.LogSoftmax(1)])
def test_other_ends_are_not_warned_of(end):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        explain(Wrapped(end), noise(2), "net.relu2")


@pytest.mark.parametrize("target, words", [([1], "1 targets for 2 images"), ([1, 2, 3], "3 targets for 2 images")])
def test_a_list_of_another_length_than_the_batch_is_refused(target, words):
    with pytest.raises(ValueError, match=words):
        explain(SmallNet(), noise(2)).map(target)


def test_a_class_out_of_range_is_refused():
    with pytest.raises(IndexError, match="class 4: out of range; the network has the classes 0 … 3"):
        explain(SmallNet(), noise()).map(4)


# --- signals and volumes ---

CONVOLUTION = {1: nn.Conv1d, 2: nn.Conv2d, 3: nn.Conv3d}
SIZE = {1: (40,), 2: (12, 9), 3: (7, 6, 5)}


def of_dimensions(d: int) -> tuple[nn.Sequential, torch.Tensor]:
    """A network for signals, pictures or volumes whose map keeps an order of its places, and two inputs."""
    torch.manual_seed(d)
    net = nn.Sequential(CONVOLUTION[d](2, 5, 3), nn.ReLU(), nn.Flatten(), nn.LazyLinear(4))
    x = torch.randn(2, 2, *SIZE[d])
    net(x)
    return net.eval(), x


@pytest.mark.parametrize("d", [1, 2, 3])
def test_maps_of_signals_and_volumes_are_those_of_a_pass_by_hand(d):
    net, x = of_dimensions(d)
    A = net[1](net[0](x)).detach().requires_grad_()
    (G,) = torch.autograd.grad(net[3](net[2](A))[:, 1].sum(), A)
    alpha = G.flatten(2).mean(2)
    L = torch.einsum("nk,nkp->np", alpha, A.detach().flatten(2)).unflatten(1, A.shape[2:])
    e = explain(net, x)
    assert e.layers == ["1"] and close(e.weights(1), alpha) and close(e.signed(1), L)
    assert torch.equal(grad_cam(net, x, 1), e.map(1)) and torch.equal(counterfactual(net, x, 1), e.counterfactual(1))
    assert close(e.maps([0, 1])[1], L.relu()) and e.maps([]).shape == (0, *L.shape)


@pytest.mark.parametrize("d", [1, 2, 3])
def test_pixel_methods_of_signals_and_volumes_are_those_of_a_pass_by_hand(d):
    net, x = of_dimensions(d)
    pixels = x.clone().requires_grad_()
    (G,) = torch.autograd.grad(net(pixels)[:, 1].sum(), pixels)
    assert close(saliency(net, x, 1), G.abs().amax(1))
    e = explain(net, x)
    guided = e.pixel_gradient(1, rule="guided")
    assert close(e.guided_grad_cam(1), upsample(e.map(1), SIZE[d])[:, None] * guided)


@pytest.mark.parametrize(
    "d, x, words",
    [
        (1, torch.zeros(2, 40), r"a batch of signals \(N, C, L\), got \(2, 40\); add the batch with x\[None\]"),
        (3, torch.zeros(2, 7, 6, 5), r"a batch of volumes \(N, C, T, H, W\), got .*; add the batch with x\[None\]"),
        (2, torch.zeros(2, 12, 9), r"a batch of images \(N, 3, H, W\), got \(2, 12, 9\); add the batch with x\[None\]"),
        (1, torch.zeros(40), r"got \(40,\)$"),
    ],
)
def test_an_input_without_its_batch_says_what_is_expected(d, x, words):
    with pytest.raises(ValueError, match=words):
        explain(of_dimensions(d)[0], x)


# --- several inputs ---


class WithMeta(nn.Module):
    """A picture and three numbers, which count as well."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.net, self.meta = SmallNet(), nn.Linear(3, 5 * 4 * 4)

    def forward(self, image, meta, *, scale=1.0):
        A = self.net.relu2(self.net.conv2(self.net.relu1(self.net.conv1(image))))
        return scale * self.net.head(A.flatten(1) * self.meta(meta))


META = torch.arange(6.0).view(2, 3)


@pytest.mark.parametrize("x", [(noise(2), META), [noise(2), META], {"image": noise(2), "meta": META, "scale": 1.0}])
def test_a_network_with_several_inputs_needs_no_wrapper(x):
    class Wrapper(nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = WithMeta()

        def forward(self, image):
            return self.inner(image, META[: len(image)] if len(image) > 1 else META[:1])

    wrapper, picture = Wrapper(), noise(2)
    e = explain(WithMeta(), x)
    assert e.layers == ["net.relu2"] and torch.equal(e.map(1), grad_cam(wrapper, picture, 1, "inner.net.relu2"))
    assert torch.equal(saliency(WithMeta(), x, 1), saliency(wrapper, picture, 1))
    assert torch.equal(guided_grad_cam(WithMeta(), x, 1), guided_grad_cam(wrapper, picture, 1, "inner.net.relu2"))


def test_the_inputs_beside_the_picture_are_those_of_their_image_when_patches_are_muted():
    net, x = WithMeta(), noise(2)
    D = occlusion_map(net, (x, META), 1, patch=4, stride=4, batch=3)
    for i in range(2):
        assert close(D[i], occlusion_map(net, (x[i : i + 1], META[i : i + 1]), 1, patch=4, stride=4)[0])
    assert not close(D[1], occlusion_map(net, (x[1:], META[:1]), 1, patch=4, stride=4)[0], 0.1)


# --- one output ---


def test_one_output_is_listed_as_it_is_and_not_as_a_class_of_probability_1():
    e = explain(gap_net([[2.0, -1.0]]), X)
    assert e.top() == [("output", 0.5)]
    assert torch.equal(e.map(-class_score(0)), e.counterfactual(0))
    for ask in (lambda: e.map(1), lambda: e.maps([0, 1])):
        with pytest.raises(IndexError, match=r"one output, 0.*-class_score\(0\)"):
            ask()


@pytest.mark.parametrize("score", [200.0, -200.0])
@pytest.mark.parametrize("end", [nn.Sigmoid(), lambda z: z.sigmoid().squeeze(1)], ids=["module", "function"])
def test_a_sigmoid_at_the_end_that_is_sure_is_warned_of(score, end):
    net = Wrapped(end)
    net.net = gap_net([[score, 0.0]])
    with pytest.warns(UserWarning, match="seems to end in a sigmoid.*take the sigmoid off"):
        explain(net, X, "net.relu")


# --- mixed precision and checkpoints ---


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_maps_are_float32_within_autocast_and_not_rounded_on_the_way(dtype):
    net, x = SmallNet(gap=True), noise(2)
    with torch.autocast("cpu", dtype):
        e = explain(net, x, pixels=True)
        maps = [
            e.map(1),
            e.maps([0, 1]),
            e.weights(1),
            e.counterfactual(1),
            cam(net, x, 1),
            occlusion_map(net, x, patch=4),
        ]
        maps += [e.saliency(1), e.guided_grad_cam(1), upsample(e.map(1), 8)]
    assert {m.dtype for m in maps} == {torch.float32}
    assert close(maps[0], (e.weights(1)[..., None, None] * e.activation().float()).sum(1).relu())


@pytest.mark.parametrize("attribute", ["memory_efficient", "grad_checkpointing"])
def test_a_network_that_checkpoints_by_a_flag_is_explained_without(attribute):
    class Checkpointed(SmallNet):
        def forward(self, x):
            if not vars(self)[attribute]:
                return super().forward(x)
            return checkpoint(super().forward, x, use_reentrant=False)

    net = Checkpointed()
    setattr(net, attribute, True)
    for method in (grad_cam, saliency, guided_backprop):
        assert torch.equal(method(net, noise(), 1), method(SmallNet(), noise(), 1))
    assert vars(net)[attribute] is True


def test_a_network_that_always_checkpoints_is_explained_or_refused_in_words():
    class Checkpointed(SmallNet):
        def forward(self, x):
            A = checkpoint(lambda t: self.relu2(self.conv2(self.relu1(self.conv1(t)))), x, use_reentrant=False)
            return self.head(A.flatten(1))

    assert torch.equal(grad_cam(Checkpointed(), noise(), 1), grad_cam(SmallNet(), noise(), 1))
    with pytest.raises(RuntimeError, match="uses gradient checkpointing.*switch it off"):
        saliency(Checkpointed(), noise(), 1)


def test_saved_tensor_hooks_of_the_caller_do_not_disturb():
    with torch.autograd.graph.saved_tensors_hooks(lambda t: t, lambda t: t):
        assert torch.equal(saliency(SmallNet(), noise(), 1), saliency(SmallNet(), noise(), 1))
