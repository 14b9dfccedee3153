"""Which of two networks was trained with a shortcut, from their maps alone? Contests, their rounds, rules that play.

>>> clinic, tanks = shipped()
>>> [trust_the_map_on_the_thing(one) == one.answer for one in every_round(clinic)]

``widgets.BlindGame`` is the page for it, ``studies.blind_game`` measures the rules.   Notebook 11.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, product

import numpy as np
import torch

from gradcam_lib.bias.collection import CLINIC, TANKS, Case, load_bias
from gradcam_lib.bias.report import DRAWN, Report, TestSet, evaluate, test_set
from gradcam_lib.bias.variants import load_variants
from gradcam_lib.equations import scale_by_max, upsample
from gradcam_lib.explanation import explain
from gradcam_lib.networks.classifier import Classifier
from gradcam_lib.pictures.overlay import overlay

NAMES = ("A", "B")
OF_A_CLASS = 2  # pictures in a round
SIDE = 256  # pixels of a picture that is shown

Rule = Callable[["Round"], str]


class Contest:
    """Networks for the two classes of one case, on the same unseen pictures.

    skewed: networks trained with the case's shortcut; even: trained without it; one or more each, and with two or more
    even ones there are rounds without a shortcut, too. told: the skewed collection in words. per_cell: unseen pictures
    of every class with every kind. Nothing is measured before it is asked for.
    """

    def __init__(
        self, case: Case, skewed: Sequence[Classifier], even: Sequence[Classifier], told: str, *, per_cell: int = 25
    ):
        if not skewed or not even:
            raise ValueError(f"{case.title}: {len(skewed)} skewed and {len(even)} even networks; give one or more each")
        self.case, self.told, self.per_cell = case, told, per_cell
        self.networks, self.skewed = [*skewed, *even], len(skewed)

    @property
    def shortcut(self) -> str:
        """What the shortcut shows in: "hair and face"."""
        return next(iter(self.case.touched))

    @property
    def thing(self) -> str:
        """What truly tells the classes apart: "clothes"."""
        return list(self.case.touched)[-1]

    @cached_property
    def tests(self) -> TestSet:
        return test_set(per_cell=self.per_cell, case=self.case, edits=False)

    @cached_property
    def reports(self) -> list[Report]:
        """What was measured of each of the networks."""
        return [evaluate(network, self.tests) for network in self.networks]

    @cached_property
    def fair(self) -> np.ndarray:
        """Numbers of the pictures that every network gets right and has a map for: no answer tells the networks apart.

        Errors: ValueError where a class has too few of them for one round.
        """
        seen = [report.right & np.isfinite(report.shares[DRAWN][:, 0]) for report in self.reports]
        fair = np.flatnonzero(np.all(seen, 0))
        for label, name in enumerate(self.case.names):
            if (n := int((self.tests.pictures.labels[fair] == label).sum())) < OF_A_CLASS:
                raise ValueError(f"{self.case.title}: the networks agree on {n} pictures of {name!r}; raise per_cell")
        return fair

    @property
    def kinds(self) -> tuple[str, ...]:
        """Which of the two networks of a round has the shortcut; "" for neither, where there are networks for it."""
        return (*NAMES, "") if len(self.networks) - self.skewed > 1 else NAMES

    def pairs(self, kind: str) -> list[tuple[int, int]]:
        """Numbers of the networks that A and B may be."""
        skewed, even = range(self.skewed), range(self.skewed, len(self.networks))
        if not kind:
            return list(combinations(even, 2))
        return [pair if kind == "A" else pair[::-1] for pair in product(skewed, even)]

    def hands(self, rng: np.random.Generator) -> Iterator[tuple[int, ...]]:
        """The fair pictures in an order of their own, as many of each class at a time as fit into a round."""
        labels = self.tests.pictures.labels[self.fair]
        piles = [rng.permutation(self.fair[labels == label]) for label in range(len(self.case.names))]
        for start in range(0, min(map(len, piles)) - OF_A_CLASS + 1, OF_A_CLASS):
            yield tuple(int(i) for pile in piles for i in pile[start : start + OF_A_CLASS])


@dataclass(frozen=True, eq=False)
class Round:
    """Two networks of a contest on a few pictures. order: the numbers of A and B; pictures: their numbers."""

    contest: Contest
    order: tuple[int, int]
    pictures: tuple[int, ...]

    @property
    def answer(self) -> str:
        """The network to be trusted, the one without the shortcut: "A" or "B"; "" where neither has it."""
        with_shortcut = [number < self.contest.skewed for number in self.order]
        return NAMES[with_shortcut.index(False)] if any(with_shortcut) else ""

    def network(self, name: str) -> Classifier:
        return self.contest.networks[self.order[NAMES.index(name)]]

    def report(self, name: str) -> Report:
        return self.contest.reports[self.order[NAMES.index(name)]]

    def share_on(self, name: str, what: str) -> float:
        """Mean share of the maps of "A" or "B" on what an edit of the case changes, such as "clothes"."""
        numbers = [self.contest.case.regions.index(region) for region in self.contest.case.touched[what]]
        return float(self.report(name).shares[DRAWN][list(self.pictures)][:, numbers].sum(1).mean())

    @property
    def classes(self) -> list[str]:
        """Of the pictures; both networks say so too."""
        return [self.contest.case.names[label] for label in self.contest.tests.pictures.labels[list(self.pictures)]]

    def highest(self, name: str) -> list[str]:
        """The region in which each map of a network is highest."""
        return [self.contest.case.regions[number] for number in self.report(name).peaks[DRAWN][list(self.pictures)]]

    def maps(self, name: str) -> list[np.ndarray]:
        """Every picture under one network's map of its class, (256, 256, 3) uint8; each map ends at its own maximum."""
        network, images = self.network(name), self.contest.tests.pictures.images[list(self.pictures)]
        e = explain(network, torch.cat([network.to_input(image) for image in images]))
        heat = scale_by_max(upsample(e.map(), SIDE))
        seen = [network.picture(network.to_input(image, size=SIDE)) for image in images]
        return [overlay(picture, one) for picture, one in zip(seen, heat, strict=True)]


def draw_rounds(contests: Sequence[Contest], seed: int = 0) -> Iterator[Round]:
    """Rounds without end, the same for a seed: in every block each contest has each of its ``kinds`` once."""
    rng = np.random.default_rng(seed)
    hands = [_endless(contest, rng) for contest in contests]
    while True:
        block = [(contest, kind, hand) for contest, hand in zip(contests, hands, strict=True) for kind in contest.kinds]
        for i in rng.permutation(len(block)):
            contest, kind, hand = block[i]
            pairs = contest.pairs(kind)
            order = pairs[rng.integers(len(pairs))]
            if not kind:
                order = tuple(int(number) for number in rng.permutation(order))
            yield Round(contest, order, next(hand))


def _endless(contest: Contest, rng: np.random.Generator) -> Iterator[tuple[int, ...]]:
    while True:
        yield from contest.hands(rng)


def every_round(contest: Contest, kind: str = "A", seed: int = 0) -> list[Round]:
    """All pairs of networks of one of the ``kinds``, each on all fair pictures, every picture once."""
    hands = list(contest.hands(np.random.default_rng(seed)))
    return [Round(contest, order, hand) for order in contest.pairs(kind) for hand in hands]


def trust_the_map_on_the_thing(one: Round) -> str:
    """The network whose maps lie more on what truly tells the classes apart: "A" or "B"."""
    return max(NAMES, key=lambda name: one.share_on(name, one.contest.thing))


def trust_the_map_off_the_shortcut(one: Round) -> str:
    """The network whose maps lie less on the shortcut: "A" or "B"."""
    return min(NAMES, key=lambda name: one.share_on(name, one.contest.shortcut))


def shipped(*, per_cell: int = 25) -> list[Contest]:
    """The clinic and the tanks, each with one network trained with the shortcut and two without.

    per_cell: as in ``Contest``. Errors: FileNotFoundError with the command that trains what is missing; WeightsWrong.
    """
    more = load_variants()
    people = Contest(
        CLINIC,
        [load_bias("biased")],
        [load_bias("balanced"), more["clinic even 1"]],
        "doctors 78 % men, nurses 93 % women",
        per_cell=per_cell,
    )
    woods = Contest(
        TANKS,
        [more["tanks skewed 0"]],
        [more["tanks even 0"], more["tanks even 1"]],
        "every tank under clouds, every wood without one under a clear sky",
        per_cell=per_cell,
    )
    return [people, woods]
