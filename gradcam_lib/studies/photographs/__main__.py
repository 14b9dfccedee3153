"""The command: covering on Flickr8k (``muting``), truth on COCO (``truths``).

On one core and with SqueezeNet, the parts take about: words 15 minutes a captioner, answers 20 a network, classes 60,
world 5, covering 30 minutes a system. What an interrupted run leaves in ``--runs`` is not made again.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from gradcam_lib.language import captioning, question_answering
from gradcam_lib.paths import RESULTS
from gradcam_lib.results import read_results, write_results
from gradcam_lib.studies import photographs
from gradcam_lib.studies.photographs.muting import covered_answers, covered_captions
from gradcam_lib.studies.photographs.truths import truths

CAPTIONERS, SYSTEMS = (
    [name for name in kind.FILES if name.startswith("photo")] for kind in (captioning, question_answering)
)
TRUTHS = ("words", "answers", "classes", "world")
ABOUT = ("command", "n")  # of a file of results; the rest are its parts
COVERED = ("covered-captions", "covered-answers")
PARTS = (*TRUTHS, *COVERED)


def arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m gradcam_lib.studies.photographs", description=photographs.__doc__.split("\n")[0]
    )
    add = parser.add_argument
    add("--parts", nargs="+", choices=PARTS, default=PARTS, help="of the study; the results of the others stay")
    add("--captioners", nargs="+", choices=CAPTIONERS, default=CAPTIONERS, help="networks that describe pictures")
    add("--systems", nargs="+", choices=SYSTEMS, default=SYSTEMS, help="networks that answer questions")
    add("--pictures", type=int, default=500, help="test photographs of Flickr8k that are covered")
    add("--said", type=int, default=300, help="its validation photographs that are described and asked about")
    add("--scenes", type=int, default=300, help="of the drawn world")
    add("--most", type=int, help="pictures of each part of COCO; default: all")
    add("--data", type=Path, help="Flickr8k; GRADCAM_DATA where none is given")
    add("--coco", type=Path, help="COCO with train2017 and val2017; GRADCAM_DATA where none is given")
    add("--runs", type=Path, default=Path("runs"), help="folder for what is done of a run")
    add("--results", type=Path, default=RESULTS, help="folder for the measured numbers")
    add("--precision", choices=("float32", "bfloat16"), default="float32", help="of the covered pictures")
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    args = arguments(argv)
    command = "python -m gradcam_lib.studies.photographs"
    if set(args.parts) & set(TRUTHS):
        numbers = _kept("photo_truth", args.results) | truths(args)
        parts = " ".join(part for part in TRUTHS if part in numbers)
        told = f"{command} --parts {parts} --said {args.said} --scenes {args.scenes}"
        told += f" --most {args.most}" if args.most else ""
        n = next(iter(numbers["words"].values()))["own"]["grad_cam"]["inside"]["pictures"] if "words" in numbers else 0
        print(write_results("photo_truth", numbers, command=told, n=n, folder=args.results))
    covered = {}
    if "covered-captions" in args.parts:
        covered |= {name.replace("photo", "captions"): covered_captions(args, name) for name in args.captioners}
    if "covered-answers" in args.parts:
        covered |= {name: covered_answers(args, name) for name in args.systems}
    if covered:
        numbers = _kept("photographs", args.results) | covered
        told = f"{command} --parts {' '.join(part for part in COVERED if part in args.parts)}"
        told += f" --pictures {args.pictures} --precision {args.precision}"
        print(write_results("photographs", numbers, command=told, n=args.pictures, folder=args.results))


def _kept(name: str, folder: Path) -> dict:
    """What an earlier run measured of the parts that are not measured now."""
    try:
        return {part: found for part, found in read_results(name, folder=folder).items() if part not in ABOUT}
    except FileNotFoundError:
        return {}


if __name__ == "__main__":
    main()
