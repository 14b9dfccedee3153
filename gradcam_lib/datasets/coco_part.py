"""A part of COCO in its official layout, as a folder or a zip: pictures, captions and masks together.

    annotations/instances_val2017.json
    annotations/captions_val2017.json
    val2017/000000000139.jpg

The photographs have their owners' terms (Flickr), the annotations CC BY 4.0: numbers measured on them may leave, the
pictures stay where they are.
"""

from __future__ import annotations

import io
import os
import zipfile
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np

from gradcam_lib.datasets.coco import Instance, Picture, read_captions, read_images, read_instances
from gradcam_lib.pictures.images import load_image

Place = Path | zipfile.Path


@dataclass(frozen=True, repr=False)  # a printed one would be thousands of outlines
class CocoPart:
    """pictures: in the order of the instances file; captions, instances: by the picture's id, where there are any."""

    name: str
    pictures: list[Picture]
    captions: dict[int, list[str]]
    instances: dict[int, list[Instance]]
    folder: Place = field(compare=False)

    def __len__(self) -> int:
        return len(self.pictures)

    @cached_property
    def described(self) -> list[Picture]:
        """The pictures that have captions and masks."""
        return [p for p in self.pictures if self.captions.get(p.id) and self.instances.get(p.id)]

    def image(self, picture: Picture) -> np.ndarray:
        """(H, W, 3) uint8 RGB. ValueError where it is missing or of another size than its annotations say."""
        file = self.folder / picture.file_name
        try:
            source = io.BytesIO(file.read_bytes())
        except (KeyError, OSError, zipfile.BadZipFile) as error:
            raise ValueError(f"{file}: cannot be read ({error}); copy the data again") from error
        source.name = str(file)
        image = load_image(source)
        if image.shape[:2] != (picture.height, picture.width):
            height, width = image.shape[:2]
            said = f"{picture.width}×{picture.height}"
            raise ValueError(f"{file}: {width}×{height} pixels, but its annotations were made at {said}; copy it again")
        return image

    def masks(self, picture: Picture) -> dict[str, np.ndarray]:
        """Category → (H, W) bool, the union of all its instances in this picture, groups (iscrowd) too."""
        found: dict[str, np.ndarray] = {}
        for one in self.instances.get(picture.id, ()):
            name, mask = one.category.name, one.mask()
            found[name] = found[name] | mask if name in found else mask
        return found


def coco_part(path: str | Path | None = None, name: str = "val") -> CocoPart:
    """name: "val" or "train". path: a folder or zip in the official layout, or a folder of datasets that holds
    ``coco*.zip`` or ``coco*`` with that part; None: GRADCAM_DATA.

    FileNotFoundError where there is none; ValueError where something in it is broken.
    """
    root = _found(_given(path), name)
    instances, captions = (root / "annotations" / f"{kind}_{name}2017.json" for kind in ("instances", "captions"))
    by_picture: dict[int, list[Instance]] = {}
    for one in read_instances(instances):
        by_picture.setdefault(one.image.id, []).append(one)
    told: dict[int, list[str]] = {}
    for caption in read_captions(captions) if captions.is_file() else ():
        told.setdefault(caption.image.id, []).append(caption.text)
    return CocoPart(name, read_images(instances), told, by_picture, root / f"{name}2017")


def _given(path: str | Path | None) -> Path:
    value = path or os.environ.get("GRADCAM_DATA")
    if not value:
        raise FileNotFoundError("no data given: give the path of COCO's folder or zip, or set GRADCAM_DATA")
    place = Path(value).expanduser()
    if not place.exists():
        raise FileNotFoundError(f"{place}: no such folder or zip; correct the path, or GRADCAM_DATA")
    return place


def _found(place: Path, name: str) -> Place:
    """The layout's root: the place itself, or what is called coco* in it."""
    inside = sorted(place.glob("[cC][oO][cC][oO]*")) if place.is_dir() else []
    for candidate in (place, *inside):
        if candidate.suffix.lower() == ".zip":
            try:
                root: Place = zipfile.Path(candidate)
            except zipfile.BadZipFile as error:
                raise ValueError(f"{candidate}: no zip, or cut short ({error}); copy it again") from error
        else:
            root = candidate
        if candidate.exists() and (root / "annotations" / f"instances_{name}2017.json").is_file():
            return root
    raise FileNotFoundError(
        f"{place}: no annotations/instances_{name}2017.json in it, nor in a coco*.zip there; put COCO's folders "
        f"annotations and {name}2017 side by side"
    )
