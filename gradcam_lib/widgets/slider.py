"""A slider over a list of values, and the picture that belongs to each."""

from __future__ import annotations

import numbers
import time
from collections.abc import Callable, Sequence
from html import escape
from typing import Any

import ipywidgets as widgets
import numpy as np
import traitlets

from gradcam_lib.widgets.alt_image import LEAST, AltImage, checked_picture
from gradcam_lib.widgets.controls import SOFT, TEXT, WIDTH
from gradcam_lib.widgets.messages import MessageLine
from gradcam_lib.widgets.methods import minus
from gradcam_lib.widgets.page import Outermost

Picture = np.ndarray | tuple[np.ndarray, str]
SLOW = 0.3  # seconds; what takes longer is announced before it is there


class Slider(Outermost):
    """Move through ``values`` and see ``show(value)``: a setting, and what it changes.

    values: two or more, of any kind. show: value → picture (H, W, 3) uint8, RGB, or (picture, sentence); the sentence
    stands beneath the picture and is its alternative text. It runs once for a value, when the value is first chosen.
    label: what the values are, with the unit. start: the value shown first; default: the first. names: of the values,
    for the reader.

    ``value`` and its ``position`` in the list can be set, and ``position`` observed. The buttons do the same as the
    slider, for the keyboard and for screen readers, to which ipywidgets alone cannot give the slider's name. What goes
    wrong in ``show`` is said in ``message``, and no picture is shown then; at the start it is raised, in the cell that
    made the mistake.

    >>> Slider([0, 0.1, 0.2], lambda sigma: (blurred(sigma), f"With σ = {sigma}, …"), label="σ of the noise")
    """

    position = traitlets.Int(-1, help="of the value in ``values``, from 0")

    def __init__(
        self,
        values: Sequence[Any],
        show: Callable[[Any], Picture],
        *,
        label: str,
        start: Any = None,
        names: Sequence[str] | None = None,
    ):
        self.values, self.label, self._show = list(values), label, show
        self.names = list(map(name_of, self.values)) if names is None else list(names)
        if len(self.values) < 2 or len(self.names) != len(self.values):
            given = f"{len(self.values)} values and {len(self.names)} names"
            raise ValueError(f"{given}: give two values or more, and a name for each or none")
        self._kept, self._slow = {}, False
        self.image, self.message = AltImage("slider-image"), MessageLine()
        self.slider = widgets.IntSlider(
            min=1, max=len(self.values), readout=False, tooltip=label,
            layout=widgets.Layout(flex="1 1 80px", min_width="60px"),
        )  # fmt: skip
        self.before, self.after = (_step(word, f"{word} value: {label}") for word in ("Previous", "Next"))
        self.where, self.sentence = widgets.HTML(), widgets.HTML()
        row = widgets.HBox([self.before, self.slider, self.after], layout=widgets.Layout(width=WIDTH, max_width="100%"))
        super().__init__([self.where, row, self.image, self.sentence, self.message])
        self.add_class("picture-slider")
        first = 0 if start is None else self._at(start)
        self._found(first)  # raised here, where the cell that made the mistake is
        self.position = first
        self.slider.observe(lambda change: self.set_trait("position", change["new"] - 1), "value")
        self.before.on_click(lambda _: self.set_trait("position", self.position - 1))
        self.after.on_click(lambda _: self.set_trait("position", self.position + 1))

    @property
    def value(self) -> Any:
        return self.values[self.position]

    @value.setter
    def value(self, value: Any) -> None:
        with self.message.in_words():
            self.position = self._at(value)

    def strip(self, pick: int | Sequence[Any] = 4, **drawn: Any) -> list:
        """The pictures of some values side by side, for readers of a page that cannot be played with; the axes.

        pick: how many, evenly spaced from the first value to the last, or which. drawn: as for ``show_row``, such as
        ``strip=True`` for the colours of a map. Call ``save_figure`` in the same cell.
        """
        from gradcam_lib.pictures.figures import show_row  # takes a second to import

        if isinstance(pick, int):
            picked = np.linspace(0, len(self.values) - 1, min(pick, len(self.values))).round().astype(int)
        else:
            picked = list(map(self._at, pick))
        titles = [f"{self.label}: {self.names[i]}" for i in picked]
        return show_row([self._found(i)[0] for i in picked], titles, **drawn)

    def _at(self, value: Any) -> int:
        if value not in self.values:
            raise ValueError(f"{self.label} {value!r}: not on offer; choose one of {', '.join(map(repr, self.values))}")
        return self.values.index(value)

    @traitlets.validate("position")
    def _within(self, proposal: dict) -> int:
        """A click that was on its way when the end was reached goes no further."""
        return min(max(proposal["value"], 0), len(self.values) - 1)

    @traitlets.observe("position")
    def _changed(self, change: dict) -> None:
        i = change["new"]
        self._say_where(i, " · computing …" if self._slow and i not in self._kept else "")
        shown = NOTHING
        with self.message.in_words():
            shown = self._found(i)
        self._display(*shown)
        self._say_where(i)

    def _found(self, i: int) -> tuple[np.ndarray, str]:
        """The picture and the sentence of a value; what fails is not kept, so that it is tried again."""
        if i not in self._kept:
            start = time.perf_counter()
            shown = self._show(self.values[i])
            picture, sentence = shown if isinstance(shown, tuple) else (shown, "")
            self._kept[i] = checked_picture(picture), sentence
            self._slow = time.perf_counter() - start > SLOW
        return self._kept[i]

    def _display(self, picture: np.ndarray, sentence: str) -> None:
        self.image.show(picture, sentence or f"{self.label}: {self.names[self.position]}")
        style = f"color:{TEXT}; line-height:1.4; max-width:70ch; min-height:4.2em"  # three lines on a telephone
        self.sentence.value = f'<div role="status" style="{style}">{escape(sentence)}</div>'

    def _say_where(self, i: int, more: str = "") -> None:
        self.slider.value = i + 1
        self.before.disabled, self.after.disabled = i == 0, i == len(self.values) - 1
        where = f'<span style="color:{SOFT}"> · {i + 1} of {len(self.values)}{more}</span>'
        self.where.value = (
            f'<div role="status" style="color:{TEXT}">{escape(self.label)}: <b>{escape(self.names[i])}</b>{where}</div>'
        )


NOTHING = np.full((LEAST, LEAST, 3), 225, np.uint8), "There is no picture for this value."


def name_of(value: Any) -> str:
    return minus(f"{value + 0:g}") if isinstance(value, numbers.Real) else str(value)


def _step(word: str, tooltip: str) -> widgets.Button:
    return widgets.Button(description=word, tooltip=tooltip, layout=widgets.Layout(width="84px"))
