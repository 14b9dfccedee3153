"""The site is built once for all tests, which one process runs, and served to a headless Chromium."""

from __future__ import annotations

import functools
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.browsing import CHROMIUM, FLAGS, PATIENCE
from support.live_page import new_page

LIVE = "live"


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a finished site."""
    pytest.importorskip("onnxscript", reason="the packages of the site are not installed")
    from gradcam_lib.site.build import build

    folder = tmp_path_factory.mktemp("site")
    build(folder, lambda text: None)
    return folder


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        if self.path == "/favicon.ico":  # which browsers ask for beside a page that names none
            self.send_response(204)
            self.end_headers()
        else:
            super().do_GET()

    def end_headers(self) -> None:
        self.send_header("Cache-Control", "no-store")  # a test that breaks a file must meet it
        super().end_headers()


@pytest.fixture(scope="session")
def served(site: Path) -> Iterator[str]:
    """The address of the folder of the live pages."""
    handler = functools.partial(Quiet, directory=str(site))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/{LIVE}/"
        server.shutdown()


@pytest.fixture(scope="session")
def address(site: Path, served: str) -> str:
    """Of the live page. Skips where it would need the internet."""
    if not (site / LIVE / "runtime").is_dir():
        pytest.skip("npm could not fetch onnxruntime-web, so no network can be run in the page here")
    return served


@pytest.fixture(scope="session")
def words(served: str) -> str:
    """The address of the page of words, on which no network runs."""
    return f"{served}words.html"


@pytest.fixture(scope="module")  # Playwright's event loop runs until it is closed, and other tests need theirs
def browser() -> Iterator:
    playwright = pytest.importorskip("playwright.sync_api")
    playwright.expect.set_options(timeout=PATIENCE)
    camera = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
    with playwright.sync_playwright() as p:
        chromium = p.chromium.launch(executable_path=CHROMIUM, args=[*FLAGS, *camera], timeout=PATIENCE)
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def shared(browser) -> Iterator:
    page = new_page(browser)
    yield page
    page.context.close()


@pytest.fixture
def page(shared) -> Iterator:
    """The same page for every test: loading the network again and again would take most of the time.

    ``support.live_page.opened`` brings it to any state. What it complains of in the console fails the test.
    """
    shared.complaints.clear()
    yield shared
    shared.unroute_all()
    assert shared.complaints == []


@pytest.fixture
def fresh(browser) -> Iterator:
    """A page of its own, for tests of what happens while it loads."""
    page = new_page(browser)
    yield page
    page.context.close()
    assert page.complaints == []
