"""Pairs: one to three kinds, drawn independently of place and position, none hidden, and the truth about each."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradcam_lib.worlds import pairs
from gradcam_lib.worlds.scene import PLACES

SEEDS = st.integers(0, 2**64 - 1)
N = 1500


@pytest.fixture(scope="module")
def scenes():
    return [pairs.sample(seed) for seed in range(N)]


@settings(deadline=None, max_examples=10)
@given(SEEDS)
def test_the_same_seed_is_the_same_scene(seed):
    assert pairs.sample(seed) == pairs.sample(seed)
    assert len(pairs.present(pairs.sample(seed, count=2))) == 2


@settings(deadline=None, max_examples=10)
@given(SEEDS)
def test_every_thing_is_seen_and_none_hides_another(seed):
    """A thing alone has the pixels that it has among others, but for its rim, which two neighbours may share."""
    scene = pairs.sample(seed, count=3)
    masks = pairs.render(scene).masks
    for kind, id in pairs.present(scene).items():
        alone = scene
        for thing in scene.things:
            alone = alone if thing.id == id else alone.without(thing.id)
        whole = pairs.render(alone).masks[id].sum()
        assert masks[id].sum() >= 0.9 * whole > 0.9 * 100, kind
    for a, b in combinations(masks.values(), 2):
        assert not (a & b).sum() > 20


def test_kinds_counts_and_places_are_equally_frequent(scenes):
    counts = np.bincount([len(pairs.present(scene)) for scene in scenes])
    assert counts[0] == 0 and (abs(counts[1:] / N - 1 / 3) < 0.05).all()
    for kind in pairs.KINDS:
        assert abs(np.mean([kind in pairs.present(scene) for scene in scenes]) - 2 / 8) < 0.05


def test_the_place_says_nothing_about_the_kind(scenes):
    for place in PLACES:
        there = [pairs.present(scene) for scene in scenes if scene.place == place]
        shares = [np.mean([kind in one for one in there]) for kind in pairs.KINDS]
        assert np.ptp(shares) < 0.2, (place, shares)  # in the everyday scenes, of elephants: 0 and 0.6


def test_things_lie_everywhere(scenes):
    """Also above the horizon, and as often left as right."""
    for kind in pairs.KINDS:
        x, y = np.array([(t.x, t.y) for scene in scenes for t in scene.things if t.kind == kind]).T
        assert x.min() < 0.2 and x.max() > 0.8 and abs(x.mean() - 0.5) < 0.05, kind
        assert y.min() < 0.4 and y.max() > 0.75 and (y < 0.5).mean() > 0.1, kind


def test_present_names_what_can_be_asked_for():
    scene = next(s for s in map(pairs.sample, range(50)) if len(s.things) > len(pairs.present(s)))
    there = pairs.present(scene)
    assert list(there) == sorted(there, key=pairs.KINDS.index)
    assert {scene[id].kind for id in there.values()} == set(there) <= set(pairs.KINDS)


@pytest.mark.parametrize("count", [0, 4, "two"])
def test_another_count_is_refused(count):
    with pytest.raises(ValueError, match="choose 1 to 3"):
        pairs.sample(1, count=count)
