"""The activations of all channels of a layer, frame by frame: of a picture, a video file or a camera.

    python -m gradcam_lib.feature_visualization.live SOURCE [--layer NAME] [--channels 0 1 2] --out grid.mp4

SOURCE: a file, or the number of a camera. A name in the manner of a picture (.png, .jpg, …) for --out gives one contact
sheet instead of a video.   Notebook 12.
"""

from __future__ import annotations

import argparse
import math
import mimetypes
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
import torch
from PIL import Image
from torch import Tensor
from tqdm import tqdm

from gradcam_lib.capture import Layer, capture, evaluating
from gradcam_lib.networks.classifier import Classifier
from gradcam_lib.networks.zoo import load_classifier
from gradcam_lib.pictures.crops import Crop
from gradcam_lib.pictures.images import ImageError, load_image
from gradcam_lib.pictures.overlay import colour

Film = str | Path | int | np.ndarray | Iterable[np.ndarray]
GAP = 1  # pixels between the tiles of a grid


class Live(NamedTuple):
    """picture: (S, S, 3) uint8, what the network sees of the frame; A: (K, h, w), the activations of the layer."""

    picture: np.ndarray
    A: Tensor


def frames(source: Film) -> Iterator[np.ndarray]:
    """RGB frames (H, W, 3) uint8, one at a time.

    source: the file of a picture (one frame) or of a video; the number of a camera, which has no end; one array
    (H, W, 3); or several, as an array (T, H, W, 3) or anything that gives them one by one.
    Errors: FileNotFoundError; ImageError for a file that is no picture and no video that OpenCV reads; OSError where
    no camera answers to the number. They come with the first frame.
    """
    if isinstance(source, int):
        yield from _read(cv2.VideoCapture(source), OSError(
            f"camera {source}: none answers; cameras are counted from 0, and another program may hold it. A file "
            "works as well"))  # fmt: skip
    elif isinstance(source, (str, Path)):
        path = Path(source).expanduser()
        if not path.is_file():
            raise FileNotFoundError(f"{path}: no such file; give a picture, a video, or the number of a camera")
        if (mimetypes.guess_type(path.name)[0] or "").startswith("image/"):
            yield load_image(path)
        else:
            yield from _read(cv2.VideoCapture(str(path)), ImageError(
                f"{path}: OpenCV finds no video in it; convert it to MP4 (mp4v, H.264) or AVI (MJPG)"))  # fmt: skip
    elif isinstance(source, np.ndarray) and source.ndim < 4:
        yield load_image(source)
    else:
        yield from map(load_image, source)


def _read(opened: cv2.VideoCapture, missing: Exception) -> Iterator[np.ndarray]:
    try:
        there, frame = opened.read()  # False, too, where nothing could be opened
        if not there:
            raise missing
        while there:
            yield cv2.cvtColor(frame, cv2.COLOR_BGR2RGB)
            there, frame = opened.read()
    finally:
        opened.release()


def live_activations(
    clf: Classifier, source: Film, layer: Layer | None = None, *, crop: Crop = "middle"
) -> Iterator[Live]:
    """Each frame with the activations of a layer, as they come: a camera goes on until the reader stops.

    layer: as for ``explain``; None: the one that is explained. crop: which part of a frame is seen.
    """
    layer = layer or clf.layer
    if layer is None:
        raise ValueError("this network has no layer of its own to show; give layer=, the name of one of its modules")
    for frame in frames(source):
        x = clf.to_input(frame, crop=crop)
        with evaluating(clf.model), torch.no_grad(), capture(clf.model, [layer]) as maps:
            clf.model(x)
        (A,) = maps.values()
        if A.dim() != 4:
            raise ValueError(f"layer {layer!r} gives {tuple(A.shape)}, not maps (1, K, h, w); choose a convolution")
        yield Live(clf.picture(x), A.detach()[0])


def channel_grid(
    A: Tensor, channels: Sequence[int] | None = None, *, most: float | None = None, tile: int = 28, columns: int = 0
) -> np.ndarray:
    """All channels as one picture, row by row: (H, W, 3) uint8. A: (K, h, w).

    Zero is dark grey, and all channels share one scale up to ``most`` (None: the largest value of A), so that they can
    be compared; negative values count as zero, larger ones as ``most``. tile: pixels of a channel's side, made larger
    without smoothing. columns: 0 for a grid about as wide as high.
    """
    chosen = A if channels is None else A[list(channels)]
    most = float(chosen.max()) if most is None else most
    heat = (chosen / most).clamp(0, 1).numpy() if most > 0 else np.zeros(chosen.shape, np.float32)
    columns = columns or math.ceil(math.sqrt(len(heat)))
    step = tile + GAP
    grid = np.full((math.ceil(len(heat) / columns) * step - GAP, columns * step - GAP, 3), 255, np.uint8)
    for i, one in enumerate(heat):
        large = Image.fromarray(colour(one)).resize((tile, tile), Image.Resampling.NEAREST)
        row, column = (step * k for k in divmod(i, columns))
        grid[row : row + tile, column : column + tile] = np.array(large)
    return grid


def beside(picture: np.ndarray, grid: np.ndarray) -> np.ndarray:
    """The frame, as high as the grid, at its left."""
    return np.hstack([np.array(Image.fromarray(picture).resize((len(grid), len(grid)))), grid])


def write_video(path: str | Path, pictures: Iterable[np.ndarray], *, fps: float = 8) -> Path:
    """Pictures (H, W, 3) uint8 of one size as a video that OpenCV reads everywhere: MPEG-4 in .mp4 or .avi.

    An odd last row or column is left out. Errors (ValueError): no picture, another ending, pictures of several sizes;
    OSError where OpenCV cannot write there.
    """
    path = Path(path)
    if path.suffix.lower() not in (".mp4", ".avi"):
        raise ValueError(f"{path}: write to a file that ends in .mp4 or .avi")
    first = next(pictures := iter(pictures), None)
    if first is None:
        raise ValueError(f"{path}: no picture to write")
    height, width = (edge // 2 * 2 for edge in first.shape[:2])
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"mp4v"), fps, (width, height))
    if not writer.isOpened():
        raise OSError(f"{path}: OpenCV cannot write there; does the folder exist?")
    try:
        for picture in chain([first], pictures):
            if picture.shape != first.shape:
                raise ValueError(f"{path}: a picture of {picture.shape[:2]} after one of {first.shape[:2]}")
            writer.write(cv2.cvtColor(picture[:height, :width], cv2.COLOR_RGB2BGR))
    finally:
        writer.release()
    return path


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m gradcam_lib.feature_visualization.live",
                                     description=__doc__.split("\n")[0])  # fmt: skip
    parser.add_argument("source", help="a picture, a video, or the number of a camera")
    parser.add_argument("--model", default="efficientnet_lite0")
    parser.add_argument("--layer", help="default: the layer that is explained")
    parser.add_argument("--channels", type=int, nargs="+", help="default: all")
    parser.add_argument("--most", type=float, help="the value that is brightest; default: the largest of the first")
    parser.add_argument("--frames", type=int, default=200, help="at most so many")
    parser.add_argument("--out", type=Path, required=True, help=".mp4 or .avi; .png, .jpg: the first frame alone")
    args = parser.parse_args(argv)
    try:
        print(_written(args))
    except (OSError, ValueError) as error:
        parser.exit(1, f"error: {error}\n")


def _written(args: argparse.Namespace) -> Path:
    source = int(args.source) if args.source.isdecimal() else args.source
    seen = live_activations(load_classifier(args.model), source, args.layer, crop="whole")
    first = next(seen)
    most = float(first.A.max()) if args.most is None else args.most
    drawn = (beside(one.picture, channel_grid(one.A, args.channels, most=most)) for one in chain([first], seen))
    if args.out.suffix.lower() in (".mp4", ".avi"):
        return write_video(args.out, tqdm(islice(drawn, args.frames), desc="frames", disable=None))
    Image.fromarray(next(drawn)).save(args.out)
    return args.out


if __name__ == "__main__":
    main()
