"""The occlusion brush as a reader meets it: cells pressed with the mouse and with the keyboard, then the map."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from support.browsing import OUT, changes, needs_chromium, run_all, small_notebook

CODE = """from gradcam_lib import load_classifier
from gradcam_lib.pictures.samples import sample
from gradcam_lib.widgets import OcclusionBrush

OcclusionBrush(sample("motorcycle"), load_classifier("photonet"))"""

pytestmark = [needs_chromium, pytest.mark.timeout(400)]


def test_the_brush_in_jupyterlab(opened, tmp_path: Path) -> None:
    from playwright.sync_api import expect

    with opened(small_notebook(tmp_path, CODE)) as page:
        brush = run_all(page, "occlusion-brush")

        def changed(do) -> None:
            changes(brush, do, "occlusion-brush")

        def says(words: str) -> None:
            expect(brush.get_by_role("status").filter(has_text=re.compile(words))).to_be_visible()

        cell = brush.get_by_role("button", name="row 4, column 3", exact=True)
        picture, box = brush.locator("img.occlusion-brush-image").bounding_box(), cell.bounding_box()
        assert (box["x"] - picture["x"]) / picture["width"] == pytest.approx(2 / 7, abs=0.01)
        assert (box["y"] - picture["y"]) / picture["height"] == pytest.approx(3 / 7, abs=0.01)
        assert box["width"] == pytest.approx(picture["width"] / 7, abs=1)
        assert brush.locator(".occlusion-brush-stage").evaluate("stage => getComputedStyle(stage).overflow") == "hidden"
        changed(cell.click)
        says("1 cell covered.*Logit .* → .*(falls|rises) by")
        for key in "xdd":  # JupyterLab's commands that delete the cell
            page.keyboard.press(key)
        expect(brush.get_by_role("button", name="row 4, column 3, covered")).to_be_focused()
        page.keyboard.press("Tab")
        expect(brush.get_by_role("button", name="row 4, column 4", exact=True)).to_be_focused()
        changed(lambda: page.keyboard.press("Space"))
        says("2 cells covered")
        expect(brush.get_by_role("img", name=re.compile("row 4, column 3; row 4, column 4"))).to_be_visible()
        changed(brush.get_by_role("button", name="Show the map").click)
        expect(brush.get_by_role("row", name=re.compile("random, mean of 20 draws"))).to_be_visible()
        page.screenshot(path=OUT / "brush_light.png")
        changed(brush.get_by_role("button", name="Hide the map").click)
        changed(brush.get_by_role("button", name="row 4, column 3, covered").click)
        says("1 cell covered")
        changed(brush.get_by_role("button", name="Clear").click)
        says("No cell is covered")
