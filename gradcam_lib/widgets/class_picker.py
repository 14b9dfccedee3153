"""Pick any class of a photograph and see the map move.   Notebook 00."""

from __future__ import annotations

import io
import os
from pathlib import Path

import traitlets
from torch import nn

from gradcam_lib.networks.classifier import Classifier, classifier
from gradcam_lib.networks.zoo import load_classifier
from gradcam_lib.pictures.crops import Crop
from gradcam_lib.pictures.images import Source, load_image
from gradcam_lib.pictures.overlay import OPACITY
from gradcam_lib.widgets.controls import bar, legend, small
from gradcam_lib.widgets.explained_picture import Drawing, ExplainedPicture, percent, unique
from gradcam_lib.widgets.explorer import Explorer, checked_opacity
from gradcam_lib.widgets.input_size import input_sizes
from gradcam_lib.widgets.picker_controls import Controls
from gradcam_lib.widgets.saving import png

SETTINGS = ("class_name", "method", "layer", "opacity", "shared_scale", "crop", "size")


class ClassPicker(Explorer):
    """A photograph, its likeliest classes, and a map for any class that you pick.

    image: whatever ``load_image`` takes; None waits for an upload. classifier: a Classifier, or any network of yours,
    see ``gradcam_lib.classifier``; default: ``load_classifier("auto")``. class_name, method, crop, size: what is shown
    first. folder: where the Save button writes; default: the notebook's folder.

    The network runs once a picture; classes, methods and layers are answered from that one pass. What goes wrong is
    said in ``message``, and the last good picture stays. The settings are attributes that can be set and observed:
    ``class_name`` (name or number), ``method``, ``layer``, ``opacity``, ``shared_scale``; ``crop``, the part that the
    network sees: "middle", "whole" or a box (x0, y0, x1, y1) in pixels of the picture; and ``size``, the side in pixels
    at which it sees that part: the larger, the finer the map, where the network takes it. ``picture()`` is what is
    shown, and ``controls`` holds the widgets.

    >>> picker = ClassPicker(sample("cat"), method="signed")
    >>> picker.class_name = "tabby"
    >>> picker.picture().shape
    (448, 448, 3)
    """

    class_name = traitlets.TraitType("", help="a class name; a number becomes the name")
    method = traitlets.Unicode("grad_cam", help="a key of METHODS, or 'cam'")
    layer = traitlets.TraitType(None, help="dotted name of one of the layers on offer")
    opacity = traitlets.Float(OPACITY, help="0: the photograph, 1: the maximum of the map covers it")
    shared_scale = traitlets.Bool(False, help="one colour scale for all classes, so that weak classes look weak")
    crop = traitlets.TraitType("middle", help="'middle', 'whole' or a box (x0, y0, x1, y1) in pixels of the picture")
    size = traitlets.TraitType(None, help="the side of the network's input in pixels; None: its own")

    def __init__(
        self,
        image: Source | None = None,
        classifier: Classifier | nn.Module | None = None,
        *,
        class_name: str | int | None = None,
        method: str | None = None,
        crop: Crop | None = None,
        size: int | None = None,
        folder: str | Path = ".",
    ):
        self.classifier = _classifier(classifier)
        self.labels, self._name, self._ready = unique(self.classifier.names), "", None
        super().__init__(Controls(min(5, len(self.labels)), self.labels), folder)
        self.add_class("class-picker")
        self._connect()
        self._display(self._drawing)
        if image is None:
            self._say("Choose a picture of your own with the button “Own picture”.", "Note")
        elif self.show(image):
            self._begin_with(crop=crop, size=size)
            self._begin_with(class_name=class_name, method=method)

    def show(self, image: Source, name: str | None = None) -> bool:
        """Explains another picture and starts at its likeliest class. False, and a message, where it cannot be used.

        name: of its file, for the reader; default: that of ``image``, where it is a path.
        """
        with self._in_words():
            pixels = load_image(image)
            explained = ExplainedPicture(self.classifier, pixels, self.controls.part.crop(pixels.shape), self.size)
            first = self.labels[explained.top[0]]
            self._draw(explained, first)  # where this fails, the picture before is still complete
            self._name = name or (Path(image).name if isinstance(image, (str, os.PathLike)) else "")
            self.stem = Path(self._name).stem or "picture"
            self._take(explained, first)
            return True
        return False

    def _take(self, explained: ExplainedPicture, label: str) -> None:
        """The picture, how it is seen and the class that is shown of it, all at once."""
        self.explained = self._ready = explained
        self._offer(explained)
        with self.hold_trait_notifications():
            self.crop, self.size, self.class_name = explained.crop, explained.size, label
        self._redraw()

    # From the controls to the settings

    def _connect(self) -> None:
        c = self.controls
        self._link_opacity()
        traitlets.link((self, "shared_scale"), (c.shared, "value"))
        for i, button in enumerate(c.likeliest):
            button.on_click(lambda _, i=i: self._pick(self.labels[self.explained.top[i]]))
        c.box.observe(self._typed, "value")
        c.upload.connect(self._uploaded, self._say_beside)
        c.part.connect(self._cut)
        c.size.connect(self._resize)
        c.save.on_click(self._save_clicked)

    def _offer(self, explained: ExplainedPicture) -> None:
        """Fills the controls that depend on the picture or on its size; methods depend on the network alone."""
        c = self.controls
        layer, layers = self._layer(explained), list(explained.layers.items())
        if layers != list(c.layer.options):  # another size: finer maps, and now and then another layer
            c.layer.options = layers
        self.layer = layer
        if not c.method.options:
            c.method.options = [(m.label, key) for key, m in explained.methods.items()]
            if self.method not in explained.methods:
                self.method = next(iter(explained.methods))
            traitlets.link((self, "method"), (c.method, "value"))
            if self.layer:
                traitlets.link((self, "layer"), (c.layer, "value"))
            c.size.offer(input_sizes(self.classifier))
            c.use(True)
        for button, line, index in zip(c.likeliest, c.bars, explained.top, strict=True):
            p = explained.probability(index)
            button.description, button.tooltip = self.labels[index], f"{self.labels[index]}, {percent(p)}"
            line.value = bar(p, percent(p))
        c.part.show(explained.crop, explained.image.shape)
        c.size.show(explained.size)
        start = f"{self._name}: the network" if self._name else "The network"
        about = f"{start} sees {explained.seen}, at {explained.size} × {explained.size} pixels."
        c.about.value = small(" ".join([about, f"{self.classifier.source}.", *explained.remarks]))

    def _pick(self, name: str | int) -> bool:
        self._say("")
        self.class_name = name
        return self._word != "Problem"

    def _typed(self, change: dict) -> None:
        text = change["new"].strip()
        if text and self._pick(int(text) if text.isdecimal() and text not in self.labels else text):
            self.controls.box.value = ""

    def _uploaded(self, file: io.BytesIO) -> None:
        self.show(file, file.name)
        if self._word == "Problem":
            self._say_beside(self.message, "Problem")

    def _cut(self) -> None:
        self._say("")
        self.crop = self.controls.part.crop(self.explained.image.shape)
        self.controls.part.show(self.crop, self.explained.image.shape)  # a choice that was refused is not shown

    def _resize(self, size: int) -> None:
        self._say("")
        self.size = size
        self.controls.size.show(self.size)

    def _say(self, text: str, word: str = "") -> None:
        super()._say(text, word)
        self.controls.beside.say("")

    def _say_beside(self, text: str, word: str) -> None:
        """Beside the button for a file, where whoever has just chosen one looks."""
        self._say("")
        self._word, self.message = word, text
        self.controls.beside.say(text, word)

    _allowed = traitlets.validate(*SETTINGS)(Explorer._proposed)

    def _checked(self, name: str, value):
        if name == "class_name":
            return value if value in self.labels else self.labels[self.classifier.index(value)]
        if name == "opacity":
            return checked_opacity(value)
        if name in ("crop", "size"):
            return self._seen_otherwise(name, value)
        if self.explained and name in ("method", "layer"):
            offered = list(self.explained.methods if name == "method" else self.explained.layers.values())
            if value not in (offered or [None]):
                raise ValueError(f"{name} {value!r}: not on offer here; choose one of {', '.join(map(repr, offered))}")
        return value

    def _seen_otherwise(self, name: str, value: Crop | int | None) -> Crop | int:
        """Runs the network on another part, or at another size; what fails here changes nothing."""
        if self.explained is None:
            raise ValueError(f"{name}: there is no picture yet to be seen otherwise")
        if name == "crop" and not isinstance(value, str):
            value = tuple(value)
        if name == "size" and value is None:
            value = self.classifier.transform.crop
        if getattr(self._ready, name) != value:
            self._ready = self.explained.again(**{name: value})
        return value

    @traitlets.observe("crop", "size")
    def _seen_anew(self, _: dict) -> None:
        if self._ready is not self.explained:
            with self._in_words():
                self._take(self._ready, self.class_name)

    # From the settings to the picture

    def _draw(self, explained: ExplainedPicture, name: str) -> Drawing:
        method = self.method if self.method in explained.methods else next(iter(explained.methods))
        layer = self._layer(explained)
        index = self.labels.index(name)
        return explained.draw(index, method, layer, opacity=self.opacity, shared=self.shared_scale)

    def _layer(self, explained: ExplainedPicture) -> str | None:
        """The chosen layer where there is a map of it; at another size there may be none."""
        return self.layer if self.layer in explained.layers.values() else explained.default_layer

    @traitlets.observe(*SETTINGS[:-2])
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


def _classifier(given: Classifier | nn.Module | None) -> Classifier:
    if given is None:
        return load_classifier("auto")
    return classifier(given) if isinstance(given, nn.Module) else given
