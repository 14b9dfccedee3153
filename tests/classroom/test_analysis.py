"""The analysis of a study: by hand, against SciPy, and on answers that a stated model generates."""

from __future__ import annotations

import math
from itertools import product

import matplotlib.pyplot as plt
import numpy as np
import pytest
from scipy.stats import beta, binom, norm, t

from gradcam_lib.classroom.analysis import analyse, analyse_rows
from gradcam_lib.classroom.answers import AnswerFile
from gradcam_lib.classroom.bootstrap import Spread, redrawn, spread
from gradcam_lib.classroom.designs import METHODS_OF, Design
from gradcam_lib.classroom.findings import PAPER, PAPERS_ANSWERS, exactly
from gradcam_lib.classroom.simulation import Model, by_means, drawn, simulate

TWENTY = tuple((f"picture {i}", ("cat", "dog")) for i in range(20))
SINGLE = tuple((f"picture {i}", ("cat",)) for i in range(20))
CLASSES = Design("which_class", TWENTY, ("net",))
NETWORKS = Design("which_network", SINGLE, ("better", "worse"))
MEANS = {
    "which_class": {"guided_backprop": 0.5, "deconvnet": 0.5, "deconv_grad_cam": 0.7, "guided_grad_cam": 0.8},
    "which_network": {"guided_backprop": 0.3, "guided_grad_cam": 0.8},
}


def rows_of(design: Design, model: Model, participants: int, seed: int) -> list[dict]:
    """Answers of a model as a file gives them, without the file."""
    return [
        row(f"c{n}", trial.picture, trial.method, design.value(trial, answer), design.study)
        for n, given in enumerate(drawn(design, model, range(participants), seed=seed))
        for trial, answer, _ in given
    ]  # fmt: skip


def row(code: str, picture: str, method: str, value: float, study: str = "which_class") -> dict:
    return {"study": study, "source": "person", "code": code, "picture": picture, "method": method, "value": value,
            "seconds": 2.0}  # fmt: skip


# By hand


@pytest.mark.parametrize(("right", "n"), [(0, 10), (9, 10), (10, 10), (489, 810), (1, 1)])
def test_the_exact_interval_and_p(right, n):
    (low, high), p = exactly(right, n)
    assert low == pytest.approx(beta.ppf(0.025, right, n - right + 1) if right else 0)
    assert high == pytest.approx(beta.ppf(0.975, right + 1, n - right) if right < n else 1)
    assert p == pytest.approx(min(1, 2 * binom.cdf(min(right, n - right), n, 0.5)))


def test_the_exact_interval_on_paper():
    (low, high), p = exactly(0, 10)
    assert low == 0 and high == pytest.approx(1 - 0.025 ** (1 / 10)) and p == pytest.approx(2 / 1024)
    assert exactly(9, 10)[1] == pytest.approx(2 * (1 + 10) / 1024)


def test_drawing_two_units_anew_on_paper():
    """One has the answer 1, the other 0. The first is drawn 0, 1 or 2 times with probability 1/4, 1/2, 1/4."""
    means = redrawn(np.array([[1.0, 0.0]]), np.ones((1, 2)), draws=40_000)[:, 0]
    for value, share in {0: 1 / 4, 0.5: 1 / 2, 1: 1 / 4}.items():
        assert np.mean(means == value) == pytest.approx(share, abs=0.01)


def test_a_draw_keeps_the_methods_together_and_leaves_out_what_was_not_answered():
    rng = np.random.default_rng(0)
    counts = rng.integers(1, 3, (1, 6)).astype(float)
    sums = counts * rng.random((1, 6))
    both = redrawn(np.concatenate([sums, 2 * sums]), np.concatenate([counts, counts]), draws=50)
    assert both[:, 1] == pytest.approx(2 * both[:, 0])
    none = redrawn(np.zeros((1, 3)), np.array([[1.0, 0, 0]]), draws=200)
    assert np.isnan(none).any() and set(none[~np.isnan(none)].tolist()) == {0.0}


def test_the_variance_against_the_formula():
    """Where everybody answers everything once, the variances of a mean over P people and Q pictures are those of the
    people's means over P, of the pictures' means over Q, and of all answers over PQ.
    """
    y = np.random.default_rng(0).random((1, 9, 6)) + np.linspace(0, 1, 9)[:, None] + np.linspace(0, 2, 6)
    s = spread(y, np.ones_like(y), draws=40_000)
    people, pictures, answers = y.mean(2).var(ddof=1) / 9, y.mean(1).var(ddof=1) / 6, y.var(ddof=1) / 54
    for found, expected in ((s.people, people), (s.pictures, pictures), (s.answers, answers)):
        assert found.item() == pytest.approx(expected, rel=0.05)
    assert s.freedom == 5
    low, high = s.interval(1.0, [1])
    assert (low + high) / 2 == pytest.approx(1)
    assert high - low == pytest.approx(2 * t.ppf(0.975, 5) * (people + pictures - answers) ** 0.5, rel=0.05)
    one = np.array([[0.04]])
    assert Spread(one, one, 3 * one, 9).interval(0.0, [1])[1] == pytest.approx(
        t.ppf(0.975, 9) * 0.2
    )  # not below either
    assert np.isnan(Spread(0 * one, 0 * one, 0 * one, 9).interval(0.0, [1])[0])


def test_means_differences_and_counts():
    right = {"guided_backprop": (1, 0, 0, 0), "guided_grad_cam": (1, 1, 1, 0)}
    rows = [
        row(code, picture, method, value)
        for method, values in right.items()
        for (code, picture), value in zip(product("ab", "xy"), values, strict=True)
    ]
    a = analyse_rows(rows)
    assert (a.participants, a.pictures, a.seconds, a.source) == (2, 2, 2.0, "person")
    assert a["guided_backprop"].value == 0.25 and a["guided_grad_cam"].value == 0.75
    assert a["guided_backprop"].answers == 4 and a["guided_backprop"].exact == exactly(1, 4)[0]
    (difference,) = a.differences
    assert difference.value == 0.5 and difference.name == "Guided Grad-CAM − Guided backprop"
    assert difference.paper == pytest.approx(0.6123 - 0.4444) and difference.exact is None
    assert "| 50.0 points |" in str(a) and "| 25.0 % |" in str(a)


def test_no_interval_goes_beyond_the_scale():
    rows = [row(f"c{i}", f"p{j}", "deconvnet", float((i, j) != (0, 0))) for i in range(3) for j in range(3)]
    assert 0 < analyse_rows(rows)["deconvnet"].low < analyse_rows(rows)["deconvnet"].high == 1
    rows = [
        row(f"c{i}", f"p{j}", "guided_backprop", 2.0 - (i == j == 0), "which_network")
        for i in range(3)
        for j in range(3)
    ]
    assert analyse_rows(rows)["guided_backprop"].high == 2


def test_nothing_is_learnt_about_others_from_one():
    alone = [row("a", f"p{i}", "guided_grad_cam", 1) for i in range(9)]
    one_picture = [row(f"c{i}", "p", "guided_grad_cam", 1) for i in range(9)]
    for rows in (alone, one_picture):
        a = analyse_rows(rows)
        assert math.isnan(a["guided_grad_cam"].low) and a["guided_grad_cam"].value == 1
        assert "| none |" in str(a)
        a.chart(), plt.close("all")


def test_the_papers_shares_are_whole_numbers_of_its_answers():
    for share in PAPER["which_class"].values():
        assert round(round(share * PAPERS_ANSWERS) / PAPERS_ANSWERS, 4) == share


# On answers of a stated model


@pytest.mark.parametrize("study", METHODS_OF)
def test_the_model_has_the_means_it_is_made_for(study):
    model = by_means(study, MEANS[study], people=0.7, pictures=0.4)
    rng = np.random.default_rng(0)
    total = rng.normal(0, 0.7, 400_000) + rng.normal(0, 0.4, 400_000)
    for method, mean in MEANS[study].items():
        z = model.mu[method] + total
        drawn = rng.random(len(z)) < 1 / (1 + np.exp(-z)) if study == "which_class" else None
        drawn = np.clip(np.rint(z + rng.normal(size=len(z))), -2, 2) if drawn is None else drawn
        assert drawn.mean() == pytest.approx(mean, abs=0.01)
        assert model.mean(study, method) == pytest.approx(mean, abs=1e-6)
    assert Model({"m": 0.0}, 0, 0).mean("which_class", "m") == pytest.approx(0.5)
    by_hand = sum(v * (norm.cdf(v + 0.5 - 1) - norm.cdf(v - 0.5 - 1)) for v in (-1, 0, 1))
    by_hand += 2 * norm.sf(1.5 - 1) - 2 * norm.cdf(-1.5 - 1)
    assert Model({"m": 1.0}, 0, 0).mean("which_network", "m") == pytest.approx(by_hand)


@pytest.mark.parametrize("design", [CLASSES, NETWORKS], ids=lambda design: design.study)
def test_intervals_hold_the_models_means(design):
    """95 % intervals of 60 studies, of whose people and pictures the answers depend. With probability 0.95 each, fewer
    than 51 of 60 hold the mean once in 1,500 times.
    """
    means, studies = MEANS[design.study], range(60)
    model = by_means(design.study, means, people=0.5, pictures=0.5)
    found = [analyse_rows(rows_of(design, model, 20, seed), draws=300) for seed in studies]
    for method, mean in means.items():
        assert sum(a[method].low <= mean <= a[method].high for a in found) >= 51, method
        assert np.mean([a[method].value for a in found]) == pytest.approx(mean, abs=0.05)
        assert np.mean([a[method].high - a[method].low for a in found]) < 0.3 * (1 if design is CLASSES else 3)
    difference = means["guided_grad_cam"] - means["guided_backprop"]
    assert sum(a.differences[0].low <= difference <= a.differences[0].high for a in found) >= 51


def test_the_exact_interval_is_too_narrow_where_answers_are_not_independent():
    """The reason for the bootstrap; where neither people nor pictures differ, the exact interval is right."""
    held = {}
    for differ in (0.0, 1.5):
        model = by_means("which_class", MEANS["which_class"], people=differ, pictures=differ)
        found = [analyse_rows(rows_of(CLASSES, model, 20, seed), draws=2) for seed in range(60)]
        lines = [(line, MEANS["which_class"][line.name]) for a in found for line in a.methods]
        held[differ] = np.mean([line.exact[0] <= mean <= line.exact[1] for line, mean in lines])
    assert held[0.0] > 0.9 > held[1.5]


# From a file


def test_simulated_answers_say_so_everywhere_and_are_never_mixed_with_those_of_people(tmp_path):
    path = tmp_path / "answers.sqlite"
    simulate(path, CLASSES, by_means("which_class", MEANS["which_class"]), participants=4)
    a = analyse(path)
    assert a.source == "simulated" and a.participants == 4
    assert "SIMULATED ANSWERS, nobody was asked" in a.title and "SIMULATED ANSWERS" in repr(a)
    assert "SIMULATED ANSWERS" in a._repr_markdown_() and "drawn from a stated model" in a._repr_markdown_()
    axis = a.chart()
    assert "SIMULATED ANSWERS" in axis.get_title()
    assert [text.get_text() for text in axis.get_legend().get_texts()][0].startswith("simulated")
    plt.close("all")
    assert {row["source"] for row in AnswerFile(path).rows()} == {"simulated"}

    file = AnswerFile(path)
    person = file.enrol(CLASSES)
    file.add(person.code, CLASSES, [(trial, trial.truth, 1.0) for trial in CLASSES.trials(person.number)])
    a = analyse(path)
    assert a.source == "person" and a.participants == 1 and a["deconvnet"].value == 1 and a.left_out == 160
    assert "SIMULATED" not in str(a) and "160 answers of another source" in str(a)
    assert analyse(path, source="simulated").participants == 4
    assert "simulated,CODE" not in file.export().read_text() and ",person," in file.export().read_text()


def test_a_seed_gives_the_same_analysis_whatever_the_codes(tmp_path):
    """Codes are random, so nothing that is drawn may depend on their order."""
    model, draws = by_means("which_class", MEANS["which_class"]), 100
    files = [simulate(tmp_path / f"{n}.sqlite", CLASSES, model, participants=12, seed=3) for n in range(2)]
    ordered = [[row["code"] for row in file.rows()] for file in files]
    assert set(ordered[0]).isdisjoint(ordered[1])
    one, other = (analyse(file.path, draws=draws) for file in files)
    assert one == other


def test_a_file_of_both_studies_and_of_two_designs(tmp_path):
    path = tmp_path / "answers.sqlite"
    simulate(path, CLASSES, by_means("which_class", MEANS["which_class"]), participants=2)
    simulate(path, NETWORKS, by_means("which_network", MEANS["which_network"]), participants=3)
    with pytest.raises(ValueError, match="answers to 'which_class' and 'which_network'; choose one with study="):
        analyse(path)
    a = analyse(path, "which_network")
    assert a.participants == 3 and a.networks == ("better", "worse") and a["guided_grad_cam"].exact is None
    assert "Positive values prefer better to worse" in str(a) and "| 1.27 |" in str(a)
    a.chart(), plt.close("all")
    other = Design("which_class", TWENTY[:4], ("net",))
    simulate(path, other, by_means("which_class", MEANS["which_class"]), participants=2)
    a = analyse(path, "which_class")
    assert a.pictures == 20 and a.left_out == 16


def test_mistakes(tmp_path):
    with pytest.raises(FileNotFoundError, match="nobody has answered yet"):
        analyse(tmp_path / "none.sqlite")
    file = AnswerFile(tmp_path / "answers.sqlite")
    file.enrol(CLASSES)
    with pytest.raises(FileNotFoundError, match="no answer of the source 'person'"):
        analyse(file.path)
    with pytest.raises(ValueError, match="source 'robot'"):
        analyse(file.path, source="robot")
    with pytest.raises(ValueError, match="study 'which'"):
        analyse(file.path, "which")
    with pytest.raises(ValueError, match="says nothing of deconv_grad_cam, deconvnet"):
        simulate(file.path, CLASSES, Model(MEANS["which_network"]))
    assert file.enrol(CLASSES).number == 1  # none of the simulated ones was entered
