"""The two human studies of Grad-CAM's paper as lists of trials, drawn and balanced by a seed.   Notebook 11.

Selvaraju et al. (2020), section 5.1, "Which of the two categories is depicted?", and section 5.2, "Which of the two
networks is more reliable?". Nothing is computed here: ``stimuli`` makes the pictures of a trial.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

QUESTIONS = {
    "which_class": "Which of the two categories is depicted?",
    "which_network": "Which of the two networks is more reliable?",
}
METHODS = {  # in the order of the paper's table
    "guided_backprop": "Guided backprop",
    "deconvnet": "Deconvnet",
    "deconv_grad_cam": "Deconvnet Grad-CAM",
    "guided_grad_cam": "Guided Grad-CAM",
}
METHODS_OF = {"which_class": tuple(METHODS), "which_network": ("guided_backprop", "guided_grad_cam")}


@dataclass(frozen=True)
class Trial:
    """One question to one participant. number: from 0, in the order in which they are asked.

    picture: its name. category: the class that is explained. options: what stands left and right, two classes or two
    networks. truth: 0 where the left one is right, or the more reliable one, and 1 where the right one is.
    """

    number: int
    picture: str
    category: str
    method: str
    options: tuple[str, str]
    truth: int


@dataclass(frozen=True)
class Design:
    """All that decides which trials a participant gets.

    study: a key of QUESTIONS. pictures: (name, its two classes) for "which_class", (name, (its class,)) for
    "which_network". networks: of "which_network", the more reliable one first; of "which_class", the one explained.
    """

    study: str
    pictures: tuple[tuple[str, tuple[str, ...]], ...]
    networks: tuple[str, ...]
    seed: int = 0

    def __post_init__(self) -> None:
        checked_study(self.study)
        if isinstance(self.seed, bool) or not isinstance(self.seed, int) or self.seed < 0:
            raise ValueError(f"seed {self.seed!r}: choose a whole number from 0")
        if not self.pictures:
            raise ValueError("there is no picture to ask about")

    @property
    def methods(self) -> tuple[str, ...]:
        return METHODS_OF[self.study]

    @property
    def about(self) -> dict:
        """What a file of answers keeps of it."""
        return {"study": self.study, "seed": self.seed, "networks": self.networks, "pictures": self.pictures}

    @property
    def key(self) -> str:
        """The same for two designs with the same trials."""
        return hashlib.sha256(json.dumps(self.about, ensure_ascii=False).encode()).hexdigest()[:12]

    def value(self, trial: Trial, answer: int) -> float:
        """What an answer counts.

        "which_class": 0 is the left option and 1 the right one → 1 where that is so, else 0. "which_network": from −2,
        clearly the left one, to +2, clearly the right one → −2 … +2, positive for the more reliable network.
        """
        if self.study == "which_class":
            return float(answer == trial.truth)
        return float(answer if trial.truth else -answer)

    def trials(self, participant: int) -> list[Trial]:
        """The trials of a participant, numbered from 0.

        "which_class": every picture once for each of its two classes, by two different methods; four participants in
        succession see every class of every picture by every method once. "which_network": every picture once by each
        method, in as many rounds; two participants in succession begin with different methods. Of each method's
        trials, the right option stands on the left in half (one more or less where their number is odd). The order
        and the sides are drawn for each participant.
        """
        order = np.random.default_rng([self.seed, 0]).permutation(len(self.pictures)).tolist()
        rng = np.random.default_rng([self.seed, 1, participant])
        m, rounds = len(self.methods), []
        if self.study == "which_class":
            both = [(p, c, (i + c * m // 2 + participant) % m) for i, p in enumerate(order) for c in (0, 1)]
            rounds = [[both[i] for i in rng.permutation(len(both))]]
        else:
            for r in range(m):
                one = [(p, 0, (i + r + participant) % m) for i, p in enumerate(order)]
                rounds.append([one[i] for i in rng.permutation(len(one))])
        asked = [trial for part in rounds for trial in part]
        sides = _sides([method for _, _, method in asked], rng)
        return [
            self._trial(number, *trial, side) for number, (trial, side) in enumerate(zip(asked, sides, strict=True))
        ]

    def _trial(self, number: int, picture: int, category: int, method: int, side: int) -> Trial:
        name, classes = self.pictures[picture]
        true, other = (classes if category == 0 else classes[::-1]) if self.study == "which_class" else self.networks
        options = (other, true) if side else (true, other)
        return Trial(number, name, classes[category], self.methods[method], options, side)


def checked_study(study: str) -> str:
    """The study itself. Errors: ValueError for an unknown one."""
    if study not in QUESTIONS:
        raise ValueError(f"study {study!r}: choose one of {', '.join(map(repr, QUESTIONS))}")
    return study


def _sides(methods: Sequence[int], rng: np.random.Generator) -> list[int]:
    """0 or 1 for each trial; of those of one method as many of either, one more or less where their number is odd."""
    sides = np.empty(len(methods), int)
    for method in sorted(set(methods)):
        at = np.flatnonzero(np.array(methods) == method)
        sides[at] = rng.permutation((np.arange(len(at)) + rng.integers(2)) % 2)
    return sides.tolist()
