"""Occlusion by patches of several sizes and fills, against Grad-CAM, on photographs with outlines.

    python -m gradcam_lib.studies.muting --data COCO       # a folder or zip in COCO's layout

Each unit is one kind of thing in one picture, explained for its likeliest class. One round of covering serves every
class, so that the map of another picture's class is measured on the same picture. Notebook 12 shows the figures.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations, product
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor
from tqdm import tqdm

from gradcam_lib.datasets.annotated import annotated
from gradcam_lib.equations import upsample
from gradcam_lib.evaluate.experiment import Seen, seen, spread
from gradcam_lib.explanation import explain
from gradcam_lib.measures.faithfulness import rank_correlation
from gradcam_lib.measures.localize import centre_gaussian, pointing_hit
from gradcam_lib.networks.classifier import Classifier
from gradcam_lib.networks.zoo import load_classifier
from gradcam_lib.occlusion import on_pixels
from gradcam_lib.paths import RESULTS
from gradcam_lib.results import average, share, write_results

SIDE = 224
STRIDES = {16: 16, 32: 16, 56: 28, 112: 28}  # pixels: patch → stride
FILLS = {"mean": tuple(STRIDES), "blur": (56,)}  # fill → the patches that are tried with it
BLUR = 12  # pixels, the deviation of the Gaussian
TOLERANCE = 15 / 500 * SIDE
GRID = np.s_[4::8, 4::8]  # maps are compared at 28 × 28 pixels

Kind = tuple[int, str]  # patch and fill
KINDS: tuple[Kind, ...] = tuple((patch, fill) for fill, patches in FILLS.items() for patch in patches)


def forwards(patch: int) -> int:
    """How many pictures the network sees for one occlusion map."""
    return ((SIDE - patch) // STRIDES[patch] + 1) ** 2 + 1


@torch.inference_mode()
def falls(clf: Classifier, x: Tensor, classes: list[int], kind: Kind, batch: int = 32) -> np.ndarray:
    """How far the score of each class falls, at the pixels: (classes, 224, 224). x: (1, 3, 224, 224).

    The fill is the mean colour, or the picture behind frosted glass.
    """
    patch, fill = kind
    stride = STRIDES[patch]
    starts = range(0, SIDE - patch + 1, stride)
    corners = list(product(starts, repeat=2))
    under = torch.zeros_like(x)
    if fill == "blur":
        under = torch.from_numpy(cv2.GaussianBlur(x[0].permute(1, 2, 0).numpy(), (0, 0), BLUR)).permute(2, 0, 1)[None]
    found = []
    for first in range(0, len(corners), batch):
        some = corners[first : first + batch]
        covered = x.repeat(len(some), 1, 1, 1)
        for one, (row, column) in zip(covered, some, strict=True):
            place = np.s_[:, row : row + patch, column : column + patch]
            one[place] = under[0][place]
        found.append(clf.model(covered.contiguous(memory_format=torch.channels_last))[:, classes])
    fall = clf.model(x)[:, classes] - torch.cat(found)
    maps = fall.T.reshape(len(classes), len(starts), len(starts))
    return on_pixels(maps, (SIDE, SIDE), patch=patch, stride=stride).numpy()


def units(data: str | Path, clf: Classifier, n: int) -> Iterator[Seen]:
    """n things, evenly chosen, no two in one picture."""
    first = {one.picture: one for one in reversed(annotated(data, clf).examples)}
    for one in spread(list(first.values())[::-1], n):
        yield seen(one.truth(), clf, SIDE)


def measure(clf: Classifier, pictures: list[Seen]) -> dict[str, list[float]]:
    """All numbers, picture by picture: agreements "a ~ b" and hits "hit a", where a map of occlusion is "occlusion 32
    mean"."""
    found: dict[str, list[float]] = defaultdict(list)
    xs = [one.input(clf) for one in pictures]
    explained = [explain(clf, x) for x in xs]
    targets = [
        max(one.classes, key=lambda c, z=e.logits[0]: float(z[c])) for one, e in zip(pictures, explained, strict=True)
    ]
    grad_cams = [upsample(e.map(c), SIDE)[0].numpy() for e, c in zip(explained, targets, strict=True)]
    blob, rng = centre_gaussian(SIDE), np.random.default_rng(0)
    for i in tqdm(range(len(xs)), desc="pictures", disable=None):
        other = next(t for t in targets[i + 1 :] + targets[:i] if t not in pictures[i].classes)
        own, others = {}, {}
        for kind in KINDS:
            own[kind], others[kind] = falls(clf, xs[i], [targets[i], other], kind)
        random = upsample(torch.from_numpy(rng.random((1, 7, 7), np.float32)), SIDE)[0].numpy()
        beside = {"grad_cam": grad_cams[i], "another picture's grad_cam": grad_cams[i - 1]}
        beside |= {"blob": blob, "random": random}
        for a, b in combinations(KINDS, 2):
            found[f"{_name(a)} ~ {_name(b)}"].append(_rho(own[a], own[b]))
            found[f"{_name(a)} ~ another class's {_name(b)}"].append(_rho(own[a], others[b]))
        for kind in KINDS:
            for what, heat in beside.items():
                found[f"{_name(kind)} ~ {what}"].append(_rho(own[kind], heat))
            found[f"{_name(kind)} ~ another class's {_name(kind)}"].append(_rho(own[kind], others[kind]))
        for what, heat in (beside | {_name(kind): own[kind] for kind in KINDS}).items():
            found[f"hit {what}"].append(float(pointing_hit(heat.clip(0), pictures[i].mask, TOLERANCE)))
    return found


def _name(kind: Kind) -> str:
    return f"{kind[0]} {kind[1]}"


def _rho(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.nan_to_num(rank_correlation(a[GRID], b[GRID])))  # an empty map agrees with nothing


def summary(found: dict[str, list[float]]) -> dict:
    """Means, and by how much maps of two patches agree better with each other than with Grad-CAM."""
    numbers: dict = {"forwards": {str(patch): forwards(patch) for patch in STRIDES}}
    numbers |= {what: average(values) for what, values in found.items()}
    for a, b in combinations(KINDS, 2):
        to_grad_cam = np.add(found[f"{_name(a)} ~ grad_cam"], found[f"{_name(b)} ~ grad_cam"]) / 2
        pair = f"{_name(a)} ~ {_name(b)}"
        numbers[f"{pair}, less both with grad_cam"] = average(np.subtract(found[pair], to_grad_cam))
        numbers[f"{pair}, below zero"] = share(np.less(found[pair], 0))
    for kind in KINDS:
        name = _name(kind)
        numbers[f"hit {name}, less grad_cam"] = average(np.subtract(found[f"hit {name}"], found["hit grad_cam"]))
        numbers[f"hit {name}, less blob"] = average(np.subtract(found[f"hit {name}"], found["hit blob"]))
        for control in ("another picture's grad_cam", "blob"):
            less = np.subtract(found[f"{name} ~ grad_cam"], found[f"{name} ~ {control}"])
            numbers[f"{name} ~ grad_cam, less {control}"] = average(less)
    return numbers


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m gradcam_lib.studies.muting", description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="COCO, or any data with boxes that evaluate reads")
    parser.add_argument("--pictures", type=int, default=12)
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder for the measured numbers")
    args = parser.parse_args(argv)
    torch.set_num_threads(1)
    clf = load_classifier("efficientnet_lite0")
    pictures = list(units(args.data, clf, args.pictures))
    numbers = summary(measure(clf, pictures))
    command = f"python -m gradcam_lib.studies.muting --data DATA --pictures {args.pictures}"
    print(write_results("muting", numbers, command=command, n=len(pictures), folder=args.results))


if __name__ == "__main__":
    main()
