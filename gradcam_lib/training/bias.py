"""Fine-tune a small network on a skewed collection of rendered people at work: seconds on one processor core.

    python -m gradcam_lib.training.bias

Makes the two networks of the repository, one from a skewed collection and one from an even one of the same size. As in
the original, the network has learnt from photographs before: it begins as PhotoNet.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor
from tqdm import tqdm

from gradcam_lib.bias.collection import BALANCED, FILES, HEADLINE, Collection, Skew, training_set
from gradcam_lib.bias.variants import unchanged
from gradcam_lib.networks.pooled import Pooled, save_pooled
from gradcam_lib.networks.zoo import PHOTONET_TRANSFORM, Classifier
from gradcam_lib.paths import MODELS
from gradcam_lib.pictures import images
from gradcam_lib.training.loop import PRECISIONS, one_cycle

FROZEN = 14  # layers that stay as they were: two of three blocks, whose maps are computed once
EPOCHS, BATCH, PEAK, HEAD_PEAK, WEIGHT_DECAY = 12, 50, 1e-3, 1e-2, 0.05
SKEWS = {"biased": HEADLINE, "balanced": BALANCED}

Progress = Callable[[int, int], None]


class Stopped(RuntimeError):
    """The training was stopped before its end; there is no network."""


def train(
    pictures: Collection,
    *,
    seed: int = 0,
    epochs: int = EPOCHS,
    precision: str = "float32",
    progress: Progress | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Classifier:
    """A network fine-tuned on a collection; the same seed, pictures and machine give the same weights.

    progress(step, steps) is called after each step, should_stop() before it. precision: "bfloat16" is about three times
    as fast on processors with AMX. Pictures are mirrored half of the time.
    Errors: ValueError where a class has no picture, or epochs or precision cannot be; Stopped.
    """
    check(pictures, epochs, precision)
    model, labels = unchanged(len(pictures.names)), torch.from_numpy(pictures.labels)
    batches = _batches(len(labels), epochs, seed)
    parts = torch.arange(len(labels)).split(BATCH)
    tick = _Ticks(len(parts) + len(batches), progress, should_stop)
    # Without autocast's cache: weights that change would be used as they first were.
    with torch.autocast("cpu", torch.bfloat16, enabled=precision == "bfloat16", cache_enabled=False):
        maps = torch.cat([tick(lambda part=part: _frozen_maps(model, pictures.images[part])) for part in parts])
        optimiser = _optimiser(model)
        model.features[FROZEN:].train()
        for step, (pick, mirrored) in enumerate(batches):
            for group in optimiser.param_groups:
                group["lr"] = one_cycle(step, len(batches), group["peak"])
            tick(lambda pick=pick, mirrored=mirrored: _step(model, optimiser, maps[pick, mirrored], labels[pick]))
    source = f"PhotoNet's first three blocks, fine-tuned on {len(labels)} pictures, seed {seed}"
    return Classifier(model.eval(), list(pictures.names), "features", source, PHOTONET_TRANSFORM)


def check(pictures: Collection, epochs: int, precision: str) -> None:
    """ValueError where nothing can be learnt."""
    counts = np.bincount(pictures.labels, minlength=len(pictures.names))
    if (counts == 0).any():
        told = ", ".join(f"{n} × {name!r}" for n, name in zip(counts, pictures.names, strict=True))
        raise ValueError(f"the training set has {told}; every class needs pictures")
    if isinstance(epochs, bool) or not isinstance(epochs, int) or epochs < 1:
        raise ValueError(f"epochs={epochs!r}: give one or more")
    if precision not in PRECISIONS:
        raise ValueError(f"precision={precision!r}: choose one of {', '.join(PRECISIONS)}")


class _Ticks:
    """Counts steps, tells of them, and stops between them."""

    def __init__(self, steps: int, progress: Progress | None, should_stop: Callable[[], bool] | None):
        self.steps, self.progress, self.should_stop = steps, progress, should_stop
        self.done = 0

    def __call__(self, step: Callable[[], Tensor]) -> Tensor:
        if self.should_stop is not None and self.should_stop():
            raise Stopped(f"stopped after {self.done} of {self.steps} steps; nothing was kept")
        result = step()
        self.done += 1
        if self.progress is not None:
            self.progress(self.done, self.steps)
        return result


def _batches(n: int, epochs: int, seed: int) -> list[tuple[Tensor, Tensor]]:
    """Which pictures each step sees, and which of them (0 or 1) mirrored."""
    g = torch.Generator().manual_seed(seed)
    picks = [pick for _ in range(epochs) for pick in torch.randperm(n, generator=g).split(BATCH)]
    return [(pick, torch.randint(2, (len(pick),), generator=g)) for pick in picks]


@torch.no_grad()
def _frozen_maps(model: Pooled, pictures: np.ndarray) -> Tensor:
    """(n, H, W, 3) → (n, 2, 64, 16, 16): what the frozen layers make of each picture and of its mirror image."""
    x = torch.cat([images.to_input(picture, PHOTONET_TRANSFORM) for picture in pictures])
    x = x.contiguous(memory_format=torch.channels_last)
    return torch.stack([model.features[:FROZEN](one) for one in (x, x.flip(3))], 1)


def _optimiser(model: Pooled) -> torch.optim.Optimizer:
    tuned = {"params": list(model.features[FROZEN:].parameters()), "peak": PEAK}
    head = {"params": list(model.head.parameters()), "peak": HEAD_PEAK}
    return torch.optim.AdamW([tuned, head], lr=0, weight_decay=WEIGHT_DECAY)


def _step(model: Pooled, optimiser: torch.optim.Optimizer, maps: Tensor, labels: Tensor) -> Tensor:
    A = model.features[FROZEN:](maps.contiguous(memory_format=torch.channels_last))
    loss = F.cross_entropy(model.head(A.float().mean((2, 3))).float(), labels)
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    return loss.detach()


def save(clf: Classifier, path: Path | str, trained_on: str) -> None:
    """Writes the network as ``load_bias`` reads it; the old file stays until the new one is whole."""
    save_pooled(clf.model, path, clf.names, trained_on=trained_on)


def told(skew: Skew, per_class: int) -> str:
    """A skew in words."""
    first, second = (f"{share:.0%}" for share in (skew.first, skew.second))
    return f"{per_class} doctors, {first} of them men, and {per_class} nurses, {second} of them women"


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m gradcam_lib.training.bias", description=__doc__.split("\n")[0])
    parser.add_argument("--name", choices=tuple(SKEWS), action="append", help="default: both")
    parser.add_argument("--per-class", type=int, default=250, help="pictures of a class")
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--precision", choices=PRECISIONS, default="float32")
    parser.add_argument("--out", type=Path, default=MODELS, help="folder for the weights")
    args = parser.parse_args(argv)
    for name in args.name or SKEWS:
        pictures = training_set(SKEWS[name], per_class=args.per_class, seed=args.seed)
        with tqdm(desc=name, unit="step", disable=None) as bar:
            clf = train(pictures, seed=args.seed, epochs=args.epochs, precision=args.precision,
                        progress=lambda step, steps: bar.update())  # fmt: skip
        path = args.out / FILES[name][0]
        save(clf, path, told(SKEWS[name], args.per_class))
        print(path)


if __name__ == "__main__":
    main()
