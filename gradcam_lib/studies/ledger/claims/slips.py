"""The slips with which the method is often retold."""

from __future__ import annotations

from gradcam_lib.studies.ledger.entries import FAILS, Claim, Group

SLIPS = Group(
    "Common slips in retellings",
    (
        Claim(
            "The linear approximation is f(x) ≈ ∇f(x)·x.",
            "Related material.",
            "It is f(x₀) + ∇f(x₀)·(x − x₀). For an example with two pixels the correct formula predicts 7.8 where the "
            "true value is 7.81.",
            FAILS,
            notebook="01_backprop",
            asserted=("torch.isclose(line(moved), torch.tensor(7.8))", "torch.isclose(f(moved), torch.tensor(7.81))"),
        ),
        Claim(
            "The gradient that is drawn is that of the loss.",
            "Related material.",
            "It is the gradient of the logit. On one photograph the gradient of the loss points in nearly the "
            "opposite direction (cosine below −0.5).",
            FAILS,
            notebook="01_backprop",
            asserted=("cosine_similarity(G_loss, G) < -0.5",),
        ),
        Claim(
            "The last convolutional feature maps of AlexNet and VGG-16 have the same size for a picture of 224 pixels.",
            "Related material.",
            "They have 13×13 and 14×14 positions; it follows from kernels, strides and padding.",
            FAILS,
            check=lambda r: _alexnet(224) == 13 != 224 // 2**4 == 14,
            notebook="04_grad_cam",
        ),
        Claim(
            "The weighted channels may be averaged instead of summed without a change of the map.",
            "Related material.",
            "The map is divided by the number of channels. Only after division by its maximum is it the same.",
            FAILS,
            tests=("tests/test_faults.py::test_summing_channels_and_averaging_them_differ_by_a_factor_only",),
        ),
        Claim(
            "The answering networks that Grad-CAM explains were trained without attention.",
            "Related material.",
            "True of the LSTM with a CNN. Hierarchical co-attention computes attention maps in every forward pass.",
            FAILS,
            notebook="08_visual_question_answering",
            tests=(
                "tests/language/test_question_answering.py::test_attention_stands_beside_the_answer",
                "tests/networks/test_coattention.py::test_attention_sums_to_one_and_leaves_padding_out",
            ),
        ),
        Claim(
            "The probabilities that an ImageNet classifier gives to its classes need not sum to one.",
            "Related material.",
            "They do under the softmax with which these networks were trained. Other sums arise when a sigmoid is "
            "applied to the logits.",
            FAILS,
            tests=("tests/test_explanation.py::test_probabilities_of_the_best_classes_come_with_their_names",),
        ),
        Claim(
            "Grad-CAM localises better than CAM by every measure.",
            "Related material.",
            "In the reported figures CAM has the lower top-5 error. Our two networks are not told apart by top-1 "
            "localization error: {photonet > top1_localization_error} with fully-connected layers, "
            "{photonet_gap > top1_localization_error} with global average pooling.",
            FAILS,
            reported="as top-1 / top-5 localization errors of 56.51 / 46.41 % (Grad-CAM, VGG-16) and 57.20 / 45.14 % "
            "(CAM, VGG-16 rebuilt).",
            check=lambda r: (
                not r("photonet > top1_localization_error").below(r("photonet_gap > top1_localization_error"))
            ),
            notebook="03_cam",
        ),
    ),
)


def _alexnet(side: int) -> int:
    """Positions along a side of AlexNet's last feature map (torchvision): a convolution and two poolings."""
    side = (side + 2 * 2 - 11) // 4 + 1
    for _ in range(2):
        side = (side - 3) // 2 + 1
    return side
