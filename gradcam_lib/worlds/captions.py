"""What people would say about a scene: captions, and which of their words name which things."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gradcam_lib.worlds.scene import ANIMALS, PEOPLE, Scene, Thing
from gradcam_lib.worlds.words import NUMBER, action, article, held, plural

Caption = tuple[str, list[tuple[int, str]]]
Chunk = tuple[str, tuple[str, ...]]  # words, and the things that they name

WHERE = {
    "beach": ("on a beach", "at the beach"),
    "park": ("in a park", "in the park"),
    "street": ("on a street", "on the street"),
    "kitchen": ("in a kitchen", "in the kitchen"),
    "savannah": ("in the savannah", "on the savannah"),
}
LARGE = 0.34  # a person without anything to do is worth a word from this height on
MENTIONED = 2  # groups of things in one caption


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
    return [(f"{article(adjective or kind)} {adjective}".strip(), ()), (kind, ids)]


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
