"""The parts of the question explorer and how they are laid out; no behaviour."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import ipywidgets as widgets

from gradcam_lib.widgets.answered_question import AnsweredQuestion
from gradcam_lib.widgets.class_choice import ClassBox
from gradcam_lib.widgets.controls import (
    NONE,
    SOFT,
    TEXT,
    WIDTH,
    PictureControls,
    bar,
    columns,
    described,
    heading,
    note,
    offer_networks,
    small,
    wide_layout,
)
from gradcam_lib.widgets.explained_picture import Drawing, percent
from gradcam_lib.widgets.input_size import SizeControl, input_sizes
from gradcam_lib.widgets.map_view import MapView, lay
from gradcam_lib.widgets.messages import MessageLine
from gradcam_lib.widgets.saving import Download
from gradcam_lib.widgets.source_controls import SourceControls

MOST_TILES = 4
ASK = "Any question in English: type it and press Enter."
STRANGE = "[…]: words that the network does not know, all read as the same unknown word."
OF_NETWORKS = "A second network shows its maps of the same answers beside those of the first."
# Where there is room, the choices stand in two columns, so that each of them is seen together with the maps.
STYLE = """<style>
@media (min-width: 991px) {
  .question-explorer .picker-columns > .widget-box:last-child {
    flex: 1 1 340px; width: auto !important; max-width: 650px !important;
    flex-flow: row wrap; align-items: flex-start; gap: 0 24px
  }
  .question-explorer .picker-columns > .widget-box:last-child > .widget-box {
    flex: 1 1 300px; min-width: 0; max-width: 340px
  }
}
</style>"""


class Answer(MapView):
    """One of the maps side by side: what it shows, and a button that takes it away."""

    def __init__(self) -> None:
        super().__init__("question-explorer-image")
        self.answer = ""
        self.away = widgets.Button(
            description="×", tooltip="Take this answer away", layout=widgets.Layout(width="32px", padding="0")
        )
        self.title.layout = widgets.Layout(flex="1 1 0%", min_width="0")
        row = widgets.HBox([self.title, self.away], layout=widgets.Layout(width="100%", align_items="flex-start"))
        self.children = [self.pressable, self.legend, row, self.facts]

    def lay(self, number: int, of: int) -> None:
        lay(self, number, of)
        self.away.layout.display = "none" if of == 1 else None


class QuestionControls(PictureControls):
    """Every widget of the explorer by name; ``children`` holds them laid out, pictures left, choices right.

    line: where ``say`` speaks, the one beside the control that was used last: one of ``lines``, by setting.
    """

    def __init__(self, source: SourceControls, likeliest: int):
        self.tiles = [Answer() for _ in range(MOST_TILES)]
        super().__init__(
            self.tiles[0],
            "same colour scale for all answers",
            "Ends the colour scale at the largest value of the answers shown: weak answers look weak.",
        )
        self.words = widgets.HTML(layout=widgets.Layout(width="calc(100% - 4px)", min_height="36px"))
        self.question = widgets.Text(
            description="Question", placeholder="ask, then press Enter", continuous_update=False, **described()
        )
        self.message = self.line = MessageLine(ASK, height="48px")
        self.examples = widgets.Dropdown(description="Examples", tooltip="What may be asked here", **described())
        self.likeliest = [
            widgets.Button(layout=widgets.Layout(width="180px", flex="0 1 180px", min_width="90px", margin="1px 0"))
            for _ in range(likeliest)
        ]
        self.bars = [widgets.HTML(layout=widgets.Layout(flex="1 0 122px", margin="0 0 0 8px")) for _ in self.likeliest]
        self.other = ClassBox([], "Other", "answer")
        self.model, self.second = (
            widgets.Dropdown(description=name, tooltip=why, **described())
            for name, why in (("Network", "Who answers"), ("Beside it", "A second network, asked the same"))
        )
        self.of_networks = MessageLine(OF_NETWORKS, height="48px")
        self.size, self.download = SizeControl("The answers stay those of its own size."), Download()
        self.save.layout = wide_layout()
        self.lines = {"answers": self.other.says, "model": self.of_networks, "second": self.of_networks}
        self.children = self._laid_out(source)

    def say(self, text: str, word: str) -> None:
        self.download.clear()
        self.other.clear()  # with the names that it offered
        for line in {self.message, *self.lines.values()} - {self.line}:
            line.say("")
        self.line.say(text, word)

    def show(self, drawings: Sequence[Drawing], answers: Sequence[str]) -> None:
        for i, tile in enumerate(self.tiles):
            tile.lay(i, len(drawings))
            if i < len(drawings):
                tile.answer = answers[i]
                tile.show(drawings[i])

    def offer(self, top: list[tuple[str, float]], shown: list[str]) -> None:
        """The likeliest answers with their probabilities; those that are shown have a check."""
        for i, (button, line) in enumerate(zip(self.likeliest, self.bars, strict=True)):
            button.layout.display = line.layout.display = None if i < len(top) else "none"
            if i < len(top):
                answer, p = top[i]
                button.description, button.tooltip = answer, f"{answer}, {percent(p)}: show its map, or take it away"
                button.button_style, button.icon = ("primary", "check") if answer in shown else ("", "")
                line.value = bar(p, percent(p))

    def offer_examples(self, questions: list[str]) -> None:
        first = "choose a question …" if questions else "none for this picture"
        self.examples.options = [(first, NONE), *((question, question) for question in questions)]
        self.examples.value = NONE

    def offer_networks(self, networks: dict[str, str], model: str, second: str) -> None:
        """networks: name → label; model: the chosen one; second: the one beside it."""
        offer_networks(self.model, self.second, networks, model, second)

    def offer_sizes(self, explained: AnsweredQuestion, *, photograph: bool) -> None:
        """What a photograph may be explained at; the scenes' networks know one size."""
        system = explained.system

        def sizes() -> list[int]:
            return input_sizes(system.asked("a")) if photograph else [system.transform.crop]

        self.size.offer_for((system, photograph), sizes)

    def tell(self, explained: AnsweredQuestion, method: str) -> None:
        """How the question is read and what is true; which network it is."""
        e, side = explained.e, explained.system.transform.crop
        self.words.value = marked(e.words, e.unknown, explained.attended(method), explained.truth)
        self.message.rest(STRANGE if e.unknown else ASK)
        self.about.value = small(f"{explained.system.source}. It sees the picture at {side} × {side} pixels.")
        self.size.show(explained.size or side)

    def use(self, on: bool) -> None:
        """What needs an answered question waits for one."""
        drawn = (self.method, self.size.choice, self.second, self.opacity, self.shared, self.save)
        for control in (*self.likeliest, self.other.box, *drawn):
            control.disabled = not on

    def _laid_out(self, source: SourceControls) -> list[widgets.Widget]:
        rows = [
            widgets.HBox(pair, layout=widgets.Layout(align_items="center"))
            for pair in zip(self.likeliest, self.bars, strict=True)
        ]
        for row in rows:
            row.add_class("question-explorer-likeliest")
        maps = widgets.HBox(self.tiles, layout=widgets.Layout(flex_flow="row wrap", grid_gap="12px", width="100%"))
        maps.add_class("picker-maps")
        choice = widgets.VBox(
            [
                heading("What is asked?"), self.question, self.examples, self.words, self.message,
                heading("Which answers?"), *rows, self.other,
                heading("Who answers?"), self.model, self.second, self.of_networks,
            ]
        )  # fmt: skip
        choice.add_class("picker-first")
        pictures = widgets.VBox([maps], layout=widgets.Layout(width=WIDTH, max_width="100%", margin="0 24px 0 0"))
        others = widgets.VBox(
            [
                source.box, heading("How is it drawn?"), self.method, self.reading, self.opacity, self.shared,
                note("Weak answers then look weak."), self.save, self.download, self.size, self.about,
            ]
        )  # fmt: skip
        return [columns(pictures, [choice, others]), widgets.HTML(STYLE, layout=widgets.Layout(display="none"))]


def marked(words: Sequence[str], unknown: Sequence[str], weights: Sequence[float] | None, truth: str) -> str:
    """The question as the network reads it: unknown words in brackets and underlined; attention as a blue ground."""
    weights = [0.0] * len(words) if weights is None else [w / max(weights) for w in weights]
    spans = [_word(word, word in unknown, weight) for word, weight in zip(words, weights, strict=True)]
    lines = [f'<span style="color:{TEXT}">{" ".join(spans)}</span>']
    lines += [escape(truth)] if truth else []
    return (
        f'<div style="color:{SOFT}; font-size:12px; line-height:1.5; overflow-wrap:anywhere; padding-left:68px">'
        f"{'<br>'.join(lines)}</div>"
    )


def _word(word: str, unknown: bool, weight: float) -> str:
    ground = f"background:rgba(33,102,172,{0.45 * weight:.2f}); " if weight else ""
    if unknown:
        return f'<span style="{ground}text-decoration:underline wavy #c2410c" title="unknown">[{escape(word)}]</span>'
    return f'<span style="{ground}">{escape(word)}</span>' if ground else escape(word)
