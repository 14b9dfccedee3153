"""What annotated pictures are, whatever the layout they come in."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from gradcam_lib.datasets.coco_classes import CLASSES, NAMESAKES
from gradcam_lib.measures.localize import Box
from gradcam_lib.networks.classifier import Classifier

IMAGENET = 1000


class Truth(NamedTuple):
    """image: (H, W, 3) uint8; classes: numbers of the network's classes, each of which is right; boxes: (x0, y0, x1,
    y1) in pixels of the picture, x1 and y1 exclusive; mask: (H, W) bool where there is one."""

    image: np.ndarray
    classes: tuple[int, ...]
    boxes: tuple[Box, ...]
    mask: np.ndarray | None = None


class Example(NamedTuple):
    """One kind of thing in one picture. truth: reads both; ValueError or OSError where that is not possible."""

    picture: str
    thing: str
    truth: Callable[[], Truth]


class Annotated(NamedTuple):
    """checksum: of the annotations, and of the pictures' names.

    kinds: the network's classes for each kind of thing that the data knows; empty where every class is a kind.
    """

    layout: str
    examples: list[Example]
    checksum: str
    kinds: tuple[tuple[int, ...], ...] = ()

    @classmethod
    def of(cls, layout: str, examples: list[Example], told: bytes, kinds: tuple[tuple[int, ...], ...]) -> Annotated:
        """told: what the annotations say."""
        digest = hashlib.sha256(told)
        for example in examples:
            digest.update(f"{example.picture}\0{example.thing}\n".encode())
        return cls(layout, examples, digest.hexdigest()[:16], kinds)


def classes_of(thing: str, clf: Classifier) -> tuple[int, ...]:
    """The numbers of the classes that are such a thing: ImageNet's for a category of COCO, or the class of its name."""
    if len(clf.names) == IMAGENET and thing in (*CLASSES, *NAMESAKES):
        return tuple(CLASSES.get(thing, ()))
    return (clf.names.index(thing),) if clf.names.count(thing) == 1 else ()
