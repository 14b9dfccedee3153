"""Describe a scene or a photograph in your own words, click a word and see where it comes from.   Notebook 07."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import traitlets

from gradcam_lib.language.captioning import CaptionSystem, load_captioner
from gradcam_lib.pictures.overlay import OPACITY
from gradcam_lib.widgets.caption_controls import CaptionControls
from gradcam_lib.widgets.captioned import captioned
from gradcam_lib.widgets.controls import NONE, small
from gradcam_lib.widgets.explained_caption import (
    METHODS,
    WHOLE,
    DescribedPicture,
    checked_caption,
    checked_word,
    reading,
)
from gradcam_lib.widgets.explained_picture import Drawing
from gradcam_lib.widgets.explorer import Explorer, checked_opacity
from gradcam_lib.widgets.input_size import checked_size, input_sizes
from gradcam_lib.widgets.methods import decimals
from gradcam_lib.widgets.own_pictures import Pictures
from gradcam_lib.widgets.scene_source import SEED, SceneSource
from gradcam_lib.widgets.source_controls import PHOTO, WORLD
from gradcam_lib.worlds.scene import Scene

SETTINGS = ("caption", "word", "beside", "method", "opacity", "shared_scale", "size")


class CaptionExplorer(Explorer):
    """A picture, a caption of it, and the map of any of its words or of the whole sentence, or two of them.

    scene: default, the scene of ``seed``. captioner: of scenes, default ``load_captioner("world")``. photographs: the
    captioner of photographs, default ``load_captioner("photo")``, when the first one is shown. caption, word, method:
    what is shown first; default: the captioner's own caption as a whole. pictures: your own, to choose from: a folder,
    a list of files, or a dict name → picture; without a scene the first of them is shown. folder: where ``save``
    writes; the button sends to the browser.

    A caption runs through the network once; its words and the methods are answered from that pass. When a scene is
    edited the caption stays, so that its log p can be watched; another picture is described anew, unless the caption
    was typed by hand for the same captioner. What goes wrong is said in ``message``, and everything stays. The settings
    are attributes that can be set and observed: ``caption``, ``word`` (its number, the word itself, None for the whole
    sentence), ``beside`` (the same for a second map; "whole sentence" for the whole, None where there is none),
    ``method``, ``opacity``, ``shared_scale``, and of a photograph ``size``, the side in pixels of the input that is
    explained: the larger, the finer the map; the captioner's own captions stay. ``source`` chooses the picture, and
    ``captioner`` is who describes it; ``controls`` holds the widgets.

    >>> explorer = CaptionExplorer(seed=1_000_007)
    >>> explorer.caption, explorer.word = "a man flying a kite", "kite"
    >>> explorer.picture().shape
    (448, 448, 3)
    """

    caption = traitlets.TraitType("", help="the sentence that is explained")
    word = traitlets.TraitType(None, help="number of a word or the word; None: the whole sentence")
    beside = traitlets.TraitType(None, help="of a second map: a word or its number, or WHOLE; None: there is none")
    method = traitlets.Unicode("grad_cam", help="a key of METHODS")
    opacity = traitlets.Float(OPACITY, help="0: the photograph, 1: the maximum of the map covers it")
    shared_scale = traitlets.Bool(False, help="one colour scale for all words, so that weak words look weak")
    size = traitlets.TraitType(
        None, help="the side in pixels of the input that is explained; None: the captioner's own"
    )

    def __init__(
        self,
        scene: Scene | None = None,
        captioner: CaptionSystem | None = None,
        *,
        photographs: CaptionSystem | None = None,
        seed: int = SEED,
        caption: str | None = None,
        word: int | str | None = None,
        method: str | None = None,
        pictures: Pictures | None = None,
        folder: str | Path = ".",
    ):
        self._captioners = {WORLD: captioner or load_captioner(WORLD)} | ({PHOTO: photographs} if photographs else {})
        self.source = SceneSource(scene, seed, lambda: self._captioner(PHOTO), pictures)
        self.described, self._scene = None, None
        super().__init__(CaptionControls(self.source.box, lambda which: self._set("word", which)), folder)
        self.add_class("caption-explorer")
        self._connect()
        self._describe()
        self._begin_with(caption=caption, word=word, method=method)

    @property
    def captioner(self) -> CaptionSystem:
        return self._captioner(self.source.kind)

    def _captioner(self, kind: str) -> CaptionSystem:
        if kind not in self._captioners:
            self._captioners[kind] = load_captioner(kind)
        return self._captioners[kind]

    # From the controls to the settings

    def _connect(self) -> None:
        c = self.controls
        c.method.options = [(m.label, key) for key, m in METHODS.items()]
        for name, control in [("method", c.method), ("shared_scale", c.shared)]:
            traitlets.link((self, name), (control, "value"))
        self._link_opacity()
        c.text.observe(lambda change: self._set("caption", change["new"]), "value")
        c.offers.observe(lambda change: change["new"] != NONE and self._set("caption", change["new"]), "value")
        c.beside.observe(lambda change: self._set("beside", None if change["new"] == NONE else change["new"]), "value")
        c.save.on_click(self._download)
        c.size.connect(lambda side: self._set("size", side))
        self.source.observe(self._another_picture)

    def _set(self, name: str, value: str | int | None) -> None:
        if self._quiet:
            return
        self._say("")
        setattr(self, name, value)
        if self._word != "Problem":  # what stayed the same drew nothing, but the controls have changed
            self._fill()
            self._remark()

    _allowed = traitlets.validate(*SETTINGS)(Explorer._proposed)

    def _checked(self, name: str, value):
        if name == "caption":
            nothing = isinstance(value, str) and not value.strip()
            caption = checked_caption(self.described.candidates[0] if nothing else value)
            self.described.explain(caption, self.size)  # kept; what fails here changes nothing
            return caption
        if name == "size" and not self._quiet:
            own = self.captioner.transform.crop
            return checked_size(value, own, lambda at: self.described.explain(self.caption, at))[0]
        if name == "word" or name == "beside" and value not in (None, WHOLE):
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
        same = self.described and self.described.captioner is described.captioner
        keep = same and (_edited(self._scene, scene) or self.caption not in self.controls.offered)
        caption = self.caption if keep else described.candidates[0]
        size = self.size if same and scene is None else None
        described.explain(caption, size)  # where this fails, the picture before is still complete
        self.described, self._scene = described, scene
        self.stem, side = self.source.stem, self.captioner.transform.crop
        self.controls.about.value = small(f"The network sees the picture at {side} × {side}: {self.captioner.source}.")
        self.controls.size.offer_for((self.captioner, scene is None), lambda: self._sizes(scene))
        with self._unheard():  # what is explained at this size follows
            self.size = size
        if caption == self.caption:
            self._explain(self.word, self.beside)
        self.caption = caption

    def _sizes(self, scene: Scene | None) -> list[int]:
        """What a photograph may be explained at; the scenes' networks know one size."""
        return [self.captioner.transform.crop] if scene else input_sizes(self.captioner.spoken("a"))

    @traitlets.observe("caption")
    def _another_caption(self, _: dict) -> None:
        self._explain(None)

    @traitlets.observe("size")
    def _another_size(self, _: dict) -> None:
        if not self._quiet:
            self._explain(self.word, self.beside)

    def _explain(self, word: int | None, beside: int | str | None = None) -> None:
        self.explained = self.described.explain(self.caption, self.size)
        self._fill()
        with self._unheard():
            self.word, self.beside = word, beside
        self._redraw()

    @traitlets.observe("word", "beside", "method", "opacity", "shared_scale")
    def _changed(self, _: dict) -> None:
        if not self._quiet:
            self._redraw()

    def _redraw(self) -> None:
        with self._in_words():
            second = [] if self.beside is None else [None if self.beside == WHOLE else self.beside]
            shown = [self.word, *second]
            self._drawings = self.explained.draw(shown, self.method, opacity=self.opacity, shared=self.shared_scale)
            self._drawing = self._drawings[0]
            self._display(self._drawings)
            self._remark()
            self.drawn += 1

    def _fill(self) -> None:
        """The controls that depend on the picture and the caption."""
        e = self.explained
        lines = [f"log p {decimals(e.log_p(None))}", *(decimals(p) for p in e.explanation.log_probs)]
        with self._unheard():
            self.controls.offer(self.described.candidates, self._scene, self.caption)
            self.controls.spell(e.words, e.unknown, lines)

    def _display(self, drawings: list[Drawing]) -> None:
        c, method = self.controls, METHODS[self.method]
        c.show(drawings)
        c.reading.value = small(reading(self.word, self.method))
        c.opacity.disabled = c.shared.disabled = not method.laid_over
        with self._unheard():
            c.mark(self.word, self.beside)
            c.size.show(self.size or self.captioner.transform.crop)

    def _remark(self) -> None:
        unknown = ", ".join(f"“{word}”" for word in dict.fromkeys(self.explained.unknown))
        if unknown:
            self._say(f"the captioner does not know {unknown}; every such word is read as the same unknown one", "Note")
        elif self._drawing.note:  # which stands beneath the map
            self._word, self.message = "Note", self._drawing.note

    def _to_save(self) -> np.ndarray:
        return captioned([replace(one, title=f"{one.title} · “{self.caption}”") for one in self._drawings])


def _edited(before: Scene | None, after: Scene | None) -> bool:
    """Whether it is the same scene with a thing moved or removed."""
    return before is not None and after is not None and before.seed == after.seed
