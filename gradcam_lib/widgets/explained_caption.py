"""What the caption explorer shows, without any widget: one picture, one caption, one forward pass, every word."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from torch import Tensor

from gradcam_lib.language.captioning import CaptionExplanation, CaptionSystem
from gradcam_lib.networks.vocabulary import tokenise
from gradcam_lib.pictures.images import seen
from gradcam_lib.widgets.explained_picture import KEPT, NO_PIXEL, SIDE, WEAK, Drawing, percent, whereabouts
from gradcam_lib.widgets.methods import decimals, methods_of_words

MOST_WORDS = 40  # of a caption: the scenes' own have at most 25
BEAM = 3
WHOLE = "whole sentence"  # no word, for a word has no space


def _signed(e: CaptionExplanation, which: int | None) -> Tensor:
    return e.sentence(raw=True) if which is None else e.word(which, raw=True)


METHODS = methods_of_words("word", _signed)
OF_THE_WHOLE = methods_of_words("sentence", _signed)


class DescribedPicture:
    """A picture and what the captioner says of it: ``candidates``, sentences, the likeliest first.

    ``explain(caption, size)`` explains any caption at an input of that size in pixels; the candidates are those that
    the captioner finds at its own.
    """

    def __init__(self, captioner: CaptionSystem, image: np.ndarray):
        self.captioner, self.image = captioner, image
        self.picture = seen(image, captioner.transform.at(SIDE))
        self.candidates = [sentence for sentence, _ in captioner.candidates(image, BEAM)]
        self.explain = lru_cache(4)(self._explain)  # a caption is tried before it is taken

    def _explain(self, caption: str, size: int | None = None) -> ExplainedCaption:
        return ExplainedCaption(self.captioner.explain(self.image, caption, size=size), self.picture)


class ExplainedCaption:
    """A caption of a picture; ``draw`` answers everything from one forward pass. which: a word, None for the whole."""

    def __init__(self, explanation: CaptionExplanation, picture: np.ndarray):
        self.explanation, self.picture = explanation, picture
        self.words, self.unknown = explanation.words, explanation.unknown
        self.values = lru_cache(KEPT)(self._values)

    def log_p(self, which: int | None) -> float:
        return self.explanation.log_prob if which is None else self.explanation.log_probs[which]

    def draw(self, shown: Sequence[int | None], method: str, *, opacity: float, shared: bool) -> list[Drawing]:
        """A picture for each word, None for the whole. The largest value of them all ends the colour scale of each.

        shared: the values of all words of the caption count.
        """
        m = METHODS[method]
        ends = [m.largest(self.values(which, method)) for which in shown]
        if shared and m.laid_over:  # at the pixels that takes a second or more
            ends += [m.largest(self.values(i, method)) for i in range(len(self.words))]
        return [self._drawn(which, method, max(ends), opacity) for which in shown]

    def _drawn(self, which: int | None, method: str, end: float, opacity: float) -> Drawing:
        m, values = METHODS[method], self.values(which, method)
        there = m.laid_over and bool(values.any())
        return Drawing(
            picture=m.paint(self.picture, values, end, opacity),
            title=f"{m.label}: {self._name(which)}",
            facts=f"{self._facts(which)} · {m.extremes(values)}",
            largest=end,
            note="" if values.any() else self.explanation.note(which) or NO_PIXEL,
            kind=m.kind,
            weak=self._weak(which, method) if there and which is not None else "",
            where=f"Strongest {whereabouts(values)}" if there else "",
        )

    def _weak(self, which: int, method: str) -> str:
        """A weak map that is coloured up to its own maximum glows as brightly as any."""
        largest = [METHODS[method].largest(self.values(i, method)) for i in range(len(self.words))]
        strongest = max(range(len(largest)), key=largest.__getitem__)
        share = largest[which] / largest[strongest]
        if share >= WEAK:
            return ""
        return (
            f"Weak: its strongest value is {percent(share)} of that for “{self.words[strongest]}”, word {strongest + 1}"
        )

    def _name(self, which: int | None) -> str:
        n = len(self.words)
        return f"all {n} words" if which is None else f"“{self.words[which]}”, word {which + 1} of {n}"

    def _facts(self, which: int | None) -> str:
        log_p = decimals(self.log_p(which))
        more = ", the sum of its words" if which is None else f" ({percent(math.exp(self.log_p(which)))})"
        return f"log p {log_p}{more}"

    def _values(self, which: int | None, method: str) -> np.ndarray:
        return METHODS[method].numbers(self.explanation, which, None, SIDE)


def reading(which: int | None, method: str) -> str:
    """How to read a picture, in a line."""
    return (OF_THE_WHOLE if which is None else METHODS)[method].reading


def checked_caption(text: str) -> str:
    """The caption without spaces round it. Errors: no words, too many of them or of its letters."""
    words = tokenise(text)
    if len(words) > MOST_WORDS:
        raise ValueError(f"the caption has {len(words)} words, at most {MOST_WORDS} are explained; shorten it")
    return " ".join(text.split())


def checked_word(which: int | str | None, words: list[str]) -> int | None:
    """A word's number, also from the word itself; None is the whole sentence."""
    offered = ", ".join(f"{i} {word!r}" for i, word in enumerate(words))
    if isinstance(which, str):
        if which.lower() not in words:
            raise ValueError(f"word {which!r}: not in this caption, which has {offered}")
        return words.index(which.lower())
    if which is None or (isinstance(which, int) and not isinstance(which, bool) and 0 <= which < len(words)):
        return which
    raise ValueError(f"word {which!r}: choose None, the whole sentence, or one of {offered}")
