"""Pictures and what is true of them, one thing at a time, whatever the layout of the data.

A layout is found by what lies in the folder, or in the zip:

====================  ==============================================================================================
ILSVRC                ``Data/CLS-LOC/val``, ``LOC_synset_mapping.txt``, and ``Annotations/CLS-LOC/val`` (XML) or
                      ``LOC_val_solution.csv``
prepared ILSVRC       ``boxes.json`` (a list of {file, label, boxes}) and ``images``
COCO                  ``annotations/instances_SPLIT2017.json`` and ``SPLIT2017``
PASCAL VOC            ``Annotations``, ``JPEGImages`` and ``ImageSets/Main/SPLIT.txt``
Tiny ImageNet         ``wnids.txt``, ``words.txt``, ``val``
labelled pictures     a folder for each class, called like it; without boxes
====================  ==============================================================================================

Annotations of single pictures are read when their turn comes: one that is broken is an error of that picture.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from gradcam_lib.datasets import coco_part, tiny_imagenet
from gradcam_lib.datasets.boxes import boxes_of_words, boxes_of_xml, checked, rows_of_csv
from gradcam_lib.datasets.coco_classes import CLASSES
from gradcam_lib.datasets.picture_files import is_picture
from gradcam_lib.measures.localize import Box
from gradcam_lib.networks.classifier import Classifier
from gradcam_lib.pictures.images import load_image

IMAGENET = 1000
VOC_NAMES = {  # of categories that COCO calls otherwise
    "aeroplane": "airplane",
    "diningtable": "dining table",
    "motorbike": "motorcycle",
    "pottedplant": "potted plant",
    "sofa": "couch",
    "tvmonitor": "tv",
}


class Truth(NamedTuple):
    """image: (H, W, 3) uint8; classes: numbers of the network's classes, each of which is right; boxes: (x0, y0, x1,
    y1) in pixels of the picture, x1 and y1 exclusive; mask: (H, W) bool where there is one."""

    image: np.ndarray
    classes: tuple[int, ...]
    boxes: tuple[Box, ...]
    mask: np.ndarray | None = None


class Example(NamedTuple):
    """One kind of thing in one picture. truth: reads both; ValueError or OSError where that is not possible."""

    picture: str
    thing: str
    truth: Callable[[], Truth]


class Annotated(NamedTuple):
    """checksum: of the annotations, and of the pictures' names."""

    layout: str
    examples: list[Example]
    checksum: str


def annotated(path: str | Path, clf: Classifier, split: str = "val") -> Annotated:
    """The examples of a folder or zip whose things the network has classes for.

    split: "val", "train" and, for VOC, "test". FileNotFoundError: no such path, or no layout that is known; ValueError:
    annotations that cannot be read, or no thing that the network knows.
    """
    root = Path(path).expanduser()
    if not root.exists():
        raise FileNotFoundError(f"{root}: no such folder or zip; correct --data")
    for layout, (sign, read) in LAYOUTS.items():
        if found := sign(root, split):
            examples, told = read(found, clf, split)
            if not examples:
                raise ValueError(f"{root}: of the things in it ({layout}) the network has no class; its classes are "
                                 f"{', '.join(clf.names[:5])} …")  # fmt: skip
            digest = hashlib.sha256(told)
            for example in examples:
                digest.update(f"{example.picture}\0{example.thing}\n".encode())
            return Annotated(layout, examples, digest.hexdigest()[:16])
    known = ", ".join(LAYOUTS)
    raise FileNotFoundError(f"{root}: neither of the layouts {known} with a split {split!r}; see datasets/annotated.py")


def _prepared(root: Path, clf: Classifier, split: str) -> tuple[list[Example], bytes]:
    file = root / "boxes.json"
    entries = _json(file)
    _needs_imagenet(clf, root)

    def truth(entry: dict) -> Truth:
        image, label = load_image(root / "images" / entry["file"]), entry["label"]
        if not 0 <= label < IMAGENET:
            raise ValueError(f"{entry['file']}: label {label}: give the number of a class, from 0 to {IMAGENET - 1}")
        # Boxes were cut to the part of the picture that is here: of a thing outside it an empty one is left.
        boxes = [box for box in entry["boxes"] if not (box[:1] == box[2:3] or box[1:2] == box[3:])]
        return Truth(image, (label,), checked(boxes, image.shape, entry["file"]))

    examples = [Example(entry["file"], entry.get("name", ""), _later(truth, entry)) for entry in entries]
    return examples, file.read_bytes()


def _ilsvrc(root: Path, clf: Classifier, split: str) -> tuple[list[Example], bytes]:
    _needs_imagenet(clf, root)
    mapping = root / "LOC_synset_mapping.txt"
    if not mapping.is_file():
        raise FileNotFoundError(
            f"{mapping}: not there; it names the 1000 classes in their order, and is part of ILSVRC"
        )
    told = mapping.read_bytes()
    number = {line.split()[0]: i for i, line in enumerate(told.decode().splitlines()) if line.strip()}
    folder, notes = root / "Data" / "CLS-LOC" / split, root / "Annotations" / "CLS-LOC" / split
    table = root / f"LOC_{split}_solution.csv"
    words_of = rows_of_csv(table) if not notes.is_dir() and table.is_file() else None
    digest = hashlib.sha256(told)
    for file in sorted(notes.glob("*.xml")) if words_of is None else [table]:
        digest.update(file.name.encode() + file.read_bytes())

    def truth(file: Path) -> Truth:
        image = load_image(file)
        note = notes / f"{file.stem}.xml"
        found = boxes_of_xml(note) if words_of is None else boxes_of_words(words_of.get(file.stem, ""), file.stem)
        boxes = checked([box for _, box in found], image.shape, file.stem)
        wnids = {wnid for wnid, _ in found}
        if len(wnids) != 1 or wnids - number.keys():
            raise ValueError(f"{file.stem}: things {', '.join(sorted(wnids))}; one class of {mapping.name} is expected")
        return Truth(image, (number[wnids.pop()],), boxes)

    files = sorted(p for p in folder.iterdir() if p.suffix.lower() in (".jpeg", ".jpg", ".png"))
    return [Example(file.name, "", _later(truth, file)) for file in files], digest.digest()


def _voc(root: Path, clf: Classifier, split: str) -> tuple[list[Example], bytes]:
    listed = (root / "ImageSets" / "Main" / f"{split}.txt").read_bytes()

    @cache
    def boxes_of(name: str) -> dict[str, list]:
        by_thing: dict[str, list] = {}
        for thing, (x0, y0, x1, y1) in boxes_of_xml(root / "Annotations" / f"{name}.xml"):
            by_thing.setdefault(VOC_NAMES.get(thing, thing), []).append((x0 - 1, y0 - 1, x1 - 1, y1 - 1))  # from 1
        return by_thing

    def truth(name: str, thing: str) -> Truth:
        image = load_image(root / "JPEGImages" / f"{name}.jpg")
        return Truth(image, classes_of(thing, clf), checked(boxes_of(name)[thing], image.shape, name))

    def things(name: str) -> list[str]:
        try:
            return [thing for thing in boxes_of(name) if classes_of(thing, clf)]
        except ValueError:
            return [""]  # whose truth says why

    names = [line.split()[0] for line in listed.decode().splitlines() if line.strip()]
    pairs = [(name, thing) for name in names for thing in things(name)]
    told = [boxes_of(name)[thing] if thing else "" for name, thing in pairs]
    return [Example(name, thing, _later(truth, name, thing)) for name, thing in pairs], listed + repr(told).encode()


def _coco(part: coco_part.CocoPart, clf: Classifier, split: str) -> tuple[list[Example], bytes]:
    def truth(picture, thing: str) -> Truth:
        image, mask = part.image(picture), part.masks(picture)[thing]
        boxes = [one.box for one in part.instances[picture.id] if one.category.name == thing]
        return Truth(image, classes_of(thing, clf), checked(boxes, image.shape, picture.file_name), mask)

    examples = [
        Example(picture.file_name, thing, _later(truth, picture, thing))
        for picture in part.pictures
        for thing in dict.fromkeys(one.category.name for one in part.instances.get(picture.id, ()))
        if classes_of(thing, clf)
    ]
    return examples, (part.folder.parent / "annotations" / f"instances_{split}2017.json").read_bytes()


def _tiny(root: Path, clf: Classifier, split: str) -> tuple[list[Example], bytes]:
    inside = tiny_imagenet.root_of(root)
    _, names = tiny_imagenet.class_names(inside)
    images, labels, boxes = tiny_imagenet.load_split(inside, split)
    known = {name: clf.names.index(name) for name in names if clf.names.count(name) == 1}

    def truth(i: int) -> Truth:
        return Truth(
            images[i], (known[names[labels[i]]],), checked([boxes[i].tolist()], images[i].shape, f"{split}_{i}")
        )

    there = [i for i in range(len(images)) if names[labels[i]] in known]
    return [
        Example(f"{split}_{i}", names[labels[i]], _later(truth, i)) for i in there
    ], boxes.tobytes() + labels.tobytes()


def _labelled(root: Path, clf: Classifier, split: str) -> tuple[list[Example], bytes]:
    def truth(file: Path, name: str) -> Truth:
        return Truth(load_image(file), (clf.index(name),), ())

    folders = _class_folders(root)
    names = {folder: folder.name if folder.name in clf.names else folder.name.replace("_", " ") for folder in folders}
    known = [name for name in names.values() if name.casefold() in {one.casefold() for one in clf.names}]
    files = [(f, names[folder]) for folder in folders for f in sorted(folder.iterdir()) if is_picture(f)]
    examples = [Example(f"{f.parent.name}/{f.name}", name, _later(truth, f, name)) for f, name in files]
    return examples if known else [], repr([f.stat().st_size for f, _ in files]).encode()  # a picture that was replaced


def _class_folders(root: Path) -> list[Path]:
    inside = sorted(one for one in root.iterdir() if one.is_dir()) if root.is_dir() else []
    return [folder for folder in inside if any(map(is_picture, folder.iterdir()))]


def classes_of(thing: str, clf: Classifier) -> tuple[int, ...]:
    """The numbers of the classes that are such a thing: by name, or ImageNet's for a category of COCO."""
    if clf.names.count(thing) == 1:
        return (clf.names.index(thing),)
    return tuple(CLASSES.get(thing, ())) if len(clf.names) == IMAGENET else ()


def _json(file: Path) -> list[dict]:
    try:
        entries = json.loads(file.read_text(encoding="utf-8"))
        for one in entries:
            if not (isinstance(one["file"], str) and isinstance(one["label"], int) and isinstance(one["boxes"], list)):
                raise ValueError(f"entry {str(one)[:80]}")
        return entries
    except (ValueError, TypeError, KeyError) as error:
        raise ValueError(f"{file}: expected a list of {{file, label, boxes}} ({error})") from error


def _needs_imagenet(clf: Classifier, root: Path) -> None:
    if len(clf.names) != IMAGENET:
        raise ValueError(f"{root}: its labels are the 1000 classes of ImageNet, and the network has {len(clf.names)}")


def _later(truth: Callable[..., Truth], *args) -> Callable[[], Truth]:
    return lambda: truth(*args)


def _has(*parts: str) -> Callable[[Path, str], Path | None]:
    return lambda root, split: root if all((root / part.format(split=split)).exists() for part in parts) else None


def _holds_tiny(root: Path, split: str) -> Path | None:
    try:
        tiny_imagenet.root_of(root)
    except (ValueError, zipfile.BadZipFile):
        return None
    return root


def _holds_coco(root: Path, split: str) -> coco_part.CocoPart | None:
    try:
        return coco_part.coco_part(root, split)
    except FileNotFoundError:
        return None


LAYOUTS = {
    "prepared ILSVRC": (_has("boxes.json", "images"), _prepared),
    "ILSVRC": (_has("Data/CLS-LOC/{split}"), _ilsvrc),
    "PASCAL VOC": (_has("JPEGImages", "Annotations", "ImageSets/Main/{split}.txt"), _voc),
    "Tiny ImageNet": (_holds_tiny, _tiny),
    "COCO": (_holds_coco, _coco),
    "labelled pictures": (lambda root, split: root if _class_folders(root) else None, _labelled),
}
