"""Grass, gravel and brick as they were photographed, clouds, rain and grain: made once, then only cut out and laid on.

The photographs come with scikit-image (CC0). Everything here is cached, because a background has a millisecond.
"""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np

from gradcam_lib.worlds.drawing.painter import FINE, SIDE, ellipse

FULL = FINE * SIDE
WIDE, TALL = 2 * FULL, 192  # room for a random offset, and for the lowest horizon
EVEN = 128  # the value of a texture that changes nothing
VARIANTS = 4
GROUNDS = {  # what it is made of, source pixels per pixel across and along, grains blurred away, contrast
    "lawn": ("grass", 1.3, 1.2, 0.7, 10),
    "savannah": ("grass", 1.7, 0.9, 0.7, 12),
    "sand": ("gravel", 2.4, 1.6, 1.5, 5),
    "asphalt": ("gravel", 3.0, 2.0, 0.8, 8),
    "water": ("gravel", 0.18, 1.3, 1.5, 9),
    "wood": ("gravel", 0.06, 0.9, 1.0, 10),
    "stone": ("gravel", 0.5, 0.4, 5.0, 5),
    "checks": ("checks", 1.3, 1.3, 0.8, 11),
    "stripes": ("stripes", 1.6, 1.3, 0.8, 9),
    "linen": ("gravel", 4.0, 4.0, 0.8, 3),
}


def lay(region: np.ndarray, texture: np.ndarray) -> None:
    """Multiplies a region of a picture by a texture of the same shape, in place."""
    cv2.multiply(region, texture, dst=region, scale=1 / EVEN)


def ground(name: str, rng: np.random.Generator, rows: int) -> np.ndarray:
    """(rows, FULL, 3): a piece of ground that begins at the horizon, to lay on."""
    variant, x = rng.integers((VARIANTS, WIDE - FULL)).tolist()
    return _ground(name, variant)[:rows, x : x + FULL]


def brick(rng: np.random.Generator, rows: int, columns: int) -> np.ndarray:
    """(rows, columns, 3): a piece of brick wall, to lay on."""
    y, x = rng.integers((FULL - rows, FULL - columns)).tolist()
    return _brick()[y : y + rows, x : x + columns]


@lru_cache
def _surface(name: str) -> np.ndarray:
    """(512, 512) float32 with mean 0 and deviation 1, without the light that fell on it; it tiles."""
    if name in ("checks", "stripes"):
        y, x = np.mgrid[:512, :512] // 32 % 2
        image = (x + (y if name == "checks" else 0)).astype(np.float32)
        return (image - image.mean()) / image.std()
    from skimage import data  # slow to import, and only pictures need it

    image = getattr(data, name)().astype(np.float32)
    image -= cv2.GaussianBlur(image, (0, 0), 30)
    if name != "brick":
        inner = np.clip(np.minimum(np.arange(512), np.arange(512)[::-1]) / 64, 0, 1).astype(np.float32)
        for axis, share in ((0, inner[:, None]), (1, inner)):  # at the rims, what was next to itself in the middle
            image = share * image + (1 - share) * np.roll(image, 256, axis)
    return image / image.std()


@lru_cache(None)
def _ground(name: str, variant: int) -> np.ndarray:
    source, across, along, blur, contrast = GROUNDS[name]
    rng = np.random.default_rng(variant)
    image = cv2.GaussianBlur(_surface(source), (0, 0), blur)
    v, u = np.mgrid[0:TALL:0.5, 0:WIDE:0.5].astype(np.float32)
    near = (v + 60) / (TALL + 60)  # 1 in front; what is far is small
    x = rng.uniform(0, 512) + across * (u - WIDE / 2) / near
    y = rng.uniform(0, 512) + along * (TALL + 60) / near
    image = cv2.remap(image, x.astype(np.float32), y.astype(np.float32), cv2.INTER_LINEAR, None, cv2.BORDER_WRAP)
    image = cv2.resize(image[:, :: rng.choice((-1, 1))], (WIDE, TALL), interpolation=cv2.INTER_AREA)
    image *= contrast * np.linspace(0.35, 1, TALL, dtype=np.float32)[:, None] / image[TALL // 2 :].std()
    return _as_texture(image + 7 * noise(rng, TALL, WIDE, 5, 6))


@lru_cache
def _brick() -> np.ndarray:
    lying = np.rot90(_surface("brick"))  # the photograph has the bricks upright
    small = cv2.resize(lying, (112, 112), interpolation=cv2.INTER_AREA)
    small = cv2.copyMakeBorder(small, 0, FULL - 112, 0, FULL - 112, cv2.BORDER_REFLECT)
    return _as_texture(10 * small / small.std() + 6 * noise(np.random.default_rng(0), FULL, FULL, 6, 6))


def _as_texture(image: np.ndarray) -> np.ndarray:
    return cv2.cvtColor(np.clip(EVEN + image, 0, 255).astype(np.uint8), cv2.COLOR_GRAY2RGB)


def noise(rng: np.random.Generator, rows: int, columns: int, down: int, across: int) -> np.ndarray:
    """(rows, columns) float32, smooth, about -1 … 1: so many hills down and across."""
    return cv2.resize(
        rng.uniform(-1, 1, (down, across)).astype(np.float32), (columns, rows), None, 0, 0, cv2.INTER_CUBIC
    )


@lru_cache(None)
def clouds(style: str, variant: int) -> np.ndarray:
    """(TALL, WIDE) float32, how much cloud: "puffs", "wisps" or "cover"."""
    rng = np.random.default_rng(variant)
    if style == "puffs":
        mask = np.zeros((TALL, WIDE), np.uint8)
        for x in np.linspace(0, WIDE, 7) + rng.uniform(-30, 30, 7):
            _puff(mask, rng, x, rng.uniform(24, 100), rng.uniform(14, 32))
        soft = cv2.GaussianBlur(mask, (0, 0), 1.2).astype(np.float32) / 255
        return soft * (0.8 + 0.2 * noise(rng, TALL, WIDE, 12, 24))
    rough = 0.8 if style == "wisps" else 0.5
    across = 4 if style == "wisps" else 7
    fog = sum(noise(rng, TALL, WIDE, 5 * 2**i, across * 2**i) * rough**i / 2 for i in range(4))
    return np.clip(0.9 * fog - 0.1 if style == "wisps" else fog + 0.5, 0, 0.85)


def _puff(mask: np.ndarray, rng: np.random.Generator, x: float, y: float, size: float) -> None:
    """One cloud as children paint it: a few round heads on a flat base."""
    for shift in np.linspace(-1, 1, 6):
        r = size * (0.5 - 0.26 * abs(shift)) * rng.uniform(0.75, 1.25)
        points = ellipse((x + 1.3 * size * shift, y - 0.3 * size * (1 - abs(shift))), (1.2 * r, r))
        points[:, 1] = np.minimum(points[:, 1], y + 0.12 * size)
        cv2.fillPoly(mask, [np.rint(points * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)


@lru_cache
def glow() -> np.ndarray:
    """(160, 160) float32: a sun with its halo, 1 in the middle, 0 at the rim."""
    r = np.hypot(*np.mgrid[-79.5:80, -79.5:80]) / 80
    return (0.6 * np.clip((0.2 - r) / 0.09, 0, 1) + 0.4 * np.clip(1 - r, 0, 1) ** 2).astype(np.float32)


@lru_cache(None)
def rain(variant: int) -> np.ndarray:
    """(FULL, FULL, 3) uint8, the light of the drops of a finished picture, to add."""
    rng = np.random.default_rng(variant)
    tile = np.zeros((FULL, FULL), np.uint8)
    slant = rng.uniform(-0.35, 0.35)
    for x, y, length, light in rng.uniform((0, -8, 3, 10), (FULL, FULL, 9, 34), (640, 4)):
        ends = np.array([(x, y), (x + slant * length, y + length)]) * 16
        cv2.line(tile, *np.rint(ends).astype(int).tolist(), light, 1, cv2.LINE_AA, 4)
    return cv2.cvtColor(tile, cv2.COLOR_GRAY2RGB)


@lru_cache
def grain() -> np.ndarray:
    """(FULL, FULL, 3) int8 of deviation 3: the noise of a camera, most of it common to the three colours."""
    rng = np.random.default_rng(0)
    both = rng.normal(0, 2.6, (FULL, FULL, 1)) + rng.normal(0, 1.5, (FULL, FULL, 3))
    return np.rint(both.clip(-12, 12)).astype(np.int8)


@lru_cache(None)
def falloff(variant: int) -> np.ndarray:
    """(SIDE, SIDE, 3) float32 about 1: light from a side, and corners a little darker."""
    rng = np.random.default_rng(variant)
    y, x = np.mgrid[-1 : 1 : SIDE * 1j, -1 : 1 : SIDE * 1j]
    turn = rng.uniform(0, 2 * np.pi)
    light = 1 + rng.uniform(0, 0.1) * (x * np.cos(turn) + y * np.sin(turn)) - rng.uniform(0, 0.08) * (x**2 + y**2)
    return np.repeat(light[:, :, None], 3, 2).astype(np.float32)
