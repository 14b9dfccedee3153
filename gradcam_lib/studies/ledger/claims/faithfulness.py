"""Claims about whether maps agree with what happens when parts of the picture are covered."""

from __future__ import annotations

from gradcam_lib.studies.ledger.entries import FAILS, HOLDS, IN_DIRECTION, Claim, Group
from gradcam_lib.studies.ledger.evidence import Number, Results

NETWORKS = {"photonet": "classifier.3", "lite0": "classifier"}  # and the layer of the logits
FILLS = {"lite0": ("mean", "blur"), "photonet": ("mean", "blur", "black")}
WORDS, ANSWERS = "photographs > captions-squeezenet", "photographs > photo"
CORRELATION = "correlation_with_occlusion"


def alike(r: Results, network: str, method: str, drawn_anew: str) -> Number:
    """Rank correlation of a map with that of the trained network, once layers were drawn anew."""
    return r(f"evaluate_sanity_{network} > {method} > {drawn_anew} > signed")


def ways(r: Results, network: str, method: str) -> list[Number]:
    """What a method's correlation with occlusion has more than Grad-CAM's, for patch sizes and fills."""
    study = f"evaluate_faithfulness_{network} > {method} > minus_grad_cam"
    return [r(f"{study} > rho@{grid},{fill}") for grid in (7, 14) for fill in FILLS[network]]


def told_apart(r: Results, network: str, method: str) -> tuple[int, int, int]:
    """In how many ways a method's correlation is told apart as lower than Grad-CAM's, as higher, and of how many."""
    found = ways(r, network, method)
    return sum(way.below(0) for way in found), sum(way.above(0) for way in found), len(found)


def guided_grad_cam(r: Results) -> list[Number]:
    return ways(r, "photonet", "guided_grad_cam") + ways(r, "lite0", "guided_grad_cam")


FAITHFULNESS = Group(
    "Faithfulness",
    (
        Claim(
            "Grad-CAM's map of a class correlates positively with the occlusion map.",
            "Paper, faithfulness.",
            "SqueezeNet, 49 patches, "
            "{photographs > captions-squeezenet > classifier > correlation_with_occlusion > pictures} "
            "photographs with a class that a word of their caption names: "
            "{photographs > captions-squeezenet > classifier > correlation_with_occlusion|x}.",
            HOLDS,
            reported="0.254 on 2,510 pictures of VOC 2007 (VGG-16).",
            check=lambda r: r(f"{WORDS} > classifier > {CORRELATION}").above(0),
            notebook="07_captioning",
        ),
        Claim(
            "Grad-CAM agrees with occlusion better than guided backprop does.",
            "Paper, faithfulness.",
            "Content words of captions of photographs: "
            "{photographs > captions-squeezenet > grad_cam > correlation_with_occlusion_content_words|x} against "
            "{photographs > captions-squeezenet > guided_backprop > correlation_with_occlusion_content_words|x}. "
            "Classes, 49 patches of the mean colour: "
            "{evaluate_faithfulness_photonet > grad_cam > rho@7,mean|x} against "
            "{evaluate_faithfulness_photonet > guided_backprop > rho@7,mean|x} with PhotoNet, "
            "{evaluate_faithfulness_lite0 > grad_cam > rho@7,mean|x} against "
            "{evaluate_faithfulness_lite0 > guided_backprop > rho@7,mean|x} with EfficientNet-Lite0. With other "
            "patches and fills, too, the two are told apart in pairs: in six of six ways with PhotoNet, in three of "
            "four with EfficientNet-Lite0.",
            HOLDS,
            reported="0.254 against 0.168, for classes.",
            check=lambda r: (
                r(f"{WORDS} > grad_cam > {CORRELATION}_content_words").above(
                    r(f"{WORDS} > guided_backprop > {CORRELATION}_content_words")
                )
                and r(f"{ANSWERS} > grad_cam > {CORRELATION}").above(r(f"{ANSWERS} > guided_backprop > {CORRELATION}"))
                and told_apart(r, "photonet", "guided_backprop") == (6, 0, 6)
                and told_apart(r, "lite0", "guided_backprop") == (3, 0, 4)
            ),
            notebook="07_captioning",
        ),
        Claim(
            "Guided Grad-CAM agrees with occlusion at least as well as Grad-CAM.",
            "Paper, faithfulness.",
            "Answers about photographs, LSTM with a CNN: "
            "{photographs > photo > guided_grad_cam > correlation_with_occlusion|x} against "
            "{photographs > photo > grad_cam > correlation_with_occlusion|x}. Lower in value, but neither for answers "
            "nor for words are the two told apart. For classes Guided Grad-CAM is lower in nine of ten ways of "
            "covering with PhotoNet and EfficientNet-Lite0, in four of them told apart in pairs, and never higher in "
            "a way that is told apart.",
            FAILS,
            reported="0.261 against 0.254, for classes.",
            check=lambda r: (
                r(f"{ANSWERS} > guided_grad_cam > {CORRELATION}").leans_below(
                    r(f"{ANSWERS} > grad_cam > {CORRELATION}")
                )
                and not r(f"{WORDS} > guided_grad_cam > {CORRELATION}_content_words").apart(
                    r(f"{WORDS} > grad_cam > {CORRELATION}_content_words")
                )
                and len(guided_grad_cam(r)) == 10
                and sum(way.value < 0 for way in guided_grad_cam(r)) == 9
                and sum(way.below(0) for way in guided_grad_cam(r)) == 4
                and not any(way.above(0) for way in guided_grad_cam(r))
            ),
        ),
        Claim(
            "Grad-CAM agrees with occlusion better than CAM and c-MWP.",
            "Paper, faithfulness.",
            "PhotoNet, {evaluate_faithfulness_photonet > n} pictures of Tiny ImageNet, 49 patches of the mean colour: "
            "{evaluate_faithfulness_photonet > grad_cam > rho@7,mean|x} for Grad-CAM and "
            "{evaluate_faithfulness_photonet > c_mwp > rho@7,mean|x} for c-MWP, told apart in pairs in four of six "
            "ways of covering. EfficientNet-Lite0, {evaluate_faithfulness_lite0 > n} pictures of ILSVRC: "
            "{evaluate_faithfulness_lite0 > grad_cam > rho@7,mean|x} and "
            "{evaluate_faithfulness_lite0 > c_mwp > rho@7,mean|x}, told apart in none of four. CAM of that network is "
            "the same map as Grad-CAM, and so has the same number. A blob in the middle is told apart from Grad-CAM "
            "as lower in six of six ways with PhotoNet and in one of four with EfficientNet-Lite0.",
            IN_DIRECTION,
            reported="0.254 against 0.208 (CAM) and 0.220 (c-MWP).",
            check=lambda r: (
                r("evaluate_faithfulness_lite0 > cam > minus_grad_cam > rho@7,mean").value == 0
                and told_apart(r, "photonet", "c_mwp") == (4, 0, 6)
                and told_apart(r, "lite0", "c_mwp") == (0, 0, 4)
                and told_apart(r, "photonet", "centre") == (6, 0, 6)
                and told_apart(r, "lite0", "centre") == (1, 0, 4)
            ),
            notebook="11_faithfulness_and_trust",
        ),
        Claim(
            "What Grad-CAM marks matters: covering it lowers the score more than covering as much elsewhere.",
            "Related material (muting pixels).",
            "A fifth of the photograph covered: a content word loses "
            "{photographs > captions-squeezenet > grad_cam > drop_content_words|x} of its log-probability where its "
            "map is highest and {photographs > captions-squeezenet > elsewhere > drop_content_words|x} with the same "
            "region moved elsewhere; an answer of the LSTM with a CNN loses {photographs > photo > grad_cam > drop|x} "
            "and {photographs > photo > elsewhere > drop|x} of its logit. Covering the middle costs an answer "
            "{photographs > photo > centre > drop|x}, which is not told apart from the region of its map.",
            HOLDS,
            check=lambda r: (
                all(
                    r(f"{system} > grad_cam > {drop}").above(r(f"{system} > {other} > {drop}"))
                    for system, drop in ((WORDS, "drop_content_words"), (ANSWERS, "drop"))
                    for other in ("elsewhere", "random")
                )
                and r(f"{ANSWERS} > grad_cam > drop").leans_above(r(f"{ANSWERS} > centre > drop"))
            ),
        ),
        Claim(
            "By that test Grad-CAM is more faithful than guided backprop.",
            "Our question, not a claim of the paper.",
            "Answers of the LSTM with a CNN: {photographs > photo > grad_cam > drop|x} against "
            "{photographs > photo > guided_backprop > drop|x}. Content words: "
            "{photographs > captions-squeezenet > grad_cam > drop_content_words|x} against "
            "{photographs > captions-squeezenet > guided_backprop > drop_content_words|x}, not told apart, "
            "and neither are the answers of co-attention.",
            FAILS,
            check=lambda r: (
                r(f"{ANSWERS} > grad_cam > drop").above(r(f"{ANSWERS} > guided_backprop > drop"))
                and not r(f"{WORDS} > grad_cam > drop_content_words").apart(
                    r(f"{WORDS} > guided_backprop > drop_content_words")
                )
                and not r("photographs > photo-coattention > grad_cam > drop").apart(
                    r("photographs > photo-coattention > guided_backprop > drop")
                )
            ),
            notebook="07_captioning",
        ),
        Claim(
            "Grad-CAM changes with what the network has learnt: with the layer of the logits drawn anew, its map is "
            "another one.",
            "Adebayo et al. (2018), whose verdict is that Grad-CAM passes.",
            "Rank correlation of the map before its ReLU with that of the trained network, when the layer of the "
            "logits is drawn anew: {evaluate_sanity_photonet > grad_cam > classifier.3 > signed|x} with PhotoNet and "
            "{evaluate_sanity_lite0 > grad_cam > classifier > signed|x} with EfficientNet-Lite0. Maps of two different "
            "pictures in the trained network correlate more: {evaluate_sanity_photonet > grad_cam > another picture > "
            "signed|x} and {evaluate_sanity_lite0 > grad_cam > another picture > signed|x}. With "
            "SqueezeNet the two are not told apart, {evaluate_sanity_squeezenet > grad_cam > classifier.1 > signed|x} "
            "and {evaluate_sanity_squeezenet > grad_cam > another picture > signed|x}.",
            HOLDS,
            check=lambda r: (
                all(
                    alike(r, network, "grad_cam", logits).below(alike(r, network, "grad_cam", "another picture"))
                    for network, logits in NETWORKS.items()
                )
                and not alike(r, "squeezenet", "grad_cam", "classifier.1").apart(
                    alike(r, "squeezenet", "grad_cam", "another picture")
                )
            ),
            notebook="11_faithfulness_and_trust",
        ),
        Claim(
            "Guided backprop and Guided Grad-CAM hardly change when the higher layers are drawn anew.",
            "Adebayo et al. (2018), whose verdict is that both fail; that guided backprop does not change at all, they "
            "withdrew.",
            "With the layer of the logits drawn anew, the picture of guided backprop correlates with that of the "
            "trained network by {evaluate_sanity_photonet > guided_backprop > classifier.3 > signed|x} (PhotoNet) and "
            "{evaluate_sanity_lite0 > guided_backprop > classifier > signed|x} (EfficientNet-Lite0), Guided Grad-CAM's "
            "by {evaluate_sanity_photonet > guided_grad_cam > classifier.3 > signed|x} and "
            "{evaluate_sanity_lite0 > guided_grad_cam > classifier > signed|x}. They do change: with every layer drawn "
            "anew guided backprop has {evaluate_sanity_photonet > guided_backprop > features.0 > signed|x} and "
            "{evaluate_sanity_lite0 > guided_backprop > features.0.0 > signed|x} left, and PhotoNet's first layer "
            "alone leaves {evaluate_sanity_independent_photonet > guided_backprop > features.0 > signed|x}.",
            HOLDS,
            check=lambda r: (
                all(
                    alike(r, network, method, logits).above(alike(r, network, "grad_cam", logits))
                    and alike(r, network, method, logits).above(0.5)
                    and alike(r, network, method, first).below(alike(r, network, method, logits))
                    for (network, logits), first in zip(NETWORKS.items(), ("features.0", "features.0.0"), strict=True)
                    for method in ("guided_backprop", "guided_grad_cam")
                )
                and alike(r, "independent_photonet", "guided_backprop", "features.0").below(
                    alike(r, "photonet", "guided_backprop", "classifier.3")
                )
            ),
            notebook="11_faithfulness_and_trust",
        ),
    ),
    (
        "*How occlusion was done.* The photographs were covered in bfloat16, a short number format "
        "that is right to two or three digits. Patches are grey and do not overlap. A grey patch is itself an unusual "
        "object, so occlusion is a second opinion and not the truth. The correlations of the paper were computed for "
        "other networks, pictures and patches, and their sizes cannot be compared with ours.",
    ),
)
