"""Widgets of the notebooks, made of ipywidgets alone: no JavaScript of our own, so they work wherever ipywidgets do."""

from __future__ import annotations

from gradcam_lib.widgets.bias_lab import BiasLab
from gradcam_lib.widgets.caption_explorer import CaptionExplorer
from gradcam_lib.widgets.class_picker import ClassPicker
from gradcam_lib.widgets.occlusion_brush import OcclusionBrush
from gradcam_lib.widgets.question_explorer import QuestionExplorer
from gradcam_lib.widgets.slider import Slider

__all__ = ["BiasLab", "CaptionExplorer", "ClassPicker", "OcclusionBrush", "QuestionExplorer", "Slider"]
