"""Measure the tagger and its maps on photographs of COCO that it has not learnt from.

python -m gradcam_lib.studies.tagger                       # GRADCAM_DATA holds coco*.zip with the part val
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from tqdm import tqdm

from gradcam_lib.datasets.coco_part import coco_part
from gradcam_lib.networks.tagger import load_tagger
from gradcam_lib.paths import RESULTS
from gradcam_lib.results import write_results
from gradcam_lib.studies.tagger.absent import measured
from gradcam_lib.studies.tagger.looks import Looked, categories, look
from gradcam_lib.studies.tagger.scores import pointing, precision

CHANGED = 0.01  # of a map's maximum: such a difference is told


def targets(looks: Sequence[Looked]) -> dict[str, dict[str, float]]:
    """Counts of maps that a sigmoid or a softmax as target empties or changes, of tags that are there and that are not.

    All maps are Grad-CAM's, computed in float32, and where it says half in float16; "changed" of those not emptied.
    """
    told = {}
    for name, there in (("there", True), ("absent", False)):
        rows = [row for one in looks for tag, row in one.targets.items() if (tag in one.there) == there]
        shown = [row for row in rows if not row["empty"]]
        told[name] = {"maps": len(rows), "shown": len(shown)}
        factors = [row["factor"] for row in rows]
        told[name] |= {"median_factor": _short(np.median(factors)), "smallest_factor": _short(min(factors))}
        for way in ("sigmoid", "logit_half", "sigmoid_half", "softmax"):
            change = [row[f"{way}_change"] for row in shown if np.isfinite(row[f"{way}_change"])]
            told[name][f"{way}_empty"] = int(sum(row[f"{way}_empty"] for row in shown))
            told[name][f"{way}_changed"] = int(np.greater(change, CHANGED).sum())
            told[name][f"{way}_largest_change"] = _short(max(change, default=0))
    return told


def _short(value: float) -> float:
    return float(f"{value:.2g}")


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m gradcam_lib.studies.tagger", description=__doc__.split("\n")[0])
    parser.add_argument("--data", help="COCO's folder or zip, or a folder that holds it; default: GRADCAM_DATA")
    parser.add_argument("--pictures", type=int, help="the first so many; default: all")
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder for the measured numbers")
    args = parser.parse_args(argv)
    torch.set_num_threads(1)
    clf, part = load_tagger(), coco_part(args.data, "val")
    count = min(args.pictures or len(part), len(part))
    looks = [look(clf, part, i) for i in tqdm(range(count), desc="photographs", disable=None)]
    numbers = {
        "tags": clf.names,
        "with masks": categories(clf),
        "precision": precision(looks, clf),
        "pointing": pointing(looks, categories(clf)),
        "cam differs by": _short(max(one.cam_differs for one in looks)),
        "targets": targets(looks),
        "absent": measured(looks, clf),
    }
    command = "python -m gradcam_lib.studies.tagger" + (f" --pictures {args.pictures}" if args.pictures else "")
    print(write_results("tagger", numbers, command=command, n=count, folder=args.results))
    for method in ("grad_cam", "guided", "no_tag", "elsewhere", "centre", "random"):
        by = numbers["pointing"].get(method, {})
        print(f"  {method:10s}", *(f"{m} {by[m]['value']:.3f}" for m in ("inside", "density") if m in by))


if __name__ == "__main__":
    main()
