"""The live page for everybody: narrow and wide, light and dark, by keys alone, and to a checker of accessibility."""

from __future__ import annotations

import itertools
import tarfile
from pathlib import Path

import pytest
from support.browsing import OUT, needs_chromium
from support.live_page import new_page, opened, says, shown, tab_to

from gradcam_lib.networks.weights import cache_folder
from gradcam_lib.site.runtime import NoRuntime, fetch_package

pytestmark = needs_chromium
AXE = "4.14.1"
CUT_OFF = """[...document.querySelectorAll("button, p, span, li")].filter(
    (e) => e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).display !== "inline").map((e) => e.textContent)"""
FULL = "#picture=cat_and_coffee&method=signed&position=4.2&picture2=rocket&covered2=3.4"
WORDS = "#method=signed&picture=scene_3&word=8&position=4.2&picture2=rocket&text2=3&answer2=2&position2=9.10"
SKEW = "#skew=78/93&beside=100/100&person=4&method=signed"


@pytest.fixture(scope="session")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    """axe-core's script, kept for the next time. Skips where npm cannot fetch it."""
    kept = Path(cache_folder()) / f"axe-core-{AXE}.min.js"
    if not kept.is_file():
        try:
            archive = fetch_package("axe-core", AXE, tmp_path_factory.mktemp("axe"))
        except NoRuntime as missing:
            pytest.skip(f"axe-core is not at hand: {missing}")
        with tarfile.open(archive) as opened_archive:
            script = opened_archive.extractfile("package/axe.min.js").read()
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_bytes(script)
    return kept.read_text(encoding="utf-8")


def test_it_fits_and_is_accessible(browser, address: str, axe: str) -> None:
    """Narrow and wide, light and dark: no overflow to the side, and no serious finding; full of parts, and with few."""
    page = new_page(browser, bypass_csp=True)  # the checker is a script that the page would not let in
    OUT.mkdir(exist_ok=True)
    pages = {"full": FULL, "plain": "", "words": f"words.html{WORDS}", "skew": f"skew.html{SKEW}"}
    for name, state in pages.items():
        opened(page, address + state)
        if state == FULL:
            page.wait_for_function("() => document.body.textContent.includes('Likeliest class now: “')")
            page.get_by_label("Any other class").first.fill("dog")
        for width, scheme in itertools.product((390, 1300), ("light", "dark")):
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=scheme)
            page.screenshot(path=OUT / f"live_{name}_{scheme}_{width}.png", full_page=True)
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            assert page.evaluate(CUT_OFF) == []
            found = page.evaluate(f"async () => {{ {axe}; return (await axe.run()).violations; }}")
            assert [(v["id"], v["nodes"][0]["html"]) for v in found if v["impact"] in ("serious", "critical")] == []
        page.set_viewport_size({"width": 320, "height": 900})  # a page of 1,280 pixels at 400 %
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        page.emulate_media(media="print")  # still with the dark scheme, but on white paper
        assert page.evaluate("getComputedStyle(document.body).color") == "rgb(29, 29, 34)"
        page.emulate_media(media="screen")
    page.context.close()
    assert page.complaints == []


def test_everything_by_keys_alone(page, address: str) -> None:
    """From the top with Tab: a sample, a class, a position, the brush, a file. The focus is never lost."""
    opened(page, address)

    tab_to(page, "Coffee")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="espresso", exact=True).wait_for()
    tab_to(page, "row 1, column 1")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    assert "position=2.2" in page.url
    assert page.evaluate("document.activeElement.ariaLabel") == "row 2, column 2"
    tab_to(page, "cup")
    page.keyboard.press("Space")
    assert "“cup”" in page.locator(".title").inner_text()
    assert page.evaluate("document.activeElement.textContent") == "cup"
    page.keyboard.press("Tab")
    page.get_by_label("covers it in grey").focus()
    page.keyboard.press("Space")
    tab_to(page, "row 2, column 2")
    page.keyboard.press("Space")
    page.wait_for_function("() => document.querySelector('.answer').textContent.includes('Likeliest class now: “')")
    assert page.evaluate("document.activeElement.ariaLabel") == "row 2, column 2, covered"
    tab_to(page, "Uncover all")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.ariaLabel") == "row 2, column 2", "the focus goes back to the picture"
    tab_to(page, "Begin anew")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="tiger cat", exact=True).wait_for()
    shown(page)


def test_where_no_clipboard_may_be_used_the_page_says_what_to_do(fresh, address: str) -> None:
    fresh.add_init_script("Object.defineProperty(Navigator.prototype, 'clipboard', { get: () => undefined })")
    opened(fresh, address)
    fresh.get_by_role("button", name="Copy a link").click()
    says(fresh, "Copy the address of this page")
