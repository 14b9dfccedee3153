"""The two human studies of Grad-CAM's paper for a class of students.   Notebook 11."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from gradcam_lib.classroom.answers import AnswerFile, Participant
from gradcam_lib.classroom.designs import QUESTIONS, Design, Trial
from gradcam_lib.classroom.pictures import Own
from gradcam_lib.classroom.stimuli import Network, Stimuli
from gradcam_lib.widgets.messages import in_words
from gradcam_lib.widgets.page import Outermost
from gradcam_lib.widgets.study_controls import StudyControls

TOO_SOON = 0.3  # seconds after a picture has appeared: an answer is a second press of the one before
SCALE = ("A, clearly", "A, slightly", "no difference", "B, slightly", "B, clearly")  # −2 … +2
ABOUT = {
    "which_class": "In each picture there are things of two categories, and a network was asked about one of them. You "
    "see its explanation alone: where it is grey, nothing was found. Which category was the network asked about?",
    "which_network": "Two networks, A and B, say the same about a picture, and both are right. You see the picture and "
    "one explanation by each network. Judging by these, which network is more reliable? Which of the two is called A "
    "changes from question to question.",
}


class Study(Outermost):
    """One of the paper's two human studies: trials, answered by key or button, timed and stored at once.

    study: "which_class" or "which_network". file: where the answers are kept; many students may use the same one. seed:
    of the trials. pictures, networks, most: see ``Stimuli``. code: of a participant who goes on.

    Nothing is written before somebody presses Start. A participant is a random code; no name, date or address is
    stored. An answer that cannot be stored (file locked, disk full) is kept, and stored when "Try again" is pressed.
    ``begin()``, ``resume(code)`` and ``answer(i)`` do what the page does, ``trial`` is the one that is shown, or None,
    ``design.trials(n)`` are those of participant n, and ``show(trial)`` makes the pictures of any.

    >>> Study("which_class", file="answers.sqlite", seed=0)
    """

    def __init__(
        self,
        study: str,
        file: str | Path = "answers.sqlite",
        *,
        seed: int = 0,
        pictures: Own | None = None,
        networks: Network | Sequence[Network] | None = None,
        most: int | None = None,
        code: str | None = None,
    ):
        self.stimuli = Stimuli(study, seed=seed, pictures=pictures, networks=networks, most=most)
        self.file = AnswerFile(file)
        self.participant: Participant | None = None
        self.trial: Trial | None = None
        self._waiting: list[Trial] = []
        self._retry: Callable[[], None] | None = None
        self._since = 0.0  # when the picture appeared
        two = study == "which_network"
        self.controls = c = StudyControls(("Picture", "Network A", "Network B") if two else ("",), 5 if two else 2)
        super().__init__(c.children)
        self.add_class("study")
        c.start.on_click(lambda _: self.begin())
        c.go_on.on_click(lambda _: self.resume(c.code.value))
        c.again.on_click(lambda _: self.try_again())
        for i, button in enumerate(c.answers):
            button.on_click(lambda _, i=i: self.answer(i))
        self._rest()
        if code is not None:
            self.resume(code)

    @property
    def design(self) -> Design:
        return self.stimuli.design

    @property
    def message(self) -> str:
        """What went wrong, in words; "" where nothing has."""
        return self.controls.message.text

    def show(self, trial: Trial) -> list[np.ndarray]:
        """The pictures of a trial, (448, 448, 3) uint8 each."""
        return self.stimuli.show(trial)

    def begin(self) -> None:
        """As a new participant, with the next number of this design in the file."""
        self._join(lambda: self.file.enrol(self.design))

    def resume(self, code: str) -> None:
        """Where the participant with this code stopped."""
        self._join(lambda: self.file.resume(self.design, code))

    def answer(self, i: int) -> None:
        """The i-th button, from 0. Ignored where nothing is asked, or too soon for the picture to have been seen."""
        seconds = time.monotonic() - self._since
        if self.trial is None or self._retry is not None or seconds < TOO_SOON:
            return
        value = i if self.design.study == "which_class" else i - 2
        given = self.participant.code, self.design, [(self.trial, value, seconds)]
        self._try(lambda: self._store(*given), "Your answer is kept. ")

    def try_again(self) -> None:
        """What could not be done, once more."""
        if self._retry is not None:
            self._retry()

    def _join(self, who: Callable[[], Participant]) -> None:
        with self.controls.message.in_words():
            self.participant = who()
            done = self.participant.answered
            self._waiting = [t for t in self.design.trials(self.participant.number) if t.number not in done]
            self.controls.code.value = ""
            self._next()

    def _store(self, code: str, design: Design, given: list[tuple[Trial, int, float]]) -> None:
        self.file.add(code, design, given)
        self._waiting = self._waiting[1:]
        self._next()

    def _next(self) -> None:
        self.trial, self._retry = None, None
        if self._waiting:
            self._try(self._ask)
        else:
            self._rest()

    def _try(self, do: Callable[[], None], kept: str = "") -> None:
        """Does something that may fail, and offers to do it again."""
        c = self.controls
        c.message.say("")
        c.offer_again(False)
        self._retry = None
        try:
            do()
        except Exception as error:  # an exception in a callback would vanish in a log
            self._retry = lambda: self._try(do, kept)
            c.message.say(kept + in_words(error))
            c.offer_again(True)

    def _ask(self) -> None:
        trial, c = self._waiting[0], self.controls
        total = len(self.design.trials(self.participant.number))
        left, right = trial.options
        where = f"{total - len(self._waiting) + 1} of {total}"
        if self.design.study == "which_class":
            alts, answers = [f"Explanation {where}: of one of the two, {left} or {right}"], [left, right]
            question = QUESTIONS["which_class"]
        else:
            alts = [f"The picture: {trial.category}", *(f"Explanation of network {name}" for name in "AB")]
            question, answers = f"Both say: {trial.category}. {QUESTIONS['which_network']}", list(SCALE)
        c.ask(self.show(trial), alts, answers)
        keys = f"Keys 1 {'and' if len(answers) == 2 else 'to'} {len(answers)}, or the buttons"
        c.say(question, f"{where} · {keys} · your code: {self.participant.code}")
        self.trial, self._since = trial, time.monotonic()

    def _rest(self) -> None:
        """Nothing is asked: before the first trial, and after the last."""
        study, count, c = self.design.study, len(self.design.trials(0)), self.controls
        kept = (
            f"There are {count} questions, and you are not told which answers are right. Your answers are stored in "
            f"{self.file.path.name} under a random code, without your name. You may stop whenever you like; with "
            "your code you can go on later, or have your answers deleted."
        )
        about = f"{ABOUT[study]}\n{kept}"
        if self.participant is None:
            c.say(QUESTIONS[study], "", about)
        else:
            c.say(f"Thank you: all your {count} answers are stored.", f"Your code: {self.participant.code}", about)
        c.rest()
