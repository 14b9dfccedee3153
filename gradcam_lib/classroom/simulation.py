"""Answers that nobody gave, drawn from a stated model, so that the analysis can be tried and tested.

They are stored as answers of the source "simulated", and every table and chart of them says so.   Notebook 11.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gradcam_lib.classroom.answers import AnswerFile
from gradcam_lib.classroom.designs import Design, Trial

NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(60)  # ∫ f(z) exp(−z²/2) dz = Σ weight · f(node)
SECONDS = 4.0  # the median time of an answer


@dataclass(frozen=True)
class Model:
    r"""How an answer comes about.

    Of two classes, participant i is right about picture j by method m with the probability
    :math:`\sigma(\mu_m + a_i + b_j)`. Of two networks, the answer is :math:`\mu_m + a_i + b_j + e`, with a new
    :math:`e \sim N(0, 1)` each time, rounded to the nearest of −2 … 2. There is one :math:`a_i \sim N(0, people^2)`
    for each participant and one :math:`b_j \sim N(0, pictures^2)` for each picture, whatever the method.
    """

    mu: Mapping[str, float]
    people: float = 0.5
    pictures: float = 0.5

    def mean(self, study: str, method: str) -> float:
        """What all answers to a method have as their mean, over all people and pictures there may be."""
        total = self.mu[method] + np.hypot(self.people, self.pictures) * NODES
        return float((_expected(study, total) * WEIGHTS).sum() / WEIGHTS.sum())


def by_means(study: str, means: Mapping[str, float], *, people: float = 0.5, pictures: float = 0.5) -> Model:
    """The model whose answers have these means, such as {"guided_backprop": 0.5, …}, found by bisection."""
    mu = {}
    for method, wanted in means.items():
        low, high = -20.0, 20.0
        for _ in range(60):
            middle = (low + high) / 2
            below = Model({method: middle}, people, pictures).mean(study, method) < wanted
            low, high = (middle, high) if below else (low, middle)
        mu[method] = middle
    return Model(mu, people, pictures)


def simulate(path: str | Path, design: Design, model: Model, *, participants: int = 30, seed: int = 0) -> AnswerFile:
    """Adds the answers of simulated participants to a file. design: that of a Study or of Stimuli.

    Errors: AnswersError; ValueError where the model leaves out a method.
    """
    if missing := set(design.methods) - set(model.mu):
        raise ValueError(f"the model says nothing of {', '.join(sorted(missing))}; give mu of each method")
    file = AnswerFile(path)
    new = [file.enrol(design, "simulated") for _ in range(participants)]
    for one, given in zip(new, drawn(design, model, [one.number for one in new], seed=seed), strict=True):
        file.add(one.code, design, given)
    return file


def drawn(
    design: Design, model: Model, numbers: Sequence[int], *, seed: int = 0
) -> Iterator[list[tuple[Trial, int, float]]]:
    """(trial, answer, seconds) of each participant in turn. numbers: of the participants, which decide the trials."""
    rng = np.random.default_rng(seed)
    b = {name: rng.normal(0, model.pictures) for name, _ in design.pictures}
    for number in numbers:
        a = rng.normal(0, model.people)
        totals = [(trial, model.mu[trial.method] + a + b[trial.picture]) for trial in design.trials(number)]
        yield [(t, _answer(design, t, total, rng), SECONDS * np.exp(rng.normal(0, 0.5))) for t, total in totals]


def _answer(design: Design, trial: Trial, total: float, rng: np.random.Generator) -> int:
    if design.study == "which_class":
        return trial.truth if rng.random() < sigmoid(total) else 1 - trial.truth
    value = int(np.clip(np.rint(total + rng.normal()), -2, 2))
    return value if trial.truth else -value


def sigmoid(z: np.ndarray | float) -> np.ndarray | float:
    return 1 / (1 + np.exp(-z))


def _expected(study: str, total: np.ndarray) -> np.ndarray:
    """The mean answer of people and pictures whose sum μ + a + b this is."""
    if study == "which_class":
        return sigmoid(total)
    from scipy.stats import norm  # takes more than a second to import

    # The answer is v or more where the sum and its error are above v − ½: E = −2 + Σ P(answer ≥ v), v = −1 … 2.
    return -2 + sum(norm.sf(v - 0.5, loc=total) for v in (-1, 0, 1, 2))
