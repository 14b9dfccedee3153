"""Ask anything about a scene, and see where each answer comes from.   Notebook 08."""

from __future__ import annotations

from pathlib import Path

import traitlets

from gradcam_lib.question_answering import QuestionSystem, load_vqa
from gradcam_lib.widgets.answered_question import ATTENTION, LIKELIEST, AnsweredQuestion, Tile, side_by_side
from gradcam_lib.widgets.controls import legend, small
from gradcam_lib.widgets.explained_picture import Drawing
from gradcam_lib.widgets.explorer import Explorer, checked_opacity
from gradcam_lib.widgets.messages import in_words
from gradcam_lib.widgets.question_controls import MOST_TILES, QuestionControls, caption, marked
from gradcam_lib.widgets.saving import png
from gradcam_lib.widgets.scene_questions import examples, first_question, key, truths
from gradcam_lib.widgets.scene_source import SEED, SceneSource
from gradcam_lib.worlds.scene import Scene

SETTINGS = ("question", "answers", "model", "method", "opacity", "shared_scale")


class QuestionExplorer(Explorer):
    """A scene, a question, the likeliest answers, and a map for each answer that you pick, side by side.

    scene: a Scene; None takes that of ``seed``. model: a name of ``load_vqa``, or a QuestionSystem. question, answers,
    method: what is shown first. folder: where the Save button writes; default: the notebook's folder.

    The network runs once for a picture and a question; answers and methods are told from that one pass. What goes wrong
    is said in ``message``, and all stays as it was. The settings are attributes that can be set and observed:
    ``question``, ``answers`` (up to four; none stands for the predicted one), ``model``, ``method``, ``opacity``,
    ``shared_scale``; ``source`` is where the scene comes from, and is edited; ``picture()`` holds all maps shown,
    side by side.

    >>> explorer = QuestionExplorer(seed=1_000_000, question="What color is the umbrella?")
    >>> explorer.answers = ["pink", "blue"]
    >>> explorer.source.remove("umbrella-1")
    """

    question = traitlets.TraitType("", help="up to 500 characters")
    answers = traitlets.TraitType((), help="names of answers, at most four; empty: the predicted one")
    model = traitlets.TraitType("", help="a name that load_vqa knows")
    method = traitlets.Unicode("grad_cam", help="a key of METHODS, or of ATTENTION with co-attention")
    opacity = traitlets.Float(0.55, help="0: the picture alone, 1: the map alone")
    shared_scale = traitlets.Bool(True, help="one colour scale for all answers, so that weak answers look weak")

    def __init__(
        self,
        scene: Scene | None = None,
        model: str | QuestionSystem = "world-vgg16",
        *,
        seed: int = SEED,
        question: str | None = None,
        answers: str | list[str] | None = None,
        method: str | None = None,
        folder: str | Path = ".",
    ):
        self.source = SceneSource(scene, seed)
        self._systems: dict[str, QuestionSystem] = {}
        self._aside, self._quiet, self._frozen = "", False, False
        self._scene, self._ready = self.source.scene, None
        super().__init__(QuestionControls(self.source, LIKELIEST), folder)
        self.add_class("question-explorer")
        if isinstance(model, QuestionSystem):
            self._systems["own"], model = model, "own"
            self.controls.model.options = [*self.controls.model.options, ("Your own network", "own")]
        self._offer_examples()
        self._choices()
        self._connect()
        self._begin_with(model=model)
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
        traitlets.link((self, "opacity"), (c.opacity, "value"))
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
        """An edited scene is asked again; a new one too, or its own first question where that one does not fit it."""
        scene, before, self._scene = self.source.scene, self._scene, self.source.scene
        new = scene is None or before is None or (scene.seed, scene.place) != (before.seed, before.place)
        with self._in_words():
            self._offer_examples()
            question = self.question
            if scene and new and self.explained and self.explained.true and key(question) not in truths(scene):
                question = first_question(scene)
            if not self.explained:
                return
            self._ready = self._asked(self.model, question)
            if question == self.question:
                self._changed({"name": "picture", "new": new})
            self.question = question

    # Settings, checked

    _allowed = traitlets.validate(*SETTINGS)(Explorer._proposed)

    def _checked(self, name: str, value):
        if name == "opacity":
            return checked_opacity(value)
        if name == "question" and not (self._ready and self._ready.question == value):
            self._ready = self._asked(self.model, value)
        if name == "model":
            self._ready = self._asked(value, self.question or first_question(self.source.scene))
        if name == "answers":
            return self._known(value)
        if name == "method" and self.explained and value not in self.explained.methods:
            offered = ", ".join(map(repr, self.explained.methods))
            raise ValueError(f"method {value!r}: not on offer with this network; choose one of {offered}")
        return value

    def _asked(self, model: str, question: str) -> AnsweredQuestion:
        """One forward pass. A network is loaded when it is first asked."""
        try:
            system = self._systems.get(model) or load_vqa(model)
        except OSError as error:
            raise ValueError(in_words(error)) from error
        self._systems[model] = system
        return AnsweredQuestion(system, self.source.picture, question, self.source.scene)

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

    @traitlets.observe("question", "model")
    def _changed(self, change: dict) -> None:
        """Something else was asked, of something else: ``_ready`` holds what came of it."""
        name, self.explained, scene = change["name"], self._ready, self.source.scene
        self.stem = f"scene-{scene.seed}" if scene else "picture"
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
        for i, place in enumerate(c.tiles):
            place.lay(i, len(tiles))
            if i < len(tiles):
                place.image.value, place.legend.value = png(tiles[i].picture), legend(method.kind, tiles[i].largest)
                place.caption.value = caption(tiles[i].answer, tiles[i].facts)
        c.title.value = c.title.tooltip = f"{method.label}: {self.question}"
        c.reading.value = small(method.reading)
        self._choices()

    def _choices(self) -> None:
        """The controls agree with the settings."""
        c, explained, self._quiet = self.controls, self.explained, True
        c.model.value = self.model or None
        c.use(explained is not None)
        if explained:
            c.opacity.disabled = not explained.methods[self.method].laid_over
            offered = tuple((method.label, name) for name, method in explained.methods.items())
            if c.method.options != offered:
                c.method.options = offered
            c.question.value, c.method.value, c.box.value = self.question, self.method, ""
            c.examples.value = self.question if self.question in dict(c.examples.options).values() else ""
            c.box.options = explained.e.answers
            c.offer(explained.top, self.shown)
            c.words.value = marked(
                explained.e.words, explained.e.unknown, explained.attended(self.method), explained.truth
            )
            c.about.value = small(f"{explained.system.source}. It sees the picture at 128 × 128 pixels.")
        self._quiet = False

    def _offer_examples(self) -> None:
        self._quiet = True
        self.controls.offer_examples(examples(self.source.scene))
        self._quiet = False
