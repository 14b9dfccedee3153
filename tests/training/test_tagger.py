"""The recipe of the tagger: what captions and annotations say, which nouns become tags, and what is learnt."""

from collections import Counter

import pytest
import torch
from support.coco_outlined import outlined_coco
from support.flickr_made import made_flickr8k

from gradcam_lib.datasets.coco_part import coco_part
from gradcam_lib.networks.tagger import load_tagger
from gradcam_lib.training import tagger
from gradcam_lib.training.loop import Recipe
from gradcam_lib.training.tagger import Told, chosen_tags, labels, loss, named_by, nouns, train


@pytest.mark.parametrize(
    ("caption", "expected"),
    [
        ("Two men ride bikes down the street .", {"person", "bicycle", "street"}),
        ("A puppy at a train station .", {"dog", "station"}),
        ("A hot dog on a plate .", {"hot dog"}),
        ("A teenager on a motorbike in the snow .", {"person", "motorcycle", "snow"}),
    ],
)
def test_nouns_of_a_caption_with_synonyms_as_one(caption, expected):
    found = nouns(caption)
    assert expected <= found
    assert not found & {"man", "men", "bike", "puppy", "teenager", "train", "motorbike"}


def test_a_tag_is_true_of_two_captions_unknown_of_one_untrue_of_none():
    one = Told(named_by(["A dog runs .", "A dog and a cat .", "The grass is green ."]), 3)
    assert one.says("dog") == 1 and one.says("horse") == 0
    assert torch.tensor(one.says("cat")).isnan() and torch.tensor(one.says("grass")).isnan()


def test_annotations_decide_about_categories_and_captions_about_the_rest():
    silent = Told(Counter(), 0, frozenset({"cat"}))
    assert silent.says("cat") == 1 and silent.says("dog") == 0
    assert torch.tensor(silent.says("grass")).isnan(), "nobody said anything about it"
    assert Told(Counter(dog=5, grass=2), 5, frozenset()).says("dog") == 0
    assert Told(Counter(grass=2), 5, frozenset()).says("grass") == 1


def test_tags_are_the_frequent_nouns_in_order():
    many = [Told(Counter(dog=2, grass=2, air=2), 5)] * tagger.OTHERS_FROM
    few = [Told(Counter(cat=2, sand=2), 5)] * tagger.CATEGORIES_FROM
    assert chosen_tags(many + few) == ["dog", "grass", "cat"], "sand is no category and too rare, air is no thing"
    assert chosen_tags(many[1:] + few[1:]) == ["dog"]


def test_labels_and_a_loss_that_leaves_out_what_is_unknown():
    y = labels([Told(Counter(dog=2, cat=1), 5), Told(Counter(cat=3), 5)], ["dog", "cat"])
    assert y[0, 0] == 1 and y[0, 1].isnan() and y[1].tolist() == [0, 1]
    logits = torch.zeros(2, 2)
    expected = loss(logits, y)
    logits[0, 1] = 50
    assert loss(logits, y) == expected == pytest.approx(torch.tensor(2.0).log().item())


def test_what_is_measured_on_is_taken_out_of_the_training_part(tmp_path):
    first = coco_part(outlined_coco(tmp_path / "a", 3, name="train"), "train")
    other = coco_part(outlined_coco(tmp_path / "b", 2))
    assert [p.id for p in tagger.without(first, other).pictures] == [3]


def _short(epochs, peak=2e-2):
    return Recipe("tagger", epochs, 8, peak, patience=epochs)


def features(n=60):
    g = torch.Generator().manual_seed(0)
    y = (torch.rand(n, 3, generator=g) < 0.5).float()
    a = torch.randn(n, 8, generator=g) + 5
    a[:, :3] += 4 * y
    return a, y, {"train": range(40), "val_flickr": range(40, 50), "val_coco": range(50, 60)}


def test_the_layer_learns_on_the_pooled_maps_as_they_are(tmp_path):
    a, y, splits = features()
    before, after = (train(a, y, splits, r, tmp_path / str(r.epochs)) for r in (_short(1, peak=1e-9), _short(8)))
    with torch.no_grad():
        frequency = torch.sigmoid(before(a[:40]).mean(0))
        assert torch.allclose(frequency, y[:40].mean(0), atol=1e-3), "it begins by saying how frequent each tag is"
        assert ((after(a[:40]) > 0) == (y[:40] == 1)).float().mean() > 0.9
        assert loss(after(a[40:]), y[40:]) < loss(before(a[40:]), y[40:])


def test_an_interrupted_run_ends_in_the_same_weights(tmp_path, monkeypatch):
    a, y, splits = features()
    whole = train(a, y, splits, _short(3), tmp_path / "whole")
    right, calls = tagger.loss, []

    def breaks(logits, y):
        calls.append(1)
        if len(calls) == 10:  # in the second epoch
            raise KeyboardInterrupt
        return right(logits, y)

    monkeypatch.setattr(tagger, "loss", breaks)
    with pytest.raises(KeyboardInterrupt):
        train(a, y, splits, _short(3), tmp_path / "cut")
    monkeypatch.setattr(tagger, "loss", right)
    assert torch.equal(train(a, y, splits, _short(3), tmp_path / "cut").weight, whole.weight)


def test_the_command_writes_what_load_tagger_reads(tmp_path, monkeypatch):
    made_flickr8k(tmp_path / "data" / "flickr8k", 12)
    (tmp_path / "data" / "coco-train").mkdir()
    outlined_coco(tmp_path, 5, name="train").rename(tmp_path / "data" / "coco-a")
    outlined_coco(tmp_path / "other", 1).rename(tmp_path / "data" / "coco-b")
    monkeypatch.setattr(tagger, "CATEGORIES_FROM", 2)
    monkeypatch.setattr(tagger, "SIZE", 64)
    options = ["--data", str(tmp_path / "data"), "--epochs", "1", "--seed", "3"]
    tagger.main([*options, "--runs", str(tmp_path / "runs"), "--out", str(tmp_path)])
    clf = load_tagger(weights=tmp_path / "tagger_lite0.safetensors")
    assert set(clf.names) == {"dog", "person", "kite"} and "8 photographs of Flickr8k, 3 of COCO, seed 3" in clf.source
