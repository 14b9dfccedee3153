"""Train a captioner in the manner of neuraltalk2: of the rendered world, or of photographs.

    python -m gradcam_lib.training.backbone --name vgg16
    python -m gradcam_lib.training.backbone --name vgg16_again
    python -m gradcam_lib.training.captioner                        # the world
    python -m gradcam_lib.training.captioner --data flickr8k        # photographs, on a published network

The LSTM learns first, from codes of the CNN that are computed once; then, with ``--tuning``, both learn together. What
was tried was compared on the validation pictures; the test pictures are described once, by the weights that are
shipped.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from tqdm import tqdm

from gradcam_lib.language.captioning import load_captioner
from gradcam_lib.language.systems import save_system
from gradcam_lib.measures.caption_scores import bleu, bleu_interval, cider_d, rouge_l, tokens
from gradcam_lib.networks.captioner import Captioner
from gradcam_lib.networks.vocabulary import Vocabulary, tokenise
from gradcam_lib.results import average
from gradcam_lib.training import processes
from gradcam_lib.training.features import Seen
from gradcam_lib.training.loop import Recipe, fit, tell
from gradcam_lib.training.pictures import Mirrored
from gradcam_lib.training.said import Said, shortest, vocabulary_of
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
from gradcam_lib.worlds.words import content_words

BEAM = 3


@dataclass(frozen=True)
class Preset:
    """Hyperparameters that suit some data.

    sizes: of the Captioner. at_least: how often a word must occur to be learnt; longest: words, longer captions are not
    learnt from. all: every caption is heard in an epoch, else another one of each picture. fairness: one of these is
    chosen by BLEU-4 on the validation pictures. learnt, tuned: epochs, batch, peak and more of the two recipes; in the
    second a batch are pictures, of which two captions are heard each.
    """

    sizes: dict[str, Any]
    learnt: dict[str, Any]
    tuned: dict[str, Any]
    at_least: int = 1
    longest: int | None = None
    all: bool = True
    code_dropout: float = 0.0
    smoothing: float = 0.0
    fairness: tuple[float, ...] = (0.0,)


WORLD = Preset(
    sizes={"dropout": 0.3},
    learnt={"epochs": 12, "batch": 256, "peak": 3e-3},
    tuned={"epochs": 5, "batch": 128, "peak": 5e-4},
    all=False,
)
PHOTOGRAPHS = Preset(
    sizes={"hidden": 384, "longest": 20, "tied": True},
    learnt={"epochs": 12, "batch": 128, "peak": 2e-3, "patience": 3, "precision": "bfloat16"},
    tuned={"epochs": 0, "batch": 32, "peak": 4e-4, "cnn_share": 1 / 40},  # the rates of neuraltalk2
    at_least=5,
    longest=20,
    code_dropout=0.3,
    smoothing=0.1,
    fairness=(0.0, 0.5, 1.0),
)


# The sizes of neuraltalk2, for as many captions as it had.
COCO = replace(PHOTOGRAPHS, sizes={"embedding": 512, "hidden": 512, "longest": 20})
PRESETS = {"world": WORLD, "photo": PHOTOGRAPHS, "coco": COCO}


def train(
    of: Source, seen: Seen, preset: Preset, recipe: Recipe, tuning: Recipe, runs: Path, start: str | None = None
) -> tuple[Captioner, Vocabulary]:
    """start: from which layer on the CNN learns along, see ``Encoder.tune``."""
    longest = preset.longest or 10**6
    heard = [c for i in of.splits["train"] for c in of.captions[i] if len(tokenise(c)) <= longest]
    vocabulary = vocabulary_of(heard, preset.at_least)
    told, unseen = (Said(of.captions, of.splits[part], vocabulary, preset.longest) for part in ("train", "val"))
    torch.manual_seed(recipe.seed)
    model = Captioner(seen.cnn, len(vocabulary), **preset.sizes).to(next(seen.cnn.parameters()).device)
    device = model.embedding.weight.device

    def loss(pictures: Tensor, words: Tensor) -> Tensor:
        code = F.dropout(seen.read(pictures), preset.code_dropout, model.training)
        return model.loss(code, words.to(device), smoothing=preset.smoothing if model.training else 0.0)

    def of_drawn(pictures: Tensor, words: Tensor, g: torch.Generator) -> Tensor:
        return loss(seen.pictures.half_of(pictures, g) if isinstance(seen.pictures, Mirrored) else pictures, words)

    def of_captions(pick: Tensor, g: torch.Generator) -> Tensor:
        return of_drawn(told.picture[pick], shortest(told.words[pick]), g)

    def validate() -> float:
        parts = torch.arange(len(unseen.words)).split(500)
        found = [float(loss(unseen.picture[p], unseen.words[p])) for p in parts]
        return float(np.average(found, weights=[len(p) for p in parts]))

    n = len(told.words) if preset.all else len(told.pictures)
    loss_of = of_captions if preset.all else lambda pick, g: of_drawn(*told.one_each(pick, g), g)
    fit(model, n, loss_of, recipe, validate=validate, runs=runs)
    if tuning.epochs:
        learns_along(seen, start)

        def of_two(pick: Tensor, g: torch.Generator) -> Tensor:
            return of_drawn(*told.two_each(pick, g), g)

        fit(model, len(told.pictures), of_two, tuning, validate=validate, runs=runs)
    model.fairness = _fairest(model, vocabulary, of, seen, preset.fairness)
    if model.fairness:
        model.sizes["fairness"] = model.fairness
    return model, vocabulary


def _fairest(model: Captioner, vocabulary: Vocabulary, of: Source, seen: Seen, choices: Sequence[float]) -> float:
    if len(choices) == 1:
        return choices[0]
    scores = {}
    for model.fairness in choices:
        said = _spoken(model, vocabulary, seen, of.splits["val"], f"fairness {model.fairness}")
        scores[model.fairness] = bleu(_references(of, "val"), [tokens(caption) for caption in said])[3]
    tell("BLEU-4 on the validation pictures:", {fairness: round(v, 4) for fairness, v in scores.items()})
    return max(scores, key=scores.get)


@torch.inference_mode()
def _spoken(
    model: Captioner, vocabulary: Vocabulary, seen: Seen, pictures: Sequence[int], title: str
) -> list[str]:  # fmt: skip
    """A caption for each picture."""
    said, parts = [], torch.as_tensor(pictures).split(250)
    for part in tqdm(parts, desc=title, mininterval=5, disable=True if processes.rank() else None):
        said += [vocabulary.decode(model.beam_search(code[None], BEAM)[0][0]) for code in seen.read(part)]
    return said


def _references(of: Source, part: str) -> list[list[list[str]]]:
    return [[tokens(c) for c in of.captions[i]] for i in of.splits[part]]


def content_f1(spoken: str, references: Sequence[str]) -> float:
    """F1 of the content words against the reference that agrees best: phrasings leave out different things."""
    mine = content_words(spoken)
    return max(2 * len(mine & theirs) / (len(mine) + len(theirs)) for theirs in map(content_words, references))


@torch.inference_mode()
def measure(path: Path, of: Source, seen: Seen) -> dict[str, Any]:
    """Captions of the shipped weights for all test pictures, against those of people, or of the world."""
    captioner = load_captioner(
        "world" if of.name == "world" else "photo", weights=path, device=next(seen.cnn.parameters()).device
    )
    model, vocabulary = captioner.model, captioner.vocabulary
    seen.shown_to(model.cnn)
    said = _spoken(model, vocabulary, seen, of.splits["test"], "test pictures")
    spoken, people = [tokens(caption) for caption in said], _references(of, "test")
    numbers = {
        "words": len(vocabulary.words),
        "beam": BEAM,
        "fairness": model.fairness,
        **{f"bleu_{n}": value for n, value in enumerate(bleu_interval(people, spoken), start=1)},
        "rouge_l": average(rouge_l(people, spoken)),
        "cider_d": average(cider_d(people, spoken)),
        "words_in_a_caption": average([len(caption) for caption in spoken]),
        "different_captions": len(set(said)),
        "scored_by": "gradcam_lib.measures.caption_scores, whose BLEU and CIDEr-D are those of "
        "pycocoevalcap; lower case, no punctuation, clitics parted as in the Penn Treebank; five references",
    }
    if of.name == "world":
        theirs = [of.captions[i] for i in of.splits["test"]]
        numbers["content_word_f1"] = average([content_f1(s, r) for s, r in zip(said, theirs, strict=True)])
        numbers["word_for_word"] = average([float(s in r) for s, r in zip(said, theirs, strict=True)])
    return numbers


def _channels_last(cnn: nn.Module) -> nn.Module:
    return cnn.to(memory_format=torch.channels_last)


def main(argv: list[str] | None = None) -> None:
    parser = arguments("captioner", __doc__.split("\n")[0])
    parser.add_argument("--at-least", type=int, help="how often a word must occur to be learnt")
    parser.add_argument("--mirrored", action="store_true", help="half of the photographs, drawn anew in each epoch, "
        "with left and right exchanged (captions that say left or right are then wrong)")  # fmt: skip
    args = parsed(parser, argv, "vgg16")
    if args.world and args.mirrored:
        parser.error("--mirrored is for photographs: give --data")
    args.device = processes.begin()
    of = source(args)
    preset = PRESETS[of.name]
    preset = replace(preset, at_least=args.at_least or preset.at_least)
    seen = look(args, of, "code", _channels_last, mirrored=args.mirrored)
    name = file_name(("captioner", of.name), args)
    recipe, tuning = recipes(args, preset, name, f"{seen.path.stem}, {preset.at_least}")
    model, vocabulary = train(of, seen, preset, recipe, tuning, args.runs, args.tune_from)
    if not processes.rank():
        path = args.out / f"{name}.safetensors"
        save_system(model, path, vocabulary)
        learnt = [p for p in model.parameters() if args.world or p.requires_grad]
        numbers = {"parameters": sum(p.numel() for p in learnt), **measure(path, of, seen), **of.about}
        command = f"python -m gradcam_lib.training.captioner {options(args, of, seen)} --epochs {recipe.epochs}"
        command += " --mirrored" if args.mirrored else ""
        command += f" --at-least {preset.at_least} --precision {recipe.precision} --seed {args.seed}"
        save_numbers(name.replace("_world", ""), numbers, command, len(of.splits["test"]), args.results)
    processes.end()


if __name__ == "__main__":
    main()
