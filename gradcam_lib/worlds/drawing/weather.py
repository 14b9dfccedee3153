"""The sky above a place, and what light and weather do to the finished picture."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np

from gradcam_lib.worlds.drawing import textures
from gradcam_lib.worlds.drawing.brushes import blend, shade_rows
from gradcam_lib.worlds.drawing.painter import SIDE
from gradcam_lib.worlds.drawing.textures import EVEN, FULL
from gradcam_lib.worlds.scene import Scene

SKIES = {  # light → (above, at the horizon), several each
    "day": (
        ((74, 140, 212), (186, 218, 238)), ((104, 168, 224), (214, 230, 238)), ((120, 190, 222), (224, 236, 232)),
        ((92, 148, 196), (206, 216, 220)),
    ),
    "evening": (
        ((104, 122, 176), (246, 216, 190)), ((150, 140, 184), (248, 204, 184)), ((96, 136, 180), (244, 226, 196)),
        ((172, 154, 180), (250, 226, 190)), ((120, 130, 168), (240, 196, 190)),
    ),
    "overcast": (
        ((160, 170, 180), (206, 210, 212)), ((176, 182, 186), (220, 220, 216)), ((148, 158, 172), (196, 204, 210)),
    ),
}  # fmt: skip
GRAY = np.array([168, 174, 182])
TINT = {"day": (1.0, 1.0, 1.0), "evening": (0.98, 0.88, 0.8), "overcast": (0.9, 0.94, 0.97)}
FALLOFFS = 12
RAINS = 6


def paint_sky(canvas: np.ndarray, scene: Scene, rng: np.random.Generator, rows: int) -> tuple[np.ndarray, np.ndarray]:
    """Fills the upper rows; returns the colours above and at the horizon, which distant things fade into."""
    skies = SKIES[scene.light]
    above, low = np.array(skies[rng.integers(len(skies))]) + rng.uniform(-14, 14, 3)
    dull = {"clear": 0.0, "cloudy": 0.35, "rain": 0.7}[scene.weather]
    above, low = above + (GRAY - above) * dull, low + (GRAY + 26 - low) * dull
    sky = canvas[:rows]
    shade_rows(sky, above, low)
    if scene.weather == "clear" and scene.light != "overcast" and rng.random() < 0.6:
        _paint_sun(sky, rng, scene.light)
    if scene.weather != "clear" or rng.random() < 0.6:
        _paint_clouds(sky, rng, low, "" if scene.weather == "clear" else "cover")
    return above, low


def _paint_sun(sky: np.ndarray, rng: np.random.Generator, light: str) -> None:
    x, y = rng.integers((10, 10), (FULL - 10, len(sky))).tolist()
    glow = textures.glow()
    y0, x0, half = max(y - 80, 0), max(x - 80, 0), 80
    y1, x1 = min(y + half, len(sky)), min(x + half, FULL)
    weight = glow[y0 - y + half : y1 - y + half, x0 - x + half : x1 - x + half]
    region = sky[y0:y1, x0:x1]
    blend(region, (255, 250, 226) if light == "day" else (255, 238, 206), weight)


def _paint_clouds(sky: np.ndarray, rng: np.random.Generator, low: np.ndarray, style: str) -> None:
    style = style if style and rng.random() < 0.7 else ("puffs", "wisps")[rng.integers(2)]
    variant, x, y = rng.integers((8, FULL, min(30, textures.TALL - len(sky)) + 1)).tolist()
    weight = textures.clouds(style, variant)[y : y + len(sky), x : x + FULL]
    blend(sky, np.minimum(low + rng.uniform(10, 40), 250), weight)


def finish(canvas: np.ndarray, scene: Scene) -> np.ndarray:
    """The picture of a painted canvas: half its size, in the light of the scene, with rain and a faint grain."""
    rng = np.random.default_rng((scene.seed, 2))
    light, storm, x, y = rng.integers((FALLOFFS, RAINS, FULL - SIDE, FULL - SIDE)).tolist()
    picture = cv2.resize(canvas, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    if scene.light == "overcast":  # little contrast
        picture = cv2.addWeighted(picture, 0.86, picture, 0, 20)
    cv2.multiply(picture, _light(scene.light, light), dst=picture, scale=1 / EVEN)
    if scene.weather == "rain" and scene.place != "kitchen":
        picture = cv2.addWeighted(picture, 0.9, textures.rain(storm)[y : y + SIDE, x : x + SIDE], 1, 6)
    return cv2.add(picture, textures.grain()[x : x + SIDE, y : y + SIDE], dtype=cv2.CV_8U)


@lru_cache(None)
def _light(name: str, variant: int) -> np.ndarray:
    return np.rint(textures.falloff(variant) * TINT[name] * EVEN).astype(np.uint8)
