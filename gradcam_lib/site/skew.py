"""What the page with the skew slider must know: numbers of two studies, maps as bytes, and eight people as pictures.

The page is ``page/skew.html`` with the modules in ``page/skew/``. It computes nothing that was not measured:
``studies.bias`` has the numbers of ten networks for each skew, ``studies.skews_seen`` the maps of one.   Notebook 09.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from gradcam_lib.bias.collection import CLINIC, Skew
from gradcam_lib.bias.people import painted, people
from gradcam_lib.networks.zoo import PHOTONET_TRANSFORM
from gradcam_lib.pictures.images import seen
from gradcam_lib.pictures.overlay import OPACITY, WEAK
from gradcam_lib.results import read_results
from gradcam_lib.site.settings import colours, method_settings
from gradcam_lib.studies.bias import PER_CLASS, SKEWS, Run
from gradcam_lib.studies.skews_seen import LEVELS, levels

BALANCED = "50/50"
SIDE, QUALITY = 256, 90  # of the pictures; the networks see 64 pixels
MAPS = "maps.bin"
SHOWN = ("grad_cam", "signed")
GROUPS = [f"{name}, {kind}" for name in CLINIC.names for kind in CLINIC.kinds]
# What is charted: title → what the numbers of the study begin with, what the rows are called, the end of the scale.
CHARTS = {
    "Right answers by group": ("accuracy of", GROUPS, 1.0),
    "Answers changed by": ("flips by", list(CLINIC.edits), 1.0),
    "Share of the map on": ("share on", list(CLINIC.regions), 0.8),
}
SAID = {"hair and face": "other hair and face", "clothes": "other clothes"}  # as VERSIONS calls them
# Of the answers whose map is highest on hair or face: how many there are, and how many other hair and face change.
SUSPECT = ("peaks on hair and face", "flips by hair and face", "flips by hair and face where it peaks")


def write_skew(folder: Path) -> None:
    """Writes ``settings.json``, the maps and the pictures into a new ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    study, looked = read_results("bias"), read_results("skews_seen")
    skews = ordered()
    maps = np.stack([levels(looked["skews"][name]["maps"]) for name in skews])
    (folder / MAPS).write_bytes(maps.tobytes())
    told = {
        "networks": study["n"], "tests": study["test_pictures"], "edited": study["edited_pictures"],
        "per_class": PER_CLASS, "balanced": BALANCED, "names": list(CLINIC.names),
        "charts": [chart(title, study["clinic"][BALANCED]) for title in CHARTS],
        "skews": [skew_settings(name, skew, study["clinic"], looked["skews"][name]) for name, skew in skews.items()],
        "people": [write_person(folder, i) for i in range(len(people(0)))], "versions": looked["versions"],
        "maps": {"file": MAPS, "bytes": maps.size, "levels": LEVELS, "h": maps.shape[-2], "w": maps.shape[-1]},
        "methods": [method_settings(name, "class named beneath the map") for name in SHOWN],
        "colours": colours(), "opacity": OPACITY, "weak": WEAK, "side": SIDE,
        "blind": read_results("blind_game")["clinic"]["map on the thing"], "tint": tint(study["shortcuts"]),
    }  # fmt: skip
    (folder / "settings.json").write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")


def ordered() -> dict[str, Skew]:
    """Name → skew, from none to the strongest; that of the original has its place between two others."""
    by_mean = sorted(SKEWS["clinic"], key=lambda skew: skew.first + skew.second)
    return {Run("clinic", skew, 0).name: skew for skew in by_mean}


def chart(title: str, balanced: dict) -> dict[str, Any]:
    """The rows of a chart: the keys of their numbers, and of a region the part of the pictures that it has.

    balanced: numbers of the study at any skew; a density is a share of the map over the share of the picture.
    """
    what, names, end = CHARTS[title]
    rows = [{"label": SAID.get(name, name) if what == "flips by" else name, "key": f"{what} {name}"} for name in names]
    if what == "share on":
        for row, name in zip(rows, names, strict=True):
            row["area"] = balanced[row["key"]]["value"] / balanced[f"density on {name}"]["value"]
    return {"title": title, "end": end, "rows": rows}


def tint(shortcuts: dict) -> dict[str, float]:
    """A shortcut without a place: how many answers it changes, and how far it may move the mean share of any region."""
    change = shortcuts["strong tint minus none"]
    moved = max(abs(change[f"share on {region}"][end]) for region in CLINIC.regions for end in ("low", "high"))
    return {"flips": shortcuts["strong tint"]["flips by the mark"]["value"], "moved": moved}


def skew_settings(name: str, skew: Skew, clinic: dict, looked: dict) -> dict[str, Any]:
    """clinic: of the study; looked: of the other one, at this skew."""
    keys = [f"{what} {row}" for what, rows, _ in CHARTS.values() for row in rows]
    first, second = 100 * skew.first, 100 * skew.second
    alike = first == second
    men, women = round(skew.first * PER_CLASS), round(skew.second * PER_CLASS)
    return {
        "name": name, "label": f"{first:g} %" if alike else f"{first:g} and {second:g} %",
        "tick": f"{first:g}" if alike else name,
        "men": men, "women": women, "original": skew == Skew(),
        "measured": {key: clinic[name][key] for key in (*keys, *SUSPECT)},
        "difference": {key: clinic[f"{name} minus {BALANCED}"][key] for key in keys} if name != BALANCED else None,
        "logits": [one["logits"] for one in looked["networks"].values()],
        "largest": looked["maps"]["largest"],
    }  # fmt: skip


def write_person(folder: Path, i: int) -> dict[str, str]:
    """The versions of one person side by side in one file. Returns what the page says of them."""
    worker = people(0)[i]
    row = np.concatenate([seen(image, PHOTONET_TRANSFORM.at(SIDE)) for image in painted(worker)], 1)
    Image.fromarray(row).save(folder / f"person_{i}.jpg", quality=QUALITY)
    return {"file": f"person_{i}.jpg", "role": worker.role, "presents": worker.presents}
