"""Train the tagger: which of some sixty nouns are in a photograph, any number of them.

    python -m gradcam_lib.training.tagger                      # GRADCAM_DATA holds flickr8k*.zip and coco*.zip

Labels come from what people said or annotated, and nothing says where a thing is: COCO's outlines are not used. Of a
photograph of Flickr8k a tag is true where two of its five captions name it, unknown where one does, and else untrue.
Of a photograph of COCO the annotations decide about COCO's categories, and its captions, where it has some, about the
other nouns. What is unknown takes no part in the loss.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gradcam_lib.datasets.caption_grammar import Phrase, parse
from gradcam_lib.datasets.caption_words import HUMANS, VAGUE_THINGS
from gradcam_lib.datasets.coco_part import CocoPart, coco_part
from gradcam_lib.datasets.coco_words import NAMES, PERSON, TABLE, mentions
from gradcam_lib.datasets.flickr8k import flickr8k
from gradcam_lib.datasets.photographs import Photographs
from gradcam_lib.networks.efficientnet_lite import WIDTH
from gradcam_lib.networks.encoder import encoder
from gradcam_lib.networks.tagger import SIZE, save_tagger
from gradcam_lib.networks.vocabulary import tokenise
from gradcam_lib.paths import MODELS
from gradcam_lib.training.features import Seen
from gradcam_lib.training.loop import Recipe, fit, tell
from gradcam_lib.training.pictures import Photos

AGREED = 2  # captions of one photograph that must name a thing
CATEGORIES_FROM, OTHERS_FROM = 15, 100  # training photographs of which a category of COCO, another noun, must be true
HELD_BACK = 4  # every fourth training photograph of COCO chooses the epoch
EPOCHS, BATCH, PEAK, DECAY = 20, 64, 3e-4, 0.1
NO_THINGS = frozenset("air mouth trick camera picture".split())  # "in the air", "looks at the camera": said, not seen


def nouns(caption: str) -> set[str]:
    """What a caption names: COCO's categories under their names, other nouns in the singular, synonyms as one."""
    named = {one.category for one in mentions(tokenise(caption), NAMES)}
    heads = {part.head for part in parse(caption) if isinstance(part, Phrase)}
    if heads & set(HUMANS):
        named.add(PERSON)
    return named | {head for head in heads if head not in HUMANS and (head,) not in TABLE and head not in NAMES}


def named_by(captions: Iterable[str]) -> Counter:
    """Noun → how many of a photograph's captions name it."""
    return Counter(noun for caption in captions for noun in nouns(caption))


@dataclass(frozen=True)
class Told:
    """What is known of one photograph.

    named: see ``named_by``, of so many captions; annotated: COCO's categories in it, None where it is not COCO's.
    """

    named: Counter
    captions: int
    annotated: frozenset[str] | None = None

    def says(self, noun: str) -> float:
        """1, 0, or NaN where it is not known whether the noun is true of the photograph."""
        if self.annotated is not None and noun in NAMES:
            return float(noun in self.annotated)
        times = self.named[noun]
        return 1.0 if times >= AGREED else float("nan") if times or not self.captions else 0.0


def of_flickr(photographs: Photographs) -> list[Told]:
    return [Told(named_by(captions), len(captions)) for captions in photographs.captions]


def of_coco(part: CocoPart) -> list[Told]:
    told = []
    for picture in part.pictures:
        captions = part.captions.get(picture.id, [])
        found = frozenset(one.category.name for one in part.instances.get(picture.id, ()))
        told.append(Told(named_by(captions), len(captions), found))
    return told


def chosen_tags(train: Sequence[Told]) -> list[str]:
    """The nouns that are true of enough training photographs, the most frequent first.

    A category of COCO, of which maps can be measured, needs 15, any other noun 100; nouns that name no thing that could
    be seen (``VAGUE_THINGS``, ``NO_THINGS``) are left out.
    """
    candidates = set(NAMES) | {noun for one in train for noun in one.named} - VAGUE_THINGS - NO_THINGS
    count = Counter({noun: sum(one.says(noun) == 1 for one in train) for noun in candidates})
    enough = {noun: n for noun, n in count.items() if n >= (CATEGORIES_FROM if noun in NAMES else OTHERS_FROM)}
    return sorted(enough, key=lambda noun: (-enough[noun], noun))


def labels(told: Sequence[Told], tags: Sequence[str]) -> Tensor:
    """(photographs, tags) of 1, 0 and NaN."""
    return torch.tensor([[one.says(tag) for tag in tags] for one in told])


def loss(logits: Tensor, y: Tensor) -> Tensor:
    """Binary cross-entropy, averaged over what is known. logits, y: (N, T), y with NaN where it is not."""
    known = ~y.isnan()
    return F.binary_cross_entropy_with_logits(logits[known], y[known])


def without(part: CocoPart, other: CocoPart) -> CocoPart:
    """The pictures of a part that are not in the other one: what is measured on must not have been learnt from."""
    there = {picture.id for picture in other.pictures}
    kept = [picture for picture in part.pictures if picture.id not in there]
    return CocoPart(part.name, kept, part.captions, part.instances, part.folder)


def photographs_of(part: CocoPart) -> Photographs:
    names = [picture.file_name for picture in part.pictures]
    captions = [part.captions.get(picture.id, []) for picture in part.pictures]
    return Photographs(names, captions, {}, files=[part.folder / name for name in names])


def pooled(photographs: Photographs, runs: Path | str) -> Tensor:
    """(photographs, 1280), the means of the last map's channels, from the disk where they were computed before."""
    cnn = encoder("efficientnet_lite0", "code", size=SIZE)
    seen = Seen(Photos(photographs, cnn.transform), cnn, len(photographs), Path(runs))
    return torch.from_numpy(np.array(seen.features[:, :WIDTH]))


def train(a: Tensor, y: Tensor, splits: dict[str, Sequence[int]], recipe: Recipe, runs: Path | str) -> nn.Linear:
    """The linear layer on pooled maps a (N, 1280) as they are; labels y (N, T).

    splits: "train" → photographs; "val_…" → those that choose the epoch, each list as important as the others. It
    learns on standardised features and begins by saying how frequent each tag is.
    """
    rows = torch.as_tensor(splits["train"])
    mean, deviation = a[rows].mean(0), a[rows].std(0).clamp(min=1e-3)
    z, held = (a - mean) / deviation, [torch.as_tensor(v) for name, v in splits.items() if name != "train"]
    head = nn.Linear(a.shape[1], y.shape[1])
    nn.init.zeros_(head.weight)
    with torch.no_grad():
        head.bias.copy_(y[rows].nanmean(0).logit(1e-4))

    def validate() -> float:
        return float(torch.stack([loss(head(z[part]), y[part]) for part in held]).mean())

    fit(head, len(rows), lambda pick, g: loss(head(z[rows[pick]]), y[rows[pick]]), recipe, validate=validate, runs=runs)
    with torch.no_grad():  # the standardising goes into the weights
        head.weight.div_(deviation)
        head.bias.sub_(head.weight @ mean)
    return head


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m gradcam_lib.training.tagger", description=__doc__.split("\n")[0])
    parser.add_argument("--data", help="folder that holds flickr8k*.zip and coco*.zip; default: GRADCAM_DATA")
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--runs", type=Path, default=Path("runs"), help="folder for features and checkpoints")
    parser.add_argument("--out", type=Path, default=MODELS, help="folder for the weights")
    args = parser.parse_args(argv)
    flickr, coco = flickr8k(args.data), without(coco_part(args.data, "train"), coco_part(args.data, "val"))
    told, first = of_flickr(flickr) + of_coco(coco), len(flickr)
    held = [i for i in range(first, len(told)) if (i - first) % HELD_BACK == HELD_BACK - 1]
    seen = sorted(set(range(first, len(told))) - set(held))
    tags = chosen_tags([told[i] for i in (*flickr.splits["train"], *seen)])
    tell(f"{len(tags)} tags: {', '.join(tags)}")
    a = torch.cat([pooled(photographs, args.runs) for photographs in (flickr, photographs_of(coco))])
    splits = {
        "train": [*flickr.splits["train"], *seen],
        "val_flickr": flickr.splits["val"],
        "val_coco": held,
    }
    on = f"{len(flickr.splits['train'])} photographs of Flickr8k, {len(seen)} of COCO"
    recipe = Recipe("tagger", args.epochs, BATCH, PEAK, DECAY, patience=args.epochs, seed=args.seed, on=on)
    path = args.out / "tagger_lite0.safetensors"
    save_tagger(train(a, labels(told, tags), splits, recipe, args.runs), tags, path, f"{on}, seed {args.seed}")
    tell(path)


if __name__ == "__main__":
    main()
