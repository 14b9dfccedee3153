"""Skew a collection, train a network on it, see where it looks; change a person, watch the answer.   Notebook 09."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import numpy as np
import traitlets

from gradcam_lib.bias.collection import Collection, Skew, training_set
from gradcam_lib.bias.report import Report, evaluate
from gradcam_lib.networks.classifier import Classifier
from gradcam_lib.training.bias import Stopped, train
from gradcam_lib.widgets.bias_controls import BiasControls
from gradcam_lib.widgets.bias_networks import labels, shipped
from gradcam_lib.widgets.bias_settings import BiasSettings
from gradcam_lib.widgets.controls import NONE, small
from gradcam_lib.widgets.judged_person import METHODS
from gradcam_lib.widgets.messages import in_words

PAGES = 50  # of people


class BiasLab(BiasSettings):
    """Doctors and nurses, networks that tell them apart, and what these look at.

    networks: name → Classifier, default those of ``load_bias``. per_cell: unseen pictures of each of the four groups on
    which a network is measured. per_class: pictures of a class in a collection to train on. training: ``train`` of
    ``training.bias``, or what is called like it. folder: where the Save button writes.

    Training goes on aside and can be stopped: the networks that are there stay. Afterwards the new network is shown,
    and the one before beside it. What goes wrong is said in ``message``, and everything stays. The settings are
    attributes that can be set and observed: ``network`` (a name), ``beside`` (the name of another one, which is shown
    the same person; "" for none), ``person`` (0 … 7), ``version`` (a key of VERSIONS), ``name`` (the class of the map;
    "" is the one that the network says), ``method``, ``opacity``, ``shared_scale``, and for the next training ``skew``
    and ``seed``. ``networks`` and ``report`` hold what is shown; ``train()`` and ``stop()`` do what the buttons do, and
    ``picture(person, version)`` draws without changing what the page shows.

    >>> lab = BiasLab()
    >>> lab.version = "other hair and face"
    >>> lab.report.cells()["doctor, woman"]
    """

    def __init__(
        self,
        networks: dict[str, Classifier] | None = None,
        *,
        per_cell: int = 50,
        per_class: int = 250,
        training: Callable[..., Classifier] = train,
        folder: str | Path = ".",
    ):
        self.networks, missing = shipped() if networks is None else (dict(networks), "")
        self.labels = labels(self.networks)
        self._per_cell, self._per_class, self._training = per_cell, per_class, training
        self._reports = {}
        self._judged = lru_cache(None)(self._judge)
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

    def picture(self, person: int | None = None, version: str | None = None) -> np.ndarray:
        """What is shown, or another person or version on the same terms, (448, 448, 3) uint8; the page stays."""
        if person is None and version is None:
            return super().picture()
        person = self._checked("person", self.person if person is None else person)
        version = self._checked("version", self.version if version is None else version)
        return self._draw(self._judged(self.network, person), version).picture

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
        self._say_beside()

    def stop(self) -> None:
        self.controls.aside.cancel()

    def other_people(self) -> None:
        """The next eight of the unseen people, two of every group."""
        with self._in_words():
            self._page = (self._page + 1) % PAGES
            self._judged.cache_clear()
            self._redraw()

    # From the controls to the settings

    def _connect(self) -> None:
        c = self.controls
        for name, control in (("method", c.method), ("shared_scale", c.shared)):
            traitlets.link((self, name), (control, "value"))
        self._link_opacity()
        for name in ("network", "beside", "name", "seed"):
            getattr(c, name).observe(lambda change, name=name: self._set(name, change["new"]), "value")
        c.skew.observe(lambda change: self._set("skew", change["new"] / 100), "value")
        for i, tile in enumerate(c.tiles):
            tile.button.on_click(lambda _, i=i: self._set("person", i))
        for version, button in c.versions.items():
            button.on_click(lambda _, version=version: self._set("version", version))
        c.others.on_click(lambda _: self.other_people())
        c.train.on_click(lambda _: self.train())
        c.save.on_click(self._download)

    def _set(self, name: str, value) -> None:
        if not self._quiet and value is not None:
            self._say("")
            setattr(self, name, value)
            self._choices()  # a choice that was refused is not shown as chosen

    def _say(self, text: str, word: str = "") -> None:
        super()._say(text, word)
        self.controls.training.say("")
        self.controls.download.clear()

    def _say_beside(self) -> None:
        """What was just said stands beside the controls of the training, where whoever has used them looks."""
        text, word = self.message, self._word
        self._say("")
        self._word, self.message = word, text
        self.controls.training.say(text, word)

    # From the settings to the picture

    def _ended(self, name: str, made: tuple[Classifier, Report] | None, error: Exception | None) -> None:
        """A training has come to its end, one way or the other."""
        self.controls.train.disabled = False
        if error is not None:
            self._say(in_words(error), "Note" if isinstance(error, Stopped) else "Problem")
            return self._say_beside()
        with self._in_words():
            before, (self.networks[name], self._reports[name]) = self.network, made
            self.labels[name] = f"{name} (yours)"
            self._judged.cache_clear()  # the name may have stood for another network
            if before == name:
                self._another_network({"old": NONE})
            else:
                self.network, self.beside = name, before

    @traitlets.observe("network")
    def _another_network(self, change: dict) -> None:
        if self.beside == self.network:
            self.beside = change["old"]
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

    @traitlets.observe("person", "version", "beside")
    def _redraw_person(self, _: dict | None = None) -> None:
        if self.explained is None:
            return
        with self._in_words():
            c, shown = self.controls, [name for name in (self.network, self.beside) if name]
            self._drawings = []
            for view, network in zip((c.first, c.second), shown, strict=False):
                person = self._judged(network, self.person)
                self._drawings.append(self._draw(person, self.version))
                view.show(self._drawings[-1])
                view.answer(person, self.version)
                view.tell(self._measured(network))
            self._drawing = self._drawings[0]
            c.put_beside(len(shown) > 1)
            c.reading.value = small(METHODS[self.method].reading)
            c.mark(self.person, self.version)
            self._choices()
            if self._drawing.note:  # which stands beneath the picture
                self._word, self.message = "Note", self._drawing.note

    @traitlets.observe("skew", "seed")
    def _choices(self, _: dict | None = None) -> None:
        """The controls agree with the settings."""
        c = self.controls
        with self._unheard():
            c.offer(self.labels, self.network, self.beside)
            c.use(self.explained is not None)
            c.name.value, c.skew.value, c.seed.value = self.name, round(100 * self.skew, 6), self.seed
            share = f"{100 * self.skew:.0f} %"
            c.means.value = small(f"Of {self._per_class} doctors {share} are men, of as many nurses {share} are women.")
            if self.explained:
                c.about.value = small(f"{self.networks[self.network].source}.")
