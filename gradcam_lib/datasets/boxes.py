"""Boxes of annotations: read from XML and CSV, and refused where they cannot be those of the picture."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from xml.etree import ElementTree

from gradcam_lib.measures.localize import Box

EDGES = ("xmin", "ymin", "xmax", "ymax")


def checked(boxes: Sequence[Sequence[float]], shape: tuple[int, ...], where: str) -> tuple[Box, ...]:
    """Boxes within a picture of ``shape`` (H, W, …), a pixel beyond its edge cut off. ValueError for any other."""
    height, width = shape[:2]
    if not boxes:
        raise ValueError(f"{where}: no box; leave the picture out, or annotate it")
    whole = []
    for box in boxes:
        try:
            x0, y0, x1, y1 = map(float, box)
        except (TypeError, ValueError):
            raise ValueError(f"{where}: box {box!r}: give four numbers, x0 y0 x1 y1") from None
        if not (x0 < x1 and y0 < y1):
            raise ValueError(f"{where}: box {tuple(box)} is empty or inverted; write x0 < x1 and y0 < y1")
        if min(x0, y0) < -1 or x1 > width + 1 or y1 > height + 1:
            raise ValueError(f"{where}: box {tuple(box)} leaves the picture of {width}×{height} pixels; is it another?")
        whole.append((max(x0, 0.0), max(y0, 0.0), min(x1, width), min(y1, height)))
    return tuple(whole)


def boxes_of_xml(note: Path) -> list[tuple[str, Box]]:
    """(thing, box) of each object of a VOC file, which ILSVRC uses, too; ``difficult`` ones as well."""
    try:
        objects = ElementTree.parse(note).getroot().iter("object")
        return [
            (one.findtext("name", ""), _exclusive(float(one.findtext(f"bndbox/{edge}", "nan")) for edge in EDGES))
            for one in objects
        ]
    except FileNotFoundError:
        raise ValueError(f"{note.name}: there is no such annotation") from None
    except (ElementTree.ParseError, ValueError) as error:
        raise ValueError(f"{note.name}: no XML that can be read ({error})") from error


def rows_of_csv(table: Path) -> dict[str, str]:
    """Of ``LOC_val_solution.csv``: a picture's name, and what ``boxes_of_words`` reads."""
    with table.open(newline="", encoding="utf-8") as file:
        try:
            return {row["ImageId"]: row["PredictionString"] or "" for row in csv.DictReader(file)}
        except (KeyError, csv.Error, UnicodeDecodeError) as error:
            raise ValueError(f"{table}: expected the columns ImageId and PredictionString ({error!r})") from error


def boxes_of_words(text: str, where: str) -> list[tuple[str, Box]]:
    """(thing, box) of "wnid x0 y0 x1 y1 wnid …"."""
    try:
        groups = zip(*[iter(text.split())] * 5, strict=True)
        return [(wnid, _exclusive(map(float, box))) for wnid, *box in groups]
    except ValueError:
        raise ValueError(f"{where}: {text!r} is no list of wnid x0 y0 x1 y1") from None


def _exclusive(edges: Iterable[float]) -> Box:
    x0, y0, x1, y1 = edges
    return x0, y0, x1 + 1, y1 + 1  # the last pixel belongs to the box
