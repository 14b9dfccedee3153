"""Where attention over patches and Grad-CAM look, with the same evidence spread over a picture or in one place.

    python -m gradcam_lib.studies.tissue

Each seed gives three pictures: its abnormal nuclei spread, clustered, and none of them. Every method explains the same
pictures, so methods are compared picture by picture and arrangements seed by seed; intervals are over seeds.
Notebook 12 shows the figures.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from tqdm import tqdm

from gradcam_lib.equations import upsample
from gradcam_lib.explanation import explain
from gradcam_lib.measures.localize import centre_gaussian, pointing_hit
from gradcam_lib.networks.classifier import Classifier
from gradcam_lib.networks.tissue import BUILD, PATCH, load_tissue
from gradcam_lib.occlusion import occlusion_map
from gradcam_lib.paths import RESULTS
from gradcam_lib.results import average, share, write_results
from gradcam_lib.worlds import tissue
from gradcam_lib.worlds.corpus import FIRST
from gradcam_lib.worlds.rendering import Picture

GRID = tissue.SIDE // PATCH
TOLERANCE = 7  # pixels: half of a nucleus's length
SPREAD, CLUSTERED, NONE = tissue.ARRANGEMENTS
MEASURES = ("patch_pointing", "patch_auc", "patches_found", "pixel_pointing", "pixel_auc")
PAIRS = (
    *(("attention", "grad_cam"), ("gated", "grad_cam"), ("gated", "attention"), ("occlusion", "grad_cam")),
    *(("attention", "darkness"), ("grad_cam", "darkness")),
)

Maps = dict[str, tuple[Tensor, Tensor]]  # method → a map of patches (GRID, GRID), and one of pixels (SIDE, SIDE)


def maps_of(networks: dict[str, Classifier], image: np.ndarray, g: torch.Generator) -> Maps:
    """What each method says of one picture, and what is said without any network."""
    clf = networks["cnn"]
    x = clf.to_input(image)
    with torch.inference_mode():
        coarse = {name: networks[name].model.network.attention(x)[0] for name in ("attention", "gated")}
    coarse["occlusion"] = occlusion_map(clf.model, x, 1, patch=PATCH, stride=PATCH, batch=GRID**2)[0]
    coarse["random"] = torch.rand(GRID, GRID, generator=g)
    fine = {
        "grad_cam": explain(clf, x).map(1)[0],
        "centre": torch.from_numpy(centre_gaussian(tissue.SIDE)).float(),
        "darkness": 255 - torch.from_numpy(image).float().mean(2),
    }
    maps = {name: (heat, upsample(heat[None], tissue.SIDE)[0]) for name, heat in coarse.items()}
    return maps | {name: (over_patches(heat), upsample(heat[None], tissue.SIDE)[0]) for name, heat in fine.items()}


def over_patches(heat: Tensor) -> Tensor:
    """Any map (h, w), h and w multiples of GRID → its mean over each patch, (GRID, GRID)."""
    return torch.nn.functional.adaptive_avg_pool2d(heat[None], GRID)[0]


@dataclass(frozen=True)
class Truth:
    """Patches (GRID, GRID) that hold the centre of an abnormal nucleus, and those free of any part of one; both bool.

    mask: (SIDE, SIDE) bool, the pixels of all abnormal nuclei.
    """

    held: np.ndarray
    free: np.ndarray
    mask: np.ndarray


def truth_of(picture: Picture) -> Truth:
    held, mask = np.zeros((GRID, GRID), bool), tissue.evidence(picture)
    for nucleus in picture.scene.things:
        if nucleus.kind == "abnormal":
            held[int(nucleus.y * GRID), int(nucleus.x * GRID)] = True
    return Truth(held, ~mask.reshape(GRID, PATCH, GRID, PATCH).any((1, 3)), mask)


def auc(heat: np.ndarray, positive: np.ndarray, negative: np.ndarray) -> float:
    """Chance that a positive place has a higher value than a negative one; equal values count one half.

    The area under the curve of true against false positives, by ranks. heat and both masks have one shape.
    """
    from scipy.stats import rankdata  # takes more than a second to import

    values = np.concatenate([heat[positive], heat[negative]])
    n, m = int(positive.sum()), int(negative.sum())
    return float((rankdata(values)[:n].sum() - n * (n + 1) / 2) / (n * m))


def judged(patch_map: Tensor, pixel_map: Tensor, truth: Truth) -> dict[str, float]:
    """All measures of one method on one picture with abnormal nuclei.

    patch_pointing: the highest patch holds the centre of an abnormal nucleus. patch_auc: patches that hold one against
    patches free of them; those that a nucleus only touches are left out. patches_found: of the k patches that hold one,
    the share among the k highest. pixel_pointing: the highest pixel lies within 7 pixels of an abnormal nucleus.
    pixel_auc: pixels of abnormal nuclei against all others.
    """
    coarse, fine, mask = patch_map.numpy(), pixel_map.numpy(), truth.mask
    highest = np.argsort(-coarse, axis=None, kind="stable")
    right = truth.held.flatten()[highest]
    points = bool(coarse.max() > 0)  # a map without a positive value points nowhere
    return {
        "patch_pointing": float(points and right[0]),
        "patch_auc": auc(coarse, truth.held, truth.free),
        "patches_found": float(points * right[: truth.held.sum()].mean()),
        "pixel_pointing": float(pointing_hit(fine, mask, TOLERANCE)),
        "pixel_auc": auc(fine, mask, ~mask),
    }


Judged = dict[str, dict[str, dict[str, list[float]]]]  # arrangement → method → measure → one value a seed


def measure(networks: dict[str, Classifier], seeds: list[int]) -> tuple[Judged, dict[str, dict[str, list[float]]]]:
    """All values, seed by seed; beside them the logits of "abnormal": network → arrangement → one a seed."""
    found: Judged = {a: defaultdict(lambda: defaultdict(list)) for a in (SPREAD, CLUSTERED)}
    logits: dict[str, dict[str, list[float]]] = {name: defaultdict(list) for name in networks}
    g = torch.Generator().manual_seed(0)
    for seed in tqdm(seeds, desc="seeds", disable=None):
        for arrangement in tissue.ARRANGEMENTS:
            picture = tissue.render(tissue.sample(seed, arrangement=arrangement))
            for name, clf in networks.items():
                with torch.inference_mode():
                    logits[name][arrangement].append(float(clf.model.network(clf.to_input(picture.image))))
            if arrangement == NONE:
                continue
            truth = truth_of(picture)
            for method, heats in maps_of(networks, picture.image, g).items():
                for name, value in judged(*heats, truth).items():
                    found[arrangement][method][name].append(value)
    return found, logits


def accuracies(logits: dict[str, dict[str, list[float]]]) -> dict:
    """Share of right answers by arrangement, and balanced: pictures without nuclei weigh as much as those with."""
    right = {
        name: {a: np.array(z) > 0 if a != NONE else np.array(z) <= 0 for a, z in by.items()}
        for name, by in logits.items()
    }
    balanced = {name: (of[SPREAD] + 1.0 * of[CLUSTERED]) / 4 + of[NONE] / 2 for name, of in right.items()}
    told = {
        name: {a: share(of[a]) for a in tissue.ARRANGEMENTS} | {"balanced": average(balanced[name])}
        for name, of in right.items()
    }
    apart = {f"{name} minus cnn": average(balanced[name] - balanced["cnn"]) for name in right if name != "cnn"}
    return told | apart


def summary(found: Judged) -> dict:
    """Means by arrangement; each method's loss where the evidence is spread; methods against each other."""
    told: dict = {a: {m: _averages(by) for m, by in found[a].items()} for a in found}
    told["spread minus clustered"] = {m: _apart(found[SPREAD][m], found[CLUSTERED][m]) for m in found[SPREAD]}
    for a, b in PAIRS:
        told[f"{a} minus {b}"] = {where: _apart(found[where][a], found[where][b]) for where in found}
        gain = {where: _differences(found[where][a], found[where][b]) for where in found}
        told[f"{a} minus {b}"]["spread minus clustered"] = _apart(gain[SPREAD], gain[CLUSTERED])
    return told


def _differences(a: dict[str, list[float]], b: dict[str, list[float]]) -> dict[str, np.ndarray]:
    return {name: np.subtract(a[name], b[name]) for name in MEASURES}


def _averages(by: dict) -> dict[str, dict[str, float]]:
    return {name: average(by[name]) for name in MEASURES}


def _apart(a: dict, b: dict) -> dict[str, dict[str, float]]:
    return _averages(_differences(a, b))


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m gradcam_lib.studies.tissue", description=__doc__.split("\n")[0])
    parser.add_argument("--seeds", type=int, default=300, help="three pictures each")
    parser.add_argument("--split", choices=("val", "test"), default="test", help="choices are made on val")
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder for the measured numbers")
    args = parser.parse_args(argv)
    torch.set_num_threads(1)
    networks = {name: load_tissue(name) for name in BUILD}
    found, logits = measure(networks, [FIRST[args.split] + i for i in range(args.seeds)])
    numbers = {"accuracy": accuracies(logits), **summary(found)}
    command = f"python -m gradcam_lib.studies.tissue --seeds {args.seeds}"
    command += "" if args.split == "test" else f" --split {args.split}"
    print(write_results("tissue", numbers, command=command, n=args.seeds, folder=args.results))
    for arrangement in (SPREAD, CLUSTERED):
        for method, by in numbers[arrangement].items():
            print(f"  {arrangement:10s}{method:12s}", *(f"{name} {by[name]['value']:.3f}" for name in MEASURES))


if __name__ == "__main__":
    main()
