"""Numbers that say whether a map agrees with what happens when pixels are taken away."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from scipy.stats import spearmanr
from support.tiny import noise

from gradcam_lib.measures.faithfulness import cosine_similarity, deletion_curve, rank_correlation

A = np.array([[1.0, 2.0], [3.0, 4.0]])


def test_the_same_order_correlates_fully_whatever_the_values():
    assert rank_correlation(A, A**3) == pytest.approx(1)


def test_the_opposite_order_correlates_negatively():
    assert rank_correlation(A, -A) == pytest.approx(-1)


def test_the_correlation_by_hand():
    # ranks 1 2 3 4 and 2 1 3 4: differences −1, 1, 0, 0; 1 − 6·2/(4·15) = 0.8
    assert rank_correlation(A, np.array([[2.0, 1.0], [3.0, 4.0]])) == pytest.approx(0.8)


def test_values_are_correlated_and_not_their_argsort():
    rng = np.random.default_rng(0)
    a = rng.random(400)
    b = a + 0.1 * rng.standard_normal(400)
    assert rank_correlation(a, b) > 0.9
    assert abs(spearmanr(a.argsort(), b.argsort()).statistic) < 0.2  # the known blunder


def test_equal_values_share_their_rank():
    # ranks 1½ 1½ 3 4 and 1 2 3 4, correlated by Pearson's formula: 4.5/√(4.5·5)
    assert rank_correlation(np.array([1.0, 1, 3, 4]), A.ravel()) == pytest.approx(4.5 / math.sqrt(4.5 * 5))


@pytest.mark.parametrize("form", [np.asarray, torch.from_numpy])
def test_values_that_differ_in_float64_alone_have_ranks_of_their_own(form):
    a = 1 + np.arange(4) * 1e-12  # in float32 all are 1
    assert rank_correlation(form(a), form(np.array([1.0, 2.0, 4.0, 3.0]))) == pytest.approx(0.8)
    assert cosine_similarity(form(np.array([1.0, 1e-60])), form(np.array([0.0, 1e-60]))) == pytest.approx(1e-60)


def test_half_precision_maps_are_compared_too():
    assert rank_correlation(torch.from_numpy(A).bfloat16(), torch.from_numpy(A).half().requires_grad_()) == 1


def test_a_constant_map_has_no_correlation():
    assert math.isnan(rank_correlation(A, np.ones((2, 2)))) and math.isnan(rank_correlation(0 * A, A))


def test_tensors_and_arrays_can_be_mixed():
    assert rank_correlation(torch.from_numpy(A), A) == pytest.approx(1)


@pytest.mark.parametrize("compare", [rank_correlation, cosine_similarity])
@pytest.mark.parametrize("shape", [(3, 3), (4, 6), (24,)])
def test_maps_of_different_shapes_are_refused_also_where_they_have_as_many_values(compare, shape):
    with pytest.raises(ValueError, match=r"cannot be compared; upsample one to the other"):
        compare(np.random.rand(6, 4), np.random.rand(*shape))


def test_a_batch_of_one_is_compared_with_a_single_map():
    assert rank_correlation(A[None], A) == pytest.approx(1)


@pytest.mark.parametrize(
    "a, b, cosine", [([1, 0], [0, 1], 0), ([1, 1], [2, 2], 1), ([1, 0], [-3, 0], -1), ([1, 0], [1, 1], 0.5**0.5)]
)
def test_the_cosine_of_an_angle(a, b, cosine):
    assert cosine_similarity(np.array(a), np.array(b)) == pytest.approx(cosine)


def test_a_zero_picture_has_no_angle():
    assert math.isnan(cosine_similarity(A, 0 * A))


def total(x: torch.Tensor) -> torch.Tensor:
    return x.sum((1, 2, 3))


def test_the_score_falls_as_the_highest_places_are_muted_first():
    x = torch.tensor([[[[1.0, 4.0], [2.0, 3.0]]]])
    assert deletion_curve(total, x, x[0, 0], steps=4).tolist() == [10, 6, 3, 1, 0]


def test_an_inverted_map_makes_the_curve_fall_late():
    x = torch.tensor([[[[1.0, 4.0], [2.0, 3.0]]]])
    assert deletion_curve(total, x, -x[0, 0], steps=4).tolist() == [10, 9, 7, 4, 0]


def test_a_picture_can_replace_the_pixels():
    x, blurred = torch.ones(1, 3, 2, 2), torch.full((1, 3, 2, 2), 0.5)
    assert deletion_curve(total, x, torch.rand(2, 2), steps=1, value=blurred).tolist() == [12, 6]


def test_the_curve_has_a_point_more_than_steps():
    assert deletion_curve(total, noise(), torch.rand(8, 8), steps=20).shape == (21,)


def test_equal_values_are_muted_in_reading_order():
    x = torch.tensor([[[[1.0, 4.0], [2.0, 3.0]]]])
    assert deletion_curve(total, x, torch.zeros(2, 2), steps=4).tolist() == [10, 9, 5, 3, 0]


def test_the_first_point_is_the_whole_picture_and_the_last_the_replacement():
    x = noise()
    curve = deletion_curve(total, x, torch.rand(8, 8), steps=7, value=0.25)
    assert curve[0] == pytest.approx(float(x.sum())) and curve[-1] == pytest.approx(0.25 * x.numel())


def test_a_map_with_nan_has_no_curve():
    with pytest.raises(ValueError, match="holds NaN"):
        deletion_curve(total, noise(), torch.full((8, 8), float("nan")))


def test_a_curve_is_that_of_one_picture():
    with pytest.raises(ValueError, match=r"2 pictures: .* x\[:1\]"):
        deletion_curve(total, noise(2), torch.rand(8, 8))
    assert deletion_curve(total, noise(2)[:1], torch.rand(8, 8)).any()


def test_a_map_of_another_size_is_refused():
    with pytest.raises(ValueError, match=r"map is \(8, 4\) and the picture \(4, 8\) \(height, width\)"):
        deletion_curve(total, torch.zeros(1, 3, 4, 8), torch.zeros(8, 4))


def test_the_picture_is_left_as_it_was():
    x = noise()
    before = x.clone()
    deletion_curve(total, x, torch.rand(8, 8))
    assert torch.equal(x, before)
