"""What every experiment has in common: pictures as the network sees them, and the numbers made of its rows."""

from __future__ import annotations

import argparse
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from gradcam_lib.datasets.examples import Annotated, Example, Truth
from gradcam_lib.evaluate.look import Look
from gradcam_lib.evaluate.methods import Chosen, chosen, has_cam
from gradcam_lib.evaluate.run import Row
from gradcam_lib.explanation import explain
from gradcam_lib.measures.localize import Box, mask_of_box, stretched_mask
from gradcam_lib.networks.classifier import Classifier
from gradcam_lib.pictures.images import FILTERS
from gradcam_lib.results import average

BASE, MIDDLE = "grad_cam", "centre"  # what the other methods are compared with, where these are among them
UNREADABLE = (OSError, ValueError)  # of one picture: taken down, and the run goes on


@dataclass(frozen=True, eq=False)
class Seen:
    """A picture stretched to the network's square, and what is true of it there.

    picture: (S, S, 3) uint8; boxes in its pixels; mask: (S, S) bool, that of the boxes where there is no outline.
    things: of a whole picture, each of them with its name.
    """

    picture: np.ndarray
    classes: tuple[int, ...]
    boxes: tuple[Box, ...]
    mask: np.ndarray
    outlined: bool
    things: dict[str, Seen] = field(default_factory=dict)

    def input(self, clf: Classifier) -> Tensor:
        side = len(self.picture)
        return clf.to_input(self.picture, crop=(0, 0, side, side), size=side)


def seen(truth: Truth, clf: Classifier, side: int, *, located: bool = True) -> Seen:
    """Stretched, so that nothing is cut off: the original code of Grad-CAM resized its pictures in this way, too."""
    height, width = truth.image.shape[:2]
    picture = np.array(Image.fromarray(truth.image).resize((side, side), FILTERS[clf.transform.filter]))
    sx, sy = side / width, side / height
    boxes = tuple((x0 * sx, y0 * sy, x1 * sx, y1 * sy) for x0, y0, x1, y1 in truth.boxes)
    mask = _mask(boxes, side) if truth.mask is None else stretched_mask(truth.mask, side)
    if located and not truth.boxes and truth.mask is None:
        raise ValueError("nobody has said where the thing is; this experiment needs boxes or outlines")
    if located and not mask.any():
        raise ValueError(f"the thing is smaller than a pixel at {side}×{side}; give a larger --size")
    return Seen(picture, truth.classes, boxes, mask, truth.mask is not None)


class Whole(NamedTuple):
    """A picture with everything in it; ``things`` are its examples."""

    picture: str
    thing: str
    things: list[Example]

    def seen(self, clf: Classifier, side: int) -> Seen:
        each = {one.thing: seen(one.truth(), clf, side, located=False) for one in self.things}
        parts = list(each.values())
        return Seen(
            parts[0].picture,
            tuple(sorted({c for one in parts for c in one.classes})),
            tuple(box for one in parts for box in one.boxes),
            np.logical_or.reduce([one.mask for one in parts]),
            all(one.outlined for one in parts),
            each,
        )


def whole_pictures(examples: Sequence[Example]) -> list[Whole]:
    by_name: dict[str, list[Example]] = {}
    for one in examples:
        by_name.setdefault(one.picture, []).append(one)
    return [Whole(name, "", things) for name, things in by_name.items()]


def _mask(boxes: Sequence[Box], side: int) -> np.ndarray:
    return np.logical_or.reduce([mask_of_box(box, (side, side)) for box in boxes] or [np.zeros((side, side), bool)])


class Table(NamedTuple):
    """A table of a summary, for Markdown; note: sentences beneath it."""

    title: str
    columns: list[str]
    rows: list[list[str]]
    note: str = ""


class Experiment:
    """One experiment; subclasses say what is measured of a picture, and what becomes of all rows."""

    name = ""
    methods: tuple[str, ...] = (BASE,)
    pixels = False  # whether a graph down to the pixels is needed, whatever the methods
    located = True  # whether the data must say where things are
    cam = False  # whether CAM is one of the methods where the network has it
    every = False  # whether things count for which the network has no class

    def __init__(self, args: argparse.Namespace, clf: Classifier):
        self.clf = clf
        self.side = clf.transform.crop if args.size is None else clf.transform.at(args.size).crop
        layer = args.layer or clf.layer
        if layer is None:
            raise ValueError("this network has no layer of its own that can be explained; name one with --layer")
        self.chosen: list[Chosen] = chosen(args.methods or self.default_methods())
        named = dict.fromkeys(clf.layer if c.method.own else c.layer for c in self.chosen)
        # The last is that of all methods which name none.
        self.layers = [*(one for one in named if one not in (None, layer)), layer]
        self.graph = self.pixels or any(c.method.pixels for c in self.chosen)

    @classmethod
    def arguments(cls, parser: argparse.ArgumentParser) -> None:
        """Options of this experiment alone."""

    def default_methods(self) -> tuple[str, ...]:
        return (*self.methods, "cam") if self.cam and has_cam(self.clf) else self.methods

    def bases(self, name: str) -> list[str]:
        """With which others a method is compared, picture by picture."""
        return [base for base in (BASE, MIDDLE) if base != name and base in {c.name for c in self.chosen}]

    def options(self) -> dict[str, Any]:
        """What else decides about the numbers, for the record of the run."""
        return {}

    def units(self, data: Annotated) -> list[Any]:
        """What has a row each: a thing in a picture; ``picture`` and ``thing`` name it."""
        return data.examples

    def seen(self, one: Any) -> Seen:
        """A unit as the network sees it. ValueError or OSError where it cannot be used."""
        return seen(one.truth(), self.clf, self.side, located=self.located)

    def prepare(self, units: Sequence[Any], folder: Path, device: torch.device) -> None:
        """What must be known of all pictures before the first is measured; kept in the folder of the results."""

    def measure(self, look: Look, pictures: list[Seen]) -> list[Row]:
        """One row for each picture of a batch."""
        raise NotImplementedError

    def sums(self, look: Look, pictures: list[Seen], rows: list[Row]) -> dict[str, Any]:
        """What of a batch is added up over all batches, beside its rows; kept with them."""
        return {}

    def add_up(self, sums: Iterator[dict[str, Any]]) -> None:
        """The sums of all batches, one after the other, before the summary."""

    def summary(self, rows: list[Row]) -> tuple[dict[str, Any], list[Table]]:
        raise NotImplementedError

    def after(self, rows: list[Row], units: Sequence[Any], folder: Path) -> list[Path]:
        """Further files for the folder of the results, made once all rows are there."""
        return []


def spread(units: Sequence[Any], limit: int | None) -> list[Any]:
    """So many of them at even distances, because data is often sorted by class; all where there are no more."""
    n = len(units)
    return [units[k * n // limit] for k in range(limit)] if limit and limit < n else list(units)


def looked(experiment: Experiment, pictures: list[Seen], names: list[str], device: torch.device) -> Look:
    """One pass of a batch. The target is the likeliest of the classes that are right, or else of all."""
    x = torch.cat([one.input(experiment.clf) for one in pictures]).to(device)
    e = explain(experiment.clf, x, experiment.layers, pixels=experiment.graph)
    likeliest = zip(e.predicted.tolist(), pictures, e.logits, strict=True)
    targets = [max(one.classes, key=lambda c: float(z[c])) if one.classes else said for said, one, z in likeliest]
    return Look(experiment.clf, x, e, targets, names)


def column(rows: Sequence[Row], name: str) -> np.ndarray:
    """The numbers of a column; NaN where a row has none."""
    return np.array([float("nan") if row.get(name) in (None, "") else float(row[name]) for row in rows])


def tuning(rows: Sequence[Row]) -> np.ndarray:
    """Which rows belong to the half on which thresholds are chosen: by the picture's name, so always the same."""
    return np.array([zlib.crc32(str(row["picture"]).encode()) % 2 == 0 for row in rows], bool)


def by_picture(rows: Sequence[Row], values: np.ndarray) -> np.ndarray:
    """One mean for each picture, a picture with several things being one draw; NaN is left out."""
    means: dict[str, list[float]] = {}
    for row, value in zip(rows, values, strict=True):
        if np.isfinite(value):
            means.setdefault(row["picture"], []).append(float(value))
    return np.array([np.mean(found) for found in means.values()])


def mean(rows: Sequence[Row], values: np.ndarray) -> float:
    return float(by_picture(rows, values).mean())


def interval(rows: Sequence[Row], values: np.ndarray) -> dict[str, float]:
    """{"value", "low", "high", "pictures"}: mean over pictures with its 95 % bootstrap interval."""
    means = by_picture(rows, values)
    return average(means) | {"pictures": len(means)} if len(means) else {"pictures": 0}


def in_percent(found: dict[str, float]) -> str:
    return _told(found, 100, 1)


def plain(found: dict[str, float]) -> str:
    return _told(found, 1, 3)


def _told(found: dict[str, float], times: float, digits: int) -> str:
    if "value" not in found:
        return "–"
    value, low, high = (f"{times * found[key]:.{digits}f}".replace("-", "−") for key in ("value", "low", "high"))
    return f"{value} ({low} … {high})"
