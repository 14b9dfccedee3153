"""One training loop for the recipes of rendered scenes and photographs: seeded, resumable, stopped in time."""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable, Collection
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from torch import Tensor, nn
from tqdm import tqdm

from gradcam_lib.training import processes
from gradcam_lib.training.checkpoint import load_if_there, save_atomically

PRECISIONS = ("float32", "bfloat16")

LossOf = Callable[[Tensor, torch.Generator], Tensor]


@dataclass(frozen=True)
class Recipe:
    """What, with the code, determines the weights at the end.

    on: which features of which data are learnt from. peak: highest learning rate of AdamW, reached after a fifth of the
    steps; cnn_share: of it, for a CNN that learns along. patience: epochs without a better validation loss after which
    the training ends.
    """

    name: str
    epochs: int
    batch: int
    peak: float
    weight_decay: float = 0.01
    patience: int = 4
    seed: int = 0
    precision: str = "float32"
    on: str = ""
    cnn_share: float = 1.0


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
    optimiser = torch.optim.AdamW(_groups(model, recipe), lr=0, weight_decay=recipe.weight_decay)
    path = Path(runs) / f"{recipe.name}_{recipe.seed}.pt"
    device = trained[0].device
    history, best = [], None
    if saved := load_if_there(path):
        if saved["recipe"] != asdict(recipe):
            raise SystemExit(f"{path} belongs to another recipe ({saved['recipe']}); delete it to start afresh")
        model.load_state_dict(saved["model"], strict=False)
        optimiser.load_state_dict(saved["optimiser"])
        history, best = saved["history"], saved["best"]
        tell(f"{recipe.name}: going on after epoch {len(history)}")
    processes.as_the_first(_learnt(model))

    steps = recipe.epochs * math.ceil(n / recipe.batch)
    while len(history) < recipe.epochs and not _stalled(history, recipe.patience):
        loss = _epoch(model, n, loss_of, recipe, optimiser, trained, len(history), steps)
        processes.as_the_first(_learnt(model))  # BatchNorm's statistics, of which each process has its own
        model.eval()
        with torch.inference_mode():
            history.append(processes.agreed(float(validate()), device))
        tell(f"{recipe.name}, epoch {len(history)}: loss {loss:.4f}, unseen {history[-1]:.4f}")
        learnt = _learnt(model)
        if history[-1] == min(history):
            best = {k: v.clone() for k, v in learnt.items()}
        if not processes.rank():
            state = {"model": learnt, "optimiser": optimiser.state_dict(), "best": best}
            save_atomically(state | {"history": history, "recipe": asdict(recipe)}, path)
        processes.wait()
    model.load_state_dict(best, strict=False)
    model.eval()
    return history


def tell(*what: object) -> None:
    """Prints, in the first process only."""
    if not processes.rank():
        print(*what, flush=True)


def _groups(model: nn.Module, recipe: Recipe) -> list[dict]:
    """What learns, with its share of the learning rate."""
    trained = {name: p for name, p in model.named_parameters() if p.requires_grad}
    if recipe.cnn_share == 1:
        return [{"params": list(trained.values()), "share": 1.0}]
    parts = (True, recipe.cnn_share), (False, 1.0)
    return [
        {"params": [p for name, p in trained.items() if name.startswith("cnn.") == of_cnn], "share": share}
        for of_cnn, share in parts
    ]


def _learnt(model: nn.Module) -> dict[str, Tensor]:
    """The state of a model without weights that are fixed: those of a published network would fill the disk."""
    fixed = {name for name, p in model.named_parameters() if not p.requires_grad}
    return {name: tensor for name, tensor in model.state_dict().items() if name not in fixed}


def _stalled(history: list[float], patience: int) -> bool:
    return len(history) > patience and min(history[-patience:]) > min(history)


def _epoch(
    model: nn.Module, n: int, loss_of: LossOf, recipe: Recipe, optimiser: torch.optim.Optimizer,
    trained: list[nn.Parameter], epoch: int, steps: int,
) -> float:  # fmt: skip
    rank, count, device = processes.rank(), processes.count(), trained[0].device
    torch.manual_seed(1000 * recipe.seed + epoch + 10**9 * rank)  # dropout
    g = torch.Generator().manual_seed(1000 * recipe.seed + epoch)
    batches = torch.randperm(n, generator=g).split(recipe.batch)
    model.train()
    total = 0.0
    title = f"{recipe.name} {epoch + 1}/{recipe.epochs}"
    for i, whole in enumerate(tqdm(batches, desc=title, mininterval=5, disable=True if rank else None)):
        for group in optimiser.param_groups:
            group["lr"] = one_cycle(epoch * len(batches) + i, steps, recipe.peak) * group["share"]
        optimiser.zero_grad()
        if len(pick := whole[rank::count]):
            with torch.autocast(device.type, torch.bfloat16, enabled=recipe.precision == "bfloat16"):
                loss = loss_of(pick, g)
            (loss * (len(pick) * count / len(whole))).backward()  # so that the mean over processes is the batch's
            total += float(loss.detach()) * len(pick)
        processes.average_gradients(trained)
        nn.utils.clip_grad_norm_(trained, 5.0)
        optimiser.step()
    return processes.total(total, device) / n


def recipe_arguments(name: str, description: str) -> argparse.ArgumentParser:
    """The options that every recipe has."""
    from gradcam_lib.paths import MODELS, RESULTS

    parser = argparse.ArgumentParser(prog=f"python -m gradcam_lib.training.{name}", description=description)
    parser.add_argument("--scenes", type=int, default=40_000, help="of the world: how many to learn from")
    parser.add_argument("--unseen", type=int, default=2000, help="of the world: scenes that choose the best epoch")
    parser.add_argument("--epochs", type=int)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--precision", choices=PRECISIONS,
                        help="bfloat16 is about three times as fast on processors with AMX")  # fmt: skip
    parser.add_argument("--runs", type=Path, default=Path("runs"), help="folder for scenes, features and checkpoints")
    parser.add_argument("--out", type=Path, default=MODELS, help="folder for the weights")
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder for the measured numbers")
    return parser


def drawn_arguments(
    name: str, description: str, names: Collection[str], pictures: int, unseen: int, epochs: int | None = None
) -> argparse.ArgumentParser:
    """The options of a recipe for several small networks that learn from the same drawn pictures."""
    from gradcam_lib.paths import MODELS

    parser = argparse.ArgumentParser(prog=f"python -m gradcam_lib.training.{name}", description=description)
    parser.add_argument("--name", choices=tuple(names), action="append", help="default: all")
    parser.add_argument("--pictures", type=int, default=pictures, help="to learn from")
    parser.add_argument("--unseen", type=int, default=unseen, help="pictures that choose the best epoch")
    parser.add_argument("--epochs", type=int, default=epochs)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--precision", choices=PRECISIONS, default="float32",
                        help="bfloat16 is twice as fast on processors that know it")  # fmt: skip
    parser.add_argument("--runs", type=Path, default=Path("runs"), help="folder for checkpoints")
    parser.add_argument("--out", type=Path, default=MODELS, help="folder for the weights")
    return parser
