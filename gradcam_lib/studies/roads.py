"""Grad-CAM for a number: which parts of a road turn the steering wheel, and whether the signed map says so.

    python -m gradcam_lib.studies.roads

Each picture is drawn again without its left marking, without its right one, without its sign and without everything
else beside the road, so that what a part adds to the angle is known. Every method explains the same pictures; intervals
are over pictures. Notebook 12 shows the figures.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Sequence
from itertools import product
from pathlib import Path

import numpy as np
import torch
from tqdm import tqdm

from gradcam_lib.measures.faithfulness import rank_correlation
from gradcam_lib.measures.localize import centre_gaussian, pointing_hit
from gradcam_lib.measures.muting import drops, highest
from gradcam_lib.networks.classifier import Classifier
from gradcam_lib.networks.road import NAMES, load_road
from gradcam_lib.paths import RESULTS
from gradcam_lib.results import average, share, write_results
from gradcam_lib.studies.roads_seen import CELL, PARTS, Seen
from gradcam_lib.worlds import roads
from gradcam_lib.worlds.corpus import FIRST

MUTED = 0.1  # of the picture
TURNS = 10.0  # degrees: from here on a picture counts as one of a turn
CHANGES = 2.0  # degrees: from here on a part counts as one that changes the angle
METHODS = {"pooled": ("grad_cam", "occlusion"), "flat": ("grad_cam", "hirescam", "occlusion")}

Values = dict[str, list[float]]


def accuracy(seen: Sequence[Seen], name: str) -> dict:
    """Errors in degrees; beside them those of a network that always says 0."""
    errors = [one.error(name) for one in seen]
    zero = [abs(one.angle) for one in seen]
    agrees = np.array([one.arrow * one.angle > 0 for one in seen])
    signed = np.array([(one.said[name]["whole"] - one.angle) * one.arrow for one in seen])
    flips = [(one.said[name]["whole"] - one.said[name]["turned"]) * one.arrow for one in seen]
    return {
        "error": average(errors),
        "always zero": average(zero),
        "error where the arrow agrees": average(np.array(errors)[agrees]),
        "error where it does not": average(np.array(errors)[~agrees]),
        "towards the arrow": average(signed),
        "turned arrow": average(flips),
    }


def location(seen: Sequence[Seen], name: str, method: str) -> dict:
    """Where the map lies, by its absolute value, and where its highest place is; beside blob and other pictures."""
    found: Values = defaultdict(list)
    blob = centre_gaussian(128)
    for one, other in zip(seen, [*seen[1:], seen[0]], strict=True):
        heat = np.abs(one.maps[name][method])
        for part in ("paint", "sign", "others", "sky"):
            found[f"density, {part}"].append(_density(heat, one.masks[part]))
        paint, elsewhere = one.masks["paint"], np.abs(other.maps[name][method])
        found["density, paint, another picture's map"].append(_density(elsewhere, paint))
        found["density, paint, less another picture's map"].append(_density(heat, paint) - _density(elsewhere, paint))
        found["density, paint, blob"].append(_density(blob, paint))
        hits = [float(pointing_hit(h, paint)) for h in (heat, elsewhere, blob)]
        found["hit"].append(hits[0])
        found["hit, another picture's map"].append(hits[1])
        found["hit, blob"].append(hits[2])
        found["hit, less another picture's map"].append(hits[0] - hits[1])
        found["share of picture"].append(float(paint.mean()))
    return {what: average(values) for what, values in found.items()}


def _density(heat: np.ndarray, mask: np.ndarray) -> float:
    """The map's mean on a part over its mean in the picture; 1 is what a map gets that is the same everywhere."""
    return float(heat[mask].mean() / heat.mean()) if mask.any() and heat.any() else 1.0


def removed(seen: Sequence[Seen], name: str) -> dict:
    """By how many degrees the angle changes when a part is taken away."""
    changes = {part: [abs(one.change(name, part)) for one in seen if part in one.said[name]] for part in PARTS}
    return {part: average(values) for part, values in changes.items()}


def counterfactual(seen: Sequence[Seen], name: str, method: str) -> dict:
    """Does the map say how the angle changes when a marking is taken away? Beside it the map of another picture.

    sign: in how many of the pictures in which the angle changes by CHANGES at least; "always the same" names for all of
    them the side to which most of them change. rho: rank correlation over all pictures that have the marking.
    """
    numbers: dict = {}
    for part in roads.MARKINGS:
        have = [i for i, one in enumerate(seen) if part in one.said[name]]
        change = np.array([seen[i].change(name, part) for i in have])
        own = np.array([seen[i].told(name, method, part) for i in have])
        other = np.array([seen[i].told(name, method, part, seen[i - 1]) for i in have])
        moved = np.abs(change) >= CHANGES
        numbers[part] = {"pictures": len(have), "that change": int(moved.sum())} | _correlations(own, other, change)
        if moved.any():
            right = own[moved] * change[moved] > 0
            numbers[part] |= _beside("sign", right, other[moved] * change[moved] > 0)
            same = change[moved] > 0 if (change[moved] > 0).mean() >= 0.5 else change[moved] < 0
            numbers[part] |= {"sign, always the same": share(same)}
            numbers[part] |= {"sign, less always the same": average(1.0 * right - same)}
    return numbers


def _beside(what: str, own: np.ndarray, other: np.ndarray) -> dict:
    return {
        what: share(own), f"{what}, another picture's map": share(other),
        f"{what}, less another picture's map": average(1.0 * own - other),
    }  # fmt: skip


def _correlations(own: np.ndarray, other: np.ndarray, change: np.ndarray, draws: int = 500) -> dict:
    """Rank correlations with the change, and their difference, each with a bootstrap interval over pictures."""
    from scipy.stats import rankdata  # takes more than a second to import

    picks = np.random.default_rng(0).integers(len(change), size=(draws, len(change)))
    picks = np.concatenate([np.arange(len(change))[None], picks])  # the first is all pictures, once each
    ranks = [rankdata(values[picks], axis=1) for values in (own, other, change)]
    a, b, c = (r - r.mean(1, keepdims=True) for r in ranks)
    with np.errstate(invalid="ignore"):  # a draw of one picture alone has no correlation
        rho, beside = ((m * c).sum(1) / np.sqrt((m**2).sum(1) * (c**2).sum(1)) for m in (a, b))
    found = {"rho": rho, "rho, another picture's map": beside, "rho, less another picture's map": rho - beside}
    return {
        what: {"value": round(float(v[0]), 4)}
        | {at: round(float(np.nanquantile(v[1:], q)), 4) for at, q in (("low", 0.025), ("high", 0.975))}
        for what, v in found.items()
    }


def adding_up(seen: Sequence[Seen], name: str, bias: float) -> dict:
    """Is the sum of the signed map the angle less the bias? The largest difference, and the rank correlation."""
    angles, sums = (
        np.array([of(one) for one in seen]) for of in (lambda o: o.said[name]["whole"], lambda o: o.sums[name])
    )
    far = float(np.abs(sums - (angles - bias)).max())
    return {
        "bias": round(bias, 3),
        "largest difference": round(far, 4),
        "rho": round(rank_correlation(sums, angles), 4),
    }


def turns(seen: Sequence[Seen], clf: Classifier, name: str) -> dict:
    """Of pictures that turn to the left: what the map of the output and that of its negative would cover.

    A tenth of the picture is filled with the mean colour; "blob", "another" and "another turn" to the left cover as
    much. All in degrees, positive where the wheel then turns further to the right. "positive share": of the map's
    absolute values.
    """
    found: Values = defaultdict(list)
    left = [i for i, one in enumerate(seen) if one.said[name]["whole"] <= -TURNS]
    for i, following in zip(left, [*left[1:], *left[:1]], strict=True):
        others = {"another's": (i + 1) % len(seen), "another turn's": following}
        heat = seen[i].maps[name]["grad_cam"]
        found["positive share"].append(float(heat.clip(0).sum() / np.abs(heat).sum()))
        heats = {"": heat} | {f"{whose} ": seen[k].maps[name]["grad_cam"] for whose, k in others.items()}
        regions = {f"{whose}map of {'+-'[s < 0]}y": s * h for whose, h in heats.items() for s in (1, -1)}
        regions["blob"] = centre_gaussian(128)
        fall = drops(clf.model, seen[i].x, [highest(h.clip(0), MUTED) for h in regions.values()])[:, 0]
        for what, value in zip(regions, -fall, strict=True):
            found[what].append(float(value))
    told = {what: average(values) for what, values in found.items()}
    for sign, whose in product("+-", ("another's", "another turn's")):
        differences = np.subtract(found[f"map of {sign}y"], found[f"{whose} map of {sign}y"])
        told[f"map of {sign}y, less {whose}"] = average(differences)
    return {"pictures": len(found["blob"])} | told


def agreement(seen: Sequence[Seen], name: str) -> dict:
    """Rank correlation of the other methods with occlusion, at every position; beside another picture's map."""
    at = np.s_[CELL // 2 :: CELL, CELL // 2 :: CELL]
    found: Values = defaultdict(list)
    for one, other in zip(seen, [*seen[1:], seen[0]], strict=True):
        fall = one.maps[name]["occlusion"][at]
        for method in METHODS[name][:-1]:
            own, beside = (rank_correlation(o.maps[name][method][at], fall) for o in (one, other))
            found[method].append(own)
            found[f"{method}, less another picture's map"].append(own - beside)
    return {what: average(values) for what, values in found.items()}


def on_the_sign(seen: Sequence[Seen]) -> dict:
    """The network that learnt from telling arrows against the one that did not, on the same pictures, by Grad-CAM.

    agrees: pictures in which the map's sum on the sign has the arrow's sign. density: as in ``location``.
    """
    told: dict = {}
    density, agrees = {}, {}
    for name in ("pooled", "arrows"):
        maps = [one.maps[name]["grad_cam"] for one in seen]
        density[name] = np.array([_density(np.abs(m), o.masks["sign"]) for m, o in zip(maps, seen, strict=True)])
        agrees[name] = np.array([one.told(name, "grad_cam", "sign") * one.arrow > 0 for one in seen])
        told[name] = {"density": average(density[name]), "agrees": share(agrees[name])}
    more = density["arrows"] - density["pooled"]
    told["arrows minus pooled"] = {
        "density": average(more), "more": share(more > 0), "agrees": average(1.0 * agrees["arrows"] - agrees["pooled"]),
    }  # fmt: skip
    return told


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m gradcam_lib.studies.roads", description=__doc__.split("\n")[0])
    parser.add_argument("--pictures", type=int, default=120)
    parser.add_argument("--split", choices=("val", "test"), default="test", help="choices are made on val")
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder for the measured numbers")
    args = parser.parse_args(argv)
    torch.set_num_threads(1)
    networks = {name: load_road(name) for name in NAMES}
    seeds = [FIRST[args.split] + i for i in range(args.pictures)]
    seen = [Seen(seed, networks) for seed in tqdm(seeds, desc="pictures", disable=None)]
    numbers: dict = {name: {"accuracy": accuracy(seen, name), "removed": removed(seen, name)} for name in NAMES}
    for name, methods in METHODS.items():
        numbers[name] |= {
            "adding up": adding_up(seen, name, networks[name].model.bias), "turns": turns(seen, networks[name], name),
            "agreement with occlusion": agreement(seen, name),
        }  # fmt: skip
        for method in methods:
            numbers[name][method] = {
                "location": location(seen, name, method), "without": counterfactual(seen, name, method),
            }  # fmt: skip
    numbers["flat minus pooled"] = {"error": average([one.error("flat") - one.error("pooled") for one in seen])}
    numbers["on the sign"] = on_the_sign(seen)
    command = f"python -m gradcam_lib.studies.roads --pictures {args.pictures}"
    command += "" if args.split == "test" else f" --split {args.split}"
    print(write_results("roads", numbers, command=command, n=args.pictures, folder=args.results))


if __name__ == "__main__":
    main()
