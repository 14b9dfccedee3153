"""The small language of captions: noun phrases and verbs, found with lists of words and no tagger.

A caption is cut at function words, verbs and punctuation; what lies between is a noun phrase whose last word is its
head: "a small brown dog | runs | through | the tall grass". Precision comes before recall: a phrase whose head no list
and no rule knows is simply not asked about.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from gradcam_lib.datasets import caption_words as lists

MODIFIERS = {*lists.DETERMINERS, *lists.COLOURS, *lists.NUMBERS, *lists.AGES_AND_SIZES}


class Phrase(NamedTuple):
    """head: canonical singular, such as "dog". number: 1, 2, … where said. colours: sorted."""

    head: str
    plural: bool
    number: int | None
    colours: tuple[str, ...]
    another: bool


class Verb(NamedTuple):
    ing: str


Part = Phrase | Verb | str


def _ing(lemma: str) -> str:
    if lemma in lists.DOUBLED:
        return lemma + lemma[-1] + "ing"
    if lemma.endswith("ie"):
        return lemma[:-2] + "ying"
    return (lemma[:-1] if lemma.endswith("e") and not lemma.endswith("ee") else lemma) + "ing"


def _third(lemma: str) -> str:
    if re.search(r"[^aeiou]y$", lemma):
        return lemma[:-1] + "ies"
    return lemma + ("es" if re.search(r"(s|sh|ch|x|o)$", lemma) else "s")


_EQUAL = {"laying": "lying", "leaping": "jumping", "bicycling": "biking", "cycling": "biking"}
INGS = {_ing(lemma): _EQUAL.get(_ing(lemma), _ing(lemma)) for lemma in lists.LEMMAS}
THIRD = {_third(lemma): INGS[_ing(lemma)] for lemma in lists.LEMMAS}
BASE = {lemma: INGS[_ing(lemma)] for lemma in lists.LEMMAS}
AGENT = {word: head for head, words in (lists.HUMANS | lists.ANIMALS).items() for word in words.split()}
SAME = {word: head for head, words in lists.SAME.items() for word in words.split()}
PLURALS = {word for word in AGENT if word.endswith("s")} | set(lists.MANY)


def parse(caption: str) -> list[Part]:
    """The caption as phrases, verbs and function words, in order."""
    parts: list[Part] = []
    run: list[str] = []
    tokens = words(caption)

    def close() -> None:
        if run:
            parts.append(_phrase(run))
            run.clear()

    for i, token in enumerate(tokens):
        joins = (
            token == "and"
            and run
            and run[-1] in lists.COLOURS
            and tokens[i + 1 : i + 2]
            and tokens[i + 1] in lists.COLOURS
        )
        if joins:
            continue
        verb = _verb(token, run)
        if verb:
            close()
            parts.append(Verb(verb))
        elif token in lists.FUNCTION or (
            token in BASE and parts[-1:] == ["to"] and not run
        ):  # "to catch" is no deed yet
            close()
            parts.append(token)
        else:
            if token in lists.DETERMINERS and run and not set(run) <= lists.DETERMINERS:
                close()
            run.append(token)
    close()
    return parts


def words(caption: str) -> list[str]:
    text = " ".join(re.findall(r"[\w-]+|'s|[^\w\s]", caption.lower()))
    text = re.sub(r"[ -]colou?red", "", re.sub(r"\bgrey\b", "gray", text))
    for pair, word in lists.PAIRS.items():
        text = re.sub(rf"\b{pair}\b", word, text)
    return [
        t
        for t in text.split()
        if not (t.endswith("ly") and t not in ("family", "fly", "ugly", "jelly", "belly", "curly"))
    ]


def _verb(token: str, run: list[str]) -> str | None:
    """A gerund, but not in "a running dog"; "runs" after a noun; "run" after a plural agent."""
    if run and run[-1] in MODIFIERS:
        return None
    if token in INGS:
        return INGS[token]
    if token.endswith("ing") and token not in lists.NO_VERBS and len(token) > 5:
        return token
    return THIRD.get(token) or (BASE.get(token) if run and run[-1] in PLURALS else None)


def _phrase(run: list[str]) -> Phrase:
    word = run[-1]
    plural = word in PLURALS or (word not in AGENT and word.endswith("s") and not word.endswith("ss"))
    head = AGENT.get(word) or SAME.get(word) or _singular(word)
    numbers = [lists.NUMBERS[w] for w in run if w in lists.NUMBERS]
    number = numbers[0] if len(numbers) == 1 else None
    colours = tuple(sorted({w for w in run[:-1] if w in lists.COLOURS}))
    return Phrase(head, plural, number, colours, bool({"another", "other", "each", "every"} & set(run)))


def _singular(word: str) -> str:
    if word in lists.GARMENTS or word.endswith("ss") or not word.endswith("s") or len(word) < 4:
        return word
    if re.search(r"(sh|ch|x|ss)es$", word):
        return word[:-2]
    return word[:-3] + "y" if word.endswith("ies") else word[:-1]
