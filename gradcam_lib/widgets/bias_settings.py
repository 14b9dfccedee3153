"""The settings of the bias laboratory: which values they may have, and what is computed from them."""

from __future__ import annotations

import numpy as np
import traitlets

from gradcam_lib.bias.collection import CLINIC
from gradcam_lib.bias.people import VERSIONS, people
from gradcam_lib.bias.report import Report, TestSet, evaluate, test_set
from gradcam_lib.networks.classifier import Classifier
from gradcam_lib.pictures.overlay import OPACITY
from gradcam_lib.widgets.bias_controls import PEOPLE, SAID
from gradcam_lib.widgets.captioned import captioned
from gradcam_lib.widgets.controls import NONE
from gradcam_lib.widgets.explained_picture import Drawing
from gradcam_lib.widgets.explorer import Explorer, checked_opacity
from gradcam_lib.widgets.judged_person import METHODS, JudgedPerson

SETTINGS = ("network", "beside", "person", "version", "name", "method", "opacity", "shared_scale", "skew", "seed")
OF_THE_TRAINING = ("skew", "seed")
MOST_SEEDS = 2**20


class BiasSettings(Explorer):
    """Traits with their checks; ``networks``: name → Classifier. A subclass draws when they change."""

    network = traitlets.Unicode("", help="a key of networks")
    beside = traitlets.Unicode(NONE, help="another key of networks, for a second map; '': none")
    person = traitlets.Int(0, help="which of the people in the row")
    version = traitlets.Unicode("as drawn", help="a key of VERSIONS")
    name = traitlets.Unicode(SAID, help='class of the map; "": the one that the network says')
    method = traitlets.Unicode("grad_cam", help="a key of METHODS")
    opacity = traitlets.Float(OPACITY, help="0: the photograph, 1: the maximum of the map covers it")
    shared_scale = traitlets.Bool(True, help="one colour scale for the four versions, so that weak maps look weak")
    skew = traitlets.Float(0.9, help="of the doctors, the share of men; of the nurses, that of women")
    seed = traitlets.Int(0, help="of the training, and of the collection")

    networks: dict[str, Classifier]
    _per_cell: int  # pictures of each group on which a network is measured
    _page = 0  # of the people
    _drawings: list[Drawing]  # of what is shown, one for each network

    @traitlets.validate(*SETTINGS)
    def _allowed(self, proposal: dict):
        beside = proposal["trait"].name in OF_THE_TRAINING
        if beside:
            self._say("")  # what was wrong with the value before
        value = self._proposed(proposal)
        if beside:
            self._say_beside()
        return value

    def _checked(self, name: str, value):
        allowed = {"network": self.networks, "version": VERSIONS, "name": (SAID, *CLINIC.names), "method": METHODS,
                   "beside": (NONE, *(name for name in self.networks if name != self.network))}  # fmt: skip
        if name in allowed and value not in allowed[name]:
            raise ValueError(f"{name} {value!r}: choose one of {', '.join(map(repr, allowed[name])) or 'none yet'}")
        if name in ("network", "beside") and value:
            self._measured(value)  # what fails here changes nothing
        if name == "person" and not 0 <= value < PEOPLE:
            raise ValueError(f"person {value}: choose a number from 0 to {PEOPLE - 1}")
        if name == "skew" and not 0.5 <= value <= 1:
            raise ValueError(f"skew {value}: choose a share from 0.5 (no shortcut) to 1 (one without exception)")
        if name == "seed" and not 0 <= value < MOST_SEEDS:
            raise ValueError(f"seed {value}: choose a whole number from 0 to {MOST_SEEDS - 1}")
        return checked_opacity(value) if name == "opacity" else value

    @property
    def people(self) -> list[JudgedPerson]:
        """The row, as the network at hand sees it."""
        return [self._judged(self.network, i) for i in range(PEOPLE)] if self.network else []

    def _judge(self, network: str, i: int) -> JudgedPerson:
        return JudgedPerson(self.networks[network], people(self._page)[i], network)

    @property
    def _tests(self) -> TestSet:
        return test_set(per_cell=self._per_cell)

    def _measured(self, network: str) -> Report:
        if network not in self._reports:
            self._reports[network] = evaluate(self.networks[network], self._tests)
        return self._reports[network]

    def _draw(self, person: JudgedPerson, version: str) -> Drawing:
        name = self.name or person.says(version)
        return person.draw(version, name, self.method, opacity=self.opacity, shared=self.shared_scale)

    def _to_save(self) -> np.ndarray:
        return captioned(self._drawings)
