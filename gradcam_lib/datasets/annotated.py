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

from pathlib import Path

from gradcam_lib.datasets.examples import Annotated, classes_of
from gradcam_lib.datasets.layouts import LAYOUTS
from gradcam_lib.networks.classifier import Classifier


def annotated(path: str | Path, clf: Classifier, split: str = "val", *, every: bool = False) -> Annotated:
    """The examples of a folder or zip whose things the network has classes for; with ``every``, of COCO and VOC also
    the other things, with no class.

    split: "val", "train" and, for VOC, "test". FileNotFoundError: no such path, or no layout that is known; ValueError:
    annotations that cannot be read, or no thing that the network knows.
    """
    root = Path(path).expanduser()
    if not root.exists():
        raise FileNotFoundError(f"{root}: no such folder or zip; correct --data")
    for layout, (sign, read) in LAYOUTS.items():
        if found := sign(root, split):
            examples, told, things = read(found, clf, split)
            kinds = {thing: classes_of(thing, clf) for thing in things}
            examples = [one for one in examples if every or kinds.get(one.thing, True)]
            if not examples:
                raise ValueError(f"{root}: of the things in it ({layout}) the network has no class; its classes are "
                                 f"{', '.join(clf.names[:5])} …")  # fmt: skip
            return Annotated.of(layout, examples, told, tuple(filter(None, kinds.values())))
    known = ", ".join(LAYOUTS)
    raise FileNotFoundError(f"{root}: neither of the layouts {known} with a split {split!r}; see datasets/annotated.py")
