"""A channel for people in a network that has no class for them: found on COCO, tried on other pictures and on a film.

    python -m gradcam_lib.studies.live_activations --data FOLDER

FOLDER holds COCO's train and val parts, as for ``coco_part``. The channel is chosen on the train pictures, among all
channels of four rectified layers, by the IoU of its most active places with the outlines of people; everything else is
measured on the val pictures, the sample photographs and the film of ``worlds/clip.py``. Controls: all other channels;
a disc in the middle of every picture, of the radius that overlaps best with people on the train pictures;
the choice made on random halves, with the outlines of another picture, and for other things than people.
Notebook 12 shows the figures.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from tqdm import tqdm

from gradcam_lib.capture import capture
from gradcam_lib.datasets.coco_part import CocoPart, coco_part
from gradcam_lib.feature_visualization.live import live_activations
from gradcam_lib.measures.localize import Box
from gradcam_lib.networks.classifier import Classifier
from gradcam_lib.networks.zoo import load_classifier
from gradcam_lib.paths import RESULTS
from gradcam_lib.pictures.images import seen
from gradcam_lib.pictures.samples import SAMPLES, sample
from gradcam_lib.results import average, write_results
from gradcam_lib.studies.live_overlap import GRID, Overlap, ahead, limits_of, middle, overlap
from gradcam_lib.worlds import clip

LAYERS = ("features.11.depthwise", "features.12.depthwise", "features.15.depthwise", "features.17")
PERSON, OTHERS = "person", ("car", "chair", "dog", "dining table", "cup")
HALVES = 20
WITH_PEOPLE = ("camera", "astronaut", "grace_hopper")


class Looked(NamedTuple):
    """One part of COCO: maps {layer: (P, K, h, w)} in half precision, outlines {thing: (P, GRID²)} 0 or 1."""

    maps: dict[str, Tensor]
    outlines: dict[str, Tensor]


def look(clf: Classifier, part: CocoPart) -> Looked:
    maps: dict[str, list[Tensor]] = {layer: [] for layer in LAYERS}
    outlines: dict[str, list[Tensor]] = {thing: [] for thing in (PERSON, *OTHERS)}
    for one in tqdm(part.pictures, desc=part.name, disable=None):
        image, masks = part.image(one), part.masks(one)
        with torch.no_grad(), capture(clf.model, LAYERS) as A:
            clf.model(clf.to_input(image))
        for layer in LAYERS:
            maps[layer].append(A[layer].detach()[0].half())
        for thing, found in outlines.items():
            mask = masks.get(thing, np.zeros(image.shape[:2], bool))
            large = seen(np.repeat(mask[..., None], 3, 2).astype(np.uint8) * 255, clf.transform)[..., 0]
            share = torch.nn.functional.adaptive_avg_pool2d(torch.from_numpy(large / 255.0).float()[None], GRID)
            found.append((share.flatten() > 0.5).float())
    return Looked({k: torch.stack(v) for k, v in maps.items()}, {k: torch.stack(v) for k, v in outlines.items()})


def place(values: np.ndarray, k: int) -> int:
    """1 for the largest value; equal ones share the better place."""
    return int((values > values[k]).sum()) + 1


def auc(values: np.ndarray, there: np.ndarray) -> np.ndarray:
    """(P, K) values, (P,) bool → (K,): chance that a picture with people has a higher value than one without."""
    with_, without = values[there][:, None], values[~there][None]
    return ((with_ > without) + 0.5 * (with_ == without)).mean((0, 1))


def spread(values: np.ndarray) -> dict[str, float]:
    return {f"{q}": round(float(np.quantile(values, q)), 4) for q in (0.5, 0.9, 0.99, 1.0)}


def followed(clf: Classifier, layer: str, thing: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of the film of a thing, for each channel: is the maximum inside its box, (16, K); the maxima with it, and (8, K)
    without it."""
    film = clip.film(thing)
    inside, there, away = [], [], []
    for frame, live in zip(film, live_activations(clf, (f.image for f in film), layer, crop="whole"), strict=True):
        highest = live.A.flatten(1).max(1)
        (there if frame.box else away).append(highest.values.numpy())
        if frame.box:
            inside.append(_in_box(highest.indices, live.A.shape[-1], frame.box) & (highest.values > 0).numpy())
    return np.stack(inside), np.stack(there), np.stack(away)


def _in_box(index: Tensor, width: int, box: Box) -> np.ndarray:
    x, y = ((k.numpy() + 0.5) * clip.SIDE / width for k in (index % width, index // width))
    return (box[0] <= x) & (x < box[2]) & (box[1] <= y) & (y < box[3])


def on_coco(clf: Classifier, train: Looked, val: Looked) -> dict:
    """The choice on train, and what it is worth on val."""
    tried, best = {}, None
    for layer in LAYERS:
        limits = limits_of(train.maps[layer])
        mine = train.outlines
        kinds = [mine[PERSON], mine[PERSON].roll(1, 0), *(mine[thing] for thing in OTHERS)]
        person, shuffled, *others = overlap(train.maps[layer], limits, kinds)
        iou = person.iou()
        tried[layer] = {"channels": len(iou), "channel": int(iou.argmax()), "iou": round(float(iou.max()), 4)}
        if best is None or iou.max() > best[0]:
            best = (iou.max(), layer, limits, person, shuffled, others)
    _, layer, limits, person, shuffled, others = best
    k = tried[layer]["channel"]
    (there,) = overlap(val.maps[layer], limits, [val.outlines[PERSON]])
    iou, people = there.iou(), (val.outlines[PERSON].sum(1) > 0).numpy()
    radius, disc = middle(train.outlines[PERSON], val.outlines[PERSON])
    own = Overlap(there.region[:, [k]], there.outline, there.both[:, [k]])
    found = auc(val.maps[layer].flatten(2).amax(2).float().numpy(), people)
    rng, n = np.random.default_rng(0), len(train.outlines[PERSON])
    halves = [int(person.iou(rng.permutation(n)[: n // 2]).argmax()) for _ in range(HALVES)]
    rivals = {"outlines of another picture": shuffled} | dict(zip(OTHERS, others, strict=True))
    picked = {name: int(one.iou().argmax()) for name, one in rivals.items()}
    return {
        "tried": tried, "layer": layer, "channel": k, "threshold": round(float(limits[k]), 4),
        "chosen_on_halves": {"same": sum(h == k for h in halves), "halves": HALVES},
        "val": {
            "pictures": len(people), "with_people": int(people.sum()),
            "iou": round(float(iou[k]), 4), "iou_place": place(iou, k), "iou_of_channels": spread(iou),
            "middle": {"radius": radius, "iou": round(float(disc.iou()[0]), 4)}, "iou minus middle": ahead(own, disc),
            "auc": round(float(found[k]), 4), "auc_place": place(found, k), "auc_of_channels": spread(found),
            "rivals": {name: {"channel": c, "iou": round(float(iou[c]), 4), "auc": round(float(found[c]), 4)}
                       for name, c in picked.items()},
        },
    }  # fmt: skip


def of_classes(clf: Classifier, layer: str, k: int, part: CocoPart) -> dict:
    """Which classes lose most when the channel is silenced, on the val pictures with people; means over pictures."""
    falls = []
    for one in part.pictures:
        if PERSON in part.masks(one):
            x = clf.to_input(part.image(one))
            with torch.no_grad():
                whole = clf.model(x)[0]
                with capture(clf.model, [layer], _without(k)):
                    falls.append((whole - clf.model(x)[0]).detach())
    mean = torch.stack(falls).mean(0)
    most = mean.topk(10)
    return {
        "falls": [[clf.names[i], round(v, 3)] for v, i in zip(most.values.tolist(), most.indices.tolist(), strict=True)]
    }


def _without(k: int):
    def silent(A: Tensor) -> Tensor:
        A = A.clone()
        A[:, k] = 0
        return A

    return silent


def elsewhere(clf: Classifier, layer: str, k: int) -> dict:
    """The maximum of the channel on the sample photographs, and in the films."""
    photographs = {n: next(live_activations(clf, sample(n), layer)).A.flatten(1).amax(1).numpy() for n in SAMPLES}
    told: dict = {"photographs": {name: round(float(highest[k]), 3) for name, highest in photographs.items()}}
    people = np.array([name in WITH_PEOPLE for name in photographs])
    values = np.stack(list(photographs.values()))
    apart = values[people].min(0) > values[~people].max(0)
    told["channels_that_separate_them"] = {"channels": int(apart.sum()), "this": bool(apart[k])}
    for thing in clip.THINGS:
        inside, there, away = followed(clf, layer, thing)
        share = inside.mean(0)
        told[thing] = {
            "frames_followed": int(inside[:, k].sum()), "frames": len(inside),
            "place": place(share, k), "channels_as_good": int((share >= share[k]).sum()) - 1,
            "share_of_channels": spread(share), "mean_of_channels": average(share),
            "maximum_with": [round(float(v), 3) for v in there[:, k]],
            "maximum_without": [round(float(v), 3) for v in away[:, k]],
        }  # fmt: skip
    return told


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m gradcam_lib.studies.live_activations", description=__doc__.split("\n")[0]
    )
    parser.add_argument("--data", type=Path, help="COCO's parts; default: GRADCAM_DATA")
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder for the measured numbers")
    args = parser.parse_args(argv)
    torch.set_num_threads(1)
    clf, val = load_classifier("efficientnet_lite0"), coco_part(args.data, "val")
    numbers = on_coco(clf, look(clf, coco_part(args.data, "train")), look(clf, val))
    layer, k = numbers["layer"], numbers["channel"]
    numbers |= {"silenced": of_classes(clf, layer, k, val), "elsewhere": elsewhere(clf, layer, k)}
    last = clf.model.classifier.weight[:, numbers["tried"][LAYERS[-1]]["channel"]]
    numbers["last_layer_classes"] = [clf.names[i] for i in last.topk(8).indices.tolist()]
    command = "python -m gradcam_lib.studies.live_activations --data FOLDER"
    print(write_results("live_activations", numbers, command=command, n=numbers["val"]["pictures"],
                        folder=args.results))  # fmt: skip


if __name__ == "__main__":
    main()
