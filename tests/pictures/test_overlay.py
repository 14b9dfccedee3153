"""Pictures that do not lie: no evidence leaves the picture as it is, colours are linear in the map, red stays red."""

from __future__ import annotations

import matplotlib
import numpy as np
import pytest
import torch
from skimage.color import rgb2lab

from gradcam_lib import overlay, overlay_signed
from gradcam_lib.pictures.overlay import (
    PALETTE,
    colour,
    colour_signed,
    gradient_picture,
    in_grey,
    saliency_picture,
    strength,
)

GREY = np.full((2, 2, 3), 100, np.uint8)


def lab(colours: np.ndarray) -> np.ndarray:
    return rgb2lab(colours.reshape(1, -1, 3) / 255)[0]


def test_colours_are_matplotlib_s_plasma_in_rgb():
    table = np.rint(255 * matplotlib.colormaps["plasma"](np.linspace(0.4, 0.95, 256))[:, :3]).astype(int)
    drawn = overlay(np.zeros((1, 256, 3), np.uint8), np.ones((1, 256)), opacity=1)[0, 0].astype(int)
    assert np.abs(drawn - table[-1]).max() <= 2  # OpenCV's table is rounded differently
    assert np.abs(PALETTE.astype(int) - table).max() <= 5


def test_the_larger_the_lighter():
    lightness = lab(colour(np.linspace(0, 1, 101)[None]))[:, 0]
    assert (np.diff(lightness) > -0.3).all() and lightness[100] > lightness[50] + 20 > lightness[0] + 30


@pytest.mark.parametrize("grey", [30, 80, 128, 180, 230])
def test_half_the_evidence_looks_like_half_and_not_like_a_quarter_on_any_ground(grey):
    """Colour that grows with the map times opacity that grows with it would look like the square of the map."""
    heat = np.linspace(0, 1, 11)
    for draw in (overlay, overlay_signed, lambda image, s: overlay_signed(image, -s)):
        seen = lab(draw(np.full((1, 11, 3), grey, np.uint8), heat[None]))
        distance = np.linalg.norm(seen - seen[0], axis=1)
        assert distance[0] == 0 and np.abs(distance / distance[-1] - heat).max() < 0.17
        assert distance[-1] > 60 and distance[1] < 16, "the most is plain to see, a tenth is faint"


def photograph(h: int = 5, w: int = 7) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (h, w, 3), dtype=np.uint8)


@pytest.mark.parametrize("draw", [overlay, overlay_signed])
def test_no_evidence_leaves_the_picture_in_grey(draw):
    image = photograph()
    assert np.array_equal(draw(image, np.zeros((5, 7))), in_grey(image))
    assert np.array_equal(draw(image, np.ones((5, 7)), opacity=0), in_grey(image))


def test_at_its_maximum_and_full_opacity_the_map_alone_is_seen():
    assert np.array_equal(overlay(photograph(2, 2), np.ones((2, 2)), opacity=1), colour(np.ones((2, 2))))


def test_float_and_integer_pictures_give_the_same_overlay():
    heat = np.full((2, 2), 0.3)
    assert np.array_equal(overlay(GREY, heat), overlay(GREY / 255, heat))


def test_maps_may_be_tensors_that_need_gradients():
    heat = torch.full((2, 2), 0.3, requires_grad=True)
    assert np.array_equal(overlay(GREY, heat), overlay(GREY, heat.detach().numpy()))


@pytest.mark.parametrize("dtype", [np.uint8, np.float32, np.float64])
def test_an_overlay_is_rgb_in_uint8(dtype):
    drawn = overlay(np.zeros((3, 4, 3), dtype), np.zeros((3, 4)))
    assert drawn.shape == (3, 4, 3) and drawn.dtype == np.uint8


def test_a_picture_in_grey_has_the_mean_of_its_colours():
    picture = np.array([[[0, 0, 0], [255, 255, 255], [255, 0, 0], [10, 20, 60]]], np.uint8)
    plain = in_grey(picture)
    assert plain.dtype == np.uint8
    assert plain.tolist() == [[[0, 0, 0], [255, 255, 255], [85, 85, 85], [30, 30, 30]]]


def test_the_picture_is_left_as_it_was():
    image = GREY.copy()
    overlay(image, np.ones((2, 2))), overlay_signed(image, -np.ones((2, 2)))
    assert np.array_equal(image, GREY)


def test_signed_colours_are_grey_at_zero_blue_against_and_orange_for():
    against, nothing, speaks_for = colour_signed(np.array([[-1.0, 0.0, 1.0]]))[0].astype(int)
    assert nothing.min() == nothing.max()
    assert against[2] > against[0] + 100 and speaks_for[0] > speaks_for[2] + 100


def test_signed_colours_are_linear_on_either_side():
    against, half, nothing, other, for_ = colour_signed(np.linspace(-1, 1, 5)[None])[0].astype(float)
    assert np.abs(half - (against + nothing) / 2).max() <= 0.5 and np.abs(other - (for_ + nothing) / 2).max() <= 0.5


def test_a_signed_overlay_is_orange_for_and_blue_against_in_proportion():
    image, ends = np.full((1, 2, 3), 100, np.uint8), colour_signed(np.array([[-1.0, 1.0]])).astype(float)
    assert np.array_equal(overlay_signed(image, np.array([[-1.0, 1.0]]), opacity=1), ends)
    halves = overlay_signed(image, np.array([[-0.5, 0.5]]), opacity=1)
    assert np.abs(halves - (ends + 100) / 2).max() <= 0.5


@pytest.mark.parametrize(
    "L, said",
    [
        ([[0.0, 0.0]], "empty"),
        ([[0.00015, 0.0]], "weak, maximum 0.00015"),
        ([[0.05, 0.04]], "weak, maximum 0.05"),
        ([[0.05, 0.06]], "maximum 0.06"),
        ([[1.0, -12.4]], "maximum 12"),
    ],
)
def test_a_title_says_how_strong_a_map_is(L, said):
    assert strength(np.array(L)) == strength(torch.tensor([L])) == said


@pytest.mark.parametrize("draw", [overlay, overlay_signed])
def test_a_map_of_another_size_is_refused_since_colour_comes_after_resizing(draw):
    with pytest.raises(ValueError, match=r"picture is \(4, 6\) and the map \(2, 3\) \(height, width\): upsample"):
        draw(np.zeros((4, 6, 3), np.uint8), np.zeros((2, 3)))


def test_height_and_width_exchanged_is_refused():
    with pytest.raises(ValueError, match=r"picture is \(4, 6\) and the map \(6, 4\)"):
        overlay(np.zeros((4, 6, 3), np.uint8), np.zeros((6, 4)))


@pytest.mark.parametrize("heat", [[[2.0]], [[-0.5]], [[float("nan")]], [[float("inf")]]])
def test_a_map_that_was_not_scaled_is_refused(heat):
    with pytest.raises(ValueError, match="scale_by_max first"):
        overlay(np.zeros((1, 1, 3), np.uint8), np.array(heat))


@pytest.mark.parametrize("heat", [[[1.5]], [[-1.5]], [[float("nan")]]])
def test_a_signed_map_that_was_not_scaled_is_refused(heat):
    with pytest.raises(ValueError, match="expected -1 … 1; scale_by_max first"):
        overlay_signed(np.zeros((1, 1, 3), np.uint8), np.array(heat))


def test_a_rounding_error_of_upsampling_is_forgiven():
    assert np.array_equal(colour(np.array([[1 + 1e-6, -1e-7]])), colour(np.array([[1.0, 0.0]])))


@pytest.mark.parametrize("shape", [(1, 2, 2), (2,), (2, 2, 3)])
def test_a_batch_of_maps_is_refused(shape):
    with pytest.raises(ValueError, match=r"map: expected \(H, W\).*take one image of the batch"):
        overlay(GREY, np.zeros(shape))


@pytest.mark.parametrize("shape", [(2, 2), (2, 2, 4), (3, 2, 2), (1, 2, 2, 3)])
def test_what_is_no_rgb_picture_is_refused(shape):
    with pytest.raises(ValueError, match=r"image: expected \(H, W, 3\)"):
        overlay(np.zeros(shape, np.uint8), np.zeros((2, 2)))


def test_a_float_picture_in_0_to_255_is_refused():
    with pytest.raises(ValueError, match=r"image: .* expected 0 … 1"):
        overlay(GREY.astype(np.float32), np.zeros((2, 2)))


@pytest.mark.parametrize("opacity", [-0.1, 1.1, float("nan")])
def test_an_opacity_beyond_its_range_is_refused(opacity):
    with pytest.raises(ValueError, match="opacity=.*between 0"):
        overlay(GREY, np.zeros((2, 2)), opacity=opacity)


def test_a_gradient_picture_is_grey_at_zero_and_symmetric():
    G = np.zeros((3, 1, 3), np.float32)
    G[0, 0] = [-1, 0, 1]
    drawn = gradient_picture(G, percentile=100)
    assert drawn[0, :, 0].tolist() == [0, 128, 255] and drawn[0, :, 1].tolist() == [128] * 3


def test_an_empty_gradient_is_a_grey_picture():
    assert (gradient_picture(np.zeros((3, 2, 2))) == 128).all()


def test_a_saliency_picture_is_black_where_nothing_matters():
    assert saliency_picture(np.array([[0.0, 1.0, 2.0]]), percentile=100)[0].tolist() == [[0] * 3, [128] * 3, [255] * 3]


def test_an_empty_saliency_is_a_black_picture():
    assert not saliency_picture(np.zeros((2, 2))).any()


def test_one_hot_pixel_among_many_is_still_seen():
    M = np.zeros((100, 100))
    M[3, 4] = 1  # the 99.5th percentile is zero
    assert saliency_picture(M)[3, 4].tolist() == [255] * 3


@pytest.mark.parametrize(
    "draw, shape", [(gradient_picture, (2, 2)), (gradient_picture, (2, 2, 3)), (saliency_picture, (3, 2, 2))]
)
def test_gradients_of_another_shape_are_refused(draw, shape):
    with pytest.raises(ValueError, match="expected"):
        draw(np.zeros(shape))
