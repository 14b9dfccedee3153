"""Are the filters of a first layer Gabor functions? Beside the same values shuffled, and other phases.

    python -m gradcam_lib.studies.filters [--models squeezenet efficientnet_lite0 photonet]

The numbers are shares of a filter's power that the best Gabor function of one grid explains; a filter is its first
colour component. Notebook 12 shows the figures.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch

from gradcam_lib.feature_visualization.filters import first_filters, gabor_fit, patterns, same_power, shuffled
from gradcam_lib.networks.zoo import load_classifier
from gradcam_lib.paths import RESULTS
from gradcam_lib.results import average, share, write_results

MODELS = ("squeezenet", "efficientnet_lite0", "photonet")
DRAWS = 10  # of each control; a filter is compared with the mean of its own


def fits(model: torch.nn.Module) -> dict:
    f, g = patterns(first_filters(model)), torch.Generator().manual_seed(0)
    fit = gabor_fit(f)
    told: dict = {"filters": len(f), "side": f.shape[-1], "fit": average(fit.tolist())}
    for name, control in (("shuffled", shuffled), ("other phases", same_power)):
        drawn = torch.stack([gabor_fit(control(f, g)) for _ in range(DRAWS)]).mean(0)
        told[name] = average(drawn.tolist())
        told[f"less {name}"] = average((fit - drawn).tolist())
        told[f"better than {name}"] = share((fit > drawn).tolist())
    return told


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m gradcam_lib.studies.filters", description=__doc__.split("\n")[0])
    parser.add_argument("--models", nargs="+", default=MODELS, help="any of load_classifier's names, such as alexnet")
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder for the measured numbers")
    args = parser.parse_args(argv)
    torch.set_num_threads(1)
    numbers: dict = {}
    for name in args.models:
        numbers[name] = fits(load_classifier(name).model)
        numbers[f"{name}, random weights"] = fits(load_classifier(name, weights=None).model)
    command = f"python -m gradcam_lib.studies.filters --models {' '.join(args.models)}"
    n = sum(numbers[name]["filters"] for name in args.models)
    print(write_results("filters", numbers, command=command, n=n, folder=args.results))


if __name__ == "__main__":
    main()
