"""Questions as numbers, and how well they were answered: in the world, about photographs, and in VQA v2."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from gradcam_lib.datasets import balance, vqa_v2
from gradcam_lib.results import average_by


class Asked:
    """Questions about pictures as numbers: row r asks ``texts[question[r]]`` about picture ``picture[r]``.

    questions: of each picture (question, answer, anything, kind); ``others`` and ``kinds`` keep the last two. answers:
    those that have a number; rows with another one are left out, or with ``all`` have the number −1. which: the
    pictures that count, all by default. like: the questions of other scenes; what was never asked or answered there is
    left out.
    """

    def __init__(
        self,
        questions: Sequence[Sequence[tuple[str, str, Any, str]]],
        answers: Sequence[str],
        *,
        which: Sequence[int] | None = None,
        like: Asked | None = None,
        all: bool = False,
    ):
        number = {a: i for i, a in enumerate(answers)}
        which = range(len(questions)) if which is None else sorted(which)
        rows = [(i, *row) for i in which for row in questions[i] if all or row[1] in number]
        rows = rows if like is None else [row for row in rows if row[1:3] in like.pairs]
        self.pairs = {row[1:3] for row in rows} if like is None else like.pairs
        self.texts = sorted({q for q, _ in self.pairs})
        place = {q: i for i, q in enumerate(self.texts)}
        self.picture = torch.tensor([i for i, *_ in rows], dtype=torch.long)
        self.question = torch.tensor([place[q] for _, q, *_ in rows], dtype=torch.long)
        self.answer = torch.tensor([number.get(a, -1) for _, _, a, *_ in rows], dtype=torch.long)
        self.others, self.kinds = [row[3] for row in rows], np.array([row[4] for row in rows])
        self.answers = list(answers)
        self.first = torch.searchsorted(self.picture, torch.arange(len(questions) + 1))

    def __len__(self) -> int:
        return len(self.picture)

    def possible(self) -> Tensor:
        """(questions, answers) bool: whether a question ever had an answer."""
        possible = torch.zeros(len(self.texts), len(self.answers), dtype=torch.bool)
        possible[self.question, self.answer] = True
        return possible

    def of(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        """(rows, which of ``pictures`` each belongs to), for all the questions about some pictures."""
        low, high = self.first[pictures], self.first[pictures + 1]
        counts = high - low
        at = torch.repeat_interleave(torch.arange(len(pictures)), counts)
        within = torch.arange(len(at)) - torch.repeat_interleave(counts.cumsum(0) - counts, counts)
        return low[at] + within, at


def few(asked: Asked, pictures: Tensor, g: torch.Generator, most: int) -> tuple[Tensor, Tensor]:
    """At most so many random questions about each picture: rows and which of ``pictures`` each belongs to."""
    rows, at = asked.of(pictures)
    order = torch.randperm(len(rows), generator=g)
    order = order[at[order].argsort(stable=True)]
    place = torch.arange(len(order)) - torch.searchsorted(at[order], at[order])
    keep = order[place < most]
    return rows[keep], at[keep]


def balanced(asked: Asked, least: int | None = 5) -> Tensor:
    """Rows in which every answer to a question occurs equally often (``datasets.balance``)."""
    return torch.tensor(balance.balanced(asked.question.tolist(), asked.answer.tolist(), least=least), dtype=torch.long)


def question_only(asked: Asked, told: Asked) -> Tensor:
    """The answer that is most frequent in training, the best that can be done blind; −1: never asked. (rows,)"""
    usual = balance.usual_answers([told.texts[q] for q in told.question.tolist()], told.answer.tolist())
    return torch.tensor([usual.get(asked.texts[q], -1) for q in asked.question.tolist()])


def credits(asked: Asked, answers: Tensor, of_people: bool = False) -> np.ndarray:
    """Of each question 1 where the number of its answer is right, else 0; ``of_people``: ``vqa_v2.accuracy``."""
    if not of_people:
        return (answers == asked.answer).double().numpy()
    given = ["" if a < 0 else asked.answers[a] for a in answers.tolist()]
    return np.array([vqa_v2.accuracy(a, people) for a, people in zip(given, asked.others, strict=True)])


def measure(found: dict[str, np.ndarray], asked: Asked, even: Tensor | None) -> dict[str, Any]:
    """Means, with intervals in which a picture is one draw: of all questions, of the ``even`` ones, and by kind.

    found: name → the credits of each question. even: None for VQA v2, whose questions are balanced by their pictures.
    """
    rows = np.arange(len(asked)) if even is None else even.numpy()
    kinds, pictures = asked.kinds[rows], asked.picture.numpy()
    numbers: dict[str, Any] = {"questions": len(asked)}
    if even is not None:
        numbers["balanced_questions"] = len(rows)
    for name, credit in found.items():
        numbers[name] = average_by(credit, pictures)
        if even is not None:
            name = f"{name}_balanced"
            numbers[name] = average_by(credit[rows], pictures[rows])
        for kind in dict.fromkeys(asked.kinds.tolist()):
            if len(some := rows[kinds == kind]):
                numbers[f"{name}_{kind}"] = average_by(credit[some], pictures[some])
    return numbers
