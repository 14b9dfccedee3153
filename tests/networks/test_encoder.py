"""What is read of a published network: means and evidence, the last hidden layer, a map; and which weights learn."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from support.photographers import small_classifier, small_encoder
from support.tiny import close

from gradcam_lib.capture import capture
from gradcam_lib.networks.encoder import Encoder, encoder
from gradcam_lib.networks.slim import fold
from gradcam_lib.networks.zoo import load_classifier


@pytest.fixture(scope="module")
def lite():
    return load_classifier("efficientnet_lite0").model


def pictures(size: int, n: int = 2) -> torch.Tensor:
    return torch.randn(n, 3, size, size, generator=torch.Generator().manual_seed(0))


def test_of_a_network_with_average_pooling_the_means_and_the_evidence_are_read(lite) -> None:
    cnn, x = encoder("efficientnet_lite0", "code"), pictures(64)
    with torch.no_grad():
        A = lite.features(x)
        assert close(cnn(x), torch.cat((A.mean((2, 3)), lite(x)), 1))
    assert cnn.width == 2280 and cnn.layer == "published.features" and cnn.size == 224


def test_of_named_layers_the_means_are_read_and_the_first_is_explained(lite) -> None:
    cnn, x = encoder("efficientnet_lite0", "code", layers=["features.11", "features"]), pictures(64)
    with torch.no_grad():
        A = lite.features[:12](x)
        wanted = torch.cat((A.mean((2, 3)), lite.features(x).mean((2, 3)), lite(x)), 1)
        assert close(cnn(x), wanted)
    assert cnn.layer == "published.features.11" and cnn.width == 112 + 1280 + 1000


def test_of_a_network_with_fully_connected_layers_the_last_hidden_one_is_read() -> None:
    """AlexNet's fc7 is the fifth module of its classifier, its ReLU the sixth."""
    cnn, x = encoder("alexnet", "code", random=True), pictures(96, 1)
    with torch.no_grad():
        network = cnn.published
        hidden = network.classifier[:6](network.avgpool(network.features(x)).flatten(1))
        assert close(cnn(x), hidden) and cnn.width == 4096 and cnn(x).min() == 0
    assert cnn.layer == "published.features.11" and cnn.transform.resize == cnn.transform.crop == 224


@pytest.mark.parametrize("name, wanted", [("photonet", 256), ("photonet_gap", 192 + 40)])
def test_photonet_in_both_forms(name: str, wanted: int) -> None:
    cnn = encoder(name, "code")
    assert cnn.width == wanted and cnn.size == 64 and cnn(pictures(64)).shape == (2, wanted)


@pytest.mark.parametrize("name", ["efficientnet_lite0", "densenet121"])
def test_a_folded_one_sees_the_same(name: str) -> None:
    """As features are computed. DenseNet has BatchNorm behind blocks too, and its last ReLU is a function."""
    cnn, x = encoder(name, "code", random=name != "efficientnet_lite0"), pictures(64)
    with torch.no_grad():
        assert close(fold(cnn).to(memory_format=torch.channels_last).raw(x), cnn.raw(x), 1e-4)


def test_a_map_is_that_of_the_layer(lite) -> None:
    cnn, x = encoder("efficientnet_lite0", "map", layers=["features.11"], size=96), pictures(96)
    with torch.no_grad():
        assert close(cnn(x), lite.features[:12](x)) and cnn(x).shape == (2, 112, 6, 6)


@pytest.mark.parametrize("name", ["photonet", "photonet_gap"])
def test_explanations_see_everything_that_is_read(name: str) -> None:
    """All of the code comes from the map that is caught: raising it by hand changes the code as its gradient says."""
    cnn, x, layer = encoder(name, "code").double(), pictures(64, 1).double(), "published.features"
    with capture(cnn, [layer]) as maps:
        y = cnn(x).sum()
    [A] = maps.values()
    [G] = torch.autograd.grad(y, A)
    step = torch.zeros_like(A)
    step[0, 7] = 1e-6
    handle = cnn.get_submodule(layer).register_forward_hook(lambda module, args, output: output + step)
    change = (cnn(x).sum() - y).detach() / 1e-6
    handle.remove()
    assert float(change) == pytest.approx(float(G[0, 7].sum()), rel=1e-4) and G[0, 7].abs().max() > 0


def test_layers_and_networks_that_do_not_suit_are_named() -> None:
    with pytest.raises(ValueError, match="vit has no convolutional map"):
        Encoder("vit", replace(small_classifier(), layer=None), "code")
    with pytest.raises(ValueError, match="layer 'features.99' of efficientnet_lite0: no such module"):
        encoder("efficientnet_lite0", "code", layers=["features.99"])
    with pytest.raises(ValueError, match="the form 'map' reads one layer"):
        encoder("efficientnet_lite0", "map", layers=["features.11", "features"])


# -- learning along ----------------------------------------------------------------------------------------------------


def test_only_what_comes_from_a_layer_on_learns_along() -> None:
    cnn = small_encoder("code")
    assert not any(p.requires_grad for p in cnn.parameters())
    cnn.tune("features.2")
    names = {name for name, p in cnn.published.named_parameters() if p.requires_grad}
    assert names == {"features.2.weight", "features.2.bias", "classifier.0.weight", "classifier.0.bias"}
    assert set(cnn.tuned) == names
    cnn.tune()
    assert all(p.requires_grad for p in cnn.published.parameters())


def test_a_layer_without_weights_cannot_learn() -> None:
    with pytest.raises(ValueError, match="layer 'features.1' has no weights; of squeezenet these have: classifier.0, "):
        small_encoder("code").tune("features.1")


def test_the_classifier_stays_in_evaluation_mode() -> None:
    cnn = encoder("photonet", "code").train()
    assert cnn.training and not any(module.training for module in cnn.published.modules())
