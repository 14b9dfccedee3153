"""Paints a picture and, with the same strokes, the truth about it: which part of which thing owns every pixel."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import cv2
import numpy as np

SIDE = 128  # pixels of a finished picture
FINE = 2  # painted at twice the size, then averaged
SHIFT = 4  # OpenCV takes coordinates in sixteenths of a pixel

Colour = tuple[float, float, float]  # RGB, 0 … 255
Points = Sequence[tuple[float, float]] | np.ndarray

_ANGLES = np.linspace(0, 2 * math.pi, 24, endpoint=False)
_CIRCLE = np.stack([np.cos(_ANGLES), np.sin(_ANGLES)], 1)
_STEPS = np.linspace(0, 1, 6, endpoint=False)[:, None]


def shade(colour: Colour, factor: float) -> Colour:
    """Darker (factor < 1) or, towards white, lighter (factor > 1) by that much."""
    if factor <= 1:
        return tuple(c * factor for c in colour)
    return tuple(255 - (255 - c) * (2 - factor) for c in colour)


def ellipse(centre: tuple[float, float], radii: tuple[float, float], tilt: float = 0) -> np.ndarray:
    """(24, 2) points of an ellipse; tilt in degrees, clockwise in the picture."""
    t = math.radians(tilt)
    turn = np.array([[math.cos(t), math.sin(t)], [-math.sin(t), math.cos(t)]])
    return _CIRCLE * radii @ turn + centre


def smooth(points: Points) -> np.ndarray:
    """A closed Catmull-Rom curve through the points, six steps from one to the next: rounded shapes."""
    p1 = np.asarray(points, float)
    p0, p2, p3 = np.roll(p1, 1, 0), np.roll(p1, -1, 0), np.roll(p1, -2, 0)
    t = _STEPS[None]
    p0, p1, p2, p3 = (p[:, None] for p in (p0, p1, p2, p3))
    curve = p1 + 0.5 * t * (p2 - p0 + t * (2 * p0 - 5 * p1 + 4 * p2 - p3 + t * (3 * (p1 - p2) + p3 - p0)))
    return curve.reshape(-1, 2)


def outline(text: str) -> np.ndarray:
    """A smooth closed curve through "x y" pairs in hundredths, such as "-10 0, 0 -20, 10 0": a shape on one line."""
    return smooth([[float(number) / 100 for number in pair.split()] for pair in text.split(",")])


def lines(text: str) -> np.ndarray:
    """(n, k, 2): n lines for one stroke through "x y" pairs in hundredths; a semicolon begins the next line."""
    parsed = [[[float(number) / 100 for number in pair.split()] for pair in one.split(",")] for one in text.split(";")]
    longest = max(map(len, parsed))
    return np.array([one + one[-1:] * (longest - len(one)) for one in parsed])  # a point drawn twice is no harm


class Painter:
    """A canvas twice as fine as the picture, and beside it the number of the part that painted each pixel last.

    Shapes are given in the frame of the thing that is being painted: its foot (or centre, for what flies or lies flat)
    is (0, 0), x grows to the right where the thing looks, y grows down, and 1 is the thing's size. So a standing
    figure reaches from y = -1 to y = 0.
    """

    def __init__(self, background: np.ndarray):
        """background: (FINE·SIDE, FINE·SIDE, 3) uint8, RGB; it becomes the canvas."""
        self.canvas = np.ascontiguousarray(background)
        self.owner = np.zeros(self.canvas.shape[:2], np.int16)
        self.parts: list[tuple[str, str]] = [("", "")]  # number 0: the place, which nobody owns
        self._number = 0
        self._thing = ""
        self._matrix, self._origin, self._unit = np.eye(2), np.zeros(2), 1.0

    @contextmanager
    def thing(self, id: str, x: float, y: float, size: float, *, facing: int = 1, tilt: float = 0) -> Iterator[None]:
        """The frame of one thing: x, y, size in shares of the picture; facing -1 mirrors; tilt in degrees clockwise."""
        before = self._thing, self._matrix, self._origin, self._unit
        t, self._unit = math.radians(tilt), size * SIDE * FINE
        turn = np.array([[math.cos(t), -math.sin(t)], [math.sin(t), math.cos(t)]])
        self._thing, self._origin = id, np.array([x, y]) * SIDE * FINE
        self._matrix = self._unit * np.diag([facing, 1]) @ turn
        try:
            yield
        finally:
            self._thing, self._matrix, self._origin, self._unit = before
            self._number = 0

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Everything painted inside belongs to this part of the thing; a name may come back later."""
        before, key = self._number, (self._thing, name)
        if key not in self.parts:
            self.parts.append(key)
        self._number = self.parts.index(key)
        try:
            yield
        finally:
            self._number = before

    def polygon(self, points: Points, colour: Colour, *, edge: float | None = 0.72) -> None:
        """A filled shape with a thin edge of its own colour, ``edge`` times as light; None paints no edge."""
        at = [self._place(points)]
        cv2.fillPoly(self.canvas, at, colour, cv2.LINE_AA, SHIFT)
        if edge is not None and self._unit > 24:  # at a few pixels the edge would be all there is
            cv2.polylines(self.canvas, at, True, shade(colour, edge), 1, cv2.LINE_AA, SHIFT)
        cv2.fillPoly(self.owner, at, self._number, cv2.LINE_8, SHIFT)

    def curve(self, points: Points, colour: Colour, *, edge: float | None = 0.72) -> None:
        """Like ``polygon``, with rounded corners: the outline passes smoothly through the points."""
        self.polygon(smooth(points), colour, edge=edge)

    def ellipse(
        self, centre: tuple[float, float], radii: tuple[float, float], colour: Colour, *, tilt: float = 0,
        edge: float | None = 0.72,
    ) -> None:  # fmt: skip
        self.polygon(ellipse(centre, radii, tilt), colour, edge=edge)

    def stroke(self, points: Points, width: float, colour: Colour) -> None:
        """A line of the given width (in the thing's units) with round joints: limbs, strings, stripes.

        points: (k, 2); or (n, k, 2), n lines at once, which is faster than one by one.
        """
        at, w = self._place(points), max(1, round(width * self._unit))
        at = list(at) if at.ndim == 3 else [at]
        cv2.polylines(self.canvas, at, False, colour, w, cv2.LINE_AA, SHIFT)
        cv2.polylines(self.owner, at, False, self._number, w, cv2.LINE_8, SHIFT)

    def shadow(self, centre: tuple[float, float], radii: tuple[float, float], strength: float = 0.25) -> None:
        """Darkens an ellipse of the canvas without owning it."""
        at = self._place(ellipse(centre, radii))
        low = np.maximum((at.min(0) >> SHIFT) - 1, 0)
        high = np.minimum((at.max(0) >> SHIFT) + 2, FINE * SIDE)
        if (high <= low).any():
            return
        region = self.canvas[low[1] : high[1], low[0] : high[0]]
        mask = np.zeros(region.shape[:2], np.uint8)
        cv2.fillPoly(mask, [at - (low << SHIFT)], 255, cv2.LINE_AA, SHIFT)
        dark = 1 - (strength / 255) * mask[:, :, None].astype(np.float32)
        region[:] = (region * dark).astype(np.uint8)

    def to_picture(self, point: tuple[float, float]) -> tuple[float, float]:
        """A point of the current frame as shares of the picture: where a hand is, say."""
        x, y = (np.asarray(point) @ self._matrix.T + self._origin) / (SIDE * FINE)
        return float(x), float(y)

    def _place(self, points: Points) -> np.ndarray:
        at = np.asarray(points, float) @ self._matrix.T + self._origin
        return np.rint(at * (1 << SHIFT)).astype(np.int32)
