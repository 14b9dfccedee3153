"""The parts of the class picker and how they are laid out; no behaviour."""

from __future__ import annotations

import ipywidgets as widgets

from gradcam_lib.widgets.controls import PictureControls, described, heading
from gradcam_lib.widgets.cropping import CropControls
from gradcam_lib.widgets.input_size import SizeControl
from gradcam_lib.widgets.messages import MessageLine
from gradcam_lib.widgets.uploading import Upload


class Controls(PictureControls):
    """Every widget of the class picker by name; ``children`` holds them laid out, picture left, choices right."""

    def __init__(self, likeliest: int, labels: list[str]):
        super().__init__(
            "same colour scale for all classes",
            "Ends the colour scale at the largest value of the five likeliest classes: weak classes look weak.",
        )
        self.likeliest = [
            widgets.Button(layout=widgets.Layout(width="200px", margin="1px 0")) for _ in range(likeliest)
        ]
        self.bars = [widgets.HTML(layout=widgets.Layout(flex="1 1 auto", margin="0 0 0 8px")) for _ in self.likeliest]
        self.box = widgets.Combobox(
            placeholder="any class: type, choose, press Enter", ensure_option=False, continuous_update=False,
            description="Other", options=labels, **described()
        )  # fmt: skip
        self.layer = widgets.Dropdown(
            description="Layer", tooltip="Deep maps know more; shallow ones, with more places, are sharper",
            **described()
        )  # fmt: skip
        self.upload, self.beside = Upload("Own picture"), MessageLine()
        self.part, self.size = CropControls(), SizeControl()
        for button in (self.upload, self.save):
            button.layout.width = "50%"
        self.children = self._laid_out()

    def use(self, on: bool) -> None:
        """Everything but the upload waits for a picture."""
        choices = self.box, self.method, self.layer, self.size, self.opacity, self.shared, self.save
        for control in (*self.likeliest, *choices):
            control.disabled = not on
        self.part.use(on)

    def _laid_out(self) -> list[widgets.Widget]:
        rows = [
            widgets.HBox(pair, layout=widgets.Layout(align_items="center"))
            for pair in zip(self.likeliest, self.bars, strict=True)
        ]
        for row in rows:
            row.add_class("class-picker-likeliest")
        right = [
            heading("Which class?"), *rows, self.box,
            heading("Which question?"), self.method, self.reading, self.layer,
            heading("How is it drawn?"), self.opacity, self.shared,
            heading("Which picture?"), widgets.HBox([self.upload, self.save]), self.beside, self.part, self.size,
            self.about,
        ]  # fmt: skip
        return [self.columns(right), self.message]
