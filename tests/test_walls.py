"""The rooms of the library, their order, and what may be imported where: all read from the imports."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from gradcam_lib.paths import ROOT

LIBRARY = ROOT / "gradcam_lib"
# The root is the method, and what every room needs: where files are, how results and notebooks are kept.
METHOD = "equations targets capture trace forward layers activations relu_rules gradients".split()
METHOD += "positions explanation cam backprop excitation occlusion".split()
SHARED = "paths results notebooks".split()
# A room may import from itself and from the rooms before it in this list.
ROOMS = ["", *"pictures networks measures feature_visualization checkup datasets language worlds bias training".split()]
ROOMS += ["evaluate", "studies", "classroom", "widgets", "site", "commands"]
DOORS = ("__init__.py", "__main__.py")  # what readers call: they may look into every room
PLANS = ("gradcam_lib.worlds.scene", "gradcam_lib.worlds.worker")  # what is drawn, as data
# Who alone may import a package: reading or drawing is one module's trade, and torchvision takes seconds to import.
WALLS = {
    "matplotlib": tuple(f"pictures/{part}.py" for part in ("charts", "figures", "lettering", "saving")),
    "ipywidgets": ("widgets/",),
    "torchvision": ("pictures/images.py", "networks/"),
    "voila": ("commands/serving.py",),
    "captum": ("studies/benchmark.py",),
    "pytorch_grad_cam": ("studies/benchmark.py",),
    "onnx": ("site/export.py",),
}
FAMILIES = "alexnet convnext densenet efficientnet googlenet inception mnasnet mobilenet photonet regnet resnet resnext"
FAMILIES += " shufflenet squeezenet swin vgg vit"
DOCUMENTED = (ast.Module, ast.FunctionDef, ast.ClassDef)
modules = pytest.mark.parametrize("path", sorted(LIBRARY.rglob("*.py")), ids=lambda path: name(path))


def name(path: Path) -> str:
    return path.relative_to(LIBRARY).as_posix()


def dotted(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def room(module: str) -> str:
    """The room of a dotted name; "" is the root."""
    parts = module.split(".")[1:]
    return parts[0] if parts and (LIBRARY / parts[0]).is_dir() else ""


def imports(path: Path) -> Iterator[str]:
    """The dotted names of all modules that a module imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            whole = "." * node.level + (node.module or "")
            names = [f"{whole}.{alias.name}" for alias in node.names]
            yield from (name if name in MODULES else whole for name in names)


MODULES = {dotted(path): path for path in sorted(LIBRARY.rglob("*.py"))}


def ours(path: Path) -> set[str]:
    return {imported for imported in imports(path) if imported.split(".")[0] == "gradcam_lib"}


def test_the_root_is_the_method() -> None:
    assert {path.stem for path in LIBRARY.glob("*.py") if path.name not in DOORS} == {*METHOD, *SHARED}
    assert {path.parent.name for path in LIBRARY.glob("*/__init__.py")} == set(ROOMS) - {""}


@modules
def test_a_room_imports_only_from_the_rooms_before_it(path: Path) -> None:
    if name(path) in DOORS:
        return
    allowed = ROOMS[: ROOMS.index(room(dotted(path))) + 1]
    assert [imported for imported in ours(path) if room(imported) not in allowed] == []
    assert "gradcam_lib" not in ours(path), "name the module: the package itself imports from every room"


def test_no_module_imports_itself_by_way_of_others() -> None:
    waiting = {module: ours(path) & set(MODULES) for module, path in MODULES.items() if name(path) not in DOORS}
    while ready := [module for module, needed in waiting.items() if not needed & set(waiting)]:
        waiting = {module: needed for module, needed in waiting.items() if module not in ready}
    assert waiting == {}, "these import each other in a circle, or import from one"


@pytest.mark.parametrize("path", sorted((LIBRARY / "worlds/drawing").glob("*.py")), ids=name)
def test_what_draws_knows_only_what_is_to_be_drawn(path: Path) -> None:
    above = [imported for imported in ours(path) if not imported.startswith("gradcam_lib.worlds.drawing")]
    assert [imported for imported in above if imported not in PLANS] == []


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
