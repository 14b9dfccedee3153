"""Rows and grids of pictures, their frames and their scale; charts and files are next door and found here too."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.patches import Rectangle

from gradcam_lib.pictures.charts import chart, draw_among, draw_bars, draw_curves, draw_intervals
from gradcam_lib.pictures.lettering import COLOURS, DPI, INK, LINE, SMALL, TITLE, fitted
from gradcam_lib.pictures.overlay import colour, colour_signed
from gradcam_lib.pictures.saving import save_figure, show_figure

__all__ = [
    "COLOURS", "chart", "colour_bar", "draw_among", "draw_bars", "draw_box", "draw_curves",
    "draw_intervals", "plt", "save_figure", "show_figure", "show_grid", "show_row",
]  # fmt: skip
SMALLEST = 256 / DPI  # inches of a panel's shorter side: less is a stamp
TILE = 1.4  # width of an empty tile, as a multiple of its height


def show_row(
    pictures: Sequence[np.ndarray | None],
    titles: Sequence[str] = (),
    *,
    height: float = 2.2,
    strip: bool | str = False,
    most: str = "maximum",
) -> list[Axes]:
    """Pictures (H, W, 3) or (H, W) side by side, each as wide as its shape asks for; the axes from left to right."""
    return show_grid([pictures], [titles], height=height, strip=strip, most=most)[0]


def show_grid(
    rows: Sequence[Sequence[np.ndarray | None]],
    titles: Sequence[Sequence[str]] = (),
    *,
    labels: Sequence[str] = (),
    height: float = 2.0,
    strip: bool | str = False,
    most: str = "maximum",
) -> list[list[Axes]]:
    """Rows of pictures with a title above each and, where given, a label at the left of each row.

    None is an empty tile, for a chart beside pictures. height: inches of a row, more where a panel would be smaller
    than 250 pixels. strip: True puts the colours from "0" to ``most`` beneath, "signed" those of a signed map.
    Grey pictures (H, W) are shown from 0 (black) to 1 or 255 (white), never stretched.
    """
    widths = [max(map(_width, (row[i] for row in rows if i < len(row)))) for i in range(max(map(len, rows)))]
    height = max(height, SMALLEST, SMALLEST / min(widths))
    titles = [[fitted(t, height * w - 0.05) for t, w in zip(row, widths, strict=False)] for row in titles]
    lines = sum(max((t.count("\n") + 1 for t in row if t), default=0) for row in titles)
    figure, axes = plt.subplots(
        len(rows),
        len(widths),
        figsize=(
            height * sum(widths) + 0.06 * len(widths) + 0.25 * bool(labels),
            len(rows) * (height + 0.1) + lines * LINE,
        ),
        gridspec_kw={"width_ratios": widths},
        squeeze=False,
        dpi=DPI,
        layout="constrained",
        facecolor="white",
    )
    figure.get_layout_engine().set(w_pad=0.03, h_pad=0.03, wspace=0, hspace=0)
    for r, row in enumerate(axes):
        for c, axis in enumerate(row):
            _panel(axis, rows[r][c] if c < len(rows[r]) else None)
            if r < len(titles) and c < len(titles[r]):
                axis.set_title(titles[r][c], fontsize=TITLE, color=INK)
        if r < len(labels):
            row[0].set_ylabel(fitted(labels[r], height), fontsize=TITLE, color=INK)
    if strip:
        colour_bar(axes.flat, signed=strip == "signed", most=most)
    return [list(row) for row in axes]


def _width(picture: np.ndarray | None) -> float:
    """As a multiple of the height."""
    return TILE if picture is None else picture.shape[1] / picture.shape[0]


def _panel(axis: Axes, picture: np.ndarray | None) -> None:
    axis.set_xticks([]), axis.set_yticks([])
    axis.spines[:].set_visible(False)
    if picture is None:
        axis.set_box_aspect(1 / TILE)
        return
    grey = {"cmap": "gray", "vmin": 0, "vmax": 255 if picture.dtype == np.uint8 else 1}
    # Photographs shrink without jagged edges; the cells of a small map stay cells.
    axis.imshow(picture, interpolation="antialiased", **(grey if picture.ndim == 2 else {}))


def colour_bar(
    axes: Sequence[Axes],
    *,
    signed: bool = False,
    most: str = "maximum",
    label: str = "",
    ends: tuple[str, str] = ("against", "for"),
) -> None:
    """The colours of maps beneath the pictures, as they look on grey: 0 … maximum, or against … for.

    most: what stands at the end of the scale, such as "0.41, the maximum of all". label: a line below. ends: what the
    two colours of a signed map mean.
    """
    axes = list(axes)
    scale, figure = np.linspace(-1 if signed else 0, 1, 256)[None], axes[0].figure
    table = (colour_signed if signed else colour)(scale)[0] / 255
    mappable = plt.cm.ScalarMappable(plt.Normalize(-1 if signed else 0, 1), ListedColormap(table))
    length = min(0.5 * figure.get_figwidth(), 3.0)
    # Room of its own: the pictures keep their size.
    figure.set_figheight(figure.get_figheight() + 0.3 + 0.2 * signed + 0.2 * bool(label))
    bar = figure.colorbar(
        mappable,
        ax=axes,
        location="bottom",
        shrink=length / figure.get_figwidth(),
        aspect=length / 0.11,
        pad=0.08 / figure.get_figheight(),
    )
    bar.outline.set_visible(False)
    bar.set_ticks([0] if signed else [], labels=["0"] if signed else [])
    bar.ax.tick_params(labelsize=SMALL, length=3, labelcolor=INK)
    low, high = (f"{ends[0]}, −{most} ", f" {ends[1]}, {most}") if signed else ("0 ", f" {most}")
    for x, side, text in ((0, "right", low), (1, "left", high)):
        bar.ax.text(x, 0.5, text, transform=bar.ax.transAxes, ha=side, va="center", fontsize=SMALL, color=INK)
    bar.set_label(label, fontsize=SMALL, color=INK)


def draw_box(axis: Axes, box: Sequence[float] | None, label: str = "", *, colour: str = COLOURS[5]) -> None:
    """A frame round (x0, y0, x1, y1), x1 and y1 exclusive; None draws nothing."""
    if box is None:
        return
    x0, y0, x1, y1 = box
    axis.add_patch(Rectangle((x0 - 0.5, y0 - 0.5), x1 - x0, y1 - y0, fill=False, edgecolor=colour, linewidth=2))
    if label:
        axis.text(
            x0 + 2,
            y0 + 2,
            label,
            color="white",
            fontsize=8,
            va="top",
            bbox={"facecolor": colour, "edgecolor": "none", "pad": 1.5},
        )
