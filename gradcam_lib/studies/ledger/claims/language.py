"""Claims about captions and answers."""

from __future__ import annotations

from gradcam_lib.studies.ledger.entries import FAILS, HOLDS, IN_DIRECTION, NOT_TRIED, Claim, Group
from gradcam_lib.studies.ledger.evidence import Number, Results

MENTION = "photo_truth > words > photo > chosen > mention"
MENTION_OWN = "photo_truth > words > photo > own > mention"
CNNS = ("alexnet", "vgg16", "vgg19")
TRUST = "photo_truth > answers > trust"
PAPER_GRAD_CAM = 0.60 - 0.038  # the lower end of the paper's correlation with occlusion, for answers


def ratio(r: Results, method: str) -> Number:
    return r(f"captioning > {method} > inside_outside_ratio")


def answers(r: Results, network: str, method: str, measure: str) -> Number:
    return r(f"question_answering > {network} > {method} > {measure}")


CAPTIONING = Group(
    "Captioning",
    (
        Claim(
            "Grad-CAM explains a captioning network (CNN and LSTM) for any caption, its own or a typed one.",
            "Paper, image captioning; authors' demo.",
            "A captioner in the manner of neuraltalk2 is built twice, for drawn scenes and for photographs. Any "
            "caption, any part of it and any word of it can be explained.",
            HOLDS,
            notebook="07_captioning",
            tests=(
                "tests/language/test_captioning.py::test_the_captioner_s_own_sentence_where_none_is_given",
                "tests/language/test_captioning.py::test_a_word_s_weights_agree_with_finite_differences",
                "tests/widgets/test_caption_explorer.py::test_typed",
            ),
        ),
        Claim(
            "The score of a caption is the sum of the log-probabilities of its words, so before the ReLU the maps of "
            "the words add up to the map of the caption.",
            "Paper, image captioning (the score); the sum over words is our consequence.",
            "On {captioning > n} drawn scenes the largest relative error is below 10⁻⁵.",
            HOLDS,
            check=lambda r: r("captioning > largest_error_of_the_words_sum").value < 1e-5,
            notebook="07_captioning",
            tests=("tests/language/test_captioning.py::test_words_add_up_to_the_sentence_and_to_phrases",),
        ),
        Claim(
            "For a caption that names kites and people, the map finds every kite and every person.",
            "Paper, image captioning (an example).",
            "Forty drawn scenes with two kites or more, with inputs of 128 and of 192 pixels: all of them are brighter "
            "than the average of the picture in some scenes, but in fewer than a quarter.",
            FAILS,
            notebook="07_captioning",
            asserted=(
                "0 < min(all_found[128], all_found[192])",
                "max(all_found[128], all_found[192]) < len(flying) / 4",
            ),
        ),
        Claim(
            "A person whom the caption does not mention is ignored by the map.",
            "Paper, image captioning (an example).",
            "Density of the caption's map (1 is the average of the picture): "
            "{captioning > grad_cam > density_on_mentioned_people|x} on mentioned people, "
            "{captioning > grad_cam > density_on_unmentioned_people|x} on the others. They are darker, not dark; and "
            "for a blob in the middle of the picture the two values are "
            "{captioning > centre > density_on_mentioned_people|x} and "
            "{captioning > centre > density_on_unmentioned_people|x}. Photographs of COCO, EfficientNet-Lite0, 576 "
            f"pixels: {{{MENTION} > density_mentioned|x}} on a thing for the captions that mention it, "
            f"{{{MENTION} > density_not_mentioned|x}} for those that do not, paired difference "
            f"{{{MENTION} > density_difference|x}}. With 224 pixels {{{MENTION_OWN} > density_mentioned|x}} and "
            f"{{{MENTION_OWN} > density_not_mentioned|x}}, so what is left out is near the average of the picture.",
            IN_DIRECTION,
            check=lambda r: (
                r("captioning > grad_cam > density_on_mentioned_people").above(
                    r("captioning > grad_cam > density_on_unmentioned_people")
                )
                and r("captioning > grad_cam > density_on_unmentioned_people").above(0.5)
                and r("captioning > centre > density_on_mentioned_people").above(
                    r("captioning > centre > density_on_unmentioned_people")
                )
                and r(f"{MENTION} > density_difference").above(0)
                and r(f"{MENTION} > density_not_mentioned").above(1)
            ),
            notebook="07_captioning",
            asserted=("by_scene['low'] > 0",),
        ),
        Claim(
            "Captioning networks localise what they describe although they were never trained with pairs of words and "
            "regions.",
            "Paper, image captioning.",
            "The map of a word points at a thing that the word names in {captioning > grad_cam > pointing_game}, the "
            "middle of the picture in {captioning > centre > pointing_game}. The difference is small.",
            IN_DIRECTION,
            check=lambda r: (
                r("captioning > grad_cam > pointing_game").above(r("captioning > centre > pointing_game"))
                and r("captioning > grad_cam > pointing_game").below(0.5)
            ),
            notebook="07_captioning",
        ),
        Claim(
            "Grad-CAM is stronger inside the box of what is described than outside.",
            "Paper, dense captioning.",
            "Mean inside divided by mean outside: {captioning > grad_cam > inside_outside_ratio|x}; a blob in the "
            "middle has {captioning > centre > inside_outside_ratio|x}.",
            HOLDS,
            reported="3.27 ± 0.18, where a uniform map has 1.",
            check=lambda r: ratio(r, "grad_cam").above(ratio(r, "centre")) and ratio(r, "grad_cam").above(1),
            notebook="07_captioning",
        ),
        Claim(
            "By this ratio Grad-CAM is better than guided backprop.",
            "Paper, dense captioning.",
            "{captioning > grad_cam > inside_outside_ratio|x} against "
            "{captioning > guided_backprop > inside_outside_ratio|x}: the order is reversed.",
            FAILS,
            reported="3.27 ± 0.18 against 2.32 ± 0.08.",
            check=lambda r: ratio(r, "grad_cam").below(ratio(r, "guided_backprop")),
            notebook="07_captioning",
        ),
        Claim(
            "By this ratio Guided Grad-CAM is the best of the three.",
            "Paper, dense captioning.",
            "{captioning > guided_grad_cam > inside_outside_ratio|x}, above both others.",
            HOLDS,
            reported="6.38 ± 0.99.",
            check=lambda r: all(
                ratio(r, "guided_grad_cam").above(ratio(r, other)) for other in ("grad_cam", "guided_backprop")
            ),
            notebook="07_captioning",
        ),
        Claim(
            "Grad-CAM explains the captions of a dense captioning network, which proposes boxes and describes each.",
            "Paper, dense captioning.",
            "Not measured here: a dense captioning network is not built here. The three rows above use the words of "
            "whole captions and the boxes of the things that they name.",
            NOT_TRIED,
        ),
    ),
    (
        "*Setting.* Except for the first row and where COCO is named, the captions are those of drawn scenes of 128 "
        "pixels with maps of 8×8 positions. In these flat drawings most edges belong to things, which favours whatever "
        "follows edges; that this is why guided backprop does so well is a guess that was not tested.",
        "*Mentioned and unmentioned people.* In these scenes people who are not worth a mention are small and stand "
        "in the background, so a blob in the middle seems to ignore them too. Notebook 07 therefore describes one "
        "and then the other of two people in the same picture: on average the density on a person is higher when "
        "named, with inputs of 128 and of 192 pixels. The number of scenes that show people of both kinds is not "
        "recorded in the file.",
    ),
)

ANSWERING = Group(
    "Visual question answering",
    (
        Claim(
            "An answer is a class, so Grad-CAM explains any answer of an answering network (LSTM with AlexNet, VGG-16 "
            "or VGG-19).",
            "Paper, visual question answering; authors' demo.",
            "Built with slim versions of the three CNNs for drawn scenes, and with PhotoNet, SqueezeNet and "
            "EfficientNet-Lite0 for photographs. Any answer that the network knows can be explained; the maps equal "
            "captum's.",
            HOLDS,
            notebook="08_visual_question_answering",
            tests=(
                "tests/language/test_question_answering.py::test_the_map_is_captum_s",
                "tests/language/test_question_answering.py::test_several_answers_at_once",
                "tests/widgets/test_question_explorer.py::test_an_answer_is_typed",
            ),
        ),
        Claim(
            "Answering networks localise without attention: the map of an answer lies on what the question is about.",
            "Paper, introduction and visual question answering.",
            "Pointing game for the true answer: {question_answering > alexnet > grad_cam > pointing_game} with "
            "AlexNet, {question_answering > vgg16 > grad_cam > pointing_game} with VGG-16, "
            "{question_answering > vgg19 > grad_cam > pointing_game} with VGG-19; middle of the picture "
            "{question_answering > vgg16 > centre > pointing_game}. Clearly better, yet fewer than half.",
            IN_DIRECTION,
            check=lambda r: all(
                answers(r, cnn, "grad_cam", "pointing_game").above(answers(r, cnn, "centre", "pointing_game"))
                and answers(r, cnn, "grad_cam", "pointing_game").below(0.5)
                for cnn in CNNS
            ),
            notebook="08_visual_question_answering",
        ),
        Claim(
            "Networks with different CNNs sometimes disagree about the same question.",
            "Paper, visual question answering (figure with five questions).",
            "Of three networks, some are right and some wrong in {question_answering > cnns > disagree} of the "
            "questions, all are right in {question_answering > cnns > all_right}.",
            HOLDS,
            check=lambda r: r("question_answering > cnns > disagree").above(0),
            notebook="08_visual_question_answering",
        ),
        Claim(
            "Where networks disagree, the one to trust is that whose map lies on what the question is about.",
            "Authors' write-up (examples).",
            "Photographs with outlines, {photo_truth > answers > trust > disputed_questions} disputed questions: the "
            "densest map names a right network more often than one drawn at random, by {photo_truth > answers > "
            "trust > minus_chance > density_on_the_thing|points}. It is not told apart from the most probable answer, "
            "{photo_truth > answers > trust > minus_probability > density_on_the_thing|points}, nor from always "
            "trusting the network that is best on the whole, {photo_truth > answers > trust > minus_best_network > "
            "density_on_the_thing|points}. Drawn scenes, computed in the notebook: better than at random and than the "
            "best network, not told apart from the most probable answer.",
            IN_DIRECTION,
            check=lambda r: (
                r(f"{TRUST} > minus_chance > density_on_the_thing").above(0)
                and not r(f"{TRUST} > minus_probability > density_on_the_thing").apart(0)
                and not r(f"{TRUST} > minus_best_network > density_on_the_thing").apart(0)
            ),
            notebook="08_visual_question_answering",
            asserted=("low > 0 if better else low < 0 < high", 'moved["low"] > 0'),
        ),
        Claim(
            "If an answer is right and its map lies on the right thing, the answer depends on this thing.",
            "Our question, not a claim of the paper.",
            "Not always. In forty drawn scenes VGG-16 rightly says that somebody rides the wave. Without the surfer "
            "most of these answers stay, and in most of those that stay the map had been on the surfer.",
            FAILS,
            notebook="08_visual_question_answering",
            asserted=("stays.mean() > 0.5 and hit[stays].mean() > 0.5",),
        ),
        Claim(
            "For answers Grad-CAM agrees with occlusion better than guided backprop does.",
            "Paper, visual question answering.",
            "Drawn scenes, VGG-16, {question_answering > covered_questions} questions: "
            "{question_answering > vgg16 > grad_cam > correlation_with_occlusion|x} against "
            "{question_answering > vgg16 > guided_backprop > correlation_with_occlusion|x}. Photographs, LSTM with a "
            "CNN: {photographs > photo > grad_cam > correlation_with_occlusion|x} against "
            "{photographs > photo > guided_backprop > correlation_with_occlusion|x}. The order is that of the paper, "
            "the values are far lower.",
            IN_DIRECTION,
            reported="0.60 ± 0.038 against 0.42 ± 0.038.",
            check=lambda r: all(
                first.above(second) and first.below(PAPER_GRAD_CAM)
                for first, second in [
                    *(
                        (
                            answers(r, cnn, "grad_cam", "correlation_with_occlusion"),
                            answers(r, cnn, "guided_backprop", "correlation_with_occlusion"),
                        )
                        for cnn in CNNS
                    ),
                    (
                        r("photographs > photo > grad_cam > correlation_with_occlusion"),
                        r("photographs > photo > guided_backprop > correlation_with_occlusion"),
                    ),
                ]
            ),
            notebook="08_visual_question_answering",
        ),
        Claim(
            "Grad-CAM's maps for answers correlate with maps of what people need to see when they answer.",
            "Paper, visual question answering.",
            "Not measured here: needs the human attention maps collected for VQA, for which people sharpened a blurred "
            "picture with the mouse. No people were asked.",
            NOT_TRIED,
            reported="0.136 on 1,374 pairs of question and picture; random maps 0.",
        ),
        Claim(
            "Grad-CAM can be computed for a network that has attention of its own, hierarchical co-attention on a "
            "ResNet.",
            "Paper, visual question answering.",
            "Built on a slim ResNet for drawn scenes and on EfficientNet-Lite0 for photographs. The gradients of its "
            "three levels (words, phrases, question) meet in one map.",
            HOLDS,
            notebook="08_visual_question_answering",
            tests=("tests/networks/test_coattention.py::test_gradients_of_all_three_levels_meet_in_the_map",),
        ),
        Claim(
            "For that network, too, the map lies on what the question is about.",
            "Paper, visual question answering (examples).",
            "Pointing game {question_answering > coattention > grad_cam > pointing_game}; its own attention "
            "{question_answering > coattention > attention > pointing_game}; middle of the picture "
            "{question_answering > coattention > centre > pointing_game}. It is nevertheless the most accurate of our "
            "four networks for drawn scenes.",
            FAILS,
            check=lambda r: (
                not answers(r, "coattention", "grad_cam", "pointing_game").above(
                    answers(r, "coattention", "centre", "pointing_game")
                )
                and not answers(r, "coattention", "attention", "pointing_game").above(
                    answers(r, "coattention", "centre", "pointing_game")
                )
                and all(
                    r("vqa_coattention > accuracy_balanced").above(r(f"vqa_{cnn} > accuracy_balanced")) for cnn in CNNS
                )
            ),
            notebook="08_visual_question_answering",
        ),
        Claim(
            "These networks answer the questions of the VQA data set about COCO's pictures.",
            "Paper, visual question answering.",
            "Not measured here: the questions of VQA are not used, and pictures of COCO only where it matters that "
            "their things are outlined. What is used instead is listed at the end of this page.",
            NOT_TRIED,
        ),
    ),
    (
        "*Setting.* Pointing games are those of drawn scenes of 128 pixels, whose maps have 8×8 positions; most "
        "intervals of that study are bootstrap intervals over {question_answering > n} questions, one a scene. "
        "Photographs of Flickr8k, in which nothing is outlined, are used for occlusion; pointing on photographs of "
        "COCO, in which things are, stands in the tables below.",
        "*Disagreement.* Notebook 08 retells two questions of the original figure with drawn scenes that were "
        "searched for, one for each outcome. It counts the disputed questions of 200 scenes that nobody chose; those "
        "of photographs stand in the table “Photographs with outlines: whom to trust”.",
        "*Co-attention.* For drawn scenes its correlation with occlusion is "
        "{question_answering > coattention > grad_cam > correlation_with_occlusion|x} for Grad-CAM and "
        "{question_answering > coattention > guided_backprop > correlation_with_occlusion|x} for guided backprop, "
        "which are not told apart. Why its maps miss the thing while its answers are right was not tested.",
    ),
)
