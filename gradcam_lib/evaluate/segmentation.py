"""Seeds for segmentation: the pixels at which the map reaches a share of its maximum, against the thing's outline.

The paper's seeds were grown into a segmentation by a network trained for that; here the seeds themselves are scored, by
their IoU with the outline. The share of the maximum is chosen on half of the pictures, and scored on the other half.
"""

from __future__ import annotations

from itertools import compress
from typing import Any

import numpy as np

from gradcam_lib.evaluate.experiment import BASE, Experiment, Seen, Table, column, interval, mean, plain, tuning
from gradcam_lib.evaluate.look import Look
from gradcam_lib.evaluate.run import Row

THRESHOLDS = tuple(round(0.1 * k, 1) for k in range(1, 10))


class Segmentation(Experiment):
    name = "segmentation"
    methods = (BASE, "c_mwp", "guided_backprop+smooth", "guided_grad_cam+smooth", "centre", "random", "whole_picture")

    def measure(self, look: Look, pictures: list[Seen]) -> list[Row]:
        for one in pictures:
            if not one.outlined:
                raise ValueError("segmentation needs outlines, and this data has boxes alone; give COCO's masks")
        rows: list[Row] = [{} for _ in pictures]
        for method in self.chosen:
            for row, one, heat in zip(rows, pictures, method.heats(look), strict=True):
                for t in THRESHOLDS:
                    region = (heat >= t * heat.max()) & (heat > 0)
                    both, either = (region & one.mask).sum(), (region | one.mask).sum()
                    row[f"{method.name}|iou@{t:g}"] = round(float(both / either), 4)
        return rows

    def summary(self, rows: list[Row]) -> tuple[dict[str, Any], list[Table]]:
        tune = tuning(rows)
        half, rest = (list(compress(rows, chosen)) for chosen in (tune, ~tune))
        numbers: dict[str, Any] = {}
        chosen_at: dict[str, np.ndarray] = {}
        for method in self.chosen:
            ious = {t: column(rows, f"{method.name}|iou@{t:g}") for t in THRESHOLDS}
            best = max(THRESHOLDS, key=lambda t: mean(half, ious[t][tune]) if half else -t)
            chosen_at[method.name] = ious[best][~tune]
            numbers[method.name] = {
                "iou_by_threshold": {f"{t:g}": round(mean(rows, ious[t]), 4) for t in THRESHOLDS},
                "chosen_threshold": best,
                "iou_at_chosen": interval(rest, chosen_at[method.name]),
            }
        for name, values in chosen_at.items():
            if name != BASE and BASE in chosen_at:
                numbers[name][f"minus_{BASE}"] = interval(rest, values - chosen_at[BASE])
        columns = ["method", "threshold chosen", "IoU, other half", f"less {BASE}"]
        table = [
            [
                name,
                f"{found['chosen_threshold']:g}",
                plain(found["iou_at_chosen"]),
                plain(found.get(f"minus_{BASE}", {})),
            ]
            for name, found in numbers.items()
        ]
        return numbers, [Table("Seeds for segmentation", columns, table)]
