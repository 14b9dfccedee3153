"""Train a network that answers questions about the rendered world, or about photographs.

    python -m gradcam_lib.training.backbone --name alexnet
    python -m gradcam_lib.training.vqa --backbone alexnet                             # the world
    python -m gradcam_lib.training.vqa --data flickr8k                                # photographs
    python -m gradcam_lib.training.vqa --data flickr8k --name coattention

As in the original, the CNN was trained before; its codes are computed once. Questions about photographs are made from
their captions (``datasets.photo_questions``). For them LSTM + CNN is trained once more without seeing anything: what
that knows, the questions alone give away.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gradcam_lib.datasets import balance, photo_questions
from gradcam_lib.language.question_answering import load_vqa
from gradcam_lib.language.systems import save_system
from gradcam_lib.networks.coattention import CoAttention
from gradcam_lib.networks.slim import fold
from gradcam_lib.networks.vocabulary import Vocabulary
from gradcam_lib.networks.vqa import LSTMCNN
from gradcam_lib.results import share
from gradcam_lib.training import processes
from gradcam_lib.training.backbone import Asked
from gradcam_lib.training.features import Seen
from gradcam_lib.training.loop import Recipe, fit
from gradcam_lib.training.sources import BEST, Source, arguments, file_name, look, options, save_numbers, source
from gradcam_lib.worlds.questions import ANSWERS

FORMS = {"lstm": "code", "coattention": "map"}
MODELS = {"lstm": LSTMCNN, "coattention": CoAttention}
Read = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class Preset:
    """Hyperparameters that suit some data.

    at_least: how often a word must occur to be learnt. pictures: an epoch's examples are pictures, each with all its
    questions, or with ``most`` random ones; else questions. learnt: epochs, batch, peak and more of the recipe.
    """

    learnt: dict[str, Any]
    dropout: float = 0.5
    at_least: int = 1
    pictures: bool = False
    most: int | None = None


# The originals' dropout of 0.5 is for layers four to eight times as wide; in the world it makes learning far slower.
# There LSTM + CNN reads each question once a batch, so large batches cost little; co-attention reads it for each scene.
WORLD = {
    "lstm": Preset({"epochs": 20, "batch": 512, "peak": 4e-3}, dropout=0.2, pictures=True),
    "coattention": Preset({"epochs": 20, "batch": 128, "peak": 2e-3}, dropout=0.2, pictures=True, most=3),
}
LEARNT = {"batch": 128, "peak": 2e-3, "patience": 3, "precision": "bfloat16"}
PHOTOGRAPHS = {
    "lstm": Preset({"epochs": 8, **LEARNT}, at_least=2),
    "coattention": Preset({"epochs": 9, **LEARNT}, at_least=2),
}


def few(asked: Asked, pictures: Tensor, g: torch.Generator, most: int) -> tuple[Tensor, Tensor]:
    """At most so many random questions about each picture: rows and which of ``pictures`` each belongs to."""
    rows, at = asked.of(pictures)
    order = torch.randperm(len(rows), generator=g)
    order = order[at[order].argsort(stable=True)]
    place = torch.arange(len(order)) - torch.searchsorted(at[order], at[order])
    keep = order[place < most]
    return rows[keep], at[keep]


def questions(of: Source, rarest: int) -> dict[str, Asked]:
    """The questions of each split; in the world those that occur in training."""
    if of.name == "world":
        every = [one for part in of.told for one in part.questions]
        told = Asked(every, ANSWERS, which=of.splits["train"])
        return {name: Asked(every, ANSWERS, which=which, like=told) for name, which in of.splits.items()}
    every = [[] for _ in range(of.cached)]
    for row in photo_questions.asked(of.told, rarest=rarest):
        every[row.picture].append((row.question, row.answer, None, row.type))
    answers = sorted({answer for i in of.splits["train"] for _, answer, *_ in every[i]})
    if not answers:
        raise ValueError("no questions to learn from: give more pictures, or lower --rarest")
    return {name: Asked(every, answers, which=which) for name, which in of.splits.items()}


class Answerer:
    """A network, the words it knows, and how it reads pictures: all that training and measuring have in common."""

    def __init__(self, model: nn.Module, vocabulary: Vocabulary, read: Read):
        self.model, self.vocabulary, self.read = model, vocabulary, read

    def logits(self, asked: Asked, rows: Tensor, texts: Tensor, once: bool = False) -> Tensor:
        """(rows, answers). texts: the words of the asked texts; once: of equal questions one is read."""
        which, back = asked.picture[rows].unique(return_inverse=True)
        visual = self.read(which)
        device = visual.device
        visual, question = visual[back.to(device)], asked.question[rows]
        if isinstance(self.model, CoAttention):
            return self.model.of_map(visual, texts[question].to(device)).logits
        if not once:
            return self.model.logits(visual, texts[question].to(device))
        each, back = question.unique(return_inverse=True)
        return self.model.join(visual, self.model.encode(texts[each].to(device))[back.to(device)])

    def losses(self, asked: Asked, rows: Tensor, texts: Tensor, once: bool = False) -> Tensor:
        logits = self.logits(asked, rows, texts, once).float()
        return F.cross_entropy(logits, asked.answer[rows].to(logits.device))

    @torch.inference_mode()
    def answers(self, asked: Asked) -> Tensor:
        """The number of the answer to each question, (rows,)."""
        texts = self.vocabulary.batch(asked.texts)
        return torch.cat([self.logits(asked, p, texts).argmax(1).cpu() for p in torch.arange(len(asked)).split(250)])


def train(answerer: Answerer, told: Asked, unseen: Asked, preset: Preset, recipe: Recipe, runs: Path) -> None:
    texts, others = (answerer.vocabulary.batch(asked.texts) for asked in (told, unseen))
    pictures = told.picture.unique()

    def loss_of(pick: Tensor, g: torch.Generator) -> Tensor:
        if preset.pictures:
            pick = few(told, pictures[pick], g, preset.most)[0] if preset.most else told.of(pictures[pick])[0]
        return answerer.losses(told, pick, texts, preset.pictures)

    def validate() -> float:
        parts = torch.arange(len(unseen)).split(1000)
        found = [float(answerer.losses(unseen, part, others, preset.pictures)) for part in parts]
        return float(np.average(found, weights=[len(part) for part in parts]))

    fit(answerer.model, len(pictures) if preset.pictures else len(told), loss_of, recipe, validate=validate, runs=runs)


def sightless(cnn: nn.Module) -> Read:
    """What a network reads that sees nothing."""
    device = next(cnn.parameters()).device
    return lambda pictures: torch.zeros(len(pictures), cnn.width, device=device)


def balanced(asked: Asked, least: int | None = 5) -> Tensor:
    """Rows in which every answer to a question occurs equally often (``datasets.balance``)."""
    return torch.tensor(balance.balanced(asked.question.tolist(), asked.answer.tolist(), least=least), dtype=torch.long)


def question_only(asked: Asked, told: Asked) -> Tensor:
    """Whether the most frequent answer in training is right: the best that can be done blind. (rows,)"""
    usual = balance.usual_answers([told.texts[q] for q in told.question.tolist()], told.answer.tolist())
    return torch.tensor([usual.get(asked.texts[q], -1) for q in asked.question.tolist()]) == asked.answer


def measure(hits: dict[str, Tensor], asked: Asked, least: int | None) -> dict[str, Any]:
    """Shares of right answers: to all questions, to the balanced ones, and by kind. hits: name → (rows,) bool."""
    even = balanced(asked, least)
    kinds = asked.kinds[even.numpy()]
    numbers = {"questions": len(asked), "balanced_questions": len(even)}
    for name, right in hits.items():
        numbers[name] = share(right.tolist())
        numbers[f"{name}_balanced"] = share(right[even].tolist())
        for kind in dict.fromkeys(asked.kinds.tolist()):
            if (kinds == kind).any():
                numbers[f"{name}_balanced_{kind}"] = share(right[even][torch.from_numpy(kinds == kind)].tolist())
    return numbers


def made(args: argparse.Namespace, seen: Seen, sizes: Sequence[int], preset: Preset, name: str) -> nn.Module:
    torch.manual_seed(args.seed)
    return MODELS[name](seen.cnn, *sizes, dropout=preset.dropout).to(args.device)


def main(argv: list[str] | None = None) -> None:
    parser = arguments("vqa", __doc__.split("\n")[0])
    parser.add_argument("--name", choices=tuple(FORMS), default="lstm", help="LSTM + CNN, or co-attention")
    parser.add_argument("--rarest", type=int, default=photo_questions.RAREST,
                        help="of photographs: training questions that an answer needs")  # fmt: skip
    parser.set_defaults(test=6000)
    args = parser.parse_args(argv)
    args.device = processes.begin()
    world = args.data == "world"
    usual = {"lstm": "vgg16", "coattention": "resnet"}[args.name] if world else BEST
    args.backbone = args.backbone or usual
    preset = (WORLD if world else PHOTOGRAPHS)[args.name]
    of = source(args)
    asked = questions(of, args.rarest)
    seen = look(args, of, FORMS[args.name], fold)
    told = asked["train"]
    heard = told.texts if preset.pictures else [told.texts[q] for q in told.question.tolist()]
    vocabulary = Vocabulary.of(heard, at_least=preset.at_least)
    sizes = len(vocabulary), len(told.answers)
    parts = ("vqa", of.name, *(["coattention"] if args.name == "coattention" else []))
    name = file_name(parts, args, None if parts == ("vqa", "world") else usual)
    given = {"epochs": args.epochs, "precision": args.precision}
    given = {key: value for key, value in given.items() if value is not None}
    recipe = Recipe(**{"name": name, "seed": args.seed, "on": f"{seen.path.stem}, {len(told)} questions",
                       **preset.learnt, **given})  # fmt: skip
    answerer = Answerer(made(args, seen, sizes, preset, args.name), vocabulary, seen.read)
    train(answerer, told, asked["val"], preset, recipe, args.runs)
    hits = {"question_only_lstm": blindfolded(args, seen, asked, sizes, vocabulary, recipe)} if not world else {}
    if not processes.rank():
        path = args.out / f"{name}.safetensors"
        save_system(answerer.model, path, vocabulary, answers=told.answers)
        hits = {"accuracy": right(of, seen, path, asked["test"], args.device),
                "most_frequent_answer": question_only(asked["test"], told), **hits}  # fmt: skip
        learnt = [p for p in answerer.model.parameters() if world or p.requires_grad]
        numbers = {"parameters": sum(p.numel() for p in learnt), "answers": len(told.answers),
                   **measure(hits, asked["test"], 5 if world else None)}  # fmt: skip
        command = f"python -m gradcam_lib.training.vqa --name {args.name} {options(args, of, seen)}"
        command += f" --epochs {recipe.epochs} --precision {recipe.precision} --seed {args.seed}"
        save_numbers(name.replace("_world", ""), numbers, command, len(asked["test"]), args.results)
    processes.end()


def right(of: Source, seen: Seen, path: Path, asked: Asked, device: torch.device) -> Tensor:
    """Whether the shipped weights answer each question rightly, (rows,)."""
    shipped = load_vqa("photo" if of.name != "world" else "world-vgg16", weights=path, device=device)
    seen.shown_to(shipped.model.cnn)
    return Answerer(shipped.model, shipped.vocabulary, seen.read).answers(asked) == asked.answer


def blindfolded(
    args: argparse.Namespace, seen: Seen, asked: dict[str, Asked], sizes: Sequence[int], vocabulary: Vocabulary,
    recipe: Recipe,
) -> Tensor:  # fmt: skip
    """Whether LSTM + CNN answers the test questions rightly when it sees nothing."""
    preset = PHOTOGRAPHS["lstm"]
    model = Answerer(made(args, seen, sizes, preset, "lstm"), vocabulary, sightless(seen.cnn))
    recipe = replace(recipe, name=f"{recipe.name}_sees_nothing")
    train(model, asked["train"], asked["val"], preset, recipe, args.runs)
    return model.answers(asked["test"]) == asked["test"].answer


if __name__ == "__main__":
    main()
