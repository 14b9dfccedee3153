"""Where an explorer's picture comes from: a seed, a scene edited by hand, or a file of the reader's own."""

from __future__ import annotations

import io
import re
import reprlib
from collections.abc import Callable
from dataclasses import dataclass

import ipywidgets as widgets
import numpy as np

from gradcam_lib.images import Source, load_image, seen
from gradcam_lib.systems import TRANSFORM
from gradcam_lib.widgets.controls import heading, small
from gradcam_lib.widgets.messages import MessageLine
from gradcam_lib.worlds import scenes
from gradcam_lib.worlds.scene import PEOPLE, Scene, Thing, checked_seed

SIDE = 448  # pixels of a photograph's middle square that are kept; the networks see it at 128
SEED = 1_000_000  # no network was trained on the scenes from here on
STEP = 0.08  # of the picture, a click on an arrow
KEPT = 50  # steps that can be undone
ARROWS = {"left": ("←", -STEP, 0), "right": ("→", STEP, 0), "up": ("↑", 0, -STEP), "down": ("↓", 0, STEP)}
OWN = (
    "These networks were trained on the rendered scenes alone. In a photograph they find only what looks like that "
    "world, and their words say little about it."
)


@dataclass(frozen=True)
class _Shown:
    scene: Scene | None
    picture: np.ndarray


class SceneSource:
    """Controls that choose a picture; put ``box`` into a widget and ``observe`` what they choose.

    scene: what is shown first, instead of the scene of ``seed``. What cannot be done is said in ``message``, a line of
    ``box``, and leaves all as it was. The methods do what the controls do; False where they could not.

    >>> source = SceneSource(seed=7)
    >>> source.observe(lambda: print(source.scene))     # after every change, without arguments
    >>> source.move("kite-1", 0.1, 0)
    """

    def __init__(self, scene: Scene | None = None, seed: int = SEED):
        self._callbacks: list[Callable[[], None]] = []
        self._past: list[_Shown] = []
        self._quiet = False
        self._shown = _rendered(scenes.sample(seed) if scene is None else scene)
        self._make()
        self._connect()
        self._fill()

    @property
    def picture(self) -> np.ndarray:
        """What is shown, (128, 128, 3) uint8 of a scene, (448, 448, 3) of an own photograph."""
        return self._shown.picture

    @property
    def scene(self) -> Scene | None:
        """None for an own photograph."""
        return self._shown.scene

    @property
    def note(self) -> str:
        """What a reader should know of this picture; "" for a rendered scene."""
        return "" if self.scene else OWN

    @property
    def message(self) -> str:
        return self.line.text

    def observe(self, callback: Callable[[], None]) -> None:
        """``callback()`` is called after every change of the picture."""
        self._callbacks.append(callback)

    def show_seed(self, seed: int | str) -> bool:
        """The scene of a seed, 0 … 2⁶⁴ − 1, or of its digits."""
        with self.line.in_words():
            return self._show(_rendered(scenes.sample(_number(seed) if isinstance(seed, str) else seed)))
        return False

    def show_scene(self, scene: Scene) -> bool:
        with self.line.in_words():
            return self._show(_rendered(scene))
        return False

    def show_picture(self, picture: Source) -> bool:
        """The middle square of whatever ``load_image`` takes."""
        with self.line.in_words():
            return self._show(_Shown(None, seen(load_image(picture), TRANSFORM.at(SIDE))))
        return False

    def new_scene(self) -> bool:
        """The scene of the next seed; after the last one, the first."""
        last = [shown.scene for shown in (*self._past, self._shown) if shown.scene]
        return self.show_seed((last[-1].seed + 1) % 2**64 if last else SEED)

    def move(self, id: str, dx: float, dy: float) -> bool:
        """A thing, with what it holds, by shares of the picture; it stays in the picture."""
        with self.line.in_words():
            moved = self._edited().moved(id, dx, dy)
            if not all(0 <= share <= 1 for share in scenes.position(moved, moved[id])):
                raise ValueError(f"{called(moved[id])} would leave the picture; move it another way")
            return self._show(_rendered(moved))
        return False

    def remove(self, id: str) -> bool:
        """A thing, with what it holds."""
        with self.line.in_words():
            return self._show(_rendered(self._edited().without(id)))
        return False

    def undo(self) -> bool:
        """Back to what was shown before."""
        with self.line.in_words():
            if not self._past:
                raise ValueError("there is nothing to undo")
            return self._show(self._past.pop(), remember=False)
        return False

    # The controls

    def _make(self) -> None:
        narrow = widgets.Layout(width="36px", margin="2px 2px", padding="0")
        half, wide = widgets.Layout(width="50%"), widgets.Layout(width="100%", margin="2px 0")
        self.seed = widgets.Text(
            description="Seed", placeholder="a whole number", continuous_update=False,
            style={"description_width": "64px"}, layout=widgets.Layout(width="65%", margin="2px 0"),
        )  # fmt: skip
        self.new = widgets.Button(
            description="New scene", icon="refresh", tooltip="The scene of the next seed",
            layout=widgets.Layout(width="35%"),
        )  # fmt: skip
        self.thing = widgets.Dropdown(description="Thing", style={"description_width": "64px"}, layout=wide)
        self.arrows = {
            name: widgets.Button(description=sign, tooltip=f"Move it {name}", layout=narrow)
            for name, (sign, _, _) in ARROWS.items()
        }
        self.removal = widgets.Button(description="Remove", tooltip="Remove it, and what it holds", layout=half)
        self.back = widgets.Button(description="Undo", tooltip="Back to the picture before", layout=half)
        self.upload = widgets.FileUpload(
            accept="image/*,.heic,.heif", multiple=False, description="Your own picture",
            layout=widgets.Layout(width="calc(100% - 4px)"),
            tooltip="A PNG, JPEG or WebP file of your own, at most 10 MB",
        )  # fmt: skip
        self.line, self.about = MessageLine(), widgets.HTML(layout=wide)
        self.box = widgets.VBox(
            [
                heading("Which picture?"), widgets.HBox([self.seed, self.new]), self.thing,
                widgets.HBox([*self.arrows.values(), self.removal, self.back]), self.upload, self.about, self.line,
            ],
            layout=widgets.Layout(width="100%"),
        )  # fmt: skip
        self.box.add_class("scene-source")

    def _connect(self) -> None:
        self.seed.observe(lambda change: self._quiet or self.show_seed(change["new"]), "value")
        self.new.on_click(lambda _: self.new_scene())
        for name, (_, dx, dy) in ARROWS.items():
            self.arrows[name].on_click(lambda _, dx=dx, dy=dy: self.move(self.thing.value, dx, dy))
        self.removal.on_click(lambda _: self.remove(self.thing.value))
        self.back.on_click(lambda _: self.undo())
        self.upload.observe(self._uploaded, "value")

    def _uploaded(self, change: dict) -> None:
        if change["new"]:
            sent = change["new"][0]
            file = io.BytesIO(bytes(sent["content"]))
            file.name = sent["name"]  # for the messages
            self.show_picture(file)
            self.upload.value = ()  # lets the same file be chosen again, and forgets its bytes

    def _fill(self) -> None:
        """Makes the controls fit the picture; the thing that was chosen stays chosen while it is there."""
        things = self.scene.things if self.scene else ()
        chosen = self.thing.value
        self._quiet = True
        self.seed.value = str(self.scene.seed) if self.scene else ""
        self._quiet = False
        self.thing.options = [(called(thing), thing.id) for thing in things]
        ids = [thing.id for thing in things]
        self.thing.value = chosen if chosen in ids else ids[0] if ids else None
        for control in (self.thing, self.removal, *self.arrows.values()):
            control.disabled = not things
        self.back.disabled = not self._past
        self.about.value = small(self.note)

    # From one picture to the next

    def _edited(self) -> Scene:
        if self.scene is None:
            raise ValueError("a photograph has no things to move or remove; choose a scene by its seed")
        return self.scene

    def _show(self, shown: _Shown, remember: bool = True) -> bool:
        if remember:
            self._past = [*self._past, self._shown][-KEPT:]
        self._shown = shown
        self._fill()
        for callback in self._callbacks:
            callback()
        return True


def _rendered(scene: Scene) -> _Shown:
    return _Shown(scene, scenes.render(scene).image)


def _number(text: str) -> int:
    if not re.fullmatch(r"\s*-?\d{1,40}\s*", text):
        raise ValueError(f"seed {reprlib.repr(text)}: choose a whole number from 0 to 2**64 - 1")
    return checked_seed(int(text))


def called(thing: Thing) -> str:
    """kite-2 → "kite 2, red"."""
    words = thing.id.replace("-", " ")
    return f"{words}, {thing.colour}" if thing.colour and thing.kind not in PEOPLE else words
