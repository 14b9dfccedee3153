"""What is kept of answers, and how it is said."""

from __future__ import annotations

import pytest
from scipy.stats import binomtest

from gradcam_lib.widgets.blind_game_score import Answer, Score, score_of


def test_a_round_without_a_shortcut_is_not_counted():
    answers = [Answer("toy", "A", "A"), Answer("toy", "B", "A", "sure"), Answer("toy", "A", "", "sure"),
               Answer("toy", "A", "", "a guess")]  # fmt: skip
    assert [one.right for one in answers] == [True, False, None, None]
    assert score_of(answers) == Score(right=1, counted=2, empty=2, taken_in=1)
    assert str(score_of(answers)) == (
        "1 of 2 rounds right; guessing gives 1 on average. 2 rounds without a shortcut, which are not counted; in 1 of "
        "them you were sure."
    )


@pytest.mark.parametrize(("right", "of"), [(0, 5), (3, 5), (5, 5), (9, 12), (20, 20)])
def test_the_comparison_with_guessing_is_exact(right, of):
    assert Score(right, of).p == pytest.approx(binomtest(right, of, 0.5, alternative="greater").pvalue)


def test_it_is_said_in_words_and_not_before_five_rounds():
    assert str(Score(4, 4)) == "4 of 4 rounds right; guessing gives 2 on average."
    assert str(Score(5, 5)).endswith("Of players who guess, about 3 in 100 would have as many right or more.")
    assert "fewer than 1 in 100" in str(Score(8, 8)) and "guess, all would" in str(Score(0, 9))
    assert str(Score(1, 1)).startswith("1 of 1 round right; guessing gives 0.5")
    assert str(Score(empty=1)) == "1 round without a shortcut, which is not counted."
    assert str(Score()) == ""
