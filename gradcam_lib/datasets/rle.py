"""Masks as COCO's run lengths: how many pixels are off, then on, then off …, down one column after the other."""

# pycocotools has these in C, but it believes every string: one that is cut short or damaged is read as other runs, or
# beyond its end. The checks and their messages would stay, so the module would not get shorter; and it hands out
# compressed strings only, where the files written here hold the runs that a reader can count.

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def encode(mask: np.ndarray) -> list[int]:
    """(H, W) bool → the runs; the first is of pixels that are off, and 0 where the top left one is on."""
    mask = np.asarray(mask)
    if mask.ndim != 2 or mask.dtype != bool:
        raise ValueError(f"mask of shape {mask.shape} and type {mask.dtype}: give (H, W) bool, such as mask > 0")
    edges = np.flatnonzero(np.diff(mask.ravel(order="F"), prepend=False))
    return np.diff(edges, prepend=0, append=mask.size).tolist()


def decode(counts: Sequence[int], size: tuple[int, int]) -> np.ndarray:
    """The runs and (H, W) → (H, W) bool. ValueError where a run is negative or they do not fill the mask."""
    height, width = size
    if any(count < 0 for count in counts) or sum(counts) != height * width:
        raise ValueError(f"runs of {sum(counts)} pixels for {height} × {width}: they must be 0 or more and fill it")
    on = np.arange(len(counts)) % 2 == 1
    return np.repeat(on, counts).reshape(height, width, order="F")


def decompress(text: str) -> list[int]:
    """The runs behind a compressed string, such as "62304": 6 off, 2 on, 3 off, 2 on, 7 off.

    Each number stands as letters of 48 + 6 bits, the lowest first: five bits of it, and one (32) that says whether more
    follow; the highest of its bits (16 of the last letter) is its sign. From the fourth run on, the difference to the
    run two before is kept. The form of rleToString in the COCO API's maskApi.c (Dollár and Lin 2014).
    """
    counts: list[int] = []
    value = shift = 0
    for place, letter in enumerate(text):
        bits = ord(letter) - 48
        if not 0 <= bits < 64 or shift > 50:
            raise ValueError(f"letter {letter!r} at {place} belongs to no run; is the string whole, and a COCO one?")
        value |= (bits & 31) << shift
        shift += 5
        if bits & 32:
            continue
        if bits & 16:
            value -= 1 << shift
        counts.append(value + counts[-2] if len(counts) > 2 else value)
        value = shift = 0
    if shift:
        raise ValueError("the string ends within a run; it was cut short")
    return counts
