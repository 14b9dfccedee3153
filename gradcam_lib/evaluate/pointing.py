"""The pointing game and its relatives: does the map's maximum lie on the thing, and how much of the map does?

hit: the maximum lies on the thing, or within 15 pixels of a picture of 500 (Zhang et al. 2016); inside: on the thing
itself; energy: the share of the map that lies on the thing (Wang et al. 2020), beside the share of the picture that the
thing takes up; inside_outside: the map's mean on the thing over its mean elsewhere, the paper's measure of dense
captions.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from gradcam_lib.evaluate.experiment import BASE, Experiment, Seen, Table, column, in_percent, interval, plain
from gradcam_lib.evaluate.look import Look
from gradcam_lib.evaluate.run import Row
from gradcam_lib.measures.localize import energy_share, inside_outside, pointing_hit

TOLERANCE = 15 / 500  # of the picture's side
LARGEST = 100.0  # a ratio beyond it counts as this: a map may lie on the thing altogether
MEASURES = ("hit", "inside", "energy", "inside_outside")


class Pointing(Experiment):
    name = "pointing"
    methods = (BASE, "c_mwp", "guided_backprop", "guided_grad_cam", "saliency", "centre", "random")

    def measure(self, look: Look, pictures: list[Seen]) -> list[Row]:
        rows: list[Row] = [{"share": round(float(one.mask.mean()), 5)} for one in pictures]
        for method in self.chosen:
            # evidence against the class is no energy; without a ReLU there is some
            for row, one, heat in zip(rows, pictures, method.heats(look).clip(0), strict=True):
                ratio = inside_outside(heat, one.mask)
                found = (
                    int(pointing_hit(heat, one.mask, TOLERANCE * self.side)),
                    int(pointing_hit(heat, one.mask)),
                    round(energy_share(heat, one.mask), 5),
                    1.0 if np.isnan(ratio) else round(min(ratio, LARGEST), 4),
                )
                row |= {f"{method.name}|{m}": value for m, value in zip(MEASURES, found, strict=True)}
        return rows

    def summary(self, rows: list[Row]) -> tuple[dict[str, Any], list[Table]]:
        numbers: dict[str, Any] = {"share_of_picture": interval(rows, column(rows, "share"))}
        for method in self.chosen:
            values = {m: column(rows, f"{method.name}|{m}") for m in MEASURES}
            numbers[method.name] = {m: interval(rows, values[m]) for m in MEASURES}
            for base in self.bases(method.name):
                apart = {m: interval(rows, values[m] - column(rows, f"{base}|{m}")) for m in MEASURES}
                numbers[method.name][f"minus_{base}"] = apart
        columns = ["method", "hit, %", "inside, %", "energy, %", "inside / outside", f"hit, less {BASE}, points"]
        table = [
            [
                method.name,
                *(in_percent(numbers[method.name][m]) for m in MEASURES[:3]),
                plain(numbers[method.name]["inside_outside"]),
                in_percent(numbers[method.name].get(f"minus_{BASE}", {}).get("hit", {})),
            ]
            for method in self.chosen
        ]
        share = in_percent(numbers["share_of_picture"])
        return numbers, [Table(f"Pointing game (the things take up {share} % of a picture)", columns, table)]
