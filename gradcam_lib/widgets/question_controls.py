"""The parts of the question explorer and how they are laid out; no behaviour."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import ipywidgets as widgets

from gradcam_lib.widgets.answered_question import AnsweredQuestion, Tile
from gradcam_lib.widgets.controls import (
    SOFT,
    TEXT,
    PictureControls,
    bar,
    described,
    heading,
    legend,
    small,
    wide_layout,
)
from gradcam_lib.widgets.explained_picture import percent
from gradcam_lib.widgets.input_size import SizeControl, input_sizes
from gradcam_lib.widgets.saving import png
from gradcam_lib.widgets.source_controls import SourceControls

MOST_TILES = 4


class Answer:
    """One of the maps side by side: picture, colour scale, the answer, and a button that takes it away."""

    def __init__(self) -> None:
        self.image = widgets.Image(format="png", layout=widgets.Layout(width="100%"))
        self.image.add_class("question-explorer-image")
        self.legend = widgets.HTML(layout=wide_layout())
        self.caption = widgets.HTML(layout=widgets.Layout(flex="1 1 0%", min_width="0"))
        self.away = widgets.Button(
            description="×", tooltip="Take this answer away", layout=widgets.Layout(width="32px", padding="0")
        )
        row = widgets.HBox([self.caption, self.away], layout=widgets.Layout(width="100%", align_items="flex-start"))
        self.box = widgets.VBox([self.image, self.legend, row], layout=widgets.Layout(width="100%", margin="0 0 8px 0"))

    def lay(self, number: int, of: int) -> None:
        """Shown as one of the first ``of``: one alone is large, more stand in twos."""
        self.box.layout.display = None if number < of else "none"
        self.box.layout.width = "100%" if of == 1 else "calc(50% - 6px)"
        self.away.layout.display = "none" if of == 1 else None


class QuestionControls(PictureControls):
    """Every widget of the explorer by name; ``children`` holds them laid out, pictures left, choices right."""

    def __init__(self, source: SourceControls, likeliest: int):
        super().__init__(
            "same colour scale for all answers",
            "Ends the colour scale at the largest value of the answers shown: weak answers look weak.",
        )
        self.tiles = [Answer() for _ in range(MOST_TILES)]
        self.image = self.tiles[0].image
        self.words = widgets.HTML(layout=wide_layout())
        self.question = widgets.Text(
            description="Question", placeholder="ask, then press Enter", continuous_update=False, **described()
        )
        self.examples = widgets.Dropdown(description="Examples", **described())
        self.likeliest = [
            widgets.Button(layout=widgets.Layout(width="180px", margin="1px 0")) for _ in range(likeliest)
        ]
        self.bars = [widgets.HTML(layout=widgets.Layout(flex="1 1 auto", margin="0 0 0 8px")) for _ in self.likeliest]
        self.box = widgets.Combobox(
            placeholder="any answer: type, choose, press Enter", ensure_option=False, continuous_update=False,
            description="Other", **described()
        )  # fmt: skip
        self.model, self.size = widgets.Dropdown(description="Network", **described()), SizeControl()
        self.save.layout.width = "calc(100% - 4px)"
        self.children = self._laid_out(source)

    def show(self, tiles: Sequence[Tile], kind: str) -> None:
        """kind: of colour scale."""
        for i, place in enumerate(self.tiles):
            place.lay(i, len(tiles))
            if i < len(tiles):
                place.image.value, place.legend.value = png(tiles[i].picture), legend(kind, tiles[i].largest)
                place.caption.value = caption(tiles[i].answer, tiles[i].facts)

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
        self.examples.options = [(first, ""), *((question, question) for question in questions)]
        self.examples.value = ""

    def offer_networks(self, networks: dict[str, str], model: str) -> None:
        """networks: name → label; model: the chosen one."""
        offer(self.model, networks)
        self.model.value = model if model in networks else None

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
        self.about.value = small(f"{explained.system.source}. It sees the picture at {side} × {side} pixels.")
        self.size.show(explained.size or side)

    def use(self, on: bool) -> None:
        """What needs an answered question waits for one."""
        for control in (*self.likeliest, self.box, self.method, self.size, self.opacity, self.shared, self.save):
            control.disabled = not on

    def _laid_out(self, source: SourceControls) -> list[widgets.Widget]:
        rows = [
            widgets.HBox(pair, layout=widgets.Layout(align_items="center"))
            for pair in zip(self.likeliest, self.bars, strict=True)
        ]
        for row in rows:
            row.add_class("question-explorer-likeliest")
        pictures = widgets.HBox(
            [tile.box for tile in self.tiles],
            layout=widgets.Layout(flex_flow="row wrap", justify_content="space-between", width="100%"),
        )
        right = [
            heading("What is asked?"), self.question, self.words, self.examples,
            heading("Which answers?"), *rows, self.box,
            heading("How is it explained?"), self.model, self.method, self.reading, self.size, self.opacity,
            self.shared, self.save, self.about,
        ]  # fmt: skip
        return [self.columns(right, [pictures, self.title, source.box]), self.message]


def offer(choice: widgets.Dropdown, labels: dict[str, str]) -> None:
    """labels: value → label. The same options again would lose what is chosen."""
    offered = tuple((label, value) for value, label in labels.items())
    if choice.options != offered:
        choice.options = offered


def caption(answer: str, facts: str) -> str:
    return (
        f'<div style="color:{TEXT}; line-height:1.35; overflow-wrap:anywhere"><b>{escape(answer)}</b><br>'
        f'<span style="color:{SOFT}; font-size:12px">{escape(facts)}</span></div>'
    )


def marked(words: Sequence[str], unknown: Sequence[str], weights: Sequence[float] | None, truth: str) -> str:
    """The question as the network reads it: unknown words in brackets and underlined; attention as a blue ground."""
    weights = [0.0] * len(words) if weights is None else [w / max(weights) for w in weights]
    spans = [_word(word, word in unknown, weight) for word, weight in zip(words, weights, strict=True)]
    lines = [f'<span style="color:{TEXT}">{" ".join(spans)}</span>']
    if unknown:
        lines.append("[…]: words that the network does not know, all read as the same unknown word")
    lines += [escape(truth)] if truth else []
    return (
        f'<div style="color:{SOFT}; font-size:12px; line-height:1.5; overflow-wrap:anywhere; max-height:110px; '
        f'overflow-y:auto; padding-left:68px">{"<br>".join(lines)}</div>'
    )


def _word(word: str, unknown: bool, weight: float) -> str:
    ground = f"background:rgba(33,102,172,{0.45 * weight:.2f}); " if weight else ""
    if unknown:
        return f'<span style="{ground}text-decoration:underline wavy #c2410c" title="unknown">[{escape(word)}]</span>'
    return f'<span style="{ground}">{escape(word)}</span>' if ground else escape(word)
