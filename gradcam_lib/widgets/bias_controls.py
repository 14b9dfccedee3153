"""The parts of the bias laboratory and how they are laid out; no behaviour."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import cv2
import ipywidgets as widgets

from gradcam_lib.bias.collection import CLINIC
from gradcam_lib.bias.report import Report
from gradcam_lib.widgets.aside import Aside
from gradcam_lib.widgets.controls import SOFT, TEXT, PictureControls, bar, described, heading, wide_layout
from gradcam_lib.widgets.explained_picture import Drawing, percent
from gradcam_lib.widgets.judged_person import METHODS, VERSIONS, JudgedPerson

PEOPLE = 8
SMALL = 112  # pixels of a person in the row
SAID = ""  # instead of a class: the one that the network says


class Tile:
    """One of the people to choose from: who it is, the picture with its map, and a button that says the answer."""

    def __init__(self) -> None:
        self.who = widgets.HTML()
        self.image = widgets.Image(format="jpeg", layout=widgets.Layout(width="100%"))  # eight of them: small
        self.button = widgets.Button(layout=widgets.Layout(width="100%", margin="2px 0", padding="0 2px"))
        self.box = widgets.VBox(
            [self.who, self.image, self.button], layout=widgets.Layout(width="calc(12.5% - 6px)", min_width="92px")
        )
        self.box.add_class("bias-lab-person")

    def show(self, person: JudgedPerson, drawing: Drawing) -> None:
        said = person.says("as drawn")
        right = said == person.worker.role
        self.who.value = _plain(person.truth)
        small = cv2.resize(drawing.picture, (SMALL, SMALL), interpolation=cv2.INTER_AREA)
        self.image.value = cv2.imencode(".jpg", small[..., ::-1])[1].tobytes()
        self.button.description, self.button.icon = f"says {said}", "" if right else "times"
        p = percent(person.probability("as drawn", said))
        self.button.tooltip = f"{person.truth}; the network says {said}, {p}: {'right' if right else 'wrong'}"


class BiasControls(PictureControls):
    """Every widget of the laboratory by name; ``children`` holds them laid out."""

    def __init__(self) -> None:
        super().__init__(
            "same colour scale for the four versions",
            "Ends the colour scale at the largest value of this person's four versions: weak maps look weak.",
        )
        self.tiles = [Tile() for _ in range(PEOPLE)]
        self.others = widgets.Button(
            description="Other people", icon="refresh", tooltip="The next eight, two of every group",
            layout=widgets.Layout(width="140px"),
        )  # fmt: skip
        self.versions = {name: widgets.Button(description=name, layout=_button()) for name in VERSIONS}
        self.bars = {name: widgets.HTML(layout=widgets.Layout(margin="0 0 0 8px")) for name in VERSIONS}
        self.network = widgets.Dropdown(description="Network", **described())
        self.skew = widgets.FloatSlider(
            min=0.5, max=1, step=0.01, readout_format=".0%", description="Skew", continuous_update=False, **described()
        )
        self.means = widgets.HTML(layout=wide_layout())
        self.seed = widgets.IntText(description="Seed", **described())
        self.train = widgets.Button(
            description="Train", icon="play", tooltip="A network on a collection with this skew: about half a minute",
            layout=wide_layout(),
        )  # fmt: skip
        self.aside = Aside()
        self.groups, self.places = widgets.HTML(layout=wide_layout()), widgets.HTML(layout=wide_layout())
        classes = [("what it says", SAID), *((name, name) for name in CLINIC.names)]
        self.name = widgets.Dropdown(description="Map of", options=classes, **described())
        self.method.options = [(m.label, key) for key, m in METHODS.items()]
        self.save.layout.width = "calc(100% - 4px)"
        self.message.layout.min_height = "30px"  # a line that comes and goes does not move the picture
        self.children = self._laid_out()

    def use(self, on: bool) -> None:
        """What needs a network waits for one."""
        buttons = [*self.versions.values(), *(tile.button for tile in self.tiles)]
        for control in (*buttons, self.others, self.name, self.method, self.opacity, self.shared, self.save):
            control.disabled = not on

    def offer(self, networks: dict[str, str], network: str) -> None:
        """networks: name → label; network: the chosen one."""
        offered = tuple((label, name) for name, label in networks.items())
        if self.network.options != offered:
            self.network.options = offered
        self.network.value = network if network in networks else None

    def mark(self, which: int, version: str, person: JudgedPerson) -> None:
        """Marks one in the row and one of the versions, and says what the network says of each version."""
        for i, tile in enumerate(self.tiles):
            tile.button.button_style = "primary" if i == which else ""
        for name, button in self.versions.items():
            button.button_style, button.icon = ("primary", "check") if name == version else ("", "")
            said = person.says(name)
            p = person.probability(name, said)
            self.bars[name].value = bar(p, f"says {said}, {percent(p)}")

    def tell(self, report: Report) -> None:
        """Accuracy by group, and where the maps lie, of the network at hand."""
        numbers = {"all four groups": report.accuracy()} | report.cells()
        self.groups.value = _rows(
            [(name, n["value"], f"{100 * n['value']:.0f} % ({100 * n['low']:.0f} … {100 * n['high']:.0f})")
             for name, n in numbers.items()]
        )  # fmt: skip
        shares = {region: report.share_on(region)["value"] for region in report.case.regions}
        self.places.value = _rows(
            [(name, s, f"{100 * s:.0f} %, {report.density_on(name):.1f} × its area") for name, s in shares.items()]
        )

    def _laid_out(self) -> list[widgets.Widget]:
        rows = [
            widgets.HBox([self.versions[name], self.bars[name]], layout=widgets.Layout(align_items="center"))
            for name in VERSIONS
        ]
        for row in rows:
            row.add_class("bias-lab-version")
        left = [self.image, self.legend, self.title, self.facts, heading("Change this person"), *rows]
        right = [
            heading("Which network?"), self.network, self.about,
            heading("Train your own"), self.skew, self.means, self.seed, self.train, self.aside,
            heading("How often is it right?"), self.groups,
            heading("Where does it look?"), self.places,
            heading("How is it drawn?"), self.name, self.method, self.reading, self.opacity, self.shared, self.save,
        ]  # fmt: skip
        row = widgets.Layout(flex_flow="row wrap", justify_content="space-between", width="100%", max_width="812px")
        people = widgets.HBox([tile.box for tile in self.tiles], layout=row)
        centred = widgets.Layout(align_items="center")
        above = widgets.HBox([heading("Whom do you look at?"), self.others], layout=centred)
        return [above, people, self.message, self.columns(right, left)]


def _button() -> widgets.Layout:
    return widgets.Layout(width="190px", margin="1px 0")


def _plain(text: str) -> str:
    return f'<div style="color:{SOFT}; font-size:12px; line-height:1.3; text-align:center">{escape(text)}</div>'


def _rows(rows: Sequence[tuple[str, float, str]]) -> str:
    """Lines of a name, a bar and what it stands for."""
    cells = "".join(
        f'<div style="color:{TEXT}; font-size:12px; white-space:nowrap">{escape(name)}</div>{bar(value, words)}'
        for name, value, words in rows
    )
    return f'<div style="display:grid; grid-template-columns:104px 1fr; gap:2px 10px; align-items:center">{cells}</div>'
