"""Pictures: read safely, made into a network's input, and back into what the network sees.   Notebook 00."""

from __future__ import annotations

import io
import os
import re
import warnings
from dataclasses import dataclass, replace
from typing import IO

import numpy as np
import torch
from PIL import Image, ImageOps
from torch import Tensor

from gradcam_lib.pictures.crops import LITTLE, Box, Crop, Placement, in_words, place, shares
from gradcam_lib.pictures.depth import ImageError, PictureWarning, declared_bits, image_from_array

Source = str | os.PathLike | bytes | bytearray | memoryview | IO[bytes] | Image.Image | np.ndarray

MEAN = (0.485, 0.456, 0.406)  # of ImageNet's training pictures, RGB in [0, 1]
STD = (0.229, 0.224, 0.225)
MOST_PIXELS = 50_000_000  # 150 MB as RGB; larger ones are refused before they are decoded
FILTERS = {"nearest": Image.Resampling.NEAREST, "bilinear": Image.Resampling.BILINEAR,
           "bicubic": Image.Resampling.BICUBIC}  # fmt: skip
ORIENTATION = 0x0112  # of EXIF: how the camera was held
HEIC_BRANDS = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1")
FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "TIFF", "BMP", "PPM")  # of others some start a program, as EPS does
_TOO_LARGE = f"the limit is {MOST_PIXELS // 1_000_000} million pixels; make it smaller first"
_NOT_A_PICTURE = "not a picture that can be read; give PNG, JPEG, WebP, GIF, TIFF or BMP"


def load_image(source: Source, *, upright: bool = True) -> np.ndarray:
    """Any picture as RGB: (H, W, 3) uint8, a fresh array.

    source: path, bytes, open file, PIL image, or an array (H, W), (H, W, 1), (H, W, 3) or (H, W, 4) of integers from 0
    or floats in [0, 1]. Turned upright as its EXIF data say, unless upright=False; transparent parts on white; 12 and
    16 bits scaled to 8, with a PictureWarning where the depth had to be guessed; of an animation the first frame.
    Colour profiles are not applied.
    Errors: ImageError (unreadable, truncated, empty, too large, HEIC); FileNotFoundError and its kin from the system.
    """
    if isinstance(source, np.ndarray):
        return _on_white(image_from_array(source))
    if isinstance(source, Image.Image):
        return _decode(source, label=f"PIL image of mode {source.mode}", upright=upright)
    data, label = _read(source)
    with _open(data, label) as image:
        return _decode(image, label=label, upright=upright)


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
            return Image.open(io.BytesIO(data), formats=FORMATS)
    except Image.DecompressionBombError as error:
        many = re.search(r"\d+", str(error))  # Pillow says how many, among much else
        millions = f"{int(many[0]) / 1e6:,.0f} million" if many else "far too many"
        raise ImageError(f"{label}: {millions} pixels; {_TOO_LARGE}") from error
    except Image.UnidentifiedImageError as error:
        heic = data[4:8] == b"ftyp" and data[8:12] in HEIC_BRANDS
        why = "HEIC, which Pillow does not read; save it as JPEG or PNG first" if heic else _NOT_A_PICTURE
        raise ImageError(f"{label}: {why}") from error
    except Exception as error:  # a broken header makes Pillow's readers raise almost anything
        raise ImageError(f"{label}: broken ({error}); save or download it again") from error


def _decode(image: Image.Image, *, label: str, upright: bool) -> np.ndarray:
    if image.width * image.height > MOST_PIXELS:
        raise ImageError(f"{label}: {image.width:,}×{image.height:,} pixels; {_TOO_LARGE}")
    if not image.width * image.height:
        raise ImageError(f"{label}: {image.width}×{image.height}, no pixels")
    deep = ";16" in str(getattr(image, "tile", ""))  # of a file; tells how its numbers are stored
    try:
        image.load()
        lies = upright and image.getexif().get(ORIENTATION, 1) != 1  # asked first, for exif_transpose always copies
        turned = ImageOps.exif_transpose(image) if lies else image
    except Exception as error:  # as above: OSError, SyntaxError, EOFError, struct.error, zlib.error …
        raise ImageError(f"{label}: truncated or broken ({error}); save or download it again") from error
    if turned.mode == "F" or turned.mode.startswith("I"):
        turned = image_from_array(np.asarray(turned), label=label, bits=declared_bits(image))
    elif deep and max(high for _, high in turned.convert("RGB").getextrema()) < 16:
        raise ImageError(
            f"{label}: 16 bits a colour but no value above 4095, and Pillow keeps the upper 8 bits alone, so that it "
            "would be black. Read it with cv2.imread(path, cv2.IMREAD_UNCHANGED)[..., 2::-1] and give the array"
        )
    return _on_white(turned)


def _on_white(image: Image.Image) -> np.ndarray:
    """Any mode with 8 bits → RGB, what is transparent on white."""
    if image.mode in ("La", "RGBa"):  # colours already multiplied by alpha
        image = image.convert({"La": "LA", "RGBa": "RGBA"}[image.mode])
    if image.has_transparency_data:
        image = image if image.mode == "RGBA" else image.convert("RGBA")  # which copies in any case
        page = Image.new("RGB", image.size, "white")
        page.paste(image, mask=image)  # the same pixels as alpha_composite, in half its memory
        return np.array(page)
    return np.array(image.convert("RGB"))


@dataclass(frozen=True)
class Transform:
    """How a network wants its pictures: short side to ``resize``, the middle ``crop`` × ``crop``, normalised.

    Pixel for pixel the evaluation transform of torchvision's weights, without importing torchvision. With one number
    as mean and one as std, the network takes grey pictures, (N, 1, S, S).
    """

    resize: int = 256
    crop: int = 224
    mean: tuple[float, ...] = MEAN
    std: tuple[float, ...] = STD
    filter: str = "bilinear"

    def __post_init__(self) -> None:
        if not 1 <= self.crop <= self.resize:
            raise ValueError(f"crop {self.crop}, resize {self.resize}: choose 1 ≤ crop ≤ resize")
        if len(self.mean) != len(self.std) or len(self.mean) not in (1, 3):
            raise ValueError(f"mean {self.mean}, std {self.std}: give three numbers each, or one for grey pictures")
        if not (all(0 <= value <= 1 for value in self.mean) and min(self.std) > 0):
            raise ValueError(f"mean {self.mean}, std {self.std}: give means in 0 … 1 and std > 0, of colours in 0 … 1")
        if self.filter not in FILTERS:
            raise ValueError(f"filter {self.filter!r}: choose one of {', '.join(FILTERS)}")

    @property
    def margin(self) -> tuple[int, ...]:
        """The mean colour, RGB in 0 … 255: zero once it is normalised."""
        return tuple(round(255 * value) for value in self.mean) * (3 // len(self.mean))

    def at(self, size: int) -> Transform:
        """The same view at another crop, in pixels. ValueError where that is no whole number from 1."""
        if isinstance(size, bool) or not isinstance(size, (int, np.integer)) or size < 1:
            raise ValueError(f"size={size!r}: give a whole number of pixels from 1, such as {2 * self.crop}")
        return replace(self, crop=int(size), resize=max(size, round(self.resize * size / self.crop)))


def seen(image: np.ndarray, transform: Transform, crop: Crop = "middle") -> np.ndarray:
    """(H, W, 3) uint8 → (S, S, 3) uint8, S = transform.crop: the part of a picture that reaches the network.

    crop: "middle", the middle square of torchvision's transform; "whole", the whole picture, with margins in the mean
    colour that make it square; or a box (x0, y0, x1, y1) in pixels of the picture, made square around its middle.
    Errors: ImageError where a long, narrow picture would become larger than the limit; ValueError: no such crop.
    """
    (x0, y0, x1, y1), size, left, top = _place(image.shape, transform, crop)
    if size[0] * size[1] > MOST_PIXELS:
        raise ImageError(
            f"{image.shape[1]}×{image.shape[0]}: too long and narrow for this network; choose crop='whole' or a box"
        )
    part = Image.fromarray(np.ascontiguousarray(image[y0:y1, x0:x1]))
    if len(transform.mean) == 1:
        part = part.convert("L").convert("RGB")
    small = part.resize(size, FILTERS[transform.filter])
    square = Image.new("RGB", (transform.crop, transform.crop), transform.margin)
    square.paste(small, (-left, -top))
    return np.array(square)


def seen_box(box: Box, shape: tuple[int, ...], transform: Transform, crop: Crop = "middle") -> Box:
    """A box (x0, y0, x1, y1) of a picture of ``shape`` (H, W, …) in the pixels of ``seen``, clipped to them."""
    (px0, py0, px1, py1), (width, height), left, top = _place(shape, transform, crop)
    scale = (width / (px1 - px0), height / (py1 - py0)) * 2
    moved = [(v - origin) * s for v, origin, s in zip(box, (px0, py0) * 2, scale, strict=True)]
    x0, y0, x1, y1 = (min(max(round(v - o), 0), transform.crop) for v, o in zip(moved, (left, top) * 2, strict=True))
    return x0, y0, x1, y1


def part_seen(shape: tuple[int, ...], transform: Transform, crop: Crop = "middle") -> str:
    """What of a picture of ``shape`` (H, W, …) reaches the network, in words that end a sentence.

    Such as "the middle square, 58 % of the picture's width and 88 % of its height".
    """
    return in_words(shape, crop, resize=transform.resize, side=transform.crop)


def own_side(shape: tuple[int, ...], transform: Transform, crop: Crop = "middle") -> int:
    """The side of the part that is seen, in pixels of the picture itself.

    ``seen(image, transform.at(own_side(image.shape, transform, crop)), crop)`` shows it at the picture's resolution.
    """
    (x0, _, x1, _), (width, _), _, _ = _place(shape, transform, crop)
    return max(1, round(transform.crop * (x1 - x0) / width))


def _place(shape: tuple[int, ...], transform: Transform, crop: Crop) -> Placement:
    return place(shape, crop, resize=transform.resize, side=transform.crop)


def to_input(image: np.ndarray, transform: Transform, crop: Crop = "middle") -> Tensor:
    """(H, W, 3) uint8 → x (1, 3, S, S) float32, normalised, S = transform.crop; (1, 1, S, S) for a network of grey.

    crop: see ``seen``; the margins of a whole picture are zero. Warns (PictureWarning) where the middle square is less
    than a quarter of the picture.
    """
    placement = _place(image.shape, transform, crop)
    across, down = shares(image.shape, placement, transform.crop)
    if crop == "middle" and across * down < LITTLE:
        whole = f"{image.shape[1]}×{image.shape[0]}"
        said = f"of a picture of {whole} the network sees {part_seen(image.shape, transform, crop)}"
        warnings.warn(said, PictureWarning, stacklevel=3)
    x = torch.from_numpy(seen(image, transform, crop)).permute(2, 0, 1)[None, : len(transform.mean)]
    x = (x.float() / 255 - _channels(transform.mean)) / _channels(transform.std)
    (width, height), left, top = placement.size, -placement.left, -placement.top
    if left > 0 or top > 0:
        inside = torch.zeros(x.shape[2:], dtype=torch.bool)
        inside[max(top, 0) : top + height, max(left, 0) : left + width] = True
        x = x * inside
    return x


def to_picture(x: Tensor, transform: Transform) -> np.ndarray:
    """x (3, H, W) or (1, 3, H, W) → (H, W, 3) uint8, exactly what the network sees, so that overlays fit."""
    if x.dim() == 4 and len(x) == 1:
        x = x[0]
    colours = len(transform.mean)
    if x.dim() != 3 or len(x) != colours:
        shapes = f"({colours}, H, W) or (1, {colours}, H, W)"
        raise ValueError(f"input of shape {tuple(x.shape)}: give one picture, {shapes}")
    rgb = x.detach().float().cpu() * _channels(transform.std)[0] + _channels(transform.mean)[0]
    rgb = (rgb * 255).round().clamp(0, 255).byte().expand(3, -1, -1)
    return rgb.permute(1, 2, 0).contiguous().numpy()


def _channels(values: tuple[float, ...]) -> Tensor:
    return torch.tensor(values).view(1, -1, 1, 1)
