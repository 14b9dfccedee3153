"""Rounds of networks made by hand: which pictures are fair, how they are dealt, and what a rule makes of them."""

from __future__ import annotations

from collections import Counter
from itertools import islice

import numpy as np
import pytest
from support.toy_contest import CASE, contest, looks_at_the_square

from gradcam_lib.bias.blind_game import (
    Contest,
    draw_rounds,
    every_round,
    trust_the_map_off_the_shortcut,
    trust_the_map_on_the_thing,
)


@pytest.fixture(scope="module")
def toy() -> Contest:
    return contest()


def test_the_networks_by_hand_do_what_they_are_called(toy):
    strip, square, _ = toy.reports
    assert square.accuracy()["value"] == 1 and strip.accuracy()["value"] == 0.5
    assert strip.share_on("strip")["value"] > 0.95 and square.share_on("square")["value"] > 0.95


def test_only_pictures_that_every_network_gets_right_are_shown(toy):
    """The strip misleads its network in half of them: no such picture may tell the networks apart."""
    labels, groups = toy.tests.pictures.labels, toy.tests.pictures.groups
    assert toy.fair.tolist() == np.flatnonzero(labels == groups).tolist()
    assert all(set(one.pictures) <= set(toy.fair.tolist()) for one in islice(draw_rounds([toy]), 6))


def test_a_block_has_the_shortcut_in_each_place_once(toy):
    answers = [one.answer for one in islice(draw_rounds([toy], seed=3), 9)]
    assert [sorted(answers[i : i + 3]) for i in (0, 3, 6)] == [["", "A", "B"]] * 3
    two = [one.answer for one in islice(draw_rounds([contest(even=1)], seed=3), 4)]
    assert sorted(two[:2]) == sorted(two[2:]) == ["A", "B"]  # without a second even network there is no empty round


def test_two_contests_take_turns_within_a_block(toy):
    other = contest()
    rounds = list(islice(draw_rounds([toy, other], seed=1), 6))
    assert Counter(one.contest is toy for one in rounds) == {True: 3, False: 3}


def test_the_seed_decides_order_and_pictures(toy):
    def drawn(seed):
        return [(one.order, one.pictures) for one in islice(draw_rounds([toy], seed), 12)]

    assert drawn(5) == drawn(5) != drawn(6)


def test_a_round_has_two_pictures_of_each_class_and_none_comes_twice_in_a_deal(toy):
    rounds = list(islice(draw_rounds([toy], seed=2), 2))  # of eight fair pictures
    assert all(sorted(one.classes) == ["blue", "blue", "red", "red"] for one in rounds)
    assert sorted(i for one in rounds for i in one.pictures) == toy.fair.tolist()


def test_the_answer_is_the_network_without_the_shortcut(toy):
    for one in islice(draw_rounds([toy], seed=4), 6):
        shares = {name: one.share_on(name, "square colour") for name in "AB"}
        assert one.answer == ("" if min(shares.values()) > 0.5 else max(shares, key=shares.get))


def test_rules_that_read_the_maps_win_whatever_the_side(toy):
    for kind in "AB":
        rounds = every_round(toy, kind)
        assert len(rounds) == 4 and {one.answer for one in rounds} == {"B" if kind == "A" else "A"}
        for rule in (trust_the_map_on_the_thing, trust_the_map_off_the_shortcut):
            assert [rule(one) for one in rounds] == [one.answer for one in rounds]


def test_every_round_without_a_shortcut_pairs_the_even_networks(toy):
    assert {(one.order, one.answer) for one in every_round(toy, "")} == {((1, 2), "")}


def test_the_pictures_are_under_the_maps(toy):
    one = every_round(toy, "A")[0]
    strip, square = np.stack(one.maps("A")), np.stack(one.maps("B"))
    assert strip.shape == square.shape == (4, 256, 256, 3) and strip.dtype == np.uint8
    coloured = [np.ptp(maps.astype(int), axis=3) > 30 for maps in (strip, square)]
    assert coloured[0][:, :48].mean() > 0.9 and coloured[0][:, 96:].mean() < 0.05
    assert not coloured[1][:, :48].any() and coloured[1][:, 96:].any((1, 2)).all()
    assert one.highest("A") == ["strip"] * 4 and one.highest("B") == ["square"] * 4


def test_networks_that_agree_on_too_little_are_refused():
    with pytest.raises(ValueError, match="agree on 1 pictures of 'red'; raise per_cell"):
        contest(per_cell=1).fair  # noqa: B018
    with pytest.raises(ValueError, match="toy: 0 skewed and 1 even"):
        Contest(CASE, [], [looks_at_the_square()], "nothing")
