"""Are class impressions recognised by the network they come from, and by another that was never asked?

    python -m gradcam_lib.studies.impressions

EfficientNet-Lite0 makes an impression of every 25th class of ImageNet; SqueezeNet, another architecture trained by
others, sees them as saved pictures. PhotoNet makes one of each of its 40 classes; EfficientNet-Lite0 sees these, among
the same 40 classes. Each part of the recipe is left out in turn, on the same classes with the same noise. Controls: how
often the other network sees the next class of the list instead; noise with the spectrum of the impressions.
Notebook 12 shows the figures. Needs SqueezeNet's weights.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from gradcam_lib.feature_visualization.impressions import (
    NONE,
    as_picture,
    class_impressions,
    normalised,
    same_spectrum,
)
from gradcam_lib.networks.classifier import Classifier
from gradcam_lib.networks.zoo import load_classifier
from gradcam_lib.paths import RESULTS
from gradcam_lib.results import average, share, write_results

EVERY = 25  # classes 0, 25, 50, … of ImageNet
PHOTONET_SIDE = 64
WITHOUT = {
    "whole": {},
    "no transforms": {"jitter": NONE},
    "no total variation": {"smooth": 0},
    "plain steps": {"fine": 0, "colours": 1},
}


def logits_of(clf: Classifier, P: Tensor, among: Sequence[int] | None = None) -> Tensor:
    """What a network says of the pictures as saved in 8 bits, resized and cropped as it wants: (N, C).

    among: numbers of the classes that count; None: all.
    """
    with torch.inference_mode():
        y = torch.cat([clf.model(clf.to_input(as_picture(p))) for p in P])
    return y if among is None else y[:, list(among)]


def places(y: Tensor, classes: Sequence[int]) -> np.ndarray:
    """How many classes are above the one asked for: 0 is top-1. y: (N, C) → (N,)."""
    return (y > y.gather(1, torch.tensor(classes)[:, None])).sum(1).numpy()


def recognised(place: np.ndarray) -> dict:
    return {"top_1": share(place == 0), "top_5": share(place < 5), "median_place": float(np.median(place)) + 1}


def compared(place: np.ndarray, whole: np.ndarray, count: int) -> dict:
    """Paired on the same classes: less of the classes ranked below the one asked for than with the whole recipe?"""
    beaten = 1 - place / (count - 1)
    return {
        "top_5": average((place < 5) * 1.0 - (whole < 5)),
        "ranked_below": average(beaten - 1 + whole / (count - 1)),
    }


def judged(maker: Classifier, other: Classifier, P: Tensor, classes: Sequence[int], elsewhere: Sequence[int]) -> dict:
    """classes: numbers in the maker; elsewhere: of the same classes in the other, which chooses among all, and, where
    it knows more classes than the maker, among these."""
    with torch.inference_mode():
        direct = torch.cat([maker.model(normalised(maker, (p[None] * 255).round() / 255)) for p in P])
    g = torch.Generator().manual_seed(0)
    y, of_noise, following = logits_of(other, P), logits_of(other, same_spectrum(P, g)), [*elsewhere[1:], elsewhere[0]]
    told = {
        "own_unresized": recognised(places(direct, classes)),
        "own": recognised(places(logits_of(maker, P), classes)),
        "other": recognised(places(y, elsewhere)),
        "other_next_class": recognised(places(y, following)),
        "other_same_spectrum": recognised(places(of_noise, elsewhere)),
        "places": places(y, elsewhere).tolist(),
        "own_same_spectrum": recognised(places(logits_of(maker, same_spectrum(P, g)), classes)),
    }
    if len(maker.names) < len(other.names):
        few, here = list(elsewhere), list(range(len(elsewhere)))
        told["other_among_these"] = recognised(places(y[:, few], here))
        told["other_among_these_next_class"] = recognised(places(y[:, few], [*here[1:], 0]))
    return told


def measure(
    maker: Classifier, other: Classifier, classes: list[int], elsewhere: list[int], folder: Path, **options
) -> dict:
    """All recipes on the same classes; one that is in the folder already is not made again. options: of
    ``class_impressions``."""
    told: dict = {}
    for name, change in WITHOUT.items():
        file = folder / f"{type(maker.model).__name__} {len(classes)} classes {options['steps']} steps {name}.json"
        if not file.is_file():
            P = class_impressions(maker, classes, progress=True, **{**options, **change})
            file.write_text(json.dumps(judged(maker, other, P, classes, elsewhere)), encoding="utf-8")
        told[name] = json.loads(file.read_text(encoding="utf-8"))
        if name != "whole":
            now, whole = (np.array(told[which]["places"]) for which in (name, "whole"))
            told[name]["less_whole"] = compared(now, whole, len(other.names))
        own, seen = told[name]["own"], told[name]["other"]
        print(f"  {name:20s} own top-1 {own['top_1']['value']:.2f}   other top-1 {seen['top_1']['value']:.2f}, top-5 "
              f"{seen['top_5']['value']:.2f}, median place {seen['median_place']:.0f}", flush=True)  # fmt: skip
    return told


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m gradcam_lib.studies.impressions", description=__doc__.split("\n")[0]
    )
    parser.add_argument("--every", type=int, default=EVERY, help="class 0 and every so many after it")
    parser.add_argument("--steps", type=int, default=80)
    parser.add_argument("--runs", type=Path, default=Path("runs/impressions"), help="where finished parts are kept")
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder for the measured numbers")
    args = parser.parse_args(argv)
    torch.set_num_threads(1)
    lite, squeeze, photo = map(load_classifier, ("efficientnet_lite0", "squeezenet", "photonet"))
    classes = list(range(0, len(lite.names), args.every))
    args.runs.mkdir(parents=True, exist_ok=True)
    here, there = list(range(len(photo.names))), [lite.index(name) for name in photo.names]
    options = {"folder": args.runs, "steps": args.steps}
    numbers = {
        "steps": args.steps,
        "classes": [lite.names[c] for c in classes],
        "photonet_classes": photo.names,
        "lite0_by_squeezenet": measure(lite, squeeze, classes, classes, **options),
        "photonet_by_lite0": measure(photo, lite, here, there, side=PHOTONET_SIDE, **options),
    }
    command = f"python -m gradcam_lib.studies.impressions --every {args.every} --steps {args.steps}"
    print(write_results("impressions", numbers, command=command, n=len(classes), folder=args.results))


if __name__ == "__main__":
    main()
