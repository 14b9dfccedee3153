"""Charts: bars, strips of dots, intervals, curves. Each fills axes from ``chart`` or the empty tile of a row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import AutoLocator

from gradcam_lib.pictures.lettering import COLOURS, DPI, INK, SMALL, TITLE, fitted


def chart(titles: Sequence[str] = (), *, columns: int = 1, height: float = 2.8, width: float = 4.6) -> list[Axes]:
    """Empty axes side by side for ``draw_bars``, ``draw_intervals``, ``draw_curves``; from left to right.

    titles: one above each. height, width: inches of each with its names and numbers.
    """
    columns = max(columns, len(titles))
    figure, axes = plt.subplots(
        1, columns, figsize=(columns * width, height), dpi=DPI, squeeze=False, layout="constrained", facecolor="white"
    )
    for axis, title in zip(axes[0], titles, strict=False):
        axis.set_title(fitted(title, 0.8 * width), fontsize=TITLE, color=INK)
    return list(axes[0])


def draw_bars(axis: Axes, names: Sequence[str], values: Sequence[float], *, digits: int = 2) -> None:
    """Turns a tile into horizontal bars, the first on top, each with its name above it and its number at its end.

    Negative bars go to the left and are blue, positive ones to the right and orange, as in signed maps.
    """
    reach, signed = max(map(abs, values)) or 1, min(values) < 0
    rises = max(values) > 0 or not signed
    _empty(axis, "")
    axis.set(xlim=(-1.5 if signed else 0, 1.5 if rises else 0.1), ylim=(len(names), 0))
    axis.set_axis_off()
    for row, (name, value) in enumerate(zip(names, values, strict=True)):
        to_the_right = value > 0 or value == 0 and rises
        side, colour = ("left", COLOURS[1]) if to_the_right else ("right", COLOURS[0])
        style = {"fontsize": SMALL, "color": INK, "ha": side, "va": "center"}
        axis.barh(row + 0.68, value / reach, height=0.4, color=colour)
        axis.text(0.03 if to_the_right else -0.03, row + 0.27, name, **style)
        axis.text(value / reach, row + 0.68, f" {_number(value, digits, signed)} ", **style)
    if signed:
        axis.axvline(0, color=INK, linewidth=0.8)


def _number(value: float, digits: int, signed: bool) -> str:
    """With a minus sign that is one, and none before a zero."""
    rounded = round(value, digits) + 0.0  # −0.0 + 0.0 is 0.0
    return f"{rounded:{'+' if signed and rounded else ''}.{digits}f}".replace("-", "−")


def draw_among(axis: Axes, rows: Mapping[str, tuple[float, Sequence[float]]], *, label: str = "") -> None:
    """Turns a tile into strips: a diamond for a value, dots for the many that it is compared with.

    rows: name → (value, the others), the first on top. A line marks zero.
    """
    _chart(axis, list(rows), label)
    axis.axvline(0, color=INK, linewidth=0.8)
    for row, (value, others) in enumerate(rows.values()):
        spread = 0.3 * np.sin(2.4 * np.arange(len(others)))  # keeps the dots apart, the same way at every run
        axis.scatter(others, row + spread, s=16, color=COLOURS[0], alpha=0.55, linewidths=0)
        axis.scatter([value], [row], s=90, marker="D", color=COLOURS[1], edgecolors="white", zorder=3)


def draw_intervals(
    axis: Axes, names: Sequence[str], series: Mapping[str, Sequence[Mapping]], *, label: str = ""
) -> None:
    """Turns a tile into measured numbers with their intervals, one line a name, one colour a series.

    series: name → for each of ``names`` {"value", "low", "high"}.
    """
    _chart(axis, names, label)
    for i, (name, numbers) in enumerate(series.items()):
        rows = np.arange(len(names)) + 0.24 * (i - (len(series) - 1) / 2)
        values = [number["value"] for number in numbers]
        ends = [[n["value"] - n["low"] for n in numbers], [n["high"] - n["value"] for n in numbers]]
        style = {"fmt": "os^v"[i % 4], "color": COLOURS[i], "markersize": 6, "linewidth": 2, "label": name}
        axis.errorbar(values, rows, xerr=ends, **style)
    axis.grid(axis="x", color="#dddddd")
    axis.set_axisbelow(True)
    axis.legend(
        loc="upper center",
        bbox_to_anchor=(0.5, -0.5 / axis.figure.get_figheight()),
        ncols=len(series),
        fontsize=SMALL,
        frameon=False,
    )


def draw_curves(
    axis: Axes, x: Sequence[float], series: Mapping[str, Sequence[float]], *, across: str = "", up: str = ""
) -> None:
    """Turns a tile into curves over x, one colour and one kind of line a series; their names stand in the legend.

    across, up: what the two axes mean, with the unit.
    """
    _empty(axis, across)
    for i, (name, values) in enumerate(series.items()):
        axis.plot(x, values, ("-", "--", ":", "-.")[i % 4], color=COLOURS[i % len(COLOURS)], linewidth=2, label=name)
    axis.yaxis.set_major_locator(AutoLocator())  # a tile of pictures has no ticks
    axis.xaxis.set_major_locator(AutoLocator())
    axis.set_ylabel(up, fontsize=SMALL, color=INK)
    axis.grid(color="#dddddd")
    if len(series) > 1:
        axis.legend(fontsize=SMALL, frameon=False)


def _chart(axis: Axes, names: Sequence[str], label: str) -> None:
    """Empties a tile, keeps its shape and title, and writes a name at each line, the first on top."""
    _empty(axis, label)
    axis.set(ylim=(len(names) - 0.5, -0.5), yticks=range(len(names)), yticklabels=names)
    axis.spines["left"].set_visible(False)


def _empty(axis: Axes, label: str) -> None:
    """Makes room for a chart; the tile keeps its shape and its title."""
    title, shape = axis.get_title(), axis.get_box_aspect()
    if axis.images:
        h, w = axis.images[0].get_array().shape[:2]
        shape = h / w
    axis.clear()
    axis.set(aspect="auto", box_aspect=shape)
    axis.set_title(title, fontsize=TITLE, color=INK)
    axis.set_xlabel(label, fontsize=SMALL, color=INK)
    axis.tick_params(labelsize=SMALL, length=0, labelcolor=INK)
    axis.spines[["top", "right"]].set_visible(False)
    axis.spines[["left", "bottom"]].set_visible(True)
