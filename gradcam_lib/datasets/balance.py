"""Questions on which nobody can do well without looking (Goyal et al. 2017)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Sequence


def balanced(questions: Sequence[Hashable], answers: Sequence[Hashable], *, least: int | None = 5) -> list[int]:
    """Rows in which every answer to a question occurs equally often; whoever does not look does no better than chance.

    least: answers with fewer rows are left out; None: of each question so many of its most frequent answers, two or
    more, that most rows remain. Of an answer with too many rows the first are kept. Questions with one answer go.
    """
    groups: dict[Hashable, dict[Hashable, list[int]]] = defaultdict(lambda: defaultdict(list))
    for row, (question, answer) in enumerate(zip(questions, answers, strict=True)):
        groups[question][answer].append(row)
    kept = []
    for found in groups.values():
        common = sorted(found.values(), key=len, reverse=True)
        common = common[: _most_rows(common)] if least is None else [rows for rows in common if len(rows) >= least]
        if len(common) > 1:
            kept += [row for rows in common for row in rows[: len(common[-1])]]
    return sorted(kept)


def usual_answers(questions: Sequence[Hashable], answers: Sequence[Hashable]) -> dict[Hashable, Hashable]:
    """Question → its most frequent answer: the best that can be done blind."""
    counts: dict[Hashable, Counter] = defaultdict(Counter)
    for question, answer in zip(questions, answers, strict=True):
        counts[question][answer] += 1
    return {question: counter.most_common(1)[0][0] for question, counter in counts.items()}


def _most_rows(common: Sequence[Sequence[int]]) -> int:
    """How many of the groups, largest first, to cut to the size of the smallest of them, to keep most rows."""
    return max(range(2, len(common) + 1), key=lambda k: k * len(common[k - 1]), default=1)
