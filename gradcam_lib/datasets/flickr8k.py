"""Flickr8k in its official layout (Hodosh, Young and Hockenmaier 2013).

Flickr8k may be used for research only: its pictures and captions stay where they are, measured numbers may leave.
The layout, as a folder or a zip, the pictures anywhere below:

    Flickr8k.token.txt                       NAME.jpg#0<TAB>caption, five lines a picture
    Flickr_8k.{train,dev,test}Images.txt     NAME.jpg, one a line
    images/NAME.jpg                          or Flicker8k_Dataset/NAME.jpg
"""

from __future__ import annotations

import os
import re
import zipfile
from pathlib import Path

from gradcam_lib.datasets.photographs import File, Photographs, files_below
from gradcam_lib.datasets.records import shown

TOKENS = "Flickr8k.token.txt"
SPLITS = {"train": "Flickr_8k.trainImages.txt", "val": "Flickr_8k.devImages.txt", "test": "Flickr_8k.testImages.txt"}
LINE = re.compile(r"([^\t]+)#\d+\t(.*)")


def flickr8k(path: str | Path | None = None) -> Photographs:
    """The photographs of a folder or zip in the official layout, in the order of the captions.

    path: that folder or zip, or a folder that holds ``flickr8k*.zip`` or a folder of such a name; None: GRADCAM_DATA.
    FileNotFoundError where there is none or a list is missing; ValueError where something in it is broken.
    """
    place = _found(_given(path))
    files = files_below(place)
    captions, skipped = _captions(_listed(files, TOKENS, place), files)
    if not captions:
        raise ValueError(f"{place}: none of the {skipped} captions has its picture there; put the pictures beside them")
    number = {name: i for i, name in enumerate(captions)}
    splits, unknown = {}, 0
    for split, listing in SPLITS.items():
        names = [line for _, line in _lines(_listed(files, listing, place))]
        _refuse_speechless([name for name in names if name in files and name not in number], place)
        splits[split] = [number[name] for name in names if name in number]
        unknown += len(names) - len(splits[split])
    return Photographs(
        list(captions), list(captions.values()), splits, skipped, unknown, [files[name] for name in captions]
    )


def _given(path: str | Path | None) -> Path:
    value = path or os.environ.get("GRADCAM_DATA")
    if not value:
        raise FileNotFoundError("no data given: give the path of Flickr8k, or set GRADCAM_DATA to its folder")
    place = Path(value).expanduser()
    if not place.exists():
        raise FileNotFoundError(f"{place}: no such folder or zip; correct the path, or GRADCAM_DATA")
    return place


def _found(place: Path) -> Path:
    """The folder or zip itself, or the one of that name in a folder of datasets; the smaller pictures first."""
    if place.is_file() or (place / TOKENS).is_file():
        return place
    for inside in sorted(place.iterdir(), key=_preference):
        if inside.name.lower().startswith("flickr8k") and (inside.suffix.lower() == ".zip" or _is_whole(inside)):
            return inside
    if any(place.glob(f"*/{TOKENS}")):  # the two zips unpacked side by side
        return place
    raise FileNotFoundError(f"{place}: no {TOKENS} and no flickr8k*.zip in it; unpack Flickr8k's two zips there")


def _is_whole(folder: Path) -> bool:
    return any(folder.rglob(TOKENS)) and any(folder.rglob("*.jpg"))


def _preference(candidate: Path) -> tuple[bool, str]:
    return candidate.name != "flickr8k-224.zip", candidate.name


def _listed(files: dict[str, File], name: str, place: Path) -> File:
    if name not in files:
        raise FileNotFoundError(f"{place}: no {name} in it; it is in Flickr8k_text.zip: put the lists by the pictures")
    return files[name]


def _lines(file: File) -> list[tuple[int, str]]:
    """(number from 1, line) of all that are not empty."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (UnicodeDecodeError, zipfile.BadZipFile) as error:
        raise ValueError(f"{file}: cannot be read ({error}); copy or download it again") from error
    lines = ((number, line.strip()) for number, line in enumerate(text.split("\n"), 1))
    return [(number, line) for number, line in lines if line]


def _captions(file: File, files: dict[str, File]) -> tuple[dict[str, list[str]], int]:
    """Picture → captions, and how many captions have no picture; those are not looked at further."""
    captions: dict[str, list[str]] = {}
    skipped = 0
    for number, line in _lines(file):
        match = LINE.fullmatch(line)
        if match and match[1] not in files:
            skipped += 1
        elif match and "\t" not in match[2]:
            captions.setdefault(match[1], []).append(match[2])
        else:
            raise ValueError(f"{file}, line {number}: {shown(line)}: write NAME.jpg#0, one tab, and the caption")
    return captions, skipped


def _refuse_speechless(names: list[str], place: Path) -> None:
    if names:
        raise ValueError(
            f"{place}: {len(names)} pictures of the split lists have no caption, such as {names[0]}; "
            f"add them to {TOKENS}, or delete their lines"
        )
