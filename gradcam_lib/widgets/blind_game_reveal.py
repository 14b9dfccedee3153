"""What the blind game says when a round has been answered: how the networks were trained, and what was measured."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from gradcam_lib.bias.blind_game import NAMES, Round, trust_the_map_off_the_shortcut, trust_the_map_on_the_thing
from gradcam_lib.bias.report import Report
from gradcam_lib.results import share
from gradcam_lib.widgets.blind_game_score import Answer
from gradcam_lib.widgets.controls import with_interval

WITHOUT = "half and half: no shortcut"


def verdict(one: Round, answer: Answer) -> str:
    """HTML: whether it was right, and what somebody who counts would have read from the maps of this round."""
    contest, told = one.contest, f"You trusted {answer.guess}."
    counted = (
        f"In this round the maps of {trust_the_map_on_the_thing(one)} lie more on the {escape(contest.thing)}, those "
        f"of {trust_the_map_off_the_shortcut(one)} less on the {escape(contest.shortcut)}"
    )
    if answer.right is None:
        return (
            f"<b>No shortcut.</b> {told} Neither network was trained with one, and the round is not counted. "
            f"{counted}: networks without a shortcut differ in their maps, too."
        )
    word = "Right" if answer.right else "Wrong"
    return f"<b>{word}.</b> {told} {one.answer} was trained without the shortcut. {counted}."


def table(one: Round) -> str:
    """HTML: a column for each network."""
    case, n = one.contest.case, len(one.contest.tests.pictures)
    reports = [one.report(name) for name in NAMES]
    trained = [one.contest.told if number < one.contest.skewed else WITHOUT for number in one.order]
    along, against = (_cells(case, same) for same in (True, False))
    rows = [
        ("trained on", trained),
        (f"right, of {n} unseen pictures, as many of every kind", [with_interval(r.accuracy()) for r in reports]),
        (f"where the shortcut helps: {along}", [with_interval(_right(r, True)) for r in reports]),
        (f"where it misleads: {against}", [with_interval(_right(r, False)) for r in reports]),
        *((f"share of the map on {what}: here, of all {n}", [_shares(one, name, what) for name in NAMES])
          for what in case.touched),
    ]  # fmt: skip
    head = "".join(f'<th scope="col">Network {name}</th>' for name in NAMES)
    return f"<table><thead><tr><td></td>{head}</tr></thead><tbody>{''.join(map(_row, rows))}</tbody></table>"


def _cells(case, same: bool) -> str:
    """The groups that the shortcut gets right, or the others: "doctor, man; nurse, woman"."""
    kinds = case.kinds if same else case.kinds[::-1]
    return "; ".join(f"{name}, {kind}" for name, kind in zip(case.names, kinds, strict=True))


def _right(report: Report, same: bool) -> dict[str, float]:
    return share(report.right[(report.pictures.labels == report.pictures.groups) == same])


def _shares(one: Round, name: str, what: str) -> str:
    everywhere = one.report(name).share_on(*one.contest.case.touched[what])["value"]
    return f"{100 * one.share_on(name, what):.0f} %, {100 * everywhere:.0f} %"


def _row(row: tuple[str, Sequence[str]]) -> str:
    name, cells = row
    return f'<tr><th scope="row">{escape(name)}</th>{"".join(f"<td>{escape(cell)}</td>" for cell in cells)}</tr>'
