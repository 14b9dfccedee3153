"""The parts of the caption explorer and how they are laid out; no behaviour."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import ipywidgets as widgets

from gradcam_lib.widgets.controls import (
    NONE,
    WIDTH,
    PictureControls,
    columns,
    described,
    heading,
    note,
    offer,
    wide_layout,
)
from gradcam_lib.widgets.explained_caption import WHOLE
from gradcam_lib.widgets.explained_picture import Drawing
from gradcam_lib.widgets.input_size import SizeControl
from gradcam_lib.widgets.map_view import MapView, lay
from gradcam_lib.widgets.messages import MessageLine
from gradcam_lib.widgets.saving import Download
from gradcam_lib.widgets.word_buttons import WordButtons
from gradcam_lib.worlds import scenes
from gradcam_lib.worlds.scene import Scene

HINT = (
    "Any sentence: type it and press Enter; nothing stands for the captioner's own. Words that it does not know are "
    "marked."
)
ORDER = ("first", "second", "third")

# The words keep the room of three lines, and two maps that of one, so that what stands beneath never moves.
STYLE = """<style>
.caption-explorer .word-buttons { min-height: 156px; align-content: flex-start }
@media (min-width: 991px) { .caption-explorer .picker-maps { min-height: 564px; align-content: flex-start } }
</style>"""


class CaptionControls(PictureControls):
    """Every widget of the explorer by name; ``children`` holds them laid out, pictures left, choices right."""

    def __init__(self, source: widgets.Box, picked: Callable[[int | None], None]):
        self.views = [MapView("caption-explorer-image") for _ in range(2)]
        super().__init__(
            self.views[0],
            "same colour scale for all words",
            "Ends the colour scale at the largest value of all words: words that the picture says little about look "
            "weak.",
        )
        self.message = MessageLine(HINT, height="66px")
        self.text = widgets.Text(description="Caption", continuous_update=False, **described())
        self.text.placeholder = "any sentence: type, press Enter"
        self.offers = widgets.Dropdown(
            description="or choose", tooltip="What the captioner says of this picture, and what is true", **described()
        )
        self.words = WordButtons(picked)
        self.beside = widgets.Dropdown(
            description="Beside it", tooltip="A second map: of another word, or of the whole sentence", **described()
        )
        self.size = SizeControl("The captioner's own captions stay those of its own size.")
        self.download = Download()
        self.save.layout = wide_layout()
        self.offered: dict[str, str] = {}
        self.children = self._laid_out(source)

    def say(self, text: str, word: str) -> None:
        self.download.clear()
        self.message.say(text, word)

    def show(self, drawings: Sequence[Drawing]) -> None:
        for i, view in enumerate(self.views):
            lay(view, i, len(drawings))
            if i < len(drawings):
                view.show(drawings[i])

    def offer(self, candidates: Sequence[str], scene: Scene | None, caption: str) -> None:
        """What the captioner says and what is true; each sentence once."""
        self.offered = {one: f"the captioner's {which}" for one, which in zip(candidates, ORDER, strict=False)}
        for sentence in dict.fromkeys(sentence for sentence, _ in (scenes.captions(scene) if scene else ())):
            self.offered[sentence] = ", ".join(filter(None, [self.offered.get(sentence), "true"]))
        listed = ((f"{sentence} ({whose})", sentence) for sentence, whose in self.offered.items())
        offer(self.offers, (("a caption of this picture …", NONE), *listed))
        self.offers.value = caption if caption in self.offered else NONE
        self.text.value = caption

    def spell(self, words: list[str], unknown: list[str], lines: list[str]) -> None:
        self.words.show(words, unknown, lines)
        numbered = ((f"{i + 1} · {word}", i) for i, word in enumerate(words))
        offer(self.beside, (("no second map", NONE), (WHOLE, WHOLE), *numbered))

    def mark(self, which: int | None, beside: int | str | None) -> None:
        self.words.mark(which)
        self.beside.value = NONE if beside is None else beside

    def _laid_out(self, source: widgets.Box) -> list[widgets.Widget]:
        maps = widgets.HBox(self.views, layout=widgets.Layout(flex_flow="row wrap", grid_gap="12px", width="100%"))
        maps.add_class("picker-maps")
        choice = widgets.VBox(
            [
                heading("Which caption?"), self.text, self.offers, self.message,
                heading("Which word?"), self.words, note("Beneath each word: log p of the word after those before "
                "it. They add up to that of the sentence; the step that ends it is not counted."), self.beside,
            ]
        )  # fmt: skip
        choice.add_class("picker-first")
        pictures = widgets.VBox(
            [maps, source], layout=widgets.Layout(width=WIDTH, max_width="100%", margin="0 24px 0 0")
        )
        choices = [
            choice,
            heading("How is it drawn?"), self.method, self.reading, self.opacity, self.shared,
            note("Words that the picture says little about then look weak."), self.save, self.download,
            self.size, self.about,
        ]  # fmt: skip
        return [columns(pictures, choices), widgets.HTML(STYLE, layout=widgets.Layout(display="none"))]
