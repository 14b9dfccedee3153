"""What holds for every picture, every target and every size: hypothesis looks for a counterexample."""

from __future__ import annotations

import numpy as np
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from support.tiny import SmallNet, close, noise
from torch import nn

from gradcam_lib import (
    box_from_map,
    cam,
    channel_weights,
    class_score,
    combine,
    energy_share,
    explain,
    grad_cam,
    guided_backprop,
    iou,
    occlusion_map,
    overlay,
    pointing_hit,
    saliency,
    scale_by_max,
    upsample,
)
from gradcam_lib.pictures.overlay import PALETTE

few = settings(max_examples=25, deadline=None)
many = settings(max_examples=100, deadline=None)
seeds, classes = st.integers(0, 2**16), st.integers(0, 3)
factors = st.floats(1e-3, 1e3)
# a random sum of the scores of four classes
sums = st.lists(st.tuples(st.floats(-3, 3).filter(lambda w: abs(w) > 1e-3), classes), min_size=1, max_size=4)
heats = hnp.arrays(np.float32, hnp.array_shapes(min_dims=2, max_dims=2, max_side=9), elements=st.floats(0, 1, width=32))
boxes = st.tuples(*[st.integers(0, 12)] * 4)


def target_of(terms):
    return sum(weight * class_score(index) for weight, index in terms)


def network(seed: int, sides: tuple[int, int]) -> tuple[nn.Module, torch.Tensor]:
    """A random network with global average pooling, which takes every size, and a picture for it."""
    return SmallNet(seed, gap=True), torch.randn(1, 3, *sides, generator=torch.Generator().manual_seed(seed))


sides = st.tuples(st.integers(3, 17), st.integers(3, 17))


@few
@given(seeds, sides, sums)
def test_a_map_is_never_negative_float32_and_as_large_as_its_layer(seed, side, terms):
    net, x = network(seed, side)
    L = grad_cam(net, x, target_of(terms), "relu2")
    assert L.dtype == torch.float32 and L.shape == (1, (side[0] + 1) // 2, (side[1] + 1) // 2)
    assert (L >= 0).all()


@few
@given(seeds, sums, factors)
def test_a_target_times_a_positive_factor_gives_the_map_times_the_factor(seed, terms, factor):
    e = explain(SmallNet(seed), noise(seed=seed))
    L, scaled = e.map(target_of(terms)), e.map(factor * target_of(terms))
    assert torch.allclose(scaled, factor * L, rtol=1e-4, atol=1e-5 * factor * e.signed(target_of(terms)).abs().max())


@few
@given(seeds, sums)
def test_map_and_counterfactual_are_the_two_sides_of_the_signed_map(seed, terms):
    e, y = explain(SmallNet(seed), noise(seed=seed)), target_of(terms)
    assert torch.equal(e.map(y) - e.counterfactual(y), e.signed(y))
    assert not (e.map(y) * e.counterfactual(y)).any()
    assert torch.equal(e.map(-y), e.counterfactual(y))


@few
@given(seeds, sums, sums)
def test_signed_maps_add_as_their_targets_do(seed, one, other):
    e = explain(SmallNet(seed), noise(seed=seed))
    parts = e.signed(target_of(one)), e.signed(target_of(other))
    size = max(float(part.abs().max()) for part in parts)
    assert torch.allclose(e.signed(target_of(one) + target_of(other)), parts[0] + parts[1], atol=1e-5 * size)


@few
@given(seeds, st.lists(classes, min_size=1, max_size=4))
def test_a_batch_equals_its_images_one_by_one(seed, targets):
    net, x = SmallNet(seed), noise(len(targets), seed=seed)
    for method in (grad_cam, saliency, guided_backprop):
        one_by_one = torch.cat([method(net, x[i : i + 1], c) for i, c in enumerate(targets)])
        assert close(method(net, x, targets), one_by_one, 1e-4)


@few
@given(seeds, st.permutations(range(4)))
def test_the_order_of_the_classes_does_not_matter(seed, order):
    net, reordered, x = SmallNet(seed), SmallNet(seed), noise(seed=seed)
    reordered.head.weight.data, reordered.head.bias.data = net.head.weight.data[order], net.head.bias.data[order]
    e, other = explain(net, x), explain(reordered, x)
    for new, old in enumerate(order):
        assert close(other.signed(new), e.signed(old))


@few
@given(seeds, st.integers(1, 3), st.lists(st.one_of(classes, sums.map(target_of), st.none()), min_size=1, max_size=5))
def test_many_targets_at_once_equal_one_by_one(seed, n, targets):
    e = explain(SmallNet(seed), noise(n, seed=seed))
    one_by_one = torch.stack([e.map(t) for t in targets])
    assert close(e.maps(targets), one_by_one[:, 0] if n == 1 else one_by_one, 1e-4)


@few
@given(seeds, classes)
def test_behind_global_average_pooling_grad_cam_is_the_rectified_cam(seed, c):
    net, x = network(seed, (9, 7))
    L = grad_cam(net, x, c)
    assert close(L * L[0].numel(), cam(net, x, c).relu())


@few
@given(seeds, st.floats(-5, 5))
def test_a_constant_added_to_a_logit_changes_no_map(seed, shift):
    net, x = SmallNet(seed), noise(seed=seed)
    expected = grad_cam(net, x, 1)
    net.head.bias.data[1] += shift
    assert torch.equal(grad_cam(net, x, 1), expected)


@few
@given(seeds, st.permutations(range(5)))
def test_the_order_of_the_channels_does_not_matter(seed, order):
    G, A = noise(1, 4, seed, 5), noise(1, 4, seed + 1, 5)
    assert torch.allclose(combine(channel_weights(G[:, order]), A[:, order]), combine(channel_weights(G), A), atol=1e-6)


@few
@given(seeds, st.integers(1, 8), st.integers(1, 8))
def test_an_occlusion_map_has_a_number_for_each_place_of_the_patch(seed, patch, stride):
    D = occlusion_map(SmallNet(seed), noise(seed=seed), 1, patch=patch, stride=stride)
    assert D.shape == (1, (8 - patch) // stride + 1, (8 - patch) // stride + 1)


@few
@given(seeds, st.integers(1, 4))
def test_occlusion_of_a_linear_network_by_tiles_adds_up_to_the_score(seed, tile):
    net = nn.Sequential(nn.Flatten(), nn.Linear(3 * (2 * tile) ** 2, 2, bias=False))
    x = noise(1, 2 * tile, seed)
    D = occlusion_map(net, x, 1, patch=tile, stride=tile)
    assert torch.allclose(D.sum(), net(x)[0, 1], atol=1e-4)


@many
@given(heats, st.integers(1, 30), st.integers(1, 30))
def test_upsampling_stays_within_the_values_of_the_map(heat, H, W):
    large = upsample(torch.from_numpy(heat)[None], (H, W))
    assert large.shape == (1, H, W)
    assert heat.min() - 1e-6 <= large.min() and large.max() <= heat.max() + 1e-6


@many
@given(hnp.arrays(np.float32, (2, 3, 3), elements=st.floats(0, 2.0**100, width=32)))
def test_a_scaled_map_lies_in_0_to_1_and_keeps_its_zeros(values):
    L = torch.from_numpy(values)
    scaled = scale_by_max(L)
    assert scaled.isfinite().all() and scaled.min() >= 0 and scaled.max() <= 1
    assert not scaled[L == 0].any()
    assert all(s.max() == 1 for s, m in zip(scaled, L, strict=True) if m.any())


@many
@given(hnp.arrays(np.float32, (2, 3, 3), elements=st.floats(-(2.0**100), 2.0**100, width=32)))
def test_a_scaled_signed_map_keeps_its_signs(values):
    L = torch.from_numpy(values)
    scaled = scale_by_max(L)
    assert scaled.abs().max() <= 1 and (scaled * L.sign() >= 0).all()


@many
@given(heats, st.floats(0, 1))
def test_an_overlay_lies_between_picture_and_colour(heat, opacity):
    image = np.full((*heat.shape, 3), 128, np.uint8)
    map_alone = PALETTE[np.rint(255 * heat).astype(int)].astype(int)
    drawn = overlay(image, heat, opacity=opacity).astype(int)
    assert (np.minimum(image, map_alone) <= drawn).all() and (drawn <= np.maximum(image, map_alone)).all()


@many
@given(heats, st.floats(0.01, 1))
def test_the_box_lies_in_the_picture_and_its_frame_touches_the_region(heat, threshold):
    box = box_from_map(heat, threshold)
    assume(box is not None)
    x0, y0, x1, y1 = box
    assert 0 <= x0 < x1 <= heat.shape[1] and 0 <= y0 < y1 <= heat.shape[0]
    region = heat[y0:y1, x0:x1] >= threshold * heat.max() * (1 - 1e-6)
    assert region[0].any() and region[-1].any() and region[:, 0].any() and region[:, -1].any()


@many
@given(heats, st.sampled_from([2.0, 0.25, 1024.0]))
def test_the_box_does_not_depend_on_the_scale_of_the_map(heat, factor):
    assume(heat[heat > 0].min(initial=1) > 1e-30)  # smaller numbers lose digits
    assert box_from_map(factor * heat) == box_from_map(heat)


@many
@given(boxes, boxes)
def test_overlap_is_symmetric_between_0_and_1_and_1_for_equal_boxes(a, b):
    assert iou(a, b) == iou(b, a) and 0 <= iou(a, b) <= 1
    if a[0] < a[2] and a[1] < a[3]:
        assert iou(a, a) == 1


@many
@given(heats)
def test_a_map_points_at_its_own_maximum_and_the_whole_picture_holds_all_of_it(heat):
    assume(heat.max() > 0)
    whole = (0, 0, heat.shape[1], heat.shape[0])
    assert pointing_hit(heat, heat == heat.max()) and pointing_hit(heat, whole)
    assert abs(energy_share(heat, whole) - 1) < 1e-5


@many
@given(heats, st.floats(0, 20))
def test_a_larger_tolerance_never_turns_a_hit_into_a_miss(heat, tolerance):
    box = (0, 0, 1, 1)
    assert pointing_hit(heat, box, tolerance + 1) >= pointing_hit(heat, box, tolerance)
