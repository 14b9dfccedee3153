"""COCO's captions, and VQA v2's questions, in their official layouts, as photographs to learn from.

    annotations/captions_{train,val}2017.json                        or 2014
    train2017/000000000009.jpg …, val2017/…                          or train2014/COCO_train2014_000000000009.jpg …

    v2_OpenEnded_mscoco_{train,val}2014_questions.json
    v2_mscoco_{train,val}2014_annotations.json
    train2014/…, val2014/…

A folder or a zip that has these files anywhere below, both parts or one; ``photographs.split`` says which pictures are
for what. A picture is found under its name in the JSON file or under the twelve digits of its number.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from gradcam_lib.datasets import coco, vqa_v2
from gradcam_lib.datasets.photographs import File, Photographs, files_below, split

CAPTIONS = re.compile(r"captions_(train|val)(\d{4})\.json")
QUESTIONS = re.compile(r"v2_OpenEnded_mscoco_(train|val)(\d{4})_questions\.json")


class Question(NamedTuple):
    """One of VQA v2's. answer: the one that most people gave; people: what each of them answered."""

    question: str
    answer: str
    people: tuple[str, ...]
    type: str


def coco_photographs(path: str | Path) -> Photographs:
    """The photographs of COCO's captions. Of several years the latest counts.

    Errors: FileNotFoundError (no captions file), ValueError (broken, no picture there, too few to be split).
    """
    place = Path(path).expanduser()
    files = files_below(place)
    number: dict[File, int] = {}
    captions: list[list[str]] = []
    parts, skipped = {}, 0
    for part, (_, file) in _parts(files, CAPTIONS, place, "annotations/captions_train2017.json").items():
        before = len(number)
        for caption in coco.read_captions(file):
            there = _file(files, caption.image.file_name, f"{caption.image.id:012d}.jpg")
            skipped += there is None
            if there is not None:
                at = number.setdefault(there, len(number))
                if at == len(captions):
                    captions.append([])
                captions[at].append(caption.text)
        parts[part] = range(before, len(number))
    return _photographs(place, list(number), captions, parts, skipped)


def vqa_photographs(path: str | Path) -> tuple[Photographs, list[list[Question]]]:
    """The photographs of VQA v2, without captions, and the questions about each. Errors as above."""
    place = Path(path).expanduser()
    files = files_below(place)
    number: dict[File, int] = {}
    questions: list[list[Question]] = []
    parts, skipped = {}, 0
    for part, (year, file) in _parts(files, QUESTIONS, place, "v2_OpenEnded_mscoco_train2014_questions.json").items():
        answers = f"v2_mscoco_{part}{year}_annotations.json"
        if answers not in files:
            raise FileNotFoundError(f"{place}: no {answers} in it; put it beside {file.name}")
        before = len(number)
        for asked in vqa_v2.read(file, files[answers]):
            names = [vqa_v2.image_name(asked.image_id, f"{part}{year}", suffix) for suffix in (".jpg", ".png")]
            there = _file(files, *names, f"{asked.image_id:012d}.jpg")
            skipped += there is None
            if there is not None:
                at = number.setdefault(there, len(number))
                if at == len(questions):
                    questions.append([])
                people = tuple(given.answer for given in asked.answers)
                row = Question(asked.question, asked.multiple_choice_answer, people, asked.answer_type)
                questions[at].append(row)
        parts[part] = range(before, len(number))
    return _photographs(place, list(number), [[] for _ in number], parts, skipped), questions


def _parts(files: dict[str, File], pattern: re.Pattern, place: Path, example: str) -> dict[str, tuple[str, File]]:
    """Part → its year and file, of the latest year that is there; "train" first."""
    found = {match.groups(): file for name, file in files.items() if (match := pattern.fullmatch(name))}
    if not found:
        raise FileNotFoundError(f"{place}: no {example} or its like in it; put the files of the release there")
    latest = max(year for _, year in found)
    return {part: (latest, found[part, latest]) for part in ("train", "val") if (part, latest) in found}


def _file(files: dict[str, File], *names: str) -> File | None:
    return next((files[name] for name in names if name in files), None)


def _photographs(
    place: Path, files: list[File], captions: list[list[str]], parts: dict[str, range], skipped: int
) -> Photographs:
    parts = {part: pictures for part, pictures in parts.items() if pictures}
    if not parts:
        raise ValueError(f"{place}: none of the {skipped} texts has its picture there; put the pictures beside them")
    splits, rule = split(parts, place)
    return Photographs([file.name for file in files], captions, splits, skipped, files=files, rule=rule)
