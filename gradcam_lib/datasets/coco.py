"""Microsoft COCO's captions and instances, read and written in its JSON format (Lin et al. 2014, Chen et al. 2015).

What a record needs for teaching is kept; addresses, dates and licences of single pictures are not.
Every error is a ValueError, or a FileNotFoundError, that names the file, the record and the field.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zipfile import Path as ZipPath

import numpy as np
from skimage.draw import polygon2mask

from gradcam_lib.datasets import rle
from gradcam_lib.datasets.records import Record, by_id, file_in, is_numbers, read_json, shown, write_json


@dataclass(frozen=True)
class Picture:
    """An entry of "images"; width and height in pixels, path where a folder was given."""

    id: int
    file_name: str
    width: int
    height: int
    path: Path | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Caption:
    """One sentence about one picture."""

    id: int
    image: Picture
    text: str


@dataclass(frozen=True)
class Category:
    id: int
    name: str
    supercategory: str = ""


@dataclass(frozen=True)
class Instance:
    """One thing in one picture.

    bbox: (x, y, w, h) in pixels, as in the file. segmentation: polygons [[x, y, x, y, …], …] whose union is the thing,
    or {"size": [h, w], "counts": runs}; a compressed string is read as its runs. area: of the segmentation, in pixels.
    iscrowd: 1 where it is a group.
    """

    id: int
    image: Picture
    category: Category
    bbox: tuple[float, float, float, float]
    area: float
    segmentation: list[list[float]] | dict[str, list[int]]
    iscrowd: int = 0

    @classmethod
    def of_mask(cls, id: int, image: Picture, category: Category, mask: np.ndarray, *, iscrowd: int = 0) -> Instance:
        """The instance whose pixels are the (H, W) bool ``mask``; ValueError where it is empty or of another size."""
        if mask.shape != (image.height, image.width):
            raise ValueError(f"mask of shape {mask.shape} for {image.file_name}: give ({image.height}, {image.width})")
        counts = rle.encode(mask)
        if not mask.any():
            raise ValueError(f"instance {id} of {image.file_name}: its mask is empty; leave out what cannot be seen")
        (y0, y1), (x0, x1) = (np.flatnonzero(mask.any(axis))[[0, -1]].tolist() for axis in (1, 0))
        bbox = (x0, y0, x1 + 1 - x0, y1 + 1 - y0)
        return cls(id, image, category, bbox, int(mask.sum()), {"size": list(mask.shape), "counts": counts}, iscrowd)

    @property
    def box(self) -> tuple[float, float, float, float]:
        """(x0, y0, x1, y1) in pixels, x1 and y1 exclusive, as ``localize.iou`` takes it."""
        x, y, w, h = self.bbox
        return x, y, x + w, y + h

    def mask(self) -> np.ndarray:
        """(H, W) bool. Of polygons, the pixels whose centre lies in one; COCO's own tool differs at the rim only."""
        shape = (self.image.height, self.image.width)
        if isinstance(self.segmentation, dict):
            return rle.decode(self.segmentation["counts"], shape)
        masks = [polygon2mask(shape, np.reshape(p, (-1, 2))[:, ::-1] - 0.5) for p in self.segmentation]
        return np.logical_or.reduce(masks)


def read_images(path: str | Path | ZipPath, images: str | Path | None = None) -> list[Picture]:
    """The pictures of a captions or instances file, those without annotation too; ``images``: their folder."""
    return list(_pictures(read_json(path), images).values())


def read_captions(path: str | Path | ZipPath, images: str | Path | None = None) -> list[Caption]:
    """All captions in file order; with the folder ``images``, each picture must be there and knows its path."""
    file = read_json(path)
    pictures = _pictures(file, images)
    rows = by_id(file.records("annotations"))
    return [Caption(id, _known(row, "image_id", pictures, "images"), row.text("caption")) for id, row in rows.items()]


def read_instances(path: str | Path | ZipPath, images: str | Path | None = None) -> list[Instance]:
    """All instances in file order; with the folder ``images``, each picture must be there and knows its path."""
    file = read_json(path)
    pictures = _pictures(file, images)
    rows = by_id(file.records("categories"))
    categories = {id: _category(id, row) for id, row in rows.items()}
    return [_instance(id, row, pictures, categories) for id, row in by_id(file.records("annotations")).items()]


def write_captions(
    path: str | Path, captions: Iterable[Caption], *, pictures: Iterable[Picture] = (), info: dict | None = None
) -> None:
    """Write captions; "images" lists their pictures and any further ``pictures``."""
    captions = list(captions)
    rows = [{"id": c.id, "image_id": c.image.id, "caption": c.text} for c in captions]
    write_json((path, _content(path, [*pictures, *(c.image for c in captions)], rows, info)))


def write_instances(
    path: str | Path,
    instances: Iterable[Instance],
    *,
    pictures: Iterable[Picture] = (),
    categories: Iterable[Category] = (),
    info: dict | None = None,
) -> None:
    """Write instances; "images" and "categories" list theirs and any further ones."""
    instances = list(instances)
    rows = [
        {
            "id": i.id,
            "image_id": i.image.id,
            "category_id": i.category.id,
            "bbox": list(i.bbox),
            "area": i.area,
            "iscrowd": i.iscrowd,
            "segmentation": i.segmentation,
        }
        for i in instances
    ]
    kinds = _unique(path, [*categories, *(i.category for i in instances)])
    content = _content(path, [*pictures, *(i.image for i in instances)], rows, info)
    write_json((path, {**content, "categories": [vars(kind) for kind in kinds]}))


def _pictures(file: Record, folder: str | Path | None) -> dict[int, Picture]:
    pictures = {}
    for id, row in by_id(file.records("images")).items():
        name = row.text("file_name")
        path = None if folder is None else file_in(folder, name, where=f"{row.where}: file_name")
        pictures[id] = Picture(id, name, row.whole("width", 1), row.whole("height", 1), path)
    return pictures


def _category(id: int, row: Record) -> Category:
    return Category(id, row.text("name"), row.text("supercategory") if "supercategory" in row.fields else "")


def _instance(id: int, row: Record, pictures: dict[int, Picture], categories: dict[int, Category]) -> Instance:
    picture = _known(row, "image_id", pictures, "images")
    bbox = row.numbers("bbox")
    if len(bbox) != 4 or min(bbox[2:]) < 0:
        raise row.error(f"bbox={bbox}: write [x, y, width, height], width and height 0 or more")
    crowd = row.whole("iscrowd", 0)
    if crowd > 1:
        raise row.error(f"iscrowd={crowd}: write 0 for one thing or 1 for a group")
    category = _known(row, "category_id", categories, "categories")
    return Instance(id, picture, category, tuple(bbox), row.number("area", 0), _segmentation(row, picture), crowd)


def _segmentation(row: Record, picture: Picture) -> list[list[float]] | dict[str, list[int]]:
    value, shape = row["segmentation"], [picture.height, picture.width]
    if isinstance(value, list) and value:
        if all(is_numbers(p) and len(p) >= 6 and len(p) % 2 == 0 for p in value):
            return value
        raise row.error(f"segmentation={shown(value)}: write polygons [x, y, x, y, …] of three corners or more")
    if not isinstance(value, dict):
        raise row.error(f"segmentation={shown(value)}: write polygons [[x, y, …], …] or {{'size', 'counts'}}")
    runs = Record(f"{row.where}: segmentation", value)
    if runs["size"] != shape:
        raise runs.error(f"size={shown(runs['size'])}: the picture's is [height, width] = {shape}")
    counts = _decompressed(runs) if isinstance(runs["counts"], str) else runs.numbers("counts")
    if not all(isinstance(count, int) and count >= 0 for count in counts) or sum(counts) != shape[0] * shape[1]:
        raise runs.error(
            f"counts={shown(counts)}: write whole numbers, 0 or more, that add up to {shape[0] * shape[1]}"
        )
    return {"size": shape, "counts": counts}


def _decompressed(runs: Record) -> list[int]:
    try:
        return rle.decompress(runs.text("counts"))
    except ValueError as error:
        raise runs.error(f"counts: {error}") from error


def _known(row: Record, name: str, things: dict[int, Any], listed: str) -> Any:
    id = row.whole(name)
    if id not in things:
        raise row.error(f"{name}={id} is none of the {len(things)} ids in {listed!r}; add it there")
    return things[id]


def _content(path: str | Path, pictures: Sequence[Picture], rows: list[dict], info: dict | None) -> dict[str, Any]:
    ids = [row["id"] for row in rows]
    if len(set(ids)) < len(ids):
        twice = next(id for id in ids if ids.count(id) > 1)
        raise ValueError(f"{path}: two annotations of id {twice}; give each its own")
    images = [
        {"id": p.id, "file_name": p.file_name, "width": p.width, "height": p.height} for p in _unique(path, pictures)
    ]
    return {"info": info or {}, "licenses": [], "images": images, "annotations": rows}


def _unique(path: str | Path, things: Sequence[Any]) -> list[Any]:
    """Each once, in order of appearance; two that share an id must be equal."""
    found: dict[int, Any] = {}
    for thing in things:
        if found.setdefault(thing.id, thing) != thing:
            raise ValueError(f"{path}: id {thing.id} is both {found[thing.id]} and {thing}; give each its own")
    return list(found.values())
