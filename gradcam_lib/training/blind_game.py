"""The networks of the blind game: one more for doctors and nurses, three for tanks, by the recipe of ``training.bias``.

    python -m gradcam_lib.training.blind_game

Four trainings of half a minute each on a quiet core, into one file.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from gradcam_lib.bias.collection import BALANCED, CLINIC, TANKS, Case, Skew, training_set
from gradcam_lib.bias.variants import FILE, save_variants
from gradcam_lib.networks.zoo import Classifier
from gradcam_lib.paths import MODELS
from gradcam_lib.training import bias

LEGEND = Skew(1, 1)  # every tank under clouds, every wood without one in the sun


@dataclass(frozen=True)
class Training:
    """A collection, and the seed of its pictures and of what is learnt from them."""

    case: Case
    skew: Skew
    seed: int

    def told(self, per_class: int) -> str:
        """The collection in words."""
        (first, second), (one, other) = self.case.names, self.case.kinds
        a, b = (f"{share:.0%}" for share in (self.skew.first, self.skew.second))
        return f"{per_class} of {first}, {a} of them {one}, and {per_class} of {second}, {b} of them {other}"


TRAININGS = {  # two more of the clinic are those of ``training.bias``
    "clinic even 1": Training(CLINIC, BALANCED, 1),
    "tanks skewed 0": Training(TANKS, LEGEND, 0),
    "tanks even 0": Training(TANKS, BALANCED, 0),
    "tanks even 1": Training(TANKS, BALANCED, 1),
}


def make(
    path: Path, *, per_class: int = 250, epochs: int = bias.EPOCHS, train: Callable[..., Classifier] = bias.train
) -> None:  # fmt: skip
    """Trains all TRAININGS and writes them into one file."""
    models, about = {}, {}
    for name, one in TRAININGS.items():
        pictures = training_set(one.skew, per_class=per_class, seed=one.seed, case=one.case)
        models[name] = train(pictures, seed=one.seed, epochs=epochs).model
        about[name] = {"names": list(one.case.names), "trained_on": one.told(per_class)}
        print(name, flush=True)
    save_variants(models, path, about)


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m gradcam_lib.training.blind_game", description=__doc__.split("\n")[0]
    )
    parser.add_argument("--per-class", type=int, default=250, help="pictures of a class")
    parser.add_argument("--epochs", type=int, default=bias.EPOCHS)
    parser.add_argument("--out", type=Path, default=MODELS, help="folder for the weights")
    args = parser.parse_args(argv)
    make(args.out / FILE, per_class=args.per_class, epochs=args.epochs)
    print(args.out / FILE)


if __name__ == "__main__":
    main()
