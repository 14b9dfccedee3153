"""The parts of the class picker and how they are laid out; no behaviour."""

from __future__ import annotations

import ipywidgets as widgets

from gradcam_lib.widgets.asked_position import AskedPosition
from gradcam_lib.widgets.class_choice import ClassChoice
from gradcam_lib.widgets.controls import PictureControls, columns, described, heading, note, wide_layout
from gradcam_lib.widgets.cropping import CropControls
from gradcam_lib.widgets.input_size import SizeControl
from gradcam_lib.widgets.map_view import MapView, pair, put_beside
from gradcam_lib.widgets.messages import MessageLine
from gradcam_lib.widgets.own_pictures import OwnChoice
from gradcam_lib.widgets.saving import Download
from gradcam_lib.widgets.second_map import SecondMap
from gradcam_lib.widgets.uploading import Upload

STYLE = """<style>
.class-picker .class-lists { min-height: 178px }
.class-picker .class-of-list { text-align: left }
@media (max-width: 990px) {
  .class-picker .class-lists { min-height: 0 }
}
</style>"""


class Controls(PictureControls):
    """Every widget of the class picker by name; ``children`` holds them laid out, pictures left, choices right."""

    def __init__(self, likeliest: int, labels: list[str]):
        self.first = MapView()
        super().__init__(
            self.first,
            "same colour scale for all classes",
            "Ends the colour scale at the largest value of the likeliest classes and of both maps.",
        )
        self.second, self.position = SecondMap(labels), AskedPosition()
        self.choice = ClassChoice(likeliest, labels)
        self.layer = widgets.Dropdown(
            description="Layer", tooltip="The layer whose feature maps are weighted", **described()
        )
        self.compare = widgets.Checkbox(
            description="a second map beside it", indent=False,
            tooltip="Another class, method or layer of this picture", layout=wide_layout(),
        )  # fmt: skip
        self.mine, self.upload, self.beside = OwnChoice(), Upload("Your own picture"), MessageLine()
        self.part, self.size, self.download = CropControls(), SizeControl(), Download()
        for button in (self.upload, self.save):
            button.layout.width = "50%"
        self.pictures = widgets.VBox(layout=widgets.Layout(max_width="100%", margin="0 24px 0 0"))
        self.children = self._laid_out()
        self.put_beside(False)

    def use(self, on: bool) -> None:
        """Everything but the upload waits for a picture."""
        drawn = (self.method, self.layer, self.size.choice, self.opacity, self.shared, self.save, self.compare)
        for control in drawn:
            control.disabled = not on
        for group in (self.choice, self.part):
            group.use(on)

    def put_beside(self, on: bool) -> None:
        """Whether there is a second map."""
        put_beside(self.second, self.pictures, on)

    def _laid_out(self) -> list[widgets.Widget]:
        pair(self.first, self.second)
        maps = widgets.HBox([self.first, self.second], layout=widgets.Layout(flex_flow="row wrap", grid_gap="12px"))
        self.pictures.children = [maps, self.message, self.position]
        choices = [
            self.choice,
            heading("Which map?"), self.method, self.reading, self.layer, note("Deep layers tell objects "
            "apart; shallow ones, with more positions, are finer."),
            heading("How is it drawn?"), self.opacity, self.shared, note("Weak classes then look weak."),
            self.compare,
            heading("Which picture?"), self.mine, widgets.HBox([self.upload, self.save]), self.beside, self.download,
            self.part, self.size, self.about,
        ]  # fmt: skip
        for part, name in ((maps, "maps"), (self.message, "message"), (self.choice, "choice")):
            part.add_class(f"picker-{name}")
        return [columns(self.pictures, choices), widgets.HTML(STYLE, layout=widgets.Layout(display="none"))]
