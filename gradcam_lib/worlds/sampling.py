"""Draws scenes: who does what where, with what around it, so that nearly everything stays visible."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from gradcam_lib.worlds.drawing.places import shore
from gradcam_lib.worlds.habits import BESIDES, CLUTTER, HABITS, HAPPENINGS, HEIGHT, LEAVES, WIDTH
from gradcam_lib.worlds.rendering import hand_of
from gradcam_lib.worlds.scene import PEOPLE, Scene, Thing, checked_seed


def sample(seed: int) -> Scene:
    """The scene of a seed, 0 … 2⁶⁴ − 1: the same one on every machine."""
    return _Sampler(checked_seed(seed)).scene()


@dataclass
class _Sampler:
    seed: int
    things: list[Thing] = field(default_factory=list)
    taken: list[tuple[float, float, float, float]] = field(default_factory=list)

    def scene(self) -> Scene:
        self.rng = np.random.default_rng(self.seed)
        self.place = self.choose({"beach": 5, "park": 5, "street": 4, "kitchen": 4, "savannah": 3})
        self.horizon = float(
            self.rng.uniform(*{"kitchen": (0.42, 0.52), "beach": (0.34, 0.46)}.get(self.place, (0.3, 0.46)))
        )
        # On a beach the ground begins where the sea ends.
        self.ground = shore(self.seed, round(self.horizon, 3)) if self.place == "beach" else self.horizon
        light = self.choose({"day": 3, "evening": 1, "overcast": 1})
        weather = self.choose({"clear": 3, "cloudy": 2, "rain": 1})
        if self.place == "kitchen":
            weather = "clear"
        self.happen(self.choose(dict(HAPPENINGS[self.place])), first=True)
        for _ in range(self.choose({0: 4, 1: 5})):
            self.happen(self.choose(dict.fromkeys(BESIDES[self.place], 1)))
        for _ in range(self.choose({0: 1, 1: 2, 2: 3, 3: 3, 4: 1})):
            self.clutter(self.choose(CLUTTER[self.place]))
        horizon = round(self.horizon, 3)
        return Scene(self.seed, self.place, light, weather, horizon, tuple(self.things))

    # -- chance ----------------------------------------------------------------------------------------------------

    def choose(self, weights: dict):
        options, p = list(weights), np.array(list(weights.values()), float)
        return options[int(np.searchsorted(np.cumsum(p) / p.sum(), self.rng.random(), side="right"))]

    def colour(self, kind: str) -> str:
        return self.choose(HABITS[kind]) if kind in HABITS else ""

    # -- happenings ------------------------------------------------------------------------------------------------

    def happen(self, what: str, *, first: bool = False) -> None:
        {
            "kite": self.kites, "surf": self.surf, "tennis": self.tennis, "baseball": self.baseball,
            "cycle": self.cycle, "umbrella": self.umbrella, "walk": self.walk, "sit": self.sit,
            "pizza": self.on_table, "orange": self.on_table,
        }.get(what, self.stand)(what, first)  # fmt: skip

    def stand(self, kind: str, first: bool) -> None:
        """Animals, hydrants and bicycles; one kind comes at most as one group."""
        if any(t.kind == kind for t in self.things):
            return
        herd = kind in ("elephant", "zebra", "dog", "cat")
        if self.place == "kitchen":
            self.add(kind, depth=(0.05, 0.35), scale=1.0, pose="sitting")
            return
        for i in range(self.choose({1: 5, 2: 2, 3: 1}) if herd and first else 1):
            poses = {"dog": ("standing", "sitting", "running"), "cat": ("standing", "sitting")}.get(kind, ("",))
            if i and len(self.things) > 6:
                break
            self.add(kind, depth=(0.45, 0.95) if first else (0.4, 0.9), pose=self.choose(dict.fromkeys(poses, 1)))

    def kites(self, what: str, first: bool) -> None:
        for _ in range(self.choose({1: 4, 2: 2, 3: 1}) if first else 1):
            flyer = self.person("flying", depth=(0.25, 0.85))
            if flyer is None:
                return
            size = float(self.rng.uniform(0.17, 0.26))
            low = max(0.14, min(0.3, flyer.y - flyer.size - 0.05))
            for _ in range(12):
                x, y = self.rng.uniform(0.1, 0.9), self.rng.uniform(0.1, low)
                if abs(x - flyer.x) > 0.1 and self.free("kite", x, y + size / 2, size, 0.02):
                    break
            else:
                self.things.remove(flyer)
                return
            self.things[self.things.index(flyer)] = flyer = replace(flyer, facing=1 if x > flyer.x else -1)
            hx, hy = hand_of(flyer)
            tilt = float(self.rng.uniform(-35, 35))
            self.put("kite", x - hx, y - hy, size, held_by=flyer.id, tilt=tilt, at=(x, y + size / 2))

    def surf(self, what: str, first: bool) -> None:
        for _ in range(self.choose({1: 5, 2: 1})):
            size = float(self.rng.uniform(0.38, 0.54))
            x, y = self.rng.uniform(0.25, 0.75), self.rng.uniform(self.horizon + 0.08, self.ground - 0.03)
            y = max(y, size + 0.05)
            if not self.free("wave", x, y + 0.04, size * 0.75, 0.3):
                continue
            facing = self.choose({1: 1, -1: 1})
            self.put(
                "wave",
                x - facing * self.rng.uniform(0.0, 0.1),
                min(y + 0.05, 0.95),
                size * self.rng.uniform(0.55, 0.8),
                facing=facing,
                at=(x, y + 0.04),
            )
            rider = self.put(self.choose({"man": 3, "woman": 2}), x, y, size, pose="surfing", facing=facing, at=(x, y))
            self.put(
                "surfboard",
                0,
                0.005,
                size * self.rng.uniform(0.85, 1.05),
                held_by=rider.id,
                facing=facing,
                tilt=float(self.rng.uniform(-14, 4)),
                at=None,
            )

    def tennis(self, what: str, first: bool) -> None:
        self.swing("racket", "tennis ball")

    def baseball(self, what: str, first: bool) -> None:
        self.swing("baseball bat", "baseball")

    def swing(self, tool: str, ball: str) -> None:
        player = self.person("swinging", depth=(0.45, 0.95), width=1.0)
        if player is None:
            return
        length = player.size * (0.5 if tool == "racket" else 0.58)
        tilt = float(self.rng.uniform(25, 75) if tool == "racket" else self.rng.uniform(-40, 60))
        self.put(tool, 0, 0, length, held_by=player.id, facing=player.facing, tilt=tilt, at=None)
        hx, hy = hand_of(player)
        turn = np.radians(tilt)
        reach = length * self.rng.uniform(1.05, 1.4)
        x, y = hx + player.facing * np.sin(turn) * reach, hy - np.cos(turn) * reach
        size = HEIGHT[ball] * self.rng.uniform(0.9, 1.3)
        self.put(ball, float(np.clip(x, 0.06, 0.94)), float(np.clip(y, 0.06, 0.9)), size, at=None)

    def cycle(self, what: str, first: bool) -> None:
        rider = self.person("cycling", depth=(0.4, 0.95), width=1.0)
        if rider is not None:
            self.put("bicycle", 0, 0, rider.size * 0.62, held_by=rider.id, facing=rider.facing, at=None)

    def umbrella(self, what: str, first: bool) -> None:
        if holder := self.person("holding", depth=(0.45, 0.95), width=0.9, headroom=1.25):
            size = holder.size * 0.72
            self.put("umbrella", 0, 0, size, held_by=holder.id, facing=holder.facing, at=hand_of(holder), width=1.1)

    def walk(self, what: str, first: bool) -> None:
        self.person(self.choose({"walking": 2, "standing": 1, "waving": 1}), depth=(0.6, 1.0))

    def sit(self, what: str, first: bool) -> None:
        for _ in range(8):
            x, size = self.rng.uniform(0.2, 0.8), float(min(self.rng.uniform(0.36, 0.46), self.horizon))
            kind = self.choose({"man": 1, "woman": 1})
            if not any(t.kind in PEOPLE for t in self.things) and self.free(
                kind, x, self.horizon + 0.02, size, 0.1, width=0.9
            ):
                self.put(kind, x, self.horizon + 0.02, size, pose="sitting", at=(x, self.horizon + 0.02))
                return

    def on_table(self, kind: str, first: bool) -> None:
        if any(t.kind == kind for t in self.things):
            return
        pose = self.choose({"whole": 3, "sliced": 2} if kind == "pizza" else {"whole": 3, "half": 2})
        for _ in range(self.choose({1: 5, 2: 2, 3: 1} if kind == "orange" else {1: 1})):
            self.add(kind, depth=(0.15, 0.8), scale=1.0 if kind == "orange" else 1.25, pose=pose)

    def clutter(self, kind: str) -> None:
        if kind == "bystander":
            self.person(self.choose({"standing": 1, "walking": 1}), depth=(0.02, 0.2))
        elif kind == "bird":
            x, y = self.rng.uniform(0.08, 0.92), self.rng.uniform(0.06, self.horizon - 0.05)
            if self.free("bird", x, y, 0.06, 0.0):
                self.put("bird", x, y, 0.06, at=(x, y))
        else:
            small = kind in ("bucket", "shell", "rock")
            self.add(
                kind, depth=(0.4, 0.95) if small else (0.1, 0.6), pose=LEAVES[self.place] if kind == "tree" else ""
            )

    # -- placing ---------------------------------------------------------------------------------------------------

    def person(
        self, pose: str, *, depth: tuple[float, float], width: float = 0.5, headroom: float = 1.0
    ) -> Thing | None:
        kind = self.choose({"man": 1, "woman": 1})
        return self.add(kind, depth=depth, pose=pose, width=width, headroom=headroom)

    def add(
        self, kind: str, *, depth: tuple[float, float], scale: float | None = None, pose: str = "",
        width: float | None = None, headroom: float = 1.0,
    ) -> Thing | None:  # fmt: skip
        """Puts a thing on free ground, depth 0 (horizon) … 1 (front); None where twelve tries found no room."""
        for _ in range(12):
            d = float(self.rng.uniform(*depth))
            y = self.ground + 0.06 + d * (0.96 - self.ground - 0.06)
            size = HEIGHT[kind] * (0.4 + 0.6 * d if scale is None else scale) * self.rng.uniform(0.88, 1.12)
            wide = WIDTH[kind] if width is None else width
            margin = min(0.5, size * wide * 0.42)
            x = float(self.rng.uniform(margin, 1 - margin))
            if y - size * headroom > 0.01 and self.free(kind, x, y, size, 0.25, width=wide):
                return self.put(kind, x, y, size, pose=pose, at=(x, y), width=wide)
        return None

    def free(self, kind: str, x: float, y: float, size: float, overlap: float, *, width: float | None = None) -> bool:
        """Whether at most this share of either box would lie in the other."""
        a = _box(kind, x, y, size, width)
        return all(_covered(a, b) <= overlap for b in self.taken)

    def put(self, kind: str, x: float, y: float, size: float, *, at, width: float | None = None, **more) -> Thing:
        number = 1 + sum(t.kind == kind for t in self.things)
        thing = Thing(
            f"{kind.replace(' ', '-')}-{number}", kind, round(float(x), 4), round(float(y), 4), round(float(size), 4),
            colour=self.colour(kind), facing=more.pop("facing", None) or self.choose({1: 1, -1: 1}),
            style=int(self.rng.integers(1 << 16)), tilt=round(more.pop("tilt", 0.0), 1), **more,
        )  # fmt: skip
        self.things.append(thing)
        if at is not None:
            self.taken.append(_box(kind, *at, thing.size, width))
        return thing


def _box(kind: str, x: float, y: float, size: float, width: float | None = None) -> tuple[float, float, float, float]:
    half = size * (WIDTH[kind] if width is None else width) / 2
    return x - half, y - size, x + half, y


def _covered(a: tuple, b: tuple) -> float:
    """Intersection over the smaller of two boxes."""
    w, h = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    if w <= 0 or h <= 0:
        return 0.0
    smaller = min((a[2] - a[0]) * (a[3] - a[1]), (b[2] - b[0]) * (b[3] - b[1]))
    return w * h / smaller
