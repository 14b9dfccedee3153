"""A study as a participant meets it: in JupyterLab, with keys and buttons, by its names, dark and narrow."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.browsing import (
    OUT,
    PATIENCE,
    complains,
    needs_chromium,
    press_run_all,
    scroll_sideways,
    small_notebook,
    switch_to_dark,
)

from gradcam_lib.classroom.answers import AnswerFile

CODE = """from gradcam_lib.widgets import Study
display(Study("which_class", file="answers.sqlite", most=3), Study("which_network", file="answers.sqlite"))"""

pytestmark = [needs_chromium, pytest.mark.timeout(400)]


def started(page):
    """Runs the cell and returns both studies before their first trial."""
    press_run_all(page)
    page.locator(".study").nth(1).get_by_role("button", name="Start").wait_for(timeout=2 * PATIENCE)
    return page.locator(".study").nth(0), page.locator(".study").nth(1)


def asked(study, number: int, of: int) -> str:
    """Waits until a trial is shown; its first picture."""
    from playwright.sync_api import expect

    expect(study.get_by_role("status").filter(has_text=f"{number} of {of} ·")).to_be_visible()
    return study.locator("img.study-image").first.get_attribute("src")


def look(page, study, name: str) -> None:
    for width in (1300, 390):
        page.set_viewport_size({"width": width, "height": 1700})
        page.wait_for_timeout(500)
        assert scroll_sideways(study) == [], width
        study.screenshot(path=OUT / f"study_{name}_{width}.png")
    page.set_viewport_size({"width": 1200, "height": 900})


def test_both_studies_in_jupyterlab(opened, tmp_path: Path) -> None:
    file = AnswerFile(tmp_path / "answers.sqlite")
    with opened(small_notebook(tmp_path, CODE)) as page:
        study, other = started(page)
        look(page, study, "start")
        assert not file.path.exists()  # nothing is written before somebody begins
        keys_and_buttons(page, study, file)
        which_network(page, other, file)
        switch_to_dark(page)
        look(page, study, "which_class_dark")
        look(page, other, "which_network_dark")
        to_the_end(page, study, file)


def keys_and_buttons(page, study, file: AnswerFile) -> None:
    from playwright.sync_api import expect

    study.get_by_role("button", name="Start").click()
    first = asked(study, 1, 6)
    expect(study).to_be_focused()
    expect(study.get_by_role("img", name="Explanation 1 of 6: of one of the two")).to_be_visible()
    look(page, study, "which_class")
    page.keyboard.press("2")
    assert asked(study, 2, 6) != first
    (row,) = file.rows()
    assert (row["trial"], row["answer"], row["source"]) == (0, 1, "person") and row["seconds"] > 0.3
    study.locator("img.study-image").first.click()  # the keys work after a click on the picture, too
    answered(page, study, 3, lambda: page.keyboard.press("1"))
    answered(page, study, 4, study.get_by_role("button", name="2 ·").click)
    expect(study.get_by_role("button", name="2 ·")).to_be_focused()
    for key in "xdd3":  # commands of JupyterLab that delete the cell, and a digit without an answer
        page.keyboard.press(key)
    page.keyboard.press("Shift+Tab")
    expect(study.get_by_role("button", name="1 ·")).to_be_focused()
    answered(page, study, 5, lambda: page.keyboard.press("Space"))
    assert [row["answer"] for row in file.rows()] == [1, 0, 1, 0]


def answered(page, study, then: int, do) -> None:
    """Does something that answers, not too soon, and waits for the next trial."""
    page.wait_for_timeout(400)
    do()
    asked(study, then, 6)


def which_network(page, study, file: AnswerFile) -> None:
    from playwright.sync_api import expect

    study.get_by_role("button", name="Start").click()
    asked(study, 1, 6)
    for name in ("The picture: ", "Explanation of network A", "Explanation of network B"):
        expect(study.get_by_role("img", name=name)).to_be_visible()
    look(page, study, "which_network")
    answered(page, study, 2, lambda: page.keyboard.press("5"))
    (row,) = file.rows("which_network")
    assert row["answer"] == 2 and abs(row["value"]) == 2 and row["trial"] == 0
    assert {row["left"], row["right"]} == {"photonet", "efficientnet_lite0"}


def to_the_end(page, study, file: AnswerFile) -> None:
    from playwright.sync_api import expect

    study.locator("img.study-image").first.click()
    answered(page, study, 6, lambda: page.keyboard.press("1"))
    page.wait_for_timeout(400)
    page.keyboard.press("1")
    complains(study, "Thank you: all your 6 answers are stored")
    expect(study).to_be_focused()
    study.get_by_role("textbox", name="Code").fill("12345")  # digits are typed, not taken for answers
    study.get_by_role("button", name="Go on").click()
    complains(study, "'12345': not in answers.sqlite")
    look(page, study, "end_dark")
    assert len(file.rows("which_class")) == 6
