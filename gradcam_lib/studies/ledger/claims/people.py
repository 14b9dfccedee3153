"""Claims about biased networks, about failures, and about what people see in an explanation."""

from __future__ import annotations

from gradcam_lib.studies.ledger.entries import FAILS, HOLDS, IN_DIRECTION, NOT_TRIED, Claim, Group

REGIONS = ("face", "hair", "coat or scrubs", "stethoscope", "clipboard", "rest")
GAP = "bias > clinic > 78/93 minus 50/50"

BIAS = Group(
    "Bias and failures",
    (
        Claim(
            "A network trained on a biased collection (78 % of the doctors men, 93 % of the nurses women) is less "
            "accurate on a balanced test than one trained on as many balanced pictures.",
            "Paper, bias in data sets.",
            "{bias > clinic > 78/93 > accuracy} against {bias > clinic > 50/50 > accuracy}: a difference of "
            "{bias > clinic > 78/93 minus 50/50 > accuracy|points}. Same direction, smaller size.",
            IN_DIRECTION,
            reported="82 % against 90 %, with 250 pictures a class.",
            check=lambda r: r(f"{GAP} > accuracy").below(0) and r(f"{GAP} > accuracy").above(-0.08),
            notebook="09_bias_case_study",
        ),
        Claim(
            "The biased network looks at face and hair.",
            "Paper, bias in data sets.",
            "Share of its map on hair and face: {bias > clinic > 78/93 > share on hair and face}, of the balanced "
            "network's {bias > clinic > 50/50 > share on hair and face}. The share rises, but "
            "{bias > clinic > 78/93 > share on clothes} of the biased network's map still lies on the clothes.",
            IN_DIRECTION,
            check=lambda r: (
                r(f"{GAP} > share on hair and face").above(0)
                and r("bias > clinic > 78/93 > share on clothes").above(
                    r("bias > clinic > 78/93 > share on hair and face")
                )
            ),
            notebook="09_bias_case_study",
        ),
        Claim(
            "The balanced network looks more at the clothes and the stethoscope.",
            "Paper, bias in data sets.",
            "Share on coat or scrubs {bias > clinic > 50/50 > share on coat or scrubs} against "
            "{bias > clinic > 78/93 > share on coat or scrubs}; on the stethoscope "
            "{bias > clinic > 50/50 > share on stethoscope} against {bias > clinic > 78/93 > share on stethoscope}, "
            "a difference of {bias > clinic > 78/93 minus 50/50 > share on stethoscope|points} taken run by run.",
            HOLDS,
            check=lambda r: (
                r(f"{GAP} > share on coat or scrubs").below(0) and r(f"{GAP} > share on stethoscope").below(0)
            ),
            notebook="09_bias_case_study",
        ),
        Claim(
            "An army's network for tanks had learnt the weather: perfect in the laboratory, useless in the field.",
            "Folklore, retold in related material. The story has no known source.",
            "Reproduced with drawn woods. Trained where every tank stands under clouds, networks are right in "
            "{bias > tanks > 100/100 > accuracy|short} of a test with every tank under every sky, and "
            "{bias > tanks > 100/100 > share on sky} of their map lies on the sky; trained on balanced pictures they "
            "are right in {bias > tanks > 50/50 > accuracy}.",
            HOLDS,
            check=lambda r: (
                r("bias > tanks > 100/100 > accuracy").below(r("bias > tanks > 50/50 > accuracy"))
                and r("bias > tanks > 100/100 > share on sky").above(0.5)
                and r("bias > tanks > 100/100 > accuracy of tank, cloudy").above(0.95)
                and r("bias > tanks > 100/100 > accuracy of tank, clear").below(0.05)
            ),
            notebook="09_bias_case_study",
        ),
        Claim(
            "Maps alone tell whom to trust: of two networks, the one without a shortcut is the one whose map lies more "
            "on the thing.",
            "Paper, introduction and bias in data sets, read as a rule.",
            "Four pictures a round, right answers of both networks only. For tanks the rule is right in "
            "{blind_game > tanks > map on the thing} of the rounds. For doctors and nurses it is no better than a "
            "coin, {blind_game > clinic > map on the thing}; the rule that already knows the shortcut, less of the map "
            "on hair and face, is right in {blind_game > clinic > map off the shortcut}. One network with a shortcut "
            "and two without for each case.",
            IN_DIRECTION,
            check=lambda r: (
                r("blind_game > tanks > map on the thing").above(0.5)
                and not r("blind_game > clinic > map on the thing").apart(0.5)
                and r("blind_game > clinic > map off the shortcut").above(0.5)
            ),
            notebook="11_faithfulness_and_trust",
        ),
        Claim(
            "Looking at the maps reveals a bias of the data.",
            "Paper, bias in data sets, read as a general claim.",
            "Not always. A slight tint that goes along with one class changes "
            "{bias > shortcuts > strong tint > flips by the mark} of the answers, and the share of the map on every "
            "region of the picture stays within 3 points of that of a network without the shortcut.",
            FAILS,
            check=lambda r: (
                r("bias > shortcuts > strong tint > flips by the mark").above(0.15)
                and all(
                    abs(r(f"bias > shortcuts > strong tint minus none > share on {region}").value) < 0.03
                    for region in REGIONS
                )
            ),
            notebook="09_bias_case_study",
        ),
        Claim(
            "Under adversarial noise that makes a network certain of an absent class, Grad-CAM still localises the "
            "classes that are present.",
            "Paper, adversarial noise.",
            "EfficientNet-Lite0 on {evaluate_robustness_lite0 > n} pictures of ILSVRC, changes of at most 8 of 255 "
            "levels a pixel; the attack succeeds on {evaluate_robustness_lite0 > sure}. Of the class that is there, "
            "Grad-CAM's maximum lies on the thing in {evaluate_robustness_lite0 > grad_cam > hit_before} before and in "
            "{evaluate_robustness_lite0 > grad_cam > hit_attack} after, "
            "{evaluate_robustness_lite0 > grad_cam > hit_attack_minus_before|points}; with as much noise by chance it "
            "is {evaluate_robustness_lite0 > grad_cam > hit_noise}. The rank correlation with the map before is "
            "{evaluate_robustness_lite0 > grad_cam > rho_attack|x} after the attack and "
            "{evaluate_robustness_lite0 > grad_cam > rho_noise|x} after noise. So most maxima stay on the thing, and "
            "the maps do change. After the attack the middle of the picture, "
            "{evaluate_robustness_lite0 > centre > hit_attack}, is right no less often.",
            IN_DIRECTION,
            reported="a probability above 0.9999 for the absent class.",
            check=lambda r: (
                r("evaluate_robustness_lite0 > sure").above(0.9)
                and r("evaluate_robustness_lite0 > grad_cam > hit_attack").above(0.5)
                and r("evaluate_robustness_lite0 > grad_cam > hit_attack_minus_before").below(0)
                and r("evaluate_robustness_lite0 > grad_cam > rho_attack").below(
                    r("evaluate_robustness_lite0 > grad_cam > rho_noise")
                )
                and r("evaluate_robustness_lite0 > grad_cam > hit_attack").value
                <= r("evaluate_robustness_lite0 > centre > hit_attack").value
            ),
            notebook="11_faithfulness_and_trust",
        ),
        Claim(
            "Predictions that seem unreasonable have reasonable explanations: the map of a wrong answer shows what "
            "misled the network.",
            "Paper, failure modes.",
            "Not measured here: needs people to judge whether an explanation is reasonable. Notebook 08 shows single "
            "examples, and `python3 start.py report FOLDER` makes a page of a network's surest mistakes for those who "
            "want to judge.",
            NOT_TRIED,
            notebook="08_visual_question_answering",
        ),
    ),
    (
        "*Setting.* Doctors, nurses and tanks are drawn. Role and presentation are independent in the drawings, and "
        "the skew is made by choosing which of them to collect. For each kind of collection {bias > n} networks were "
        "trained, each on pictures of its own, and all were tested on the same {bias > test_pictures} people. The "
        "bootstrap intervals over networks are a little too narrow for so few, and they do not cover the choice of "
        "test pictures.",
        "*The tint.* It moves red and blue by 10 of 255 levels (the strong tint of the table below). A first one of 5 "
        "levels had little effect on the answers; the stronger one was added after that had been seen.",
    ),
)

HUMANS = Group(
    "Human studies",
    (
        Claim(
            "People recognise the depicted class better from Guided Grad-CAM than from guided backprop, and better "
            "from deconvnet with Grad-CAM than from deconvnet.",
            "Paper, class discrimination.",
            "Not measured here: no people were asked. `widgets.Study` asks a class of students the paper's question, "
            "stores the answers and analyses them beside the paper's figures.",
            NOT_TRIED,
            reported="61.23 % against 44.44 %, and 60.37 % against 53.33 %; 90 pairs of picture and category, 43 "
            "people, nine answers each.",
            notebook="11_faithfulness_and_trust",
        ),
        Claim(
            "Shown explanations of two networks that predict the same, people recognise the more accurate one, and "
            "better with Guided Grad-CAM.",
            "Paper, trust.",
            "Not measured here: no people were asked. `widgets.Study` asks this question, too.",
            NOT_TRIED,
            reported="a preference for VGG-16 over AlexNet of 1.27 with Guided Grad-CAM and 1.00 with guided "
            "backprop, on a scale from −2 to +2; 54 people. The mean average precision of the two networks is 79.09 "
            "and 69.20.",
            notebook="11_faithfulness_and_trust",
        ),
        Claim(
            "Explanations help at three stages of a network: weaker than people they reveal its failures, on a par "
            "they justify trust, stronger they teach people.",
            "Paper, introduction.",
            "Not measured here: it is an argument about people and networks, and no people were asked. What bears on "
            "the first stage stands under “Bias and failures”.",
            NOT_TRIED,
        ),
    ),
)
