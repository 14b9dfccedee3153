"""What ipywidgets cannot tell the page: names of sliders, and keys that are meant for a control alone.

A widget of this package is complete without this module; where a page runs no script of a widget, it only lacks what
is listed here.

- The handle of a slider has no name for a screen reader: it gets its description, or else its tooltip. Checkboxes and
  drop-down lists lose their explanation: they get it back. Where there is none, the word "null" goes.
- JupyterLab takes a plain key for a command where the focus is not in a field for text: with a button in focus, "x"
  deletes the cell, and an arrow leaves a drop-down list. Plain keys stay with the widget; those with Ctrl, Alt or Cmd
  reach JupyterLab as ever.
- A button whose text is a sign alone, such as an arrow, gets its tooltip as its name.
- The number of files that stands behind the name of an upload button goes.
- A picture that is dropped on the widget, or pasted into it, goes to its upload button (``dropping``).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from html import escape
from urllib.parse import quote

import ipywidgets as widgets

from gradcam_lib.widgets.dropping import DROPPED

CLEAR = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=="  # a picture of one clear pixel
EXPLORER = "explorer"  # the class of the element that is looked after

SCRIPT = """
const root = this.closest('.explorer'), about = JSON.parse(this.dataset.about);
if (root && !root.cared) {
  root.cared = true;
  const care = () => {
    for (const part of root.querySelectorAll('[title="null"]')) part.removeAttribute('title');
    for (const slider of root.querySelectorAll('.widget-slider')) {
      const label = slider.querySelector('.widget-label'), name = label?.textContent || label?.title || '';
      for (const part of slider.querySelectorAll('.noUi-handle, .widget-readout'))
        if (part.getAttribute('aria-label') !== name) part.setAttribute('aria-label', name);
    }
    for (const part of root.querySelectorAll('.widget-upload'))
      for (const node of part.childNodes)
        if (/ \\(\\d+\\)$/.test(node.data ?? '')) node.data = node.data.replace(/ \\(\\d+\\)$/, '');
    for (const label of root.querySelectorAll('label')) {
      const title = about[label.textContent];
      for (const part of title ? [label, ...label.children] : [])
        if (part.title !== title) part.title = title;
    }
    for (const button of root.querySelectorAll('button[title]'))
      if (!/[\\p{L}\\d]/u.test(button.textContent) && button.getAttribute('aria-label') !== button.title)
        button.setAttribute('aria-label', button.title);
  };
  new MutationObserver(care).observe(root, {childList: true, subtree: true, characterData: true});
  care();
  const keys = event => {
    if (!root.isConnected) return window.removeEventListener('keydown', keys, true);
    if (root.contains(event.target))
      event.target.toggleAttribute('data-lm-suppress-shortcuts', !(event.ctrlKey || event.altKey || event.metaKey));
  };
  window.addEventListener('keydown', keys, true);
  DROPPED
}
""".replace("DROPPED", DROPPED)


class Outermost(widgets.VBox):
    """The outermost box of a widget: its keys and names are looked after, and its text says how to use it."""

    def __init__(self, children: Iterable[widgets.Widget]):
        children = list(children)
        super().__init__([*children, Page(explanations(children))])
        self.add_class(EXPLORER)

    def __repr__(self) -> str:  # stands in the saved notebook where no widget can be shown
        return f"{type(self).__name__}: run this cell in JupyterLab to use it"


class Page(widgets.HTML):
    """One of the children of an element of the class EXPLORER. about: label of a control → its explanation."""

    def __init__(self, about: dict[str, str]):
        image = f'<img src="{CLEAR}" alt="" hidden data-about="{escape(json.dumps(about))}" onload="{escape(SCRIPT)}">'
        super().__init__(f"{STYLE}{image}", layout=widgets.Layout(display="none"))


def explanations(parts: Iterable[widgets.Widget]) -> dict[str, str]:
    """Label → tooltip of the controls among the parts and what they contain."""
    found = {}
    for part in parts:
        if getattr(part, "tooltip", None) and getattr(part, "description", ""):
            found[part.description] = part.tooltip
        found |= explanations(getattr(part, "children", ()))
    return found


# The arrow of a drop-down list, which ipywidgets draws in black, dark themes or not.
ARROW = quote(
    "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 18 18'>"
    "<path d='M4 7l5 5 5-5' fill='none' stroke='#ddd' stroke-width='2'/></svg>"
)

# Boxes of ipywidgets scroll where a child is a pixel too wide; ours let it be. Where there is no room for two columns
# (``columns``), the parts of both stand in one, in an order of their own: a map and what chooses it are seen together.
STYLE = """<style>
.explorer, .explorer .widget-box { overflow: visible }
[data-jp-theme-light="false"] .explorer { --jp-widgets-dropdown-arrow: url("data:image/svg+xml,ARROW") }
.explorer .widget-checkbox label {
  display: flex; align-items: center; height: auto; min-height: 28px; white-space: normal; line-height: 1.3
}
.explorer div.widget-label { white-space: normal; height: auto; line-height: 1.4 }
.explorer .pressable { max-width: max(250px, 60vh) }
@media (max-width: 990px) {
  .explorer .picker-columns > .widget-box { display: contents }
  .explorer .picker-columns > .widget-box > * {
    box-sizing: border-box; flex: 0 0 auto; width: 100%; max-width: 448px; order: 4
  }
  .explorer .picker-columns > .widget-box > .picker-first { order: 0 }
  .explorer .picker-columns > .widget-box > .picker-maps { order: 1 }
  .explorer .picker-columns > .widget-box > .picker-message { order: 2 }
  .explorer .picker-columns > .widget-box > .picker-choice { order: 3 }
}
</style>""".replace("ARROW", ARROW)
