"""The served app as a visitor meets it: three tabs, bad files, no place left, and what stays when he has gone."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from PIL import Image
from support.browsing import CHROMIUM, FLAGS, OUT, PATIENCE, environment, free_port, needs_chromium, wait_for_server

from gradcam_lib.paths import MODELS
from gradcam_lib.pictures.samples import sample

pytest.importorskip("voila")
pytestmark = [
    needs_chromium,
    pytest.mark.skipif(not (MODELS / "captioner_photo.safetensors").is_file(), reason="the captioner is not trained"),
    pytest.mark.timeout(400),
]
# What a visitor does who drops files: of each kind of event, a script can send the one that a mouse would.
DROP = """([root, n]) => new Promise(done => {
  const canvas = document.createElement('canvas'), files = new DataTransfer();
  canvas.toBlob(content => {
    for (let i = 0; i < n; i++) files.items.add(new File([content], `dropped ${i}.png`, {type: 'image/png'}));
    root.dispatchEvent(new DragEvent('drop', {dataTransfer: files, bubbles: true, cancelable: true}));
    done();
  });
})"""


def test_a_visit(tmp_path: Path) -> None:
    from playwright.sync_api import expect

    Image.fromarray(sample("coffee")).save(tmp_path / 'my "cup" 🙂.png')
    (tmp_path / "program.png").write_bytes(b"\x7fELF\x02\x01\x01" + bytes(5000))
    with (tmp_path / "large.png").open("wb") as file:
        file.truncate(100_000_000)
    with served(tmp_path) as (server, url), pages(url) as new_page:
        page = new_page(1300, "light")
        outside: list[str] = []
        page.on("requestfinished", lambda r: outside.append(r.url) if r.url.startswith("http") else None)
        asked = page.context.request.get(f"{url}?theme=light", headers={"Sec-Fetch-Site": "cross-site"})
        assert "is being made ready" in asked.text() and kernels_of(server) == [], "an image elsewhere starts no kernel"
        first_maps(page)
        three_beside(page, "Which class?")
        (kernel,) = kernels_of(server)

        picker, status = page.locator(".class-picker"), page.get_by_role("status")
        choose(page, picker, tmp_path / "program.png")
        expect(status.filter(has_text="not a picture that can be read")).to_be_visible()
        choose(page, picker, tmp_path / "large.png")
        expect(status.filter(has_text="takes files of at most 20 MB")).to_be_visible()
        choose(page, picker, tmp_path / 'my "cup" 🙂.png')
        expect(picker.get_by_text('my "cup" 🙂.png: the network sees')).to_be_visible()
        picker.get_by_label("Other").fill("zebr")
        picker.get_by_label("Other").press("Enter")
        expect(page.locator(".app-tried li").filter(has_text="zebra")).to_be_visible()
        page.evaluate(DROP, [page.locator("h1").element_handle(), 10])  # beside the widgets
        expect(picker.get_by_text("dropped 0.png: the network sees")).to_be_visible()
        expect(status.filter(has_text="10 files: one at a time")).to_be_visible()
        page.screenshot(path=OUT / "app_classes.png")

        page.get_by_role("tab", name="Captioning").click()
        three_beside(page, "Which caption?")
        page.locator(".word-buttons button:visible").nth(1).click()
        expect(page.locator(".app-tried li").filter(has_text=re.compile(r"Captioning.*\(word 1\)"))).to_be_visible()
        page.get_by_role("tab", name="Question answering").click()
        three_beside(page, "What is asked?")
        page.get_by_role("button", name="Motorcycle").locator("visible=true").click()
        expect(page.locator(".app-tried li").filter(has_text="Questions, motorcycle")).to_be_visible()
        page.screenshot(path=OUT / "app_questions.png")
        with page.expect_download() as download:
            page.get_by_role("button", name="Download all").click()
        assert download.value.suggested_filename == "gradcam_tried.zip"
        assert [one for one in outside if not one.startswith(url)] == [], "nothing comes from another server"

        late = new_page(390, "dark")
        assert late.goto(url).status == 503
        expect(late.get_by_role("heading", name="All places are taken")).to_be_visible()
        assert page.context.request.get(url).status == 200, "who loads the page again has his place"
        page.close(run_before_unload=True)
        assert psutil.wait_procs([kernel], timeout=60)[1] == [], "who leaves frees the memory"
        first_maps(late)
        assert late.locator("body[data-jp-theme-light=false]").count() == 1, "in the colours of the visitor"
        assert late.evaluate("document.documentElement.scrollWidth") <= 390
        late.screenshot(path=OUT / "app_telephone.png")
        kernels_of(server)[0].kill()
        late.evaluate("dispatchEvent(new Event('visibilitychange'))")  # at which a page asks what there is to tell
        expect(late.get_by_role("alert").filter(has_text="The program behind this page has stopped")).to_be_visible()
        assert late.locator(".app").get_attribute("inert") == ""
        expect(late.get_by_role("button", name="Load the page again")).to_be_visible()
        late.screenshot(path=OUT / "app_ended.png")


def first_maps(page) -> None:
    from playwright.sync_api import expect

    page.goto(page.url if page.url.startswith("http") else page.context.base, wait_until="commit")
    expect(page.get_by_role("status").filter(has_text="The networks are being loaded")).to_be_visible()
    page.locator("img.app-map").nth(2).wait_for(timeout=2 * PATIENCE)


def three_beside(page, choice: str) -> None:
    """The maps stand in a row, and the heading of what chooses them stands to the right, not below."""
    maps = page.locator("img.app-map:visible")
    maps.nth(2).wait_for()
    boxes = [one.bounding_box() for one in maps.all()]
    heading = page.get_by_text(choice, exact=True).locator("visible=true").bounding_box()
    assert len(boxes) == 3 and {round(box["y"]) for box in boxes} == {round(boxes[0]["y"])}
    assert heading["x"] > max(box["x"] + box["width"] for box in boxes) and heading["y"] < boxes[0]["y"]


def kernels_of(server: subprocess.Popen) -> list[psutil.Process]:
    children = psutil.Process(server.pid).children(recursive=True)
    return [child for child in children if "ipykernel_launcher" in " ".join(child.cmdline())]


def choose(page, explorer, path: Path) -> None:
    with page.expect_file_chooser() as chooser:
        explorer.locator(".widget-upload").click()
    chooser.value.set_files(path)


@contextmanager
def served(folder: Path) -> Iterator[tuple[subprocess.Popen, str]]:
    """One visitor at a time."""
    home, port = folder / ".jupyter-home", free_port()
    home.mkdir()
    command = [sys.executable, "-m", "gradcam_lib.commands.app", f"--port={port}", "--visitors=1", "--no-browser"]
    with open(home / "app.log", "w") as log:
        server = subprocess.Popen(command, env=environment(home), stdout=log, stderr=subprocess.STDOUT)
    kernels: list[psutil.Process] = []
    try:
        wait_for_server(server, port, home / "app.log")
        yield server, f"http://127.0.0.1:{port}/"
        kernels = psutil.Process(server.pid).children(recursive=True)
    finally:
        server.terminate()
        server.wait(60)
        assert psutil.wait_procs(kernels, timeout=30)[1] == [], "a server that ends takes its kernels along"


@contextmanager
def pages(url: str) -> Iterator:
    """new_page(width, colours), each of a visitor of its own."""
    playwright = pytest.importorskip("playwright.sync_api")
    playwright.expect.set_options(timeout=PATIENCE)
    OUT.mkdir(exist_ok=True)
    with playwright.sync_playwright() as p:
        browser = p.chromium.launch(executable_path=CHROMIUM, args=FLAGS, timeout=PATIENCE)

        def new_page(width: int, colours: str):
            context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=colours)
            context.base = url
            page = context.new_page()
            page.set_default_timeout(PATIENCE)
            return page

        try:
            yield new_page
        except Exception:
            browser.contexts[0].pages[0].screenshot(path=OUT / "app_failed.png", timeout=PATIENCE)
            raise
        finally:
            browser.close()
