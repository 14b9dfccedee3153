"""Tables about classifiers: the ablation on ImageNet pictures, and the two forms of PhotoNet."""

from __future__ import annotations

from gradcam_lib.studies.ledger.entries import Table
from gradcam_lib.studies.ledger.evidence import Results

CHANGES = {
    "without the ReLU, min–max": "without_relu",
    "absolute gradients": "absolute_gradients",
    "positive gradients": "positive_gradients",
    "equal weights (knows no class)": "equal_weights",
    "largest instead of mean gradient": "max_pooled_gradients",
}
BASELINES = {"gradient (saliency), smoothed": "saliency_smoothed", "middle of the picture": "centre"}
LAYERS = {
    "localization": {
        "layer features.9, 27×27": "layer_features.9",
        "layer features.7, 27×27": "layer_features.7",
        "layer features.4, 54×54": "layer_features.4",
    },
    "localization_lite0": {
        "layer features.12.expand, 14×14": "layer_features.12.expand",
        "layer features.6.expand, 28×28": "layer_features.6.expand",
        "layer features.4.expand, 56×56": "layer_features.4.expand",
    },
}
MEASURES = ("known_class_localization_error", "top1_localization_error", "pointing_game")
PAIRED = tuple(f"minus_grad_cam > {measure}|points" for measure in (MEASURES[0], MEASURES[2]))
HEAD = (
    "",
    "localization error of the true class",
    "top-1 localization error",
    "pointing game",
    "error minus Grad-CAM's",
    "pointing minus Grad-CAM's",
)


def rows(study: str) -> tuple[tuple[str, ...], ...]:
    """Grad-CAM, what changes one part of it, and the baselines, on the pictures of a study."""
    others = CHANGES | LAYERS[study] | {"counterfactual map": "counterfactual"} | BASELINES
    first = ("**Grad-CAM** (deepest layer)", *(f"{{{study} > grad_cam > {m}}}" for m in MEASURES), "–", "–")
    return first, *(
        (label, *(f"{{{study} > {key} > {m}}}" for m in (*MEASURES, *PAIRED))) for label, key in others.items()
    )


def told_apart(r: Results, study: str, key: str, measure: str) -> bool:
    return r(f"{study} > {key} > minus_grad_cam > {measure}").apart(0)


ABLATION = Table(
    "Ablation on ImageNet pictures",
    "SqueezeNet 1.0 on {localization > n} annotated validation pictures of ILSVRC 2012, ten classes, short side 224 "
    "pixels, centre crop; `{localization > command}`. Its top-1 accuracy on them is {localization > top1_accuracy}. "
    "Each row changes one part of Grad-CAM; the last two rows are baselines, that is, methods that a good map should "
    "beat. Boxes are drawn at 15 % of the maximum. The pointing game allows a distance of 15 pixels and, like the "
    "first column, explains the true class. The last two columns are differences picture by picture.",
    HEAD,
    rows("localization"),
    (
        "A blob in the middle, which does not depend on the picture, wins the pointing game in "
        "{localization > centre > pointing_game|short} of these pictures: never read a pointing score without this "
        "baseline. By their boxes, absolute gradients, positive gradients and the largest gradient are not told apart "
        "from Grad-CAM, even in pairs; at other thresholds the order changes (see the remark under “Localization”). "
        "The gradient was averaged over 29×29 pixels, because single pixels have no "
        "regions; the paper segmented with GrabCut instead. The counterfactual map is meant to miss the object.",
    ),
    check=lambda r: (
        not any(
            told_apart(r, "localization", key, MEASURES[0])
            for key in ("absolute_gradients", "positive_gradients", "max_pooled_gradients")
        )
    ),
)

ABLATION_LITE0 = Table(
    "The same for EfficientNet-Lite0",
    "The same {localization_lite0 > n} pictures; `{localization_lite0 > command}`. Top-1 accuracy "
    "{localization_lite0 > top1_accuracy}. This network ends in global average pooling and one linear layer, so "
    "Grad-CAM is a rectified CAM and the largest gradient is the mean one.",
    HEAD,
    rows("localization_lite0"),
    (
        "Without its ReLU the map is not told apart from Grad-CAM here. Absolute gradients and equal weights are by "
        "their boxes, though not in the pointing game. Most pictures show one object, so even equal weights lose "
        "little.",
    ),
    check=lambda r: (
        not told_apart(r, "localization_lite0", "without_relu", MEASURES[0])
        and all(
            told_apart(r, "localization_lite0", key, MEASURES[0])
            and not told_apart(r, "localization_lite0", key, MEASURES[2])
            for key in ("absolute_gradients", "equal_weights")
        )
    ),
)

PHOTONET_ROWS = {
    "top-1 accuracy": "top1_accuracy",
    "top-5 accuracy": "top5_accuracy",
    "pointing game, Grad-CAM": "pointing_game",
    "pointing game, middle of the picture": "pointing_game_centre",
    "top-1 localization error": "top1_localization_error",
    "localization error of the true class": "known_class_localization_error",
    "the same for the whole picture as box": "whole_picture_localization_error",
}

PHOTONET = Table(
    "PhotoNet on Tiny ImageNet",
    "PhotoNet, the classifier that comes with this repository, in its two forms: with fully-connected layers, and "
    "with global average pooling and one linear layer, the form that CAM needs. Measured with the shipped parameters "
    "on the {photonet > n} validation pictures (64 pixels) of 40 classes of Tiny ImageNet (commands of "
    "[photonet.json](photonet.json) and [photonet_gap.json](photonet_gap.json)). The pointing game allows no distance "
    "here.",
    ("", "fully-connected layers", "global average pooling"),
    (
        *((label, f"{{photonet > {key}}}", f"{{photonet_gap > {key}}}") for label, key in PHOTONET_ROWS.items()),
        ("parameters", "{photonet > parameters|millions}", "{photonet_gap > parameters|millions}"),
    ),
    (
        "No row tells the two forms apart, which is no evidence that they are equal, because both were measured on the "
        "same pictures. Compared picture by picture ([photonet_pair.json](photonet_pair.json)), GAP minus "
        "fully-connected layers is {photonet_pair > top1_accuracy|points} in top-1 accuracy, "
        "{photonet_pair > top1_localization_error|points} in localization error and "
        "{photonet_pair > pointing_game|points} in the pointing game, the only difference whose interval excludes "
        "zero. The fully-connected form started from the convolutions of the other one and was trained for twelve more "
        "epochs, so it was not at a disadvantage. The objects of Tiny "
        "ImageNet fill their pictures: the middle of the picture points as well as Grad-CAM does, and these "
        "pictures say little about maps. The ImageNet pictures above are the better test.",
    ),
    check=lambda r: (
        not any(r(f"photonet > {key}").apart(r(f"photonet_gap > {key}")) for key in PHOTONET_ROWS.values())
        and not any(
            r(f"{form} > pointing_game").apart(r(f"{form} > pointing_game_centre"))
            for form in ("photonet", "photonet_gap")
        )
        and not any(
            r(f"photonet_pair > {key}").apart(0)
            for key in ("top1_accuracy", "top5_accuracy", "top1_localization_error")
        )
        and r("photonet_pair > pointing_game").above(0)
    ),
)
