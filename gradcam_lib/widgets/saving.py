"""Pictures written to disk: whole or not at all, and never over a file that is already there."""

from __future__ import annotations

import os
import re
import tempfile
from pathlib import Path

import cv2
import numpy as np


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


def free_name(folder: Path, words: list[str]) -> Path:
    """cat, Egyptian cat, grad_cam → folder/cat_egyptian-cat_grad_cam.png, or …-2.png where that one exists."""
    stem = "_".join(re.sub(r"[^\w]+", "-", word.lower()).strip("-")[:40] for word in words)
    numbered = [folder / f"{stem}.png", *(folder / f"{stem}-{i}.png" for i in range(2, 1000))]
    return next((path for path in numbered if not path.exists()), numbered[-1])
