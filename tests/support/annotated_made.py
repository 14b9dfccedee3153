"""Annotated pictures in the layouts of PASCAL VOC, ILSVRC and COCO, small and made here."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from gradcam_lib.datasets.coco import Category, Instance, Picture, write_instances

THINGS = ("school bus", "goldfish", "lemon")  # which PhotoNet knows, too
SIDE = 64
XML = (
    "<annotation>{objects}</annotation>",
    "<object><name>{name}</name><bndbox><xmin>{0}</xmin><ymin>{1}</ymin><xmax>{2}</xmax><ymax>{3}</ymax></bndbox></object>",
)


def xml(*objects: tuple[str, tuple[int, int, int, int]]) -> str:
    """objects: (name, (xmin, ymin, xmax, ymax)), the last pixels included, as in the files."""
    whole, one = XML
    return whole.format(objects="".join(one.format(*box, name=name) for name, box in objects))


def picture(path: Path, seed: int) -> None:
    rng = np.random.default_rng(seed)
    image = rng.integers(0, 255, (8, 8, 3), np.uint8).repeat(SIDE // 8, 0).repeat(SIDE // 8, 1)
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(image).save(path)


def voc(root: Path, n: int = 6, split: str = "val") -> Path:
    """n pictures of one thing each, whose box lies in the upper left quarter."""
    names = [f"{i:04d}" for i in range(n)]
    for i, name in enumerate(names):
        picture(root / "JPEGImages" / f"{name}.jpg", i)
        note = root / "Annotations" / f"{name}.xml"
        note.parent.mkdir(parents=True, exist_ok=True)
        note.write_text(xml((THINGS[i % len(THINGS)], (5, 9, 36, 40))), encoding="utf-8")
    listed = root / "ImageSets" / "Main" / f"{split}.txt"
    listed.parent.mkdir(parents=True, exist_ok=True)
    listed.write_text("\n".join(names) + "\n", encoding="utf-8")
    return root


def ilsvrc(root: Path, n: int = 3) -> Path:
    """n pictures with XML; the table of the same boxes as ``rows_of_csv`` reads it lies beside them."""
    wnids = [f"n{i:08d}" for i in range(1000)]
    root.mkdir(parents=True, exist_ok=True)
    (root / "LOC_synset_mapping.txt").write_text("".join(f"{w} name\n" for w in wnids), encoding="utf-8")
    rows = ["ImageId,PredictionString"]
    notes = root / "Annotations" / "CLS-LOC" / "val"
    notes.mkdir(parents=True)
    for i in range(n):
        name = f"ILSVRC2012_val_{i + 1:08d}"
        picture(root / "Data" / "CLS-LOC" / "val" / f"{name}.JPEG", i)
        (notes / f"{name}.xml").write_text(
            xml((wnids[7 * i], (0, 0, 31, 15)), (wnids[7 * i], (32, 32, 63, 63))), "utf-8"
        )
        rows.append(f"{name},{wnids[7 * i]} 0 0 31 15 {wnids[7 * i]} 32 32 63 63 ")
    (root / "LOC_val_solution.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return root


def coco(root: Path, n: int = 1) -> Path:
    """n pictures of 64 × 64: a school bus and a crowd of them, a crowd of goldfish, and a unicorn."""
    kinds = [Category(i, name) for i, name in enumerate((*THINGS[:2], "unicorn"), 1)]
    instances = []
    for number in range(n):
        shown = Picture(number, f"{number:04d}.png", SIDE, SIDE)
        picture(root / "val2017" / shown.file_name, number)
        for kind, (x, y, side), crowd in (
            (0, (8, 8, 16), 0),
            (0, (40, 8, 10), 1),
            (1, (8, 40, 10), 1),
            (2, (40, 40, 8), 0),
        ):
            mask = np.zeros((SIDE, SIDE), bool)
            mask[y : y + side, x : x + side] = True
            instances.append(Instance.of_mask(len(instances), shown, kinds[kind], mask, iscrowd=crowd))
    (root / "annotations").mkdir(parents=True, exist_ok=True)
    write_instances(root / "annotations" / "instances_val2017.json", instances)
    return root
