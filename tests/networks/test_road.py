"""Networks that steer: their endings by hand, and what is saved is what is read."""

import numpy as np
import pytest
import torch

from gradcam_lib import explain
from gradcam_lib.networks.road import NAMES, Coordinates, RoadNet, build, load_road, save_road
from gradcam_lib.networks.weights import WeightsWrong


def test_coordinates_say_where_a_pixel_is():
    x = torch.randn(2, 3, 3, 5)
    found = Coordinates()(x)
    assert torch.equal(found[:, :3], x)
    assert found[1, 3, :, 4].tolist() == [-1, 0, 1] and found[1, 4, 2].tolist() == [-1, -0.5, 0, 0.5, 1]


def test_the_pooled_network_says_the_sum_of_its_signed_map_and_its_bias():
    torch.manual_seed(0)
    model, x = RoadNet().eval(), torch.randn(2, 3, 128, 128)
    e = explain(model, x, "features")
    assert e.map(0).shape == (2, 32, 32)
    assert torch.allclose(e.signed(0).sum((1, 2)) + model.bias, e.logits[:, 0], atol=1e-3)


def test_the_flat_network_weighs_every_position_by_itself():
    """So its gradient differs from position to position, and that of the pooled network does not."""
    torch.manual_seed(0)
    x = torch.randn(1, 3, 128, 128)
    varies = {
        flat: float(explain(RoadNet(flat).eval(), x, "features").gradient(0).std((2, 3)).max()) for flat in (0, 1)
    }
    assert varies[1] > 0 and varies[0] < 1e-6 * varies[1]


@pytest.mark.parametrize("name", NAMES)
def test_a_saved_network_is_the_same_network(tmp_path, name):
    """Also without its BatchNorms, whose statistics are not those of the beginning."""
    torch.manual_seed(0)
    model, x = build(name), torch.randn(4, 3, 128, 128)
    model(x)
    model.eval()
    save_road(model, name, tmp_path / "a.safetensors", "nothing")
    clf = load_road(name, weights=tmp_path / "a.safetensors")
    assert torch.allclose(clf.model(x), model(x), atol=0.05) and "trained on nothing" in clf.source
    assert not any(isinstance(m, torch.nn.BatchNorm2d) for m in clf.model.modules()) and not clf.model.training


@pytest.mark.parametrize("name", NAMES)
def test_the_shipped_networks_are_regressions_of_one_name(name):
    clf = load_road(name)
    x = clf.to_input(np.full((128, 128, 3), 120, np.uint8))
    assert clf.names == ["angle"] and clf.top(x) == [("angle", pytest.approx(clf.model(x).item(), abs=1e-4))]


def test_what_is_not_there_is_refused_by_name(tmp_path):
    with pytest.raises(ValueError, match="'round'.*'pooled', 'flat', 'arrows'"):
        load_road("round")
    with pytest.raises(ValueError, match="'round'.*'pooled', 'flat', 'arrows'"):
        save_road(RoadNet(), "round", tmp_path / "a.safetensors", "nothing")
    save_road(RoadNet(), "pooled", tmp_path / "a.safetensors", "nothing")
    with pytest.raises(WeightsWrong, match="holds 'pooled', expected 'arrows'"):
        load_road("arrows", weights=tmp_path / "a.safetensors")
