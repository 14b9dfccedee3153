"""The walls between the modules, read from their imports."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from gradcam_lib.paths import ROOT

LIBRARY = ROOT / "gradcam_lib"
# Who alone may import a package: reading or drawing is one module's trade, and torchvision takes seconds to import.
WALLS = {
    "matplotlib": ("figures.py",),
    "ipywidgets": ("widgets/",),
    "torchvision": ("images.py", "zoo.py", "models/"),
    "captum": ("benchmark.py",),
    "pytorch_grad_cam": ("benchmark.py",),
}
FAMILIES = "alexnet convnext densenet efficientnet googlenet inception mnasnet mobilenet photonet regnet resnet resnext"
FAMILIES += " shufflenet squeezenet swin vgg vit"
DOCUMENTED = (ast.Module, ast.FunctionDef, ast.ClassDef)
modules = pytest.mark.parametrize("path", sorted(LIBRARY.rglob("*.py")), ids=lambda path: name(path))


def name(path: Path) -> str:
    return path.relative_to(LIBRARY).as_posix()


def imports(path: Path) -> Iterator[str]:
    """The dotted names of all modules that a module imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "." * node.level + (node.module or "")


@modules
def test_a_package_is_imported_only_where_it_belongs(path: Path) -> None:
    tops = {imported.split(".")[0] for imported in imports(path)}
    for package, allowed in WALLS.items():
        assert package not in tops or name(path).startswith(allowed), f"{package} belongs to {allowed}"


@modules
def test_the_library_imports_nothing_from_notebooks_or_tests(path: Path) -> None:
    tops = {imported.split(".")[0] for imported in imports(path)}
    assert tops & {"notebooks", "tests", "start", "pytest", "conftest"} == set()


@modules
def test_imports_are_absolute_and_by_name(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    stars = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.names[0].name == "*"]
    assert stars == []
    assert [imported for imported in imports(path) if imported.startswith(".")] == []


def test_cam_knows_no_model_by_name() -> None:
    """In its code; a docstring may give an example."""
    tree = ast.parse((LIBRARY / "cam.py").read_text(encoding="utf-8"))
    docstrings = {ast.get_docstring(node, clean=False) for node in ast.walk(tree) if isinstance(node, DOCUMENTED)}
    texts = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    names = [node.id for node in ast.walk(tree) if isinstance(node, ast.Name)]
    names += [node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)]
    words = re.findall(r"[a-z]+", " ".join([*(set(texts) - docstrings), *names, *imports(LIBRARY / "cam.py")]).lower())
    assert set(words) & set(FAMILIES.split()) == set()


def test_no_module_is_called_utils() -> None:
    assert [path for path in LIBRARY.rglob("*.py") if path.stem in ("utils", "util", "helper", "helpers")] == []
