"""JupyterLab in headless Chromium, for the tests that drive widgets as a reader does."""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import nbformat
import pytest

from gradcam_lib.paths import ROOT, weights_folder

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --disable-dev-shm-usage"
).split()
PATIENCE = 120_000  # ms: on a busy machine, importing torch and JupyterLab's first page take most of a minute
OUT = ROOT / "test-output"
needs_chromium = pytest.mark.skipif(
    CHROMIUM is None, reason="no Chromium is installed; on Debian: apt-get install chromium"
)


def press_run_all(page) -> None:
    # A Run before the kernel is idle is lost without a word.
    page.get_by_text(re.compile(r"\| Idle$")).wait_for(timeout=PATIENCE)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()


def run_all(page, name: str, image: str | None = None):
    """Runs every cell and returns the last widget of a class once it shows its picture."""
    press_run_all(page)
    widget = page.locator(f".{name}").last
    widget.locator(f"img.{image or name}-image").first.wait_for(timeout=2 * PATIENCE)
    return widget


def small_notebook(folder: Path, code: str) -> Path:
    """A notebook of one cell."""
    notebook = folder / "widget.ipynb"
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3 (ipykernel)"}}  # or JupyterLab asks for one
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)], metadata=kernel), notebook)
    return notebook


def type_into(page, field, text: str) -> None:
    field.fill(text)
    field.press("Enter")


def picture(explorer, name: str = "class-picker") -> str:
    return explorer.locator(f"img.{name}-image").first.get_attribute("src")


def complains(explorer, words: str) -> None:
    from playwright.sync_api import expect

    expect(explorer.get_by_role("status").filter(has_text=words).first).to_be_visible()


def changes(explorer, do, name: str = "class-picker") -> None:
    """Does something and waits until the picture is another one."""
    from playwright.sync_api import expect

    before = picture(explorer, name)
    do()
    expect(explorer.locator(f"img.{name}-image").first).not_to_have_attribute("src", before)


def scroll_sideways(explorer) -> list[str]:
    """The classes of all parts that are wider than their box, and of the output around the explorer."""
    return explorer.evaluate(
        """root => [...root.querySelectorAll("*"), root.closest(".jp-OutputArea-output")].filter(
            e => e.scrollWidth > e.clientWidth + 1 && ["auto", "scroll"].includes(getComputedStyle(e).overflowX)
        ).map(e => e.className)"""
    )


def place_of(part) -> float:
    """How far down the page it stands, in pixels."""
    return part.bounding_box()["y"]


def switch_to_dark(page) -> None:
    page.get_by_role("menuitem", name="Settings", exact=True).click()
    for item in ("Theme", "JupyterLab Dark"):
        page.locator(".lm-Menu-itemLabel").get_by_text(item, exact=True).click()
    page.locator("body[data-jp-theme-light=false]").wait_for(state="attached")
    page.locator("#jupyterlab-splash").wait_for(state="detached")


class Lab:
    """A JupyterLab for the notebooks below ``folder``, with nobody's settings and without the network."""

    def __init__(self, folder: Path, home: Path):
        self.folder, self.home, self.token, self.port = folder, home, secrets.token_hex(8), free_port()
        command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1"]
        command += [f"--port={self.port}", "--ServerApp.port_retries=0", f"--ServerApp.root_dir={folder}"]
        command += [f"--IdentityProvider.token={self.token}", "--LabApp.extension_manager=readonly"]
        command += ["--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"]
        with open(home / "lab.log", "w") as log:
            self.process = subprocess.Popen(command, env=environment(home), stdout=log, stderr=subprocess.STDOUT)
        wait_for_server(self.process, self.port, home / "lab.log")

    @contextmanager
    def opened(self, notebook: Path) -> Iterator:
        """The page of a notebook, light and as JupyterLab first shows it; its kernel ends with the page."""
        playwright = pytest.importorskip("playwright.sync_api")
        playwright.expect.set_options(timeout=PATIENCE)
        OUT.mkdir(exist_ok=True)
        self._as_new()
        path = notebook.relative_to(self.folder).as_posix()
        with playwright.sync_playwright() as p:
            browser = p.chromium.launch(executable_path=CHROMIUM, args=FLAGS, timeout=PATIENCE)
            try:
                page = browser.new_page(viewport={"width": 1200, "height": 900})
                page.set_default_timeout(PATIENCE)
                page.goto(f"{self._address}/doc/tree/{path}?token={self.token}&reset", timeout=PATIENCE)
                page.wait_for_selector(".jp-NotebookPanel .jp-Cell", timeout=PATIENCE)
                yield page
            except Exception:
                browser.contexts[0].pages[0].screenshot(path=OUT / f"{notebook.stem}_failed.png", timeout=PATIENCE)
                raise
            finally:
                browser.close()
                for kernel in json.loads(self._ask("api/kernels")):
                    self._ask(f"api/kernels/{kernel['id']}", "DELETE")

    def close(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(30)

    def _as_new(self) -> None:
        """What another test has chosen, such as a theme, is gone."""
        shutil.rmtree(self.home / "settings", ignore_errors=True)
        settings = self.home / "settings" / "@jupyterlab" / "apputils-extension"
        settings.mkdir(parents=True)
        quiet = {"fetchNews": "false", "checkForUpdates": False}
        (settings / "notification.jupyterlab-settings").write_text(json.dumps(quiet))

    @property
    def _address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def _ask(self, path: str, method: str = "GET") -> bytes:
        headers = {"Authorization": f"token {self.token}"}
        request = urllib.request.Request(f"{self._address}/{path}", headers=headers, method=method)
        with urllib.request.urlopen(request, timeout=PATIENCE / 1000) as response:
            return response.read()


def environment(home: Path) -> dict[str, str]:
    folders = {
        "JUPYTER_CONFIG_DIR": home / "config", "JUPYTER_DATA_DIR": home / "data", "IPYTHONDIR": home / "ipython",
        "JUPYTER_RUNTIME_DIR": home / "runtime", "JUPYTERLAB_SETTINGS_DIR": home / "settings",
        "JUPYTERLAB_WORKSPACES_DIR": home / "workspaces", "GRADCAM_FIGURES": home / "figures",
    }  # fmt: skip
    if weights := weights_folder():
        folders["GRADCAM_WEIGHTS"] = weights.resolve()  # it may be relative to another folder than the kernel's
    paths = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    return {**os.environ, **{k: str(v) for k, v in folders.items()}, "GRADCAM_OFFLINE": "1", "PYTHONPATH": paths}


def wait_for_server(server: subprocess.Popen, port: int, log: Path) -> None:
    end = time.monotonic() + PATIENCE / 1000
    while time.monotonic() < end and server.poll() is None:
        with socket.socket() as s:
            if s.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    pytest.fail(f"JupyterLab does not listen:\n{log.read_text()[-2000:]}")


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]
