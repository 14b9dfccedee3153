"""``explain`` at work: one network, any number of pictures, one after the other.

torch is imported with this module, so it is imported only once the plan stands.
"""

from __future__ import annotations

import argparse
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from gradcam_lib.capture import find_layer
from gradcam_lib.commands import outputs
from gradcam_lib.commands.plan import TABLES, Plan
from gradcam_lib.explanation import explain
from gradcam_lib.layers import default_layer
from gradcam_lib.networks.classifier import Classifier, takes
from gradcam_lib.networks.zoo import load_classifier
from gradcam_lib.pictures.images import load_image

FAILURES = (ValueError, TypeError, LookupError, OSError, RuntimeError)
LIKELIEST = 3  # targets where none is named


def run(args: argparse.Namespace, plan: Plan) -> int:
    """The exit status: 0 where every picture and every target came out, 1 otherwise, 130 after Ctrl-C."""
    try:
        with warnings_in_words(args.model):
            classifier = loaded(args, plan)
        layer = args.layer or classifier.layer or default_layer(classifier.model)
        find_layer(classifier.model, layer)
        _check_size(args.size, classifier)
    except FAILURES as error:
        return complain(error)
    targets, unknown = _targets(args.target, classifier)
    if args.target and not targets:
        return 1
    side = args.size or classifier.transform.crop
    print(f"model: {classifier.source}\nlayer: {layer}\ninput: {side}×{side} pixels", flush=True)
    return max(int(unknown), _all_pictures(args, plan, classifier, targets))


def complain(error: Exception, about: str = "", place: str = "") -> int:
    """One line for whoever reads, which names what it is about once, and the exit status of a failure."""
    text = error.args[0] if isinstance(error, KeyError) and error.args else error
    if isinstance(error, OSError) and error.strerror:
        text = ": ".join(str(part) for part in (error.filename, error.strerror) if part)
    named = "" if not about or str(text).startswith(about) else f"{about}: "
    print(f"error: {place}{named}{text}", file=sys.stderr, flush=True)
    return 1


def loaded(args: argparse.Namespace, plan: Plan) -> Classifier:
    own = {"weights": args.checkpoint.expanduser()} if args.checkpoint else {}
    if plan.names:
        own["names"] = plan.names
    return load_classifier(args.model, device=args.device, **own)


def _check_size(size: int | None, classifier: Classifier) -> None:
    """Errors (ValueError): the network takes no pictures of that size."""
    if size is not None and not takes(classifier.model, size):
        why = f"this network takes no pictures of {size}×{size} pixels"
        raise ValueError(f"--size {size}: {why}; its own size is {classifier.transform.crop}")


def _targets(named: list[str], classifier: Classifier) -> tuple[list[int], bool]:
    """The numbers of the classes that there are, each once, and whether some were refused."""
    found, unknown = [], False
    for name in named:
        try:
            found.append(class_number(name, classifier))
        except (ValueError, TypeError, LookupError) as error:
            unknown = bool(complain(error, "--target"))
    return list(dict.fromkeys(found)), unknown


def class_number(name: str, classifier: Classifier) -> int:
    """The number of a class that is given by its name, or by its number in digits. Errors: there is no such class."""
    known = name in classifier.names or not name.isdecimal()
    return classifier.index(name if known else int(name))


def _all_pictures(args: argparse.Namespace, plan: Plan, classifier: Classifier, targets: list[int]) -> int:
    status, rows, write = 0, [], outputs.WRITERS.get(args.format)
    try:
        for i, path in enumerate(plan.pictures):
            place = f"[{i + 1}/{len(plan.pictures)}] " if len(plan.pictures) > 1 else ""
            try:
                with warnings_in_words(f"{place}{path}"):
                    one = _explained(path, args, classifier, targets)
                row = outputs.record(one)
                print(place + outputs.told(row, brief=bool(place)), flush=True)
                if write:
                    print(write(one, plan.outs[i]), flush=True)
                rows.append(row)
            except FAILURES as error:
                status = complain(error, str(path), place)
                rows.append({"picture": str(path), "error": str(error)})
    except KeyboardInterrupt:
        print(f"stopped; {len(rows)} of {len(plan.pictures)} pictures are done", file=sys.stderr)
        status = 130
    return max(status, _table(args.format, rows, plan.outs[0])) if args.format in TABLES and rows else status


def _table(kind: str, rows: list[dict[str, Any]], out: Path) -> int:
    try:
        outputs.write_table(rows, out, kind)
    except OSError as error:
        return complain(error)
    print(f"table: {out}")
    return 0


def _explained(path: Path, args: argparse.Namespace, classifier: Classifier, targets: list[int]) -> outputs.Explained:
    image = load_image(path)
    x = classifier.to_input(image, size=args.size, crop=args.crop)
    e = explain(classifier, x, args.layer, pixels=args.format == "png")
    likeliest = outputs.likeliest(e.logits[0].float(), LIKELIEST)
    return outputs.Explained(path, image, args.crop, classifier, e, targets or likeliest)


@contextmanager
def warnings_in_words(about: str) -> Iterator[None]:
    """A warning of the library is one line, each once, and no line of its code."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", UserWarning)
        try:
            yield
        finally:
            for text in dict.fromkeys(str(warning.message) for warning in caught):
                print(f"warning: {about}: {text}", file=sys.stderr, flush=True)
