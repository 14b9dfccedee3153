"""Train the networks for pictures of tissue: plain and gated attention over a bag of patches, and a CNN.

    python -m gradcam_lib.training.tissue                      # all three; --name attention, gated or cnn

The label of a picture says whether it holds abnormal nuclei, and nothing says where. Half of the pictures have none; of
the others half have them spread and half clustered, so that neither arrangement is new to a network.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gradcam_lib.networks import tissue as networks
from gradcam_lib.training.loop import Recipe, drawn_arguments, fit
from gradcam_lib.worlds import tissue
from gradcam_lib.worlds.corpus import FIRST

PICTURES, UNSEEN, EPOCHS, BATCH = 1000, 300, 10, 16
PEAK = {"attention": 2e-3, "gated": 2e-3, "cnn": 4e-3}


@lru_cache(maxsize=4)
def pictures(split: str, n: int) -> tuple[Tensor, Tensor]:
    """The first n of a split ("train", "val" or "test"): (n, 3, 168, 168) uint8, and labels (n,), 1 for abnormal."""
    found = [tissue.sample(FIRST[split] + i) for i in range(n)]
    images = np.stack([tissue.render(one).image for one in found])
    labels = torch.tensor([float(one.arrangement != "none") for one in found])
    return torch.from_numpy(images).permute(0, 3, 1, 2).contiguous(), labels


def normalise(images: Tensor) -> Tensor:
    """(N, 3, H, W) uint8 → float, as the networks expect it."""
    mean, std = (
        torch.tensor(numbers).view(1, 3, 1, 1) for numbers in (networks.TRANSFORM.mean, networks.TRANSFORM.std)
    )
    return ((images.float() / 255 - mean) / std).contiguous(memory_format=torch.channels_last)


def turned(x: Tensor, g: torch.Generator) -> Tensor:
    """A batch as a microscope may show it: mirrored and turned by a quarter, or not."""
    mirrored, transposed, upside_down = torch.randint(2, (3,), generator=g).tolist()
    x = x.flip(3) if mirrored else x
    x = x.flip(2) if upside_down else x
    return x.transpose(2, 3) if transposed else x


def train(
    name: str, recipe: Recipe, *, n: int = PICTURES, unseen: int = UNSEEN, runs: Path | str = "runs"
) -> nn.Module:
    """One network, at the epoch with the lowest loss on unseen pictures; goes on after an interruption."""
    (x, y), (other_x, other_y) = pictures("train", n), pictures("val", unseen)
    torch.manual_seed(recipe.seed)
    model = networks.BUILD[name]()

    def loss_of(pick: Tensor, g: torch.Generator) -> Tensor:
        return F.binary_cross_entropy_with_logits(model(turned(normalise(x[pick]), g))[:, 0].float(), y[pick])

    def validate() -> float:
        z = torch.cat([model(normalise(part))[:, 0] for part in other_x.split(50)])
        return float(F.binary_cross_entropy_with_logits(z, other_y))

    fit(model, n, loss_of, recipe, validate=validate, runs=runs)
    return model


def main(argv: list[str] | None = None) -> None:
    args = drawn_arguments("tissue", __doc__.split("\n")[0], networks.BUILD, PICTURES, UNSEEN, EPOCHS).parse_args(argv)
    for name in args.name or networks.BUILD:
        recipe = Recipe(
            f"tissue_{name}", args.epochs, BATCH, PEAK[name], patience=args.epochs, seed=args.seed,
            precision=args.precision, on=f"{args.pictures} pictures, {args.unseen} unseen",
        )  # fmt: skip
        model = train(name, recipe, n=args.pictures, unseen=args.unseen, runs=args.runs)
        path = args.out / f"tissue_{name}.safetensors"
        networks.save_tissue(model, name, path, f"{args.pictures} rendered pictures, seed {args.seed}")
        print(path)


if __name__ == "__main__":
    main()
