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
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor
from tqdm import tqdm

from gradcam_lib.equations import upsample
from gradcam_lib.explanation import Explanation, explain
from gradcam_lib.measures.faithfulness import rank_correlation
from gradcam_lib.measures.localize import centre_gaussian, pointing_hit
from gradcam_lib.measures.muting import drops, highest
from gradcam_lib.networks.classifier import Classifier
from gradcam_lib.networks.road import NAMES, load_road
from gradcam_lib.occlusion import occlusion_map, on_pixels
from gradcam_lib.paths import RESULTS
from gradcam_lib.results import average, share, write_results
from gradcam_lib.worlds import roads
from gradcam_lib.worlds.corpus import FIRST
from gradcam_lib.worlds.rendering import Picture

CELL = 4  # pixels of one position of the map: how far a part's mask is grown, and how near a maximum must be
PARTS = ("left", "right", "sign", "others")
PATCH, STRIDE = 16, 8
MUTED = 0.1  # of the picture
TURNS = 10.0  # degrees: from here on a picture counts as one of a turn
CHANGES = 2.0  # degrees: from here on a part counts as one that changes the angle
METHODS = ("grad_cam", "hirescam", "occlusion")

Values = dict[str, list[float]]


def signed_maps(clf: Classifier, x: Tensor, e: Explanation) -> dict[str, np.ndarray]:
    """Method → signed map (128, 128): positive where the angle is raised, which is steering to the right.

    HiResCAM (Draelos and Carin 2020) multiplies gradient and activation position by position, without the mean.
    """
    hires = (e.gradient(0) * e.activation()).sum(1)
    fall = occlusion_map(clf.model, x, 0, patch=PATCH, stride=STRIDE, batch=64)
    return {
        "grad_cam": upsample(e.signed(0), 128)[0].numpy(),
        "hirescam": upsample(hires, 128)[0].numpy(),
        "occlusion": on_pixels(fall, (128, 128), patch=PATCH, stride=STRIDE)[0].numpy(),
    }


def without(road: roads.Road, part: str) -> roads.Road | None:
    """The road without a part, or None where it has no such part."""
    kept = ("sky", "road", "marking", "sign")
    gone = [t.id for t in road.things if (t.kind not in kept if part == "others" else t.id == part)]
    for id in gone:
        road = road.without(id)
    return road if gone else None


def masks_of(picture: Picture) -> dict[str, np.ndarray]:
    """Part → (128, 128) bool, the pixels of it and those within a position of the map; "paint" is both markings."""
    masks = picture.masks
    others = [t.id for t in picture.scene.things if t.kind not in ("sky", "road", "marking", "sign")]
    lines = [masks[id] for id in roads.MARKINGS if id in masks]
    found = {id: masks[id] for id in ("left", "right", "sign", "sky") if id in masks}
    found |= {"paint": np.any(lines, 0), "others": np.any([masks[id] for id in others], 0)}
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * CELL + 1,) * 2)
    return {name: cv2.dilate(mask.astype(np.uint8), disc) > 0 for name, mask in found.items()}


class Seen:
    """One picture with its counterparts, and what each network says of them."""

    def __init__(self, seed: int, networks: dict[str, Classifier]):
        road = roads.sample(seed)
        self.angle, self.arrow = roads.angle(road), road["sign"].facing
        picture = roads.render(road)
        self.masks = masks_of(picture)
        images = {"whole": picture.image, "turned": roads.render(roads.turned_sign(road)).image}
        for part in PARTS:
            if (less := without(road, part)) is not None and self.masks[part].any():
                images[part] = roads.render(less).image
        any_network = networks[NAMES[0]]
        x = torch.cat([any_network.to_input(image) for image in images.values()])
        self.x = x[:1]
        self.said, self.maps, self.sums = {}, {}, {}
        for name, clf in networks.items():
            with torch.inference_mode():
                self.said[name] = dict(zip(images, clf.model(x)[:, 0].tolist(), strict=True))
            e = explain(clf, self.x)
            self.maps[name] = signed_maps(clf, self.x, e)
            self.sums[name] = float(e.signed(0).sum())

    def change(self, name: str, part: str) -> float:
        """What the part adds to the network's angle, in degrees."""
        return self.said[name]["whole"] - self.said[name][part]

    def told(self, name: str, method: str, part: str, other: Seen | None = None) -> float:
        """What the map says of the part: its sum there; ``other``: the map of another picture in its place."""
        return float((other or self).maps[name][method][self.masks[part]].sum())


def accuracy(seen: Sequence[Seen], name: str) -> dict:
    """Errors in degrees; beside them those of a network that always says 0."""
    errors = [abs(one.said[name]["whole"] - one.angle) for one in seen]
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


def counterfactual(seen: Sequence[Seen], name: str, method: str) -> dict:
    """Does the map say how the angle changes when a part is taken away? Beside it the map of another picture.

    sign: in how many of the pictures in which the angle changes by CHANGES at least. rho: rank correlation over all
    pictures that have the part.
    """
    numbers: dict = {}
    for part in PARTS:
        have = [i for i, one in enumerate(seen) if part in one.said[name]]
        change = np.array([seen[i].change(name, part) for i in have])
        own = np.array([seen[i].told(name, method, part) for i in have])
        other = np.array([seen[i].told(name, method, part, seen[i - 1]) for i in have])
        moved = np.abs(change) >= CHANGES
        numbers[part] = {"pictures": len(have), "that change": int(moved.sum()), "changes by": average(np.abs(change))}
        numbers[part] |= _correlations(own, other, change)
        if moved.any():
            right, chance = own[moved] * change[moved] > 0, other[moved] * change[moved] > 0
            numbers[part] |= _beside("sign", right, chance) | {"to the right": share(change[moved] > 0)}
    return numbers


def larger_marking(seen: Sequence[Seen], name: str, method: str) -> dict:
    """Which of the two markings changes the angle more: does the map say so?"""
    told: dict[str, list[bool]] = defaultdict(list)
    for before, one in zip([seen[-1], *seen[:-1]], seen, strict=True):
        if {"left", "right"} <= one.said[name].keys():
            truth = [abs(one.change(name, part)) for part in roads.MARKINGS]
            for what, source in (("own", one), ("other", before)):
                left, right = (abs(one.told(name, method, part, source)) for part in roads.MARKINGS)
                told[what].append((left > right) == (truth[0] > truth[1]))
    return {"pictures": len(told["own"]), **_beside("right", np.array(told["own"]), np.array(told["other"]))}


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
    rho, beside = ((m * c).sum(1) / np.sqrt((m**2).sum(1) * (c**2).sum(1)) for m in (a, b))
    found = {"rho": rho, "rho, another picture's map": beside, "rho, less another picture's map": rho - beside}
    return {
        what: {"value": round(float(v[0]), 4)}
        | {at: round(float(np.quantile(v[1:], q)), 4) for at, q in (("low", 0.025), ("high", 0.975))}
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

    A tenth of the picture is filled with the mean colour; "blob" and "another" cover as much. All in degrees, positive
    where the wheel then turns further to the right. "positive share": of the map's absolute values.
    """
    found: Values = defaultdict(list)
    for one, other in zip(seen, [*seen[1:], seen[0]], strict=True):
        if one.said[name]["whole"] <= -TURNS:
            heat, elsewhere = one.maps[name]["grad_cam"], other.maps[name]["grad_cam"]
            found["positive share"].append(float(heat.clip(0).sum() / np.abs(heat).sum()))
            regions = [heat, -heat, elsewhere, -elsewhere, centre_gaussian(128)]
            covered = [highest(h.clip(0), MUTED) for h in regions]
            fall = drops(clf.model, one.x, covered)[:, 0]
            names = ("map of +y", "map of -y", "another's map of +y", "another's map of -y", "blob")
            for what, value in zip(names, -fall, strict=True):
                found[what].append(float(value))
    told = {what: average(values) for what, values in found.items()}
    for sign in "+-":
        differences = np.subtract(found[f"map of {sign}y"], found[f"another's map of {sign}y"])
        told[f"map of {sign}y, less another's"] = average(differences)
    return {"pictures": len(found["blob"])} | told


def agreement(seen: Sequence[Seen], name: str) -> dict:
    """Rank correlation of Grad-CAM and HiResCAM with occlusion, in steps of a position; beside another picture's map."""
    at = np.s_[CELL // 2 :: CELL, CELL // 2 :: CELL]
    found: Values = defaultdict(list)
    for one, other in zip(seen, [*seen[1:], seen[0]], strict=True):
        fall = one.maps[name]["occlusion"][at]
        for method in ("grad_cam", "hirescam"):
            own, beside = (rank_correlation(o.maps[name][method][at], fall) for o in (one, other))
            found[method].append(own)
            found[f"{method}, less another picture's map"].append(own - beside)
    return {what: average(values) for what, values in found.items()}


def arrows(seen: Sequence[Seen]) -> dict:
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
    parser.add_argument("--pictures", type=int, default=300)
    parser.add_argument("--split", choices=("val", "test"), default="test", help="choices are made on val")
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder for the measured numbers")
    args = parser.parse_args(argv)
    torch.set_num_threads(1)
    networks = {name: load_road(name) for name in NAMES}
    seeds = [FIRST[args.split] + i for i in range(args.pictures)]
    seen = [Seen(seed, networks) for seed in tqdm(seeds, desc="pictures", disable=None)]
    numbers: dict = {"arrows": arrows(seen)}
    for name, clf in networks.items():
        numbers[name] = {
            "accuracy": accuracy(seen, name), "adding up": adding_up(seen, name, clf.model.bias),
            "turns": turns(seen, clf, name), "agreement with occlusion": agreement(seen, name),
        }  # fmt: skip
        for method in METHODS:
            numbers[name][method] = {
                "location": location(seen, name, method), "without": counterfactual(seen, name, method),
                "larger marking": larger_marking(seen, name, method),
            }  # fmt: skip
    command = f"python -m gradcam_lib.studies.roads --pictures {args.pictures}"
    command += "" if args.split == "test" else f" --split {args.split}"
    print(write_results("roads", numbers, command=command, n=args.pictures, folder=args.results))


if __name__ == "__main__":
    main()
