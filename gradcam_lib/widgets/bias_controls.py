"""The parts of the bias laboratory and how they are laid out; no behaviour."""

from __future__ import annotations

from html import escape

import cv2
import ipywidgets as widgets

from gradcam_lib.bias.collection import CLINIC
from gradcam_lib.bias.people import VERSIONS
from gradcam_lib.widgets.alt_image import AltImage
from gradcam_lib.widgets.aside import Aside
from gradcam_lib.widgets.controls import (
    SOFT,
    PictureControls,
    described,
    heading,
    offer_networks,
    wide_layout,
)
from gradcam_lib.widgets.explained_picture import Drawing, percent
from gradcam_lib.widgets.judged_person import METHODS, JudgedPerson
from gradcam_lib.widgets.map_view import pair, put_beside
from gradcam_lib.widgets.messages import MessageLine
from gradcam_lib.widgets.network_view import NetworkView
from gradcam_lib.widgets.saving import Download

PEOPLE = 8
SMALL = 112  # pixels of a person in the row
SAID = ""  # instead of a class: the one that the network says

# The button of a person covers the picture, too: one thing to click, one stop for the keyboard.
STYLE = f"""<style>
.bias-lab button {{ white-space: normal; height: auto; min-height: 28px; line-height: 1.2 }}
.bias-lab-person {{ position: relative; border: 2px solid transparent; border-radius: 3px }}
.bias-lab-person button {{ position: static }}
.bias-lab-person button::after {{ content: ""; position: absolute; inset: 0; cursor: pointer }}
.bias-lab-person:hover {{ border-color: {SOFT} }}
.bias-lab-person.chosen {{ border-color: var(--jp-brand-color1, #2166ac) }}
</style>"""


class Tile:
    """One of the people to choose from: who it is, the picture with its map, and a button that says the answer."""

    def __init__(self) -> None:
        self.who, self.image = widgets.HTML(), AltImage("bias-lab-face")
        self.button = widgets.Button(layout=widgets.Layout(width="calc(100% - 4px)", padding="0 2px"))
        self.box = widgets.VBox([self.who, self.image, self.button], layout=widgets.Layout(flex="1 1 60px"))
        self.box.layout.max_width, self.box.layout.justify_content = "calc(25% - 6px)", "flex-end"
        self.box.add_class("bias-lab-person")

    def show(self, person: JudgedPerson, drawing: Drawing) -> None:
        said = person.says("as drawn")
        right = said == person.worker.role
        self.who.value = _plain(person.truth)
        self.image.show(cv2.resize(drawing.picture, (SMALL, SMALL), interpolation=cv2.INTER_AREA), drawing.alt)
        self.button.description, self.button.icon = f"says {said}", "" if right else "times"
        p = percent(person.probability("as drawn", said))
        self.button.tooltip = f"{person.truth}; the network says {said}, {p}: {'right' if right else 'wrong'}"

    def mark(self, chosen: bool) -> None:
        self.button.button_style = "primary" if chosen else ""
        (self.box.add_class if chosen else self.box.remove_class)("chosen")


class BiasControls(PictureControls):
    """Every widget of the laboratory by name; ``children`` holds them laid out."""

    def __init__(self) -> None:
        self.first, self.second = NetworkView(), NetworkView()
        pair(self.first, self.second)
        super().__init__(
            self.first,
            "same colour scale for the four versions",
            "Ends the colour scale at the largest value of this person's four versions: weak maps look weak.",
        )
        self.tiles = [Tile() for _ in range(PEOPLE)]
        self.others = widgets.Button(
            description="Other people", icon="refresh", tooltip="The next eight, two of every group",
            layout=widgets.Layout(width="140px"),
        )  # fmt: skip
        self.versions = {
            name: widgets.Button(description=name, layout=widgets.Layout(flex="1 1 130px", margin="2px"))
            for name in VERSIONS
        }
        self.network = widgets.Dropdown(description="Network", **described())
        self.beside = widgets.Dropdown(
            description="Beside it", tooltip="Another network, which is shown the same person", **described()
        )
        for choice in (self.network, self.beside):
            choice.layout = widgets.Layout(flex="1 1 320px", min_width="0", margin="2px 0")
        self.skew = widgets.FloatSlider(  # in per cent, so that a number typed as it is shown is understood
            min=50, max=100, step=1, readout_format=".0f", description="Skew %", continuous_update=False,
            tooltip="The share of men among the doctors, and of women among the nurses", **described(),
        )  # fmt: skip
        self.means = widgets.HTML(layout=wide_layout())
        self.seed = widgets.IntText(
            description="Seed", tooltip="Another seed gives other pictures and another start of the training",
            **described(),
        )  # fmt: skip
        self.train = widgets.Button(
            description="Train", icon="play", layout=wide_layout(),
            tooltip="Trains a network on a collection with this skew, in about half a minute",
        )  # fmt: skip
        self.aside, self.training, self.download = Aside(), MessageLine(), Download()
        classes = [("what it says", SAID), *((name, name) for name in CLINIC.names)]
        self.name = widgets.Dropdown(
            description="Map of", tooltip="The class of the map", options=classes, **described()
        )
        self.method.options = [(m.label, key) for key, m in METHODS.items()]
        self.save.layout.width = "calc(100% - 4px)"
        self.message.layout.min_height = "30px"  # a line that comes and goes does not move the picture
        self.pictures = widgets.HBox(
            [self.first, self.second],
            layout=widgets.Layout(flex_flow="row wrap", grid_gap="12px", max_width="100%", margin="0 24px 0 0"),
        )
        self.children = self._laid_out()
        self.put_beside(False)

    def use(self, on: bool) -> None:
        """What needs a network waits for one."""
        buttons = [*self.versions.values(), *(tile.button for tile in self.tiles)]
        choices = (self.others, self.name, self.method, self.opacity, self.shared, self.save, self.beside)
        for control in (*buttons, *choices):
            control.disabled = not on

    def offer(self, networks: dict[str, str], network: str, beside: str) -> None:
        """networks: name → label; network: the chosen one; beside: the one that is compared with it."""
        offer_networks(self.network, self.beside, networks, network, beside)

    def mark(self, which: int, version: str) -> None:
        """Marks one in the row and one of the versions."""
        for i, tile in enumerate(self.tiles):
            tile.mark(i == which)
        for name, button in self.versions.items():
            button.button_style, button.icon = ("primary", "check") if name == version else ("", "")

    def put_beside(self, on: bool) -> None:
        """Whether there is a second network."""
        put_beside(self.second, self.pictures, on)

    def _laid_out(self) -> list[widgets.Widget]:
        choices = widgets.VBox(
            [
                heading("Train your own"), self.skew, self.means, self.seed, self.train,
                widgets.VBox([self.aside, self.training], layout=widgets.Layout(min_height="72px")),
                heading("How is it drawn?"), self.name, self.method, self.reading, self.opacity, self.shared,
                self.save, self.download,
            ],
            layout=widgets.Layout(width="340px", max_width="100%"),
        )  # fmt: skip
        above = widgets.HBox([heading("Which person?"), self.others])
        above.layout = widgets.Layout(align_items="center", grid_gap="12px")
        return [
            heading("Which network?"), _row(self.network, self.beside), self.about, self.message,
            above, _row(*(tile.box for tile in self.tiles)),
            heading("Which version?"), _row(*self.versions.values()),
            widgets.HBox([self.pictures, choices], layout=widgets.Layout(flex_flow="row wrap", margin="4px 0 0 0")),
            widgets.HTML(STYLE, layout=widgets.Layout(display="none")),
        ]  # fmt: skip


def _row(*parts: widgets.Widget) -> widgets.HBox:
    """As wide as two pictures; where that is too wide, parts go to the next line."""
    return widgets.HBox(list(parts), layout=widgets.Layout(flex_flow="row wrap", width="100%", max_width="812px"))


def _plain(text: str) -> str:
    return f'<div style="color:{SOFT}; font-size:12px; line-height:1.3; text-align:center">{escape(text)}</div>'
