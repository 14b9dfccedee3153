"""A wood with or without a tank: sky and tank independent, each edit the other's picture to the pixel."""

import dataclasses

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradcam_lib.worlds import tanks
from gradcam_lib.worlds.drawing.painter import FINE

SEEDS = st.integers(0, 2**64 - 1)
N = 2000


def has_tank(scene):
    return any(t.id == "tank" for t in scene.things)


@settings(deadline=None, max_examples=20)
@given(SEEDS)
def test_the_same_seed_is_the_same_wood_and_picture(seed):
    a, b = tanks.sample(seed), tanks.sample(seed)
    assert a == b
    first, second = tanks.render(a), tanks.render(b)
    assert np.array_equal(first.image, second.image) and np.array_equal(first.owner, second.owner)
    assert first.image.shape == (128, 128, 3) and first.image.dtype == np.uint8


def test_tank_and_sky_are_drawn_independently_and_evenly():
    drawn = [tanks.sample(seed) for seed in range(N)]
    for tank in (True, False):
        for weather in ("clear", "cloudy"):
            share = np.mean([(has_tank(s), s.weather) == (tank, weather) for s in drawn])
            assert abs(share - 0.25) < 4 * np.sqrt(0.25 * 0.75 / N)


@settings(deadline=None, max_examples=20)
@given(SEEDS, st.booleans())
def test_neither_the_tank_nor_the_sky_moves_a_tree(seed, cloudy):
    wood = tanks.sample(seed, tank=True, cloudy=cloudy)
    assert tanks.without_tank(wood) == tanks.sample(seed, tank=False, cloudy=cloudy)
    assert tanks.with_sky(wood, cloudy=not cloudy) == tanks.sample(seed, tank=True, cloudy=not cloudy)
    assert tanks.with_sky(wood, cloudy=cloudy) == wood
    bare = tanks.without_tank(wood)
    assert tanks.without_tank(bare) == bare


@settings(deadline=None, max_examples=20)
@given(SEEDS)
def test_a_tank_shows_its_parts_and_the_sky_stays_above_the_horizon(seed):
    wood = tanks.sample(seed, tank=True)
    picture = tanks.render(wood)
    assert {name for id, name in picture.parts if id == "tank"} == {"tracks", "gun", "hull", "turret"}
    assert {name for id, name in picture.parts if id == "sky"} == {"sky", "clouds"}
    x0, _, x1, _ = picture.boxes["tank"]
    assert picture.masks["tank"].sum() > 40 and x1 - x0 < 0.65 * 128
    assert picture.masks["sky"].sum() > 300 and not picture.masks["sky"][round(wood.horizon * 128) + 1 :].any()


@pytest.mark.parametrize("seed", range(25))
def test_without_its_tank_a_wood_differs_only_where_the_tank_was(seed):
    wood = tanks.sample(seed, tank=True, cloudy=True)
    one, other = tanks.render(wood), tanks.render(tanks.without_tank(wood))
    where = (one.image != other.image).any(2)
    # The whole tank, also behind trees: their soft edges let a trace of it through.
    alone = tanks.render(dataclasses.replace(wood, things=tuple(t for t in wood.things if t.kind in ("sky", "tank"))))
    fine = np.isin(alone.owner, [i for i, (id, _) in enumerate(alone.names) if id == "tank"])
    touched = fine.reshape(128, FINE, 128, FINE).any((1, 3)).astype(np.uint8)
    assert not (where & (cv2.dilate(touched, np.ones((5, 5), np.uint8)) == 0)).any()
    for id, mask in other.masks.items():
        assert not (one.masks[id] & ~mask).any(), "a tank hides and shows nothing"


def test_a_clouded_wood_is_grayer_and_the_sky_grayest():
    for seed in range(20):
        clear, cloudy = (tanks.render(tanks.sample(seed, cloudy=c)) for c in (False, True))
        assert np.ptp(clear.image.astype(float), 2).mean() > np.ptp(cloudy.image.astype(float), 2).mean()
        assert (clear.masks["sky"] != cloudy.masks["sky"]).mean() < 0.002  # mist as gray as the sky, at most
        blue = [p.image[p.masks["sky"]].astype(float) @ (-1, 0, 1) for p in (clear, cloudy)]
        assert blue[0].mean() > blue[1].mean() + 20


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: tanks.sample(-1), ValueError, "whole number"),
        (lambda: tanks.sample("7"), TypeError, "whole number"),
        (lambda: tanks.sample(0, tank="yes"), TypeError, "tank 'yes'.*True or False"),
        (lambda: tanks.sample(0, cloudy=1), TypeError, "cloudy 1.*True or False"),
        (lambda: tanks.render(dataclasses.replace(tanks.sample(0), weather="rain")), ValueError, "'clear' or 'cloudy'"),
        (lambda: tanks.render(tanks.sample(0, tank=True).with_thing("tank", kind="bus")), ValueError, "'bus'.*fir"),
    ],
)
def test_what_does_not_exist_is_refused_by_name(call, error, message):
    with pytest.raises(error, match=message):
        call()
