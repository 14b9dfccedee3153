"""The notebooks, the glossary and the ledger as pages, by Sphinx with MyST-NB and the theme of Jupyter Book.

The sources are copied into a folder that is laid out as the repository is, so that their links hold there. Nothing is
executed. A link that leads nowhere is an error.
"""

from __future__ import annotations

import io
import os
import re
import shutil
import tempfile
from pathlib import Path

import nbformat
from myst_parser.slugs import github_slugify
from nbformat import NotebookNode
from sphinx.application import Sphinx
from sphinx.util.console import strip_escape_sequences
from sphinx.util.docutils import docutils_namespace

from gradcam_lib.notebooks import find
from gradcam_lib.paths import FIGURES, NOTEBOOKS, ROOT
from gradcam_lib.site.launch import theme_options, write_for_colab

HERE = Path(__file__).parent
TITLE = "Grad-CAM, taught and reproduced"
TEXTS = {
    "README.md": "index.md",
    "data/README.md": "data/README.md",
    "data/results/README.md": "data/results/README.md",
}
LINK = re.compile(r"(?<=\]\()(?!https?:|mailto:|#)([^)#\s]+)(#[^)\s]*)?(?=\))")  # to a file beside the text
HEADING = re.compile(r"(?<=#)([^)\s]+)(?=\))")  # what a link to a heading ends in
GLOSSARY = re.compile(r"^## Notation and glossary\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
WIDGET = "application/vnd.jupyter.widget-view+json"


class DeadLink(ValueError):
    """A page of the site links to something that is not there."""


def prepared(notebook: NotebookNode) -> NotebookNode:
    """A notebook as the builder reads it.

    Alternative texts stand where it looks for them, widgets are their text, and links to headings, which JupyterLab
    names by their words, have the builder's names.
    """
    notebook.metadata.pop("widgets", None)
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = HEADING.sub(lambda found: github_slugify(found[1].replace("-", " ")), cell.source)
        for output in cell.get("outputs", ()):
            output.get("data", {}).pop(WIDGET, None)
        if alt := alternative(cell):
            cell.metadata["mystnb"] = {"image": {"alt": alt}}
    return notebook


def alternative(cell: NotebookNode) -> str | None:
    """The alternative text of the picture that a cell shows; no cell shows two."""
    about = [about for output in cell.get("outputs", ()) for about in output.get("metadata", {}).values()]
    return next((said["alt"] for said in about if "alt" in said), None)


def glossary(notebook: NotebookNode) -> str:
    """The page of terms, which is a section of notebook 00."""
    found = GLOSSARY.search("\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown"))
    if not found:
        raise ValueError("the first notebook has no section 'Notation and glossary', of which a page is to be made")
    return "# Notation and glossary\n" + found[1]


def contents(names: list[str], answered: list[str]) -> str:
    """The lists of pages that stand beside every page. answered: the notebooks with exercises."""
    lists = {
        "Notebooks": [f"notebooks/{name}" for name in names],
        "Reference": ["glossary", "data/results/README", "data/README"],
        "Answers to exercises": [f"notebooks/solutions/{name}" for name in answered],
    }
    return "".join(
        f"\n\n```{{toctree}}\n:hidden:\n:caption: {caption}\n:maxdepth: 1\n\n" + "\n".join(pages) + "\n```\n"
        for caption, pages in lists.items()
    )


def write_text(text: Path, page: Path, folder: Path) -> None:
    """A Markdown file of the repository → ``page`` within ``folder``, and the files that it links to."""

    def there(link: re.Match) -> str:
        target = (text.parent / link[1]).resolve()
        if target == ROOT / "README.md":
            return os.path.relpath(folder / "index.md", page.parent)
        if target.is_dir():  # its first page
            return f"{link[1].rstrip('/')}/{min(target.glob('*.ipynb')).name}"
        copy = folder / target.relative_to(ROOT)
        if target.is_file() and target.suffix not in (".md", ".ipynb"):
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(target, copy)
        return link[0]

    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(LINK.sub(there, text.read_text("utf-8")), "utf-8")


def write_sources(folder: Path) -> None:
    """Everything that the builder reads → ``folder``."""
    shutil.copytree(FIGURES, folder / FIGURES.name, ignore=shutil.ignore_patterns("README.md"))
    for path in find():
        copy = folder / path.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(prepared(nbformat.read(path, as_version=4)), copy)
    for name, page in TEXTS.items():
        write_text(ROOT / name, folder / page, folder)
    lessons = sorted((folder / NOTEBOOKS.name).glob("*.ipynb"))
    answered = [path.stem for path in lessons if (path.parent / "solutions" / path.name).exists()]
    (folder / "glossary.md").write_text(glossary(nbformat.read(lessons[0], as_version=4)), "utf-8")
    with (folder / "index.md").open("a", encoding="utf-8") as home:
        home.write(contents([path.stem for path in lessons], answered))


def configuration(repository: str | None) -> dict[str, object]:
    """Sphinx's settings."""
    theme: dict[str, object] = {
        "home_page_in_toc": True,
        "navbar_persistent": [],
        "use_download_button": False,
        "use_fullscreen_button": False,
    }
    if repository:
        theme |= theme_options(repository)
    return {
        "project": TITLE,
        "author": "The Grad-CAM tutorial authors",
        "html_show_copyright": False,
        "extensions": "myst_nb,sphinx.ext.githubpages,gradcam_lib.site.mathml,gradcam_lib.site.launch",
        "colab": repository or "",
        "html_math_renderer": "mathml",
        "html_theme": "sphinx_book_theme",
        "html_title": TITLE,
        "html_theme_options": theme,
        "html_context": {"default_mode": "auto"},  # light or dark as the reader's machine is
        "html_sidebars": {"**": ["navbar-logo.html", "search-button-field.html", "live.html", "sbt-sidebar-nav.html"]},
        "templates_path": [str(HERE / "templates")],
        "html_static_path": [str(HERE / "static")],
        "html_css_files": ["course.css"],
        "html_copy_source": False,
        "html_use_index": False,
        "nb_execution_mode": "off",
        "myst_enable_extensions": ["dollarmath"],
        "myst_heading_anchors": 4,
        "myst_heading_slug_func": "github",
    }


def build_course(out: Path, repository: str | None = None) -> None:
    """The pages → ``out``.

    repository: where the course is published, as ``https://github.com/NAME/REPOSITORY``; the pages of notebooks then
    have buttons that open them on Binder and Colab. Errors: DeadLink, with all that were found; ValueError for an
    address that is none of GitHub.
    """
    if repository:
        write_for_colab(out / "colab", repository)
    warnings = io.StringIO()
    with tempfile.TemporaryDirectory() as kept:
        source = Path(kept, "source")
        source.mkdir()
        write_sources(source)
        doctrees = Path(kept, "doctrees")
        with docutils_namespace():
            app = Sphinx(source, None, out, doctrees, "html", configuration(repository), status=None, warning=warnings)
            app.build()
    if found := strip_escape_sequences(warnings.getvalue()).replace(f"{source}{os.sep}", "").strip():
        raise DeadLink(f"the builder of the pages complains:\n{found}")
