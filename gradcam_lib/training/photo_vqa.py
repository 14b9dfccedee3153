"""Train a network that answers questions about photographs, on SqueezeNet, which stays as it is.

    python -m gradcam_lib.training.photo_vqa
    python -m gradcam_lib.training.photo_vqa --name coattention

The questions are made from captions (``datasets.photo_questions``). Beside it LSTM + CNN is trained without seeing
anything: what that knows, the questions alone give away.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gradcam_lib.datasets.caption_questions import TYPES
from gradcam_lib.datasets.photo_questions import RAREST, Asked, asked, blind, even, part
from gradcam_lib.language.question_answering import load_vqa
from gradcam_lib.language.systems import save_system
from gradcam_lib.networks.coattention import CoAttention
from gradcam_lib.networks.vocabulary import Vocabulary
from gradcam_lib.networks.vqa import LSTMCNN
from gradcam_lib.results import share, write_results
from gradcam_lib.training.loop import Recipe, fit, recipe_arguments
from gradcam_lib.training.photo_features import Seen, seen

FORMS = {"lstm": "code", "coattention": "map"}
FILES = {"lstm": "vqa_photo", "coattention": "vqa_photo_coattention"}
Read = Callable[[Tensor], Tensor]


class Numbers:
    """Questions as numbers: which picture, which words, which answer; like: the words and answers of others."""

    def __init__(self, rows: Sequence[Asked], like: Numbers | None = None):
        if not rows:
            raise ValueError("no questions to learn from: give more pictures, or lower --rarest")
        self.vocabulary = like.vocabulary if like else Vocabulary.of((row.question for row in rows), at_least=2)
        self.answers = like.answers if like else sorted({row.answer for row in rows})
        number = {answer: i for i, answer in enumerate(self.answers)}
        self.picture = torch.tensor([row.picture for row in rows])
        self.words = self.vocabulary.batch([row.question for row in rows])
        self.answer = torch.tensor([number[row.answer] for row in rows])


def train(model: nn.Module, told: Numbers, unseen: Numbers, recipe: Recipe, read: Read, runs: Path) -> nn.Module:
    """read(pictures) → what the network's CNN makes of them."""

    def loss_of(pick: Tensor, g: torch.Generator) -> Tensor:
        return F.cross_entropy(logits(model, read(told.picture[pick]), told.words[pick]).float(), told.answer[pick])

    def validate() -> float:
        return float(F.cross_entropy(all_logits(model, unseen, read), unseen.answer))

    fit(model, len(told.answer), loss_of, recipe, validate=validate, runs=runs)
    return model


def logits(model: nn.Module, visual: Tensor, words: Tensor) -> Tensor:
    """(n, answers) of codes, or of maps."""
    return model.of_map(visual, words).logits if isinstance(model, CoAttention) else model.logits(visual, words)


@torch.inference_mode()
def all_logits(model: nn.Module, numbers: Numbers, read: Read) -> Tensor:
    """(questions, answers), a few at a time."""
    parts = torch.arange(len(numbers.answer)).split(250)
    return torch.cat([logits(model, read(numbers.picture[p]), numbers.words[p]) for p in parts])


def sightless(width: int) -> Read:
    """What a network reads that sees nothing."""
    return lambda pictures: torch.zeros(len(pictures), width)


def measure(right: Sequence[bool], blindfolded: Sequence[bool], rows: Sequence[Asked], told: Sequence[Asked]) -> dict:
    """Accuracy on the test questions, and on the balanced ones by type, beside both ways not to look.

    right, blindfolded: whether the network, and the one that sees nothing, answered each row rightly.
    """
    kept = set(even(rows))
    usual = blind(rows, told)
    numbers = {"questions": len(rows), "balanced_questions": len(kept)}
    for name, hits in (("accuracy", right), ("most_frequent_answer", usual), ("question_only_lstm", blindfolded)):
        numbers[name] = share(hits)
        fair = [(hit, row.type) for hit, row in zip(hits, rows, strict=True) if row in kept]
        numbers[f"{name}_balanced"] = share([hit for hit, _ in fair])
        for type in TYPES:
            of_type = [hit for hit, kind in fair if kind == type]
            if of_type:
                numbers[f"{name}_balanced_{type}"] = share(of_type)
    return numbers


def main(argv: list[str] | None = None) -> None:
    parser = recipe_arguments("photo_vqa", __doc__.split("\n")[0], photographs=True)
    parser.add_argument("--name", choices=tuple(FORMS), default="lstm")
    parser.add_argument("--rarest", type=int, default=RAREST, help="training questions that an answer needs")
    parser.set_defaults(epochs=8, precision="bfloat16")
    args = parser.parse_args(argv)
    looked = seen(FORMS[args.name], args.data, args.runs)
    rows = {name: part(asked(looked.photographs, rarest=args.rarest), pictures)
            for name, pictures in looked.photographs.splits.items()}  # fmt: skip
    told = Numbers(rows["train"])
    unseen, test = Numbers(rows["val"], told), Numbers(rows["test"], told)
    sizes = len(told.vocabulary), len(told.answers)
    torch.manual_seed(args.seed)
    model = CoAttention(looked.cnn, *sizes) if args.name == "coattention" else LSTMCNN(looked.cnn, *sizes)
    read = looked.read if args.name == "coattention" else looked.codes.__getitem__
    recipe = Recipe(FILES[args.name], args.epochs, 128, 2e-3, patience=3, seed=args.seed, precision=args.precision)
    train(model, told, unseen, recipe, read, args.runs)

    path = args.out / f"{FILES[args.name]}.safetensors"
    save_system(model, path, told.vocabulary, answers=told.answers)
    shipped = load_vqa("photo", weights=path).model
    sees = all_logits(shipped, test, Seen(looked.photographs, shipped.cnn, looked.maps).read).argmax(1) == test.answer
    sees_nothing = _blindfolded(looked, told, unseen, test, recipe, args.runs)
    numbers = {
        "parameters": sum(p.numel() for p in model.parameters() if p.requires_grad),
        "answers": len(told.answers),
        **measure(sees.tolist(), sees_nothing, rows["test"], rows["train"]),
    }
    command = f"python -m gradcam_lib.training.photo_vqa --name {args.name} --rarest {args.rarest}"
    command += f" --epochs {args.epochs} --precision {args.precision} --seed {args.seed}"
    print(write_results(FILES[args.name], numbers, command=command, n=len(rows["test"]), folder=args.results))
    for key, value in numbers.items():
        print(f"  {key}: {value}")


def _blindfolded(looked: Seen, told: Numbers, unseen: Numbers, test: Numbers, recipe: Recipe, runs: Path) -> list[bool]:
    """Whether LSTM + CNN answers the test questions rightly when it sees nothing."""
    torch.manual_seed(recipe.seed)
    model = LSTMCNN(looked.cnn, len(told.vocabulary), len(told.answers))
    read = sightless(looked.cnn.width)
    train(model, told, unseen, replace(recipe, name=f"{recipe.name}_sees_nothing"), read, runs)
    return (all_logits(model, test, read).argmax(1) == test.answer).tolist()


if __name__ == "__main__":
    main()
