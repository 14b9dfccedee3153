"""Train PhotoNet, the photo classifier of the tutorial, on 40 classes of Tiny ImageNet.

    python -m gradcam_lib.training.photonet --data tiny-imagenet-200.zip --head gap

The order of the pictures and every augmentation are drawn from (seed, epoch), so a run that was interrupted and
started again ends in the same weights. The weights that are kept are the running average of the last steps.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor
from tqdm import tqdm

from gradcam_lib.datasets import tiny_imagenet
from gradcam_lib.equations import upsample
from gradcam_lib.explanation import explain
from gradcam_lib.measures.localize import box_from_map, iou, pointing_hit
from gradcam_lib.networks.photonet import PhotoNet
from gradcam_lib.networks.zoo import load_photonet, save_photonet
from gradcam_lib.paths import MODELS, RESULTS
from gradcam_lib.results import share, write_results
from gradcam_lib.training.checkpoint import load_if_there, save_atomically
from gradcam_lib.training.loop import PRECISIONS, one_cycle

MEAN = torch.tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1)
STD = torch.tensor([0.229, 0.224, 0.225]).view(1, 3, 1, 1)


def normalise(images: Tensor) -> Tensor:
    """(N, 3, H, W) uint8 → float, as ImageNet networks expect it."""
    return (images.float() / 255 - MEAN) / STD


def uniform(g: torch.Generator, n: int, low: float, high: float) -> Tensor:
    return low + (high - low) * torch.rand(n, generator=g)


def random_crops(images: Tensor, size: int, g: torch.Generator, *, smallest: float = 0.3) -> Tensor:
    """Crops of random area (``smallest`` … 1) and aspect (3/4 … 4/3), flipped half of the time, resized to ``size``."""
    n = len(images)
    area, aspect = uniform(g, n, smallest, 1), torch.exp(uniform(g, n, -0.2877, 0.2877))
    w, h = (area * aspect).sqrt().clamp(max=1), (area / aspect).sqrt().clamp(max=1)
    flip = torch.where(torch.rand(n, generator=g) < 0.5, -1.0, 1.0)
    theta = torch.zeros(n, 2, 3)
    theta[:, 0, 0], theta[:, 0, 2] = w * flip, uniform(g, n, -1, 1) * (1 - w)
    theta[:, 1, 1], theta[:, 1, 2] = h, uniform(g, n, -1, 1) * (1 - h)
    grid = F.affine_grid(theta, [n, 3, size, size], align_corners=False)
    return F.grid_sample(images.float(), grid, padding_mode="reflection", align_corners=False)


def jitter_colours(images: Tensor, g: torch.Generator, *, strength: float = 0.3) -> Tensor:
    """Random brightness, contrast and saturation of each picture in 0 … 255."""
    factor = [uniform(g, len(images), 1 - strength, 1 + strength).view(-1, 1, 1, 1) for _ in range(3)]
    images = images * factor[0]
    images = (images - images.mean((1, 2, 3), keepdim=True)) * factor[1] + images.mean((1, 2, 3), keepdim=True)
    grey = images.mean(1, keepdim=True)
    return ((images - grey) * factor[2] + grey).clamp(0, 255)


def cutmix(x: Tensor, y: Tensor, g: torch.Generator) -> tuple[Tensor, Tensor, float]:
    """Half of the batches get a rectangle from another picture (Yun et al. 2019): x, its labels, share of the first."""
    if torch.rand(1, generator=g) < 0.5:
        return x, y, 1.0
    side, share = x.shape[-1], float(torch.rand(1, generator=g))
    cut = int(side * (1 - share) ** 0.5)
    top, left = (int(torch.randint(side - cut + 1, (1,), generator=g)) for _ in range(2))
    order = torch.randperm(len(x), generator=g)
    x = x.clone()
    x[:, :, top : top + cut, left : left + cut] = x[order, :, top : top + cut, left : left + cut]
    return x, y[order], 1 - cut * cut / side**2


@torch.no_grad()
def update_average(average: torch.nn.Module, model: torch.nn.Module, decay: float) -> None:
    for a, m in zip(average.state_dict().values(), model.state_dict().values(), strict=True):
        a.lerp_(m, 1 - decay) if a.is_floating_point() else a.copy_(m)


def train(args: argparse.Namespace, train_set: tiny_imagenet.Split, names: list[str]) -> PhotoNet:
    """Runs or goes on with the training; the averaged network at its end."""
    torch.manual_seed(args.seed)
    images = torch.from_numpy(train_set.images).permute(0, 3, 1, 2).contiguous()
    labels = torch.from_numpy(train_set.labels)
    model = PhotoNet(len(names), args.head).to(memory_format=torch.channels_last)
    if args.start_from:
        model.features.load_state_dict(load_photonet(args.start_from)[0].features.state_dict())
    average = PhotoNet(len(names), args.head)
    average.load_state_dict(model.state_dict())
    optimiser = torch.optim.SGD(model.parameters(), lr=0, momentum=0.9, nesterov=True, weight_decay=args.weight_decay)

    checkpoint = Path(args.runs) / f"photonet_{args.head}_{args.seed}.pt"
    first = 0
    if saved := load_if_there(checkpoint):
        if saved["recipe"] != recipe(args):
            raise SystemExit(f"{checkpoint} belongs to another recipe ({saved['recipe']}); delete it to start afresh")
        model.load_state_dict(saved["model"])
        average.load_state_dict(saved["average"])
        optimiser.load_state_dict(saved["optimiser"])
        first = saved["epoch"]
        print(f"going on after epoch {first}")

    per_epoch = len(images) // args.batch
    steps = args.epochs * per_epoch
    for epoch in range(first, args.epochs):
        g = torch.Generator().manual_seed(1000 * args.seed + epoch)
        torch.manual_seed(1000 * args.seed + epoch)  # dropout
        # Small pictures first: twice as fast, and the step up at the end costs nothing in accuracy.
        size = 48 if epoch < 0.8 * args.epochs else 64
        losses, order = [], torch.randperm(len(images), generator=g)
        model.train()
        for i in tqdm(range(per_epoch), desc=f"epoch {epoch + 1}/{args.epochs}", mininterval=5):
            step = epoch * per_epoch + i
            optimiser.param_groups[0]["lr"] = one_cycle(step, steps, args.peak)
            pick = order[i * args.batch : (i + 1) * args.batch]
            x = normalise(jitter_colours(random_crops(images[pick], size, g), g))
            x, other, share = cutmix(x, labels[pick], g)
            with torch.autocast("cpu", torch.bfloat16, enabled=args.precision == "bfloat16"):
                logits = model(x.contiguous(memory_format=torch.channels_last)).float()
            loss = share * F.cross_entropy(logits, labels[pick], label_smoothing=0.1)
            loss = loss + (1 - share) * F.cross_entropy(logits, other, label_smoothing=0.1)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            update_average(average, model, min(0.998, (1 + step) / (10 + step)))
            losses.append(float(loss.detach()))
        print(f"epoch {epoch + 1}: mean loss {np.mean(losses):.3f}", flush=True)
        state = {"model": model.state_dict(), "average": average.state_dict(), "optimiser": optimiser.state_dict()}
        save_atomically(state | {"epoch": epoch + 1, "recipe": recipe(args)}, checkpoint)
    return average


def recipe(args: argparse.Namespace) -> dict:
    return {
        k: getattr(args, k)
        for k in ("head", "epochs", "batch", "peak", "weight_decay", "seed", "precision", "start_from")
    }


def arguments(argv: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m gradcam_lib.training.photonet", description=__doc__.split("\n")[0])
    parser.add_argument("--data", required=True, help="Tiny ImageNet folder or zip, in the official layout")
    parser.add_argument("--head", choices=("fc", "gap"), default="gap", help="fully-connected, or the CAM form")
    parser.add_argument("--start-from", help="weights whose convolutions to begin with, instead of random ones")
    parser.add_argument("--epochs", type=int, default=45)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--peak", type=float, default=0.1, help="highest learning rate")
    parser.add_argument("--weight-decay", type=float, default=5e-4)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--precision", choices=PRECISIONS, default="float32",
                        help="bfloat16 is about three times as fast on processors with AMX")  # fmt: skip
    parser.add_argument("--runs", default="runs", help="folder for checkpoints")
    parser.add_argument("--out", default=MODELS, help="folder for the weights")
    parser.add_argument("--results", default=RESULTS, help="folder for the measured numbers")
    return parser.parse_args(argv)


def measure(model: PhotoNet, val: tiny_imagenet.Split) -> dict:
    """Shares of ``judged``, with 95 % intervals."""
    return {name: share(hits) for name, hits in judged(model, val).items()}


def judged(model: PhotoNet, val: tiny_imagenet.Split, *, threshold: float = 0.15) -> dict[str, np.ndarray]:
    """Accuracy, pointing game and localization error, picture by picture: name → (n,) booleans.

    Pointing: the maximum of Grad-CAM for the true class lies in the annotated box; beside it, how often the centre
    does. Localization: the box at ``threshold`` of the maximum overlaps the annotated one by at least one half; top-1
    asks for the right class as well, top-5 for the right class among the five likeliest. The box that covers the whole
    picture shows what is given away for free.
    """
    labels, counted = torch.from_numpy(val.labels), {}
    images = torch.from_numpy(val.images).permute(0, 3, 1, 2)
    logits, heats = [], []
    for batch, true in zip(images.split(250), labels.split(250), strict=True):
        e = explain(model, normalise(batch), "features")
        logits.append(e.logits)
        heats.append(upsample(e.map(true), (tiny_imagenet.SIDE,) * 2))
    logits, heats = torch.cat(logits), torch.cat(heats).numpy()
    best = logits.topk(min(5, logits.shape[1])).indices == labels[:, None]
    middle = np.zeros(heats.shape[1:])
    middle[len(middle) // 2, len(middle) // 2] = 1
    overlap = np.array([iou(box_from_map(h, threshold), box) for h, box in zip(heats, val.boxes, strict=True)])
    whole = np.array([iou((0, 0, tiny_imagenet.SIDE, tiny_imagenet.SIDE), box) for box in val.boxes])
    counted["top1_accuracy"] = best[:, 0].numpy()
    counted["top5_accuracy"] = best.any(1).numpy()
    counted["pointing_game"] = np.array([pointing_hit(h, box) for h, box in zip(heats, val.boxes, strict=True)])
    counted["pointing_game_centre"] = np.array([pointing_hit(middle, box) for box in val.boxes])
    counted["top1_localization_error"] = ~(best[:, 0].numpy() & (overlap >= 0.5))
    counted["top5_localization_error"] = ~(best.any(1).numpy() & (overlap >= 0.5))
    counted["known_class_localization_error"] = overlap < 0.5
    counted["whole_picture_localization_error"] = whole < 0.5
    return counted


def main(argv: list[str] | None = None) -> None:
    args = arguments(argv)
    root = tiny_imagenet.root_of(args.data)
    _, names = tiny_imagenet.class_names(root)
    average = train(args, tiny_imagenet.load_split(root, "train"), names).eval()
    name = {"fc": "photonet", "gap": "photonet_gap"}[args.head]
    save_photonet(average, Path(args.out) / f"{name}.safetensors", names)
    shipped, _ = load_photonet(Path(args.out) / f"{name}.safetensors")  # measured as shipped, after float16
    val = tiny_imagenet.load_split(root, "val")
    command = f"python -m gradcam_lib.training.photonet --data PATH --head {args.head} --epochs {args.epochs}"
    if args.start_from:
        command += f" --peak {args.peak} --start-from data/models/{Path(args.start_from).name}"
    command += f" --precision {args.precision} --seed {args.seed}"
    numbers = {"parameters": sum(p.numel() for p in shipped.parameters()), **measure(shipped, val)}
    print(write_results(name, numbers, command=command, n=len(val.labels), folder=Path(args.results)))
    for key, value in numbers.items():
        print(f"  {key}: {value}")


if __name__ == "__main__":
    main()
