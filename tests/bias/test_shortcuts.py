"""Changes of a whole picture, and planting them on a class."""

import numpy as np
import pytest

from gradcam_lib.bias.collection import Collection
from gradcam_lib.bias.shortcuts import SHORTCUTS, blurred, noisy, planted, tinted

PICTURES = np.random.default_rng(0).integers(60, 180, (200, 16, 16, 3)).astype(np.uint8)


def some():
    labels = np.arange(200) % 2
    return Collection(PICTURES, labels, labels * 0, ("a", "b"), ("one",))


@pytest.mark.parametrize("shortcut", SHORTCUTS)
def test_a_change_is_faint_and_repeatable(shortcut):
    a, b = (SHORTCUTS[shortcut](PICTURES) for _ in range(2))
    assert a.dtype == np.uint8 and a.shape == PICTURES.shape and np.array_equal(a, b)
    assert 0 < np.abs(a.astype(int) - PICTURES).mean() < 30


def test_a_tint_warms_by_its_levels_and_stops_at_white():
    change = tinted(PICTURES, by=4).astype(int) - PICTURES
    assert (change == [4, 0, -4]).all()
    assert tinted(np.full((1, 2, 2, 3), 254, np.uint8))[0, 0, 0].tolist() == [255, 254, 249]


def test_grain_has_its_deviation_and_blur_lowers_the_contrast():
    grey = np.full((4, 64, 64, 3), 128, np.uint8)
    assert noisy(grey, by=5).std() == pytest.approx(5, rel=0.05)
    assert blurred(PICTURES).std() < 0.7 * PICTURES.std()


def test_it_is_planted_on_its_share_of_each_class():
    pictures = some()
    changed = (planted(pictures, "tint", share=0.9).images != pictures.images).any((1, 2, 3))
    assert changed[pictures.labels == 0].mean() == pytest.approx(0.9, abs=0.08)
    assert changed[pictures.labels == 1].mean() == pytest.approx(0.1, abs=0.08)
    always = planted(pictures, "blur", share=1)
    assert np.array_equal((always.images != pictures.images).any((1, 2, 3)), pictures.labels == 0)


@pytest.mark.parametrize(
    ("shortcut", "share", "told"),
    [("hue", 0.9, "'hue': choose one of tint, strong tint, grain, blur"), ("tint", 2, "share=2")],
)
def test_bad_settings_are_named(shortcut, share, told):
    with pytest.raises(ValueError, match=told):
        planted(some(), shortcut, share=share)
