"""Claims about what came after Grad-CAM."""

from __future__ import annotations

from gradcam_lib.studies.ledger.entries import HOLDS, IN_DIRECTION, Claim, Group

LAST = "grad_cam blocks.3.norm1"  # the tokens that enter the last attention
EARLIER = tuple(f"grad_cam blocks.{i}" for i in range(3))

RELATIVES = Group(
    "What came after",
    (
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
            check=lambda r: (
                r("transformer > gradient_attention minus rollout > pointing").above(0)
                and r(f"transformer > gradient_attention minus {LAST} > pointing").above(0)
            ),
        ),
    ),
)
