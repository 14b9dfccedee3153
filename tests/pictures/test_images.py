"""Pictures in and out: every kind of file and array becomes RGB, every bad one an error in words."""

from __future__ import annotations

import io
import warnings

import cv2
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from PIL import Image, ImageFile
from support.bombs import png_header, text_bomb, zip_bomb

from gradcam_lib.pictures.images import (
    MOST_PIXELS,
    ImageError,
    PictureWarning,
    Transform,
    load_image,
    own_side,
    part_seen,
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


def test_a_file_for_another_program_is_none():
    """Pillow would hand Encapsulated PostScript to Ghostscript, whatever the file is called."""
    page = io.BytesIO()
    Image.new("RGB", (4, 4)).save(page, "EPS")
    with pytest.raises(ImageError, match="not a picture that can be read; give PNG"):
        load_image(page.getvalue())


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
    assert np.array_equal(load_image(values.astype(">u2")), expected)


def grey(levels: list[int]) -> np.ndarray:
    return np.repeat(np.array([levels], np.uint8)[..., None], 3, 2)


@pytest.mark.parametrize("dtype", [np.uint16, np.int16, np.int32, np.uint32, np.int64])
@pytest.mark.parametrize("values, bits", [([0, 16, 2048, 4095], 12), ([0, 1, 128, 255], 8)])
def test_a_picture_of_twelve_or_eight_bits_in_wider_numbers_is_not_black_and_says_so(dtype, values, bits):
    said = f"array of {np.dtype(dtype)}: values 0 … {values[-1]} read as {bits} bits, so that {values[-1]} is white"
    with pytest.warns(PictureWarning, match=said):
        assert np.array_equal(load_image(np.array([values], dtype)), grey([0, 1, 128, 255]))


def test_sixteen_bits_in_numbers_that_could_hold_more_are_said_to_be_sixteen():
    with pytest.warns(PictureWarning, match="values 0 … 65535 read as 16 bits"):
        assert np.array_equal(load_image(np.array([[0, 257, 32896, 65535]])), grey([0, 1, 128, 255]))


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_twelve_bits_in_a_file_of_sixteen(kind):
    values = np.array([[0, 16, 2048, 4095]], np.uint16)
    with pytest.warns(PictureWarning, match="the bytes given: values 0 … 4095 read as 12 bits"):
        assert np.array_equal(load_image(encode(Image.fromarray(values), kind)), grey([0, 1, 128, 255]))


@pytest.mark.parametrize("values, levels", [([0, 16, 2048, 4095], [0, 1, 128, 255]), ([0, 16, 48], [0, 1, 3])])
def test_a_file_that_says_how_many_bits_it_has_is_believed_without_a_word(values, levels):
    tiff = encode(Image.fromarray(np.array([values], np.uint16)), "TIFF", tiffinfo={281: 4095})
    pgm = f"P5 {len(values)} 1 4095\n".encode() + np.array(values, ">u2").tobytes()
    for source in (tiff, pgm):
        assert np.array_equal(load_image(source), grey(levels))


def test_a_file_that_says_too_few_bits_is_not():
    data = encode(Image.fromarray(np.array([[0, 65535]], np.uint16)), "TIFF", tiffinfo={281: 4095})
    assert np.array_equal(load_image(data), grey([0, 255]))


def test_a_black_picture_of_any_depth_is_black_without_a_word():
    for dtype in (np.uint8, np.uint16, np.int16, np.int64, np.float32):
        assert not load_image(np.zeros((2, 3), dtype)).any()


def test_negative_numbers_have_a_way_out_that_works():
    hounsfield = np.array([[-32768, -1000, 0, 32767]], np.int16)
    with pytest.raises(ImageError, match="values -32768 … 32767, some of them negative. Choose .* black") as caught:
        load_image(hounsfield)
    way_out = str(caught.value).split("highest: ")[1]
    assert np.array_equal(load_image(eval(way_out, {"array": hounsfield})), grey([0, 124, 128, 255]))


def colour_png(pixels: np.ndarray) -> bytes:
    """(H, W, 3) uint16 as a PNG of 16 bits a colour, which Pillow can read and not write."""
    return cv2.imencode(".png", pixels[..., ::-1])[1].tobytes()


def test_twelve_bits_in_a_colour_file_of_sixteen_are_an_error_whose_way_out_works(tmp_path):
    """Pillow keeps the upper 8 of 16 bits: all that is left of 12 bits is 0 … 15, as good as black."""
    pixels = np.array([[[0, 16, 4095], [2048, 4095, 0]]], np.uint16)
    path = tmp_path / "cells.png"
    path.write_bytes(colour_png(pixels))
    with pytest.raises(ImageError, match="cells.png: 16 bits a colour but no value above 4095") as caught:
        load_image(path)
    way_out = str(caught.value).split("Read it with ")[1].split(" and give")[0]
    with pytest.warns(PictureWarning, match="12 bits"):
        rgb = load_image(eval(way_out, {"cv2": cv2, "path": str(path)}))
    assert rgb.tolist() == [[[0, 1, 255], [128, 255, 0]]]
    assert load_image(colour_png(pixels * 16)).max() == 255


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


@pytest.mark.filterwarnings("ignore::gradcam_lib.pictures.depth.PictureWarning")
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


@pytest.mark.parametrize(("bomb", "words"), [(zip_bomb, "not a picture"), (text_bomb, "data too large")])
def test_what_unpacks_to_much_is_not_unpacked(bomb, words: str) -> None:
    with pytest.raises(ImageError, match=words):
        load_image(bomb())


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
        (np.zeros((8, 8), bool), "array of bool: give uint8"),
        (np.full((8, 8), 70_000), "array of int64: values 70000 … 70000, some of them more than 16 bits hold"),
        (np.arange(-2, 6, dtype=np.int16).reshape(2, 4), "array of int16: values -2 … 5, some of them negative"),
        (np.full((8, 8), 128.0), "values 128.0 … 128.0: give 0 … 1"),
        (np.full((8, 8), np.nan), "values nan"),
        (io.StringIO("text"), "opened as text; open it with mode 'rb'"),
        (Image.new("I", (4, 4), 70_000), "mode I: values 70000 … 70000, some of them more than 16 bits"),
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


CROPS = st.sampled_from(["middle", "whole", (3, 1, 9, 5)])


@pytest.mark.filterwarnings("ignore:of a picture of:gradcam_lib.pictures.depth.PictureWarning")
@settings(max_examples=60, deadline=None)
@given(st.integers(2, 60), st.integers(4, 60), st.integers(1, 40), st.integers(0, 20), CROPS)
def test_the_picture_is_exactly_what_the_network_sees(h, w, side, margin, crop):
    transform = Transform(side + margin, side)
    image = noise(h, w)
    x = to_input(image, transform, crop)
    assert x.shape == (1, 3, side, side)
    assert np.array_equal(to_picture(x, transform), seen(image, transform, crop))


def test_the_whole_picture_keeps_its_shape_and_has_margins_that_are_zero_to_the_network():
    white, transform = np.full((100, 200, 3), 255, np.uint8), Transform(256, 224)
    x = to_input(white, transform, "whole")
    assert not x[:, :, :56].any() and not x[:, :, 168:].any() and (x[:, :, 56:168] > 2).all()
    assert (seen(white, transform, "whole")[0, 0] == (124, 116, 104)).all()  # ImageNet's mean colour
    tall = to_input(white.transpose(1, 0, 2), transform, "whole")
    assert torch.equal(tall, x.transpose(2, 3))
    square = noise(224, 224)
    assert np.array_equal(seen(square, transform, "whole"), square)


def test_a_box_is_seen_to_its_edges():
    image = noise(60, 80)
    assert np.array_equal(seen(image, Transform(36, 32), (40, 10, 72, 42)), image[10:42, 40:72])
    # Made square around its middle, (56, 26), and moved into the picture where it would leave it.
    assert np.array_equal(seen(image, Transform(36, 32), (40, 20, 72, 32)), image[10:42, 40:72])
    assert np.array_equal(seen(image, Transform(36, 32), (40, 0, 72, 4)), image[0:32, 40:72])
    assert np.array_equal(seen(image, Transform(36, 32), (48.0, 28.0, 999.0, 999.0)), image[28:60, 48:80])


@pytest.mark.parametrize(
    ("crop", "message"),
    [
        ((5, 5, 5, 9), r"crop \(5, 5, 5, 9\): empty, .* 80×60; choose 0 ≤ x0 < x1 ≤ 80 and 0 ≤ y0 < y1 ≤ 60"),
        ((90, 0, 99, 9), "outside the picture"),
        ((0, -9, 9, 0), "outside the picture"),
        ((0, 0, float("nan"), 9), "four finite numbers"),
        ((0, 0, 9), "four finite numbers"),
        ("centre", "crop 'centre': choose 'middle', 'whole' or a box"),
    ],
)
def test_a_part_that_is_none(crop, message):
    for function in (seen, to_input):
        with pytest.raises(ValueError, match=message):
            function(noise(60, 80), Transform(), crop)
    with pytest.raises(ValueError, match=message):
        part_seen((60, 80), Transform(), crop)


@pytest.mark.parametrize(
    ("shape", "crop", "words"),
    [
        ((300, 451), "middle", "the middle square, 58 % of the picture's width and 88 % of its height"),
        ((300, 300), "whole", "the whole picture"),
        ((300, 451), "whole", "the whole picture, with margins above and below"),
        ((451, 300), "whole", "the whole picture, with margins left and right"),
        ((300, 600), (0, 0, 150, 90),
         "the square from (0, 0) to (150, 150), 25 % of the picture's width and 50 % of its height"),
    ],
)  # fmt: skip
def test_what_is_seen_in_words(shape, crop, words):
    assert part_seen(shape, Transform(256, 224), crop) == words


def test_a_network_that_cuts_nothing_off_a_square_sees_the_whole_picture():
    assert part_seen((90, 90), Transform(64, 64)) == "the whole picture"


def test_of_a_panorama_it_is_said_how_little_is_seen():
    panorama = noise(100, 800)
    said = (
        "of a picture of 800×100 the network sees the middle square, 11 % of the picture's width and 88 % of its height"
    )
    with pytest.warns(PictureWarning, match=said + "; for the rest choose crop='whole' or a box"):
        to_input(panorama, Transform(256, 224))
    for crop in ("whole", (0, 0, 100, 100)):  # the way out, and no warning
        assert to_input(panorama, Transform(256, 224), crop).shape == (1, 3, 224, 224)


@pytest.mark.parametrize("crop", ["middle", "whole", (30, 20, 130, 90)])
def test_a_part_can_be_shown_at_the_pictures_own_resolution(crop):
    image = noise(120, 200)
    side = own_side(image.shape, Transform(256, 224), crop)
    assert side == {"middle": 105, "whole": 200}.get(crop, 100)
    shown = seen(image, Transform(256, 224).at(side), crop)
    at = {"middle": image[8:113, 48:153], "whole": image}.get(crop, image[5:105, 30:130])
    middle = shown[40:160] if crop == "whole" else shown
    assert middle.shape == at.shape and (crop == "middle" or np.array_equal(middle, at))


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


@pytest.mark.parametrize("crop", ["middle", "whole", (200, 50, 400, 250)])
def test_boxes_follow_every_part(crop):
    image = np.zeros((300, 600, 3), np.uint8)
    image[90:210, 240:360] = 255
    transform = Transform(240, 200, mean=(0.0,) * 3)
    x0, y0, x1, y1 = seen_box((240, 90, 360, 210), image.shape, transform, crop)
    white = seen(image, transform, crop)[:, :, 0] > 127
    assert white.sum() == white[y0:y1, x0:x1].size == white[y0:y1, x0:x1].sum() > 0


def test_a_very_long_picture_is_refused():
    with pytest.raises(ImageError, match="100000×1: too long and narrow .* crop='whole'"):
        seen(np.zeros((1, 100_000, 3), np.uint8), Transform())
    assert seen(np.zeros((1, 100_000, 3), np.uint8), Transform(), "whole").shape == (224, 224, 3)


def test_another_size_sees_the_same_part():
    assert Transform(256, 224).at(112) == Transform(128, 112)
    assert Transform(64, 64).at(96) == Transform(96, 96)


@pytest.mark.parametrize("crop", ["middle", "whole"])
def test_a_network_for_grey_pictures_gets_them(crop):
    transform, image = Transform(8, 8, (0.5,), (0.25,)), noise(8, 8 if crop == "middle" else 16)
    x = to_input(image, transform, crop)
    assert x.shape == (1, 1, 8, 8)
    if crop == "middle":
        levels = np.asarray(Image.fromarray(image).convert("L"))
        assert torch.equal(x[0, 0], (torch.from_numpy(levels.copy()) / 255 - 0.5) / 0.25)
    else:
        assert not x[0, 0, :2].any()
    assert np.array_equal(to_picture(x, transform), seen(image, transform, crop))
    with pytest.raises(ValueError, match=r"\(3, 8, 8\): give one picture, \(1, H, W\) or \(1, 1, H, W\)"):
        to_picture(torch.zeros(3, 8, 8), transform)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"crop": 300}, "crop 300"),
        ({"filter": "cubic"}, "filter 'cubic'"),
        ({"mean": (0.5,)}, "three numbers each, or one for grey"),
        ({"mean": (0.5, 0.5), "std": (1, 1)}, "three numbers each, or one for grey"),
        ({"std": (0.2, 0, 0.2)}, "give means in 0 … 1 and std > 0"),
        ({"mean": (123.7, 116.3, 103.5)}, "give means in 0 … 1 and std > 0, of colours in 0 … 1"),
    ],
)
def test_an_impossible_transform(wrong, message):
    with pytest.raises(ValueError, match=message):
        Transform(**wrong)
