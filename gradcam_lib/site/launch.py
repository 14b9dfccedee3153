"""Buttons that open a notebook where it runs: on Binder, and on Colab with a first cell that sets it up.

Binder reads ``environment.yml`` of the repository. Colab opens only notebooks that lie on GitHub, and has no folder of
the course. So copies with a cell that fetches it are part of the site, and the button names them where the site is
published, in the branch ``gh-pages`` of the same repository. A Sphinx extension.
"""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from sphinx.application import Sphinx

from gradcam_lib.notebooks import find
from gradcam_lib.paths import NOTEBOOKS

GITHUB = re.compile(r"https://github\.com/([\w.-]+/[\w.-]+?)(?:\.git)?/?")
BRANCH, PAGES = "main", "gh-pages"  # of the course, and of the site
BINDER = "https://mybinder.org"
COLAB = "https://colab.research.google.com/github"
SET_UP = """\
# This fetches the course and installs what Colab does not have. Colab's own torch stays as it is.
import os
import re
import sys
import tomllib
from importlib.metadata import distributions

if not os.path.isdir("../gradcam_lib"):
    !git clone --quiet --depth 1 {repository} course
    %cd -q course/notebooks
there = {{re.sub("[-_.]+", "-", found.name).lower() for found in distributions()}}
with open("../pyproject.toml", "rb") as file:
    needed = tomllib.load(file)["project"]["dependencies"]
missing = " ".join(f'"{{one}}"' for one in needed if re.split("[<>=]", one)[0] not in there)
if missing:
    %pip install --quiet --no-deps {{missing}}
if ".." not in sys.path:
    sys.path.insert(0, "..")
"""


def slug(repository: str) -> str:
    """``https://github.com/NAME/REPOSITORY`` → ``NAME/REPOSITORY``. Errors: ValueError for another address."""
    found = GITHUB.fullmatch(repository)
    if not found:
        raise ValueError(f"{repository}: not the address of a repository; write https://github.com/NAME/REPOSITORY")
    return found[1]


def for_colab(notebook: NotebookNode, repository: str) -> NotebookNode:
    """A copy that sets itself up on Colab, without outputs."""
    copy = nbformat.from_dict(notebook)
    copy.metadata.pop("widgets", None)
    for cell in copy.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    cell = nbformat.v4.new_code_cell(SET_UP.format(repository=repository))
    cell["id"] = "set-up-on-colab"  # not a random one: the same site twice in a row
    copy.cells.insert(0, cell)
    return copy


def write_for_colab(out: Path, repository: str) -> None:
    """The lessons → ``out``."""
    out.mkdir(parents=True, exist_ok=True)
    for path in find():
        if path.parent == NOTEBOOKS:
            nbformat.write(for_colab(nbformat.read(path, as_version=4), repository), out / path.name)


def theme_options(repository: str) -> dict[str, object]:
    """What the theme needs for its button of the repository and that of Binder."""
    return {
        "repository_url": f"https://github.com/{slug(repository)}",
        "repository_branch": BRANCH,
        "use_repository_button": True,
        "launch_buttons": {"binderhub_url": BINDER, "notebook_interface": "jupyterlab"},
    }


def add_colab(app: Sphinx, page: str, template: str, context: dict, doctree) -> None:
    """The button of Colab beside that of Binder, on pages of lessons."""
    folder, _, name = page.rpartition("/")
    if not app.config.colab or folder != NOTEBOOKS.name:
        return
    address = f"{COLAB}/{slug(app.config.colab)}/blob/{PAGES}/colab/{name}.ipynb"
    button = {"type": "link", "text": "Colab", "tooltip": "Launch on Colab", "url": address}
    button["icon"] = "_static/images/logo_colab.png"
    for group in context["header_buttons"]:
        if group.get("label") == "launch-buttons":
            group["buttons"].append(button)


def setup(app: Sphinx) -> dict:
    app.add_config_value("colab", "", "html")
    app.connect("html-page-context", add_colab, priority=900)  # after the theme, whose buttons it adds to
    return {"parallel_read_safe": True}
