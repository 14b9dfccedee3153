"""The slider as a reader meets it: in JupyterLab, with the mouse, with the keyboard, by its names, dark and narrow."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.browsing import OUT, changes, complains, needs_chromium, run_all, small_notebook

CODE = """import numpy as np
from gradcam_lib.pictures.samples import sample
from gradcam_lib.widgets import Slider

cat = sample("cat")

def noisy(sigma):
    if sigma == 0.3:
        raise ValueError("sigma 0.3: too much of it")
    noise = np.random.default_rng(0).normal(0, 255 * sigma, cat.shape)
    picture = (cat + noise).clip(0, 255).astype(np.uint8)
    return picture, f"The photograph of a cat with noise of {100 * sigma:.0f} % of the range of its values."

Slider([0, 0.05, 0.1, 0.2, 0.3], noisy, label="σ of the noise", start=0.05)"""

pytestmark = [needs_chromium, pytest.mark.timeout(400)]


def test_the_slider_in_jupyterlab(opened, tmp_path: Path) -> None:
    from playwright.sync_api import expect

    with opened(small_notebook(tmp_path, CODE)) as page:
        slider = run_all(page, "picture-slider", "slider")

        def moved(do, name: str) -> None:
            changes(slider, do, "slider")
            expect(slider.get_by_role("status").filter(has_text=f"σ of the noise: {name}")).to_be_visible()

        page.screenshot(path=OUT / "slider_light.png")
        track = slider.locator(".noUi-base").bounding_box()
        middle = track["y"] + track["height"] / 2
        moved(lambda: page.mouse.click(track["x"] + 0.75 * track["width"], middle), "0.2")
        handle = slider.get_by_role("slider", name="σ of the noise")
        handle.focus()
        moved(lambda: page.keyboard.press("ArrowLeft"), "0.1")
        expect(handle).to_be_focused()
        moved(lambda: page.keyboard.press("ArrowLeft"), "0.05")
        page.keyboard.press("Tab")
        expect(slider.get_by_role("button", name="Next")).to_be_focused()
        moved(lambda: page.keyboard.press("Space"), "0.1")
        expect(slider.get_by_role("img", name="The photograph of a cat with noise of 10 %")).to_be_visible()
        moved(slider.get_by_role("button", name="Next").click, "0.2")
        moved(slider.get_by_role("button", name="Next").click, "0.3")
        complains(slider, "sigma 0.3: too much of it")
        moved(slider.get_by_role("button", name="Previous").click, "0.2")
        expect(slider.get_by_text("Problem:")).to_have_count(0)
        for key in "xdd":  # JupyterLab's commands that delete the cell
            page.keyboard.press(key)
        expect(slider.get_by_role("button", name="Previous")).to_be_focused()
