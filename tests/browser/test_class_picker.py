"""The class picker as a reader meets it: JupyterLab in headless Chromium, run all, pick a class, see the map move.

Screenshots are kept in ``test-output/``. The page is slow to load and quick afterwards, so one visit checks it all.
"""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import cv2
import pytest
from support.browsing import (
    OUT,
    PATIENCE,
    needs_chromium,
    picture,
    place_of,
    run_all,
    scroll_sideways,
    small_notebook,
    switch_to_dark,
)

from gradcam_lib.paths import NOTEBOOKS
from gradcam_lib.pictures.samples import sample

SMALL = """from gradcam_lib.pictures.samples import sample
from gradcam_lib.widgets import ClassPicker

ClassPicker(sample("cat"))"""

pytestmark = [
    needs_chromium,
    pytest.mark.timeout(400),
]


def test_the_picker_in_jupyterlab(opened, tmp_path: Path) -> None:
    with opened(small_notebook(tmp_path, SMALL)) as page:
        picker = run_all(page, "class-picker")
        pick_the_second_class(picker)
        page.screenshot(path=OUT / "picker_light.png")
        pick_by_name(page, picker)
        ask_for_an_unknown_class(page, picker)
        keys_stay_with_the_picker(page, picker)
        press_a_position(page, picker)
        see_a_second_map(page, picker)
        choose_a_method(picker, "For and against")
        what_a_screen_reader_hears(picker)
        type_an_opacity(page, picker)
        upload_pictures(page, picker)
        see_another_part(page, picker)
        see_it_larger(page, picker)
        upload_what_does_not_fit(page, picker)
        save_by_keyboard(page, picker)
        nothing_scrolls_sideways(page, picker)
        choose_a_method(picker, "Guided Grad-CAM")
        switch_to_dark(page)
        page.screenshot(path=OUT / "picker_dark.png")


@pytest.mark.parametrize("name", ["00_start_here"])
def test_the_picker_of_a_notebook(opened, tmp_path: Path, name: str) -> None:
    original = NOTEBOOKS / f"{name}.ipynb"
    if not original.is_file():
        pytest.skip(f"{original.name} is not written yet")
    notebook = Path(shutil.copy(original, tmp_path))  # JupyterLab saves now and then: never into the repository
    with opened(notebook) as page:
        picker = run_all(page, "class-picker")
        picker.scroll_into_view_if_needed()
        pick_the_second_class(picker)
        page.screenshot(path=OUT / f"{name}.png")


# What a reader does


def pick_the_second_class(picker) -> None:
    from playwright.sync_api import expect

    button = picker.locator(".class-picker-likeliest button").nth(1)
    expect(button).to_have_text(re.compile(r"\S"))  # the button is there before its label
    name, before = button.text_content().strip(), picture(picker)  # inner_text is empty until the browser has drawn it
    button.click()
    wait_for_change(picker, before)
    expect(picker.get_by_text(f"“{name}”")).to_be_visible()
    expect(picker.get_by_text(re.compile(r"^Rank 2 of \d+ · probability [\d.]+ %"))).to_be_visible()


def pick_by_name(page, picker) -> None:
    from playwright.sync_api import expect

    name, before = picker.locator("datalist option").last.get_attribute("value"), picture(picker)
    type_ahead(picker).focus()
    page.keyboard.type(name)
    page.keyboard.press("Enter")
    wait_for_change(picker, before)
    expect(picker.get_by_text(f"“{name}”")).to_be_visible()
    expect(type_ahead(picker)).to_have_value("")  # ready for the next


def ask_for_an_unknown_class(page, picker) -> None:
    from playwright.sync_api import expect

    before, top = picture(picker), place_of(picker.get_by_text("Which map?"))
    type_ahead(picker).fill("zebr <i>")
    page.keyboard.press("Enter")
    message = picker.get_by_role("status").filter(has_text="Problem")
    expect(message).to_contain_text("“zebr <i>”: no such class; similar:")
    expect(message.locator("i")).to_have_count(0)
    assert picture(picker) == before and type_ahead(picker).input_value() == "zebr <i>"
    assert place_of(picker.get_by_text("Which map?")) == top, "the message has a place of its own"
    picker.get_by_role("button", name=re.compile("^zebra")).click()
    wait_for_change(picker, before)
    expect(picker.get_by_text("“zebra”")).to_be_visible()
    expect(message).to_have_count(0)


def keys_stay_with_the_picker(page, picker) -> None:
    """With a button in focus, JupyterLab would take "x" for the command that deletes the cell."""
    from playwright.sync_api import expect

    button = picker.locator(".class-picker-likeliest button").first
    before = picture(picker)
    button.click()
    wait_for_change(picker, before)
    for key in "xdd":
        page.keyboard.press(key)
    expect(button).to_be_focused()
    method = picker.get_by_label("Method").locator("visible=true")
    before = picture(picker)
    method.focus()
    page.keyboard.press("ArrowDown")
    wait_for_change(picker, before)
    expect(method).to_be_focused()
    expect(page.locator(".jp-Notebook .jp-CodeCell")).to_have_count(1)
    page.keyboard.press("ArrowUp")
    expect(picker.get_by_text(re.compile("^Grad-CAM: "))).to_be_visible()


def press_a_position(page, picker) -> None:
    from playwright.sync_api import expect

    before, heading = picture(picker), picker.get_by_text("What does a position say?")
    top, box = place_of(heading), picker.locator("img.class-picker-image").first.bounding_box()
    page.mouse.click(box["x"] + 0.7 * box["width"], box["y"] + 0.4 * box["height"])
    wait_for_change(picker, before)
    said = picker.get_by_text(re.compile(r"^Row \d+, column \d+ of the"))
    i, j, h, w = map(int, re.findall(r"\d+", said.inner_text())[:4])
    assert (i, j) == (int(0.4 * h), int(0.7 * w))
    assert place_of(heading) == top
    page.screenshot(path=OUT / "picker_position.png")
    lists = picker.locator(".class-lists")
    for sign, title in (("+", "Speaks for"), ("−", "Speaks against")):
        expect(lists.get_by_text(title, exact=True)).to_be_visible()
        expect(lists.get_by_role("button", name=re.compile(rf"^\{sign}[\d.]+ ")).first).to_be_visible()
    against = lists.get_by_role("button", name=re.compile("^−")).first
    before, there = picture(picker), against.inner_text()
    picker.get_by_label("Row").fill("0")
    page.keyboard.press("Enter")
    wait_for_change(picker, before)
    expect(picker.get_by_text(f"Row 0, column {j} of the")).to_be_visible()
    expect(against).not_to_have_text(there)  # the lists change after the line above them
    before = picture(picker)
    name = against.inner_text().split(None, 1)[1]
    against.click()
    wait_for_change(picker, before)
    expect(picker.get_by_text(re.compile(f"^Grad-CAM: “{re.escape(name)}”"))).to_be_visible()


def see_a_second_map(page, picker) -> None:
    from playwright.sync_api import expect

    first = picture(picker)
    picker.get_by_label("a second map beside it").check()
    second = picker.locator("img.class-picker-image").nth(1)
    expect(second).to_be_visible()
    before = second.get_attribute("src")
    picker.get_by_role("combobox", name="Class").fill("zebr")
    page.keyboard.press("Enter")
    expect(second).not_to_have_attribute("src", before)
    expect(picker.get_by_text(re.compile("^Grad-CAM: “zebra”"))).to_be_visible()
    expect(second).to_have_attribute("alt", re.compile("^Grad-CAM: “zebra”"))
    assert picture(picker) == first
    page.screenshot(path=OUT / "picker_second.png")
    picker.get_by_label("a second map beside it").uncheck()
    expect(second).not_to_be_visible()


def what_a_screen_reader_hears(picker) -> None:
    from playwright.sync_api import expect

    expect(picker.get_by_role("slider", name="Opacity %")).to_be_visible()
    button = picker.get_by_role("button", name="Your own picture")
    expect(button).to_have_text("Your own picture")  # without a number of files
    expect(picker.locator("img.class-picker-image").first).to_have_attribute("alt", re.compile("Strongest .* Rank "))
    assert picker.locator("[title=null]").count() == 0
    expect(picker.locator("label", has_text="same colour scale")).to_have_attribute("title", re.compile("^Ends the"))


def nothing_scrolls_sideways(page, picker) -> None:
    for width in (390, 640, 1200):
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_timeout(500)
        assert scroll_sideways(picker) == [], width
        picker.screenshot(path=OUT / f"picker_{width}.png")


def choose_a_method(picker, label: str) -> None:
    from playwright.sync_api import expect

    before = picture(picker)
    picker.get_by_label("Method").locator("visible=true").select_option(label=label)
    wait_for_change(picker, before)
    expect(complaint(picker)).to_have_count(0)  # what is solved is no longer complained of


def upload_pictures(page, picker) -> None:
    from playwright.sync_api import expect

    before = picture(picker)
    upload(page, picker, "mine.webp", cv2.imencode(".webp", sample("coffee")[..., ::-1])[1].tobytes())
    wait_for_change(picker, before)
    before = picture(picker)
    upload(page, picker, "notes<b>.png", b"these bytes are no picture")
    expect(complaint(picker)).to_contain_text("notes<b>.png: not a picture that can be read")
    assert picture(picker) == before


def type_an_opacity(page, picker) -> None:
    from playwright.sync_api import expect

    readout = picker.locator(".widget-slider", has_text="Opacity").locator(".widget-readout")
    for typed, shown in (("30%", "30"), ("60", "60")):
        before = picture(picker)
        readout.fill(typed)
        page.keyboard.press("Enter")
        wait_for_change(picker, before)
        expect(readout).to_have_text(shown)


def see_another_part(page, picker) -> None:
    from playwright.sync_api import expect

    expect(picker.get_by_text("mine.webp: the network sees the middle square")).to_be_visible()
    for part, said in (("square to move", "the square from"), ("whole picture", "the whole picture, with margins")):
        before = picture(picker)
        picker.get_by_label("Seen part").select_option(label=part)
        wait_for_change(picker, before)
        expect(picker.get_by_text(f"mine.webp: the network sees {said}")).to_be_visible()
        page.screenshot(path=OUT / f"picker_{part.split()[0]}.png")


def see_it_larger(page, picker) -> None:
    from playwright.sync_api import expect

    before = picture(picker)
    picker.get_by_label("Seen at").select_option(label="448 × 448 px")
    wait_for_change(picker, before)
    expect(picker.get_by_text("the whole picture, with margins above and below, at 448 × 448 pixels")).to_be_visible()
    layers = picker.locator("select:visible", has_text="(default)").locator("option")
    expect(layers.first).to_have_text(re.compile(r"(14\s×\s14|27\s×\s27)\s·"))
    page.screenshot(path=OUT / "picker_448.png")


def upload_what_does_not_fit(page, picker) -> None:
    """The server cuts the connection at it, and the kernel never hears of its content."""
    from playwright.sync_api import expect

    for size in (12, 25):
        before = picture(picker)
        upload(page, picker, f"huge{size}.png", os.urandom(size * 1_000_000))
        expect(complaint(picker)).to_contain_text(f"huge{size}.png: {size}.0 MB, and this page takes files")
        page.screenshot(path=OUT / f"picker_huge{size}.png")
        assert picture(picker) == before
        content = sample("rocket" if size == 12 else "coffee")
        upload(page, picker, "mine.webp", cv2.imencode(".webp", content[..., ::-1])[1].tobytes())
        wait_for_change(picker, before)
        expect(complaint(picker)).to_have_count(0)


def save_by_keyboard(page, picker) -> None:
    """The browser keeps the file, whatever machine the kernel is on."""
    from playwright.sync_api import expect

    picker.get_by_role("button", name="Your own picture").focus()
    page.keyboard.press("Tab")
    with page.expect_download(timeout=PATIENCE) as download:
        page.keyboard.press("Enter")
    assert re.match("mine_for-and-against-.*[.]png$", download.value.suggested_filename)
    saved = cv2.imread(str(download.value.path()))
    assert saved.shape[0] > saved.shape[1] > 448
    expect(picker.get_by_role("status").filter(has_text="Saved: mine_for-and-against")).to_be_visible()


def upload(page, picker, name: str, content: bytes) -> None:
    with page.expect_file_chooser(timeout=PATIENCE) as chooser:
        picker.get_by_role("button", name="Your own picture").click()
    chooser.value.set_files({"name": name, "mimeType": "image/png", "buffer": content})


def type_ahead(picker):
    return picker.get_by_placeholder(re.compile("any class")).last  # the first is that of the second map


def complaint(picker):
    return picker.get_by_role("status").filter(has_text="Problem")


def wait_for_change(picker, before: str) -> None:
    from playwright.sync_api import expect

    expect(picker.locator("img.class-picker-image").first).not_to_have_attribute("src", before)
