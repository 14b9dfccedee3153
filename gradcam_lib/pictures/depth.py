"""Numbers of any depth → eight bits a colour, and a warning that says what was assumed.   Notebook 00."""

from __future__ import annotations

import warnings

import numpy as np
from PIL import Image

DEPTHS = (8, 12, 16)  # bits: photographs; cameras, microscopes and tomographs; what files of 16 bits can hold


class ImageError(ValueError):
    """A picture that cannot be used; the message says which, why, and what to do."""


class PictureWarning(UserWarning):
    """What was done to a picture that its owner should know: how its range was read, how little of it is seen."""


def image_from_array(array: np.ndarray, *, label: str | None = None, bits: int | None = None) -> Image.Image:
    """An array (H, W), (H, W, 1), (H, W, 3) or (H, W, 4) → a PIL image of 8 bits a colour.

    label: what to call it in a message. bits: its depth where it is known; see ``eight_bits``.
    """
    if array.ndim == 3 and array.shape[2] == 1:
        array = array[:, :, 0]
    if not (array.ndim == 2 or array.ndim == 3 and array.shape[2] in (3, 4)) or 0 in array.shape:
        channels_first = array.ndim == 3 and array.shape[0] in (1, 3, 4)
        hint = "; channels come last: array.transpose(1, 2, 0)" if channels_first else ""
        raise ImageError(f"array of shape {array.shape}: give (H, W), (H, W, 3) or (H, W, 4){hint}")
    label = label or f"array of {array.dtype}"
    return Image.fromarray(np.ascontiguousarray(eight_bits(array, label=label, bits=bits)))


def eight_bits(array: np.ndarray, *, label: str, bits: int | None = None) -> np.ndarray:
    """uint8 as it is; floats in [0, 1] times 255; other integers from 0 to the white of their depth.

    bits: the depth, 2 ** bits − 1 is white. Where it is not known, or does not hold the values, it is the smallest of
    8, 12 and 16 that does, with a PictureWarning; uint16 beyond 12 bits needs none.
    Errors (ImageError): negative values, values beyond 16 bits, floats outside [0, 1], NaN.
    """
    if array.dtype == np.uint8:
        return array
    if array.dtype.kind == "f":
        return _of_floats(array, label)
    if array.dtype.kind not in "iu":
        raise ImageError(f"{label}: give uint8 (0 … 255), uint16 or float (0 … 1); see array.astype")
    low, high = int(array.min()), int(array.max())
    if low < 0 or high > 65535:
        why = "negative" if low < 0 else "more than 16 bits hold"
        raise ImageError(
            f"{label}: values {low} … {high}, some of them {why}. Choose what is black and what is white, here the "
            f"lowest and the highest: ((array.astype(float) - {low}) / {high - low}).clip(0, 1)"
        )
    if bits is None or high >= 2**bits:
        bits = next(depth for depth in DEPTHS if high < 2**depth)
        if high and not (bits == 16 and array.dtype.kind == "u" and array.dtype.itemsize == 2):
            said = f"{label}: values {low} … {high} read as {bits} bits, so that {2**bits - 1} is white"
            warnings.warn(said, PictureWarning, stacklevel=2)
    white = 2**bits - 1
    return ((array.astype(np.uint32) * 255 + white // 2) // white).astype(np.uint8)


def _of_floats(array: np.ndarray, label: str) -> np.ndarray:
    low, high = array.min(), array.max()
    if not (low >= -1e-4 and high <= 1 + 1e-4):  # also catches NaN
        raise ImageError(f"{label} with values {low} … {high}: give 0 … 1, or uint8 for 0 … 255")
    return np.rint(array.clip(0, 1) * 255.0).astype(np.uint8)


def declared_bits(image: Image.Image) -> int | None:
    """How many bits a file of grey numbers says that it has, None where it says nothing beyond 16."""
    if image.format == "PPM":  # Pillow has stretched its own maximum to 16 bits
        return 16
    tags = getattr(image, "tag_v2", {})
    if highest := tags.get(281):  # MaxSampleValue
        return int(np.max(highest)).bit_length()
    stored = int(np.max(tags.get(258, 16)))  # BitsPerSample
    return stored if stored < 16 else None
