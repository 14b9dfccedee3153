"""Train the captioner of the rendered world, on the VGG-16 backbone.

    python -m gradcam_lib.training.backbone --name vgg16
    python -m gradcam_lib.training.backbone --name vgg16_again
    python -m gradcam_lib.training.captioner

As in neuraltalk2 the LSTM learns first, from codes of the CNN that are computed once; then both learn together, for
the questions that the CNN grew up with asked for less than a caption tells. Of each scene's five captions another one
is heard in every epoch, and two of them together with the CNN.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from gradcam_lib.language.captioning import load_captioner
from gradcam_lib.language.systems import save_system
from gradcam_lib.measures.caption_scores import bleu, cider_d, tokens
from gradcam_lib.networks.captioner import Captioner
from gradcam_lib.networks.vocabulary import PAD, Vocabulary
from gradcam_lib.results import average, write_results
from gradcam_lib.training.backbone import codes, pictures, trained_backbone
from gradcam_lib.training.loop import Recipe, fit, recipe_arguments
from gradcam_lib.worlds.corpus import corpus
from gradcam_lib.worlds.words import content_words


def train(scenes: int, others: int, recipe: Recipe, tuning: Recipe, runs: Path) -> tuple[Captioner, Vocabulary]:
    told, unseen = corpus("train", scenes, runs), corpus("val", others, runs)
    vocabulary = Vocabulary.of(sentence for five in told.captions for sentence in five)
    cnn = trained_backbone("vgg16_again", recipe.seed, runs).requires_grad_(False)
    cnn = cnn.to(memory_format=torch.channels_last)
    torch.manual_seed(recipe.seed)
    model = Captioner(cnn, len(vocabulary), dropout=0.3)
    seen_codes, unseen_codes = codes(cnn, told, "codes"), codes(cnn, unseen, "codes of unseen scenes")
    said, others = (
        vocabulary.batch([sentence for five in c.captions for sentence in five]).unflatten(0, (-1, 5))
        for c in (told, unseen)
    )

    def loss_of_codes(pick: Tensor, g: torch.Generator) -> Tensor:
        which = torch.randint(5, (len(pick),), generator=g)
        return model.loss(seen_codes[pick], _shortest(said[pick, which]))

    def loss_of_pictures(pick: Tensor, g: torch.Generator) -> Tensor:
        which = torch.rand(len(pick), 5, generator=g).argsort(1)[:, :2]
        tokens = said[pick].gather(1, which[..., None].expand(-1, -1, said.shape[2])).flatten(0, 1)
        code = model.cnn(pictures(told.images, pick)).float().repeat_interleave(2, 0)
        return model.loss(code, _shortest(tokens))

    def unseen_loss(code: Tensor) -> float:
        parts = torch.arange(len(code)).split(500)
        return float(np.mean([model.loss(code[p], others[p, i]) for p in parts for i in range(5)]))

    fit(model, scenes, loss_of_codes, recipe, validate=lambda: unseen_loss(unseen_codes), runs=runs)
    cnn.requires_grad_(True)
    fit(model, scenes, loss_of_pictures, tuning, validate=lambda: unseen_loss(codes(cnn, unseen, "codes")), runs=runs)
    return model, vocabulary


def _shortest(tokens: Tensor) -> Tensor:
    """Without columns of PAD alone."""
    return tokens[:, : int((tokens != PAD).sum(1).max())]


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
    parser.add_argument("--tuning", type=int, default=5, help="epochs in which the CNN learns too")
    parser.set_defaults(epochs=12)
    args = parser.parse_args(argv)
    recipe = Recipe("captioner", args.epochs, 256, 3e-3, seed=args.seed, precision=args.precision)
    tuning = replace(recipe, name="captioner_tuned", epochs=args.tuning, batch=128, peak=5e-4)
    model, vocabulary = train(args.scenes, args.unseen, recipe, tuning, args.runs)
    path = args.out / "captioner_world.safetensors"
    save_system(model, path, vocabulary)
    numbers = {"parameters": sum(p.numel() for p in model.parameters()), **measure(path, args.runs, args.test)}
    command = f"python -m gradcam_lib.training.captioner --scenes {args.scenes} --epochs {args.epochs}"
    command += f" --tuning {args.tuning} --precision {args.precision} --seed {args.seed}"
    print(write_results("captioner", numbers, command=command, n=args.test, folder=args.results))
    for key, value in numbers.items():
        print(f"  {key}: {value}")


if __name__ == "__main__":
    main()
