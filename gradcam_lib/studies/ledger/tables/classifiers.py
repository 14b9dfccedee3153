"""Tables about classifiers: the ablation on ImageNet pictures, and the two forms of PhotoNet."""

from __future__ import annotations

from gradcam_lib.studies.ledger.entries import Table
from gradcam_lib.studies.ledger.evidence import Results

CHANGES = {
    "without the ReLU": "no_relu",
    "without the ReLU, min–max": "no_relu_min_max",
    "absolute gradients": "absolute_gradients",
    "positive gradients": "positive_gradients",
    "equal weights (knows no class)": "equal_weights",
    "largest instead of mean gradient": "largest_gradient",
    "guided rule on the way back": "guided_backward",
    "deconvnet's rule on the way back": "deconvnet_backward",
    "counterfactual map": "counterfactual",
}
BASELINES = {
    "gradient (saliency), smoothed": "saliency+smooth",
    "blob in the middle": "centre",
    "random map": "random",
}
LAYERS = {  # earlier ones than the network's own, from deep to shallow
    "squeezenet": tuple(f"grad_cam@features.{k}" for k in (11, 10, 9, 7, 4)),
    "lite0": tuple(f"grad_cam@features.{k}.expand" for k in range(16, 2, -1)),
}
SHOWN = {"squeezenet": LAYERS["squeezenet"], "lite0": tuple(LAYERS["lite0"][i] for i in (0, 4, 10, 12))}
ERRORS = ("known_class_error", "top1_error")
HEAD = (
    "",
    "localization error of the true class",
    "top-1 localization error",
    "pointing game",
    "error minus Grad-CAM's",
    "pointing minus Grad-CAM's",
)


def rows(network: str) -> tuple[tuple[str, ...], ...]:
    """Grad-CAM, what changes one part of it, earlier layers, and baselines, on the same pictures."""
    boxes, points = f"evaluate_localization_{network}", f"evaluate_pointing_{network}"

    def cells(method: str) -> tuple[str, ...]:
        return *(f"{{{boxes} > {method} > {e}}}" for e in ERRORS), f"{{{points} > {method} > hit}}"

    def apart(method: str) -> tuple[str, ...]:
        return (
            f"{{{boxes} > {method} > minus_grad_cam > {ERRORS[0]}|points}}",
            f"{{{points} > {method} > minus_grad_cam > hit|points}}",
        )

    layers = {f"layer {layer.partition('@')[2]}": layer for layer in SHOWN[network]}
    others = CHANGES | layers | BASELINES
    first = ("**Grad-CAM** (deepest layer)", *cells("grad_cam"), "–", "–")
    return first, *((label, *cells(key), *apart(key)) for label, key in others.items())


def told_apart(r: Results, network: str, key: str) -> tuple[bool, bool]:
    """Whether a method's errors of the true class, and its hits, differ from Grad-CAM's picture by picture."""
    return (
        r(f"evaluate_localization_{network} > {key} > minus_grad_cam > {ERRORS[0]}").apart(0),
        r(f"evaluate_pointing_{network} > {key} > minus_grad_cam > hit").apart(0),
    )


ABLATION = Table(
    "Ablation on ImageNet pictures",
    "SqueezeNet 1.0 on {evaluate_localization_squeezenet > n} annotated validation pictures of ILSVRC 2012, ten "
    "classes, short side 224 pixels, centre crop. The share of them that it classifies wrongly is "
    "{evaluate_localization_squeezenet > classification_top1_error}. Each row changes one part of Grad-CAM; the last "
    "three rows are another method and two baselines. Boxes are drawn at 15 % of the maximum. The pointing game allows "
    "a distance of 15 pixels in 500 and, like the first column, explains the true class. The last two columns are "
    "differences picture by picture.",
    HEAD,
    rows("squeezenet"),
    (
        "A blob in the middle, which does not depend on the picture, wins the pointing game in "
        "{evaluate_pointing_squeezenet > centre > hit|short} of these pictures: never read a pointing score without "
        "this baseline. By their boxes, absolute gradients, positive gradients and the largest gradient are not told "
        "apart from Grad-CAM, even in pairs; at other thresholds the order changes (see the remark under "
        "“Localization”). The gradient was averaged over 29×29 pixels, because single pixels have no regions; with "
        "GrabCut, as in the paper, the errors are in "
        "[evaluate_localization_squeezenet.json](evaluate_localization_squeezenet.json). The counterfactual map is "
        "meant to miss the object. No ReLU lies above this layer but the last, so the rules on the way back change "
        "nothing.",
    ),
    check=lambda r: (
        not any(
            told_apart(r, "squeezenet", key)[0]
            for key in ("absolute_gradients", "positive_gradients", "largest_gradient")
        )
        and told_apart(r, "squeezenet", "centre")[0]  # said of the boxes in a remark under “Localization”
        and all(
            r(f"evaluate_{study}_squeezenet > {rule} > minus_grad_cam > {measure}").value == 0
            for study, measure in (("localization", ERRORS[0]), ("pointing", "hit"))
            for rule in ("guided_backward", "deconvnet_backward")
        )
    ),
)

ABLATION_LITE0 = Table(
    "The same for EfficientNet-Lite0",
    "The same {evaluate_localization_lite0 > n} pictures, of which it classifies "
    "{evaluate_localization_lite0 > classification_top1_error} wrongly. This network ends in global average pooling "
    "and one linear layer, so Grad-CAM is a rectified CAM and the largest gradient is the mean one.",
    HEAD,
    rows("lite0"),
    (
        "Without its ReLU the map is not told apart from Grad-CAM here. Absolute gradients and equal weights are by "
        "their boxes, though not in the pointing game. Most pictures show one object, so even equal weights lose "
        "little.",
    ),
    check=lambda r: (
        not told_apart(r, "lite0", "no_relu_min_max")[0]
        and all(told_apart(r, "lite0", key) == (True, False) for key in ("absolute_gradients", "equal_weights"))
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
        "same pictures. Compared picture by picture ([photonet_pair.json](photonet_pair.json)), global average pooling "
        "minus fully-connected layers is {photonet_pair > top1_accuracy|points} in top-1 accuracy, "
        "{photonet_pair > top1_localization_error|points} in top-1 and "
        "{photonet_pair > top5_localization_error|points} in top-5 localization error, and "
        "{photonet_pair > pointing_game|points} in the pointing game; of these four only the last two are told apart "
        "from zero. The fully-connected form started from the convolutions of the other one and was trained for twelve "
        "more epochs, so it was not at a disadvantage. The objects of Tiny ImageNet fill their pictures: the middle of "
        "the picture is not told apart from Grad-CAM's maximum, and these pictures say little about maps. The ImageNet "
        "pictures above are the better test.",
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
        and r("photonet_pair > top5_localization_error").below(0)
        and r("photonet_pair > pointing_game").above(0)
    ),
)
