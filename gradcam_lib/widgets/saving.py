"""Pictures that leave the page: written to disk, whole or not at all and never over a file, or sent to the browser."""

from __future__ import annotations

import asyncio
import base64
import os
import re
import tempfile
from html import escape
from pathlib import Path

import cv2
import ipywidgets as widgets
import numpy as np

from gradcam_lib.widgets.controls import banner_of, wide_layout
from gradcam_lib.widgets.page import CLEAR


def png(picture: np.ndarray) -> bytes:
    """(H, W, 3) uint8, RGB → the bytes of a PNG file, quickly rather than small."""
    return cv2.imencode(".png", picture[..., ::-1], [cv2.IMWRITE_PNG_COMPRESSION, 1])[1].tobytes()


def save_new(picture: np.ndarray, path: Path) -> Path:
    """Writes a PNG and returns its full path.

    Errors: FileExistsError; a folder that is missing or cannot be written to (OSError). Nothing is left behind then.
    """
    if path.suffix.lower() != ".png":
        raise ValueError(f"{path.name}: pictures are saved as PNG; let the name end in .png")
    try:
        handle, draft = tempfile.mkstemp(prefix=".", suffix=".png", dir=path.parent)
    except OSError as error:
        raise type(error)(
            f"{path.parent}: cannot save a picture there ({error.strerror}); choose another folder"
        ) from error
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(png(picture))
        with open(path, "xb"):  # takes the name, or fails where it is taken
            pass
        try:
            os.replace(draft, path)
        except OSError:
            path.unlink()
            raise
    except FileExistsError as error:
        raise FileExistsError(f"{path}: there is such a file already; choose another name") from error
    finally:
        Path(draft).unlink(missing_ok=True)
    return path.resolve()


def stem_of(words: list[str]) -> str:
    """cat, Egyptian cat → cat_egyptian-cat: of letters and digits, whatever the words are; no part leaves a folder."""
    return "_".join(re.sub(r"[^\w]+", "-", word.lower()).strip("-")[:40] for word in words)


def free_name(folder: Path, words: list[str]) -> Path:
    """cat, Egyptian cat, grad_cam → folder/cat_egyptian-cat_grad_cam.png, or …-2.png where that one exists."""
    stem = stem_of(words)
    numbered = [folder / f"{stem}.png", *(folder / f"{stem}-{i}.png" for i in range(2, 1000))]
    return next((path for path in numbered if not path.exists()), numbered[-1])


KEPT = 60  # seconds; a link that stayed would be saved with the notebook, and followed again when that is opened


class Download(widgets.HTML):
    """``send`` a file to the browser, which keeps it as it keeps every download; a link stands there for a minute.

    Where a page runs no script of a widget, the reader follows the link.
    """

    def __init__(self) -> None:
        super().__init__(layout=wide_layout())
        self._clearing: asyncio.TimerHandle | None = None

    def send(self, name: str, content: bytes, kind: str = "image/png") -> None:
        """content: of a file of this kind, a media type."""
        if self._clearing:
            self._clearing.cancel()
        file = f"data:{kind};base64,{base64.b64encode(content).decode()}"
        link = f'<a href="{file}" download="{escape(name)}" style="text-decoration:underline">{escape(name)}</a>'
        click = f'<img src="{CLEAR}" alt="" hidden onload="this.parentNode.querySelector(\'a\').click()">'
        self.value = banner_of(f"{link}, by your browser{click}", "Saved")
        try:
            self._clearing = asyncio.get_running_loop().call_later(KEPT, self.clear)
        except RuntimeError:  # no page: a plain script
            pass

    def clear(self) -> None:
        self.value = ""
