"""pyproject.toml, constraints.txt and environment.yml speak of the same packages, and the package has all its files."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from gradcam_lib.paths import ROOT

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

# conda-forge's names for what the package index calls otherwise.
CONDA = {"torch": "pytorch-cpu", "opencv-python-headless": "py-opencv"}
BOUNDS = re.compile(r"[~=<>!]")


def lines(name: str) -> list[str]:
    return (ROOT / name).read_text(encoding="utf-8").splitlines()


def requirements(texts: list[str]) -> dict[str, Requirement]:
    parsed = [Requirement(text) for text in texts]
    return {canonicalize_name(requirement.name): requirement for requirement in parsed}


FILE = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT = FILE["project"]
NEEDED = requirements(PROJECT["dependencies"])
GROUPS = PROJECT["optional-dependencies"]
FOR_TESTS = requirements([text for text in GROUPS["test"] if not text.startswith(PROJECT["name"])])
FOR_VERBS = {**requirements(GROUPS["site"]), **requirements(GROUPS["app"])}
CONDA_FILE = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
PINS = [Requirement(line) for line in lines("constraints.txt")]


@pytest.mark.parametrize(
    "needed", [*NEEDED.values(), *FOR_TESTS.values(), *FOR_VERBS.values()], ids=lambda needed: needed.name
)
def test_every_range_has_two_ends_and_a_reason(needed: Requirement) -> None:
    operators = {specifier.operator for specifier in needed.specifier}
    assert operators == {">=", "<"}
    [line] = [line for line in lines("pyproject.toml") if line.strip().startswith(f'"{needed.name}>')]
    assert re.search(r"# \w+", line)


def test_conda_and_pip_install_the_same_ranges() -> None:
    texts = [entry for entry in CONDA_FILE["dependencies"] if isinstance(entry, str)]
    texts += [entry for entry in CONDA_FILE["dependencies"][-1]["pip"] if entry != "-e ."]  # what conda-forge has not
    conda = {name: found.specifier for name, found in requirements(texts).items() if name not in ("python", "pip")}
    assert conda == {CONDA.get(name, name): needed.specifier for name, needed in NEEDED.items()}


def test_the_tests_bring_what_the_site_and_the_app_need() -> None:
    assert f"{PROJECT['name']}[site,app]" in GROUPS["test"]


def test_conda_installs_a_python_that_the_project_allows() -> None:
    [python] = [entry for entry in CONDA_FILE["dependencies"] if str(entry).startswith("python>")]
    assert python.startswith(f"python{PROJECT['requires-python']},")


def test_conda_installs_the_library_itself_and_from_one_channel() -> None:
    assert set(CONDA_FILE) == {"name", "channels", "dependencies"}
    assert CONDA_FILE["channels"] == ["conda-forge", "nodefaults"]
    assert CONDA_FILE["dependencies"][-2] == "pip" and CONDA_FILE["dependencies"][-1]["pip"][-1] == "-e ."


def test_every_line_of_the_conda_file_has_a_reason() -> None:
    entries = [line for line in lines("environment.yml") if line.lstrip().startswith("- ")]
    assert [line for line in entries if not re.search(r"  # \w+", line) and not line.endswith("pip:")] == []


@pytest.mark.parametrize(
    "needed", [*NEEDED.values(), *FOR_TESTS.values(), *FOR_VERBS.values()], ids=lambda needed: needed.name
)
def test_the_tested_set_lies_within_the_ranges(needed: Requirement) -> None:
    pins = [pin for pin in PINS if canonicalize_name(pin.name) == canonicalize_name(needed.name)]
    assert pins, "the comment in pyproject.toml says how to make constraints.txt anew"
    for pin in pins:
        [pinned] = pin.specifier
        assert pinned.operator == "=="
        assert pinned.version in needed.specifier


def test_the_tested_set_holds_for_every_platform_and_names_no_server() -> None:
    assert all(pin.url is None for pin in PINS)
    markers = " ".join(str(pin.marker) for pin in PINS)
    assert "win32" in markers and "darwin" in markers and "linux" in markers


def test_torch_and_torchvision_are_of_one_release() -> None:
    """torchvision 0.29 is built for torch 2.14 and newer, by its own metadata; an older pin would not import."""
    pinned = {name: [next(iter(pin.specifier)).version for pin in PINS if pin.name == name] for name in NEEDED}
    for torch in pinned["torch"]:
        for torchvision in pinned["torchvision"]:
            assert int(torch.split(".")[1]) >= int(torchvision.split(".")[1]) - 15


def test_the_package_holds_every_file_that_is_no_module() -> None:
    """A pattern names the files of one folder, not of those within it."""
    patterns = FILE["tool"]["setuptools"]["package-data"]
    held = {file for package, each in patterns.items() for one in each for file in packaged(package).glob(one)}
    files = {file for file in packaged("gradcam_lib").rglob("*.*") if file.is_file()}
    code = {file for file in files if file.suffix in (".py", ".pyc")}
    assert sorted(files - code - held) == []


def packaged(package: str) -> Path:
    return ROOT.joinpath(*package.split("."))
