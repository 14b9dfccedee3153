"""Train a small vision transformer on pictures with one to three things, and a CNN on the same pictures.

    python -m gradcam_lib.training.transformer                 # both; --name transformer or cnn

The labels say which of eight kinds of things a picture holds, and nothing says where. Both learn from the same
pictures, mirrored and shifted at random; what they reach on pictures that neither saw is measured by
``gradcam_lib.studies.transformer``.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gradcam_lib.networks import transformer as networks
from gradcam_lib.pictures.images import to_input
from gradcam_lib.training.loop import Recipe, drawn_arguments, fit
from gradcam_lib.worlds import pairs
from gradcam_lib.worlds.corpus import FIRST

PICTURES, UNSEEN, BATCH = 5000, 500, 32
EPOCHS = {"transformer": 16, "cnn": 8}
PEAK = {"transformer": 1.5e-3, "cnn": 4e-3}
SHIFT = 8  # pixels in each direction at most


@lru_cache(maxsize=2)
def pictures(split: str, n: int) -> tuple[Tensor, Tensor]:
    """The first n of a split ("train", "val" or "test"): x (n, 3, 96, 96) in half precision, y (n, 8) of 0 and 1."""
    x, y = torch.empty(n, 3, *(networks.TRANSFORM.crop,) * 2, dtype=torch.float16), torch.zeros(n, len(pairs.KINDS))
    for i in range(n):
        scene = pairs.sample(FIRST[split] + i)
        x[i] = to_input(pairs.render(scene).image, networks.TRANSFORM)[0]
        y[i, [pairs.KINDS.index(kind) for kind in pairs.present(scene)]] = 1
    return x, y


def moved(x: Tensor, g: torch.Generator) -> Tensor:
    """A batch, each picture mirrored or not and shifted by up to 8 pixels; what comes in at the rim is a reflection."""
    n, side = len(x), x.shape[-1]
    mirrored = torch.rand(n, generator=g) < 0.5
    x = torch.where(mirrored.view(-1, 1, 1, 1), x.flip(3), x)
    wide = F.pad(x, (SHIFT,) * 4, mode="reflect")
    corners = torch.randint(2 * SHIFT + 1, (n, 2), generator=g).tolist()
    return torch.stack([one[:, i : i + side, j : j + side] for one, (i, j) in zip(wide, corners, strict=True)])


def train(
    name: str, recipe: Recipe, *, n: int = PICTURES, unseen: int = UNSEEN, runs: Path | str = "runs"
) -> nn.Module:
    """One network, at the epoch with the lowest loss on unseen pictures; goes on after an interruption."""
    (x, y), (other_x, other_y) = pictures("train", n), pictures("val", unseen)
    torch.manual_seed(recipe.seed)
    model = networks.BUILD[name](len(pairs.KINDS))

    def loss_of(pick: Tensor, g: torch.Generator) -> Tensor:
        return F.binary_cross_entropy_with_logits(model(moved(x[pick].float(), g)).float(), y[pick])

    def validate() -> float:
        z = torch.cat([model(part.float()) for part in other_x.split(50)])
        return float(F.binary_cross_entropy_with_logits(z, other_y))

    fit(model, n, loss_of, recipe, validate=validate, runs=runs)
    return model


def main(argv: list[str] | None = None) -> None:
    args = drawn_arguments("transformer", __doc__.split("\n")[0], networks.BUILD, PICTURES, UNSEEN).parse_args(argv)
    for name in args.name or networks.BUILD:
        epochs = args.epochs or EPOCHS[name]
        recipe = Recipe(
            f"pairs_{name}", epochs, BATCH, PEAK[name], weight_decay=0.05, patience=epochs, seed=args.seed,
            precision=args.precision, on=f"{args.pictures} pictures, {args.unseen} unseen",
        )  # fmt: skip
        model = train(name, recipe, n=args.pictures, unseen=args.unseen, runs=args.runs)
        path = args.out / networks.FILES[name][0]
        trained_on = f"{args.pictures} drawn pictures, seed {args.seed}"
        networks.save_transformer(model, name, path, trained_on, pairs.KINDS)
        print(path)


if __name__ == "__main__":
    main()
