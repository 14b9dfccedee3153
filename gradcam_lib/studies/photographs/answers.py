"""Does the map of an answer point at what the question is about? Questions made from COCO's captions.

Asked is what ``caption_questions`` makes of a picture's captions, if it is about a thing with a mask and the network
knows the answer. The thing is what the answer names ("what is he riding?": horse), else what the question names.
Each question gives one row; rows of several networks are compared in ``trust``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, NamedTuple

import numpy as np
import torch

from gradcam_lib.datasets.caption_questions import questions
from gradcam_lib.datasets.coco_words import mentions
from gradcam_lib.explanation import explain
from gradcam_lib.language.question_answering import QuestionSystem
from gradcam_lib.networks.vocabulary import tokenise
from gradcam_lib.studies.photographs.records import Record, averaged, new_means
from gradcam_lib.studies.photographs.truth import PAIRED, Seen, add, add_chance, add_pair, score, stretched

Row = dict[str, Any]  # a question, what was answered, and in "scores" method → measure → value


class AboutThing(NamedTuple):
    question: str
    answer: str
    type: str
    category: str


def about_things(captions: list[str], present: Collection[str], answers: Collection[str]) -> list[AboutThing]:
    """The questions of a picture about what has a mask, and whose answers are among the network's.

    "Is there a …?" is asked where it is there. Of several things in a question the last is meant.
    """
    found = []
    for question, answer, type in questions(captions):
        named = mentions(tokenise(answer if type == "object" else question), present)
        if named and answer in answers and answer != "no":
            found.append(AboutThing(question, answer, type, named[-1].category))
    return found


def study_answers(vqa: QuestionSystem, seen: Seen, captions: list[str], size: int, *, seed: int = 0) -> list[Row]:
    """One row a question of this picture. The answer is given at the network's own size and explained at ``size``.

    grad_cam: the map of the answer given; true_answer: of the right one; two_questions: that beside the map of the
    right answer to a question of this picture about another thing; attention: co-attention's own, the mean of its
    levels.
    """
    asked = about_things(captions, seen.masks, set(vqa.answers))
    if not asked:
        return []
    network, own = vqa.asked(*(one.question for one in asked)), vqa.transform.crop
    e = explain(network, seen.input(vqa, size))
    attention = network.model.attention
    with torch.no_grad():
        logits = e.logits if size == own else network.model(seen.input(vqa, own))
    p = logits[0].float().unflatten(0, (len(asked), -1)).softmax(1)
    given, right = p.argmax(1), torch.tensor([vqa.answers.index(one.answer) for one in asked])
    first = len(vqa.answers) * torch.arange(len(asked))
    L = e.maps(torch.cat((given.cpu() + first, right + first))).cpu()
    maps = [stretched(one) for one in L]
    rng, rows = np.random.default_rng(seed), []
    for i, one in enumerate(asked):
        mask, true, means = seen.masks[one.category], maps[len(asked) :], new_means()
        of = {"grad_cam": maps[i], "true_answer": true[i]}
        if attention:
            of["attention"] = stretched(attention[0][i].mean(0))
        for method, heat in of.items():
            add(means, method, one.category, score(heat, mask))
        others = [true[j] for j, other in enumerate(asked) if other.category != one.category]
        add_pair(means, "two_questions", one.category, mask, true[i], others)
        add_chance(means, one.category, mask, L.shape[1:], rng)
        said = {"predicted": vqa.answers[given[i]], "right": bool(given[i] == right[i])}
        said |= {"probability": float(p[i].max()), "maximum": float(L[i].max())}
        rows.append(one._asdict() | said | {"scores": averaged(means)})
    return rows


def record_of(rows: Iterable[Row]) -> Record:
    """One value a picture: over its questions, and over those of a type, answered right and answered wrong.

    less_the_middle: the paired difference of Grad-CAM and the picture's middle; attention_less_the_middle likewise.
    """
    means = new_means()
    for row in rows:
        answered = "_answered_right" if row["right"] else "_answered_wrong"
        for ending in ("", f"_{row['type']}"):
            means["network"][f"accuracy{ending}"].append(float(row["right"]))
        for method, by in row["scores"].items():
            for measure, value in by.items():
                apart = () if measure.endswith(("_persons", "_things")) else (answered, f"_{row['type']}")
                for ending in ("", *apart):
                    means[method][measure + ending].append(value)
    record = averaged(means)
    for method, name in (("grad_cam", "less_the_middle"), ("attention", "attention_less_the_middle")):
        if method in record and "centre" in record:
            record[name] = {measure: record[method][measure] - record["centre"][measure] for measure in PAIRED}
    return record
