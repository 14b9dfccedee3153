"""The command line: ``python -m gradcam_lib explain IMAGE [--target NAME]… [--model NAME] [--out FILE]``."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

import numpy as np
from PIL import Image

from gradcam_lib import explain, load_classifier, overlay, scale_by_max, upsample
from gradcam_lib.pictures.overlay import gradient_picture


def arguments(argv: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m gradcam_lib", description="Where does a network look, and why?")
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("explain", help="predictions of a picture, and a map for each class you name")
    one.add_argument("image", help="a picture: PNG, JPEG, WebP, …")
    one.add_argument("--target", action="append", default=[], metavar="NAME",
                     help="class name or number, again for each further class; default: the top three")  # fmt: skip
    one.add_argument("--model", default="auto", help="auto, squeezenet, photonet, or a torchvision CNN")
    one.add_argument("--layer", help="dotted name of a layer; default: the last rectified convolutional map")
    one.add_argument("--device", default="cpu", help="cpu, cuda, cuda:1, mps")
    one.add_argument("--out", type=Path, help="where the picture goes; default: IMAGE_gradcam.png in this folder")
    return parser.parse_args(argv)


def picture_of(image: str, args: argparse.Namespace) -> np.ndarray:
    """Prints the predictions; one row a target: picture, Grad-CAM, guided backprop, Guided Grad-CAM."""
    from gradcam_lib.pictures.figures import render_grid

    clf = load_classifier(args.model, device=args.device)
    x = clf.to_input(image)
    e = explain(clf, x, args.layer, pixels=True)
    print(f"model: {clf.source}\nlayer: {e.layers[0]}\npredictions:")
    for name, probability in e.top(5):
        print(f"  {probability:6.1%}  {name}")
    seen, rows, titles = clf.picture(x), [], []
    for target in args.target or [name for name, _ in e.top(3)]:
        index = clf.index(int(target) if target.isdecimal() else target)
        L = upsample(e.map(index), x.shape[2:])
        if note := e.note(index):
            print(f"{clf.names[index]}: {note}")
        row = [seen, overlay(seen, scale_by_max(L)[0])]
        try:
            guided = [e.pixel_gradient(index, rule="guided"), e.guided_grad_cam(index)]
            row += [gradient_picture(g[0]) for g in guided]
        except ValueError as error:
            print(f"{clf.names[index]}: no guided pictures; {error}", file=sys.stderr)
        rows.append(row)
        titles.append(
            [clf.names[index], f"Grad-CAM, maximum {float(L.max()):.2g}", "guided backprop", "Guided Grad-CAM"]
        )
    return render_grid(rows, [t[: len(r)] for t, r in zip(titles, rows, strict=True)])


def main(argv: list[str] | None = None) -> int:
    args = arguments(argv)
    out = args.out or Path(f"{Path(args.image).stem}_gradcam.png")
    if out.suffix.lower() not in (".png", ".jpg", ".jpeg", ".webp"):
        print(f"error: --out {out}: choose a name that ends in .png, .jpg or .webp", file=sys.stderr)
        return 2
    try:
        picture = picture_of(args.image, args)
        beside = out.with_name(f".{out.name}.part{out.suffix}")
        Image.fromarray(picture).save(beside)
        os.replace(beside, out)
    except (ValueError, TypeError, LookupError, OSError, RuntimeError) as error:
        message = error.args[0] if isinstance(error, KeyError) and error.args else error
        print(f"error: {message}", file=sys.stderr)
        return 1
    print(f"picture: {out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
