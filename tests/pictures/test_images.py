"""Pictures in and out: every kind of file and array becomes RGB, every bad one an error in words."""

from __future__ import annotations

import io
import struct
import warnings
import zlib

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from PIL import Image, ImageFile

from gradcam_lib.pictures.images import (
    MOST_PIXELS,
    ImageError,
    Transform,
    load_image,
    seen,
    seen_box,
    to_input,
    to_picture,
)

RED, WHITE = (255, 0, 0), (255, 255, 255)


def noise(h: int = 12, w: int = 20) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (h, w, 3), dtype=np.uint8)


def encode(image: Image.Image, kind: str = "PNG", **options) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def png_header(width: int, height: int) -> bytes:
    """A PNG that promises more pixels than it holds: a decompression bomb in 60 bytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


# --- what can be read


def test_every_kind_of_source_gives_the_same_pixels(tmp_path):
    pixels = noise()
    data = encode(Image.fromarray(pixels))
    path = tmp_path / "picture.png"
    path.write_bytes(data)
    with open(path, "rb") as file:
        sources = [str(path), path, data, bytearray(data), memoryview(data), file, Image.fromarray(pixels), pixels]
        for source in sources:
            assert np.array_equal(load_image(source), pixels)


def test_the_result_is_the_callers_own():
    pixels = noise()
    result = load_image(pixels)
    result[:] = 0
    assert pixels.any() and result.flags.writeable and result.flags.c_contiguous


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_turns_the_picture_upright(orientation):
    upright = np.zeros((2, 3, 3), np.uint8)
    upright[0, 0] = RED
    undo = {
        1: lambda a: a,
        2: lambda a: a[:, ::-1],
        3: lambda a: a[::-1, ::-1],
        4: lambda a: a[::-1],
        5: lambda a: a.swapaxes(0, 1),
        6: lambda a: np.rot90(a, 1),
        7: lambda a: a[::-1, ::-1].swapaxes(0, 1),
        8: lambda a: np.rot90(a, -1),
    }
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = Image.fromarray(np.ascontiguousarray(undo[orientation](upright)))
    assert np.array_equal(load_image(encode(stored, exif=exif.tobytes())), upright)


def test_transparent_parts_are_white():
    rgba = np.zeros((1, 3, 4), np.uint8)
    rgba[0, :, 0], rgba[0, :, 3] = 255, (255, 0, 51)
    expected = [[RED, WHITE, (255, 204, 204)]]
    for source in (rgba, Image.fromarray(rgba), encode(Image.fromarray(rgba)), rgba / 255):
        assert np.array_equal(load_image(source), expected)


def test_a_palette_and_its_transparent_colour():
    image = Image.new("P", (2, 1))
    image.putpalette([255, 0, 0, 0, 255, 0])
    image.putdata([0, 1])
    assert np.array_equal(load_image(encode(image)), [[RED, (0, 255, 0)]])
    assert np.array_equal(load_image(encode(image, transparency=1)), [[RED, WHITE]])


@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
def test_cmyk(kind):
    image = Image.new("CMYK", (16, 16), (0, 255, 255, 0))  # no cyan, all magenta and yellow: red
    assert np.abs(load_image(encode(image, kind)).astype(int) - RED).max() <= 2


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "PGM"])
def test_sixteen_bits_are_scaled_not_clipped(kind):
    values = np.array([[0, 257, 32896, 65535]], np.uint16)
    expected = np.repeat(np.array([[0, 1, 128, 255]])[..., None], 3, 2)
    pgm = b"P5 4 1 65535\n" + values.astype(">u2").tobytes()  # which Pillow hands on as 32-bit integers
    assert np.array_equal(load_image(pgm if kind == "PGM" else encode(Image.fromarray(values), kind)), expected)
    assert np.array_equal(load_image(values), expected)


def test_of_an_animation_the_first_frame():
    frames = [Image.new("RGB", (4, 4), colour) for colour in ("red", "lime", "blue")]
    for kind in ("GIF", "WEBP", "PNG"):
        data = encode(
            frames[0], kind, save_all=True, append_images=frames[1:], **({"lossless": True} if kind == "WEBP" else {})
        )
        assert np.array_equal(load_image(data), np.full((4, 4, 3), RED))


@pytest.mark.parametrize(
    "mode", ["1", "L", "LA", "La", "P", "PA", "RGB", "RGBA", "RGBa", "RGBX", "CMYK", "YCbCr", "HSV", "LAB"]
)
def test_every_mode_of_pillow(mode):
    assert load_image(Image.new(mode, (5, 3))).shape == (3, 5, 3)


def test_one_pixel_works_up_to_the_network():
    pixel = load_image(encode(Image.new("RGB", (1, 1), RED)))
    x = to_input(pixel, Transform(256, 227))
    assert x.shape == (1, 3, 227, 227)
    assert (to_picture(x, Transform(256, 227)) == RED).all()


dtypes = st.sampled_from([np.uint8, np.uint16, np.float16, np.float32, np.float64])
shapes = st.tuples(st.integers(1, 9), st.integers(1, 9), st.sampled_from([(), (1,), (3,), (4,)])).map(
    lambda t: (*t[:2], *t[2])
)


@settings(max_examples=60, deadline=None)
@given(st.data(), dtypes, shapes)
def test_any_array_becomes_rgb(data, dtype, shape):
    floats = np.issubdtype(dtype, np.floating)
    elements = {"min_value": 0, "max_value": 1} if floats else {}
    array = data.draw(hnp.arrays(dtype, shape, elements=hnp.from_dtype(np.dtype(dtype), **elements)))
    before = array.copy()
    rgb = load_image(array)
    assert rgb.shape == (*shape[:2], 3) and rgb.dtype == np.uint8
    assert np.array_equal(array, before)
    if dtype == np.uint8 and shape[2:] == (3,):
        assert np.array_equal(rgb, array)


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from([("1", "PNG"), ("L", "PNG"), ("LA", "PNG"), ("P", "GIF"), ("RGB", "BMP"), ("RGBA", "WEBP"),
                     ("CMYK", "JPEG"), ("I;16", "TIFF"), ("F", "TIFF")]),
    st.integers(1, 40), st.integers(1, 40),
)  # fmt: skip
def test_any_file_becomes_rgb(mode_and_kind, width, height):
    mode, kind = mode_and_kind
    assert load_image(encode(Image.new(mode, (width, height)), kind)).shape == (height, width, 3)


@settings(max_examples=60, deadline=None)
@given(
    st.binary(max_size=60),
    st.sampled_from([b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"GIF89a", b"II*\0", b"RIFF"]),
)
def test_rubbish_is_an_error_in_words(rubbish, start):
    with pytest.raises(ImageError, match="the bytes given: "):
        load_image(start + rubbish)


# --- what cannot


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "TIFF"])
def test_truncated(kind, tmp_path):
    data = encode(Image.fromarray(noise(60, 60)), kind)
    path = tmp_path / "half.png"
    path.write_bytes(data[: len(data) // 2])
    with pytest.raises(ImageError, match="half.png: .*(truncated|broken|not a picture)"):
        load_image(path)


def test_empty_file(tmp_path):
    path = tmp_path / "nothing.jpg"
    path.touch()
    with pytest.raises(ImageError, match=r"nothing.jpg: empty \(0 bytes\)"):
        load_image(path)


def test_not_an_image(tmp_path):
    path = tmp_path / "notes.png"
    path.write_text("Dear diary")
    with pytest.raises(ImageError, match="notes.png: not a picture .* PNG, JPEG"):
        load_image(path)


def test_no_such_file(tmp_path):
    with pytest.raises(FileNotFoundError, match="absent.png"):
        load_image(tmp_path / "absent.png")
    with pytest.raises(OSError):
        load_image(tmp_path)


@pytest.mark.parametrize("side", [8_000, 10_000, 20_000])
def test_a_decompression_bomb_is_refused_before_it_is_decoded(side):
    limit, tolerant = Image.MAX_IMAGE_PIXELS, ImageFile.LOAD_TRUNCATED_IMAGES
    with pytest.raises(ImageError, match=f"limit is {MOST_PIXELS // 10**6} million pixels; make it smaller"):
        load_image(png_header(side, side))
    assert (Image.MAX_IMAGE_PIXELS, ImageFile.LOAD_TRUNCATED_IMAGES) == (limit, tolerant)


@pytest.mark.parametrize("brand", [b"heic", b"mif1"])
def test_heic_says_what_to_do(brand):
    with pytest.raises(ImageError, match="HEIC.*JPEG"):
        load_image(b"\0\0\0\x18ftyp" + brand + b"\0" * 40)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (np.zeros((3, 8, 8), np.uint8), r"shape \(3, 8, 8\).*channels come last: array.transpose"),
        (np.zeros((8, 8, 2), np.uint8), r"shape \(8, 8, 2\)"),
        (np.zeros((2, 8, 8, 3), np.uint8), r"shape \(2, 8, 8, 3\)"),
        (np.zeros((0, 8, 3), np.uint8), r"shape \(0, 8, 3\)"),
        (np.zeros((8, 8), np.int64), "array of int64: give uint8"),
        (np.full((8, 8), 128.0), "values 128.0 … 128.0: give 0 … 1"),
        (np.full((8, 8), np.nan), "values nan"),
        (io.StringIO("text"), "opened as text; open it with mode 'rb'"),
        (Image.new("I", (4, 4), 70_000), "exceed 16 bits"),
        (Image.new("RGB", (0, 4)), "0×4, no pixels"),
        (torch.zeros(3, 8, 8), "Tensor: no picture; give a path"),
        (None, "NoneType: no picture"),
    ],
)
def test_unusable_sources(source, message):
    with pytest.raises(ImageError, match=message):
        load_image(source)


def test_no_warning_reaches_the_reader():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        load_image(encode(Image.fromarray(noise())))
        with pytest.raises(ImageError):
            load_image(png_header(10_000, 10_000))


# --- what the network sees


@pytest.mark.parametrize("filter", ["bilinear", "bicubic"])
@pytest.mark.parametrize(("resize", "crop"), [(256, 224), (256, 227), (64, 64), (342, 299), (255, 240)])
@pytest.mark.parametrize("shape", [(300, 451), (451, 300), (64, 64), (37, 91), (256, 256), (7, 5)])
def test_the_transform_is_torchvisions(shape, resize, crop, filter):
    presets = pytest.importorskip("torchvision.transforms._presets")
    mode = presets.InterpolationMode(filter)
    theirs = presets.ImageClassification(crop_size=crop, resize_size=resize, interpolation=mode)
    image = noise(*shape)
    x = to_input(image, Transform(resize, crop, filter=filter))
    assert torch.equal(x[0], theirs(Image.fromarray(image)))


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 60), st.integers(1, 60), st.integers(1, 40), st.integers(0, 20))
def test_the_picture_is_exactly_what_the_network_sees(h, w, crop, margin):
    transform = Transform(crop + margin, crop)
    image = noise(h, w)
    assert np.array_equal(to_picture(to_input(image, transform), transform), seen(image, transform))


def test_to_picture_takes_one_picture_and_clips():
    assert to_picture(torch.full((3, 4, 5), 100.0), Transform()).max() == 255
    with pytest.raises(ValueError, match=r"\(2, 3, 4, 5\): give one picture"):
        to_picture(torch.zeros(2, 3, 4, 5), Transform())


def test_boxes_follow_the_transform():
    image = np.zeros((300, 600, 3), np.uint8)
    image[90:210, 240:360] = 255
    transform = Transform(256, 227)
    x0, y0, x1, y1 = seen_box((240, 90, 360, 210), image.shape, transform)
    white = seen(image, transform)[:, :, 0] > 127
    assert white.sum() == white[y0:y1, x0:x1].size == white[y0:y1, x0:x1].sum()
    assert seen_box((0, 0, 600, 300), image.shape, transform) == (0, 0, 227, 227)


def test_a_very_long_picture_is_refused():
    with pytest.raises(ImageError, match="100000×1: too long and narrow"):
        to_input(np.zeros((1, 100_000, 3), np.uint8), Transform())


def test_another_size_sees_the_same_part():
    assert Transform(256, 224).at(112) == Transform(128, 112)
    assert Transform(64, 64).at(96) == Transform(96, 96)


@pytest.mark.parametrize(("wrong", "message"), [({"crop": 300}, "crop 300"), ({"filter": "cubic"}, "filter 'cubic'")])
def test_an_impossible_transform(wrong, message):
    with pytest.raises(ValueError, match=message):
        Transform(**wrong)
