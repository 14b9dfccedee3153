"""A small COCO in its official layout: squares of one colour on grey, with captions and masks."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
from PIL import Image

from gradcam_lib.datasets.coco import Caption, Category, Instance, Picture, write_captions, write_instances

CATEGORIES = {name: Category(i, name) for i, name in enumerate(("person", "dog", "kite", "bear"), start=1)}
CAPTIONS = ("a woman flying a red kite", "a man with the dog", "a dog is flying", "this is a animal")
SIZE = (120, 80)  # width, height


def outlined_coco(folder: Path, pictures: int = 3, *, name: str = "val", packed: bool = False) -> Path:
    """Each picture: a person left, a dog right, a kite above the dog; the folder, or a zip of it."""
    rng, shown, told, things = np.random.default_rng(0), [], [], []
    root = folder / "coco-made"
    (root / f"{name}2017").mkdir(parents=True, exist_ok=True)
    for i in range(1, pictures + 1):
        picture = Picture(i, f"{i:012d}.png", *SIZE)
        image = rng.integers(100, 150, (SIZE[1], SIZE[0], 3), dtype=np.uint8)
        for category, (x, y) in (("person", (10, 20)), ("dog", (80, 50)), ("kite", (80, 5))):
            mask = np.zeros(image.shape[:2], bool)
            mask[y : y + 20, x : x + 20] = True
            image[mask] = (200, 40 * i, 20)
            things.append(Instance.of_mask(len(things) + 1, picture, CATEGORIES[category], mask))
        Image.fromarray(image).save(root / f"{name}2017" / picture.file_name)
        told += [Caption(10 * i + j, picture, text) for j, text in enumerate(CAPTIONS)]
        shown.append(picture)
    write_instances(root / "annotations" / f"instances_{name}2017.json", things, categories=CATEGORIES.values())
    write_captions(root / "annotations" / f"captions_{name}2017.json", told)
    if not packed:
        return root
    with zipfile.ZipFile(folder / "coco-made.zip", "w") as file:
        for path in sorted(root.rglob("*.*")):
            file.write(path, path.relative_to(root))
    return folder / "coco-made.zip"
