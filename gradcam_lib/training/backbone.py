"""Train a slim backbone on the rendered world: what ImageNet was to the original systems.

    python -m gradcam_lib.training.backbone --name vgg16

The labels are the answers to the world's questions, with one linear row of scores for each question: image-level
labels alone, as ImageNet's are. No position of anything is ever given.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gradcam_lib.networks import slim
from gradcam_lib.training.asked import Asked
from gradcam_lib.training.checkpoint import load_if_there
from gradcam_lib.training.loop import Recipe, fit, recipe_arguments
from gradcam_lib.training.photonet import normalise
from gradcam_lib.worlds.corpus import Corpus, corpus
from gradcam_lib.worlds.questions import ANSWERS

EPOCHS = {"alexnet": 16, "vgg16": 8, "vgg16_again": 6, "vgg19": 6, "resnet": 8}
# A warm restart (Loshchilov, Hutter 2017), and a deeper network grown from a shallower one, as Simonyan and Zisserman
# (2015) grew theirs: layers of the same name begin as they were learnt there.
STARTS = {"vgg16_again": "vgg16", "vgg19": "vgg16"}


class Answering(nn.Module):
    """A backbone with one score for every answer that a question ever had: (N, 3, H, W) → (N, pairs).

    possible: (questions, answers) bool. The answer scores of one question make a softmax of their own.
    """

    def __init__(self, cnn: nn.Module, possible: Tensor):
        super().__init__()
        self.cnn = cnn
        self.head = nn.LazyLinear(int(possible.sum()))
        number = possible.flatten().cumsum(0).view_as(possible) - 1
        self.register_buffer("pair", torch.where(possible, number, -1))

    def forward(self, x: Tensor) -> Tensor:
        code = self.cnn(x)
        if code.dim() == 4:  # a ResNet ends in a map, of which the head sees the mean, as in the original
            code = code.mean((2, 3))
        return self.head(code)

    def answers(self, scores: Tensor, picture: Tensor, question: Tensor) -> Tensor:
        """(rows, answers): scores of the answers to a question about a picture each, -inf where one never occurs."""
        pair = self.pair[question]
        return torch.where(pair >= 0, scores[picture[:, None], pair], float("-inf"))


def pictures(images: np.ndarray, scenes: Tensor) -> Tensor:
    """(N, 3, H, W), normalised, of some scenes; sorted reading would be faster from a disk, a cache does not mind."""
    batch = torch.from_numpy(np.asarray(images[scenes.numpy()]))
    return normalise(batch.permute(0, 3, 1, 2)).contiguous(memory_format=torch.channels_last)


def train(name: str, scenes: int, others: int, recipe: Recipe, runs: Path) -> Answering:
    seen, unseen = corpus("train", scenes, runs), corpus("val", others, runs)
    asked = Asked(seen.questions, ANSWERS)
    checks = Asked(unseen.questions, ANSWERS, like=asked)
    torch.manual_seed(recipe.seed)
    model = Answering(_backbone(name), asked.possible())
    model(pictures(seen.images, torch.arange(2)))  # the lazy layer learns its width
    if name in STARTS:
        model.load_state_dict(_best(STARTS[name], recipe.seed, runs), strict=False)
    model = model.to(memory_format=torch.channels_last)

    def loss_of(told: Corpus, questions: Asked, pick: Tensor) -> Tensor:
        rows, at = questions.of(pick)
        scores = model(pictures(told.images, pick)).float()
        return F.cross_entropy(model.answers(scores, at, questions.question[rows]), questions.answer[rows])

    def validate() -> float:
        parts = torch.arange(len(unseen.images)).split(250)
        return float(np.mean([loss_of(unseen, checks, part) for part in parts]))

    fit(model, scenes, lambda pick, g: loss_of(seen, asked, pick), recipe, validate=validate, runs=runs)
    return model


def _backbone(name: str) -> nn.Module:
    return slim.BACKBONES[f"slim_{name.removesuffix('_again')}"]()


def _best(name: str, seed: int, runs: Path) -> dict[str, Tensor]:
    path = Path(runs) / f"backbone_{name}_{seed}.pt"
    if not (saved := load_if_there(path)):
        raise SystemExit(f"{path}: not there; run: python -m gradcam_lib.training.backbone --name {name}")
    return saved["best"]


def trained_backbone(name: str, seed: int, runs: Path) -> nn.Module:
    """The backbone at the best epoch of its recipe. Errors: it was not trained yet."""
    best = _best(name, seed, runs)
    cnn = _backbone(name)
    cnn.load_state_dict({k.removeprefix("cnn."): v for k, v in best.items() if k.startswith("cnn.")})
    return cnn.eval()


def main(argv: list[str] | None = None) -> None:
    parser = recipe_arguments("backbone", __doc__.split("\n")[0])
    parser.add_argument("--name", choices=tuple(EPOCHS), required=True)
    parser.set_defaults(precision="float32")
    args = parser.parse_args(argv)
    epochs = args.epochs or EPOCHS[args.name]
    peak = 1e-3 if args.name.endswith("again") else 2e-3
    recipe = Recipe(f"backbone_{args.name}", epochs, 128, peak, 0.02, seed=args.seed, precision=args.precision)
    model = train(args.name, args.scenes, args.unseen, recipe, args.runs)
    unseen = corpus("val", args.unseen, args.runs)
    asked = Asked(corpus("train", args.scenes, args.runs).questions, ANSWERS)
    asked = Asked(unseen.questions, ANSWERS, like=asked)
    with torch.inference_mode():
        scores = torch.cat([model(pictures(unseen.images, part)) for part in torch.arange(args.unseen).split(250)])
        right = model.answers(scores, asked.picture, asked.question).argmax(1) == asked.answer
    print(f"{args.name}: {right.float().mean():.3f} of the questions about unseen scenes")


if __name__ == "__main__":
    main()
