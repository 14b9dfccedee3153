"""Notebooks that set themselves up on Colab, as far as that can be tried without it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import nbformat
import pytest

pytest.importorskip("sphinx", reason="the packages of the site are not installed")

from gradcam_lib.notebooks import find
from gradcam_lib.paths import NOTEBOOKS
from gradcam_lib.site.launch import SET_UP, for_colab, slug, theme_options, write_for_colab

REPOSITORY = "https://github.com/someone/grad-cam"
PROJECT = '[project]\nname = "x"\nversion = "1"\ndependencies = ["numpy>=1,<9", "not_to_be_had>=2,<3", "torch>=1"]\n'


@pytest.mark.parametrize("address", [REPOSITORY, REPOSITORY + "/", REPOSITORY + ".git"])
def test_addresses_of_repositories(address: str) -> None:
    assert slug(address) == "someone/grad-cam"
    assert theme_options(address)["repository_url"] == REPOSITORY


@pytest.mark.parametrize(
    "address", ["", "someone/grad-cam", "https://github.com/someone", "https://example.org/a/b", "a b"]
)
def test_another_address_is_an_error(address: str) -> None:
    with pytest.raises(ValueError, match="write https://github.com/NAME/REPOSITORY"):
        slug(address)


def test_lessons_start_with_the_cell_and_have_no_outputs(tmp_path: Path) -> None:
    write_for_colab(tmp_path, REPOSITORY)
    lessons = [path.name for path in find() if path.parent == NOTEBOOKS]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(lessons)
    for path in tmp_path.iterdir():
        notebook = nbformat.read(path, as_version=4)
        nbformat.validate(notebook)
        assert REPOSITORY in notebook.cells[0].source
        assert not any(cell.get("outputs") for cell in notebook.cells)


def test_the_original_keeps_its_outputs() -> None:
    code = nbformat.v4.new_code_cell("1", outputs=[nbformat.v4.new_output("stream", text="1")])
    notebook = nbformat.v4.new_notebook(cells=[code])
    copy = for_colab(notebook, REPOSITORY)
    assert len(notebook.cells) == 1 and notebook.cells[0].outputs
    assert [cell.cell_type for cell in copy.cells] == ["code", "code"]


def test_the_cell_fetches_the_course_once_and_installs_only_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from IPython.core.interactiveshell import InteractiveShell

    commands: list[str] = []
    installed: list[str] = []

    def clone(command: str) -> None:
        commands.append(command)
        (tmp_path / "course" / "notebooks").mkdir(parents=True)
        (tmp_path / "course" / "gradcam_lib").mkdir()
        (tmp_path / "course" / "pyproject.toml").write_text(PROJECT)

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    shell = InteractiveShell()
    shell.system = clone
    shell.register_magic_function(installed.append, magic_name="pip")
    for _ in range(2):  # a reader runs it again
        shell.run_cell(SET_UP.format(repository=REPOSITORY)).raise_error()
    assert commands == [f"git clone --quiet --depth 1 {REPOSITORY} course"]
    assert installed == ['install --quiet --no-deps "not_to_be_had>=2,<3"'] * 2
    assert Path(os.getcwd()) == tmp_path / "course" / "notebooks" and sys.path[0] == ".."
