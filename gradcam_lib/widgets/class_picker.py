"""Pick any class of a photograph and see the map move; press a position and see which classes it speaks for."""

from __future__ import annotations

import io
import os
from pathlib import Path

import numpy as np
import traitlets
from torch import nn

from gradcam_lib.networks.classifier import Classifier
from gradcam_lib.pictures.crops import Crop
from gradcam_lib.pictures.images import Source, load_image
from gradcam_lib.widgets.captioned import captioned
from gradcam_lib.widgets.controls import offer, small
from gradcam_lib.widgets.explained_picture import ExplainedPicture, percent, unique
from gradcam_lib.widgets.input_size import input_sizes
from gradcam_lib.widgets.methods import number
from gradcam_lib.widgets.own_pictures import OwnPictures, Pictures
from gradcam_lib.widgets.picker_controls import Controls
from gradcam_lib.widgets.picker_settings import SETTINGS, PickerSettings, classifier_of, moved


class ClassPicker(PickerSettings):
    """A photograph, its likeliest classes, and a map for any class that you pick.

    image: whatever ``load_image`` takes; None waits for an upload. classifier: a Classifier, or any network of yours,
    see ``gradcam_lib.classifier``; default: ``load_classifier("auto")``. class_name, method, crop, size: what is shown
    first. pictures: your own, to choose from: a folder, a list of files, or a dict name → picture; without an image the
    first of them is shown. folder: where ``save`` writes; default: the notebook's. The button sends to the browser.

    The network runs once a picture; classes, methods, layers and positions are answered from that one pass. What goes
    wrong is said in ``message``, and the last good picture stays. The settings are attributes that can be set and
    observed: ``class_name`` (name or number), ``method``, ``layer``, ``opacity``, ``shared_scale``; ``position``, the
    (row, column) of the layer's map of which is asked which classes it speaks for and against, or None; ``compare``,
    whether there is a second map, whose settings are those of ``second``; ``crop``, the part that the network sees:
    "middle", "whole" or a box (x0, y0, x1, y1) in pixels of the picture; and ``size``, the side in pixels at which it
    sees that part: the larger, the finer the map, where the network takes it. ``picture()`` is what is shown, and
    ``controls`` holds the widgets.

    >>> picker = ClassPicker(sample("cat"), method="signed")
    >>> picker.class_name = "tabby"
    >>> picker.picture().shape
    (448, 448, 3)
    """

    def __init__(
        self,
        image: Source | None = None,
        classifier: Classifier | nn.Module | None = None,
        *,
        class_name: str | int | None = None,
        method: str | None = None,
        crop: Crop | None = None,
        size: int | None = None,
        pictures: Pictures | None = None,
        folder: str | Path = ".",
    ):
        self.own = OwnPictures(pictures)
        self.classifier = classifier_of(classifier)
        self.labels, self._name = unique(self.classifier.names), ""
        super().__init__(Controls(min(5, len(self.labels)), self.labels), folder)
        self.add_class("class-picker")
        self.second = self.controls.second
        self._connect()
        self.controls.first.show(self._drawing)
        self.controls.use(False)
        if self.show(image) if image is not None else any(map(self._show_own, self.own.names)):
            self._begin_with(crop=crop, size=size)
            self._begin_with(class_name=class_name, method=method)
        elif image is None:
            self._say("Choose a picture with the button “Your own picture”.", "Note")
        self._tell_of_own()

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

    def _show_own(self, name: str) -> bool:
        try:
            return self.show(self.own.load(name), name)
        except (ValueError, TypeError, OSError):  # skipped from now on
            return False

    def _take(self, explained: ExplainedPicture, label: str) -> None:
        """The picture, how it is seen and the class that is shown of it, all at once."""
        self.explained = self._ready = explained
        self._offer(explained)
        with self.hold_trait_notifications():
            self.crop, self.size, self.class_name, self.position = explained.crop, explained.size, label, None
        self._redraw()

    # From the controls to the settings

    def _connect(self) -> None:
        c = self.controls
        self._link_opacity()
        traitlets.link((self, "shared_scale"), (c.shared, "value"))
        traitlets.link((self, "compare"), (c.compare, "value"))
        c.choice.connect(self._pick)
        c.position.connect(self._ask, self._pick)
        for view in (c.first, c.second):
            view.pressable.connect(lambda at, view=view: self._ask(at, view.pressable.size))
        c.second.observe(self._redraw, ["class_name", "method", "layer"])
        c.upload.connect(self._uploaded, self._say_beside)
        c.mine.connect(self._choose)
        c.part.connect(self._cut)
        c.size.connect(self._resize)
        c.save.on_click(self._download)

    def _offer(self, explained: ExplainedPicture) -> None:
        """Fills the controls that depend on the picture or on its size; methods depend on the network alone."""
        c = self.controls
        layer, layers = self._layer(explained), explained.layers.items()
        offer(c.layer, layers)  # another size: finer maps, and now and then another layer
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
        c.second.offer(explained)
        probabilities = [explained.probability(index) for index in explained.top]
        names = [self.labels[index] for index in explained.top]
        c.choice.show([(name, p, percent(p)) for name, p in zip(names, probabilities, strict=True)])
        c.part.show(explained.crop, explained.image.shape)
        c.mine.offer(self.own.names, self._name)
        c.size.show(explained.size)
        start = f"{self._name}: the network" if self._name else "The network"
        about = f"{start} sees {explained.seen}, at {explained.size} × {explained.size} pixels."
        c.about.value = small(" ".join([about, f"{self.classifier.source}.", *explained.remarks]))

    def _pick(self, name: str) -> None:
        self._say("")
        self.class_name = name

    def _ask(self, position: tuple[int, int] | None, size: tuple[int, int] | None = None) -> None:
        """size: (h, w) of the map whose position it is, where it is not that of ``layer``."""
        self._say("")
        own = self.explained.size_of(self.layer)
        self.position = position and moved(position, size or own, own)

    def _choose(self, name: str) -> None:
        if not self._show_own(name):
            self._tell_of_own()

    def _tell_of_own(self) -> None:
        """Which of the reader's own pictures there are, and which are skipped."""
        self.controls.mine.offer(self.own.names, self._name)
        if self.own.note:
            self._say_beside(self.own.note, "Note")

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
        self.controls.download.clear()

    def _say_beside(self, text: str, word: str) -> None:
        """Beside the button for a file, where whoever has just chosen one looks."""
        self._say("")
        self._word, self.message = word, text
        self.controls.beside.say(text, word)

    @traitlets.observe("crop", "size")
    def _seen_anew(self, _: dict) -> None:
        if self._ready is not self.explained:
            with self._in_words():
                self._take(self._ready, self.class_name)

    # From the settings to the picture

    @traitlets.observe(*SETTINGS[:-2])
    def _redraw(self, _: dict | None = None) -> None:
        if self.explained is None:
            return
        with self._in_words():
            if self._follow():
                return
            self._drawings = self._draw(self.explained, self.class_name)
            self._drawing = self._drawings[0]
            self._display()
            if self._drawing.note:  # which stands beneath the picture
                self._word, self.message = "Note", self._drawing.note
            self.drawn += 1

    def _display(self) -> None:
        c = self.controls
        shown = ((c.first, self), (c.second, self.second))[: len(self._drawings)]
        for (view, own), drawing in zip(shown, self._drawings, strict=True):
            view.show(drawing)
            view.pressable.divide(*self.explained.size_of(own.layer))
        c.put_beside(self.compare)
        c.choice.mark(self.class_name)
        methods = [self.explained.methods[own.method] for _, own in shown]
        c.reading.value, c.layer.disabled = small(methods[0].reading), not methods[0].layered
        c.opacity.disabled = not any(method.laid_over for method in methods)
        self._answer()

    def _answer(self) -> None:
        """What the position says."""
        c, (h, w) = self.controls.position, self.explained.size_of(self.layer)
        c.offer(h, w)
        if self.position is None:
            return c.tell(None)
        supports, opposes, mean = self.explained.asked(self.position, self.layer)
        i, j = self.position
        c.tell(
            self.position, supports, opposes,
            f"Row {i}, column {j} of the {h} × {w} map of {self.layer}, in units of the score before the softmax. "
            f"Average over all {len(self.labels)} classes: {number(mean)}.",
        )  # fmt: skip

    def _to_save(self) -> np.ndarray:
        return captioned(self._drawings)
