"""Average precision by hand, and the baselines of the maps on made photographs."""

import numpy as np
import pytest
import torch
from support.looked import looked, tagger_of

from gradcam_lib.studies.tagger.scores import average_precision, pointing, precision


def test_average_precision_by_hand():
    assert average_precision(np.array([3.0, 2, 1]), np.array([True, False, True])) == pytest.approx((1 + 2 / 3) / 2)
    assert average_precision(np.array([3.0, 2, 1]), np.array([False, False, True])) == pytest.approx(1 / 3)


def test_average_precision_is_that_of_scikit_learn_with_equal_scores_too():
    metrics = pytest.importorskip("sklearn.metrics")
    rng = np.random.default_rng(0)
    for _ in range(20):
        scores, true = rng.integers(0, 6, 30).astype(float), rng.random(30) < 0.3
        true[0] = True
        assert average_precision(scores, true) == pytest.approx(metrics.average_precision_score(true, scores))


def test_a_constant_has_the_prevalence():
    assert average_precision(np.zeros(8), np.arange(8) < 3) == pytest.approx(3 / 8)


def test_a_tagger_that_knows_and_one_that_says_frequencies():
    """Tags in the order of their training frequency: dog, cat; the cat is in every second photograph, alone."""
    seen = [looked({"dog"} if i % 2 else {"cat"}, logits={"dog": i % 2, "cat": 1 - i % 2}) for i in range(12)]
    told = precision(seen, tagger_of("dog", "cat"))
    assert told["mean"]["value"] == 1 and told["prevalence"]["value"] == 0.5 and told["above prevalence"] == 2
    assert told["within photographs"]["value"] == 1 and told["frequency within photographs"]["value"] == 0.75
    assert told["within photographs minus frequency"]["value"] == 0.25


def test_too_few_photographs_are_refused():
    with pytest.raises(ValueError, match="2 photographs"):
        precision([looked({"dog"})] * 2, tagger_of("dog"))


def test_maps_that_are_right_and_the_maps_of_others():
    """Two things in two corners, in other corners in every other photograph."""
    a, b, c, d = ((0, 0), (3, 3), (0, 3), (3, 0))
    seen = [looked({"dog": (a, b)[i % 2], "cat": (c, d)[i % 2]}) for i in range(6)]
    told = pointing(seen, ["dog", "cat"])
    assert told["grad_cam"]["inside"]["value"] == 1 and told["grad_cam"]["inside_other"]["value"] == 0
    assert told["centre"]["inside"]["value"] == 0 and told["grad_cam minus centre"]["inside"]["low"] == 1
    assert told["elsewhere"]["inside"]["value"] == 0, "the next photograph has it in another corner"
    assert told["guided"]["inside"]["value"] == 1 and told["guided"]["inside_difference"]["value"] == 1
    assert told["grad_cam minus guided"]["inside"]["value"] == 0 < told["grad_cam minus no_tag"]["inside"]["value"]
    assert told["by tag"]["dog"]["photographs"] == 6 and told["by tag"]["dog"]["inside"]["value"] == 1
    assert told["grad_cam"]["density"]["value"] > 5 * told["random"]["density"]["value"]
    assert torch.equal(seen[0].maps[0], looked({"dog": a, "cat": c}).maps[0])
