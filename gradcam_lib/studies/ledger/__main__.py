"""The ledger: every claim of the original work beside what was measured here, written to data/results/README.md.

    python -m gradcam_lib.studies.ledger             # writes the page from the JSON files beside it
    python -m gradcam_lib.studies.ledger --check     # says whether the page is up to date; 1 where it is not

Claims are in ``claims``, tables in ``tables``, the prose around them in ``reproduction``.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections import Counter
from pathlib import Path

from gradcam_lib.paths import RESULTS
from gradcam_lib.studies.ledger import reproduction
from gradcam_lib.studies.ledger.claims import GROUPS
from gradcam_lib.studies.ledger.entries import VERDICTS, counted
from gradcam_lib.studies.ledger.evidence import Results, filled
from gradcam_lib.studies.ledger.tables import TABLES

NAME = "README.md"


def document(results: Results) -> str:
    """The whole page."""
    claims = [group.markdown(results) for group in GROUPS]
    tables = [table.markdown(results) for table in TABLES]
    body = [
        reproduction.CLAIMS, *claims,
        reproduction.FILES, files(results),
        reproduction.MEASUREMENTS, *tables,
        filled(reproduction.CLOSING, results),
    ]  # fmt: skip
    opening = reproduction.INTRODUCTION.format(
        contents=contents("\n\n".join([reproduction.INTRODUCTION, *body])), counts=counts()
    )
    return "\n\n".join([opening, *body]).rstrip() + "\n"


def contents(text: str) -> str:
    """Links to the sections, with the groups of claims and the tables one step in."""
    titles = re.findall(r"^(##|###) (.+)$", text, re.MULTILINE)
    return "\n".join(f"{'  ' * (len(marks) - 2)}- [{title}](#{anchor(title)})" for marks, title in titles)


def anchor(title: str) -> str:
    """As GitHub makes it: lower case, punctuation gone, a hyphen for each space."""
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


def counts() -> str:
    """How many claims have which verdict, in a sentence."""
    of = Counter(claim.verdict for group in GROUPS for claim in group.claims)
    told = ", ".join(f"{of[verdict]} “{verdict}”" for verdict in VERDICTS)
    return f"Of the {sum(of.values())} claims below, the verdicts are: {told}."


def files(results: Results) -> str:
    lines = [
        f"- [{name}.json]({name}.json): {content['n']:,} {counted(name)}. `{content['command']}`"
        for name, content in results.files.items()
    ]
    return "\n".join(lines)


def faults(results: Results) -> list[str]:
    """Verdicts that no longer stand, and texts that no longer follow from their table."""
    found = [fault for group in GROUPS for claim in group.claims for fault in claim.faults(results)]
    return found + [fault for table in TABLES for fault in table.faults(results)]


def write(text: str, folder: Path) -> Path:
    """FOLDER/README.md, written beside the old one and then put in its place."""
    path, beside = folder / NAME, folder / f".{NAME}.part"
    beside.write_text(text, encoding="utf-8", newline="\n")
    os.replace(beside, path)
    return path


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m gradcam_lib.studies.ledger", description=__doc__.split("\n")[0])
    parser.add_argument("--check", action="store_true", help="write nothing; exit with 1 where the page is stale")
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder of the JSON files and of the page")
    args = parser.parse_args(argv)
    results = Results(args.results)
    text, path = document(results), args.results / NAME
    wrong = faults(results)
    for fault in wrong:
        print(fault, file=sys.stderr)
    if not args.check:
        print(write(text, args.results))
        return int(bool(wrong))
    fresh = path.is_file() and path.read_text(encoding="utf-8") == text
    again = "python -m gradcam_lib.studies.ledger"
    print(f"{path}: up to date" if fresh else f"{path}: stale; write it again with {again}")
    return int(bool(wrong) or not fresh)


if __name__ == "__main__":
    sys.exit(main())
