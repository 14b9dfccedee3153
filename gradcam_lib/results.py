"""Measured numbers: each with its interval, the count behind it and the command that made it."""

from __future__ import annotations

import json
import os
from collections.abc import Hashable, Sequence
from pathlib import Path

import numpy as np

from gradcam_lib.paths import RESULTS

AT_ONCE = 2**22  # numbers drawn at once, 32 MB


def share(hits: Sequence[bool]) -> dict[str, float]:
    """Share of hits with Wilson's 95 % interval: {"value", "low", "high"} in 0 … 1."""
    from scipy.stats import binomtest  # takes more than a second to import, which most notebooks need not wait for

    k, n = int(sum(map(bool, hits))), len(hits)
    interval = binomtest(k, n).proportion_ci(0.95, method="wilson")
    return {"value": round(k / n, 4), "low": round(float(interval.low), 4), "high": round(float(interval.high), 4)}


def average(values: Sequence[float], *, seed: int = 0, draws: int = 2000) -> dict[str, float]:
    """Mean with its 95 % bootstrap interval: {"value", "low", "high"}; values: one per independent example."""
    # scipy.stats.bootstrap draws the same numbers (a test holds that), but it refuses a single value, and the name of
    # its argument for the seed changed with SciPy 1.15: these lines serve every version.
    array = np.asarray(values, float)
    rng, together = np.random.default_rng(seed), max(1, AT_ONCE // len(array))  # a part of the draws: they may be many
    parts = [min(together, draws - start) for start in range(0, draws, together)]
    means = np.concatenate([array[rng.integers(len(array), size=(part, len(array)))].mean(1) for part in parts])
    low, high = np.quantile(means, (0.025, 0.975))
    return {"value": round(float(array.mean()), 4), "low": round(float(low), 4), "high": round(float(high), 4)}


def average_by(values: Sequence[float], groups: Sequence[Hashable], *, seed: int = 0, draws: int = 2000) -> dict:
    """Mean of all values with its 95 % bootstrap interval where a group, not a value, is one independent draw.

    groups: of each value, such as the picture that a question is about.
    """
    _, group = np.unique(np.asarray(groups), return_inverse=True)
    sums, counts = np.bincount(group, np.asarray(values, float)), np.bincount(group)
    rng = np.random.default_rng(seed)
    picks = (rng.integers(len(sums), size=len(sums)) for _ in range(draws))  # one at a time: they may be many
    means = [sums[pick].sum() / counts[pick].sum() for pick in picks]
    low, high = np.quantile(means, (0.025, 0.975))
    value = sums.sum() / counts.sum()
    return {key: round(float(v), 4) for key, v in zip(("value", "low", "high"), (value, low, high), strict=True)}


def write_results(name: str, numbers: dict, *, command: str, n: int, folder: Path = RESULTS) -> Path:
    """data/results/NAME.json, written beside the old one and then put in its place.

    A number and its interval stand on one line, so that the file is short and a change shows what changed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path, beside = folder / f"{name}.json", folder / f".{name}.part"
    plain = json.loads(json.dumps({"command": command, "n": n, **numbers}))  # keys are text, tuples are lists
    beside.write_text(_in_lines(plain) + "\n", encoding="utf-8")
    os.replace(beside, path)
    return path


def _in_lines(value: object, indent: str = "") -> str:
    """JSON, each list or object that holds no other on one line."""
    named = isinstance(value, dict)
    parts = value.values() if named else value if isinstance(value, list) else ()
    if not any(isinstance(part, (dict, list)) for part in parts):
        return json.dumps(value, ensure_ascii=False)
    keys = [f"{json.dumps(key, ensure_ascii=False)}: " if named else "" for key in value]
    lines = [f"{indent} {key}{_in_lines(part, indent + ' ')}" for key, part in zip(keys, parts, strict=True)]
    left, right = "{}" if named else "[]"
    return "\n".join([left, ",\n".join(lines), f"{indent}{right}"])


def read_results(name: str, *, folder: Path = RESULTS) -> dict:
    """The numbers of data/results/NAME.json."""
    path = folder / f"{name}.json"
    if not path.is_file():
        there = ", ".join(sorted(p.stem for p in folder.glob("*.json"))) or "none"
        raise FileNotFoundError(f"{path}: not measured yet; there are: {there}")
    return json.loads(path.read_text(encoding="utf-8"))
