"""Writes files in the layout of compressed_SqueezeNet.net: the inverse of the decoder, for its tests."""

from __future__ import annotations

import functools

import numpy as np

from gradcam_lib.networks.deep_compression import squeezenet_shapes


def encode(arrays: dict[str, np.ndarray], names: list[str]) -> bytes:
    """The file that decodes to ``arrays``: at most 255 different weights a layer, gaps over 16 bridged by code 0."""
    counts, parts = [], []
    for name in names:
        weight = arrays[f"{name}.weight"].ravel()
        values = np.unique(weight[weight != 0])
        codebook = np.zeros(256, "<f4")
        codebook[1 : 1 + len(values)] = values
        positions, before = [], -1
        for position in np.flatnonzero(weight):
            while position - before > 16:
                before += 16
                positions.append(before)
            before = position
            positions.append(position)
        stored = weight[positions] if positions else weight[:0]
        codes = np.where(stored == 0, 0, np.searchsorted(values, stored) + 1).astype(np.uint8)
        gaps = np.zeros((len(positions) + 1) // 2 * 2, np.uint8)
        gaps[: len(positions)] = np.diff(positions, prepend=-1) - 1
        counts.append(len(positions))
        bias = arrays[f"{name}.bias"].astype("<f4")
        parts += [codebook.tobytes(), bias.tobytes(), codes.tobytes(), (gaps[::2] | gaps[1::2] << 4).tobytes()]
    return np.array(counts, "<u4").tobytes() + b"".join(parts)


def layers(shapes: dict[str, tuple[int, ...]], density: float, seed: int) -> dict[str, np.ndarray]:
    """Random sparse weights, at most 255 different ones a layer, and dense biases."""
    rng, arrays = np.random.default_rng(seed), {}
    for name, shape in shapes.items():
        values = rng.normal(size=rng.integers(1, 256)).astype(np.float32)
        arrays[f"{name}.weight"] = np.where(rng.random(shape) < density, rng.choice(values, shape), np.float32(0))
        arrays[f"{name}.bias"] = rng.normal(size=shape[:1]).astype(np.float32)
    return arrays


@functools.cache
def whole_squeezenet() -> tuple[bytes, dict[str, np.ndarray]]:
    """(file, arrays in it) of a SqueezeNet 1.0 with random sparse weights."""
    shapes = squeezenet_shapes()
    arrays = {name: array * np.float32(0.02) for name, array in layers(shapes, 0.1, 1).items()}
    return encode(arrays, list(shapes)), arrays
