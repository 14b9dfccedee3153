"""The committed notebooks: executed, tidy, complete, and their pictures no older than the code that draws them."""

from __future__ import annotations

import ast
import base64
import io
import json
import re
import shutil
from pathlib import Path

import nbformat
import pytest
from nbconvert import HTMLExporter
from nbformat import NotebookNode
from PIL import Image
from support.committed import alike, code, compared, depends_on_weights, outdated, read, saved

from gradcam_lib import notebooks
from gradcam_lib.networks.weights import SQUEEZENET, WeightsMissing, obtain
from gradcam_lib.notebooks import differences, execute, find, label, pictures, tidy
from gradcam_lib.paths import FIGURES, NOTEBOOKS, ROOT

COURSE = [
    "00_start_here",
    "01_backprop",
    "02_deconv_and_guided_backprop",
    "03_cam",
    "04_grad_cam",
    "05_guided_grad_cam",
    "06_counterfactuals",
    "07_captioning",
    "08_visual_question_answering",
    "09_bias_case_study",
    "10_localization",
    "11_faithfulness_and_trust",
    "12_other_explanations",
    "13_what_came_after",
    "14_why_is_my_map_wrong",
]
APPS = {"15_explorer"}  # pages to use, not lessons
SECTIONS = ["What you will learn", "The idea", "Play", "What can go wrong", "Summary", "Exercises", "References"]
MACHINE_PATH = re.compile(r"/(?:work|root|home|tmp|Users|opt|usr)/|\b[A-Z]:\\\\?Users", re.ASCII)
MEGABYTES = 1.5
SHOWN = {
    "text/plain",
    "text/markdown",
    "text/latex",
    "image/png",
    "image/jpeg",
    "application/vnd.jupyter.widget-view+json",
}

LONGEST = {"words": 3000, "cells": 55, "pictures": 12, "lines": 20}
WORDS = 8  # of an alternative text: fewer name the picture and do not say what it shows
FIGURES_MEGABYTES = 12
IMAGE = re.compile(r"!\[(.*?)\]\([^)]+\)", re.DOTALL)
BLANK = {"zeros", "ones", "full", "empty"}

everywhere = pytest.mark.parametrize("path", find(), ids=label)
lessons = pytest.mark.parametrize(
    "path", [path for path in find() if path.parent == NOTEBOOKS and path.stem not in APPS], ids=label
)


def source(nb: NotebookNode) -> str:
    return "\n".join(cell.source for cell in nb.cells)


def drawn(path: Path) -> list[str]:
    return [name for cell in code(read(path)) for name in saved(cell)]


# --- what is committed ------------------------------------------------------------------------------------------------


def test_the_course_is_complete() -> None:
    there = {label(path) for path in find()}
    assert {name for name in COURSE if name not in there} == set()
    assert {f"solutions/{name}" for name in COURSE if f"solutions/{name}" not in there} == set()


@lessons
def test_a_lesson_has_solutions(path: Path) -> None:
    assert (path.parent / "solutions" / path.name).is_file()


@everywhere
def test_it_was_executed_from_top_to_bottom(path: Path) -> None:
    cells = code(read(path))
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1)), (
        "python3 start.py notebooks executes it"
    )


@everywhere
def test_no_cell_fails_or_warns(path: Path) -> None:
    outputs = [(n, output) for n, cell in enumerate(code(read(path)), 1) for output in cell.outputs]
    assert [n for n, output in outputs if output.output_type == "error" or output.get("name") == "stderr"] == []


@everywhere
def test_outputs_are_such_as_show_everywhere(path: Path) -> None:
    kinds = {kind for cell in code(read(path)) for output in cell.outputs for kind in output.get("data", {})}
    assert kinds <= SHOWN


@everywhere
def test_a_cell_shows_at_most_one_picture(path: Path) -> None:
    assert [n for n, cell in enumerate(code(read(path)), 1) if len(pictures(cell)) > 1] == []


@everywhere
def test_it_is_small(path: Path) -> None:
    assert path.stat().st_size <= MEGABYTES * 1e6


@everywhere
def test_it_names_no_folder_of_the_machine_that_ran_it(path: Path) -> None:
    nb = read(path)
    for cell in code(nb):
        for output in cell.outputs:
            output.pop("metadata", None)
            if "data" in output:
                for kind in ("image/png", "image/jpeg"):
                    output.data.pop(kind, None)  # base64 has slashes too
    nb.metadata.pop("widgets", None)
    assert MACHINE_PATH.findall(json.dumps(nb)) == []


@everywhere
def test_it_leaves_its_folder_by_no_path(path: Path) -> None:
    schematics = r"!\[[^]]*\]\(\.\./figures/\w+\.svg\)"  # drawn by hand, so no cell shows them
    assert ".." + "/" not in re.sub(schematics, "", source(read(path))), "gradcam_lib.paths knows where things are"


@everywhere
def test_it_is_tidy(path: Path) -> None:
    assert read(path) == tidy(read(path)), "python3 start.py notebooks tidies it"


@everywhere
def test_it_begins_with_its_number_and_a_short_setup(path: Path) -> None:
    nb = read(path)
    assert nb.cells[0].cell_type == "markdown"
    assert nb.cells[0].source.startswith(f"# {path.stem[:2]} · ")
    assert len(code(nb)[0].source.strip().splitlines()) <= 12


@lessons
def test_a_lesson_follows_the_template(path: Path) -> None:
    prose = "\n".join(cell.source for cell in read(path).cells if cell.cell_type == "markdown")
    headings = re.findall(r"^## (.+?)\s*$", prose, re.MULTILINE)
    assert [section for section in SECTIONS if section not in headings] == []
    assert headings[0] == SECTIONS[0]
    assert headings[-1] == SECTIONS[-1]


@lessons
def test_a_lesson_is_short(path: Path) -> None:
    nb = read(path)
    text = " ".join(cell.source for cell in nb.cells if cell.cell_type == "markdown")
    words = [word for word in text.split() if re.search(r"\w", word)]  # bars of tables are none
    assert len(words) <= LONGEST["words"]
    assert len(nb.cells) <= LONGEST["cells"]
    assert sum(len(pictures(cell)) for cell in code(nb)) <= LONGEST["pictures"]
    long = [n for n, cell in enumerate(code(nb), 1) if len(cell.source.splitlines()) > LONGEST["lines"]]
    assert long == []


@lessons
def test_the_readme_states_the_minutes_of_a_lesson(path: Path) -> None:
    minutes = re.search(r"(\d+) minutes to read", read(path).cells[0].source)
    assert minutes
    row = next(line for line in (ROOT / "README.md").read_text("utf-8").splitlines() if f"/{path.name})" in line)
    assert row.split("|")[-2].strip() == minutes[1]


@lessons
def test_a_lesson_has_checked_text(path: Path) -> None:
    checked = [cell for cell in code(read(path)) if notebooks.CHECKED in cell.metadata.get("tags", [])]
    assert checked
    assert all(notebooks.text(cell).strip() for cell in checked)


@everywhere
def test_every_figure_it_saves_is_there_under_its_number(path: Path) -> None:
    names = drawn(path)
    assert [name for name in names if not any(FIGURES.glob(f"{name}.*"))] == []
    assert [name for name in names if not name.startswith(f"{path.stem[:2]}_")] == []


def test_every_figure_comes_from_a_notebook() -> None:
    saved = {name for path in find() for name in drawn(path)}
    assert {figure.stem for figure in FIGURES.glob("[0-9][0-9]_*.*")} <= saved


# --- its pictures -----------------------------------------------------------------------------------------------------


def shown_pictures(nb: NotebookNode) -> list[tuple[int, NotebookNode, str]]:
    """Number of the code cell, output and kind of every picture that a notebook shows."""
    outputs = [(n, output) for n, cell in enumerate(code(nb), 1) for output in cell.outputs]
    return [(n, o, kind) for n, o in outputs for kind in o.get("data", {}) if kind.startswith("image/")]


def said(alt: str | None) -> bool:
    """Whether an alternative text says what is shown, in a sentence."""
    return len((alt or "").split()) >= WORDS


@everywhere
def test_every_picture_can_be_had_by_telephone(path: Path) -> None:
    silent = [n for n, o, kind in shown_pictures(read(path)) if not said(o.metadata.get(kind, {}).get("alt"))]
    assert silent == [], 'save_figure(name, alt="…") or show_figure(alt="…") in these cells'


@everywhere
def test_photographs_are_jpeg_and_charts_have_few_colours(path: Path) -> None:
    for n, output, kind in shown_pictures(read(path)):
        with Image.open(io.BytesIO(base64.b64decode(output.data[kind]))) as picture:
            assert (picture.format, picture.mode) in {("JPEG", "RGB"), ("PNG", "P")}, f"code cell {n}"
            assert min(picture.size) >= 250, f"code cell {n}: a picture of {picture.width}×{picture.height} pixels"


@everywhere
def test_it_draws_with_the_library(path: Path) -> None:
    """Which sees to the size of panels, their resolution and the room for their titles."""
    assert re.findall(r"plt\.(?:subplots?|figure|imshow|plot|savefig)\b|\.imshow\(", source(read(path))) == []


@everywhere
def test_no_blank_array_is_a_canvas(path: Path) -> None:
    assert [cell.source for cell in code(read(path)) if blank_canvas(cell.source)] == [], "chart(), or None in a row"


def blank_canvas(cell: str) -> bool:
    """Whether an array without content is shown, be it made in the call or under a name."""
    tree = ast.parse(cell)
    shows = [
        node for node in ast.walk(tree) if isinstance(node, ast.Call) and called(node) in ("show_row", "show_grid")
    ]
    named = {
        target.id for node in ast.walk(tree) if isinstance(node, ast.Assign) and called(node.value) in BLANK
        for target in node.targets if isinstance(target, ast.Name)
    }  # fmt: skip
    inside = [node for show in shows for node in ast.walk(show)]
    return any(called(node) in BLANK or isinstance(node, ast.Name) and node.id in named for node in inside)


def called(node: ast.AST) -> str:
    function = getattr(node, "func", None)
    return getattr(function, "attr", getattr(function, "id", ""))


def test_a_blank_canvas_is_noticed() -> None:
    assert blank_canvas("(axis,) = show_row([np.zeros((60, 100))], ['chart'])")
    assert blank_canvas("tile = torch.ones(3, 4)\nshow_row([photo, tile])")
    assert not blank_canvas("mask = np.zeros((3, 4))\nshow_row([photo, overlay(photo, heat), None])")


@pytest.mark.parametrize("path", [ROOT / "README.md", ROOT / "data/README.md", *find()], ids=lambda path: path.stem)
def test_pictures_in_the_text_have_alternative_texts(path: Path) -> None:
    cells = [cell.source for cell in read(path).cells if cell.cell_type == "markdown"] if path in find() else []
    text = "\n".join(cells or [path.read_text(encoding="utf-8")])
    assert [alt for alt in IMAGE.findall(text) if not said(alt)] == []
    assert [
        tag for tag in re.findall(r"<img\b[^>]*>", text) if not said("".join(re.findall(r'alt="([^"]*)"', tag)))
    ] == []


@everywhere
def test_what_a_cell_shows_is_what_its_file_holds(path: Path) -> None:
    for cell in code(read(path)):
        for name in saved(cell)[:1]:
            (output, kind), *_ = [(o, kind) for _, o, kind in shown_pictures(NotebookNode(cells=[cell]))]
            suffix = {"image/jpeg": ".jpg", "image/png": ".png"}[kind]
            assert base64.b64decode(output.data[kind]) == (FIGURES / f"{name}{suffix}").read_bytes(), name


def test_the_figures_are_listed_with_their_alternative_texts() -> None:
    listed = dict(re.findall(r"^- \[(\d\d_\w+\.\w+)\]\(\1\)(.*)$", (FIGURES / "README.md").read_text("utf-8"), re.M))
    there = {file.name for file in FIGURES.glob("[0-9][0-9]_*.*")}
    assert set(listed) == there and len({name.split(".")[0] for name in there}) == len(there)
    assert [name for name, alt in listed.items() if not said(alt)] == []
    assert [name for name in there if not name.endswith((".jpg", ".png"))] == []


def test_the_figures_are_light() -> None:
    assert sum(file.stat().st_size for file in FIGURES.iterdir()) <= FIGURES_MEGABYTES * 1e6


def test_pages_have_the_alternative_texts() -> None:
    """JupyterLab's own template leaves them out."""
    shown = nbformat.v4.new_output(
        "display_data", {"image/png": "iVBORw0K"}, metadata={"image/png": {"alt": "A “cat”, 2 < 3."}}
    )
    assert re.findall(r'<img alt="([^"]*)"', page_of(shown)) == ["A “cat”, 2 &lt; 3."]


def test_pages_say_where_a_widget_works() -> None:
    """JupyterLab's own template leaves an empty line, or controls that do nothing."""
    view = {"application/vnd.jupyter.widget-view+json": {"model_id": "1"}, "text/plain": "Slider: run it <there>"}
    page = page_of(nbformat.v4.new_output("execute_result", view))
    assert "<pre>Slider: run it &lt;there&gt;</pre>" in page and "html-manager" not in page


def test_pages_keep_printed_columns_together() -> None:
    """On a telephone they scroll, and sentences wrap."""
    tables = [page_of(nbformat.v4.new_output("stream", text=text)) for text in ("cat   0.9\n", "a cat\n")]
    assert ['class="in-columns"' in page for page in tables] == [True, False]


def page_of(*outputs: NotebookNode) -> str:
    nb = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("draw()", outputs=list(outputs))])
    nb.metadata["widgets"] = {"application/vnd.jupyter.widget-state+json": {"state": {}}}
    return HTMLExporter(template_file=str(NOTEBOOKS / "described.html.j2")).from_notebook_node(nb)[0]


# --- what the code draws today ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [path for path in find() if depends_on_weights(path)], ids=label)
@pytest.mark.timeout(900)
def test_pictures_and_checked_text_are_not_stale(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the weights that made the committed pictures; what needs no weights was compared when nbval ran it."""
    monkeypatch.setenv("GRADCAM_OFFLINE", "1")
    try:
        obtain(SQUEEZENET)
    except WeightsMissing as missing:
        pytest.skip(f"the committed pictures show SqueezeNet, which is not at hand: {missing.reason}")
    new = execute(path, variables={"GRADCAM_FIGURES": str(tmp_path)})
    assert differences(read(path), new) == [], "python3 start.py notebooks draws them anew"
    names = [name for cell in code(read(path)) for name in compared(cell)]
    assert [name for name in names if not alike(name, tmp_path)] == []


def test_a_picture_that_the_code_no_longer_draws_is_noticed(tmp_path: Path) -> None:
    def shown(grey: int, name: str) -> NotebookNode:
        file = io.BytesIO()
        Image.new("L", (8, 8), grey).save(file, "PNG")
        data = {"image/png": base64.b64encode(file.getvalue()).decode()}
        return nbformat.v4.new_code_cell(name, outputs=[nbformat.v4.new_output("display_data", data)])

    figure = next(FIGURES.glob("[0-9][0-9]_*.*"))
    cell = shown(0, f'save_figure("{figure.stem}")')
    assert "out of date" in outdated(cell, cell.outputs, tmp_path)
    shutil.copy(figure, tmp_path)
    assert outdated(cell, cell.outputs, tmp_path) == ""
    assert "changed by 9.0" in outdated(cell, shown(9, "").outputs, tmp_path)
    assert "1 pictures became 0" in outdated(cell, [], tmp_path)
    cell.metadata.tags = [notebooks.TRAINED]
    assert outdated(cell, shown(9, "").outputs, tmp_path) == ""
