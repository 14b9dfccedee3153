"""The paper's ablation, measured anew: which parts of Grad-CAM make its boxes good?

    python -m gradcam_lib.studies.localization --data ILSVRC_FOLDER      # or GRADCAM_DATA

The folder holds ``boxes.json`` (file, label, boxes in the crop) and ``images``. SqueezeNet looks at each picture once;
every variant is made from that pass.   Notebook 04 shows the table.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from pathlib import Path

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
from gradcam_lib.results import share, write_results

SIDE = 224
LAYERS = ("features.4", "features.7", "features.9", "features.12")


def variants(e: Explanation, target: list[int]) -> dict[str, Tensor]:
    """Name → maps (N, SIDE, SIDE): Grad-CAM, one part changed at a time, earlier layers, and saliency."""
    A, G = e.activation("features.12"), e.gradient(target, "features.12")
    signed = combine(channel_weights(G), A, relu=False)
    # Without its ReLU a map has no zero to measure 15 % from; as usual it is moved so that its minimum becomes zero.
    maps = {
        "grad_cam": signed.relu(),
        "without_relu": signed - signed.amin((1, 2), keepdim=True),
        "absolute_gradients": combine(channel_weights(G.abs()), A),
        "max_pooled_gradients": combine(G.amax((2, 3), keepdim=True), A),
        "counterfactual": (-signed).relu(),
        **{f"layer_{name}": e.map(target, name) for name in LAYERS[:-1]},
    }
    maps = {name: upsample(L, SIDE) for name, L in maps.items()}
    # Saliency is dots, not regions; smoothed over an eighth of the picture it has boxes too (the paper used GrabCut).
    smooth = avg_pool2d(e.saliency(target)[:, None], 29, 1, 14, count_include_pad=False)[:, 0]
    return maps | {"saliency_smoothed": smooth}


def study(folder: Path, batch: int = 25) -> tuple[dict, int]:
    """Per variant: localization error with the true and with the predicted class, and the pointing game."""
    clf = load_classifier("squeezenet")
    entries = json.loads((folder / "boxes.json").read_text(encoding="utf-8"))
    counted: dict[str, dict[str, list[bool]]] = defaultdict(lambda: defaultdict(list))
    right: list[bool] = []
    for start in tqdm(range(0, len(entries), batch), desc="pictures"):
        some = entries[start : start + batch]
        pictures = [load_image(folder / "images" / entry["file"]) for entry in some]
        x = torch.cat([to_input(p, clf.transform.at(SIDE)) for p in pictures])
        e = explain(clf, x, list(LAYERS), pixels=True)
        true, predicted = [entry["label"] for entry in some], e.predicted.tolist()
        right += [t == p for t, p in zip(true, predicted, strict=True)]
        known, guessed = variants(e, true), variants(e, predicted)
        known["centre"] = guessed["centre"] = torch.from_numpy(centre_gaussian(SIDE)).expand(len(some), -1, -1)
        for name in known:
            for i, entry in enumerate(some):
                overlaps = [_best(maps[name][i], entry["boxes"]) >= 0.5 for maps in (known, guessed)]
                counted[name]["known_class_localization_error"].append(not overlaps[0])
                counted[name]["top1_localization_error"].append(not (overlaps[1] and true[i] == predicted[i]))
                heat = known[name][i]
                counted[name]["pointing_game"].append(any(pointing_hit(heat, b, 15) for b in entry["boxes"]))
    numbers = {name: {measure: share(hits) for measure, hits in by.items()} for name, by in counted.items()}
    return {"top1_accuracy": share(right), **numbers}, len(entries)


def _best(heat: Tensor, boxes: list) -> float:
    """Overlap of the map's box with the best of the annotated ones."""
    found = box_from_map(heat)
    return max(iou(found, tuple(box)) for box in boxes)


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m gradcam_lib.studies.localization", description=__doc__.split("\n")[0]
    )
    parser.add_argument("--data", type=Path, help="folder with boxes.json and images; default: in GRADCAM_DATA")
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder for the measured numbers")
    args = parser.parse_args(argv)
    folder = args.data or (data_folder() or Path()) / "ilsvrc-val-250"
    if not (folder / "boxes.json").is_file():
        parser.error(f"{folder}: no boxes.json in it; give --data, or set GRADCAM_DATA")
    numbers, n = study(folder)
    command = "python -m gradcam_lib.studies.localization --data PATH"
    print(write_results("localization", numbers, command=command, n=n, folder=args.results))
    for name, by in numbers.items():
        print(f"  {name:22s}", *(f"{k} {v['value']:.3f}" for k, v in by.items() if isinstance(v, dict)))


if __name__ == "__main__":
    main()
