"""The equations as numbers that paper and pencil give too."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from support.tiny import noise

from gradcam_lib import channel_weights, combine, scale_by_max, upsample

# Two channels of a 2×2 map.
A = torch.tensor([[[[1.0, 0.0], [3.0, 0.0]], [[0.0, 2.0], [0.0, 4.0]]]])


def test_the_weight_of_a_channel_is_the_mean_of_its_gradient():
    G = torch.tensor([[[[1.0, 2.0], [3.0, 6.0]], [[0.0, 0.0], [0.0, -4.0]]]])
    assert channel_weights(G).tolist() == [[[[3.0]], [[-1.0]]]]  # 12/4 and −4/4


def test_weights_keep_any_number_of_leading_dimensions():
    assert channel_weights(torch.ones(2, 3, 5, 4, 4)).shape == (2, 3, 5, 1, 1)


def test_weights_of_a_gradient_that_is_one_number_repeated_are_that_number():
    G = torch.tensor([0.1, -0.3]).view(1, 2, 1, 1).expand(1, 2, 7, 7)  # as behind a global average pooling
    assert channel_weights(G).flatten().tolist() == pytest.approx([0.1, -0.3], rel=1e-6)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_weights_are_averaged_in_float32(dtype):
    assert channel_weights(torch.full((1, 1, 64, 64), 40.0, dtype=dtype)).item() == 40  # the sum 163840 is no float16


def test_the_map_is_the_rectified_weighted_sum_of_the_channels():
    # ½·[[1, 0], [3, 0]] − ¼·[[0, 2], [0, 4]] = [[½, −½], [3⁄2, −1]]
    alpha = torch.tensor([0.5, -0.25]).view(1, 2, 1, 1)
    assert combine(alpha, A).tolist() == [[[0.5, 0], [1.5, 0]]]
    assert combine(alpha, A, relu=False).tolist() == [[[0.5, -0.5], [1.5, -1]]]


def test_each_image_is_combined_with_its_own_weights():
    alpha = torch.tensor([[1.0, 0.0], [0.0, 1.0]]).view(2, 2, 1, 1)
    assert torch.equal(combine(alpha, A.repeat(2, 1, 1, 1)), A[0])


def test_many_targets_are_combined_at_once():
    alpha, A = noise(3 * 2, 1, channels=5).view(3, 2, 5, 1, 1), noise(2, 4, channels=5)
    one_by_one = torch.stack([combine(alpha[m], A) for m in range(3)])
    assert combine(alpha, A).shape == (3, 2, 4, 4)
    assert torch.allclose(combine(alpha, A), one_by_one, atol=1e-6)


def test_the_map_is_the_weighted_sum_over_channels_written_out():
    alpha, A = noise(2, 1, channels=5), noise(2, 3, seed=1, channels=5)
    L = combine(alpha, A, relu=False)
    for n, i, j in np.ndindex(2, 3, 3):
        assert float(L[n, i, j]) == pytest.approx(sum(float(alpha[n, k] * A[n, k, i, j]) for k in range(5)), rel=1e-5)


def test_a_half_precision_map_is_combined_in_float32():
    assert combine(torch.ones(1, 2, 1, 1), A.half()).dtype == torch.float32


@pytest.mark.parametrize("places", [(6,), (4, 3), (2, 3, 2)])
def test_signals_and_volumes_have_the_same_equations(places):
    G, A = torch.randn(2, 5, *places), torch.randn(2, 5, *places)
    alpha = channel_weights(G, spatial=len(places))
    assert alpha.shape == (2, 5, *[1] * len(places))
    assert torch.allclose(alpha.flatten(1), G.flatten(2).mean(2), atol=1e-6)
    L = combine(alpha, A, relu=False)
    assert L.shape == (2, *places) and torch.allclose(L, (alpha * A).sum(1), atol=1e-5)
    assert combine(alpha.expand(3, *alpha.shape), A).shape == (3, 2, *places)


def test_weights_that_differ_from_place_to_place_are_refused():
    volume = torch.ones(1, 2, 4, 3, 3)
    with pytest.raises(ValueError, match="expected one weight for each channel"):
        combine(channel_weights(volume), volume)  # averaged as maps of four pictures


def test_upsampling_of_signals_and_volumes_is_linear_and_trilinear():
    # the numbers of the two cells over four pixels, below, along one dimension
    assert upsample(torch.tensor([[0.0, 8.0]]), (4,)).tolist() == [[0, 2, 6, 8]]
    deep = upsample(torch.tensor([0.0, 8.0]).view(1, 2, 1, 1), (4, 2, 3))
    assert deep.shape == (1, 4, 2, 3) and deep[0, :, 1, 2].tolist() == [0, 2, 6, 8]


@pytest.mark.parametrize("shape, size", [((1, 2, 2), (4,)), ((1, 2), (4, 4)), ((1, 2, 2), (4, 4, 4)), ((1, 2), 4)])
def test_upsampling_to_another_number_of_dimensions_is_refused(shape, size):
    with pytest.raises(ValueError, match="upsample: expected maps"):
        upsample(torch.ones(shape), size)


def test_upsampling_keeps_the_centres_of_the_cells():
    # Two cells over four pixels: pixel centres at ¼, ¾ of a cell before and behind the two centres. Pixels 0 and 3 lie
    # outside the centres and take their values; pixel 1 is a quarter of the way from 0 to 8, pixel 2 three quarters.
    assert upsample(torch.tensor([[[0.0, 8.0]]]), (1, 4)).tolist() == [[[0, 2, 6, 8]]]


def test_upsampling_is_bilinear_in_both_directions():
    L = torch.tensor([[[0.0, 8.0], [16.0, 24.0]]])  # 8 per cell to the right, 16 per cell downwards
    right, down = torch.tensor([0.0, 2, 6, 8]), 2 * torch.tensor([0.0, 2, 6, 8])
    assert torch.equal(upsample(L, 4)[0], right[None] + down[:, None])


def test_upsampling_takes_the_height_first():
    assert upsample(torch.ones(2, 3, 5), (30, 50)).shape == (2, 30, 50)


def test_one_number_stands_for_both_sides():
    assert upsample(torch.ones(1, 3, 5), 12).shape == (1, 12, 12)


def test_a_constant_map_stays_constant():
    assert torch.allclose(upsample(torch.full((1, 3, 3), 0.7), (10, 11)), torch.full((1, 10, 11), 0.7))


@pytest.mark.parametrize("shape", [(3, 3), (1, 1, 3, 3)])
def test_upsampling_wants_a_batch_of_maps(shape):
    with pytest.raises(ValueError, match=r"expected maps \(N, h, w\)"):
        upsample(torch.ones(shape), 9)


def test_each_map_is_divided_by_its_own_maximum_and_zero_stays_zero():
    assert scale_by_max(torch.tensor([[[0.0, 2.0, 4.0]], [[1.0, 0.0, 0.5]]])).tolist() == [[[0, 0.5, 1]], [[1, 0, 0.5]]]


def test_the_smallest_value_is_not_stretched_to_zero():
    assert scale_by_max(torch.tensor([[[3.0, 4.0]]])).tolist() == [[[0.75, 1]]]


def test_an_empty_map_stays_empty():
    assert scale_by_max(torch.zeros(1, 2, 2)).tolist() == [[[0, 0], [0, 0]]]


def test_a_shared_scale_keeps_the_proportions_between_maps():
    L = torch.tensor([[[1.0]], [[4.0]]])
    assert scale_by_max(L, 4).flatten().tolist() == scale_by_max(L, L.max()).flatten().tolist() == [0.25, 1]


def test_a_shared_scale_of_zero_leaves_empty_maps_empty():
    assert scale_by_max(torch.zeros(2, 1, 1), 0).flatten().tolist() == [0, 0]


def test_a_signed_map_is_divided_by_its_largest_absolute_value():
    assert scale_by_max(torch.tensor([[[-4.0, 2.0]]])).tolist() == [[[-1, 0.5]]]


def test_the_tiniest_map_is_scaled_like_any_other():
    assert scale_by_max(torch.tensor([[[1e-38, 2e-38]]])).flatten().tolist() == pytest.approx([0.5, 1])


def test_a_map_is_scaled_as_a_whole_however_many_dimensions_it_has():
    L = torch.tensor([[[1.0, 2.0], [3.0, 4.0]], [[0.0, 8.0], [2.0, 0.0]]])
    assert scale_by_max(L[0]).tolist() == [[0.25, 0.5], [0.75, 1]]  # one picture's map, without the batch
    assert torch.equal(scale_by_max(L[None])[0], scale_by_max(L))  # maps of several targets and pictures
    assert scale_by_max(L[0], spatial=1).tolist() == [[0.5, 1], [0.75, 1]]  # two signals
    assert torch.equal(scale_by_max(L[None], spatial=3), L[None] / 8)  # one volume
