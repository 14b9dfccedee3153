"""A picture whose parts can be pressed."""

from __future__ import annotations

from collections.abc import Callable

import ipywidgets as widgets

from gradcam_lib.widgets.alt_image import AltImage

MOST = 28  # parts across and down: beyond, a part is smaller than a finger or a mouse's point

# The parts are one list of toggle buttons, laid over the picture. A keyboard would have to step through all of them:
# they are out of its way until a mouse is over the picture, and their rows and columns can be typed elsewhere.
STYLE = """<style>
.pressable .widget-toggle-buttons {{ display: block; min-height: 0 }}
.pressable .widget-toggle-buttons > div {{ display: grid; width: 100%; height: 100% }}
.pressable .{name} > div {{ grid-template: repeat({rows}, 1fr) / repeat({columns}, 1fr) }}
.pressable .widget-toggle-button {{
  width: auto; height: auto; min-width: 0; margin: 0; padding: 0; border: 0; font-size: 0; line-height: 0;
  cursor: crosshair;
  background: none !important; box-shadow: none !important
}}
.pressable .widget-toggle-button:hover {{ box-shadow: inset 0 0 0 1px #fff, inset 0 0 0 2px #000 !important }}
@media (hover: hover) {{ .pressable:not(:hover) .widget-toggle-button {{ visibility: hidden }} }}
</style>"""


class Pressable(widgets.GridBox):
    """``image`` shows a picture; ``divide(h, w)`` lets its positions be pressed.

    connect(pressed): ``pressed((row, column))`` hears which position of an h × w map lies beneath the part that was
    pressed. A map finer than 28 × 28 is divided into 28 × 28 parts, and the position in the middle of one is meant.
    """

    def __init__(self, name: str):
        self.image = AltImage(name)
        self.image.layout = widgets.Layout(grid_area="1 / 1", width="100%", margin="0")
        self.parts = widgets.ToggleButtons(
            layout=widgets.Layout(grid_area="1 / 1", width="100%", height="100%", margin="0", display="none")
        )
        self.style_sheet = widgets.HTML(layout=widgets.Layout(display="none"))
        self._pressed: Callable[[tuple[int, int]], object] = lambda position: None
        self.size = (0, 0)
        super().__init__(
            [self.image, self.parts, self.style_sheet],
            layout=widgets.Layout(width="100%", grid_template_columns="100%"),
        )
        self.add_class("pressable")
        self.parts.observe(self._heard, "value")

    def connect(self, pressed: Callable[[tuple[int, int]], object]) -> None:
        self._pressed = pressed

    def divide(self, h: int, w: int) -> None:
        """The size of the map; (0, 0): there is nothing to press."""
        rows, columns = min(h, MOST), min(w, MOST)
        name = f"parts-{rows}-{columns}"
        if (h, w) == self.size:
            return
        self.size = h, w
        self.parts._dom_classes = (name,)
        self.style_sheet.value = STYLE.format(name=name, rows=rows, columns=columns)
        at = [(middle(i, rows, h), middle(j, columns, w)) for i in range(rows) for j in range(columns)]
        self.parts.unobserve(self._heard, "value")
        self.parts.tooltips = [f"row {i}, column {j}" for i, j in at]
        self.parts.options = [(f"{i}, {j}", (i, j)) for i, j in at]  # of which ipywidgets chooses the first
        self.parts.value = None
        self.parts.observe(self._heard, "value")
        self.parts.layout.display = None if at else "none"

    def _heard(self, change: dict) -> None:
        """Released at once, so that the same part can be pressed again."""
        if change["new"] is not None:
            self.parts.value = None
            self._pressed(change["new"])


def middle(i: int, parts: int, size: int) -> int:
    """The position of ``size`` beneath the middle of part ``i`` of ``parts``: 2, 28, 56 → 5."""
    return (2 * i + 1) * size // (2 * parts)
