"""Claims about the systems around the method, and about its cost."""

from __future__ import annotations

from gradcam_lib.studies.ledger.entries import HOLDS, Claim, Group

NETWORKS = ("resnet50", "vgg16", "squeezenet1_0")

SYSTEMS = Group(
    "Further systems of the blog, slides and survey",
    (
        Claim(
            "A couple of lines added to one's own code are enough.",
            "Related material.",
            "Six lines, and the network stays as it was. Checked on a network that the library had never seen, with "
            "ReLUs called as functions and in place.",
            HOLDS,
            notebook="00_start_here",
            tests=("tests/test_faults.py::test_functional_relus_are_guided_too",),
            asserted=("model.training", "all((w.grad is None for w in model.parameters()))"),
        ),
        Claim(
            "A demo takes a photograph of the user's, lists the five most probable classes, and draws the map of the "
            "class that the user names.",
            "Authors' demo.",
            "Built: the class picker, used in JupyterLab, and a command for the terminal.",
            HOLDS,
            notebook="00_start_here",
            tests=(
                "tests/widgets/test_class_picker.py::test_an_upload_replaces_the_picture",
                "tests/widgets/test_class_picker.py::test_buttons_of_the_likeliest",
                "tests/widgets/test_class_picker.py::test_typed",
                "tests/test_main.py::test_a_row_of_pictures_for_each_target",
            ),
        ),
        Claim(
            "Three demos exist, for classification, captioning and question answering.",
            "Authors' demo.",
            "Built: three widgets, each driven in a real browser by a test.",
            HOLDS,
            notebook="08_visual_question_answering",
            tests=(
                "tests/browser/test_class_picker.py::test_the_picker_in_jupyterlab",
                "tests/browser/test_explorers.py::test_the_caption_explorer",
                "tests/browser/test_explorers.py::test_the_question_explorer",
            ),
        ),
    ),
)

COST = Group(
    "Cost",
    (
        Claim(
            "A map costs one forward pass and a backward pass that ends at the layer.",
            "Paper, section 3.",
            "In forward passes of the same network: {benchmark > networks > resnet50 > jobs > one_map|x} for "
            "ResNet-50, {benchmark > networks > vgg16 > jobs > one_map|x} for VGG-16, "
            "{benchmark > networks > squeezenet1_0 > jobs > one_map|x} for SqueezeNet 1.0 (medians and quartiles).",
            HOLDS,
            check=lambda r: all(r(f"benchmark > networks > {name} > jobs > one_map").below(2) for name in NETWORKS),
            notebook="04_grad_cam",
            tests=("tests/test_faults.py::test_a_map_costs_one_forward_pass_and_no_gradient_buffers",),
        ),
        Claim(
            "All classes are explained from the same forward pass; a further class costs only its own backward pass.",
            "Our consequence of the paper's equations 1 and 2.",
            "Nine further classes together cost {benchmark > networks > resnet50 > jobs > nine_further_classes|x} "
            "forward passes for ResNet-50, {benchmark > networks > vgg16 > jobs > nine_further_classes|x} for VGG-16 "
            "and {benchmark > networks > squeezenet1_0 > jobs > nine_further_classes|x} for SqueezeNet 1.0.",
            HOLDS,
            check=lambda r: all(
                r(f"benchmark > networks > {name} > jobs > nine_further_classes").below(1) for name in NETWORKS
            ),
            notebook="04_grad_cam",
            tests=("tests/test_explanation.py::test_one_forward_pass_answers_everything_about_a_layer",),
        ),
    ),
    (
        "*Setting.* On {benchmark > setting > threads} processor cores: random parameters, pictures of 224 pixels. The "
        "values in brackets are quartiles over {benchmark > n} rounds and not confidence intervals. Other machines "
        "give other ratios.",
    ),
)
