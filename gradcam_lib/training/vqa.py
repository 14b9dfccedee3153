"""Train a network that answers questions about the rendered world, on a backbone that stays as it is.

    python -m gradcam_lib.training.backbone --name alexnet
    python -m gradcam_lib.training.vqa --name alexnet

As in the original, the CNN was trained before and is not touched; its codes are computed once.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gradcam_lib.datasets import balance
from gradcam_lib.language.question_answering import load_vqa
from gradcam_lib.language.systems import save_system
from gradcam_lib.networks.coattention import CoAttention
from gradcam_lib.networks.slim import fold
from gradcam_lib.networks.vocabulary import Vocabulary
from gradcam_lib.networks.vqa import LSTMCNN
from gradcam_lib.results import share, write_results
from gradcam_lib.training.backbone import Asked, codes, trained_backbone
from gradcam_lib.training.loop import Recipe, fit, recipe_arguments
from gradcam_lib.worlds.corpus import corpus
from gradcam_lib.worlds.questions import ANSWERS

NAMES = {"alexnet": "alexnet", "vgg16": "vgg16_again", "vgg19": "vgg19", "coattention": "resnet"}
DROPOUT = 0.2  # the originals' 0.5 is for layers four to eight times as wide; here it learns far more slowly
PER_SCENE = 3  # questions about one scene that a co-attention network is asked in one epoch


def few(asked: Asked, scenes: Tensor, g: torch.Generator, most: int) -> tuple[Tensor, Tensor]:
    """At most so many random questions about each scene: rows and which of ``scenes`` each belongs to."""
    rows, at = asked.of(scenes)
    order = torch.randperm(len(rows), generator=g)
    order = order[at[order].argsort(stable=True)]
    place = torch.arange(len(order)) - torch.searchsorted(at[order], at[order])
    keep = order[place < most]
    return rows[keep], at[keep]


def train(name: str, scenes: int, others: int, recipe: Recipe, runs: Path) -> tuple[nn.Module, Vocabulary]:
    told, unseen = corpus("train", scenes, runs), corpus("val", others, runs)
    asked = Asked(told)
    checks = Asked(unseen, asked)
    vocabulary = Vocabulary.of(asked.texts)
    texts = vocabulary.batch(asked.texts)
    cnn = fold(trained_backbone(NAMES[name], recipe.seed, runs)).requires_grad_(False)
    torch.manual_seed(recipe.seed)
    kind = CoAttention if name == "coattention" else LSTMCNN
    model = kind(cnn, len(vocabulary), len(ANSWERS), dropout=DROPOUT)
    seen_codes, unseen_codes = codes(cnn, told, "codes"), codes(cnn, unseen, "codes of unseen scenes")

    def logits(code: Tensor, question: Tensor) -> Tensor:
        if name == "coattention":
            return model.of_map(code.float(), texts[question]).logits
        each, back = question.unique(return_inverse=True)  # many scenes are asked the same: it is read once
        return model.join(code, model.encode(texts[each])[back])

    def loss_of(pick: Tensor, g: torch.Generator) -> Tensor:
        rows, at = few(asked, pick, g, PER_SCENE) if name == "coattention" else asked.of(pick)
        return F.cross_entropy(logits(seen_codes[pick][at], asked.question[rows]).float(), asked.answer[rows])

    def validate() -> float:
        losses = []
        for part in torch.arange(len(unseen_codes)).split(250):
            rows, at = checks.of(part)
            losses.append(F.cross_entropy(logits(unseen_codes[part][at], checks.question[rows]), checks.answer[rows]))
        return float(np.mean(losses))

    fit(model, scenes, loss_of, recipe, validate=validate, runs=runs)
    return model, vocabulary


def balanced(asked: Asked) -> Tensor:
    """Rows in which every answer to a question occurs equally often (``datasets.balance``)."""
    return torch.tensor(balance.balanced(asked.question.tolist(), asked.answer.tolist()))


def question_only(asked: Asked, train_asked: Asked) -> Tensor:
    """Whether the most frequent answer of the training scenes is right: the best that can be done blind. (rows,)"""
    usual = balance.usual_answers(train_asked.question.tolist(), train_asked.answer.tolist())
    return torch.tensor([usual[q] for q in asked.question.tolist()]) == asked.answer


@torch.inference_mode()
def measure(name: str, path: Path, runs: Path, scenes: int, n: int) -> dict:
    """Accuracy of the shipped weights on unseen scenes: as asked, balanced, by type of question, and asked blind.

    Questions with an answer that never occurred in training, next to none, are left out.
    """
    told = corpus("test", n, runs)
    train_asked = Asked(corpus("train", scenes, runs))
    asked = Asked(told, train_asked)
    vqa = load_vqa(f"world-{name}", weights=path)
    texts = vqa.vocabulary.batch(asked.texts)
    seen = codes(vqa.model.cnn, told, "codes of the test")
    right = []
    for part in torch.arange(n).split(250):
        rows, at = asked.of(part)
        code, question = seen[part][at].float(), texts[asked.question[rows]]
        logits = vqa.model.of_map(code, question).logits if name == "coattention" else vqa.model.logits(code, question)
        right.append(logits.argmax(1) == asked.answer[rows])
    right, even, blind = torch.cat(right), balanced(asked), question_only(asked, train_asked)
    kinds = np.array([kind for one in told.questions for q, a, _, kind in one if (q, a) in asked.pairs])
    numbers = {
        "questions": len(right),
        "accuracy": share(right.tolist()),
        "balanced_questions": len(even),
        "balanced_accuracy": share(right[even].tolist()),
        "question_only_accuracy": share(blind.tolist()),
        "question_only_balanced_accuracy": share(blind[even].tolist()),
    }
    even_kinds = kinds[even.numpy()]
    for kind in sorted(set(even_kinds)):
        numbers[f"balanced_accuracy_{kind}"] = share(right[even][torch.from_numpy(even_kinds == kind)].tolist())
    return numbers


def main(argv: list[str] | None = None) -> None:
    parser = recipe_arguments("vqa", __doc__.split("\n")[0])
    parser.add_argument("--name", choices=tuple(NAMES), required=True)
    parser.add_argument("--test", type=int, default=6000, help="scenes on which the shipped weights are measured")
    parser.set_defaults(epochs=20)
    args = parser.parse_args(argv)
    # LSTM+CNN reads each question once a batch, so large batches cost little; co-attention reads it for every picture.
    batch = 128 if args.name == "coattention" else 512
    recipe = Recipe(
        f"vqa_{args.name}", args.epochs, batch, 2e-3 * (batch / 128) ** 0.5, seed=args.seed, precision=args.precision
    )
    model, vocabulary = train(args.name, args.scenes, args.unseen, recipe, args.runs)
    path = args.out / f"vqa_world_{args.name}.safetensors"
    save_system(model, path, vocabulary, answers=list(ANSWERS))
    numbers = measure(args.name, path, args.runs, args.scenes, args.test)
    command = f"python -m gradcam_lib.training.vqa --name {args.name} --scenes {args.scenes} --epochs {args.epochs}"
    command += f" --precision {args.precision} --seed {args.seed}"
    parameters = sum(p.numel() for p in model.parameters())
    print(write_results(f"vqa_{args.name}", {"parameters": parameters, **numbers}, command=command,
                        n=numbers["questions"], folder=args.results))  # fmt: skip
    for key, value in numbers.items():
        print(f"  {key}: {value}")


if __name__ == "__main__":
    main()
