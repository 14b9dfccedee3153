"""The inverse question: a position is chosen, and two lists say for which classes it speaks, and against which."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import ipywidgets as widgets

from gradcam_lib.widgets.controls import heading, small
from gradcam_lib.widgets.methods import decimals, minus

SHOWN = 5  # classes a list
HINT = "Press a position of the picture, or type its row and column, counted from 0."


class AskedPosition(widgets.VBox):
    """Row, column and two lists of classes.

    connect(asked, picked): ``asked((row, column))`` or ``asked(None)`` hears which position is chosen, and
    ``picked(class name)`` which class of the lists. ``offer(h, w)`` tells the size of the map, ``tell(…)`` the answer.
    """

    def __init__(self) -> None:
        self.row, self.column = (
            widgets.BoundedIntText(
                0, min=0, max=0, description=name, tooltip=f"{name} of the map, counted from 0",
                continuous_update=False, style={"description_width": "auto"},
                layout=widgets.Layout(flex="1 1 80px", width="auto", min_width="80px", margin="2px 6px 2px 0"),
            )
            for name in ("Row", "Column")
        )  # fmt: skip
        self.button = widgets.Button(layout=widgets.Layout(flex="0 0 auto", width="72px"))
        self.says = widgets.HTML(small(HINT), layout=widgets.Layout(margin="0 0 2px 0"))
        self.supports, self.opposes = ClassList("Speaks for"), ClassList("Speaks against")
        self._asked: Callable[[tuple[int, int] | None], object] = lambda position: None
        self._deaf = self._answered = False
        fields = widgets.HBox([self.row, self.column, self.button], layout=widgets.Layout(max_width="330px"))
        lists = widgets.HBox([self.supports, self.opposes])
        lists.add_class("class-lists")
        super().__init__(
            [heading("What does a position say?"), fields, self.says, lists], layout=widgets.Layout(width="100%")
        )
        self.row.observe(self._typed, "value")
        self.column.observe(self._typed, "value")
        self.button.on_click(lambda _: self._asked(None if self._answered else (self.row.value, self.column.value)))
        self.tell(None)
        self.offer(0, 0)

    def connect(self, asked: Callable[[tuple[int, int] | None], object], picked: Callable[[str], object]) -> None:
        self._asked = asked
        self.supports.picked = self.opposes.picked = picked

    def offer(self, h: int, w: int) -> None:
        """The size of the map; (0, 0): there is none."""
        self._deaf = True  # a change of ours is none of the reader's
        self.row.max, self.column.max = max(0, h - 1), max(0, w - 1)
        self._deaf = False
        self.layout.display = None if h * w else "none"

    def tell(
        self,
        position: tuple[int, int] | None,
        supports: Sequence[tuple[str, float]] = (),
        opposes: Sequence[tuple[str, float]] = (),
        about: str = HINT,
    ) -> None:
        """about: what is asked and of which map, in a line."""
        if position:
            self._deaf = True
            self.row.value, self.column.value = position
            self._deaf = False
        self._answered = position is not None
        self.button.description = "Clear" if self._answered else "Ask"
        self.button.tooltip = "No position, no mark" if self._answered else "What this row and column say"
        self.says.value = small(about)
        self.supports.show(supports, position is not None)
        self.opposes.show(opposes, position is not None)

    def _typed(self, _: dict) -> None:
        if not self._deaf:
            self._asked((self.row.value, self.column.value))


class ClassList(widgets.VBox):
    """Buttons that name a class and its evidence; ``picked(class name)`` hears which is pressed."""

    def __init__(self, title: str):
        self.picked: Callable[[str], object] = lambda name: None
        self.title, self._names = heading(title), []
        self.none = widgets.HTML(small("no class"))
        self.rows = [
            widgets.Button(layout=widgets.Layout(width="calc(100% - 4px)", margin="1px 2px")) for _ in range(SHOWN)
        ]
        for i, row in enumerate(self.rows):
            row.add_class("class-of-list")
            row.on_click(lambda _, i=i: self.picked(self._names[i]))
        super().__init__([self.title, self.none, *self.rows], layout=widgets.Layout(width="50%"))
        self.show((), False)

    def show(self, classes: Sequence[tuple[str, float]], asked: bool) -> None:
        self._names = [name for name, _ in classes]
        self.layout.display = None if asked else "none"
        self.none.layout.display = "none" if classes else None
        for i, row in enumerate(self.rows):
            row.layout.display = None if i < len(classes) else "none"
            if i < len(classes):
                name, value = classes[i][0], signed(classes[i][1], classes[0][1])
                row.description, row.tooltip = f"{value}  {name}", f"{name}: evidence {value}; show its map"


def signed(value: float, largest: float) -> str:
    """With a sign, and as many digits as show three of the largest value of a list, so that a list is a column."""
    digits = max(0, 2 - math.floor(math.log10(abs(largest))))
    return decimals(value, digits, "+") if digits < 7 else minus(f"{value:+.2e}")
