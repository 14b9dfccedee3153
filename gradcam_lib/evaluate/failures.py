"""The mistakes of which a network is surest, with a map for what it said and one for what is true.

For pictures of one's own, a folder for each class:  python3 start.py report FOLDER
The paper's analysis of failures asks of each mistake whether the map makes it understandable. The sheet shows the maps
for that; the judgement is the reader's.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from gradcam_lib.datasets.examples import Example
from gradcam_lib.equations import scale_by_max, upsample
from gradcam_lib.evaluate.experiment import Experiment, Seen, Table, column, in_percent, interval
from gradcam_lib.evaluate.look import Look
from gradcam_lib.evaluate.run import Row, write_whole
from gradcam_lib.evaluate.sheet import Mistake, sheet
from gradcam_lib.explanation import explain
from gradcam_lib.pictures.overlay import overlay, strength


class Failures(Experiment):
    name = "failures"
    located = False

    def __init__(self, args, clf):
        if args.methods:
            raise ValueError(f"--methods {' '.join(args.methods)}: the sheet shows Grad-CAM; leave them out")
        super().__init__(args, clf)
        self.most = args.most
        if self.most < 1:
            raise ValueError(f"--most {self.most}: give a whole number from 1")

    @classmethod
    def arguments(cls, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--most", type=int, default=24, help="mistakes on the sheet; default: %(default)s")

    def measure(self, look: Look, pictures: list[Seen]) -> list[Row]:
        p, said = look.e.logits.float().softmax(1).cpu(), look.e.predicted.tolist()
        return [
            {
                "class_predicted": said[i],
                "class_true": true,
                "predicted": self.clf.names[said[i]],
                "p_predicted": round(float(p[i, said[i]]), 5),
                "true": self.clf.names[true],
                "p_true": round(float(p[i, true]), 5),
                "wrong": int(said[i] not in one.classes),
            }
            for i, (true, one) in enumerate(zip(look.targets, pictures, strict=True))
        ]

    def summary(self, rows: list[Row]) -> tuple[dict[str, Any], list[Table]]:
        wrong = [row for row in rows if row["wrong"]]
        numbers: dict[str, Any] = {"error": interval(rows, column(rows, "wrong")), "mistakes": len(wrong)}
        numbers["sure_mistakes"] = sum(row["p_predicted"] > 0.9 for row in wrong)
        pairs = Counter((row["true"], row["predicted"]) for row in wrong).most_common(10)
        about = f"{len(wrong)} mistakes, an error of {in_percent(numbers['error'])} %; "
        about += f"{numbers['sure_mistakes']} of them with a probability above 0.9. The most frequent:"
        return numbers, [Table(about, ["true", "predicted", "how often"], [[*pair, str(n)] for pair, n in pairs])]

    def after(self, rows: list[Row], units: Sequence[Example], folder: Path) -> list[Path]:
        """failures.html: a page that needs no other file."""
        surest = sorted((row for row in rows if row["wrong"]), key=lambda row: -row["p_predicted"])[: self.most]
        if not surest:
            return []
        by_name = {(one.picture, one.thing): one for one in units}
        mistakes = [self._mistake(row, by_name[row["picture"], row["thing"]]) for row in surest]
        n = sum(row["wrong"] for row in rows)
        said = f"{n} of {len(rows)} pictures are recognised wrongly. These are the {len(surest)} surest mistakes of "
        write_whole(folder / "failures.html", sheet(mistakes, said + self.clf.source + "."))
        return [folder / "failures.html"]

    def _mistake(self, row: Row, example: Example) -> Mistake:
        one = self.seen(example)
        x = one.input(self.clf).to(next(self.clf.model.parameters()).device)
        maps = explain(self.clf, x, self.layers[-1]).maps([row["class_predicted"], row["class_true"]]).cpu()
        pictures = [overlay(one.picture, scale_by_max(upsample(L[None], self.side))[0]) for L in maps]
        labels = [
            f"{kind}: {row[kind]} ({row[f'p_{kind}']:.1%}); {strength(L)}"
            for kind, L in zip(("predicted", "true"), maps, strict=True)
        ]
        return Mistake(row["picture"], [one.picture, *pictures], ["the picture", *labels])
