"""Does a map agree with what happens when parts of the picture are covered?

Correlation: Spearman's rank correlation, over the patches of a grid, of the map's mean in a patch with the fall of the
logit when that patch is covered. Deletion: the mean probability of the class while the map's highest pixels are covered
first, the smaller the better; insertion: while they are uncovered first in a blurred picture, the larger the better
(Petsiuk et al. 2018). Patch size and fill are choices on which the order of methods may depend: several are measured.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor

from gradcam_lib.evaluate.experiment import BASE, Experiment, Seen, Table, column, interval, plain
from gradcam_lib.evaluate.look import Look
from gradcam_lib.evaluate.run import Row
from gradcam_lib.measures.faithfulness import rank_correlation
from gradcam_lib.measures.muting import on_patches, patches

FORWARD = 64  # pictures that run at once
STEPS = 20  # of a curve


def mean_colour(x: Tensor) -> Tensor:
    return torch.zeros_like(x)


def black(x: Tensor) -> Tensor:
    """The darkest value of each colour in the picture: black, where it has black."""
    return x.amin((2, 3), keepdim=True).expand_as(x)


def blurred(x: Tensor) -> Tensor:
    """A quarter of the side as the window of two averages, so that no part can be recognised."""
    k = max(3, x.shape[-1] // 8 * 2 + 1)
    for _ in range(2):
        for window, margin in (((k, 1), (k // 2, 0)), ((1, k), (0, k // 2))):  # columns, then rows: k/2 times as fast
            x = torch.nn.functional.avg_pool2d(x, window, 1, margin, count_include_pad=False)
    return x


FILLS: dict[str, Callable[[Tensor], Tensor]] = {"mean": mean_colour, "blur": blurred, "black": black}


class Faithfulness(Experiment):
    name = "faithfulness"
    cam = True
    methods = (BASE, "c_mwp", "guided_backprop", "guided_grad_cam", "saliency", "centre", "random")

    def __init__(self, args, clf):
        super().__init__(args, clf)
        self.grids, self.fills = args.grids, args.fills
        for grid in self.grids:
            if not 2 <= grid <= self.side:
                raise ValueError(f"--grids {grid}: give patches side by side, from 2 to {self.side}")

    @classmethod
    def arguments(cls, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--grids", type=int, nargs="+", default=[7, 14], help="patches side by side; default: 7 14")
        parser.add_argument("--fills", nargs="+", choices=FILLS, default=["mean", "blur"], help="of a covered patch")

    def options(self) -> dict[str, Any]:
        return {"grids": self.grids, "fills": self.fills, "steps": STEPS}

    def measure(self, look: Look, pictures: list[Seen]) -> list[Row]:
        heats = {method.name: method.heats(look) for method in self.chosen}
        rows = []
        for i, target in enumerate(look.targets):
            x = look.x[i : i + 1]
            row: Row = {}
            for fill in self.fills:
                for grid in self.grids:
                    falls = self._falls(x, target, grid, FILLS[fill](x))
                    for name, heat in heats.items():
                        rho = rank_correlation(on_patches(heat[i], grid), falls)
                        row[f"{name}|rho@{grid},{fill}"] = round(rho, 4) if np.isfinite(rho) else ""
            for name, heat in heats.items():
                order = torch.from_numpy(np.argsort(-heat[i], axis=None, kind="stable")).to(x.device)
                row[f"{name}|deletion"] = round(self._curve(x, mean_colour(x), order, target), 5)
                row[f"{name}|insertion"] = round(self._curve(blurred(x), x, order, target), 5)
            rows.append(row)
        return rows

    @torch.inference_mode()
    def _scores(self, pictures: Tensor, target: int) -> Tensor:
        return torch.cat([self.clf.model(part)[:, target].float() for part in pictures.split(FORWARD)])

    def _falls(self, x: Tensor, target: int, grid: int, fill: Tensor) -> np.ndarray:
        masks = torch.from_numpy(np.stack(patches(self.side, grid)))[:, None].to(x.device)
        scores = [self._scores(torch.where(some, fill, x), target) for some in masks.split(FORWARD)]
        return (self._scores(x, target) - torch.cat(scores)).cpu().numpy()

    @torch.inference_mode()
    def _curve(self, first: Tensor, then: Tensor, order: Tensor, target: int) -> float:
        """Mean probability while the pixels of ``first`` give way to those of ``then`` in this order."""
        place = torch.empty_like(order)
        place[order] = torch.arange(len(order), device=order.device)
        share = (place + 0.5).view(1, 1, self.side, self.side) / len(order)
        steps = torch.linspace(0, 1, STEPS + 1, device=order.device).view(-1, 1, 1, 1)
        logits = torch.cat([self.clf.model(torch.where(share < s, then, first)) for s in steps.split(FORWARD)])
        return float(logits.float().softmax(1)[:, target].mean())

    def summary(self, rows: list[Row]) -> tuple[dict[str, Any], list[Table]]:
        ways = [f"rho@{grid},{fill}" for grid in self.grids for fill in self.fills]
        measures = [*ways, "deletion", "insertion"]
        numbers: dict[str, Any] = {}
        for method in self.chosen:
            values = {m: column(rows, f"{method.name}|{m}") for m in measures}
            numbers[method.name] = {m: interval(rows, values[m]) for m in measures}
            for base in self.bases(method.name):
                apart = {m: interval(rows, values[m] - column(rows, f"{base}|{m}")) for m in measures}
                numbers[method.name][f"minus_{base}"] = apart
        columns = ["method", *(f"correlation, {way[4:].replace(',', ' × ')}" for way in ways), "deletion", "insertion"]
        table = [[name, *(plain(found[m]) for m in measures)] for name, found in numbers.items()]
        return numbers, [Table("Faithfulness (grid × fill)", columns, table)]
