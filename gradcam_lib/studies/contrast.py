"""Is a class told from a similar one better by the map of a difference of scores (Finer-CAM) than by that of its own?

    python -m gradcam_lib.studies.contrast --data tiny-imagenet-200.zip

The map of a class c is Grad-CAM of its score y_c alone, or of y_c − y_d (Zhang et al. 2025). d is the class most
similar to c and, as a control, the least similar one: by the cosine of their weights in the last layer. Two tests:
a picture of d stands on the right of one of c, and the map of c should lie on the left half; in a picture of c alone,
covering the tenth where the map is highest should lower the lead y_c − y_d.   Notebook 13.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from tqdm import tqdm

from gradcam_lib.datasets.annotated import annotated
from gradcam_lib.equations import upsample
from gradcam_lib.evaluate.experiment import spread
from gradcam_lib.explanation import explain
from gradcam_lib.measures.localize import energy_share
from gradcam_lib.networks.classifier import Classifier
from gradcam_lib.networks.zoo import load_classifier
from gradcam_lib.paths import RESULTS
from gradcam_lib.pictures.samples import collage
from gradcam_lib.results import average, write_results
from gradcam_lib.targets import class_score

COVERED = 0.1  # of the picture
FACTORS = {"alone": 0.0, "contrast": 1.0}  # of the other class's score
MEASURES = ("share in the own half", "fall of the lead")


def rivals(clf: Classifier, classes: Sequence[int]) -> dict[str, dict[int, int]]:
    """Class → the most and the least similar of the other classes; the network must end in a linear layer."""
    last = [module for module in clf.model.modules() if isinstance(module, torch.nn.Linear)][-1]
    named = sorted(set(classes))
    w = torch.nn.functional.normalize(last.weight.detach()[named], dim=1)
    cosine = w @ w.T - 2 * torch.eye(len(named))  # a class is the least similar to itself here
    farthest = cosine + 4 * torch.eye(len(named))
    return {
        "similar": {c: named[j] for c, j in zip(named, cosine.argmax(1).tolist(), strict=True)},
        "dissimilar": {c: named[j] for c, j in zip(named, farthest.argmin(1).tolist(), strict=True)},
    }


def maps(clf: Classifier, x: Tensor, c: int, d: int) -> dict[str, Tensor]:
    """Of each target the map of one picture, (S, S)."""
    e = explain(clf, x)
    return {
        name: upsample(e.map(class_score(c) - factor * class_score(d)), x.shape[-1])[0]
        for name, factor in FACTORS.items()
    }


@torch.inference_mode()
def fall(clf: Classifier, x: Tensor, heat: Tensor, c: int, d: int) -> float:
    """How much y_c − y_d falls when the highest tenth of the map is covered by the mean colour, in logits."""
    top = heat.flatten().argsort(descending=True, stable=True)[: round(COVERED * heat.numel())]
    keep = torch.ones(heat.numel()).index_fill(0, top, 0).view(1, 1, *heat.shape)
    lead = clf.model(torch.cat([x, x * keep]))[:, [c, d]]
    return float((lead[0, 0] - lead[0, 1]) - (lead[1, 0] - lead[1, 1]))


def of_one(clf: Classifier, picture: np.ndarray, beside: np.ndarray, c: int, d: int) -> dict[str, list[float]]:
    """Of each target the two measures for a picture of c, and one of d to stand beside it."""
    side = clf.transform.crop
    left = (0, 0, side // 2, side)
    both, single = clf.to_input(collage(picture, beside, height=side)), clf.to_input(picture)
    of_single = maps(clf, single, c, d)
    return {
        name: [energy_share(heat, left), fall(clf, single, of_single[name], c, d)]
        for name, heat in maps(clf, both, c, d).items()
    }


def summary(found: dict[str, list[dict[str, list[float]]]]) -> dict[str, Any]:
    """By kind of rival the means with their intervals, and those of the differences on the same pictures."""
    told: dict[str, Any] = {kind: {} for kind in found}
    told["similar_less_dissimilar"] = {}
    for at, measure in enumerate(MEASURES):
        gains = []
        for kind, each in found.items():
            alone, contrast = (np.array([one[name][at] for one in each]) for name in FACTORS)
            gains.append(contrast - alone)
            told[kind][measure] = {"alone": average(alone), "contrast": average(contrast), "gain": average(gains[-1])}
            told[kind][measure]["contrast_better"] = int((gains[-1] > 0).sum())
        told["similar_less_dissimilar"][measure] = average(gains[0] - gains[1])
    return told


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m gradcam_lib.studies.contrast", description=__doc__.split("\n")[0])
    parser.add_argument("--data", required=True, help="pictures of classes, as for python -m gradcam_lib.evaluate")
    parser.add_argument("--model", default="photonet", help="default: %(default)s")
    parser.add_argument("--limit", type=int, default=1000, help="so many pictures; default: %(default)s")
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder for the measured numbers")
    args = parser.parse_args(argv)
    clf = load_classifier(args.model)
    truths = [one.truth() for one in spread(annotated(args.data, clf, "val").examples, args.limit)]
    classes = [truth.classes[0] for truth in truths]
    of_class: dict[int, list[np.ndarray]] = {}
    for truth, c in zip(truths, classes, strict=True):
        of_class.setdefault(c, []).append(truth.image)
    found: dict[str, list[dict[str, list[float]]]] = {}
    others = rivals(clf, classes)
    for kind, rival in others.items():
        found[kind] = []
        for i, (truth, c) in enumerate(zip(tqdm(truths, desc=kind), classes, strict=True)):
            some = of_class[rival[c]]
            found[kind].append(of_one(clf, truth.image, some[i % len(some)], c, rival[c]))
    told = summary(found)
    told["rivals"] = {kind: {clf.names[c]: clf.names[d] for c, d in rival.items()} for kind, rival in others.items()}
    command = f"python -m gradcam_lib.studies.contrast --data DATA --model {args.model} --limit {args.limit}"
    print(write_results("contrast", told, command=command, n=len(classes), folder=args.results))
    for kind in (*others, "similar_less_dissimilar"):
        print(kind, told[kind])


if __name__ == "__main__":
    main()
