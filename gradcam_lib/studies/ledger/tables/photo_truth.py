"""Tables about maps on photographs in which the things are outlined: sizes, words, its own map or another's."""

from __future__ import annotations

from gradcam_lib.studies.ledger.entries import Table
from gradcam_lib.studies.ledger.evidence import Number, Results

ANSWERERS = {
    "photo": "LSTM + EfficientNet-Lite0",
    "photo-squeezenet": "LSTM + SqueezeNet",
    "photo-photonet": "LSTM + PhotoNet",
    "photo-coattention": "co-attention on EfficientNet-Lite0",
}
CLASSIFIERS = {"efficientnet_lite0": "EfficientNet-Lite0", "squeezenet": "SqueezeNet"}
DESCRIBERS = {"photo": "EfficientNet-Lite0", "photo-squeezenet": "SqueezeNet"}
SYSTEMS = {f"words > {name}": f"words of captions, {told}" for name, told in DESCRIBERS.items()}
SYSTEMS |= {f"answers > {name}": f"answers, {told}" for name, told in ANSWERERS.items()}
SYSTEMS |= {f"classes > {name}": f"classes, {told}" for name, told in CLASSIFIERS.items()}
METHODS = {
    "**Grad-CAM**": "grad_cam",
    "Grad-CAM, first word of each category": "grad_cam_first_word",
    "guided backprop, the same words": "guided_backprop",
    "Guided Grad-CAM, the same words": "guided_grad_cam",
    "the whole caption's map": "whole_caption",
    "middle of the picture": "centre",
    "random map": "random",
}


def at(path: str) -> str:
    return f"photo_truth > {path}"


def shown(path: str, form: str = "") -> str:
    return f"{{{at(path)}{'|' + form if form else ''}}}"


def said(system: str, when: str) -> str:
    """What a caption or answer is worth at an input; the classes of these pictures are not asked for."""
    if system.startswith("words"):
        return f"CIDEr-D {shown(f'{system} > said > {when} > cider_d', 'x3')}"
    return f"accuracy {shown(f'{system} > said > {when} > accuracy')}" if system.startswith("answers") else "–"


def finer(r: Results) -> bool:
    """Larger inputs point better than the systems' own and describe worse; only maps of classes beat the middle."""

    def inside(system: str, method: str, when: str = "chosen") -> Number:
        return r(at(f"{system} > {when} > {method} > inside"))

    beaten = {s for s in SYSTEMS if inside(s, "grad_cam").apart(inside(s, "centre"))}
    return (
        beaten == {s for s in SYSTEMS if s.startswith("classes")}
        and all(inside(s, "grad_cam").value > inside(s, "grad_cam", "own").value for s in SYSTEMS)
        and all(
            r(at(f"words > {name} > said > chosen > cider_d")).below(r(at(f"words > {name} > said > own > cider_d")))
            for name in DESCRIBERS
        )
    )


SIZES = Table(
    "Photographs with outlines: how large a picture is explained",
    "In these pictures of COCO every thing of 80 categories is outlined: {photo_truth > n} validation pictures with "
    "words to be asked for, "
    "on which everything is measured, and 290 training pictures, on which nothing is but the size of the input. "
    "Whatever that size, maps and outlines are compared on a grid of 224 × 224; the whole picture is squashed to a "
    "square, as in training. *Maximum inside*: share of maps whose maximum lies inside the outline of what is asked "
    "for, averaged within each picture. The size is the one of which this share is largest on the training pictures. "
    "*Said*: what the same input does to the caption (CIDEr-D) or to the answers (accuracy on balanced questions), on "
    "validation photographs of Flickr8k.",
    ("what is explained", "own size: maximum inside", "said", "chosen size: maximum inside", "said", "middle"),
    tuple(
        (
            label,
            f"{shown(f'{system} > own_size')} px: {shown(f'{system} > own > grad_cam > inside')}",
            said(system, "own"),
            f"{shown(f'{system} > chosen_size')} px: {shown(f'{system} > chosen > grad_cam > inside')}",
            said(system, "chosen"),
            shown(f"{system} > own > centre > inside"),
        )
        for system, label in SYSTEMS.items()
    ),
    (
        "On the training pictures the middle square of the picture, as the commands and explorers take it unless told "
        "otherwise, was measured as well: maximum inside "
        "{photo_truth > words > photo > training_middle_square > grad_cam > inside} for words at the chosen size "
        "(EfficientNet-Lite0), the middle {photo_truth > words > photo > training_middle_square > centre > inside}.",
        "Larger inputs lead to finer maps that point better, and to worse captions. Maps of words and of answers are "
        "not told apart from the middle of the picture at any chosen size; those of true classes are better than it.",
    ),
    check=finer,
)


def two_skills(r: Results) -> bool:
    """One captioner describes better, the other one points better; neither is told apart from the middle."""
    found = {name: {m: at(f"words > {name} > chosen > {m}") for m in ("grad_cam", "centre")} for name in DESCRIBERS}
    describes, points = (r(f"{of['grad_cam']} > inside") for of in found.values())
    return (
        r("captioner_photo > bleu_4").leans_above(r("captioner_photo_squeezenet > bleu_4"))
        and points.leans_above(describes)
        and not any(r(f"{of['grad_cam']} > inside").apart(r(f"{of['centre']} > inside")) for of in found.values())
        and all(r(f"{of['grad_cam']} > density").above(r(f"{of['centre']} > density")) for of in found.values())
    )


def by_captioner(of: str, form: str = "") -> tuple[str, ...]:
    return tuple(shown(f"words > {name} > chosen > {of}", form) for name in DESCRIBERS)


def mentioned(name: str, label: str) -> str:
    whom = {
        kind: tuple(
            shown(f"words > {name} > chosen > mention > density_{what}_{kind}", "x")
            for what in ("mentioned", "not_mentioned", "difference")
        )
        for kind in ("persons", "things")
    }
    spelt = "; ".join(f"{kind} {yes} and {no}, a difference of {less}" for kind, (yes, no, less) in whom.items())
    return f"{label}: {spelt}"


WORDS = Table(
    "Photographs with outlines: words of captions",
    "Every word of a reference caption that names a category (a table of words, `datasets/coco_words.py`), that the "
    "captioner knows and whose category is outlined in the picture; of {photo_truth > words > review > judged} drawn "
    "words, {photo_truth > words > review > sound} mean the things outlined. Each captioner at its chosen size "
    "({photo_truth > words > photo > chosen_size} and {photo_truth > words > photo-squeezenet > chosen_size} px). "
    "*Density*: mean of the map inside the outline over its mean outside; the paper's for boxes of dense captions are "
    "3.27, 2.32 and 6.38. The captioner that describes photographs better is not the one whose maps point better, but "
    "the intervals tell neither its maps from the other's nor either from the middle of the picture. Only their "
    "density is above that of the middle.",
    (
        "",
        *(
            f"{label}: {what}"
            for what in ("maximum inside", "persons", "things", "density")
            for label in DESCRIBERS.values()
        ),
    ),
    tuple(
        (
            label,
            *(number for of in ("", "_persons", "_things") for number in by_captioner(f"{method} > inside{of}")),
            *by_captioner(f"{method} > density", "x"),
        )
        for label, method in METHODS.items()
    ),
    (
        "*Mentioned or not.* Of a picture's captions some mention a thing and others do not. The density of the whole "
        "caption's map on it where it is mentioned and where it is not, 1 being the picture's mean. "
        + ". ".join(mentioned(name, label) for name, label in DESCRIBERS.items())
        + ". Outline and picture are the same in both cases.",
    ),
    check=two_skills,
)


def pair(system: str, method: str, when: str, label: str) -> tuple[str, ...]:
    path = f"{system} > {when} > {method} > inside"
    size = f"{shown(f'{system} > {when}_size')} px"
    return label, size, shown(f"{path}_own"), shown(f"{path}_other"), shown(f"{path}_difference", "points")


PAIRS = {f"words > {name}": "two_nouns" for name in DESCRIBERS}
PAIRS |= {f"answers > {name}": "two_questions" for name in ANSWERERS}
PAIRS |= {f"classes > {name}": "two_classes" for name in CLASSIFIERS}

OTHERS = Table(
    "Photographs with outlines: its own map or another's",
    "The outline of a thing, and two maps: its own, and that of something else in the same picture: another noun of "
    "the caption, the right answer to a question about another thing, the class of another thing. A map that only "
    "finds what is conspicuous would do as well for both.",
    ("what is explained", "input", "its own map: maximum inside", "the other map", "difference, in pairs"),
    tuple(
        pair(system, method, when, SYSTEMS[system]) for system, method in PAIRS.items() for when in ("own", "chosen")
    ),
)
