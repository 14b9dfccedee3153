"""The choice of a channel on made maps, by hand; and what the stored numbers must satisfy for the sentences on them."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from gradcam_lib.results import read_results
from gradcam_lib.studies import live_activations as study
from gradcam_lib.studies import live_overlap


def test_of_each_channel_two_percent_of_all_positions_lie_above_its_threshold() -> None:
    maps = torch.arange(200.0).view(2, 1, 10, 10).repeat(1, 3, 1, 1).half()
    limits = study.limits_of(maps)
    assert limits.tolist() == [195.0] * 3
    assert (maps[:, 0] > limits[0]).sum() == 4 == live_overlap.ACTIVE * 200


def test_the_iou_of_regions_with_outlines_by_hand() -> None:
    """Maps of the grid's own size, so that nothing is interpolated."""
    side = study.GRID
    maps = torch.zeros(2, 2, side, side)
    maps[0, 0, :2, :4] = 1  # channel 0: eight positions of the first picture
    maps[1, 1] = -1  # channel 1 is never positive, so it has no region whatever its threshold
    thing = torch.zeros(2, side, side)
    thing[0, :2, 2:6], thing[1, 0, :2] = 1, 1  # eight positions, four of them shared; and two in the second picture
    (one,) = study.overlap(maps, torch.tensor([0.5, -2.0]), [thing.flatten(1)])
    assert one.iou().tolist() == pytest.approx([4 / (8 + 8 + 2 - 4), 0])
    assert one.iou(np.array([0])).tolist() == pytest.approx([4 / 12, 0])


def test_the_disc_in_the_middle_has_the_radius_that_fits_train_best() -> None:
    at = (torch.arange(study.GRID) + 0.5) / study.GRID * 2 - 1
    disc = (at[:, None] ** 2 + at**2).sqrt() < 0.6
    corner = torch.zeros(1, study.GRID, study.GRID)
    corner[:, :4, :4] = 1
    radius, same = study.middle(disc.float().view(1, -1), disc.float().view(1, -1))
    elsewhere = study.middle(disc.float().view(1, -1), corner.flatten(1))[1]
    assert radius == 0.6 and same.iou() == 1 and elsewhere.iou() == 0
    assert study.ahead(same, elsewhere) == {"value": 1, "low": 1, "high": 1}


def test_places_and_areas_by_hand() -> None:
    values = np.array([0.1, 0.5, 0.5, 0.3])
    assert [study.place(values, k) for k in range(4)] == [4, 1, 1, 3]
    highest, people = np.array([[3.0, 0], [1, 0], [2, 0]]), np.array([True, True, False])
    assert study.auc(highest, people).tolist() == [0.5, 0.5]
    assert study.auc(highest, np.array([True, False, False])).tolist() == [1, 0.5]


def test_a_position_is_in_a_box_when_its_middle_is() -> None:
    index = torch.tensor([0, 4, 5, 14 * 5])  # positions are 192 / 14 = 13.7 pixels apart, the first is at 6.9
    assert study._in_box(index, 14, (0, 0, 64, 64)).tolist() == [True, True, False, False]


def test_the_stored_numbers_carry_the_claim() -> None:
    r = read_results("live_activations")
    val, films, photographs = r["val"], r["elsewhere"], r["elsewhere"]["photographs"]
    assert r["chosen_on_halves"]["same"] == r["chosen_on_halves"]["halves"]
    assert val["iou_place"] == 1 and val["iou minus middle"]["low"] > 0
    assert all(val["iou"] > one["iou"] for one in val["rivals"].values())
    assert films["portrait"]["frames_followed"] == films["portrait"]["frames"] == 16
    assert min(films["portrait"]["maximum_with"]) > max(films["portrait"]["maximum_without"])
    assert min(photographs[name] for name in study.WITH_PEOPLE) > max(
        value for name, value in photographs.items() if name not in study.WITH_PEOPLE
    )
