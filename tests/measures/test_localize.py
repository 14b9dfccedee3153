"""Boxes, overlaps and points on maps small enough to count by hand."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from gradcam_lib import box_from_map, energy_share, iou, pointing_hit

HEAT = np.array(
    [
        [0, 0, 0, 0, 0, 9],
        [0, 2, 3, 0, 0, 0],
        [0, 4, 5, 0, 0, 0],
        [0, 0, 0, 0, 0, 0],
    ]
)  # fmt: skip


def test_the_box_goes_round_the_largest_region_and_not_round_the_maximum():
    assert box_from_map(HEAT) == (1, 1, 3, 3)  # columns 1–2, rows 1–2, the ends exclusive


def test_the_largest_region_is_the_one_of_most_places_and_not_the_widest():
    heat = np.array(
        [
            [1, 1, 1, 1, 0, 0],
            [0, 0, 0, 0, 0, 0],
            [0, 0, 0, 1, 1, 1],
            [0, 0, 0, 1, 1, 1],
        ]
    )  # fmt: skip
    assert box_from_map(heat) == (3, 2, 6, 4)


@pytest.mark.parametrize("turn", range(4))
def test_of_regions_as_large_the_highest_counts_and_of_these_the_leftmost(turn):
    corners = np.rot90([[1, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0.9]], turn)
    assert box_from_map(corners + np.rot90(corners)) == (0, 0, 1, 1)
    below = np.array([[0, 0, 0, 0, 1], [1, 0, 0, 0, 0]])  # row 0 is higher, though further right
    assert box_from_map(below) == (4, 0, 5, 1)


def test_of_several_maxima_the_first_in_reading_order_points():
    heat = np.array([[0, 0, 1], [1, 0, 0]])
    assert pointing_hit(heat, (2, 0, 3, 1)) and not pointing_hit(heat, (0, 1, 1, 2))


def test_the_region_holds_what_reaches_the_threshold():
    heat = np.array([[0, 14, 15, 100, 15, 14]])  # 15 % of 100 is 15
    assert box_from_map(heat) == (2, 0, 5, 1)


def test_another_threshold_gives_another_box():
    assert box_from_map(HEAT, threshold=0.9) == (5, 0, 6, 1)


def test_places_that_touch_at_a_corner_are_connected():
    assert box_from_map(np.eye(4)) == (0, 0, 4, 4)


def test_places_apart_are_not_connected():
    assert box_from_map(np.array([[1, 0, 1, 1]])) == (2, 0, 4, 1)


def test_a_full_map_gives_the_whole_picture_width_first():
    assert box_from_map(np.ones((3, 5))) == (0, 0, 5, 3)


def test_one_place_gives_a_box_of_one_pixel():
    heat = np.zeros((4, 6))
    heat[3, 5] = 1e-20
    assert box_from_map(heat) == (5, 3, 6, 4)


@pytest.mark.parametrize("heat", [np.zeros((3, 3)), -np.ones((3, 3))])
def test_an_empty_map_has_no_box(heat):
    assert box_from_map(heat) is None


def test_a_tensor_gives_the_same_box_of_plain_numbers():
    box = box_from_map(torch.from_numpy(HEAT).float().requires_grad_())
    assert box == (1, 1, 3, 3) and all(type(side) is int for side in box)


@pytest.mark.parametrize("threshold", [0, -0.1, 1.1, float("nan")])
def test_a_threshold_that_is_no_share_is_refused(threshold):
    with pytest.raises(ValueError, match="choose a share of the maximum"):
        box_from_map(HEAT, threshold)


@pytest.mark.parametrize("shape", [(1, 3, 3), (3,)])
def test_a_batch_of_maps_is_refused(shape):
    with pytest.raises(ValueError, match=r"expected \(H, W\)"):
        box_from_map(np.ones(shape))


def test_a_map_with_nan_is_refused():
    with pytest.raises(ValueError, match="NaN"):
        box_from_map(np.array([[1.0, float("nan")]]))


@pytest.mark.parametrize(
    "a, b, expected",
    [
        ((0, 0, 2, 2), (0, 0, 2, 2), 1),
        ((0, 0, 2, 2), (1, 1, 3, 3), 1 / 7),  # 1 of 4 + 4 − 1
        ((0, 0, 4, 4), (1, 1, 3, 3), 4 / 16),  # one inside the other
        ((0, 0, 2, 2), (2, 0, 4, 2), 0),  # they touch, and share nothing since ends are exclusive
        ((0, 0, 1, 1), (5, 5, 6, 6), 0),
        ((0, 0, 0.5, 1), (0, 0, 1, 1), 0.5),
        (None, (0, 0, 1, 1), 0),
        ((0, 0, 1, 1), None, 0),
        ((2, 2, 2, 5), (2, 2, 2, 5), 0),  # a box without an inside
        ((3, 3, 1, 1), (0, 0, 4, 4), 0),
    ],
)
def test_overlap_of_two_boxes(a, b, expected):
    assert iou(a, b) == iou(b, a) == pytest.approx(expected)


def test_a_hit_is_a_maximum_inside_the_box():
    assert pointing_hit(HEAT, (5, 0, 6, 1)) and not pointing_hit(HEAT, (1, 1, 3, 3))


def test_the_end_of_a_box_is_outside():
    heat = np.zeros((3, 3))
    heat[1, 2] = 1
    assert not pointing_hit(heat, (0, 0, 2, 3)) and pointing_hit(heat, (0, 0, 3, 2))


def test_a_pixel_belongs_to_a_box_that_holds_its_centre():
    heat = np.array([[1.0, 0.0], [0.0, 0.0]])  # the centre of the first pixel is at (½, ½)
    assert pointing_hit(heat, (0, 0.4, 2, 2)) and pointing_hit(heat, (0.4, 0, 2, 2))
    assert not pointing_hit(heat, (0, 0.6, 2, 2)) and not pointing_hit(heat, (0.6, 0, 2, 2))
    assert energy_share(heat, (0, 0, 0.6, 0.6)) == 1 and energy_share(heat, (0, 0, 0.5, 0.5)) == 0


def test_a_mask_serves_as_well_as_a_box():
    assert pointing_hit(HEAT, HEAT > 8) and not pointing_hit(HEAT, HEAT == 5)


@pytest.mark.parametrize("tolerance, hit", [(0, False), (2.9, False), (3, True), (15, True)])
def test_near_is_good_enough_within_the_tolerance(tolerance, hit):
    # the maximum is at x = 5, the nearest pixel of the box at x = 2, both in row 0
    assert pointing_hit(HEAT, (0, 0, 3, 1), tolerance) == hit


def test_the_tolerance_is_a_circle():
    heat = np.zeros((6, 6))
    heat[4, 5] = 1  # 3 right and 4 down of the pixel (2, 0): 5 pixels away
    assert pointing_hit(heat, (0, 0, 3, 1), 5) and not pointing_hit(heat, (0, 0, 3, 1), 4.9)


def test_an_empty_map_hits_nothing():
    assert not pointing_hit(np.zeros((3, 3)), (0, 0, 3, 3), 15)


@pytest.mark.parametrize("heat", [-np.ones((3, 3)), np.array([[-1.0, 0.0], [-2.0, 0.0]])])
def test_a_map_without_a_positive_value_hits_nothing_though_it_has_a_highest_place(heat):
    assert not pointing_hit(heat, np.ones(heat.shape, bool), 15)


def test_nothing_hits_an_empty_mask():
    assert not pointing_hit(np.ones((3, 3)), np.zeros((3, 3), bool), 15)


def test_a_mask_of_another_size_is_refused():
    with pytest.raises(ValueError, match=r"mask is \(4, 3\) and the map \(3, 4\) \(height, width\)"):
        pointing_hit(np.ones((3, 4)), np.ones((4, 3), bool))


@pytest.mark.parametrize("where", [(1, 2, 3), (1, 2, 3, 4, 5)])
def test_what_is_neither_a_box_nor_a_mask_is_refused(where):
    with pytest.raises(ValueError, match="expected a box"):
        pointing_hit(np.ones((3, 3)), where)


def test_the_share_of_the_map_inside_a_box():
    assert energy_share(HEAT, (1, 1, 3, 3)) == pytest.approx(14 / 23)


def test_the_share_inside_a_mask():
    assert energy_share(HEAT, HEAT == 9) == pytest.approx(9 / 23)


def test_the_whole_picture_holds_everything_and_an_empty_map_nothing():
    assert energy_share(HEAT, (0, 0, 6, 4)) == 1 and energy_share(np.zeros((2, 2)), (0, 0, 2, 2)) == 0


def test_a_uniform_map_has_the_share_of_the_region():
    assert energy_share(np.ones((4, 6)), (1, 1, 3, 3)) == pytest.approx(4 / 24)
