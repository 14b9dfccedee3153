"""The parts of the caption explorer and how they are laid out; no behaviour."""

from __future__ import annotations

from collections.abc import Callable

import ipywidgets as widgets

from gradcam_lib.widgets.controls import PictureControls, heading
from gradcam_lib.widgets.input_size import SizeControl
from gradcam_lib.widgets.methods import decimals
from gradcam_lib.widgets.word_buttons import WHOLE, WordButtons
from gradcam_lib.worlds import scenes
from gradcam_lib.worlds.scene import Scene


class CaptionControls(PictureControls):
    """Every widget of the explorer by name; ``children`` holds them laid out."""

    def __init__(self, source: widgets.Box, picked: Callable[[int | None], None]):
        super().__init__(
            "same colour scale for all words",
            "Ends the colour scale at the largest value of all words: words that the picture says little about look "
            "weak.",
        )
        wide = widgets.Layout(width="calc(100% - 4px)", max_width="812px")
        self.words = WordButtons(picked)
        self.slider = widgets.SelectionSlider(
            options=[(WHOLE, -1)], description="Word", continuous_update=True, style={"description_width": "64px"},
            layout=wide,
        )  # fmt: skip
        self.text = widgets.Text(
            description="Caption", placeholder="any sentence: type, press Enter", continuous_update=False,
            style={"description_width": "64px"}, layout=wide,
        )  # fmt: skip
        self.offers = widgets.Select(
            description="or choose", rows=8, style={"description_width": "64px"}, layout=wide
        )  # fmt: skip
        self.save.layout.width = "calc(100% - 4px)"
        self.offered: dict[str, str] = {}
        self.size = SizeControl()
        drawn = [self.method, self.reading, self.size, self.opacity, self.shared, self.save]
        right = [source, heading("How is it drawn?"), *drawn]
        self.message.layout.min_height = "30px"  # a line that comes and goes does not move the picture
        self.children = [
            heading("Which caption?"), self.text, self.offers, self.message,
            heading("Which word?"), self.words, self.slider, self.columns(right), self.about,
        ]  # fmt: skip

    def offer(self, candidates: list[tuple[str, float]], scene: Scene | None, caption: str) -> None:
        """What the captioner says and what is true; each sentence once."""
        self.offered = {sentence: f"captioner, log p with END {decimals(p)}" for sentence, p in candidates}
        for sentence in dict.fromkeys(sentence for sentence, _ in (scenes.captions(scene) if scene else ())):
            self.offered[sentence] = ", ".join(filter(None, [self.offered.get(sentence), "true"]))
        options = tuple((f"{whose}:  {sentence}", sentence) for sentence, whose in self.offered.items())
        if options != self.offers.options:
            self.offers.options = options
        self.offers.value = caption if caption in self.offered else None
        self.text.value = caption

    def spell(self, words: list[str], unknown: list[str], lines: list[str]) -> None:
        self.words.show(words, unknown, lines)
        options = ((WHOLE, -1), *((f"{i + 1} · {word}", i) for i, word in enumerate(words)))
        if options != self.slider.options:
            self.slider.options = options

    def mark(self, which: int | None) -> None:
        self.words.mark(which)
        self.slider.index = 0 if which is None else which + 1
