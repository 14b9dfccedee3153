"""Tiny ImageNet in its official layout, from the folder or straight from the zip."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image

SIDE = 64


class Split(NamedTuple):
    """images (n, 64, 64, 3) uint8 · labels (n,) int64 · boxes (n, 4) pixels x0, y0, x1, y1 with x1 and y1 exclusive."""

    images: np.ndarray
    labels: np.ndarray
    boxes: np.ndarray


def root_of(path: str | Path) -> Path | zipfile.Path:
    """The folder that holds ``wnids.txt``, inside a directory or a zip file."""
    path = Path(path).expanduser()
    if not path.exists():
        raise FileNotFoundError(f"{path}: no such file or folder; give the Tiny ImageNet folder or its zip")
    top = zipfile.Path(path) if path.suffix == ".zip" else path
    for root in (top, top / "tiny-imagenet-200"):
        if (root / "wnids.txt").exists():
            return root
    raise ValueError(f"{path}: no wnids.txt in it or in its folder tiny-imagenet-200; this is not Tiny ImageNet")


def class_names(root) -> tuple[list[str], list[str]]:
    """WordNet ids in file order, and the first synonym of each as its name."""
    wnids = (root / "wnids.txt").read_text(encoding="utf-8").split()
    words = dict(line.split("\t", 1) for line in (root / "words.txt").read_text(encoding="utf-8").splitlines() if line)
    return wnids, [words[w].split(",")[0].strip() for w in wnids]


def load_split(root, split: str) -> Split:
    """``split`` is "train" or "val"; the boxes of the annotation files are inclusive and become exclusive here."""
    wnids, _ = class_names(root)
    images, labels, boxes = [], [], []
    for folder, name, wnid, box in _rows(root, split, wnids):
        with Image.open(io.BytesIO((folder / name).read_bytes())) as picture:
            images.append(np.asarray(picture.convert("RGB")))
        labels.append(wnids.index(wnid))
        boxes.append([box[0], box[1], box[2] + 1, box[3] + 1])
    return Split(np.stack(images), np.array(labels), np.array(boxes))


def _rows(root, split: str, wnids: list[str]):
    if split == "val":
        folder = root / "val" / "images"
        for line in (root / "val" / "val_annotations.txt").read_text(encoding="utf-8").splitlines():
            name, wnid, *box = line.split("\t")
            yield folder, name, wnid, [int(v) for v in box]
        return
    for wnid in wnids:
        folder = root / "train" / wnid
        for line in (folder / f"{wnid}_boxes.txt").read_text(encoding="utf-8").splitlines():
            name, *box = line.split("\t")
            yield folder / "images", name, wnid, [int(v) for v in box]
