"""Where explanations of a transformer look, in pictures with two things: Grad-CAM on tokens, attention, and a CNN.

    python -m gradcam_lib.studies.transformer

Every method explains the same pictures, and each picture is asked for both of its things; the mean of the two is one
value, and intervals are over pictures. Notebook 13 shows the figures.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from tqdm import tqdm

from gradcam_lib.equations import upsample
from gradcam_lib.explanation import explain
from gradcam_lib.measures.localize import centre_gaussian, energy_share, pointing_hit
from gradcam_lib.networks.classifier import Classifier
from gradcam_lib.networks.transformer import (
    BUILD,
    DEPTH,
    GRID,
    LAYER,
    gradient_attention,
    load_transformer,
    rollout,
    row_of_class_token,
    tokens_as_map,
)
from gradcam_lib.paths import RESULTS
from gradcam_lib.results import average, share, write_results
from gradcam_lib.studies.tissue import auc
from gradcam_lib.worlds import pairs
from gradcam_lib.worlds.corpus import FIRST
from gradcam_lib.worlds.drawing.painter import SIDE

BATCH = 20
TOLERANCE = 5  # pixels: half of a patch
BLOCKS = [f"blocks.{i}" for i in range(DEPTH - 1)] + [f"blocks.{DEPTH - 1}.norm1"]
ATTENTION = [f"blocks.{i}.attention.softmax" for i in range(DEPTH)]
MEASURES = ("pointing", "auc", "energy", "own", "either")
CNN, CHOSEN = "grad_cam of the cnn", f"grad_cam {LAYER['transformer']}"
PAIRS = (
    (CNN, CHOSEN),
    (f"hirescam {LAYER['transformer']}", CNN),
    *((CHOSEN, b) for b in ("centre", "random", "rollout", f"{CHOSEN} of the other thing")),
    *(("gradient_attention", b) for b in ("rollout", CHOSEN, f"hirescam {LAYER['transformer']}", CNN)),
    *((f"hirescam {block}", f"grad_cam {block}") for block in BLOCKS),
    ("rollout", "centre"),
    ("rollout", "last_attention"),
)

Maps = dict[str, Tensor]  # method → (N, h, w)


def maps_of(networks: dict[str, Classifier], x: Tensor, targets: list[int], g: torch.Generator) -> Maps:
    """What each method says of a batch (N, 3, 96, 96), one target a picture, and what is said without a network."""
    e = explain(networks["transformer"], x, BLOCKS, layer_map=tokens_as_map)
    maps = {f"grad_cam {block}": e.map(targets, block) for block in BLOCKS}
    for block in BLOCKS:
        maps[f"hirescam {block}"] = (e.gradient(targets, block) * e.activation(block)).sum(1).relu()
    e = explain(networks["transformer"], x, ATTENTION)
    A = [e.activation(layer) for layer in ATTENTION]
    maps["gradient_attention"] = gradient_attention(A, [e.gradient(targets, layer) for layer in ATTENTION])
    maps["rollout"], maps["last_attention"] = rollout(A), row_of_class_token(A[-1].mean(1))
    maps[CNN] = explain(networks["cnn"], x).map(targets)
    maps["centre"] = torch.from_numpy(centre_gaussian(SIDE)).float().expand(len(x), -1, -1)
    return maps | {"random": torch.rand(len(x), GRID, GRID, generator=g)}


def judged(heat: np.ndarray, own: np.ndarray, other: np.ndarray) -> dict[str, float]:
    """A map (S, S) ≥ 0 against the mask of the thing that was asked for, and that of the other one.

    pointing: the highest place lies in the thing, or half a patch beside it. auc: a pixel of the thing has a higher
    value than one outside. energy: share of the map in the thing. own: the mean over the thing is higher than that
    over the other one, one half where they are equal. either: the highest place lies in one of the two.
    """
    gap = heat[own].mean() - heat[other].mean()
    return {
        "pointing": float(pointing_hit(heat, own, TOLERANCE)),
        "auc": auc(heat, own, ~own),
        "energy": energy_share(heat, own),
        "own": float(gap > 0) + 0.5 * float(gap == 0),
        "either": float(pointing_hit(heat, own | other, TOLERANCE)),
    }


Judged = dict[str, dict[str, list[float]]]  # method → measure → values by picture


def measure(networks: dict[str, Classifier], seeds: list[int]) -> tuple[Judged, dict[str, list[bool]], list[float]]:
    """Every method on one picture of two things a seed.

    Also, by network, whether its two highest scores are those of the two things; and the things' share of the picture.
    """
    found: Judged = defaultdict(lambda: defaultdict(list))
    named: dict[str, list[bool]] = {name: [] for name in networks}
    areas, g = [], torch.Generator().manual_seed(0)
    for batch in tqdm([seeds[i : i + BATCH] for i in range(0, len(seeds), BATCH)], desc="pictures", disable=None):
        scenes = [pairs.sample(seed, count=2) for seed in batch]
        pictures = [pairs.render(scene) for scene in scenes]
        things = [pairs.present(scene) for scene in scenes]
        masks = [[p.masks[id] for id in there.values()] for p, there in zip(pictures, things, strict=True)]
        kinds = [[pairs.KINDS.index(kind) for kind in there] for there in things]
        x = torch.cat([networks["cnn"].to_input(p.image) for p in pictures])
        for name, clf in networks.items():
            with torch.inference_mode():
                best = clf.model(x).topk(2).indices.sort().values
            named[name] += (best == torch.tensor(kinds)).all(1).tolist()
        areas += [float(np.mean([mask.mean() for mask in both])) for both in masks]
        both = [maps_of(networks, x, [pair[asked] for pair in kinds], g) for asked in (0, 1)]
        for method, values in _of_pictures(both, masks).items():
            for name in MEASURES:
                found[method][name] += values[name]
    return found, named, areas


def _of_pictures(both: list[Maps], masks: list[list[np.ndarray]]) -> Judged:
    """Each method's value for each picture, the mean of its two things; the other thing's map is a method, too."""
    found: Judged = defaultdict(lambda: defaultdict(list))
    for method in both[0]:
        heats = [upsample(maps[method], SIDE).numpy() for maps in both]
        for i, (first, second) in enumerate(masks):
            asked = {method: heats}
            if method in (CHOSEN, CNN):
                asked[f"{method} of the other thing"] = heats[::-1]
            for told, (of_first, of_second) in asked.items():
                one, two = judged(of_first[i], first, second), judged(of_second[i], second, first)
                for name in MEASURES:
                    found[told][name].append((one[name] + two[name]) / 2)
    return found


def summary(found: Judged, named: dict[str, list[bool]], areas: list[float]) -> dict:
    """Means of every method, differences picture by picture, and how often each network is right."""
    right = {name: np.array(hits, float) for name, hits in named.items()}
    told: dict = {"both_named": {name: share(hits) for name, hits in named.items()}, "area": average(areas)}
    told["both_named"]["cnn minus transformer"] = average(right["cnn"] - right["transformer"])
    told |= {method: {name: average(by[name]) for name in MEASURES} for method, by in found.items()}
    for a, b in PAIRS:
        told[f"{a} minus {b}"] = {name: average(np.subtract(found[a][name], found[b][name])) for name in MEASURES}
    return told


def main(argv: list[str] | None = None) -> None:
    description = __doc__.split("\n")[0]
    parser = argparse.ArgumentParser(prog="python -m gradcam_lib.studies.transformer", description=description)
    parser.add_argument("--pictures", type=int, default=400)
    parser.add_argument("--split", choices=("val", "test"), default="test", help="choices are made on val")
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder for the measured numbers")
    args = parser.parse_args(argv)
    torch.set_num_threads(1)
    networks = {name: load_transformer(name) for name in BUILD}
    numbers = summary(*measure(networks, [FIRST[args.split] + i for i in range(args.pictures)]))
    command = f"python -m gradcam_lib.studies.transformer --pictures {args.pictures}"
    command += "" if args.split == "test" else f" --split {args.split}"
    print(write_results("transformer", numbers, command=command, n=args.pictures, folder=args.results))
    for method, by in numbers.items():
        if method not in ("both_named", "area"):
            print(f"  {method:55s}", *(f"{name} {by[name]['value']:+.3f}" for name in MEASURES))
    print(numbers["both_named"])


if __name__ == "__main__":
    main()
