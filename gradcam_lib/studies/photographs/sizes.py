"""Which input size a system's maps need: chosen on the training pictures, scored on the validation pictures.

The rule, stated before anything was measured: of the sizes in ``truth.sizes_of``, the one at which the maximum of
Grad-CAM lies inside the mask most often, as a mean over the training pictures; of two as good, the smaller.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch import nn

from gradcam_lib.datasets.coco import Picture
from gradcam_lib.datasets.coco_part import CocoPart
from gradcam_lib.networks.weights import checksum_of
from gradcam_lib.studies.photographs.records import Record, resumable, summary
from gradcam_lib.studies.photographs.truth import GEOMETRIES, Seen, seen_in, sizes_of

KEPT = ("inside", "pointing_game", "density")  # of the training pictures, for which all the rest is not of interest


@dataclass(frozen=True)
class Subject:
    """What is scored. study: (what is seen, picture, its captions, size, fine) → what is stored of a picture.

    name: of the files of a run; own: the system's own size; record: what is stored → the picture's values.
    """

    name: str
    model: nn.Module
    own: int
    pictures: Callable[[CocoPart], list[Picture]]
    study: Callable[[Seen, Picture, list[str], int, bool], Any]
    record: Callable[[Any], Record] = lambda stored: stored


@dataclass(frozen=True)
class Data:
    """The two parts of COCO, how many pictures of each at most, and the folder for what is done of a run."""

    train: CocoPart
    val: CocoPart
    most: int | None
    runs: Path


def stored(subject: Subject, part: CocoPart, data: Data, size: int, geometry: str, fine: bool) -> list[Any]:
    """What ``study`` made of each picture; what an interrupted run left in ``runs`` is not made again."""
    pictures = subject.pictures(part)[: data.most]
    about = hashlib.sha256("".join(p.file_name for p in pictures).encode()).hexdigest()[:6]
    told = f"{subject.name}_{checksum_of(subject.model)}_{part.name}_{about}_{size}_{geometry}{'_fine' if fine else ''}"

    def one(i: int) -> Any:
        p = pictures[i]
        return subject.study(seen_in(part, p, geometry), p, part.captions.get(p.id, []), size, fine)

    return resumable(data.runs / f"photo_truth_{told}.jsonl", len(pictures), one)


def measured(subject: Subject, data: Data) -> tuple[dict[str, Any], list[Any]]:
    """(All numbers of a subject, what is stored of the validation pictures at the size chosen)."""
    squashed, middle = GEOMETRIES

    def numbers(part: CocoPart, size: int, geometry: str = squashed) -> dict[str, Any]:
        return summary(map(subject.record, stored(subject, part, data, size, geometry, False)))

    training = {size: numbers(data.train, size) for size in sizes_of(subject.own)}
    chosen = max(training, key=lambda size: (training[size]["grad_cam"]["inside"]["value"], -size))
    fine = {size: stored(subject, data.val, data, size, squashed, True) for size in (subject.own, chosen)}
    return {
        "own_size": subject.own,
        "chosen_size": chosen,
        "training": {str(size): _shortened(found) for size, found in training.items()},
        "training_middle_square": _shortened(numbers(data.train, chosen, middle)),
        "own": _told(summary(map(subject.record, fine[subject.own]))),
        "chosen": _told(summary(map(subject.record, fine[chosen]))),
    }, fine[chosen]


def _told(numbers: dict[str, Any]) -> dict[str, Any]:
    """Energy and empty maps of all alone, not of every group."""
    return {m: {k: v for k, v in by.items() if not k.startswith(("energy_", "empty_"))} for m, by in numbers.items()}


def _shortened(numbers: dict[str, Any]) -> dict[str, Any]:
    some = {
        m: {k: v for k, v in by.items() if k in KEPT}
        for m, by in numbers.items()
        if m != "random" and not m.endswith("less_the_middle")
    }
    return {method: by for method, by in some.items() if by}
