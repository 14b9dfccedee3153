"""One training loop for the recipes of rendered scenes and photographs: seeded, resumable, stopped in time."""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from torch import Tensor, nn
from tqdm import tqdm

from gradcam_lib.training.checkpoint import load_if_there, save_atomically

LossOf = Callable[[Tensor, torch.Generator], Tensor]


@dataclass(frozen=True)
class Recipe:
    """What, with the data and the code, determines the weights at the end.

    peak: highest learning rate of AdamW, reached after a fifth of the steps. patience: epochs without a better
    validation loss after which the training ends.
    """

    name: str
    epochs: int
    batch: int
    peak: float
    weight_decay: float = 0.01
    patience: int = 4
    seed: int = 0
    precision: str = "float32"


def one_cycle(step: int, steps: int, peak: float) -> float:
    """Linear up over the first fifth, cosine down to nothing."""
    warm = 0.2 * steps
    if step < warm:
        return peak * (step + 1) / warm
    return peak * 0.5 * (1 + math.cos(math.pi * (step - warm) / (steps - warm)))


def fit(
    model: nn.Module, n: int, loss_of: LossOf, recipe: Recipe, *, validate: Callable[[], float], runs: Path | str
) -> list[float]:  # fmt: skip
    """Trains in place, or goes on after an interruption, and leaves the model at its best epoch.

    loss_of(indices, generator) → the mean loss of those of the n examples. validate() → a loss on unseen examples, with
    the model in evaluation mode; a list of it per epoch is returned. Every draw comes from (seed, epoch), so that a run
    that was killed and started again ends in the same weights.
    Errors: a checkpoint of another recipe.
    """
    trained = [p for p in model.parameters() if p.requires_grad]
    optimiser = torch.optim.AdamW(trained, lr=0, weight_decay=recipe.weight_decay)
    path = Path(runs) / f"{recipe.name}_{recipe.seed}.pt"
    history, best = [], None
    if saved := load_if_there(path):
        if saved["recipe"] != asdict(recipe):
            raise SystemExit(f"{path} belongs to another recipe ({saved['recipe']}); delete it to start afresh")
        model.load_state_dict(saved["model"])
        optimiser.load_state_dict(saved["optimiser"])
        history, best = saved["history"], saved["best"]
        print(f"{recipe.name}: going on after epoch {len(history)}")

    steps = recipe.epochs * math.ceil(n / recipe.batch)
    while len(history) < recipe.epochs and not _stalled(history, recipe.patience):
        loss = _epoch(model, n, loss_of, recipe, optimiser, trained, len(history), steps)
        model.eval()
        with torch.inference_mode():
            history.append(float(validate()))
        print(f"{recipe.name}, epoch {len(history)}: loss {loss:.4f}, unseen {history[-1]:.4f}", flush=True)
        if history[-1] == min(history):
            best = {k: v.clone() for k, v in model.state_dict().items()}
        state = {"model": model.state_dict(), "optimiser": optimiser.state_dict(), "best": best}
        save_atomically(state | {"history": history, "recipe": asdict(recipe)}, path)
    model.load_state_dict(best)
    model.eval()
    return history


def _stalled(history: list[float], patience: int) -> bool:
    return len(history) > patience and min(history[-patience:]) > min(history)


def _epoch(
    model: nn.Module, n: int, loss_of: LossOf, recipe: Recipe, optimiser: torch.optim.Optimizer,
    trained: list[nn.Parameter], epoch: int, steps: int,
) -> float:  # fmt: skip
    torch.manual_seed(1000 * recipe.seed + epoch)  # dropout
    g = torch.Generator().manual_seed(1000 * recipe.seed + epoch)
    batches = torch.randperm(n, generator=g).split(recipe.batch)
    model.train()
    total = 0.0
    title = f"{recipe.name} {epoch + 1}/{recipe.epochs}"
    for i, pick in enumerate(tqdm(batches, desc=title, mininterval=5, disable=None)):
        for group in optimiser.param_groups:
            group["lr"] = one_cycle(epoch * len(batches) + i, steps, recipe.peak)
        with torch.autocast("cpu", torch.bfloat16, enabled=recipe.precision == "bfloat16"):
            loss = loss_of(pick, g)
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(trained, 5.0)
        optimiser.step()
        total += float(loss.detach()) * len(pick)
    return total / n


def recipe_arguments(name: str, description: str, *, photographs: bool = False) -> argparse.ArgumentParser:
    """The options that every recipe has; photographs: it learns from those instead of rendered scenes."""
    from gradcam_lib.paths import MODELS, RESULTS

    parser = argparse.ArgumentParser(prog=f"python -m gradcam_lib.training.{name}", description=description)
    if photographs:
        parser.add_argument("--data", type=Path, help="folder or zip of Flickr8k; default: in GRADCAM_DATA")
    else:
        parser.add_argument("--scenes", type=int, default=40_000, help="rendered scenes to learn from")
        parser.add_argument("--unseen", type=int, default=2000, help="scenes by which the best epoch is chosen")
    parser.add_argument("--epochs", type=int)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--precision", choices=("float32", "bfloat16"), default="float32",
                        help="bfloat16 is about three times as fast on processors with AMX")  # fmt: skip
    parser.add_argument(
        "--runs", type=Path, default=Path("runs"), help="folder for scenes or features, and checkpoints"
    )
    parser.add_argument("--out", type=Path, default=MODELS, help="folder for the weights")
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder for the measured numbers")
    return parser
