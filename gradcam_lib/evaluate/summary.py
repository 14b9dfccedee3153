"""A summary as text: what was run, on what, and its tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gradcam_lib.evaluate.experiment import Table


def as_markdown(record: dict[str, Any], tables: Sequence[Table], measured: int, problems: Sequence[dict]) -> str:
    """The tables in Markdown. Intervals in brackets are 95 % bootstrap intervals over pictures."""
    lines = [f"# {record['experiment']}: {record['model']}", "", f"`{record['command']}`", ""]
    lines += [
        f"{measured} examples of {record['data']['layout']}; numbers in brackets are 95 % intervals over pictures.",
        "",
    ]
    if problems:
        lines += [f"{len(problems)} could not be used:", ""]
        lines += [f"- {row['picture']}: {row['problem']}" for row in problems[:20]]
        lines += [f"- and {len(problems) - 20} more, in pictures.csv"] * (len(problems) > 20) + [""]
    for table in tables:
        lines += [f"## {table.title}", "", _row(table.columns), _row(["---"] * len(table.columns))]
        lines += [_row(row) for row in table.rows] + [""]
        lines += [table.note, ""] * bool(table.note)
    versions = ", ".join(f"{name} {version}" for name, version in record["versions"].items())
    lines += [f"Data {record['data']['checksum']}, weights {record['weights']}; {versions}."]
    return "\n".join(lines) + "\n"


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
