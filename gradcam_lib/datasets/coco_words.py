"""Which words of a caption name one of COCO's 80 categories, written out.

A word counts when it stands in the table, when the picture has a mask of its category, and when it is the noun itself
and not part of another: "a dog" but not "a dog bed", "an orange" but not "an orange shirt". What is ambiguous is left
out: a "glass" without wine, a "computer", a "board", a "bag", a "group". Precision comes before recall.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from gradcam_lib.datasets.caption_words import COLOURS

PERSON = "person"


class Mention(NamedTuple):
    """The words ``start`` … ``stop`` − 1 of a caption name ``category``."""

    category: str
    start: int
    stop: int


# Category → the words for it in the singular; names of two words with a space. Regular plurals follow from them.
NAMES = {
    "person": """
        man woman guy gentleman lady boy girl child kid toddler baby infant person adult teenager rider skier surfer
        skateboarder snowboarder skater cyclist bicyclist motorcyclist biker boarder pedestrian worker employee chef
        waiter waitress baker bride groom umpire catcher athlete student friend spectator policeman officer soldier
        fireman fisherman swimmer runner customer shopper tourist visitor farmer sheepherder someone performer
        player tennis_player baseball_player commuter motorist cowboy dancer musician
    """,
    "bicycle": "bicycle bike mountain_bike",
    "car": "car taxi cab sedan suv",
    "motorcycle": "motorcycle motorbike motor_bike moped scooter dirt_bike",
    "airplane": "airplane plane jet aircraft airliner jetliner biplane seaplane aeroplane",
    "bus": "bus",
    "train": "train locomotive",
    "truck": "truck pickup firetruck",
    "boat": "boat ship canoe kayak sailboat yacht ferry gondola",
    "traffic light": "traffic_light traffic_signal stoplight stop_light",
    "fire hydrant": "fire_hydrant hydrant",
    "stop sign": "stop_sign",
    "parking meter": "parking_meter meter",
    "bench": "bench park_bench",
    "bird": "bird seagull duck goose parrot parakeet pigeon owl eagle swan flamingo egret peacock gull",
    "cat": "cat kitten kitty",
    "dog": "dog puppy pup",
    "horse": "horse pony foal",
    "sheep": "sheep lamb ram goat",
    "cow": "cow calf ox bull",
    "elephant": "elephant",
    "bear": "bear polar_bear panda panda_bear brown_bear",
    "zebra": "zebra",
    "giraffe": "giraffe",
    "backpack": "backpack back_pack rucksack",
    "umbrella": "umbrella parasol",
    "handbag": "handbag purse",
    "tie": "tie necktie bow_tie",
    "suitcase": "suitcase suit_case luggage",
    "frisbee": "frisbee frisbe disc disk",
    "skis": "",
    "snowboard": "snowboard snow_board",
    "sports ball": "ball soccer_ball tennis_ball",
    "kite": "kite",
    "baseball bat": "bat baseball_bat",
    "baseball glove": "glove mitt baseball_glove",
    "skateboard": "skateboard skate_board",
    "surfboard": "surfboard surf_board",
    "tennis racket": "racket racquet tennis_racket tennis_racquet",
    "bottle": "bottle",
    "wine glass": "wine_glass wineglass",
    "cup": "cup mug",
    "fork": "fork",
    "knife": "knife",
    "spoon": "spoon",
    "bowl": "bowl",
    "banana": "banana",
    "apple": "apple",
    "sandwich": "sandwich burger hamburger panini",
    "orange": "orange",
    "broccoli": "broccoli",
    "carrot": "carrot",
    "hot dog": "hot_dog hotdog",
    "pizza": "pizza",
    "donut": "donut doughnut",
    "cake": "cake cupcake",
    "chair": "chair armchair",
    "couch": "couch sofa loveseat",
    "potted plant": "plant potted_plant houseplant",
    "bed": "bed",
    "dining table": "table dining_table",
    "toilet": "toilet commode urinal",
    "tv": "tv television monitor",
    "laptop": "laptop laptop_computer",
    "mouse": "mouse computer_mouse",
    "remote": "remote remote_control controller",
    "keyboard": "keyboard",
    "cell phone": "cell_phone cellphone phone smartphone smart_phone",
    "microwave": "microwave microwave_oven",
    "oven": "oven stove",
    "toaster": "toaster",
    "sink": "sink",
    "refrigerator": "refrigerator fridge",
    "book": "book",
    "clock": "clock",
    "vase": "vase",
    "scissors": "scissor",
    "teddy bear": "teddy_bear teddy stuffed_bear stuffed_animal",
    "hair drier": "hair_drier hair_dryer blow_dryer",
    "toothbrush": "toothbrush tooth_brush",
}
IRREGULAR = {  # what no rule makes → the singular
    "men": "man", "women": "woman", "gentlemen": "gentleman", "children": "child", "people": "person",
    "policemen": "policeman", "firemen": "fireman", "fishermen": "fisherman", "babies": "baby", "ladies": "lady",
    "geese": "goose", "puppies": "puppy", "ponies": "pony", "kitties": "kitty", "cattle": "cow", "calves": "calf",
    "oxen": "ox", "mice": "mouse", "knives": "knife", "teddies": "teddy", "ferries": "ferry", "buses": "bus",
    "busses": "bus", "skis": "skis", "ski's": "skis", "scissors": "scissor",
}  # fmt: skip
# A thing in the singular before one of these belongs to another thing: "train station", "pizza box", "dog bed".
OTHER_THING = frozenset("""
    station stop tracks track yard line food bowl bed house box pan oven cutter shop store shelf shelves case holder
    rack cover cloth tablecloth top seat paper lid tank brush lane lot road door doors window windows mirror tire wheel
    tail park pen pasture enclosure exhibit statue show race ride trailer carriage drawn herder tower juice tree trees
    sauce slicer rink court player players game match field team glove counter stand machine cabinet cabinets room area
    frame frames head heads bathroom kitchen shaped themed print printed driver drivers rider riders owner owners walker
    leash collar toy toys hat costume dock harbor ramp terminal bar bars rail rails polo farm market bouquet stem stems
    plant plants screen charger bag bags tag tags handle string strings sandwich
""".split())  # fmt: skip
AFTER = frozenset("""
    a an the is are and or with on in at of to his her its their from by for up it while as near through next into over
    that there this being off out down behind around under beside between who which sitting standing laying lying
    hanging placed cut sliced along against inside outside was were has have
""".split())  # fmt: skip
ALSO_COLOUR = frozenset({"orange"})  # a noun only at the end of its phrase, before one of AFTER
BEFORE_NO_PERSON = frozenset("baby adult".split())  # of an animal: "a baby elephant"
NOT_BEFORE = {  # word → words before it that make it another thing
    "bear": {"teddy", "stuffed", "toy"}, "bears": {"teddy", "stuffed", "toy"}, "dog": {"hot"}, "dogs": {"hot"},
    "bike": {"dirt", "motor"}, "bikes": {"dirt", "motor"}, "table": {"pool", "ping-pong"}, "oven": {"toaster"},
    "bed": {"flower", "truck"}, "plant": {"power"}, "bat": {"fruit"},
}  # fmt: skip


def _plural(name: str) -> str:
    return name + ("es" if name.endswith(("s", "x", "ch", "sh")) else "s")


def _table() -> dict[tuple[str, ...], str]:
    table: dict[tuple[str, ...], str] = {("skis",): "skis", ("ski's",): "skis"}
    for category, names in NAMES.items():
        for name in names.split():
            for form in (name, _plural(name)):
                table[tuple(form.split("_"))] = category
    for plural, single in IRREGULAR.items():
        if (single,) in table:
            table[(plural,)] = table[(single,)]
    table[("wine", "glasses")] = "wine glass"
    return table


TABLE = _table()
SINGULAR = {tuple(name.split("_")) for names in NAMES.values() for name in names.split()}
ANIMALS = frozenset("bird cat dog horse sheep cow elephant bear zebra giraffe".split())


def mentions(words: Sequence[str], present: Collection[str]) -> list[Mention]:
    """The names of categories among the words of a caption (``vocabulary.tokenise``), if they are ``present``.

    A name of two words is found before its parts: "teddy bear" is no bear.
    """
    found, i = [], 0
    while i < len(words):
        category, length = _name_at(words, i)
        if category in present and _is_the_noun(words, i, i + length):
            found.append(Mention(category, i, i + length))
        i += max(length, 1)
    return found


def _name_at(words: Sequence[str], i: int) -> tuple[str | None, int]:
    for length in (2, 1):
        name = tuple(words[i : i + length])
        if len(name) == length and name in TABLE:
            return TABLE[name], length
    return None, 0


def _is_the_noun(words: Sequence[str], start: int, stop: int) -> bool:
    word, before, after = words[stop - 1], words[start - 1] if start else "", words[stop] if stop < len(words) else ""
    name = tuple(words[start:stop])
    if name in SINGULAR and TABLE[name] != PERSON and after in OTHER_THING or before in NOT_BEFORE.get(word, ()):
        return False
    if word in BEFORE_NO_PERSON and TABLE.get((after,)) in ANIMALS:
        return False
    if word in ALSO_COLOUR:
        with_another = after == "and" and words[stop + 1 : stop + 2] != [] and words[stop + 1] in COLOURS
        return before not in ("", "and") and not with_another and (not after or after in AFTER)
    return True
