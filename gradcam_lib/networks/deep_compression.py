"""SqueezeNet as Deep Compression publishes it: pruned, shared and packed into 0.68 MB (Han et al. 2016).

The file is little-endian. First the number of stored weights of every layer (uint32, 26 of them); then, layer by layer,
a codebook of 256 float32, one float32 bias per output channel, one uint8 code per stored weight, and the gaps between
stored weights, 4 bits each, low nibble first. A gap too long for 4 bits is bridged by stored weights of code 0, whose
value is 0.
"""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor

from gradcam_lib.networks.squeezenet import FIRES, WIDTH
from gradcam_lib.pictures.images import MEAN, STD

CAFFE_MEAN_RGB = (123.0, 117.0, 104.0)  # subtracted from 0 … 255 when this network was trained
CODEBOOK = 256

Shape = tuple[int, int, int, int]


def squeezenet_shapes() -> dict[str, Shape]:
    """Layers in the order of the file, named as in ``SqueezeNet`` → (out, in, kh, kw)."""
    shapes: dict[str, Shape] = {"features.0": (96, 3, 7, 7)}
    for i, (before, squeezed, expanded) in FIRES.items():
        shapes[f"features.{i}.squeeze"] = (squeezed, before, 1, 1)
        shapes[f"features.{i}.expand1x1"] = (expanded, squeezed, 1, 1)
        shapes[f"features.{i}.expand3x3"] = (expanded, squeezed, 3, 3)
    return shapes | {"classifier.1": (1000, WIDTH, 1, 1)}


class Reader:
    """Takes arrays from the front of a file and says where it ended too early."""

    def __init__(self, data: bytes):
        self.data, self.at = data, 0

    def take(self, count: int, dtype: str, *, what: str) -> np.ndarray:
        size = count * np.dtype(dtype).itemsize
        if self.at + size > len(self.data):
            raise ValueError(f"truncated: {what} needs {size:,} bytes at {self.at:,}, the file has {len(self.data):,}")
        array = np.frombuffer(self.data, dtype, count, self.at)
        self.at += size
        return array


def unpack(codebook: np.ndarray, codes: np.ndarray, nibbles: np.ndarray, *, size: int, what: str) -> np.ndarray:
    """Codes and packed gaps → ``size`` float32 weights, the first of the codebook (zero) where nothing is stored."""
    gaps = np.stack((nibbles & 15, nibbles >> 4), 1).reshape(-1)[: len(codes)]
    positions = np.cumsum(gaps.astype(np.int64) + 1) - 1
    if len(positions) and positions[-1] >= size:
        raise ValueError(f"{what}: position {positions[-1]:,} stored, but the layer has {size:,} weights")
    weights = np.full(size, codebook[0], np.float32)
    weights[positions] = codebook[codes]
    return weights


def decode(data: bytes, shapes: dict[str, Shape]) -> dict[str, np.ndarray]:
    """A file's bytes → ``NAME.weight`` (out, in, kh, kw) and ``NAME.bias`` (out,), float32, as they were trained.

    Errors (ValueError): truncated, too long, or weights beyond the end of a layer, each with the layer's name.
    """
    reader, arrays = Reader(data), {}
    stored = reader.take(len(shapes), "<u4", what="the table of counts")
    for (name, shape), count in zip(shapes.items(), stored.tolist(), strict=True):
        codebook = reader.take(CODEBOOK, "<f4", what=f"codebook of {name}")
        arrays[f"{name}.bias"] = reader.take(shape[0], "<f4", what=f"bias of {name}").astype(np.float32)
        codes = reader.take(count, "u1", what=f"codes of {name}")
        nibbles = reader.take((count + 1) // 2, "u1", what=f"gaps of {name}")
        weights = unpack(codebook, codes, nibbles, size=math.prod(shape), what=name)
        arrays[f"{name}.weight"] = weights.reshape(shape)
    if reader.at != len(data):
        raise ValueError(f"{len(data) - reader.at:,} bytes left over after the last layer")
    return arrays


def fold_input(weight: np.ndarray, bias: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    r"""First layer for BGR in 0 … 255 minus a mean → the same layer for RGB in [0, 1], normalised as usual.

    .. math:: W (255 (\sigma x + \mu) - m) + b = (255 \sigma W)\, x + (b + \sum W (255 \mu - m))

    weight: (out, 3, kh, kw), bias: (out,). Exact because this layer has no padding: a padded zero would mean another
    colour before and after.
    """
    rgb = weight[:, ::-1].astype(np.float64)
    scale = 255 * np.array(STD).reshape(1, 3, 1, 1)
    shift = (255 * np.array(MEAN) - CAFFE_MEAN_RGB).reshape(1, 3, 1, 1)
    return (rgb * scale).astype(np.float32), (bias + (rgb * shift).sum((1, 2, 3))).astype(np.float32)


def squeezenet_state(data: bytes) -> dict[str, Tensor]:
    """``compressed_SqueezeNet.net`` → state of ``SqueezeNet`` for normalised RGB.   Notebook 00."""
    arrays = decode(data, squeezenet_shapes())
    first = "features.0"
    arrays[f"{first}.weight"], arrays[f"{first}.bias"] = fold_input(arrays[f"{first}.weight"], arrays[f"{first}.bias"])
    return {name: torch.from_numpy(np.ascontiguousarray(array)) for name, array in arrays.items()}
