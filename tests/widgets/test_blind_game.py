"""The blind game without a browser, with networks made by hand."""

from __future__ import annotations

import re

import pytest
from support.pickers import said, shown_in
from support.toy_contest import contest

from gradcam_lib.bias.blind_game import Contest, trust_the_map_on_the_thing
from gradcam_lib.widgets import BlindGame
from gradcam_lib.widgets.blind_game_score import Score


@pytest.fixture(scope="module")
def toy() -> Contest:
    return contest()


@pytest.fixture
def game(toy) -> BlindGame:
    return BlindGame([toy], seed=1)


def to_a_round(game: BlindGame, counted: bool) -> None:
    while bool(game.round.answer) != counted:
        game.next()


def test_nothing_but_the_maps_is_shown_before_the_answer(game, toy):
    to_a_round(game, counted=True)
    c, shown = game.controls, [view.maps.value for view in game.controls.networks.values()]
    assert c.reveal.value == c.score.value == "" and c.next.disabled and not c.trust["A"].disabled
    page = " ".join([*re.findall('alt="([^"]*)"', "".join(shown)), *map(said, (c.question, c.networks["A"].maps))])
    assert not re.search("[0-9] ?%|without|half|right one", page) and toy.told not in page
    assert [html.count("<img") for html in shown] == [4, 4] and shown[0] != shown[1]


def test_each_network_has_its_own_maps_and_a_text_for_each(game):
    to_a_round(game, counted=True)
    trusted = game.round.answer
    page = game.controls.networks[trusted].maps
    assert page.value.count(f"the map of network {trusted} is highest on the square.") == 4
    drawn = game.round.maps(trusted)[0]
    assert abs(shown_in(page).astype(float) - drawn).mean() < 3


def test_a_press_reveals_the_round(game, toy):
    to_a_round(game, counted=True)
    right, wrong = game.round.answer, "AB".replace(game.round.answer, "")
    game.controls.sure.value = "sure"
    game.controls.trust[wrong].click()
    assert game.answers[-1].guess == wrong and game.answers[-1].sure == "sure" and game.answers[-1].right is False
    told = said(game.controls.reveal)
    assert told.startswith(f"Wrong.  You trusted {wrong}. {right} was trained without the shortcut.")
    assert f"the maps of {right} lie more on the square colour, those of {right} less on the strip colour." in told
    rows = [re.findall("<t[hd][^>]*>([^<]*)", row) for row in game.controls.reveal.value.split("<tr>")[2:]]
    table = {name: dict(zip("AB", cells, strict=True)) for name, *cells in rows}
    assert table["trained on"] == {wrong: toy.told, right: "half and half: no shortcut"}
    assert table["right, of 16 unseen pictures, as many of every kind"][wrong].startswith("50 % (")
    assert table["where the shortcut helps: red, green; blue, magenta"][wrong].startswith("100 % (")
    assert table["where it misleads: red, magenta; blue, green"][wrong].startswith("0 % (")
    assert table["where it misleads: red, magenta; blue, green"][right].startswith("100 % (")
    for what, most in (("strip colour", wrong), ("square colour", right)):
        shares = table[f"share of the map on {what}: here, of all 16"]
        assert {name: int(cell.split(" ")[0]) > 50 for name, cell in shares.items()} == {
            most: True,
            "AB".replace(most, ""): False,
        }
    assert said(game.controls.score) == "Score.  0 of 1 round right; guessing gives 0.5 on average."


def test_a_round_without_a_shortcut_says_so_and_is_not_counted(game):
    to_a_round(game, counted=False)
    assert game.guess("A", "sure").right is None
    told = said(game.controls.reveal)
    assert told.startswith("No shortcut.") and told.count("half and half: no shortcut") == 2
    assert game.score == Score(empty=1, taken_in=1)


def test_after_the_answer_only_the_next_round_can_be_pressed(game):
    c = game.controls
    game.guess("A")
    assert c.trust["A"].disabled and c.trust["B"].disabled and c.sure.disabled and not c.next.disabled
    with pytest.raises(ValueError, match="answered with 'A'"):
        game.guess("B")
    c.trust["B"].click()  # on its way when the first answer came
    assert len(game.answers) == 1 and "answered with 'A'" in c.message.text
    before = game.round
    c.next.click()
    assert game.round is not before and c.reveal.value == "" and c.message.text == "" and not c.trust["A"].disabled
    assert c.sure.value is None and "Round 2." in said(c.question) and "Score." in said(c.score)


def test_a_round_that_is_passed_over_costs_nothing(game):
    game.next()
    assert game.score == Score() and game.answers == []


@pytest.mark.parametrize("given", [("C",), ("a",), ("A", "certain"), ("",)])
def test_a_wrong_word_is_refused_and_changes_nothing(game, given):
    with pytest.raises(ValueError, match="'A' or 'B'.*'fairly sure'"):
        game.guess(*given)
    assert game.answers == [] and game.controls.reveal.value == ""


def test_a_rule_plays_and_beats_one_that_does_not_look(toy):
    """Six rounds in two blocks: four are counted, two of which have the shortcut in A."""
    scores = {}
    for name, rule in (("looks", trust_the_map_on_the_thing), ("always A", lambda one: "A")):
        game = BlindGame([toy], seed=7)
        for _ in range(6):
            game.guess(rule(game.round))
            game.next()
        scores[name] = game.score
    assert scores == {"looks": Score(4, 4, 2), "always A": Score(2, 4, 2)}
