"""The parts of the pickers and how they are laid out; no behaviour. Colours come from JupyterLab's theme."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape

import ipywidgets as widgets
import numpy as np

from gradcam_lib.pictures.overlay import colour, colour_signed
from gradcam_lib.widgets.methods import number

WIDTH = "448px"
NONE = ""  # no choice, where one may be left out: ipywidgets takes None for nothing chosen yet
LONG = 200  # characters of a message that is shown at once
TEXT, SOFT = "var(--jp-ui-font-color1, #222)", "var(--jp-ui-font-color2, #666)"
# No message is told by its colour alone: each begins with its word.
EDGE = {"Problem": "#c2410c", "Note": "#b45309", "Saved": "#2166ac"}


class PictureControls:
    """What every picker has: a picture, what is said about it, and how it is drawn.

    view: the first map, which has ``image``, ``legend``, ``title`` and ``facts``, such as a MapView. shared: the label
    of the box for one colour scale, and why_shared its explanation. Native controls throughout, so that the keyboard
    works: Tab follows the order from top to bottom.
    """

    def __init__(self, view: widgets.Widget, shared: str, why_shared: str):
        wide = wide_layout()
        self.image, self.legend, self.title, self.facts = view.image, view.legend, view.title, view.facts
        self.message, self.reading, self.about = (widgets.HTML(layout=wide) for _ in range(3))
        self.method = widgets.Dropdown(description="Method", tooltip="How the map is made", **described())
        self.opacity = widgets.FloatSlider(  # in per cent, so that a number typed as it is shown is understood
            min=0,
            max=100,
            step=5,
            readout_format=".0f",
            description="Opacity %",
            tooltip="How strongly the map covers the picture",
            **described("72px"),
        )
        self.shared = widgets.Checkbox(description=shared, indent=False, layout=wide, tooltip=why_shared)
        self.save = widgets.Button(
            description="Save", icon="download", tooltip="Download what is shown, with its colours and their numbers"
        )

    def say(self, text: str, word: str) -> None:
        """What went wrong or is worth knowing, in the line for it. word: "Problem", "Note", "Saved" or ""."""
        self.message.value = banner(text, word)


def columns(pictures: widgets.Box, choices: Sequence[widgets.Widget]) -> widgets.HBox:
    """Pictures left, choices right; where there is no room, one column.

    Its order is that of the classes picker-first, -maps, -message and -choice of the parts, then all others.
    """
    right = widgets.VBox(choices, layout=widgets.Layout(width="340px", max_width="100%"))
    both = widgets.HBox([pictures, right], layout=widgets.Layout(flex_flow="row wrap", align_items="flex-start"))
    both.add_class("picker-columns")
    return both


def note(text: str) -> widgets.HTML:
    """An explanation that everybody sees, where ipywidgets shows none to a keyboard or a finger."""
    return widgets.HTML(small(text), layout=widgets.Layout(margin="0", padding="0 2px"))


def described(width: str = "64px") -> dict:
    """A control with its name to the left, as wide as its column."""
    return {"style": {"description_width": width}, "layout": widgets.Layout(width="100%", margin="2px 0")}


def wide_layout() -> widgets.Layout:
    return widgets.Layout(width="calc(100% - 4px)")  # less its margins


def offer(choice: widgets.Dropdown | widgets.Combobox, options: Iterable) -> None:
    """Other options, where they are others: the same ones again would lose what is chosen."""
    options = tuple(options)
    if tuple(choice.options) != options:
        choice.options = options


def offer_labels(choice: widgets.Dropdown, labels: Mapping[str, str]) -> None:
    """labels: value → what the list says of it."""
    offer(choice, ((label, value) for value, label in labels.items()))


def offer_networks(
    one: widgets.Dropdown, other: widgets.Dropdown, networks: Mapping[str, str], shown: str, beside: str
) -> None:
    """networks: name → label; shown: the chosen one; beside: the second one, NONE where there is none."""
    offer_labels(one, networks)
    one.value = shown if shown in networks else None
    others = {name: label for name, label in networks.items() if name != shown}
    offer_labels(other, {NONE: "no second network"} | others)
    other.value = beside


def heading(text: str) -> widgets.HTML:
    return widgets.HTML(f'<b style="color:{TEXT}">{escape(text)}</b>', layout=widgets.Layout(margin="6px 0 0 0"))


def small(text: str) -> str:
    return f'<div style="color:{SOFT}; font-size:12px; line-height:1.35; overflow-wrap:anywhere">{escape(text)}</div>'


def with_interval(share: Mapping[str, float]) -> str:
    """{"value", "low", "high"} in 0 … 1 → "50 % (32 … 68)"."""
    value, low, high = (100 * share[key] for key in ("value", "low", "high"))
    return f"{value:.0f} % ({low:.0f} … {high:.0f})"


def bar(probability: float, words: str) -> str:
    """Its length is the probability, also where its words leave it little room."""
    width, blue = max(1, round(60 * probability)), "var(--jp-brand-color1, #2166ac)"
    return (
        f'<div style="color:{TEXT}; font-size:12px; display:flex; align-items:center; gap:6px; white-space:nowrap">'
        f'<span style="flex:none; height:10px; width:{width}px; background:{blue}"></span>'
        f"{escape(words)}</div>"
    )


def banner(text: str, word: str) -> str:
    """Of a long text the first sentence; the others, such as where a file may be had, are a click away."""
    first, _, others = text.partition(". ")
    if len(text) <= LONG or not others:
        return banner_of(escape(text), word) if text else ""
    return banner_of(f"{escape(first)}.<details><summary>What to do</summary>{escape(others)}</details>", word)


def banner_of(html: str, word: str) -> str:
    return (
        f'<div role="status" style="color:{TEXT}; border-left:4px solid {EDGE[word]}; padding:4px 10px; '
        f'max-width:800px; line-height:1.4; overflow-wrap:anywhere"><b>{word}:</b> {html}</div>'
    )


def scale(kind: str, largest: float, steps: int = 11) -> tuple[np.ndarray, tuple[str, str, str]]:
    """The colours of a kind of picture from left to right, (steps, 3) uint8, and what stands at the left, in the
    middle ("" for nothing) and at the right.
    """
    values = np.linspace(-1 if kind in ("signed", "gradient") else 0, 1, steps)
    paint = {"heat": colour, "signed": colour_signed}.get(kind)
    if paint:
        colours = paint(values[None])[0]
    else:
        grey = (values + 1) / 2 if kind == "gradient" else values
        colours = np.rint(255 * np.repeat(grey[:, None], 3, 1)).astype(np.uint8)
    end, below = number(largest), number(-largest)
    return colours, {
        "heat": ("0", "", end),
        "signed": (f"against {below}", "0", f"for {end}"),
        "grey": ("0", "", f"≥ {end}"),  # the strongest pixels are beyond the scale
        "gradient": (f"negative ≤ {below}", "0", f"positive ≥ {end}"),
    }[kind]


def legend(kind: str, largest: float) -> str:
    """The colours from left to right and what they stand for, with the numbers at both ends."""
    colours, (low, middle, high) = scale(kind, largest)
    stops = ", ".join(f"rgb({r},{g},{b})" for r, g, b in colours)
    side = "flex:1 1 0; min-width:0"  # both as wide: the middle stays in the middle, and nothing overlaps
    between = f'<span style="padding:0 2px">{middle}</span>' if middle else ""
    return (
        f'<div style="color:{SOFT}; font-size:12px; line-height:1.4">'
        f'<div style="height:10px; border:1px solid {SOFT}; background:linear-gradient(to right, {stops})"></div>'
        f'<div style="display:flex"><span style="{side}">{low}</span>{between}'
        f'<span style="{side}; text-align:right">{high}</span></div></div>'
    )
