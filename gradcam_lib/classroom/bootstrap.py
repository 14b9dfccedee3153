r"""Intervals of means whose answers depend on each other in two ways: by participant and by picture.   Notebook 11.

Some people see more than others, and some pictures are easier. Drawing people anew, with all their answers, shows how
far a mean would move with other people; drawing pictures anew shows the same of other pictures. Either holds the
chance in the single answers as well, which is therefore taken off once (Cameron, Gelbach, Miller 2011, eq. 2.8):

.. math:: \mathrm{var} = \mathrm{var}_{people} + \mathrm{var}_{pictures} - \mathrm{var}_{answers}
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gradcam_lib.results import AT_ONCE


def redrawn(sums: np.ndarray, counts: np.ndarray, *, seed: int = 0, draws: int = 2000) -> np.ndarray:
    """Means of methods, (draws, methods), of units drawn with replacement, each with all that belongs to it.

    sums, counts: (methods, units), of the answers of each unit. All methods share a draw, so that differences are
    paired. NaN where no answer to a method was drawn.
    """
    units, rng, parts = counts.shape[1], np.random.default_rng(seed), []
    together = max(1, AT_ONCE // units)
    for start in range(0, draws, together):
        often = rng.multinomial(units, np.full(units, 1 / units), min(together, draws - start)).astype(float)
        total, number = often @ sums.T, often @ counts.T
        parts.append(np.divide(total, number, out=np.full_like(total, np.nan), where=number > 0))
    return np.concatenate(parts)


@dataclass(frozen=True, eq=False)
class Spread:
    """How far the means of methods would move with other people and pictures.

    people, pictures, answers: covariances of the methods' means, (methods, methods), where people, pictures, or single
    answers are drawn anew. freedom: one less than the people or the pictures, whichever are fewer.
    """

    people: np.ndarray
    pictures: np.ndarray
    answers: np.ndarray
    freedom: int

    def interval(self, value: float, methods: Sequence[float]) -> tuple[float, float]:
        """95 %, by Student's t. methods: what each counts, such as (0, 1, 0, −1) for a difference of two.

        (NaN, NaN) where nothing can be said: one participant or picture, or answers that are all the same.
        """
        from scipy.stats import t  # takes more than a second to import

        c = np.asarray(methods, float)
        people, pictures, answers = (c @ part @ c for part in (self.people, self.pictures, self.answers))
        variance = max(people + pictures - answers, people, pictures)  # the difference of estimates may be too small
        if self.freedom < 1 or not variance > 0:
            return np.nan, np.nan
        reach = float(t.ppf(0.975, self.freedom) * variance**0.5)
        return value - reach, value + reach


def spread(sums: np.ndarray, counts: np.ndarray, *, seed: int = 0, draws: int = 2000) -> Spread:
    """sums, counts: (methods, people, pictures), of the answers of each participant to each picture."""
    m, people, pictures = counts.shape
    both = [(x.sum(2), x.sum(1), x.reshape(m, -1)) for x in (sums, counts)]
    parts = (_covariance(s, n, seed, draws) for s, n in zip(*both, strict=True))
    return Spread(*parts, min(people, pictures) - 1)


def _covariance(sums: np.ndarray, counts: np.ndarray, seed: int, draws: int) -> np.ndarray:
    """Without units that have no answer. Of n units, the bootstrap's variance is (n − 1)/n of the right one."""
    there = counts.sum(0) > 0
    n, sums, counts = int(there.sum()), sums[:, there], counts[:, there]
    means = redrawn(sums, counts, seed=seed, draws=draws)
    whole = means[~np.isnan(means).any(1)]
    if n < 2 or len(whole) < 2:  # nothing is learnt about others from one
        return np.full((len(sums), len(sums)), np.nan)
    return np.atleast_2d(np.cov(whole, rowvar=False)) * n / (n - 1)
