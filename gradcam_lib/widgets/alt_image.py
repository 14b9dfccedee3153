"""A picture with alternative text; ``ipywidgets.Image`` cannot have one."""

from __future__ import annotations

import base64
from html import escape

import cv2
import ipywidgets as widgets
import numpy as np

from gradcam_lib.widgets.controls import TEXT

LEAST = 448  # pixels across on the page
CELLS = 64  # a picture of fewer pixels across is a small map, whose cells stay cells


class AltImage(widgets.HTML):
    """``show`` a picture and its alternative text: what a person would say of it on the telephone.

    name: a class for the ``img`` element. The picture is ``LEAST`` pixels wide on the page, or as wide as it is where
    that is more, and shrinks with the page. Its height is reserved before it is decoded, so that nothing jumps.
    """

    def __init__(self, name: str):
        super().__init__(layout=widgets.Layout(width="calc(100% - 4px)", margin="2px"))
        self.name, self.alt = name, ""

    def show(self, picture: np.ndarray, alt: str) -> None:
        """picture: (H, W, 3) uint8, RGB."""
        self.alt = alt
        self.value = image_tag(picture, alt, self.name)


def image_tag(picture: np.ndarray, alt: str, name: str) -> str:
    """(H, W, 3) uint8, RGB → an ``img`` element that holds the picture."""
    h, w = checked_picture(picture).shape[:2]
    wide = max(LEAST, w)
    cells = "; image-rendering:pixelated" if w < CELLS else ""
    return (
        f'<img class="{name}" alt="{escape(alt)}" decoding="sync" width="{wide}" height="{round(wide * h / w)}" '
        f'style="display:block; max-width:100%; height:auto; color:{TEXT}{cells}" '
        f'src="data:image/webp;base64,{base64.b64encode(webp(picture)).decode()}">'
    )


def webp(picture: np.ndarray) -> bytes:
    """(H, W, 3) uint8, RGB → a file a tenth as large as PNG's: a page may hold many, and a saved notebook too."""
    return cv2.imencode(".webp", picture[..., ::-1], [cv2.IMWRITE_WEBP_QUALITY, 92])[1].tobytes()


def checked_picture(picture: object) -> np.ndarray:
    if not isinstance(picture, np.ndarray) or picture.ndim != 3 or picture.shape[2] != 3 or picture.dtype != np.uint8:
        what = f"{picture.dtype} {picture.shape}" if isinstance(picture, np.ndarray) else type(picture).__name__
        raise ValueError(f"picture: expected an array (H, W, 3) of uint8, RGB, got {what}; overlay(…) makes one")
    return picture
