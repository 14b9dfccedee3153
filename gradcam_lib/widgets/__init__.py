"""Widgets of the notebooks, made of ipywidgets alone, so that they work wherever ipywidgets do.

A few lines of JavaScript (``page``, ``saving``) add names for screen readers, keep plain keys from being taken for
commands of JupyterLab, and start downloads. No widget needs them: where a page does not run them, the rest works.
"""

from __future__ import annotations

from gradcam_lib.widgets.app import App
from gradcam_lib.widgets.bias_lab import BiasLab
from gradcam_lib.widgets.blind_game import BlindGame
from gradcam_lib.widgets.caption_explorer import CaptionExplorer
from gradcam_lib.widgets.class_picker import ClassPicker
from gradcam_lib.widgets.occlusion_brush import OcclusionBrush
from gradcam_lib.widgets.question_explorer import QuestionExplorer
from gradcam_lib.widgets.slider import Slider
from gradcam_lib.widgets.study import Study

__all__ = [
    "App",
    "BiasLab",
    "BlindGame",
    "CaptionExplorer",
    "ClassPicker",
    "OcclusionBrush",
    "QuestionExplorer",
    "Slider",
    "Study",
]
