"""Train the captioner of the rendered world, on the VGG-16 backbone.

    python -m gradcam_lib.training.backbone --name vgg16
    python -m gradcam_lib.training.captioner

Of each scene's five captions another one is heard in every epoch. The CNN was trained before and is not touched.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from gradcam_lib.caption_scores import bleu, cider_d, tokens
from gradcam_lib.captioning import load_captioner
from gradcam_lib.models.captioner import Captioner
from gradcam_lib.models.slim import fold
from gradcam_lib.models.vocabulary import PAD, Vocabulary
from gradcam_lib.results import average, write_results
from gradcam_lib.systems import save_system
from gradcam_lib.training.backbone import codes, trained_backbone
from gradcam_lib.training.loop import Recipe, fit, recipe_arguments
from gradcam_lib.worlds.corpus import corpus
from gradcam_lib.worlds.language import content_words


def train(scenes: int, others: int, recipe: Recipe, runs: Path) -> tuple[Captioner, Vocabulary]:
    told, unseen = corpus("train", scenes, runs), corpus("val", others, runs)
    vocabulary = Vocabulary.of(sentence for five in told.captions for sentence in five)
    cnn = fold(trained_backbone("vgg16", recipe.seed, runs)).requires_grad_(False)
    torch.manual_seed(recipe.seed)
    model = Captioner(cnn, len(vocabulary), dropout=0.3)
    seen_codes, unseen_codes = codes(cnn, told, "codes"), codes(cnn, unseen, "codes of unseen scenes")
    said, others = (
        vocabulary.batch([sentence for five in c.captions for sentence in five]).unflatten(0, (-1, 5))
        for c in (told, unseen)
    )

    def loss_of(pick: Tensor, g: torch.Generator) -> Tensor:
        which = torch.randint(5, (len(pick),), generator=g)
        tokens = said[pick, which]
        return model.loss(seen_codes[pick], tokens[:, : int((tokens != PAD).sum(1).max())])

    def validate() -> float:
        parts = torch.arange(len(unseen_codes)).split(500)
        return float(np.mean([model.loss(unseen_codes[p], others[p, i]) for p in parts for i in range(5)]))

    fit(model, scenes, loss_of, recipe, validate=validate, runs=runs)
    return model, vocabulary


def content_f1(spoken: str, references: Sequence[str]) -> float:
    """F1 of the content words against the reference that agrees best: phrasings leave out different things."""
    mine = content_words(spoken)
    return max(2 * len(mine & theirs) / (len(mine) + len(theirs)) for theirs in map(content_words, references))


@torch.inference_mode()
def measure(path: Path, runs: Path, n: int) -> dict:
    """Captions of the shipped weights (beam 3) on unseen scenes, against the five that the world has for each."""
    told = corpus("test", n, runs)
    captioner = load_captioner("world", weights=path)
    seen = codes(captioner.model.cnn, told, "codes of the test")
    spoken = [captioner.vocabulary.decode(captioner.model.beam_search(code[None], 3)[0][0]) for code in seen]
    references = told.captions
    f1 = [content_f1(s, r) for s, r in zip(spoken, references, strict=True)]
    exact = [float(s in r) for s, r in zip(spoken, references, strict=True)]
    words = [tokens(s) for s in spoken], [[tokens(s) for s in five] for five in references]
    scores = {f"bleu_{i}": round(v, 4) for i, v in enumerate(bleu(words[1], words[0]), start=1)}
    return {
        "content_word_f1": average(f1),
        "word_for_word": average(exact),
        **scores,
        "cider_d": average(cider_d(words[1], words[0])),
    }


def main(argv: list[str] | None = None) -> None:
    parser = recipe_arguments("captioner", __doc__.split("\n")[0])
    parser.add_argument("--test", type=int, default=2000, help="scenes on which the shipped weights are measured")
    parser.set_defaults(epochs=12)
    args = parser.parse_args(argv)
    recipe = Recipe("captioner", args.epochs, 256, 3e-3, seed=args.seed, precision=args.precision)
    model, vocabulary = train(args.scenes, args.unseen, recipe, args.runs)
    path = args.out / "captioner_world.safetensors"
    save_system(model, path, vocabulary)
    numbers = {"parameters": sum(p.numel() for p in model.parameters()), **measure(path, args.runs, args.test)}
    command = f"python -m gradcam_lib.training.captioner --scenes {args.scenes} --epochs {args.epochs}"
    command += f" --precision {args.precision} --seed {args.seed}"
    print(write_results("captioner", numbers, command=command, n=args.test, folder=args.results))
    for key, value in numbers.items():
        print(f"  {key}: {value}")


if __name__ == "__main__":
    main()
