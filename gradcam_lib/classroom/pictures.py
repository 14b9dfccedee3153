"""Pictures that may be shown in the two studies, and what of them is explained.

Two classes in one picture: drawn scenes, of which a network was asked about two kinds of things, or collages of two
sample photographs. One class and two networks: the sample photographs that both classify rightly. Or one's own.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import combinations
from pathlib import Path

import numpy as np
import torch

from gradcam_lib.datasets.picture_files import is_picture
from gradcam_lib.language.question_answering import QuestionSystem, load_vqa
from gradcam_lib.networks.classifier import Classifier
from gradcam_lib.pictures.images import load_image
from gradcam_lib.pictures.samples import collage, sample
from gradcam_lib.worlds import scenes
from gradcam_lib.worlds.corpus import FIRST
from gradcam_lib.worlds.words import article

SCENES = "world-vgg16"  # the network that knows the scenes
# The first 20 scenes of the test split with exactly two kinds of the things that are asked after there (people, trees
# and cups left out), each covering 1.5 % of the picture or more, of which the network says that they are there; no more
# than three scenes with the same two kinds. A test makes the list.
CHOSEN = {
    2: ("dog", "kite"), 12: ("bicycle", "umbrella"), 17: ("bicycle", "fire hydrant"), 23: ("bicycle", "cat"),
    26: ("bicycle", "fire hydrant"), 27: ("cat", "fire hydrant"), 33: ("dog", "kite"), 38: ("bicycle", "surfboard"),
    40: ("dog", "umbrella"), 41: ("cat", "dog"), 42: ("bicycle", "dog"), 45: ("bicycle", "umbrella"),
    50: ("cat", "dog"), 69: ("dog", "kite"), 71: ("orange", "pizza"), 73: ("bicycle", "dog"), 79: ("orange", "pizza"),
    82: ("kite", "umbrella"), 94: ("cat", "orange"), 96: ("orange", "pizza"),
}  # fmt: skip
# Sample photograph → what people call it, and the classes of ImageNet that are right; in a collage the first is meant.
SAMPLES = {
    "cat": ("cat", ("Egyptian cat", "tabby", "tiger cat")),
    "coffee": ("espresso", ("espresso",)),
    "motorcycle": ("motorcycle", ("moped", "motor scooter")),  # there is no class of motorcycles
    "camera": ("tripod", ("tripod",)),
    "rocket": ("rocket", ("missile", "projectile")),
    "grace_hopper": ("military uniform", ("military uniform",)),
}
WANTED = {1: "one class", 2: "two classes, such as 'espresso+tabby'"}  # number of classes → what to give
Image = Callable[[], np.ndarray]
Explained = Callable[[], tuple[Classifier, int]]
Own = str | os.PathLike | Iterable[Sequence]


@dataclass(frozen=True, eq=False)
class Stimulus:
    """A picture, its classes as people read them, and one explained score for each of the two options of a trial.

    image: () → (H, W, 3) uint8. explained: () → (network, number of the class), of its two classes, or of its one
    class in two networks.
    """

    name: str
    classes: tuple[str, ...]
    image: Image
    explained: tuple[Explained, Explained]


def drawn_scenes() -> list[Stimulus]:
    """Scenes with two kinds of things, and the network that answers questions about them."""
    return [
        Stimulus(f"scene {i}", kinds, partial(drawn, i), (partial(asked, kinds[0]), partial(asked, kinds[1])))
        for i, kinds in CHOSEN.items()
    ]


def drawn(i: int) -> np.ndarray:
    """Scene i of the test split, (128, 128, 3) uint8 or larger."""
    return scenes.render(scenes.sample(FIRST["test"] + i)).image


@lru_cache
def asked(kind: str) -> tuple[Classifier, int]:
    """The network with the question whether there is such a thing, and its answer "yes"."""
    clf = _answering().asked(f"Is there {article(kind)} {kind} in the picture?")
    return clf, clf.index("yes")


@lru_cache
def _answering() -> QuestionSystem:
    return load_vqa(SCENES)


def collages(clf: Classifier) -> list[Stimulus]:
    """Every pair of the photographs of SAMPLES side by side, which are 15."""
    found = []
    for left, right in combinations(SAMPLES, 2):
        words, meant = zip(*((word, classes[0]) for word, classes in (SAMPLES[left], SAMPLES[right])), strict=True)
        found.append(Stimulus(f"{left} + {right}", words, partial(_collage, left, right), _scores(clf, meant)))
    return found


def _collage(left: str, right: str) -> np.ndarray:
    return collage(sample(left), sample(right))


def of_two_classes(pictures: Own, clf: Classifier) -> list[Stimulus]:
    """One's own pictures of two classes each."""
    return [Stimulus(name, classes, image, _scores(clf, classes)) for name, image, classes in _own(pictures, 2)]


def photographs(clfs: Sequence[Classifier]) -> list[Stimulus]:
    """The sample photographs to which both networks give a right class first."""
    stimuli = (_if_right(name, word, partial(sample, name), right, clfs) for name, (word, right) in SAMPLES.items())
    return [one for one in stimuli if one]


def of_one_class(pictures: Own, clfs: Sequence[Classifier]) -> list[Stimulus]:
    """One's own pictures of one class each, to which both networks give that class first."""
    found = _own(pictures, 1)
    for clf in clfs:
        for _, _, (name,) in found:
            clf.index(name)  # an unknown class is a mistake, and no picture to be left out in silence
    stimuli = (_if_right(name, classes[0], image, classes, clfs) for name, image, classes in found)
    return [one for one in stimuli if one]


def _if_right(name: str, word: str, image: Image, right: Sequence[str], clfs: Sequence[Classifier]) -> Stimulus | None:
    """Each network explains the class that it gives."""
    said = [_said(clf, image()) for clf in clfs]
    if any(clf.names[i] not in right for clf, i in zip(clfs, said, strict=True)):
        return None
    scores = (partial(_score, clf, i) for clf, i in zip(clfs, said, strict=True))
    return Stimulus(name, (word,), image, tuple(scores))


@torch.inference_mode()
def _said(clf: Classifier, image: np.ndarray) -> int:
    return int(clf.model(clf.to_input(image)).argmax())


def _scores(clf: Classifier, classes: Sequence[str]) -> tuple[Explained, Explained]:
    return tuple(partial(_score, clf, clf.index(name)) for name in classes)


def _score(clf: Classifier, index: int) -> tuple[Classifier, int]:
    return clf, index


def _own(pictures: Own, count: int) -> list[tuple[str, Image, tuple[str, ...]]]:
    """(name, how it is read, its ``count`` classes) of each picture.

    pictures: a list of (file or array, class) or (file or array, class, class), or a folder of folders, which are
    named after the class, "espresso", or the two classes, "espresso+tabby".
    """
    if isinstance(pictures, (str, os.PathLike)):
        folder = Path(pictures).expanduser()
        if not folder.is_dir():
            raise NotADirectoryError(f"pictures={str(pictures)!r}: no such folder; there are 'scenes', 'photographs'")
        files = sorted(file for file in folder.glob("*/*") if is_picture(file))
        pictures = [(file, *map(str.strip, file.parent.name.split("+"))) for file in files]
        if not pictures:
            raise ValueError(f"{folder}: no picture in a folder within; name these after {WANTED[count]}")
    found = []
    for i, (source, *classes) in enumerate(pictures, 1):
        name = f"picture {i}" if isinstance(source, np.ndarray) else f"{Path(source).parent.name}/{Path(source).name}"
        if len(set(classes)) != count:
            raise ValueError(f"{name}: its classes are {classes}; give {WANTED[count]}")
        found.append((name, partial(load_image, source), tuple(classes)))
    if len({name for name, *_ in found}) < len(found):
        raise ValueError("two pictures have the same name in folders of the same name; rename one of them")
    return found
