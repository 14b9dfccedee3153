"""The bias laboratory as a reader meets it: in JupyterLab, with the mouse; trained, stopped, and a person changed."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.browsing import (
    OUT,
    changes,
    complains,
    needs_chromium,
    opened,
    picture,
    run_all,
    small_notebook,
    type_into,
)

from gradcam_lib.bias.collection import FILES
from gradcam_lib.paths import MODELS

pytestmark = [
    needs_chromium,
    pytest.mark.skipif(
        not all((MODELS / file).is_file() for file, _ in FILES.values()), reason="the networks are not trained"
    ),
    pytest.mark.timeout(600),
]


def test_the_bias_laboratory(tmp_path: Path) -> None:
    from playwright.sync_api import expect

    code = "from gradcam_lib.widgets import BiasLab\nBiasLab(per_cell=5, per_class=20)"
    with opened(small_notebook(tmp_path, code)) as page:
        lab = run_all(page, "bias-lab", "class-picker")
        expect(lab.locator(".bias-lab-person img")).to_have_count(8)
        page.screenshot(path=OUT / "bias.png")
        changes(lab, lambda: lab.locator(".bias-lab-person button").nth(3).click())
        changes(lab, lambda: lab.locator(".bias-lab-version button").nth(1).click())  # other hair and face
        page.screenshot(path=OUT / "bias_hair.png")
        network = lab.get_by_label("Network")
        changes(lab, lambda: network.select_option(index=1))
        before = picture(lab)
        seed, train = lab.get_by_label("Seed"), lab.get_by_role("button", name="Train")
        type_into(page, seed, "-1")
        complains(lab, "-1")
        type_into(page, seed, "2")
        train.click()
        stop = lab.get_by_role("button", name="Stop")
        expect(stop).to_be_visible()
        page.screenshot(path=OUT / "bias_training.png")
        stop.click()
        complains(lab, "nothing was kept")
        assert picture(lab) == before and network.locator("option").count() == 2  # what was there is there
        train.click()
        expect(network.locator("option")).to_have_count(3)
        expect(network.locator("option").nth(2)).to_have_text("yours: 90%, seed 2")
        expect(lab.locator("img.class-picker-image").first).not_to_have_attribute("src", before)
        expect(train).to_be_enabled()
        page.screenshot(path=OUT / "bias_trained.png")
