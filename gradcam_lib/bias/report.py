"""What a classifier of two classes has learnt: accuracy by group, where its maps lie, and what flips its answer.

>>> from gradcam_lib.bias.report import evaluate, test_set
>>> report = evaluate(load_bias("biased"), test_set(per_cell=50))
>>> report.cells()["doctor, woman"], report.flips()["hair and face"]

Looking is one of three measures. The other two need no map: groups, and edits of one thing alone.   Notebook 09.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch

from gradcam_lib.bias.collection import CLINIC, Case, Collection, seeds_of
from gradcam_lib.equations import upsample
from gradcam_lib.explanation import explain
from gradcam_lib.networks.zoo import Classifier
from gradcam_lib.results import average, share

DRAWN = "as drawn"  # the view that is no edit
BATCH = 50


@dataclass(frozen=True, eq=False)
class TestSet:
    """Balanced pictures with the truth about them, and the same ones with one thing changed.

    views: "as drawn" and the names of the case's edits → Collection. regions: the same → (n, H, W) uint8, the number of
    the region in ``case.regions`` that owns each pixel.
    """

    __test__ = False  # no test of pytest's
    case: Case
    views: dict[str, Collection]
    regions: dict[str, np.ndarray]

    @property
    def pictures(self) -> Collection:
        return self.views[DRAWN]

    def with_images(self, change: Callable[[np.ndarray], np.ndarray]) -> TestSet:
        """The same set seen through ``change``, (n, H, W, 3) → (n, H, W, 3): tinted, say."""
        views = {name: view.with_images(change(view.images)) for name, view in self.views.items()}
        return TestSet(self.case, views, self.regions)


@lru_cache(maxsize=4)
def test_set(
    *, per_cell: int = 250, split: str = "test", seed: int = 0, case: Case = CLINIC, edits: bool = True
) -> TestSet:
    """``per_cell`` unseen pictures of every class with every kind, each with its edits unless ``edits`` is False."""
    if isinstance(per_cell, bool) or not isinstance(per_cell, int) or per_cell < 1:
        raise ValueError(f"per_cell={per_cell!r}: a group without a picture has no accuracy; give one or more")
    cells = [(label, kind) for label in (0, 1) for kind in (0, 1)]
    scenes = [
        case.draw(one, case.names[label], case.kinds[kind])
        for label, kind in cells
        for one in seeds_of(split, seed, label, kind, per_cell)
    ]
    labels, groups = np.repeat(cells, per_cell, 0).T
    views, regions = {}, {}
    for name, edit in {DRAWN: lambda scene: scene, **(case.edits if edits else {})}.items():
        pictures = [case.render(edit(scene)) for scene in scenes]
        images = np.stack([picture.image for picture in pictures])
        views[name] = Collection(images, labels, groups, case.names, case.kinds)
        regions[name] = np.stack([case.regions_of(picture) for picture in pictures])
    return TestSet(case, views, regions)


test_set.__test__ = False


@dataclass(frozen=True, eq=False)
class Report:
    """What was measured, picture by picture; the methods sum it up.

    logits: view → (n, 2). shares: view → (n, regions), the share of the predicted class's Grad-CAM in each region; NaN
    for an empty map. areas: the same of the picture. peaks: view → (n,), the region of the map's highest place.
    """

    case: Case
    pictures: Collection
    logits: dict[str, np.ndarray]
    shares: dict[str, np.ndarray]
    areas: dict[str, np.ndarray]
    peaks: dict[str, np.ndarray]

    def predicted(self, view: str = DRAWN) -> np.ndarray:
        return self.logits[view].argmax(1)

    @property
    def right(self) -> np.ndarray:
        """(n,) bool."""
        return self.predicted() == self.pictures.labels

    def accuracy(self) -> dict[str, float]:
        """{"value", "low", "high"}, Wilson's 95 % interval over pictures, as of all shares here."""
        return share(self.right)

    def cells(self) -> dict[str, dict[str, float]]:
        """Accuracy of every class with every kind: {"doctor, woman": {"value", …}, …}."""
        return by_cell(self.right, self.pictures)

    def share_on(self, *regions: str, view: str = DRAWN) -> dict[str, float]:
        """Share of the map on some regions together, mean over pictures with a bootstrap interval."""
        return average(self._on(self.shares, regions, view))

    def density_on(self, *regions: str, view: str = DRAWN) -> float:
        """Mean share of the map over mean share of the picture: 1 is what a map without preference has."""
        area = float(self._on(self.areas, regions, view).mean())
        return float(self._on(self.shares, regions, view).mean()) / area if area else float("nan")

    def moved(self, edit: str) -> dict[str, float]:
        """By how much the share of each region changes when one thing is edited."""
        change = np.nanmean(self.shares[edit] - self.shares[DRAWN], 0)
        return {region: float(value) for region, value in zip(self.case.regions, change, strict=True)}

    def flipped(self, edit: str) -> np.ndarray:
        """(n,) bool: whose predicted class an edit changes."""
        return self.predicted(edit) != self.predicted()

    def flips(self) -> dict[str, dict[str, float]]:
        """How often each edit changes the predicted class."""
        return {edit: share(self.flipped(edit)) for edit in self.case.edits if edit in self.logits}

    def peaks_on(self, edit: str) -> np.ndarray:
        """(n,) bool: whose map is highest on what this edit changes."""
        numbers = [self.case.regions.index(region) for region in self.case.touched[edit]]
        return np.isin(self.peaks[DRAWN], numbers) & np.isfinite(self.shares[DRAWN][:, 0])

    def empty(self) -> float:
        """Share of the pictures whose map is empty."""
        return float(np.isnan(self.shares[DRAWN][:, 0]).mean())

    def numbers(self) -> dict[str, float]:
        """Everything as one flat dict of names and floats, to be averaged over runs."""
        flat = {"accuracy": self.accuracy()["value"]}
        flat |= {f"accuracy of {cell}": value["value"] for cell, value in self.cells().items()}
        for region in self.case.regions:
            flat[f"share on {region}"] = self.share_on(region)["value"]
            flat[f"density on {region}"] = self.density_on(region)
        for edit, regions in self.case.touched.items():
            flat[f"share on {edit}"] = self.share_on(*regions)["value"]
            flat[f"peaks on {edit}"] = float(self.peaks_on(edit).mean())
        for edit, value in self.flips().items():
            flat[f"flips by {edit}"] = value["value"]
            flat[f"flips by {edit} where it peaks"] = _mean(self.flipped(edit)[self.peaks_on(edit)])
            flat |= {f"share on {region} moved by {edit}": v for region, v in self.moved(edit).items()}
        return flat | {"empty maps": self.empty()}

    def _on(self, values: dict[str, np.ndarray], regions: tuple[str, ...], view: str) -> np.ndarray:
        for region in regions:
            if region not in self.case.regions:
                raise ValueError(f"region {region!r}: choose from {', '.join(map(repr, self.case.regions))}")
        summed = values[view][:, [self.case.regions.index(region) for region in regions]].sum(1)
        return summed[np.isfinite(self.shares[view][:, 0])]


def _mean(values: np.ndarray) -> float:
    return float(values.mean()) if values.size else float("nan")


def by_cell(right: np.ndarray, pictures: Collection) -> dict[str, dict[str, float]]:
    """Share of right answers in every cell. Errors: ValueError for a cell without a picture."""
    for name, mask in pictures.cells.items():
        if not mask.any():
            raise ValueError(f"no picture of {name!r}: an empty group has no accuracy; add some")
    return {name: share(right[mask]) for name, mask in pictures.cells.items()}


def evaluate(clf: Classifier, tests: TestSet) -> Report:
    """Classifies and explains every view of every picture. Errors: another network's classes; an empty group."""
    if list(clf.names) != list(tests.case.names):
        raise ValueError(f"the network's classes are {list(clf.names)[:4]}, the test's {list(tests.case.names)}")
    views = {name: _looked(clf, view.images, tests.regions[name]) for name, view in tests.views.items()}
    logits, heats, peaks = ({name: found[i] for name, found in views.items()} for i in range(3))
    many = len(tests.case.regions)
    shares = {name: shares_of(heat, tests.regions[name], many) for name, heat in heats.items()}
    areas = {name: shares_of(np.ones_like(heats[name]), owner, many) for name, owner in tests.regions.items()}
    return Report(tests.case, tests.pictures, logits, shares, areas, peaks)


def _looked(clf: Classifier, images: np.ndarray, owner: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Logits (n, C), maps of the predicted classes (n, H, W), and the region of each map's highest place (n,)."""
    logits, heats = [], []
    for i in range(0, len(images), BATCH):
        e = explain(clf, torch.cat([clf.to_input(image) for image in images[i : i + BATCH]]))
        logits.append(e.logits.float().numpy())
        heats.append(upsample(e.map(), images.shape[1:3]).numpy())
    heat = np.concatenate(heats)
    peaks = owner.reshape(len(owner), -1)[np.arange(len(owner)), heat.reshape(len(heat), -1).argmax(1)]
    return np.concatenate(logits), heat, peaks


def shares_of(heat: np.ndarray, owner: np.ndarray, regions: int) -> np.ndarray:
    """Share of each map in each region, which add up to one.

    heat: (n, H, W) ≥ 0; owner: (n, H, W), numbers below ``regions`` → (n, regions); NaN for an empty map.
    """
    n = len(heat)
    number = owner.reshape(n, -1) + regions * np.arange(n)[:, None]
    sums = np.bincount(number.ravel(), heat.reshape(-1).astype(float), minlength=n * regions).reshape(n, regions)
    total = sums.sum(1, keepdims=True)
    return np.divide(sums, total, out=np.full_like(sums, np.nan), where=total > 0)
