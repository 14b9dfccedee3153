"""The habits of the world: how large things are, which colours they have, what happens where and what lies about."""

from __future__ import annotations

# Height in front of the picture, as a share of it; width as a multiple of the height; colours with their weights.
# The weights are the world's habits (most hydrants are red): what a language prior learns without looking.
HEIGHT = {
    "man": 0.7, "woman": 0.68, "dog": 0.36, "cat": 0.32, "elephant": 0.64, "zebra": 0.54, "fire hydrant": 0.4,
    "bicycle": 0.44, "tree": 0.85, "bench": 0.28, "bush": 0.22, "bucket": 0.13, "shell": 0.07, "rock": 0.12,
    "bird": 0.07, "kite": 0.22, "wave": 0.3, "pizza": 0.2, "orange": 0.25, "cup": 0.16, "bottle": 0.3,
    "tennis ball": 0.065, "baseball": 0.06, "racket": 0.34, "baseball bat": 0.36, "umbrella": 0.46, "surfboard": 0.62,
}  # fmt: skip
WIDTH = {
    "man": 0.4, "woman": 0.4, "dog": 1.25, "cat": 1.2, "elephant": 1.3, "zebra": 1.2, "fire hydrant": 0.6,
    "bicycle": 1.6, "tree": 0.7, "bench": 1.8, "bush": 1.6, "bucket": 1, "shell": 1.2, "rock": 1.5, "bird": 1.5,
    "kite": 0.8, "wave": 3.2, "pizza": 2, "orange": 1, "cup": 1.1, "bottle": 0.4, "tennis ball": 1, "baseball": 1,
}  # fmt: skip
HABITS = {
    "kite": {"red": 5, "blue": 2, "yellow": 2, "green": 1, "purple": 1, "orange": 1, "pink": 1},
    "umbrella": {"black": 4, "red": 3, "blue": 2, "yellow": 1, "green": 1, "purple": 1, "pink": 1},
    "surfboard": {"white": 4, "yellow": 2, "red": 2, "blue": 2, "orange": 1},
    "fire hydrant": {
        "red": 6,
        "yellow": 3,
        "green": 2,
        "red and yellow": 1,
        "green and yellow": 1,
        "white and blue": 1,
    },
    "bicycle": {"red": 3, "blue": 3, "black": 3, "green": 1, "yellow": 1},
    "dog": {"brown": 5, "black": 3, "white": 2, "gray": 1, "yellow": 1},
    "cat": {"orange": 4, "gray": 3, "black": 3, "white": 2, "brown": 1},
    "man": {"blue": 4, "white": 2, "red": 2, "green": 2, "gray": 1, "orange": 1, "yellow": 1, "black": 1},
    "woman": {"red": 3, "blue": 2, "pink": 2, "yellow": 2, "purple": 2, "white": 1, "green": 1, "black": 1},
    "bucket": {"red": 1, "blue": 1, "yellow": 1, "green": 1},
    "cup": {"white": 2, "blue": 1, "red": 1, "green": 1},
    "bottle": {"green": 2, "brown": 1, "blue": 1},
    "bench": {"brown": 3, "green": 1},
    "elephant": {"gray": 1},
    "zebra": {"white": 1},
    "tennis ball": {"yellow": 1},
    "baseball": {"white": 1},
    "orange": {"orange": 1},
}
LEAVES = {"park": "leafy", "street": "leafy", "beach": "palm", "savannah": "acacia"}

# What may happen where, with weights: (action of people or kind of thing, weight).
HAPPENINGS = {
    "beach": (("kite", 4), ("surf", 7), ("umbrella", 1.5), ("walk", 1.5), ("dog", 1.5)),
    "park": (("kite", 3), ("tennis", 4), ("baseball", 4), ("cycle", 1.5), ("umbrella", 1), ("walk", 1), ("dog", 2),
             ("cat", 2)),
    "street": (("fire hydrant", 6), ("cycle", 3), ("umbrella", 2), ("walk", 1.5), ("dog", 1.5), ("cat", 2)),
    "kitchen": (("pizza", 4), ("orange", 6)),
    "savannah": (("elephant", 4), ("zebra", 4), ("walk", 0.6)),
}  # fmt: skip
BESIDES = {  # a second thing worth a word
    "beach": ("dog", "umbrella", "walk", "kite", "bicycle"),
    "park": ("dog", "cat", "bicycle", "fire hydrant", "walk", "umbrella", "kite"),
    "street": ("dog", "cat", "bicycle", "fire hydrant", "walk", "umbrella"),
    "kitchen": ("orange", "cat", "sit", "pizza"),
    "savannah": ("zebra", "elephant", "walk"),
}
CLUTTER = {  # never worth a word in a caption
    "beach": {"bucket": 1, "shell": 1, "rock": 1, "bird": 1, "tree": 1, "bystander": 3},
    "park": {"bench": 1, "bush": 1, "tree": 2, "bird": 1, "rock": 1, "bystander": 3},
    "street": {"bench": 1, "bush": 1, "tree": 2, "bird": 1, "bystander": 3},
    "kitchen": {"cup": 1, "bottle": 1},
    "savannah": {"tree": 2, "bush": 1, "rock": 1, "bird": 1},
}
