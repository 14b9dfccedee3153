"""Claims about what came after Grad-CAM."""

from __future__ import annotations

from gradcam_lib.studies.ledger.entries import FAILS, HOLDS, IN_DIRECTION, Claim, Group

LAST = "grad_cam blocks.3.norm1"  # the tokens that enter the last attention
BOXES = "minus_grad_cam > known_class_error_at_chosen"
EARLIER = tuple(f"grad_cam blocks.{i}" for i in range(3))

RELATIVES = Group(
    "What came after",
    (
        Claim(
            "Where one linear layer follows the feature maps, the map of HiResCAM adds up to the score.",
            "Draelos and Carin (2020).",
            "Shown on paper, and tested. With global average pooling and one linear layer the map is that of Grad-CAM. "
            "In PhotoNet, where more than one layer follows, deletion does not tell the two apart (a difference of "
            "{evaluate_faithfulness_photonet_relatives > hires_cam > minus_grad_cam > deletion|x3}), and in an early "
            "layer of EfficientNet-Lite0 the map does not add up to the score.",
            HOLDS,
            check=lambda r: (
                not r("evaluate_faithfulness_photonet_relatives > hires_cam > minus_grad_cam > deletion").apart(0)
            ),
            notebook="13_what_came_after",
            tests=(
                "tests/evaluate/test_relatives.py::test_on_paper",
                "tests/evaluate/test_relatives.py::test_where_the_gradient_is_constant_four_methods_are_one",
            ),
        ),
        Claim(
            "In early layers LayerCAM gives useful maps where Grad-CAM does not.",
            "Jiang et al. (2021).",
            "SqueezeNet's `features.7`: the map's maximum hits the thing in {evaluate_pointing_squeezenet_relatives > "
            "grad_cam@features.7 > hit} with Grad-CAM, in {evaluate_pointing_squeezenet_relatives > "
            "layer_cam@features.7 > hit} with LayerCAM and in {evaluate_pointing_squeezenet_relatives > "
            "hires_cam@features.7 > hit} with HiResCAM, which has no other step than leaving out the average; the "
            "middle hits in {evaluate_pointing_squeezenet_relatives > centre > hit}, Grad-CAM of the last layer in "
            "{evaluate_pointing_squeezenet_relatives > grad_cam > hit}. Errors of boxes, less those of Grad-CAM in "
            "the last layer: {evaluate_localization_squeezenet_relatives > layer_cam@features.7 > minus_grad_cam > "
            "known_class_error_at_chosen|points} (LayerCAM) and {evaluate_localization_squeezenet_relatives > "
            "hires_cam@features.7 > minus_grad_cam > known_class_error_at_chosen|points} (HiResCAM).",
            HOLDS,
            check=lambda r: (
                r("evaluate_pointing_squeezenet_relatives > grad_cam@features.7 > minus_centre > hit").below(0)
                and r("evaluate_pointing_squeezenet_relatives > layer_cam@features.7 > minus_centre > hit").above(0)
                and not r("evaluate_pointing_squeezenet_relatives > layer_cam@features.7 > minus_grad_cam > hit").apart(
                    0
                )
            ),
            notebook="13_what_came_after",
        ),
        Claim(
            "XGrad-CAM keeps the sum of the contributions.",
            "Fu et al. (2020).",
            "Its map adds up to the same number as that of HiResCAM; that of Grad-CAM does not.",
            HOLDS,
            notebook="13_what_came_after",
            tests=(
                "tests/evaluate/test_relatives.py::test_on_paper",
                "tests/evaluate/test_relatives.py::test_three_are_the_packages",
            ),
            asserted=("np.allclose(sums[place, 'XGrad-CAM'], sums[place, 'HiResCAM'], rtol=0.001)",),
        ),
        Claim(
            "Grad-CAM++ localises better than Grad-CAM.",
            "Chattopadhay et al. (2018).",
            "In PhotoNet, less Grad-CAM: pointing {evaluate_pointing_photonet_relatives > grad_cam_pp > "
            "minus_grad_cam > hit|points}, error of boxes {evaluate_localization_photonet_relatives > grad_cam_pp > "
            "minus_grad_cam > known_class_error_at_chosen|points}. It is nearly Grad-CAM with positive gradients "
            "only, as Lerma and Lucas (2022) say, and with random logits its map stays more alike than chance grants "
            "({evaluate_sanity_photonet_relatives > grad_cam_pp > classifier.3 > signed_less_control|x}).",
            IN_DIRECTION,
            check=lambda r: (
                not r("evaluate_pointing_photonet_relatives > grad_cam_pp > minus_grad_cam > hit").above(0)
                and not r(f"evaluate_localization_photonet_relatives > grad_cam_pp > {BOXES}").below(0)
                and r("evaluate_sanity_photonet_relatives > grad_cam_pp > classifier.3 > signed_less_control").above(0)
            ),
            notebook="13_what_came_after",
        ),
        Claim(
            "Score-CAM, which needs no gradient, is better than Grad-CAM.",
            "Wang et al. (2020).",
            "PhotoNet, 194 pictures through the network for one map; less Grad-CAM: pointing "
            "{evaluate_pointing_photonet_relatives_passes > score_cam > minus_grad_cam > hit|points}, error of boxes "
            "{evaluate_localization_photonet_relatives_passes > score_cam > minus_grad_cam > "
            "known_class_error_at_chosen|points}, deletion {evaluate_faithfulness_photonet_relatives > score_cam > "
            "minus_grad_cam > deletion|x}. None is told from zero, on {evaluate_pointing_photonet_relatives_passes > "
            "n} and {evaluate_faithfulness_photonet_relatives > n} pictures.",
            FAILS,
            check=lambda r: (
                not r("evaluate_pointing_photonet_relatives_passes > score_cam > minus_grad_cam > hit").apart(0)
                and not r(f"evaluate_localization_photonet_relatives_passes > score_cam > {BOXES}").apart(0)
                and not r("evaluate_faithfulness_photonet_relatives > score_cam > minus_grad_cam > deletion").apart(0)
            ),
            notebook="13_what_came_after",
        ),
        Claim(
            "Eigen-CAM, which knows neither class nor gradient, is competitive.",
            "Muhammad and Yeasin (2020).",
            "It has the same map for every class. Pointing, less Grad-CAM: {evaluate_pointing_squeezenet_relatives > "
            "eigen_cam > minus_grad_cam > hit|points} in SqueezeNet and {evaluate_pointing_photonet_relatives > "
            "eigen_cam > minus_grad_cam > hit|points} in PhotoNet.",
            FAILS,
            check=lambda r: r("evaluate_pointing_squeezenet_relatives > eigen_cam > minus_grad_cam > hit").below(0),
            notebook="13_what_came_after",
        ),
        Claim(
            "The contrast with a similar class marks what tells the two apart (Finer-CAM).",
            "Zhang et al. (2025).",
            "Two classes side by side, {contrast > n} pictures: with the contrast the share of the map in the half of "
            "its own class rises from {contrast > similar > share in the own half > alone} to {contrast > similar > "
            "share in the own half > contrast} for similar classes, and covering what the map marks lowers the lead "
            "over the other class by {contrast > similar > fall of the lead > gain|x} more; for dissimilar classes by "
            "{contrast > dissimilar > fall of the lead > gain|x}. By boxes it localises worse than Grad-CAM "
            "({evaluate_localization_photonet_relatives > finer_cam > minus_grad_cam > "
            "known_class_error_at_chosen|points}).",
            HOLDS,
            check=lambda r: (
                r("contrast > similar_less_dissimilar > fall of the lead").above(0)
                and r("contrast > similar_less_dissimilar > share in the own half").above(0)
                and r("contrast > similar > fall of the lead > gain").above(0)
            ),
            notebook="13_what_came_after",
        ),
        Claim(
            "Integrated Gradients add up to the difference of the two scores.",
            "Sundararajan et al. (2017).",
            "They do as the number of steps grows; a test compares 16 and 64.",
            HOLDS,
            notebook="13_what_came_after",
            tests=("tests/evaluate/test_relatives.py::test_integrated_gradients_add_up_with_enough_passes",),
        ),
        Claim(
            "Grad-CAM explains a transformer if its tokens are taken as a map.",
            "Our extension; the paper speaks of CNNs.",
            "A small vision transformer on drawn pictures of two things. In front of the last attention the highest "
            f"position of Grad-CAM lies in the thing that was asked for in {{transformer > {LAST} > pointing}}, in "
            f"{{transformer > {LAST} of the other thing > pointing}} where the other thing was asked for; the middle "
            "of the picture does so in {transformer > centre > pointing}. In the three blocks before, the map is "
            "higher over the right thing than over the wrong one in only "
            f"{{transformer > {EARLIER[0]} > own|short}}, {{transformer > {EARLIER[1]} > own|short}} and "
            f"{{transformer > {EARLIER[2]} > own|short}}, and behind the last block it is empty, as only the class "
            "token is read there. On the same pictures the Grad-CAM of a CNN has "
            "{transformer > grad_cam of the cnn > pointing}.",
            IN_DIRECTION,
            notebook="13_what_came_after",
            check=lambda r: (
                r(f"transformer > {LAST} minus centre > pointing").above(0)
                and r(f"transformer > {LAST} minus {LAST} of the other thing > own").above(0)
                and r(f"transformer > grad_cam of the cnn minus {LAST} > pointing").above(0)
                and all(r(f"transformer > {block} > own").below(0.5) for block in EARLIER)
            ),
            tests=(
                "tests/networks/test_transformer.py::test_behind_the_last_block_only_the_class_token_is_read",
                "tests/networks/test_transformer.py::test_grad_cam_of_tokens_is_that_of_the_package_grad_cam",
            ),
        ),
        Claim(
            "Attention rollout shows from which parts of the picture a transformer's information comes.",
            "Abnar and Zuidema (2020).",
            "The highest position lies in one of the two things in {transformer > rollout > either}, of a random map "
            "in {transformer > random > either}. Which of the two was asked for it cannot say.",
            HOLDS,
            notebook="13_what_came_after",
            check=lambda r: (
                r("transformer > rollout > either").above(r("transformer > random > either"))
                and r("transformer > rollout > own").value == 0.5
            ),
        ),
        Claim(
            "Weighted by the gradient, attention explains a class.",
            "Chefer, Gur and Wolf (2021).",
            "The highest position lies in the thing that was asked for in {transformer > gradient_attention > "
            "pointing}, {transformer > gradient_attention minus rollout > pointing|points} more than with rollout and "
            f"{{transformer > gradient_attention minus {LAST} > pointing|points}} more than with Grad-CAM on tokens.",
            HOLDS,
            notebook="13_what_came_after",
            check=lambda r: (
                r("transformer > gradient_attention minus rollout > pointing").above(0)
                and r(f"transformer > gradient_attention minus {LAST} > pointing").above(0)
            ),
        ),
    ),
)
