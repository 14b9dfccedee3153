"""Rows and grids of pictures; the only module that knows matplotlib."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.patches import Rectangle
from matplotlib.ticker import AutoLocator
from PIL import Image

from gradcam_lib import paths
from gradcam_lib.pictures.overlay import colour, colour_signed

INK = "#222222"
# Okabe and Ito's colours, which colour-blind people can tell apart.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")


def show_row(pictures: Sequence[np.ndarray], titles: Sequence[str] = (), *, height: float = 2.6) -> list[Axes]:
    """Pictures (H, W, 3) or (H, W) side by side, each as wide as its shape asks for; the axes from left to right."""
    return show_grid([pictures], [titles], height=height)[0]


def show_grid(
    rows: Sequence[Sequence[np.ndarray]],
    titles: Sequence[Sequence[str]] = (),
    *,
    labels: Sequence[str] = (),
    height: float = 2.2,
) -> list[list[Axes]]:
    """Rows of pictures with a title above each and, where given, a label at the left of each row.

    height: inches of a row. Grey pictures (H, W) are shown from 0 (black) to 1 or 255 (white), never stretched.
    """
    widths = [max(p[i].shape[1] / p[i].shape[0] for p in rows if i < len(p)) for i in range(max(map(len, rows)))]
    lines = [max((t.count("\n") + 1 for t in row if t), default=0) for row in titles] or [0]
    figure, axes = plt.subplots(
        len(rows),
        len(widths),
        figsize=(height * sum(widths) + 0.1 * len(widths), len(rows) * (height + 0.2 * max(lines))),
        gridspec_kw={"width_ratios": widths},
        squeeze=False,
        layout="constrained",
        facecolor="white",
    )
    for r, row in enumerate(axes):
        for c, axis in enumerate(row):
            axis.set_xticks([]), axis.set_yticks([])
            axis.spines[:].set_visible(False)
            if c < len(rows[r]):
                picture = rows[r][c]
                grey = {"cmap": "gray", "vmin": 0, "vmax": 255 if picture.dtype == np.uint8 else 1}
                # Photographs shrink without jagged edges; the cells of a small map stay cells.
                axis.imshow(picture, interpolation="antialiased", **(grey if picture.ndim == 2 else {}))
            if r < len(titles) and c < len(titles[r]):
                axis.set_title(titles[r][c], fontsize=10, color=INK)
        if r < len(labels):
            row[0].set_ylabel(labels[r], fontsize=10, color=INK)
    return [list(row) for row in axes]


def draw_box(axis: Axes, box: Sequence[float] | None, label: str = "", *, colour: str = COLOURS[5]) -> None:
    """A frame round (x0, y0, x1, y1), x1 and y1 exclusive; None draws nothing."""
    if box is None:
        return
    x0, y0, x1, y1 = box
    axis.add_patch(Rectangle((x0 - 0.5, y0 - 0.5), x1 - x0, y1 - y0, fill=False, edgecolor=colour, linewidth=2))
    if label:
        axis.text(x0 + 2, y0 + 2, label, color="white", fontsize=8, va="top", bbox={"facecolor": colour, "pad": 1.5})


def draw_cells(axis: Axes, values: np.ndarray, *, digits: int = 2) -> None:
    """The numbers of a small map (h, w) written into its cells."""
    light = values > 0.6 * values.max() if values.max() > 0 else np.zeros(values.shape, bool)
    for (i, j), value in np.ndenumerate(values):
        axis.text(
            j, i, f"{value:.{digits}f}", ha="center", va="center", fontsize=8, color=INK if light[i, j] else "white"
        )


def draw_bars(axis: Axes, names: Sequence[str], values: Sequence[float], *, digits: int = 2) -> None:
    """Turns a tile into horizontal bars, the first on top, each with its name above it and its number at its end.

    Negative bars go to the left and are blue, positive ones to the right and orange, as in signed maps.
    """
    reach, signed = max(map(abs, values)) or 1, min(values) < 0
    title = axis.get_title()
    axis.clear()
    axis.set(title=title, xlim=(-1.5 if signed else 0, 1.5), ylim=(len(names), 0), aspect="auto", box_aspect=1)
    axis.title.set(fontsize=10, color=INK)
    axis.set_axis_off()
    for row, (name, value) in enumerate(zip(names, values, strict=True)):
        side, colour = ("left", COLOURS[1]) if value >= 0 else ("right", COLOURS[0])
        style = {"fontsize": 9, "color": INK, "ha": side, "va": "center"}
        axis.barh(row + 0.68, value / reach, height=0.4, color=colour)
        axis.text(0.03 if value >= 0 else -0.03, row + 0.27, name, **style)
        axis.text(value / reach, row + 0.68, f" {value:{'+' if signed else ''}.{digits}f} ", **style)
    if signed:
        axis.axvline(0, color=INK, linewidth=0.8)


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
    axis.legend(loc="upper center", bbox_to_anchor=(0.5, -0.2), ncols=len(series), fontsize=9, frameon=False)


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
    axis.set_ylabel(up, fontsize=9, color=INK)
    axis.grid(color="#dddddd")
    if len(series) > 1:
        axis.legend(fontsize=9, frameon=False)


def _chart(axis: Axes, names: Sequence[str], label: str) -> None:
    """Empties a tile, keeps its shape and title, and writes a name at each line, the first on top."""
    _empty(axis, label)
    axis.set(ylim=(len(names) - 0.5, -0.5), yticks=range(len(names)), yticklabels=names)
    axis.spines["left"].set_visible(False)


def _empty(axis: Axes, label: str) -> None:
    """Makes room for a chart; the tile keeps its shape and its title."""
    h, w = axis.images[0].get_array().shape[:2]
    title = axis.get_title()
    axis.clear()
    axis.set(aspect="auto", box_aspect=h / w)
    axis.set_title(title, fontsize=10, color=INK)
    axis.set_xlabel(label, fontsize=9, color=INK)
    axis.tick_params(labelsize=9, length=0, labelcolor=INK)
    axis.spines[["top", "right"]].set_visible(False)
    axis.spines[["left", "bottom"]].set_visible(True)


def colour_bar(axes: Sequence[Axes], *, signed: bool = False, label: str = "") -> None:
    """The scale of the overlays beside them: 0 … 1 of the map's maximum, or −1 … 1 for a signed map."""
    scale = np.linspace(-1 if signed else 0, 1, 256)[:, None]
    table = (colour_signed if signed else colour)(scale)[:, 0] / 255
    mappable = plt.cm.ScalarMappable(plt.Normalize(-1 if signed else 0, 1), ListedColormap(table))
    bar = axes[0].figure.colorbar(mappable, ax=list(axes), fraction=0.03, pad=0.01)
    bar.set_label(label, fontsize=9, color=INK)


def save_figure(name: str) -> None:
    """The current figure as figures/NN_name.webp; NN is the notebook that draws it. The write is atomic."""
    if not re.fullmatch(r"\d\d_[a-z0-9_]+", name):
        raise ValueError(f"figure {name!r}: expected two digits of the notebook and a name, such as '04_dog'")
    if not plt.get_fignums():
        raise ValueError(f"figure {name!r}: nothing has been drawn; call save_figure in the cell that draws")
    paths.FIGURES.mkdir(parents=True, exist_ok=True)
    beside = paths.FIGURES / f".{name}.part"
    drawn = io.BytesIO()
    plt.gcf().savefig(drawn, format="png", dpi=90, bbox_inches="tight")
    # To the pixel the same as PNG and a fifth smaller.
    Image.open(drawn).convert("RGB").save(beside, "webp", lossless=True, quality=80)
    os.replace(beside, paths.FIGURES / f"{name}.webp")
