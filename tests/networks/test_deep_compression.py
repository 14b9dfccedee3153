"""The decoder against files in the exact layout, written here, and against the published file where it is at hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from support.squeezenet_file import encode, layers, whole_squeezenet

from gradcam_lib.networks.deep_compression import decode, fold_input, squeezenet_shapes, squeezenet_state
from gradcam_lib.pictures.images import MEAN, STD


def test_by_hand():
    """Two stored weights in a layer of 6: gaps 1 and 2 (low nibble first) → positions 1 and 4; codes 2 and 1."""
    codebook = np.zeros(256, "<f4")
    codebook[1:3] = 0.5, -2
    data = np.uint32(2).tobytes() + codebook.tobytes() + np.float32(7).tobytes() + bytes([2, 1]) + bytes([0x21])
    arrays = decode(data, {"a": (1, 1, 2, 3)})
    assert arrays["a.weight"].ravel().tolist() == [0, -2, 0, 0, 0.5, 0]
    assert arrays["a.bias"].tolist() == [7]


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(*[st.integers(1, 5)] * 4), min_size=1, max_size=3),
    st.sampled_from([0, 0.01, 0.3, 1]),
    st.integers(0, 9999),
)
def test_every_sparsity_comes_back(shapes, density, seed):
    named = {f"layer{i}": shape for i, shape in enumerate(shapes)}
    arrays = layers(named, density, seed)
    decoded = decode(encode(arrays, list(named)), named)
    assert decoded.keys() == arrays.keys()
    for name, array in arrays.items():
        assert np.array_equal(decoded[name], array), name


@pytest.fixture(scope="module")
def broken() -> tuple[bytes, dict]:
    shapes = {"first": (2, 3, 3, 3), "second": (4, 2, 1, 1)}
    return encode(layers(shapes, 0.4, 2000), list(shapes)), shapes


@pytest.mark.parametrize(
    ("keep", "what"),
    [(2, "table of counts"), (500, "codebook of first"), (-1, "gaps of second"), (1041, "codes of first")],
)
def test_truncated_says_where(broken, keep, what):
    data, shapes = broken
    with pytest.raises(ValueError, match=f"truncated: the {what}|truncated: {what}"):
        decode(data[:keep], shapes)


def test_too_long_and_out_of_range(broken):
    data, shapes = broken
    with pytest.raises(ValueError, match="3 bytes left over"):
        decode(data + b"abc", shapes)
    codebook = np.zeros(256, "<f4").tobytes()
    with pytest.raises(ValueError, match="tiny: position 15 stored, but the layer has 4 weights"):
        decode(np.uint32(1).tobytes() + codebook + np.float32(0).tobytes() + b"\1\x0f", {"tiny": (1, 1, 2, 2)})


def test_the_folded_layer_gives_the_same_map():
    """The network was trained on BGR 0 … 255 minus (104, 117, 123); ours takes normalised RGB."""
    g = torch.Generator().manual_seed(0)
    weight, bias = torch.randn(4, 3, 7, 7, generator=g), torch.randn(4, generator=g)
    rgb = torch.rand(1, 3, 20, 20, generator=g)
    bgr = rgb.flip(1) * 255 - torch.tensor([104.0, 117.0, 123.0]).view(1, 3, 1, 1)
    x = (rgb - torch.tensor(MEAN).view(1, 3, 1, 1)) / torch.tensor(STD).view(1, 3, 1, 1)
    folded = [torch.from_numpy(a) for a in fold_input(weight.numpy(), bias.numpy())]
    assert torch.allclose(F.conv2d(x, *folded, stride=2), F.conv2d(bgr, weight, bias, stride=2), rtol=1e-4, atol=1e-2)


def test_the_table_of_layers_is_squeezenets():
    shapes = squeezenet_shapes()
    assert len(shapes) == 26
    assert sum(math.prod(s) + s[0] for s in shapes.values()) == 1_248_424  # parameters of SqueezeNet 1.0


def test_a_whole_squeezenet():
    data, arrays = whole_squeezenet()
    state = squeezenet_state(data)
    assert all(tensor.dtype == torch.float32 and tensor.is_contiguous() for tensor in state.values())
    for name in state.keys() - {"features.0.weight", "features.0.bias"}:
        assert np.array_equal(state[name].numpy(), arrays[name]), name
