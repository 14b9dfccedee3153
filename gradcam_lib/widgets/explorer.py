"""What the pickers of the notebooks share: settings checked on the way in, problems told in a line, pictures saved."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import ipywidgets as widgets
import numpy as np
import traitlets

from gradcam_lib.widgets.explained_picture import SIDE, Drawing
from gradcam_lib.widgets.messages import in_words
from gradcam_lib.widgets.page import Outermost
from gradcam_lib.widgets.saving import free_name, png, save_new


class Explorer(Outermost):
    """A picture, controls beside it, and a line that says what went wrong.

    ``controls`` has the ``image``, and ``say(text, word)`` shows what there is to say.

    A subclass lists its settings as traits, checks one in ``_checked(name, value)``, which returns the value to keep or
    raises, and decorates: ``_allowed = traitlets.validate(*SETTINGS)(Explorer._proposed)``. explained: what the picture
    is drawn from, None before there is any; stem: how the files of saved pictures begin.
    """

    message = traitlets.Unicode("", help="what went wrong or is worth knowing, in words")
    drawn = traitlets.Int(0, help="how often a picture was drawn; observe it to follow what is shown")
    _quiet = False  # while the explorer itself changes its controls

    def __init__(self, controls, folder: str | Path = "."):
        self.controls, self.folder = controls, Path(folder)
        self.stem, self.explained, self._word = "picture", None, ""
        self._drawing = Drawing(np.full((SIDE, SIDE, 3), 225, np.uint8), "No picture yet")
        super().__init__(controls.children)

    @property
    def image(self) -> widgets.Widget:
        """The widget that shows the picture."""
        return self.controls.image

    def picture(self) -> np.ndarray:
        """What is shown, (448, 448, 3) uint8."""
        return self._drawing.picture.copy()

    def save(self, path: str | Path | None = None) -> Path:
        """Writes the picture as PNG and returns where; default: a new name in ``folder``.

        Errors: FileExistsError; a folder that is missing or cannot be written to; no picture yet.
        """
        if self.explained is None:
            raise ValueError("there is no picture to save yet")
        path = save_new(self._to_save(), Path(path).expanduser() if path else self._free_name())
        self._say(f"{path.name} in the folder {path.parent}", "Saved")
        return path

    def _free_name(self) -> Path:
        return free_name(self.folder, [self.stem, self._drawing.title])

    def _to_save(self) -> np.ndarray:
        return self._drawing.picture

    def _link_opacity(self) -> None:
        """The slider speaks in per cent, the setting in shares of one."""
        both_ways = (lambda share: round(100 * share, 6), lambda percent: percent / 100)
        traitlets.link((self, "opacity"), (self.controls.opacity, "value"), transform=both_ways)

    def _download(self, _: widgets.Button) -> None:
        """Sends what is shown to the browser; ``controls`` has a ``download`` then."""
        with self._in_words():
            self.controls.download.send(self._free_name().name, png(self._to_save()))

    def _proposed(self, proposal: dict):
        """A value that cannot be used is explained in the message, and the setting stays as it was."""
        name, value = proposal["trait"].name, proposal["value"]
        try:
            return self._checked(name, value)
        except (ValueError, TypeError, LookupError) as error:
            self._say(in_words(error), "Problem")
            return getattr(self, name)

    def _begin_with(self, **settings) -> None:
        """Sets what is not None; a problem with one is not hidden by the next."""
        problems = []
        for name, value in settings.items():
            if value is not None:
                self._say("")
                setattr(self, name, value)
                problems += [self.message] if self._word == "Problem" else []
        self._redraw()
        if problems:
            self._say("; ".join(problems), "Problem")

    @contextmanager
    def _in_words(self) -> Iterator[None]:
        """What goes wrong inside becomes the message: an exception in a callback would vanish in a log."""
        self._say("")
        try:
            yield
        except Exception as error:
            self._say(in_words(error), "Problem")

    @contextmanager
    def _unheard(self) -> Iterator[None]:
        """What the explorer itself does to its controls is no wish of the reader's."""
        self._quiet = True
        try:
            yield
        finally:
            self._quiet = False

    def _say(self, text: str, word: str = "") -> None:
        self._word, self.message = word, text
        self.controls.say(text, word)


def checked_opacity(value: float) -> float:
    if not 0 <= value <= 1:
        raise ValueError(f"opacity {value}: choose a number from 0 (picture) to 1 (map)")
    return value
