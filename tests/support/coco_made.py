"""Tiny made data in the official layouts of COCO's captions and of VQA v2: drawn dogs, our captions and questions."""

from __future__ import annotations

import shutil
from pathlib import Path

from support.flickr_made import COLOURS, GROUNDS, SENTENCES, made_flickr8k

from gradcam_lib.datasets import coco, vqa_v2

LOOKS = [(colour, action) for colour in COLOURS for action in GROUNDS]  # as the pictures take turns


def name_of(i: int, part: str, year: int) -> str:
    digits = f"{i:012d}.jpg"
    return digits if year == 2017 else f"COCO_{part}{year}_{digits}"


def pictures(folder: Path, parts: dict[str, range], year: int) -> None:
    """folder/train2017/000000000003.jpg … of the drawn dogs with these numbers."""
    made = made_flickr8k(folder / "made", max(numbers.stop for numbers in parts.values()))
    for part, numbers in parts.items():
        (folder / f"{part}{year}").mkdir(parents=True)
        for i in numbers:
            shutil.copy(made / "images" / f"{i:04d}.jpg", folder / f"{part}{year}" / name_of(i, part, year))
    shutil.rmtree(made)


def made_coco(folder: Path, parts: dict[str, range], year: int = 2017) -> Path:
    """Pictures and annotations/captions_{part}{year}.json; the captions stand in another order than the pictures."""
    pictures(folder, parts, year)
    for part, numbers in parts.items():
        seen = {i: coco.Picture(i, name_of(i, part, year), 48, 48) for i in numbers}
        captions = [
            coco.Caption(10 * i + k, picture, text.format(*LOOKS[i % len(LOOKS)]))
            for k, text in enumerate(SENTENCES)
            for i, picture in seen.items()
        ]
        coco.write_captions(folder / "annotations" / f"captions_{part}{year}.json", captions)
    return folder


def made_vqa(folder: Path, parts: dict[str, range]) -> Path:
    """Three questions about each picture; of ten people seven agree, two do not know, and one is wrong."""
    pictures(folder, parts, 2014)
    for part, numbers in parts.items():
        asked = []
        for i in numbers:
            colour, action = LOOKS[i % len(LOOKS)]
            runs = "yes" if action == "running" else "no"
            asked += [
                _question(10 * i, i, "What color is the dog?", "other", colour, "green"),
                _question(10 * i + 1, i, "Is the dog running?", "yes/no", runs, "maybe"),
                _question(10 * i + 2, i, "How many dogs are there?", "number", "1", "2"),
            ]
        names = f"v2_OpenEnded_mscoco_{part}2014_questions.json", f"v2_mscoco_{part}2014_annotations.json"
        vqa_v2.write(*(folder / name for name in names), asked, data_subtype=f"{part}2014")
    return folder


def _question(id: int, picture: int, text: str, type: str, answer: str, wrong: str) -> vqa_v2.Question:
    people = [answer] * 7 + ["unknown"] * 2 + [wrong]
    answers = tuple(vqa_v2.Answer(given, k + 1) for k, given in enumerate(people))
    return vqa_v2.Question(id, picture, text, vqa_v2.question_type(text), type, answer, answers)
