"""How often a rule that reads maps wins the blind game, beside the same rule on mismatched pictures, and a coin.

    python -m gradcam_lib.studies.blind_game

Every pair of the repository's networks plays on all its fair pictures. Intervals are over rounds and so for these
networks; other networks of the same training would give other scores.   Notebook 11.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gradcam_lib.bias.blind_game import (
    NAMES,
    Contest,
    Round,
    Rule,
    every_round,
    shipped,
    trust_the_map_off_the_shortcut,
    trust_the_map_on_the_thing,
)
from gradcam_lib.paths import RESULTS
from gradcam_lib.results import share, write_results

RULES = {"map on the thing": trust_the_map_on_the_thing, "map off the shortcut": trust_the_map_off_the_shortcut}


def scores(contest: Contest) -> dict:
    """What each rule scores in one contest: over all pairs, by pair, on mismatched pictures, and without a shortcut."""
    rounds = every_round(contest)
    told = {name: _of_a_rule(rule, contest, rounds) for name, rule in RULES.items()}
    told["coin"] = share(np.random.default_rng(0).random(len(rounds)) < 0.5)
    return told | {"rounds": len(rounds), "pictures": len(contest.fair), "networks": _networks(contest)}


def _of_a_rule(rule: Rule, contest: Contest, rounds: Sequence[Round]) -> dict:
    told = _score(rule, rounds)
    pairs = {order: [one for one in rounds if one.order == order] for order in contest.pairs("A")}
    told["by pair"] = {f"{a} against {b}": _score(rule, of_pair) for (a, b), of_pair in pairs.items()}
    told["on other pictures"] = _score(rule, [one for of_pair in pairs.values() for one in mismatched(of_pair)])
    if "" in contest.kinds:
        chosen = [rule(one) == NAMES[0] for one in every_round(contest, "")]
        told["without a shortcut, the first network chosen"] = share(chosen)
    return told


@dataclass(frozen=True, eq=False)
class Mismatched:
    """What a rule sees of a round where B is shown other pictures than A: those of ``other``."""

    one: Round
    other: Round

    @property
    def contest(self) -> Contest:
        return self.one.contest

    @property
    def answer(self) -> str:
        return self.one.answer

    def share_on(self, name: str, what: str) -> float:
        return (self.one if name == NAMES[0] else self.other).share_on(name, what)


def mismatched(of_pair: Sequence[Round]) -> list[Mismatched]:
    """The rounds of one pair of networks, with B on the pictures of the next round."""
    return [Mismatched(one, other) for one, other in zip(of_pair, [*of_pair[1:], of_pair[0]], strict=True)]


def _score(rule: Rule, rounds: Sequence[Round | Mismatched]) -> dict[str, float]:
    hits = [rule(one) == one.answer for one in rounds]
    return share(hits) | {"right": sum(hits), "of": len(hits)}


def _networks(contest: Contest) -> list[dict]:
    """Accuracy and shares of each network, the skewed ones first, as numbered in the pairs."""
    return [
        {"skewed": number < contest.skewed, "accuracy": report.accuracy()}
        | {f"share on {what}": report.share_on(*regions) for what, regions in contest.case.touched.items()}
        for number, report in enumerate(contest.reports)
    ]


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m gradcam_lib.studies.blind_game", description=__doc__.split("\n")[0]
    )
    parser.add_argument("--per-cell", type=int, default=50, help="unseen pictures of each of a case's four groups")
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder for the measured numbers")
    args = parser.parse_args(argv)
    told = {contest.case.title: scores(contest) for contest in shipped(per_cell=args.per_cell)}
    command = f"python -m gradcam_lib.studies.blind_game --per-cell {args.per_cell}"
    n = sum(of["rounds"] for of in told.values())
    print(write_results("blind_game", told, command=command, n=n, folder=args.results))
    for title, of in told.items():
        for name in RULES:
            print(f"{title}: {name}: {of[name]['right']} of {of[name]['of']}")


if __name__ == "__main__":
    main()
