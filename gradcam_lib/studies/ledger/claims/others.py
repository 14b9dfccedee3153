"""Claims about the survey's other methods: other targets, other layers, other kinds of explanation."""

from __future__ import annotations

from gradcam_lib.studies.ledger.entries import FAILS, HOLDS, IN_DIRECTION, Claim, Group

OTHERS = Group(
    "Other explanations",
    (
        Claim(
            "Muting parts of a picture and noting the fall of the score gives a heatmap without any gradient.",
            "Related material, after Zeiler and Fergus (2014).",
            "Built; on linear networks it agrees with calculations on paper.",
            HOLDS,
            notebook="04_grad_cam",
            tests=(
                "tests/test_occlusion.py::test_a_linear_network_drops_by_weights_times_pixels_under_the_patch",
                "tests/test_occlusion.py::test_the_drop_stays_where_the_evidence_is",
            ),
        ),
        Claim(
            "Muting patches of a picture shows what a network looks at.",
            "Related material, after Zeiler and Fergus (2014).",
            "It depends on the patch. EfficientNet-Lite0, one thing in each of {muting > n} photographs of COCO: maps "
            "of patches of 16 and 32 pixels have a rank correlation of {muting > 16 mean ~ 32 mean|x}, of 16 and 112 "
            "{muting > 16 mean ~ 112 mean|x}, which is not told apart from their agreement with Grad-CAM ({muting > "
            "16 mean ~ 112 mean, less both with grad_cam|x} less).",
            IN_DIRECTION,
            check=lambda r: (
                r("muting > 16 mean ~ 32 mean, less both with grad_cam").above(0)
                and not r("muting > 16 mean ~ 112 mean, less both with grad_cam").above(0)
                and r("muting > hit 16 mean, less blob").above(0)
            ),
        ),
        Claim(
            "The filters of the first layer look like Gabor functions.",
            "Related material.",
            "One Gabor function explains {filters > squeezenet > fit} of the power of SqueezeNet's 96 filters of 7×7 "
            "pixels, {filters > squeezenet > other phases} if their frequencies get other phases, {filters > "
            "squeezenet > shuffled} if their values get another order, and {filters > squeezenet, random weights > "
            "fit} with random weights. Filters of 3×3 pixels (EfficientNet-Lite0, PhotoNet) are too small to tell: of "
            "nine values in another order it still explains {filters > efficientnet_lite0 > shuffled}.",
            HOLDS,
            check=lambda r: (
                r("filters > squeezenet > less other phases").above(0)
                and r("filters > squeezenet > less shuffled").above(0)
            ),
            notebook="02_deconv_and_guided_backprop",
            asserted=("(stripes[0] & purer).float().mean() > 0.5",),
        ),
        Claim(
            "Live activations of a layer reveal channels for things that are no class, such as faces.",
            "Related material.",
            "Of 672 channels of a middle layer of EfficientNet-Lite0, the one that overlaps most with people in 290 "
            "photographs of COCO does so in 130 others, too: an IoU of {live_activations > val > iou|x3}, while half "
            "of the channels have {live_activations > val > iou_of_channels > 0.5|x3} or less, a disc in the middle "
            "{live_activations > val > middle > iou|x3}, and no channel chosen for another thing more than 0.1. In a "
            "short film it follows a moving portrait, as 60 other channels do, of which none weakens as much on a "
            "cat's head, and responds neither to the empty park nor to a drawn person. No class depends on it alone. "
            "As a detector of people it is mediocre (area under the curve {live_activations > val > auc|x}).",
            IN_DIRECTION,
            tests=(
                "tests/studies/test_live_activations.py::test_the_stored_numbers_carry_the_claim",
                "tests/feature_visualization/test_live.py::test_the_channel_for_people_follows_the_portrait_and_not_the_drawing",
            ),
        ),
        Claim(
            "Gradient ascent on a logit, from noise, shows what a network takes for typical of a class (class "
            "impressions).",
            "Related material.",
            "EfficientNet-Lite0 recognises {impressions > lite0_by_squeezenet > whole > own > top_1} of its "
            "impressions of every 25th class of ImageNet. For SqueezeNet, which had no part in them, the class is "
            "among the first five of 1,000 in {impressions > lite0_by_squeezenet > whole > other > top_5}, the next "
            "class of the list in {impressions > lite0_by_squeezenet > whole > other_next_class > top_5}. "
            "EfficientNet-Lite0 has the class of PhotoNet's impressions among the first five in {impressions > "
            "photonet_by_lite0 > whole > other > top_5}. Without the random transforms these shares fall by "
            "{impressions > lite0_by_squeezenet > no transforms > less_whole > top_5|points} and {impressions > "
            "photonet_by_lite0 > no transforms > less_whole > top_5|points}; of total variation no effect was found. "
            "Whether the pictures look like the class was not asked.",
            IN_DIRECTION,
            check=lambda r: all(
                r(f"impressions > {pair} > whole > own > top_1").above(0.9)
                and r(f"impressions > {pair} > whole > other > top_5").above(
                    r(f"impressions > {pair} > whole > other_next_class > top_5")
                )
                and r(f"impressions > {pair} > no transforms > less_whole > top_5").below(0)
                for pair in ("lite0_by_squeezenet", "photonet_by_lite0")
            ),
            tests=(
                "tests/studies/test_impressions.py::test_the_stored_numbers_carry_the_claim",
                "tests/feature_visualization/test_impressions.py::test_in_a_linear_network_every_pixel_ends_at_the_end_to_which_its_weight_points",
            ),
        ),
        Claim(
            "Attention-based multiple-instance learning finds the patches of a tissue picture that decide a diagnosis.",
            "Related material, after Ilse et al. (2018).",
            "Drawn tissue, of which only the label of the whole picture was learnt. The patch with the highest "
            "attention holds an abnormal nucleus in {tissue > spread > attention > patch_pointing} of the pictures "
            "with spread nuclei, the darkest patch in {tissue > spread > darkness > patch_pointing}, a patch drawn by "
            "chance in {tissue > spread > random > patch_pointing}; with clustered nuclei, too, attention is told "
            "apart from both.",
            HOLDS,
            check=lambda r: all(
                r(f"tissue > attention minus darkness > {arrangement} > patch_pointing").above(0)
                and r(f"tissue > {arrangement} > attention > patch_pointing").above(
                    r(f"tissue > {arrangement} > random > patch_pointing")
                )
                for arrangement in ("spread", "clustered")
            ),
        ),
        Claim(
            "On tissue pictures, where the evidence is spread out, Grad-CAM is poor and multiple-instance attention is "
            "better.",
            "Related material.",
            "The same abnormal nuclei, spread over the picture or moved into one cluster. How well a map ranks the "
            "patches that hold one above those free of them, as area under the curve (AUC): Grad-CAM has "
            "{tissue > spread > grad_cam > patch_auc|x3} with spread and "
            "{tissue > clustered > grad_cam > patch_auc|x3} with clustered nuclei, attention "
            "{tissue > spread > attention > patch_auc|x3} and "
            "{tissue > clustered > attention > patch_auc|x3}. The CNN that Grad-CAM explains ends in global average "
            "pooling and is more accurate than the network with attention, by "
            "{tissue > accuracy > attention minus cnn|points} (attention less CNN). Drawn pictures, one "
            "network of each kind.",
            FAILS,
            check=lambda r: (
                r("tissue > attention minus grad_cam > spread > patch_auc").below(0)
                and r("tissue > attention minus grad_cam > clustered > patch_auc").below(0)
                and r("tissue > spread > grad_cam > patch_auc").above(0.9)
                and r("tissue > accuracy > attention minus cnn").below(0)
            ),
        ),
        Claim(
            "CAM, Grad-CAM and guided backprop explain a classifier that gives a picture several labels.",
            "Related material.",
            "A tagger of 55 nouns on EfficientNet-Lite0, learnt from captions and annotations, on photographs of COCO "
            "with masks. Its mean average precision is {tagger > precision > mean|x}, that of a tagger that always "
            "says the training frequencies {tagger > precision > prevalence|x}. CAM and Grad-CAM are the same map here "
            "up to a factor; its maximum lies on the tag's thing for {tagger > pointing > grad_cam > inside}, "
            "{tagger > pointing > grad_cam minus centre > inside|points} more than the picture's middle and "
            "{tagger > pointing > grad_cam > inside_difference|points} more than the map of another tag of the same "
            "photograph. Guided backprop hits {tagger > pointing > guided > inside}; there the difference to "
            "another tag, {tagger > pointing > guided > inside_difference|points}, is not told from zero.",
            IN_DIRECTION,
            check=lambda r: (
                r("tagger > pointing > grad_cam minus centre > inside").above(0)
                and r("tagger > pointing > grad_cam > inside_difference").above(0)
                and r("tagger > pointing > guided minus centre > inside").above(0)
                and not r("tagger > pointing > guided > inside_difference").apart(0)
                and r("tagger > pointing > grad_cam minus guided > inside_difference").above(0)
            ),
        ),
        Claim(
            "The map of a class that is not in the picture lights up what resembles it, such as a teddy bear for a "
            "person.",
            "Related material.",
            "Tags that are not in a photograph of COCO while another tag of the same supercategory is: the map's "
            "maximum lies on that look-alike in {tagger > absent > supercategory > on the look-alike} of "
            "{tagger > absent > supercategory > cases} cases, where the maps of other absent tags would in "
            "{tagger > absent > supercategory > expected of other absent tags|x1} (a difference of "
            "{tagger > absent > supercategory > inside minus others|points}), and the picture's middle in "
            "{tagger > absent > supercategory > expected of the middle}. On look-alikes it hits more often than on "
            "other things of like size, by "
            "{tagger > absent > supercategory > inside on things of like size > difference|points}. For absent "
            "persons with animals or teddy bears there are {tagger > absent > person > cases} photographs, which "
            "decide nothing.",
            IN_DIRECTION,
            check=lambda r: (
                r("tagger > absent > supercategory > inside minus others").above(0)
                and r("tagger > absent > supercategory > inside on things of like size > difference").above(0)
                and not r("tagger > absent > supercategory > inside minus centre").apart(0)
                and not r("tagger > absent > person > inside minus others").apart(0)
            ),
        ),
        Claim(
            "Grad-CAM explains any network whose output is differentiable, also a regression.",
            "Related material; the paper's abstract: any task-specific network.",
            "Built: the target is the output itself. Two networks steer on drawn roads, whose angle is known. The "
            "error is {roads > pooled > accuracy > error|x} degrees of the one that ends in global average pooling, "
            "{roads > flat > accuracy > error|x} of the one that flattens its map (always straight on: {roads > "
            "pooled > accuracy > always zero|x}). In the first, covering the tenth of a picture that the map of the "
            "output marks turns the wheel further left than covering what another picture's map marks, by {roads > "
            "pooled > turns > map of +y, less another's|x} degrees (turns to the left), and what another left turn's "
            "map marks, by {roads > pooled > turns > map of +y, less another turn's|x}. In the second, the sum of the "
            "signed map and the angle have a rank correlation of {roads > flat > adding up > rho|x}, which is the "
            "wrong sign, and agreement with occlusion is {roads > flat > agreement with occlusion > grad_cam|x}.",
            IN_DIRECTION,
            check=lambda r: (
                r("roads > pooled > turns > map of +y, less another's").below(0)
                and r("roads > pooled > turns > map of -y, less another's").above(0)
                and r("roads > pooled > turns > map of +y, less another turn's").below(0)
                and r("roads > pooled > turns > map of -y, less another turn's").above(0)
                and r("roads > pooled > agreement with occlusion > grad_cam, less another picture's map").above(0)
                and r("roads > flat > agreement with occlusion > grad_cam").below(0.1)
            ),
        ),
        Claim(
            "A signed map says what a part of the picture does to the output.",
            "Our question, not a claim of the survey.",
            "Drawn roads without their left or right marking, pooled network: the map has the sign of the change in "
            "{roads > pooled > grad_cam > without > left > sign} and {roads > pooled > grad_cam > without > right > "
            "sign} of the pictures, less another picture's map {roads > pooled > grad_cam > without > left > sign, "
            "less another picture's map|points} and {roads > pooled > grad_cam > without > right > sign, less another "
            "picture's map|points}: told apart for one of two, and not better than naming the same sign every time "
            "({roads > pooled > grad_cam > without > left > sign, always the same|short} and {roads > pooled > "
            "grad_cam > without > right > sign, always the same|short}). In a network trained further where a sign's "
            "arrow nearly always shows the way, the map grows denser on the sign ({roads > on the sign > arrows minus "
            "pooled > density|x}), and a turned arrow changes the angle by {roads > arrows > accuracy > turned "
            "arrow|x3} degrees on the average (at most 0.2 in each of 40 pictures).",
            FAILS,
            check=lambda r: (
                not r("roads > pooled > grad_cam > without > left > sign, less another picture's map").above(0)
                and not any(
                    r(f"roads > pooled > grad_cam > without > {part} > sign, less always the same").above(0)
                    for part in ("left", "right")
                )
                and r("roads > on the sign > arrows minus pooled > density").above(0)
            ),
        ),
    ),
)
