"""The photographs that the live page offers, written as files; authors and licences as in ``data/README.md``."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from gradcam_lib.pictures.samples import collage, sample

# Name → what it is called, what a person would say of it on the telephone, and whose it is.
SAMPLES = {
    "cat": ("Cat", "The face of a tabby cat, close up.", "Stéfan van der Walt, CC0"),
    "coffee": ("Coffee", "A cup of espresso on a saucer, with a spoon.", "Rachel Michetti, CC0"),
    "motorcycle": ("Motorcycle", "A motorcycle stands in a workshop.", "Scharstein et al. 2014, Middlebury College"),
    "camera": ("Photographer", "A man looks through a camera on a tripod, in black and white.", "Lav Varshney, CC0"),
    "rocket": ("Rocket", "A rocket on its launch pad at night.", "SpaceX, public domain"),
    "astronaut": ("Astronaut", "The astronaut Eileen Collins in an orange suit.", "NASA, public domain"),
    "grace_hopper": ("Grace Hopper", "Commodore Grace Hopper in uniform.", "James S. Davis, U.S. Navy, public domain"),
    "cat_and_coffee": (
        "Cat and coffee",
        "Two photographs side by side: a tabby cat on the left, a cup of espresso on the right.",
        "Stéfan van der Walt and Rachel Michetti, CC0",
    ),
}
QUALITY, THUMBNAIL = 92, 112  # pixels of the square to click


def write_samples(folder: Path) -> list[dict[str, str]]:
    """``NAME.jpg`` and ``NAME_small.jpg`` of each. Returns what the page says of them, in their order."""
    folder.mkdir(parents=True, exist_ok=True)
    about = []
    for name, (label, alt, credit) in SAMPLES.items():
        picture = Image.fromarray(photograph(name))
        picture.save(folder / f"{name}.jpg", quality=QUALITY)
        middle(picture).save(folder / f"{name}_small.jpg", quality=QUALITY)
        about.append(described(name, label, alt, credit))
    return about


def described(name: str, label: str, alt: str, credit: str, ending: str = ".jpg") -> dict[str, str]:
    """What a page must know of a picture, whose files are ``NAME`` and ``NAME_small``."""
    files = {"file": f"{name}{ending}", "small": f"{name}_small{ending}"}
    return {"name": name, "label": label, "alt": alt, "credit": credit, **files}


def photograph(name: str) -> np.ndarray:
    """(H, W, 3) uint8."""
    return collage(sample("cat"), sample("coffee")) if name == "cat_and_coffee" else sample(name)


def middle(picture: Image.Image) -> Image.Image:
    """The middle square as a thumbnail."""
    side = min(picture.size)
    left, top = (picture.width - side) // 2, (picture.height - side) // 2
    square = picture.crop((left, top, left + side, top + side))
    return square.resize((THUMBNAIL, THUMBNAIL), Image.Resampling.BICUBIC)
