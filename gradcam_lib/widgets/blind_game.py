"""Two networks, one of them trained with a shortcut, and nothing but their maps: which one would you trust?"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from gradcam_lib.bias.blind_game import NAMES, Contest, Round, draw_rounds, shipped
from gradcam_lib.widgets.blind_game_controls import BlindGameControls
from gradcam_lib.widgets.blind_game_reveal import table, verdict
from gradcam_lib.widgets.blind_game_score import SURE, Answer, Score, score_of
from gradcam_lib.widgets.map_view import said
from gradcam_lib.widgets.page import Outermost

PLACES = {"rest": "background"}  # region → what it is called aloud


class BlindGame(Outermost):
    """Guess which of two networks was trained without a shortcut, from their maps on four pictures; then see.

    contests: what the rounds are drawn from, default the networks of the repository: doctors and nurses, and tanks.
    seed: of the rounds. In every block of rounds each contest has the shortcut once in A and once in B, and, where it
    has two networks without, once in neither; such rounds are not counted. Both networks give the right answer to all
    pictures of a round, so that nothing but the maps tells them apart.

    ``round`` is what is shown and ``answers`` what was answered. ``guess("A")`` and ``next()`` do what the buttons do,
    so that a rule can play, too; they and the buttons "Trust A" and "Trust B" keep the ``score``.

    >>> game = BlindGame()
    >>> for _ in range(20):
    ...     game.guess(trust_the_map_on_the_thing(game.round))
    ...     game.next()
    >>> print(game.score)
    """

    def __init__(self, contests: Sequence[Contest] | None = None, *, seed: int = 0):
        self.answers: list[Answer] = []
        self._number = 0
        self._rounds = draw_rounds(shipped() if contests is None else list(contests), seed)
        self.controls = c = BlindGameControls()
        super().__init__(c.children)
        self.add_class("blind-game")
        for name, button in c.trust.items():
            button.on_click(lambda _, name=name: self._pressed(self.guess, name, c.sure.value or ""))
        c.next.on_click(lambda _: self._pressed(self.next))
        self._show(next(self._rounds))

    @property
    def score(self) -> Score:
        return score_of(self.answers)

    def guess(self, name: str, sure: str = "") -> Answer:
        """Trusts network "A" or "B" and reveals the round. sure: one of SURE, or "".

        Errors: ValueError, for another name, another word, or a round that was answered already.
        """
        if name not in NAMES or sure not in ("", *SURE):
            raise ValueError(f"{name!r}, {sure!r}: trust 'A' or 'B', and say one of {', '.join(map(repr, SURE))}")
        if self._answered:
            raise ValueError(f"this round was answered with {self.answers[-1].guess!r}; next() begins another")
        answer = Answer(self.round.contest.case.title, name, self.round.answer, sure)
        self.answers.append(answer)
        self._answered = True
        self.controls.tell(verdict(self.round, answer), table(self.round))
        self.controls.score.value = said(f"<b>Score.</b> {self.score}")
        return answer

    def next(self) -> Round:
        """Another round. A round that was not answered is left out of the score."""
        self._show(next(self._rounds))
        return self.round

    def _pressed(self, do: Callable[..., object], *given: str) -> None:
        with self.controls.message.in_words():
            do(*given)

    def _show(self, one: Round) -> None:
        for name, view in self.controls.networks.items():
            alts = [
                f"{what.capitalize()}: the map of network {name} is highest on the {PLACES.get(region, region)}."
                for what, region in zip(one.classes, one.highest(name), strict=True)
            ]
            view.show(one.maps(name), one.classes, alts)
        self.round, self._answered, self._number = one, False, self._number + 1
        case = one.contest.case
        self.controls.ask(
            f"<b>Round {self._number}.</b> Two networks tell “{case.names[0]}” from “{case.names[1]}”, and both are "
            f"right about all four pictures. One of them may have been trained with a shortcut. Each map shows where "
            f"its network found evidence: which network would you trust?"
        )
