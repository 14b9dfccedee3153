"""Where a recipe learns from: the rendered world, or photographs in the layout of Flickr8k; and with which CNN."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch import nn

from gradcam_lib.datasets.flickr8k import Photographs, flickr8k
from gradcam_lib.networks.encoder import encoder
from gradcam_lib.training.backbone import trained_backbone
from gradcam_lib.training.features import Seen
from gradcam_lib.training.loop import recipe_arguments
from gradcam_lib.training.pictures import Photos, Pictures, Scenes
from gradcam_lib.training.processes import first_one_first
from gradcam_lib.worlds.corpus import Corpus, corpus

WORLD = {"alexnet": "alexnet", "vgg16": "vgg16_again", "vgg19": "vgg19", "resnet": "resnet"}  # as training.backbone
BEST = "efficientnet_lite0"  # the network for photographs that comes with the set-up


@dataclass(frozen=True, eq=False)
class Source:
    """Pictures with captions and questions. name: "world" or "photo", as their systems are called.

    captions: of each picture. splits: "train", "val" and "test" → pictures. cached: how many of the first are looked at
    once and for all. told: the scenes of each split, or the photographs.
    """

    name: str
    command: str
    captions: list[list[str]]
    splits: dict[str, Sequence[int]]
    cached: int
    pictures: Callable[[nn.Module], Pictures]
    told: list[Corpus] | Photographs


def arguments(name: str, description: str) -> argparse.ArgumentParser:
    """The options of a recipe that learns from pictures."""
    parser = recipe_arguments(name, description)
    add = parser.add_argument
    add("--data", default="world", help="world (default); flickr8k: in GRADCAM_DATA; or a folder or zip")
    add("--backbone", help="the CNN: alexnet, vgg16, vgg19 or resnet of training.backbone for the world; for "
        f"photographs {BEST} (default), squeezenet, photonet or any CNN of torchvision by name")  # fmt: skip
    add("--size", type=int, help="side of the photographs in pixels; default: the network's own")
    add("--layers", nargs="*", default=[], help="layers whose channel means are the code, instead of the last")
    add("--random-weights", action="store_true", help="a CNN that has learnt nothing, for tests")
    add("--test", type=int, default=2000, help="of the world: scenes on which the shipped weights are measured")
    return parser


def source(args: argparse.Namespace) -> Source:
    """What ``--data`` names. Errors: those of ``flickr8k``."""
    return _world(args) if args.data == "world" else _photographs(args)


def _world(args: argparse.Namespace) -> Source:
    with first_one_first():
        counts = {"train": args.scenes, "val": args.unseen, "test": args.test}
        parts = [corpus(split, n, args.runs) for split, n in counts.items()]
    splits, first = {}, 0
    for split, n in counts.items():
        splits[split] = range(first, first + n)
        first += n
    captions = [five for part in parts for five in part.captions]
    command = f"--scenes {args.scenes}"
    return Source("world", command, captions, splits, args.scenes + args.unseen, lambda cnn: Scenes(*parts), parts)


def _photographs(args: argparse.Namespace) -> Source:
    photographs = flickr8k(None if args.data == "flickr8k" else args.data)
    return Source(
        "photo",
        "--data flickr8k",
        photographs.captions,
        photographs.splits,
        len(photographs),
        lambda cnn: Photos(photographs, cnn.transform),
        photographs,
    )


def look(args: argparse.Namespace, of: Source, form: str, prepare: Callable = lambda cnn: cnn) -> Seen:
    """The pictures through the CNN that ``--backbone`` names, standardised on the training pictures."""
    if of.name == "world":
        cnn = prepare(trained_backbone(WORLD[args.backbone], args.seed, args.runs).requires_grad_(False))
    else:
        cnn = encoder(args.backbone, form, layers=args.layers, size=args.size, random=args.random_weights)
    seen = Seen(of.pictures(cnn), cnn.to(args.device), of.cached, args.runs)
    seen.standardise(of.splits["train"])
    return seen


def options(args: argparse.Namespace, of: Source, seen: Seen) -> str:
    """The part of the command that says with which data and CNN."""
    said = f"{of.command} --backbone {args.backbone}"
    if of.name != "world":
        said += f" --size {seen.cnn.size}" + (f" --layers {' '.join(args.layers)}" if args.layers else "")
    return said


def file_name(parts: Sequence[str], args: argparse.Namespace, usual: str | None) -> str:
    """What a system's file is called: its parts, and the CNN where it is not the usual one; vqa_photo_squeezenet."""
    return "_".join([*parts, *([] if args.backbone == usual else [args.backbone])])


def save_numbers(name: str, numbers: dict[str, Any], command: str, n: int, folder: Path) -> None:
    from gradcam_lib.results import write_results

    print(write_results(name, numbers, command=command, n=n, folder=folder))
    for key, value in numbers.items():
        print(f"  {key}: {value}")
