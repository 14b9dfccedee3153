"""A tiny made Flickr8k: drawn pictures, captions we wrote, the official files."""

from __future__ import annotations

import itertools
import zipfile
from pathlib import Path

from PIL import Image, ImageDraw

COLOURS = {"brown": "#7b4a21", "white": "#f4f4f4", "black": "#161616"}
GROUNDS = {"running": "#4f9d3a", "sitting": "#c9b27c"}  # what the dog does shows in the ground it is on
SENTENCES = (
    "A {0} dog is {1} on the ground .",
    "The {0} dog is {1} .",
    "A {0} dog {1} outside .",
    "One {0} dog is {1} in a field .",
    "There is a {0} dog {1} .",
)


def made_flickr8k(folder: Path, n: int = 12, *, zipped: bool = False) -> Path:
    """n pictures of 48×48 pixels, five captions each; a sixth for the test, a sixth for validation, at least one.

    folder: made if need be, and returned; with ``zipped``, the zip of its content beside it is returned instead.
    """
    (folder / "images").mkdir(parents=True, exist_ok=True)
    looks = itertools.islice(itertools.cycle(itertools.product(COLOURS, GROUNDS)), n)
    lines = []
    for i, (colour, action) in enumerate(looks):
        picture = Image.new("RGB", (48, 48), GROUNDS[action])
        ImageDraw.Draw(picture).ellipse((8 + i % 7, 14, 32 + i % 7, 34), fill=COLOURS[colour])
        picture.save(folder / "images" / f"{i:04d}.jpg", quality=95)
        lines += [f"{i:04d}.jpg#{k}\t{text.format(colour, action)}\n" for k, text in enumerate(SENTENCES)]
    (folder / "Flickr8k.token.txt").write_text("".join(lines), encoding="utf-8")
    few = max(n // 6, 1)
    for name, part in (("train", range(2 * few, n)), ("dev", range(few)), ("test", range(few, 2 * few))):
        listed = "".join(f"{i:04d}.jpg\n" for i in part)
        (folder / f"Flickr_8k.{name}Images.txt").write_text(listed, encoding="utf-8")
    return zip_of(folder) if zipped else folder


def zip_of(folder: Path) -> Path:
    """flickr8k*.zip beside the folder."""
    path = folder.with_name(f"flickr8k-{folder.name}.zip")
    with zipfile.ZipFile(path, "w") as packed:
        for file in sorted(p for p in folder.rglob("*") if p.is_file()):
            packed.write(file, file.relative_to(folder).as_posix())
    return path
