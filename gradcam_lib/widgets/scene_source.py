"""Where an explorer's picture comes from: a seed, a scene edited by hand, a photograph, or a file of the reader's."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np

from gradcam_lib.pictures.crops import Crop
from gradcam_lib.pictures.images import Source, load_image
from gradcam_lib.pictures.samples import sample
from gradcam_lib.widgets.controls import small
from gradcam_lib.widgets.messages import in_words
from gradcam_lib.widgets.own_pictures import OwnPictures, Pictures
from gradcam_lib.widgets.scene_edits import STEPS, called, moved, seeded, without
from gradcam_lib.widgets.shown_picture import Shown, photographed, rendered
from gradcam_lib.widgets.source_controls import KNOWN, PHOTO, WORLD, SourceControls
from gradcam_lib.worlds import scenes
from gradcam_lib.worlds.scene import Scene

SEED = 1_000_000  # no network was trained on the scenes from here on
KEPT = 50  # steps that can be undone


class SceneSource(SourceControls):
    """Controls that choose a picture; put ``box`` into a widget and ``observe`` what they choose.

    scene: what is shown first, instead of the scene of ``seed``. photographs: called before a photograph is shown;
    where it raises, the reason is said and the world stays. None: there is no choice, the world is all there is.
    pictures: of the reader's own, see ``OwnPictures``; without a scene the first of them is shown.
    What cannot be done is said in ``message``, a line of ``box``, and leaves all as it was. The methods do what the
    controls do; False where they could not.

    >>> source = SceneSource(seed=7)
    >>> source.observe(lambda: print(source.scene))     # after every change, without arguments
    >>> source.move("kite-1", 0.1, 0)
    """

    def __init__(
        self,
        scene: Scene | None = None,
        seed: int = SEED,
        photographs: Callable[[], object] | None = None,
        pictures: Pictures | None = None,
    ) -> None:
        super().__init__()
        self.own = OwnPictures(pictures)
        self._callbacks: list[Callable[[], None]] = []
        self._past: list[Shown] = []
        self._quiet, self._photographs = False, photographs
        self._shown = rendered(scenes.sample(seed) if scene is None else scene)
        self.switch.layout.display = None if photographs else "none"
        self._connect()
        self._fill()
        if scene is None and any(map(self.show_photograph, self.own.names)):
            self._past = []
            self._fill()
        self._tell_of_own()

    @property
    def picture(self) -> np.ndarray:
        """What is shown, (128, 128, 3) uint8 of a scene, (448, 448, 3) of a photograph."""
        return self._shown.picture

    @property
    def scene(self) -> Scene | None:
        """None for a photograph."""
        return self._shown.scene

    @property
    def kind(self) -> str:
        """ "world" or "photo": which networks are to look. A photograph is "world" where there are no others."""
        return self._shown.kind

    @property
    def name(self) -> str:
        """Of the picture: "scene-7", "astronaut"; "picture" for a file of the reader's."""
        return self._shown.name

    @property
    def stem(self) -> str:
        """How files begin that are saved of the picture: as its own file is called, without what tells its kind."""
        return Path(self._shown.file or self.name).stem

    @property
    def note(self) -> str:
        """What a reader should know of this picture; "" for a rendered scene."""
        return "" if self.scene else KNOWN[self.kind]

    @property
    def message(self) -> str:
        return self.line.text

    def observe(self, callback: Callable[[], None]) -> None:
        """``callback()`` is called after every change of the picture."""
        self._callbacks.append(callback)

    def show_seed(self, seed: int | str) -> bool:
        """The scene of a seed, 0 … 2⁶⁴ − 1, or of its digits."""
        with self.line.in_words():
            return self._show(rendered(seeded(seed)))
        return False

    def show_scene(self, scene: Scene) -> bool:
        with self.line.in_words():
            return self._show(rendered(scene))
        return False

    def show_photograph(self, name: str) -> bool:
        """A picture of the reader's own or a sample photograph, for the networks that know photographs."""
        with self.line.in_words():
            if why := self._why_not():
                raise ValueError(why)
            if name in self.own.names:
                return self._show(self._photographed(self.own.load(name), PHOTO, name=name, file=name))
            return self._show(self._photographed(sample(name), PHOTO, name=name))
        return False

    def show_part(self, crop: Crop) -> bool:
        """Another part of the photograph shown: "middle", "whole" or a box (x0, y0, x1, y1) in its pixels."""
        with self.line.in_words():
            shown = self._shown
            if shown.photograph is None:
                raise ValueError("a rendered scene is always seen as a whole; choose a photograph first")
            return self._show(shown.cut(crop))
        return False

    def show_picture(self, picture: Source) -> bool:
        """A part of whatever ``load_image`` takes, for the networks that know photographs, if there are."""
        with self.line.in_words():
            image, why = load_image(picture), self._why_not()
            file = str(getattr(picture, "name", "")) if isinstance(picture, io.BytesIO) else ""
            shown = self._show(self._photographed(image, WORLD if why else PHOTO, file=file))
            if self._photographs and why:
                self.line.say(why, "Note")
            return shown
        return False

    def new_scene(self) -> bool:
        """The scene of the next seed; after the last one, the first."""
        return self.show_seed((self._last_scene().seed + 1) % 2**64)

    def move(self, id: str, dx: float, dy: float) -> bool:
        """A thing, with what it holds, by shares of the picture; it stays in the picture."""
        with self.line.in_words():
            return self._show(rendered(moved(self.scene, id, dx, dy)))
        return False

    def remove(self, id: str) -> bool:
        """A thing, with what it holds."""
        with self.line.in_words():
            return self._show(rendered(without(self.scene, id)))
        return False

    def undo(self) -> bool:
        """Back to what was shown before."""
        with self.line.in_words():
            if not self._past:
                raise ValueError("there is nothing to undo")
            return self._show(self._past.pop(), remember=False)
        return False

    # From the controls

    def _connect(self) -> None:
        self.switch.observe(lambda change: self._quiet or self._turned(change["new"]), "value")
        self.seed.observe(lambda change: self._quiet or self.show_seed(change["new"]), "value")
        self.photograph.observe(lambda change: self._quiet or self._chosen(change["new"]), "value")
        self.new.on_click(lambda _: self.new_scene())
        for name, (dx, dy) in STEPS.items():
            self.arrows[name].on_click(lambda _, dx=dx, dy=dy: self.move(self.thing.value, dx, dy))
        self.removal.on_click(lambda _: self.remove(self.thing.value))
        self.back.on_click(lambda _: self.undo())
        self.upload.connect(self.show_picture, self.line.say)
        self.part.connect(self._cut)

    def _turned(self, kind: str) -> None:
        """To the first photograph, or back to the last scene; where that fails, the switch goes back too."""
        if kind == PHOTO:
            self._chosen(self.photograph.options[0][1])
        else:
            self.show_scene(self._last_scene())

    def _chosen(self, name: str) -> None:
        if not self.show_photograph(name):
            self._fill()  # a choice that was refused is not shown as chosen

    def _tell_of_own(self) -> None:
        if self.own.note:
            self.line.say("; ".join(filter(None, [self.own.note, self.message])), "Note")

    def _cut(self) -> None:
        if not self.show_part(self.part.crop(self._shown.photograph.shape)):
            self._fill()

    def _fill(self) -> None:
        """Makes the controls fit the picture; the thing that was chosen stays chosen while it is there."""
        things = self.scene.things if self.scene else ()
        chosen = self.thing.value
        self._quiet = True
        self.switch.value = self.kind
        self.seed.value = str(self.scene.seed) if self.scene else ""
        self.offer_photographs(self.own.names, self.name)
        self._quiet = False
        self.suit(self.kind)
        self.thing.options = [(called(thing), thing.id) for thing in things]
        ids = [thing.id for thing in things]
        self.thing.value = chosen if chosen in ids else ids[0] if ids else None
        for control in (self.thing, self.removal, *self.arrows.values()):
            control.disabled = not things
        self.back.disabled = not self._past
        self._fill_part()

    def _fill_part(self) -> None:
        """What of a photograph is seen; a scene is seen as a whole."""
        shown = self._shown
        self.part.layout.display = "none" if shown.photograph is None else None
        if shown.photograph is not None:
            self.part.show(shown.crop, shown.photograph.shape)
        self.about.value = small(f"{shown.seen} {self.note}".strip())

    # From one picture to the next

    def _why_not(self) -> str:
        """Why there are no networks for photographs, in words; "" where there are."""
        try:
            if self._photographs is None:
                return "there are no networks for photographs here"
            self._photographs()
        except (OSError, ValueError) as error:
            return f"the networks for photographs are not available. {in_words(error)}"
        return ""

    def _photographed(self, image: np.ndarray, kind: str, **named: str) -> Shown:
        return photographed(image, kind, self.part.crop(image.shape), **named)

    def _last_scene(self) -> Scene:
        known = (shown.scene for shown in (self._shown, *reversed(self._past)) if shown.scene)
        return next(known, None) or scenes.sample(SEED)

    def _show(self, shown: Shown, remember: bool = True) -> bool:
        if remember:
            self._past = [*self._past, self._shown][-KEPT:]
        self._shown = shown
        self._fill()
        for callback in self._callbacks:
            callback()
        return True
