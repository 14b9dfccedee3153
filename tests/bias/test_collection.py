"""Skewed collections of the worlds, and the loader of the shipped networks."""

import numpy as np
import pytest

from gradcam_lib.bias.collection import (
    BALANCED,
    CASES,
    CLINIC,
    TANKS,
    Skew,
    collection,
    load_bias,
    seeds_of,
    training_set,
)
from gradcam_lib.networks.weights import WeightsWrong

even = pytest.mark.parametrize("case", CASES.values(), ids=CASES)


def counts(pictures):
    return {cell: int(mask.sum()) for cell, mask in pictures.cells.items()}


def test_a_skew_is_a_count_of_pictures():
    pictures = training_set(Skew(0.78, 0.93), per_class=100)
    assert counts(pictures) == {"doctor, man": 78, "doctor, woman": 22, "nurse, man": 7, "nurse, woman": 93}
    assert pictures.images.shape == (200, 128, 128, 3) and pictures.images.dtype == np.uint8


@even
def test_every_picture_is_what_its_labels_say(case):
    pictures = training_set(BALANCED, per_class=2, seed=3, case=case)
    for label in (0, 1):
        for kind in (0, 1):
            [image] = pictures.images[(pictures.labels == label) & (pictures.groups == kind)]
            [seed] = seeds_of("train", 3, label, kind, 1)
            assert np.array_equal(image, case.render(case.draw(seed, case.names[label], case.kinds[kind])).image)


def test_skews_of_one_seed_share_pictures_and_seeds_and_splits_do_not():
    few, many = (training_set(Skew(s, s), per_class=10) for s in (0.5, 0.8))
    assert np.array_equal(few.images[:5], many.images[:5])
    splits = [set(seeds_of(split, seed, label, kind, 2**16)) for split in ("train", "test") for seed in (0, 1)
              for label in (0, 1) for kind in (0, 1)]  # fmt: skip
    assert len(set.union(*splits)) == sum(map(len, splits))


@even
def test_an_edit_changes_its_own_regions_and_the_picture(case):
    """Also what the old parts uncover and the new ones cover; of the tank, its shadow and what hides it too."""
    scene = case.draw(5, case.names[0], case.kinds[0])
    before = case.render(scene)
    for name, edit in case.edits.items():
        after = case.render(edit(scene))
        changed = (before.image != after.image).any(2)
        assert changed.any()
        assert np.array_equal(case.render(edit(edit(scene))).image, before.image), name


def test_regions_own_every_pixel_once():
    picture = CLINIC.render(CLINIC.draw(4, "doctor", "man"))
    owner = CLINIC.regions_of(picture)
    face = picture.parts["worker", "face"]
    assert owner.shape == (128, 128) and owner.max() == CLINIC.regions.index("rest")
    assert (owner[face] == CLINIC.regions.index("face")).mean() > 0.9  # some pixels are shared with hair
    assert TANKS.regions == ("sky", "tank", "rest")


@pytest.mark.parametrize("share", [-0.01, 1.5, "0.5", True, None, float("nan")])
def test_a_skew_out_of_range_is_refused(share):
    with pytest.raises(ValueError, match="choose a share from 0 to 1"):
        Skew(0.5, share)


@pytest.mark.parametrize(
    ("change", "told"),
    [({"per_class": 0}, "per_class=0"), ({"per_class": 2.5}, "per_class=2.5"), ({"seed": -1}, "seed -1"),
     ({"seed": "a"}, "seed 'a'")],
)  # fmt: skip
def test_bad_sizes_and_seeds_are_named(change, told):
    with pytest.raises(ValueError, match=told):
        training_set(BALANCED, **{"per_class": 2, **change})


def test_an_unknown_split_is_named():
    with pytest.raises(ValueError, match="split 'dev': choose one of train, val, test"):
        collection([[1, 1], [1, 1]], split="dev")


@pytest.mark.parametrize("name", ["biased", "balanced"])
def test_the_shipped_networks_tell_doctors_from_nurses(name):
    clf = load_bias(name)
    pictures = collection([[10, 10], [10, 10]], split="test", seed=9)
    right = [
        clf.top(clf.to_input(i))[0][0] == clf.names[y] for i, y in zip(pictures.images, pictures.labels, strict=True)
    ]
    assert clf.names == ["doctor", "nurse"] and name in clf.source and np.mean(right) > 0.65


def test_an_unknown_network_and_a_wrong_file_are_named(tmp_path):
    with pytest.raises(ValueError, match="'skewed'.*'biased', 'balanced'"):
        load_bias("skewed")
    with pytest.raises(FileNotFoundError, match="nowhere"):
        load_bias(weights=tmp_path / "nowhere.safetensors")
    broken = tmp_path / "broken.safetensors"
    broken.write_bytes(b"\0" * 50)
    with pytest.raises(WeightsWrong, match="broken"):
        load_bias(weights=broken)
