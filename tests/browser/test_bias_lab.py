"""The bias laboratory as a reader meets it: in JupyterLab, with the mouse; trained, stopped, and a person changed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from support.browsing import (
    OUT,
    PATIENCE,
    changes,
    complains,
    needs_chromium,
    picture,
    place_of,
    run_all,
    scroll_sideways,
    small_notebook,
    switch_to_dark,
    type_into,
)

from gradcam_lib.bias.collection import FILES
from gradcam_lib.paths import MODELS

CUT_OFF = """lab => [...lab.querySelectorAll("button, .widget-label")].filter(
    e => e.clientWidth && e.scrollWidth > e.clientWidth + 1).map(e => e.textContent)"""

pytestmark = [
    needs_chromium,
    pytest.mark.skipif(
        not all((MODELS / file).is_file() for file, _ in FILES.values()), reason="the networks are not trained"
    ),
    pytest.mark.timeout(600),
]


def test_the_bias_laboratory(opened, tmp_path: Path) -> None:
    code = "from gradcam_lib.widgets import BiasLab\nBiasLab(per_cell=5, per_class=20)"
    with opened(small_notebook(tmp_path, code)) as page:
        lab = run_all(page, "bias-lab", "class-picker")
        choose_a_person(page, lab)
        changes(lab, lambda: lab.get_by_role("button", name="other hair and face").click())
        page.screenshot(path=OUT / "bias_hair.png")
        changes(lab, lambda: lab.get_by_label("Network").select_option(index=1))
        type_settings_of_the_training(page, lab)
        stop_a_training(page, lab)
        train_a_network(page, lab)
        what_a_screen_reader_hears(lab)
        save(page, lab)
        nothing_scrolls_sideways(page, lab)
        switch_to_dark(page)
        for width in (390, 1300):
            page.set_viewport_size({"width": width, "height": 3300})
            page.wait_for_timeout(500)
            lab.screenshot(path=OUT / f"bias_dark_{width}.png")


def choose_a_person(page, lab) -> None:
    """With a click on the picture, and with the keyboard."""
    from playwright.sync_api import expect

    people = lab.locator(".bias-lab-person")
    expect(people.locator("img")).to_have_count(8)
    expect(people.nth(0)).to_have_class(re.compile("chosen"))
    page.screenshot(path=OUT / "bias.png")
    box = people.nth(3).locator("img").bounding_box()
    changes(lab, lambda: page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2))
    expect(people.nth(3)).to_have_class(re.compile("chosen"))
    page.keyboard.press("Tab")
    changes(lab, lambda: page.keyboard.press("Enter"))
    expect(people.nth(4)).to_have_class(re.compile("chosen"))


def type_settings_of_the_training(page, lab) -> None:
    from playwright.sync_api import expect

    seed, place = lab.get_by_label("Seed"), place_of(lab.get_by_text("How is it drawn?"))
    for wrong in ("-1", "99999999"):
        type_into(page, seed, wrong)
        complains(lab, wrong)
        expect(seed).to_have_value("0")  # what is valid
        page.screenshot(path=OUT / "bias_refused.png")
        assert place_of(lab.get_by_text("How is it drawn?")) == place  # nothing jumps
    type_into(page, seed, "2")
    expect(lab.get_by_role("status").filter(has_text="Problem")).to_have_count(0)
    expect(seed).to_have_value("2")
    readout = lab.locator(".widget-slider", has_text="Skew").locator(".widget-readout")
    for typed in ("75%", "90"):
        readout.fill(typed)
        page.keyboard.press("Enter")
        expect(lab.get_by_text(f"{typed[:2]} % are men")).to_be_visible()


def stop_a_training(page, lab) -> None:
    from playwright.sync_api import expect

    before, place = picture(lab), place_of(lab.get_by_text("How is it drawn?"))
    lab.get_by_role("button", name="Train").click()
    stop = lab.get_by_role("button", name="Stop")
    expect(stop).to_be_visible()
    page.screenshot(path=OUT / "bias_training.png")
    assert place_of(lab.get_by_text("How is it drawn?")) == place
    stop.click()
    complains(lab, "nothing was kept")
    assert picture(lab) == before and lab.get_by_label("Network").locator("option").count() == 2


def train_a_network(page, lab) -> None:
    """It is shown beside the one before: the same person, both maps, both accuracies."""
    from playwright.sync_api import expect

    network, before = lab.get_by_label("Network"), picture(lab)
    shown = lab.locator("img.class-picker-image:visible")
    expect(shown).to_have_count(1)
    lab.get_by_role("button", name="Train").click()
    expect(network.locator("option")).to_have_count(3)
    expect(network.locator("option").nth(2)).to_have_text("90%, seed 2 (yours)")
    expect(shown).to_have_count(2)
    expect(shown.nth(1)).to_have_attribute("src", before)
    expect(shown.first).not_to_have_attribute("src", before)
    expect(lab.get_by_text("How often is it right?").locator("visible=true")).to_have_count(2)
    expect(lab.get_by_role("button", name="Train")).to_be_enabled()
    page.screenshot(path=OUT / "bias_trained.png")


def what_a_screen_reader_hears(lab) -> None:
    from playwright.sync_api import expect

    for name in ("Opacity %", "Skew %"):
        expect(lab.get_by_role("slider", name=name)).to_be_visible()
    for image in lab.locator("img:visible").all():
        expect(image).to_have_attribute("alt", re.compile("(Doctor|Nurse), (man|woman), .*says (doctor|nurse)"))
    assert lab.locator("[title=null]").count() == 0
    expect(lab.locator("label", has_text="same colour scale")).to_have_attribute("title", re.compile("^Ends the"))


def save(page, lab) -> None:
    with page.expect_download(timeout=PATIENCE) as download:
        lab.get_by_role("button", name="Save").click()
    assert re.match("clinic_network-90-seed-2-grad-cam-for-.*[.]png$", download.value.suggested_filename)


def nothing_scrolls_sideways(page, lab) -> None:
    for width in (390, 640, 1300):
        page.set_viewport_size({"width": width, "height": 3300})  # the whole widget
        page.wait_for_timeout(500)
        assert scroll_sideways(lab) == [], width
        assert lab.evaluate(CUT_OFF) == [], width
        for row in lab.locator(".bars div:has(> span)", has_text="%").all():
            share = re.search(r"([\d.]+) %", row.inner_text())[1]
            assert abs(row.locator("span").bounding_box()["width"] - 0.6 * float(share)) < 2  # a bar is not squeezed
        lab.screenshot(path=OUT / f"bias_{width}.png")
