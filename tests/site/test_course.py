"""The notebooks as pages: nothing leads nowhere, nothing comes from elsewhere, and every picture is described."""

from __future__ import annotations

import json
import re
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import nbformat
import pytest
from support.browsing import needs_chromium

pytest.importorskip("myst_nb", reason="the packages of the site are not installed")

from gradcam_lib.notebooks import find
from gradcam_lib.paths import FIGURES, NOTEBOOKS
from gradcam_lib.site import course
from gradcam_lib.site.course import DeadLink, alternative, build_course, contents, glossary, prepared

KERNEL = {"name": "python3", "display_name": "Python 3"}
STATES = ("search.html", "words.html")  # a link within these pages names no heading but what is to be shown
FETCHED = {"link": "href", "script": "src", "img": "src", "source": "src", "iframe": "src"}


class Page(HTMLParser):
    """What a page links to, what it fetches, its anchors and its pictures."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path
        self.links: list[str] = []
        self.fetched: list[str] = []
        self.anchors: set[str] = {""}
        self.pictures: list[dict[str, str | None]] = []
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        self.anchors |= {name for name in (given.get("id"), given.get("name")) if name}
        if tag == "a" and given.get("href"):
            self.links.append(given["href"])
        if tag in FETCHED and given.get(FETCHED[tag]):
            self.fetched.append(given[FETCHED[tag]])
        if tag == "img":
            self.pictures.append(given)


@cache
def pages(site: Path) -> list[Page]:
    return [Page(path) for path in sorted(site.rglob("*.html")) if "_static" not in path.parts]


def test_every_link_and_file_is_there(site: Path) -> None:
    opened = {page.path: page for page in pages(site)}
    dead = []
    for page in opened.values():
        for link in page.links + page.fetched:
            parts = urlsplit(link)
            if parts.scheme or link.startswith("#") and page.path.name in STATES:
                continue
            target = (page.path.parent / unquote(parts.path)).resolve() if parts.path else page.path
            target = target / "index.html" if target.is_dir() else target
            if not target.is_file() or target in opened and unquote(parts.fragment) not in opened[target].anchors:
                dead.append(f"{page.path.relative_to(site)} → {link}")
    assert dead == []


def test_no_page_of_the_course_fetches_from_elsewhere(site: Path) -> None:
    fetched = [link for page in pages(site) for link in page.fetched if page.path.parent.name != "live"]
    assert len(fetched) > 100
    assert [link for link in fetched if urlsplit(link).scheme not in ("", "data")] == []


def test_every_picture_is_described(site: Path) -> None:
    pictures = [given for page in pages(site) if "notebooks" in page.path.parts for given in page.pictures]
    assert len(pictures) > 80
    described = [given for given in pictures if len((given.get("alt") or "").split()) >= 8]
    assert [given["src"] for given in pictures if given not in described and "logo" not in str(given)] == []


def test_every_notebook_is_a_page_and_can_be_found(site: Path) -> None:
    missing = [p.name for p in find() if not (site / p.relative_to(NOTEBOOKS.parent)).with_suffix(".html").is_file()]
    assert missing == []
    assert "The Grad-CAM tutorial authors" in (site / "index.html").read_text("utf-8")
    index = (site / "searchindex.js").read_text("utf-8")
    assert "counterfactu" in index and "glossary" in index  # Sphinx keeps stems of words


def test_formulas_are_drawn_by_the_browser_itself(site: Path) -> None:
    page = (site / "notebooks" / "04_grad_cam.html").read_text("utf-8")
    formulas = re.findall(r"<math .*?</math>", page, re.DOTALL)
    assert len(formulas) > 30
    assert not any("$" in re.sub(r'alttext="[^"]*"', "", formula) for formula in formulas)
    assert "\\frac" not in re.sub(r'alttext="[^"]*"', "", page)
    assert "<span>(1)</span>" in page and "MathJax" not in page


@needs_chromium
@pytest.mark.parametrize("width", [390, 1300])
def test_pages_fit_and_have_a_dark_theme(site: Path, browser, width: int) -> None:
    brightness = {}
    for scheme in ("light", "dark"):
        page = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme).new_page()
        for name in ("index", "notebooks/04_grad_cam", "data/results/README", "glossary"):
            page.goto((site / f"{name}.html").as_uri())
            too_wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert too_wide <= 0, f"{name} at {width} pixels is {too_wide} pixels too wide"
        colour = page.evaluate("getComputedStyle(document.body).backgroundColor")
        brightness[scheme] = sum(map(int, re.findall(r"\d+", colour)[:3]))
        page.context.close()
    assert brightness["dark"] < 200 < 600 < brightness["light"]


# --- its parts --------------------------------------------------------------------------------------------------------


def cell(text: str):
    return nbformat.v4.new_markdown_cell(text)


def test_links_to_headings_get_the_names_of_the_builder() -> None:
    notebook = nbformat.v4.new_notebook(
        cells=[cell("[terms](00_start_here.ipynb#Notation-and-glossary) and [x](#A,-B)")]
    )
    assert prepared(notebook).cells[0].source == "[terms](00_start_here.ipynb#notation-and-glossary) and [x](#a-b)"


def test_alternative_texts_are_those_of_the_outputs() -> None:
    outputs = [nbformat.v4.new_output("stream", text="1\n")]
    outputs.append(nbformat.v4.new_output("display_data", {"image/png": ""}, metadata={"image/png": {"alt": "a cat"}}))
    code = nbformat.v4.new_code_cell("show()", outputs=outputs)
    assert alternative(code) == "a cat"
    assert alternative(nbformat.v4.new_code_cell("1")) is None
    assert prepared(nbformat.v4.new_notebook(cells=[code])).cells[0].metadata["mystnb"]["image"]["alt"] == "a cat"


def test_the_glossary_is_a_section_of_the_first_notebook() -> None:
    notebook = nbformat.v4.new_notebook(cells=[cell("## Notation and glossary\n| a | b |"), cell("## Summary\nc")])
    assert glossary(notebook) == "# Notation and glossary\n| a | b |\n\n"
    with pytest.raises(ValueError, match="no section 'Notation and glossary'"):
        glossary(nbformat.v4.new_notebook(cells=[cell("## Summary")]))


def test_the_contents_name_each_lesson_and_its_answers() -> None:
    text = contents(["04_grad_cam", "15_explorer"], ["04_grad_cam"])
    assert "\nnotebooks/15_explorer\n" in text and "solutions/15" not in text
    assert "\nnotebooks/04_grad_cam\n" in text and "\nnotebooks/solutions/04_grad_cam\n" in text


@pytest.mark.parametrize("link", ["nowhere.ipynb", "#No-such-heading"])
def test_a_dead_link_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, link: str) -> None:
    root, out = tmp_path / "root", tmp_path / "out"
    for name in ("notebooks/00_start.ipynb", "notebooks/solutions/00_start.ipynb"):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        text = f"# Start\n\n[there]({link})\n\n## Notation and glossary\n\nterms"
        notebook = nbformat.v4.new_notebook(cells=[cell(text)], metadata={"kernelspec": KERNEL})
        path.write_text(json.dumps(notebook))
    for name in course.TEXTS:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("# A text\n")
    monkeypatch.setattr(course, "ROOT", root)
    monkeypatch.setattr(course, "find", lambda: sorted((root / "notebooks").rglob("*.ipynb")))
    with pytest.raises(DeadLink, match=f"notebooks/00_start.ipynb.*{link.lower().lstrip('#')}"):
        build_course(out)


def test_figures_are_not_copied_with_their_index(tmp_path: Path) -> None:
    course.write_sources(tmp_path)
    assert not (tmp_path / FIGURES.name / "README.md").exists()
