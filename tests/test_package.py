"""The package itself: its names, and when they are imported."""

from __future__ import annotations

import ast
import subprocess
import sys
from types import FunctionType

import gradcam_lib
from gradcam_lib.paths import ROOT


def test_every_public_name_has_one_home() -> None:
    tree = ast.parse((ROOT / "gradcam_lib/__init__.py").read_text(encoding="utf-8"))
    (checked,) = [node for node in tree.body if isinstance(node, ast.If)]
    completed = {alias.name: node.module for node in checked.body for alias in node.names}
    assert completed == gradcam_lib._HOME and {*completed, "set_seed"} == set(gradcam_lib.__all__)
    assert all(getattr(gradcam_lib, name) is not None for name in gradcam_lib.__all__)
    assert set(gradcam_lib.__all__) <= set(dir(gradcam_lib)) and not hasattr(gradcam_lib, "gradcam")


def test_importing_the_package_waits_for_nothing() -> None:
    ask = "import sys, gradcam_lib; print({'torch', 'numpy', 'cv2'} & set(sys.modules))"
    ran = subprocess.run([sys.executable, "-c", ask], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "set()"


def test_cam_is_the_function_whatever_was_imported_before() -> None:
    ask = "import gradcam_lib.cam, gradcam_lib.backprop; from gradcam_lib import cam; print(type(cam).__name__)"
    ran = subprocess.run([sys.executable, "-c", ask], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "function" and isinstance(gradcam_lib.cam, FunctionType)
