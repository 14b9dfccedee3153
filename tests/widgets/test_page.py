"""What every widget of the package has around it."""

from __future__ import annotations

import pytest

from gradcam_lib import widgets
from gradcam_lib.widgets.page import Outermost, Page


@pytest.mark.parametrize("name", widgets.__all__)
def test_the_keys_of_every_widget_are_looked_after(name):
    assert issubclass(getattr(widgets, name), Outermost)


def test_the_outermost_box_holds_the_page_and_says_how_to_use_it(picker):
    assert isinstance(picker.children[-1], Page) and "explorer" in picker._dom_classes
    assert repr(picker) == "ClassPicker: run this cell in JupyterLab to use it"
