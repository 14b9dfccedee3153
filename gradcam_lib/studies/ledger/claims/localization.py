"""Claims about boxes drawn around maps of classes."""

from __future__ import annotations

from gradcam_lib.studies.ledger.entries import FAILS, HOLDS, IN_DIRECTION, NOT_TRIED, Claim, Group
from gradcam_lib.studies.ledger.evidence import Number, Results
from gradcam_lib.studies.ledger.tables.classifiers import LAYERS

SQUEEZENET, LITE0, PHOTONET = "squeezenet", "lite0", "photonet"
KNOWN, TOP1 = "known_class_error", "top1_error"
CHOSEN = f"{KNOWN}_at_chosen"  # with the threshold that was best on the other half of the pictures


def error(r: Results, method: str, measure: str = KNOWN, network: str = SQUEEZENET) -> Number:
    return r(f"evaluate_localization_{network} > {method} > {measure}")


def at(r: Results, method: str, threshold: str, network: str = SQUEEZENET) -> float:
    """Error of the true class where the box is drawn at another share of the maximum."""
    return r(f"evaluate_localization_{network} > {method} > {KNOWN}_by_threshold > {threshold}").value


def more(r: Results, method: str, measure: str, *networks: str) -> list[Number]:
    """Errors that a method has more than Grad-CAM on the same pictures, for each network."""
    return [
        r(f"evaluate_localization_{network} > {method} > minus_grad_cam > {measure}")
        for network in networks or (SQUEEZENET, LITE0)
    ]


def hits(r: Results, method: str, *studies: str) -> list[Number]:
    """Hits of the pointing game that a method has more than Grad-CAM, on ILSVRC's pictures or as the studies say."""
    return [
        r(f"evaluate_pointing_{study} > {method} > minus_grad_cam > hit") for study in studies or (SQUEEZENET, LITE0)
    ]


def earlier(r: Results, measure: str = "") -> list[Number]:
    """What each earlier layer of both networks has more than the deepest: errors, or hits where no measure is named."""
    named = [(network, layer) for network, layers in LAYERS.items() for layer in layers]
    found = (more(r, layer, measure, one) if measure else hits(r, layer, one) for one, layer in named)
    return [one for each in found for one in each]


LOCALIZATION = Group(
    "Localization",
    (
        Claim(
            "Boxes drawn around Grad-CAM's maps are better than boxes drawn around gradient (backprop) maps.",
            "Paper, weakly-supervised localization.",
            "Top-1 localization error {evaluate_localization_squeezenet > grad_cam > top1_error} (SqueezeNet) and "
            "{evaluate_localization_lite0 > grad_cam > top1_error} (EfficientNet-Lite0). With GrabCut, as in the "
            "paper, boxes of the gradient have more of it on the same pictures: "
            "{evaluate_localization_squeezenet > saliency+grabcut > minus_grad_cam > top1_error|points} and "
            "{evaluate_localization_lite0 > saliency+grabcut > minus_grad_cam > top1_error|points}; smoothed instead, "
            "{evaluate_localization_squeezenet > saliency+smooth > minus_grad_cam > top1_error|points} and "
            "{evaluate_localization_lite0 > saliency+smooth > minus_grad_cam > top1_error|points}.",
            HOLDS,
            reported="as top-1 localization errors of 56.51 % (Grad-CAM) and 61.12 % (backprop) for VGG-16.",
            check=lambda r: all(
                difference.above(0)
                for after in ("grabcut", "smooth")
                for difference in more(r, f"saliency+{after}", TOP1)
            ),
            notebook="10_localization",
        ),
        Claim(
            "On the 50,000 validation pictures of ILSVRC-15, boxes drawn around Grad-CAM's maps reach the localization "
            "errors that the paper states for VGG-16, AlexNet and GoogLeNet.",
            "Paper, weakly-supervised localization.",
            "Not measured here: needs ILSVRC's 50,000 pictures and these three networks, which may not be passed on. "
            "`python -m gradcam_lib.evaluate localization` measures them where they are; notebook 10 says how long "
            "that takes. Our 250 pictures cannot confirm or contradict the figures.",
            NOT_TRIED,
            reported="as top-1 / top-5 errors of 56.51 / 46.41 % (VGG-16), 68.3 / 56.6 % (AlexNet) and "
            "60.09 / 49.34 % (GoogLeNet). An independent reproduction with torchvision's parameters gives "
            "55.82 / 44.82, 68.04 / 56.18 and 56.89 / 45.44 %.",
            notebook="10_localization",
        ),
        Claim(
            "By top-1 error, Grad-CAM on an unchanged network localises better than CAM on the network rebuilt for it.",
            "Paper, weakly-supervised localization.",
            "PhotoNet: {photonet > top1_localization_error} with fully-connected layers. Rebuilt, and its map cut at "
            "CAM's own 20 % of the maximum, the error is lower on the same pictures: "
            "{photonet_pair > cam_top1_localization_error|points}; cut at Grad-CAM's 15 % the two are not told apart, "
            "{photonet_pair > top1_localization_error|points}.",
            FAILS,
            reported="as top-1 errors of 56.51 % (Grad-CAM) and 57.20 % (CAM) for VGG-16.",
            check=lambda r: (
                r("photonet_pair > cam_top1_localization_error").below(0)
                and not r("photonet_pair > top1_localization_error").apart(0)
            ),
            notebook="03_cam",
        ),
        Claim(
            "By top-5 error, CAM localises better than Grad-CAM.",
            "Paper, weakly-supervised localization.",
            "PhotoNet, of 40 classes: {photonet > top5_localization_error} with fully-connected layers and Grad-CAM; "
            "rebuilt, with CAM at 20 % of the maximum, less on the same pictures: "
            "{photonet_pair > cam_top5_localization_error|points}.",
            HOLDS,
            reported="as top-5 errors of 45.14 % (CAM) and 46.41 % (Grad-CAM) for VGG-16.",
            check=lambda r: r("photonet_pair > cam_top5_localization_error").below(0),
        ),
        Claim(
            "Grad-CAM localises better than contrastive excitation backprop (c-MWP).",
            "Paper, weakly-supervised localization and pointing game.",
            "At the layer and the threshold of Grad-CAM, c-MWP makes more top-1 localization errors on the same "
            "pictures: {evaluate_localization_lite0 > c_mwp > minus_grad_cam > top1_error|points} with "
            "EfficientNet-Lite0 and {evaluate_localization_photonet > c_mwp > minus_grad_cam > top1_error|points} with "
            "PhotoNet. With GrabCut, as in the paper, it is {evaluate_localization_lite0 > c_mwp+grabcut > "
            "minus_grad_cam > top1_error|points} with EfficientNet-Lite0. At SqueezeNet's "
            "last layer c-MWP is empty, since a class and its negation give each position the same probability.",
            HOLDS,
            check=lambda r: all(
                m.above(0) for m in more(r, "c_mwp", TOP1, LITE0, PHOTONET) + more(r, "c_mwp+grabcut", TOP1, LITE0)
            ),
            tests=("tests/test_excitation.py::test_the_contrast_is_empty_where_every_position_is_judged_alone",),
            notebook="10_localization",
        ),
        Claim(
            "The deepest convolutional layer is the best compromise between meaning and spatial detail.",
            "Paper, section 3 and layer study.",
            "SqueezeNet's localization error of the true class is "
            "{evaluate_localization_squeezenet > grad_cam > known_class_error} at the deepest layer; "
            "{evaluate_localization_squeezenet > grad_cam@features.11 > known_class_error}, "
            "{evaluate_localization_squeezenet > grad_cam@features.9 > known_class_error}, "
            "{evaluate_localization_squeezenet > grad_cam@features.7 > known_class_error} and "
            "{evaluate_localization_squeezenet > grad_cam@features.4 > known_class_error} at four earlier ones. "
            "With every earlier layer that was tried, five of SqueezeNet and fourteen of EfficientNet-Lite0, the boxes "
            "have more errors of the true class, and fewer maxima lie on the object; all of this is told apart in "
            "pairs but for the maxima of one layer. With a threshold chosen for each layer the boxes "
            "still have more errors in value, not all of them told apart.",
            HOLDS,
            check=lambda r: (
                all(found.above(0) for found in earlier(r, KNOWN))
                and all(found.value > 0 for found in earlier(r, CHOSEN))
                and not all(found.above(0) for found in earlier(r, CHOSEN))
                and all(found.value < 0 for found in earlier(r))
                and sum(not found.below(0) for found in earlier(r)) == 1
            ),
            notebook="04_grad_cam",
        ),
        Claim(
            "The deeper the layer, the better the map.",
            "Paper, layer study, as it is often retold.",
            "Not for boxes: SqueezeNet's layer features.7 has an error of "
            "{evaluate_localization_squeezenet > grad_cam@features.7 > known_class_error}, the deeper layer features.9 "
            "has {evaluate_localization_squeezenet > grad_cam@features.9 > known_class_error}.",
            FAILS,
            check=lambda r: error(r, "grad_cam@features.7").below(error(r, "grad_cam@features.9")),
            notebook="04_grad_cam",
        ),
        Claim(
            "Without the ReLU localization becomes worse.",
            "Paper, ablation study.",
            "Stretched from its minimum to its maximum (min–max), SqueezeNet's map without the ReLU has an error of "
            "the true class of {evaluate_localization_squeezenet > no_relu_min_max > known_class_error} instead of "
            "{evaluate_localization_squeezenet > grad_cam > known_class_error}, at the threshold of 15 %. Paired "
            "differences: {evaluate_localization_squeezenet > no_relu_min_max > minus_grad_cam > "
            "known_class_error|points}; with EfficientNet-Lite0 {evaluate_localization_lite0 > no_relu_min_max > "
            "minus_grad_cam > known_class_error|points}, not told apart. At 30 % it is the other way round: "
            "{evaluate_localization_squeezenet > no_relu_min_max > known_class_error_by_threshold > 0.3|short} without "
            "the ReLU, {evaluate_localization_squeezenet > grad_cam > known_class_error_by_threshold > 0.3|short} with "
            "it. Divided by its maximum, the map without the ReLU has the same error as with it, "
            "{evaluate_localization_squeezenet > no_relu > known_class_error|short}.",
            IN_DIRECTION,
            reported="as about 15 percentage points more top-1 localization error for VGG-16 (base: 59.65 %).",
            check=lambda r: (
                more(r, "no_relu_min_max", KNOWN)[0].above(0)
                and not more(r, "no_relu_min_max", KNOWN)[1].apart(0)
                and at(r, "no_relu_min_max", "0.3") < at(r, "grad_cam", "0.3")
                and all(difference.value == 0 for difference in more(r, "no_relu", KNOWN))
            ),
            notebook="10_localization",
        ),
        Claim(
            "Negative gradients carry information about the class: without their signs the map becomes worse.",
            "Paper, ablation study.",
            "With absolute gradients EfficientNet-Lite0's boxes are worse, {evaluate_localization_lite0 > "
            "absolute_gradients > minus_grad_cam > known_class_error|points}. SqueezeNet's are not told apart, "
            "{evaluate_localization_squeezenet > absolute_gradients > minus_grad_cam > known_class_error|points}, nor "
            "are the hits of either network's maxima: {evaluate_pointing_squeezenet > absolute_gradients > "
            "minus_grad_cam > hit|points} (SqueezeNet) and {evaluate_pointing_lite0 > absolute_gradients > "
            "minus_grad_cam > hit|points}. Weights that are equal for all channels, and so know no class, make more "
            "errors with both: {evaluate_localization_squeezenet > equal_weights > minus_grad_cam > "
            "known_class_error|points} and {evaluate_localization_lite0 > equal_weights > minus_grad_cam > "
            "known_class_error|points}.",
            IN_DIRECTION,
            check=lambda r: (
                not any(difference.apart(0) for difference in hits(r, "absolute_gradients"))
                and not more(r, "absolute_gradients", KNOWN)[0].apart(0)
                and more(r, "absolute_gradients", KNOWN)[1].above(0)
                and all(difference.above(0) for difference in more(r, "equal_weights", KNOWN))
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
                (deconvnet := more(r, "deconvnet_backward", TOP1, PHOTONET)[0]).above(0)
                and (guided := more(r, "guided_backward", TOP1, PHOTONET)[0]).above(0)
                and not deconvnet.apart(guided)
                and all(more(r, rule, TOP1, LITE0)[0].value == 0 for rule in ("deconvnet_backward", "guided_backward"))
            ),
            reported="as top-1 localization errors of 83.95 % (deconvnet) and 59.14 % (guided), base 59.65 %.",
            notebook="10_localization",
        ),
    ),
    (
        "*Network.* SqueezeNet ends in a 1×1 convolution, a ReLU and an average. For such a network Grad-CAM is "
        "proportional to the rectified class activation map (shown in the solutions of notebook 04), so these rows do "
        "not test what distinguishes Grad-CAM from CAM.",
        "*Boxes.* The box around Grad-CAM's map has an error of {evaluate_localization_squeezenet > grad_cam > "
        "known_class_error}, the box around a blob in the middle {evaluate_localization_squeezenet > centre > "
        "known_class_error}. The intervals overlap; picture by picture the two are told apart: "
        "{evaluate_localization_squeezenet > centre > minus_grad_cam > known_class_error|points}.",
        "*Thresholds.* All errors above are for the paper's 15 %, where nothing else is said. At 30 % SqueezeNet's "
        "Grad-CAM errs in {evaluate_localization_squeezenet > grad_cam > known_class_error_by_threshold > 0.3|short} "
        "and the blob in {evaluate_localization_squeezenet > centre > known_class_error_by_threshold > 0.3|short}. "
        "With each threshold chosen on one half of the pictures, Grad-CAM errs in "
        "{evaluate_localization_squeezenet > grad_cam > known_class_error_at_chosen} of the other half and the blob in "
        "{evaluate_localization_squeezenet > centre > known_class_error_at_chosen}.",
        "*Without the ReLU.* Min–max does not move the maximum, so the pointing game "
        "({evaluate_pointing_squeezenet > no_relu_min_max > hit|short} in both rows) cannot differ. We do not know "
        "which scaling is behind the reported 15 points.",
        "*Absolute gradients.* Most of these pictures show one object, so a map that ignores the class still falls "
        "on it. Where two objects compete, in the forty maps of the collages of notebook 04, little of the class is "
        "left with absolute gradients; that is a demonstration, not a measurement.",
    ),
)
