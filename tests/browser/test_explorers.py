"""The caption and the question explorer as a reader meets them: in JupyterLab, with mouse and keyboard."""

from __future__ import annotations

import re
from pathlib import Path

import cv2
import pytest
from support.browsing import (
    OUT,
    PATIENCE,
    changes,
    complains,
    needs_chromium,
    picture,
    run_all,
    small_notebook,
    type_into,
)

from gradcam_lib.paths import MODELS
from gradcam_lib.pictures.samples import sample

pytestmark = [
    needs_chromium,
    pytest.mark.skipif(not (MODELS / "captioner_world.safetensors").is_file(), reason="the captioner is not trained"),
    pytest.mark.timeout(400),
]
CAPTIONS, QUESTIONS = "caption-explorer", "question-explorer"


def test_the_caption_explorer(opened, tmp_path: Path) -> None:
    from playwright.sync_api import expect

    code = "from gradcam_lib.widgets import CaptionExplorer\nCaptionExplorer(seed=2**41 + 7)"
    with opened(small_notebook(tmp_path, code)) as page:
        explorer = run_all(page, CAPTIONS)
        changes(explorer, lambda: explorer.locator(".word-buttons button").nth(1).click(), CAPTIONS)
        page.screenshot(path=OUT / "captions_word.png")
        sentence = explorer.get_by_placeholder(re.compile("any sentence"))
        with nothing_moves(page, explorer):
            changes(explorer, lambda: type_into(page, sentence, "a purple unicorn flying a kite on a beach"), CAPTIONS)
            complains(explorer, "does not know “unicorn”")
            explorer.get_by_label("Beside it").select_option(label="6 · kite")
            expect(explorer.locator("img.caption-explorer-image:visible")).to_have_count(2)
            page.screenshot(path=OUT / "captions_two_words.png")
            explorer.get_by_label("Beside it").select_option(label="no second map")
            expect(explorer.locator("img.caption-explorer-image:visible")).to_have_count(1)
        expect(explorer.locator(".word-buttons button", has_text="unicorn")).to_be_visible()
        keys_stay(page, explorer, explorer.locator(".word-buttons button").first)
        changes(explorer, lambda: explorer.get_by_label("Method").select_option(label="Guided Grad-CAM"), CAPTIONS)
        saved = downloads(page, explorer)
        assert re.match(r"scene-\d+_guided-grad-cam-.*[.]png$", saved)
        changes(explorer, lambda: explorer.get_by_role("button", name="New scene").click(), CAPTIONS)
        before = picture(explorer, CAPTIONS)
        with nothing_moves(page, explorer):
            type_into(page, explorer.get_by_label("Seed"), "not a number")
            complains(explorer, "not a number")
        is_near(explorer, "not a number", explorer.get_by_label("Seed"))
        assert picture(explorer, CAPTIONS) == before
        what_a_screen_reader_hears(explorer, CAPTIONS)
        nothing_scrolls_or_is_cut(page, explorer, CAPTIONS)
        turn_to_photographs(explorer, CAPTIONS)
        changes(explorer, lambda: explorer.get_by_label("Picture").select_option(label="Astronaut"), CAPTIONS)
        changes(explorer, lambda: type_into(page, sentence, "a woman in an orange suit"), CAPTIONS)
        changes(explorer, lambda: explorer.locator(".word-buttons button", has_text="orange").click(), CAPTIONS)
        see_it_larger(explorer, CAPTIONS, "own captions stay")
        page.screenshot(path=OUT / "captions_photograph.png")
        changes(explorer, lambda: upload(page, explorer, "coffee"), CAPTIONS)
        expect(explorer.get_by_text("mine.webp: the networks see the middle square")).to_be_visible()
        part = explorer.get_by_label("Seen part")
        changes(explorer, lambda: part.select_option(label="small square to move"), CAPTIONS)
        expect(explorer.get_by_text("mine.webp: the networks see the square from")).to_be_visible()
        page.screenshot(path=OUT / "captions_part.png")


def test_the_question_explorer(opened, tmp_path: Path) -> None:
    from playwright.sync_api import expect

    code = "from gradcam_lib.widgets import QuestionExplorer\nQuestionExplorer(seed=2**41 + 7)"
    with opened(small_notebook(tmp_path, code)) as page:
        explorer = run_all(page, QUESTIONS)
        question = explorer.get_by_placeholder(re.compile("ask, then press Enter"))
        changes(explorer, lambda: type_into(page, question, "How many people are there?"), QUESTIONS)
        answers_come_and_go(page, explorer)
        page.set_viewport_size({"width": 390, "height": 844})
        explorer.get_by_label("Beside it").select_option(label="no second network")
        answers_come_and_go(page, explorer, ".picker-first")  # which stands above the maps; the others below
        page.set_viewport_size({"width": 1200, "height": 900})
        page.screenshot(path=OUT / "questions_four_maps.png")
        ask_for_an_unknown_answer(page, explorer)
        keys_stay(page, explorer, explorer.locator(".question-explorer-likeliest button").first)
        changes(explorer, lambda: explorer.get_by_label("Network").select_option(index=3), QUESTIONS)
        changes(explorer, lambda: explorer.get_by_role("button", name="Remove").click(), QUESTIONS)
        before = picture(explorer, QUESTIONS)
        with nothing_moves(page, explorer):
            type_into(page, question, "x" * 10_000)
            complains(explorer, "10,000")
        is_near(explorer, "10,000", question)
        assert picture(explorer, QUESTIONS) == before
        page.screenshot(path=OUT / "questions.png")
        type_into(page, question, "Is there a dog?")
        what_a_screen_reader_hears(explorer, QUESTIONS)
        nothing_scrolls_or_is_cut(page, explorer, QUESTIONS)
        assert downloads(page, explorer).startswith("scene-")
        turn_to_photographs(explorer, QUESTIONS)
        shown = explorer.get_by_label("Picture")
        changes(explorer, lambda: shown.select_option(label="Motorcycle"), QUESTIONS)
        expect(question).to_have_value("Is there a dog?")  # it fits every photograph
        examples, bike = explorer.get_by_label("Examples"), "What color is the motorcycle?"
        changes(explorer, lambda: examples.select_option(label=bike), QUESTIONS)
        expect(question).to_have_value(bike)
        see_it_larger(explorer, QUESTIONS, "answers stay")
        page.screenshot(path=OUT / "questions_photograph.png")
        changes(explorer, lambda: upload(page, explorer, "cat"), QUESTIONS)


def test_a_folder_of_ones_own(opened, tmp_path: Path) -> None:
    from playwright.sync_api import expect

    folder = tmp_path / "mine"
    folder.mkdir()
    for name in ("cat", "coffee"):
        cv2.imwrite(str(folder / f"{name}.jpg"), sample(name)[..., ::-1])
    (folder / "broken.jpg").write_bytes(b"no picture")
    code = f"from gradcam_lib.widgets import QuestionExplorer\nQuestionExplorer(pictures={str(folder)!r})"
    with opened(small_notebook(tmp_path, code)) as page:
        explorer = run_all(page, QUESTIONS)
        expect(explorer.get_by_text("cat.jpg: the networks see")).to_be_visible()
        complains(explorer, "1 picture is skipped: ")
        is_near(explorer, "1 picture is skipped", explorer.get_by_role("button", name="Your own picture"))
        changes(explorer, lambda: explorer.get_by_label("Picture").select_option(label="coffee.jpg"), QUESTIONS)
        expect(explorer.get_by_text("coffee.jpg: the networks see")).to_be_visible()
        page.screenshot(path=OUT / "questions_folder.png")


# What a reader does


def answers_come_and_go(page, explorer, within: str = ".explorer") -> None:
    """Up to four maps stand in the place of one, and no control moves."""
    from playwright.sync_api import expect

    likeliest, maps = explorer.locator(".question-explorer-likeliest button"), "img.question-explorer-image:visible"
    if likeliest.nth(1).locator(".fa-check").count():
        likeliest.nth(1).click()
    with nothing_moves(page, explorer, within):
        expect(explorer.locator(maps)).to_have_count(1)
        likeliest.nth(1).click()
        expect(explorer.locator(maps)).to_have_count(2)
        explorer.get_by_label("Beside it").select_option(label="Co-attention on slim ResNet")
        expect(explorer.locator(maps)).to_have_count(4)
        expect(explorer.get_by_text("The second network answers “")).to_be_visible()
        explorer.get_by_role("button", name="Take this answer away").first.click()
        expect(explorer.locator(maps)).to_have_count(2)
        likeliest.nth(0).click()
        expect(explorer.locator(maps)).to_have_count(4)


def ask_for_an_unknown_answer(page, explorer) -> None:
    from playwright.sync_api import expect

    before, other = picture(explorer, QUESTIONS), explorer.get_by_placeholder(re.compile("any answer"))
    explorer.get_by_label("Beside it").select_option(label="no second network")
    with nothing_moves(page, explorer):
        type_into(page, other, "zebar <i>")
        complains(explorer, "“zebar <i>”: no such answer")
        type_into(page, other, "zebar")
        explorer.get_by_role("button", name=re.compile("^zebra$")).click()
        expect(explorer.get_by_text("Grad-CAM: “zebra”")).to_be_visible()
    expect(other).to_have_value("")
    assert picture(explorer, QUESTIONS) == before


class nothing_moves:
    """The places of all controls are the same afterwards; the messages and the maps are none of them.

    within: an element whose controls alone count.
    """

    def __init__(self, page, explorer, within: str = ".explorer"):
        self.page, self.explorer, self.within = page, explorer, within

    def __enter__(self) -> None:
        self.before = self.places()

    def __exit__(self, error, *_) -> None:
        if error is None:
            assert self.places() == self.before

    def places(self) -> dict[str, tuple[int, int]]:
        """Left and top of each control of the explorer, against the explorer's own corner."""
        self.page.wait_for_timeout(500)
        return self.explorer.evaluate(
            """(root, within) => {
              const corner = root.getBoundingClientRect(), places = {};
              const kinds = ['text label', 'dropdown', 'slider', 'checkbox', 'upload'].map(kind => '.widget-' + kind);
              for (const part of root.querySelectorAll(kinds.join() + ', .jupyter-button')) {
                const box = part.getBoundingClientRect();
                if (!box.width || !part.closest(within) || /^zebra$/.test(part.textContent)) continue;
                if (part.closest('.word-buttons, .picker-maps, .widget-toggle-buttons')) continue;
                const label = part.querySelector('label')?.textContent ?? '';
                const name = part.textContent.slice(0, 12) + part.title + label;
                places[name] = [Math.round(box.x - corner.x), Math.round(box.y - corner.y)];
              }
              return places;
            }""",
            self.within,
        )


def is_near(explorer, words: str, control) -> None:
    """What went wrong is said within reach of the control that it is about."""
    said = explorer.get_by_role("status").filter(has_text=words).first.bounding_box()
    box = control.bounding_box()
    assert abs(said["x"] - box["x"]) < 120 and abs(said["y"] - box["y"]) < 200


def keys_stay(page, explorer, button) -> None:
    """With a button in focus, JupyterLab would take "x" for the command that deletes the cell."""
    from playwright.sync_api import expect

    button.focus()
    for key in "xdd":
        page.keyboard.press(key)
    expect(button).to_be_focused()
    expect(page.locator(".jp-Notebook .jp-CodeCell")).to_have_count(1)


def what_a_screen_reader_hears(explorer, name: str) -> None:
    from playwright.sync_api import expect

    expect(explorer.get_by_role("slider", name="Opacity %")).to_be_visible()
    expect(explorer.get_by_role("button", name="Move it left")).to_have_text("←")
    expect(explorer.locator(f"img.{name}-image").first).to_have_attribute("alt", re.compile(r"^\S.*: .*[.]$"))
    assert explorer.locator("[title=null]").count() == 0
    expect(explorer.locator("label", has_text="same colour scale")).to_have_attribute("title", re.compile("^Ends the"))


def nothing_scrolls_or_is_cut(page, explorer, name: str) -> None:
    """No part is wider than its place, at the width of a telephone too."""
    wide = """root => [...root.querySelectorAll("*"), root.closest(".jp-OutputArea-output")].filter(
        e => e.scrollWidth > e.clientWidth + 1 && ["auto", "scroll"].includes(getComputedStyle(e).overflowX)
          || e.scrollHeight > e.clientHeight + 1 && ["auto", "scroll"].includes(getComputedStyle(e).overflowY)
             && e.matches(".explorer *")
          || e.matches(".jupyter-button, .widget-html-content") && e.clientWidth && e.scrollWidth > e.clientWidth + 1
    ).map(e => e.className + ": " + e.textContent)"""
    for width in (390, 640, 1300):
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_timeout(500)
        assert explorer.evaluate(wide) == [], width
        explorer.screenshot(path=OUT / f"{name}_{width}.png")


def see_it_larger(explorer, name: str, stays: str) -> None:
    """A larger input, and the sentence on what it costs."""
    from playwright.sync_api import expect

    size = explorer.get_by_label("Seen at")
    expect(explorer.get_by_text("A larger input gives a finer map")).to_be_visible()
    changes(explorer, lambda: size.select_option(index=2), name)
    expect(explorer.get_by_text(re.compile(f"times as many pixels as .*{stays}"))).to_be_visible()


def downloads(page, explorer) -> str:
    """The name of the file that the browser gets; what is said of it moves nothing but itself."""
    with page.expect_download(timeout=PATIENCE) as download:
        explorer.get_by_role("button", name="Save").click()
    saved = cv2.imread(str(download.value.path()))
    assert saved.shape[0] > 448 + 60, "with title and colours"
    return download.value.suggested_filename


def turn_to_photographs(explorer, name: str) -> None:
    changes(explorer, explorer.get_by_role("button", name="Photographs").click, name)


def upload(page, explorer, name: str) -> None:
    with page.expect_file_chooser(timeout=PATIENCE) as chooser:
        explorer.get_by_role("button", name="Your own picture").click()
    content = cv2.imencode(".webp", sample(name)[..., ::-1])[1].tobytes()
    chooser.value.set_files({"name": "mine.webp", "mimeType": "image/webp", "buffer": content})
