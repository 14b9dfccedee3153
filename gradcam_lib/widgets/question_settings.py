"""The settings of the question explorer: what may be set, and what is asked of whom."""

from __future__ import annotations

import traitlets

from gradcam_lib.pictures.overlay import OPACITY
from gradcam_lib.widgets.answered_question import AnsweredQuestion
from gradcam_lib.widgets.explorer import Explorer, checked_opacity
from gradcam_lib.widgets.input_size import checked_size
from gradcam_lib.widgets.question_controls import MOST_TILES
from gradcam_lib.widgets.question_networks import Networks
from gradcam_lib.widgets.scene_questions import first_question
from gradcam_lib.widgets.scene_source import SceneSource
from gradcam_lib.widgets.source_controls import PHOTO
from gradcam_lib.worlds.scene import Scene

SETTINGS = ("question", "answers", "model", "second", "method", "opacity", "shared_scale", "size")


class QuestionSettings(Explorer):
    """A subclass has ``networks`` and ``source``, and draws what is asked of them."""

    question = traitlets.TraitType("", help="up to 500 characters")
    answers = traitlets.TraitType((), help="names of answers, at most four; empty: the predicted one")
    model = traitlets.TraitType("", help="a name that load_vqa knows")
    second = traitlets.TraitType("", help="another such name, whose maps stand beside; empty: none")
    method = traitlets.Unicode("grad_cam", help="a key of METHODS, or of ATTENTION with co-attention")
    opacity = traitlets.Float(OPACITY, help="0: the photograph, 1: the maximum of the map covers it")
    shared_scale = traitlets.Bool(True, help="one colour scale for all answers, so that weak answers look weak")
    size = traitlets.TraitType(None, help="the side in pixels of the input that is explained; None: the network's own")

    networks: Networks
    source: SceneSource
    _aside = ""  # what is to be said with the next drawing
    _ready: AnsweredQuestion | None = None  # what comes of the settings, before they are taken
    _taking = False  # settings are taken as they are

    _allowed = traitlets.validate(*SETTINGS)(Explorer._proposed)

    @property
    def about(self) -> tuple[Scene | None, str]:
        """What examples depend on: the scene, the name of a photograph for the networks that know photographs."""
        return self.source.scene, self.source.name if self.source.kind == PHOTO else ""

    def _checked(self, name: str, value):
        if self._taking:
            return value
        if name == "opacity":
            return checked_opacity(value)
        if name == "question" and not (self._ready and self._ready.question == value):
            self._ready = self._asked(self.model, value, self.size)
        if name == "model":
            self.networks.check(value, self.source.kind)
            self._ready = self._asked(value, self.question or first_question(*self.about), self.size)
        if name == "second":
            return self._known_second(value) if value else ""
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

    def _known_second(self, name: str) -> str:
        """Errors: ValueError; no network for this picture, the one that is shown already, no room for its maps."""
        self.networks.check(name, self.source.kind)
        if name == self.model:
            raise ValueError(f"second {name!r}: this network is shown already; choose another")
        self.networks[name]  # loaded here, where what is missing is told
        if len(self.answers) > MOST_TILES // 2:
            raise ValueError(
                f"{len(self.answers)} answers of two networks are too many; take all but {MOST_TILES // 2} away first"
            )
        return name

    def _known(self, answers) -> tuple[str, ...]:
        """Names that the network knows, each once. For an unknown one the predicted one stands in, which is said."""
        if self.explained is None:
            raise ValueError("there is no network yet to give answers; choose one")
        known, aside = self.explained.known([answers] if isinstance(answers, str) else answers)
        most = MOST_TILES // (2 if self.second else 1)
        if len(known) > most:
            raise ValueError(f"{len(known)} answers: at most {most} fit side by side; take one away first")
        if aside:
            self._say(aside, "Note")
            known = () if known == (self.explained.predicted,) else known
            self._aside = aside if known != self.answers else ""
        return known
