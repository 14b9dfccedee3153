"""What people would say about a scene, and what they would ask: captions and questions with the things they name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gradcam_lib.worlds.rendering import position
from gradcam_lib.worlds.scene import ANIMALS, PEOPLE, Scene, Thing

Caption = tuple[str, list[tuple[int, str]]]
Question = tuple[str, str, "str | None", str]

WHERE = {
    "beach": ("on a beach", "at the beach"),
    "park": ("in a park", "in the park"),
    "street": ("on a street", "on the street"),
    "kitchen": ("in a kitchen", "in the kitchen"),
    "savannah": ("in the savannah", "on the savannah"),
}
NUMBER = ("no", "a", "two", "three", "four", "five", "six")
PLURAL = {"man": "men", "woman": "women", "person": "people", "zebra": "zebras", "bicycle": "bicycles"}
TOOL = {"flying": "kite", "surfing": "surfboard", "holding": "umbrella", "cycling": "bicycle"}
VOWELS = "aeiou"
LARGE = 0.34  # a person without anything to do is worth a word from this height on
MENTIONED = 2  # groups of things in one caption
STOP_WORDS = frozenset("a an the is are there and with on in at of person people two three four".split())


def plural(kind: str) -> str:
    return PLURAL.get(kind) or (f"{kind}es" if kind.endswith("ch") else f"{kind}s")


def content_words(sentence: str) -> set[str]:
    """The words that say something about the picture: kinds, colours, actions, places."""
    return set(sentence.split()) - STOP_WORDS


def held(scene: Scene, holder: Thing, kind: str) -> list[Thing]:
    return [t for t in scene.things if t.held_by == holder.id and t.kind == kind]


def action(scene: Scene, person: Thing) -> str:
    """What a person does: the pose, as far as the thing is there that it needs."""
    if person.pose in TOOL:
        return person.pose if held(scene, person, TOOL[person.pose]) else "standing"
    if person.pose == "swinging":
        if held(scene, person, "racket"):
            return "tennis"
        return "baseball" if held(scene, person, "baseball bat") else "standing"
    return person.pose


# -- captions ----------------------------------------------------------------------------------------------------------

Chunk = tuple[str, tuple[str, ...]]  # words, and the things that they name


@dataclass(frozen=True)
class Group:
    """Things that one phrase names together: "two men flying kites"."""

    things: tuple[Thing, ...]
    doing: str

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(t.id for t in self.things)


def salient(scene: Scene) -> list[Group]:
    """What a caption mentions, people first, then what takes more room; the rest goes without a word."""
    groups: dict[tuple[str, str], list[Thing]] = {}
    for t in scene.things:
        if t.kind in PEOPLE:
            doing = action(scene, t)
            if doing not in ("standing", "walking", "waving") or t.size >= LARGE:
                groups.setdefault(("person", doing), []).append(t)
        elif t.kind in ANIMALS:
            groups.setdefault((t.kind, t.pose or "standing"), []).append(t)
        elif t.kind in ("fire hydrant", "pizza", "orange") or (t.kind == "bicycle" and not t.held_by):
            groups.setdefault((t.kind, t.pose), []).append(t)
    found = [Group(tuple(things), doing) for (_, doing), things in groups.items()]
    found.sort(key=lambda g: (g.things[0].kind not in PEOPLE, -sum(t.size**2 for t in g.things)))
    return found[:MENTIONED]


def captions(scene: Scene) -> list[Caption]:
    """Five ways to describe a scene, and in each which words name which things: (word index, object id).

    They name what is large, in action or out of the ordinary; bystanders, trees and clutter go without a word.
    """
    rng = np.random.default_rng(scene.seed ^ 0x5EED)
    groups = salient(scene)
    if not groups:
        return [_sentence([(s, ())]) for s in _empty(scene.place)]
    forms = (_listed, _there_is, _sentence_with, _place_first, _persons)
    return [_sentence(form(scene, groups, rng)) for form in forms]


def _empty(place: str) -> tuple[str, ...]:
    where = WHERE[place][0]
    return tuple(s.format(place=place, where=where) for s in (
        "an empty {place}", "there is nobody {where}", "a {place} with nobody there", "{where} there is nobody",
        "an empty {place} with nobody there",
    ))  # fmt: skip


def _listed(scene: Scene, groups: Sequence[Group], rng: np.random.Generator) -> list[Chunk]:
    chunks = _both([[*_subject(g, True), *_doing(scene, g, rng)] for g in groups])
    return [*chunks, (_where(scene, rng), ())]


def _there_is(scene: Scene, groups: Sequence[Group], rng: np.random.Generator) -> list[Chunk]:
    verb = "there are" if len(groups[0].things) > 1 else "there is"
    return [(verb, ()), *_listed(scene, groups, rng)]


def _sentence_with(scene: Scene, groups: Sequence[Group], rng: np.random.Generator) -> list[Chunk]:
    first, *rest = groups
    doing = _doing(scene, first, rng)
    verb = [("are" if len(first.things) > 1 else "is", ())] if doing else []
    chunks = [*_subject(first, True), *verb, *doing, (_where(scene, rng), ())]
    for group in rest:
        chunks += [("with", ()), *_subject(group, True)]
    return chunks


def _place_first(scene: Scene, groups: Sequence[Group], rng: np.random.Generator) -> list[Chunk]:
    return [(_where(scene, rng), ()), ("there is" if len(groups[0].things) == 1 else "there are", ()),
            *_both([[*_subject(g, True), *_doing(scene, g, rng)] for g in groups])]  # fmt: skip


def _persons(scene: Scene, groups: Sequence[Group], rng: np.random.Generator) -> list[Chunk]:
    chunks = _both([[*_subject(g, False), *_doing(scene, g, rng)] for g in groups])
    return [*chunks, (_where(scene, rng), ())]


def _both(parts: Sequence[list[Chunk]]) -> list[Chunk]:
    chunks = list(parts[0])
    for part in parts[1:]:
        chunks += [("and", ()), *part]
    return chunks


def _where(scene: Scene, rng: np.random.Generator) -> str:
    return WHERE[scene.place][int(rng.integers(2))]


def _subject(group: Group, tell_apart: bool) -> list[Chunk]:
    """ "a man", "two women", "a man and a woman", "three people", "a red and yellow fire hydrant"."""
    things = group.things
    kinds = {t.kind for t in things}
    if kinds <= set(PEOPLE):
        if tell_apart and len(things) == 2 and len(kinds) == 2:
            a, b = sorted(things, key=lambda t: t.kind)
            return [("a", ()), (a.kind, (a.id,)), ("and a", ()), (b.kind, (b.id,))]
        return _count(kinds.pop() if tell_apart and len(kinds) == 1 else "person", things, "")
    kind = kinds.pop()
    colour = things[0].colour if kind in ("dog", "cat", "bicycle", "fire hydrant") else ""
    if len({t.colour for t in things}) > 1:
        colour = ""
    if kind == "orange" and group.doing == "half":
        colour = "half"
    return _count(kind, things, colour)


def _count(kind: str, things: Sequence[Thing], adjective: str) -> list[Chunk]:
    ids = tuple(t.id for t in things)
    if len(things) > 1:
        return [(f"{NUMBER[min(len(things), 6)]} {adjective}".strip(), ()), (plural(kind), ids)]
    article = "an" if (adjective or kind)[0] in VOWELS else "a"
    return [(f"{article} {adjective}".strip(), ()), (kind, ids)]


def _doing(scene: Scene, group: Group, rng: np.random.Generator) -> list[Chunk]:
    doing, things = group.doing, group.things
    if doing == "flying":
        return [("flying", ()), *_tools(scene, things, "kite")]
    if doing == "holding":
        return [("holding", ()), *_tools(scene, things, "umbrella")]
    if doing == "cycling":
        return [("riding", ()), *_tools(scene, things, "bicycle")]
    if doing == "surfing":
        waves = [t for t in scene.things if t.kind == "wave"]
        on = [("on", ()), *_tools(scene, things, "surfboard", plain=True)] if rng.random() < 0.5 else []
        return (
            [("riding", ()), *_count("wave", waves, "")] + on
            if waves
            else [("on", ()), *_tools(scene, things, "surfboard", plain=True)]
        )
    if doing in ("tennis", "baseball"):
        return _hitting(scene, things, doing, rng)
    if doing == "sitting" and things[0].kind in PEOPLE:
        return [("sitting at a table", ())]
    if things[0].kind in ("orange", "fire hydrant", "bicycle"):
        return []
    if things[0].kind == "pizza":
        return [("with a slice missing", ())] if doing == "sliced" else []
    return [(doing, ())]


def _hitting(scene: Scene, things: Sequence[Thing], game: str, rng: np.random.Generator) -> list[Chunk]:
    name = "tennis ball" if game == "tennis" else "baseball"
    tool, word = ("racket", "racket") if game == "tennis" else ("baseball bat", "bat")
    balls = [t for t in scene.things if t.kind == name][: len(things)]
    tools = [t for person in things for t in held(scene, person, tool)]
    if not balls:
        return [("swinging", ()), *_count(word, tools, "")]
    if rng.random() < 0.5:
        return [("hitting", ()), *_count(name, balls, "")]
    return [("hitting", ()), *_count(name, balls, ""), ("with", ()), *_count(word, tools, "")]


def _tools(scene: Scene, people: Sequence[Thing], kind: str, *, plain: bool = False) -> list[Chunk]:
    tools = [t for person in people for t in held(scene, person, kind)]
    colours = {t.colour for t in tools}
    return _count(kind, tools, "" if plain or len(colours) > 1 else colours.pop())


def _sentence(chunks: Sequence[Chunk]) -> Caption:
    words: list[str] = []
    names: list[tuple[int, str]] = []
    for text, ids in chunks:
        for word in text.split():
            names += [(len(words), id) for id in ids]
            words.append(word)
    return " ".join(words), names


# -- questions ---------------------------------------------------------------------------------------------------------

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
Asked = tuple[str, str, str, "str | None", str]  # form, what fills its gap, answer, object, type
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
            f"{'an' if kind[0] in VOWELS else 'a'} {_name(kind)}",
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
