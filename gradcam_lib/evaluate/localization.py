"""Weakly-supervised localization: a box from the map of the true class, and whether it finds the thing.

A box is right where it overlaps one of the annotated ones with an IoU of at least 0.5. The top-1 error counts a picture
as wrong, too, where its class is not the predicted one, the top-5 error where it is not among the five likeliest.
The box is drawn at the threshold of the method's own paper (15 % of the maximum, 20 % for CAM). As one threshold may
suit one method better than another (Choe et al. 2020), the accuracy is also given over all thresholds, and at the one
that was best on half of the pictures, measured on the other half. Where whole_picture is among the methods, the error
is also given by the size of the thing, in quarters of the pictures.
"""

from __future__ import annotations

import math
from itertools import compress
from typing import Any

import numpy as np

from gradcam_lib.datasets.examples import Example
from gradcam_lib.evaluate.experiment import (
    BASE,
    Experiment,
    Seen,
    Table,
    by_picture,
    column,
    in_percent,
    interval,
    mean,
    tuning,
)
from gradcam_lib.evaluate.look import PAPERS, Look
from gradcam_lib.evaluate.run import Row
from gradcam_lib.measures.localize import iou

THRESHOLDS = tuple(round(0.05 * k, 2) for k in range(1, 20))
RIGHT = 0.5  # the IoU from which a box is right
KNOWN, TOP1, TOP5 = "known_class_error", "top1_error", "top5_error"
ERRORS = (TOP1, TOP5, KNOWN)
CHOSEN = f"{KNOWN}_at_chosen"
SIZE = f"whole_picture|iou@{PAPERS:g}"  # the share of the picture that the (best) box takes up
QUARTERS = (0.25, 0.5, 0.75)


class Localization(Experiment):
    name = "localization"
    cam = True
    methods = (
        *(BASE, "no_relu", "no_relu_min_max", "absolute_gradients", "positive_gradients", "largest_gradient"),
        *("guided_backward", "deconvnet_backward", "equal_weights", "counterfactual", "c_mwp", "c_mwp+grabcut"),
        *("saliency", "saliency+smooth", "saliency+grabcut", "guided_backprop", "guided_backprop+grabcut"),
        *("whole_picture", "centre_box", "centre", "random"),
    )

    def seen(self, one: Example) -> Seen:
        found = super().seen(one)
        if not found.boxes:
            raise ValueError("a crowd, round which no box of one thing can be drawn")
        return found

    def measure(self, look: Look, pictures: list[Seen]) -> list[Row]:
        best = look.e.logits.topk(min(5, look.e.logits.shape[1]), dim=1).indices.tolist()
        rows: list[Row] = [
            {"top1": int(five[0] in one.classes), "top5": int(bool(set(five) & set(one.classes)))}
            for five, one in zip(best, pictures, strict=True)
        ]
        for method in self.chosen:
            for row, one, heat in zip(rows, pictures, method.heats(look), strict=True):
                # GrabCut's region is the same at each threshold
                thresholds = (method.method.threshold,) if method.after == "grabcut" else THRESHOLDS
                for t in thresholds:
                    box = method.box(heat, t, one.picture)
                    best_iou = max(iou(box, true) for true in one.boxes)
                    row[f"{method.name}|iou@{t:g}"] = math.floor(1e4 * best_iou) / 1e4  # 0.49996 is not right
        return rows

    def summary(self, rows: list[Row]) -> tuple[dict[str, Any], list[Table]]:
        top = {TOP1: column(rows, "top1"), TOP5: column(rows, "top5"), KNOWN: np.ones(len(rows))}
        numbers: dict[str, Any] = {
            f"classification_{k}_error": interval(rows, 1 - column(rows, k)) for k in ("top1", "top5")
        }
        wrong: dict[str, dict[str, np.ndarray]] = {}
        tune, size = tuning(rows), column(rows, SIZE)
        rest = list(compress(rows, ~tune))
        edges = np.quantile(size, QUARTERS)
        if np.isfinite(edges).all():
            numbers["size_quarters"] = [round(float(edge), 4) for edge in edges]
        for method in self.chosen:
            fixed = f"{method.name}|iou@{method.method.threshold:g}"
            wrong[method.name] = {e: 1.0 - top[e] * (column(rows, fixed) >= RIGHT) for e in ERRORS}
            numbers[method.name] = {e: interval(rows, wrong[method.name][e]) for e in ERRORS}
            if "size_quarters" in numbers:
                quarter = np.searchsorted(edges, size)
                numbers[method.name][f"{KNOWN}_by_size"] = [
                    interval(list(compress(rows, quarter == q)), wrong[method.name][KNOWN][quarter == q])
                    for q in range(len(QUARTERS) + 1)
                ]
            if method.after != "grabcut":
                found, wrong[method.name][CHOSEN] = self._over_thresholds(method.name, rows, tune)
                numbers[method.name] |= found
        measured = {TOP1: rows, KNOWN: rows, CHOSEN: rest}
        for name, errors in wrong.items():
            for base in self.bases(name):
                apart = {e: errors[e] - wrong[base][e] for e in measured if e in errors and e in wrong[base]}
                numbers[name][f"minus_{base}"] = {
                    e: interval(measured[e], more) | {"p": _sign_test(measured[e], more)} for e, more in apart.items()
                }
        return numbers, [self._table(numbers)]

    def _over_thresholds(self, name: str, rows: list[Row], tune: np.ndarray) -> tuple[dict[str, Any], np.ndarray]:
        """The numbers of a method, and its errors on the half that did not choose."""
        right = {t: column(rows, f"{name}|iou@{t:g}") >= RIGHT for t in THRESHOLDS}
        half, rest = (list(compress(rows, chosen)) for chosen in (tune, ~tune))
        best = max(THRESHOLDS, key=lambda t: (mean(half, right[t][tune]) if half else 0, -abs(t - PAPERS)))
        wrong = 1.0 - right[best][~tune]
        return {
            f"{KNOWN}_by_threshold": {f"{t:g}": round(1 - mean(rows, right[t]), 4) for t in THRESHOLDS},
            "chosen_threshold": best,
            CHOSEN: interval(rest, wrong),
        }, wrong

    def _table(self, numbers: dict[str, Any]) -> Table:
        columns = ["method", "top-1 error, %", "top-5 error, %", "error of the true class, %", "threshold chosen"]
        columns += ["error there, other half, %", f"top-1, less {BASE}, points", "p"]
        table = []
        for method in self.chosen:
            found = numbers[method.name]
            apart = found.get(f"minus_{BASE}", {}).get(TOP1)
            table.append(
                [
                    method.name,
                    *(in_percent(found[e]) for e in ERRORS),
                    f"{found['chosen_threshold']:g}" if "chosen_threshold" in found else "–",
                    in_percent(found.get(CHOSEN, {})),
                    in_percent(apart) if apart else "–",
                    f"{apart['p']:.2g}" if apart else "–",
                ]
            )
        return Table("Localization", columns, table)


def _sign_test(rows: list[Row], apart: np.ndarray) -> float:
    """Exact p of the paired comparison: of the pictures on which two methods differ, as many on either side?

    With one thing a picture it is McNemar's test.
    """
    from scipy.stats import binomtest

    differ = by_picture(rows, apart)
    better, worse = int((differ < 0).sum()), int((differ > 0).sum())
    return float(f"{binomtest(better, better + worse).pvalue:.3g}") if better + worse else 1.0
