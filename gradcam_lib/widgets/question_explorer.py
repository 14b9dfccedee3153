"""Ask anything about a scene or a photograph, and see where each answer comes from.   Notebook 08."""

from __future__ import annotations

from pathlib import Path

import traitlets

from gradcam_lib.language.question_answering import QuestionSystem
from gradcam_lib.pictures.overlay import OPACITY
from gradcam_lib.widgets.answered_question import ATTENTION, LIKELIEST, AnsweredQuestion, Tile, side_by_side
from gradcam_lib.widgets.controls import small
from gradcam_lib.widgets.explained_picture import Drawing
from gradcam_lib.widgets.explorer import Explorer, checked_opacity
from gradcam_lib.widgets.input_size import checked_size
from gradcam_lib.widgets.question_controls import MOST_TILES, QuestionControls, offer
from gradcam_lib.widgets.question_networks import OWN, Networks
from gradcam_lib.widgets.scene_questions import examples, first_question, fits, which
from gradcam_lib.widgets.scene_source import SEED, SceneSource
from gradcam_lib.widgets.source_controls import PHOTO
from gradcam_lib.worlds.scene import Scene

SETTINGS = ("question", "answers", "model", "method", "opacity", "shared_scale", "size")


class QuestionExplorer(Explorer):
    """A picture, a question, the likeliest answers, and a map for each answer that you pick, side by side.

    scene: a Scene; None takes that of ``seed``. model: of scenes, a name of ``load_vqa``, or a QuestionSystem.
    photographs: the network for photographs; default: ``load_vqa("photo")``, when the first one is shown. question,
    answers, method: what is shown first. folder: where the Save button writes; default: the notebook's folder.

    The network runs once for a picture and a question; answers and methods are told from that one pass. What goes wrong
    is said in ``message``, and all stays as it was. The settings are attributes that can be set and observed:
    ``question``, ``answers`` (up to four; none stands for the predicted one), ``model``, ``method``, ``opacity``,
    ``shared_scale``, and of a photograph ``size``, the side in pixels of the input that is explained: the larger, the
    finer the map, and the answers stay; ``source`` is where the picture comes from; ``picture()`` holds all maps shown.

    >>> explorer = QuestionExplorer(seed=1_000_000, question="What color is the umbrella?")
    >>> explorer.answers = ["pink", "blue"]
    """

    question = traitlets.TraitType("", help="up to 500 characters")
    answers = traitlets.TraitType((), help="names of answers, at most four; empty: the predicted one")
    model = traitlets.TraitType("", help="a name that load_vqa knows")
    method = traitlets.Unicode("grad_cam", help="a key of METHODS, or of ATTENTION with co-attention")
    opacity = traitlets.Float(OPACITY, help="0: the photograph, 1: the maximum of the map covers it")
    shared_scale = traitlets.Bool(True, help="one colour scale for all answers, so that weak answers look weak")
    size = traitlets.TraitType(None, help="the side in pixels of the input that is explained; None: the network's own")

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
        folder: str | Path = ".",
    ):
        self.networks = Networks(own := model if isinstance(model, QuestionSystem) else None, photographs)
        self.source = SceneSource(scene, seed, lambda: self.networks[PHOTO])
        self._aside, self._quiet, self._frozen, self._taking = "", False, False, False
        self._which, self._kind, self._ready = which(self.source.scene), self.source.kind, None
        super().__init__(QuestionControls(self.source, LIKELIEST), folder)
        self.add_class("question-explorer")
        self._offer_examples()
        self._choices()
        self._connect()
        self._begin_with(model=OWN if own else model)
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
        for control, name in ((c.question, "question"), (c.model, "model"), (c.method, "method")):
            control.observe(lambda change, name=name: self._set(name, change["new"]), "value")
        c.examples.observe(lambda change: change["new"] and self._set("question", change["new"]), "value")
        c.box.observe(self._typed, "value")
        for i, button in enumerate(c.likeliest):
            button.on_click(lambda _, i=i: self._toggle(self.explained.top[i][0]))
        for i, tile in enumerate(c.tiles):
            tile.away.on_click(lambda _, i=i: self._toggle(self.shown[i]))
        c.save.on_click(self._save_clicked)
        c.size.connect(lambda side: self._set("size", side))
        self.source.observe(self._other_picture)

    def _set(self, name: str, value) -> None:
        if self._quiet:
            return
        self._say("")
        setattr(self, name, value)
        if name != "question":  # a choice that was refused is not shown as chosen; a question is left to be mended
            self._choices()

    def _toggle(self, answer: str) -> None:
        shown, predicted = self.shown, (self.explained.predicted,)
        if answer not in shown:
            self._set("answers", (*shown, answer))
        elif len(shown) > 1:
            left = tuple(other for other in shown if other != answer)
            self._set("answers", () if left == predicted else left)

    def _typed(self, change: dict) -> None:
        if change["new"].strip():
            self._set("answers", (*self.shown, change["new"]))

    def _other_picture(self) -> None:
        """An edited scene is asked again; a new picture too, or its own first question where that one does not fit."""
        about, before, self._which = self._about, self._which, which(self.source.scene)
        new, turned = self._which != before, self.source.kind != self._kind
        known = turned or self.explained and (self.explained.true or self.question in self._examples)
        with self._in_words():
            self._offer_examples()
            if self.explained or turned:
                other = new and known and not fits(self.question, *about)
                model = self.networks.last[self.source.kind] if turned else self.model
                question = first_question(*about) if other else self.question
                self._take(new, model, question, None if turned else self.size)

    def _take(self, new: bool, *asked: str | int | None) -> None:
        """Another picture with what is asked of it, network, question and size, all at once."""
        self._ready, self._taking = self._asked(*asked), True
        (self.model, self.question, self.size), self._taking = asked, False
        self._changed({"name": "picture", "new": new})

    @property
    def _about(self) -> tuple[Scene | None, str]:
        """What examples depend on: the scene, the name of a photograph for the networks that know photographs."""
        return self.source.scene, self.source.name if self.source.kind == PHOTO else ""

    # Settings, checked

    _allowed = traitlets.validate(*SETTINGS)(Explorer._proposed)

    def _checked(self, name: str, value):
        if self._taking:
            return value
        if name == "opacity":
            return checked_opacity(value)
        if name == "question" and not (self._ready and self._ready.question == value):
            self._ready = self._asked(self.model, value, self.size)
        if name == "model":
            self.networks.check(value, self.source.kind)
            self._ready = self._asked(value, self.question or first_question(*self._about), self.size)
        if name == "size":
            own = self.networks[self.model].transform.crop
            value, self._ready = checked_size(value, own, lambda at: self._asked(self.model, self.question, at))
        if name == "answers":
            return self._known(value)
        if name == "method" and self.explained and value not in self.explained.methods:
            offered = ", ".join(map(repr, self.explained.methods))
            raise ValueError(f"method {value!r}: not on offer with this network; choose one of {offered}")
        return value

    def _asked(self, model: str, question: str, size: int | None) -> AnsweredQuestion:
        return AnsweredQuestion(self.networks[model], self.source.picture, question, self.source.scene, size)

    def _known(self, answers) -> tuple[str, ...]:
        """Names that the network knows, each once. For an unknown one the predicted one stands in, which is said."""
        if self.explained is None:
            raise ValueError("there is no network yet to give answers; choose one")
        known, aside = self.explained.known([answers] if isinstance(answers, str) else answers)
        if len(known) > MOST_TILES:
            raise ValueError(f"{len(known)} answers: at most {MOST_TILES} fit side by side; take one away first")
        if aside:
            self._say(aside, "Note")
            known = () if known == (self.explained.predicted,) else known
            self._aside = aside if known != self.answers else ""
        return known

    # From the settings to the picture

    @traitlets.observe("question", "model", "size")
    def _changed(self, change: dict) -> None:
        """Something else was asked, of something else: ``_ready`` holds what came of it."""
        if self._taking:
            return
        name, self.explained, self.stem = change["name"], self._ready, self.source.name
        self._kind = self.source.kind
        self.networks.last[self._kind] = self.model
        self._frozen = True
        if name == "question" or name == "picture" and change["new"]:
            self.answers = ()
        self.answers = self.answers  # another network may not know them
        if self.method not in self.explained.methods:
            self._aside = f"{ATTENTION[self.method].label}: this network has none, so Grad-CAM is shown"
            self.method = "grad_cam"
        self._frozen = False
        if self.question != self.explained.question:
            self.question = self.explained.question
        else:
            self._redraw()

    @traitlets.observe("answers", "method", "opacity", "shared_scale")
    def _redraw(self, _: dict | None = None) -> None:
        if self.explained is None or self._frozen:
            return
        with self._in_words():
            tiles = self.explained.tiles(self.shown, self.method, opacity=self.opacity, shared=self.shared_scale)
            self._display(tiles)
            notes = [self._aside, self.explained.note(self.shown, self.method)]
            self._aside = ""
            if any(notes):
                self._say("; ".join(filter(None, notes)), "Note")

    def _display(self, tiles: list[Tile]) -> None:
        c, method = self.controls, self.explained.methods[self.method]
        named = ", ".join(f"“{tile.answer}”" for tile in tiles)
        self._drawing = Drawing(side_by_side(tiles), f"{method.label}: {named}")
        c.show(tiles, method.kind)
        c.title.value = c.title.tooltip = f"{method.label}: {self.question}"
        c.reading.value = small(method.reading)
        self._choices()

    def _choices(self) -> None:
        """The controls agree with the settings."""
        c, explained, self._quiet = self.controls, self.explained, True
        c.offer_networks(self.networks.offered(self.source.kind), self.model)
        c.use(explained is not None)
        if explained:
            c.opacity.disabled = not explained.methods[self.method].laid_over
            offer(c.method, {name: method.label for name, method in explained.methods.items()})
            c.question.value, c.method.value, c.box.value = self.question, self.method, ""
            c.examples.value = self.question if self.question in dict(c.examples.options).values() else ""
            c.box.options = explained.e.answers
            c.offer(explained.top, self.shown)
            c.offer_sizes(explained, photograph=self.source.scene is None)
            c.tell(explained, self.method)
        self._quiet = False

    def _offer_examples(self) -> None:
        self._quiet, self._examples = True, examples(*self._about)
        self.controls.offer_examples(self._examples)
        self._quiet = False
