"""The findings of a study, for readers: a table in Markdown and a chart, beside the paper's figures.   Notebook 11."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gradcam_lib.classroom.designs import METHODS, QUESTIONS

if TYPE_CHECKING:
    from gradcam_lib.pictures.figures import Axes

PAPER = {  # Selvaraju et al. (2020), sections 5.1 and 5.2: share of right answers, and mean on the scale −2 … +2
    "which_class": {
        "guided_backprop": 0.4444, "deconvnet": 0.5333, "deconv_grad_cam": 0.6037, "guided_grad_cam": 0.6123,
    },
    "which_network": {"guided_backprop": 1.00, "guided_grad_cam": 1.27},
}  # fmt: skip
PAPERS_ANSWERS = 810  # to each method: 90 pairs of picture and category, 9 answers each; of 5.2 it is not stated
FEW = 10  # pictures, below which a bootstrap over them is no good guide
CHANCE = {"which_class": 0.5, "which_network": 0.0}
SECTION = {"which_class": "5.1", "which_network": "5.2"}


@dataclass(frozen=True)
class Line:
    """A method, or the difference of two. value: the mean; low, high: bootstrap; exact: (low, high) or None; p: of
    the exact test against chance, or None. Intervals that cannot be had are NaN.
    """

    name: str
    answers: int
    value: float
    low: float
    high: float
    exact: tuple[float, float] | None = None
    p: float | None = None
    paper: float | None = None


@dataclass(frozen=True)
class Analysis:
    """The answers of one study, one design and one source. A notebook shows it as its table."""

    study: str
    source: str
    networks: tuple[str, ...]
    participants: int
    pictures: int
    seconds: float  # median time of an answer
    left_out: int  # answers of the other source in the same file
    methods: tuple[Line, ...]
    differences: tuple[Line, ...]

    def __getitem__(self, method: str) -> Line:
        return next(line for line in self.methods if line.name == method)

    @property
    def title(self) -> str:
        people = "person" if self.participants == 1 else "people"
        said = f"{self.participants} {people}, {self.pictures} picture{'s' * (self.pictures != 1)}"
        return f"SIMULATED ANSWERS, nobody was asked: {said}" if self.source == "simulated" else said

    def _repr_markdown_(self) -> str:
        """The table with its notes."""
        two = self.study == "which_network"
        head = ["method", "answers", "mean, −2 … +2" if two else "right", "95 % interval, people and pictures"]
        head += ["paper"] if two else ["95 % interval, exact binomial", "p against 50 %", "paper"]
        rows = [[METHODS[line.name], *_cells(line, two)] for line in self.methods]
        rows += [[line.name, *_cells(line, two)] for line in self.differences]
        lines = [f"**{QUESTIONS[self.study]}** {self.title}.", "", _row(head), _row(["---"] * len(head))]
        return "\n".join([*lines, *map(_row, rows), "", " ".join(_notes(self))]) + "\n"

    __str__ = _repr_markdown_

    def chart(self, *, height: float = 3.2, width: float = 6.0) -> Axes:
        """Draws the means with their bootstrap intervals beside the paper's; call ``save_figure`` in the same cell."""
        from gradcam_lib.pictures.figures import INK, chart, draw_intervals  # takes a second to import

        axis = chart([f"{QUESTIONS[self.study]}\n{self.title}"], height=height, width=width)[0]
        ours = [_ends(line.value, line.low, line.high) for line in self.methods]
        theirs = [_ends(line.paper, *_papers(self.study, line.paper)) for line in self.methods]
        series = {"simulated answers" if self.source == "simulated" else "here": ours, "paper": theirs}
        label = {
            "which_class": "share of right answers (dashed: guessing)",
            "which_network": "mean on the scale from −2 to +2 (dashed: no difference)",
        }[self.study]
        draw_intervals(axis, [METHODS[line.name] for line in self.methods], series, label=label)
        axis.axvline(CHANCE[self.study], color=INK, linewidth=0.8, linestyle="--")
        return axis

    def __repr__(self) -> str:
        return f"Analysis of {self.study!r}: {self.title}"


def exactly(right: int, n: int) -> tuple[tuple[float, float], float]:
    """Clopper and Pearson's 95 % interval of a share, and the two-sided p of its difference from one half."""
    from scipy.stats import binomtest  # takes more than a second to import

    test = binomtest(right, n, 0.5)
    found = test.proportion_ci(0.95, method="exact")
    return (float(found.low), float(found.high)), float(test.pvalue)


def _papers(study: str, value: float) -> tuple[float, float]:
    """The paper's figure with its exact interval, as if all 810 answers were independent; 5.2 states no number."""
    if study == "which_network":
        return value, value
    return exactly(round(value * PAPERS_ANSWERS), PAPERS_ANSWERS)[0]


def _ends(value: float, low: float, high: float) -> dict[str, float]:
    """As a chart takes it: no interval where there is none."""
    missing = math.isnan(low)
    return {"value": value, "low": value if missing else low, "high": value if missing else high}


def _cells(line: Line, two: bool) -> list[str]:
    show = _score if two else _percent if line.exact else _points
    cells = [str(line.answers), show(line.value), _between(line.low, line.high, show)]
    if not two:
        cells += [_between(*line.exact, show) if line.exact else "", "" if line.p is None else _p(line.p)]
    return [*cells, show(line.paper)]


def _between(low: float, high: float, show) -> str:
    return "none" if math.isnan(low) else f"{show(low)} … {show(high)}"


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _points(share: float) -> str:
    """Of a difference, which may be negative."""
    return f"{100 * share:.1f} points".replace("-", "−")


def _score(value: float) -> str:
    return f"{round(value, 2) + 0.0:.2f}".replace("-", "−")


def _p(p: float) -> str:
    return "under 0.001" if p < 0.001 else f"{p:.3f}"


def _notes(a: Analysis) -> list[str]:
    notes = []
    if a.source == "simulated":
        notes.append("These answers were drawn from a stated model. They say nothing about people.")
    notes.append(
        "The first interval is a bootstrap that draws people and pictures anew, since the answers of one person, and "
        "those to one picture, are not independent"
        + ("; the exact binomial interval and p take them as if they were." if a.study == "which_class" else ".")
    )
    if a.study == "which_network":
        notes.append(f"Positive values prefer {a.networks[0]} to {a.networks[1]}." if len(a.networks) == 2 else "")
        notes.append("In the paper VGG-16 is preferred to AlexNet.")
    notes.append(f"Paper: Selvaraju et al. (2020), section {SECTION[a.study]}; other pictures, networks and people.")
    if a.study == "which_class":
        notes.append(f"Its intervals in the chart are exact binomial ones of {PAPERS_ANSWERS} answers to each method.")
    if a.pictures < FEW:
        notes.append(f"So few pictures ({a.pictures}) say little about others.")
    if a.left_out:
        notes.append(f"{a.left_out} answers of another source, or to other trials, in the same file are left out.")
    return [note for note in notes if note]


def _row(cells: list[str]) -> str:
    return "| " + " | ".join(cells) + " |"
