"""A button for a file of the reader's own, which says so when a file is too large to arrive.

A Jupyter server cuts the connection at a message above its limit, 10 MB unless it is told otherwise. The kernel never
hears of such a file, and the button that sent it waits for an answer for good. Therefore the page first sends each
file's name and size alone: a link within the page copies the button's files into a hidden box, and what such a copy
holds of a file's content is nothing. A button whose file does not fit is replaced by a fresh one.
"""

from __future__ import annotations

import io
import os
from collections.abc import Callable

import ipywidgets as widgets
import traitlets

from gradcam_lib.widgets.controls import small

NOTABLE = 1_000_000  # bytes: a larger file is announced as on its way


class _Announced(widgets.Box):
    files = traitlets.Any(()).tag(sync=True)


class Upload(widgets.VBox):
    """A FileUpload with its limit below it; ``button`` is the present one, ``announced`` hears of files to come.

    connect(receive, say): ``receive(file)`` gets an open file with its ``name``; ``say(text, word)`` tells the reader,
    beside this button, what becomes of a file.
    """

    def __init__(self, description: str):
        self._description, self._disabled = description, False
        self._receive: Callable[[io.BytesIO], object] = lambda file: None
        self._say: Callable[[str, str], object] = lambda text, word: None
        self.hint = widgets.HTML(small(f"PNG, JPEG, WebP …, at most {limit():.0f} MB"))
        super().__init__(layout=widgets.Layout(overflow="hidden"))
        self._renew()

    def connect(self, receive: Callable[[io.BytesIO], object], say: Callable[[str, str], object]) -> None:
        self._receive, self._say = receive, say

    def _renew(self) -> None:
        self.button = widgets.FileUpload(
            accept="image/*,.heic,.heif", multiple=False, description=self._description,
            layout=widgets.Layout(width="calc(100% - 4px)"),
            tooltip="A PNG, JPEG or WebP file of your own",
        )  # fmt: skip
        self.announced = _Announced(layout=widgets.Layout(display="none"))
        widgets.jsdlink((self.button, "value"), (self.announced, "files"))
        self.announced.observe(self._expect, "files")
        self.button.observe(self._arrived, "value")
        self.children = [self.button, self.announced, self.hint]

    def _expect(self, change: dict) -> None:
        for file in (change["new"] or ())[:1]:
            name, size = str(file["name"]), file["size"]
            if size > limit() * 1e6:
                self._renew()
                self._say(too_large(name, size), "Problem")
            elif size > NOTABLE:
                self._say(f"{name} ({size / 1e6:.1f} MB) is on its way", "Note")

    def _arrived(self, change: dict) -> None:
        for sent in change["new"][:1]:  # a page of its own making may send more than the button lets choose
            file = io.BytesIO(bytes(sent["content"]))
            file.name = sent["name"]  # for the messages
            self._receive(file)
            change["owner"].value = ()  # lets the same file be chosen again, and forgets its bytes
        if len(change["new"]) > 1:
            self._say(f"{len(change['new'])} files: one at a time, so the first of them is taken", "Note")


def limit() -> float:
    """MB of the largest file that arrives: what ``start.py lab`` has allowed, or what servers allow by themselves."""
    try:
        return float(os.environ.get("GRADCAM_UPLOAD_MB", ""))
    except ValueError:
        return 10.0


def too_large(name: str, size: int) -> str:
    said = f"{name}: {size / 1e6:.1f} MB, and this page takes files of at most {limit():.0f} MB. Save it smaller"
    if os.environ.get("GRADCAM_SERVED"):  # to visitors, who see no code
        return said
    more = "" if limit() > 10 else "; a page opened with “python3 start.py lab” takes up to 200 MB"
    return f"{said}, or give its path in the code{more}"
