"""What the occlusion brush says: the score before and after, and the comparison with the map, as HTML."""

from __future__ import annotations

from html import escape

import numpy as np

from gradcam_lib.widgets.controls import TEXT, small
from gradcam_lib.widgets.covered_picture import DRAWS, SEED, Cell, Comparison, CoveredPicture, Score
from gradcam_lib.widgets.explained_picture import percent
from gradcam_lib.widgets.methods import decimals


def called(cell: Cell) -> str:
    return f"row {cell[0]}, column {cell[1]}"


def cells(k: int) -> str:
    return "1 cell" if k == 1 else f"{k} cells"


def about(scene: CoveredPicture) -> str:
    """The choices behind the numbers."""
    pixels, across = scene.x.shape[2], round(scene.x.shape[2] / scene.grid)
    colour = "the grey that is 0 in the network's input" if scene.value == 0 else f"{scene.value:g} in normalised units"
    return (
        f"The network sees {pixels} × {pixels} pixels, about {across} × {across} of them in a cell. Covered cells are "
        f"filled with {colour}. The size of the cells and their colour are choices; others give other numbers."
    )


def score_text(before: Score, after: Score, covered: int) -> str:
    """What the score was, what it is now and what is lost; read aloud when it changes."""
    fall = before.logit - after.logit
    lines = ["No cell is covered.", f"Logit {decimals(after.logit)}", f"Probability {percent(after.probability)}"]
    if covered:
        lines = [
            f"{cells(covered)} covered.",
            f"Logit {decimals(before.logit)} → {decimals(after.logit)}: "
            f"{'falls' if fall >= 0 else 'rises'} by {decimals(abs(fall))}",
            f"Probability {percent(before.probability)} → {percent(after.probability)}",
        ]
    lines.append(f"Likeliest class: “{after.likeliest}”, {percent(after.most)}")
    text = "".join(f"<div>{escape(line)}</div>" for line in lines)
    return f'<div role="status" style="color:{TEXT}; line-height:1.5; min-height:6em">{text}</div>'


def comparison_text(found: Comparison, covered: frozenset[Cell]) -> str:
    """As a table; what a map finds means little without what chance finds."""
    falls = [found.before.logit - score.logit for score in found.random]
    rows = [
        ("yours", found.before.logit - found.yours.logit, found.yours.probability),
        ("where the map is strongest", found.before.logit - found.map.logit, found.map.probability),
        (f"random, mean of {DRAWS} draws", np.mean(falls), np.mean([score.probability for score in found.random])),
    ]
    head = "".join(
        f'<th scope="col">{name}</th>' for name in (f"{cells(len(covered))} covered", "logit falls by", "probability")
    )
    body = "".join(
        f'<tr><th scope="row">{name}</th><td>{decimals(fall)}</td><td>{percent(p)}</td></tr>' for name, fall, p in rows
    )
    table = f'<table style="color:{TEXT}"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
    return reserved(table + small(_remarks(found, covered, falls)))


def reserved(text: str) -> str:
    """Keeps room for the comparison, so that nothing jumps when it comes."""
    return f'<div class="occlusion-brush-room">{text}</div>'


def _remarks(found: Comparison, covered: frozenset[Cell], falls: list[float]) -> str:
    k = cells(len(covered))
    lines = [
        f"Circles: the {k} where the map of the uncovered picture is strongest; yours include "
        f"{len(covered & found.strongest)} of them.",
        f"Random draws (seed {SEED}): the logit falls by {decimals(min(falls))} to {decimals(max(falls))}.",
    ]
    if min(found.before.logit - score.logit for score in (found.yours, found.map)) < 0:
        lines.append("Where the number is negative, the logit rises.")
    if found.empty:
        lines.append(f"The map is zero in {found.empty} of its {k}; these are taken in reading order.")
    return " ".join(lines)
