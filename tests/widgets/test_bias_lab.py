"""The bias laboratory without a browser: networks made by hand, whose answers need no training."""

from __future__ import annotations

import asyncio
import threading
from collections import OrderedDict

import cv2
import numpy as np
import pytest
import torch
from support.pickers import passes, said, shown_in
from torch import nn

from gradcam_lib.bias.collection import CLINIC
from gradcam_lib.bias.people import VERSIONS, edited, people
from gradcam_lib.language.systems import TRANSFORM
from gradcam_lib.networks.zoo import Classifier
from gradcam_lib.training.bias import Stopped
from gradcam_lib.widgets import BiasLab
from gradcam_lib.widgets.aside import Aside
from gradcam_lib.widgets.judged_person import JudgedPerson


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
    names = ("network", "beside", "person", "version", "name", "method", "skew", "seed")
    settings = [getattr(lab, name) for name in names]
    return (*settings, tuple(lab.networks), lab.picture().tobytes(), lab.controls.first.groups.value)


# What is shown


def test_it_begins_with_the_first_network_and_the_first_person(lab: BiasLab) -> None:
    assert (lab.network, lab.person, lab.version, lab.message) == ("bright", 0, "as drawn", "")
    shown = shown_in(lab.image)
    assert shown.shape == (448, 448, 3) and np.abs(shown - lab.picture().astype(float)).mean() < 3
    assert lab.beside == "" and lab.controls.second.layout.display == "none"
    assert [tile.who.value.split(">")[1].split("<")[0] for tile in lab.controls.tiles] == [
        f"{role}, {presents}" for role in CLINIC.names for presents in CLINIC.kinds for _ in range(2)
    ]


def test_a_version_shows_its_own_picture_and_answer(lab: BiasLab, networks) -> None:
    before = lab.picture()
    lab.controls.versions["other clothes"].click()
    assert lab.version == "other clothes" and not np.array_equal(lab.picture(), before)
    person = JudgedPerson(networks["bright"], people(0)[0])
    alone = networks["bright"].to_input(CLINIC.render(edited(person.worker, "other clothes")).image)
    with torch.no_grad():
        p = networks["bright"].model(alone).softmax(1)[0]
    assert np.allclose(person.p[list(VERSIONS).index("other clothes")], p, atol=1e-6)  # batched as alone
    assert f"other clothes: says {CLINIC.names[int(p.argmax())]}" in lab.controls.facts.value


def test_one_pass_backward_answers_for_all_versions_and_opacities(networks, monkeypatch) -> None:
    count = passes(monkeypatch, networks["bright"].model)
    person, pictures = JudgedPerson(networks["bright"], people(0)[0]), set()
    for opacity, method in ((0.3, "grad_cam"), (0.6, "grad_cam"), (0.6, "signed")):
        for version in VERSIONS:
            drawn = person.draw(version, "doctor", method, opacity=opacity, shared=True)
            pictures.add(drawn.picture.tobytes())
    assert count == {"forward": 1, "backward": 1} and len(pictures) == 12


def test_another_network_gives_another_answer_and_its_own_report(lab: BiasLab) -> None:
    first = lab.report.predicted().tolist()
    lab.controls.network.value = "dark"
    assert lab.network == "dark"
    assert lab.report.predicted().tolist() == [1 - answer for answer in first]  # a network with all signs turned
    assert lab.report.accuracy()["value"] == pytest.approx(1 - np.mean(np.array(first) == [0] * 4 + [1] * 4))


def test_a_click_on_a_person_shows_them(lab: BiasLab) -> None:
    lab.controls.tiles[5].button.click()
    assert lab.person == 5 and "Nurse, man, as drawn: says" in lab.controls.facts.value
    chosen = [i for i, tile in enumerate(lab.controls.tiles) if tile.button.button_style == "primary"]
    assert chosen == [5] == [i for i, tile in enumerate(lab.controls.tiles) if "chosen" in tile.box._dom_classes]


def test_another_picture_can_be_drawn_while_the_page_stays(lab: BiasLab) -> None:
    before, page = state(lab), lab.image.value
    drawn = lab.picture(person=3, version="other clothes")
    assert state(lab) == before and lab.image.value == page
    lab.person, lab.version = 3, "other clothes"
    assert np.array_equal(drawn, lab.picture())
    with pytest.raises(ValueError, match="'both'"):
        lab.picture(version="bald")


def test_pictures_have_alternative_texts(lab: BiasLab) -> None:
    lab.beside = "dark"
    for view, name in ((lab.controls.first, "bright"), (lab.controls.second, "dark")):
        assert "Doctor, man, as drawn: says" in view.image.alt and view.image.alt.startswith(f"Network “{name}”: ")
    assert "Nurse, woman, as drawn: says" in lab.controls.tiles[7].image.alt


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
    person.signed = lambda c: -torch.ones(4, 8, 8)
    drawing = person.draw("as drawn", "nurse", "grad_cam", opacity=0.5, shared=False)
    assert "empty" in drawing.note and drawing.largest == 0


def test_a_weak_map_is_called_weak(lab: BiasLab) -> None:
    """Of its own scale, it would glow as brightly as any."""
    strong = lab.people[0].signed
    lab.name = "doctor"
    assert "Weak" not in said(lab.controls.first.facts)
    lab.people[0].signed = lambda c: 1e-4 * strong(c)
    lab.people[0].values.cache_clear()
    lab.shared_scale = False
    assert "Weak: its values add up to 0.00" in said(lab.controls.first.facts) and "Weak" in lab.image.alt


def test_a_picture_is_saved_under_a_name_of_its_own(lab: BiasLab, tmp_path) -> None:
    first = lab.save()
    lab.beside = "dark"
    second = lab.save()
    assert first != second and first.parent == tmp_path and first.stem.startswith("clinic")
    one, two = (cv2.imread(str(path)).shape for path in (first, second))
    assert one[0] > one[1] > 448 and two[1] > 2 * 448  # with title and colours; both maps


def test_the_save_button_sends_the_picture_to_the_browser(lab: BiasLab, tmp_path) -> None:
    lab.controls.save.click()
    assert 'download="clinic_network-bright-grad-cam-for' in lab.controls.download.value and not list(
        tmp_path.iterdir()
    )


# Two networks


def test_two_networks_are_shown_the_same_person(lab: BiasLab, networks) -> None:
    lab.person, lab.controls.beside.value = 2, "dark"
    first, second = lab.controls.first, lab.controls.second
    assert lab.beside == "dark" and second.layout.display is None
    person = JudgedPerson(networks["dark"], lab.people[2].worker, "dark")
    name = person.says("as drawn")
    drawn = person.draw("as drawn", name, "grad_cam", opacity=lab.opacity, shared=True)
    assert np.abs(shown_in(second.image) - drawn.picture.astype(float)).mean() < 3
    accuracy = [100 * lab._measured(name).accuracy()["value"] for name in ("bright", "dark")]
    assert sum(accuracy) == pytest.approx(100)  # all signs turned
    for view, value in zip((first, second), accuracy, strict=True):
        assert f"{value:.0f} % (" in said(view.groups)
    lab.controls.beside.value = ""
    assert second.layout.display == "none"


def test_the_network_beside_is_another_one(lab: BiasLab) -> None:
    assert [name for _, name in lab.controls.beside.options] == ["", "dark"]
    lab.beside = "bright"
    assert lab.beside == "" and "'dark'" in lab.message
    lab.beside = "dark"
    lab.network = "dark"
    assert (lab.network, lab.beside) == ("dark", "bright")  # they have changed places
    assert [name for _, name in lab.controls.beside.options] == ["", "bright"]


# Training


def test_a_training_gets_the_skew_and_its_network_joins_the_others(lab: BiasLab) -> None:
    lab.skew, lab.seed = 0.75, 3
    lab.controls.train.click()
    lab.controls.aside.wait()
    assert list(lab.networks) == ["bright", "dark", "75%, seed 3"] and lab.network == "75%, seed 3"
    assert lab.beside == "bright" and "Network “bright”" in said(lab.controls.second.title)  # the one before
    source = lab.networks[lab.network].source
    assert "'doctor, man': 3, 'doctor, woman': 1, 'nurse, man': 1, 'nurse, woman': 3" in source and "seed 3" in source
    assert lab.message == "" and not lab.controls.train.disabled and not lab.controls.aside.busy


def test_the_same_training_again_takes_the_place_of_the_first(lab: BiasLab) -> None:
    for _ in range(2):
        lab.train()
        lab.controls.aside.wait()
    assert list(lab.networks) == ["bright", "dark", "90%, seed 0"]
    assert (lab.network, lab.beside) == ("90%, seed 0", "bright")


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
    assert "being trained" in lab.message  # one at a time
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


@pytest.mark.parametrize(("name", "shown", "wrong", "right"), [("seed", 0, -1, 5), ("skew", 90, 0.2, 0.6)])
def test_a_refused_setting_of_the_training_is_told_beside_it(lab: BiasLab, name, shown, wrong, right) -> None:
    control, line = getattr(lab.controls, name), lab.controls.training
    if name == "seed":
        control.value = wrong  # the slider for the skew ends where skews end
    else:
        lab.skew = wrong
    assert control.value == shown and line.word == "Problem" and lab.controls.message.value == ""
    setattr(lab, name, right)
    assert line.text == "" == lab.message and control.value == (100 * right if name == "skew" else right)


def test_a_skew_is_typed_as_it_is_shown(lab: BiasLab) -> None:
    lab.controls.skew.value = 75
    assert lab.skew == 0.75 and "75 % are men" in said(lab.controls.means)


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
