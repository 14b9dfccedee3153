"""Roads: the angle is the stated function, markings lie where the geometry puts them, nothing else moves with them."""

import dataclasses
import math

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradcam_lib.worlds import roads

SEEDS = st.integers(0, 2**64 - 1)
N = 400


def straight(seed=3, **changes):
    """A road with both markings, solid, in the middle of which the car stands."""
    road = next(r for r in map(roads.sample, range(seed, seed + 50)) if {"left", "right"} <= {t.id for t in r.things})
    road = dataclasses.replace(road, **{"curvature": 0.0, "offset": 0.0} | changes)
    return road.with_thing("left", pose="solid").with_thing("right", pose="solid")


@settings(deadline=None, max_examples=10)
@given(SEEDS)
def test_the_same_seed_is_the_same_road_and_picture(seed):
    a, b = roads.sample(seed), roads.sample(seed)
    assert a == b
    first, second = roads.render(a), roads.render(b)
    assert np.array_equal(first.image, second.image) and first.image.shape == (128, 128, 3)


def test_the_angle_by_hand():
    """1/60 per metre over 15 m is 1.875 m to the right; a car half a metre to the right has half a metre less to go."""
    assert roads.angle(straight()) == 0
    assert roads.angle(straight(curvature=1 / 60)) == pytest.approx(15 * math.degrees(math.atan(5.4 * 1.875 / 225)))
    assert roads.angle(straight(offset=0.5)) == pytest.approx(-15 * math.degrees(math.atan(5.4 * 0.5 / 225)))
    assert 57 < roads.angle(straight(curvature=1 / 60, offset=-1.0)) < 70 - 1


@settings(deadline=None, max_examples=20)
@given(SEEDS)
def test_the_mirror_has_the_negative_angle(seed):
    road = roads.sample(seed)
    assert roads.angle(roads.mirrored(road)) == pytest.approx(-roads.angle(road))
    assert roads.mirrored(roads.mirrored(road)) == road


def test_markings_are_where_the_geometry_puts_them():
    """At a depth of 6 m a marking 1.75 m to a side is 0.85 · 1.75 / 6 of the picture away from its middle."""
    for shift, road in ((0.0, straight()), (-0.5, straight(offset=0.5)), (18 / 120, straight(curvature=1 / 120))):
        masks = roads.render(road).masks
        row = round((road.horizon + roads.FOCAL * roads.EYE / 6) * 128 - 0.5)
        for id, side in (("left", -1.75), ("right", 1.75)):
            columns = np.flatnonzero(masks[id][row]) + 0.5
            assert columns.mean() / 128 == pytest.approx(0.5 + 0.85 * (side + shift) / 6, abs=0.015)


def test_a_road_to_the_right_ends_on_the_right():
    for curvature, side in ((1 / 60, 1), (-1 / 60, -1)):
        road = straight(curvature=curvature)
        masks = roads.render(dataclasses.replace(road, things=road.things[:4])).masks  # nothing stands before it
        rows = np.flatnonzero(masks["road"].any(1))
        upper = rows[: len(rows) // 8]
        assert side * (np.nonzero(masks["road"][upper])[1].mean() - 64) > 10


@settings(deadline=None, max_examples=8)
@given(SEEDS)
def test_without_a_part_nothing_else_changes(seed):
    road = roads.sample(seed)
    whole = roads.render(road)
    for id in {"left", "right", "sign"} & {t.id for t in road.things}:
        less = roads.render(road.without(id))
        changed = np.abs(whole.image.astype(float) - less.image).sum(2)
        reach = (
            25 if id == "sign" else 5
        )  # a sign has a shadow, and pixels of a far line belong to it by less than half
        near = cv2.dilate(whole.masks[id].astype(np.uint8), np.ones((reach, reach))) > 0
        assert changed[near].sum() >= 0.97 * changed.sum()
        assert id not in less.masks


def test_curve_offset_edges_and_arrow_are_drawn_independently():
    drawn = [roads.sample(seed) for seed in range(N)]
    angles = np.array([roads.angle(road) for road in drawn])
    assert abs(np.mean(angles > 0) - 0.5) < 2 / np.sqrt(N)
    columns = [[r.curvature, r.offset, *r.edges, r["sign"].facing, r["sign"].x] for r in drawn]
    assert np.abs(np.corrcoef(columns, rowvar=False) - np.eye(6))[:5, :5].max() < 4 / np.sqrt(N)
    lacking = [len({"left", "right"} - {t.id for t in road.things}) for road in drawn]
    assert max(lacking) == 1 and abs(np.mean(lacking) - 1 / 6) < 2 / np.sqrt(N)


def test_an_arrow_that_agrees_points_where_the_angle_turns():
    for seed in range(30):
        agrees, differs = (roads.sample(seed, agrees=a) for a in (True, False))
        assert agrees["sign"].facing * roads.angle(agrees) > 0 and differs == roads.turned_sign(agrees)


def test_only_the_board_of_a_turned_sign_changes():
    road = straight()
    a, b = roads.render(road), roads.render(roads.turned_sign(road))
    changed = np.argwhere(np.abs(a.image.astype(int) - b.image).max(2) > 12)
    near = np.argwhere(a.masks["sign"])
    assert len(changed) and max(np.abs(near - at).max(1).min() for at in changed) <= 1


def test_the_sign_stands_whole_in_the_picture_and_off_the_road():
    for seed in range(40):
        sign = roads.sample(seed)["sign"]
        half = sign.size * roads.WIDTH["sign"]
        assert 0 <= sign.x - half and sign.x + half <= 1.0


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: roads.sample(-1), ValueError, "whole number"),
        (lambda: roads.render(straight().with_thing("sign", kind="lamp")), ValueError, "'lamp'.*bush, car"),
    ],
)
def test_what_does_not_exist_is_refused_by_name(call, error, message):
    with pytest.raises(error, match=message):
        call()
