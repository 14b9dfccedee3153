"""What a skewed collection does to a network, over skews and seeds; and what a map does not show.   Notebook 09.

    python -m gradcam_lib.studies.bias

Every run draws its own training pictures; every network is measured on the same unseen ones. Intervals are over runs.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import multiprocessing
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from tqdm import tqdm

from gradcam_lib.bias.collection import BALANCED, CASES, HEADLINE, Skew, training_set
from gradcam_lib.bias.report import Report, evaluate, test_set
from gradcam_lib.bias.shortcuts import SHORTCUTS, planted
from gradcam_lib.bias.variants import unchanged
from gradcam_lib.paths import RESULTS
from gradcam_lib.results import average, write_results
from gradcam_lib.training import bias as recipe

PER_CLASS = 250
SKEWS = {
    "clinic": [Skew(s, s) for s in (0.5, 0.6, 0.7, 0.8, 0.9, 1.0)] + [HEADLINE],
    "tanks": [Skew(s, s) for s in (0.5, 1.0)],
}
PLANTED = 0.95  # share of the first class that has a planted shortcut, and of the second that has none

Numbers = dict[str, float]


@dataclass(frozen=True)
class Run:
    """One training. shortcut: planted on the training pictures; "" is none."""

    case: str
    skew: Skew
    seed: int
    shortcut: str = ""

    @property
    def name(self) -> str:
        skew = f"{100 * self.skew.first:g}/{100 * self.skew.second:g}"
        return f"{self.shortcut or skew}"


@dataclass(frozen=True)
class Sizes:
    """How many pictures: of a class to train on, of each group to test on, and of each group with edits."""

    per_class: int = PER_CLASS
    per_cell: int = 250
    edited: int = 50
    epochs: int = recipe.EPOCHS
    precision: str = "float32"


def runs_of(seeds: int) -> list[Run]:
    """Seed by seed, so that runs that share pictures follow each other."""
    found = []
    for seed in range(seeds):
        found += [Run(case, skew, seed) for case, skews in SKEWS.items() for skew in skews]
        found += [Run("clinic", BALANCED, seed, shortcut) for shortcut in SHORTCUTS]
    return found


def measure(run: Run, sizes: Sizes) -> Numbers:
    """Trains one network and measures it."""
    case = CASES[run.case]
    pictures = training_set(run.skew, per_class=sizes.per_class, seed=run.seed, case=case)
    if run.shortcut:
        pictures = planted(pictures, run.shortcut, share=PLANTED, seed=run.seed)
    clf = recipe.train(pictures, seed=run.seed, epochs=sizes.epochs, precision=sizes.precision)
    report = evaluate(clf, test_set(per_cell=sizes.per_cell, case=case, edits=False))
    if run.shortcut:
        return report.numbers() | _with_shortcut(clf, run.shortcut, report, sizes)
    return evaluate(clf, test_set(per_cell=sizes.edited, case=case)).numbers() | report.numbers()


def _with_shortcut(clf, shortcut: str, plain: Report, sizes: Sizes) -> Numbers:
    """Accuracy by class with and without the shortcut, and where maps lie on pictures like those it was trained on."""
    tests = test_set(per_cell=sizes.per_cell, edits=False)
    marked = evaluate(clf, tests.with_images(SHORTCUTS[shortcut]))
    first = plain.pictures.labels == 0
    numbers = {
        f"accuracy of {name}, {told}": float(report.right[mask].mean())
        for told, report in (("marked", marked), ("plain", plain))
        for name, mask in zip(plain.case.names, (first, ~first), strict=True)
    }
    numbers["flips by the mark"] = float((marked.predicted() != plain.predicted()).mean())
    numbers["accuracy on pictures like its own"] = float(np.where(first, marked.right, plain.right).mean())
    (view,) = plain.shares
    alike = np.where(first[:, None], marked.shares[view], plain.shares[view])
    for region, value in zip(plain.case.regions, np.nanmean(alike, 0), strict=True):
        numbers[f"share on {region} in pictures like its own"] = float(value)
    return numbers


def measured(run: Run, sizes: Sizes, folder: Path) -> Numbers:
    """``measure``, read back where an interrupted study had done this run with the same sizes, recipe and pictures."""
    torch.set_num_threads(1)
    path = folder / f"bias_{run.case}_{run.name.replace('/', '-').replace(' ', '_')}_{run.seed}_{_key(sizes)}.json"
    if not path.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(f"{path.name}.{os.getpid()}.part")
        beside.write_text(json.dumps(measure(run, sizes)), encoding="utf-8")
        os.replace(beside, path)
    return json.loads(path.read_text(encoding="utf-8"))


def _key(sizes: Sizes) -> str:
    """Changes with what a run depends on: sizes, recipe, first weights, and the look of the worlds."""
    constants = (recipe.FROZEN, recipe.BATCH, recipe.PEAK, recipe.HEAD_PEAK, recipe.WEIGHT_DECAY, PLANTED)
    key = hashlib.sha256(repr((sizes, constants)).encode())
    for tensor in unchanged(2).state_dict().values():
        key.update(tensor.numpy().tobytes())
    for case in CASES.values():
        key.update(training_set(BALANCED, per_class=4, case=case).images.tobytes())
    return key.hexdigest()[:10]


def study(runs: list[Run], sizes: Sizes, folder: Path, workers: int) -> dict[Run, Numbers]:
    """All runs, some at once."""
    if workers == 1:
        return {run: measured(run, sizes, folder) for run in tqdm(runs, desc="runs", disable=None)}
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        jobs = [pool.submit(measured, run, sizes, folder) for run in runs]
        return {run: job.result() for run, job in zip(runs, tqdm(jobs, desc="runs", disable=None), strict=True)}


def averages(found: list[Numbers]) -> dict[str, dict[str, float]]:
    """Each number's mean over runs with its 95 % interval; runs where it is undefined do not count."""
    columns = {name: [one[name] for one in found if np.isfinite(one[name])] for name in found[0]}
    return {name: average(values) for name, values in columns.items() if values}


def differences(found: dict[Run, Numbers], a: Callable[[Run], bool], b: Callable[[Run], bool]) -> dict:
    """Mean of a − b over seeds, run by run, of all numbers that both have."""
    pairs = [
        (found[x], found[y])
        for x in filter(a, found)
        for y in filter(b, found)
        if x.seed == y.seed
    ]  # fmt: skip
    names = [name for name in pairs[0][0] if name in pairs[0][1]]
    return averages([{name: x[name] - y[name] for name in names} for x, y in pairs])


def summary(found: dict[Run, Numbers]) -> dict:
    """By case and skew; the differences that the claims are about; the planted shortcuts."""
    told: dict = {}
    for case in SKEWS:
        told[case] = {name: averages(of) for name, of in _grouped(found, case, shortcut=False)}
        for name in list(told[case]):
            if name != "50/50":
                told[case][f"{name} minus 50/50"] = differences(
                    found, lambda r, case=case, name=name: (r.case, r.name) == (case, name), _even(case)
                )
    told["shortcuts"] = {name: averages(of) for name, of in _grouped(found, "clinic", shortcut=True)}
    for name in list(told["shortcuts"]):
        told["shortcuts"][f"{name} minus none"] = _against_clean(found, name)
    return told


def _even(case: str) -> Callable[[Run], bool]:
    return lambda run: (run.case, run.name) == (case, "50/50")


def _grouped(found: dict[Run, Numbers], case: str, *, shortcut: bool) -> Iterator[tuple[str, list[Numbers]]]:
    chosen = [run for run in found if run.case == case and bool(run.shortcut) == shortcut]
    for name in dict.fromkeys(run.name for run in chosen):
        yield name, [found[run] for run in chosen if run.name == name]


def _against_clean(found: dict[Run, Numbers], shortcut: str) -> dict:
    """What one would see by looking: maps on pictures of the planted kind beside a clean network's on clean ones."""
    end = " in pictures like its own"
    seen = {
        run: {name.removesuffix(end): v for name, v in numbers.items() if name.endswith(end)}
        if run.shortcut
        else numbers
        for run, numbers in found.items()
    }
    return differences(seen, lambda run: run.shortcut == shortcut, lambda run: _even("clinic")(run))


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m gradcam_lib.studies.bias", description=__doc__.split("\n")[0])
    parser.add_argument("--seeds", type=int, default=10, help="runs of each kind")
    parser.add_argument("--per-class", type=int, default=PER_CLASS, help="training pictures of a class")
    parser.add_argument("--per-cell", type=int, default=250, help="test pictures of each of the four groups")
    parser.add_argument("--edited", type=int, default=50, help="of which so many are edited")
    parser.add_argument("--epochs", type=int, default=recipe.EPOCHS)
    parser.add_argument("--precision", choices=recipe.PRECISIONS, default="float32")
    parser.add_argument("--workers", type=int, default=os.cpu_count(), help="runs at once, one processor core each")
    parser.add_argument("--runs", type=Path, default=Path("runs"), help="folder for what is done of a study")
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder for the measured numbers")
    args = parser.parse_args(argv)
    sizes = Sizes(args.per_class, args.per_cell, args.edited, args.epochs, args.precision)
    found = study(runs_of(args.seeds), sizes, args.runs, args.workers)
    command = f"python -m gradcam_lib.studies.bias --seeds {args.seeds} --precision {args.precision}"
    numbers = {"test_pictures": 4 * args.per_cell, "edited_pictures": 4 * args.edited, **summary(found)}
    print(write_results("bias", numbers, command=command, n=args.seeds, folder=args.results))
    for skew, of in numbers["clinic"].items():
        shown = ("accuracy", "share on hair and face", "share on clothes", "flips by hair and face")
        print(f"  {skew:22s}", *(f"{name} {of[name]['value']:.3f}" for name in shown))


if __name__ == "__main__":
    main()
