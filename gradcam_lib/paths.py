"""Where things are, so that no notebook ever spells ``../``."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / "data"
MODELS = DATA / "models"
RESULTS = DATA / "results"
FIGURES = Path(os.environ.get("GRADCAM_FIGURES") or ROOT / "figures")  # tests draw elsewhere
NOTEBOOKS = ROOT / "notebooks"


def folder_from(variable: str) -> Path | None:
    """The folder that an environment variable names; None when it is unset; an error when it is no folder."""
    value = os.environ.get(variable)
    if not value:
        return None
    folder = Path(value).expanduser()
    if not folder.is_dir():
        raise NotADirectoryError(f"{variable}={value}: no such folder; correct the variable or unset it")
    return folder


def weights_folder() -> Path | None:
    """``GRADCAM_WEIGHTS``: weights at hand, for a classroom without internet."""
    return folder_from("GRADCAM_WEIGHTS")


def offline() -> bool:
    """``GRADCAM_OFFLINE=1`` never touches the network."""
    return os.environ.get("GRADCAM_OFFLINE", "") not in ("", "0")
