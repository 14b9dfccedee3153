"""The bias laboratory without a browser: networks made by hand, whose answers need no training."""

from __future__ import annotations

import asyncio
import threading
from collections import OrderedDict

import cv2
import numpy as np
import pytest
import torch
from support.pickers import decoded
from torch import nn

from gradcam_lib.bias.collection import CLINIC
from gradcam_lib.language.systems import TRANSFORM
from gradcam_lib.networks.zoo import Classifier
from gradcam_lib.training.bias import Stopped
from gradcam_lib.widgets import BiasLab
from gradcam_lib.widgets.aside import Aside
from gradcam_lib.widgets.bias_lab import people
from gradcam_lib.widgets.judged_person import VERSIONS, JudgedPerson, edited


def by_brightness(sign: float = 1.0, source: str = "by hand") -> Classifier:
    """Says doctor of a bright picture, or of a dark one: its map is the brightness above a threshold."""
    conv = nn.Conv2d(3, 2, 1)
    conv.weight.data, conv.bias.data = torch.tensor([[1.0] * 3, [-1.0] * 3])[..., None, None], torch.tensor([-1.0, 1.0])
    head = nn.Linear(2, 2)
    head.weight.data, head.bias.data = sign * torch.tensor([[1.0, -1.0], [-1.0, 1.0]]), torch.zeros(2)
    parts = {"conv": conv, "relu": nn.ReLU(), "pool": nn.AdaptiveAvgPool2d(1), "flat": nn.Flatten(), "head": head}
    return Classifier(nn.Sequential(OrderedDict(parts)).eval(), list(CLINIC.names), "relu", source, TRANSFORM)


def trained(pictures, *, seed, progress, should_stop) -> Classifier:
    """Instead of a training: what it was given is what its network remembers."""
    progress(1, 2)
    if should_stop():
        raise Stopped("stopped after 1 of 2 steps; nothing was kept")
    counts = {cell: int(mask.sum()) for cell, mask in pictures.cells.items()}
    return by_brightness(source=f"trained on {counts}, seed {seed}")


@pytest.fixture(scope="module")
def networks() -> dict[str, Classifier]:
    return {"bright": by_brightness(), "dark": by_brightness(-1.0)}


@pytest.fixture
def lab(networks, tmp_path) -> BiasLab:
    return BiasLab(networks, per_cell=2, per_class=4, training=trained, folder=tmp_path)


def state(lab: BiasLab) -> tuple:
    settings = [getattr(lab, name) for name in ("network", "person", "version", "name", "method", "skew", "seed")]
    return (*settings, tuple(lab.networks), lab.picture().tobytes(), lab.controls.groups.value)


# What is shown


def test_it_begins_with_the_first_network_and_the_first_person(lab: BiasLab) -> None:
    assert (lab.network, lab.person, lab.version, lab.message) == ("bright", 0, "as drawn", "")
    shown = decoded(lab.image.value)
    assert np.array_equal(shown, lab.picture()) and shown.shape == (448, 448, 3)
    assert [tile.who.value.split(">")[1].split("<")[0] for tile in lab.controls.tiles] == [
        f"{role}, {presents}" for role in CLINIC.names for presents in CLINIC.kinds for _ in range(2)
    ]


def test_an_edit_changes_what_it_names_and_both_is_one_after_the_other() -> None:
    person = people(0)[0]
    assert edited(person, "as drawn") == person
    hair, clothes, both = (edited(person, version) for version in list(VERSIONS)[1:])
    assert (hair.presents, hair.clothes) != (person.presents, person.clothes) and hair.clothes == person.clothes
    assert clothes.hair == person.hair and clothes.clothes != person.clothes
    assert (both.hair, both.clothes) == (hair.hair, clothes.clothes)


def test_a_version_shows_its_own_picture_and_answer(lab: BiasLab, networks) -> None:
    before = lab.picture()
    lab.controls.versions["other clothes"].click()
    assert lab.version == "other clothes" and not np.array_equal(lab.picture(), before)
    person = JudgedPerson(networks["bright"], people(0)[0])
    alone = networks["bright"].to_input(CLINIC.render(edited(person.worker, "other clothes")).image)
    with torch.no_grad():
        p = networks["bright"].model(alone).softmax(1)[0]
    assert np.allclose(person.p[list(VERSIONS).index("other clothes")], p, atol=1e-6)  # batched as alone
    assert f"Says {CLINIC.names[int(p.argmax())]}" in lab.controls.facts.value


def test_another_network_gives_another_answer_and_its_own_report(lab: BiasLab) -> None:
    first = lab.report.predicted().tolist()
    lab.controls.network.value = "dark"
    assert lab.network == "dark"
    assert lab.report.predicted().tolist() == [1 - answer for answer in first]  # a network with all signs turned
    assert lab.report.accuracy()["value"] == pytest.approx(1 - np.mean(np.array(first) == [0] * 4 + [1] * 4))


def test_a_click_on_a_person_shows_them(lab: BiasLab) -> None:
    lab.controls.tiles[5].button.click()
    assert lab.person == 5 and "nurse, man" in lab.controls.title.value
    assert [tile.button.button_style for tile in lab.controls.tiles].index("primary") == 5


def test_other_people_are_others_of_the_same_groups(lab: BiasLab) -> None:
    before = [person.worker for person in lab.people]
    lab.controls.others.click()
    after = [person.worker for person in lab.people]
    assert {w.seed for w in before} & {w.seed for w in after} == set()
    assert [(w.role, w.presents) for w in before] == [(w.role, w.presents) for w in after]


def test_on_one_scale_the_brightest_of_four_versions_ends_it(lab: BiasLab) -> None:
    person = lab.people[0]
    ends = [person.draw(v, "doctor", "grad_cam", opacity=0.5, shared=True).largest for v in VERSIONS]
    alone = [person.draw(v, "doctor", "grad_cam", opacity=0.5, shared=False).largest for v in VERSIONS]
    assert set(ends) == {max(alone)} and len(set(alone)) > 1


def test_the_map_of_a_class_that_nothing_speaks_for_says_so(lab: BiasLab) -> None:
    person = lab.people[0]
    person.explanation.signed = lambda c: -torch.ones(4, 8, 8)
    drawing = person.draw("as drawn", "nurse", "grad_cam", opacity=0.5, shared=False)
    assert "empty" in drawing.note and drawing.largest == 0


def test_a_picture_is_saved_under_a_name_of_its_own(lab: BiasLab, tmp_path) -> None:
    first, second = lab.save(), lab.save()
    assert first != second and first.parent == tmp_path and first.stem.startswith("clinic")
    assert np.array_equal(cv2.imread(str(first))[..., ::-1], lab.picture())


# Training


def test_a_training_gets_the_skew_and_its_network_joins_the_others(lab: BiasLab) -> None:
    lab.skew, lab.seed = 0.75, 3
    lab.controls.train.click()
    lab.controls.aside.wait()
    assert list(lab.networks) == ["bright", "dark", "75%, seed 3"] and lab.network == "75%, seed 3"
    source = lab.networks[lab.network].source
    assert "'doctor, man': 3, 'doctor, woman': 1, 'nurse, man': 1, 'nurse, woman': 3" in source and "seed 3" in source
    assert lab.message == "" and not lab.controls.train.disabled and not lab.controls.aside.busy


def test_the_same_training_again_takes_the_place_of_the_first(lab: BiasLab) -> None:
    for _ in range(2):
        lab.train()
        lab.controls.aside.wait()
    assert list(lab.networks) == ["bright", "dark", "90%, seed 0"]


def test_a_stopped_training_leaves_everything_as_it_was(lab: BiasLab) -> None:
    began = threading.Event()

    def endless(pictures, *, seed, progress, should_stop) -> Classifier:
        began.set()
        while not should_stop():
            progress(1, 100)
        raise Stopped("stopped after 1 of 100 steps; nothing was kept")

    lab._training, before = endless, state(lab)
    lab.controls.train.click()
    assert began.wait(60) and lab.controls.train.disabled
    lab.train()
    assert "going on" in lab.message  # one at a time
    lab.controls.aside.stop.click()
    lab.controls.aside.wait()
    assert state(lab) == before and "stopped after 1 of 100" in lab.message
    assert not lab.controls.train.disabled


def test_a_failed_training_says_why_and_leaves_everything_as_it_was(lab: BiasLab) -> None:
    def broken(pictures, **_) -> Classifier:
        raise ValueError("no such luck")

    lab._training, before = broken, state(lab)
    lab.train()
    lab.controls.aside.wait()
    assert state(lab) == before and lab.message == "no such luck"


def test_a_network_of_other_classes_is_refused(lab: BiasLab) -> None:
    other = by_brightness()
    lab.networks["cats"] = Classifier(other.model, ["cat", "dog"], "relu", "by hand", TRANSFORM)
    before = state(lab)
    lab.network = "cats"
    assert state(lab) == before and "cat" in lab.message


def test_a_laboratory_without_networks_waits_for_the_first_training() -> None:
    lab = BiasLab({}, per_cell=2, per_class=4, training=trained)
    assert lab.explained is None and lab.controls.tiles[0].button.disabled
    with pytest.raises(ValueError, match="no picture"):
        lab.save()
    lab.train()
    lab.controls.aside.wait()
    assert lab.network == "90%, seed 0" and not lab.controls.tiles[0].button.disabled


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("network", "nobody's", "'bright', 'dark'"), ("person", 8, "0 to 7"), ("version", "bald", "'both'"),
        ("name", "surgeon", "'doctor'"), ("method", "x-ray", "'grad_cam'"), ("opacity", 2.0, "0 (picture)"),
        ("skew", 1.2, "0.5"), ("skew", float("nan"), "0.5"), ("seed", -1, "whole number"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_explained_and_changes_nothing(lab: BiasLab, name, value, words) -> None:
    before = state(lab)
    setattr(lab, name, value)
    assert state(lab) == before and words in lab.message


# Work aside


def test_work_ends_where_clicks_are_answered() -> None:
    """With a loop, as in a kernel, the end comes in the loop's thread; without one, in that of the work."""
    where = []

    async def page() -> None:
        aside = Aside()
        aside.start(lambda progress, stop: threading.get_ident(), lambda *ended: where.append((*ended, ident())), "")
        while aside.busy:
            await asyncio.sleep(0.01)

    ident = threading.get_ident
    asyncio.run(page())
    ((worked_in, error, ended_in),) = where
    assert error is None and ended_in == ident() != worked_in


def test_the_bar_follows_the_work() -> None:
    aside, seen = Aside(), []
    aside.bar.observe(lambda change: seen.append((change["new"], aside.bar.max)), "value")
    aside.start(lambda progress, stop: [progress(i, 3) for i in (1, 2, 3)], lambda *_: None, "counting")
    aside.wait()
    assert seen == [(1, 3), (2, 3), (3, 3)]
    assert aside.layout.display == "none"
