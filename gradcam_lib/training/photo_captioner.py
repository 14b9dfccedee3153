"""Train the captioner of photographs: neuraltalk2's topology on SqueezeNet, which stays as it is.

    python -m gradcam_lib.training.photo_captioner

Every caption is heard once in an epoch. What was tried was compared on the validation pictures; the test pictures are
described once, by the weights that are shipped.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor
from tqdm import tqdm

from gradcam_lib.language.captioning import load_captioner
from gradcam_lib.language.systems import save_system
from gradcam_lib.measures.caption_scores import bleu, bleu_interval, cider_d, rouge_l, tokens
from gradcam_lib.networks.captioner import Captioner
from gradcam_lib.networks.vocabulary import PAD, Vocabulary, tokenise
from gradcam_lib.results import average, write_results
from gradcam_lib.training.loop import Recipe, fit, recipe_arguments
from gradcam_lib.training.photo_features import Seen, seen

LONGEST = 20  # words: longer captions, one in forty, are not learnt from
CODE_DROPOUT = 0.3
SMOOTHING = 0.1
FAIRNESS = (0.0, 0.5, 1.0)  # one of which is chosen by BLEU-4 on the validation pictures
BEAM = 3


def vocabulary_of(captions: Sequence[str], at_least: int) -> Vocabulary:
    """ValueError where nothing occurs so often."""
    vocabulary = Vocabulary.of(captions, at_least=at_least)
    if not vocabulary.words:
        raise ValueError(
            f"no word occurs {at_least} times in the {len(captions)} captions to learn from; "
            "lower --at-least, or give more pictures"
        )
    return vocabulary


def train(looked: Seen, at_least: int, recipe: Recipe, runs: Path) -> tuple[Captioner, Vocabulary]:
    told = {part: _said(looked, part) for part in ("train", "val")}
    vocabulary = vocabulary_of([caption for _, caption in told["train"]], at_least)
    picture = {part: torch.tensor([i for i, _ in rows]) for part, rows in told.items()}
    said = {part: vocabulary.batch([caption for _, caption in rows]) for part, rows in told.items()}
    code = looked.codes
    torch.manual_seed(recipe.seed)
    model = Captioner(looked.cnn, len(vocabulary), hidden=384, longest=LONGEST, tied=True)

    def loss_of(pick: Tensor, g: torch.Generator) -> Tensor:
        words = said["train"][pick]
        words = words[:, : int((words != PAD).sum(1).max())]
        return model.loss(F.dropout(code[picture["train"][pick]], CODE_DROPOUT), words, smoothing=SMOOTHING)

    def validate() -> float:
        parts = torch.arange(len(said["val"])).split(500)
        return float(np.mean([model.loss(code[picture["val"][p]], said["val"][p]) for p in parts]))

    fit(model, len(said["train"]), loss_of, recipe, validate=validate, runs=runs)
    model.fairness = _fairest(model, vocabulary, looked)
    model.sizes["fairness"] = model.fairness
    return model, vocabulary


def _said(looked: Seen, part: str) -> list[tuple[int, str]]:
    """(picture, caption) of all captions that are not too long."""
    rows = [(i, caption) for i in looked.photographs.splits[part] for caption in looked.photographs.captions[i]]
    return [(i, caption) for i, caption in rows if len(tokenise(caption)) <= LONGEST]


def _fairest(model: Captioner, vocabulary: Vocabulary, looked: Seen) -> float:
    scores = {}
    for model.fairness in FAIRNESS:
        said = _spoken(model, vocabulary, looked.codes[looked.photographs.splits["val"]], f"fairness {model.fairness}")
        scores[model.fairness] = bleu(_references(looked, "val"), said)[3]
    print("BLEU-4 on the validation pictures:", {fairness: round(v, 4) for fairness, v in scores.items()}, flush=True)
    return max(scores, key=scores.get)


@torch.inference_mode()
def _spoken(model: Captioner, vocabulary: Vocabulary, code: Tensor, title: str) -> list[list[str]]:
    """The words of a caption for each code (n, width)."""
    rows = tqdm(code, desc=title, mininterval=5, disable=None)
    return [tokens(vocabulary.decode(model.beam_search(row[None], BEAM)[0][0])) for row in rows]


def _references(looked: Seen, part: str) -> list[list[list[str]]]:
    return [[tokens(c) for c in looked.photographs.captions[i]] for i in looked.photographs.splits[part]]


@torch.inference_mode()
def measure(path: Path, looked: Seen) -> dict:
    """Captions of the shipped weights for all test pictures, against all five of people."""
    captioner = load_captioner("photo", weights=path)
    model, vocabulary = captioner.model, captioner.vocabulary
    code = Seen(looked.photographs, model.cnn, looked.maps).read(looked.photographs.splits["test"])
    spoken, people = _spoken(model, vocabulary, code, "test pictures"), _references(looked, "test")
    return {
        "words": len(vocabulary.words),
        "beam": BEAM,
        "fairness": model.fairness,
        **{f"bleu_{n}": value for n, value in enumerate(bleu_interval(people, spoken), start=1)},
        "rouge_l": average(rouge_l(people, spoken)),
        "cider_d": average(cider_d(people, spoken)),
        "words_in_a_caption": average([len(caption) for caption in spoken]),
        "different_captions": len({" ".join(caption) for caption in spoken}),
        "scored_by": "gradcam_lib.measures.caption_scores, whose BLEU and CIDEr-D are those of "
        "pycocoevalcap; lower case, no punctuation, clitics parted as in the Penn Treebank; five references",
    }


def main(argv: list[str] | None = None) -> None:
    parser = recipe_arguments("photo_captioner", __doc__.split("\n")[0], photographs=True)
    parser.add_argument("--at-least", type=int, default=5, help="how often a word must occur to be learnt")
    parser.set_defaults(epochs=12, precision="bfloat16")
    args = parser.parse_args(argv)
    recipe = Recipe("photo_captioner", args.epochs, 128, 2e-3, patience=3, seed=args.seed, precision=args.precision)
    looked = seen("code", args.data, args.runs)
    model, vocabulary = train(looked, args.at_least, recipe, args.runs)
    path = args.out / "captioner_photo.safetensors"
    save_system(model, path, vocabulary)
    parameters = sum(p.numel() for p in model.parameters() if p.requires_grad)
    numbers = {"parameters": parameters, **measure(path, looked)}
    command = f"python -m gradcam_lib.training.photo_captioner --epochs {args.epochs} --at-least {args.at_least}"
    command += f" --precision {args.precision} --seed {args.seed}"
    n = len(looked.photographs.splits["test"])
    print(write_results("captioner_photo", numbers, command=command, n=n, folder=args.results))
    for key, value in numbers.items():
        print(f"  {key}: {value}")


if __name__ == "__main__":
    main()
