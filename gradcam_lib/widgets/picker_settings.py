"""The settings of the class picker: what may be set, and the maps that belong to them."""

from __future__ import annotations

import traitlets
from torch import nn

from gradcam_lib.networks.classifier import Classifier, classifier
from gradcam_lib.networks.zoo import load_classifier
from gradcam_lib.pictures.crops import Crop
from gradcam_lib.pictures.overlay import OPACITY
from gradcam_lib.positions import checked_position
from gradcam_lib.widgets.explained_picture import Drawing, ExplainedPicture, named
from gradcam_lib.widgets.explorer import Explorer, checked_opacity
from gradcam_lib.widgets.input_size import checked_size
from gradcam_lib.widgets.pressing import middle

SETTINGS = ("class_name", "method", "layer", "opacity", "shared_scale", "position", "compare", "crop", "size")


class PickerSettings(Explorer):
    """A subclass has the ``classifier``, its ``labels``, and ``second``, the settings of the second map."""

    class_name = traitlets.TraitType("", help="a class name; a number becomes the name")
    method = traitlets.Unicode("grad_cam", help="a key of METHODS, or 'cam'")
    layer = traitlets.TraitType(None, help="dotted name of one of the layers on offer")
    opacity = traitlets.Float(OPACITY, help="0: the photograph, 1: the maximum of the map covers it")
    shared_scale = traitlets.Bool(False, help="one colour scale for all classes, so that weak classes look weak")
    position = traitlets.TraitType(None, help="(row, column) of the layer's map, from 0; or None")
    compare = traitlets.Bool(False, help="whether a second map stands beside the first")
    crop = traitlets.TraitType("middle", help="'middle', 'whole' or a box (x0, y0, x1, y1) in pixels of the picture")
    size = traitlets.TraitType(None, help="the side of the network's input in pixels; None: its own")

    _map_size = (0, 0)  # of the map to which ``position`` belongs
    _ready: ExplainedPicture | None = None  # what ``crop`` and ``size`` will show

    _allowed = traitlets.validate(*SETTINGS)(Explorer._proposed)

    def _checked(self, name: str, value):
        if name == "class_name":
            return named(value, self.labels, self.classifier)
        if name == "opacity":
            return checked_opacity(value)
        if name in ("crop", "size"):
            return self._seen_otherwise(name, value)
        if name == "position" and value is not None:
            if self.explained is None:
                raise ValueError("position: there is no picture yet; choose one first")
            self._map_size = self.explained.size_of(self.layer)
            return checked_position(tuple(value), self._map_size)
        return self.explained.checked(name, value) if self.explained and name in ("method", "layer") else value

    def _seen_otherwise(self, name: str, value: Crop | int | None) -> Crop | int:
        """Runs the network on another part, or at another size; what fails here changes nothing."""
        if self.explained is None:
            raise ValueError(f"{name}: there is no picture yet; choose one first")
        if name == "crop" and not isinstance(value, str):
            value = tuple(value)
        if name == "size" and value is None:
            value = self.classifier.transform.crop
        if getattr(self._ready, name) == value:
            return value
        if name == "size":
            own = self.classifier.transform.crop
            self._ready = checked_size(value, own, lambda at: self.explained.again(size=at or own))[1]
        else:
            self._ready = self.explained.again(crop=value)
        return value

    def _draw(self, explained: ExplainedPicture, name: str) -> list[Drawing]:
        """The map, and the second one where it is shown."""
        method = self.method if self.method in explained.methods else next(iter(explained.methods))
        maps = [(self.labels.index(name), method, self._layer(explained))]
        if self.compare:
            maps.append((self.labels.index(self.second.class_name), self.second.method, self.second.layer))
        ends = [explained.end_of_scale(*one, shared=True) if self.shared_scale else 0.0 for one in maps]
        if len({explained.methods[method].laid_over for _, method, _ in maps}) == 1:  # numbers of one kind
            ends = [max(ends)] * len(maps)
        return [
            explained.draw(*one, opacity=self.opacity, end=end, mark=self._mark(explained, one[2]))
            for one, end in zip(maps, ends, strict=True)
        ]

    def _mark(self, explained: ExplainedPicture, layer: str | None) -> tuple | None:
        size = explained.size_of(layer)
        return (moved(self.position, self._map_size, size), size) if self.position and size[0] else None

    def _layer(self, explained: ExplainedPicture) -> str | None:
        """The chosen layer where there is a map of it; at another size there may be none."""
        return self.layer if self.layer in explained.layers.values() else explained.default_layer

    def _follow(self) -> bool:
        """Whether the position had to move, because the layer has a map of another size."""
        own, before = self.explained.size_of(self.layer), self.position
        if before is None or own == self._map_size:
            return False
        self.position = moved(before, self._map_size, own)
        self._map_size = own
        return self.position != before


def moved(position: tuple[int, int], size: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
    """The position of a map of size ``other`` (h, w) beneath the middle of a position of one of ``size``."""
    return tuple(map(middle, position, size, other))


def classifier_of(given: Classifier | nn.Module | None) -> Classifier:
    if given is None:
        return load_classifier("auto")
    return classifier(given) if isinstance(given, nn.Module) else given
