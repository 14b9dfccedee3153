"""What a clone brings along: small, free of the machine that made it, in one style, and citable."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from gradcam_lib.paths import ROOT

IGNORED = {".git", ".venv", "__pycache__", ".ipynb_checkpoints", ".pytest_cache", ".ruff_cache", ".hypothesis"}
IGNORED |= {"test-output", "runs", "build"}
TEXT = {".py", ".md", ".ipynb", ".toml", ".yml", ".yaml", ".cff", ".cfg", ".txt", ".sh", ".json", ".csv", ""}
# Put together from parts, so that this file does not find itself.
FOLDERS = "|".join(["/" + folder + "/" for folder in ("work", "root", r"home/\w+", r"Users/\w+")])
MACHINE_PATH = re.compile(rf"(?<![\w.~}}])(?:{FOLDERS})")
HOSTS = [("pypi", "org"), ("pythonhosted", "org"), ("deb", "debian"), ("registry", "npmjs"), ("conda", "anaconda")]
REGISTRY = re.compile("|".join(r"\.".join(parts) for parts in HOSTS))
BESIDE = "../" + "shared"


def files() -> Iterator[Path]:
    """What git holds or would add; where there is no git, everything but what tools leave behind."""
    ask = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        names = subprocess.check_output(ask, text=True, stderr=subprocess.DEVNULL).split("\0")
        found = [ROOT / name for name in names if name]
    except (OSError, subprocess.CalledProcessError):
        found = [path for path in ROOT.rglob("*") if not IGNORED & set(path.relative_to(ROOT).parts)]
    return (path for path in found if path.is_file() and not path.parent.name.endswith(".egg-info"))


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def found_in_texts(pattern: re.Pattern[str]) -> list[str]:
    texts = [path for path in files() if path.suffix in TEXT]
    found = ((name(path), pattern.search(path.read_text(encoding="utf-8"))) for path in texts)
    return [f"{where}: {what.group()}" for where, what in found if what]


def test_no_text_names_a_folder_of_the_machine_that_made_it() -> None:
    assert found_in_texts(MACHINE_PATH) == []


def test_no_text_names_a_package_registry() -> None:
    assert found_in_texts(REGISTRY) == []


def test_only_ci_looks_beside_the_repository() -> None:
    assert {found.split(":")[0] for found in found_in_texts(re.compile(re.escape(BESIDE)))} <= {".ci/run"}


def test_files_are_small_and_few() -> None:
    sizes = {name(path): path.stat().st_size for path in files()}
    assert {path: size for path, size in sizes.items() if size > 5e6} == {}
    assert sum(sizes.values()) <= 60e6


def test_names_work_on_every_system() -> None:
    names = [name(path) for path in files()]
    assert [path for path in names if not re.fullmatch(r"[\w./-]+", path, re.ASCII)] == []
    assert len({path.lower() for path in names}) == len(names), "two names differ only in upper and lower case"


def test_the_citation_names_this_tutorial_and_the_paper() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert {"cff-version", "message", "title", "authors", "license"} <= set(citation)
    [paper] = citation["references"]
    assert paper["doi"] == "10.1007/s11263-019-01228-7"
    assert paper["identifiers"][0]["value"] == "arXiv:1610.02391"
    assert [author["family-names"] for author in paper["authors"]][::5] == ["Selvaraju", "Batra"]


def test_the_licence_is_mit() -> None:
    assert (ROOT / "LICENSE").read_text(encoding="utf-8").startswith("MIT License")


@pytest.mark.parametrize("style", [["check"], ["format", "--check"]], ids=["lint", "format"])
def test_the_style_is_the_same_everywhere(style: list[str]) -> None:
    """Notebooks too. The way out: ruff check --fix . and ruff format ."""
    ruff = subprocess.run([sys.executable, "-m", "ruff", *style, "."], cwd=ROOT, capture_output=True, text=True)
    assert ruff.returncode == 0, ruff.stdout + ruff.stderr


def test_the_readme_is_short_and_leads_somewhere() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert len(text.split()) <= 900
    links = re.findall(r"\]\(([^)#]+)", text)
    assert [link for link in links if "://" not in link and not (ROOT / link).exists()] == []
    pictures = re.findall(r"!\[([^]]*)\]", text)
    assert pictures and all(len(told.split()) > 5 for told in pictures), "a picture without alternative text"
