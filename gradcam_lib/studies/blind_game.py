"""How often a rule that reads maps wins the blind game, beside the same rule on mismatched pictures, and a coin.

    python -m gradcam_lib.studies.blind_game

Every pair of the repository's networks plays on all its fair pictures. Intervals are over rounds and so for these
networks; other networks of the same training would give other scores.   Notebook 11.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
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
    """What each rule scores in one contest, over all pairs and by pair; and what it does without a shortcut."""
    rounds = every_round(contest)
    told = {name: _score(rule, rounds) for name, rule in RULES.items()}
    told["map on the thing, by pair"] = {
        _pair(order): _score(trust_the_map_on_the_thing, [one for one in rounds if one.order == order])
        for order in contest.pairs("A")
    }
    told["map on the thing, on other pictures"] = share(mismatched(rounds))
    told["coin"] = share(np.random.default_rng(0).random(len(rounds)) < 0.5)
    if "" in contest.kinds:
        chosen = [trust_the_map_on_the_thing(one) == NAMES[0] for one in every_round(contest, "")]
        told["without a shortcut, the first network chosen"] = share(chosen)
    return told | {"rounds": len(rounds), "pictures": len(contest.fair), "networks": _networks(contest)}


def mismatched(rounds: Sequence[Round]) -> list[bool]:
    """Whether the rule wins where the two networks are shown different pictures: B those of the pair's next round."""
    hits = []
    for order in dict.fromkeys(one.order for one in rounds):
        of_pair = [one for one in rounds if one.order == order]
        for one, other in zip(of_pair, [*of_pair[1:], of_pair[0]], strict=True):
            thing = one.contest.thing
            first = one.share_on("A", thing) >= other.share_on("B", thing)
            hits.append(NAMES[0 if first else 1] == one.answer)
    return hits


def _score(rule: Rule, rounds: Sequence[Round]) -> dict[str, float]:
    hits = [rule(one) == one.answer for one in rounds]
    return share(hits) | {"right": sum(hits), "of": len(hits)}


def _pair(order: tuple[int, int]) -> str:
    return f"{order[0]} against {order[1]}"


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
