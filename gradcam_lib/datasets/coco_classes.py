"""Which of ImageNet's 1000 classes are things of a COCO category, written out by number.

Left out: categories without a class (person, fork, stop sign …), and classes that are another thing than the category
(a "plane" for wood, a "kite" that is a bird, a "crane"), of a part of it ("car wheel"), or of a toy.
"""

from __future__ import annotations

CLASSES = {  # category → its classes, or first and last of a run of classes
    "bicycle": [444, 671],
    "car": [436, 468, 511, 609, 627, 656, 661, 751, 817],
    "motorcycle": [665, 670],
    "airplane": [404, 895],
    "bus": [654, 779, 874],
    "train": [466, 547, 565, 705, 820, 829],
    "truck": [555, 569, 675, 717, 864, 867],
    "boat": [472, 484, 554, 576, 625, 628, 724, 780, 814, 871, 914],
    "traffic light": [920],
    "parking meter": [704],
    "bench": [703],
    "bird": [(7, 24), (80, 100), (127, 146)],
    "cat": [(281, 285)],
    "dog": [(151, 268)],
    "horse": [339],
    "sheep": [348, 349],
    "cow": [345, 346],
    "elephant": [101, 385, 386],
    "bear": [294, 295, 296, 297, 388],
    "zebra": [340],
    "backpack": [414],
    "umbrella": [879],
    "handbag": [748],
    "tie": [451, 457, 906],
    "skis": [795],
    "sports ball": [429, 430, 522, 574, 722, 768, 805, 852, 890],
    "tennis racket": [752],
    "bottle": [440, 720, 737, 898, 899, 901, 907],
    "wine glass": [572, 966],
    "cup": [504, 968],
    "spoon": [910],
    "bowl": [659, 809],
    "banana": [954],
    "apple": [948],
    "sandwich": [933],
    "orange": [950],
    "broccoli": [937],
    "hot dog": [934],
    "pizza": [963],
    "chair": [423, 559, 765],
    "couch": [831],
    "potted plant": [738],
    "bed": [564],
    "dining table": [532],
    "toilet": [861],
    "tv": [664, 782, 851],
    "laptop": [620, 681],
    "mouse": [673],
    "remote": [761],
    "keyboard": [508],
    "cell phone": [487],
    "microwave": [651],
    "oven": [827],
    "toaster": [859],
    "sink": [896],
    "refrigerator": [760],
    "clock": [409, 530, 892],
    "vase": [883],
    "teddy bear": [850],
    "hair drier": [589],
}
NAMESAKES = ("kite",)  # of these categories ImageNet has a class of the same name that is another thing
CLASSES = {
    category: [c for run in runs for c in (range(run[0], run[1] + 1) if isinstance(run, tuple) else (run,))]
    for category, runs in CLASSES.items()
}
