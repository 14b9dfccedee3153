"""``python3 start.py app``: the three demonstrations as a web app, one kernel for each visitor.

It listens on this machine alone unless ``--ip`` says otherwise. A visitor uploads pictures of his own; of the files of
this machine he sees those in the folder that ``--pictures`` names, and no others. A page that nobody uses for half an
hour loses its place; it warns of that, and then says so.

Ten visitors at once on two cores (tests/support/visitors.py): a page is there after 22 s, an answer with its four maps
after 1.4 s, another tab after 10 s (medians; the longest 22, 1.5 and 10 s). A kernel has 540 MB with one tab and up to
830 MB with three, the server 190 MB, and a minute after all visitors have gone, no kernel is left.
"""

from __future__ import annotations

import argparse
import os
import sys
from importlib.util import find_spec
from pathlib import Path

from gradcam_lib.paths import NOTEBOOKS

NOTEBOOK = NOTEBOOKS / "15_explorer.ipynb"
HOME = "127.0.0.1"
MB_A_VISITOR = 900  # of memory, with all three tabs open; tests/support/visitors.py measures it
OPEN = """Everybody who reaches this machine can use the app: there is no password, and nothing is encrypted.
At most {} at a time can; a picture may have {} MB."""


def arguments(given: list[str] | None = None) -> argparse.Namespace:
    """Errors: SystemExit, as argparse raises it."""
    program = f"{os.environ.get('GRADCAM_COMMAND') or 'python -m gradcam_lib.commands'} app"
    parser = argparse.ArgumentParser(prog=program, description=__doc__.split("\n\n")[1])
    parser.add_argument(
        "--ip", default=HOME, help=f"the address to listen on; default: {HOME}, which only this machine reaches"
    )
    parser.add_argument("--port", type=_between(1, 65535), default=8866, help="default: 8866")
    parser.add_argument(
        "--visitors", type=_between(1, 100), default=2, metavar="N",
        help=f"how many at a time; each takes up to {MB_A_VISITOR} MB of memory; default: 2",
    )  # fmt: skip
    parser.add_argument(
        "--upload-mb", type=_between(1, 200), default=20, metavar="MB", help="the largest picture; default: 20"
    )
    parser.add_argument(
        "--pictures", type=Path, metavar="FOLDER", help="pictures that every visitor may choose from; default: none"
    )
    parser.add_argument("--no-browser", action="store_true", help="open no page here")
    args = parser.parse_args(given)
    if args.pictures and not args.pictures.is_dir():
        parser.error(f"--pictures {args.pictures}: no such folder")
    return args


def _between(least: int, most: int):
    def number(text: str) -> int:
        if not text.isdecimal() or not least <= int(text) <= most:
            raise argparse.ArgumentTypeError(f"{text!r}: give a whole number from {least} to {most}")
        return int(text)

    return number


def for_kernels(args: argparse.Namespace, cores: int) -> dict[str, str]:
    """What the kernels are told, as environment variables."""
    told = {
        "GRADCAM_UPLOAD_MB": str(args.upload_mb),
        "GRADCAM_SERVED": "1",
        "OMP_NUM_THREADS": os.environ.get("OMP_NUM_THREADS", str(max(1, cores // args.visitors))),
    }
    return told | ({"GRADCAM_PICTURES": str(args.pictures.absolute())} if args.pictures else {})


def main(given: list[str] | None = None) -> int:
    """The exit status."""
    args = arguments(given)
    if find_spec("voila") is None:
        print("error: Voilà is missing; python3 start.py app installs it, or pip install voila", file=sys.stderr)
        return 1
    from gradcam_lib.commands.serving import LOCAL, serve, settings

    os.environ.update(for_kernels(args, os.cpu_count() or 1))
    screen = os.name == "nt" or sys.platform == "darwin" or any(map(os.environ.get, ("DISPLAY", "WAYLAND_DISPLAY")))
    if args.ip not in LOCAL:
        print(OPEN.format(args.visitors, args.upload_mb))
    here = HOME if args.ip in ("0.0.0.0", "::") else args.ip
    print(f"Open http://{here}:{args.port}/ in a browser. Ctrl-C ends the app.", flush=True)
    told = {"ip": args.ip, "port": args.port, "visitors": args.visitors, "megabytes": args.upload_mb}
    serve(str(NOTEBOOK), settings(**told, browser=screen and not args.no_browser))
    return 0


if __name__ == "__main__":
    sys.exit(main())
