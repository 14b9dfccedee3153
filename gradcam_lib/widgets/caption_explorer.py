"""Describe a scene in your own words, click a word and see where it comes from.   Notebook 07."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import ipywidgets as widgets
import traitlets

from gradcam_lib.captioning import CaptionSystem, load_captioner
from gradcam_lib.widgets.controls import PictureControls, heading, legend, small
from gradcam_lib.widgets.explained_caption import (
    METHODS,
    DescribedPicture,
    Drawing,
    checked_caption,
    checked_word,
    log,
    reading,
)
from gradcam_lib.widgets.explorer import Explorer, checked_opacity
from gradcam_lib.widgets.saving import png
from gradcam_lib.widgets.scene_source import SEED, SceneSource
from gradcam_lib.widgets.word_buttons import WHOLE, WordButtons
from gradcam_lib.worlds import scenes
from gradcam_lib.worlds.scene import Scene

SETTINGS = ("caption", "word", "method", "opacity", "shared_scale")


class CaptionExplorer(Explorer):
    """A picture, a caption of it, and the map of any of its words or of the whole sentence.

    scene: default, the scene of ``seed``. captioner: default ``load_captioner("world")``. caption, word, method: what
    is shown first; default: the captioner's own caption as a whole. folder: where the Save button writes.

    A caption runs through the network once; its words and the methods are answered from that pass. When a scene is
    edited the caption stays, so that its log p can be watched; another scene is described anew, unless the caption was
    typed by hand. What goes wrong is said in ``message``, and everything stays. The settings are attributes that can be
    set and observed: ``caption``, ``word`` (its number, the word itself, None for the whole sentence), ``method``,
    ``opacity``, ``shared_scale``. ``source`` chooses the picture; ``controls`` holds the widgets.

    >>> explorer = CaptionExplorer(seed=1_000_007)
    >>> explorer.caption, explorer.word = "a man flying a kite", "kite"
    >>> explorer.picture().shape
    (448, 448, 3)
    """

    caption = traitlets.TraitType("", help="the sentence that is explained")
    word = traitlets.TraitType(None, help="number of a word or the word; None: the whole sentence")
    method = traitlets.Unicode("grad_cam", help="a key of METHODS")
    opacity = traitlets.Float(0.55, help="0: the picture alone, 1: the map alone")
    shared_scale = traitlets.Bool(False, help="one colour scale for all words, so that weak words look weak")

    def __init__(
        self,
        scene: Scene | None = None,
        captioner: CaptionSystem | None = None,
        *,
        seed: int = SEED,
        caption: str | None = None,
        word: int | str | None = None,
        method: str | None = None,
        folder: str | Path = ".",
    ):
        self.captioner = captioner or load_captioner("world")
        self.source = SceneSource(scene, seed)
        self.described, self._scene, self._filling = None, None, False
        super().__init__(CaptionControls(self.source.box, lambda which: self._set("word", which)), folder)
        self.add_class("caption-explorer")
        self.controls.about.value = small(f"The network sees the picture at 128 × 128: {self.captioner.source}.")
        self._connect()
        self._describe()
        self._begin_with(caption=caption, word=word, method=method)

    # From the controls to the settings

    def _connect(self) -> None:
        c = self.controls
        c.method.options = [(m.label, key) for key, m in METHODS.items()]
        for name, control in [("method", c.method), ("opacity", c.opacity), ("shared_scale", c.shared)]:
            traitlets.link((self, name), (control, "value"))
        for control in (c.text, c.offers):
            control.observe(lambda change: self._set("caption", change["new"]), "value")
        c.slider.observe(lambda change: self._set("word", None if change["new"] < 0 else change["new"]), "value")
        c.save.on_click(self._save_clicked)
        self.source.observe(self._another_picture)

    def _set(self, name: str, value: str | int | None) -> None:
        if self._filling:
            return
        self._say("")
        setattr(self, name, value)
        if self._word != "Problem":  # what stayed the same drew nothing, but the controls have changed
            self._fill()
            self._remark()

    _allowed = traitlets.validate(*SETTINGS)(Explorer._proposed)

    def _checked(self, name: str, value):
        if name == "caption":
            self.described.explain(caption := checked_caption(value))  # kept; what fails here changes nothing
            return caption
        if name == "word":
            return checked_word(value, self.explained.words)
        if name == "method" and value not in METHODS:
            raise ValueError(f"method {value!r}: choose one of {', '.join(map(repr, METHODS))}")
        return checked_opacity(value) if name == "opacity" else value

    # From the settings to the picture

    def _another_picture(self) -> None:
        with self._in_words():
            self._describe()

    def _describe(self) -> None:
        described, scene = DescribedPicture(self.captioner, self.source.picture), self.source.scene
        keep = self.explained and (_edited(self._scene, scene) or self.caption not in self.controls.offered)
        caption = self.caption if keep else described.candidates[0][0]
        described.explain(caption)  # where this fails, the picture before is still complete
        self.described, self._scene = described, scene
        self.stem = f"scene-{scene.seed}" if scene else "picture"
        if caption == self.caption:
            self._explain(self.word)
        self.caption = caption

    @traitlets.observe("caption")
    def _another_caption(self, _: dict) -> None:
        self._explain(None)

    def _explain(self, word: int | None) -> None:
        self.explained = self.described.explain(self.caption)
        self._fill()
        if word == self.word:
            self._redraw()
        self.word = word

    @traitlets.observe("word", "method", "opacity", "shared_scale")
    def _redraw(self, _: dict | None = None) -> None:
        with self._in_words():
            e = self.explained
            self._drawing = e.draw(self.word, self.method, opacity=self.opacity, shared=self.shared_scale)
            self._display(self._drawing)
            self._remark()

    def _fill(self) -> None:
        """The controls that depend on the picture and the caption."""
        e = self.explained
        lines = [f"log p {log(e.log_p(None))}", *(log(p) for p in e.explanation.log_probs)]
        with self._unheard():
            self.controls.offer(self.described.candidates, self._scene, self.caption)
            self.controls.spell(e.words, e.unknown, lines)

    def _display(self, drawing: Drawing) -> None:
        c, method = self.controls, METHODS[self.method]
        c.image.value, c.title.value, c.facts.value = png(drawing.picture), drawing.title, drawing.facts
        c.legend.value, c.reading.value = legend(method.kind, drawing.largest), small(reading(self.word, self.method))
        c.opacity.disabled = c.shared.disabled = not method.laid_over
        with self._unheard():
            c.mark(self.word)

    @contextmanager
    def _unheard(self) -> Iterator[None]:
        """What the explorer itself does to its controls is no wish of the reader's."""
        self._filling = True
        try:
            yield
        finally:
            self._filling = False

    def _remark(self) -> None:
        unknown = ", ".join(f"“{word}”" for word in dict.fromkeys(self.explained.unknown))
        notes = [f"the captioner does not know {unknown} and reads UNK"] if unknown else []
        self._say("; ".join(filter(None, [*notes, self._drawing.note])), "Note")


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
        right = [source, heading("How is it drawn?"), self.method, self.reading, self.opacity, self.shared, self.save]
        self.message.layout.min_height = "30px"  # a line that comes and goes does not move the picture
        self.children = [
            heading("Which caption?"), self.text, self.offers, self.message,
            heading("Which word?"), self.words, self.slider, self.columns(right), self.about,
        ]  # fmt: skip

    def offer(self, candidates: list[tuple[str, float]], scene: Scene | None, caption: str) -> None:
        """What the captioner says and what is true; each sentence once."""
        self.offered = {sentence: f"captioner, log p with END {log(p)}" for sentence, p in candidates}
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


def _edited(before: Scene | None, after: Scene | None) -> bool:
    """Whether it is the same scene with a thing moved or removed."""
    return before is not None and after is not None and before.seed == after.seed
