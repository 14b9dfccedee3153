"""Tables about captions and answers on photographs, and the study that covers parts of them."""

from __future__ import annotations

from gradcam_lib.studies.ledger.entries import Table
from gradcam_lib.studies.ledger.evidence import Results

TYPES = ("existence", "object", "action", "count", "colour")
METHODS = {
    "**Grad-CAM**": "grad_cam",
    "guided backprop": "guided_backprop",
    "Guided Grad-CAM": "guided_grad_cam",
    "attention of the network": "attention",
    "middle of the picture": "centre",
    "random map": "random",
    "Grad-CAM's region, moved elsewhere": "elsewhere",
}
MUTED = (  # what was explained, and what its two measures are called
    ("captions", "drop_content_words", "correlation_with_occlusion_content_words"),
    ("captions-squeezenet", "drop_content_words", "correlation_with_occlusion_content_words"),
    ("photo", "drop", "correlation_with_occlusion"),
    ("photo-coattention", "drop", "correlation_with_occlusion"),
)


def muted(method: str) -> list[str]:
    """Score lost and correlation, three times; a region that was moved is no map to correlate."""
    cells = []
    for system, drop, correlation in MUTED:
        there = method != "attention" or system == "photo-coattention"
        cells.append(f"{{photographs > {system} > {method} > {drop}|x}}" if there else "–")
        there = there and method != "elsewhere"
        cells.append(f"{{photographs > {system} > {method} > {correlation}|x}}" if there else "–")
    return cells


def spoken(name: str) -> str:
    """What a captioner's sentences score, for a cell."""
    bleu = ", ".join(f"{{{name} > bleu_{n}|x3}}" for n in (1, 2, 3, 4))
    return f"BLEU-1 to BLEU-4 {bleu}; ROUGE-L {{{name} > rouge_l|x3}}; CIDEr-D {{{name} > cider_d|x3}}"


def gaining(r: Results, network: str) -> list[str]:
    """The types of question in which a network is told apart from one that sees nothing."""
    blind = {kind: r(f"vqa_photo > question_only_lstm_balanced_{kind}") for kind in TYPES}
    return [kind for kind in TYPES if r(f"{network} > accuracy_balanced_{kind}").above(blind[kind])]


SYSTEMS = Table(
    "Captions and questions on photographs",
    "The same kinds of system look at photographs through a published network, which stays as it was trained. They "
    "learnt from the 6,000 training photographs of Flickr8k and their captions. A code is the vector that stands for a "
    "picture. Captions: {captioner_photo > n} test photographs with five reference captions each, "
    "scored by `gradcam_lib.measures.caption_scores` ([captioner_photo.json](captioner_photo.json), "
    "[captioner_photo_squeezenet.json](captioner_photo_squeezenet.json)). "
    "Questions: made from the captions by rules, with {flickr8k_questions > answers} answers "
    "([flickr8k_questions.json](flickr8k_questions.json)); accuracy on the {vqa_photo > balanced_questions} test "
    "questions of the balanced selection ([vqa_photo.json](vqa_photo.json), "
    "[vqa_photo_squeezenet.json](vqa_photo_squeezenet.json), [vqa_photo_photonet.json](vqa_photo_photonet.json), "
    "[vqa_photo_coattention.json](vqa_photo_coattention.json)).",
    ("system of the paper", "here", "trained parameters", "measured"),
    (
        (
            "captions: neuraltalk2 on COCO",
            "LSTM on EfficientNet-Lite0's code",
            "{captioner_photo > parameters|millions}",
            spoken("captioner_photo"),
        ),
        (
            "the same with a weaker CNN",
            "LSTM on SqueezeNet's code",
            "{captioner_photo_squeezenet > parameters|millions}",
            spoken("captioner_photo_squeezenet"),
        ),
        (
            "questions: LSTM and CNN",
            "LSTM and EfficientNet-Lite0's code",
            "{vqa_photo > parameters|millions}",
            "accuracy {vqa_photo > accuracy_balanced}",
        ),
        (
            "the same with weaker CNNs, as AlexNet beside VGG-16",
            "LSTM and SqueezeNet's code",
            "{vqa_photo_squeezenet > parameters|millions}",
            "accuracy {vqa_photo_squeezenet > accuracy_balanced}",
        ),
        (
            "the same",
            "LSTM and PhotoNet's code",
            "{vqa_photo_photonet > parameters|millions}",
            "accuracy {vqa_photo_photonet > accuracy_balanced}",
        ),
        (
            "questions: hierarchical co-attention",
            "co-attention on EfficientNet-Lite0's 9×9 feature map",
            "{vqa_photo_coattention > parameters|millions}",
            "accuracy {vqa_photo_coattention > accuracy_balanced}",
        ),
        (
            "the same questions without the picture",
            "most frequent answer in training",
            "–",
            "accuracy {vqa_photo > most_frequent_answer_balanced}",
        ),
        (
            "the same",
            "an LSTM that sees nothing",
            "–",
            "accuracy {vqa_photo > question_only_lstm_balanced}",
        ),
    ),
    (
        "Of {flickr8k_questions > judged} questions, equally many of each type, one reader judged "
        "{flickr8k_questions > sound} to be sound. The types are not equally frequent among all "
        "{flickr8k_questions > n} questions, so this is not exactly the share of sound questions among all. Several "
        "questions concern the same photograph; they are counted as independent, so the intervals are somewhat too "
        "narrow. The photographs are for research only, and none is part of this repository.",
        "The stronger the CNN, the better the answers. EfficientNet-Lite0 and SqueezeNet are not told apart by their "
        "intervals; both are told apart from PhotoNet.",
    ),
    check=lambda r: (
        r("vqa_photo > accuracy_balanced").leans_above(r("vqa_photo_squeezenet > accuracy_balanced"))
        and r("vqa_photo_squeezenet > accuracy_balanced").above(r("vqa_photo_photonet > accuracy_balanced"))
    ),
)

BY_TYPE = Table(
    "Photographs: accuracy by type of question",
    "The balanced questions of the previous table. The last column is an LSTM that was trained on the questions alone.",
    ("", "LSTM and CNN", "co-attention", "an LSTM that sees nothing"),
    tuple(
        (
            kind,
            f"{{vqa_photo > accuracy_balanced_{kind}}}",
            f"{{vqa_photo_coattention > accuracy_balanced_{kind}}}",
            f"{{vqa_photo > question_only_lstm_balanced_{kind}}}",
        )
        for kind in TYPES
    ),
    (
        "The LSTM with a CNN gains from the picture in every type except counting, where it is not told apart from the "
        "network that sees nothing. Co-attention gains for existence, object and action; for count and colour it is "
        "not told apart.",
    ),
    check=lambda r: (
        gaining(r, "vqa_photo") == ["existence", "object", "action", "colour"]
        and gaining(r, "vqa_photo_coattention") == ["existence", "object", "action"]
    ),
)

MUTING = Table(
    "Photographs: covering what a map marks",
    "Nobody has drawn where the evidence lies in these photographs. So maps of test photographs, of "
    "{photographs > captions > grad_cam > drop_content_words > pictures} and "
    "{photographs > captions-squeezenet > grad_cam > drop_content_words > pictures} for the words and of "
    "{photographs > photo > grad_cam > drop > pictures} for the answers, are asked two questions that can be tested; "
    "`python -m gradcam_lib.studies.photographs`. *Score lost*: how far the score falls when "
    "the fifth of the picture where the map is highest is painted grey, as log-probability for the content words of "
    "the captioner's own caption and as logit for the predicted answer. *Correlation*: rank correlation with what "
    "each of 49 grey patches takes away.",
    (
        "",
        "content words, EfficientNet-Lite0: score lost",
        "correlation",
        "content words, SqueezeNet: score lost",
        "correlation",
        "answers, LSTM and CNN: score lost",
        "correlation",
        "answers, co-attention: score lost",
        "correlation",
    ),
    tuple((label, *muted(method)) for label, method in METHODS.items()),
    (
        "In all four systems, covering where Grad-CAM is high takes more than covering the same region elsewhere, and "
        "its maps agree with occlusion better than those of guided backprop and, in co-attention, than the attention "
        "of the network. That is the order of the paper (0.60 and 0.42 for answers), at lower values.",
        "*What does not hold.* For answers, the score lost does not tell Grad-CAM from the middle of the picture, and "
        "with co-attention not from a random region either. For words with EfficientNet-Lite0 guided backprop's "
        "region costs more, and Grad-CAM's is not told apart from the middle. For words with SqueezeNet and for "
        "co-attention it does not tell Grad-CAM "
        "from guided backprop, nor from attention. And where a content word of SqueezeNet's captions names a class of "
        "ImageNet, such as “dog” "
        "or “ball” ({photographs > captions-squeezenet > the_word > correlation_with_classifier > pictures} "
        "photographs), its map "
        "should agree with the classifier's Grad-CAM. The correlation is "
        "{photographs > captions-squeezenet > the_word > correlation_with_classifier|x}. For the maps of the other "
        "words it is "
        "{photographs > captions-squeezenet > other_words > correlation_with_classifier|x}, which is not told apart, "
        "and for a "
        "blob in the middle {photographs > captions-squeezenet > centre > correlation_with_classifier|x}. This does "
        "not mean that "
        "the maps are wrong. Each agrees with its own network far better: "
        "{photographs > captions-squeezenet > grad_cam > correlation_with_occlusion_content_words|x} for words and "
        "{photographs > captions-squeezenet > classifier > correlation_with_occlusion|x} for classes. And the patches "
        "that take "
        "the word away are hardly those that take the class away: the two correlate at "
        "{photographs > captions-squeezenet > occlusion > correlation_with_classifier|x}.",
        "*Function words.* Words such as “a” and “in” depend less on the picture: the patch that costs one of them "
        "most takes {photographs > captions-squeezenet > occlusion > largest_drop_function_words|x}, against "
        "{photographs > captions-squeezenet > occlusion > largest_drop_content_words|x} for a content word.",
        "*Caveats.* The covered pictures were computed in bfloat16, right to two or three digits. The score lost "
        "should be compared between rows, not with zero: answers to questions that ask for "
        "a number lose {photographs > photo > guided_backprop > drop_count|x}, that is, they gain, where guided "
        "backprop is high, and lose {photographs > photo > grad_cam > drop_count|x} where Grad-CAM is high. A region "
        "is moved by a random shift; what leaves the picture on one side enters on the other.",
    ),
    check=lambda r: (
        all(
            r(f"photographs > {system} > grad_cam > {drop}").above(r(f"photographs > {system} > elsewhere > {drop}"))
            for system, drop, _ in MUTED
        )
        and all(
            r(f"photographs > {system} > grad_cam > {c}").above(r(f"photographs > {system} > guided_backprop > {c}"))
            for system, _, c in MUTED
        )
        and r("photographs > photo-coattention > grad_cam > correlation_with_occlusion").above(
            r("photographs > photo-coattention > attention > correlation_with_occlusion")
        )
        and not any(
            r(f"photographs > {system} > grad_cam > {drop}").apart(r(f"photographs > {system} > {other} > {drop}"))
            for system, drop, other in (
                ("captions", "drop_content_words", "centre"),
                ("photo", "drop", "centre"),
                ("photo-coattention", "drop", "centre"),
                ("photo-coattention", "drop", "random"),
                ("captions-squeezenet", "drop_content_words", "guided_backprop"),
                ("photo-coattention", "drop", "guided_backprop"),
                ("photo-coattention", "drop", "attention"),
            )
        )
        and r("photographs > captions > guided_backprop > drop_content_words").above(
            r("photographs > captions > grad_cam > drop_content_words")
        )
        and not any(
            r("photographs > captions-squeezenet > the_word > correlation_with_classifier").above(
                r(f"photographs > captions-squeezenet > {other} > correlation_with_classifier")
            )
            for other in ("other_words", "centre")
        )
        and r("photographs > captions-squeezenet > occlusion > largest_drop_function_words").below(
            r("photographs > captions-squeezenet > occlusion > largest_drop_content_words")
        )
        and r("photographs > photo > guided_backprop > drop_count").below(0)
        and r("photographs > captions-squeezenet > occlusion > correlation_with_classifier").below(
            r("photographs > captions-squeezenet > grad_cam > correlation_with_occlusion_content_words")
        )
    ),
)
