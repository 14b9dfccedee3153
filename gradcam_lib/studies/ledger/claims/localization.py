"""Claims about where maps of classes lie: boxes, the pointing game, seeds for segmentation."""

from __future__ import annotations

from gradcam_lib.studies.ledger.entries import FAILS, HOLDS, IN_DIRECTION, NOT_TRIED, Claim, Group
from gradcam_lib.studies.ledger.evidence import Number, Results
from gradcam_lib.studies.ledger.tables.classifiers import LAYERS, MEASURES

EARLIER = {study: tuple(layers.values()) for study, layers in LAYERS.items()}
KNOWN, TOP1, _ = MEASURES


def error(r: Results, variant: str) -> Number:
    return r(f"localization > {variant} > known_class_localization_error")


def pointing(r: Results, variant: str) -> Number:
    return r(f"localization > {variant} > pointing_game")


def evaluated(r: Results, method: str) -> list[Number]:
    """Top-1 errors that a method has more than Grad-CAM, by the evaluation command: EfficientNet-Lite0, PhotoNet."""
    files = ("evaluate_localization_lite0", "evaluate_localization_photonet")
    return [r(f"{file} > {method} > minus_grad_cam > top1_error") for file in files]


def paired(r: Results, variant: str, measure: str) -> list[Number]:
    """What a variant has more than Grad-CAM on the same pictures, for SqueezeNet and for EfficientNet-Lite0."""
    return [r(f"{study} > {variant} > minus_grad_cam > {measure}") for study in EARLIER]


def error_at(r: Results, variant: str, threshold: str) -> float:
    return r(f"localization > {variant} > error_by_threshold > {threshold}").value


LOCALIZATION = Group(
    "Localization",
    (
        Claim(
            "Without any box in training, Grad-CAM of a classifier points at the object.",
            "Paper, pointing game.",
            "The maximum of the map lies on the object in {localization > grad_cam > pointing_game} of the pictures "
            "(SqueezeNet) and {localization_lite0 > grad_cam > pointing_game} (EfficientNet-Lite0), the middle of the "
            "picture in {localization > centre > pointing_game}. Paired differences: "
            "{localization > centre > minus_grad_cam > pointing_game|points} and "
            "{localization_lite0 > centre > minus_grad_cam > pointing_game|points}.",
            HOLDS,
            reported="70.58, in a modified game in which a map may reject a prediction.",
            check=lambda r: all(difference.below(0) for difference in paired(r, "centre", "pointing_game")),
            notebook="04_grad_cam",
        ),
        Claim(
            "Boxes drawn around Grad-CAM's maps are better than boxes drawn around gradient (backprop) maps.",
            "Paper, weakly-supervised localization.",
            "Top-1 localization error {localization > grad_cam > top1_localization_error}. The smoothed gradient has "
            "more of it on the same pictures: {localization > saliency_smoothed > minus_grad_cam > "
            "top1_localization_error|points} with SqueezeNet, {localization_lite0 > saliency_smoothed > minus_grad_cam "
            "> top1_localization_error|points} with EfficientNet-Lite0.",
            HOLDS,
            reported="as top-1 localization errors of 56.51 % (Grad-CAM) and 61.12 % (backprop) for VGG-16.",
            check=lambda r: all(difference.above(0) for difference in paired(r, "saliency_smoothed", TOP1)),
            notebook="04_grad_cam",
        ),
        Claim(
            "On the 50,000 validation pictures of ILSVRC-15, boxes drawn around Grad-CAM's maps reach the localization "
            "errors that the paper states for VGG-16, AlexNet and GoogLeNet.",
            "Paper, weakly-supervised localization.",
            "Not measured here: needs ILSVRC's 50,000 pictures and these three networks. Our 250 pictures and "
            "SqueezeNet cannot confirm or contradict the figures.",
            NOT_TRIED,
            reported="as top-1 / top-5 errors of 56.51 / 46.41 % (VGG-16), 68.3 / 56.6 % (AlexNet) and "
            "60.09 / 49.34 % (GoogLeNet). An independent reproduction with torchvision's parameters gives "
            "55.82 / 44.82, 68.04 / 56.18 and 56.89 / 45.44 %.",
        ),
        Claim(
            "By top-1 error, Grad-CAM on an unchanged network localises better than CAM on the network rebuilt for it.",
            "Paper, weakly-supervised localization.",
            "PhotoNet: {photonet > top1_localization_error} with fully-connected layers and "
            "{photonet_gap > top1_localization_error} rebuilt; on the same pictures the difference is "
            "{photonet_pair > top1_localization_error|points}. Not told apart, and the values are in the other order.",
            FAILS,
            reported="as top-1 errors of 56.51 % (Grad-CAM) and 57.20 % (CAM) for VGG-16.",
            check=lambda r: (
                r("photonet_pair > top1_localization_error").value < 0
                and not r("photonet_pair > top1_localization_error").apart(0)
            ),
            notebook="03_cam",
        ),
        Claim(
            "By top-5 error, CAM localises better than Grad-CAM.",
            "Paper, weakly-supervised localization.",
            "Not measured here: needs boxes for the five most probable classes of each picture; only the true class "
            "and the most probable one were explained.",
            NOT_TRIED,
            reported="as top-5 errors of 45.14 % (CAM) and 46.41 % (Grad-CAM) for VGG-16.",
        ),
        Claim(
            "Grad-CAM localises better than contrastive excitation backprop (c-MWP).",
            "Paper, weakly-supervised localization and pointing game.",
            "At the layer and the threshold of Grad-CAM, c-MWP makes more top-1 localization errors on the same "
            "pictures: {evaluate_localization_lite0 > c_mwp > minus_grad_cam > top1_error|points} with "
            "EfficientNet-Lite0 and {evaluate_localization_photonet > c_mwp > minus_grad_cam > top1_error|points} with "
            "PhotoNet. The paper used an earlier layer and GrabCut. At SqueezeNet's last layer c-MWP is empty, because "
            "a class and its negation give each position the same probability. The modified pointing game was not "
            "measured.",
            HOLDS,
            reported="70.58 against 60.30 in the modified pointing game.",
            check=lambda r: all(more.above(0) for more in evaluated(r, "c_mwp")),
            tests=("tests/test_excitation.py::test_the_contrast_is_empty_where_every_position_is_judged_alone",),
        ),
        Claim(
            "The deepest convolutional layer is the best compromise between meaning and spatial detail.",
            "Paper, section 3 and layer study.",
            "Localization error of the true class {localization > grad_cam > known_class_localization_error} at the "
            "deepest layer; {localization > layer_features.9 > known_class_localization_error}, "
            "{localization > layer_features.7 > known_class_localization_error} and "
            "{localization > layer_features.4 > known_class_localization_error} at three earlier ones. In the "
            "pointing game {localization > grad_cam > pointing_game|short} against at most "
            "{localization > layer_features.7 > pointing_game|short}. All differences are told apart picture by "
            "picture, and so are those of three earlier layers of EfficientNet-Lite0.",
            HOLDS,
            check=lambda r: (
                all(
                    r(f"{study} > {layer} > minus_grad_cam > {KNOWN}").above(0)
                    and r(f"{study} > {layer} > minus_grad_cam > pointing_game").below(0)
                    for study, layers in EARLIER.items()
                    for layer in layers
                )
                and all(
                    pointing(r, layer).value <= pointing(r, "layer_features.7").value
                    for layer in EARLIER["localization"]
                )
            ),
            notebook="04_grad_cam",
        ),
        Claim(
            "The deeper the layer, the better the map.",
            "Paper, layer study, as it is often retold.",
            "Not for boxes: layer features.7 has an error of "
            "{localization > layer_features.7 > known_class_localization_error}, the deeper layer features.9 has "
            "{localization > layer_features.9 > known_class_localization_error}.",
            FAILS,
            check=lambda r: error(r, "layer_features.7").below(error(r, "layer_features.9")),
            notebook="04_grad_cam",
        ),
        Claim(
            "Without the ReLU localization becomes worse.",
            "Paper, ablation study.",
            "Stretched from its minimum to its maximum (min–max), the map without the ReLU has an error of the true "
            "class of {localization > without_relu > known_class_localization_error} instead of "
            "{localization > grad_cam > known_class_localization_error} with SqueezeNet, at the threshold of 15 %. "
            "Paired differences: {localization > without_relu > minus_grad_cam > "
            "known_class_localization_error|points}; with EfficientNet-Lite0 {localization_lite0 > without_relu > "
            "minus_grad_cam > known_class_localization_error|points}, not told apart. At 30 % it is the other way "
            "round: {localization > without_relu > error_by_threshold > 0.3|short} without the ReLU, "
            "{localization > grad_cam > error_by_threshold > 0.3|short} with it.",
            IN_DIRECTION,
            reported="as about 15 percentage points more top-1 localization error for VGG-16 (base: 59.65 %).",
            check=lambda r: (
                paired(r, "without_relu", KNOWN)[0].above(0)
                and not paired(r, "without_relu", KNOWN)[1].apart(0)
                and error_at(r, "without_relu", "0.3") < error_at(r, "grad_cam", "0.3")
            ),
            notebook="04_grad_cam",
        ),
        Claim(
            "Negative gradients carry information about the class: without their signs the map becomes worse.",
            "Paper, ablation study.",
            "With absolute gradients SqueezeNet's maxima lie on the object less often, {localization > "
            "absolute_gradients > minus_grad_cam > pointing_game|points}, but its boxes are not told apart, "
            "{localization > absolute_gradients > minus_grad_cam > known_class_localization_error|points}. With "
            "EfficientNet-Lite0 it is the other way round: {localization_lite0 > absolute_gradients > minus_grad_cam > "
            "pointing_game|points} and {localization_lite0 > absolute_gradients > minus_grad_cam > "
            "known_class_localization_error|points}. Weights that are equal for all channels, and so know no class, "
            "make more errors with both: {localization > equal_weights > minus_grad_cam > "
            "known_class_localization_error|points} and {localization_lite0 > equal_weights > minus_grad_cam > "
            "known_class_localization_error|points}.",
            IN_DIRECTION,
            check=lambda r: (
                paired(r, "absolute_gradients", "pointing_game")[0].below(0)
                and not paired(r, "absolute_gradients", "pointing_game")[1].apart(0)
                and not paired(r, "absolute_gradients", KNOWN)[0].apart(0)
                and paired(r, "absolute_gradients", KNOWN)[1].above(0)
                and all(difference.above(0) for difference in paired(r, "equal_weights", KNOWN))
            ),
            notebook="04_grad_cam",
            tests=("tests/test_faults.py::test_the_negative_gradients_are_kept",),
        ),
        Claim(
            "With the deconvnet's rule in the backward pass Grad-CAM's boxes become much worse, with the rule of "
            "guided backprop they hardly change.",
            "Paper, ablation study.",
            "With PhotoNet, which has a ReLU between its two linear layers, both rules cost little, and the two are "
            "not told apart: {evaluate_localization_photonet > deconvnet_backward > minus_grad_cam > "
            "top1_error|points} (deconvnet) and {evaluate_localization_photonet > guided_backward > minus_grad_cam > "
            "top1_error|points} (guided). In EfficientNet-Lite0 no ReLU lies above the last layer, so the rules cannot "
            "matter there.",
            FAILS,
            check=lambda r: (
                evaluated(r, "deconvnet_backward")[1].above(0)
                and evaluated(r, "guided_backward")[1].above(0)
                and not evaluated(r, "deconvnet_backward")[1].apart(evaluated(r, "guided_backward")[1])
            ),
            reported="as top-1 localization errors of 83.95 % (deconvnet) and 59.14 % (guided), base 59.65 %.",
        ),
        Claim(
            "Grad-CAM gives better seeds for weakly-supervised segmentation than CAM.",
            "Paper, weakly-supervised segmentation.",
            "Not measured here: needs PASCAL VOC 2012 and a segmentation network trained from the seeds.",
            NOT_TRIED,
            reported="an intersection over union of 49.6 with Grad-CAM and 44.6 with CAM on VOC 2012.",
        ),
    ),
    (
        "*Network.* SqueezeNet ends in a 1×1 convolution, a ReLU and an average. For such a network Grad-CAM is "
        "proportional to the rectified class activation map (shown in the solutions of notebook 04), so these rows do "
        "not test what distinguishes Grad-CAM from CAM.",
        "*Boxes.* The box around Grad-CAM's map has an error of {localization > grad_cam > "
        "known_class_localization_error}, the box around a blob in the middle {localization > centre > "
        "known_class_localization_error}. The intervals overlap; picture by picture the two are told apart: "
        "{localization > centre > minus_grad_cam > known_class_localization_error|points}.",
        "*Thresholds.* All errors above are for the paper's 15 %. At 30 % SqueezeNet's Grad-CAM errs in "
        "{localization > grad_cam > error_by_threshold > 0.3|short} and the blob in {localization > centre > "
        "error_by_threshold > 0.3|short}; each at its best threshold, chosen on the same pictures, in {localization > "
        "grad_cam > error_by_threshold > 0.15|short} (at 15 %) and {localization > centre > error_by_threshold > "
        "0.3|short} (at 30 %).",
        "*Without the ReLU.* Divided by its maximum instead, everything negative would stay below the threshold, and "
        "the box would be nearly the same. Min–max does not move the maximum, so the pointing game "
        "({localization > without_relu > pointing_game|short} in both rows) cannot differ either. We do not know which "
        "scaling is behind the reported 15 points.",
        "*Absolute gradients.* Most of these pictures show one object, so a map that ignores the class still falls "
        "on it. Where two objects compete, in the forty maps of the collages of notebook 04, little of the class is "
        "left with absolute gradients; that is a demonstration, not a measurement.",
    ),
)
