"""A contact sheet as one HTML file: no script, nothing fetched, in the reader's light or dark theme."""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from PIL import Image

PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>The surest mistakes</title><style>
:root {{ color-scheme: light dark; }}
body {{ font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 62rem; padding: 0 1rem; }}
h2 {{ font-size: 1rem; overflow-wrap: anywhere; margin: 2rem 0 0.5rem; }}
.row {{ display: grid; grid-template-columns: repeat(auto-fit, minmax(15rem, 1fr)); gap: 0.75rem; }}
figure {{ margin: 0; }} img {{ width: 100%; height: auto; }} figcaption {{ overflow-wrap: anywhere; }}
</style></head><body>
<h1>The surest mistakes</h1>
<p>{about} Each map lies on a grey copy of the picture: bright where the network finds evidence for that class, on a
scale from zero to the map's own maximum.</p>
{rows}
</body></html>
"""


class Mistake(NamedTuple):
    """name: of the file; pictures: (S, S, 3) uint8, with a label each."""

    name: str
    pictures: list[np.ndarray]
    labels: list[str]


def sheet(mistakes: Sequence[Mistake], about: str) -> str:
    """The page as text."""
    rows = []
    for number, (name, pictures, labels) in enumerate(mistakes, 1):
        figures = "".join(map(_figure, pictures, labels))
        rows.append(f'<section><h2>{number}. {html.escape(name)}</h2><div class="row">{figures}</div></section>')
    return PAGE.format(about=html.escape(about), rows="\n".join(rows))


def _figure(picture: np.ndarray, label: str) -> str:
    held = io.BytesIO()
    Image.fromarray(picture).save(held, "JPEG", quality=85)
    data, text = base64.b64encode(held.getvalue()).decode(), html.escape(label)
    return f'<figure><img src="data:image/jpeg;base64,{data}" alt="{text}"><figcaption>{text}</figcaption></figure>'
