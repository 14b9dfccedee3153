"""What comes out of an explained picture: a line to read, a picture, the maps as numbers, or rows of a table."""

from __future__ import annotations

import csv
import io
import json
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import Image
from torch import Tensor

from gradcam_lib.commands.arguments import Crop
from gradcam_lib.commands.sheet import panel_side, sheet
from gradcam_lib.equations import scale_by_max, upsample
from gradcam_lib.explanation import Explanation
from gradcam_lib.networks.classifier import Classifier
from gradcam_lib.pictures.images import own_side, part_seen, seen
from gradcam_lib.pictures.overlay import gradient_picture, overlay, strength

COLUMNS = ("picture", "seen", "predicted", "class", "number", "rank", "probability", "score", "map_maximum", "note")


@dataclass(frozen=True)
class Explained:
    """One picture that went through the network, and the classes whose maps are wanted."""

    path: Path
    image: np.ndarray  # (H, W, 3) uint8, the whole photograph
    crop: Crop
    classifier: Classifier
    e: Explanation
    targets: list[int]

    @property
    def seen(self) -> str:
        return part_seen(self.image.shape, self.classifier.transform, self.crop)

    @property
    def logits(self) -> Tensor:
        """(C,)"""
        return self.e.logits[0].float()

    def probability(self, index: int) -> float | None:
        """None for a network with one output, which gives a value and no probabilities."""
        return float(self.logits.softmax(0)[index]) if len(self.logits) > 1 else None


def record(one: Explained) -> dict[str, Any]:
    """A picture in numbers: what was seen of it, the five likeliest classes, and each target."""
    return {
        "picture": str(one.path),
        "model": one.classifier.source,
        "layer": one.e.layers[-1],
        "seen": one.seen,
        "predictions": [_class(one, index) for index in likeliest(one.logits, 5)],
        "targets": [
            {**_class(one, i), "map_maximum": float(one.e.map(i).max()), "note": one.e.note(i)} for i in one.targets
        ],
    }


def likeliest(logits: Tensor, k: int) -> list[int]:
    """logits (C,) → the numbers of the k classes with the highest scores."""
    return logits.topk(min(k, len(logits))).indices.tolist()


def _class(one: Explained, index: int) -> dict[str, Any]:
    z = one.logits
    return {
        "class": one.classifier.names[index],
        "number": index,
        "rank": int((z > z[index]).sum()) + 1,
        "probability": one.probability(index),
        "score": float(z[index]),
    }


def told(row: dict[str, Any], *, brief: bool) -> str:
    """What is printed of a picture: a line in a long list, all five predictions where there is one picture alone."""
    notes = [f"\n  {target['class']}: {target['note']}" for target in row["targets"] if target["note"]]
    if brief:
        best = row["predictions"][0]
        return f"{row['picture']}: {best['class']} {_how_likely(best)}" + "".join(notes)
    lines = [f"  {_how_likely(one):>6}  {one['class']}" for one in row["predictions"]]
    return "\n".join([f"seen: {row['seen']}", "predictions:", *lines]) + "".join(notes)


def _how_likely(one: dict[str, Any]) -> str:
    return f"{one['score']:.3g}" if one["probability"] is None else f"{one['probability']:.1%}"


def write_picture(one: Explained, out: Path) -> str:
    """A row for each target: the part that was seen, at the photograph's resolution, and its maps."""
    own, transform = own_side(one.image.shape, one.classifier.transform, one.crop), one.classifier.transform
    part = seen(one.image, transform.at(panel_side(own)), one.crop)
    guided = _guided(one)
    rows, titles = zip(*(_row(one, index, part, guided) for index in one.targets), strict=True)
    made = sheet(rows, titles, f"{one.path.name}, seen: {one.seen}")
    write_whole(out, _coded(made, out))
    return f"picture: {out}"


def _coded(picture: np.ndarray, out: Path) -> bytes:
    held, kind = io.BytesIO(), {".png": "PNG", ".webp": "WEBP"}.get(out.suffix.lower(), "JPEG")
    try:
        Image.fromarray(picture).save(held, kind, quality=92, compress_level=3)
    except (ValueError, OSError) as error:  # WebP ends at 16383 pixels, JPEG at 65500
        h, w = picture.shape[:2]
        raise ValueError(f"{out}: {w}×{h} pixels are too many for {kind}; name a .png, or fewer targets") from error
    return held.getvalue()


def _guided(one: Explained) -> bool:
    """Whether the guided pictures can be had; where not, it is said once."""
    try:
        one.e.pixel_gradient(one.targets[0], rule="guided")
    except ValueError as error:
        print(f"no guided pictures: {error}", file=sys.stderr)
        return False
    return True


def _row(one: Explained, index: int, part: np.ndarray, guided: bool) -> tuple[list[np.ndarray], list[str]]:
    """Photograph, Grad-CAM, guided backprop, Guided Grad-CAM, and what stands above each."""
    side, z, p = part.shape[0], one.logits, one.probability(index)
    own = one.e.map(index)
    rank = f"rank {int((z > z[index]).sum()) + 1} of {len(z)}"
    likely = f"score {float(z[index]):.3g}" if p is None else f"{rank}, probability {p:.1%}"
    panels = [part, overlay(part, scale_by_max(upsample(own, side))[0])]
    titles = [f"{one.classifier.names[index]}\n{likely}", f"Grad-CAM\n{strength(own)}"]
    if not guided:
        return panels, titles
    gradients = one.e.pixel_gradient(index, rule="guided"), one.e.guided_grad_cam(index)
    panels += [cv2.resize(gradient_picture(G[0].expand(3, -1, -1)), (side, side)) for G in gradients]
    return panels, [*titles, "guided backprop", "Guided Grad-CAM"]


def write_maps(one: Explained, out: Path) -> str:
    """float32 (targets, h, w), not scaled."""
    maps = one.e.maps(one.targets).cpu().numpy()
    held = io.BytesIO()
    np.save(held, maps)
    write_whole(out, held.getvalue())
    return f"maps: {out}, float32 {maps.shape}: {', '.join(one.classifier.names[i] for i in one.targets)}"


WRITERS: dict[str, Callable[[Explained, Path], str]] = {"png": write_picture, "npy": write_maps}


def write_table(rows: Sequence[dict[str, Any]], out: Path, kind: str) -> None:
    """One entry a picture as JSON; one row a target as CSV, or one with the reason where a picture failed."""
    if kind == "json":
        return write_whole(out, json.dumps(rows, ensure_ascii=False, indent=1).encode())
    text = io.StringIO()
    table = csv.DictWriter(text, COLUMNS, extrasaction="ignore")
    table.writeheader()
    for row in rows:
        if "error" in row:
            table.writerow({"picture": row["picture"], "note": f"error: {row['error']}"})
        for target in row.get("targets", ()):
            table.writerow({**row, "predicted": row["predictions"][0]["class"], **target})
    write_whole(out, text.getvalue().encode("utf-8"))


def write_whole(out: Path, data: bytes) -> None:
    """The file is there complete or not at all, also after Ctrl-C."""
    handle, draft = tempfile.mkstemp(prefix=".", suffix=".part", dir=out.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.chmod(draft, 0o666 & ~_umask())
        os.replace(draft, out)
    finally:
        Path(draft).unlink(missing_ok=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
