"""Figures as files and as a notebook's output, each with the words that a person would say on the telephone."""

from __future__ import annotations

import io
import os
import re
from pathlib import Path

import matplotlib.pyplot as plt
from IPython import get_ipython
from IPython.display import display
from matplotlib.figure import Figure
from PIL import Image

from gradcam_lib import paths
from gradcam_lib.pictures.lettering import DPI

KINDS = {".jpg": "image/jpeg", ".png": "image/png"}
HEAD = """# Figures

Written by `save_figure` when its notebook is executed (`python3 start.py notebooks`), never by hand; so is this list.
"""
ROW = re.compile(r"^- \[([a-z0-9_]+\.\w+)\]")


def save_figure(name: str, *, alt: str = "") -> None:
    """The current figure as figures/NN_name.jpg, or .png for a chart, and as the output of the cell.

    name: NN is the notebook that draws it. alt: what is shown and what it shows, for readers who cannot see
    it; it stands in the output and in figures/README.md. The writes are atomic.
    """
    if not re.fullmatch(r"\d\d_[a-z0-9_]+", name):
        raise ValueError(f"figure {name!r}: expected two digits of the notebook and a name, such as '04_dog'")
    suffix, content = _shown(alt, name)
    paths.FIGURES.mkdir(parents=True, exist_ok=True)
    _write(paths.FIGURES / f"{name}{suffix}", content)
    for other in set(paths.FIGURES.glob(f"{name}.*")) - {paths.FIGURES / f"{name}{suffix}"}:
        other.unlink()  # from when it was a chart, or of another format
    _list(f"{name}{suffix}", alt)


def show_figure(alt: str) -> None:
    """The current figure as the output of the cell, and no file; ``alt`` as for ``save_figure``."""
    _shown(alt, "figure")


def _shown(alt: str, name: str) -> tuple[str, bytes]:
    """Puts the current figure into the cell's output and closes it; the suffix and the content of its file."""
    if not plt.get_fignums():
        raise ValueError(f"{name}: nothing has been drawn; draw in the same cell, and save once")
    alt, figure = " ".join(alt.split()), plt.gcf()
    suffix, content = encoded(figure)
    plt.close(figure)
    if get_ipython():  # the metadata is where nbconvert looks for it
        data = {KINDS[suffix]: content, "text/plain": alt or name}
        display(data, raw=True, metadata={KINDS[suffix]: {"alt": alt}} if alt else {})
    return suffix, content


def encoded(figure: Figure) -> tuple[str, bytes]:
    """Suffix and content of a figure's file: a JPEG where there are pictures, a PNG of few colours for a chart."""
    drawn, file = io.BytesIO(), io.BytesIO()
    figure.savefig(drawn, format="png", dpi=DPI, bbox_inches="tight", pad_inches=0.08)
    picture = Image.open(drawn).convert("RGB")
    if any(axis.images for axis in figure.axes):
        picture.save(file, "JPEG", quality=85, optimize=True, progressive=True)
        return ".jpg", file.getvalue()
    picture.quantize(128, dither=Image.Dither.NONE).save(file, "PNG", optimize=True)
    return ".png", file.getvalue()


def _list(file: str, alt: str) -> None:
    """Enters a figure into figures/README.md under its notebook; what stands above the first notebook stays."""
    readme = paths.FIGURES / "README.md"
    text = readme.read_text(encoding="utf-8") if readme.exists() else HEAD
    head = re.split(r"^## \d\d", text, maxsplit=1, flags=re.MULTILINE)[0].rstrip()
    rows = {found[1]: line for line in text.splitlines() if (found := ROW.match(line))}
    rows[file] = f"- [{file}]({file})" + (": " + " ".join(alt.split()).replace("<", "&lt;") if alt else "")
    there = sorted(name for name in rows if (paths.FIGURES / name).is_file())
    for notebook in sorted({name[:2] for name in there}):
        head += f"\n\n## {_notebook(notebook)}\n\n"
        head += "\n".join(rows[name] for name in there if name.startswith(notebook))
    _write(readme, f"{head}\n".encode())


def _notebook(number: str) -> str:
    found = next(paths.NOTEBOOKS.glob(f"{number}_*.ipynb"), None)
    return f"{number} · [{found.stem}](../notebooks/{found.name})" if found else number


def _write(file: Path, content: bytes) -> None:
    part = file.with_name(f".{file.name}.{os.getpid()}.part")
    part.write_bytes(content)
    os.replace(part, file)
