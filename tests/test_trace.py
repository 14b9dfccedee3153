"""What is computed from what, and through which values every way to the score leads."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from support.tiny import SmallNet, noise, snapshot
from torch import Tensor, nn

from gradcam_lib.trace import Trace, trace


class Net(nn.Module):
    """Two convolutions, whatever is done between them and behind."""

    def __init__(self, between, behind=lambda self, y: F.relu(y)):
        super().__init__()
        self.first, self.second = nn.Conv2d(3, 4, 3, padding=1), nn.Conv2d(4, 4, 3, padding=1)
        self.act, self.between, self.behind = nn.ReLU(), between, behind

    def forward(self, x):
        return self.behind(self, self.between(self, self.first(x))).mean((2, 3))


def watch(net: nn.Module) -> Trace:
    with torch.no_grad(), torch.enable_grad():
        seen, result = trace(net, lambda: net(noise()))
    assert isinstance(result, Tensor)
    return seen


def passed(net: nn.Module) -> list[str]:
    """The maps through which all goes, by name."""
    seen = watch(net)
    passages = seen.passages()
    return [seen.layer(p) for p in seen.points if p.value in passages and len(p.shape) == 4]


def in_parts(net: Net, y: Tensor) -> Tensor:
    whole = torch.empty(1, 8, 8, 8)
    whole[:, :4], whole[:, 4:] = y, net.second(y)
    return whole


CHAIN = ["first.conv2d()", "first", "act.relu()", "act", "second.conv2d()", "second", "relu()"]


@pytest.mark.parametrize(
    "between, expected",
    [
        (lambda net, y: net.second(net.act(y)), CHAIN),
        (lambda net, y: y + net.second(y), ["first.conv2d()", "first", "add()", "relu()"]),
        (lambda net, y: torch.cat([y, net.second(y)], 1), ["first.conv2d()", "first", "cat()", "relu()"]),
        (lambda net, y: y.chunk(2, 1)[0] * net.second(y)[:, :2], ["first.conv2d()", "first", "mul()", "relu()"]),
        (in_parts, ["first.conv2d()", "first", "relu()"]),
    ],
)  # fmt: skip
def test_a_way_that_jumps_over_a_value_makes_it_a_branch(between, expected):
    assert passed(Net(between)) == expected


def test_what_works_in_place_makes_a_new_value_in_the_same_memory():
    seen = watch(Net(lambda net, y: F.relu(y, inplace=True)))
    before, after = (next(p for p in seen.points if p.name == name) for name in ("first", "relu()"))
    assert before.value != after.value and seen.values[after.value].parents == [before.value]


def test_a_result_that_nobody_uses_is_not_relevant():
    def unused(net: Net, y: Tensor) -> Tensor:
        net.second(y)
        return net.act(y)

    seen = watch(Net(unused))
    names = {p.name for p in seen.points if p.value in seen.relevant()}
    assert "act" in names and "second" not in names


def test_a_view_is_the_value_that_it_shows_and_a_part_of_it_no_point():
    seen = watch(Net(lambda net, y: net.act(y.permute(0, 2, 3, 1).permute(0, 3, 1, 2)[:, :4])))
    first = next(p for p in seen.points if p.name == "first")
    assert [p.value for p in seen.points if p.name == "permute()"] == [first.value] * 2
    part = watch(Net(lambda net, y: net.act(y[:, :2])))
    assert not [p for p in part.points if p.name == "getitem()"]


def test_the_runs_of_a_module_and_of_a_function_are_counted():
    seen = watch(Net(lambda net, y: F.relu(net.act(net.second(net.act(y))))))
    layers = [seen.layer(p) for p in seen.points]
    assert [name for name in layers if "act#" in name] == ["act#0", "act#1"]
    assert [name for name in layers if name.startswith("relu()")] == ["relu()#0", "relu()#1"] and "second" in layers


def test_the_network_is_left_as_it_was_also_after_an_exception():
    net = SmallNet()
    before = snapshot(net)
    watch(net)
    with pytest.raises(RuntimeError):
        trace(net, lambda: net(noise(channels=5)))
    assert snapshot(net) == before
