"""People at work in a clinic: doctors and nurses, women and men, for experiments on what a classifier looks at.

>>> from gradcam_lib.worlds import clinic
>>> worker = clinic.sample(7, role="doctor", presents="woman")
>>> picture = clinic.render(worker)                      # .image, .masks, .parts, .boxes
>>> clinic.render(clinic.with_hair(worker, "man"))       # the same picture but for hair and face

Role and presentation are drawn independently of each other, so every link between the two that a classifier has
learnt comes from how its training pictures were chosen. Both show in cues that are strong and imperfect: 93 % of the
doctors wear a coat and 93 % of the nurses scrubs; 94 % of the women have hair that is long, tied or under a scarf,
and 94 % of the men short hair.
"""

from __future__ import annotations

import dataclasses

import numpy as np

from gradcam_lib.worlds.drawing import rooms, staff
from gradcam_lib.worlds.drawing.painter import Painter
from gradcam_lib.worlds.drawing.weather import finish
from gradcam_lib.worlds.rendering import Picture
from gradcam_lib.worlds.scene import checked_seed
from gradcam_lib.worlds.worker import Worker

__all__ = ["PRESENTS", "ROLES", "Worker", "render", "sample", "with_clothes", "with_hair"]

ROLES = ("doctor", "nurse")
PRESENTS = ("woman", "man")

USUAL_CLOTHES = 0.93  # of doctors in a coat, of nurses in scrubs; 5 % wear the other's, 2 % a cardigan
SWAPPED_CLOTHES = 0.05
USUAL_HAIR = 0.94
STETHOSCOPE = 0.75  # of doctors; the other quarter of nurses
CLIPBOARD = {"doctor": 0.35, "nurse": 0.55}
WEARS = {"doctor": "coat", "nurse": "scrubs"}


def sample(seed: int, *, role: str | None = None, presents: str | None = None) -> Worker:
    """The worker of a seed, 0 … 2⁶⁴ − 1: the same one on every machine; role and presents are drawn where not given.

    Two workers of one seed differ in nothing but the cues of what differs: role moves clothes, stethoscope and
    clipboard, presentation hair and face. Errors: an unknown role or presentation; a bad seed.
    """
    rng = np.random.default_rng(checked_seed(seed))
    drawn_role, drawn_presents = _choose(rng, ROLES), _choose(rng, PRESENTS)
    role = _known("role", drawn_role if role is None else role, ROLES)
    presents = _known("presents", drawn_presents if presents is None else presents, PRESENTS)
    clipboard = bool(rng.random() < CLIPBOARD[role])  # the only choice of this stream that depends on the role
    skin = _choose(rng, tuple(staff.SKIN))
    return Worker(
        seed, role, presents, **_where(rng),
        skin=skin, hair_colour=_choose(rng, staff.HAIR_OF[skin]), build=_choose(rng, tuple(staff.BUILDS)),
        arms=(_choose(rng, staff.LEFT_ARMS), _choose(rng, staff.RIGHT_ARMS)), glasses=bool(rng.random() < 0.25),
        shirt=_choose(rng, tuple(staff.SHIRTS)), trousers=_choose(rng, tuple(staff.TROUSERS)),
        badge=bool(rng.random() < 0.6), clipboard=clipboard, **_clothing(seed, role), **_grooming(seed, presents),
    )  # fmt: skip


def with_hair(worker: Worker, presents: str) -> Worker:
    """The same worker with the hair and face that the seed draws for this presentation, and nothing else changed.

    A worker of the cue's 6 % keeps to them: a man with long hair becomes a woman with short hair.
    """
    _known("presents", presents, PRESENTS)
    return dataclasses.replace(worker, presents=presents, **_grooming(worker.seed, presents))


def with_clothes(worker: Worker, role: str) -> Worker:
    """The same worker in the clothes that the seed draws for this role, with or without stethoscope likewise.

    Nothing else changes, the clipboard neither. Clothes always differ between the roles, and of the two just one has a
    stethoscope.
    """
    _known("role", role, ROLES)
    return dataclasses.replace(worker, role=role, **_clothing(worker.seed, role))


def render(worker: Worker) -> Picture:
    """Paints a worker: the room, the person, what stands before them, light.

    ``.parts`` always has every part of ``staff.PARTS``; what is not worn or not seen has an empty mask. Background is
    what no part owns. Errors: an unknown name in any field, with the names there are.
    """
    for field, allowed in (("role", ROLES), ("presents", PRESENTS), ("room", tuple(rooms.PAINT)), *staff.FIELDS):
        _known(field, getattr(worker, field), allowed)
    painter = Painter(rooms.paint_room(worker))
    staff.draw_worker(painter, worker)
    if worker.counter < 1:
        rooms.draw_counter(painter, worker)
    return Picture(worker, finish(painter.canvas, worker), painter.owner, tuple(painter.parts))


def _where(rng: np.random.Generator) -> dict:
    """Room, light and the place of the person in the picture: from the knees up, or from head to foot."""
    room, light, weather = _choose(rng, tuple(rooms.PAINT)), _choose(rng, LIGHTS), _choose(rng, ("clear", "cloudy"))
    full, a, b, c, d, e, f, g = rng.random(8).tolist()
    if full < 0.3:
        size, floor = 0.76 + 0.16 * a, 0.6 + 0.12 * b
        y = max(0.9, size + 0.06) + (0.99 - max(0.9, size + 0.06)) * c
    else:
        size, floor = 1.1 + 0.6 * a, 0.82 + 0.25 * b
        y = 0.17 + 0.1 * size + 0.12 * c + 0.87 * size
    counter = 0.7 + 0.16 * e if d < 0.2 and full > 0.3 else 1.0
    return {
        "room": room, "light": light, "weather": weather, "floor": round(floor, 3), "counter": round(counter, 3),
        "x": round(0.3 + 0.4 * f, 3), "y": round(y, 3), "size": round(size, 3), "facing": 1 if g < 0.5 else -1,
        "lean": round(rng.uniform(-3, 3), 1),
    }  # fmt: skip


def _grooming(seed: int, presents: str) -> dict:
    """Hair and face of a presentation. A stream of its own, so that it can be exchanged for the other's."""
    rng = np.random.default_rng((seed, 4))
    usual = rng.random() < USUAL_HAIR
    woman, long = presents == "woman", usual == (presents == "woman")
    hair = _choose(
        rng, (staff.LONG if woman else staff.LONG[:4]) if long else (staff.SHORT[:4] if woman else staff.SHORT)
    )
    beard, lips, earrings = rng.random(3).tolist()
    which = _choose(rng, ("full", "short", "moustache"))
    return {
        "hair": hair, "beard": which if not woman and beard < 0.3 else "", "lips": woman and lips < 0.75,
        "earrings": earrings < (0.3 if woman else 0.04),
    }  # fmt: skip


def _clothing(seed: int, role: str) -> dict:
    """Clothes and stethoscope of a role, from a stream of its own."""
    rng = np.random.default_rng((seed, 5))
    chance, stethoscope = rng.random(2).tolist()
    other = ROLES[1 - ROLES.index(role)]
    clothes = WEARS[role] if chance < USUAL_CLOTHES else "cardigan"
    if USUAL_CLOTHES <= chance < USUAL_CLOTHES + SWAPPED_CLOTHES:
        clothes = WEARS[other]
    colour = _choose(rng, staff.COLOURS_OF[clothes])
    tube = _choose(rng, tuple(staff.TUBES))
    has = (stethoscope < STETHOSCOPE) == (role == "doctor")
    return {"clothes": clothes, "colour": colour, "stethoscope": tube if has else ""}


LIGHTS = ("day", "day", "day", "evening", "overcast")


def _choose(rng: np.random.Generator, options: tuple):
    """One of the options, at the price of exactly one random number, however many there are."""
    return options[int(rng.random() * len(options))]


def _known(what: str, name: str, allowed: tuple) -> str:
    if name not in allowed:
        raise ValueError(f"{what} {name!r}: choose one of {', '.join(repr(a) for a in dict.fromkeys(allowed))}")
    return name
