"""All questions about a set of photographs: rare answers dropped, balanced, sampled for judging, and as VQA v2 files.

    python -m gradcam_lib.datasets.photo_questions --sample 200 --seed 1                # to be judged by hand
    python -m gradcam_lib.datasets.photo_questions --sample 200 --seed 1 --unsound 7:ambiguous 31:wrong    # judged
    python -m gradcam_lib.datasets.photo_questions --export FOLDER                      # VQA v2's JSON files

The sample shows pictures' names and captions on the screen only: Flickr8k's terms keep them out of any repository.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from gradcam_lib.datasets import vqa_v2
from gradcam_lib.datasets.balance import balanced, usual_answers
from gradcam_lib.datasets.caption_questions import TYPES, questions
from gradcam_lib.datasets.flickr8k import Photographs, flickr8k
from gradcam_lib.paths import RESULTS
from gradcam_lib.results import share, write_results

RAREST = 5  # training questions that share an answer; rarer ones cannot be learnt
PEOPLE = 10  # who answer each question of VQA v2; the accuracy counts how many of them say so
ANSWER_TYPES = {"existence": "yes/no", "count": "number"}


class Asked(NamedTuple):
    """One question about picture ``picture`` of the photographs."""

    picture: int
    question: str
    answer: str
    type: str


def asked(photographs: Photographs, *, rarest: int = RAREST) -> list[Asked]:
    """Every question about every picture whose answer is that of ``rarest`` or more questions of the training part."""
    rows = [Asked(i, *question) for i, captions in enumerate(photographs.captions) for question in questions(captions)]
    train = set(photographs.splits["train"])
    common = Counter(row.answer for row in rows if row.picture in train)
    return [row for row in rows if common[row.answer] >= rarest]


def part(rows: Sequence[Asked], pictures: Sequence[int]) -> list[Asked]:
    """The questions about some pictures, such as ``photographs.splits["test"]``."""
    wanted = set(pictures)
    return [row for row in rows if row.picture in wanted]


def even(rows: Sequence[Asked]) -> list[Asked]:
    """As many as can be kept when all answers to a question must be equally frequent (``balance.balanced``)."""
    kept = balanced([row.question for row in rows], [row.answer for row in rows], least=None)
    return [rows[i] for i in kept]


def blind(rows: Sequence[Asked], train: Sequence[Asked]) -> list[bool]:
    """Whether the most frequent answer to the question in training is right; never seen, never right."""
    usual = usual_answers([row.question for row in train], [row.answer for row in train])
    return [usual.get(row.question) == row.answer for row in rows]


def sample(rows: Sequence[Asked], n: int, seed: int) -> list[Asked]:
    """n questions, equally many of each type, drawn with the seed."""
    draw = random.Random(seed)
    return [row for type in TYPES for row in draw.sample([r for r in rows if r.type == type], n // len(TYPES))]


def export(rows: Sequence[Asked], folder: str | Path, name: str) -> None:
    """FOLDER/{questions,annotations}_NAME.json in VQA v2's format; a picture's number is its place among the names.

    VQA v2 has the answers of ten people. Here the captions give one, which stands ten times, so that it scores 100 %.
    """
    made = [
        vqa_v2.Question(
            number,
            row.picture,
            row.question,
            vqa_v2.question_type(row.question),
            ANSWER_TYPES.get(row.type, "other"),
            row.answer,
            tuple(vqa_v2.Answer(row.answer, i + 1) for i in range(PEOPLE)),
        )
        for number, row in enumerate(rows)
    ]
    files = (Path(folder) / f"{kind}_{name}.json" for kind in ("questions", "annotations"))
    vqa_v2.write(*files, made, data_subtype=name, info={"description": "made from captions by gradcam_lib"})


def show(rows: Sequence[Asked], photographs: Photographs) -> None:
    """Each question with its picture's name and captions, for judging by hand."""
    for number, row in enumerate(rows):
        print(f"{number:4d} {row.type:9s} {row.question} {row.answer}   [{photographs.names[row.picture]}]")
        print("".join(f"       {caption}\n" for caption in photographs.captions[row.picture]))


def measure(photographs: Photographs, drawn: Sequence[Asked], unsound: dict[int, str]) -> dict:
    """Counts, blind accuracy on the test part as asked and balanced, and how many drawn questions were judged sound."""
    rows = asked(photographs)
    train, test = (part(rows, photographs.splits[name]) for name in ("train", "test"))
    sound, kept = [i not in unsound for i in range(len(drawn))], set(even(test))
    usual = blind(test, train)
    numbers = {
        "questions": Counter(row.type for row in rows),
        "answers": len({row.answer for row in rows}),
        "rarest_answer": RAREST,
        "test_questions": len(test),
        "most_frequent_answer": share(usual),
        "balanced_train_questions": len(even(train)),
        "balanced_test_questions": len(kept),
        "most_frequent_answer_balanced": share([hit for hit, row in zip(usual, test, strict=True) if row in kept]),
        "judged": len(drawn),
        "sound": share(sound),
    }
    for type in TYPES:
        numbers[f"sound_{type}"] = share([s for s, row in zip(sound, drawn, strict=True) if row.type == type])
    return {**numbers, "unsound": {str(i): why for i, why in sorted(unsound.items())}}


def verdict(text: str) -> tuple[int, str]:
    """ "31:wrong" → (31, "wrong")."""
    number, _, why = text.partition(":")
    if not number.isdecimal() or not why.isalpha():
        raise argparse.ArgumentTypeError(f"{text!r}: write the question's number, a colon and one word, as 31:wrong")
    return int(number), why


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m gradcam_lib.datasets.photo_questions", description=__doc__.split("\n")[0]
    )
    parser.add_argument("--data", type=Path, help="Flickr8k as a folder or zip; default: in GRADCAM_DATA")
    parser.add_argument("--sample", type=int, default=200, help="how many questions to draw, equally many of each type")
    parser.add_argument("--seed", type=int, default=0, help="of the draw")
    parser.add_argument("--unsound", type=verdict, nargs="*", help="numbers of the drawn that are not, as 31:wrong")
    parser.add_argument("--export", type=Path, help="folder for questions and annotations of each part")
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder for the measured numbers")
    args = parser.parse_args(argv)
    photographs = flickr8k(args.data)
    rows = asked(photographs)
    if args.export:
        for name, pictures in photographs.splits.items():
            export(part(rows, pictures), args.export, name)
            export(even(part(rows, pictures)), args.export, f"{name}_balanced")
        return
    drawn = sample(rows, args.sample, args.seed)
    if args.unsound is None:
        return show(drawn, photographs)
    numbers = measure(photographs, drawn, dict(args.unsound))
    verdicts = " ".join(f"{number}:{why}" for number, why in sorted(args.unsound))
    command = f"python -m gradcam_lib.datasets.photo_questions --sample {args.sample} --seed {args.seed}"
    command += f" --unsound {verdicts}"
    print(write_results("flickr8k_questions", numbers, command=command, n=len(rows), folder=args.results))


if __name__ == "__main__":
    main()
