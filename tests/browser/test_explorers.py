"""The caption and the question explorer as a reader meets them: in JupyterLab, with mouse and keyboard.

Photographs too where SqueezeNet is at hand; where it is not, the line that says so.
"""

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
    opened,
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


def test_the_caption_explorer(tmp_path: Path) -> None:
    from playwright.sync_api import expect

    code = "from gradcam_lib.widgets import CaptionExplorer\nCaptionExplorer(seed=2**41 + 7)"
    with opened(small_notebook(tmp_path, code)) as page:
        explorer = run_all(page, "caption-explorer", "class-picker")
        changes(explorer, lambda: explorer.locator(".word-buttons button").nth(1).click())
        page.screenshot(path=OUT / "captions_word.png")
        sentence = explorer.get_by_placeholder(re.compile("any sentence"))
        changes(explorer, lambda: type_into(page, sentence, "a purple unicorn flying a kite on a beach"))
        expect(explorer.locator(".word-buttons button", has_text="unicorn")).to_be_visible()
        changes(explorer, lambda: explorer.get_by_label("Method").select_option(label="Guided Grad-CAM"))
        changes(explorer, lambda: explorer.get_by_role("button", name="New scene").click())
        before = picture(explorer)
        type_into(page, explorer.get_by_label("Seed"), "not a number")
        complains(explorer, "not a number")
        assert picture(explorer) == before
        page.screenshot(path=OUT / "captions.png")
        turn_to_photographs(explorer)
        changes(explorer, lambda: explorer.get_by_label("Picture").select_option(label="Astronaut"))
        changes(explorer, lambda: type_into(page, sentence, "a woman in an orange suit"))
        changes(explorer, lambda: explorer.locator(".word-buttons button", has_text="orange").click())
        page.screenshot(path=OUT / "captions_photograph.png")
        changes(explorer, lambda: upload(page, explorer, "coffee"))
        expect(explorer.get_by_text("mine.webp: the networks see the middle square")).to_be_visible()
        changes(explorer, lambda: explorer.get_by_label("Seen part").select_option(label="small square to move"))
        expect(explorer.get_by_text("mine.webp: the networks see the square from")).to_be_visible()
        page.screenshot(path=OUT / "captions_part.png")
        expect(explorer.get_by_text("Rendered world")).to_be_visible()
        page.screenshot(path=OUT / "captions_switched.png")


def test_the_question_explorer(tmp_path: Path) -> None:
    from playwright.sync_api import expect

    code = "from gradcam_lib.widgets import QuestionExplorer\nQuestionExplorer(seed=2**41 + 7)"
    with opened(small_notebook(tmp_path, code)) as page:
        explorer = run_all(page, "question-explorer")
        question = explorer.get_by_placeholder(re.compile("ask, then press Enter"))
        changes(explorer, lambda: type_into(page, question, "How many people are there?"), "question-explorer")
        other = explorer.get_by_placeholder(re.compile("any answer"))
        type_into(page, other, "3")
        expect(explorer.locator("img.question-explorer-image:visible")).to_have_count(2)
        page.screenshot(path=OUT / "questions_two_answers.png")
        changes(explorer, lambda: explorer.get_by_label("Network").select_option(index=3), "question-explorer")
        changes(explorer, lambda: explorer.get_by_role("button", name="Remove").click(), "question-explorer")
        before = picture(explorer, "question-explorer")
        type_into(page, question, "x" * 10_000)
        complains(explorer, "10,000")
        assert picture(explorer, "question-explorer") == before
        page.screenshot(path=OUT / "questions.png")
        turn_to_photographs(explorer, "question-explorer")
        shown = explorer.get_by_label("Picture")
        changes(explorer, lambda: shown.select_option(label="Motorcycle"), "question-explorer")
        expect(question).to_have_value("How many people are there?")  # it fits every photograph
        examples, bike = explorer.get_by_label("Examples"), "What color is the motorcycle?"
        changes(explorer, lambda: examples.select_option(label=bike), "question-explorer")
        expect(question).to_have_value(bike)
        page.screenshot(path=OUT / "questions_photograph.png")
        changes(explorer, lambda: upload(page, explorer, "cat"), "question-explorer")


def turn_to_photographs(explorer, name: str = "class-picker") -> None:
    changes(explorer, explorer.get_by_role("button", name="Photographs").click, name)


def upload(page, explorer, name: str) -> None:
    with page.expect_file_chooser(timeout=PATIENCE) as chooser:
        explorer.get_by_role("button", name="Your own picture").click()
    content = cv2.imencode(".webp", sample(name)[..., ::-1])[1].tobytes()
    chooser.value.set_files({"name": "mine.webp", "mimeType": "image/webp", "buffer": content})
