"""What explanations cost."""

from __future__ import annotations

from gradcam_lib.studies.ledger.entries import Table

NETWORKS = {"ResNet-50": "resnet50", "VGG-16": "vgg16", "SqueezeNet 1.0": "squeezenet1_0"}
JOBS = {
    "one map": "one_map",
    "nine further classes after the forward pass": "nine_further_classes",
    "ten classes": "ten_classes",
    "all 1,000 classes": "all_classes",
    "Guided Grad-CAM": "guided_grad_cam",
    "one map for each picture of a batch of 16, in passes of the batch": "map_of_a_batch",
    "one map, captum": "captum_one_map",
    "one map, grad-cam": "grad_cam_package_one_map",
}
MEMORY = {
    "forward pass": "forward",
    "one map": "one_map",
    "one map, captum": "captum_one_map",
    "one map, grad-cam": "grad_cam_package_one_map",
}

TIME = Table(
    "Time",
    "In forward passes of the same network: random parameters, one picture of 224 pixels, "
    "{benchmark > setting > threads} processor cores, PyTorch {benchmark > setting > torch}; `{benchmark > command}`. "
    "All jobs take turns; each value is the median over {benchmark > n} rounds, with quartiles in brackets. One "
    "forward pass took {benchmark > networks > resnet50 > forward_ms|x1} ms (ResNet-50), "
    "{benchmark > networks > vgg16 > forward_ms|x1} ms (VGG-16) and "
    "{benchmark > networks > squeezenet1_0 > forward_ms|x1} ms (SqueezeNet). The first map of a fresh process takes "
    "longer than later ones: after its forward pass {benchmark > networks > resnet50 > first_map_ms|x1}, "
    "{benchmark > networks > vgg16 > first_map_ms|x1} and {benchmark > networks > squeezenet1_0 > first_map_ms|x1} ms.",
    ("", *NETWORKS),
    tuple(
        (
            label,
            *(
                f"{{benchmark > networks > {network} > jobs > {job}|x}}"
                if job != "all_classes" or network == "resnet50"
                else "–"
                for network in NETWORKS.values()
            ),
        )
        for label, job in JOBS.items()
    ),
    (
        "captum and grad-cam are other libraries, compared here in their default use on one machine. All classes at "
        "once were measured only where a single layer follows the feature map. The quartiles of one map overlap "
        "those of captum for all three networks: the two are not told apart.",
    ),
    check=lambda r: (
        [
            r(f"benchmark > networks > {network} > jobs > one_map").apart(
                r(f"benchmark > networks > {network} > jobs > captum_one_map")
            )
            for network in NETWORKS.values()
        ]
        == [False, False, False]
    ),
)

PEAK = Table(
    "Memory",
    "Peak memory in MB of a fresh process that does nothing else; one measurement each, without interval. Most of it "
    "is PyTorch itself and the network, as the first row shows.",
    ("", *NETWORKS),
    tuple(
        (label, *(f"{{benchmark > networks > {network} > peak_memory_mb > {job}}}" for network in NETWORKS.values()))
        for label, job in MEMORY.items()
    ),
)
