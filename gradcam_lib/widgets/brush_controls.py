"""The parts of the occlusion brush and how they are laid out; no behaviour."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

import ipywidgets as widgets

from gradcam_lib.widgets.alt_image import AltImage
from gradcam_lib.widgets.brush_text import called
from gradcam_lib.widgets.controls import TEXT, WIDTH, heading, small, wide_layout
from gradcam_lib.widgets.covered_picture import Cell
from gradcam_lib.widgets.messages import MessageLine

# Buttons laid over a picture are beyond what ipywidgets' Layout can say. Two rings, light and dark, are seen on any
# picture, and no state is told by its colour alone: what is covered is grey in the picture and named in its button,
# whose name is there for screen readers and, on hovering, for everyone. The stage is named by three classes, so that
# what ``page`` says of boxes does not win.
STYLE = """<style>
.explorer .occlusion-brush-stage.widget-box { position: relative; aspect-ratio: 1; overflow: hidden; }
.occlusion-brush-stage > .jupyter-widgets { position: absolute; inset: 0; margin: 0; width: 100%; height: 100%; }
.occlusion-brush-stage .widget-html-content { padding: 0; }
.occlusion-brush-cell.jupyter-button, .occlusion-brush-cell.jupyter-button:hover:enabled {
  width: auto; height: auto; min-width: 0; margin: 0; padding: 0; border-radius: 0; font-size: 0;
  background: transparent;
  box-shadow: inset 0 0 0 0.5px rgba(255, 255, 255, 0.55), inset 0 0 0 1px rgba(0, 0, 0, 0.25); }
.occlusion-brush-cell.occlusion-brush-covered.jupyter-button,
.occlusion-brush-cell.occlusion-brush-covered.jupyter-button:hover:enabled {
  box-shadow: inset 0 0 0 2px white, inset 0 0 0 3px #222; }
.occlusion-brush-cell.jupyter-button:hover:enabled { outline: 2px dashed white; outline-offset: -6px; }
.occlusion-brush-cell.jupyter-button:focus-visible {
  outline: 3px solid var(--jp-brand-color1, #2166ac); outline-offset: -3px;
  box-shadow: inset 0 0 0 5px white; }
.occlusion-brush-room { min-height: 150px; }
@media (max-width: 700px) { .occlusion-brush-room { min-height: 215px; } }
.occlusion-brush table { border-collapse: collapse; width: 100%; margin-bottom: 6px;
  font-size: 12px; line-height: 1.35; }
.occlusion-brush th { font-weight: normal; text-align: left; padding: 2px 8px 2px 0; }
.occlusion-brush thead th { vertical-align: bottom; }
.occlusion-brush thead th + th { text-align: right; padding: 2px 0 2px 8px; }
.occlusion-brush td { text-align: right; padding: 2px 0 2px 8px; white-space: nowrap; vertical-align: top; }
</style>"""


class BrushControls:
    """Every widget of the brush by name; ``children`` holds them laid out, picture left, what is said of it right."""

    def __init__(self, cells: list[Cell], label: str, about: str):
        self.image = AltImage("occlusion-brush-image")
        self.image.layout = widgets.Layout()
        shared = {"layout": widgets.Layout(), "style": widgets.ButtonStyle()}  # 49 of each would be slow to open
        self.buttons = {cell: widgets.Button(**shared) for cell in cells}
        for button in self.buttons.values():
            button.add_class("occlusion-brush-cell")
        self.legend, self.score, self.comparison = (widgets.HTML(layout=wide_layout()) for _ in range(3))
        self.legend.layout.min_height = "36px"  # room for what comes with the map, so that nothing jumps
        half = {"layout": widgets.Layout(width="50%")}
        self.clear = widgets.Button(description="Clear", icon="eraser", tooltip="Uncover all cells", **half)
        self.map = widgets.Button(**half)
        self.message = MessageLine()
        task = (
            f"Press the cells that the network needs for “{label}”: without them the score should fall most. Choose "
            "before you look at the map."
        )
        said = f'<div style="color:{TEXT}; line-height:1.4">{escape(task)}</div>', small(about)
        self.text = [widgets.HTML(text, layout=wide_layout()) for text in said]
        right = [
            heading("Which cells?"), self.text[0], widgets.HBox([self.clear, self.map]),
            heading("What do they cost?"), self.score, self.comparison, self.message, self.text[1],
        ]  # fmt: skip
        self.children = [widgets.HTML(STYLE, layout=widgets.Layout(margin="0", height="0")), self._beside(right)]

    def show(self, covered: Iterable[Cell], mapped: bool) -> None:
        """Names the buttons, and marks those of covered cells."""
        for cell, button in self.buttons.items():
            here = cell in covered
            button.description = called(cell) + (", covered" if here else "")
            (button.add_class if here else button.remove_class)("occlusion-brush-covered")
        self.clear.disabled = not covered
        self.map.description, self.map.icon = ("Hide the map", "eye-slash") if mapped else ("Show the map", "eye")

    def _beside(self, right: list[widgets.Widget]) -> widgets.HBox:
        side = max(column for _, column in self.buttons)
        even = f"repeat({side}, 1fr)"
        grid = widgets.GridBox(
            list(self.buttons.values()),
            layout=widgets.Layout(grid_template_columns=even, grid_template_rows=even, grid_gap="0"),
        )
        stage = widgets.Box([self.image, grid], layout=wide_layout())
        stage.layout.margin = "2px"
        stage.add_class("occlusion-brush-stage")
        return widgets.HBox(
            [
                widgets.VBox([stage, self.legend], layout=widgets.Layout(width=WIDTH, max_width="100%")),
                widgets.VBox(right, layout=widgets.Layout(width="400px", max_width="100%")),
            ],
            layout=widgets.Layout(flex_flow="row wrap", align_items="flex-start", grid_gap="0 20px"),
        )
