"""Questions about photographs, made from their captions by written rules, in the manner of COCO-QA.

Ren, Kiros and Zemel (2015) turned captions into questions with a parser. Here word lists do (``caption_grammar``), and
rules guard the answers: what captions of a picture contradict each other in is not asked; who does something, how many
there are and which colour an animal has, two captions or more must say. ``photo_questions`` asks about many pictures.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from zlib import crc32

from gradcam_lib.datasets import caption_words as lists
from gradcam_lib.datasets.caption_grammar import Part, Phrase, Verb, parse, words
from gradcam_lib.datasets.caption_words import ANIMALS, COLOURS, GARMENTS, HUMANS

TYPES = ("object", "colour", "count", "action", "existence")
Question = tuple[str, str, str]  # question, answer, type
Parsed = list[list[Part]]


def questions(captions: Sequence[str]) -> list[Question]:
    """(question, answer, type) about the picture of these captions; the same captions, the same questions."""
    parsed = [parse(caption) for caption in captions]
    makers = (about_objects, about_colours, about_counts, about_actions)
    found = [question for maker in makers for question in maker(parsed)]
    found += about_sports(captions)
    return list(dict.fromkeys(found + list(about_existence(captions, parsed))))


# -- who is there


def agents(parts: list[Part], among: Sequence[str]) -> list[Phrase]:
    """The beings of a caption; of "a group of men" the men."""
    found = [(i, p) for i, p in enumerate(parts) if isinstance(p, Phrase) and p.head in among]
    return [p for i, p in found if not (p.plural and parts[i + 1 : i + 2] == ["of"])]


def names(parsed: Parsed) -> dict[tuple[str, bool], str]:
    """What a being is called in a question: (head, plural) → "man". Only whom the question tells from all others.

    One alone is whatever most captions allow: of a man, a person and a rider, "man"; of a man and a woman, "person".
    """
    found = {}
    for among, general in ((HUMANS, "person"), (ANIMALS, "animal")):
        mentions = [m for m in (agents(parts, among) for parts in parsed) if m]
        heads = [p.head for m in mentions for p in m]
        if len(mentions) < 2:
            continue
        if all(len(m) == 1 and not m[0].plural and not m[0].another for m in mentions):
            found |= {(head, False): shared(heads, general) for head in heads}
        elif all(len(m) > 1 or m[0].plural for m in mentions):
            found |= {(head, True): PLURAL_OF[shared(heads, general)] for head in heads}
        else:
            for head in set(heads) - {general, "child"}:
                of = [[p for p in m if p.head == head] for m in mentions]
                if all(len(m) <= 1 and not any(p.plural or p.another for p in m) for m in of):
                    found[head, False] = head
    return found


PLURAL_OF = {"man": "men", "woman": "women", "child": "children", "person": "people", "sheep": "sheep"}
PLURAL_OF = {head: PLURAL_OF.get(head, head + "s") for head in (*HUMANS, *ANIMALS)}


def shared(heads: Sequence[str], general: str) -> str:
    """The word that fits all of several heads."""
    kinds = set(heads) - {general}
    if len(kinds) == 2 and "child" in kinds and kinds & {"boy", "girl"}:
        kinds -= {"child"}
    return kinds.pop() if len(kinds) == 1 else general


def deeds(parts: list[Part]) -> Iterator[tuple[Phrase, str, str, Phrase | None]]:
    """(who, verb, preposition, object) of each verb that only one being can be meant by."""
    for i, part in enumerate(parts):
        who = agents(parts[:i], (*HUMANS, *ANIMALS))
        if not isinstance(part, Verb) or len(who) != 1:
            continue
        after = parts[i + 1 : i + 3]
        preposition = after.pop(0) if after and isinstance(after[0], str) else ""
        yield who[0], part.ing, preposition, after[0] if after and isinstance(after[0], Phrase) else None


def agreed(votes: Counter, *, least: int = 2) -> str | None:
    """The answer of ``least`` captions, which none contradicts; or of three, which one does."""
    if not votes:
        return None
    answer, most = votes.most_common(1)[0]
    return answer if most >= least and votes.total() - most <= (most >= 3) else None


# -- the types


def about_objects(parsed: Parsed) -> Iterator[Question]:
    called = names(parsed)
    votes: dict[str, Counter] = defaultdict(Counter)
    for parts in parsed:
        votes_here = set()
        for who, ing, preposition, what in deeds(parts):
            name = called.get((who.head, who.plural))
            if ing == "playing" and not preposition and what and what.head not in lists.SPORTS | lists.INSTRUMENTS:
                continue
            placed = ing in lists.PLACED.get(preposition, "").split() or (not preposition and ing in lists.DIRECT)
            if name and placed and what and what.head not in lists.VAGUE_THINGS | COLOURS | {who.head}:
                votes_here.add((f"what {be(name)} the {name} {ing} {preposition}".strip() + "?", what.head))
        for being in sorted({name for (_, plural), name in called.items() if not plural}):
            votes_here |= set(on_or_in(parts, being, called))
        for question, head in sorted(votes_here):
            votes[question][head] += 1
    animals = [{p.head for p in agents(parts, ANIMALS)} - {"animal"} for parts in parsed]
    votes["what animal is there?"] = Counter(head for heads in animals for head in heads)
    for question, counter in votes.items():
        if answer := agreed(counter, least=2 if "animal" in question or "climbing" in question else 1):
            yield question, answer, "object"


def on_or_in(parts: list[Part], being: str, called: dict[tuple[str, bool], str]) -> Iterator[tuple[str, str]]:
    """What is in a mouth or on a head. What is being caught is not yet in the mouth; a hat may be another's."""
    for holds, before, middle, after in zip(parts, parts[1:], parts[2:], parts[3:], strict=False):
        if isinstance(before, Phrase) and middle == "in" and isinstance(after, Phrase) and after.head == "mouth":
            held = holds in ("with", "has", Verb("carrying"), Verb("holding"))
            if held and before.head not in lists.VAGUE_THINGS and being in ANIMALS:
                yield f"what is in the {being}'s mouth?", before.head
    if being in HUMANS and [called.get((p.head, p.plural)) for p in agents(parts, HUMANS)] == [being]:
        worn = [p.head for p in parts if isinstance(p, Phrase) and p.head in lists.HEADWEAR and not p.plural]
        yield from ((f"what is on the {being}'s head?", head) for head in worn)


def about_sports(captions: Sequence[str]) -> Iterator[Question]:
    votes = Counter(sport for caption in captions for sport in lists.SPORTS & set(words(caption)))
    if answer := agreed(votes):
        yield "what sport is this?", answer, "object"


def about_colours(parsed: Parsed) -> Iterator[Question]:
    called = names(parsed)
    alone = all(
        len(agents(parts, HUMANS)) <= 1 and not any(p.plural for p in agents(parts, HUMANS)) for parts in parsed
    )
    phrases = [[p for p in parts if isinstance(p, Phrase)] for parts in parsed]
    for head in sorted(
        {p.head for here in phrases for p in here if p.colours} - set(HUMANS) - lists.VAGUE_THINGS - set(COLOURS)
    ):
        of = [[p for p in here if p.head == head] for here in phrases]
        single = all(len(m) <= 1 and not any(p.plural and head not in GARMENTS or p.another for p in m) for m in of)
        if not single or (head in ANIMALS and (head, False) not in called):
            continue
        votes = Counter(" and ".join(p.colours) for m in of for p in m if p.colours)
        if len(votes) == 1 and (
            answer := agreed(votes, least=3 if not alone and head not in ANIMALS else 2 - (head in lists.WORN_OR_HELD))
        ):
            yield f"what color {'are' if head in GARMENTS else 'is'} the {head}?", answer, "colour"


def about_counts(parsed: Parsed) -> Iterator[Question]:
    """One of a kind where four captions or more say so. Of people unnumbered, nobody knows how many are men."""
    strangers = any(p.head == "person" and p.plural and not p.number for parts in parsed for p in agents(parts, HUMANS))
    for kinds in [*((head,) for head in (*HUMANS, *ANIMALS) if head not in ("person", "animal")), tuple(HUMANS)]:
        if len(kinds) == 1 and kinds[0] in HUMANS and strangers:
            continue
        if len(kinds) > 1 and any(len(m) > 1 and total(m) is None for m in (agents(p, kinds) for p in parsed)):
            continue
        totals = [total(m) for m in (agents(parts, kinds) for parts in parsed) if m]
        votes = Counter(str(n) for n in totals if n)
        answer = agreed(votes, least=4 if "1" in votes else 2)
        if answer and len(votes) == 1 and (answer != "1" or None not in totals):
            name = PLURAL_OF["person" if len(kinds) > 1 else kinds[0]]
            yield f"how many {name} are there?", answer, "count"


def total(mentions: Sequence[Phrase]) -> int | None:
    """How many beings a caption counts; None where it does not say."""
    numbers = [p.number if p.plural else 1 for p in mentions]
    return None if None in numbers or any(p.another for p in mentions) else sum(numbers)


def about_actions(parsed: Parsed) -> Iterator[Question]:
    called = names(parsed)
    votes: dict[str, Counter] = defaultdict(Counter)
    for parts in parsed:
        done = {
            (called.get((who.head, who.plural)), ing) for who, ing, _, _ in deeds(parts) if ing not in lists.VAGUE_DEEDS
        }
        for name, ing in sorted(done, key=str):
            votes[name][ing] += 1
    for name, counter in votes.items():
        (answer, most), *others = counter.most_common(2)
        if name and most >= 2 and not (others and others[0][1] == most):
            yield f"what {be(name)} the {name} doing?", answer, "action"


def about_existence(captions: Sequence[str], parsed: Parsed) -> Iterator[Question]:
    """One thing that two captions name, and one that none hints at, drawn as often as it is there elsewhere."""
    heads = [{p.head for p in parts if isinstance(p, Phrase)} for parts in parsed]
    told = Counter(head for here in heads for head in here)
    hints = set(told) | {word for caption in captions for word in words(caption)}
    hints |= {p.ing for parts in parsed for p in parts if isinstance(p, Verb)}
    there = [thing for thing in lists.THINGS if told[thing] >= 2]
    not_there = [thing for thing, (_, unsafe) in lists.THINGS.items() if not hints & {thing, *unsafe.split()}]
    draw = crc32("\n".join(captions).encode()) / 2**32
    for answer, things in (("yes", there), ("no", not_there)):
        if things:
            thing = weighted(things, draw)
            yield f"is there a {thing}?".replace("a snow", "snow"), answer, "existence"


def weighted(things: Sequence[str], draw: float) -> str:
    """draw in [0, 1) → one of the things, the frequent ones more often."""
    left = draw * sum(lists.THINGS[thing][0] for thing in things)
    for thing in things:
        left -= lists.THINGS[thing][0]
        if left < 0:
            return thing
    return things[-1]


def be(name: str) -> str:
    return "are" if name in PLURAL_OF.values() and name != "sheep" else "is"
