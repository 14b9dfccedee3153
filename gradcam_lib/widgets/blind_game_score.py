"""What the blind game keeps of a player's answers, and what it says of them."""

from __future__ import annotations

from dataclasses import dataclass

SURE = ("a guess", "fairly sure", "sure")
ENOUGH = 5  # rounds before a score is compared with guessing


@dataclass(frozen=True)
class Answer:
    """One answer. guess: the network that was trusted; answer: the one to be trusted, "" where neither has a shortcut;
    sure: one of SURE, or "" where the player did not say.
    """

    case: str
    guess: str
    answer: str
    sure: str = ""

    @property
    def right(self) -> bool | None:
        """None in a round without a shortcut, in which no answer is right or wrong."""
        return self.guess == self.answer if self.answer else None


@dataclass(frozen=True)
class Score:
    """right of counted rounds; empty: rounds without a shortcut, of which ``taken_in`` were answered with "sure"."""

    right: int = 0
    counted: int = 0
    empty: int = 0
    taken_in: int = 0

    @property
    def p(self) -> float:
        """The probability that somebody who guesses has at least as many right: exact, binomial with one half."""
        from scipy.stats import binom  # takes more than a second to import

        return float(binom.sf(self.right - 1, self.counted, 0.5))

    def __str__(self) -> str:
        return " ".join(part for part in (self._of_the_counted(), self._of_the_empty()) if part)

    def _of_the_counted(self) -> str:
        if not self.counted:
            return ""
        said = f"{self.right} of {_rounds(self.counted)} right; guessing gives {self.counted / 2:g} on average."
        if self.counted >= ENOUGH:
            said += f" Of players who guess, {_in_a_hundred(self.p)} would have as many right or more."
        return said

    def _of_the_empty(self) -> str:
        if not self.empty:
            return ""
        sure = f"; in {self.taken_in} of them you were sure" if self.taken_in else ""
        return f"{_rounds(self.empty).capitalize()} without a shortcut, which {_is(self.empty)} not counted{sure}."


def score_of(answers: list[Answer]) -> Score:
    counted = [one.right for one in answers if one.right is not None]
    empty = [one for one in answers if one.right is None]
    return Score(sum(counted), len(counted), len(empty), sum(one.sure == SURE[-1] for one in empty))


def _rounds(n: int) -> str:
    return f"{n} round{'s' * (n != 1)}"


def _is(n: int) -> str:
    return "is" if n == 1 else "are"


def _in_a_hundred(p: float) -> str:
    """A probability as a count of players."""
    if p < 0.01:
        return "fewer than 1 in 100"
    return "all" if round(100 * p) == 100 else f"about {round(100 * p)} in 100"
