"""The activation of a layer as a leaf of the graph, and a model that is left as it was found."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from support.tiny import SmallNet, X, gap_net, noise, snapshot
from torch import nn

from gradcam_lib.capture import capture, evaluating, find_layer


def test_a_layer_is_found_by_its_name():
    net = SmallNet()
    assert find_layer(net, "conv2") == ("conv2", net.conv2)


def test_a_layer_is_found_by_its_module():
    net = SmallNet()
    assert find_layer(net, net.conv2) == ("conv2", net.conv2)


def test_an_unknown_layer_offers_near_names():
    with pytest.raises(ValueError, match="layer 'conv3': no such layer; near: 'conv2', 'conv1'"):
        find_layer(SmallNet(), "conv3")


def test_an_unknown_layer_offers_some_names_where_none_is_near():
    with pytest.raises(ValueError, match="near: 'conv1', 'relu1'"):
        find_layer(SmallNet(), "zzz")


def test_a_module_of_another_model_is_refused():
    with pytest.raises(ValueError, match="layer Conv2d: this module is not part of the model"):
        find_layer(SmallNet(), SmallNet().conv1)


def test_a_module_with_two_names_is_found_by_both():
    net = SmallNet()
    net.again = net.conv2
    assert find_layer(net, "again") == ("again", net.conv2)


def test_the_activation_is_what_the_layer_returned():
    net = gap_net()
    with capture(net, ["relu"]) as kept:
        net(X)
    # the picture [[1, −2], [3, −4]] and its negative, rectified
    assert kept["relu"].tolist() == [[[[1, 0], [3, 0]], [[0, 2], [0, 4]]]]


def test_the_activation_is_a_leaf_from_which_the_score_is_reached():
    net = gap_net()
    with torch.no_grad(), capture(net, ["relu"]) as kept:
        logits = net(X)
    (G,) = torch.autograd.grad(logits[0, 0], kept["relu"])
    # the weights 2 and −1 of class 0, spread by the average over 4 places
    assert kept["relu"].is_leaf and G[0].tolist() == [[[0.5] * 2] * 2, [[-0.25] * 2] * 2]


@pytest.mark.parametrize("frozen", [True, False])
def test_it_works_under_no_grad_and_on_frozen_weights(frozen):
    net = gap_net().requires_grad_(not frozen)
    with torch.no_grad(), capture(net, ["relu"]) as kept:
        logits = net(X)
    assert torch.autograd.grad(logits[0, 1], kept["relu"])[0][0, :, 0, 0].tolist() == [-0.25, 0.75]


@pytest.mark.parametrize("enabled", [True, False])
def test_the_caller_s_grad_mode_comes_back(enabled):
    net = gap_net()
    with torch.set_grad_enabled(enabled):
        with capture(net, ["relu"]):
            net(X)
        assert torch.is_grad_enabled() == enabled


def test_what_happens_in_place_afterwards_leaves_the_activation_alone():
    net = nn.Sequential(nn.Conv2d(3, 4, 1), nn.ReLU(inplace=True))
    with capture(net, ["0"]) as kept:
        net(noise())
    assert torch.equal(kept["0"], net[0](noise())) and kept["0"].min() < 0


def test_two_layers_at_once_the_deeper_one_connected_to_the_other():
    net = SmallNet()
    with capture(net, ["relu1", "relu2"]) as kept:
        logits = net(noise())
    first, second = torch.autograd.grad(logits.sum(), [kept["relu1"], kept["relu2"]])
    assert first.any() and second.any()


class Twice(nn.Module):
    """y = sum of 2·2·x, with one module that doubles."""

    def __init__(self):
        super().__init__()
        self.twice = nn.Conv2d(1, 1, 1, bias=False)
        self.twice.weight.data.fill_(2.0)

    def forward(self, x):
        return self.twice(self.twice(x)).flatten(1).sum(1, keepdim=True)


@pytest.mark.parametrize("run, factor, slope", [(0, 2, 2), (1, 4, 1)])
def test_a_run_of_a_layer_that_runs_twice_is_kept_where_it_is_named(run, factor, slope):
    net = Twice()
    with capture(net, [("twice", run)]) as kept:
        logits = net(X)
    A = kept[f"twice#{run}"]
    assert A.tolist() == (factor * X).tolist()
    assert torch.autograd.grad(logits[0, 0], A)[0].tolist() == (slope * torch.ones_like(X)).tolist()


def test_both_runs_are_kept_where_both_are_named():
    net = Twice()
    with capture(net, [("twice", 0), (net.twice, 1)]) as kept:
        net(X)
    assert {name: A.tolist() for name, A in kept.items()} == {
        "twice#0": (2 * X).tolist(),
        "twice#1": (4 * X).tolist(),
    }


def test_a_layer_that_runs_twice_is_an_error_that_lists_the_runs_with_their_shapes():
    net = Twice()
    before = snapshot(net)
    with pytest.raises(
        ValueError, match=r"'twice' runs 2 times; .*\('twice', 0\) \(1, 1, 2, 2\), \('twice', 1\) \(1, 1"
    ):
        with capture(net, ["twice"]):
            net(X)
    assert snapshot(net) == before


@pytest.mark.parametrize("layer, words", [(("twice", 2), "2 times, and there is no run 2"), ("twice#5", "no run 5")])
def test_a_run_that_there_is_not_is_an_error_that_lists_those_there_are(layer, words):
    net = Twice()
    with pytest.raises(ValueError, match=words + r".*\('twice', 1\)"), capture(net, [layer]):
        net(X)


def test_a_layer_that_returns_a_tuple_is_refused_by_its_name():
    net = nn.Sequential(nn.LSTM(4, 3))
    with pytest.raises(TypeError, match="layer '0' returns tuple, not one map; choose a layer inside it"):
        with capture(net, ["0"]):
            net(torch.randn(2, 1, 4))


def test_hooks_are_gone_afterwards_and_the_model_untouched():
    net = SmallNet()
    before = snapshot(net)
    with capture(net, ["relu1", "relu2"]):
        net(noise())
    assert snapshot(net) == before


def test_hooks_are_gone_after_an_exception():
    net = SmallNet()
    before = snapshot(net)
    with pytest.raises(ZeroDivisionError):
        with capture(net, ["relu1"]):
            raise ZeroDivisionError
    assert snapshot(net) == before


def test_hooks_are_gone_when_a_later_layer_is_unknown():
    net = SmallNet()
    before = snapshot(net)
    with pytest.raises(ValueError):
        with capture(net, ["relu1", "relu9"]):
            pass
    assert snapshot(net) == before


def test_a_hook_of_the_caller_still_sees_the_layer():
    net, seen = SmallNet(), []
    net.relu1.register_forward_hook(lambda module, args, output: seen.append(output.shape))
    with capture(net, ["relu1"]):
        net(noise())
    assert seen == [(1, 6, 8, 8)]


def test_in_evaluation_mode_dropout_is_off_and_statistics_stay():
    net = nn.Sequential(nn.BatchNorm2d(3), nn.Dropout(0.5))
    before = net[0].running_mean.clone()
    with evaluating(net):
        out = net(noise(4))
    assert (out != 0).all() and torch.equal(net[0].running_mean, before)


def test_each_module_gets_its_own_mode_back():
    net = nn.Sequential(nn.BatchNorm2d(3), nn.Sequential(nn.Dropout(), nn.ReLU()))
    net.train()
    net[0].eval()
    net[1][1].eval()
    before = snapshot(net)
    with evaluating(net):
        assert not any(module.training for module in net.modules())
    assert snapshot(net) == before


def test_modes_come_back_after_an_exception():
    net = nn.Sequential(nn.Dropout()).train()
    with pytest.raises(ZeroDivisionError), evaluating(net):
        raise ZeroDivisionError
    assert net.training and net[0].training


def test_what_the_model_did_in_no_grad_before_the_layer_is_not_recorded():
    class Frozen(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv, self.head = nn.Conv2d(3, 4, 1), nn.Linear(4, 2)

        def forward(self, x):
            return self.head(F.relu(self.conv(x)).mean((2, 3)))

    net = Frozen()
    with torch.no_grad(), capture(net, ["conv"]) as kept:
        logits = net(noise())
    assert kept["conv"].grad_fn is None and logits.requires_grad
