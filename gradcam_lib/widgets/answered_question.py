"""What the question explorer shows, without any widget: a picture and a question, one forward pass, every answer."""

from __future__ import annotations

import reprlib
from collections.abc import Iterable, Sequence
from functools import lru_cache

import numpy as np

from gradcam_lib.language.question_answering import QuestionSystem
from gradcam_lib.networks.coattention import LEVELS
from gradcam_lib.pictures.images import load_image, seen
from gradcam_lib.widgets.explained_picture import KEPT, NO_PIXEL, SIDE, WEAK, Drawing, percent, whereabouts
from gradcam_lib.widgets.methods import Method, methods_of_words
from gradcam_lib.widgets.scene_edits import called
from gradcam_lib.widgets.scene_questions import key, truths
from gradcam_lib.worlds.scene import Scene

LIKELIEST = 5
GAP = 12  # white pixels between two maps
METHODS = methods_of_words("answer", lambda e, answer: e.signed(answer))


def attention_method(level: int) -> Method:
    reading = f"Where the network looked at the level of the {LEVELS[level]}: its own weights, one map for all answers."
    return Method(
        f"Own attention, {LEVELS[level]} level",
        reading,
        "heat",
        lambda e, c, _: e.attention[level][None],
        layered=False,
    )


ATTENTION = {f"attention_{level}": attention_method(i) for i, level in enumerate(LEVELS)}


class AnsweredQuestion:
    """A picture and a question that went through the network once; ``draw`` answers everything from there.

    size: of the input that is explained, in pixels; where it is not the network's own, the picture goes through the
    network twice, for the answers and their probabilities are those that it gives at its own.
    Errors: those of ``QuestionSystem.explanation``.
    """

    def __init__(
        self,
        system: QuestionSystem,
        picture: np.ndarray,
        question: str,
        scene: Scene | None,
        size: int | None = None,
    ):
        self.system, self.question, self.size = system, question, size
        said = self.e = system.explanation(picture, question)
        if size is not None:
            self.e = system.explanation(picture, question, size=size)
        self.picture = seen(load_image(picture), system.transform.at(SIDE))
        self.methods = METHODS | ({} if self.e.attention is None else ATTENTION)
        self.logits = said.logits.float()
        self.top = said.top(LIKELIEST)
        self.predicted = said.predicted
        self.true, self.thing = truths(scene).get(key(question), ("", None)) if scene else ("", None)
        self.thing = self.thing and scene[self.thing]
        self.values = lru_cache(KEPT)(self._values)

    def probability(self, answer: str) -> float:
        return float(self.logits.softmax(0)[self.e.answers.index(answer)])

    @property
    def truth(self) -> str:
        """What is true in this scene, in words; "" where the world does not know."""
        about = f" ({called(self.thing)})" if self.thing else ""
        return f"In this scene: {self.true}{about}" if self.true else ""

    def known(self, answers: Iterable[str]) -> tuple[tuple[str, ...], str]:
        """(Names that the network knows, each once; a note.) For an unknown name the predicted one stands in."""
        names, strange = [], []
        for answer in answers:
            if not isinstance(answer, str):
                raise TypeError(f"answer {answer!r}: give a name, such as {self.predicted!r}")
            name = " ".join(answer.lower().split())
            names.append(name if name in self.e.answers else self.predicted)
            strange += [reprlib.repr(answer)] * (name not in self.e.answers)
        note = f"{', '.join(strange)}: none of the {len(self.e.answers)} answers that this network knows; "
        note += f"the predicted one, “{self.predicted}”, is explained instead"
        return tuple(dict.fromkeys(names)), note if strange else ""

    def attended(self, method: str) -> list[float] | None:
        """How much each word of the question weighs at the level of this method; None for any other method."""
        return self.e.question_attention[list(ATTENTION).index(method)].tolist() if method in ATTENTION else None

    def draw(
        self, answers: Sequence[str], method: str, *, opacity: float, shared: bool, whose: str = ""
    ) -> list[Drawing]:
        """A picture for each answer. shared: the largest value of all of them ends the colour scale of each.

        whose: the network's name, for the title.
        """
        m = self.methods[method]
        ends = [m.largest(self.values(answer, method)) for answer in answers]
        ends = [max(ends)] * len(ends) if shared else ends
        return [self._drawn(*one, method, opacity, whose) for one in zip(answers, ends, strict=True)]

    def _drawn(self, answer: str, end: float, method: str, opacity: float, whose: str) -> Drawing:
        m, values = self.methods[method], self.values(answer, method)
        there = m.laid_over and bool(values.any())
        return Drawing(
            picture=m.paint(self.picture, values, end, opacity),
            title=f"{m.label}: “{answer}”{f' · {whose}' if whose else ''}",
            facts=self._facts(answer, m.extremes(values)),
            largest=end,
            note="" if values.any() else self.e.note(answer) or NO_PIXEL,
            kind=m.kind,
            weak=self._weak(answer, method) if there else "",
            where=f"Strongest {whereabouts(values)}" if there else "",
        )

    def _weak(self, answer: str, method: str) -> str:
        """A weak map that is coloured up to its own maximum glows as brightly as any."""
        m = self.methods[method]
        of_predicted = m.largest(self.values(self.predicted, "signed" if method == "grad_cam" else method))
        share = m.largest(self.values(answer, method)) / (of_predicted or 1.0)
        if share >= WEAK:
            return ""
        return f"Weak: its strongest value is {percent(share)} of that for “{self.predicted}”, the predicted answer"

    def _facts(self, answer: str, extremes: str) -> str:
        rank = int((self.logits > self.logits[self.e.answers.index(answer)]).sum()) + 1
        roles = [
            f"rank {rank}" if answer != self.predicted else "predicted",
            *(["true"] if answer == self.true else []),
        ]
        return f"{percent(self.probability(answer))} · {', '.join(roles)} · {extremes}"

    def _values(self, answer: str, method: str) -> np.ndarray:
        return self.methods[method].numbers(self.e, self.e.answers.index(answer), None, SIDE)


def side_by_side(drawings: Sequence[Drawing]) -> np.ndarray:
    """M pictures → (S, M · S + gaps, 3) uint8."""
    gap = np.full((SIDE, GAP, 3), 255, np.uint8)
    return np.concatenate([part for drawing in drawings for part in (gap, drawing.picture)][1:], axis=1)
