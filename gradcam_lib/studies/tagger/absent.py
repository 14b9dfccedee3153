"""Where the map of a tag goes that is not in the photograph, with and without its look-alike there.

Which tags are look-alikes is said by three rules. "weights": the other tag (both categories of COCO) whose row of
weights has the largest cosine with that of the absent one. "supercategory": all others of the same supercategory of
COCO. "person": for an absent person, animals and teddy bears, as in the survey. "supercategory" was added after a trial
on six photographs of the validation part, where the largest cosine was mostly that of a companion, such as table and
cup; everything else, with the controls, was fixed before. The controls are the maps of the other absent tags on the
same thing, which say whether it would draw any map; the picture's middle; and other things of like size, on which the
same map could lie as well.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
import torch.nn.functional as F
from torch import Tensor

from gradcam_lib.datasets.coco_words import ANIMALS, PERSON
from gradcam_lib.networks.tagger import Tagger
from gradcam_lib.results import average, average_by
from gradcam_lib.studies.photographs.truth import LARGEST_DENSITY, MIDDLE, stretched
from gradcam_lib.studies.tagger.looks import Looked, categories

LIKE_SIZE = 2.0  # things whose areas differ by no more than this factor
LEAST = 3  # photographs on either side, for the logits of a tag with and without another
PERSON_LIKE = ANIMALS | {"teddy bear"}  # the story is of a teddy bear that lights up for a person
WHOSE = ("own", "others", "centre")  # what the map of the absent tag is compared with on its look-alike

Case = dict[str, float]
Found = tuple[int, str, Case]  # photograph, absent tag, what its map does


def look_alikes(W: Tensor, tags: Sequence[str], names: Sequence[str]) -> dict[str, tuple[str, float]]:
    """Tag → its look-alike among ``tags`` and their cosine. W: (T, K), the rows of weights of all ``names``."""
    rows = F.normalize(W[[names.index(tag) for tag in tags]].detach().float(), dim=1)
    cosine = (rows @ rows.T).fill_diagonal_(-1)
    best = cosine.max(1)
    return {
        t: (tags[i], round(v, 4)) for t, i, v in zip(tags, best.indices.tolist(), best.values.tolist(), strict=True)
    }


def on(heats: np.ndarray, mask: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Of maps (C, H, W): whether each has its maximum in the mask, and its density there, (C,) each, as ``score``."""
    highest = heats.reshape(len(heats), -1).argmax(1)
    top = heats.max((1, 2))
    inside, outside = heats[:, mask].mean(1), heats[:, ~mask].mean(1) if not mask.all() else np.zeros(len(heats))
    density = np.divide(inside, outside, out=np.full(len(heats), LARGEST_DENSITY), where=outside > 0)
    return mask.flat[highest] & (top > 0), np.where(top > 0, density.clip(max=LARGEST_DENSITY), 1.0)


def cases(looks: Sequence[Looked], tags: list[str], like: dict[str, Collection[str]]) -> list[Found]:
    """What was found wherever a tag is absent and something of ``like[tag]`` is there, as are absent tags of others.

    inside, density: of the absent tag's map on the look-alike, and of the other maps that it is compared with: the
    look-alike's own, the mean of the other absent tags', the middle. like_size_…: the same map on other things there
    of like size, beside ``alike_…``, which is ``inside`` or ``density`` where there are any. empty: it has no evidence.
    """
    found = []
    for i, one in enumerate(looks):
        heats = np.stack([stretched(L) for L in one.maps] + [MIDDLE])
        absent = [tag for tag in tags if tag not in one.there]
        table = {tag: on(heats, mask) for tag, mask in one.masks.items()}
        for tag in absent:
            alike = [name for name in like.get(tag, ()) if name in one.masks]
            rest = [tags.index(t) for t in absent if t != tag and not set(like.get(t, ())) & set(alike)]
            if alike and rest:
                mask = np.logical_or.reduce([one.masks[name] for name in alike])
                values = table[alike[0]] if len(alike) == 1 else on(heats, mask)
                found.append((i, tag, _case(one, tags, tag, alike, mask, values, rest, table)))
    return found


def _case(
    one: Looked, tags: list[str], tag: str, alike: list[str], mask: np.ndarray, values: Sequence[np.ndarray],
    rest: list[int], table: dict[str, Sequence[np.ndarray]],
) -> Case:  # fmt: skip
    c, size = tags.index(tag), mask.sum()
    near = [
        name
        for name, other in one.masks.items()
        if name not in alike and max(size, other.sum()) <= LIKE_SIZE * min(size, other.sum())
    ]
    case: Case = {"empty": float(one.maps[c].max() <= 0)}
    for k, measure in enumerate(("inside", "density")):
        case[measure] = float(values[k][c])
        case[f"{measure}_own"] = float(np.mean([values[k][tags.index(name)] for name in alike]))
        case[f"{measure}_others"] = float(values[k][rest].mean())
        case[f"{measure}_centre"] = float(values[k][-1])
        if near:
            case[f"alike_{measure}"] = case[measure]
            case[f"like_size_{measure}"] = float(np.mean([table[name][k][c] for name in near]))
    return case


def summary(found: Sequence[Found]) -> dict[str, Any]:
    """Counts over the cases; means and differences whose intervals are over the photographs."""
    groups, told = [i for i, *_ in found], [case for *_, case in found]
    numbers: dict[str, Any] = {
        "cases": len(told),
        "photographs": len(set(groups)),
        "on the look-alike": int(sum(case["inside"] for case in told)),
        "expected of other absent tags": round(sum(case["inside_others"] for case in told), 1),
        "expected of the middle": int(sum(case["inside_centre"] for case in told)),
        "empty": int(sum(case["empty"] for case in told)),
        "by tag": {
            tag: [
                int(sum(case["inside"] for _, name, case in found if name == tag)),
                sum(t == tag for _, t, _ in found),
            ]
            for tag in dict.fromkeys(tag for _, tag, _ in found)
        },
    }
    for measure in ("inside", "density"):
        numbers[measure] = average_by([case[measure] for case in told], groups)
        for whose in WHOSE:
            numbers[f"{measure}_{whose}"] = average_by([case[f"{measure}_{whose}"] for case in told], groups)
            apart = [case[measure] - case[f"{measure}_{whose}"] for case in told]
            numbers[f"{measure} minus {whose}"] = average_by(apart, groups)
        pairs = [
            (i, case[f"alike_{measure}"], case[f"like_size_{measure}"])
            for i, _, case in found
            if f"alike_{measure}" in case
        ]
        if pairs:
            where, alike, other = zip(*pairs, strict=True)
            numbers[f"{measure} on things of like size"] = {
                "cases": len(pairs), "look_alike": average_by(alike, where), "other": average_by(other, where),
                "difference": average_by(np.subtract(alike, other), where),
            }  # fmt: skip
    return numbers


def strengths(
    looks: Sequence[Looked], asked: list[str], tags: list[str], like: dict[str, Collection[str]]
) -> dict[str, Any]:
    """How strong a tag's map is where the tag is there, where its look-alike is, and where neither is.

    shown: share of maps with any evidence; maximum: median of the map's maximum over the median of that tag's maxima
    where it is there, for those tags of ``asked`` that are there at least three times. "look_alike minus neither": of
    each tag its mean of that with the look-alike less without, averaged over the tags.
    """
    usual = {}
    for tag in asked:
        tops = [float(one.maps[tags.index(tag)].max()) for one in looks if tag in one.there]
        if len(tops) >= LEAST and np.median(tops) > 0:
            usual[tag] = float(np.median(tops))
    found: dict[str, list[tuple[int, str, float]]] = {"there": [], "look_alike": [], "neither": []}
    for i, one in enumerate(looks):
        for tag, top in usual.items():
            alike = set(like.get(tag, ())) & one.there
            where = "there" if tag in one.there else "look_alike" if alike else "neither"
            found[where].append((i, tag, float(one.maps[tags.index(tag)].max()) / top))
    numbers: dict[str, Any] = {
        where: {
            "cases": len(rows),
            "shown": average_by([ratio > 0 for *_, ratio in rows], [i for i, *_ in rows]),
            "maximum": round(float(np.median([ratio for *_, ratio in rows])), 4),
        }
        for where, rows in found.items()
        if rows
    }
    sides = ([[r for _, t, r in found[where] if t == tag] for tag in usual] for where in ("look_alike", "neither"))
    apart = [np.mean(a) - np.mean(b) for a, b in zip(*sides, strict=True) if min(len(a), len(b)) >= LEAST]
    return numbers | ({"look_alike minus neither": average(apart), "tags": len(apart)} if apart else {})


def logits(looks: Sequence[Looked], clf: Tagger, like: dict[str, Collection[str]]) -> dict[str, Any]:
    """Chance that an absent tag has the higher logit where its look-alike is there than where it is not (AUC).

    others: the mean of the same with each other tag in the look-alike's place. One value a tag; the interval is over
    the tags.
    """
    tags = categories(clf)
    there = np.array([[tag in one.there for tag in tags] for one in looks])
    z = np.stack([one.z[[clf.index(tag) for tag in tags]] for one in looks])
    told, others = [], []
    for c, tag in enumerate(tags):
        absent = ~there[:, c]
        values = {d: _auc(z[absent, c], there[absent, d]) for d in range(len(tags)) if d != c}
        own = [values[d] for name in like.get(tag, ()) if (d := tags.index(name)) in values and values[d] is not None]
        rest = [v for d, v in values.items() if v is not None and tags[d] not in like.get(tag, ())]
        if own and rest:
            told.append(float(np.mean(own)))
            others.append(float(np.mean(rest)))
    if not told:
        return {"tags": 0}
    return {
        "tags": len(told), "auc": average(told), "others": average(others),
        "auc minus others": average(np.subtract(told, others)), "higher": int(np.greater(told, others).sum()),
    }  # fmt: skip


def _auc(values: np.ndarray, true: np.ndarray) -> float | None:
    """None where one side has too few."""
    if min(true.sum(), (~true).sum()) < LEAST:
        return None
    apart = values[true][:, None] - values[~true][None]
    return float(((apart > 0) + 0.5 * (apart == 0)).mean())


def kin(looks: Sequence[Looked], tags: Sequence[str]) -> dict[str, Collection[str]]:
    """Tag → the other tags of its supercategory, which COCO names, whatever a network makes of them."""
    family = {name: group for one in looks for name, group in one.families.items()}
    return {tag: [t for t in tags if t != tag and family.get(t) == family.get(tag, "")] for tag in tags}


def measured(looks: Sequence[Looked], clf: Tagger) -> dict[str, Any]:
    tags = categories(clf)
    pairs = look_alikes(clf.model.classifier.weight, tags, clf.names)
    rules: dict[str, dict[str, Collection[str]]] = {
        "weights": {tag: (name,) for tag, (name, _) in pairs.items()},
        "supercategory": kin(looks, tags),
        "person": {PERSON: [tag for tag in tags if tag in PERSON_LIKE]},
    }
    numbers: dict[str, Any] = {"look_alikes": {tag: list(pair) for tag, pair in pairs.items()}}
    for name, like in rules.items():
        if found := cases(looks, tags, like):
            numbers[name] = summary(found) | {"logits": logits(looks, clf, like)}
            numbers[name]["strength"] = strengths(looks, [tag for tag in tags if like.get(tag)], tags, like)
    return numbers
