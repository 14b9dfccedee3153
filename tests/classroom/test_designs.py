"""The trials of a study: what is balanced, and what a seed decides."""

from __future__ import annotations

from collections import Counter

import pytest

from gradcam_lib.classroom.designs import METHODS_OF, Design

PAIRS = tuple((f"picture {i}", ("cat", "dog") if i % 3 else ("cup", "tree")) for i in range(20))
SINGLE = tuple((f"picture {i}", ("cat",)) for i in range(7))


def two_classes(count: int = 20, seed: int = 0) -> Design:
    return Design("which_class", PAIRS[:count], ("net",), seed)


def two_networks(seed: int = 0) -> Design:
    return Design("which_network", SINGLE, ("better", "worse"), seed)


@pytest.mark.parametrize("participant", range(5))
@pytest.mark.parametrize("count", [20, 15, 1])
def test_methods_classes_and_sides_are_balanced(count, participant):
    trials = two_classes(count).trials(participant)
    assert [t.number for t in trials] == list(range(2 * count))
    assert Counter((t.picture, t.category) for t in trials) == Counter(
        (n, c) for n, both in PAIRS[:count] for c in both
    )
    by_method = {m: [t for t in trials if t.method == m] for m in METHODS_OF["which_class"]}
    most = max(map(len, by_method.values()))
    assert all(most - len(of) <= 1 for of in by_method.values())
    for of in by_method.values():
        assert abs(sum(t.truth for t in of) - len(of) / 2) <= 0.5
        first = sum(t.category == dict(PAIRS)[t.picture][0] for t in of)
        assert abs(2 * first - len(of)) <= 1  # as many of the first class as of the second
    for t in trials:
        assert set(t.options) == set(dict(PAIRS)[t.picture]) and t.options[t.truth] == t.category


def test_four_participants_see_everything_by_every_method_once():
    seen = Counter((t.picture, t.category, t.method) for n in range(3, 7) for t in two_classes().trials(n))
    assert len(seen) == 20 * 2 * 4 and set(seen.values()) == {1}


def test_nobody_sees_a_picture_twice_by_one_method():
    for participant in range(8):
        methods = Counter((t.picture, t.method) for t in two_classes().trials(participant))
        assert set(methods.values()) == {1}


@pytest.mark.parametrize("participant", range(4))
def test_of_two_networks_every_picture_comes_once_by_each_method(participant):
    trials = two_networks().trials(participant)
    assert Counter((t.picture, t.method) for t in trials) == Counter(
        (name, method) for name, _ in SINGLE for method in METHODS_OF["which_network"]
    )
    assert {t.picture for t in trials[:7]} == {name for name, _ in SINGLE}  # a round is over before the next begins
    for method in METHODS_OF["which_network"]:
        assert sum(t.truth for t in trials if t.method == method) in (3, 4)
    assert all(t.options[t.truth] == "better" and t.category == "cat" for t in trials)
    other = two_networks().trials(participant + 1)
    first = {t.picture: t.method for t in trials[:7]}
    assert all(first[t.picture] != t.method for t in other[:7])


def test_a_seed_and_a_number_decide_everything():
    assert two_classes().trials(3) == two_classes().trials(3)
    assert two_classes().trials(3) != two_classes().trials(4)
    assert two_classes().trials(3) != two_classes(seed=1).trials(3)
    assert two_classes().key == two_classes().key != two_classes(seed=1).key != two_classes(15, seed=1).key


def test_what_answers_count():
    study = two_classes()
    left = next(t for t in study.trials(0) if t.truth == 0)
    right = next(t for t in study.trials(0) if t.truth == 1)
    assert [study.value(t, answer) for t in (left, right) for answer in (0, 1)] == [1, 0, 0, 1]
    study = two_networks()
    left = next(t for t in study.trials(0) if t.truth == 0)
    right = next(t for t in study.trials(0) if t.truth == 1)
    assert [study.value(left, answer) for answer in (-2, -1, 0, 1, 2)] == [2, 1, 0, -1, -2]
    assert [study.value(right, answer) for answer in (-2, -1, 0, 1, 2)] == [-2, -1, 0, 1, 2]


@pytest.mark.parametrize(
    ("study", "pictures", "seed", "said"),
    [
        ("which", PAIRS, 0, "study 'which': choose one of 'which_class', 'which_network'"),
        ("which_class", PAIRS, -1, "seed -1: choose a whole number"),
        ("which_class", PAIRS, True, "seed True"),
        ("which_class", (), 0, "no picture"),
    ],
)
def test_mistakes(study, pictures, seed, said):
    with pytest.raises(ValueError, match=said):
        Design(study, pictures, ("net",), seed)
