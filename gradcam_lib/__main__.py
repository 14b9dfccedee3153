"""The command line: ``python -m gradcam_lib explain PICTURE… [--target NAME]… [--model NAME] [--out PATH]``."""

from __future__ import annotations

import sys

from gradcam_lib.commands.arguments import arguments
from gradcam_lib.commands.plan import Refused, plan


def main(argv: list[str] | None = None) -> int:
    """The exit status. Errors: SystemExit with status 2 for a command that cannot be understood."""
    args = arguments(argv)
    try:
        settled = plan(args)
        from gradcam_lib.commands.explain import run  # torch comes with it, and takes seconds

        return run(args, settled)
    except Refused as refused:
        for problem in refused.args:
            print(f"error: {problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.stdout.reconfigure(errors="replace")  # a console may lack a letter of a class name
    sys.exit(main())
