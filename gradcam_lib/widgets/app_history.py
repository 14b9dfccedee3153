"""What was tried in the app: a list to look back at, and a zip of its pictures to take home."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from html import escape

import cv2
import ipywidgets as widgets
import numpy as np

from gradcam_lib.widgets.app_tabs import Tried
from gradcam_lib.widgets.captioned import captioned
from gradcam_lib.widgets.controls import TEXT, heading, note, wide_layout
from gradcam_lib.widgets.explained_picture import Drawing
from gradcam_lib.widgets.saving import Download, stem_of

MOST = 40  # pictures kept, of some 150 kB each; the oldest one makes room
QUALITY = 90
COLUMNS = ("number", "demonstration", "picture", "asked", "answer", "facts", "file")


class History(widgets.VBox):
    """``add`` what was tried; ``zipped()`` is all of it. It lives in the visitor's own kernel and ends with it."""

    def __init__(self) -> None:
        self.rows: list[dict[str, str | int]] = []
        self._files: list[bytes] = []
        self._count = 0
        self.list = widgets.HTML(layout=wide_layout())
        self.button = widgets.Button(
            description="Download all", icon="download", disabled=True, tooltip="Pictures and a table, as one zip file"
        )
        self.download = Download()
        self.button.on_click(lambda _: self.download.send("gradcam_tried.zip", self.zipped(), "application/zip"))
        hint = note(f"The last {MOST} are kept, here alone, until this page is closed.")
        super().__init__([heading("What you have tried"), hint, self.button, self.download, self.list])
        self._show()

    def add(self, tried: Tried, drawings: Sequence[Drawing]) -> None:
        """drawings: the maps as they are shown, side by side in the file, with what was asked beneath the first."""
        self._count += 1
        name = stem_of([f"{self._count:02}", tried.demo, tried.picture, tried.answer]) + ".jpg"
        facts = next((drawing.facts for drawing in drawings if drawing.kind == "heat"), "")
        values = (self._count, tried.demo, tried.picture, tried.asked, tried.answer, facts, name)
        self.rows = [*self.rows, dict(zip(COLUMNS, values, strict=True))][-MOST:]
        first, *others = drawings
        first = replace(first, facts=" · ".join(filter(None, [first.facts, tried.picture, tried.asked])))
        self._files = [*self._files, jpeg(captioned([first, *others]))][-MOST:]
        self._show()

    def zipped(self) -> bytes:
        """A zip file: the pictures, and ``tried.csv``, which says of each what it is."""
        table, whole = io.StringIO(), io.BytesIO()
        writer = csv.DictWriter(table, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(self.rows)
        with zipfile.ZipFile(whole, "w") as archive:
            archive.writestr("tried.csv", table.getvalue().encode("utf-8-sig"))  # as spreadsheets expect it
            for row, content in zip(self.rows, self._files, strict=True):
                archive.writestr(str(row["file"]), content)
        return whole.getvalue()

    def _show(self) -> None:
        self.button.disabled = not self.rows
        lines = [f'<li value="{row["number"]}">{escape(said(row))}</li>' for row in reversed(self.rows)]
        self.list.value = f'<ol class="app-tried" style="color:{TEXT}">{"".join(lines)}</ol>'


def said(row: dict[str, str | int]) -> str:
    asked = f", {row['asked']}" if row["asked"] else ""
    return f"{row['demonstration']}, {row['picture']}{asked}: {row['answer']} ({row['facts']})"


def jpeg(picture: np.ndarray) -> bytes:
    """(H, W, 3) uint8, RGB → the bytes of a file."""
    return cv2.imencode(".jpg", picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, QUALITY])[1].tobytes()
