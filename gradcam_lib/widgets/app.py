"""Three demonstrations in one page: classification, captioning and question answering.   Notebook 15."""

from __future__ import annotations

import base64

import ipywidgets as widgets
import numpy as np
from PIL import Image, ImageOps

from gradcam_lib.paths import folder_from
from gradcam_lib.pictures.samples import sample
from gradcam_lib.widgets.alt_image import webp
from gradcam_lib.widgets.app_history import History
from gradcam_lib.widgets.app_tabs import DEMOS, PANELS, Demo, Tried
from gradcam_lib.widgets.controls import heading, note, small, wide_layout
from gradcam_lib.widgets.explained_picture import Drawing
from gradcam_lib.widgets.explorer import Explorer
from gradcam_lib.widgets.map_view import MapView
from gradcam_lib.widgets.messages import MessageLine, in_words
from gradcam_lib.widgets.own_pictures import Pictures
from gradcam_lib.widgets.page import Outermost
from gradcam_lib.widgets.source_controls import PHOTOGRAPHS

THUMBNAIL = 96  # pixels
PRESS = "Press a photograph, or drop one of your own anywhere below, or paste it."

# Where there is room for two columns, the three maps stand in the first one, above the explorer's own, and what chooses
# them in the second: both are seen together. Where there is not, they follow the choice of a class, word or answer.
STYLE = """<style>
.app .app-page { display: flex; flex-flow: column; align-items: flex-start; gap: 4px }
.app .app-page > .explorer, .app .app-page .picker-columns { display: contents }
.app .app-page > .app-maps { order: 3; box-sizing: border-box; width: 100%; min-width: 0 }
.app .app-panels {
  display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 210px), 1fr)); gap: 12px; width: 100%;
  max-width: 1368px
}
.app .app-panels > * { min-width: 0; max-width: 448px }
@media (min-width: 991px) {
  .app .app-page {
    display: grid; grid-template: auto 1fr / minmax(0, 1fr) 340px; gap: 12px 24px; align-items: start
  }
  .app .app-page > .app-maps { grid-area: 1 / 1 }
  .app .app-page .picker-columns > .widget-box:first-child { grid-area: 2 / 1 }
  .app .app-page .picker-columns > .widget-box:last-child { grid-area: 1 / 2 / span 2; max-width: 340px !important }
}
.app-samples { margin-bottom: 8px }
.app-samples .app-sample {
  width: 96px; height: 96px; margin: 2px; padding: 2px; display: flex; align-items: flex-end; justify-content: center;
  color: #fff; background-size: cover; font-size: 12px; line-height: 1.2; white-space: normal
}
@media (max-width: 600px) { .app-samples .app-sample { width: 74px; height: 74px; font-size: 11px } }
.app-tried li { margin: 2px 0; line-height: 1.4; overflow-wrap: anywhere }
.app .dropped-many { border-left: 4px solid #b45309; padding: 4px 10px; color: var(--jp-ui-font-color1, #222) }
.app .lm-TabBar-tab, .app .p-TabBar-tab { flex: 0 1 auto !important; min-width: 0 !important }
</style>"""


class App(Outermost):
    """Tabs with an explorer each, the three maps of what it shows, and what was tried so far.

    pictures: offered to choose from: a folder, a list of files, or a dict name → picture; default: those of the folder
    GRADCAM_PICTURES, else the samples alone. A tab is made when it is first opened, for its networks take seconds to
    load. ``demos`` holds those that are open, ``history`` what was tried.
    """

    def __init__(self, pictures: Pictures | None = None):
        self._pictures = folder_from("GRADCAM_PICTURES") if pictures is None else pictures
        self.demos: dict[int, Opened] = {}
        self.history = History()
        self.waiting = [MessageLine() for _ in DEMOS]
        self.tabs = widgets.Tab([widgets.VBox([line]) for line in self.waiting], titles=[d.title for d in DEMOS])
        self.tabs.selected_index = 0
        super().__init__([widgets.HTML(STYLE + _samples_style(), layout=_hidden()), self.tabs, self.history])
        self.add_class("app")
        self.tabs.observe(lambda change: self.open_tab(change["new"]), "selected_index")
        self.open_tab(0)

    def open_tab(self, number: int | None) -> None:
        """Makes the tab of this number, where it is not there yet. What goes wrong is said in it."""
        if number is None or number in self.demos:
            return
        self.waiting[number].say("The networks are being loaded; this takes some seconds.", "Note")
        try:
            self.demos[number] = Opened(DEMOS[number], self._pictures, self.history)
        except Exception as error:
            return self.waiting[number].say(in_words(error))
        self.tabs.children[number].children = [self.demos[number]]


class Opened(widgets.VBox):
    """A tab: samples to press, the explorer, and beside it the maps of PANELS, which follow the explorer."""

    def __init__(self, demo: Demo, pictures: Pictures | None, history: History):
        self.demo, self.history, self._before = demo, history, None
        self.explorer: Explorer = demo.make(pictures)
        self.samples = [_sample_button(name, label) for name, label in PHOTOGRAPHS.items()]
        for name, button in zip(PHOTOGRAPHS, self.samples, strict=True):
            button.on_click(lambda _, name=name: demo.show(self.explorer, name))
        self.views = [MapView("app-map") for _ in PANELS]
        self.progress = widgets.IntProgress(
            max=len(PANELS), layout=widgets.Layout(width="calc(100% - 4px)", height="6px", visibility="hidden")
        )
        self.doing = widgets.HTML(layout=wide_layout())
        samples = widgets.HBox(self.samples, layout=widgets.Layout(flex_flow="row wrap"))
        samples.add_class("app-samples")
        super().__init__([note(f"{demo.about} {PRESS}"), samples, self._page()])
        self.explorer.observe(lambda _: self._follow(), "drawn")
        self._follow()

    def _page(self) -> widgets.Box:
        panels = widgets.Box(self.views)
        panels.add_class("app-panels")
        maps = widgets.VBox([heading("Three maps"), self.doing, self.progress, panels])
        maps.add_class("app-maps")
        page = widgets.Box([self.explorer, maps])
        page.add_class("app-page")
        return page

    def _follow(self) -> None:
        """The maps of what the explorer shows, one after the other; what was not tried before is kept."""
        if self.explorer.explained is None:
            return
        tried = self.demo.now(self.explorer)
        if (tried.which, tried.opacity) == self._before:
            return
        new = self._before is None or self._before[0] != tried.which
        drawings = self._draw(tried)
        self._before = tried.which, tried.opacity
        if new:
            self.history.add(tried, drawings)

    def _draw(self, tried: Tried) -> list[Drawing]:
        drawings = []
        self.progress.layout.visibility = "visible"
        try:
            for i, (view, (method, label)) in enumerate(zip(self.views, PANELS.items(), strict=True)):
                self.progress.value, self.doing.value = i, small(f"{label} …")
                view.layout.display = None if method in tried.methods else "none"
                if method in tried.methods:
                    drawings.append(tried.draw(method))
                    view.show(drawings[-1])
        finally:
            self.progress.layout.visibility = "hidden"
        missing = [label for method, label in PANELS.items() if method not in tried.methods]
        about = f"{tried.picture}: {tried.answer}" + (f". Not with this network: {', '.join(missing)}" * bool(missing))
        self.doing.value = small(about)
        return drawings


def _hidden() -> widgets.Layout:
    return widgets.Layout(display="none")


def _sample_button(name: str, label: str) -> widgets.Button:
    button = widgets.Button(description=label, tooltip=f"Explain this photograph: {label}")
    button.add_class("app-sample")
    button.add_class(f"app-sample-{name}")
    return button


def _samples_style() -> str:
    """The photographs on their buttons, dark behind the names."""
    shade = "linear-gradient(transparent 60%, rgba(0, 0, 0, 0.75) 80%)"
    rules = [
        f".app-samples .app-sample-{name} {{ background-image: {shade}, "
        f"url(data:image/webp;base64,{base64.b64encode(webp(_small(sample(name)))).decode()}) }}"
        for name in PHOTOGRAPHS
    ]
    return f"<style>{' '.join(rules)}</style>"


def _small(picture: np.ndarray) -> np.ndarray:
    """(H, W, 3) uint8 → its middle square."""
    return np.array(ImageOps.fit(Image.fromarray(picture), (THUMBNAIL, THUMBNAIL), Image.Resampling.BICUBIC))
