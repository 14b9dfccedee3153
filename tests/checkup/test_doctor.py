"""The checks on networks with one fault each, and on networks without."""

from __future__ import annotations

import copy

import pytest
import torch
import torch.nn.functional as F
from support.tiny import SmallNet, gap_net, noise, snapshot
from torch import Tensor, nn

from gradcam_lib import Transform, doctor, load_classifier
from gradcam_lib.checkup.findings import Finding, Findings
from gradcam_lib.pictures.samples import sample

PICTURE = noise().clamp(-2, 2)


def found(findings: Findings, check: str) -> Finding:
    (one,) = [finding for finding in findings if finding.check == check]
    return one


def verdicts(findings: Findings) -> dict[str, str]:
    return {finding.check: finding.verdict for finding in findings if finding.verdict != "ok"}


class Dropped(SmallNet):
    def forward(self, x: Tensor) -> Tensor:
        A = self.relu2(self.conv2(self.relu1(self.conv1(x))))
        return self.head(F.dropout(A).flatten(1))  # in evaluation mode, too


class Detached(SmallNet):
    """Half of what the score takes from its layer is cut off from the gradient."""

    def forward(self, x: Tensor) -> Tensor:
        A = self.relu2(self.conv2(self.relu1(self.conv1(x)))).flatten(1)
        return self.head(A.detach() + 0.1 * A)


class Frozen(SmallNet):
    def forward(self, x: Tensor) -> Tensor:
        with torch.no_grad():
            return super().forward(x)


class Shared(SmallNet):
    def __init__(self) -> None:
        super().__init__()
        self.relu1 = self.relu2


class Functional(SmallNet):
    """Its ReLUs are functions."""

    def __init__(self) -> None:
        super().__init__()
        del self.relu1, self.relu2

    def forward(self, x: Tensor) -> Tensor:
        return self.head(F.relu(self.conv2(F.relu(self.conv1(x)))).flatten(1))


class Branches(SmallNet):
    def forward(self, x: Tensor) -> Tensor:
        A = self.conv1(x)
        return self.head((self.conv2(self.relu1(A)) + self.relu2(A[:, :5, ::2, ::2])).flatten(1))


class ChannelsLast(nn.Module):
    """The layer ``norm`` returns (N, h, w, 5). kept: the share of it that the gradient sees."""

    def __init__(self, kept: float = 1.0) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.conv, self.norm, self.head, self.kept = nn.Conv2d(3, 5, 3), nn.LayerNorm(5), nn.Linear(5, 4), kept

    def forward(self, x: Tensor) -> Tensor:
        A = self.norm(self.conv(x).movedim(1, -1))
        A = self.kept * A + (1 - self.kept) * A.detach()
        return self.head(A.square().mean((1, 2)))


def one_channel() -> nn.Sequential:
    net = nn.Sequential(nn.Conv2d(3, 1, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(1, 4))
    net[4].weight.data = torch.tensor([[1.0], [2.0], [3.0], [4.0]])
    return net.eval()


def normalised(*layers: nn.Module) -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(3, 6, 3), *layers, nn.ReLU(), nn.Flatten(), nn.Linear(216, 4))


def hooked() -> SmallNet:
    net = SmallNet()
    net.relu2.register_full_backward_hook(lambda module, given, got: (given[0].clamp(min=0),))  # guided, for good
    return net


def ceilings() -> SmallNet:
    net = SmallNet()
    net.relu1, net.relu2 = nn.ReLU6(), nn.ReLU6()
    return net.eval()


def compiled() -> nn.Module:
    return torch.compile(SmallNet(), backend="eager")


FAULTS = {
    "training mode": (lambda: normalised(nn.Dropout(0.5)).train(), None, "mode", "wrong", "differ from pass to pass"),
    "statistics of the batch": (
        lambda: normalised(nn.BatchNorm2d(6)).train(), None, "mode", "wrong", "not those of evaluation mode",
    ),
    "training mode without consequence": (lambda: SmallNet().train(), None, "mode", "look", "all the same"),
    "half precision": (lambda: SmallNet().bfloat16(), None, "precision", "look", "bfloat16"),
    "softmax": (lambda: gap_net_of(nn.Softmax(1)), None, "output", "wrong", "softmax"),
    "log-softmax": (lambda: gap_net_of(nn.LogSoftmax(1)), None, "output", "look", "log-softmax"),
    "sigmoid": (lambda: gap_net_of(nn.Sigmoid()), None, "output", "look", "sigmoid"),
    "in front of the ReLU": (SmallNet, "conv2", "layer", "look", "in front of its ReLU"),
    "pooling": (lambda: normalised(nn.MaxPool2d(1)), "1", "layer", "look", "pooling"),
    "too small": (lambda: pooled_to(2), "pool", "layer", "look", "too few"),
    "branch": (Branches, "conv2", "whole score", "look", "go round it"),
    "two runs": (Shared, "relu2#1", "runs", "look", "runs 2 times"),
    "in-place ReLU": (lambda: SmallNet(inplace=True), "conv2", "in place", "look", "overwrites"),
    "cut off from the gradient": (Detached, None, "gradient", "wrong", "does not move as the gradient says"),
    "no_grad in forward": (Frozen, None, "gradient path", "look", "switches gradients off"),
    "random numbers": (Dropped, None, "second call", "wrong", "another map"),
    "batch statistics in evaluation mode": (
        lambda: normalised(nn.BatchNorm2d(6, track_running_stats=False)).eval(), None, "batch", "wrong", "another",
    ),
    "hooks that change the gradient": (hooked, "conv2", "hooks", "wrong", "another map"),
    "one number for all classes": (one_channel, None, "classes", "wrong", "the same map for every class"),
    "weights that do not matter": (one_channel, None, "randomisation", "look", "hardly a change"),
    "early layer": (lambda: deep(), "0", "behind the layer", "look", "4 convolutions"),
    "compiled": (compiled, None, "compiled", "look", "torch.compile"),
    "another activation": (lambda: normalised(nn.GELU()).eval(), None, "guided methods", "look", "gelu"),
    "ReLUs that are functions": (Functional, None, "guided methods", "look", "functions"),
    "no layer": (lambda: nn.Sequential(nn.Flatten(), nn.Linear(192, 4)).eval(), None, "map", "wrong", "no convolution"),
    "unknown layer": (SmallNet, "relu3", "map", "wrong", "near: 'relu2'"),
}  # fmt: skip


def gap_net_of(last: nn.Module) -> nn.Module:
    return nn.Sequential(SmallNet(), last).eval()


def pooled_to(side: int) -> nn.Module:
    net = SmallNet()
    net.pool, net.head = nn.AdaptiveAvgPool2d(side), nn.Linear(5 * side * side, 4)
    return net


def deep() -> nn.Module:
    torch.manual_seed(0)
    convolutions = [layer for _ in range(5) for layer in (nn.Conv2d(3, 3, 3, padding=1), nn.ReLU())]
    return nn.Sequential(*convolutions, nn.Flatten(), nn.Linear(192, 4)).eval()


@pytest.mark.filterwarnings("ignore:The .grad attribute of a Tensor that is not a leaf")  # of the compiler itself
@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_is_found(fault: str) -> None:
    make, layer, check, verdict, words = FAULTS[fault]
    one = found(doctor(make(), PICTURE, 1, layer), check)
    assert (one.verdict, words in one.found) == (verdict, True), one
    assert one.todo or check == "map"


@pytest.mark.parametrize(
    "make", [SmallNet, lambda: SmallNet(gap=True), lambda: normalised(nn.BatchNorm2d(6)).eval(), ceilings]
)
def test_a_network_without_faults_is_left_in_peace(make) -> None:
    findings = doctor(make(), PICTURE, 1)
    assert verdicts(findings) == {} and findings.verdict == "ok" and len(findings) >= 18
    assert str(findings).endswith(f"{len(findings)} ok, 0 to look at, 0 wrong")


INPUTS = {
    "bytes": (lambda x: (x * 60 + 128).clamp(0, 255), "wrong", "bytes"),
    "not normalised": (lambda x: x / 4 + 0.5, "wrong", "not normalised"),
    "normalised once": (lambda x: (x / 4 + 0.5 - 0.5) / 0.25, "ok", "once"),
    "normalised twice": (lambda x: (x - 0.5) / 0.25, "wrong", "twice"),
    "out of all bounds": (lambda x: 50 * x, "look", "no picture"),
    "one colour": (lambda x: 0 * x, "look", "one value everywhere"),
    "NaN": (lambda x: x / 0, "wrong", "NaN"),
}


@pytest.mark.parametrize("case", INPUTS)
def test_what_can_be_seen_of_the_picture(case: str) -> None:
    change, verdict, words = INPUTS[case]
    own = Transform(8, 8, (0.5,) * 3, (0.25,) * 3)
    one = next(f for f in doctor(SmallNet(), change(PICTURE), 1, transform=own) if f.check == "input")
    assert (one.verdict, words in one.found) == (verdict, True), one


def test_colours_exchanged_are_seen_where_the_network_cares() -> None:
    clf, rgb = load_classifier("photonet"), sample("cat")
    assert found(doctor(clf, clf.to_input(rgb)), "colours").verdict == "ok"
    one = found(doctor(clf, clf.to_input(rgb[..., ::-1].copy())), "colours")
    assert one.verdict == "look" and "BGR" in one.todo


@pytest.mark.parametrize(
    "x, words",
    [
        (torch.zeros(1, 8, 8, 3), "there is none"),
        (torch.zeros(3, 8, 8), "add the batch"),
        (torch.zeros(1, 3, 8, 8, dtype=torch.uint8), "expected a float tensor"),
        ("cat.png", "expected a float tensor"),
    ],
)
def test_an_input_that_cannot_be_explained_is_a_finding(x, words: str) -> None:
    assert any(f.verdict == "wrong" and words in f.found for f in doctor(SmallNet(), x))


@pytest.mark.parametrize("make", [SmallNet, hooked, lambda: normalised(nn.BatchNorm2d(6)).train(), Shared])
def test_the_network_is_left_as_it_was_found(make) -> None:
    net = make()
    before = snapshot(net)
    doctor(net, PICTURE, 1)
    assert snapshot(net) == before


def test_hooks_that_fail_are_named() -> None:
    findings = doctor(hooked(), PICTURE, 1)
    assert found(findings, "map").verdict == "wrong" and "'relu2'" in found(findings, "hooks").found


def test_the_caller_s_random_numbers_are_the_caller_s() -> None:
    net = normalised(nn.Dropout(0.5)).train()
    with torch.random.fork_rng():
        torch.manual_seed(0)
        expected = torch.rand(1)
        torch.manual_seed(0)
        doctor(net, PICTURE)
        assert torch.equal(torch.rand(1), expected)


@pytest.mark.parametrize(("kept", "verdict"), [(1.0, "ok"), (0.5, "wrong")])
def test_the_gradient_of_a_map_with_its_channels_last(kept: float, verdict: str) -> None:
    one = found(doctor(ChannelsLast(kept).eval(), PICTURE, 1, "norm"), "gradient")
    assert one.verdict == verdict and "finite differences in 3 directions" in one.found


def test_frozen_weights_are_no_fault() -> None:
    one = found(doctor(copy.deepcopy(SmallNet()).requires_grad_(False), PICTURE, 1), "gradient path")
    assert one.verdict == "ok" and "frozen" in one.found and "x.requires_grad_()" in one.todo


def test_a_classifier_brings_its_names_and_its_transform() -> None:
    clf = load_classifier("photonet")
    findings = doctor(clf, clf.to_input(sample("cat")), "tabby")
    assert "'tabby'" in found(findings, "output").found and verdicts(findings) == {}
    assert "assumed" not in found(findings, "input").found


def test_an_empty_map_is_explained() -> None:
    one = found(doctor(gap_net([[-1.0, -1.0], [1.0, 1.0]]), noise(channels=1), 0, "relu"), "map")
    assert one.verdict == "look" and "no positive evidence" in one.found
