"""Where captions and answers about photographs without masks come from: Flickr8k.

Nobody has drawn in them where the truth is. So a map is asked what can be tested: does covering its bright places take
the score away, and more than covering others does? Does a word lie where the classifier sees the class of that name?
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from gradcam_lib.datasets.flickr8k import Photographs, flickr8k
from gradcam_lib.datasets.photo_questions import Asked, asked, part
from gradcam_lib.equations import upsample
from gradcam_lib.explanation import explain
from gradcam_lib.language.captioning import CaptionExplanation, CaptionSystem, load_captioner
from gradcam_lib.language.question_answering import QuestionSystem, load_vqa
from gradcam_lib.language.systems import System
from gradcam_lib.measures.faithfulness import rank_correlation
from gradcam_lib.measures.localize import centre_gaussian
from gradcam_lib.measures.muting import drops, muted_regions, on_patches, patches
from gradcam_lib.networks.weights import checksum_of
from gradcam_lib.networks.zoo import Classifier, load_classifier
from gradcam_lib.studies.photographs.records import Means, Record, averaged, new_means, resumable, summary

FUNCTION = frozenset(
    "a an the is are and with on in at of to his her its their from by for up it while as near through next into over "
    "that there this be being has off out down behind around".split()
)
COUNTS = frozenset("one two three four five six several many some group couple".split())
DOGS = range(151, 269)  # ImageNet's 118 breeds and their wild likes come in one row


def kind_of(word: str) -> str:
    return "function_words" if word in FUNCTION else "count_words" if word in COUNTS else "content_words"


def maps_of(L: Tensor, guided: Tensor, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Method → map (H, W) ≥ 0. L: Grad-CAM (h, w); guided: guided backprop (3, H, W)."""
    side = guided.shape[-1]
    stretched = upsample(L[None], side)[0].numpy()
    fine = guided.abs().amax(0).numpy()
    random = upsample(torch.from_numpy(rng.random((1, *L.shape), np.float32)), side)[0].numpy()
    return {
        "grad_cam": stretched,
        "guided_backprop": fine,
        "guided_grad_cam": stretched * fine,
        "centre": centre_gaussian(side),
        "random": random,
    }


def study_caption(
    captioner: CaptionSystem, classifier: Classifier, picture: np.ndarray, seed: int, *, precision: str = "float32"
) -> Record:
    """All numbers of one photograph and the captioner's own caption of it."""
    rng = np.random.default_rng(seed)
    e = captioner.explain(picture)
    x, network = captioner.to_input(picture), captioner.spoken(" ".join(e.words))
    D = drops(network.model, x, patches(x.shape[-1]), precision=precision)  # (49, T), one round for all words
    means = new_means()
    for t, word in enumerate(e.words):
        kind = kind_of(word)
        means["grad_cam"][f"maximum_{kind}"].append(float(e.word(t).max()))
        means["occlusion"][f"largest_drop_{kind}"].append(float(D[:, t].max()))
        maps = maps_of(e.word(t), e.guided(t), rng)
        for method, heat in maps.items():
            correlation = rank_correlation(on_patches(heat), D[:, t])
            means[method][f"correlation_with_occlusion_{kind}"].append(correlation)
        if kind != "function_words":
            regions = muted_regions(maps, rng)
            lost = drops(network.model, x, regions.values(), precision=precision)
            for method, drop in zip(regions, lost, strict=True):
                means[method][f"drop_{kind}"].append(float(drop[t]))
    _agreement(e, D, classifier, x, means, precision)
    raw = torch.stack([e.word(t, raw=True) for t in range(len(e.words))])
    error = (raw.sum(0) - e.sentence(raw=True)).abs().max() / raw.abs().sum(0).max()
    means["grad_cam"]["error_of_the_words_sum"].append(float(error))
    return averaged(means)


def classes_called(word: str, names: list[str]) -> list[int]:
    """The classes that a word is the last word of, and for a dog all breeds: "ball" → soccer ball, tennis ball …"""
    single = word[:-1] if word.endswith("s") and not word.endswith("ss") else word
    called = [i for i, name in enumerate(names) if name.lower().split()[-1] in (word, single)]
    return called + list(DOGS) if single in ("dog", "puppy") else called


def _agreement(
    e: CaptionExplanation, D: np.ndarray, classifier: Classifier, x: Tensor, means: Means, precision: str
) -> None:
    """The classifier's map of a class against the map of the word of that name, and against the other words' maps.

    D: (patches, words), what covering does to each word. Beside what covering does to the class it tells whether maps
    differ because they are maps, or because word and class do rest on different places.
    """
    content = [t for t, word in enumerate(e.words) if kind_of(word) == "content_words"]
    named = {t: called for t in content if (called := classes_called(e.words[t], classifier.names))}
    if not named:
        return
    seen = explain(classifier, x)
    E = drops(classifier.model, x, patches(x.shape[-1]), precision=precision)
    for t, called in named.items():
        best = max(called, key=lambda c: float(seen.logits[0, c]))
        L = seen.map(best)[0]
        if L.max() <= 0 or e.word(t).max() <= 0:
            continue
        others = [e.word(i) for i in content if i != t]
        compared = {"the_word": [e.word(t)], "other_words": others, "centre": [torch.tensor(centre_gaussian(len(L)))]}
        for name, maps in compared.items():
            for other in maps:
                means[name]["correlation_with_classifier"].append(rank_correlation(other, L))
        means["occlusion"]["correlation_with_classifier"].append(rank_correlation(D[:, t], E[:, best]))
        stretched = upsample(L[None], x.shape[-1])[0].numpy()
        means["classifier"]["correlation_with_occlusion"].append(rank_correlation(on_patches(stretched), E[:, best]))


def study_answer(
    vqa: QuestionSystem, picture: np.ndarray, one: Asked, seed: int, *, precision: str = "float32"
) -> Record:
    """All numbers of one photograph and one question about it: of the predicted answer, right or wrong."""
    rng = np.random.default_rng(seed)
    e = vqa.explanation(picture, one.question)
    maps = maps_of(e.map(), e.guided(), rng)
    if e.attention is not None:
        maps["attention"] = upsample(e.attention.mean(0, keepdim=True), vqa.to_input(picture).shape[-1])[0].numpy()
    x, network, predicted = vqa.to_input(picture), vqa.asked(one.question), e.answers.index(e.predicted)
    regions = muted_regions(maps, rng)
    D = drops(network.model, x, [*regions.values(), *patches(x.shape[-1])], precision=precision)[:, predicted]
    fallen, D = np.split(D, [len(regions)])
    means = new_means()
    for method, drop in zip(regions, fallen, strict=True):
        for group in ("", f"_{one.type}", "_answered_right" if e.predicted == one.answer else "_answered_wrong"):
            means[method][f"drop{group}"].append(float(drop))
            if method in maps:
                correlation = rank_correlation(on_patches(maps[method]), D)
                means[method][f"correlation_with_occlusion{group}"].append(correlation)
    return averaged(means)


def one_question_a_picture(photographs: Photographs, n: int) -> list[Asked]:
    """A question about each of the first n test pictures that have any; the types in turn where possible."""
    by_picture: dict[int, list[Asked]] = defaultdict(list)
    for one in part(asked(photographs), photographs.splits["test"]):
        by_picture[one.picture].append(one)
    chosen = []
    for i, about in enumerate(list(by_picture.values())[:n]):
        kinds = sorted({one.type for one in about})
        chosen.append(next(one for one in about if one.type == kinds[i % len(kinds)]))
    return chosen


def eye_of(system: System) -> Classifier:
    """The published classifier through which a system for photographs looks."""
    return load_classifier(system.model.cnn.name.rpartition("_")[0])


def covered_captions(args: argparse.Namespace, name: str) -> dict[str, dict]:
    """Method → measure → mean over the first test photographs of Flickr8k, of a captioner's own captions."""
    photographs, captioner = flickr8k(args.data), load_captioner(name)
    test, classifier = photographs.splits["test"][: args.pictures], eye_of(captioner)

    def study(i: int) -> Record:
        return study_caption(captioner, classifier, photographs.picture(test[i]), i, precision=args.precision)

    return summary(resumable(_file(args, "captions", captioner), len(test), study))


def covered_answers(args: argparse.Namespace, name: str) -> dict[str, dict]:
    """The same of one network and a question about each photograph."""
    photographs, vqa = flickr8k(args.data), load_vqa(name)
    about = one_question_a_picture(photographs, args.pictures)

    def study(i: int) -> Record:
        return study_answer(vqa, photographs.picture(about[i].picture), about[i], i, precision=args.precision)

    return summary(resumable(_file(args, name, vqa), len(about), study))


def _file(args: argparse.Namespace, name: str, system: CaptionSystem | QuestionSystem) -> Path:
    return args.runs / f"photo_study_{name}_{args.precision}_{checksum_of(system.model)}.jsonl"
