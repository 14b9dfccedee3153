"""Everyday scenes: drawn by a seed, edited as data, painted, described and asked about.

>>> from gradcam_lib.worlds import scenes
>>> scene = scenes.sample(7)
>>> picture = scenes.render(scene)            # .image, .masks, .parts, .boxes
>>> scenes.captions(scene)[0]                 # (sentence, [(word index, object id), …])
>>> scenes.questions(scene)[0]                # (question, answer, object id or None, type)
"""

from gradcam_lib.worlds.captions import captions
from gradcam_lib.worlds.questions import questions
from gradcam_lib.worlds.rendering import Picture, position, render
from gradcam_lib.worlds.sampling import sample
from gradcam_lib.worlds.scene import Scene, Thing

__all__ = ["Picture", "Scene", "Thing", "captions", "position", "questions", "render", "sample"]
