"""What notebooks have committed, and whether the code of today still gives it."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import nbformat
import numpy as np
from nbformat import NotebookNode
from PIL import Image

from gradcam_lib.notebooks import TRAINED, differ, pictures_differ, tidied
from gradcam_lib.paths import FIGURES

# SqueezeNet, whose weights a reader may not have: another network stands in, or what looks through it is missing.
DEPENDENT = re.compile(
    r"""load_classifier\((?:\)|["'](?:auto|squeezenet)["'])|load_(?:captioner|vqa)\(["']photo-squeezenet["']"""
)


def read(path: Path) -> NotebookNode:
    return nbformat.read(path, as_version=4)


def code(nb: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in nb.cells if cell.cell_type == "code"]


@cache
def depends_on_weights(path: Path) -> bool:
    """Whether a notebook's pictures show a network that is not in the repository."""
    return any(DEPENDENT.search(cell.source) for cell in code(read(path)))


def compared(cell: NotebookNode) -> list[str]:
    """The names of the figures that a cell saves, and saves the same in every run."""
    return [] if TRAINED in cell.metadata.get("tags", []) else saved(cell)


def saved(cell: NotebookNode) -> list[str]:
    """The names of the figures that a cell saves."""
    return re.findall(r"""save_figure\(\s*["']([^"']+)["']""", cell.source)


def outdated(cell: NotebookNode, outputs: list[NotebookNode], figures: Path) -> str:
    """What of a committed cell's pictures differs from what it showed and saved just now; "" where nothing does."""
    new = nbformat.v4.new_code_cell(cell.source, outputs=tidied(outputs))
    wrong = [f"the figure {name} is out of date" for name in compared(cell) if not alike(name, figures)]
    return pictures_differ(cell, new) or "".join(wrong[:1])


def alike(name: str, folder: Path) -> bool:
    """Whether a figure is, but for what a font or a processor may change, the committed one."""
    files = [next(where.glob(f"{name}.*"), None) for where in (FIGURES, folder)]
    if None in files:
        return False
    return not differ(*(np.asarray(Image.open(file).convert("RGB"), np.float32) for file in files))
