"""The paper's ablation, measured anew: which parts of Grad-CAM make its boxes good?

    python -m gradcam_lib.studies.localization --data ILSVRC_FOLDER      # or GRADCAM_DATA
    python -m gradcam_lib.studies.localization --data ILSVRC_FOLDER --network efficientnet_lite0

The folder holds ``boxes.json`` (file, label, boxes in the crop) and ``images``. The network looks at each picture once;
every variant is made from that pass. All variants see the same pictures, so each is compared with Grad-CAM picture by
picture, and since the best threshold of a box differs from variant to variant, boxes are drawn at several.
Notebook 04 shows the figures.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d
from tqdm import tqdm

from gradcam_lib.equations import channel_weights, combine, upsample
from gradcam_lib.explanation import Explanation, explain
from gradcam_lib.measures.localize import box_from_map, centre_gaussian, iou, pointing_hit
from gradcam_lib.networks.zoo import load_classifier
from gradcam_lib.paths import RESULTS, data_folder
from gradcam_lib.pictures.images import load_image, to_input
from gradcam_lib.results import average, share, write_results

SIDE = 224
LAYERS = {  # of each network, from an earlier to the deepest one, all of them rectified
    "squeezenet": ("features.4", "features.7", "features.9", "features.12"),
    "efficientnet_lite0": ("features.4.expand", "features.6.expand", "features.12.expand", "features"),
}
FILES = {"squeezenet": "localization", "efficientnet_lite0": "localization_lite0"}
PAPERS = 0.15  # the paper's threshold
THRESHOLDS = (0.05, 0.1, PAPERS, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7)
MEASURES = KNOWN, TOP1, POINTING = "known_class_localization_error", "top1_localization_error", "pointing_game"


def variants(e: Explanation, target: list[int]) -> dict[str, Tensor]:
    """Name → maps (N, SIDE, SIDE): Grad-CAM, one part changed at a time, earlier layers, and saliency."""
    A, G = e.activation(), e.gradient(target)
    signed = combine(channel_weights(G), A, relu=False)
    # Without its ReLU a map has no zero to measure 15 % from; as usual it is moved so that its minimum becomes zero.
    maps = {
        "grad_cam": signed.relu(),
        "without_relu": signed - signed.amin((1, 2), keepdim=True),
        "absolute_gradients": combine(channel_weights(G.abs()), A),
        "positive_gradients": combine(channel_weights(G.relu()), A),
        "equal_weights": A.sum(1),  # knows no class: what a map earns by lying on whatever excites the network
        "max_pooled_gradients": combine(G.amax((2, 3), keepdim=True), A),
        "counterfactual": (-signed).relu(),
        **{f"layer_{name}": e.map(target, name) for name in e.layers[:-1]},
    }
    maps = {name: upsample(L, SIDE) for name, L in maps.items()}
    # Saliency is dots, not regions; smoothed over an eighth of the picture it has boxes too (the paper used GrabCut).
    smooth = avg_pool2d(e.saliency(target)[:, None], 29, 1, 14, count_include_pad=False)[:, 0]
    return maps | {"saliency_smoothed": smooth}


def study(folder: Path, network: str = "squeezenet", batch: int = 25) -> tuple[dict, int]:
    """Per variant: localization error with the true and with the predicted class, and the pointing game; the errors of
    the true class by threshold; and how much each measure differs from Grad-CAM's on the same pictures.
    """
    clf = load_classifier(network)
    entries = json.loads((folder / "boxes.json").read_text(encoding="utf-8"))
    counted: dict[str, dict[str, list[bool]]] = defaultdict(lambda: defaultdict(list))
    right: list[bool] = []
    for start in tqdm(range(0, len(entries), batch), desc="pictures"):
        some = entries[start : start + batch]
        pictures = [load_image(folder / "images" / entry["file"]) for entry in some]
        # All of it: the boxes are those of this square, and a transform that enlarges would cut its rim off.
        x = torch.cat([to_input(p, clf.transform.at(SIDE), crop=(0, 0, SIDE, SIDE)) for p in pictures])
        e = explain(clf, x, list(LAYERS[network]), pixels=True)
        true, predicted = [entry["label"] for entry in some], e.predicted.tolist()
        right += [t == p for t, p in zip(true, predicted, strict=True)]
        known, guessed = variants(e, true), variants(e, predicted)
        known["centre"] = guessed["centre"] = torch.from_numpy(centre_gaussian(SIDE)).expand(len(some), -1, -1)
        for name in known:
            for i, entry in enumerate(some):
                heat, boxes = known[name][i], entry["boxes"]
                for threshold in THRESHOLDS:
                    counted[name][f"{threshold:g}"].append(not _found(heat, boxes, threshold))
                right_box = true[i] == predicted[i] and _found(guessed[name][i], boxes)
                counted[name][TOP1].append(not right_box)
                counted[name][POINTING].append(any(pointing_hit(heat, box, 15) for box in boxes))
    return {"top1_accuracy": share(right), **summary(counted)}, len(entries)


def summary(counted: dict[str, dict[str, list[bool]]]) -> dict:
    """Shares with their intervals, and the paired differences from Grad-CAM with theirs."""
    for by in counted.values():
        by[KNOWN] = by[f"{PAPERS:g}"]
    numbers = {}
    for name, by in counted.items():
        numbers[name] = {measure: share(by[measure]) for measure in MEASURES}
        numbers[name]["error_by_threshold"] = {f"{t:g}": share(by[f"{t:g}"]) for t in THRESHOLDS}
        if name != "grad_cam":
            apart = {m: np.subtract(by[m], counted["grad_cam"][m], dtype=int) for m in MEASURES}
            numbers[name]["minus_grad_cam"] = {measure: average(d) for measure, d in apart.items()}
    return numbers


def _found(heat: Tensor, boxes: list, threshold: float = PAPERS) -> bool:
    """Whether the map's box overlaps one of the annotated ones by half or more."""
    box = box_from_map(heat, threshold)
    return any(iou(box, tuple(true)) >= 0.5 for true in boxes)


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m gradcam_lib.studies.localization", description=__doc__.split("\n")[0]
    )
    parser.add_argument("--data", type=Path, help="folder with boxes.json and images; default: in GRADCAM_DATA")
    parser.add_argument("--network", choices=list(LAYERS), default="squeezenet", help="default: %(default)s")
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder for the measured numbers")
    args = parser.parse_args(argv)
    folder = args.data or (data_folder() or Path()) / "ilsvrc-val-250"
    if not (folder / "boxes.json").is_file():
        parser.error(f"{folder}: no boxes.json in it; give --data, or set GRADCAM_DATA")
    numbers, n = study(folder, args.network)
    chosen = "" if args.network == parser.get_default("network") else f" --network {args.network}"
    command = f"python -m gradcam_lib.studies.localization --data PATH{chosen}"
    print(write_results(FILES[args.network], numbers, command=command, n=n, folder=args.results))
    for name, by in numbers.items():
        print(f"  {name:22s}", *(f"{m} {by[m]['value']:.3f}" for m in MEASURES if m in by))


if __name__ == "__main__":
    main()
