"""Ask anything about a scene or a photograph, and see where each answer comes from.   Notebook 08."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import traitlets

from gradcam_lib.language.question_answering import QuestionSystem
from gradcam_lib.widgets.answered_question import ATTENTION, LIKELIEST, side_by_side
from gradcam_lib.widgets.captioned import captioned
from gradcam_lib.widgets.controls import NONE, offer_labels, small
from gradcam_lib.widgets.explained_picture import Drawing, percent
from gradcam_lib.widgets.own_pictures import Pictures
from gradcam_lib.widgets.question_controls import OF_NETWORKS, QuestionControls
from gradcam_lib.widgets.question_networks import OWN, Networks
from gradcam_lib.widgets.question_settings import QuestionSettings
from gradcam_lib.widgets.scene_questions import examples, first_question, fits, which
from gradcam_lib.widgets.scene_source import SEED, SceneSource
from gradcam_lib.widgets.source_controls import PHOTO
from gradcam_lib.worlds.scene import Scene


class QuestionExplorer(QuestionSettings):
    """A picture, a question, the likeliest answers, and a map for each answer that you pick, side by side.

    scene: a Scene; None takes that of ``seed``. model: of scenes, a name of ``load_vqa``, or a QuestionSystem.
    photographs: the network for photographs; default: ``load_vqa("photo")``, when the first one is shown. question,
    answers, method: what is shown first. pictures: your own, to choose from: a folder, a list of files, or a dict
    name → picture; without a scene the first of them is shown. folder: where ``save`` writes; the button sends to the
    browser.

    The network runs once for a picture and a question; answers and methods are told from that one pass. What goes wrong
    is said in ``message``, and all stays as it was. The settings are attributes that can be set and observed:
    ``question``, ``answers`` (up to four; none stands for the predicted one), ``model``, ``second`` (another network,
    whose maps of the same answers stand beside), ``method``, ``opacity``, ``shared_scale``, and of a photograph
    ``size``, the side in pixels of the input that is explained: the larger, the finer the map, and the answers stay;
    ``source`` is where the picture comes from; ``picture()`` holds all maps shown.

    >>> explorer = QuestionExplorer(seed=1_000_000, question="What color is the umbrella?")
    >>> explorer.answers = ["pink", "blue"]
    """

    def __init__(
        self,
        scene: Scene | None = None,
        model: str | QuestionSystem = "world-vgg16",
        *,
        photographs: QuestionSystem | None = None,
        seed: int = SEED,
        question: str | None = None,
        answers: str | list[str] | None = None,
        method: str | None = None,
        pictures: Pictures | None = None,
        folder: str | Path = ".",
    ):
        self.networks = Networks(own := model if isinstance(model, QuestionSystem) else None, photographs)
        self.source = SceneSource(scene, seed, lambda: self.networks[PHOTO], pictures)
        self._frozen, self._other = False, None
        self._which, self._kind = which(self.source.scene), self.source.kind
        super().__init__(QuestionControls(self.source, LIKELIEST), folder)
        self.add_class("question-explorer")
        self._offer_examples()
        self._choices()
        self._connect()
        self._begin_with(model=OWN if own else PHOTO if self._kind == PHOTO else model)
        if self.explained:
            self._begin_with(question=question, method=method)
            self._begin_with_answers(answers)

    @property
    def shown(self) -> list[str]:
        """The answers whose maps are shown."""
        return list(self.answers) or ([self.explained.predicted] if self.explained else [])

    def _begin_with_answers(self, answers: str | list[str] | None) -> None:
        """What was said before is not lost, nor that an answer is unknown."""
        said, word = self.message, self._word
        if answers is not None:
            self._say("")
            self.answers = answers
            self._say("; ".join(filter(None, [said, self.message])), word if word == "Problem" else self._word or word)

    # From the controls to the settings

    def _connect(self) -> None:
        c = self.controls
        self._link_opacity()
        traitlets.link((self, "shared_scale"), (c.shared, "value"))
        for control, name in ((c.question, "question"), (c.model, "model"), (c.second, "second"), (c.method, "method")):
            control.observe(lambda change, name=name: self._set(name, change["new"]), "value")
        c.examples.observe(lambda change: change["new"] and self._set("question", change["new"]), "value")
        c.other.connect(lambda answer: self._set("answers", (*self.shown, answer)), lambda: self._set("answers", ()))
        for i, button in enumerate(c.likeliest):
            button.on_click(lambda _, i=i: self._toggle(self.explained.top[i][0]))
        for tile in c.tiles:
            tile.away.on_click(lambda _, tile=tile: self._toggle(tile.answer))
        c.save.on_click(self._download)
        c.size.connect(lambda side: self._set("size", side))
        self.source.observe(self._other_picture)

    def _set(self, name: str, value) -> None:
        if self._quiet:
            return
        with self._beside(name):
            self._say("")
            setattr(self, name, value)
            if name != "question":  # a choice that was refused is not shown as chosen; a question is left to be mended
                self._choices()

    @contextmanager
    def _beside(self, name: str) -> Iterator[None]:
        """What there is to say is said beside the control of this setting."""
        c = self.controls
        c.line = c.lines.get(name, c.message)
        try:
            yield
        finally:
            c.line = c.message

    def _toggle(self, answer: str) -> None:
        shown, predicted = self.shown, (self.explained.predicted,)
        if answer not in shown:
            self._set("answers", (*shown, answer))
        elif len(shown) > 1:
            left = tuple(other for other in shown if other != answer)
            self._set("answers", () if left == predicted else left)

    def _other_picture(self) -> None:
        """An edited scene is asked again; a new picture too, or its own first question where that one does not fit."""
        about, before, self._which = self.about, self._which, which(self.source.scene)
        new, turned = self._which != before, self.source.kind != self._kind
        known = turned or self.explained and (self.explained.true or self.question in self._examples)
        with self._in_words():
            self._offer_examples()
            if self.explained or turned:
                other = new and known and not fits(self.question, *about)
                model = self.networks.last[self.source.kind] if turned else self.model
                question = first_question(*about) if other else self.question
                self._take(new, model, question, None if turned else self.size, "" if turned else self.second)

    def _take(self, new: bool, *asked: str | int | None) -> None:
        """Another picture with what is asked of it, network, question, size and second network, all at once."""
        self._ready, self._taking = self._asked(*asked[:3]), True
        (self.model, self.question, self.size, self.second), self._taking = asked, False
        self._changed({"name": "picture", "new": new})

    # From the settings to the picture

    @traitlets.observe("question", "model", "second", "size")
    def _changed(self, change: dict) -> None:
        """Something else was asked, of something else: ``_ready`` holds what came of it."""
        if self._taking:
            return
        name, self.explained, self.stem = change["name"], self._ready, self.source.stem
        self._kind = self.source.kind
        self.networks.last[self._kind] = self.model
        self._frozen = True
        if name == "question" or name == "picture" and change["new"]:
            self.answers = ()
        self.answers = self.answers  # another network may not know them
        if self.method not in self.explained.methods:
            self._aside = f"{ATTENTION[self.method].label}: this network has none, so Grad-CAM is shown"
            self.method = "grad_cam"
        if self.second == self.model:
            self.second = ""
        self._frozen = False
        if self.question != self.explained.question:
            self.question = self.explained.question
        else:
            self._other = self._asked(self.second, self.question, None) if self.second else None
            self._redraw()

    @traitlets.observe("answers", "method", "opacity", "shared_scale")
    def _redraw(self, _: dict | None = None) -> None:
        if self.explained is None or self._frozen:
            return
        with self._in_words():
            shown = self._draw()
            answers, self._drawings = [answer for answer, _ in shown], [drawing for _, drawing in shown]
            self._display(answers)
            if self._aside:
                self._say(self._aside, "Note")
            self._aside = ""
            if empty := [one.note for one in self._drawings if one.note]:  # which stand beneath the maps
                self._word, self.message = "Note", "; ".join(filter(None, [self.message, *empty]))
            self.drawn += 1

    def _draw(self) -> list[tuple[str, Drawing]]:
        """Each answer and its map; that of a second network follows the first's, where it has one."""
        labels = self.networks.offered(self._kind) if self._other else {}
        asked = [(self.explained, labels.get(self.model, ""))]
        if self._other and self.method in self._other.methods:
            asked.append((self._other, labels[self.second]))
        drawn: list[tuple[str, Drawing]] = []
        for network, whose in asked:
            known = [answer for answer in self.shown if answer in network.e.answers]
            maps = network.draw(known, self.method, opacity=self.opacity, shared=self.shared_scale, whose=whose)
            drawn += zip(known, maps, strict=True)
        return sorted(drawn, key=lambda one: self.shown.index(one[0]))

    def _of_the_other(self) -> str:
        """What the second network says, and what it has no map of."""
        if self._other is None:
            return OF_NETWORKS
        strange = [f"It does not know “{one}”." for one in self.shown if one not in self._other.e.answers]
        strange += ["It has no map of this method."] * (self.method not in self._other.methods)
        answer = self._other.predicted
        said = f"The second network answers “{answer}”, {percent(self._other.probability(answer))}."
        return " ".join([said, *strange])

    def _display(self, answers: list[str]) -> None:
        method = self.explained.methods[self.method]
        named = ", ".join(f"“{answer}”" for answer in dict.fromkeys(answers))
        self._drawing = Drawing(side_by_side(self._drawings), f"{method.label}: {named}")
        self.controls.show(self._drawings, answers)
        self.controls.reading.value = small(method.reading)
        self.controls.of_networks.rest(self._of_the_other())
        self._choices()

    def _to_save(self) -> np.ndarray:
        return captioned([replace(one, title=f"{one.title} · {self.question}") for one in self._drawings])

    def _choices(self) -> None:
        """The controls agree with the settings."""
        c, explained = self.controls, self.explained
        with self._unheard():
            c.offer_networks(self.networks.offered(self.source.kind), self.model, self.second)
            c.use(explained is not None)
            if explained:
                c.opacity.disabled = not explained.methods[self.method].laid_over
                offer_labels(c.method, {name: method.label for name, method in explained.methods.items()})
                c.question.value, c.method.value = self.question, self.method
                c.examples.value = self.question if self.question in dict(c.examples.options).values() else NONE
                c.other.offer(explained.e.answers)
                c.offer(explained.top, self.shown)
                c.offer_sizes(explained, photograph=self.source.scene is None)
                c.tell(explained, self.method)

    def _offer_examples(self) -> None:
        self._examples = examples(*self.about)
        with self._unheard():
            self.controls.offer_examples(self._examples)
