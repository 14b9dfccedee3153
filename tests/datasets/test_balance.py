"""Balanced questions: by paper and pencil, and whoever does not look is at chance."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradcam_lib.datasets.balance import balanced, usual_answers


def counts(rows: list[int], questions: str, answers: str) -> Counter:
    return Counter((questions[i], answers[i]) for i in rows)


def test_answers_with_few_rows_are_left_out() -> None:
    questions, answers = "Q" * 14, "a" * 6 + "b" * 5 + "c" * 3
    assert balanced(questions, answers) == [*range(5), *range(6, 11)]
    assert balanced(questions, answers, least=6) == []  # one answer alone is no question


@pytest.mark.parametrize(
    ("sizes", "kept"),
    [((6, 5, 3), [5, 5]), ((6, 5, 4), [4, 4, 4]), ((9, 1), [1, 1]), ((4,), []), ((8, 1, 1), [1, 1, 1])],
)  # 2·5 > 3·3; 3·4 > 2·5; two answers at least
def test_as_many_rows_as_can_be_kept(sizes: tuple[int, ...], kept: list[int]) -> None:
    answers = "".join(letter * n for letter, n in zip("abc", sizes, strict=False))
    rows = balanced("Q" * len(answers), answers, least=None)
    assert list(counts(rows, "Q" * len(answers), answers).values()) == kept


@given(st.lists(st.tuples(st.sampled_from("QR"), st.sampled_from("abcd")), max_size=60), st.sampled_from([None, 1, 3]))
def test_whoever_does_not_look_is_at_chance(rows: list[tuple[str, str]], least: int | None) -> None:
    questions, answers = [q for q, _ in rows], [a for _, a in rows]
    kept = balanced(questions, answers, least=least)
    assert kept == sorted(set(kept))
    for question in "QR":
        found = Counter(answers[i] for i in kept if questions[i] == question)
        assert len(set(found.values())) <= 1 and len(found) != 1


def test_the_usual_answer_is_the_most_frequent() -> None:
    assert usual_answers("QQQR", "abbc") == {"Q": "b", "R": "c"}
