"""The command line: ``python -m gradcam_lib explain PICTURE… [--target NAME]… [--model NAME] [--out PATH]``.

And ``python -m gradcam_lib doctor PICTURE [--model NAME] [--checkpoint FILE] [--layer NAME]``.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module

from gradcam_lib.commands.arguments import arguments
from gradcam_lib.commands.plan import Refused, plan


def main(argv: list[str] | None = None) -> int:
    """The exit status. Errors: SystemExit with status 2 for a command that cannot be understood."""
    args = arguments(argv)
    try:
        settled = plan(args)
        with _ended_at_once():
            run = import_module(f"gradcam_lib.commands.{args.command}").run  # torch comes with it, and takes seconds
        return run(args, settled)
    except Refused as refused:
        for problem in refused.args:
            print(f"error: {problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return 130


@contextmanager
def _ended_at_once() -> Iterator[None]:
    """Ctrl-C ends the process without a word: within an import Python would report a broken NumPy instead."""
    before = signal.getsignal(signal.SIGINT)
    if before is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


if __name__ == "__main__":
    sys.stdout.reconfigure(errors="replace")  # a console may lack a letter of a class name
    sys.exit(main())
