"""The controls that choose an explorer's picture, and how they are laid out; no behaviour."""

from __future__ import annotations

from collections.abc import Sequence

import ipywidgets as widgets

from gradcam_lib.widgets.controls import heading, offer_labels, wide_layout
from gradcam_lib.widgets.cropping import CropControls
from gradcam_lib.widgets.messages import MessageLine
from gradcam_lib.widgets.uploading import Upload

WORLD, PHOTO = "world", "photo"  # also the names under which their systems are loaded
PHOTOGRAPHS = {
    "grace_hopper": "Grace Hopper", "astronaut": "Astronaut", "motorcycle": "Motorcycle", "camera": "Photographer",
    "cat": "Cat", "coffee": "Coffee", "rocket": "Rocket",
}  # fmt: skip
KNOWN = {  # what is worth knowing where a photograph is shown to the networks of each kind
    WORLD: "These networks were trained on the rendered scenes alone. In a photograph they find only what looks like "
    "that world, and their words say little about it.",
    PHOTO: "These networks learnt their words from 6,000 photographs (Flickr8k): people and dogs, mostly outdoors. "
    "They take anything else for one of the things that they know.",
}
ARROWS = {"left": "←", "right": "→", "up": "↑", "down": "↓"}
NAMED = {"description_width": "64px"}


class SourceControls:
    """Every control by name; ``box`` holds them laid out. What does not fit the kind of picture is hidden."""

    def __init__(self) -> None:
        narrow = widgets.Layout(width="36px", margin="2px 2px", padding="0")
        self.switch = widgets.ToggleButtons(
            options=[("Rendered world", WORLD), ("Photographs", PHOTO)], layout=wide_layout(),
            style={"button_width": "calc(50% - 4px)"},
            tooltips=["Scenes of which everything is known, and networks that know nothing else", "Real pictures"],
        )  # fmt: skip
        self.seed = widgets.Text(
            description="Seed", placeholder="a whole number", continuous_update=False, style=NAMED,
            layout=widgets.Layout(flex="1 1 0%", width="auto", min_width="0", margin="2px 0"),
        )  # fmt: skip
        self.new = widgets.Button(
            description="New scene", icon="refresh", tooltip="The scene of the next seed",
            layout=widgets.Layout(flex="0 0 auto", width="112px"),
        )  # fmt: skip
        self.thing, self.photograph = (
            widgets.Dropdown(description=name, style=NAMED, layout=widgets.Layout(width="100%", margin="2px 0"))
            for name in ("Thing", "Picture")
        )
        self.arrows = {
            name: widgets.Button(description=sign, tooltip=f"Move it {name}", layout=narrow)
            for name, sign in ARROWS.items()
        }
        self.removal, self.back = (  # each with a layout of its own: one is hidden without the other
            widgets.Button(description=name, tooltip=why, layout=widgets.Layout(width="50%"))
            for name, why in (("Remove", "Remove it, and what it holds"), ("Undo", "Back to the previous picture"))
        )
        self.upload, self.part = Upload("Your own picture"), CropControls()
        self.line, self.about = MessageLine(height="48px"), widgets.HTML(layout=wide_layout())
        self.seed_row = widgets.HBox([self.seed, self.new])
        edits = widgets.HBox([*self.arrows.values(), self.removal, self.back])
        self.box = widgets.VBox(
            [
                heading("Which picture?"), self.switch, self.seed_row, self.photograph, self.thing, edits,
                self.upload, self.line, self.part, self.about,
            ],
            layout=widgets.Layout(width="100%"),
        )  # fmt: skip
        self.box.add_class("scene-source")

    def offer_photographs(self, own: Sequence[str], shown: str) -> None:
        """own: names of the reader's own pictures, which come before the samples; shown: the one on the page."""
        labels = {name: PHOTOGRAPHS.get(name, name) for name in (*own, *PHOTOGRAPHS)}
        offer_labels(self.photograph, labels)
        self.photograph.value = shown if shown in labels else None

    def suit(self, kind: str) -> None:
        """Shows the controls of scenes or those of photographs."""
        of_scenes = [self.seed_row, self.thing, *self.arrows.values(), self.removal]
        for controls, fits in ((of_scenes, kind == WORLD), ([self.photograph], kind == PHOTO)):
            for control in controls:
                control.layout.display = None if fits else "none"
