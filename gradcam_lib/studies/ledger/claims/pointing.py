"""Claims about where the maximum of a map lies, and about maps as seeds for segmentation."""

from __future__ import annotations

from gradcam_lib.studies.ledger.claims.localization import LITE0, SQUEEZENET, hits
from gradcam_lib.studies.ledger.entries import FAILS, HOLDS, IN_DIRECTION, Claim, Group

POINTING = Group(
    "Pointing and segmentation",
    (
        Claim(
            "Without any box in training, Grad-CAM of a classifier points at the object.",
            "Paper, pointing game.",
            "The maximum of the map lies on the object in {evaluate_pointing_squeezenet > grad_cam > hit} of ILSVRC's "
            "pictures (SqueezeNet) and {evaluate_pointing_lite0 > grad_cam > hit} (EfficientNet-Lite0), the middle of "
            "the picture in {evaluate_pointing_squeezenet > centre > hit}. On pictures of COCO, where things are "
            "smaller and stand among others, it does in {evaluate_pointing_coco_squeezenet > grad_cam > hit} and "
            "{evaluate_pointing_coco_lite0 > grad_cam > hit}, the middle in "
            "{evaluate_pointing_coco_lite0 > centre > hit}. All four paired differences from the middle are told "
            "apart from zero; for COCO they are {evaluate_pointing_coco_squeezenet > centre > minus_grad_cam > "
            "hit|points} and {evaluate_pointing_coco_lite0 > centre > minus_grad_cam > hit|points}.",
            HOLDS,
            reported="70.58, in a modified game in which a map may reject a prediction.",
            check=lambda r: all(
                difference.below(0)
                for difference in hits(r, "centre", SQUEEZENET, LITE0, f"coco_{SQUEEZENET}", f"coco_{LITE0}")
            ),
            notebook="04_grad_cam",
        ),
        Claim(
            "Where a map may reject a class because its maximum is low, Grad-CAM points better than c-MWP.",
            "Paper, pointing game.",
            "For the five likeliest classes of a picture a map is right where it points at a class that is there, or "
            "rejects one that is not; the threshold is chosen on one half of the pictures. EfficientNet-Lite0 on "
            "ILSVRC's pictures: Grad-CAM {evaluate_rejection_lite0 > grad_cam > by_map}, c-MWP "
            "{evaluate_rejection_lite0 > c_mwp > by_map}, rejecting everything "
            "{evaluate_rejection_lite0 > rejecting_all}; on COCO {evaluate_rejection_coco_lite0 > grad_cam > by_map} "
            "and {evaluate_rejection_coco_lite0 > c_mwp > by_map}, not told apart in pairs, and neither are "
            "SqueezeNet's two, {evaluate_rejection_coco_squeezenet > c_mwp@features.9 > minus_grad_cam|points}. "
            "But a map is not needed to reject: by the probability of the class alone Grad-CAM's maps are right in "
            "{evaluate_rejection_lite0 > grad_cam > by_probability} on ILSVRC's pictures, which is more, and in "
            "{evaluate_rejection_coco_lite0 > grad_cam > by_probability} on COCO's, not told apart in pairs.",
            IN_DIRECTION,
            reported="70.58 (Grad-CAM) against 60.30 (c-MWP).",
            check=lambda r: (
                r("evaluate_rejection_lite0 > c_mwp > minus_grad_cam").below(0)
                and not r("evaluate_rejection_coco_lite0 > c_mwp > minus_grad_cam").apart(0)
                and not r("evaluate_rejection_coco_squeezenet > c_mwp@features.9 > minus_grad_cam").apart(0)
                and r("evaluate_rejection_lite0 > grad_cam > by_map_minus_by_probability").below(0)
                and not r("evaluate_rejection_coco_lite0 > grad_cam > by_map_minus_by_probability").apart(0)
            ),
            notebook="10_localization",
        ),
        Claim(
            "Grad-CAM gives better seeds for weakly-supervised segmentation than CAM.",
            "Paper, weakly-supervised segmentation.",
            "The seeds alone, on pictures of COCO, with the threshold chosen on the other half: Grad-CAM has an IoU "
            "with the outline of {evaluate_segmentation_lite0 > grad_cam > iou_at_chosen|x3}, CAM of the same network "
            "(EfficientNet-Lite0) the same map and so the same IoU, the whole picture "
            "{evaluate_segmentation_lite0 > whole_picture > iou_at_chosen|x3}; SqueezeNet has "
            "{evaluate_segmentation_squeezenet > grad_cam > iou_at_chosen|x3}. No segmentation network was trained "
            "from the seeds, as the paper did, and no network was rebuilt for CAM.",
            FAILS,
            check=lambda r: (
                r("evaluate_segmentation_lite0 > cam > minus_grad_cam").value == 0
                and r("evaluate_segmentation_lite0 > whole_picture > minus_grad_cam").below(0)
            ),
            reported="an intersection over union of 49.6 with Grad-CAM and 44.6 with CAM on VOC 2012.",
            notebook="10_localization",
        ),
    ),
)
