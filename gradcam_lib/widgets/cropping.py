"""Which part of a picture is seen: a choice, and two sliders where a square can be moved."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import ipywidgets as widgets

from gradcam_lib.pictures.crops import Crop
from gradcam_lib.widgets.controls import described

PARTS = {"middle square": "middle", "whole picture": "whole", "square to move": 1.0, "small square to move": 0.5}


class CropControls(widgets.VBox):
    """``crop(shape)`` is what is chosen, as ``Classifier.to_input`` takes it; ``connect(chosen)`` hears of changes.

    A square to move is as wide as the picture's short side, a small one half as wide. A slider along which the square
    cannot move is hidden.
    """

    def __init__(self) -> None:
        self.part = widgets.Dropdown(
            options=PARTS, description="Seen part", tooltip="What the network sees of the picture", **described()
        )
        self.across, self.down = (
            widgets.FloatSlider(
                50, min=0, max=100, step=1, readout_format=".0f", description=f"{where} %", continuous_update=False,
                tooltip="Where the square lies, from one edge of the picture to the other", **described()
            )
            for where in ("Across", "Down")
        )  # fmt: skip
        self._chosen: Callable[[], object] | None = None
        self._shape: tuple[int, int] = (1, 1)
        super().__init__([self.part, self.across, self.down], layout=widgets.Layout(width="100%"))
        for control in self.children:
            control.observe(self._changed, "value")
        self._suit()

    def connect(self, chosen: Callable[[], object]) -> None:
        """``chosen()`` is called after each choice of the reader's."""
        self._chosen = chosen

    def crop(self, shape: Sequence[int]) -> Crop:
        """The choice for a picture of ``shape`` (H, W, …): "middle", "whole" or a box (x0, y0, x1, y1) in pixels."""
        if not isinstance(self.part.value, float):
            return self.part.value or "middle"
        h, w = shape[:2]
        side = max(1, round(self.part.value * min(h, w)))
        x0, y0 = (round(s.value / 100 * (edge - side)) for s, edge in ((self.across, w), (self.down, h)))
        return x0, y0, x0 + side, y0 + side

    def show(self, crop: Crop, shape: Sequence[int]) -> None:
        """Fits the controls to a picture and to the crop in use, without calling anybody."""
        chosen, self._chosen = self._chosen, None
        self._shape = tuple(shape[:2])
        if self.crop(shape) != crop:
            self.part.value = crop if isinstance(crop, str) else None  # a box of the caller's own is none of the parts
        self._suit()
        self._chosen = chosen

    def use(self, on: bool) -> None:
        for control in self.children:
            control.disabled = not on

    def _changed(self, _: dict) -> None:
        self._suit()
        if self._chosen and self.part.value is not None:
            self._chosen()

    def _suit(self) -> None:
        side = self.part.value * min(self._shape) if isinstance(self.part.value, float) else max(self._shape)
        for slider, edge in ((self.across, self._shape[1]), (self.down, self._shape[0])):
            slider.layout.display = None if edge > side else "none"
