"""Photographs with captions, wherever they lie: what the layouts of Flickr8k, COCO and VQA v2 have in common."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from gradcam_lib.pictures.images import load_image

File = Path | zipfile.Path
HELD_BACK = 20  # of a training part without a validation part, every so manieth picture is for validation


@dataclass(frozen=True, repr=False)  # a printed one would be thousands of captions
class Photographs:
    """Pictures that have captions. Only ``picture`` opens one.

    names: file names. captions: of each picture, in the order of the file. splits: "train", "val" and "test" → indices.
    skipped: captions (of VQA v2, questions) that were left out because their picture is not there. unknown: lines of
    the split lists likewise. rule: in words, how the pictures were split.
    """

    names: list[str]
    captions: list[list[str]]
    splits: dict[str, list[int]]
    skipped: int = 0
    unknown: int = 0
    files: list[File] = field(default_factory=list)
    rule: str = "the published lists"

    def __len__(self) -> int:
        return len(self.names)

    def picture(self, i: int) -> np.ndarray:
        """(H, W, 3) uint8 RGB. ValueError that names file and picture where it is cut short or broken."""
        try:
            source = io.BytesIO(self.files[i].read_bytes())
        except (zipfile.BadZipFile, OSError) as error:
            raise ValueError(f"{self.files[i]}: cannot be read ({error}); copy the data again") from error
        source.name = str(self.files[i])  # what load_image calls it in an error
        return load_image(source)


def files_below(place: Path) -> dict[str, File]:
    """Every file anywhere below a folder, or in a zip, under its name alone.

    Errors: ValueError where it is neither, or cut short.
    """
    if place.is_dir():
        return {p.name: p for p in sorted(place.rglob("*"), reverse=True) if p.is_file()}
    try:
        packed = zipfile.ZipFile(place)
    except zipfile.BadZipFile as error:
        raise ValueError(f"{place}: no zip, or cut short ({error}); copy or download it again") from error
    names = sorted((name for name in packed.namelist() if not name.endswith("/")), reverse=True)
    return {name.rsplit("/", 1)[-1]: zipfile.Path(packed, at=name) for name in names}


def split(parts: dict[str, Sequence[int]], place: Path) -> tuple[dict[str, list[int]], str]:
    """("train", "val" and "test" → pictures, the rule in words) of data with a part "train", a part "val", or both.

    The part "val" is the test where there is a part "train", of which every twentieth picture is held back for
    validation. A part that is alone is split: of ten pictures in the order of the file, the first eight are for
    training, the ninth for validation, the tenth for the test. Errors: ValueError where one would be empty.
    """
    if len(parts) == 2:
        train, held = parts["train"], HELD_BACK - 1
        splits = {
            "train": [i for k, i in enumerate(train) if k % HELD_BACK != held],
            "val": [i for k, i in enumerate(train) if k % HELD_BACK == held],
            "test": list(parts["val"]),
        }
        rule = f"every {HELD_BACK}th picture of the part train is for validation, the part val is the test"
    else:
        [(name, alone)] = parts.items()
        tenths = {"train": range(8), "val": (8,), "test": (9,)}
        splits = {split: [i for k, i in enumerate(alone) if k % 10 in places] for split, places in tenths.items()}
        rule = f"the part {name} is alone: of ten pictures eight are for training, one for validation, one for the test"
    if empty := [name for name, pictures in splits.items() if not pictures]:
        counts = {name: len(pictures) for name, pictures in parts.items()}
        raise ValueError(f"{place}: too few pictures ({counts}), none would be for {empty[0]}; give more")
    return splits, rule
