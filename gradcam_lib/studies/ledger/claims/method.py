"""Claims about the method itself."""

from __future__ import annotations

from gradcam_lib.studies.ledger.entries import FAILS, HOLDS, IN_DIRECTION, Claim, Group
from gradcam_lib.studies.ledger.evidence import Results

METHOD = Group(
    "Method",
    (
        Claim(
            "Near a given picture the score of a class is almost a linear function of the pixels, and the gradient "
            "holds the slopes of that function.",
            "Related material, after Simonyan et al. (2014).",
            "On one photograph the linear prediction is right to 2 % for a step of length 0.01, and for a step of "
            "length 5 it promises more than twice what happens. The gradient agrees with finite differences.",
            HOLDS,
            notebook="01_backprop",
            tests=("tests/test_backprop.py::test_saliency_agrees_with_finite_differences",),
            asserted=("abs(rise[1] / promised[1] - 1) < 0.02", "rise[-1] < 0.5 * promised[-1]"),
        ),
        Claim(
            "The picture of the gradient (saliency) looks noisy.",
            "Related material.",
            "Values of neighbouring pixels correlate more strongly in a photograph than in the saliency map of any of "
            "the seven sample photographs.",
            IN_DIRECTION,
            notebook="01_backprop",
            asserted=("neighbours(x) > max(agree)",),
        ),
        Claim(
            "It looks noisy because paths with a positive and paths with a negative influence interfere.",
            "Related material (the authors' blog).",
            "Part of the reason. On seven photographs and with two networks the maps become smoother when the weights "
            "lose their signs on the way back. But paths alone do not make a map change with small noise: it hardly "
            "does so when the signs stay and the ReLUs and max-poolings no longer switch, although the paths then "
            "cancel even more completely.",
            IN_DIRECTION,
            notebook="01_backprop",
            asserted=(
                "left_linear < left < 1e-6",
                "min(agree['without signs']) > max(agree['the network as it is'])",
                "min(turned[changed]) > max(turned['the network as it is'])",
            ),
        ),
        Claim(
            "Backprop, deconvnet and guided backprop differ only in the rule by which a gradient passes back through "
            "a ReLU.",
            "Related material, after Springenberg et al. (2015).",
            "The three rules agree with calculations on paper, for every combination of signs and for every way in "
            "which a ReLU can be written.",
            HOLDS,
            notebook="02_deconv_and_guided_backprop",
            tests=(
                "tests/test_relu_rules.py::test_the_three_rules_on_paper",
                "tests/test_relu_rules.py::test_every_combination_of_signs_follows_the_table",
                "tests/test_relu_rules.py::test_every_relu_is_reached_however_it_is_written",
            ),
        ),
        Claim(
            "Guided backprop from a single filter shows the pattern that excites it in its favourite patches.",
            "Related material, after Springenberg et al. (2015).",
            "Twelve filters, three photographs each. Blurring the tenth of the visible pixels that the pattern marks, "
            "or everything else, it does better than the gradient and than random pixels. With this blur it was not "
            "shown to do better than the pattern of another filter at the same position, or than a choice without a "
            "network.",
            IN_DIRECTION,
            notebook="02_deconv_and_guided_backprop",
            asserted=("way not in ('gradient', 'chance') or won > lost",),
        ),
        Claim(
            "In a network that ends in global average pooling and one linear layer, the class activation map (CAM) "
            "averages to the score of its class.",
            "Paper, section 3, after Zhou et al. (2016).",
            "Proved in the notebook and checked to rounding, apart from the bias, which has no location.",
            HOLDS,
            notebook="03_cam",
            tests=("tests/test_cam.py::test_the_average_of_cam_is_the_score_without_its_bias",),
        ),
        Claim(
            "CAM exists only for networks of that form; any other network has to be rebuilt and retrained.",
            "Paper, introduction and section 3.",
            "The library computes CAM where the form allows it and refuses the other networks with an error.",
            HOLDS,
            notebook="03_cam",
            tests=(
                "tests/test_cam.py::test_networks_that_were_not_built_for_it_have_no_cam",
                "tests/networks/test_architectures.py::test_a_network_of_another_form_has_no_cam",
            ),
        ),
        Claim(
            "Rebuilding a network for CAM costs accuracy.",
            "Paper, introduction and weakly-supervised localization.",
            "Top-1 accuracy of PhotoNet: {photonet > top1_accuracy} with fully-connected layers, "
            "{photonet_gap > top1_accuracy} with global average pooling; on the same pictures the difference is "
            "{photonet_pair > top1_accuracy|points}. A loss of three points, as reported for VGG, is excluded.",
            FAILS,
            reported="as classification errors (top-1 / top-5) of 30.38 / 10.89 % for VGG-16 and 33.40 / 12.20 % for "
            "VGG-16 with global average pooling.",
            check=lambda r: (
                not r("photonet_pair > top1_accuracy").below(0)
                and not r("photonet_pair > top5_accuracy").below(0)
                and r("photonet_pair > top1_accuracy").above(-0.03)
            ),
            notebook="03_cam",
        ),
        Claim(
            "Grad-CAM explains a network as it is, without a change of architecture and without retraining, so that "
            "nothing is traded for the explanation.",
            "Paper, introduction and section 3.",
            "Logits, parameters, mode, hooks and gradients of the network are the same before and after.",
            HOLDS,
            notebook="04_grad_cam",
            tests=(
                "tests/test_explanation.py::test_the_model_is_left_as_it_was",
                "tests/networks/test_architectures.py::test_logits_are_those_of_the_network",
            ),
        ),
        Claim(
            "Grad-CAM applies to any network with a convolutional layer.",
            "Paper, introduction and section 3.",
            "For 19 networks of torchvision from all its convolutional families, with random parameters, the maps "
            "equal those of captum, another library. Transformers get an error. Of a layer that runs several times "
            "in one forward pass the run must be named. Two trained networks with fully-connected layers have no CAM: "
            "their scores change when the positions of the last feature maps are shuffled. For one of them the map "
            "points at the thing asked about more than twice as often as the map of another picture does.",
            HOLDS,
            notebook="04_grad_cam",
            asserted=(
                "min(photonet[:, 0].min(), vgg[:, 0].min()) > 0.01",
                "own > 2 * max(middle, other)",
            ),
            tests=("tests/networks/test_architectures.py::test_the_signed_map_of_the_predicted_class_is_captum_s",),
        ),
        Claim(
            "The score that is explained may be anything differentiable: a class, a caption, an answer.",
            "Paper, section 3.",
            "Classes and sums and differences of them, captions and their words, and answers are explained by the "
            "same code. For each kind the channel weights or the gradient were checked by finite differences.",
            HOLDS,
            notebook="07_captioning",
            tests=(
                "tests/test_explanation.py::test_the_gradient_agrees_with_finite_differences",
                "tests/test_targets.py::test_the_map_of_a_difference_is_the_difference_of_the_signed_maps",
                "tests/language/test_captioning.py::test_a_word_s_weights_agree_with_finite_differences",
                "tests/language/test_question_answering.py::test_weights_agree_with_finite_differences",
            ),
        ),
        Claim(
            "Grad-CAM generalises CAM: where CAM exists, the channel weight α times the number Z of positions is the "
            "weight w of the linear layer, and both maps agree after their ReLU.",
            "Paper, section 3.1.",
            "Exact to rounding, on networks computed by hand, on PhotoNet and on 13 networks of torchvision.",
            HOLDS,
            reported="as the same localization errors for both methods on GoogLeNet, 60.09 / 49.34 % (top-1 / top-5).",
            notebook="04_grad_cam",
            tests=(
                "tests/test_cam.py::test_channel_weights_times_the_number_of_places_are_the_weights_of_the_linear_layer",
                "tests/test_cam.py::test_grad_cam_is_the_rectified_cam_divided_by_the_number_of_places",
                "tests/networks/test_architectures.py::test_grad_cam_times_the_number_of_places_is_the_rectified_cam",
            ),
        ),
        Claim(
            "Every step from the prediction to the overlaid map can be shown: feature maps, gradients, pooled weights, "
            "the map before and after the ReLU, scaled, enlarged.",
            "Paper, section 3 (equations 1 and 2), and related material.",
            "All steps are kept and shown. The weights and the map agree with calculations on paper.",
            HOLDS,
            notebook="04_grad_cam",
            tests=(
                "tests/test_equations.py::test_the_weight_of_a_channel_is_the_mean_of_its_gradient",
                "tests/test_equations.py::test_the_map_is_the_rectified_weighted_sum_of_the_channels",
            ),
        ),
        Claim(
            "The score to explain is the logit, the class score before the softmax.",
            "Paper, section 3.",
            "The gradient of a probability vanishes as the probability approaches 1, and with it the map; the map of "
            "the logit stays as it is.",
            HOLDS,
            notebook="04_grad_cam",
            tests=("tests/test_faults.py::test_a_sure_prediction_has_a_map",),
        ),
        Claim(
            "The names of the units with the highest and the lowest weights α form an explanation in words.",
            "Paper, textual explanations.",
            "Channels are named by the outlines with which they overlap most (network dissection). Where parts are "
            "drawn and exactly known, most names hold on both halves of the pictures, "
            "{evaluate_concepts_bias_biased > names_that_hold} of {evaluate_concepts_bias_biased > named} with the "
            "biased network of notebook 09. Of its named channels among the five with the highest α "
            "{evaluate_concepts_bias_biased > in_the_picture > highest} are called after something in the picture, of "
            "all its named channels {evaluate_concepts_bias_biased > in_the_picture > all}. With EfficientNet-Lite0 "
            "and outlines of COCO it is {evaluate_concepts_lite0 > in_the_picture > highest} against "
            "{evaluate_concepts_lite0 > in_the_picture > all}, and only {evaluate_concepts_lite0 > names_that_hold} of "
            "{evaluate_concepts_lite0 > named} names hold on both halves. Whether such words explain anything to a "
            "person was not asked.",
            IN_DIRECTION,
            check=lambda r: (
                all(
                    r(f"evaluate_concepts_{network} > in_the_picture > highest").above(
                        r(f"evaluate_concepts_{network} > in_the_picture > all")
                    )
                    for network in ("bias_biased", "bias_balanced", "lite0")
                )
                and all(_holding(r, network) > 0.5 for network in ("bias_biased", "bias_balanced"))
                and _holding(r, "lite0") < 0.5
            ),
            notebook="04_grad_cam",
        ),
    ),
    (
        "*Rebuilding for CAM.* The two forms of PhotoNet are not told apart in accuracy, not even picture by picture, "
        "which is not evidence that they are equal. The form with fully-connected layers started from the convolutions "
        "of the other form and was trained for twelve more epochs, so the two are close relatives.",
    ),
)


def _holding(r: Results, network: str) -> float:
    """The share of the names of channels that hold on both halves of the pictures."""
    return r(f"evaluate_concepts_{network} > names_that_hold").value / r(f"evaluate_concepts_{network} > named").value
