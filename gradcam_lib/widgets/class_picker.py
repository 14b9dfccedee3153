"""Pick any class of a photograph and see the map move.   Notebook 00."""

from __future__ import annotations

import io
import os
from pathlib import Path

import traitlets

from gradcam_lib.networks.zoo import Classifier, load_classifier
from gradcam_lib.pictures.images import Source
from gradcam_lib.widgets.controls import Controls, bar, legend, small
from gradcam_lib.widgets.explained_picture import Drawing, ExplainedPicture, percent, unique
from gradcam_lib.widgets.explorer import Explorer, checked_opacity
from gradcam_lib.widgets.saving import png

SETTINGS = ("class_name", "method", "layer", "opacity", "shared_scale")


class ClassPicker(Explorer):
    """A photograph, its likeliest classes, and a map for any class that you pick.

    image: whatever ``load_image`` takes; None waits for an upload. classifier: default ``load_classifier("auto")``.
    class_name, method: what is shown first. folder: where the Save button writes; default: the notebook's folder.

    The network runs once a picture; classes, methods and layers are answered from that one pass. What goes wrong is
    said in ``message``, and the last good picture stays. The settings are attributes that can be set and observed:
    ``class_name`` (name or number), ``method``, ``layer``, ``opacity``, ``shared_scale``; ``picture()`` is what is
    shown, and ``controls`` holds the widgets.

    >>> picker = ClassPicker(sample("cat"), method="signed")
    >>> picker.class_name = "tabby"
    >>> picker.picture().shape
    (448, 448, 3)
    """

    class_name = traitlets.TraitType("", help="a class name; a number becomes the name")
    method = traitlets.Unicode("grad_cam", help="a key of METHODS, or 'cam'")
    layer = traitlets.TraitType(None, help="dotted name of one of the layers on offer")
    opacity = traitlets.Float(0.55, help="0: the picture alone, 1: the map alone")
    shared_scale = traitlets.Bool(False, help="one colour scale for all classes, so that weak classes look weak")

    def __init__(
        self,
        image: Source | None = None,
        classifier: Classifier | None = None,
        *,
        class_name: str | int | None = None,
        method: str | None = None,
        folder: str | Path = ".",
    ):
        self.classifier = classifier or load_classifier("auto")
        self.labels = unique(self.classifier.names)
        super().__init__(Controls(min(5, len(self.labels)), self.labels), folder)
        self.add_class("class-picker")
        self._connect()
        self._display(self._drawing)
        if image is None:
            self._say("Choose a picture of your own with the button “Own picture”.", "Note")
        elif self.show(image):
            self._begin_with(class_name=class_name, method=method)

    def show(self, image: Source, stem: str | None = None) -> bool:
        """Explains another picture and starts at its likeliest class. False, and a message, where it cannot be used."""
        with self._in_words():
            explained = ExplainedPicture(self.classifier, image)
            first = self.labels[explained.top[0]]
            self._draw(explained, first)  # where this fails, the picture before is still complete
            self._offer(explained)
            self.stem = stem or (Path(image).stem if isinstance(image, (str, os.PathLike)) else "picture")
            self.explained = explained
            if self.class_name == first:
                self._redraw()
            self.class_name = first
            return True
        return False

    # From the controls to the settings

    def _connect(self) -> None:
        c = self.controls
        traitlets.link((self, "opacity"), (c.opacity, "value"))
        traitlets.link((self, "shared_scale"), (c.shared, "value"))
        for i, button in enumerate(c.likeliest):
            button.on_click(lambda _, i=i: self._pick(self.labels[self.explained.top[i]]))
        c.box.observe(self._typed, "value")
        c.upload.observe(self._uploaded, "value")
        c.save.on_click(self._save_clicked)

    def _offer(self, explained: ExplainedPicture) -> None:
        """Fills the controls that depend on the picture; methods and layers depend on the network alone."""
        c = self.controls
        if not c.method.options:
            c.method.options = [(m.label, key) for key, m in explained.methods.items()]
            c.layer.options = list(explained.layers.items())
            self.layer = explained.default_layer
            if self.method not in explained.methods:
                self.method = next(iter(explained.methods))
            traitlets.link((self, "method"), (c.method, "value"))
            if self.layer:
                traitlets.link((self, "layer"), (c.layer, "value"))
            c.use(True)
        for button, line, index in zip(c.likeliest, c.bars, explained.top, strict=True):
            p = explained.probability(index)
            button.description, button.tooltip = self.labels[index], f"{self.labels[index]}, {percent(p)}"
            line.value = bar(p, percent(p))
        about = f"The network sees this square at {explained.side} × {explained.side} pixels: {self.classifier.source}."
        c.about.value = small(" ".join([about, *explained.remarks]))

    def _pick(self, name: str | int) -> bool:
        self._say("")
        self.class_name = name
        return self._word != "Problem"

    def _typed(self, change: dict) -> None:
        text = change["new"].strip()
        if text and self._pick(int(text) if text.isdecimal() and text not in self.labels else text):
            self.controls.box.value = ""

    def _uploaded(self, change: dict) -> None:
        if change["new"]:
            sent = change["new"][0]
            file = io.BytesIO(bytes(sent["content"]))
            file.name = sent["name"]  # for the messages
            self.show(file, Path(sent["name"]).stem)
            self.controls.upload.value = ()  # lets the same file be chosen again, and forgets its bytes

    _allowed = traitlets.validate(*SETTINGS)(Explorer._proposed)

    def _checked(self, name: str, value):
        if name == "class_name":
            return value if value in self.labels else self.labels[self.classifier.index(value)]
        if name == "opacity":
            return checked_opacity(value)
        if self.explained and name in ("method", "layer"):
            offered = list(self.explained.methods if name == "method" else self.explained.layers.values())
            if value not in (offered or [None]):
                raise ValueError(f"{name} {value!r}: not on offer here; choose one of {', '.join(map(repr, offered))}")
        return value

    # From the settings to the picture

    def _draw(self, explained: ExplainedPicture, name: str) -> Drawing:
        method = self.method if self.method in explained.methods else next(iter(explained.methods))
        layer = self.layer or explained.default_layer
        index = self.labels.index(name)
        return explained.draw(index, method, layer, opacity=self.opacity, shared=self.shared_scale)

    @traitlets.observe(*SETTINGS)
    def _redraw(self, _: dict | None = None) -> None:
        if self.explained is None:
            return
        with self._in_words():
            self._drawing = self._draw(self.explained, self.class_name)
            self._display(self._drawing)
            self.controls.box.value = ""  # ready for the next name: a full box offers only what begins like it
            if self._drawing.note:
                self._say(self._drawing.note, "Note")

    def _display(self, drawing: Drawing) -> None:
        c = self.controls
        c.image.value, c.title.value, c.facts.value = png(drawing.picture), drawing.title, drawing.facts
        if self.explained is None:
            return c.use(False)
        method = self.explained.methods[self.method]
        c.legend.value, c.reading.value = legend(method.kind, drawing.largest), small(method.reading)
        c.layer.disabled, c.opacity.disabled = not method.layered, not method.laid_over
        for button, index in zip(c.likeliest, self.explained.top, strict=True):
            here = self.labels[index] == self.class_name
            button.button_style, button.icon = ("primary", "check") if here else ("", "")
