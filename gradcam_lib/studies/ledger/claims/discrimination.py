"""Claims about whether a map knows the class that is asked for."""

from __future__ import annotations

from gradcam_lib.studies.ledger.entries import HOLDS, IN_DIRECTION, Claim, Group

CNNS = ("alexnet", "vgg16", "vgg19")

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
