"""Several labels for one picture: probabilities, the form of CAM, and guided backprop through ReLU6."""

import numpy as np
import pytest
import torch
from torch import nn

from gradcam_lib import cam, explain
from gradcam_lib.networks.efficientnet_lite import WIDTH
from gradcam_lib.networks.tagger import load_tagger, save_tagger
from gradcam_lib.networks.weights import WeightsWrong
from gradcam_lib.pictures.samples import sample


@pytest.fixture(scope="module")
def clf():
    return load_tagger()


@pytest.fixture(scope="module")
def x(clf):
    return clf.to_input(sample("coffee"), size=96)


def test_the_shipped_tagger_knows_forty_to_eighty_tags(clf):
    assert 40 <= len(clf.names) == len(set(clf.names)) <= 80 and {"person", "dog", "teddy bear"} <= set(clf.names)
    assert clf.model(clf.to_input(np.full((300, 400, 3), 90, np.uint8))).shape == (1, len(clf.names))
    assert clf.layer == "features" and "Flickr8k" in clf.source


def test_each_tag_has_its_own_probability(clf, x):
    told = dict(clf.top(x, k=len(clf.names)))
    z = clf.model(x)[0].detach()
    assert all(told[name] == pytest.approx(z[c].sigmoid().item(), abs=1e-6) for c, name in enumerate(clf.names))
    assert list(told.values()) == sorted(told.values(), reverse=True)


def test_a_batch_has_no_single_list_of_tags(clf, x):
    with pytest.raises(ValueError, match="one picture"):
        clf.top(torch.cat((x, x)))


def test_alpha_times_the_number_of_places_is_the_row_of_weights(clf, x):
    """So that Grad-CAM of a tag is the positive part of its CAM over Z."""
    e = explain(clf, x)
    Z = e.activation().shape[2] * e.activation().shape[3]
    for tag in ("cup", "person", "sheep"):
        c = clf.index(tag)
        assert torch.allclose(e.weights(tag)[0] * Z, clf.model.classifier.weight[c], atol=1e-6)
        assert torch.allclose(e.map(tag) * Z, cam(clf, x, tag).relu(), atol=1e-5)


def test_guided_backprop_through_relu6_is_what_hooks_make_of_it(clf, x):
    """Hooks of PyTorch on each ReLU6 that drop negative gradients, PyTorch's own derivative being 0 above 6."""
    made = explain(clf, x, pixels=True).pixel_gradient("cup", rule="guided")
    units = [m for m in clf.model.modules() if isinstance(m, nn.ReLU6)]
    capped = []
    handles = [m.register_full_backward_hook(lambda m, g, _: (g[0].clamp(min=0),)) for m in units]
    handles += [m.register_forward_hook(lambda m, a, y: capped.append(int((y == 6).sum()))) for m in units]
    try:
        own = x.clone().requires_grad_()
        (G,) = torch.autograd.grad(clf.model(own)[0, clf.index("cup")], own)
    finally:
        for handle in handles:
            handle.remove()
    assert torch.allclose(made, G, rtol=1e-4, atol=1e-6 * G.abs().max().item()) and G.abs().max() > 0
    assert sum(capped) > 0, "some units are at the ceiling, so the derivative there is part of the test"


def test_what_is_saved_is_what_is_read(tmp_path, x):
    torch.manual_seed(0)
    head = nn.Linear(WIDTH, 3)
    save_tagger(head, ["a", "b", "c"], tmp_path / "t.safetensors", "nothing")
    made = load_tagger(weights=tmp_path / "t.safetensors")
    assert made.names == ["a", "b", "c"] and "trained on nothing" in made.source
    assert torch.equal(made.model.classifier.weight, head.weight.half().float())


def test_the_published_network_keeps_its_own_head_and_the_random_numbers_stay():
    from gradcam_lib import load_classifier

    torch.manual_seed(3)
    expected = torch.rand(1)
    torch.manual_seed(3)
    load_tagger()
    assert torch.equal(torch.rand(1), expected)
    assert load_classifier("efficientnet_lite0").model.classifier.out_features == 1000


def test_another_file_is_refused_and_a_missing_one_says_how_to_make_it(tmp_path, monkeypatch):
    from gradcam_lib.networks.weights import save_network

    save_network(nn.Linear(2, 2), tmp_path / "t.safetensors", system="tissue")
    with pytest.raises(WeightsWrong, match="'tissue', expected 'tagger'"):
        load_tagger(weights=tmp_path / "t.safetensors")
    monkeypatch.delenv("GRADCAM_WEIGHTS", raising=False)
    monkeypatch.setattr("gradcam_lib.networks.weights.MODELS", tmp_path)
    with pytest.raises(FileNotFoundError, match="python -m gradcam_lib.training.tagger"):
        load_tagger()
