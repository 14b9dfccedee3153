"""A short film of which it is known where the moving thing is: something crosses a drawn park, from left to right.

>>> frames = clip.film("portrait")            # or "cat", "drawn person"
>>> frames[10].image, frames[10].box          # (192, 192, 3) uint8; (x0, y0, x1, y1), or None while it is away

The portrait is a part of NASA's photograph of Eileen Collins, the cat one of Chelsea (``data/README.md``); both move as
if painted on a board. ``data/clip.mp4`` is the film of the portrait, written by ``python -m gradcam_lib.worlds.clip``.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image

from gradcam_lib.feature_visualization.live import write_video
from gradcam_lib.measures.localize import Box
from gradcam_lib.paths import DATA
from gradcam_lib.pictures.samples import sample
from gradcam_lib.worlds.rendering import render
from gradcam_lib.worlds.scene import Scene, Thing

FILE = DATA / "clip.mp4"
SIDE, COUNT, FPS = 192, 24, 8
AWAY = 4  # frames without the thing at the beginning, and as many at the end
BOARD = 64  # pixels of a board's side
PARTS = {"portrait": ("astronaut", (140, 5, 310, 175)), "cat": ("cat", (60, 20, 340, 300))}  # square boxes
THINGS = (*PARTS, "drawn person")
PARK = Scene(seed=3, place="park", light="day", weather="clear", horizon=0.45, things=())


class Frame(NamedTuple):
    image: np.ndarray
    box: Box | None


def film(thing: str = "portrait") -> list[Frame]:
    """All frames. ValueError: no such thing."""
    if thing not in THINGS:
        raise ValueError(f"thing {thing!r}: choose one of {', '.join(map(repr, THINGS))}")
    ground = _large(render(PARK).image)
    frames = [Frame(ground, None)] * AWAY
    for t in range(COUNT - 2 * AWAY):
        share = t / (COUNT - 2 * AWAY - 1)
        x = round(share * (SIDE - BOARD))
        y = round((SIDE - BOARD) * (0.4 + 0.3 * math.sin(2 * math.pi * share)))
        frames.append(_with_board(ground, thing, x, y) if thing in PARTS else _with_person(x))
    return frames + [Frame(ground, None)] * AWAY


def _with_board(ground: np.ndarray, thing: str, x: int, y: int) -> Frame:
    name, box = PARTS[thing]
    board = Image.fromarray(sample(name)).crop(box).resize((BOARD, BOARD), Image.Resampling.BICUBIC)
    image = ground.copy()
    image[y : y + BOARD, x : x + BOARD] = np.array(board)
    return Frame(image, (x, y, x + BOARD, y + BOARD))


def _with_person(x: int) -> Frame:
    who = Thing("woman-1", "woman", x=(x + BOARD / 2) / SIDE, y=0.92, size=0.8, colour="orange")
    picture = render(Scene(PARK.seed, PARK.place, PARK.light, PARK.weather, PARK.horizon, (who,)))
    x0, y0, x1, y1 = (round(edge * SIDE / len(picture.image)) for edge in picture.boxes["woman-1"])
    return Frame(_large(picture.image), (x0, y0, x1, y1))


def _large(image: np.ndarray) -> np.ndarray:
    return np.array(Image.fromarray(image).resize((SIDE, SIDE), Image.Resampling.BICUBIC))


def main() -> Path:
    return write_video(FILE, [frame.image for frame in film()], fps=FPS)


if __name__ == "__main__":
    print(main())
