"""What the form that CAM needs costs: both forms of PhotoNet, compared picture by picture.

    python -m gradcam_lib.studies.price --data tiny-imagenet-200.zip

Two intervals that overlap do not show that two networks are equally good, because both were measured on the same
pictures and mostly fail on the same ones. What counts are the pictures on which they differ (McNemar's test).
Notebook 03 shows the table.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from gradcam_lib.datasets import tiny_imagenet
from gradcam_lib.evaluate.look import CAMS
from gradcam_lib.networks.zoo import load_photonet
from gradcam_lib.paths import MODELS, RESULTS
from gradcam_lib.results import average, write_results
from gradcam_lib.training.photonet import judged

MEASURES = ("top1_accuracy", "top5_accuracy", "top1_localization_error", "top5_localization_error", "pointing_game")


def paired(first: Sequence[bool], second: Sequence[bool]) -> dict[str, float]:
    """Two networks on the same pictures: the share of the second minus that of the first, with its 95 % interval.

    Beside it ``only_first`` and ``only_second``, the numbers of pictures of which one says yes and the other no.
    """
    first, second = np.asarray(first, bool), np.asarray(second, bool)
    counts = {"only_first": int((first & ~second).sum()), "only_second": int((second & ~first).sum())}
    return average(second.astype(float) - first) | counts


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m gradcam_lib.studies.price", description=__doc__.split("\n")[0])
    parser.add_argument("--data", required=True, help="Tiny ImageNet folder or zip, in the official layout")
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder for the measured numbers")
    args = parser.parse_args(argv)
    val = tiny_imagenet.load_split(tiny_imagenet.root_of(args.data), "val")
    models = [load_photonet(MODELS / f"{name}.safetensors")[0] for name in ("photonet", "photonet_gap")]
    connected, pooled = (judged(model, val) for model in models)
    numbers = {name: paired(connected[name], pooled[name]) for name in MEASURES}
    # With pooling, Grad-CAM is a rectified CAM; as CAM it is cut at the threshold of CAM's own paper.
    cam = judged(models[1], val, threshold=CAMS)
    numbers |= {f"cam_{name}": paired(connected[name], cam[name]) for name in MEASURES if "localization" in name}
    # In one network: do its maps point better than the middle of the picture, which looks at nothing?
    numbers["gap_points_better_than_the_centre"] = paired(pooled["pointing_game_centre"], pooled["pointing_game"])
    command = "python -m gradcam_lib.studies.price --data PATH"
    print(write_results("photonet_pair", numbers, command=command, n=len(val.labels), folder=args.results))
    for name, found in numbers.items():
        print(f"  {name}: {found}")


if __name__ == "__main__":
    main()
