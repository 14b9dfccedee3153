"""The committed notebooks: executed, tidy, complete, and their pictures no older than the code that draws them."""

from __future__ import annotations

import base64
import io
import json
import re
import shutil
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from PIL import Image
from support.committed import alike, code, compared, depends_on_weights, outdated, read, saved

from gradcam_lib import notebooks
from gradcam_lib.networks.weights import SQUEEZENET, WeightsMissing, obtain
from gradcam_lib.notebooks import differences, execute, find, label, pictures, tidy
from gradcam_lib.paths import FIGURES, NOTEBOOKS

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
]
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

everywhere = pytest.mark.parametrize("path", find(), ids=label)
lessons = pytest.mark.parametrize("path", [path for path in find() if path.parent == NOTEBOOKS], ids=label)


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
    assert ".." + "/" not in source(read(path)), "gradcam_lib.paths knows where things are"


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
