"""What an explorer shows: a rendered scene, or the part of a photograph that the networks see."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from gradcam_lib.language.systems import TRANSFORM
from gradcam_lib.pictures.crops import Crop
from gradcam_lib.pictures.images import part_seen, seen
from gradcam_lib.widgets.source_controls import WORLD
from gradcam_lib.worlds import scenes
from gradcam_lib.worlds.scene import Scene

SIDE = 448  # pixels of the part of a photograph that is shown; the networks see it smaller


@dataclass(frozen=True)
class Shown:
    """picture: (H, W, 3) uint8, for the networks of ``kind``. name: of the picture; file: of the reader's, or "".

    photograph: (H, W, 3) uint8, of which ``picture`` is the part ``crop``; None for a scene.
    """

    scene: Scene | None
    picture: np.ndarray
    kind: str = WORLD
    name: str = "picture"
    file: str = ""
    photograph: np.ndarray | None = None
    crop: Crop = "middle"

    @property
    def seen(self) -> str:
        """A sentence for the reader; "" for a scene, which is seen as a whole."""
        if self.photograph is None:
            return ""
        whose = f"{self.file}: the" if self.file else "The"
        return f"{whose} networks see {part_seen(self.photograph.shape, TRANSFORM, self.crop)}."

    def cut(self, crop: Crop) -> Shown:
        """Another part of the same photograph. Errors: those of ``images.seen``."""
        return replace(self, picture=seen(self.photograph, TRANSFORM.at(SIDE), crop), crop=crop)


def rendered(scene: Scene) -> Shown:
    return Shown(scene, scenes.render(scene).image, name=f"scene-{scene.seed}")


def photographed(image: np.ndarray, kind: str, crop: Crop, *, name: str = "picture", file: str = "") -> Shown:
    """image: (H, W, 3) uint8. Errors: those of ``images.seen``."""
    return Shown(None, image, kind, name, file, image).cut(crop)
