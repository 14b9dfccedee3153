"""A network of one's own as a Classifier: names, layer, transform, one output, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from support.tiny import SmallNet, close, snapshot
from torch import nn

from gradcam_lib import Classifier, Transform, class_score, classifier, explain
from gradcam_lib.networks.classifier import TwoSided
from gradcam_lib.pictures.depth import PictureWarning
from gradcam_lib.pictures.images import seen

TRANSFORM = Transform(8, 8)
PICTURE = np.random.default_rng(0).integers(0, 256, (9, 14, 3), dtype=np.uint8)


def test_any_network_becomes_a_classifier_in_one_line():
    net = SmallNet()
    clf = classifier(net, ["a", "b", "c", "d"], TRANSFORM)
    assert isinstance(clf, Classifier) and clf.model is net
    assert (clf.names, clf.layer, clf.source) == (["a", "b", "c", "d"], "relu2", "your own network")
    x = clf.to_input(PICTURE)
    ranked = clf.top(x, 4)
    assert ranked[0][0] == "abcd"[int(net(x).argmax())] and sum(p for _, p in ranked) == pytest.approx(1)
    assert torch.equal(explain(clf, x).map("b"), explain(net, x).map(1))


def test_without_names_the_classes_are_numbered_and_without_a_transform_it_is_imagenets():
    clf = classifier(nn.Sequential(nn.Conv2d(3, 7, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten()))
    assert clf.names == [f"class {i}" for i in range(7)]
    assert clf.transform == Transform(256, 224) and clf.to_input(PICTURE).shape == (1, 3, 224, 224)


def test_the_network_is_put_into_evaluation_mode_and_else_left_as_it_was():
    net = SmallNet()
    net.extra = nn.BatchNorm2d(3)  # whose averages a pass in training mode would move
    net.forward = lambda x: SmallNet.forward(net, net.extra(x))
    before = snapshot(net.eval())
    torch.manual_seed(3)
    expected = torch.rand(1)
    torch.manual_seed(3)
    clf = classifier(net.train(), transform=TRANSFORM)
    assert torch.rand(1) == expected
    assert not any(module.training for module in clf.model.modules())
    assert snapshot(net) == before


def test_source_and_layer_are_the_callers():
    clf = classifier(SmallNet(), transform=TRANSFORM, layer="relu1", source="my thesis")
    assert clf.layer == "relu1" and clf.source == "my thesis"
    x = clf.to_input(PICTURE)
    assert torch.equal(explain(clf, x).map(0), explain(clf.model, x, "relu1").map(0))


def test_the_layer_is_the_last_map_at_the_size_that_the_transform_gives():
    parts = [nn.Conv2d(3, 4, 3, stride=2, padding=1), nn.ReLU(), nn.Conv2d(4, 4, 3, stride=2, padding=1), nn.ReLU()]
    net = nn.Sequential(*parts, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 2))
    assert classifier(net, transform=Transform(8, 8)).layer == "3"
    assert classifier(net, transform=Transform(4, 4)).layer == "1"  # the last map would be a single place


def test_a_network_without_a_convolution_has_no_layer():
    assert classifier(nn.Sequential(nn.Flatten(), nn.Linear(192, 3)), transform=TRANSFORM).layer is None


@pytest.mark.parametrize("names", [["a", "b"], [str(i) for i in range(5)]])
def test_another_number_of_names_than_of_outputs_is_an_error(names):
    with pytest.raises(ValueError, match=f"{len(names)} names for a SmallNet of 4 outputs; give 4, in the order"):
        classifier(SmallNet(), names, TRANSFORM)


class Pair(nn.Module):
    """Logits and something else, as networks with auxiliary outputs return them."""

    def forward(self, x):
        return x.mean((2, 3)), x


def test_where_the_outputs_cannot_be_counted_the_names_are_believed_and_needed():
    assert classifier(Pair(), ["r", "g", "b"], TRANSFORM).names == ["r", "g", "b"]
    with pytest.raises(ValueError, match="the number of classes of Pair cannot be found; give names="):
        classifier(Pair(), None, TRANSFORM)
    tiny = nn.Sequential(nn.Flatten(), nn.Linear(12, 2))  # does not take pictures of this size
    assert classifier(tiny, ["a", "b", "c"], TRANSFORM).names == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (("resnet18",), TypeError, "model str: expected an nn.Module"),
        ((SmallNet(), {0: "cat"}), TypeError, "names='a dict': give a list of strings"),
        ((SmallNet(), "cat"), TypeError, "names='cat': give a list of strings"),
        ((SmallNet(), [0, 1, 2, 3]), TypeError, "names='a list': give a list of strings"),
        ((SmallNet(), []), ValueError, r"names=\[\]: give one for each class"),
        ((SmallNet(), None, nn.Identity()), TypeError, "transform Identity: expected gradcam_lib.Transform"),
        ((nn.Conv2d(3, 2, 3), None, TRANSFORM), ValueError, r"Conv2d returns \(1, 2, 6, 6\) for one picture, not"),
    ],
)
def test_what_is_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        classifier(*arguments)


# --- one output


def one_logit() -> SmallNet:
    return SmallNet(3, classes=1)


def test_two_names_of_one_logit_are_its_two_sides():
    """A softmax over one number is 1 whatever the network says."""
    net = one_logit()
    clf = classifier(net, ["cat", "dog"], TRANSFORM)
    x = clf.to_input(PICTURE)
    p = float(net(x).detach().sigmoid())
    expected = sorted([("dog", p), ("cat", 1 - p)], key=lambda pair: -pair[1])
    for ranked in (clf.top(x), explain(clf, x).top()):
        assert [name for name, _ in ranked] == [name for name, _ in expected]
        assert [q for _, q in ranked] == pytest.approx([q for _, q in expected])
    assert clf.top(x, k=1) == clf.top(x)[:1]


def test_each_side_of_a_logit_has_its_own_map():
    """Were the first name's score the logit, as its number 0 suggests, its map would be the second one's."""
    net = one_logit()
    clf = classifier(net, ["cat", "dog"], TRANSFORM)
    x = clf.to_input(PICTURE)
    e, own = explain(clf, x), explain(net, x)
    assert clf.layer == "network.relu2" and isinstance(clf.model, TwoSided) and clf.model.network is net
    assert close(2 * e.map("dog"), own.map(0)) and close(2 * e.map("cat"), own.map(-class_score(0)))
    assert own.map(0).any() or own.map(-class_score(0)).any()
    assert torch.equal(explain(clf, x, "network.relu1").signed("dog"), -explain(clf, x, "network.relu1").signed("cat"))


def test_a_layer_of_ones_own_network_keeps_its_name_on_both_sides():
    assert classifier(one_logit(), ["cat", "dog"], TRANSFORM, layer="relu1").layer == "network.relu1"


@pytest.mark.parametrize("names, name", [(["age"], "age"), (None, "class 0")])
def test_a_regression_gives_its_value(names, name):
    clf = classifier(one_logit(), names, TRANSFORM)
    x = clf.to_input(PICTURE)
    assert clf.top(x) == [(name, float(clf.model(x).detach()))]


class Squeezed(nn.Module):
    """One number per picture, (N,), as a loss of two classes likes it."""

    def __init__(self):
        super().__init__()
        self.net = one_logit()

    def forward(self, x):
        return self.net(x)[:, 0]


def test_one_number_per_picture_is_one_output():
    clf = classifier(Squeezed(), ["cat", "dog"], TRANSFORM)
    x = clf.to_input(PICTURE)
    p = float(clf.model.network(x).detach().sigmoid())
    assert dict(clf.top(x)) == pytest.approx({"dog": p, "cat": 1 - p})
    assert classifier(Squeezed(), ["age"], TRANSFORM).top(x) == [("age", float(clf.model.network(x).detach()))]


def test_a_classifier_made_by_hand_around_one_logit_has_two_sides_too():
    net = one_logit()
    clf = Classifier(net, ["cat", "dog"], "relu2", "by hand", TRANSFORM)
    x = clf.to_input(PICTURE)
    assert dict(clf.top(x))["dog"] == pytest.approx(float(net(x).detach().sigmoid()))


def test_three_names_for_one_output_are_an_error():
    with pytest.raises(ValueError, match="3 names for a SmallNet of 1 outputs; give 1, .* or two for the two sides"):
        classifier(one_logit(), ["a", "b", "c"], TRANSFORM)


def test_a_sigmoid_at_the_end_is_refused_and_the_way_out_works():
    """Its probability would go through a second sigmoid, and its gradient vanishes where it is sure."""
    net = nn.Sequential(one_logit(), nn.Sigmoid())
    with pytest.raises(ValueError, match=r"ends in a sigmoid \('1'\)") as caught:
        classifier(net, ["cat", "dog"], TRANSFORM)
    way_out = str(caught.value).split("take it off with ")[1].split(", probabilities")[0]
    exec(way_out, {"model": net, "torch": torch})
    assert classifier(net, ["cat", "dog"], TRANSFORM).names == ["cat", "dog"]


# --- the picture


@pytest.mark.parametrize("crop", ["whole", (0, 0, 5, 5)])
def test_the_part_of_the_picture_is_a_choice(crop):
    clf = classifier(SmallNet(), transform=TRANSFORM)
    x = clf.to_input(PICTURE, crop=crop)
    assert np.array_equal(clf.picture(x), seen(PICTURE, TRANSFORM, crop))
    assert not torch.equal(x, clf.to_input(PICTURE))
    assert clf.to_input(PICTURE, crop=crop, size=16).shape == (1, 3, 16, 16)


def test_a_panorama_is_not_cut_in_silence():
    clf = classifier(SmallNet(), transform=TRANSFORM)
    with pytest.warns(PictureWarning, match="of a picture of 90×9 the network sees the middle square, 10 % of") as said:
        clf.to_input(np.zeros((9, 90, 3), np.uint8))
    assert said[0].filename == __file__, "the warning points at the caller"


def test_a_network_without_weights_takes_pictures_too():
    clf = classifier(nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten()), ["r", "g", "b"], TRANSFORM)
    assert clf.to_input(PICTURE).dtype == torch.float32 and len(clf.top(clf.to_input(PICTURE))) == 3


def test_a_network_for_grey_pictures_takes_any_picture():
    net = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(4 * 36, 3))
    clf = classifier(net, ["a", "b", "c"], Transform(8, 8, (0.5,), (0.25,)))
    x = clf.to_input(PICTURE)
    assert x.shape == (1, 1, 8, 8) and clf.layer == "1" and len(clf.top(x)) == 3
    assert clf.picture(x).shape == (8, 8, 3) and explain(clf, x).map("b").shape == (1, 6, 6)
    with pytest.raises(ValueError, match="2 names for a Sequential of 3 outputs"):
        classifier(net, ["a", "b"], clf.transform)
