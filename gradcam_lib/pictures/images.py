"""Pictures: read safely, made into a network's input, and back into what the network sees.   Notebook 00."""

from __future__ import annotations

import io
import os
import warnings
from dataclasses import dataclass, replace
from typing import IO

import numpy as np
import torch
from PIL import Image, ImageOps
from torch import Tensor

Source = str | os.PathLike | bytes | bytearray | memoryview | IO[bytes] | Image.Image | np.ndarray
Box = tuple[int, int, int, int]

MEAN = (0.485, 0.456, 0.406)  # of ImageNet's training pictures, RGB in [0, 1]
STD = (0.229, 0.224, 0.225)
MOST_PIXELS = 50_000_000  # 150 MB as RGB; larger ones are refused before they are decoded
FILTERS = {"nearest": Image.Resampling.NEAREST, "bilinear": Image.Resampling.BILINEAR,
           "bicubic": Image.Resampling.BICUBIC}  # fmt: skip
HEIC_BRANDS = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1")
_TOO_LARGE = f"the limit is {MOST_PIXELS // 1_000_000} million pixels; make it smaller first"
_NOT_A_PICTURE = "not a picture that can be read; give PNG, JPEG, WebP, GIF, TIFF or BMP"


class ImageError(ValueError):
    """A picture that cannot be used; the message says which, why, and what to do."""


def load_image(source: Source) -> np.ndarray:
    """Any picture as RGB: (H, W, 3) uint8, a fresh array.

    source: path, bytes, open file, PIL image, or an array (H, W), (H, W, 1), (H, W, 3) or (H, W, 4), uint8, uint16,
    or float in [0, 1]. Turned upright as its EXIF data say; transparent parts on white; 16 bits scaled to 8; of an
    animation the first frame. Colour profiles are not applied.
    Errors: ImageError (unreadable, truncated, empty, too large, HEIC); FileNotFoundError and its kin from the system.
    """
    if isinstance(source, np.ndarray):
        return _on_white(_image_from_array(source))
    if isinstance(source, Image.Image):
        return _decode(source, label=f"PIL image of mode {source.mode}")
    data, label = _read(source)
    with _open(data, label) as image:
        return _decode(image, label=label)


def _read(source: Source) -> tuple[bytes, str]:
    """The bytes of a file and what to call it in a message."""
    if isinstance(source, (str, os.PathLike)):
        path = os.path.expanduser(source)
        with open(path, "rb") as file:
            return file.read(), str(path)
    if isinstance(source, (bytes, bytearray, memoryview)):
        return bytes(source), "the bytes given"
    if hasattr(source, "read"):
        data, label = source.read(), str(getattr(source, "name", "the file given"))
        if isinstance(data, str):
            raise ImageError(f"{label}: opened as text; open it with mode 'rb'")
        return data, label
    raise ImageError(f"{type(source).__name__}: no picture; give a path, bytes, an open file, a PIL image or an array")


def _open(data: bytes, label: str) -> Image.Image:
    """Reads the header alone; pixels are not decoded yet."""
    if not data:
        raise ImageError(f"{label}: empty (0 bytes); save or download it again")
    try:
        with warnings.catch_warnings():  # our own limit is lower than the one Pillow warns of
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            return Image.open(io.BytesIO(data))
    except Image.DecompressionBombError as error:
        raise ImageError(f"{label}: {error}; {_TOO_LARGE}") from error
    except Image.UnidentifiedImageError as error:
        heic = data[4:8] == b"ftyp" and data[8:12] in HEIC_BRANDS
        why = "HEIC, which Pillow does not read; save it as JPEG or PNG first" if heic else _NOT_A_PICTURE
        raise ImageError(f"{label}: {why}") from error
    except Exception as error:  # a broken header makes Pillow's readers raise almost anything
        raise ImageError(f"{label}: broken ({error}); save or download it again") from error


def _decode(image: Image.Image, *, label: str) -> np.ndarray:
    if image.width * image.height > MOST_PIXELS:
        raise ImageError(f"{label}: {image.width:,}×{image.height:,} pixels; {_TOO_LARGE}")
    if not image.width * image.height:
        raise ImageError(f"{label}: {image.width}×{image.height}, no pixels")
    try:
        image.load()
        upright = ImageOps.exif_transpose(image)
    except Exception as error:  # as above: OSError, SyntaxError, EOFError, struct.error, zlib.error …
        raise ImageError(f"{label}: truncated or broken ({error}); save or download it again") from error
    if upright.mode == "F" or upright.mode.startswith("I"):
        upright = _image_from_array(_sixteen_bits(np.asarray(upright), label))
    return _on_white(upright)


def _sixteen_bits(array: np.ndarray, label: str) -> np.ndarray:
    """Pillow hands some 16-bit pictures on as 32-bit integers."""
    if array.dtype.kind == "f":
        return array
    if array.min() < 0 or array.max() > 65535:
        raise ImageError(f"{label}: values {array.min()} … {array.max()} exceed 16 bits; scale them to 8 bits first")
    return array.astype(np.uint16)


def _image_from_array(array: np.ndarray) -> Image.Image:
    if array.ndim == 3 and array.shape[2] == 1:
        array = array[:, :, 0]
    if not (array.ndim == 2 or array.ndim == 3 and array.shape[2] in (3, 4)) or 0 in array.shape:
        hint = (
            "; channels come last: array.transpose(1, 2, 0)" if array.ndim == 3 and array.shape[0] in (1, 3, 4) else ""
        )
        raise ImageError(f"array of shape {array.shape}: give (H, W), (H, W, 3) or (H, W, 4){hint}")
    return Image.fromarray(np.ascontiguousarray(_eight_bits(array)))


def _eight_bits(array: np.ndarray) -> np.ndarray:
    if array.dtype == np.uint8:
        return array
    if array.dtype == np.uint16:
        return ((array.astype(np.uint32) + 128) // 257).astype(np.uint8)
    if array.dtype.kind != "f":
        raise ImageError(f"array of {array.dtype}: give uint8 (0 … 255), uint16 or float (0 … 1); see array.astype")
    if not (array.min() >= -1e-4 and array.max() <= 1 + 1e-4):  # also catches NaN
        raise ImageError(f"float array with values {array.min()} … {array.max()}: give 0 … 1, or uint8 for 0 … 255")
    return np.rint(array.clip(0, 1) * 255.0).astype(np.uint8)


def _on_white(image: Image.Image) -> np.ndarray:
    """Any mode with 8 bits → RGB, what is transparent on white."""
    if image.mode in ("La", "RGBa"):  # colours already multiplied by alpha
        image = image.convert({"La": "LA", "RGBa": "RGBA"}[image.mode])
    if image.has_transparency_data:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    return np.array(image.convert("RGB"))


@dataclass(frozen=True)
class Transform:
    """How a network wants its pictures: short side to ``resize``, the middle ``crop`` × ``crop``, normalised.

    Pixel for pixel the evaluation transform of torchvision's weights, without importing torchvision.
    """

    resize: int = 256
    crop: int = 224
    mean: tuple[float, ...] = MEAN
    std: tuple[float, ...] = STD
    filter: str = "bilinear"

    def __post_init__(self) -> None:
        if not 1 <= self.crop <= self.resize:
            raise ValueError(f"crop {self.crop}, resize {self.resize}: choose 1 ≤ crop ≤ resize")
        if self.filter not in FILTERS:
            raise ValueError(f"filter {self.filter!r}: choose one of {', '.join(FILTERS)}")

    def at(self, size: int) -> Transform:
        """The same view at another crop, in pixels."""
        return replace(self, crop=size, resize=max(size, round(self.resize * size / self.crop)))


def seen(image: np.ndarray, transform: Transform) -> np.ndarray:
    """(H, W, 3) uint8 → (crop, crop, 3) uint8: the part of a picture that reaches the network.

    Errors: ImageError where a long, narrow picture would become larger than the limit.
    """
    left, top, (width, height) = _placement(image.shape, transform)
    if width * height > MOST_PIXELS:
        raise ImageError(f"{image.shape[1]}×{image.shape[0]}: too long and narrow for this network; crop it first")
    small = Image.fromarray(image).resize((width, height), FILTERS[transform.filter])
    return np.array(small.crop((left, top, left + transform.crop, top + transform.crop)))


def seen_box(box: Box, shape: tuple[int, ...], transform: Transform) -> Box:
    """A box (x0, y0, x1, y1) of a picture of ``shape`` (H, W, …) in the pixels of ``seen``, clipped to them."""
    left, top, (width, height) = _placement(shape, transform)
    scale, offset = (width / shape[1], height / shape[0]) * 2, (left, top) * 2
    x0, y0, x1, y1 = (min(max(round(v * s - o), 0), transform.crop) for v, s, o in zip(box, scale, offset, strict=True))
    return x0, y0, x1, y1


def _placement(shape: tuple[int, ...], transform: Transform) -> tuple[int, int, tuple[int, int]]:
    """Left, top and the (width, height) of the whole after resizing; rounded as torchvision does."""
    h, w = shape[:2]
    long = int(transform.resize * max(h, w) / min(h, w))
    width, height = (transform.resize, long) if w <= h else (long, transform.resize)
    return round((width - transform.crop) / 2), round((height - transform.crop) / 2), (width, height)


def to_input(image: np.ndarray, transform: Transform) -> Tensor:
    """(H, W, 3) uint8 → x (1, 3, crop, crop) float32, normalised."""
    x = torch.from_numpy(seen(image, transform)).permute(2, 0, 1)[None]
    return (x.float() / 255 - _channels(transform.mean)) / _channels(transform.std)


def to_picture(x: Tensor, transform: Transform) -> np.ndarray:
    """x (3, H, W) or (1, 3, H, W) → (H, W, 3) uint8, exactly what the network sees, so that overlays fit."""
    if x.dim() == 4 and len(x) == 1:
        x = x[0]
    if x.dim() != 3 or len(x) != 3:
        raise ValueError(f"input of shape {tuple(x.shape)}: give one picture, (3, H, W) or (1, 3, H, W)")
    rgb = x.detach().float().cpu() * _channels(transform.std)[0] + _channels(transform.mean)[0]
    return (rgb * 255).round().clamp(0, 255).byte().permute(1, 2, 0).contiguous().numpy()


def _channels(values: tuple[float, ...]) -> Tensor:
    return torch.tensor(values).view(1, 3, 1, 1)
