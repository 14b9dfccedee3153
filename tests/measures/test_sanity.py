"""Networks that lose their weights layer by layer, from the logits down, beside a caller's model that keeps them."""

from __future__ import annotations

import pytest
import torch
from support.tiny import SmallNet, noise, snapshot
from torch import nn

from gradcam_lib import explain
from gradcam_lib.measures.faithfulness import rank_correlation
from gradcam_lib.measures.sanity import cascade, weighted_layers


def test_layers_are_listed_from_the_logits_down():
    assert weighted_layers(SmallNet()) == ["head", "conv2", "conv1"]


def test_layers_of_every_kind_with_weights_are_listed():
    net = nn.Sequential(nn.Conv1d(1, 1, 1), nn.BatchNorm2d(1), nn.ReLU(), nn.ConvTranspose2d(1, 1, 1), nn.Linear(1, 1))
    assert weighted_layers(net) == ["4", "3", "1", "0"]


def test_one_more_layer_is_randomised_at_each_step():
    net = SmallNet()
    changed = []
    for _, copy in cascade(net):
        now, before = copy.state_dict(), net.state_dict()
        changed.append(sorted({key.split(".")[0] for key in now if not torch.equal(now[key], before[key])}))
    assert changed == [[], ["head"], ["conv2", "head"], ["conv1", "conv2", "head"]]


def test_the_names_of_the_layers_come_along():
    assert [name for name, _ in cascade(SmallNet())] == ["", "head", "conv2", "conv1"]


def test_the_caller_s_model_is_left_as_it_was():
    net = SmallNet().train()
    before = snapshot(net)
    for _, copy in cascade(net):
        explain(copy, noise()).map(0)
    assert snapshot(net) == before


def test_the_copy_is_in_evaluation_mode():
    assert not next(cascade(SmallNet().train()))[1].training


@pytest.mark.parametrize("seed", [0, 1])
def test_the_same_seed_gives_the_same_weights(seed):
    first, second = (list(copy.state_dict() for _, copy in cascade(SmallNet(), seed=seed))[-1] for _ in range(2))
    assert all(torch.equal(first[key], second[key]) for key in first)


def test_another_seed_gives_other_weights():
    first, second = (list(cascade(SmallNet(), seed=seed))[-1][1].head.weight for seed in (0, 1))
    assert not torch.equal(first, second)


def test_the_caller_s_random_numbers_are_left_as_they_were():
    torch.manual_seed(7)
    expected = torch.rand(3)
    torch.manual_seed(7)
    list(cascade(SmallNet()))
    assert torch.equal(torch.rand(3), expected)


def test_frozen_weights_are_randomised_too():
    names = [name for name, copy in cascade(SmallNet().requires_grad_(False))]
    assert names[-1] == "conv1"


def test_the_map_changes_with_the_weights():
    x = noise(1, 16)
    net = nn.Sequential(
        nn.Conv2d(3, 8, 3),
        nn.ReLU(),
        nn.Conv2d(8, 8, 3),
        nn.ReLU(),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(8, 4),
    )
    maps = [explain(copy, x, "3").signed(0)[0] for _, copy in cascade(net)]
    assert rank_correlation(maps[0], maps[0]) == pytest.approx(1) and rank_correlation(maps[0], maps[-1]) < 0.9
