"""The live page as the tests drive it: opened, waited for, and asked for the numbers behind what it shows."""

from __future__ import annotations

import base64
from typing import Any
from urllib.parse import parse_qs, urlsplit

import numpy as np
from support.browsing import PATIENCE

# Numbers as text, for they come through the browser's debugging channel.
CODED = "(array) => btoa(Array.from(new Uint8Array(array.buffer), (b) => String.fromCharCode(b)).join(''))"
FOCUSED = """() => { const it = document.activeElement;
    return it.ariaLabel || (it.labels?.[0] ?? it).innerText; }"""
PANEL = f"""async ([script, i]) => {{
    const {{ app }} = await import(script);
    const panel = app.panels[i], coded = {CODED};
    const canvas = panel.stage.canvas;
    const image = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    const logits = Float32Array.from(panel.seen.logits);
    return {{ c: panel.c, logits: coded(logits), signed: coded(panel.seen.evidence(panel.c)), end: panel.end,
              after: panel.after && coded(panel.after.logits), pixels: coded(image.data), drew: panel.drew }};
}}"""


def new_page(browser, **options):
    """1,300 px wide. ``complaints``: what it says in the console."""
    context = browser.new_context(viewport={"width": 1300, "height": 1000}, **options)
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.complaints = []
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.on("console", lambda line: line.type == "error" and page.complaints.append(line.text))
    return page


def numbers(coded: str, dtype: str = "f4") -> np.ndarray:
    return np.frombuffer(base64.b64decode(coded), dtype)


def opened(page, address: str) -> None:
    """Goes to an address and waits until every panel shows a map."""
    if page.url.partition("#")[0] == address.partition("#")[0]:  # the networks are there already
        page.evaluate("() => document.activeElement.blur()")
        hash = address.partition("#")[2]
        page.evaluate("async ([script, hash]) => (await import(script)).app.goTo(hash)", [script_of(page), hash])
    else:
        page.goto(address)
    shown(page)


def script_of(page) -> str:
    """The module that the page runs."""
    return page.evaluate("document.querySelector('script[type=module]').src")


def shown(page) -> None:
    page.wait_for_function(
        """() => { const facts = [...document.querySelectorAll(".facts")];
                   return facts.length && facts.every((line) => line.textContent); }"""
    )


def panel(page, i: int = 0) -> dict[str, Any]:
    """What a panel holds: c, logits (C,), signed (Z,), after: logits where cells are covered, pixels (S, S, 3)."""
    found = page.evaluate(PANEL, [script_of(page), i])
    for key in ("logits", "signed", "after"):
        found[key] = numbers(found[key]) if found[key] else None
    rgba = numbers(found["pixels"], "u1")
    side = int((len(rgba) / 4) ** 0.5)
    return {**found, "pixels": rgba.reshape(side, side, 4)[..., :3]}


def state(page) -> dict[str, str]:
    """What the address holds."""
    return {key: value for key, [value] in parse_qs(urlsplit(page.url).fragment).items()}


def pressed(page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def tab_to(page, name: str) -> None:
    """Presses the Tab key until what has the focus is called so, or begins so."""
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate(FOCUSED).startswith(name):
            return
    raise AssertionError(f"{name}: the Tab key does not lead there")


def says(page, words: str) -> None:
    """Waits for a message with these words."""
    from playwright.sync_api import expect

    expect(page.locator("#message")).to_contain_text(words)
