"""One map as it stands on the page: the picture, its colours, and what is said about it."""

from __future__ import annotations

from html import escape

import ipywidgets as widgets

from gradcam_lib.widgets.controls import EDGE, TEXT, WIDTH, legend, wide_layout
from gradcam_lib.widgets.explained_picture import Drawing
from gradcam_lib.widgets.pressing import Pressable

BESIDE = "760px"  # the width of a column that holds two


class MapView(widgets.VBox):
    """``show`` a drawing; ``pressable`` is its picture. Heights are reserved, so that nothing beneath moves.

    name: the class of the picture's element.
    """

    def __init__(self, name: str = "class-picker-image") -> None:
        self.pressable = Pressable(name)
        self.image = self.pressable.image
        self.legend, self.title, self.facts = (widgets.HTML(layout=wide_layout()) for _ in range(3))
        super().__init__([self.pressable, self.legend, self.title, self.facts])

    def show(self, drawing: Drawing) -> None:
        self.image.show(drawing.picture, drawing.alt)
        self.legend.value = legend(drawing.kind, drawing.largest)
        self.title.value = said(f"<b>{escape(drawing.title)}</b>")
        note = drawing.note and f"Note: {drawing.note}" or drawing.weak
        edge = f"border-left:4px solid {EDGE['Note']}; padding-left:8px" if note else ""
        note = f'<div role="status" style="{edge}">{escape(note)}</div>'
        self.facts.value = said(f'{escape(drawing.facts)}<div style="min-height:2.8em">{note}</div>')


def pair(first: MapView, second: MapView) -> None:
    """Two views side by side, as wide as one alone; the second beneath the first where there is no room."""
    for view in (first, second):
        view.layout = widgets.Layout(flex="1 1 250px", min_width="0", max_width=WIDTH)


def put_beside(second: MapView, column: widgets.Box, on: bool) -> None:
    """Whether the second view of a pair is shown. column: which holds both."""
    second.layout.display = None if on else "none"
    column.layout.width = BESIDE if on else WIDTH


def lay(view: widgets.VBox, number: int, of: int) -> None:
    """Shown as one of the first ``of`` maps: one alone is as wide as its column, more stand in twos."""
    view.layout.display = None if number < of else "none"
    view.layout.width = "100%" if of == 1 else "calc(50% - 6px)"


def said(html: str) -> str:
    """Lines that wrap where the column ends."""
    return f'<div style="color:{TEXT}; line-height:1.4; overflow-wrap:anywhere">{html}</div>'
