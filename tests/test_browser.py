"""The class picker as a reader meets it: JupyterLab in headless Chromium, run all, pick a class, see the map move.

Screenshots are kept in ``test-output/``. The page is slow to load and quick afterwards, so one visit checks it all.
"""

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
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2
import nbformat
import pytest

from gradcam_lib.paths import MODELS, NOTEBOOKS, ROOT, weights_folder
from gradcam_lib.samples import sample

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --disable-dev-shm-usage"
).split()
PATIENCE = 120_000  # ms: on a busy machine, importing torch and JupyterLab's first page take most of a minute
OUT = ROOT / "test-output"
AT_HAND = (MODELS / "photonet.safetensors").is_file() or bool(os.environ.get("GRADCAM_WEIGHTS"))
SMALL = """from gradcam_lib.samples import sample
from gradcam_lib.widgets import ClassPicker

ClassPicker(sample("cat"))"""

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed; on Debian: apt-get install chromium"),
    pytest.mark.skipif(not AT_HAND, reason="no network's weights are at hand"),
    pytest.mark.timeout(400),
]


def test_the_picker_in_jupyterlab(tmp_path: Path) -> None:
    notebook = tmp_path / "picker.ipynb"
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3 (ipykernel)"}}  # or JupyterLab asks for one
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(SMALL)], metadata=kernel), notebook)
    with opened(notebook) as page:
        picker = run_all(page)
        pick_the_second_class(picker)
        page.screenshot(path=OUT / "picker_light.png")
        pick_by_name(page, picker)
        ask_for_an_unknown_class(page, picker)
        choose_a_method(picker, "For and against")
        upload_pictures(page, picker)
        save_by_keyboard(page, picker, tmp_path)
        choose_a_method(picker, "Guided Grad-CAM")
        switch_to_dark(page)
        page.screenshot(path=OUT / "picker_dark.png")


@pytest.mark.parametrize("name", ["00_start_here"])
def test_the_picker_of_a_notebook(tmp_path: Path, name: str) -> None:
    original = NOTEBOOKS / f"{name}.ipynb"
    if not original.is_file():
        pytest.skip(f"{original.name} is not written yet")
    notebook = Path(shutil.copy(original, tmp_path))  # JupyterLab saves now and then: never into the repository
    with opened(notebook) as page:
        picker = run_all(page)
        picker.scroll_into_view_if_needed()
        pick_the_second_class(picker)
        page.screenshot(path=OUT / f"{name}.png")


# What a reader does


def pick_the_second_class(picker) -> None:
    from playwright.sync_api import expect

    button = picker.locator(".class-picker-likeliest button").nth(1)
    name, before = button.inner_text().strip(), picture(picker)
    button.click()
    wait_for_change(picker, before)
    expect(picker.get_by_text(f"“{name}”")).to_be_visible()
    expect(picker.get_by_text(re.compile(r"^Rank 2 of \d+ · probability [\d.]+ %"))).to_be_visible()


def pick_by_name(page, picker) -> None:
    from playwright.sync_api import expect

    name, before = picker.locator("datalist option").last.get_attribute("value"), picture(picker)
    type_ahead(picker).focus()
    page.keyboard.type(name)
    page.keyboard.press("Enter")
    wait_for_change(picker, before)
    expect(picker.get_by_text(f"“{name}”")).to_be_visible()
    expect(type_ahead(picker)).to_have_value("")  # ready for the next


def ask_for_an_unknown_class(page, picker) -> None:
    from playwright.sync_api import expect

    before = picture(picker)
    type_ahead(picker).fill("<i>unheard of</i>")
    page.keyboard.press("Enter")
    message = picker.get_by_role("status")
    expect(message).to_contain_text("Problem: class name '<i>unheard of</i>': no such class")
    expect(message.locator("i")).to_have_count(0)
    assert picture(picker) == before


def choose_a_method(picker, label: str) -> None:
    from playwright.sync_api import expect

    before = picture(picker)
    picker.get_by_label("Method").select_option(label=label)
    wait_for_change(picker, before)
    expect(picker.get_by_role("status")).to_have_count(0)  # what is solved is no longer complained of


def upload_pictures(page, picker) -> None:
    from playwright.sync_api import expect

    before = picture(picker)
    upload(page, picker, "mine.webp", cv2.imencode(".webp", sample("coffee")[..., ::-1])[1].tobytes())
    wait_for_change(picker, before)
    before = picture(picker)
    upload(page, picker, "notes<b>.png", b"these bytes are no picture")
    expect(picker.get_by_role("status")).to_contain_text("notes<b>.png: not a picture that can be read")
    assert picture(picker) == before


def save_by_keyboard(page, picker, folder: Path) -> None:
    from playwright.sync_api import expect

    picker.get_by_role("button", name="Own picture").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(picker.get_by_role("status")).to_contain_text("Saved: mine_for-and-against")
    assert len(list(folder.glob("mine_for-and-against-*.png"))) == 1


def switch_to_dark(page) -> None:
    page.get_by_role("menuitem", name="Settings", exact=True).click()
    for item in ("Theme", "JupyterLab Dark"):
        page.locator(".lm-Menu-itemLabel").get_by_text(item, exact=True).click()
    page.locator("body[data-jp-theme-light=false]").wait_for(state="attached")
    page.locator("#jupyterlab-splash").wait_for(state="detached")


def upload(page, picker, name: str, content: bytes) -> None:
    with page.expect_file_chooser(timeout=PATIENCE) as chooser:
        picker.get_by_role("button", name="Own picture").click()
    chooser.value.set_files({"name": name, "mimeType": "image/png", "buffer": content})


def type_ahead(picker):
    return picker.get_by_placeholder(re.compile("any class"))


def picture(picker) -> str:
    return picker.locator("img.class-picker-image").get_attribute("src")


def wait_for_change(picker, before: str) -> None:
    from playwright.sync_api import expect

    expect(picker.locator("img.class-picker-image")).not_to_have_attribute("src", before)


# JupyterLab and the browser


def run_all(page):
    """Runs every cell and returns the picker once it shows its picture."""
    # A Run before the kernel is idle is lost without a word.
    page.get_by_text(re.compile(r"\| Idle$")).wait_for(timeout=PATIENCE)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    picker = page.locator(".class-picker").last
    picker.locator("img.class-picker-image").wait_for(timeout=2 * PATIENCE)
    return picker


@contextmanager
def opened(notebook: Path) -> Iterator:
    """The page of a notebook in a JupyterLab of its own, with nobody's settings and without the network."""
    playwright = pytest.importorskip("playwright.sync_api")
    playwright.expect.set_options(timeout=PATIENCE)
    OUT.mkdir(exist_ok=True)
    with lab(notebook.parent) as (port, token), playwright.sync_playwright() as p:
        browser = p.chromium.launch(executable_path=CHROMIUM, args=FLAGS, timeout=PATIENCE)
        try:
            page = browser.new_page(viewport={"width": 1200, "height": 900})
            page.set_default_timeout(PATIENCE)
            page.goto(f"http://127.0.0.1:{port}/doc/tree/{notebook.name}?token={token}&reset", timeout=PATIENCE)
            page.wait_for_selector(".jp-NotebookPanel .jp-Cell", timeout=PATIENCE)
            yield page
        except Exception:
            browser.contexts[0].pages[0].screenshot(path=OUT / f"{notebook.stem}_failed.png", timeout=PATIENCE)
            raise
        finally:
            browser.close()


@contextmanager
def lab(folder: Path) -> Iterator[tuple[int, str]]:
    home = folder / ".jupyter-home"
    settings = home / "settings" / "@jupyterlab" / "apputils-extension"
    settings.mkdir(parents=True)
    quiet = {"fetchNews": "false", "checkForUpdates": False}
    (settings / "notification.jupyterlab-settings").write_text(json.dumps(quiet))
    port, token = free_port(), secrets.token_hex(8)
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={port}"]
    command += [f"--ServerApp.root_dir={folder}", f"--IdentityProvider.token={token}", "--ServerApp.port_retries=0"]
    command += [
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        "--LabApp.extension_manager=readonly",
    ]
    with open(home / "lab.log", "w") as log:
        server = subprocess.Popen(command, env=environment(home), stdout=log, stderr=subprocess.STDOUT)
    try:
        wait_for_server(server, port, home / "lab.log")
        yield port, token
    finally:
        server.terminate()
        try:
            server.wait(30)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait(30)


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
