"""What the sentences of the ledger rest on: measured numbers, tests, and assertions of notebooks.

A path such as "photonet > pointing_game" names a number: the file, then the keys. In a sentence it
stands in braces, and ``filled`` puts the number in its place:

    {photonet > pointing_game}                         a share: 81.5 % (79.7 … 83.1)
    {… |short}                                         the same without its interval: 81.5 %
    {… |x} and {… |x3}                                 a plain number with two or three decimals: 0.33 (0.32 … 0.34)
    {… |points}                                        a difference of shares: −4.0 points (−4.9 … −3.1)
    {… |millions}                                      a count: 1.4 M
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from gradcam_lib.paths import NOTEBOOKS, RESULTS, ROOT

PLACEHOLDER = re.compile(r"\{([^{}|]+)(?:\|(\w+))?\}")


@dataclass(frozen=True)
class Number:
    """A measured value with its interval; low and high are None where none was measured."""

    value: float
    low: float | None = None
    high: float | None = None

    def above(self, other: Number | float) -> bool:
        """Whether the whole interval lies above the other one, or above a plain number."""
        return self._end("low") > _number(other)._end("high")

    def below(self, other: Number | float) -> bool:
        return self._end("high") < _number(other)._end("low")

    def apart(self, other: Number | float) -> bool:
        """Told apart: the two intervals do not overlap."""
        return self.above(other) or self.below(other)

    def leans_above(self, other: Number | float) -> bool:
        """The value is larger, but the two are not told apart."""
        return self.value > _number(other).value and not self.apart(other)

    def leans_below(self, other: Number | float) -> bool:
        return self.value < _number(other).value and not self.apart(other)

    def _end(self, name: str) -> float:
        end = getattr(self, name)
        if end is None:
            raise ValueError(f"{self}: no interval was measured, so it cannot be told apart from anything")
        return end


def _number(other: Number | float) -> Number:
    return other if isinstance(other, Number) else Number(other, other, other)


class Results:
    """All JSON files of a folder. ``read`` remembers which of them were asked for a number."""

    def __init__(self, folder: Path = RESULTS) -> None:
        self.folder = folder
        self.files = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))}
        self.read: set[str] = set()

    def at(self, path: str) -> object:
        """What stands at a path: a dictionary, a number or a text."""
        name, *keys = path.strip().split(" > ")
        if name not in self.files:
            raise LookupError(f"{path!r}: there is no {name}.json in {self.folder}; there are: {', '.join(self.files)}")
        found = self.files[name]
        for key in keys:
            if not isinstance(found, dict) or key not in found:
                there = ", ".join(found) if isinstance(found, dict) else repr(found)
                raise LookupError(f"{path!r}: {name}.json has no {key!r} there, only: {there}")
            found = found[key]
        self.read.add(name)
        return found

    def __call__(self, path: str) -> Number:
        found = self.at(path)
        if isinstance(found, dict) and {"value", "low", "high"} <= found.keys():
            return Number(found["value"], found["low"], found["high"])
        if isinstance(found, dict) and {"forwards", "quartiles"} <= found.keys():
            return Number(found["forwards"], *found["quartiles"])
        if isinstance(found, (int, float)):
            return Number(found)
        raise LookupError(f"{path!r}: no number, but {found!r:.80}")


def filled(text: str, results: Results) -> str:
    """The text with every placeholder replaced by what was measured."""
    return PLACEHOLDER.sub(lambda match: rendered(match[1], match[2] or "", results), text)


def rendered(path: str, form: str, results: Results) -> str:
    found = results.at(path)
    if isinstance(found, str):
        return found
    number = results(path)
    if form == "millions":
        return f"{number.value / 1e6:.1f} M"
    if isinstance(found, int) and not form:
        return f"{found:,}"
    if form == "points":
        return _spelt(number, 1, 100, " points")
    if form.startswith("x"):
        return _spelt(number, int(form[1:] or 2), 1, "")
    if form not in ("", "short"):
        raise ValueError(f"{{{path}|{form}}}: unknown form; there are short, x, x3, points and millions")
    if not 0 <= number.value <= 1:
        raise ValueError(f"{{{path}}} is {number.value}, which is no share; write {{…|x}} or {{…|points}}")
    return _spelt(number if form == "" else Number(number.value), 1, 100, " %")


def _spelt(number: Number, decimals: int, factor: float, unit: str) -> str:
    ends = [end for end in (number.value, number.low, number.high) if end is not None]
    value, *interval = (f"{round(factor * end, decimals) + 0.0:.{decimals}f}".replace("-", "−") for end in ends)
    return f"{value}{unit} ({' … '.join(interval)})" if interval else f"{value}{unit}"


def has_test(test: str) -> bool:
    """Whether a test function exists: "tests/test_cam.py::test_cam_by_hand"."""
    file, _, function = test.partition("::")
    return (ROOT / file).is_file() and function in _functions(ROOT / file)


@cache
def _functions(path: Path) -> frozenset[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))


def asserts(notebook: str, condition: str) -> bool:
    """Whether an assert of a notebook demands the condition, alone or as one of several joined by ``and``."""
    path = NOTEBOOKS / f"{notebook}.ipynb"
    return path.is_file() and ast.unparse(ast.parse(condition, mode="eval")) in _asserted(path)


@cache
def _asserted(path: Path) -> frozenset[str]:
    found: set[str] = set()
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] != "code":
            continue
        python = "".join(line for line in cell["source"] if not line.startswith(("%", "!")))
        for node in ast.walk(ast.parse(python)):
            if isinstance(node, ast.Assert):
                joined = isinstance(node.test, ast.BoolOp) and isinstance(node.test.op, ast.And)
                found.update(ast.unparse(part) for part in [node.test, *(node.test.values if joined else [])])
    return frozenset(found)


Check = Callable[[Results], bool]
