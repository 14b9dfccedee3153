"""The study of rules that play, on networks made by hand whose maps are known."""

from __future__ import annotations

import json

from support.toy_contest import contest

from gradcam_lib.bias.blind_game import every_round
from gradcam_lib.studies import blind_game


def test_a_rule_that_reads_maps_wins_every_round_of_these_networks():
    told = blind_game.scores(contest())
    assert (told["rounds"], told["pictures"]) == (4, 8)  # two pairs, of eight fair pictures two rounds each
    for rule in blind_game.RULES:
        assert (told[rule]["right"], told[rule]["of"], told[rule]["value"]) == (4, 4, 1.0)
    assert {pair: one["of"] for pair, one in told["map on the thing, by pair"].items()} == {
        "0 against 1": 2,
        "0 against 2": 2,
    }
    assert [one["skewed"] for one in told["networks"]] == [True, False, False]
    assert told["networks"][0]["accuracy"]["value"] == 0.5


def test_mismatched_pictures_leave_the_networks_in_their_places():
    """Squares and strips are told apart on any pictures, whichever network stands first."""
    rounds = every_round(contest(), "A")
    assert blind_game.mismatched(rounds) == [True] * 4
    exchanged = [blind_game.Round(one.contest, one.order[::-1], one.pictures) for one in rounds]
    assert {one.answer for one in exchanged} == {"A"} and blind_game.mismatched(exchanged) == [True] * 4


def test_without_a_second_even_network_there_is_no_round_without_a_shortcut():
    assert "without a shortcut, the first network chosen" not in blind_game.scores(contest(even=1))


def test_the_command_writes_what_it_measured(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(blind_game, "shipped", lambda per_cell: [contest(per_cell=per_cell)])
    blind_game.main(["--per-cell", "2", "--results", str(tmp_path)])
    told = json.loads((tmp_path / "blind_game.json").read_text())
    assert told["n"] == 2 and told["command"].endswith("--per-cell 2")
    assert "toy: map on the thing: 2 of 2" in capsys.readouterr().out
