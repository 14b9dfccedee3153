"""Claims about maps of classes: where they lie, whether they know the class, whether they agree with occlusion."""

from __future__ import annotations

from gradcam_lib.studies.ledger.entries import FAILS, HOLDS, IN_DIRECTION, NOT_TRIED, Claim, Group
from gradcam_lib.studies.ledger.evidence import Number, Results
from gradcam_lib.studies.ledger.tables.classifiers import LAYERS, MEASURES

EARLIER = {study: tuple(layers.values()) for study, layers in LAYERS.items()}
KNOWN, TOP1, _ = MEASURES
CNNS = ("alexnet", "vgg16", "vgg19")


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

CLASSES = Group(
    "Class discrimination",
    (
        Claim(
            "In a picture with two classes, Grad-CAM's map of each class lies on its own object.",
            "Paper, introduction (cat and dog).",
            "Forty drawn pictures with a dog and a cat and the question which animal it is: for each of the two "
            "answers, including the one not given, the maximum lies in its animal's half of the picture in more than "
            "three quarters of the maps of each of three networks. Chance would give half.",
            HOLDS,
            notebook="08_visual_question_answering",
            asserted=("sum(found) > 0.75 * len(found)",),
        ),
        Claim(
            "Grad-CAM's map follows the target that is asked for.",
            "Paper, class discrimination.",
            "Answers about drawn scenes, LSTM with VGG-16: the map of the true answer points at the thing asked about "
            "in {question_answering > vgg16 > grad_cam > pointing_game}, the map of its strongest rival in "
            "{question_answering > vgg16 > true_and_next_answer > rival_points_at_the_thing}. Rank correlation of the "
            "two before the ReLU: {question_answering > vgg16 > true_and_next_answer > correlation_before_relu|x}. "
            "The same with AlexNet and VGG-19.",
            HOLDS,
            check=lambda r: all(
                r(f"question_answering > {cnn} > grad_cam > pointing_game").above(
                    r(f"question_answering > {cnn} > true_and_next_answer > rival_points_at_the_thing")
                )
                and r(f"question_answering > {cnn} > true_and_next_answer > correlation_before_relu").below(0)
                for cnn in CNNS
            ),
            notebook="08_visual_question_answering",
        ),
        Claim(
            "Guided backprop hardly changes with the class, Grad-CAM does.",
            "Paper, introduction and class discrimination.",
            "Seven photographs, six pairs of classes each: the pictures of guided backprop are more alike (median "
            "cosine similarity) than the maps of Grad-CAM and the gradients, in each photograph. Most pairs still "
            "differ by more than noise of three grey levels does, and in a collage guided backprop shifts towards the "
            "object asked for, less far than Grad-CAM.",
            IN_DIRECTION,
            notebook="02_deconv_and_guided_backprop",
            asserted=("guided > plain", "guided > cam", "moved['guided backprop'] < moved['Grad-CAM']"),
        ),
        Claim(
            "Guided backprop is cleaner than the plain gradient.",
            "Related material, after Springenberg et al. (2015).",
            "Seven photographs: in most, neighbouring pixels correlate more strongly in the guided picture than in the "
            "gradient, and in each the guided picture follows the edges of its own photograph more closely than those "
            "of the six others. The neighbours of a blurred gradient agree best of all, so that number says little.",
            IN_DIRECTION,
            notebook="02_deconv_and_guided_backprop",
            asserted=(
                "better > len(inputs) / 2",
                "rule != 'guided' or own > max(others)",
            ),
        ),
        Claim(
            "Side by side, CAM and Grad-CAM agree and discriminate between classes; guided backprop is sharper and "
            "discriminates less.",
            "Related material (panel of methods).",
            "20 collages of two of the sample photographs to which the network gives different classes: "
            "the share of the picture on the right moves least with deconvnet, less with saliency and with "
            "guided backprop than with Grad-CAM. CAM and Grad-CAM are the same map on the network that has both.",
            IN_DIRECTION,
            notebook="00_start_here",
            asserted=(
                "all(m['deconvnet'] == min(m.values()) for m in moved)",
                "all(max(m['saliency'], m['guided backprop']) < m['Grad-CAM'] for m in moved)",
                "torch.allclose(scale_by_max(a), scale_by_max(b), atol=1e-4)",
            ),
        ),
        Claim(
            "Guided Grad-CAM, the product of both, is high-resolution and class-discriminative, as a good explanation "
            "should be.",
            "Paper, introduction and section 3.2.",
            "Collages of seven photographs, two questions each: guided backprop moves with the class in every one, the "
            "product moves more on average than the map does, or the map times the lines of the other class, and more "
            "than 90 % of its power is finer than Grad-CAM's grid. But the fine lines of guided backprop, compared "
            "where the map cancels, are nearly the same for both classes; what depends on the class is their strength.",
            IN_DIRECTION,
            notebook="05_guided_grad_cam",
            tests=("tests/test_backprop.py::test_guided_grad_cam_is_guided_backprop_times_the_upsampled_map",),
            asserted=(
                "min(delta['guided backprop']) > 0",
                "sum(delta['Guided Grad-CAM']) > max(sum(delta['Grad-CAM']), sum(delta[\"Grad-CAM × other class's\"]))",
                "min(detail['Guided Grad-CAM']) > 0.9",
                "middle['guided, the other class'] > 0.9",
            ),
        ),
        Claim(
            "Grad-CAM points at classes that are present but not among the five most probable.",
            "Related material.",
            "Forty maps of twenty collages, of which eight are for a class ranked below the fifth place: all forty "
            "maxima lie in the half where they should.",
            IN_DIRECTION,
            notebook="04_grad_cam",
            asserted=("found['Grad-CAM'][:, 1].all()",),
        ),
        Claim(
            "With the sign of the gradient reversed, the map shows what speaks against the class; removing those "
            "regions makes the network more confident in it.",
            "Paper, section 3.3.",
            "Fourteen questions about seven photographs, why one class rather than another, a fifth of the picture "
            "hidden: the target rises in most of them, and the region ranks better than chance among twelve of the "
            "same shape; fourteen questions do not tell it from hiding where the rival's own map is largest. For "
            "single scores on six collages the score rises every time, but so it mostly does when the same shape is "
            "moved within its half. And with other shares, colours and input sizes the margin of one portrait rises in "
            "a minority of 24 combinations.",
            IN_DIRECTION,
            notebook="06_counterfactuals",
            tests=(
                "tests/test_cam.py::test_the_counterfactual_by_hand",
                "tests/test_cam.py::test_removing_what_the_counterfactual_shows_raises_the_score",
            ),
            asserted=("rises > 7", "sum(ranks) / 14 < 7", "better > len(found) / 2"),
        ),
    ),
)

WORDS, ANSWERS = "photographs > captions-squeezenet", "photographs > photo"
CORRELATION = "correlation_with_occlusion"

FAITHFULNESS = Group(
    "Faithfulness",
    (
        Claim(
            "Grad-CAM's map of a class correlates positively with the occlusion map.",
            "Paper, faithfulness.",
            "SqueezeNet, 49 patches, "
            "{photographs > captions-squeezenet > classifier > correlation_with_occlusion > pictures} "
            "photographs with a class that a word of their caption names: "
            "{photographs > captions-squeezenet > classifier > correlation_with_occlusion|x}.",
            HOLDS,
            reported="0.254 on 2,510 pictures of VOC 2007 (VGG-16).",
            check=lambda r: r(f"{WORDS} > classifier > {CORRELATION}").above(0),
            notebook="07_captioning",
        ),
        Claim(
            "Grad-CAM agrees with occlusion better than guided backprop does.",
            "Paper, faithfulness.",
            "Content words of captions of photographs: "
            "{photographs > captions-squeezenet > grad_cam > correlation_with_occlusion_content_words|x} against "
            "{photographs > captions-squeezenet > guided_backprop > correlation_with_occlusion_content_words|x}. "
            "Measured for "
            "words and answers, not for classes.",
            HOLDS,
            reported="0.254 against 0.168, for classes.",
            check=lambda r: (
                r(f"{WORDS} > grad_cam > {CORRELATION}_content_words").above(
                    r(f"{WORDS} > guided_backprop > {CORRELATION}_content_words")
                )
                and r(f"{ANSWERS} > grad_cam > {CORRELATION}").above(r(f"{ANSWERS} > guided_backprop > {CORRELATION}"))
            ),
            notebook="07_captioning",
        ),
        Claim(
            "Guided Grad-CAM agrees with occlusion at least as well as Grad-CAM.",
            "Paper, faithfulness.",
            "Answers about photographs, LSTM with a CNN: "
            "{photographs > photo > guided_grad_cam > correlation_with_occlusion|x} against "
            "{photographs > photo > grad_cam > correlation_with_occlusion|x}. Lower in value, but neither for answers "
            "nor for words are the two told apart.",
            IN_DIRECTION,
            reported="0.261 against 0.254, for classes.",
            check=lambda r: (
                r(f"{ANSWERS} > guided_grad_cam > {CORRELATION}").leans_below(
                    r(f"{ANSWERS} > grad_cam > {CORRELATION}")
                )
                and not r(f"{WORDS} > guided_grad_cam > {CORRELATION}_content_words").apart(
                    r(f"{WORDS} > grad_cam > {CORRELATION}_content_words")
                )
            ),
        ),
        Claim(
            "Grad-CAM agrees with occlusion better than CAM and c-MWP.",
            "Paper, faithfulness.",
            "Not measured here: neither is part of this study. `python -m gradcam_lib.evaluate faithfulness` measures "
            "both.",
            NOT_TRIED,
            reported="0.254 against 0.208 (CAM) and 0.220 (c-MWP).",
        ),
        Claim(
            "What Grad-CAM marks matters: covering it lowers the score more than covering as much elsewhere.",
            "Related material (muting pixels).",
            "A fifth of the photograph covered: a content word loses "
            "{photographs > captions-squeezenet > grad_cam > drop_content_words|x} of its log-probability where its "
            "map is "
            "highest and {photographs > captions-squeezenet > elsewhere > drop_content_words|x} with the same region "
            "moved "
            "elsewhere; an answer of the LSTM with a CNN loses {photographs > photo > grad_cam > drop|x} and "
            "{photographs > photo > elsewhere > drop|x} of its logit. Covering the middle costs an answer "
            "{photographs > photo > centre > drop|x}, which is not told apart from the region of its map.",
            HOLDS,
            check=lambda r: (
                all(
                    r(f"{system} > grad_cam > {drop}").above(r(f"{system} > {other} > {drop}"))
                    for system, drop in ((WORDS, "drop_content_words"), (ANSWERS, "drop"))
                    for other in ("elsewhere", "random")
                )
                and r(f"{ANSWERS} > grad_cam > drop").leans_above(r(f"{ANSWERS} > centre > drop"))
            ),
        ),
        Claim(
            "By that test Grad-CAM is more faithful than guided backprop.",
            "Our question, not a claim of the paper.",
            "Answers of the LSTM with a CNN: {photographs > photo > grad_cam > drop|x} against "
            "{photographs > photo > guided_backprop > drop|x}. Content words: "
            "{photographs > captions-squeezenet > grad_cam > drop_content_words|x} against "
            "{photographs > captions-squeezenet > guided_backprop > drop_content_words|x}, not told apart. The same "
            "with "
            "co-attention.",
            FAILS,
            check=lambda r: (
                r(f"{ANSWERS} > grad_cam > drop").above(r(f"{ANSWERS} > guided_backprop > drop"))
                and not r(f"{WORDS} > grad_cam > drop_content_words").apart(
                    r(f"{WORDS} > guided_backprop > drop_content_words")
                )
                and not r("photographs > photo-coattention > grad_cam > drop").apart(
                    r("photographs > photo-coattention > guided_backprop > drop")
                )
            ),
            notebook="07_captioning",
        ),
    ),
    (
        "*How occlusion was done.* The photographs were covered in bfloat16, a short number format "
        "that is right to two or three digits. Patches are grey and do not overlap. A grey patch is itself an unusual "
        "object, so occlusion is a second opinion and not the truth. The correlations of the paper were computed for "
        "other networks, pictures and patches, and their sizes cannot be compared with ours.",
    ),
)
