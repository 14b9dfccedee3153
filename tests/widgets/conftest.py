from __future__ import annotations

from pathlib import Path

import pytest
from support.pickers import IMAGE, classifier

from gradcam_lib.widgets import ClassPicker


@pytest.fixture
def picker(tmp_path: Path) -> ClassPicker:
    return ClassPicker(IMAGE, classifier(), folder=tmp_path)
