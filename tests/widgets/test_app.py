"""The app without a browser: what its tabs show, what it keeps, and what it refuses."""

from __future__ import annotations

import asyncio
import csv
import io
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from support.bombs import png_header
from support.pickers import IMAGE, PNG, classifier, said, shown_in
from support.talkers import PICTURE, caption_system, question_system
from support.uploads import announce, upload

from gradcam_lib.paths import MODELS, ROOT
from gradcam_lib.widgets import App, CaptionExplorer, ClassPicker, QuestionExplorer, app, class_choice
from gradcam_lib.widgets.app import Opened
from gradcam_lib.widgets.app_history import MOST, History
from gradcam_lib.widgets.app_tabs import DEMOS, PANELS
from gradcam_lib.widgets.uploading import Upload

MADE = (
    lambda pictures: ClassPicker(IMAGE, classifier()),
    lambda pictures: CaptionExplorer(captioner=caption_system(), photographs=caption_system(), pictures={"p": PICTURE}),
    lambda pictures: QuestionExplorer(
        model=question_system(), photographs=question_system(), pictures={"p": PICTURE}, question="what is this"
    ),
)
SMALL = [replace(demo, make=make) for demo, make in zip(DEMOS, MADE, strict=True)]
NAMES = ["../../secret/x.png", 'it\'s "a" <b>.png', "🙂.png", "..\\..\\x.png", "con.png" + "n" * 300, ".png"]


@pytest.fixture
def tab() -> Opened:
    """That of classification."""
    return Opened(SMALL[0], None, History())


def button_of(tab: Opened) -> Upload:
    return tab.explorer.controls.upload if tab.demo is SMALL[0] else tab.explorer.source.upload


def state(tab: Opened) -> tuple:
    return tab.explorer.picture().tobytes(), [view.title.value for view in tab.views], tab.history.rows


@pytest.mark.parametrize("demo", SMALL, ids=lambda demo: demo.title)
def test_a_tab_shows_three_maps_of_what_its_explorer_shows(demo) -> None:
    tab = Opened(demo, None, History())
    titles = [said(view.title).split(":")[0] for view in tab.views]
    assert titles == list(PANELS.values())
    for view, method in zip(tab.views, PANELS, strict=True):
        tab.explorer.method = method
        of_the_explorer = tab.explorer.controls.image
        assert np.array_equal(shown_in(view.image), shown_in(of_the_explorer)), method
    (row,) = tab.history.rows
    assert row["demonstration"] == tab.demo.now(tab.explorer).demo, "another method is nothing new: all were shown"
    assert tab.progress.layout.visibility == "hidden"


def test_the_maps_follow_and_what_was_tried_is_kept(tab: Opened) -> None:
    picker, before = tab.explorer, [view.image.value for view in tab.views]
    picker.class_name = "boat"
    assert all("boat" in view.title.value for view in tab.views)
    assert [view.image.value for view in tab.views] != before
    picker.opacity = 0.2
    assert [row["answer"] for row in tab.history.rows][1:] == ["boat"], "an opacity is nothing new to keep"


def test_the_maps_are_those_of_the_answer_that_was_chosen_last() -> None:
    tab = Opened(SMALL[2], None, History())
    explorer = tab.explorer
    answer = next(one for one in explorer.explained.e.answers if one not in explorer.shown)
    explorer.answers = (*explorer.shown, answer)
    assert all(answer in view.title.value for view in tab.views) and tab.history.rows[-1]["answer"] == answer
    explorer.source.show_picture(PICTURE)
    assert tab.history.rows[-1]["answer"] == explorer.explained.predicted, "of another picture, the network's own"


@pytest.mark.parametrize("demo", [SMALL[0], SMALL[2]], ids=["class", "answer"])
def test_enter_in_the_empty_box_is_the_prediction(demo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(class_choice, "MOMENT", 0.02)
    tab = Opened(demo, None, History())
    other = tab.explorer.controls.choice.other if demo is SMALL[0] else tab.explorer.controls.other
    (first,) = (row["answer"] for row in tab.history.rows)
    name = next(one for one in other.box.options if one != first)

    async def enters(text: str) -> str:
        other.box._handle_custom_msg({"event": "submit"}, [])  # which is what the page sends first
        other.box.value = text
        await asyncio.sleep(0.1)
        return tab.history.rows[-1]["answer"]

    assert asyncio.run(enters(name)) == name, "what was typed, not nothing"
    assert asyncio.run(enters("")) == first


def test_each_sample_is_a_button(tab: Opened) -> None:
    tab.samples[0].click()
    assert tab.samples[0].description == "Grace Hopper" and tab.history.rows[-1]["picture"] == "grace_hopper"


def test_a_method_that_the_network_has_not_is_not_shown(tab: Opened) -> None:
    tried = tab.demo.now(tab.explorer)
    assert len(tab._draw(replace(tried, methods=("grad_cam",)))) == 1
    assert [view.layout.display for view in tab.views] == ["none", None, "none"]
    assert "Not with this network: Guided backprop, Guided Grad-CAM" in said(tab.doing)


@pytest.mark.parametrize("ours", [True, False])  # by the library, or by the system
def test_a_tab_is_made_when_it_is_opened(monkeypatch: pytest.MonkeyPatch, ours: bool) -> None:
    missing = str(MODELS / "captioner.safetensors")

    def broken(pictures):
        raise FileNotFoundError(f"{missing}: not there") if ours else FileNotFoundError(2, "not there", missing)

    monkeypatch.setattr(app, "DEMOS", [SMALL[0], replace(SMALL[1], make=broken), SMALL[2]])
    page = App()
    assert list(page.demos) == [0] and page.tabs.titles == tuple(demo.title for demo in DEMOS)
    page.tabs.selected_index = 1
    assert "captioner.safetensors: not there" in page.waiting[1].text and list(page.demos) == [0]
    assert str(ROOT) not in page.waiting[1].text, "a visitor need not know where it lies"
    page.tabs.selected_index = 2
    assert list(page.demos) == [0, 2] and len(page.history.rows) == 2, "the others go on"


def test_the_pictures_of_whoever_serves_it_are_offered(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mine.png").write_bytes(PNG)
    monkeypatch.setenv("GRADCAM_PICTURES", str(tmp_path))
    made = replace(SMALL[0], make=lambda pictures: ClassPicker(None, classifier(), pictures=pictures))
    monkeypatch.setattr(app, "DEMOS", [made])
    page = App()
    assert page.demos[0].explorer.controls.mine.options == ("mine.png",)
    assert [row["picture"] for row in page.history.rows] == ["mine"]


# --- what is kept


def test_all_that_was_tried_is_one_file(tab: Opened) -> None:
    tab.explorer.class_name = "boat"
    tab.history.button.click()
    assert "gradcam_tried.zip" in tab.history.download.value
    with zipfile.ZipFile(io.BytesIO(tab.history.zipped())) as archive:
        rows = list(csv.DictReader(io.StringIO(archive.read("tried.csv").decode("utf-8-sig"))))
        assert [row["answer"] for row in rows][1] == "boat"
        assert archive.namelist() == ["tried.csv", *(row["file"] for row in rows)]
        picture = Image.open(archive.open(rows[1]["file"]))
        assert picture.format == "JPEG" and picture.width > 3 * 448


def test_a_long_visit_does_not_fill_the_memory(tab: Opened) -> None:
    tried = tab.demo.now(tab.explorer)
    drawings = [tried.draw("grad_cam")]
    for _ in range(MOST + 3):
        tab.history.add(tried, drawings)
    assert len(tab.history.rows) == len(tab.history._files) == MOST and tab.history.rows[-1]["number"] == MOST + 4


# --- bad input


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\x7fELF\x02\x01\x01" + bytes(500), "not a picture that can be read"),  # a program
        (b"MZ\x90" + bytes(500), "not a picture that can be read"),
        (png_header(60_000, 60_000), "3,600 million pixels; the limit is 50 million"),  # a bomb in 60 bytes
        (PNG[:-30], "truncated or broken"),
        (b"", "empty (0 bytes)"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', "not a picture"),
    ],
)
@pytest.mark.parametrize("demo", SMALL, ids=lambda demo: demo.title)
def test_what_is_no_picture_changes_nothing(demo, content: bytes, words: str) -> None:
    tab = Opened(demo, None, History())
    before = state(tab)
    upload(button_of(tab), "harmless.png", content)
    line = tab.explorer.controls.beside if demo is SMALL[0] else tab.explorer.source.line
    assert words in line.text and "harmless.png" in line.text
    assert state(tab) == before


def test_a_file_too_large_is_refused_before_it_arrives(tab: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADCAM_UPLOAD_MB", "20")
    monkeypatch.setenv("GRADCAM_SERVED", "1")
    before, button = state(tab), tab.explorer.controls.upload.button
    announce(tab.explorer.controls.upload, "huge.png", 100_000_000)
    said_beside = tab.explorer.controls.beside.text
    assert "huge.png: 100.0 MB, and this page takes files of at most 20 MB" in said_beside
    assert "in the code" not in said_beside, "a visitor sees none"
    assert state(tab) == before and tab.explorer.controls.upload.button is not button, "the next file finds a fresh one"


def test_of_ten_files_the_first_is_taken(tab: Opened) -> None:
    import datetime

    when = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
    one = {"type": "", "size": len(PNG), "content": memoryview(PNG), "last_modified": when}
    tab.explorer.controls.upload.button.value = tuple({"name": f"{i}.png", **one} for i in range(10))
    assert tab.explorer.stem == "0" and [row["picture"] for row in tab.history.rows][1:] == ["0"]
    assert "10 files: one at a time, so the first of them is taken" in tab.explorer.controls.beside.text


@pytest.mark.parametrize(("demo", "name"), [*((SMALL[0], n) for n in NAMES), *((d, NAMES[0]) for d in SMALL[1:])])
def test_no_name_leaves_its_folder_or_becomes_code(demo, tmp_path, name: str) -> None:
    tab = Opened(demo, None, History())
    tab.explorer.folder = tmp_path
    upload(button_of(tab), name, PNG)
    assert tab.explorer._word != "Problem", tab.explorer.message
    assert tab.history.rows[-1]["picture"] == Path(name).stem
    saved = tab.explorer.save()
    assert saved.parent == tmp_path.resolve()
    with zipfile.ZipFile(io.BytesIO(tab.history.zipped())) as archive:
        for inside in archive.namelist():
            assert not set(inside) & set("/\\:\"'<>") and ".." not in inside and len(inside) < 140
    assert "<b>" not in tab.history.list.value + tab.explorer.controls.about.value
