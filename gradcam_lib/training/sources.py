"""Where a recipe learns from: the rendered world, or photographs in an official layout; and with which CNN."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from torch import nn

from gradcam_lib.datasets import coco_photographs, flickr8k
from gradcam_lib.datasets.photographs import Photographs, files_below
from gradcam_lib.networks.encoder import Encoder, encoder
from gradcam_lib.results import write_results
from gradcam_lib.training.backbone import trained_backbone
from gradcam_lib.training.features import Seen
from gradcam_lib.training.loop import Recipe, recipe_arguments, tell
from gradcam_lib.training.pictures import Mirrored, Photos, Pictures, Scenes
from gradcam_lib.training.processes import first_one_first
from gradcam_lib.worlds.corpus import Corpus, corpus

WORLD = {"alexnet": "alexnet", "vgg16": "vgg16_again", "vgg19": "vgg19", "resnet": "resnet"}  # as training.backbone
NAMES = {"photo": "flickr8k", "coco": "COCO", "v2": "VQA_v2"}  # of photographs, in the command that is kept
BEST = "efficientnet_lite0"  # the network for photographs that comes with the set-up


@dataclass(frozen=True, eq=False)
class Source:
    """Pictures with captions and questions. name: as systems and files are called: "world", "photo" (Flickr8k), "coco"
    or "v2" (VQA v2).

    option: of the command. captions: of each picture. splits: "train", "val" and "test" → pictures. cached: how many of
    the first pictures are looked at once and for all. told: the scenes of each split, or the photographs. questions:
    VQA v2's, about each picture. about: for the results, how the data were split and what was left out.
    """

    name: str
    option: str
    captions: list[list[str]]
    splits: dict[str, Sequence[int]]
    cached: int
    pictures: Callable[[nn.Module], Pictures]
    told: list[Corpus] | Photographs
    questions: list[list[coco_photographs.Question]] | None = None
    about: dict[str, Any] = field(default_factory=dict)


def arguments(name: str, description: str) -> argparse.ArgumentParser:
    """The options of a recipe that learns from pictures."""
    parser = recipe_arguments(name, description)
    add = parser.add_argument
    add("--data", default="world", metavar="DATA", help="world (default); flickr8k: in GRADCAM_DATA; or a folder or "
        "zip in the layout of Flickr8k or COCO")  # fmt: skip
    add("--backbone", metavar="CNN", help="alexnet, vgg16, vgg19 or resnet of training.backbone for the world; for "
        f"photographs {BEST} (default), squeezenet, photonet or any CNN of torchvision by name")  # fmt: skip
    add("--size", type=int, help="side of the photographs in pixels; default: the network's own")
    add("--layers", nargs="*", default=[], help="layers whose channel means are the code, instead of the last")
    add("--random-weights", action="store_true", help="a CNN for photographs that has learnt nothing, for tests")
    add("--tuning", type=int, metavar="EPOCHS", help="how long the CNN learns along, after the rest has learnt")
    add("--tune-from", metavar="LAYER", help="of a CNN for photographs: what learns along; default: all of it")
    add("--test", type=int, default=2000, help="of the world: scenes on which the shipped weights are measured")
    return parser


def parsed(parser: argparse.ArgumentParser, argv: list[str] | None, usual: str | dict[str, str]) -> argparse.Namespace:
    """The options, checked. usual: the CNN of the world where none is named, for all or by ``--name``.

    Errors: those of argparse, which name the option.
    """
    args = parser.parse_args(argv)
    args.world = args.data == "world"
    args.usual = (usual if isinstance(usual, str) else usual[args.name]) if args.world else BEST
    args.backbone = args.backbone or args.usual
    if args.world and (args.size or args.layers or args.random_weights or args.tune_from):
        parser.error("--size, --layers, --random-weights and --tune-from are for photographs: give --data")
    if args.world and args.backbone not in WORLD:
        parser.error(f"--backbone {args.backbone}: the world has {', '.join(WORLD)}; for photographs give --data")
    if args.tune_from and not args.tuning:
        parser.error(f"--tune-from {args.tune_from}: say with --tuning how many epochs the CNN learns along")
    return args


def source(args: argparse.Namespace, *, asked: bool = False) -> Source:
    """What ``--data`` names. asked: VQA v2's questions are wanted, where they lie there.

    Errors: FileNotFoundError (nothing of a known layout), ValueError (broken).
    """
    of = _world(args) if args.world else _photographs(args.data, asked)
    for name, what in of.about.items():
        tell(f"{name}: {what}")
    return of


def _world(args: argparse.Namespace) -> Source:
    counts = {"train": args.scenes, "val": args.unseen, "test": args.test}
    with first_one_first():
        parts = [corpus(split, n, args.runs) for split, n in counts.items()]
    splits, first = {}, 0
    for name, n in counts.items():
        splits[name] = range(first, first + n)
        first += n
    captions = [five for part in parts for five in part.captions]
    cached = args.scenes + args.unseen
    return Source("world", f"--scenes {args.scenes}", captions, splits, cached, lambda cnn: Scenes(*parts), parts)


def _photographs(data: str, asked: bool) -> Source:
    layout = _layout(data, asked)
    questions = None
    if layout == "photo":
        photographs = flickr8k.flickr8k(None if data == "flickr8k" else data)
    elif layout == "coco":
        photographs = coco_photographs.coco_photographs(data)
    else:
        photographs, questions = coco_photographs.vqa_photographs(data)
    about = {"split": photographs.rule, "pictures": {name: len(part) for name, part in photographs.splits.items()}}
    if photographs.skipped:
        about["left out, their pictures are missing"] = photographs.skipped
    return Source(
        layout,
        f"--data {NAMES[layout]}",
        photographs.captions,
        photographs.splits,
        len(photographs),
        lambda cnn: Photos(photographs, cnn.transform),
        photographs,
        questions,
        about,
    )


def _layout(data: str, asked: bool) -> str:
    """ "photo" is Flickr8k's."""
    place = Path(data).expanduser()
    if data == "flickr8k" and not place.exists():
        return "photo"
    if not place.exists():
        raise FileNotFoundError(f"{place}: no such folder or zip; give world, flickr8k, or the path of the data")
    names = files_below(place)
    if asked and any(map(coco_photographs.QUESTIONS.fullmatch, names)):
        return "v2"
    if any(map(coco_photographs.CAPTIONS.fullmatch, names)):
        return "coco"
    if flickr8k.TOKENS in names or any(name.lower().startswith("flickr8k") for name in names):
        return "photo"
    kinds = "captions, or questions," if asked else "captions"
    raise FileNotFoundError(
        f"{place}: no {kinds} in it in the layout of Flickr8k ({flickr8k.TOKENS}) or COCO (annotations/"
        "captions_train2017.json); data/README.md has the layouts"
    )


def look(
    args: argparse.Namespace, of: Source, form: str, prepare: Callable = lambda cnn: cnn, *, mirrored: bool = False
) -> Seen:  # fmt: skip
    """The pictures through the CNN that ``--backbone`` names, standardised on the training pictures.

    mirrored: and each a second time as in a mirror, see ``Mirrored``.
    """
    if args.world:
        cnn = prepare(trained_backbone(WORLD[args.backbone], args.seed, args.runs).requires_grad_(False))
    else:
        cnn = encoder(args.backbone, form, layers=args.layers, size=args.size, random=args.random_weights)
    pictures = Mirrored(of.pictures(cnn)) if mirrored else of.pictures(cnn)
    seen = Seen(pictures, cnn.to(args.device), len(pictures) if mirrored else of.cached, args.runs)
    seen.standardise(of.splits["train"])
    return seen


def options(args: argparse.Namespace, of: Source, seen: Seen) -> str:
    """The part of the command that says with which data and CNN."""
    said = f"{of.option} --backbone {args.backbone}"
    if not args.world:
        said += f" --size {seen.cnn.size}" + (f" --layers {' '.join(args.layers)}" if args.layers else "")
    if args.tuning:
        said += f" --tuning {args.tuning}" + (f" --tune-from {args.tune_from}" if args.tune_from else "")
    return said


def file_name(parts: Sequence[str], args: argparse.Namespace) -> str:
    """What a system's file is called: its parts, and the CNN where it is not the usual one; vqa_photo_squeezenet."""
    always = tuple(parts) == ("vqa", "world")  # has three, none of them usual
    return "_".join([*parts, *([] if args.backbone == args.usual and not always else [args.backbone])])


def recipes(args: argparse.Namespace, preset: Any, name: str, on: str) -> tuple[Recipe, Recipe]:
    """With the CNN as it is, and with the CNN learning along; what the options say goes before the preset."""
    said = {key: value for key in ("epochs", "precision") if (value := getattr(args, key)) is not None}
    recipe = Recipe(**{"name": name, "seed": args.seed, "on": on, **preset.learnt, **said})
    more = preset.tuned if args.tuning is None else {**preset.tuned, "epochs": args.tuning}
    return recipe, replace(recipe, name=f"{name}_tuned", on=f"{on}, from {args.tune_from}", **more)


def learns_along(seen: Seen, start: str | None) -> None:
    """From now on the CNN learns too; start: from which layer on, see ``Encoder.tune``."""
    seen.cnn.tune(start) if isinstance(seen.cnn, Encoder) else seen.cnn.requires_grad_(True)
    seen.look_anew()


def save_numbers(name: str, numbers: dict[str, Any], command: str, n: int, folder: Path) -> None:
    """Stores and shows what was measured."""
    print(write_results(name, numbers, command=command, n=n, folder=folder))
    for key, value in numbers.items():
        print(f"  {key}: {value}")
