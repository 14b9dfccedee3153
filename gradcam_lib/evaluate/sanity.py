"""Sanity checks (Adebayo et al. 2018): does a map change when the network's weights are drawn anew?

Cascading: all layers from the logits down to the named one; independent: the named one alone. A map is compared with
that of the trained network by Spearman's rank correlation, of signed and of absolute values, and by SSIM of absolute
ones. The control is the map of the next other picture of the batch: what two maps of the trained network share anyway.
A map that is empty or constant has no correlation, and an empty one no SSIM: these comparisons are left out, and
counted beside the table.

Published verdicts, from Inception v3 on ImageNet: the gradient and Grad-CAM pass, while guided backprop and Guided
Grad-CAM fail, since they do not depend on the weights of the higher layers. At first the authors had written that
guided backprop does not depend on any weights; their erratum (README of github.com/adebayoj/sanity_checks_saliency)
withdraws this: it does change once lower layers are drawn anew, though it still looks like the picture.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from skimage.metrics import structural_similarity
from torch import Tensor, nn

from gradcam_lib.equations import upsample
from gradcam_lib.evaluate import relatives
from gradcam_lib.evaluate.experiment import BASE, Experiment, Seen, Table, column, interval, plain
from gradcam_lib.evaluate.look import Look
from gradcam_lib.evaluate.run import Row
from gradcam_lib.explanation import explain
from gradcam_lib.measures.faithfulness import rank_correlation
from gradcam_lib.measures.sanity import cascade, randomised, weighted_layers

CONTROL = "another picture"
MEASURES = ("signed", "absolute", "ssim")
VERDICTS = (
    "Published (Adebayo et al. 2018, cascading, Inception v3): gradient and Grad-CAM pass; guided backprop and Guided "
    "Grad-CAM fail, as they do not depend on the higher layers. That guided backprop depends on no layer at all, as "
    "first published, was withdrawn in the authors' erratum: it changes once lower layers are drawn anew."
)


def _pixels(rule: str) -> Callable[[Look], Tensor]:
    return lambda look: look.e.pixel_gradient(look.targets, rule=rule, strict=False).sum(1)


def _guided_grad_cam(look: Look) -> Tensor:
    return look.e.guided_grad_cam(look.targets, strict=False).sum(1)


# Signed maps (N, h, w): over the colours the sum, so that a sign is left.
SIGNED: dict[str, Callable[[Look], Tensor]] = {
    "grad_cam": lambda look: look.e.signed(look.targets),
    "gradient": _pixels("plain"),
    "deconvnet": _pixels("deconvnet"),
    "guided_backprop": _pixels("guided"),
    "guided_grad_cam": _guided_grad_cam,
}
PUBLISHED = tuple(SIGNED)
SIGNED |= relatives.SIGNED
SIGNED |= {name: (lambda look, pixels=pixels: pixels(look).sum(1)) for name, pixels in relatives.PIXELS.items()}


class Sanity(Experiment):
    name = "sanity"
    methods = (BASE,)
    pixels = True

    def __init__(self, args, clf):
        given, args.methods = args.methods, None
        super().__init__(args, clf)
        self.compared = list(dict.fromkeys(given or PUBLISHED))
        if unknown := [name for name in self.compared if name not in SIGNED]:
            raise ValueError(f"method {unknown[0]!r}: sanity compares {', '.join(SIGNED)}")
        self.order = args.order
        layers = weighted_layers(clf.model)
        if not 1 <= args.stages <= len(layers):
            raise ValueError(f"--stages {args.stages}: the network has 1 to {len(layers)} layers with weights")
        at = np.linspace(0, len(layers) - 1, args.stages).round().astype(int)
        self.stages = [layers[i] for i in dict.fromkeys(at.tolist())]

    @classmethod
    def arguments(cls, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--order", choices=("cascading", "independent"), default="cascading")
        parser.add_argument("--stages", type=int, default=8, help="layers at which maps are compared; default: 8")

    def options(self) -> dict[str, Any]:
        return {"order": self.order, "stages": self.stages, "compared": self.compared}

    def measure(self, look: Look, pictures: list[Seen]) -> list[Row]:
        rows: list[Row] = [{} for _ in pictures]
        trained = self._maps(look)
        others = [_next_other(pictures, i) for i in range(len(pictures))]
        paired = [i for i, other in enumerate(others) if other is not None]
        for name, maps in trained.items():
            some = [rows[i] for i in paired]
            self._compare(some, f"{name}|{CONTROL}", maps[paired], [maps[others[i]] for i in paired])
        for stage, model in self._broken():
            broken = replace(self.clf, model=model)
            e = explain(broken, look.x, self.layers, pixels=True)
            for name, maps in self._maps(replace(look, clf=broken, e=e)).items():
                self._compare(rows, f"{name}|{stage}", trained[name], maps)
        return rows

    def _broken(self) -> Iterator[tuple[str, nn.Module]]:
        if self.order == "cascading":
            yield from ((name, model) for name, model in cascade(self.clf.model) if name in self.stages)
        else:
            yield from ((name, randomised(self.clf.model, name)) for name in self.stages)

    def _maps(self, look: Look) -> dict[str, np.ndarray]:
        maps = {name: SIGNED[name](look).detach().float() for name in self.compared}
        return {
            name: (L if L.shape[-1] == self.side else upsample(L, self.side)).cpu().numpy() for name, L in maps.items()
        }

    @staticmethod
    def _compare(rows: list[Row], where: str, before: Sequence[np.ndarray], after: Sequence[np.ndarray]) -> None:
        for row, a, b in zip(rows, before, after, strict=True):
            found = {
                "signed": rank_correlation(a, b),
                "absolute": rank_correlation(np.abs(a), np.abs(b)),
                "ssim": ssim(np.abs(a), np.abs(b)),
            }
            row |= {f"{where}|{m}": round(value, 4) if np.isfinite(value) else "" for m, value in found.items()}

    def summary(self, rows: list[Row]) -> tuple[dict[str, Any], list[Table]]:
        numbers: dict[str, Any] = {}
        left_out: dict[str, dict[str, int]] = {}
        tables = []
        for measure in MEASURES:
            for name in self.compared:
                control = column(rows, f"{name}|{CONTROL}|{measure}")
                for stage in (CONTROL, *self.stages):
                    values = column(rows, f"{name}|{stage}|{measure}")
                    found = numbers.setdefault(name, {}).setdefault(stage, {})
                    found[measure] = interval(rows, values)
                    if stage != CONTROL:
                        found[f"{measure}_less_control"] = interval(rows, values - control)
            table = [[n, *(plain(numbers[n][s][measure]) for s in (CONTROL, *self.stages))] for n in self.compared]
            left_out[measure] = {name: self._missing(rows, name, measure) for name in self.compared}
            title = f"{self.order.title()} randomisation: {measure}"
            note = _left_out(left_out[measure], len(rows) * len(self.stages))
            note += f" {VERDICTS}" * (measure == MEASURES[0])
            tables.append(Table(title, ["map", CONTROL, *self.stages], table, note))
        return numbers | {"left_out": left_out}, tables

    def _missing(self, rows: list[Row], name: str, measure: str) -> int:
        """Comparisons with a network drawn anew that have no number, of len(rows) · len(stages)."""
        return int(sum(np.isnan(column(rows, f"{name}|{stage}|{measure}")).sum() for stage in self.stages))


def _left_out(missing: dict[str, int], comparisons: int) -> str:
    """In words; missing: of each method, how many of its comparisons have no number."""
    if not any(missing.values()):
        return "Every comparison has a number."
    each = ", ".join(f"{name} {n}" for name, n in missing.items() if n)
    return f"Left out, of {comparisons} comparisons, since a map was empty or constant: {each}."


def _next_other(pictures: list[Seen], i: int) -> int | None:
    """Of the batch, in a circle; another thing in the same picture is none."""
    order = [(i + k) % len(pictures) for k in range(1, len(pictures))]
    return next((j for j in order if not np.array_equal(pictures[i].picture, pictures[j].picture)), None)


def ssim(a: np.ndarray, b: np.ndarray) -> float:
    """Structural similarity (Wang et al. 2004) of two maps ≥ 0, each divided by its maximum; NaN where one is empty."""
    if a.max() <= 0 or b.max() <= 0:
        return float("nan")
    return float(structural_similarity(a / a.max(), b / b.max(), data_range=1.0))
