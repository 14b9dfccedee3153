"""The parts of the blind game, how they are laid out, and its keys; no behaviour."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import ipywidgets as widgets
import numpy as np

from gradcam_lib.bias.blind_game import NAMES
from gradcam_lib.widgets.alt_image import image_tag
from gradcam_lib.widgets.blind_game_score import SURE
from gradcam_lib.widgets.controls import SOFT, TEXT, WIDTH, heading, legend, note, small, wide_layout
from gradcam_lib.widgets.map_view import said
from gradcam_lib.widgets.messages import MessageLine
from gradcam_lib.widgets.page import CLEAR

STYLE = f"""<style>
.blind-game-maps {{ display: grid; grid-template-columns: 1fr 1fr; gap: 6px; line-height: 1.3 }}
.blind-game-maps figure {{ margin: 0; min-width: 0 }}
.blind-game-maps figcaption {{ color: {SOFT}; font-size: 12px; text-align: center }}
.blind-game table {{ border-collapse: collapse; color: {TEXT}; line-height: 1.35; width: 100%; max-width: 908px }}
.blind-game th, .blind-game td {{ text-align: left; padding: 3px 8px 3px 0; vertical-align: top; font-weight: normal }}
.blind-game thead th {{ font-weight: bold; border-bottom: 1px solid {SOFT} }}
.blind-game tbody th {{ color: {SOFT} }}
.blind-game button.widget-button {{ height: auto; min-height: 32px; white-space: normal; line-height: 1.2 }}
.blind-game .widget-toggle-button {{ width: auto; min-width: 0; padding: 0 12px }}
.blind-game:focus {{ outline: none }}
</style>"""

KEYS = "Keys, once something in the game has been clicked: A, B, and N for the next round."
# A, B and N press their buttons while the focus is inside, and only then. A button that is disabled when it has been
# pressed would lose the focus to the page, whose keys mean other things: the focus goes on to the next button.
SCRIPT = """
const care = root => {
  root.tabIndex = -1;
  const steps = () => [...root.querySelectorAll('button.blind-game-step')];
  let inside = false;
  root.addEventListener('focusin', () => { inside = true; });
  root.addEventListener('focusout', event => { if (event.relatedTarget) inside = root.contains(event.relatedTarget); });
  root.addEventListener('keydown', event => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
    const step = steps().find(button => button.classList.contains('blind-game-' + event.key.toLowerCase()));
    if (step && !step.disabled) { event.preventDefault(); event.stopPropagation(); step.click(); }
  });
  new MutationObserver(() => {
    const at = document.activeElement;
    if (inside && (at === document.body || at.disabled))
      steps().find(button => !button.disabled)?.focus({preventScroll: true});
  }).observe(root, {subtree: true, attributes: true, attributeFilter: ['disabled']});
};
const begin = tries => {  // the picture may be there before the game is
  const root = this.closest('.blind-game');
  if (root && !root.played) { root.played = true; care(root); }
  if (!root && tries) setTimeout(begin, 200, tries - 1);
};
begin(50);
"""


class NetworkMaps(widgets.VBox):
    """The maps of one of the two networks."""

    def __init__(self, name: str) -> None:
        self.maps = widgets.HTML(layout=wide_layout())
        super().__init__(
            [heading(f"Network {name}"), self.maps],
            layout=widgets.Layout(flex="1 1 300px", min_width="0", max_width=WIDTH),
        )

    def show(self, pictures: Sequence[np.ndarray], classes: Sequence[str], alts: Sequence[str]) -> None:
        figures = (
            f"<figure>{image_tag(picture, alt, 'blind-game-image')}<figcaption>{escape(name)}</figcaption></figure>"
            for picture, name, alt in zip(pictures, classes, alts, strict=True)
        )
        self.maps.value = f'<div class="blind-game-maps">{"".join(figures)}</div>'


class BlindGameControls:
    """Every widget of the game by name; ``children`` holds them laid out."""

    def __init__(self) -> None:
        self.question, self.reveal, self.score = (widgets.HTML(layout=wide_layout()) for _ in range(3))
        self.networks = {name: NetworkMaps(name) for name in NAMES}
        self.sure = widgets.ToggleButtons(
            options=SURE, value=None, description="How sure?", tooltips=["", "", "before you answer; not asked for"],
            style={"description_width": "72px", "button_width": "auto"},
        )  # fmt: skip
        self.trust = {name: step(f"Trust {name}", name, f"I would trust network {name}; key {name}") for name in NAMES}
        self.next = step("Next round", "N", "Another pair of networks; key N")
        self.message = MessageLine()
        scale = widgets.HTML(
            legend("heat", 1.0) + small("Each map is divided by its own maximum: 0 stays grey, 1 is yellow."),
            layout=widgets.Layout(width="calc(100% - 4px)", max_width=WIDTH),
        )
        pair = widgets.HBox(list(self.networks.values()))
        pair.layout = widgets.Layout(flex_flow="row wrap", grid_gap="12px", max_width="908px")
        steps = widgets.HBox([*self.trust.values(), self.next])
        steps.layout = widgets.Layout(flex_flow="row wrap", max_width="908px")
        self.children = [
            self.question, pair, scale, self.sure, steps, note(KEYS), self.message, self.reveal, self.score,
            widgets.HTML(f'{STYLE}<img src="{CLEAR}" alt="" hidden onload="{escape(SCRIPT)}">',
                         layout=widgets.Layout(display="none")),
        ]  # fmt: skip

    def ask(self, question: str) -> None:
        """A new round: what was revealed goes, and an answer is waited for."""
        self.question.value, self.reveal.value = said(question), ""
        self.sure.value = None
        self._wait_for_an_answer(True)

    def tell(self, verdict: str, table: str) -> None:
        """verdict, table: HTML."""
        self.reveal.value = f'<div role="status">{said(verdict)}</div>{table}'
        self._wait_for_an_answer(False)

    def _wait_for_an_answer(self, on: bool) -> None:
        for button in self.trust.values():
            button.disabled = not on
        self.sure.disabled, self.next.disabled = not on, on


def step(text: str, key: str, tooltip: str) -> widgets.Button:
    button = widgets.Button(
        description=text, tooltip=tooltip, layout=widgets.Layout(flex="1 1 96px", max_width="200px")
    )
    for name in ("blind-game-step", f"blind-game-{key.lower()}"):
        button.add_class(name)
    return button
