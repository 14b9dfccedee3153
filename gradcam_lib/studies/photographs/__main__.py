"""The command: covering on Flickr8k (``muting``), truth on COCO (``words``)."""

from __future__ import annotations

import argparse
from pathlib import Path

from gradcam_lib.language.question_answering import FILES
from gradcam_lib.paths import RESULTS
from gradcam_lib.results import write_results
from gradcam_lib.studies import photographs
from gradcam_lib.studies.photographs.muting import muting

SYSTEMS = [name for name in FILES if name.startswith("photo")]


def arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m gradcam_lib.studies.photographs", description=photographs.__doc__.split("\n")[0]
    )
    add = parser.add_argument
    add("--pictures", type=int, default=500, help="test photographs of Flickr8k")
    add("--data", type=Path, help="Flickr8k; GRADCAM_DATA where none is given")
    add("--systems", nargs="*", choices=SYSTEMS, default=SYSTEMS, help="networks that answer questions")
    add("--runs", type=Path, default=Path("runs"), help="folder for what is done of a run")
    add("--results", type=Path, default=RESULTS, help="folder for the measured numbers")
    add("--precision", choices=("float32", "bfloat16"), default="float32", help="of the muted pictures")
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    args = arguments(argv)
    numbers = muting(args, args.systems)
    command = f"python -m gradcam_lib.studies.photographs --pictures {args.pictures} --precision {args.precision}"
    print(write_results("photographs", numbers, command=command, n=args.pictures, folder=args.results))
    for name, methods in numbers.items():
        for method, by in methods.items():
            print(f"  {name:18s}{method:16s}", *(f"{measure} {v['value']:.3f}" for measure, v in by.items()))


if __name__ == "__main__":
    main()
