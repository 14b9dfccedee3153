"""The line in which a widget says what went wrong or is worth knowing."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import ipywidgets as widgets

from gradcam_lib.paths import ROOT
from gradcam_lib.widgets.controls import banner, small


class MessageLine(widgets.HTML):
    """``text`` in plain words and ``word``, "Problem", "Note", "Saved" or "", in which they begin.

    hint: what stands there while there is nothing to say. height: which is reserved, so that nothing beneath moves.
    """

    def __init__(self, hint: str = "", height: str | None = None) -> None:
        super().__init__(layout=widgets.Layout(width="calc(100% - 4px)", min_height=height))
        self.text, self.word = "", ""
        self.rest(hint)

    def rest(self, hint: str) -> None:
        """What stands there while there is nothing to say."""
        self._hint = small(hint) if hint else ""
        self.say(self.text, self.word)

    def say(self, text: str, word: str = "Problem") -> None:
        self.text, self.word = text, word if text else ""
        self.value = banner(text, word) or self._hint

    @contextmanager
    def in_words(self) -> Iterator[None]:
        """What goes wrong inside is said in the line: an exception in a callback would vanish in a log."""
        self.say("")
        try:
            yield
        except Exception as error:
            self.say(in_words(error))


def in_words(error: Exception) -> str:
    """What a reader needs of an error; its kind too, where it is not one of those that are meant for readers.

    Where this repository lies on its machine is left out: a page may be read on another one.
    """
    if isinstance(error, OSError) and error.strerror:
        text = f"{error.filename}: {error.strerror}"
    else:
        text = str(error.args[0]) if isinstance(error, KeyError) and error.args else str(error)
    text = text.replace(f"{ROOT}{os.sep}", "")
    meant = isinstance(error, (ValueError, TypeError, LookupError, OSError))
    return text if meant else f"{type(error).__name__}: {text}"
