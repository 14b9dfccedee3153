"""Names for channels from outlines, and an explanation in words: the channels of the highest and lowest weights.

Names are found as in network dissection, see ``dissection.py``. The paper's textual explanation of a picture gives the
names of the five channels with the highest α and of the five with the lowest, here for the predicted class.

Controls: names found on half of the pictures are tried on the other half, beside the mean of all channels for the same
concept and beside outlines that are another picture's. And of the named channels among the five highest it is counted
how many are called after something in the picture, beside the five lowest and beside all; these names come from the
half to which the picture does not belong.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from gradcam_lib.datasets.examples import Annotated
from gradcam_lib.evaluate.dissection import ENOUGH, Name, Totals, in_words, names_of_halves, regions, shared, thresholds
from gradcam_lib.evaluate.experiment import (
    UNREADABLE,
    Experiment,
    Seen,
    Table,
    Whole,
    in_percent,
    interval,
    looked,
    spread,
    tuning,
    whole_pictures,
)
from gradcam_lib.evaluate.look import Look
from gradcam_lib.evaluate.run import Row, as_csv, write_whole

FIVE = 5
SAMPLE = 2000  # pictures, spread over all, that decide about the thresholds
AT_ONCE = 16
MASKS = ("own", "others")  # a picture's outlines, and those of the next picture of the batch
LIMITS = "thresholds.npy"


class Concepts(Experiment):
    name = "concepts"
    every = True

    def __init__(self, args, clf):
        if args.methods:
            raise ValueError(f"--methods {' '.join(args.methods)}: channels are named, not maps; leave them out")
        super().__init__(args, clf)

    def units(self, data: Annotated) -> list[Whole]:
        return whole_pictures(data.examples)

    def seen(self, one: Whole) -> Seen:
        found = one.seen(self.clf, self.side)
        if not found.outlined:
            raise ValueError("concepts need outlines, and this data has boxes at most; give COCO's masks or a world")
        return found

    def prepare(self, units: Sequence[Whole], folder: Path, device: torch.device) -> None:
        file = folder / LIMITS
        if not file.is_file():
            some = spread(units, SAMPLE)
            limits = thresholds(self._maps(some, device), len(some)).cpu().numpy()
            with (part := file.with_name(f".{LIMITS}.part")).open("wb") as opened:
                np.save(opened, limits)
            os.replace(part, file)
        self.limits = torch.from_numpy(np.load(file)).to(device)

    def _maps(self, units: Sequence[Whole], device: torch.device) -> Iterator[torch.Tensor]:
        problems: list[str] = []  # of single pictures, whose rows will name them, too
        for start in range(0, len(units), AT_ONCE):
            pictures = []
            for one in units[start : start + AT_ONCE]:
                try:
                    pictures.append(self.seen(one))
                except UNREADABLE as error:
                    problems.append(str(error))
            if pictures:
                yield looked(self, pictures, [], device).e.activation()
        if len(problems) == len(units):
            raise ValueError(f"none of {len(units)} pictures could be used; the first: {problems[0]}")

    def measure(self, look: Look, pictures: list[Seen]) -> list[Row]:
        said = look.e.predicted
        p, alpha = look.e.logits.float().softmax(1), look.e.weights(said.tolist())
        order = alpha.argsort(dim=1, descending=True, stable=True)
        return [
            {
                "things": "; ".join(one.things),
                "predicted": self.clf.names[said[i]],
                "p": round(float(p[i, said[i]]), 5),
                "highest": _as_text(order[i, :FIVE], alpha[i]),
                "lowest": _as_text(order[i, -FIVE:].flip(0), alpha[i]),
            }
            for i, one in enumerate(pictures)
        ]

    def sums(self, look: Look, pictures: list[Seen], rows: list[Row]) -> dict[str, Any]:
        """For either half and kind of masks: pixels of the channels, of the concepts, and those that both share."""
        found: dict[str, Any] = {f"{half} {kind}": [{}, {}, {}] for half in (0, 1) for kind in MASKS}
        for i, (A, half) in enumerate(zip(look.e.activation(), tuning(rows).tolist(), strict=True)):
            channels, where = regions(A, self.limits, self.side)
            areas = where.flatten(1).sum(1).tolist()
            for kind, other in zip(MASKS, (pictures[i], pictures[(i + 1) % len(pictures)]), strict=True):
                on, things, both = found[f"{int(half)} {kind}"]
                _count(on, channels, areas)
                masks = {name: one.mask for name, one in other.things.items()}
                for name, pixels in zip(masks, shared(where, list(masks.values())).tolist(), strict=True):
                    things[name] = things.get(name, 0) + int(masks[name].sum())
                    _count(both.setdefault(name, {}), channels, pixels)
        return found

    def add_up(self, sums: Iterator[dict[str, Any]]) -> None:
        self.totals = {(half, kind): Totals(len(self.limits)) for half in (0, 1) for kind in MASKS}
        for one in sums:
            for (half, kind), totals in self.totals.items():
                totals.add(*one[f"{half} {kind}"])

    def summary(self, rows: list[Row]) -> tuple[dict[str, Any], list[Table]]:
        own, others = ([self.totals[half, kind] for half in (0, 1)] for kind in MASKS)
        self.found = names_of_halves(own)
        numbers: dict[str, Any] = {
            "channels": len(self.limits),
            "named": len(self.found),
            "named_with_outlines_of_another_picture": len(others[0].plus(others[1]).names()),
            "names_that_hold": sum(name.holds for name in self.found.values()),
            "names_that_hold_with_outlines_of_another_picture": sum(n.holds for n in names_of_halves(others).values()),
            "other_half": self._tried(),
            "in_the_picture": self._in_the_picture(rows),
            "names": {str(k): [name.concept, round(name.iou, 4), name.holds] for k, name in self.found.items()},
        }
        return numbers, [_channels(numbers), _of_pictures(numbers["in_the_picture"]), _concepts(self.found)]

    def _tried(self) -> dict[str, float]:
        """Names of one half on the other, for both ways together; means over the channels that have a name."""
        halves = {half: self.totals[half, "own"] for half in (0, 1)}
        tried = [(k, name, half) for half, totals in halves.items() for k, name in totals.names().items()]
        best = {half: totals.best() for half, totals in halves.items()}
        there = [halves[1 - half].iou(name.concept) for _, name, half in tried]
        shuffled = [self.totals[1 - half, "others"].iou(name.concept)[k] for k, name, half in tried]
        own = [float(iou[k]) for iou, (k, _, _) in zip(there, tried, strict=True)]
        again = [best[1 - half][k].concept == name.concept for k, name, half in tried if best[1 - half]]
        return {
            "names": len(tried),
            "iou_where_found": _mean([name.iou for _, name, _ in tried]),
            "iou_on_the_other_half": _mean(own),
            "iou_of_all_channels": _mean([float(iou.mean()) for iou in there]),
            "iou_with_outlines_of_another_picture": _mean(shuffled),
            "enough_there": sum(iou >= ENOUGH for iou in own),
            "best_there": sum(again),
        }

    def _in_the_picture(self, rows: list[Row]) -> dict[str, Any]:
        """Of the named channels the share that is called after something in the picture."""
        names = {half: self.totals[half, "own"].names() for half in (0, 1)}
        counted: dict[str, list[float]] = {"highest": [], "lowest": [], "all": []}
        for row, half in zip(rows, tuning(rows).tolist(), strict=True):
            known, things = names[1 - int(half)], row["things"].split("; ")
            for which, shares in counted.items():
                channels = list(known) if which == "all" else [k for k, _ in _channels_of(row[which]) if k in known]
                shares.append(_mean([known[k].concept in things for k in channels]))
        found = {which: np.array(shares) for which, shares in counted.items()}
        numbers: dict[str, Any] = {which: interval(rows, shares) for which, shares in found.items()}
        return numbers | {f"{w}_minus_all": interval(rows, found[w] - found["all"]) for w in ("highest", "lowest")}

    def after(self, rows: list[Row], units: Sequence[Whole], folder: Path) -> list[Path]:
        """names.csv, and explanations.csv with the words for each picture."""
        named = [
            {"channel": k, "concept": name.concept, "iou": round(name.iou, 4), "holds": int(name.holds)}
            for k, name in self.found.items()
        ]
        words = [
            {"picture": row["picture"], "predicted": row["predicted"], "p": row["p"], "things": row["things"]}
            | {which: in_words(_channels_of(row[which]), self.found) for which in ("highest", "lowest")}
            for row in rows
        ]
        files = {folder / "names.csv": named, folder / "explanations.csv": words}
        for file, table in files.items():
            write_whole(file, as_csv(table))
        return list(files)


def _as_text(channels: torch.Tensor, alpha: torch.Tensor) -> str:
    return " ".join(f"{k}:{float(alpha[k]):.4g}" for k in channels.tolist())


def _channels_of(text: str) -> list[tuple[int, float]]:
    pairs = (one.split(":") for one in text.split())
    return [(int(k), float(alpha)) for k, alpha in pairs]


def _count(to: dict[int, int], channels: list[int], pixels: list[int]) -> None:
    for k, n in zip(channels, pixels, strict=True):
        if n:
            to[k] = to.get(k, 0) + n


def _mean(values: Sequence[float]) -> float:
    return round(float(np.mean(values)), 4) if len(values) else float("nan")


def _channels(numbers: dict[str, Any]) -> Table:
    tried = numbers["other_half"]
    rows = [
        ["channels", str(numbers["channels"])],
        ["with a name", str(numbers["named"])],
        ["with a name, outlines of another picture", str(numbers["named_with_outlines_of_another_picture"])],
        ["whose name holds on either half", str(numbers["names_that_hold"])],
        ["the same, outlines of another picture", str(numbers["names_that_hold_with_outlines_of_another_picture"])],
        ["names found on one half (both halves)", str(tried["names"])],
        ["of which enough on the other half", str(tried["enough_there"])],
        ["of which the best on the other half", str(tried["best_there"])],
        ["IoU where found", f"{tried['iou_where_found']:.3f}"],
        ["IoU on the other half", f"{tried['iou_on_the_other_half']:.3f}"],
        ["there, all channels", f"{tried['iou_of_all_channels']:.3f}"],
        ["there, outlines of another picture", f"{tried['iou_with_outlines_of_another_picture']:.3f}"],
    ]
    return Table(f"Names of channels (IoU ≥ {ENOUGH:g})", ["", "value"], rows)


def _of_pictures(found: dict[str, Any]) -> Table:
    rows = [
        [f"{which} α", in_percent(found[which]), in_percent(found[f"{which}_minus_all"])]
        for which in ("highest", "lowest")
    ]
    rows.append(["all channels", in_percent(found["all"]), "–"])
    return Table(
        "Named channels that are called after something in the picture",
        ["channels", "share, %", "less all, points"],
        rows,
    )


def _concepts(names: dict[int, Name]) -> Table:
    often = Counter(name.concept for name in names.values()).most_common(15)
    best = {concept: max(n.iou for n in names.values() if n.concept == concept) for concept, _ in often}
    return Table(
        "Most frequent names", ["concept", "channels", "largest IoU"], [[c, str(n), f"{best[c]:.3f}"] for c, n in often]
    )
