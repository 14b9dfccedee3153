"""The three demonstrations of the app: which explorer each one is, and what it shows at the moment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from gradcam_lib.pictures.samples import sample
from gradcam_lib.widgets.caption_explorer import CaptionExplorer
from gradcam_lib.widgets.class_picker import ClassPicker
from gradcam_lib.widgets.explained_caption import WHOLE
from gradcam_lib.widgets.explained_picture import Drawing
from gradcam_lib.widgets.explorer import Explorer
from gradcam_lib.widgets.own_pictures import Pictures
from gradcam_lib.widgets.question_explorer import QuestionExplorer

PANELS = {"guided_backprop": "Guided backprop", "grad_cam": "Grad-CAM", "guided_grad_cam": "Guided Grad-CAM"}


@dataclass(frozen=True)
class Tried:
    """What is explained at the moment: of which picture, what was asked, and which answer.

    explained: the picture after its pass through the network, another one for another picture, question or size.
    draw(method): the map of this answer by a method of PANELS; a method that the network has not is not in ``methods``.
    """

    demo: str
    picture: str
    asked: str
    answer: str
    explained: object
    opacity: float
    methods: tuple[str, ...]
    draw: Callable[[str], Drawing]

    @property
    def which(self) -> tuple:
        """The same for the same maps, however strongly they cover the picture."""
        return self.explained, self.asked, self.answer


@dataclass(frozen=True)
class Demo:
    """title: of the tab; about: what one does there; make(pictures): its explorer; show(explorer, name): a sample;
    now(explorer): what it shows.
    """

    title: str
    about: str
    make: Callable[[Pictures | None], Explorer]
    show: Callable[[Explorer, str], object]
    now: Callable[[Explorer], Tried]


def _classified(picker: ClassPicker) -> Tried:
    e, index, layer = picker.explained, picker.labels.index(picker.class_name), picker.layer
    return Tried(
        "Classification", picker.stem, f"layer {layer}" if layer else "", picker.class_name, e, picker.opacity,
        tuple(e.methods), lambda method: e.draw(index, method, layer, opacity=picker.opacity),
    )  # fmt: skip


def _captioned(explorer: CaptionExplorer) -> Tried:
    e, word = explorer.explained, explorer.word
    which = WHOLE if word is None else f"{e.words[word]} (word {word + 1})"
    return Tried(
        "Captioning", explorer.stem, explorer.caption, which, e, explorer.opacity, tuple(PANELS),
        lambda method: e.draw([word], method, opacity=explorer.opacity, shared=False)[0],
    )  # fmt: skip


def _answered(explorer: QuestionExplorer) -> Tried:
    e, answer = explorer.explained, explorer.shown[-1]  # the one that was chosen last
    return Tried(
        "Questions", explorer.stem, explorer.question, answer, e, explorer.opacity, tuple(e.methods),
        lambda method: e.draw([answer], method, opacity=explorer.opacity, shared=False)[0],
    )  # fmt: skip


def _picker(pictures: Pictures | None) -> ClassPicker:
    """Where no pictures are offered, it begins with the cat."""
    picker = ClassPicker(pictures=pictures)
    if not pictures:
        picker.show(sample("cat"), "cat")
    return picker


def _first(pictures: Pictures | None, name: str) -> Pictures:
    """The pictures offered; without any, a sample photograph, so that a page does not begin with a scene."""
    return pictures or {name: sample(name)}


DEMOS = (
    Demo(
        "Classification",
        "A network names what it sees. Nothing entered: its likeliest class; or any of its classes, by a part of the "
        "name.",
        _picker,
        lambda picker, name: picker.show(sample(name), name),
        _classified,
    ),
    Demo(
        "Captioning",
        "A network describes the picture. Nothing entered: its own sentence; or any sentence of yours, or one of its "
        "words.",
        lambda pictures: CaptionExplorer(pictures=_first(pictures, "astronaut")),
        lambda explorer, name: explorer.source.show_photograph(name),
        _captioned,
    ),
    Demo(
        "Question answering",
        "A network answers a question about the picture. No answer chosen: its own; or any that it knows, by a part "
        "of it.",
        lambda pictures: QuestionExplorer(pictures=_first(pictures, "astronaut")),
        lambda explorer, name: explorer.source.show_photograph(name),
        _answered,
    ),
)
