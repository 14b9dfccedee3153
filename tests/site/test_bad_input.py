"""What is no picture, too large, broken or missing gets a sentence, and the page goes on."""

from __future__ import annotations

import io
import os
from pathlib import Path

from PIL import Image
from support.bombs import png_header, zip_bomb
from support.browsing import needs_chromium
from support.live_page import opened, panel, says, shown

from gradcam_lib.pictures.samples import sample_path

pytestmark = needs_chromium


def written(image: Image.Image, kind: str) -> bytes:
    file = io.BytesIO()
    image.save(file, kind)
    return file.getvalue()


def test_files_that_are_refused(page, address: str, tmp_path: Path) -> None:
    opened(page, address)
    before = panel(page)["logits"]
    jpeg = sample_path("rocket").read_bytes()
    refused = {
        "empty.png": (b"", "is empty"),
        "program.png": (b"MZ\x90\x00" + bytes(2000), "not a picture"),
        "unpacks.png": (zip_bomb(), "not a picture"),
        "page.svg": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not a picture"),
        "photo.heic": (b"\0\0\0\x18ftypheic" + bytes(40), "HEIC"),
        "bomb.png": (png_header(60_000, 60_000), "60000 × 60000 pixels, and the limit is 50 million"),
        "nothing.png": (png_header(0, 5), "no pixels"),
        "broken.png": (png_header(50, 50), "truncated or broken"),
        "broken.jpg": (jpeg[:100], "not a picture"),
        "thin.png": (written(Image.new("RGB", (3, 4000)), "PNG"), "too long and narrow"),
        "../../etc/<b>“🐱”.png": (b"MZ", "“🐱”.png is not a picture"),
    }
    for name, (data, sentence) in refused.items():
        page.locator("#file").set_input_files({"name": name, "mimeType": "image/png", "buffer": data})
        says(page, sentence)
    large = tmp_path / "large.jpg"
    large.write_bytes(jpeg)
    os.truncate(large, 100_000_000)
    page.locator("#file").set_input_files(large)
    says(page, "large.jpg has 100 MB, and the limit is 30 MB")
    assert (panel(page)["logits"] == before).all()
    page.locator("#file").set_input_files({"name": "🐱 fine.jpg", "mimeType": "image/jpeg", "buffer": jpeg})
    page.get_by_role("button", name="missile", exact=True).wait_for()
    assert page.locator("#message").inner_text() == ""


def test_several_files_and_a_drop_that_is_none(page, address: str) -> None:
    opened(page, address)
    give = """async ([n, file]) => {
        const dataTransfer = new DataTransfer(), content = file ? await (await fetch(file)).blob() : "x";
        for (let i = 0; i < n; i++) dataTransfer.items.add(new File([content], `no_${i}.png`, { type: "image/png" }));
        document.body.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
    }"""
    page.evaluate(give, [0, ""])
    says(page, "That was no file")
    page.evaluate(give, [10, ""])
    says(page, "no_0.png is not a picture")
    page.evaluate(give, [10, "samples/coffee.jpg"])
    says(page, "10 files came; the first is shown")
    page.get_by_role("button", name="espresso", exact=True).wait_for()


def test_a_network_that_does_not_arrive_is_asked_for_again(fresh, address: str) -> None:
    from playwright.sync_api import expect

    answers = [lambda route: route.abort(), lambda route: route.fulfill(status=404), half]
    fresh.route("**/models/*.onnx", lambda route: answers.pop(0)(route) if answers else route.continue_())
    link = f"{address}#picture=coffee&class=285"
    fresh.goto(link)
    again = fresh.get_by_role("button", name="Try again")
    for sentence in ("did not arrive", "the server answers 404", "bytes instead of"):
        says(fresh, sentence)
        expect(fresh.locator("canvas")).to_have_attribute("aria-label", "A cup of espresso on a saucer, with a spoon.")
        assert fresh.url == link, "a reload would lose what the link names"
        again.click()
    shown(fresh)
    assert fresh.url == link and "Egyptian cat" in fresh.locator(".title").inner_text()
    assert fresh.locator("#message").inner_text() == ""
    fresh.complaints.clear()  # the browser tells of the files that did not arrive


def half(route) -> None:
    route.fulfill(status=200, body=b"<html>not found, but with a smile</html>")


def test_a_runtime_that_is_another_is_refused(fresh, address: str) -> None:
    fresh.route("**/*.mjs", lambda route: route.fulfill(status=200, body="export const evil = 1;"))
    fresh.goto(address)
    says(fresh, "not the file that was meant")
    fresh.complaints.clear()


def test_a_missing_sample_and_missing_settings(fresh, address: str) -> None:
    opened(fresh, address)
    fresh.route("**/samples/rocket.jpg", lambda route: route.fulfill(status=500))
    fresh.get_by_role("button", name="Rocket", exact=True).click()
    says(fresh, "The picture Rocket did not arrive")
    opened_without_a_sample(fresh, f"{address}#picture=rocket")
    fresh.route("**/settings.json", lambda route: route.abort())
    fresh.reload()
    says(fresh, "settings.json did not arrive")
    fresh.unroute_all()
    fresh.get_by_role("button", name="Try again").click()
    shown(fresh)
    fresh.complaints.clear()


def opened_without_a_sample(page, address: str) -> None:
    """A reader's own picture is explained all the same."""
    page.goto("about:blank")
    page.goto(address)
    says(page, "The picture Rocket did not arrive")
    page.locator("#file").set_input_files(sample_path("coffee"))
    page.get_by_role("button", name="espresso", exact=True).wait_for()
    page.wait_for_function("() => !document.querySelector('#message').textContent")


def test_a_browser_without_webassembly_gets_a_sentence(fresh, address: str) -> None:
    fresh.add_init_script("delete globalThis.WebAssembly")
    fresh.goto(address)
    says(fresh, "no WebAssembly")


def test_a_browser_that_changes_pixels_gets_a_sentence(fresh, address: str) -> None:
    """As some do against fingerprinting; the maps would be of another picture."""
    noise = "const true_one = CanvasRenderingContext2D.prototype.getImageData;"
    noise += "CanvasRenderingContext2D.prototype.getImageData = function (...args) {"
    noise += "const image = true_one.apply(this, args); image.data[400] ^= 1; return image; };"
    fresh.add_init_script(noise)
    fresh.goto(address)
    says(fresh, "This browser changes the pixels that a page reads")


def test_a_page_opened_from_a_file_says_what_to_do(fresh, site: Path) -> None:
    fresh.goto((site / "live" / "index.html").as_uri())
    says(fresh, "python3 -m http.server")
    fresh.complaints.clear()  # the browser refuses modules from files
