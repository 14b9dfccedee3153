"""The blind game as a reader meets it: in JupyterLab, with its keys, with the mouse, narrow and dark."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from support.browsing import OUT, needs_chromium, run_all, scroll_sideways, small_notebook, switch_to_dark

from gradcam_lib.paths import ROOT

CODE = f"""import sys
sys.path.insert(0, {str(ROOT / "tests")!r})
from support.toy_contest import contest
from gradcam_lib.widgets import BlindGame
BlindGame([contest()], seed=1)"""

pytestmark = [needs_chromium, pytest.mark.timeout(400)]


def test_the_blind_game_in_jupyterlab(opened, tmp_path: Path) -> None:
    from playwright.sync_api import expect

    with opened(small_notebook(tmp_path, CODE)) as page:
        game = run_all(page, "blind-game")
        buttons = {name: game.get_by_role("button", name=name) for name in ("Trust A", "Trust B", "Next round")}
        expect(
            game.get_by_role("img", name=re.compile("^(Red|Blue): the map of network [AB] is highest"))
        ).to_have_count(8)
        cells = page.locator(".jp-Cell").count()

        # With the keys alone: JupyterLab would insert a cell above or below where the focus had left the game.
        game.get_by_role("radio", name="fairly sure").or_(game.get_by_role("button", name="fairly sure")).click()
        page.keyboard.press("b")
        expect(game.get_by_role("status").filter(has_text="You trusted B")).to_be_visible()
        expect(buttons["Next round"]).to_be_focused()
        expect(buttons["Trust A"]).to_be_disabled()
        page.keyboard.press("a")  # too late
        expect(game.get_by_text("You trusted B")).to_be_visible()
        page.keyboard.press("n")
        expect(game.get_by_text("Round 2.")).to_be_visible()
        expect(buttons["Trust A"]).to_be_focused()
        expect(game.locator("table")).to_have_count(0)
        assert page.locator(".jp-Cell").count() == cells

        buttons["Trust A"].click()
        expect(game.get_by_role("status").filter(has_text="You trusted A")).to_be_visible()
        expect(game.get_by_role("columnheader", name="Network B")).to_be_visible()
        expect(game.get_by_role("rowheader", name="trained on")).to_be_visible()
        for width in (390, 640, 1300):
            page.set_viewport_size({"width": width, "height": 2400})
            page.wait_for_timeout(500)
            assert scroll_sideways(game) == [], width
            game.screenshot(path=OUT / f"blind_game_{width}.png")
        switch_to_dark(page)
        game.screenshot(path=OUT / "blind_game_dark.png")
