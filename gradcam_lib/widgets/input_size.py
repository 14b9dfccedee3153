"""How large the picture is that the network sees: its own size, or a larger one, of which it makes a finer map."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import ipywidgets as widgets

from gradcam_lib.networks.classifier import Classifier, takes
from gradcam_lib.widgets.controls import described, small
from gradcam_lib.widgets.methods import number

T = TypeVar("T")
TIMES = (10 / 7, 2)  # as large as the network's own input: 320 and 448 pixels for 224
STEP = 32  # pixels: by so much the usual networks reduce their input, so that no part of a position is left over


def input_sizes(classifier: Classifier) -> list[int]:
    """The side of the network's own input in pixels, and larger ones where it takes them and has a map.

    One pass of a copy on an empty picture tells. A network whose last layer expects a map of one size takes no other.
    """
    own = classifier.transform.crop
    larger = dict.fromkeys(side for side in (STEP * round(own * t / STEP) for t in TIMES) if side > own)
    fits = larger and classifier.layer and takes(classifier.model, min(larger))
    return [own, *larger] if fits else [own]


def checked_size(size: int | None, own: int, run: Callable[[int | None], T]) -> tuple[int | None, T]:
    """(The size, None for the network's own; what ``run(size)`` returned).

    Errors (ValueError): no number of pixels, or the network takes no picture of that size.
    """
    size = None if size == own else size
    if size is not None and (not isinstance(size, int) or size < 1):
        raise ValueError(f"size {size!r}: give the side of the input in pixels; the network's own is {own}")
    try:
        return size, run(size)
    except Exception as error:  # any network may object in its own way
        why = str(error).split("\n")[0]
        raise ValueError(f"size {size!r}: the network cannot be run at it ({why}); its own is {own}") from error


class SizeControl(widgets.VBox):
    """A choice, and a sentence on what it costs. ``connect(chosen)`` hears of the reader's choices.

    stays: a sentence on what does not depend on the size, or "". Hidden where there is nothing to choose.
    """

    def __init__(self, stays: str = "") -> None:
        self.choice = widgets.Dropdown(
            description="Seen at", tooltip="A larger picture gives a finer map, and takes longer; the part that is "
            "seen stays the same", **described()
        )  # fmt: skip
        self.cost = widgets.HTML(layout=widgets.Layout(margin="0", padding="0 2px", min_height="50px"))
        super().__init__([self.choice, self.cost], layout=widgets.Layout(display="none"))
        self._stays, self._own = stays, 0
        self._chosen: Callable[[int], object] | None = None
        self._offered_for: object = None
        self.choice.observe(self._changed, "value")

    def connect(self, chosen: Callable[[int], object]) -> None:
        """``chosen(side)`` is called after each choice of the reader's."""
        self._chosen = chosen

    def offer(self, sizes: Sequence[int]) -> None:
        """sizes: sides in pixels, the network's own first."""
        self._own = sizes[0]
        self.choice.options = [(f"{side} × {side} px{'' if i else ' (its own)'}", side) for i, side in enumerate(sizes)]
        self.layout.display = None if len(sizes) > 1 else "none"

    def offer_for(self, network: object, sizes: Callable[[], Sequence[int]]) -> None:
        """``offer``, calling nobody, where ``network`` is another than last time: to ask one takes a pass."""
        if self._offered_for != network:
            chosen, self._chosen, self._offered_for = self._chosen, None, network
            self.offer(sizes())
            self._chosen = chosen

    def show(self, side: int) -> None:
        """The side in use, without calling anybody; one of the caller's own is none of the choices."""
        chosen, self._chosen = self._chosen, None
        self.choice.value = side if side in [value for _, value in self.choice.options] else None
        self._chosen = chosen
        self.cost.value = small(" ".join([price(side, self._own), self._stays]).strip())

    def _changed(self, change: dict) -> None:
        if self._chosen and change["new"] is not None:
            self._chosen(change["new"])


def price(side: int, own: int) -> str:
    """What a size costs, in a sentence."""
    if side <= own:
        return "A larger input gives a finer map, and takes longer in proportion to its pixels."
    times = number((side / own) ** 2)
    return f"{times} times as many pixels as {own} × {own}: a finer map, for about {times} times the work."
