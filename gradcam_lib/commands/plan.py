"""What will be read and written, settled before the work: whatever can be refused is refused here, without torch."""

from __future__ import annotations

import argparse
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from gradcam_lib.datasets.class_names import class_names
from gradcam_lib.datasets.picture_files import OURS, is_picture

TABLES = ("csv", "json")


@dataclass(frozen=True)
class Plan:
    """pictures: the files in their order. outs: where each one's result goes; for a table, one file for all; the
    doctor writes none.

    names: class names of the caller's own, or None.
    """

    pictures: list[Path]
    outs: list[Path]
    names: list[str] | None


class Refused(ValueError):
    """What cannot be done, all of it: ``args`` holds one line for each problem. Nothing has been read or written."""


def plan(args: argparse.Namespace) -> Plan:
    """args: from ``arguments``. Errors: Refused."""
    problems: list[str] = []
    pictures = list(dict.fromkeys(_found(args.pictures, problems)))
    if args.checkpoint and not args.checkpoint.expanduser().is_file():
        problems.append(f"--checkpoint {args.checkpoint}: no such file")
    names = _names(args.names.expanduser(), problems) if args.names else None
    if args.command == "doctor" and len(pictures) > 1:
        problems.append(f"{args.pictures[0]}: {len(pictures)} pictures; name one of them")
    outs: list[Path] = []
    if args.command == "explain" and pictures:
        outs = _outs(args, pictures, problems)
        problems += _unusable(outs, pictures, args.overwrite)
    if problems:
        raise Refused(*problems)
    return Plan(pictures, outs, names)


def _found(given: Sequence[Path], problems: list[str]) -> Iterator[Path]:
    """The pictures meant: files as they are, folders by what lies in them, without what was drawn here before."""
    for path in (path.expanduser() for path in given):
        if path.is_dir():
            inside = [file for file in sorted(path.iterdir()) if is_picture(file)]
            if not inside:
                problems.append(f"{path}: no pictures in this folder (folders within it are not searched)")
            yield from inside
        elif not path.is_file():
            problems.append(f"{path}: no such file or folder")
        elif not os.access(path, os.R_OK):
            problems.append(f"{path}: cannot be read; check its permissions")
        else:
            yield path


def _names(path: Path, problems: list[str]) -> list[str] | None:
    try:
        return class_names(path)
    except OSError as error:
        problems.append(f"--names {path}: {error.strerror}")
    except ValueError as error:  # no UTF-8, no JSON, no names
        problems.append(
            f"--names {path}: {error}; give UTF-8 text, one name a line without empty lines, or a JSON list"
        )
    return None


def _outs(args: argparse.Namespace, pictures: list[Path], problems: list[str]) -> list[Path]:
    """A file for each picture, or the one that was named; [] where there is no place for them."""
    out = Path(".") if args.out is None else args.out.expanduser()
    single = args.format in TABLES or len(pictures) == 1
    if out.is_dir():
        names = [f"gradcam.{args.format}"] if args.format in TABLES else _distinct(pictures, args.format)
        return [out / name for name in names]
    if not single and out.suffix:
        problems.append(f"--out {out}: one file for {len(pictures)} pictures; name a folder that exists")
    elif not out.suffix or str(args.out).endswith(os.sep):
        problems.append(f"--out {out}: no such folder; make it first (mkdir {out}), or name a file")
    elif not out.parent.is_dir():
        problems.append(f"--out {out}: no such folder as {out.parent}; make it first (mkdir {out.parent})")
    else:
        return [out]
    return []


def _distinct(pictures: list[Path], suffix: str) -> list[str]:
    """cat.jpg → cat_gradcam.png; pictures/cat_jpg_gradcam.png … where two of them would have the same name."""
    stems = Counter(path.stem.casefold() for path in pictures)
    stem = {path: path.stem for path in pictures}
    for path in pictures:
        if stems[path.stem.casefold()] > 1:
            stem[path] = "_".join([path.resolve().parent.name, path.stem, path.suffix[1:]]).strip("_")
    return [f"{stem[path]}{OURS}.{suffix}" for path in pictures]


def _unusable(outs: list[Path], pictures: list[Path], overwrite: bool) -> Iterator[str]:
    sources, often = {path.resolve() for path in pictures}, Counter(outs)
    for out in dict.fromkeys(outs):
        if out.resolve() in sources:
            yield f"{out}: this is one of the pictures to be explained; choose another --out"
        elif often[out] > 1:
            yield f"{out}: {often[out]} pictures would be written here; explain them one after the other"
        elif out.is_dir():
            yield f"{out}: this is a folder; choose another --out"
        elif out.exists() and not overwrite:
            yield f"{out}: there already; add --overwrite to replace it, or choose another --out"
    for folder in {out.parent for out in outs}:
        if not os.access(folder, os.W_OK):
            yield f"{folder}: nothing can be written into this folder; choose another --out"
