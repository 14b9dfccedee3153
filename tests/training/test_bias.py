"""Training on a few pictures: what comes out, what stops it, and that nothing half-done is left."""

import dataclasses

import numpy as np
import pytest
import torch

from gradcam_lib import explain
from gradcam_lib.bias.collection import BALANCED, Collection, load_bias, training_set
from gradcam_lib.bias.variants import unchanged
from gradcam_lib.networks.pooled import Pooled, load_pooled, save_pooled
from gradcam_lib.training import bias

FEW = {"per_class": 4}


def colours(n=6, side=128):
    """Two classes that a single colour tells apart."""
    labels = np.arange(n) % 2
    images = np.zeros((n, side, side, 3), np.uint8)
    images[labels == 0, ..., 0] = images[labels == 1, ..., 2] = 200
    return Collection(images, labels, np.zeros(n, np.int64), ("red", "blue"), ("plain",))


def test_it_learns_what_tells_the_classes_apart():
    clf = bias.train(colours(), epochs=6)
    assert clf.names == ["red", "blue"] and not clf.model.training
    found = [clf.top(clf.to_input(image))[0][0] for image in colours().images[:2]]
    assert found == ["red", "blue"]


def test_same_seed_same_weights_and_another_seed_others():
    a, b, c = (bias.train(training_set(BALANCED, **FEW), seed=seed, epochs=2).model.state_dict() for seed in (1, 1, 2))
    assert all(torch.equal(a[name], b[name]) for name in a)
    assert not torch.equal(a["head.weight"], c["head.weight"])


def test_one_class_speaks_against_the_other_in_the_same_places():
    """Zero at the start and equal steps: each score is the other's negative, and so are the maps."""
    clf = bias.train(training_set(BALANCED, **FEW), epochs=2)
    e = explain(clf, clf.to_input(training_set(BALANCED, **FEW).images[0]))
    assert torch.allclose(e.logits[:, 0], -e.logits[:, 1], atol=1e-5)
    assert torch.allclose(e.map("doctor"), e.counterfactual("nurse"), atol=1e-6)


def test_frozen_layers_stay_and_the_others_move():
    before = unchanged(2)
    after = bias.train(training_set(BALANCED, **FEW), epochs=3).model  # the first step moves the head alone
    moved = [not torch.equal(p, q) for p, q in zip(before.parameters(), after.parameters(), strict=True)]
    frozen = sum(1 for _ in before.features[: bias.FROZEN].parameters())
    assert not any(moved[:frozen]) and all(moved[frozen:])


def test_progress_counts_every_step():
    steps = []
    bias.train(training_set(BALANCED, **FEW), epochs=3, progress=lambda step, of: steps.append((step, of)))
    assert steps == [(i, 4) for i in range(1, 5)]  # one batch through the frozen layers, then three epochs


def test_stopping_gives_no_network():
    done = []
    with pytest.raises(bias.Stopped, match="stopped after 2 of 4 steps"):
        bias.train(training_set(BALANCED, **FEW), epochs=3, progress=lambda *_: done.append(1),
                   should_stop=lambda: len(done) == 2)  # fmt: skip


def test_a_training_that_is_broken_off_leaves_the_old_weights(tmp_path, monkeypatch):
    path = tmp_path / "bias_biased.safetensors"
    path.write_bytes(b"the old ones")
    step, done = bias._step, []

    def breaks(*args):
        done.append(1)
        if len(done) == 2:
            raise KeyboardInterrupt
        return step(*args)

    monkeypatch.setattr(bias, "_step", breaks)
    with pytest.raises(KeyboardInterrupt):
        bias.main(["--name", "biased", "--per-class", "4", "--epochs", "3", "--out", str(tmp_path)])
    assert path.read_bytes() == b"the old ones" and list(tmp_path.iterdir()) == [path]


def test_the_command_writes_what_load_bias_reads(tmp_path):
    bias.main(["--name", "balanced", "--per-class", "4", "--epochs", "1", "--out", str(tmp_path)])
    clf = load_bias(weights=tmp_path / "bias_balanced.safetensors")
    direct = bias.train(training_set(BALANCED, **FEW), epochs=1)
    x = clf.to_input(training_set(BALANCED, **FEW).images[0])
    assert torch.allclose(clf.model(x), direct.model(x), atol=1e-2)  # float16
    assert "4 doctors, 50% of them men, and 4 nurses, 50% of them women" in clf.source


def test_a_set_of_one_class_is_refused():
    one = training_set(BALANCED, **FEW)
    with pytest.raises(ValueError, match="8 × 'doctor', 0 × 'nurse'; every class needs pictures"):
        bias.train(dataclasses.replace(one, labels=np.zeros(8, np.int64)))


@pytest.mark.parametrize(
    ("change", "told"),
    [({"epochs": 0}, "epochs=0"), ({"epochs": 1.5}, "epochs=1.5"), ({"precision": "half"}, "'half'")],
)
def test_bad_settings_are_named(change, told):
    with pytest.raises(ValueError, match=told):
        bias.train(colours(), **change)


def test_pictures_of_any_size_are_brought_to_the_networks():
    clf = bias.train(colours(4, side=90), epochs=1)
    assert clf.to_input(np.zeros((200, 300, 3), np.uint8)).shape == (1, 3, 64, 64)


def test_a_saved_network_is_the_same_network(tmp_path):
    torch.manual_seed(0)
    model = Pooled(3).eval()
    torch.nn.init.normal_(model.head.weight)
    save_pooled(model, tmp_path / "a.safetensors", ["a", "b", "c"], trained_on="nothing")
    read, about = load_pooled(tmp_path / "a.safetensors")
    x = torch.randn(2, 3, 64, 64)
    assert about["names"] == ["a", "b", "c"] and about["trained_on"] == "nothing" and not read.training
    assert torch.allclose(read(x), model(x), atol=1e-2)
    assert explain(model, x, "features").map().shape == (2, 16, 16)
