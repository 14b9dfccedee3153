"""Annotated pictures in the layouts of PASCAL VOC and ILSVRC, small and made here."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

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
