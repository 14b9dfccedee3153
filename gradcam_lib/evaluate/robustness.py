"""Adversarial noise: do the maps of the classes that are there stay where they were?

Projected gradient descent (Madry et al. 2018) within ±8/255 of each pixel, until the probability of a class that is not
in the picture exceeds 0.9999. The control changes each pixel by as much, with signs that are drawn by chance. Maps are
compared on the pictures on which the attack succeeded.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from gradcam_lib.evaluate.experiment import BASE, Experiment, Seen, Table, column, in_percent, interval, plain
from gradcam_lib.evaluate.look import Look
from gradcam_lib.evaluate.pointing import TOLERANCE
from gradcam_lib.evaluate.run import Row
from gradcam_lib.explanation import explain
from gradcam_lib.measures.faithfulness import rank_correlation
from gradcam_lib.measures.localize import pointing_hit

SURE = 0.9999  # probability of the absent class, as in the paper
LIKELY = 50  # classes that are not taken as the absent one


class Robustness(Experiment):
    name = "robustness"
    methods = (BASE, "c_mwp", "guided_grad_cam", "saliency")

    def __init__(self, args, clf):
        super().__init__(args, clf)
        self.bound, self.steps = args.bound, args.steps
        if not 0 < self.bound <= 255 or self.steps < 1:
            raise ValueError(f"--bound {self.bound}, --steps {self.steps}: give 0 < bound ≤ 255 and steps from 1")

    @classmethod
    def arguments(cls, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--bound", type=float, default=8, help="largest change of a pixel, of 255; default: 8")
        parser.add_argument("--steps", type=int, default=100, help="at most; default: 100")

    def options(self) -> dict[str, Any]:
        return {"bound": self.bound, "steps": self.steps, "sure": SURE}

    def measure(self, look: Look, pictures: list[Seen]) -> list[Row]:
        absent = [self._absent(look, i, one.classes) for i, one in enumerate(pictures)]
        attacked = self._attacked(look, absent)
        noisy = self._noisy(look, attacked)
        looks = {
            name: replace(look, x=x, e=explain(self.clf, x, self.layers, pixels=self.graph))
            for name, x in (("attack", attacked), ("noise", noisy))
        }
        p = {name: one.e.logits.softmax(1) for name, one in (("before", look), *looks.items())}
        rows: list[Row] = []
        for i, (target, wrong) in enumerate(zip(look.targets, absent, strict=True)):
            row: Row = {"absent": self.clf.names[wrong], "p_absent": float(f"{p['attack'][i, wrong]:.9f}")}
            row |= {f"p_true_{name}": round(float(p[name][i, target]), 5) for name in p}
            rows.append(row)
        for method in self.chosen:
            before = method.heats(look)
            after = {name: method.heats(one) for name, one in looks.items()}
            for i, (row, one) in enumerate(zip(rows, pictures, strict=True)):
                row[f"{method.name}|hit_before"] = int(pointing_hit(before[i], one.mask, TOLERANCE * self.side))
                for name, heats in after.items():
                    rho = rank_correlation(before[i], heats[i])
                    row[f"{method.name}|rho_{name}"] = round(rho, 4) if rho == rho else ""
                    row[f"{method.name}|hit_{name}"] = int(pointing_hit(heats[i], one.mask, TOLERANCE * self.side))
        return rows

    @staticmethod
    def _absent(look: Look, i: int, present: Sequence[int]) -> int:
        """A class by chance that is not among the likely ones, nor one of those that are right."""
        wrong = [c for c in look.e.logits[i].argsort(descending=True).tolist() if c not in present]
        if not wrong:
            raise ValueError("robustness needs a class that is not in the picture, and the network has no other")
        return int(look.random(i).choice(wrong[min(LIKELY, len(wrong) - 1) :]))

    def _attacked(self, look: Look, absent: list[int]) -> Tensor:
        """Pictures in which the network sees the absent class, each as soon as it is sure."""
        x, unit = look.x, self._unit(look.x)
        low, high = self._limits(x)
        goal = torch.tensor(absent, device=x.device)
        y = x.clone()
        for _ in range(self.steps):
            y = y.detach().requires_grad_()
            logits = self.clf.model(y).float()
            loss = torch.nn.functional.cross_entropy(logits, goal, reduction="sum")
            (grad,) = torch.autograd.grad(loss, y)
            unsure = logits.detach().softmax(1).gather(1, goal[:, None])[:, 0] <= SURE
            if not unsure.any():
                break
            size = unit * max(1.0, self.bound / 8) * unsure.view(-1, 1, 1, 1)
            moved = (y.detach() - size * grad.sign()).clamp(x - self.bound * unit, x + self.bound * unit)
            y = torch.minimum(torch.maximum(moved, low), high)
        return y.detach()

    def _noisy(self, look: Look, attacked: Tensor) -> Tensor:
        x = look.x
        signs = [look.random(i).choice([-1.0, 1.0], size=tuple(x.shape[1:])) for i in range(len(x))]
        low, high = self._limits(x)
        noise = (attacked - x).abs() * torch.from_numpy(np.stack(signs)).to(x)
        return torch.minimum(torch.maximum(x + noise, low), high)

    def _unit(self, x: Tensor) -> Tensor:
        """A step of 1 of 255 in the network's input, (1, 3, 1, 1)."""
        return 1 / 255 / x.new_tensor(self.clf.transform.std).view(1, -1, 1, 1)

    def _limits(self, x: Tensor) -> tuple[Tensor, Tensor]:
        mean, std = (x.new_tensor(v).view(1, -1, 1, 1) for v in (self.clf.transform.mean, self.clf.transform.std))
        return (0 - mean) / std, (1 - mean) / std

    def summary(self, rows: list[Row]) -> tuple[dict[str, Any], list[Table]]:
        numbers: dict[str, Any] = {"sure": interval(rows, column(rows, "p_absent") > SURE)}
        rows = [row for row in rows if float(row["p_absent"]) > SURE]
        numbers |= {
            name: interval(rows, column(rows, name)) for name in ("p_true_before", "p_true_attack", "p_true_noise")
        }
        measures = ("hit_before", "hit_attack", "hit_noise", "rho_attack", "rho_noise")
        for method in self.chosen:
            values = {m: column(rows, f"{method.name}|{m}") for m in measures}
            numbers[method.name] = {m: interval(rows, values[m]) for m in measures}
            lost = values["hit_attack"] - values["hit_before"]
            numbers[method.name]["hit_attack_minus_before"] = interval(rows, lost)
        columns = ["method", "hit before, %", "hit after the attack, %", "hit after noise, %", "change, points"]
        columns += ["correlation, attack", "correlation, noise"]
        table = [
            [
                method.name,
                *(in_percent(numbers[method.name][m]) for m in measures[:3]),
                in_percent(numbers[method.name]["hit_attack_minus_before"]),
                *(plain(numbers[method.name][m]) for m in measures[3:]),
            ]
            for method in self.chosen
        ]
        title = f"Maps of the true class; the attack succeeds on {in_percent(numbers['sure'])} % of the pictures"
        return numbers, [Table(title, columns, table)]
