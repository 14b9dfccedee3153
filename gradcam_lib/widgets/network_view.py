"""What one network of the bias laboratory makes of a person, and what was measured of it: a column of the page."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import ipywidgets as widgets

from gradcam_lib.bias.people import VERSIONS
from gradcam_lib.bias.report import Report
from gradcam_lib.widgets.controls import TEXT, bar, heading, wide_layout, with_interval
from gradcam_lib.widgets.explained_picture import percent
from gradcam_lib.widgets.judged_person import JudgedPerson
from gradcam_lib.widgets.map_view import MapView


class NetworkView(MapView):
    """A map, as ``MapView`` shows it, the network's answers to all versions of the person, and its report."""

    def __init__(self) -> None:
        super().__init__()
        self.answers, self.groups, self.places = (widgets.HTML(layout=wide_layout()) for _ in range(3))
        self.children = [
            *self.children,
            heading("What does it say of each version?"), self.answers,
            heading("How often is it right?"), self.groups,
            heading("Where does it look?"), self.places,
        ]  # fmt: skip

    def answer(self, person: JudgedPerson, shown: str) -> None:
        """shown: the version whose map is seen."""
        said = {version: person.says(version) for version in VERSIONS}
        p = {version: person.probability(version, name) for version, name in said.items()}
        self.answers.value = _rows(
            [(version, p[version], f"says {said[version]}, {percent(p[version])}") for version in VERSIONS], shown
        )

    def tell(self, report: Report) -> None:
        """Accuracy by group with its interval, and where the maps lie."""
        numbers = {"all four groups": report.accuracy()} | report.cells()
        self.groups.value = _rows([(name, number["value"], with_interval(number)) for name, number in numbers.items()])
        shares = {region: report.share_on(region)["value"] for region in report.case.regions}
        self.places.value = _rows(
            [(name, s, f"{100 * s:.0f} %, {report.density_on(name):.1f} × its area") for name, s in shares.items()]
        )


def _rows(rows: Sequence[tuple[str, float, str]], bold: str = "") -> str:
    """Lines of a name, a bar and what it stands for; one of the names is bold."""
    cells = "".join(
        f'<div style="color:{TEXT}; font-size:12px; font-weight:{"bold" if name == bold else "normal"}">'
        f"{escape(name)}</div>{bar(value, words)}"
        for name, value, words in rows
    )
    grid = "display:grid; grid-template-columns:minmax(70px, 110px) 1fr; gap:2px 10px; align-items:center"
    return f'<div class="bars" style="{grid}; line-height:1.3">{cells}</div>'
