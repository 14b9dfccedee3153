"""Worlds as data, with exact outlines: ``--data worlds:scenes``, ``worlds:clinic`` or ``worlds:tanks``.

``worlds:scenes:500`` are 500 pictures, without a number there are 200; the split decides about their seeds. Of
ImageNet's classes many are things of the scenes; the networks ``bias_biased`` and ``bias_balanced`` tell the clinic's
doctors from its nurses. No network that is shipped has a class for tanks: ``concepts`` works there all the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np

from gradcam_lib.datasets.annotated import annotated
from gradcam_lib.datasets.examples import Annotated, Example, Truth, classes_of
from gradcam_lib.networks.classifier import Classifier
from gradcam_lib.worlds import clinic, scenes, tanks
from gradcam_lib.worlds.corpus import FIRST
from gradcam_lib.worlds.rendering import Picture

SIGN = "worlds:"
WORLDS: dict[str, Any] = {"scenes": scenes, "clinic": clinic, "tanks": tanks}
USUAL = 200


def examples_of(data: str, clf: Classifier, split: str, *, every: bool = False) -> Annotated:
    """What ``--data`` names: a world, or else a folder or zip, see ``annotated``, whose errors are these.

    every: also things for which the network has no class, and of a world the parts of things.
    """
    return world(data, clf, split, every=every) if data.startswith(SIGN) else annotated(data, clf, split, every=every)


def world(data: str, clf: Classifier, split: str, *, every: bool = False) -> Annotated:
    """The things of a world's pictures, seen at least in part. ValueError: no such world, number or split."""
    name, _, given = data.removeprefix(SIGN).partition(":")
    number = given or str(USUAL)
    if name not in WORLDS or not number.isdecimal() or int(number) < 1:
        raise ValueError(f"--data {data}: write {SIGN}NAME or {SIGN}NAME:NUMBER, NAME one of {', '.join(WORLDS)}")
    if split not in FIRST:
        raise ValueError(f"--split {split}: of a world, choose one of {', '.join(FIRST)}")
    drawn = WORLDS[name]
    picture_of = lru_cache(1)(lambda seed: drawn.render(drawn.sample(seed)))  # its things come one after the other
    pairs: list[tuple[int, str]] = []
    kinds: dict[str, tuple[int, ...]] = {}
    for seed in range(FIRST[split], FIRST[split] + int(number)):
        for thing in dict.fromkeys(thing for thing, _, mask in _outlines(picture_of(seed), parts=every) if mask.any()):
            if kinds.setdefault(thing, classes_of(thing, clf)) or every:
                pairs.append((seed, thing))

    def truth(seed: int, thing: str) -> Truth:
        picture = picture_of(seed)
        found = [(id, mask) for one, id, mask in _outlines(picture, parts=every) if one == thing]
        boxes = tuple(dict.fromkeys(picture.boxes[id] for id, _ in found if id in picture.boxes))
        return Truth(picture.image, kinds[thing], boxes, np.logical_or.reduce([mask for _, mask in found]))

    if not pairs:
        raise ValueError(f"--data {data}: of its things the network has no class; its classes are "
                         f"{', '.join(clf.names[:5])} …")  # fmt: skip
    examples = [Example(str(seed), thing, lambda seed=seed, thing=thing: truth(seed, thing)) for seed, thing in pairs]
    return Annotated.of(f"the world of {name}", examples, data.encode(), tuple(filter(None, kinds.values())))


def _outlines(picture: Picture, *, parts: bool) -> Iterator[tuple[str, str, np.ndarray]]:
    """(name, id of the thing, mask) of each thing, and of each part of those that have several: "dog", "dog: ears"."""
    for id, mask in picture.masks.items():
        at_work = isinstance(picture.scene, clinic.Worker)  # a doctor's coat is a coat like a nurse's
        kind, owner = (picture.scene.role, id) if at_work else (picture.scene[id].kind,) * 2
        yield kind, id, mask
        named = [(part, at) for (one, part), at in picture.parts.items() if one == id and parts]
        for part, at in named if len(named) > 1 else ():
            yield f"{owner}: {part}", id, at
