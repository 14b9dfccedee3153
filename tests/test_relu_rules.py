"""Three ways back through a ReLU, against backward passes by hand, whichever way the ReLU was written."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
import torchvision
from captum.attr import Deconvolution, GuidedBackprop
from support.tiny import SmallNet, close, noise, snapshot
from torch import nn

from gradcam_lib import deconvnet, explain, guided_backprop
from gradcam_lib.explanation import explain_pixels
from gradcam_lib.relu_rules import ReLURules

RULES = ("plain", "deconvnet", "guided")


def by_hand(rule: str, f: torch.Tensor, R: torch.Tensor) -> torch.Tensor:
    return {"plain": R * (f > 0), "deconvnet": R * (R > 0), "guided": R * (f > 0) * (R > 0)}[rule]


# --- one ReLU, on paper ---

W1 = torch.tensor([[1.0, 0.0], [0.0, -1.0], [1.0, 1.0]])
W2 = torch.tensor([[-1.0, 2.0, 3.0]])
PAIR = torch.tensor([1.0, 2.0]).view(1, 2, 1, 1)


@pytest.mark.parametrize("rule, gradient", [("plain", [2, 3]), ("deconvnet", [3, 1]), ("guided", [3, 3])])
def test_the_three_rules_on_paper(rule, gradient):
    # x = (1, 2): f = W₁x = (1, −2, 3), R = W₂ = (−1, 2, 3)
    # plain     R·[f > 0]          = (−1, 0, 3), times W₁: −1 + 3 =  2 and  0 + 3 = 3
    # deconvnet R·[R > 0]          = ( 0, 2, 3), times W₁:  0 + 3 =  3 and −2 + 3 = 1
    # guided    R·[f > 0]·[R > 0]  = ( 0, 0, 3), times W₁:  0 + 3 =  3 and  0 + 3 = 3
    class Paper(nn.Module):
        def forward(self, x):
            return (x.flatten(1) @ W1.T).relu() @ W2.T

    assert explain_pixels(Paper(), PAIR).pixel_gradient(0, rule=rule).flatten().tolist() == gradient


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("f, R", [(2, 3), (2, -3), (-2, 3), (-2, -3), (0, 3), (0, -3), (2, 0)])
def test_every_combination_of_signs_follows_the_table(f, R, rule):
    class One(nn.Module):
        def forward(self, x):
            return R * F.relu(x).flatten(1)

    f = torch.tensor([[[[float(f)]]]])
    expected = by_hand(rule, f, torch.tensor([[[[float(R)]]]]))
    assert explain_pixels(One(), f).pixel_gradient(0, rule=rule).tolist() == expected.tolist()


# --- three layers of them, written in every way that PyTorch knows ---


def statement(relu):
    """Works in place, and what it returns is not used."""

    def call(f):
        relu(f)
        return f

    return call


WAYS = {
    "nn.ReLU": nn.ReLU(),
    "nn.ReLU(inplace)": nn.ReLU(inplace=True),
    "F.relu": F.relu,
    "F.relu(inplace=True)": lambda f: F.relu(f, inplace=True),
    "F.relu(f, True)": lambda f: F.relu(f, True),
    "F.relu(input=)": lambda f: F.relu(input=f),
    "F.relu_": lambda f: F.relu_(f),
    "torch.relu": torch.relu,
    "torch.relu_": lambda f: torch.relu_(f),
    "Tensor.relu": lambda f: f.relu(),
    "Tensor.relu_": lambda f: f.relu_(),
    "torch.clamp(min=0)": lambda f: torch.clamp(f, min=0),
    "torch.clamp(f, 0)": lambda f: torch.clamp(f, 0),
    "Tensor.clamp(min=0.0)": lambda f: f.clamp(min=0.0),
    "Tensor.clamp_": lambda f: f.clamp_(0),
    "torch.clamp_min": lambda f: torch.clamp_min(f, 0),
    "Tensor.clamp_min_": lambda f: f.clamp_min_(0),
    "relu_() as a statement": statement(torch.relu_),
    "nn.ReLU(inplace) as a statement": statement(nn.ReLU(inplace=True)),
    "clamp_ as a statement": statement(lambda f: f.clamp_(min=0)),
    "aten.relu": torch.ops.aten.relu,
    "aten.relu.default": torch.ops.aten.relu.default,  # what exported networks call
    "aten.relu_": torch.ops.aten.relu_.default,
}


class Plain(nn.Module):
    """convolution, ReLU, convolution, ReLU, linear, ReLU, linear, all ReLUs by the same function or object."""

    def __init__(self, relu):
        super().__init__()
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(1)
            self.a, self.b = nn.Conv2d(3, 4, 3), nn.Conv2d(4, 5, 3)
            self.c, self.d = nn.Linear(5 * 4 * 4, 6), nn.Linear(6, 3)
        self.relu = relu

    def forward(self, x):
        x = self.relu(self.b(self.relu(self.a(x))))
        return self.d(self.relu(self.c(x.flatten(1))))

    def by_hand(self, x: torch.Tensor, c: int, rule: str) -> torch.Tensor:
        """The gradient of class c without autograd: transposed layers, the rule in between."""
        with torch.no_grad():
            f1 = self.a(x)
            f2 = self.b(f1.clamp(min=0))
            f3 = self.c(f2.clamp(min=0).flatten(1))
            R = by_hand(rule, f3, self.d.weight[c].expand_as(f3))
            R = by_hand(rule, f2, (R @ self.c.weight).view_as(f2))
            R = by_hand(rule, f1, F.conv_transpose2d(R, self.b.weight))
            return F.conv_transpose2d(R, self.a.weight)


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("way", WAYS)
def test_every_relu_is_reached_however_it_is_written(way, rule):
    net, x = Plain(WAYS[way]), noise(2)
    G = explain_pixels(net, x).pixel_gradient(1, rule=rule)
    assert close(G, net.by_hand(x, 1, rule)) and G.any()


def test_the_three_rules_give_three_results():
    net, x = Plain(F.relu), noise()
    plain, deconv, guided = (net.by_hand(x, 1, rule) for rule in RULES)
    assert not close(plain, deconv, 0.1) and not close(plain, guided, 0.1) and not close(deconv, guided, 0.1)


@pytest.mark.parametrize("rule", ["deconvnet", "guided"])
@pytest.mark.parametrize("name", ["small", "resnet18"])
def test_captum_agrees_where_every_relu_is_a_module_of_its_own(name, rule):
    net = own_relus(name)
    x = noise(1, 8 if name == "small" else 64)
    method, reference = {"deconvnet": (deconvnet, Deconvolution), "guided": (guided_backprop, GuidedBackprop)}[rule]
    with pytest.warns(UserWarning, match="Setting .*hooks on ReLU activations"):
        expected = reference(net).attribute(x.clone().requires_grad_(), target=1)
    assert close(method(net, x, 1), expected.detach())


def own_relus(name: str) -> nn.Module:
    """captum wants one module for each ReLU, none of which works in place."""
    torch.manual_seed(0)
    if name == "small":
        return SmallNet()
    net = torchvision.models.get_model(name, weights=None, num_classes=5).eval()
    for module in net.modules():
        if isinstance(module, nn.ReLU):
            module.inplace = False
        if isinstance(module, torchvision.models.resnet.BasicBlock):
            module.relu2 = nn.ReLU()
            module.forward = _block.__get__(module)
    return net


def _block(self, x):
    out = self.bn2(self.conv2(self.relu(self.bn1(self.conv1(x)))))
    return self.relu2(out + (x if self.downsample is None else self.downsample(x)))


def test_relus_that_are_shared_and_in_place_change_nothing():
    torch.manual_seed(0)
    shared = torchvision.models.resnet18(num_classes=5).eval()
    separate = own_relus("resnet18")
    separate.load_state_dict(shared.state_dict())
    x = noise(1, 64)
    assert close(guided_backprop(shared, x, 1), guided_backprop(separate, x, 1))


# --- what comes and goes ---


def test_outside_the_rule_gradients_are_plain():
    net, x = Plain(F.relu), noise()
    e = explain_pixels(net, x)
    e.pixel_gradient(1, rule="guided"), e.pixel_gradient(1, rule="deconvnet")
    assert close(e.pixel_gradient(1), net.by_hand(x, 1, "plain"))


def test_the_model_s_own_gradients_are_plain_afterwards():
    net, x = Plain(nn.ReLU(inplace=True)), noise()
    guided_backprop(net, x, 1)
    pixels = x.clone().requires_grad_()
    (G,) = torch.autograd.grad(net(pixels)[0, 1], pixels)
    assert close(G, net.by_hand(x, 1, "plain"))


def test_the_rule_ends_with_an_exception():
    rules = ReLURules()
    with pytest.raises(ZeroDivisionError), rules.use("guided"):
        raise ZeroDivisionError
    assert rules.rule == "plain"


def test_two_calls_give_the_same_result_twice():
    net, x = Plain(F.relu), noise()
    assert torch.equal(guided_backprop(net, x, 1), guided_backprop(net, x, 1))


def test_the_model_keeps_its_modules():
    net = Plain(nn.ReLU(inplace=True))
    before = snapshot(net)
    guided_backprop(net, noise(), 1), deconvnet(net, noise(), 1)
    assert snapshot(net) == before


def test_the_logits_are_those_of_the_model():
    net, x = Plain(nn.ReLU(inplace=True)), noise()
    assert torch.equal(explain_pixels(net, x).logits, net(x).detach())


def test_a_nan_is_not_rectified_away():
    with ReLURules():
        assert torch.relu(torch.tensor([float("nan"), -1.0])).isnan().tolist() == [True, False]


def test_an_unknown_rule_lists_the_known_ones():
    with pytest.raises(ValueError, match="rule 'gided': choose one of 'plain', 'deconvnet', 'guided'"):
        explain(SmallNet(), noise()).pixel_gradient(1, rule="gided")


# --- activations that are no ReLU ---

OTHERS = {
    "celu": nn.CELU(), "elu": nn.ELU(), "gelu": nn.GELU(), "glu": nn.GLU(1), "hardshrink": nn.Hardshrink(),
    "hardsigmoid": nn.Hardsigmoid(), "hardswish": nn.Hardswish(), "hardtanh": nn.Hardtanh(),
    "leaky_relu": nn.LeakyReLU(), "log_sigmoid": nn.LogSigmoid(), "mish": nn.Mish(), "prelu": nn.PReLU(),
    "relu6": nn.ReLU6(), "rrelu": nn.RReLU(), "selu": nn.SELU(), "sigmoid": nn.Sigmoid(), "silu": nn.SiLU(),
    "softplus": nn.Softplus(), "softshrink": nn.Softshrink(), "softsign": nn.Softsign(), "tanh": nn.Tanh(),
    "tanhshrink": nn.Tanhshrink(), "threshold": nn.Threshold(0.1, 0),
    "silu in place": nn.SiLU(inplace=True), "relu6 in place": nn.ReLU6(inplace=True),
    "relu6 as a function": F.relu6, "gelu as a function": F.gelu, "sigmoid as a method": lambda f: f.sigmoid(),
    "tanh as a method in place": lambda f: f.tanh_(), "clamp with two limits": lambda f: f.clamp(0, 6),
}  # fmt: skip


@pytest.mark.parametrize("name", OTHERS)
def test_another_activation_is_refused_by_its_name(name):
    net = nn.Sequential(nn.Conv2d(3, 4, 3), Call(OTHERS[name]), nn.Flatten(), nn.LazyLinear(2))
    net(noise())
    listed = name.split(" ")[0]
    with pytest.raises(ValueError, match=rf"no ReLU: {listed} \(1×\).*pass strict=False"):
        guided_backprop(net, noise(), 1)


class Call(nn.Module):
    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, x):
        return self.function(x)


def test_all_other_activations_are_listed_with_their_number():
    net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.SiLU(), nn.ReLU(), nn.GELU(), nn.SiLU(), nn.Flatten(), nn.Linear(144, 2))
    with pytest.raises(ValueError, match=r"gelu \(1×\), silu \(2×\)"):
        deconvnet(net, noise(), 1)


def test_plain_gradients_welcome_any_activation():
    net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.SiLU(), nn.Flatten(), nn.Linear(144, 2))
    assert explain_pixels(net, noise()).saliency(1).any()


@pytest.mark.parametrize("rule", ["deconvnet", "guided"])
def test_without_strict_the_others_stay_plain_and_the_relus_follow_the_rule(rule):
    net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.Tanh(), nn.Flatten(), nn.Linear(144, 5), nn.ReLU(), nn.Linear(5, 2))
    x = noise()
    with torch.no_grad():
        f1 = net[0](x)
        f2 = net[3](f1.tanh().flatten(1))
        R = by_hand(rule, f2, net[5].weight[1].expand_as(f2)) @ net[3].weight
        expected = F.conv_transpose2d(R.view_as(f1) * (1 - f1.tanh() ** 2), net[0].weight)
    method = {"deconvnet": deconvnet, "guided": guided_backprop}[rule]
    assert close(method(net, x, 1, strict=False), expected)


@pytest.mark.parametrize(
    "name, listed",
    [("mobilenet_v2", "relu6"), ("mobilenet_v3_small", "hardsigmoid.*hardswish"), ("convnext_tiny", "gelu")],
)
def test_torchvision_networks_with_other_activations_are_refused(name, listed):
    net = torchvision.models.get_model(name, weights=None).eval()
    with pytest.raises(ValueError, match=listed):
        guided_backprop(net, noise(1, 64), 1)


@pytest.mark.filterwarnings("ignore:.torch.jit.trace:FutureWarning")  # deprecated, but such files are still about
@pytest.mark.filterwarnings("ignore:.torch.jit.trace:DeprecationWarning")
def test_a_scripted_network_whose_relus_are_out_of_reach_is_refused():
    traced = torch.jit.trace(SmallNet(), noise())
    with pytest.raises(ValueError, match="ScriptModule: its ReLUs are out of reach"):
        guided_backprop(traced, noise(), 1)


def test_a_clamp_that_guards_a_division_is_no_activation():
    class Limits(nn.Module):
        def __init__(self):
            super().__init__()
            self.net = SmallNet()

        def forward(self, x):
            return self.net(x / x.flatten(1).norm(dim=1).clamp(min=1e-6).view(-1, 1, 1, 1))

    assert guided_backprop(Limits(), noise(), 1).any()
