"""The study of rules that play, on networks made by hand whose maps are known."""

from __future__ import annotations

import json

import numpy as np
from support.toy_contest import contest

from gradcam_lib.bias.blind_game import every_round
from gradcam_lib.studies import blind_game


def test_a_rule_that_reads_maps_wins_every_round_of_these_networks():
    told = blind_game.scores(contest())
    assert (told["rounds"], told["pictures"]) == (4, 8)  # two pairs, of eight fair pictures two rounds each
    for rule in blind_game.RULES:
        assert (told[rule]["right"], told[rule]["of"], told[rule]["value"]) == (4, 4, 1.0)
        assert {pair: one["of"] for pair, one in told[rule]["by pair"].items()} == {"0 against 1": 2, "0 against 2": 2}
        assert told[rule]["on other pictures"]["right"] == 4  # squares and strips are told apart on any pictures
    assert [one["skewed"] for one in told["networks"]] == [True, False, False]
    assert told["networks"][0]["accuracy"]["value"] == 0.5


def test_mismatched_rounds_keep_the_networks_and_show_the_second_other_pictures():
    toy = contest()
    rounds = every_round(toy, "A")[:2]
    for what in ("strip colour", "square colour"):
        toy.reports[0].shares["as drawn"][:] = np.arange(16)[:, None]  # so that a share tells its picture
        toy.reports[1].shares["as drawn"][:] = 100 + np.arange(16)[:, None]
        first, second = blind_game.mismatched(rounds)
        assert first.share_on("A", what) == np.mean(rounds[0].pictures)
        assert first.share_on("B", what) == 100 + np.mean(rounds[1].pictures)
        assert second.share_on("B", what) == 100 + np.mean(rounds[0].pictures)
    assert (first.answer, first.contest) == ("B", toy)


def test_without_a_second_even_network_there_is_no_round_without_a_shortcut():
    missing = "without a shortcut, the first network chosen"
    for even in (1, 2):
        assert (missing in blind_game.scores(contest(even))["map on the thing"]) == (even == 2)


def test_the_command_writes_what_it_measured(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(blind_game, "shipped", lambda per_cell: [contest(per_cell=per_cell)])
    blind_game.main(["--per-cell", "2", "--results", str(tmp_path)])
    told = json.loads((tmp_path / "blind_game.json").read_text())
    assert told["n"] == 2 and told["command"].endswith("--per-cell 2")
    assert "toy: map on the thing: 2 of 2" in capsys.readouterr().out
