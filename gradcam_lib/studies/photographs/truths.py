"""Everything that is measured against COCO's masks, put together: data/results/photo_truth.json."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any

from gradcam_lib.datasets.coco_part import coco_part
from gradcam_lib.datasets.flickr8k import Photographs, flickr8k
from gradcam_lib.language.captioning import load_captioner
from gradcam_lib.language.question_answering import load_vqa
from gradcam_lib.networks.vqa import LSTMCNN
from gradcam_lib.networks.zoo import load_classifier
from gradcam_lib.results import share
from gradcam_lib.studies.photographs.answers import record_of, study_answers
from gradcam_lib.studies.photographs.classes import study_classes, with_classes
from gradcam_lib.studies.photographs.said import answers_at, captions_at
from gradcam_lib.studies.photographs.sizes import Data, Subject, measured
from gradcam_lib.studies.photographs.trust import trust
from gradcam_lib.studies.photographs.words import study_words
from gradcam_lib.studies.photographs.world import world

CLASSIFIERS = ("efficientnet_lite0", "squeezenet")
# Of 50 mentions drawn from either part (``words.drawn``, seed 0), judged beside the captions, and beside the pictures
# and masks where there was a doubt: those in which the word does not mean the things that are outlined.
JUDGED = 100
UNSOUND = {"train 6": "a commuter train is no person"}


def words(data: Data, photographs: Photographs, names: Sequence[str], said: int) -> dict[str, Any]:
    """Each captioner's numbers, and "review": of the words that name a category."""
    numbers: dict[str, Any] = {}
    for name in names:
        captioner = load_captioner(name)

        def study(seen, picture, captions, size, fine, captioner=captioner):
            return study_words(captioner, seen, captions, size, seed=picture.id, fine=fine)

        subject = Subject("words", captioner.model, captioner.transform.crop, lambda part: part.described, study)
        numbers[name], _ = measured(subject, data)
        sizes = {"own": subject.own, "chosen": numbers[name]["chosen_size"]}
        numbers[name]["said"] = captions_at(captioner, photographs, sizes, said, data.runs)
    sound = share([i >= len(UNSOUND) for i in range(JUDGED)])
    return numbers | {"review": {"judged": JUDGED, "sound": sound, "unsound": UNSOUND}}


def answers(data: Data, photographs: Photographs, names: Sequence[str], said: int) -> dict[str, Any]:
    """Each network's numbers, and "trust" where there are several of LSTM and CNN."""
    numbers, rows = {}, {}
    for name in names:
        vqa = load_vqa(name)

        def study(seen, picture, captions, size, fine, vqa=vqa):
            return study_answers(vqa, seen, captions, size, seed=picture.id)

        subject = Subject(name, vqa.model, vqa.transform.crop, lambda part: part.described, study, record_of)
        numbers[name], found = measured(subject, data)
        sizes = {"own": subject.own, "chosen": numbers[name]["chosen_size"]}
        numbers[name]["said"] = answers_at(vqa, photographs, sizes, said, data.runs)
        if isinstance(vqa.model, LSTMCNN):
            rows[name] = found
    return numbers | ({"trust": trust(zip(*rows.values(), strict=True), list(rows))} if len(rows) > 1 else {})


def classes(data: Data) -> dict[str, Any]:
    numbers = {}
    for name in CLASSIFIERS:
        clf = load_classifier(name)

        def study(seen, picture, captions, size, fine, clf=clf):
            return study_classes(clf, seen, size, seed=picture.id, fine=fine)

        own = 224  # SqueezeNet's 227 gives a map of the same size
        numbers[name], _ = measured(Subject(f"classes_{name}", clf.model, own, with_classes, study), data)
    return numbers


def truths(args: argparse.Namespace) -> dict[str, Any]:
    """The parts that are wanted, by name."""
    data = Data(coco_part(args.coco, "train"), coco_part(args.coco, "val"), args.most, args.runs)
    numbers: dict[str, Any] = {}
    if "words" in args.parts:
        numbers["words"] = words(data, flickr8k(args.data), args.captioners, args.said)
    if "answers" in args.parts:
        numbers["answers"] = answers(data, flickr8k(args.data), args.systems, args.said)
    if "classes" in args.parts:
        numbers["classes"] = classes(data)
    if "world" in args.parts:
        numbers["world"] = world(args.scenes)
    return numbers
