"""One command for every quantitative claim: an experiment, a network, annotated pictures.

    python -m gradcam_lib.evaluate localization --model efficientnet_lite0 --data FOLDER --out runs/lite0
    torchrun --nproc_per_node 2 -m gradcam_lib.evaluate localization …   # the same table from two processes

Results are written batch by batch: a run that was ended goes on where it stopped when the same command is given again.
The folder then holds pictures.csv (a row for each thing in a picture), summary.json and summary.md.
"""

from __future__ import annotations

import argparse
import platform
import shlex
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import torch
from tqdm import tqdm

from gradcam_lib.bias.collection import load_bias
from gradcam_lib.datasets.class_names import class_names
from gradcam_lib.datasets.examples import Annotated
from gradcam_lib.evaluate.concepts import Concepts
from gradcam_lib.evaluate.drawn import SIGN, examples_of
from gradcam_lib.evaluate.experiment import UNREADABLE, Experiment, Seen, looked, spread
from gradcam_lib.evaluate.failures import Failures
from gradcam_lib.evaluate.faithfulness import Faithfulness
from gradcam_lib.evaluate.localization import Localization
from gradcam_lib.evaluate.pointing import Pointing
from gradcam_lib.evaluate.rejection import Rejection
from gradcam_lib.evaluate.robustness import Robustness
from gradcam_lib.evaluate.run import Row, Run
from gradcam_lib.evaluate.sanity import Sanity
from gradcam_lib.evaluate.segmentation import Segmentation
from gradcam_lib.evaluate.summary import as_markdown
from gradcam_lib.networks.classifier import Classifier
from gradcam_lib.networks.weights import checksum_of
from gradcam_lib.networks.zoo import load_classifier
from gradcam_lib.training import processes

KINDS = (Localization, Pointing, Rejection, Segmentation, Faithfulness, Robustness, Sanity, Failures, Concepts)
EXPERIMENTS = {kind.name: kind for kind in KINDS}
INTERRUPTED = 130
BIAS = "bias_"


def arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m gradcam_lib.evaluate", description=__doc__.split("\n")[0])
    commands = parser.add_subparsers(dest="experiment", required=True, metavar="EXPERIMENT")
    for name, experiment in EXPERIMENTS.items():
        about = sys.modules[experiment.__module__].__doc__.split("\n")[0]
        command = commands.add_parser(name, help=about, description=about, allow_abbrev=False)
        _common(command)
        experiment.arguments(command)
    args = parser.parse_args(argv)
    if args.batch < 1:
        parser.error(f"--batch {args.batch}: give a whole number from 1")
    if args.limit is not None and args.limit < 1:
        parser.error(f"--limit {args.limit}: give a whole number from 1, or leave it out for all")
    if args.names and not args.checkpoint:
        parser.error("--names: they belong to a --checkpoint; give both")
    return args


def _common(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--model", default="efficientnet_lite0", help="a network by name, as for load_classifier, or "
        "bias_biased, bias_balanced; default: %(default)s")  # fmt: skip
    add("--checkpoint", type=Path, help="weights of your own for --model")
    add("--names", type=Path, help="their class names, one a line or a JSON list")
    add("--data", required=True, help="folder or zip in a layout of datasets/annotated.py, or worlds:NAME[:NUMBER]")
    add("--split", default="val", help="of the data; default: %(default)s")
    add("--methods", nargs="+", help="see evaluate/methods.py; METHOD@LAYER is the map of another layer")
    add("--layer", help="the layer that is explained; default: the network's own")
    add("--size", type=int, help="side of the input in pixels; default: the network's own")
    add("--limit", type=int, help="so many examples, from all over the data; default: all")
    add("--batch", type=int, default=16, help="pictures in a forward pass; default: %(default)s")
    add("--device", help="cpu, cuda:0 …; default: a GPU where there is one")
    add("--out", type=Path, required=True, help="folder for the results; one that holds part of this run is completed")


def main(argv: list[str] | None = None) -> int:
    """The exit status: 0, 1 for what cannot be done, 130 after Ctrl-C."""
    args = arguments(argv)
    device = processes.begin()  # with --device, too: several processes share the work only when they have met
    run = Run(args.out.expanduser(), processes.rank())
    try:
        device = torch.device(args.device) if args.device else device
        return _measure(args, run, device, argv)
    except KeyboardInterrupt:
        return _said(
            f"stopped; what is measured is in {run.folder}, and the same command goes on from there", INTERRUPTED
        )
    except (OSError, ValueError, TypeError, RuntimeError) as error:  # of PyTorch: no such device, no memory, too small
        kept = "; what is measured is kept, and the same command goes on from there" if run.goes_on() else ""
        return _said(f"error: {error}{kept}", 1)
    finally:
        processes.end()


def _said(text: str, status: int) -> int:
    print(text, file=sys.stderr, flush=True)
    return status


def _measure(args: argparse.Namespace, run: Run, device: torch.device, argv: list[str] | None) -> int:
    clf = _classifier(args, device)
    experiment = EXPERIMENTS[args.experiment](args, clf)
    data = examples_of(args.data, clf, args.split, every=experiment.every)
    units = spread(experiment.units(data), args.limit)
    with run.alone():
        with processes.first_one_first():
            run.begin(_record(args, experiment, data, len(units), argv))
            if processes.rank() == 0:
                run.mend()
            experiment.prepare(units, run.folder, device)
        _all_batches(args, run, experiment, units, device)
    return 0


def _all_batches(
    args: argparse.Namespace, run: Run, experiment: Experiment, units: Sequence[Any], device: torch.device
) -> None:
    """Those that are not measured yet, shared out, and then the report."""
    done = run.done()
    processes.wait()  # nobody writes before all have read, so that all share out the same batches
    batches = range(0, len(units), args.batch)
    left = [b for b in range(len(batches)) if b not in done]
    mine = left[processes.rank() :: processes.count()]
    for b in tqdm(mine, desc=args.experiment, unit="batch", disable=processes.rank() > 0 or None):
        run.add(b, *_batch(experiment, units[batches[b] : batches[b] + args.batch], device))
    processes.wait()
    if processes.rank() == 0:
        _report(run, experiment, units)


def _classifier(args: argparse.Namespace, device: torch.device) -> Classifier:
    own: dict[str, Any] = {"weights": args.checkpoint.expanduser()} if args.checkpoint else {}
    if args.model.startswith(BIAS):
        clf = load_bias(args.model.removeprefix(BIAS), **own)
        clf.model.to(device).eval()
        return clf
    if args.names:
        own["names"] = class_names(args.names.expanduser())
    return load_classifier(args.model, device=device, **own)


def _record(
    args: argparse.Namespace, experiment: Experiment, data: Annotated, n: int, argv: list[str] | None
) -> dict[str, Any]:
    """What decides about the numbers: a run in the same folder goes on only where all of this is the same."""
    given = sys.argv[1:] if argv is None else argv
    return {
        "experiment": args.experiment,
        "model": args.model,
        "weights": checksum_of(experiment.clf.model),
        "data": {"layout": data.layout, "split": args.split, "checksum": data.checksum, "examples": n},
        "methods": [one.name for one in experiment.chosen],
        "layer": experiment.layers[-1],
        "size": experiment.side,
        "batch": args.batch,
        "options": experiment.options(),
        "versions": {"python": platform.python_version(), "torch": torch.__version__.split("+")[0]},
        "command": shlex.join(["python", "-m", "gradcam_lib.evaluate", *_portable(given)]),
    }


def _portable(given: list[str]) -> Iterator[str]:
    """The command without the folders of this machine."""
    kept = {"--data": "DATA", "--out": "OUT", "--checkpoint": "FILE", "--names": "FILE"}
    before = ""
    for word in given:
        name, is_one, _ = word.partition("=")
        if SIGN in word:  # no folder
            yield word
        else:
            yield f"{name}={kept[name]}" if is_one and name in kept else kept.get(before, word)
        before = word


def _batch(experiment: Experiment, units: Sequence[Any], device: torch.device) -> tuple[list[Row], dict[str, Any]]:
    """One row for each unit, and what is added up; one that cannot be read has a row that says why."""
    rows: list[Row] = [{"picture": one.picture, "thing": one.thing, "problem": ""} for one in units]
    there: list[tuple[Row, str, Seen]] = []
    for row, one in zip(rows, units, strict=True):
        try:
            there.append((row, f"{one.picture} {one.thing}", experiment.seen(one)))
        except UNREADABLE as error:
            row["problem"] = str(error)
    if not there:
        return rows, {}
    good, names, pictures = (list(part) for part in zip(*there, strict=True))
    look = looked(experiment, pictures, names, device)
    for row, found in zip(good, experiment.measure(look, pictures), strict=True):
        row |= found
    return rows, experiment.sums(look, pictures, good)


def _report(run: Run, experiment: Experiment, units: Sequence[Any]) -> None:
    rows, record = run.rows(), run.record()
    if len(rows) != len(units):
        raise ValueError(f"{run.folder}: {len(rows)} of {len(units)} examples are there; give the same command again")
    good, problems = [row for row in rows if not row["problem"]], [row for row in rows if row["problem"]]
    if not good:
        raise ValueError(f"none of {len(rows)} examples could be used; the first: {problems[0]['problem']}")
    experiment.add_up(run.sums())
    numbers, tables = experiment.summary(good)
    text = as_markdown(record, tables, len(good), problems)
    run.end(rows, record | {"n": len(good), "problems": len(problems), **numbers}, text)
    print(text, end="")
    for path in experiment.after(good, units, run.folder):
        print(f"\n{path}")


if __name__ == "__main__":
    sys.exit(main())
