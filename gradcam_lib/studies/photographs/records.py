"""One record a picture: a picture is one draw, however many words or questions it has.

Values are averaged within a picture first; intervals are then those of a mean over pictures.
"""

from __future__ import annotations

import json
import os
from collections import defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from gradcam_lib.results import average

Record = dict[str, dict[str, float]]  # method → measure → value, of one picture
Means = dict[str, dict[str, list[float]]]


def new_means() -> Means:
    return defaultdict(lambda: defaultdict(list))


def averaged(means: Means) -> Record:
    """One value a picture; a map that is empty or flat has no correlation and is left out of it."""
    found: Record = {}
    for method, by in means.items():
        for measure, values in by.items():
            finite = [v for v in values if np.isfinite(v)]
            if finite:
                found.setdefault(method, {})[measure] = float(np.mean(finite))
    return found


def gathered(records: Iterable[Record]) -> Means:
    means = new_means()
    for record in records:
        for method, by in record.items():
            for measure, value in by.items():
                means[method][measure].append(value)
    return means


def summary(records: Iterable[Record]) -> dict[str, dict[str, dict[str, float]]]:
    """Method → measure → mean over the pictures that have it, with its 95 % interval and their number.

    Of a density the median too: a few small things of which a map lies inside altogether make its mean.
    """
    return {
        method: {measure: _over_pictures(measure, values) for measure, values in sorted(by.items())}
        for method, by in gathered(records).items()
    }


def _over_pictures(measure: str, values: list[float]) -> dict[str, float]:
    found = average(values) | {"pictures": len(values)}
    return found | ({"median": round(float(np.median(values)), 4)} if measure.startswith("density") else {})


def resumable(path: Path, n: int, study: Callable[[int], Any]) -> list:
    """Records 0 … n − 1, one a line of a file; those that an interrupted run left there are not made again."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    whole = [line for line in path.read_bytes().splitlines(keepends=True) if line.endswith(b"\n")]
    os.truncate(path, sum(map(len, whole)))  # the last line may have been cut off
    with path.open("a", encoding="utf-8") as file:
        for i in tqdm(range(len(whole), n), initial=len(whole), total=n, desc=path.stem, disable=None):
            file.write(json.dumps(study(i)) + "\n")
            file.flush()
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()][:n]
