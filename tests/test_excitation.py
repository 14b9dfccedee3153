"""Excitation backprop against paper and pencil, and as what it is: a probability that is handed down."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from gradcam_lib.excitation import excitation_backprop
from gradcam_lib.explanation import explain
from gradcam_lib.networks.zoo import load_classifier
from gradcam_lib.pictures.samples import sample


def two_layers() -> nn.Sequential:
    """A 1×1 convolution into two channels and a linear layer, with weights that fit on paper."""
    net = nn.Sequential(
        nn.Conv2d(1, 2, 1, bias=False), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(2, 2)
    )
    with torch.no_grad():
        net[0].weight.copy_(torch.tensor([1.0, 2.0]).view(2, 1, 1, 1))
        net[4].weight.copy_(torch.tensor([[3.0, 1.0], [-1.0, 2.0]]))
        net[4].bias.fill_(5.0)
    return net


def test_on_paper() -> None:
    x = torch.tensor([[[[1.0, 3.0]]]])  # A is (1, 3) and (2, 6); the means are 2 and 4
    # Class 0: channel 0 has 3·2 of 3·2 + 1·4, the positions share it 1 : 3, and so do those of channel 1.
    mwp = excitation_backprop(two_layers(), x, 0, "1", contrastive=False)
    assert torch.allclose(mwp, torch.tensor([[[0.25, 0.75]]]))
    # Class 1 has one positive weight, that of channel 1, whose positions share it 1 : 3, too.
    own = excitation_backprop(two_layers(), x, 1, "1", contrastive=False)
    assert torch.allclose(own, torch.tensor([[[0.25, 0.75]]]))


def test_channels_share_by_weight_times_activation_on_paper() -> None:
    net = two_layers()
    net[0] = nn.Identity()
    A = torch.tensor([[[[1.0, 0.0]], [[0.0, 2.0]]]])  # means ½ and 1: class 0 has 3·½ on the left and 1·1 on the right
    mwp = excitation_backprop(net, A, 0, "1", contrastive=False)
    assert torch.allclose(mwp, torch.tensor([[[0.6, 0.4]]]))
    assert torch.allclose(excitation_backprop(net, A, 1, "1", contrastive=False), torch.tensor([[[0.0, 1.0]]]))


def test_contrast_on_paper() -> None:
    net = two_layers()
    net[0] = nn.Identity()
    A = torch.tensor([[[[1.0, 0.0]], [[0.0, 3.0]]]])  # channel 0 is active on the left, channel 1 on the right
    contrast = excitation_backprop(net, A, 1, "1")
    # Class 1 is excited by channel 1, on the right; the negated class by channel 0, on the left, where 0 remains.
    assert torch.allclose(contrast, torch.tensor([[[0.0, 1.0]]]))


def test_the_contrast_is_empty_where_every_position_is_judged_alone() -> None:
    """A 1×1 convolution, a ReLU and an average: both classes give each position the same probability."""
    torch.manual_seed(0)
    net = nn.Sequential(
        nn.Conv2d(3, 8, 3), nn.ReLU(), nn.Conv2d(8, 4, 1), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten()
    )
    net[0].bias.data.fill_(2.0)  # every channel is active everywhere
    net[2].bias.data.fill_(2.0)  # and every class
    x = torch.rand(3, 3, 12, 12)
    assert torch.allclose(excitation_backprop(net, x, 1, "1", contrastive=False).sum((1, 2)), torch.ones(3), atol=1e-5)
    assert not excitation_backprop(net, x, 1, "1").any()


def test_a_probability_stays_one_at_every_layer() -> None:
    torch.manual_seed(0)
    net = nn.Sequential(
        nn.Conv2d(3, 5, 3, padding=1),
        nn.BatchNorm2d(5),
        nn.ReLU(),
        nn.Conv2d(5, 6, 3, padding=1),
        nn.ReLU(inplace=True),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(96, 7),
        nn.ReLU(),
        nn.Linear(7, 4),
    ).eval()
    net[9].weight.data.abs_()  # so that every class has an excited neighbour below
    x = torch.rand(2, 3, 8, 8)
    for layer in ("2", "4", "5"):
        P = excitation_backprop(net, x, [0, 3], layer, contrastive=False)
        assert torch.allclose(P.sum((1, 2)), torch.ones(2), atol=1e-5) and P.min() >= 0
        assert excitation_backprop(net, x, [0, 3], layer).min() >= 0


@pytest.mark.parametrize("name", ["photonet", "photonet_gap", "efficientnet_lite0"])
def test_on_networks_that_are_shipped(name: str) -> None:
    clf = load_classifier(name)
    P = excitation_backprop(clf, clf.to_input(sample("cat")), contrastive=False)
    assert P.min() >= 0 and P.sum().item() == pytest.approx(1, abs=1e-5)


def test_where_there_is_a_cam_it_is_one_of_positive_and_negative_weights() -> None:
    clf = load_classifier("efficientnet_lite0")
    x, c = clf.to_input(sample("cat")), 282
    A = explain(clf, x).activation()[0].flatten(1)  # (K, positions)
    W = clf.model.state_dict()["classifier.weight"][c]
    shares = [(w @ A) / (w @ A).sum() for w in (W.clamp(min=0), (-W).clamp(min=0))]
    found = excitation_backprop(clf, x, c)[0].flatten()
    assert torch.allclose(found, (shares[0] - shares[1]).relu(), atol=1e-6) and found.max() > 0


def test_branches_that_are_added_get_their_shares() -> None:
    class Two(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.left, self.right = nn.Conv2d(1, 1, 1, bias=False), nn.Conv2d(1, 1, 1, bias=False)
            self.seen, self.last = nn.Identity(), nn.Linear(1, 1, bias=False)
            with torch.no_grad():
                self.left.weight.fill_(1.0)
                self.right.weight.fill_(3.0)
                self.last.weight.fill_(1.0)

        def forward(self, x):
            x = self.seen(x)
            y = self.left(x[:, :1]) + self.right(x[:, 1:])
            return self.last(y.mean((2, 3)))

    x = torch.tensor([[[[1.0]], [[2.0]]]])  # the branches have 1 and 6
    P = excitation_backprop(Two(), x, 0, "seen", contrastive=False)
    assert P.item() == pytest.approx(1.0)


def test_what_it_is_not_defined_for() -> None:
    clf = load_classifier("efficientnet_lite0")
    x = clf.to_input(sample("cat"))
    with pytest.raises(ValueError, match="no rule for the function"):
        excitation_backprop(clf, x, 282, "features.12.expand")
    negative = nn.Sequential(
        nn.Conv2d(1, 1, 1), nn.Conv2d(1, 2, 1), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(2, 2)
    )
    with torch.no_grad():
        negative[0].weight.fill_(-1.0)
        negative[0].bias.fill_(0.0)
    with pytest.raises(ValueError, match="activations ≥ 0"):
        excitation_backprop(negative, torch.ones(1, 1, 2, 2), 0, "0")
    with pytest.raises(ValueError, match="no score may be subtracted"):
        excitation_backprop(two_layers(), torch.ones(1, 1, 1, 2), lambda y: y[:, 0] - y[:, 1], "1")


def test_the_network_is_left_alone() -> None:
    net, x = two_layers().train(), torch.ones(1, 1, 1, 2)
    excitation_backprop(net, x, 0, "1")
    assert net.training and all(p.grad is None for p in net.parameters()) and not net[1]._forward_hooks
