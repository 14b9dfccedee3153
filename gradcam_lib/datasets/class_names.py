"""Class names of one's own, from a file. Without torch: the command line asks for them before it is imported."""

from __future__ import annotations

import json
from pathlib import Path


def class_names(path: Path) -> list[str]:
    """A JSON list of names, or a text file with a name on each line. OSError; ValueError where it is neither."""
    text = path.read_text(encoding="utf-8-sig").strip()
    names = json.loads(text) if text.startswith(("[", "{")) else [line.strip() for line in text.splitlines()]
    if isinstance(names, list) and names and all(isinstance(name, str) and name for name in names):
        return names
    raise ValueError("no list of names")
