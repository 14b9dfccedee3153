"""What all figures share: ink, colours, resolution, and titles that fit over their panels."""

from __future__ import annotations

from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path

DPI = 150  # dots an inch, of every figure
INK = "#222222"
# Okabe and Ito's colours, which colour-blind people can tell apart.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
TITLE, SMALL = 10, 9  # points
LINE = TITLE * 1.25 / 72  # inches from one line of a title to the next


def fitted(text: str, inches: float, *, size: float = TITLE) -> str:
    """The text broken between words into lines no wider than so many inches; its own line breaks stay."""
    return "\n".join(_wrapped(line, inches, size) for line in text.split("\n"))


def _wrapped(line: str, inches: float, size: float) -> str:
    lines = [""]
    for word in line.split(" "):
        longer = f"{lines[-1]} {word}" if lines[-1] else word
        if lines[-1] and width(longer, size) > inches:
            lines.append(word)
        else:
            lines[-1] = longer
    return "\n".join(lines)


def width(text: str, size: float = TITLE) -> float:
    """Inches that a line takes in matplotlib's font at this size in points."""
    return text_to_path.get_text_width_height_descent(text, FontProperties(size=size), ismath=False)[0] / 72
