"""Skew a collection, train a network on it, see where it looks; change a person, watch the answer.   Notebook 09."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import traitlets

from gradcam_lib.bias.collection import CLINIC, FILES, Collection, Skew, load_bias, seeds_of, training_set
from gradcam_lib.bias.report import Report, evaluate, test_set
from gradcam_lib.networks.zoo import Classifier
from gradcam_lib.pictures.overlay import OPACITY
from gradcam_lib.training.bias import Stopped, train
from gradcam_lib.widgets.bias_controls import PEOPLE, SAID, BiasControls
from gradcam_lib.widgets.controls import legend, small
from gradcam_lib.widgets.explorer import Explorer, checked_opacity
from gradcam_lib.widgets.judged_person import METHODS, VERSIONS, JudgedPerson
from gradcam_lib.widgets.messages import in_words
from gradcam_lib.widgets.saving import png
from gradcam_lib.worlds.clinic import Worker

SETTINGS = ("network", "person", "version", "name", "method", "opacity", "shared_scale", "skew", "seed")
SHIPPED = {"biased": "78 % men, 93 % women (shipped)", "balanced": "half and half (shipped)"}
MOST_SEEDS = 2**20


class BiasLab(Explorer):
    """Doctors and nurses, networks that tell them apart, and what these look at.

    networks: name → Classifier, default those of ``load_bias``. per_cell: unseen pictures of each of the four groups on
    which a network is measured. per_class: pictures of a class in a collection to train on. training: ``train`` of
    ``training.bias``, or what is called like it. folder: where the Save button writes.

    Training goes on aside and can be stopped: the networks that are there stay. What goes wrong is said in ``message``,
    and everything stays. The settings are attributes that can be set and observed: ``network`` (a name), ``person``
    (0 … 7), ``version`` (a key of VERSIONS), ``name`` (the class of the map; "" is the one that the network says),
    ``method``, ``opacity``, ``shared_scale``, and for the next training ``skew`` and ``seed``. ``networks`` and
    ``report`` hold what is shown; ``train()`` and ``stop()`` do what the buttons do.

    >>> lab = BiasLab()
    >>> lab.version = "other hair and face"
    >>> lab.report.cells()["doctor, woman"]
    """

    network = traitlets.Unicode("", help="a key of networks")
    person = traitlets.Int(0, help="which of the people in the row")
    version = traitlets.Unicode("as drawn", help="a key of VERSIONS")
    name = traitlets.Unicode(SAID, help='class of the map; "": the one that the network says')
    method = traitlets.Unicode("grad_cam", help="a key of METHODS")
    opacity = traitlets.Float(OPACITY, help="0: the photograph, 1: the maximum of the map covers it")
    shared_scale = traitlets.Bool(True, help="one colour scale for the four versions, so that weak maps look weak")
    skew = traitlets.Float(0.9, help="of the doctors, the share of men; of the nurses, that of women")
    seed = traitlets.Int(0, help="of the training, and of the collection")

    def __init__(
        self,
        networks: dict[str, Classifier] | None = None,
        *,
        per_cell: int = 50,
        per_class: int = 250,
        training: Callable[..., Classifier] = train,
        folder: str | Path = ".",
    ):
        self.networks, missing = _shipped() if networks is None else (dict(networks), "")
        self.labels = {name: SHIPPED.get(name, name) for name in self.networks}
        self._per_cell, self._per_class, self._training = per_cell, per_class, training
        self._page, self._quiet = 0, False
        self._measured, self.people = lru_cache(None)(self._measure), []
        super().__init__(BiasControls(), folder)
        self.add_class("bias-lab")
        self.stem = "clinic"
        self._connect()
        self._choices()
        self._begin_with(network=next(iter(self.networks), None))
        if missing:
            self._say(missing, "Note")

    @property
    def report(self) -> Report:
        """What was measured of the network at hand."""
        return self._measured(self.network)

    def train(self) -> None:
        """A network on a collection with ``skew``; it joins the others and is shown when it is ready."""
        with self._in_words():
            skew, seed = self.skew, self.seed

            def work(progress, should_stop) -> tuple[Classifier, Report]:
                pictures: Collection = training_set(Skew(skew, skew), per_class=self._per_class, seed=seed)
                network = self._training(pictures, seed=seed, progress=progress, should_stop=should_stop)
                return network, evaluate(network, self._tests)

            title = f"learning: skew {skew:.0%}, seed {seed}"
            self.controls.aside.start(work, lambda *ended: self._ended(f"{skew:.0%}, seed {seed}", *ended), title)
            self.controls.train.disabled = True

    def stop(self) -> None:
        self.controls.aside.cancel()

    def other_people(self) -> None:
        """The next eight of the unseen people, two of every group."""
        with self._in_words():
            self._page = (self._page + 1) % 50
            self._look()

    # From the controls to the settings

    def _connect(self) -> None:
        c = self.controls
        for name in ("method", "shared_scale", "skew", "seed"):
            traitlets.link((self, name), (getattr(c, "shared" if name == "shared_scale" else name), "value"))
        self._link_opacity()
        c.network.observe(lambda change: self._set("network", change["new"]), "value")
        c.name.observe(lambda change: self._set("name", change["new"]), "value")
        for i, tile in enumerate(c.tiles):
            tile.button.on_click(lambda _, i=i: self._set("person", i))
        for version, button in c.versions.items():
            button.on_click(lambda _, version=version: self._set("version", version))
        c.others.on_click(lambda _: self.other_people())
        c.train.on_click(lambda _: self.train())
        c.save.on_click(self._save_clicked)

    def _set(self, name: str, value) -> None:
        if not self._quiet and value is not None:
            self._say("")
            setattr(self, name, value)
            self._choices()  # a choice that was refused is not shown as chosen

    _allowed = traitlets.validate(*SETTINGS)(Explorer._proposed)

    def _checked(self, name: str, value):
        allowed = {"network": self.networks, "version": VERSIONS, "name": (SAID, *CLINIC.names), "method": METHODS}
        if name in allowed and value not in allowed[name]:
            raise ValueError(f"{name} {value!r}: choose one of {', '.join(map(repr, allowed[name])) or 'none yet'}")
        if name == "network":
            self._measured(value)  # what fails here changes nothing
        if name == "person" and not 0 <= value < PEOPLE:
            raise ValueError(f"person {value}: choose a number from 0 to {PEOPLE - 1}")
        if name == "skew" and not 0.5 <= value <= 1:
            raise ValueError(f"skew {value}: choose a share from 0.5 (no shortcut) to 1 (one without exception)")
        if name == "seed" and not 0 <= value < MOST_SEEDS:
            raise ValueError(f"seed {value}: choose a whole number from 0 to {MOST_SEEDS - 1}")
        return checked_opacity(value) if name == "opacity" else value

    # From the settings to the picture

    @property
    def _tests(self):
        return test_set(per_cell=self._per_cell)

    def _measure(self, network: str) -> Report:
        return evaluate(self.networks[network], self._tests)

    def _ended(self, name: str, made: tuple[Classifier, Report] | None, error: Exception | None) -> None:
        """A training has come to its end, one way or the other."""
        self.controls.train.disabled = False
        if error is not None:
            self._say(str(error) if isinstance(error, Stopped) else in_words(error),
                      "Note" if isinstance(error, Stopped) else "Problem")  # fmt: skip
            return
        with self._in_words():
            self.networks[name], report = made
            self.labels[name] = f"yours: {name}"
            self._measured = lru_cache(None)(self._measure)
            self._another_network() if self.network == name else setattr(self, "network", name)

    @traitlets.observe("network")
    def _another_network(self, _: dict | None = None) -> None:
        self.controls.tell(self.report)
        self._look()

    def _look(self) -> None:
        """Every person in the row goes through the network once."""
        self.people = [JudgedPerson(self.networks[self.network], worker) for worker in people(self._page)]
        self.explained = self.people
        self._redraw()

    @traitlets.observe("name", "method", "opacity", "shared_scale")
    def _redraw(self, _: dict | None = None) -> None:
        if self.explained is None:
            return
        with self._in_words():
            for tile, person in zip(self.controls.tiles, self.people, strict=True):
                tile.show(person, self._draw(person, "as drawn"))
        self._redraw_person()

    @traitlets.observe("person", "version")
    def _redraw_person(self, _: dict | None = None) -> None:
        if self.explained is None:
            return
        with self._in_words():
            c, shown, method = self.controls, self.people[self.person], METHODS[self.method]
            self._drawing = self._draw(shown, self.version)
            c.image.value = png(self._drawing.picture)
            c.title.value, c.facts.value = self._drawing.title, self._drawing.facts
            c.legend.value, c.reading.value = legend(method.kind, self._drawing.largest), small(method.reading)
            c.mark(self.person, self.version, shown)
            self._choices()
            if self._drawing.note:
                self._say(self._drawing.note, "Note")

    def _draw(self, person: JudgedPerson, version: str):
        name = self.name or person.says(version)
        return person.draw(version, name, self.method, opacity=self.opacity, shared=self.shared_scale)

    @traitlets.observe("skew")
    def _choices(self, _: dict | None = None) -> None:
        """The controls agree with the settings."""
        c, self._quiet = self.controls, True
        c.offer(self.labels, self.network)
        c.use(self.explained is not None)
        c.name.value = self.name
        c.means.value = small(
            f"Of {self._per_class} doctors {self.skew:.0%} are men, of as many nurses {self.skew:.0%} women."
        )
        if self.explained:
            c.about.value = small(f"{self.networks[self.network].source}.")
        self._quiet = False


def _shipped() -> tuple[dict[str, Classifier], str]:
    """The networks of the repository, and in words why one is missing."""
    networks, missing = {}, []
    for name in FILES:
        try:
            networks[name] = load_bias(name)
        except (OSError, ValueError) as error:
            missing.append(in_words(error))
    return networks, "; ".join(missing)


def people(page: int) -> list[Worker]:
    """Eight people of the test, two of every group; another page, others."""
    return [
        CLINIC.draw(seeds_of("test", 0, label, kind, 2 * page + 2)[2 * page + i], role, presents)
        for label, role in enumerate(CLINIC.names)
        for kind, presents in enumerate(CLINIC.kinds)
        for i in range(2)
    ]
