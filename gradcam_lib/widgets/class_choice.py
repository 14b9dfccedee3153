"""Which class: the likeliest as buttons, every other by a part of its name."""

from __future__ import annotations

import asyncio
import difflib
from collections.abc import Callable, Sequence

import ipywidgets as widgets

from gradcam_lib.widgets.controls import bar, described, heading, offer
from gradcam_lib.widgets.messages import MessageLine

OFFERED = 5  # names, where what is typed is none of them
MOMENT = 0.3  # seconds
LONGEST = 60  # characters of what is typed, in a message
HINTS = {
    "class": "A part of the name will do: “zebr” and Enter. Where it fits several names, they are offered here.",
    "answer": "A part of an answer will do: “umbr” and Enter. Where it fits several, they are offered here.",
}


class ClassBox(widgets.VBox):
    """A box for the name of any class, or a part of it that no other name has; of a class its number will do, too.

    what: the names are those of, a key of HINTS. ``offer(labels)``: other names.
    connect(picked, nothing): ``picked(name)`` hears which is meant. Where that is not clear, a line beneath the box
    says why and names are offered to press; the text stays, to be mended. The height of both is reserved.
    ``nothing()`` hears of Enter in the empty box.
    """

    def __init__(self, labels: Sequence[str], description: str, what: str = "class"):
        self.box = widgets.Combobox(
            placeholder=f"any {what}, then Enter", ensure_option=False, continuous_update=False,
            description=description, tooltip=f"The name of a{'n' * (what[0] == 'a')} {what}, or a part of it",
            **described()
        )  # fmt: skip
        self.says = MessageLine(HINTS[what])
        self.offers = [
            widgets.Button(layout=widgets.Layout(width="auto", max_width="100%", margin="1px 2px", display="none"))
            for _ in range(OFFERED)
        ]
        self._what = what
        self.offer(labels)
        self._picked: Callable[[str], object] = lambda name: None
        self._nothing: Callable[[], object] | None = None
        self._heard = 0  # texts, not counting the empty one
        offers = widgets.HBox(self.offers, layout=widgets.Layout(flex_flow="row wrap"))
        below = widgets.VBox([self.says, offers], layout=widgets.Layout(min_height="64px"))
        super().__init__([self.box, below])
        self.box.observe(self._typed, "value")
        self.box.on_msg(lambda _, content, __: content.get("event") == "submit" and self._entered())
        for button in self.offers:
            button.on_click(lambda pressed: self.take(pressed.description))

    def connect(self, picked: Callable[[str], object], nothing: Callable[[], object] | None = None) -> None:
        self._picked, self._nothing = picked, nothing
        if nothing:
            self.says.rest(f"{HINTS[self._what]} Enter alone: the likeliest.")

    def offer(self, labels: Sequence[str]) -> None:
        self._labels = list(labels)
        offer(self.box, labels)

    def clear(self) -> None:
        """Ready for the next name: a full box offers only what begins like it."""
        self.box.value = ""
        self._suggest("", [])

    def _typed(self, change: dict) -> None:
        text = change["new"].strip()
        if not text:
            return
        self._heard += 1
        name, near, why = meant(text, self._labels, self._what)
        if name is None:
            self._suggest(why, near)
        else:
            self.take(name)

    def _entered(self) -> None:
        """The page tells of Enter before it tells what was typed: whether it was nothing is known a moment later."""
        heard = self._heard

        def later() -> None:
            if self._nothing and heard == self._heard and not self.box.value.strip():
                self._nothing()

        asyncio.get_running_loop().call_later(MOMENT, later)

    def take(self, name: str) -> None:
        """As if its name had been entered."""
        self.clear()
        self._picked(name)

    def _suggest(self, text: str, names: Sequence[str]) -> None:
        self.says.say(text)
        for i, button in enumerate(self.offers):
            button.layout.display = None if i < len(names) else "none"
            if i < len(names):
                button.description, button.tooltip = names[i], f"Show {names[i]}"


class ClassChoice(widgets.VBox):
    """Buttons of the likeliest classes with their probabilities, and a ClassBox for any other.

    connect(picked): ``picked(name)`` hears which class is chosen.
    """

    def __init__(self, likeliest: int, labels: Sequence[str]):
        self.likeliest = [
            widgets.Button(layout=widgets.Layout(width="200px", flex="0 1 200px", min_width="90px", margin="1px 0"))
            for _ in range(likeliest)
        ]
        self.bars = [widgets.HTML(layout=widgets.Layout(flex="1 0 122px", margin="0 0 0 8px")) for _ in self.likeliest]
        self.other = ClassBox(labels, "Other")
        super().__init__([heading("Which class?"), *self._rows(), self.other])

    def connect(self, picked: Callable[[str], object]) -> None:
        self.other.connect(picked, lambda: picked(self.likeliest[0].description))
        for button in self.likeliest:
            button.on_click(lambda pressed: self.other.take(pressed.description))

    def use(self, on: bool) -> None:
        for control in (*self.likeliest, self.other.box):
            control.disabled = not on

    def show(self, top: Sequence[tuple[str, float, str]]) -> None:
        """top: of the likeliest classes the name, the probability and its words."""
        for button, line, (name, p, words) in zip(self.likeliest, self.bars, top, strict=True):
            button.description, button.tooltip, line.value = name, f"{name}, {words}", bar(p, words)

    def mark(self, name: str) -> None:
        """The class that is shown, not by colour alone."""
        for button in self.likeliest:
            button.button_style, button.icon = ("primary", "check") if button.description == name else ("", "")
        self.other.clear()

    def _rows(self) -> list[widgets.HBox]:
        rows = []
        for pair in zip(self.likeliest, self.bars, strict=True):
            rows.append(widgets.HBox(pair, layout=widgets.Layout(align_items="center")))
            rows[-1].add_class("class-picker-likeliest")
        return rows


def meant(text: str, labels: Sequence[str], what: str = "class") -> tuple[str | None, list[str], str]:
    """(The label that is meant, [], ""), or (None, labels to offer, why it is not clear).

    A label is meant by its whole text, by a part of it that no other label has, or, where it is that of a class, by its
    number; in capitals or not.
    """
    wanted = " ".join(text.casefold().split())
    same = [text] if text in labels else [label for label in labels if label.casefold() == wanted]
    found = same or [label for label in labels if wanted in label.casefold()]
    if not same and what == "class" and text.isdecimal():
        if int(text) < len(labels):
            return labels[int(text)], [], ""
        return None, [], f"class {text}: the classes are 0 to {len(labels) - 1}"
    if len(found) == 1:
        return found[0], [], ""
    if found:
        first = sorted(found, key=lambda label: not label.casefold().startswith(wanted))
        return None, first[:OFFERED], f"“{shortened(text)}” is part of {len(found)} names; which of them?"
    spelt = {label.casefold(): label for label in labels}
    near = [spelt[label] for label in difflib.get_close_matches(wanted, spelt, n=OFFERED, cutoff=0.5)]
    return None, near, f"“{shortened(text)}”: no such {what}{'; similar:' if near else ''}"


def shortened(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
