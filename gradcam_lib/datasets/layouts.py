"""Layouts of annotated pictures: how each is recognised and read. ``annotated.py`` lists them."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Callable
from functools import cache, lru_cache
from pathlib import Path

import numpy as np

from gradcam_lib.datasets import coco_part, tiny_imagenet
from gradcam_lib.datasets.boxes import boxes_of_words, boxes_of_xml, checked, rows_of_csv
from gradcam_lib.datasets.examples import IMAGENET, Example, Truth, classes_of
from gradcam_lib.datasets.picture_files import is_picture
from gradcam_lib.networks.classifier import Classifier
from gradcam_lib.pictures.images import load_image

VOC_NAMES = {  # of categories that COCO calls otherwise
    "aeroplane": "airplane",
    "diningtable": "dining table",
    "motorbike": "motorcycle",
    "pottedplant": "potted plant",
    "sofa": "couch",
    "tvmonitor": "tv",
}

# Examples; what the annotations say, for a checksum; the names of all things, where the network may lack some of them.
Found = tuple[list[Example], bytes, tuple[str, ...]]


def _as_stored(file: Path) -> np.ndarray:
    """Boxes of ILSVRC and VOC count the pixels as they are stored, whichever side the EXIF data call the upper one."""
    return load_image(file, upright=False)


def _prepared(root: Path, clf: Classifier, split: str) -> Found:
    file = root / "boxes.json"
    entries = _json(file)
    _needs_imagenet(clf, root)

    def truth(entry: dict) -> Truth:
        image, label = _as_stored(root / "images" / entry["file"]), entry["label"]
        if not 0 <= label < IMAGENET:
            raise ValueError(f"{entry['file']}: label {label}: give the number of a class, from 0 to {IMAGENET - 1}")
        # Boxes were cut to the part of the picture that is here: of a thing outside it an empty one is left.
        boxes = [box for box in entry["boxes"] if not (box[:1] == box[2:3] or box[1:2] == box[3:])]
        return Truth(image, (label,), checked(boxes, image.shape, entry["file"]))

    examples = [Example(entry["file"], entry.get("name", ""), _later(truth, entry)) for entry in entries]
    return examples, file.read_bytes(), ()


def _ilsvrc(root: Path, clf: Classifier, split: str) -> Found:
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
        image = _as_stored(file)
        note = notes / f"{file.stem}.xml"
        found = boxes_of_xml(note) if words_of is None else boxes_of_words(words_of.get(file.stem, ""), file.stem)
        boxes = checked([box for _, box in found], image.shape, file.stem)
        wnids = {wnid for wnid, _ in found}
        if len(wnids) != 1 or wnids - number.keys():
            raise ValueError(f"{file.stem}: things {', '.join(sorted(wnids))}; one class of {mapping.name} is expected")
        return Truth(image, (number[wnids.pop()],), boxes)

    files = sorted(p for p in folder.iterdir() if p.suffix.lower() in (".jpeg", ".jpg", ".png"))
    return [Example(file.name, "", _later(truth, file)) for file in files], digest.digest(), ()


def _voc(root: Path, clf: Classifier, split: str) -> Found:
    listed = (root / "ImageSets" / "Main" / f"{split}.txt").read_bytes()

    @cache
    def boxes_of(name: str) -> dict[str, list]:
        by_thing: dict[str, list] = {}
        for thing, (x0, y0, x1, y1) in boxes_of_xml(root / "Annotations" / f"{name}.xml"):
            by_thing.setdefault(VOC_NAMES.get(thing, thing), []).append((x0 - 1, y0 - 1, x1 - 1, y1 - 1))  # from 1
        return by_thing

    def truth(name: str, thing: str) -> Truth:
        image = _as_stored(root / "JPEGImages" / f"{name}.jpg")
        return Truth(image, classes_of(thing, clf), checked(boxes_of(name)[thing], image.shape, name))

    def things(name: str) -> list[str]:
        try:
            return list(boxes_of(name))
        except ValueError:
            return [""]  # whose truth says why

    names = [line.split()[0] for line in listed.decode().splitlines() if line.strip()]
    pairs = [(name, thing) for name in names for thing in things(name)]
    told = [boxes_of(name)[thing] if thing else "" for name, thing in pairs]
    examples = [Example(name, thing, _later(truth, name, thing)) for name, thing in pairs]
    return examples, listed + repr(told).encode(), tuple(sorted({thing for _, thing in pairs} - {""}))


def _coco(part: coco_part.CocoPart, clf: Classifier, split: str) -> Found:
    image_of, masks_of = lru_cache(1)(part.image), lru_cache(1)(part.masks)  # a picture's things come one by one

    def truth(picture, thing: str) -> Truth:
        """A box round a crowd is no box of a thing; the crowd is part of the mask."""
        image, mask = image_of(picture), masks_of(picture)[thing]
        boxes = [i.box for i in part.instances[picture.id] if i.category.name == thing and not i.iscrowd]
        return Truth(
            image, classes_of(thing, clf), checked(boxes, image.shape, picture.file_name) if boxes else (), mask
        )

    examples = [
        Example(picture.file_name, thing, _later(truth, picture, thing))
        for picture in part.pictures
        for thing in dict.fromkeys(one.category.name for one in part.instances.get(picture.id, ()))
    ]
    told = (part.folder.parent / "annotations" / f"instances_{split}2017.json").read_bytes()
    return examples, told, tuple(sorted({one.thing for one in examples}))


def _tiny(root: Path, clf: Classifier, split: str) -> Found:
    inside = tiny_imagenet.root_of(root)
    _, names = tiny_imagenet.class_names(inside)
    images, labels, boxes = tiny_imagenet.load_split(inside, split)
    known = {name: clf.names.index(name) for name in names if clf.names.count(name) == 1}

    def truth(i: int) -> Truth:
        return Truth(
            images[i], (known[names[labels[i]]],), checked([boxes[i].tolist()], images[i].shape, f"{split}_{i}")
        )

    there = [i for i in range(len(images)) if names[labels[i]] in known]
    return (
        [Example(f"{split}_{i}", names[labels[i]], _later(truth, i)) for i in there],
        boxes.tobytes() + labels.tobytes(),
        (),
    )


def _labelled(root: Path, clf: Classifier, split: str) -> Found:
    def truth(file: Path, name: str) -> Truth:
        return Truth(load_image(file), (clf.index(name),), ())

    folders = _class_folders(root)
    names = {folder: folder.name if folder.name in clf.names else folder.name.replace("_", " ") for folder in folders}
    known = [name for name in names.values() if name.casefold() in {one.casefold() for one in clf.names}]
    files = [(f, names[folder]) for folder in folders for f in sorted(folder.iterdir()) if is_picture(f)]
    examples = [Example(f"{f.parent.name}/{f.name}", name, _later(truth, f, name)) for f, name in files]
    sizes = repr([f.stat().st_size for f, _ in files])  # they differ where a picture was replaced
    return examples if known else [], sizes.encode(), ()


def _class_folders(root: Path) -> list[Path]:
    inside = sorted(one for one in root.iterdir() if one.is_dir()) if root.is_dir() else []
    return [folder for folder in inside if any(map(is_picture, folder.iterdir()))]


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
