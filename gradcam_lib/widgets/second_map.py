"""A second map beside the first: another class, layer or method of the same picture."""

from __future__ import annotations

import ipywidgets as widgets
import traitlets

from gradcam_lib.widgets.class_choice import ClassBox
from gradcam_lib.widgets.controls import described
from gradcam_lib.widgets.explained_picture import ExplainedPicture
from gradcam_lib.widgets.map_view import MapView


class SecondMap(MapView):
    """A map with a choice of its own: ``class_name``, ``method``, ``layer``, which can be set and observed.

    ``offer(explained)`` fills the choices for a picture; what is no longer on offer goes back to the default.
    """

    class_name = traitlets.Unicode("", help="one of the picture's labels")
    method = traitlets.Unicode("grad_cam", help="a key of METHODS, or 'cam'")
    layer = traitlets.Unicode(None, allow_none=True, help="dotted name of one of the layers on offer")

    def __init__(self, labels: list[str]):
        super().__init__()
        self.which = ClassBox(labels, "Class")
        self.how = widgets.Dropdown(description="Method", tooltip="How the second map is made", **described())
        self.at = widgets.Dropdown(description="Layer", tooltip="Where the second map is taken", **described())
        self._explained: ExplainedPicture | None = None
        self.children = [*self.children, self.which, self.how, self.at]
        self.which.connect(lambda name: self.set_trait("class_name", name))

    def offer(self, explained: ExplainedPicture) -> None:
        before, self._explained = self._explained, explained
        layers = list(explained.layers.items())
        with self.hold_trait_notifications():
            if self.class_name not in explained.labels or before is None:
                self.class_name = explained.labels[explained.top[min(1, len(explained.top) - 1)]]
            if self.layer not in explained.layers.values():
                self.layer = explained.default_layer
            if self.method not in explained.methods:
                self.method = next(iter(explained.methods))
        if layers != list(self.at.options):
            kept = self.layer
            self.at.options = layers
            self.layer = kept
        if before is None:
            self.how.options = [(m.label, key) for key, m in explained.methods.items()]
            traitlets.link((self, "method"), (self.how, "value"))
            if self.layer:
                traitlets.link((self, "layer"), (self.at, "value"))

    @traitlets.validate("class_name", "method", "layer")
    def _on_offer(self, proposal: dict) -> str | None:
        name, value = proposal["trait"].name, proposal["value"]
        return self._explained.checked(name, value) if self._explained else value
