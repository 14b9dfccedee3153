"""Tables about maps on photographs in which the things are outlined: answers and classes; and drawn scenes enlarged."""

from __future__ import annotations

from gradcam_lib.studies.ledger.entries import Table
from gradcam_lib.studies.ledger.evidence import Results
from gradcam_lib.studies.ledger.tables.photo_truth import ANSWERERS, CLASSIFIERS, at, shown

CLASS_METHODS = {
    "**Grad-CAM**": "grad_cam",
    "saliency": "saliency",
    "guided backprop": "guided_backprop",
    "Guided Grad-CAM": "guided_grad_cam",
    "Grad-CAM of the predicted class": "predicted",
    "middle of the picture": "centre",
    "random map": "random",
}

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
            "name is drawn at random": "chance",
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
