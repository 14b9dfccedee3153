"""Tables about maps on photographs in which the things are outlined."""

from __future__ import annotations

from gradcam_lib.studies.ledger.entries import Table
from gradcam_lib.studies.ledger.evidence import Results

ANSWERERS = {
    "photo": "LSTM + EfficientNet-Lite0",
    "photo-squeezenet": "LSTM + SqueezeNet",
    "photo-photonet": "LSTM + PhotoNet",
    "photo-coattention": "co-attention on EfficientNet-Lite0",
}
CLASSIFIERS = {"efficientnet_lite0": "EfficientNet-Lite0", "squeezenet": "SqueezeNet"}
SYSTEMS = {"words": "words of captions"} | {f"answers > {name}": f"answers, {told}" for name, told in ANSWERERS.items()}
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
CLASS_METHODS = {
    "**Grad-CAM**": "grad_cam",
    "saliency": "saliency",
    "guided backprop": "guided_backprop",
    "Guided Grad-CAM": "guided_grad_cam",
    "Grad-CAM of the predicted class": "predicted",
    "middle of the picture": "centre",
    "random map": "random",
}


def at(path: str) -> str:
    return f"photo_truth > {path}"


def shown(path: str, form: str = "") -> str:
    return f"{{{at(path)}{'|' + form if form else ''}}}"


def said(system: str, when: str) -> str:
    """What a caption or answer is worth at an input; the classes of these pictures are not asked for."""
    if system == "words":
        return f"CIDEr-D {shown(f'words > said > {when} > cider_d', 'x3')}"
    return f"accuracy {shown(f'{system} > said > {when} > accuracy')}" if system.startswith("answers") else "–"


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
        "{photo_truth > words > training_middle_square > grad_cam > inside} for words at the chosen size, the middle "
        "{photo_truth > words > training_middle_square > centre > inside}.",
    ),
)

WORDS = Table(
    "Photographs with outlines: words of captions",
    "Every word of a reference caption that names a category (a table of words, `datasets/coco_words.py`), that the "
    "captioner knows and whose category is outlined in the picture; of {photo_truth > words > review > judged} drawn "
    "words, {photo_truth > words > review > sound} mean the things outlined. Chosen size "
    "({photo_truth > words > chosen_size} px). *Density*: mean of the map inside the outline over its mean outside; "
    "the paper's for boxes of dense captions are 3.27, 2.32 and 6.38.",
    ("", "maximum inside", "persons", "things", "within 7 px of 224", "density", "its median"),
    tuple(
        (
            label,
            *(shown(f"words > chosen > {method} > inside{of}") for of in ("", "_persons", "_things")),
            shown(f"words > chosen > {method} > pointing_game"),
            shown(f"words > chosen > {method} > density", "x"),
            shown(f"words > chosen > {method} > density > median", "x"),
        )
        for label, method in METHODS.items()
    ),
    (
        "*Mentioned or not.* Of a picture's captions some mention a thing and others do not. The density of the whole "
        "caption's map on it, 1 being the picture's mean, is "
        "{photo_truth > words > chosen > mention > density_mentioned_persons|x} and "
        "{photo_truth > words > chosen > mention > density_not_mentioned_persons|x} for persons, a difference of "
        "{photo_truth > words > chosen > mention > density_difference_persons|x}, and "
        "{photo_truth > words > chosen > mention > density_mentioned_things|x} and "
        "{photo_truth > words > chosen > mention > density_not_mentioned_things|x} for things, a difference of "
        "{photo_truth > words > chosen > mention > density_difference_things|x}. Outline and picture are the same in "
        "both cases.",
    ),
)


def pair(system: str, method: str, when: str, label: str) -> tuple[str, ...]:
    path = f"{system} > {when} > {method} > inside"
    size = f"{shown(f'{system} > {when}_size')} px"
    return label, size, shown(f"{path}_own"), shown(f"{path}_other"), shown(f"{path}_difference", "points")


PAIRS = {"words": "two_nouns"} | {f"answers > {name}": "two_questions" for name in ANSWERERS}
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

ANSWERS = Table(
    "Photographs with outlines: answers",
    "Questions made by rules from COCO's captions, about a thing that is outlined and whose answer the network knows. "
    "The answer is given at the network's own size and explained at the chosen one. Maximum inside the outline.",
    ("network", "accuracy", "map of its answer", "where it is right", "where it is wrong", "map of the true answer"),
    tuple(
        (
            label,
            shown(f"answers > {name} > chosen > network > accuracy"),
            *(
                shown(f"answers > {name} > chosen > grad_cam > inside{of}")
                for of in ("", "_answered_right", "_answered_wrong")
            ),
            shown(f"answers > {name} > chosen > true_answer > inside"),
        )
        for name, label in ANSWERERS.items()
    ),
    (
        "Co-attention's own attention: {photo_truth > answers > photo-coattention > chosen > attention > inside}. The "
        "middle: {photo_truth > answers > photo > chosen > centre > inside}. “Is there a …?” is asked only where the "
        "answer is yes, so these accuracies are not those of the balanced questions.",
    ),
)

TRUST = Table(
    "Photographs with outlines: whom to trust",
    "The three networks of LSTM and CNN, and the {photo_truth > answers > trust > disputed_questions} of "
    "{photo_truth > answers > trust > questions} questions that some answer right and some wrong. They give different "
    "answers to {photo_truth > answers > trust > all_questions > disagree} of the questions, all are right in "
    "{photo_truth > answers > trust > all_questions > all_right}. A rule names one of the three; its share of right "
    "answers stands beside the paired difference to the rule that takes the most probable answer. The first two rules "
    "know the outline, as a person does who looks at map and picture.",
    ("trusted is the network whose …", "right", "less “most probable”"),
    tuple(
        (
            label,
            shown(f"answers > trust > rules > {rule}"),
            shown(f"answers > trust > minus_probability > {rule}", "points"),
        )
        for label, rule in {
            "map points at the thing": "points_at_the_thing",
            "map is densest on the thing": "density_on_the_thing",
            "map has the highest maximum": "highest_map",
            "answer is most probable": "probability",
            "accuracy is best on the whole": "best_network",
            "name is drawn by lot": "chance",
        }.items()
    ),
)

CLASSES = Table(
    "Photographs with outlines: classes",
    "For each thing in the picture that ImageNet has classes for (`datasets/coco_classes.py`, 60 of the 80 "
    "categories), the likeliest of its classes is explained, at the network's chosen size. *Energy*: the share of the "
    "map that lies inside the outline; the outline's share of the picture is "
    "{photo_truth > classes > efficientnet_lite0 > chosen > uniform > energy}.",
    ("", *(f"{label}: {what}" for label in CLASSIFIERS.values() for what in ("maximum inside", "energy"))),
    tuple(
        (
            label,
            *(
                shown(f"classes > {name} > chosen > {method} > {measure}")
                for name in CLASSIFIERS
                for measure in ("inside", "energy")
            ),
        )
        for label, method in CLASS_METHODS.items()
    ),
    (
        "The class is among the five likeliest for "
        "{photo_truth > classes > efficientnet_lite0 > chosen > classifier > recognised} of the things "
        "(EfficientNet-Lite0) and {photo_truth > classes > squeezenet > chosen > classifier > recognised} "
        "(SqueezeNet). For these things the maximum of Grad-CAM is inside in "
        "{photo_truth > classes > efficientnet_lite0 > chosen > grad_cam > inside_recognised} and "
        "{photo_truth > classes > squeezenet > chosen > grad_cam > inside_recognised}; the middle in "
        "{photo_truth > classes > squeezenet > chosen > centre > inside_recognised} of SqueezeNet's.",
    ),
)

WORLD_SYSTEMS = {
    "words": "words of captions",
    "world-alexnet": "answers, LSTM and AlexNet",
    "world-vgg16": "answers, LSTM and VGG-16",
    "world-vgg19": "answers, LSTM and VGG-19",
    "world-coattention": "answers, co-attention on ResNet",
}


def blurred(r: Results) -> bool:
    """Words and answers point better at 256 pixels than at 128, and the answers get worse."""
    return all(
        r(at(f"world > {name} > 256 > inside")).value > r(at(f"world > {name} > 128 > inside")).value
        and (
            name == "words"
            or r(at(f"world > {name} > 256 > accuracy")).below(r(at(f"world > {name} > 128 > accuracy")))
        )
        for name in WORLD_SYSTEMS
    )


WORLD = Table(
    "Drawn scenes: how large a picture is explained",
    "The same question for the networks of drawn scenes, which see 128 pixels and have maps of 8×8. Scenes are "
    "enlarged, not drawn anew; {photo_truth > world > words > 128 > inside > pictures} of them, in which a word names "
    "a thing that can be seen. Maximum inside the outline of the thing.",
    ("what is explained", *(f"{size} px" for size in (128, 192, 256)), "accuracy at 128 px", "at 256 px"),
    tuple(
        (
            label,
            *(shown(f"world > {name} > {size} > inside") for size in (128, 192, 256)),
            *(shown(f"world > {name} > {size} > accuracy") if name != "words" else "–" for size in (128, 256)),
        )
        for name, label in WORLD_SYSTEMS.items()
    ),
    check=blurred,
)

TABLES = (SIZES, WORDS, OTHERS, ANSWERS, TRUST, CLASSES, WORLD)
