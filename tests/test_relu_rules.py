"""Three ways back through a ReLU, against backward passes by hand, whichever way the ReLU was written."""

from __future__ import annotations

import copy

import pytest
import torch
import torch.nn.functional as F
import torchvision
from captum.attr import Deconvolution, GuidedBackprop, Saliency
from support.tiny import SmallNet, close, noise, snapshot
from torch import nn
from torch.utils.checkpoint import checkpoint

from gradcam_lib import deconvnet, explain, guided_backprop
from gradcam_lib.explanation import explain_pixels
from gradcam_lib.relu_rules import ReLURules

RULES = ("plain", "deconvnet", "guided")


def by_hand(rule: str, f: torch.Tensor, R: torch.Tensor, ceiling: float = torch.inf) -> torch.Tensor:
    rising = (f > 0) & (f < ceiling)
    return {"plain": R * rising, "deconvnet": R * (R > 0), "guided": R * rising * (R > 0)}[rule]


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


def assign(f):
    f[f < 0] = 0
    return f


def fill_where_not_positive(f):
    f.masked_fill_(~(f > 0), 0)
    return f


class Threshold0(nn.Module):
    """max(f, 0) with the zero as a tensor that the module holds."""

    def __init__(self):
        super().__init__()
        self.register_buffer("zero", torch.zeros(1))

    def forward(self, f):
        return torch.maximum(self.zero, f)


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
    "clip(min=0)": lambda f: f.clip(min=0),
    "torch.clip": lambda f: torch.clip(f, 0.0, None),
    "clip_": lambda f: f.clip_(0),
    "clamp(min=tensor)": lambda f: f.clamp(min=torch.tensor(0.0)),
    "clamp without a ceiling that matters": lambda f: f.clamp(0, float("inf")),
    "torch.maximum": lambda f: torch.maximum(f, torch.zeros_like(f)),
    "torch.maximum with one zero": lambda f: torch.maximum(f, torch.zeros(())),
    "torch.maximum with a buffer": Threshold0(),
    "torch.max of two": lambda f: torch.max(torch.zeros(1), f),
    "Tensor.max of two": lambda f: f.max(other=f.new_zeros(1)),
    "torch.fmax": lambda f: torch.fmax(f, torch.zeros_like(f)),
    "maximum with a parameter": lambda f: torch.maximum(f, nn.Parameter(torch.zeros(1))),
    "where(f > 0, f, 0)": lambda f: torch.where(f > 0, f, 0),
    "where(f >= 0, f, zeros)": lambda f: torch.where(f >= 0, f, torch.zeros_like(f)),
    "where(f < 0, 0, f)": lambda f: torch.where(f < 0, torch.zeros(()), f),
    "where(0 >= f, 0, f)": lambda f: torch.where(0 >= f, 0.0, f),
    "where(zeros < f, f, 0)": lambda f: torch.where(torch.zeros(1) < f, f, 0),
    "Tensor.where": lambda f: f.where(f.gt(0), 0),
    "Tensor.where by name": lambda f: f.where(condition=f.gt(0), other=f.new_zeros(1)),
    "where by name": lambda f: torch.where(condition=torch.greater(f, 0), input=f, other=torch.tensor(0.0)),
    "f * (f > 0)": lambda f: f * (f > 0),
    "(f > 0) * f": lambda f: (f > 0) * f,
    "f * (f > 0).float()": lambda f: f * (f > 0).float(),
    "torch.mul": lambda f: torch.mul(f, torch.gt(f, 0).to(f.dtype)),
    "f * (f.detach() > 0)": lambda f: f * (f.detach() > 0).type_as(f),
    "f * ~(f <= 0)": lambda f: f * ~(f <= 0),
    "f * (1 - (f < 0).float())": lambda f: f * (1 - (f < 0).float()),
    "f *= f > 0": lambda f: f.mul_(f > 0),
    "masked_fill": lambda f: f.masked_fill(f < 0, 0),
    "masked_fill with a tensor": lambda f: f.masked_fill(f <= 0, torch.tensor(0.0)),
    "masked_fill_ as a statement": fill_where_not_positive,
    "f[f < 0] = 0": assign,
    "F.threshold": lambda f: F.threshold(f, 0, 0),
    "F.threshold_": lambda f: F.threshold_(f, 0.0, 0.0),
    "nn.Threshold": nn.Threshold(0, 0),
    "nn.Threshold(inplace)": nn.Threshold(0, 0, inplace=True),
    "aten.threshold": lambda f: torch.ops.aten.threshold.default(f, 0, 0),
    "inside vmap": torch.vmap(F.relu),
    "inside vmap, as a product": torch.vmap(lambda f: f * (f > 0)),
}

# A ReLU that stops rising at c, for c = 0.5.
C = 0.5
CEILINGS = {
    "nn.Hardtanh": nn.Hardtanh(0, C),
    "nn.Hardtanh(inplace)": nn.Hardtanh(0.0, C, inplace=True),
    "F.hardtanh": lambda f: F.hardtanh(f, 0, C),
    "F.hardtanh by name": lambda f: F.hardtanh(f, min_val=0, max_val=C),
    "F.hardtanh_": lambda f: F.hardtanh_(f, 0, C),
    "clamp": lambda f: f.clamp(0, C),
    "clamp_": lambda f: f.clamp_(min=0, max=C),
    "clip with tensors": lambda f: torch.clip(f, torch.tensor(0.0), torch.tensor(C)),
    "clamp with a learned ceiling": lambda f: f.clamp(torch.tensor(0.0), nn.Parameter(torch.tensor(C))),
    "aten.hardtanh": lambda f: torch.ops.aten.hardtanh.default(f, 0, C),
    "nn.ReLU6": lambda f: nn.ReLU6()(f * 6 / C) * C / 6,
    "nn.ReLU6(inplace)": lambda f: nn.ReLU6(inplace=True)(f * 6 / C) * C / 6,
    "F.relu6": lambda f: F.relu6(f * 6 / C) * C / 6,
    "F.relu6(f, True)": lambda f: F.relu6(f * 6 / C, True) * C / 6,
    "aten.relu6": lambda f: torch.ops.aten.relu6.default(f * 6 / C) * C / 6,
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

    def by_hand(self, x: torch.Tensor, c: int, rule: str, ceiling: float = torch.inf) -> torch.Tensor:
        """The gradient of class c without autograd: transposed layers, the rule in between."""
        with torch.no_grad():
            f1 = self.a(x)
            f2 = self.b(f1.clamp(0, ceiling))
            f3 = self.c(f2.clamp(0, ceiling).flatten(1))
            R = by_hand(rule, f3, self.d.weight[c].expand_as(f3), ceiling)
            R = by_hand(rule, f2, (R @ self.c.weight).view_as(f2), ceiling)
            R = by_hand(rule, f1, F.conv_transpose2d(R, self.b.weight), ceiling)
            return F.conv_transpose2d(R, self.a.weight)


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("way", WAYS)
def test_every_relu_is_reached_however_it_is_written(way, rule):
    net, x = Plain(WAYS[way]), noise(2)
    G = explain_pixels(net, x).pixel_gradient(1, rule=rule)
    assert close(G, net.by_hand(x, 1, rule)) and G.any()


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("way", CEILINGS)
def test_every_relu_with_a_ceiling_is_reached_however_it_is_written(way, rule):
    net, x = Plain(CEILINGS[way]), noise(2)
    assert not close(net.by_hand(x, 1, "plain", C), net.by_hand(x, 1, "plain"), 0.1)  # values reach the ceiling
    G = explain_pixels(net, x).pixel_gradient(1, rule=rule)
    assert close(G, net.by_hand(x, 1, rule, C)) and G.any()


@pytest.mark.parametrize("way", [*WAYS, *CEILINGS])
def test_the_values_of_a_network_are_not_changed_by_recording_them(way):
    net, x = Plain({**WAYS, **CEILINGS}[way]), noise(2)
    assert torch.equal(explain_pixels(net, x).logits, net(x).detach())


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("R", [3.0, -3.0])
@pytest.mark.parametrize("f", [-1.0, 0.0, 0.25, C, 1.0])
@pytest.mark.parametrize("way", ["clamp", "F.hardtanh", "aten.hardtanh"])
def test_every_combination_of_signs_follows_the_table_of_the_ceiling(way, f, R, rule):
    f = torch.full((1, 1, 1, 1), f)
    G = explain_pixels(Weighted(CEILINGS[way], R), f).pixel_gradient(0, rule=rule)
    assert G.tolist() == by_hand(rule, f, torch.full_like(f, R), C).tolist()


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("way", WAYS)
def test_at_zero_every_way_has_the_derivative_zero(way, rule):
    zero = torch.zeros(1, 1, 1, 1)
    G = explain_pixels(Weighted(WAYS[way], 3.0), zero).pixel_gradient(0, rule=rule)
    assert G.item() == (3 if rule == "deconvnet" else 0)


class Weighted(nn.Module):
    """R times the activation of the pixels."""

    def __init__(self, relu, R: float):
        super().__init__()
        self.relu, self.R = relu, R

    def forward(self, x):
        return self.R * self.relu(x.clone()).flatten(1)


@pytest.mark.parametrize("way", ["torch.maximum", "where(f < 0, 0, f)", "f *= f > 0", "f[f < 0] = 0", "F.threshold_"])
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
def test_relus_by_other_names_in_other_precisions(way, dtype):
    x = noise(2, seed=1).to(dtype)
    expected = guided_backprop(Plain(F.relu).to(dtype), x, 1)
    assert torch.equal(guided_backprop(Plain(WAYS[way]).to(dtype), x, 1), expected) and expected.any()


@pytest.mark.parametrize("way", ["torch.maximum with one zero", "where(f > 0, f, 0)", "f * (f > 0)", "nn.Threshold"])
def test_plain_gradients_agree_with_finite_differences(way):
    net, x, h = Plain(WAYS[way]).double(), noise().double(), 1e-6
    G = explain_pixels(net, x).pixel_gradient(1)
    step = h * torch.randn(x.shape, generator=torch.Generator().manual_seed(3), dtype=x.dtype)
    assert float((G * step).sum()) == pytest.approx((net(x + step) - net(x - step))[0, 1].item() / 2, rel=1e-4)


@pytest.mark.parametrize("way", ["torch.maximum", "where(f > 0, f, 0)", "f * (f > 0)", "masked_fill", "F.threshold"])
def test_exported_networks_follow_the_rules(way):
    x = noise()
    exported = torch.export.export(Plain(WAYS[way]).eval(), (x,)).module()
    G = explain_pixels(exported, x).pixel_gradient(1, rule="guided")
    assert close(G, Plain(F.relu).by_hand(x, 1, "guided"))


def test_captum_agrees_about_relus_by_other_names_where_the_gradient_is_plain():
    net, x = Plain(lambda f: torch.where(f < 0, 0, f).clamp(0, 1)), noise()
    expected = Saliency(net).attribute(x.clone().requires_grad_(), target=1, abs=False)
    assert close(explain_pixels(net, x).pixel_gradient(1), expected)


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
    "rrelu": nn.RReLU(), "selu": nn.SELU(), "sigmoid": nn.Sigmoid(), "silu": nn.SiLU(),
    "softplus": nn.Softplus(), "softshrink": nn.Softshrink(), "softsign": nn.Softsign(), "tanh": nn.Tanh(),
    "tanhshrink": nn.Tanhshrink(), "threshold": nn.Threshold(0.1, 0),
    "silu in place": nn.SiLU(inplace=True), "gelu as a function": F.gelu, "sigmoid as a method": lambda f: f.sigmoid(),
    "tanh as a method in place": lambda f: f.tanh_(), "special_expit": torch.special.expit, "sign": torch.sign,
    "erf for a GELU by hand": lambda f: f * (1 + torch.erf(f / 2**0.5)) / 2,
    "clamp with two limits": lambda f: f.clamp(-0.1, 0.1), "clamp from above": lambda f: f.clamp(max=0),
    "minimum with zero": lambda f: torch.minimum(f, torch.zeros(())),
    "threshold that jumps": lambda f: F.threshold(f, 0, 1), "hardtanh that is no ReLU": lambda f: F.hardtanh(f, -1, 6),
    "maximum for a leaky ReLU": lambda f: torch.maximum(f, 0.1 * f),
    "max for a leaky ReLU": lambda f: torch.max(f / 10, f), "abs for a ReLU": lambda f: (f + f.abs()) / 2,
    "where by sign, leaky": lambda f: torch.where(f > 0, f, 0.1 * f),
    "where by sign, an ELU": lambda f: torch.where(f > 0, f, f.exp() - 1),
    "where by sign, upside down": lambda f: torch.where(f > 0, 0, f),
    "mul by sign, leaky": lambda f: f * (f > 0) + 0.1 * f * (f <= 0),
    "mul by sign, scaled": lambda f: f * ((f > 0) * 2.0),
    "mul by sign, of another map": lambda f: f * (f.roll(1, 1) > 0),
    "mul by sign, after a change": lambda f: (lambda m: f.sub_(1) * m)(f > 0),
    "masked_fill by sign, where positive": lambda f: f.masked_fill(f > 0, 0),
}  # fmt: skip


@pytest.mark.parametrize("name", OTHERS)
def test_another_activation_is_refused_by_its_name(name):
    net = nn.Sequential(nn.Conv2d(3, 4, 3), Call(OTHERS[name]), nn.Flatten(), nn.LazyLinear(2))
    net(noise())
    listed = name.split(",")[0] if "by sign" in name else name.split(" ")[0]
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
    [("mobilenet_v3_small", "hardsigmoid.*hardswish"), ("convnext_tiny", "gelu")],
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


# --- what is no activation ---


def norm(x: torch.Tensor) -> torch.Tensor:
    return x.flatten(1).norm(dim=1).view(-1, 1, 1, 1)


HARMLESS = {
    "a clamp that guards a division": lambda x: x / norm(x).clamp(min=1e-6),
    "a maximum that guards a division": lambda x: x / torch.maximum(norm(x), torch.tensor(1e-6)),
    "a where that guards a division": lambda x: x / torch.where(norm(x) > 0, norm(x), 1),
    "a masked_fill that guards a division": lambda x: (lambda n: x / n.masked_fill(n <= 0, 1))(norm(x)),
    "a clamp that changes nothing": lambda x: x.clamp(-100, 100),
    "a mask of zeros and ones": lambda x: x * (torch.arange(8) % 2),
    "a mask that happens to be all true": lambda x: x.abs() * torch.ones_like(x, dtype=torch.bool),
    "a mask of a dropout": lambda x: x * (torch.rand(x.shape, generator=torch.Generator().manual_seed(0)) > 0.3),
    "a mask of another tensor above zero": lambda x: x.masked_fill(torch.arange(8) > 0, 0),
    "a where by position": lambda x: torch.where(torch.arange(8) > 3, x, 0),
    "a mask of places for all channels": lambda x: x * (x.sum(1, keepdim=True) > 0),
    "the larger of two maps": lambda x: torch.maximum(x.roll(1, 2), x.roll(1, 3)),
    "the largest along an axis": lambda x: x - x.max(0).values.mean() - x.min(0).values.mean(),
    "an activation of weights": lambda x: x * F.softplus(nn.Parameter(torch.ones(1))),
    "an activation that the score does not use": lambda x: (torch.tanh(x), x)[1],
}


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("name", HARMLESS)
def test_what_is_no_activation_is_neither_refused_nor_taken_for_a_relu(name, rule):
    """The function alone is followed by nothing, so every rule gives its plain gradient, whatever the signs."""

    class Alone(nn.Module):
        def forward(self, x):
            return HARMLESS[name](x).flatten(1) @ weight

    weight = torch.randn(192, 2, generator=torch.Generator().manual_seed(1))
    x = noise().requires_grad_()
    (plain,) = torch.autograd.grad(Alone()(x)[0, 1], x)
    assert close(explain_pixels(Alone(), x.detach()).pixel_gradient(1, rule=rule), plain)


def test_a_mask_that_equals_the_sign_by_chance_is_no_relu():
    """Where a map is positive already, all masks of padding look like f > 0."""

    class Padded(nn.Module):
        def forward(self, x):
            return -(x * mask).flatten(1)[:, :1]

    mask = torch.tensor([1.0, 0.0]).view(1, 1, 1, 2)
    x = torch.tensor([2.0, 0.0]).view(1, 1, 1, 2)
    assert torch.equal(mask.bool(), x > 0)
    assert explain_pixels(Padded(), x).pixel_gradient(0, rule="guided").flatten().tolist() == [-1, 0]


def test_mobilenet_has_relus_with_a_ceiling_and_is_guided_by_them():
    torch.manual_seed(0)
    net = torchvision.models.mobilenet_v2(num_classes=5).eval()
    for module in net.modules():
        if isinstance(module, nn.BatchNorm2d):  # so that values reach the ceiling
            nn.init.normal_(module.weight, 3.0), nn.init.normal_(module.bias, 1.0)
    x = noise(1, 64)
    expected = explain_pixels(ceilings_as_functions(net), x).pixel_gradient(1)
    assert close(guided_backprop(net, x, 1), expected) and expected.any()
    assert not close(expected, explain_pixels(net, x).pixel_gradient(1), 0.1)


class Guided6(torch.autograd.Function):
    """ReLU6 and its guided rule, by hand."""

    @staticmethod
    def forward(ctx, f):
        ctx.save_for_backward(f)
        return f.clamp(0, 6)

    @staticmethod
    def backward(ctx, R):
        return by_hand("guided", ctx.saved_tensors[0], R, 6)


def ceilings_as_functions(net: nn.Module) -> nn.Module:
    net = copy.deepcopy(net)
    for module in net.modules():
        for name, child in module.named_children():
            if isinstance(child, nn.ReLU6):
                setattr(module, name, Call(Guided6.apply))
    return net


# --- what no rule can look into ---


class Swish(torch.autograd.Function):
    """A function of the caller's own, with a way back of its own."""

    @staticmethod
    def forward(ctx, f):
        ctx.save_for_backward(f)
        return f * f.sigmoid()

    @staticmethod
    def backward(ctx, R):
        s = ctx.saved_tensors[0].sigmoid()
        return R * s * (1 + ctx.saved_tensors[0] * (1 - s))


def test_a_function_with_a_way_back_of_its_own_is_named():
    net, x = Plain(Swish.apply), noise()
    with pytest.raises(ValueError, match=r"functions that no rule can look into: Swish \(3×\).*pass strict=False"):
        guided_backprop(net, x, 1)
    pixels = x.clone().requires_grad_()
    (plain,) = torch.autograd.grad(net(pixels)[0, 1], pixels)
    assert close(guided_backprop(net, x, 1, strict=False), plain)


def test_an_own_function_that_the_score_does_not_use_is_not_held_against_the_network():
    class Aside(SmallNet):
        def forward(self, x):
            Swish.apply(x)
            return super().forward(x * Swish.apply(torch.ones(1, requires_grad=True)))

    assert guided_backprop(Aside(), noise(), 1).any()


RECURRENT = {
    "lstm": nn.LSTM, "gru": nn.GRU, "rnn_tanh": nn.RNN, "rnn_relu": lambda *n: nn.RNN(*n, nonlinearity="relu"),
    "lstm_cell": nn.LSTMCell, "gru_cell": nn.GRUCell, "rnn_tanh_cell": nn.RNNCell,
    "rnn_relu_cell": lambda *n: nn.RNNCell(*n, nonlinearity="relu"),
}  # fmt: skip


class Rows(nn.Module):
    """A recurrent layer reads the rows of the picture."""

    def __init__(self, layer):
        super().__init__()
        self.layer, self.head = layer(24, 5), nn.Linear(5, 2)

    def forward(self, x):
        rows = x.permute(2, 0, 1, 3).flatten(2)
        seen = self.layer(rows if isinstance(self.layer, nn.RNNBase) else rows[0])
        seen = seen[0] if isinstance(seen, tuple) else seen
        return self.head(seen[-1] if seen.dim() == 3 else seen)


@pytest.mark.parametrize("rule", ["deconvnet", "guided"])
@pytest.mark.parametrize("name", RECURRENT)
def test_recurrent_layers_are_named(name, rule):
    net = Rows(RECURRENT[name]).eval()
    with pytest.raises(ValueError, match=rf"no ReLU: {name} \(1×\).*pass strict=False"):
        explain_pixels(net, noise()).pixel_gradient(1, rule=rule)
    assert explain_pixels(net, noise()).pixel_gradient(1, rule=rule, strict=False).any()


def test_a_recurrent_layer_that_reads_no_pixels_is_not_held_against_the_network():
    class Asked(SmallNet):
        """A picture and a question, which a recurrent layer reads."""

        def __init__(self):
            super().__init__()
            self.question = nn.LSTM(3, 4)

        def forward(self, x):
            return super().forward(x) * self.question(torch.ones(2, 3))[0][-1]

    assert guided_backprop(Asked(), noise(), 1).any()


@pytest.mark.filterwarnings("ignore:.torch.jit.script:FutureWarning")
@pytest.mark.filterwarnings("ignore:.torch.jit.script:DeprecationWarning")
@pytest.mark.parametrize("code", ["torch.relu(f)", "f.clamp(min=0.)", "f * torch.sigmoid(f)"])
def test_a_scripted_function_is_named_on_its_first_call_and_when_it_is_compiled(code):
    scripted = torch.jit.CompilationUnit(f"def call(f):\n    return {code}\n").call
    for _ in range(4):
        with pytest.raises(ValueError, match="functions that no rule can look into: (relu|clamp|sigmoid|a scripted)"):
            guided_backprop(Plain(scripted), noise(), 1)


def test_a_part_under_reentrant_checkpointing_is_named():
    net = Plain(lambda f: checkpoint(F.relu, f, use_reentrant=True))
    with pytest.raises(ValueError, match="no rule can look into: CheckpointFunction"):
        guided_backprop(net, noise(), 1)
