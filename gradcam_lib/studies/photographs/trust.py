"""Three networks disagree about a question: does the map tell whom to trust?

That was what AlexNet, VGG-16 and VGG-19 stood for in the original's demo. Here: one question system on three CNNs,
from weak to strong. Asked are the questions on which they do not agree and one is right at least; a rule picks one of
the three, and counts as often as its pick is right. Controls: the softmax probability, the network that is best on the
whole, and chance, which is the share of the three that are right.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from gradcam_lib.studies.photographs.answers import Row
from gradcam_lib.studies.photographs.records import Record, averaged, new_means, summary

RULES = {  # what the trusted network has most of
    "points_at_the_thing": lambda row: row["scores"]["grad_cam"]["inside"],
    "density_on_the_thing": lambda row: row["scores"]["grad_cam"]["density"],
    "highest_map": lambda row: row["maximum"],
    "probability": lambda row: row["probability"],
}
RIVALS = ("probability", "chance", "best_network")  # to which every rule is compared, question by question


def trust(pictures: Iterable[Sequence[Sequence[Row]]], names: Sequence[str]) -> dict:
    """pictures: for each, the rows of each network; names: of the networks. Questions that all of them know count.

    The first two rules know where the thing is, as a person does who looks at picture and map; the others do not.
    """
    asked = [_together(of) for of in pictures]
    right = [[row["right"] for row in rows] for questions in asked for rows in questions]
    best = int(np.mean(right, 0).argmax()) if right else 0
    numbers = summary(record for questions in asked if (record := _record(questions, best)))
    disputed = sum(any(one) and not all(one) for one in right)
    about = {"networks": list(names), "best_network": names[best], "questions": len(right)}
    return about | {"disputed_questions": disputed, **numbers}


def _together(of: Sequence[Sequence[Row]]) -> list[tuple[Row, ...]]:
    """One network's rows beside the others', question by question."""
    by_question = [{row["question"]: row for row in rows} for rows in of]
    common = [question for question in by_question[0] if all(question in rows for rows in by_question)]
    return [tuple(rows[question] for rows in by_question) for question in common]


def _record(questions: list[tuple[Row, ...]], best: int) -> Record:
    """One value a picture. "rules": share of right picks; "minus_probability" and so on: paired differences."""
    means = new_means()
    for rows in questions:
        answers = {row["predicted"] for row in rows}
        means["all_questions"]["disagree"].append(float(len(answers) > 1))
        means["all_questions"]["all_right"].append(float(all(row["right"] for row in rows)))
        means["all_questions"]["none_right"].append(float(not any(row["right"] for row in rows)))
        right = [row["right"] for row in rows]
        if all(right) or not any(right):  # nothing to choose
            continue
        picked = {rule: _right_pick([value(row) for row in rows], right) for rule, value in RULES.items()}
        picked |= {"chance": float(np.mean(right)), "best_network": float(right[best])}
        for rule, value in picked.items():
            means["rules"][rule].append(value)
            for rival in RIVALS:
                means[f"minus_{rival}"][rule].append(value - picked[rival])
        for i, one in enumerate(right):
            means["right_where_disputed"][str(i)].append(float(one))
    return averaged(means)


def _right_pick(values: Sequence[float], right: Sequence[bool]) -> float:
    """How often the one of the highest value is right; of several as high, one at random."""
    highest = [i for i, value in enumerate(values) if value == max(values)]
    return float(np.mean([right[i] for i in highest]))
