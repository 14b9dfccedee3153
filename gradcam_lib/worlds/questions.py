"""What people would ask about a scene, with the answers and the things asked about."""

from __future__ import annotations

import numpy as np

from gradcam_lib.worlds.rendering import position
from gradcam_lib.worlds.scene import ANIMALS, PEOPLE, Scene, Thing
from gradcam_lib.worlds.words import action, article, plural

Question = tuple[str, str, "str | None", str]
Asked = tuple[str, str, str, "str | None", str]  # form, what fills its gap, answer, object, type

ASKED = {  # kinds that are asked after, per place, in the order of how often people do
    "beach": ("kite", "surfboard", "dog", "umbrella", "bicycle", "tree", "man", "woman"),
    "park": ("kite", "dog", "cat", "bicycle", "umbrella", "racket", "baseball bat", "fire hydrant", "tree", "man",
             "woman"),
    "street": ("fire hydrant", "bicycle", "umbrella", "dog", "cat", "tree", "man", "woman"),
    "kitchen": ("pizza", "orange", "cat", "man", "woman", "cup"),
    "savannah": ("elephant", "zebra", "tree", "man", "woman"),
}  # fmt: skip
COLOURED = ("kite", "umbrella", "fire hydrant", "surfboard", "bicycle", "dog", "cat")
SIDED = (*COLOURED, *ANIMALS, "man", "woman", "tree", "pizza", "orange")
ACTIVITY = {
    "flying": "flying a kite", "surfing": "surfing", "tennis": "playing tennis", "baseball": "playing baseball",
    "cycling": "riding a bicycle", "holding": "holding an umbrella", "walking": "walking", "standing": "standing",
    "waving": "waving", "sitting": "sitting",
}  # fmt: skip
ANSWERS = (
    "yes", "no", "red", "orange", "yellow", "green", "blue", "purple", "pink", "white", "black", "brown", "gray",
    "red and yellow", "green and yellow", "white and blue", "0", "1", "2", "3", "4", "left", "right",
    "man", "woman", "dog", "cat", "elephant", "zebra", "pizza", "tennis ball", "baseball",
    "beach", "park", "street", "kitchen", "savannah", *ACTIVITY.values(),
)  # fmt: skip


PHRASED = {  # other ways to ask the same
    "Is there {} in the picture?": ("Is there {}?", "Can you see {}?", "Do you see {}?"),
    "What color is {}?": ("What is the color of {}?", "Which color is {}?"),
    "How many {} are there?": ("How many {} can you see?", "How many {} are in the picture?"),
    "Is {} on the left or on the right?": ("On which side is {}?", "Where is {}, left or right?"),
    "What animal is this?": ("What animal?", "Which animal is in the picture?"),
    "Where is this?": ("What place is this?", "Where was this picture taken?"),
    "Is this a whole orange?": ("Is the orange whole?",),
}


def questions(scene: Scene) -> list[Question]:
    """What may be asked of a scene: (question, answer, id of the object asked about or None, type).

    Types: existence, kind, colour, count, position, action. A question about one thing is only asked where there is
    exactly one of its kind, so its answer is never a matter of taste. Each is phrased in one of several ways.
    """
    rng = np.random.default_rng(scene.seed ^ 0xA5C)
    by_kind: dict[str, list[Thing]] = {}
    for thing in scene.things:
        by_kind.setdefault(thing.kind, []).append(thing)
    single = {kind: things[0] for kind, things in by_kind.items() if len(things) == 1}
    people = [t for t in scene.things if t.kind in PEOPLE]
    asked = [
        *_existence(scene, by_kind, rng),
        *_kinds(scene, by_kind, people),
        *_colours(single),
        *_counts(by_kind, people, rng, scene.place),
        *_positions(scene, single),
        *_actions(scene, single, people, by_kind),
    ]
    return [(_phrased(form, about, rng), answer, id, kind) for form, about, answer, id, kind in asked]


def _phrased(form: str, about: str, rng: np.random.Generator) -> str:
    forms = (form, *PHRASED.get(form, ()))
    return forms[int(rng.integers(len(forms)))].format(about)


def _name(kind: str) -> str:
    return {"racket": "tennis racket"}.get(kind, kind)


def _existence(scene: Scene, by_kind: dict, rng: np.random.Generator) -> list[Asked]:
    asked = [kind for kind in ASKED[scene.place] if kind in by_kind or rng.random() < 0.3]
    return [
        (
            "Is there {} in the picture?",
            f"{article(kind)} {_name(kind)}",
            "yes" if kind in by_kind else "no",
            by_kind[kind][0].id if len(by_kind.get(kind, ())) == 1 else None,
            "existence",
        )
        for kind in asked
    ]


def _kinds(scene: Scene, by_kind: dict, people: list[Thing]) -> list[Asked]:
    found: list[Asked] = [("Where is this?", "", scene.place, None, "kind")]
    animals = [t for t in scene.things if t.kind in ANIMALS]
    if len({t.kind for t in animals}) == 1:
        found.append(
            ("What animal is this?", "", animals[0].kind, animals[0].id if len(animals) == 1 else None, "kind")
        )
    if len(people) == 1:
        found.append(("Is the person a man or a woman?", "", people[0].kind, people[0].id, "kind"))
    food = [t for t in scene.things if t.kind in ("pizza", "orange")]
    if len(food) == 1:
        found.append(("What food is on the table?", "", food[0].kind, food[0].id, "kind"))
    oranges = by_kind.get("orange", ())
    if oranges and len({t.pose for t in oranges}) == 1:
        whole = "yes" if oranges[0].pose == "whole" else "no"
        found.append(("Is this a whole orange?", "", whole, oranges[0].id if len(oranges) == 1 else None, "kind"))
    return found


def _colours(single: dict[str, Thing]) -> list[Asked]:
    found = [
        ("What color is {}?", f"the {kind}", single[kind].colour, single[kind].id, "colour")
        for kind in COLOURED
        if kind in single
    ]
    for kind, clothes in (("man", "shirt"), ("woman", "dress")):
        if kind in single and single[kind].size >= 0.24:
            found.append(
                ("What color is {}?", f"the {kind}'s {clothes}", single[kind].colour, single[kind].id, "colour")
            )
    return found


def _counts(by_kind: dict, people: list[Thing], rng: np.random.Generator, place: str) -> list[Asked]:
    groups = {"person": people} | {kind: by_kind.get(kind, []) for kind in (*ASKED[place], *ANIMALS)}
    found = []
    for kind, things in groups.items():
        if kind in ("man", "woman", "tree", "cup") or len(things) > 4:
            continue
        if len(things) > 1 or rng.random() < (0.25 if things else 0.08):
            found.append((
                "How many {} are there?", plural(_name(kind)), str(len(things)),
                things[0].id if len(things) == 1 else None, "count",
            ))  # fmt: skip
    return found


def _positions(scene: Scene, single: dict[str, Thing]) -> list[Asked]:
    found = []
    for kind in SIDED:
        if kind in single:
            x = position(scene, single[kind])[0]
            if abs(x - 0.5) > 0.12:  # what stands in the middle is on neither side
                side = "left" if x < 0.5 else "right"
                found.append(("Is {} on the left or on the right?", f"the {kind}", side, single[kind].id, "position"))
    return found


def _actions(scene: Scene, single: dict[str, Thing], people: list[Thing], by_kind: dict) -> list[Asked]:
    found: list[Asked] = []
    active = [p for p in people if action(scene, p) not in ("standing", "walking", "waving")]
    one = active[0] if len(active) == 1 else people[0] if len(people) == 1 else None
    if one is not None:
        doing = action(scene, one)
        found.append(("What is {} doing?", "the person", ACTIVITY[doing], one.id, "action"))
        if scene.place == "beach":
            riding = doing == "surfing" and "wave" in by_kind
            found.append(("Is the person riding the waves?", "", "yes" if riding else "no", one.id, "action"))
        ball = single.get({"tennis": "tennis ball", "baseball": "baseball"}.get(doing, ""))
        if ball is not None:
            found.append(("What is the person hitting?", "", ball.kind, ball.id, "action"))
    for kind in PEOPLE:
        if kind in single and single[kind] is not one and single[kind].size >= 0.2:
            found.append(
                ("What is {} doing?", f"the {kind}", ACTIVITY[action(scene, single[kind])], single[kind].id, "action")
            )
    return found
