"""A shortcut planted in a collection of pictures: the cases, their skewed collections, and the shipped networks.

>>> from gradcam_lib.bias.collection import CLINIC, Skew, load_bias, training_set
>>> pictures = training_set(Skew(0.78, 0.93))     # doctors 78 % men, nurses 93 % women
>>> clf = load_bias("biased")                     # a Classifier that was trained on them

Notebook 09. ``training.bias`` trains, ``bias_report`` measures, ``bias_study`` does both many times.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from gradcam_lib.networks.pooled import load_pooled
from gradcam_lib.networks.weights import found
from gradcam_lib.networks.zoo import PHOTONET_TRANSFORM, Classifier
from gradcam_lib.worlds import clinic, tanks
from gradcam_lib.worlds.rendering import Picture
from gradcam_lib.worlds.scene import Scene

FIRST = {"train": 0, "val": 2**40, "test": 2**41}  # seeds of the splits never meet
MOST = 2**16  # pictures of one kind in a collection, so that the seeds of two kinds never meet either
COMMAND = "python -m gradcam_lib.training.bias"
FILES = {name: (f"bias_{name}.safetensors", COMMAND) for name in ("biased", "balanced")}


@dataclass(frozen=True)
class Skew:
    """How far a shortcut goes along with the classes, as shares in 0 … 1; 0.5 and 0.5 is no shortcut at all.

    first: of the first class, the share with the first kind (of the doctors, the men). second: of the second class, the
    share with the second kind (of the nurses, the women). The default is that of the original: the image search of
    Selvaraju et al. (2020, section 6.3).
    """

    first: float = 0.78
    second: float = 0.93

    def __post_init__(self):
        for name in ("first", "second"):
            share = getattr(self, name)
            if isinstance(share, bool) or not isinstance(share, (int, float)) or not 0 <= share <= 1:
                raise ValueError(f"{name}={share!r}: choose a share from 0 to 1; 0.78 is 78 %")


HEADLINE, BALANCED = Skew(), Skew(0.5, 0.5)


@dataclass(frozen=True, eq=False)
class Case:
    """Two classes, what truly tells them apart, and a shortcut that need not.

    names: of the classes; kinds: of the shortcut, the first one going along with the first class. draw(seed, name,
    kind) → a scene; render(scene) → its Picture. edits: what changes alone → scene ↦ the scene with the other one
    there, the shortcut's first. parts: region → names of parts in the Picture; the rest is "rest". touched: what an
    edit changes → the regions it is in.
    """

    title: str
    names: tuple[str, str]
    kinds: tuple[str, str]
    draw: Callable[[int, str, str], Any]
    render: Callable[[Any], Picture]
    edits: dict[str, Callable[[Any], Any]]
    parts: dict[str, tuple[str, ...]]
    touched: dict[str, tuple[str, ...]]

    @property
    def regions(self) -> tuple[str, ...]:
        """The names of the groups of parts, "rest" last."""
        return (*self.parts, "rest")

    def regions_of(self, picture: Picture) -> np.ndarray:
        """(H, W) uint8: the number of the region that owns each pixel."""
        owner = np.full(picture.image.shape[:2], len(self.parts), np.uint8)
        for number, names in enumerate(self.parts.values()):
            for (_, part), mask in picture.parts.items():
                if part in names:
                    owner[mask] = number
        return owner


def _other(allowed: Sequence[str], name: str) -> str:
    return allowed[1 - allowed.index(name)]


def _other_tank(scene: Scene) -> Scene:
    """Without its tank, or with the one that its seed draws."""
    has = any(thing.id == "tank" for thing in scene.things)
    return tanks.sample(scene.seed, tank=not has, cloudy=scene.weather == "cloudy")


CLINIC = Case(
    "clinic", ("doctor", "nurse"), ("man", "woman"),
    lambda seed, role, presents: clinic.sample(seed, role=role, presents=presents), clinic.render,
    {"hair and face": lambda q: clinic.with_hair(q, _other(clinic.PRESENTS, q.presents)),
     "clothes": lambda q: clinic.with_clothes(q, _other(clinic.ROLES, q.role))},
    {"face": ("face",), "hair": ("hair",), "coat or scrubs": ("coat", "scrubs", "cardigan", "sleeves", "shirt"),
     "stethoscope": ("stethoscope",), "clipboard": ("clipboard",)},
    {"hair and face": ("hair", "face"), "clothes": ("coat or scrubs", "stethoscope")},
)  # fmt: skip
TANKS = Case(
    "tanks", ("tank", "wood"), ("cloudy", "clear"),
    lambda seed, name, sky: tanks.sample(seed, tank=name == "tank", cloudy=sky == "cloudy"), tanks.render,
    {"sky": lambda t: tanks.with_sky(t, cloudy=t.weather == "clear"), "tank": _other_tank},
    {"sky": ("sky", "clouds"), "tank": ("hull", "turret", "gun", "tracks")},
    {"sky": ("sky",), "tank": ("tank",)},
)  # fmt: skip
CASES = {case.title: case for case in (CLINIC, TANKS)}


@dataclass(frozen=True, eq=False)
class Collection:
    """Pictures with a class and a kind each.

    images: (n, H, W, 3) uint8. labels, groups: (n,), numbers in ``names`` and in ``kinds``.
    """

    images: np.ndarray
    labels: np.ndarray
    groups: np.ndarray
    names: tuple[str, ...]
    kinds: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.labels)

    @cached_property
    def cells(self) -> dict[str, np.ndarray]:
        """ "doctor, woman" → (n,) bool, for every class with every kind, also those without a picture."""
        return {
            f"{name}, {kind}": (self.labels == label) & (self.groups == group)
            for label, name in enumerate(self.names)
            for group, kind in enumerate(self.kinds)
        }

    def with_images(self, images: np.ndarray) -> Collection:
        """The same labels with other pictures: tinted ones, say."""
        return dataclasses.replace(self, images=images)


def seeds_of(split: str, seed: int, label: int, kind: int, n: int) -> list[int]:
    """World seeds of the first n pictures of one class and kind in collection ``seed`` of a split."""
    if split not in FIRST:
        raise ValueError(f"split {split!r}: choose one of {', '.join(FIRST)}")
    if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)) or not 0 <= seed < 2**20:
        raise ValueError(f"seed {seed!r}: choose a whole number from 0 to {2**20 - 1}")
    if isinstance(n, bool) or not isinstance(n, (int, np.integer)) or not 0 <= n <= MOST:
        raise ValueError(f"{n!r} pictures of a kind: choose a whole number up to {MOST}")
    first = FIRST[split] + ((int(seed) * 2 + label) * 2 + kind) * MOST
    return list(range(first, first + int(n)))


def training_set(skew: Skew, *, per_class: int = 250, seed: int = 0, case: Case = CLINIC) -> Collection:
    """A collection of 2 · per_class pictures with this skew, and its two classes of one size.

    Shares are rounded to whole pictures. The same seed gives the same pictures as far as two skews can share them.
    """
    if isinstance(per_class, bool) or not isinstance(per_class, int) or per_class < 1:
        raise ValueError(f"per_class={per_class!r}: give one picture a class or more")
    first, second = round(skew.first * per_class), round(skew.second * per_class)
    counts = (first, per_class - first), (per_class - second, second)
    return collection(counts, seed=seed, case=case)


def collection(
    counts: Sequence[Sequence[int]], *, split: str = "train", seed: int = 0, case: Case = CLINIC
) -> Collection:  # fmt: skip
    """Pictures in any numbers: counts[label][kind] of each class and kind."""
    cells = [(label, kind) for label in (0, 1) for kind in (0, 1) for _ in range(counts[label][kind])]
    images = [
        _painted(case, one, label, kind)
        for label in (0, 1)
        for kind in (0, 1)
        for one in seeds_of(split, seed, label, kind, counts[label][kind])
    ]
    labels, groups = np.array(cells, np.int64).reshape(-1, 2).T
    return Collection(np.stack(images), labels, groups, case.names, case.kinds)


@lru_cache(maxsize=1200)  # 60 MB: the collections of one seed share most of their pictures
def _painted(case: Case, seed: int, label: int, kind: int) -> np.ndarray:
    image = case.render(case.draw(seed, case.names[label], case.kinds[kind])).image
    image.flags.writeable = False
    return image


def load_bias(name: str = "biased", *, weights: str | Path = "default") -> Classifier:
    """The doctor/nurse network that was trained on the skewed collection ("biased") or on the even one ("balanced").

    weights: "default" or a file. Errors: unknown name; FileNotFoundError with the command that trains it; WeightsWrong.
    """
    path, where = found(name, FILES, weights)
    model, about = load_pooled(path)
    source = f"PhotoNet's first three blocks, fine-tuned on {about['trained_on']}, weights {where}"
    return Classifier(model, about["names"], "features", source, PHOTONET_TRANSFORM)
