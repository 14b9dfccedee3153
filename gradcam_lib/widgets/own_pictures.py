"""Pictures of the reader's own by name: a folder, a list of files, or names and pictures."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import ipywidgets as widgets
import numpy as np
from PIL import Image, UnidentifiedImageError

from gradcam_lib.datasets.picture_files import is_picture
from gradcam_lib.pictures.images import MOST_PIXELS, Source, load_image
from gradcam_lib.widgets.controls import described, offer
from gradcam_lib.widgets.messages import in_words

Pictures = str | os.PathLike | Sequence[Source] | Mapping[str, Source]


class OwnPictures:
    """``names`` of pictures to show, ``load(name)`` for one of them, and ``skipped``: what cannot be shown, and why.

    pictures: a folder, for the files that ``is_picture`` takes, not those in folders within it; a list of
    whatever ``load_image`` takes; or a dict name → the same; None: there are none. Of files the beginning alone is
    read at first; a picture that turns out to be broken when it is loaded is skipped from then on.
    Errors: NotADirectoryError; ValueError where there is not one picture.
    """

    def __init__(self, pictures: Pictures | None = None):
        self._sources = {} if pictures is None else _named(pictures)
        self.skipped: list[str] = []
        for name, source in list(self._sources.items()):
            if why := _unreadable(source):
                self._skip(name, why)
        if pictures is not None and not self._sources:
            raise ValueError("; ".join(["pictures: there is not one that can be shown", *self.skipped]))

    @property
    def names(self) -> list[str]:
        return list(self._sources)

    @property
    def note(self) -> str:
        """Which pictures are skipped, in words; "" where all are there."""
        n = len(self.skipped)
        return f"{n} {'picture is' if n == 1 else 'pictures are'} skipped: {'; '.join(self.skipped)}" if n else ""

    def load(self, name: str) -> np.ndarray:
        """(H, W, 3) uint8. Errors: those of ``load_image``, and then the picture is skipped."""
        try:
            return load_image(self._sources[name])
        except (ValueError, TypeError, OSError) as error:
            self._skip(name, in_words(error))
            raise

    def _skip(self, name: str, why: str) -> None:
        del self._sources[name]
        self.skipped.append(why if name in why else f"{name}: {why}")


class OwnChoice(widgets.Dropdown):
    """``connect(chosen)`` hears the name of each picture that is chosen. Hidden where there is nothing to choose."""

    def __init__(self) -> None:
        super().__init__(description="Picture", tooltip="One of your own pictures", **described())
        self._chosen: Callable[[str], object] | None = None
        self.observe(self._changed, "value")
        self.offer([], "")

    def connect(self, chosen: Callable[[str], object]) -> None:
        self._chosen = chosen

    def offer(self, names: Sequence[str], shown: str) -> None:
        """shown: the picture on the page, which may be none of them. Calls nobody."""
        chosen, self._chosen = self._chosen, None
        offer(self, names)
        self.value = shown if shown in names else None
        self.layout.display = None if names else "none"
        self._chosen = chosen

    def _changed(self, change: dict) -> None:
        if self._chosen and change["new"] is not None:
            self._chosen(change["new"])


def _named(pictures: Pictures) -> dict[str, Source]:
    if isinstance(pictures, Mapping):
        return {str(name): source for name, source in pictures.items()}
    if isinstance(pictures, (str, os.PathLike)):
        return {file.name: file for file in _inside(Path(pictures).expanduser())}
    named: dict[str, Source] = {}
    for i, source in enumerate(pictures, start=1):
        path = Path(source) if isinstance(source, (str, os.PathLike)) else None
        name = path.name if path else f"picture {i}"
        named[str(path) if name in named else name] = source
    return named


def _inside(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise NotADirectoryError(f"pictures {str(folder)!r}: no such folder; one file goes into a list, [path]")
    files = list(filter(is_picture, sorted(folder.iterdir())))
    if not files:
        raise ValueError(f"pictures {str(folder)!r}: no pictures in this folder (folders within it are not searched)")
    return files


def _unreadable(source: Source) -> str:
    """Why a file is no picture, as far as its beginning tells; "" where it may be one."""
    if not isinstance(source, (str, os.PathLike)):
        return ""
    try:
        with Image.open(Path(source).expanduser()) as image:
            if image.width * image.height <= MOST_PIXELS:
                return ""
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        pass
    try:
        load_image(source)  # which knows the words for it
    except (ValueError, TypeError, OSError) as error:
        return in_words(error)
    return ""
