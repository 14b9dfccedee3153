"""What can be typed after ``explain`` and ``doctor``, read without importing torch.

Combinations that can never work end here, as usage errors with the exit status 2.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

FORMATS = {"png": (".png", ".jpg", ".jpeg", ".webp"), "npy": (".npy",), "csv": (".csv",), "json": (".json",)}
Crop = str | tuple[int, int, int, int]
STATUS = """exit status: 0 all is done; 1 something was refused or failed (the lines that begin with "error:" say what,
and the rest is done); 2 the command itself is wrong; 130 stopped with Ctrl-C (finished files stay)."""

DOCTOR_STATUS = """exit status: 0 nothing is wrong; 1 something is, or the picture or the network could not be read;
2 the command itself is wrong; 130 stopped with Ctrl-C."""


def arguments(argv: list[str] | None = None) -> argparse.Namespace:
    """Errors: SystemExit, as argparse raises it, for what cannot be understood and for options at odds."""
    program = os.environ.get("GRADCAM_COMMAND") or "python -m gradcam_lib"  # start.py says how it was called
    parser = argparse.ArgumentParser(prog=program, description="Where does a network look, and why?")
    commands = parser.add_subparsers(dest="command", required=True)
    explain = commands.add_parser(
        "explain", help="predictions for pictures, and a map for each class you name", epilog=STATUS
    )
    _add_pictures(explain)
    _add_network(explain)
    _add_output(explain)
    doctor = commands.add_parser(
        "doctor", help="what may be wrong with the maps of a network, checked with one picture", epilog=DOCTOR_STATUS
    )
    doctor.add_argument("pictures", nargs=1, type=Path, metavar="PICTURE", help="a file (PNG, JPEG, WebP, …)")
    doctor.add_argument("--target", metavar="NAME", help="class name or number; default: the likeliest")
    _add_part(doctor)
    _add_network(doctor)
    args = parser.parse_args(argv)
    chosen = commands.choices[args.command]
    if chosen is explain:
        _settle_format(args, explain)
    for option in ("checkpoint", "names"):
        if getattr(args, option) and args.model == "auto":
            chosen.error(f"--{option}: say which network it is for, such as --model resnet18")
    return args


def _add_pictures(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "pictures", nargs="+", type=Path, metavar="PICTURE", help="files (PNG, JPEG, WebP, …) and folders of them"
    )
    parser.add_argument(
        "--target", action="append", default=[], metavar="NAME",
        help="class name or number, again for each further class; default: the three likeliest of each picture",
    )  # fmt: skip
    _add_part(parser)


def _add_part(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--crop", type=crop, default="middle", metavar="PART",
        help="the part of the picture that the network sees: middle (the middle square, default), whole, or "
        "x0,y0,x1,y1 in pixels",
    )  # fmt: skip

    parser.add_argument(
        "--size", type=size, metavar="PIXELS",
        help="the side at which the network sees that part: the larger, the finer the maps; default: its own, such as "
        "224; 320 or 448 for a network that averages its last map",
    )  # fmt: skip


def _add_network(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--model", default="auto", metavar="NAME",
        help="auto (default: squeezenet where it can be had, else efficientnet_lite0), squeezenet, efficientnet_lite0, "
        "photonet, or a CNN of torchvision",
    )  # fmt: skip
    parser.add_argument(
        "--checkpoint", type=Path, metavar="FILE", help="weights of your own for --model (.pth or .safetensors)"
    )
    parser.add_argument(
        "--names", type=Path, metavar="FILE", help="class names of your own: a text file, one a line, or a JSON list"
    )
    parser.add_argument(
        "--layer", metavar="NAME", help="dotted name of a layer; default: the last rectified convolutional map"
    )
    parser.add_argument("--device", default="cpu", metavar="NAME", help="cpu (default), cuda, cuda:1, mps")


def _add_output(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--out", type=Path, metavar="PATH",
        help="a file, or a folder that exists; default: this folder, as PICTURE_gradcam.png or .npy for each picture, "
        "gradcam.csv or .json for all",
    )  # fmt: skip
    parser.add_argument(
        "--format", choices=list(FORMATS),
        help="png (default): the maps over the picture. npy: the maps alone, float32 of shape (targets, h, w), not "
        "scaled. csv, json: predictions, and for each target its rank, probability, score, the maximum of its map and "
        "why the map is empty, where it is",
    )  # fmt: skip
    parser.add_argument("--overwrite", action="store_true", help="replace files that are there already")


def crop(text: str) -> Crop:
    """ "middle", "whole" or four whole numbers."""
    if text in ("middle", "whole"):
        return text
    try:
        x0, y0, x1, y1 = map(int, text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r}: give middle, whole, or x0,y0,x1,y1 in pixels") from None
    if not (0 <= x0 < x1 and 0 <= y0 < y1):
        raise argparse.ArgumentTypeError(f"{text!r}: choose 0 <= x0 < x1 and 0 <= y0 < y1")
    return x0, y0, x1, y1


def size(text: str) -> int:
    """A whole number of pixels."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r}: give a whole number of pixels, such as 320")
    return int(text)


def _settle_format(args: argparse.Namespace, parser: argparse.ArgumentParser) -> None:
    """The ending of --out tells the format; ``args.format`` is set in any case."""
    suffix = "" if args.out is None or args.out.is_dir() else args.out.suffix.lower()
    told = next((name for name, endings in FORMATS.items() if suffix in endings), None)
    if suffix and (told is None or args.format not in (None, told)):
        endings = FORMATS[args.format] if args.format else sum(FORMATS.values(), ())
        parser.error(f"--out {args.out}: choose a name that ends in {', '.join(endings)}, or a folder that exists")
    args.format = args.format or told or "png"
