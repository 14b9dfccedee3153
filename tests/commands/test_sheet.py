"""Panels and their titles on one sheet."""

from __future__ import annotations

import numpy as np
import pytest

from gradcam_lib.commands.sheet import GAP, LONGEST, SHORTEST, panel_side, sheet

GREY = np.full((320, 320, 3), 120, np.uint8)


@pytest.mark.parametrize("own, side", [(64, SHORTEST), (900, 900), (4000, LONGEST)])
def test_a_panel_keeps_its_resolution_where_that_is_sensible(own, side):
    assert panel_side(own) == side


def test_panels_are_put_down_as_they_are():
    noise = np.random.default_rng(0).integers(0, 256, (2, 2, 320, 320, 3), np.uint8)
    made = sheet([list(row) for row in noise], [["a\nb", "c"]] * 2, "heading")
    assert made.dtype == np.uint8 and made.shape[1] == 2 * 320 + 3 * GAP
    assert np.array_equal(made[-GAP - 320 : -GAP, GAP : GAP + 320], noise[1, 0])
    assert np.array_equal(made[-GAP - 320 : -GAP, 2 * GAP + 320 : -GAP], noise[1, 1])


def test_a_long_title_stays_above_its_own_panel():
    words = "great grey owl, " * 20
    made = sheet([[GREY, GREY]], [[words, ""]], words * 3)
    heading, title = made[: 3 * GAP].copy(), made[3 * GAP : -GAP - 320]
    assert (heading[:, -GAP:] == 255).all() and (heading < 128).any()
    assert (title[:, GAP + 320 :] == 255).all() and (title[:, : GAP + 320] < 128).any()
