"""Train a network that answers questions about the rendered world, or about photographs.

    python -m gradcam_lib.training.backbone --name alexnet
    python -m gradcam_lib.training.vqa --backbone alexnet                             # the world
    python -m gradcam_lib.training.vqa --data flickr8k                                # photographs
    python -m gradcam_lib.training.vqa --data FOLDER --name coattention               # VQA v2

As in the original, the CNN was trained before; its codes are computed once. Where VQA v2's questions do not lie beside
the photographs, questions are made from their captions (``datasets.photo_questions``). About photographs LSTM + CNN is
trained once more without seeing anything: what that knows, the questions alone give away.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gradcam_lib.datasets import photo_questions
from gradcam_lib.language.question_answering import load_vqa
from gradcam_lib.language.systems import save_system
from gradcam_lib.networks.coattention import CoAttention
from gradcam_lib.networks.slim import fold
from gradcam_lib.networks.vocabulary import Vocabulary
from gradcam_lib.networks.vqa import LSTMCNN
from gradcam_lib.training import processes
from gradcam_lib.training.asked import Asked, balanced, credits, few, measure, question_only
from gradcam_lib.training.loop import Recipe, fit
from gradcam_lib.training.sources import (
    Source,
    arguments,
    file_name,
    learns_along,
    look,
    options,
    parsed,
    recipes,
    save_numbers,
    source,
)
from gradcam_lib.worlds.questions import ANSWERS

FORMS = {"lstm": "code", "coattention": "map"}
MODELS = {"lstm": LSTMCNN, "coattention": CoAttention}
Read = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class Preset:
    """Hyperparameters that suit some data.

    sizes: of the network. at_least: how often a word must occur to be learnt. pictures: an epoch's examples are
    pictures, each with all its questions, or with ``most`` random ones; else questions. learnt, tuned: epochs, batch,
    peak and more of the two recipes.
    """

    learnt: dict[str, Any]
    sizes: dict[str, Any] = field(default_factory=dict)
    tuned: dict[str, Any] = field(default_factory=lambda: {"epochs": 0, "batch": 64, "peak": 4e-4, "cnn_share": 1 / 40})
    at_least: int = 2
    pictures: bool = False
    most: int | None = None


# The originals' dropout of 0.5 is for layers four to eight times as wide; in the world it makes learning far slower.
# There LSTM + CNN reads each question once a batch, so large batches cost little; co-attention reads it for each scene.
IN_WORLD = {"sizes": {"dropout": 0.2}, "at_least": 1, "pictures": True}
ON_PHOTOGRAPHS = {"batch": 128, "peak": 2e-3, "patience": 3, "precision": "bfloat16"}
# Beside the size of the originals (Antol et al. 2015, Lu et al. 2016), as many questions at a time.
ON_VQA_V2 = {"epochs": 15, "batch": 512, "peak": 1e-3, "patience": 3, "precision": "bfloat16"}
MADE = {
    "lstm": Preset({"epochs": 8, **ON_PHOTOGRAPHS}),
    "coattention": Preset({"epochs": 9, **ON_PHOTOGRAPHS}),
}
PRESETS = {
    "world": {
        "lstm": Preset({"epochs": 20, "batch": 512, "peak": 4e-3}, **IN_WORLD),
        "coattention": Preset({"epochs": 20, "batch": 128, "peak": 2e-3}, **IN_WORLD, most=3),
    },
    "photo": MADE,
    "coco": MADE,
    "v2": {
        "lstm": Preset(ON_VQA_V2, {"embedding": 300, "hidden": 512, "joint": 1024}),
        "coattention": Preset(ON_VQA_V2, {"hidden": 512}),
    },
}


def questions(of: Source, rarest: int, most: int) -> dict[str, Asked]:
    """The questions of each split.

    In the world those that occur in training; made from captions: those whose answer ``rarest`` training questions
    have; of VQA v2 all for the test, else those with one of the ``most`` most frequent answers.
    Errors: ValueError where none are left to learn from.
    """
    if of.name == "world":
        every = [one for part in of.told for one in part.questions]
        told = Asked(every, ANSWERS, which=of.splits["train"])
        return {name: Asked(every, ANSWERS, which=which, like=told) for name, which in of.splits.items()}
    every = of.questions
    if every is None:
        every = [[] for _ in range(of.cached)]
        for row in photo_questions.asked(of.told, rarest=rarest):
            every[row.picture].append((row.question, row.answer, None, row.type))
    counts = Counter(answer for i in of.splits["train"] for _, answer, *_ in every[i])
    answers = sorted(answer for answer, _ in counts.most_common(most if of.questions else None))
    if not answers:
        raise ValueError("no questions to learn from: give more pictures, or lower --rarest")
    return {
        name: Asked(every, answers, which=which, all=name == "test" and of.questions is not None)
        for name, which in of.splits.items()
    }


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


class Course:
    """One run of the recipe: the questions, what the CNN sees, and the networks that learn from both."""

    def __init__(self, args: argparse.Namespace, of: Source):
        self.args, self.of = args, of
        self.preset = PRESETS[of.name][args.name]
        self.asked = questions(of, args.rarest, args.answers)
        self.seen = look(args, of, FORMS[args.name], fold)
        told = self.asked["train"]
        heard = told.texts if of.name == "world" else [told.texts[q] for q in told.question.tolist()]
        self.vocabulary = Vocabulary.of(heard, at_least=self.preset.at_least)
        self.name = file_name(("vqa", of.name, *(["coattention"] if args.name == "coattention" else [])), args)
        self.recipe, self.tuning = recipes(
            args, self.preset, self.name, f"{self.seen.path.stem}, {len(told)} questions"
        )

    def learn(self) -> nn.Module:
        """The network, as well as it can be trained."""
        answerer = self._untrained(self.args.name, self.preset, self.seen.read)
        self._train(answerer, self.preset, self.recipe)
        if self.tuning.epochs:
            learns_along(self.seen, self.args.tune_from)
            self._train(answerer, self.preset, self.tuning)
        return answerer.model

    def blindfolded(self) -> np.ndarray:
        """Credits of LSTM + CNN when it sees nothing."""
        preset = PRESETS[self.of.name]["lstm"]
        answerer = self._untrained("lstm", preset, sightless(self.seen.cnn))
        self._train(answerer, preset, replace(self.recipe, name=f"{self.recipe.name}_sees_nothing"))
        return self.credits(answerer.answers(self.asked["test"]))

    def shipped(self, path: Path) -> np.ndarray:
        """Credits of the weights in a file."""
        name = "world-vgg16" if self.of.name == "world" else "photo"
        system = load_vqa(name, weights=path, device=self.args.device)
        self.seen.shown_to(system.model.cnn)
        return self.credits(Answerer(system.model, system.vocabulary, self.seen.read).answers(self.asked["test"]))

    def credits(self, answers: Tensor) -> np.ndarray:
        return credits(self.asked["test"], answers, self.of.questions is not None)

    def measured(self, path: Path, blind: dict[str, np.ndarray]) -> dict[str, Any]:
        """Of the weights in a file, beside ways not to look."""
        test, told = self.asked["test"], self.asked["train"]
        usual = self.credits(question_only(test, told))
        found = {"accuracy": self.shipped(path), "most_frequent_answer": usual, **blind}
        even = None if self.of.questions else balanced(test, 5 if self.of.name == "world" else None)
        return {"answers": len(told.answers), **measure(found, test, even)}

    def _untrained(self, name: str, preset: Preset, read: Read) -> Answerer:
        torch.manual_seed(self.args.seed)
        sizes = len(self.vocabulary), len(self.asked["train"].answers)
        model = MODELS[name](self.seen.cnn, *sizes, **preset.sizes).to(self.args.device)
        return Answerer(model, self.vocabulary, read)

    def _train(self, answerer: Answerer, preset: Preset, recipe: Recipe) -> None:
        train(answerer, self.asked["train"], self.asked["val"], preset, recipe, self.args.runs)


def main(argv: list[str] | None = None) -> None:
    parser = arguments("vqa", __doc__.split("\n")[0])
    parser.add_argument("--name", choices=tuple(FORMS), default="lstm", help="LSTM + CNN, or co-attention")
    parser.add_argument("--made", action="store_true", help="questions made from captions, also where VQA v2's lie")
    parser.add_argument("--rarest", type=int, default=photo_questions.RAREST,
                        help="of questions made from captions: how many must share an answer")  # fmt: skip
    parser.add_argument("--answers", type=int, default=1000, help="of VQA v2: how many, the most frequent, are learnt")
    parser.set_defaults(test=6000)
    args = parsed(parser, argv, {"lstm": "vgg16", "coattention": "resnet"})
    args.device = processes.begin()
    course = Course(args, source(args, asked=not args.made))
    model = course.learn()
    learnt = sum(p.numel() for p in model.parameters() if args.world or p.requires_grad)
    path = args.out / f"{course.name}.safetensors"
    if not processes.rank():
        save_system(model, path, course.vocabulary, answers=course.asked["train"].answers)
    blind = {} if args.world else {"question_only_lstm": course.blindfolded()}
    if not processes.rank():
        numbers = {"parameters": learnt, **course.measured(path, blind), **course.of.about}
        command = f"python -m gradcam_lib.training.vqa --name {args.name} {options(args, course.of, course.seen)}"
        command += f" --rarest {args.rarest}" * (not args.world and course.of.questions is None) + " --made" * args.made
        command += f" --epochs {course.recipe.epochs} --precision {course.recipe.precision} --seed {args.seed}"
        save_numbers(course.name.replace("_world", ""), numbers, command, numbers["questions"], args.results)
    processes.end()


if __name__ == "__main__":
    main()
