"""Places: the same scene the same pixels, another look for every seed, the horizon where the scene has it."""

from dataclasses import replace

import numpy as np
import pytest

from gradcam_lib.worlds.drawing import textures
from gradcam_lib.worlds.drawing.places import finish, paint_place, shore
from gradcam_lib.worlds.scene import COLOURS, LIGHTS, PLACES, WEATHERS, Scene, Thing

places = pytest.mark.parametrize("place", PLACES)


def scene(place="park", seed=1, *, light="day", weather="clear", horizon=0.4, things=()):
    return Scene(seed, place, light, weather, horizon, things)


def picture(given):
    return finish(paint_place(given), given)


def mean(given):
    """The mean colour over twelve seeds."""
    return np.mean([picture(replace(given, seed=seed)).mean((0, 1)) for seed in range(12)], 0)


@places
@pytest.mark.parametrize("light", LIGHTS)
@pytest.mark.parametrize("weather", WEATHERS)
def test_every_light_and_weather_gives_the_same_pixels_twice(place, light, weather):
    for horizon in (0.3, 0.6):
        given = scene(place, 2**64 - 1, light=light, weather=weather, horizon=horizon)
        canvas = paint_place(given)
        assert canvas.shape == (256, 256, 3) and canvas.dtype == np.uint8 and canvas.flags.c_contiguous
        assert np.array_equal(canvas, paint_place(given))
        before, done = canvas.copy(), finish(canvas, given)
        assert done.shape == (128, 128, 3) and done.dtype == np.uint8
        assert np.array_equal(done, finish(before, given)) and np.array_equal(canvas, before)


@places
def test_places_vary_widely_and_do_not_depend_on_things(place):
    means = np.array([picture(scene(place, seed)).mean((0, 1)) for seed in range(40)])
    assert means.std(0).min() > 5
    dog = Thing("dog-1", "dog", 0.5, 0.8, 0.3)
    assert np.array_equal(paint_place(scene(place)), paint_place(scene(place, things=(dog,))))


@places
def test_the_ground_begins_at_the_horizon(place):
    """The rows round it differ more from each other than the rows of the middle ground, over many seeds."""
    for horizon in (0.35, 0.5):
        rows = np.mean([paint_place(scene(place, seed, horizon=horizon)) for seed in range(30)], 2, dtype=float)
        change = np.abs(np.diff(rows.mean(2), axis=1)).mean(0)
        top = round(256 * horizon)
        assert change[top - 4 : top + 3].max() > 2 * np.median(change)


def test_the_shore_lies_in_front_of_the_horizon():
    ends = [shore(seed, 0.4) for seed in range(50)]
    assert 0.55 < min(ends) < 0.65 and 0.7 < max(ends) < 0.8


@places
def test_evening_is_warmer_and_darker_and_a_dull_day_flatter(place):
    day, evening = mean(scene(place)), mean(scene(place, light="evening"))
    assert evening.mean() < day.mean()
    assert evening[0] - evening[2] > day[0] - day[2] + 10
    board = np.zeros((256, 256, 3), np.uint8)
    board[:, 128:] = 200
    span = [np.ptp(finish(board, scene(place, light=light)).mean((0, 2))) for light in ("day", "overcast")]
    assert span[1] < 0.9 * span[0]


def test_rain_streaks_fall_outdoors_only():
    board = np.full((256, 256, 3), 90, np.uint8)
    for place, rains in (("park", True), ("kitchen", False)):
        spread = [finish(board, scene(place, weather=weather)).std() for weather in ("clear", "rain")]
        assert (spread[1] > 1.15 * spread[0]) == rains


def test_the_grain_is_faint():
    assert 2 < textures.grain().std() < 4


def test_an_unknown_place_is_named():
    with pytest.raises(ValueError, match="unknown place 'moon'; there are: beach"):
        paint_place(scene("moon"))


@places
@pytest.mark.parametrize("colour", ["red", "orange", "yellow", "green", "purple", "pink"])
def test_the_strong_colours_belong_to_the_things(place, colour):
    pixels = np.array([picture(scene(place, seed)) for seed in range(20)], int)
    near = np.abs(pixels - COLOURS[colour]).max(-1) < 28
    assert near.mean() < 0.01
