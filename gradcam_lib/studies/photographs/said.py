"""What a larger input does to the caption and the answer themselves: both were learnt at the system's own size.

Measured on validation pictures of Flickr8k: captions against their references, answers to the balanced questions.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any

import torch

from gradcam_lib.datasets.flickr8k import Photographs
from gradcam_lib.datasets.photo_questions import Asked, asked, even, part
from gradcam_lib.language.captioning import CaptionSystem
from gradcam_lib.language.question_answering import QuestionSystem
from gradcam_lib.measures.caption_scores import bleu_interval, cider_d, tokens
from gradcam_lib.networks.weights import checksum_of
from gradcam_lib.results import average
from gradcam_lib.studies.photographs.records import resumable


def captions_at(
    captioner: CaptionSystem, photographs: Photographs, sizes: dict[str, int], n: int, runs: Path
) -> dict[str, Any]:
    """sizes: name → pixels; n: validation pictures. BLEU-4 and CIDEr-D at each, and how often the caption stays."""
    pictures = photographs.splits["val"][:n]
    references = [[tokens(one) for one in photographs.captions[i]] for i in pictures]
    said = {}
    for name, size in sizes.items():

        def one(i: int, size: int = size) -> str:
            return captioner.caption(photographs.picture(pictures[i]), size=size)

        said[name] = resumable(runs / f"photo_said_{checksum_of(captioner.model)}_{size}.jsonl", len(pictures), one)
    first, numbers = next(iter(said.values())), {}
    for name, captions in said.items():
        spoken = [tokens(one) for one in captions]
        numbers[name] = {
            "size": sizes[name],
            "bleu_4": bleu_interval(references, spoken)[3],
            "cider_d": average(cider_d(references, spoken)),
            "same_caption": average([a == b for a, b in zip(captions, first, strict=True)]),
        }
    return {"pictures": len(pictures), **numbers}


def answers_at(
    vqa: QuestionSystem, photographs: Photographs, sizes: dict[str, int], n: int, runs: Path
) -> dict[str, Any]:
    """sizes: name → pixels; n: validation pictures. Accuracy on their balanced questions, a mean over pictures."""
    by_picture: dict[int, list[Asked]] = defaultdict(list)
    for one in even(part(asked(photographs), photographs.splits["val"])):
        by_picture[one.picture].append(one)
    chosen = list(by_picture.items())[:n]
    numbers: dict[str, Any] = {"pictures": len(chosen), "questions": sum(len(rows) for _, rows in chosen)}
    for name, size in sizes.items():

        def right(i: int, size: int = size) -> float:
            return _share_right(vqa, photographs, *chosen[i], size)

        path = runs / f"photo_said_{checksum_of(vqa.model)}_{size}.jsonl"
        numbers[name] = {"size": size, "accuracy": average(resumable(path, len(chosen), right))}
    return numbers


@torch.inference_mode()
def _share_right(vqa: QuestionSystem, photographs: Photographs, i: int, rows: list[Asked], size: int) -> float:
    network = vqa.asked(*(one.question for one in rows))
    logits = network.model(vqa.to_input(photographs.picture(i), size=size))[0].unflatten(0, (len(rows), -1))
    given = [vqa.answers[k] for k in logits.argmax(1).tolist()]
    return sum(answer == one.answer for answer, one in zip(given, rows, strict=True)) / len(rows)
