"""``python -m gradcam_lib.commands.site --out FOLDER``: the tutorial as a static site, for any web server."""

from __future__ import annotations

import argparse
import os
import sys
from importlib.util import find_spec
from pathlib import Path

DEFAULT = Path("build/site")
WAY_OUT = "install what the site needs:  pip install 'gradcam-tutorial[site]'  (start.py does so by itself)"


def main(argv: list[str] | None = None) -> int:
    """The exit status. Errors: SystemExit with status 2 for a command that cannot be understood."""
    program = os.environ.get("GRADCAM_COMMAND")
    told = "The tutorial as a static site, for any web server."
    parser = argparse.ArgumentParser(prog=f"{program} site" if program else None, description=told)
    parser.add_argument(
        "--out", type=Path, default=DEFAULT, metavar="FOLDER",
        help=f"empty, or that of an earlier site, whose files are replaced; default: {DEFAULT}",
    )  # fmt: skip
    parser.add_argument(
        "--repository", metavar="ADDRESS",
        help="where the course is published, https://github.com/NAME/REPOSITORY: adds buttons for Binder and Colab; "
        "Colab's notebooks are part of the site, which is then published in the branch gh-pages of that repository",
    )  # fmt: skip
    given = parser.parse_args(argv)
    out = given.out.expanduser()
    if problem := refused(out):
        print(f"error: {problem}", file=sys.stderr)
        return 1
    from gradcam_lib.site.build import build  # torch comes with it, and takes seconds

    try:
        build(out, lambda text: print(text, flush=True), given.repository)
    except (OSError, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(f"The site is in {out}. To look at it:  python3 -m http.server --bind 127.0.0.1 --directory {out}")
    print("and open http://127.0.0.1:8000/ in a browser.")
    return 0


def refused(out: Path) -> str:
    """Why nothing can be built; "" where it can."""
    if out.exists() and not out.is_dir():
        return f"--out {out}: this is a file; name a folder"
    if out.is_dir() and any(out.iterdir()) and not (out / "live").is_dir():
        return f"--out {out}: this folder holds something else; name an empty one, or one of an earlier site"
    missing = [name for name in ("onnx", "onnxscript", "myst_nb") if find_spec(name) is None]
    return f"{' and '.join(missing)}: not installed; {WAY_OUT}" if missing else ""


if __name__ == "__main__":
    sys.exit(main())
