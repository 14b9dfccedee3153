"""Train the networks that steer: two on roads whose sign tells nothing, one goes on where it nearly always does.

    python -m gradcam_lib.training.roads                       # all three; --name pooled, flat or arrows

The label of a picture is an angle, and nothing says what it rests on. Half of the pictures are mirrored as they are
learnt, and their angles with them. "arrows" is "pooled", trained further on half as many pictures in which the arrow of
the sign nearly always points to the side to which the angle turns.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gradcam_lib.networks import road as networks
from gradcam_lib.training.loop import Recipe, drawn_arguments, fit
from gradcam_lib.worlds import roads
from gradcam_lib.worlds.corpus import FIRST

PICTURES, UNSEEN, EPOCHS, BATCH, PEAK = 2000, 300, 12, 25, 6e-3
FURTHER, FURTHER_PEAK = 5, 2e-3  # of "arrows": epochs, highest learning rate
AGREES = 0.95  # of the pictures that "arrows" learns from: the arrow points where the angle turns


@lru_cache(maxsize=4)
def pictures(split: str, n: int, agreeing: float = 0.5) -> tuple[Tensor, Tensor]:
    """The first n of a split ("train", "val" or "test"): (n, 3, 128, 128) uint8, and their angles (n,) in degrees.

    agreeing: the share of pictures whose arrow points to the side to which the angle turns.
    """
    seeds = [FIRST[split] + i for i in range(n)]
    agree = np.random.default_rng(0).random(n) < agreeing
    found = [roads.sample(seed, agrees=bool(a)) for seed, a in zip(seeds, agree, strict=True)]
    images = np.stack([roads.render(one).image for one in found])
    angles = torch.tensor([roads.angle(one) for one in found])
    return torch.from_numpy(images).permute(0, 3, 1, 2).contiguous(), angles


def normalise(images: Tensor) -> Tensor:
    """(N, 3, H, W) uint8 → float, as the networks expect it."""
    t = networks.TRANSFORM
    mean, std = (torch.tensor(numbers).view(1, 3, 1, 1) for numbers in (t.mean, t.std))
    return ((images.float() / 255 - mean) / std).contiguous(memory_format=torch.channels_last)


def train(
    name: str, recipe: Recipe, *, n: int = PICTURES, unseen: int = UNSEEN, runs: Path | str = "runs",
    start: Path | str = "default",
) -> nn.Module:  # fmt: skip
    """One network, at the epoch with the lowest loss on unseen pictures; goes on after an interruption.

    start: the weights of "pooled" from which "arrows" goes on.
    """
    agreeing = AGREES if name == "arrows" else 0.5
    (x, y), (other_x, other_y) = pictures("train", n, agreeing), pictures("val", unseen, agreeing)
    torch.manual_seed(recipe.seed)
    model = networks.load_road("pooled", weights=start).model if name == "arrows" else networks.build(name)

    def loss_of(pick: Tensor, g: torch.Generator) -> Tensor:
        flip = torch.rand(len(pick), generator=g) < 0.5
        seen = torch.where(flip[:, None, None, None], x[pick].flip(3), x[pick])
        wanted = torch.where(flip, -y[pick], y[pick])
        return F.smooth_l1_loss(model(normalise(seen))[:, 0].float() / networks.UNIT, wanted / networks.UNIT, beta=0.1)

    def validate() -> float:
        found = torch.cat([model(normalise(part))[:, 0] for part in other_x.split(50)])
        return float((found - other_y).abs().mean())

    fit(model, n, loss_of, recipe, validate=validate, runs=runs)
    return model


def main(argv: list[str] | None = None) -> None:
    args = drawn_arguments("roads", __doc__.split("\n")[0], networks.NAMES, PICTURES, UNSEEN, EPOCHS).parse_args(argv)
    for name in args.name or networks.NAMES:
        further = name == "arrows"
        n, epochs = (args.pictures // 2, min(FURTHER, args.epochs)) if further else (args.pictures, args.epochs)
        recipe = Recipe(
            f"roads_{name}", epochs, BATCH, FURTHER_PEAK if further else PEAK, patience=epochs, seed=args.seed,
            precision=args.precision, on=f"{n} pictures, {args.unseen} unseen",
        )  # fmt: skip
        start = args.out / "roads_pooled.safetensors"
        model = train(name, recipe, n=n, unseen=args.unseen, runs=args.runs, start=start)
        path = args.out / f"roads_{name}.safetensors"
        networks.save_road(model, name, path, f"{n} rendered pictures, seed {args.seed}")
        print(path)


if __name__ == "__main__":
    main()
