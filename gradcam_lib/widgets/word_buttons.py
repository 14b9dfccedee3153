"""A sentence whose words are buttons."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape

import ipywidgets as widgets

from gradcam_lib.widgets.controls import SOFT
from gradcam_lib.widgets.explained_caption import WHOLE


class WordButtons(widgets.HBox):
    """``show`` a sentence; ``picked(which)`` is called with the number of the word clicked, None for the whole.

    A word that the network does not know is marked by an icon and a line beneath it, not by colour alone. Buttons are
    kept for the next sentence: making them is what takes time.
    """

    def __init__(self, picked: Callable[[int | None], None]):
        super().__init__(layout=widgets.Layout(flex_flow="row wrap", align_items="flex-start", width="100%"))
        self.add_class("word-buttons")
        self._picked, self._cells = picked, []
        self._cell(None)

    @property
    def buttons(self) -> list[widgets.Button]:
        """Those that are shown: the whole sentence, then its words."""
        return [cell.children[0] for cell in self.children]

    def show(self, words: Sequence[str], unknown: Sequence[str], lines: Sequence[str]) -> None:
        """lines: what stands beneath the whole sentence and beneath each word."""
        for i in range(len(self._cells) - 1, len(words)):
            self._cell(i)
        cells = self._cells[: len(words) + 1]
        for cell, word, line in zip(cells, [WHOLE, *words], lines, strict=True):
            button, below = cell.children
            strange = cell is not cells[0] and word in unknown
            button.description, button.icon = word, "question-circle" if strange else ""
            button.tooltip = (
                f"{word}: the captioner does not know it, and reads every such word as the same unknown one"
                if strange
                else word
            )
            below.value = _beneath(line, *(["unknown"] if strange else []))
        self.children = cells

    def mark(self, which: int | None) -> None:
        """The button of what is explained now."""
        for i, button in enumerate(self.buttons):
            button.button_style = "primary" if i == (0 if which is None else which + 1) else ""

    def _cell(self, which: int | None) -> None:
        button = widgets.Button(
            layout=widgets.Layout(width="auto", min_width="40px", margin="1px 2px", padding="0 8px")
        )
        button.on_click(lambda _: self._picked(which))
        below = widgets.HTML(layout=widgets.Layout(margin="0"))
        cell = widgets.VBox([button, below], layout=widgets.Layout(align_items="center", margin="2px 0"))
        self._cells.append(cell)


def _beneath(*lines: str) -> str:
    text = "<br>".join(map(escape, lines))
    return f'<div style="color:{SOFT}; font-size:11px; line-height:1.25; text-align:center">{text}</div>'
