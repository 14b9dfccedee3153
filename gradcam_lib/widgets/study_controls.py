"""The parts of a study and how they are laid out; no behaviour but keys and focus."""

from __future__ import annotations

from html import escape

import ipywidgets as widgets
import numpy as np

from gradcam_lib.widgets.alt_image import AltImage
from gradcam_lib.widgets.controls import SOFT, TEXT
from gradcam_lib.widgets.messages import MessageLine
from gradcam_lib.widgets.page import CLEAR

# A digit presses the answer with that number, wherever in the study the focus is, except in a field for text. One that
# is held down counts once. What is pressed disappears at the start and at the end: the focus then goes to the study.
SCRIPT = """
const root = this.closest('.study');
if (root) {
  root.tabIndex = -1;
  root.setAttribute('role', 'group');
  root.setAttribute('aria-label', 'Study');
  root.focus({preventScroll: true});
}
if (root && !root.answers) {
  root.answers = true;
  const keys = event => {
    if (!root.isConnected) return window.removeEventListener('keydown', keys, true);
    const plain = !(event.ctrlKey || event.altKey || event.metaKey);
    if (!plain || !root.contains(event.target) || event.target.matches('input, textarea')) return;
    const button = [...root.querySelectorAll('.study-answers button')][Number(event.key) - 1];
    if (!button?.offsetParent) return;
    event.preventDefault();
    event.stopPropagation();
    if (!event.repeat) button.click();
  };
  window.addEventListener('keydown', keys, true);
}
"""
STYLE = """<style>
.study { outline: none }
.study .study-answers button { height: auto; min-height: 40px; font-size: 15px; white-space: normal; line-height: 1.2 }
.study .study-panel { flex: 1 1 280px; max-width: 448px; min-width: 0 }
@media (max-width: 700px) { .study .study-panel:not(:last-child):first-child { max-width: 150px } }
</style>"""


class StudyControls:
    """names: what the panels of a trial are called, "" for none; answers: how many there are; hints: their tooltips."""

    def __init__(self, names: tuple[str, ...], answers: int):
        self.names = names
        self.head, self.about, self.focus = widgets.HTML(), widgets.HTML(), widgets.HTML()
        self.focus.layout.display = "none"
        self._asking = False
        self.images = [AltImage("study-image") for _ in names]
        panels = [
            widgets.VBox([widgets.HTML(f'<b style="color:{TEXT}">{escape(name)}</b>'), image] if name else [image])
            for name, image in zip(names, self.images, strict=True)
        ]
        for panel in panels:
            panel.add_class("study-panel")
        self.pictures = widgets.HBox(panels, layout=widgets.Layout(flex_flow="row wrap"))
        each = widgets.Layout(flex="1 1 120px", width="auto", max_width="220px")
        self.answers = [widgets.Button(layout=each) for _ in range(answers)]
        self.row = widgets.HBox(self.answers, layout=widgets.Layout(flex_flow="row wrap", margin="6px 0"))
        self.row.add_class("study-answers")
        self.message = MessageLine()
        self.again = widgets.Button(description="Try again", tooltip="Your answer is kept until it is stored")
        self.start = widgets.Button(description="Start", button_style="primary", tooltip="Begin as a new participant")
        self.code = widgets.Text(
            description="Code", placeholder="of a participant", layout=widgets.Layout(width="240px"),
            tooltip="The code that you were shown when you began",
        )  # fmt: skip
        self.go_on = widgets.Button(description="Go on", tooltip="Go on as the participant with this code")
        wrap = widgets.Layout(flex_flow="row wrap")
        self.welcome = widgets.VBox(
            [self.about, widgets.HBox([self.start, widgets.HBox([self.code, self.go_on], layout=wrap)], layout=wrap)]
        )
        style = widgets.HTML(STYLE, layout=widgets.Layout(display="none"))
        below = [self.row, self.message, self.again, self.focus, style]
        self.children = [self.head, self.welcome, self.pictures, *below]
        self.rest()

    def rest(self) -> None:
        """Before the first trial and after the last one."""
        self._stage(asking=False)

    def ask(self, pictures: list[np.ndarray], alts: list[str], answers: list[str]) -> None:
        """The pictures of a trial with their alternative texts, and what the buttons say."""
        for image, picture, alt in zip(self.images, pictures, alts, strict=True):
            image.show(picture, alt)
        for i, (button, answer) in enumerate(zip(self.answers, answers, strict=True), 1):
            button.description = f"{i} · {answer}"
            button.tooltip = f"{answer}, key {i}"
        self._stage(asking=True)

    def say(self, question: str, more: str, about: str = "") -> None:
        """The question, what stands beneath it, and, where nothing is asked, what there is to know."""
        style = f"color:{TEXT}; line-height:1.4; max-width:70ch"
        small = f'<div style="color:{SOFT}; font-size:12px; line-height:1.4">{escape(more)}</div>'
        title = f'<b style="font-size:15px">{escape(question)}</b>'
        self.head.value = f'<div role="status" style="{style}">{title}{small}</div>'
        self.about.value = "".join(f'<p style="{style}; margin:4px 0 8px">{escape(p)}</p>' for p in about.split("\n"))

    def offer_again(self, offered: bool) -> None:
        self.again.layout.display = None if offered else "none"

    def _stage(self, asking: bool) -> None:
        self.offer_again(False)
        self.pictures.layout.display = self.row.layout.display = None if asking else "none"
        self.welcome.layout.display = "none" if asking else None
        if asking != self._asking:
            self._asking = asking
            self.focus.value = f'<img src="{CLEAR}" alt="" hidden class="asking-{asking}" onload="{escape(SCRIPT)}">'
