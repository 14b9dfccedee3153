"""Tissue: the two arrangements differ in nothing but where the abnormal nuclei lie, and masks are what was painted."""

import dataclasses

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradcam_lib.worlds import tissue
from gradcam_lib.worlds.tissue import INSIDE, ISOLATED, SIDE

SEEDS = st.integers(0, 2**64 - 1)
N = 500


def abnormal(slide):
    return [thing for thing in slide.things if thing.kind == "abnormal"]


def centres(slide):
    return np.rint(np.array([(thing.x, thing.y) for thing in abnormal(slide)]) * SIDE)


@settings(deadline=None, max_examples=15)
@given(SEEDS)
def test_the_same_seed_is_the_same_tissue_and_picture(seed):
    a, b = tissue.sample(seed), tissue.sample(seed)
    assert a == b
    first, second = tissue.render(a), tissue.render(b)
    assert np.array_equal(first.image, second.image) and np.array_equal(first.owner, second.owner)
    assert first.image.shape == (SIDE, SIDE, 3) and first.image.dtype == np.uint8


@settings(deadline=None, max_examples=8)
@given(SEEDS)
def test_both_arrangements_have_the_same_abnormal_nuclei_to_the_pixel(seed):
    """Number, size, outline, and the pixels that each of them covers."""
    pictures = [tissue.render(tissue.sample(seed, arrangement=a)) for a in ("spread", "clustered")]
    names = [thing.id for thing in abnormal(pictures[0].scene)]
    assert 4 <= len(names) <= 7 and names == [thing.id for thing in abnormal(pictures[1].scene)]
    for name in names:
        cut = [picture.masks[name] for picture in pictures]
        a, b = (mask[np.ix_(mask.any(1), mask.any(0))] for mask in cut)
        assert np.array_equal(a, b) and a.sum() > 60
    every = [np.any([picture.masks[name] for name in names], 0) for picture in pictures]
    assert all(np.array_equal(tissue.evidence(p), mask) for p, mask in zip(pictures, every, strict=True))
    areas = [tissue.evidence(picture).sum() for picture in pictures]
    assert areas[0] == areas[1] == sum(pictures[0].masks[name].sum() for name in names), "no two of them overlap"


@settings(deadline=None, max_examples=6)
@given(SEEDS)
def test_nothing_changes_but_at_the_places_that_are_taken(seed):
    """The ordinary nuclei of all three arrangements are the same ones, and as many give way in both."""
    slides = {a: tissue.sample(seed, arrangement=a) for a in tissue.ARRANGEMENTS}
    ordinary = {a: {t.id: t for t in slide.things if t.kind != "abnormal"} for a, slide in slides.items()}
    for a in ("spread", "clustered"):
        assert ordinary[a].items() <= ordinary["none"].items()
        assert len(ordinary[a]) + len(abnormal(slides[a])) == len(ordinary["none"])
    assert abnormal(slides["none"]) == []
    pictures = {a: tissue.render(slide) for a, slide in slides.items()}
    changed = (pictures["spread"].image.astype(int) - pictures["none"].image).__abs__().max(2) > 2
    gone = set(ordinary["none"]) - set(ordinary["spread"])
    near = tissue.evidence(pictures["spread"]) | np.any([pictures["none"].masks[name] for name in gone], 0)
    far = cv2.distanceTransform((~near).astype(np.uint8), cv2.DIST_L2, 5)
    assert far[changed].max() < 5, "the blur of the lens reaches no further"


@settings(deadline=None, max_examples=30)
@given(SEEDS)
def test_spread_nuclei_are_isolated_and_clustered_ones_are_neighbours(seed):
    spread, clustered = (centres(tissue.sample(seed, arrangement=a)) for a in ("spread", "clustered"))
    between = [np.hypot(*(points[:, None] - points).transpose(2, 0, 1)) for points in (spread, clustered)]
    for far in between:
        np.fill_diagonal(far, np.inf)
    assert between[0].min() >= 0.65 * ISOLATED  # a little nearer where there is no room
    assert between[0].min(1).mean() > 1.5 * between[1].min(1).mean()
    for points in (spread, clustered):
        assert points.min() >= INSIDE and points.max() <= SIDE - INSIDE


def test_half_of_what_is_drawn_has_no_abnormal_nuclei_and_a_quarter_each_arrangement():
    drawn = [tissue.sample(seed).arrangement for seed in range(N)]
    for arrangement, share in (("none", 0.5), ("spread", 0.25), ("clustered", 0.25)):
        assert abs(drawn.count(arrangement) / N - share) < 4 * np.sqrt(share * (1 - share) / N)


def test_some_ordinary_nuclei_are_as_large_and_some_are_as_dark():
    """So neither size alone nor darkness alone tells an abnormal nucleus."""
    sizes, light = {}, {}
    for seed in range(12):
        picture = tissue.render(tissue.sample(seed, arrangement="spread"))
        for thing in picture.scene.things:
            if (mask := picture.masks[thing.id]).sum() > 10:
                sizes.setdefault(thing.kind, []).append(thing.size)
                light.setdefault(thing.kind, []).append(picture.image[mask].mean())
    assert abs(np.mean(sizes["large"]) / np.mean(sizes["abnormal"]) - 1) < 0.05
    assert np.mean(light["lymphocyte"]) < np.mean(light["abnormal"]) < np.mean(light["large"])


def test_a_picture_without_abnormal_nuclei_has_no_evidence():
    assert not tissue.evidence(tissue.render(tissue.sample(0, arrangement="none"))).any()


def test_nuclei_are_blue_on_pink_ground():
    """Haematoxylin takes red light away, eosin green."""
    picture = tissue.render(tissue.sample(3, arrangement="none"))
    nuclei = np.any(list(picture.masks.values()), 0)
    red, green, blue = picture.image[~nuclei].mean(0)
    assert red > blue > green
    assert (
        picture.image[nuclei].mean(0)[0] < 0.75 * red and picture.image[nuclei].mean() < picture.image[~nuclei].mean()
    )


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: tissue.sample(-1), ValueError, "whole number"),
        (lambda: tissue.sample(0, arrangement="scattered"), ValueError, "'scattered'.*'spread', 'clustered', 'none'"),
        (lambda: tissue.render(odd_one(tissue.sample(0))), ValueError, "'neuron'.*lymphocyte"),
    ],
)
def test_what_does_not_exist_is_refused_by_name(call, error, message):
    with pytest.raises(error, match=message):
        call()


def odd_one(slide):
    first, *rest = slide.things
    return dataclasses.replace(slide, things=(dataclasses.replace(first, kind="neuron"), *rest))
