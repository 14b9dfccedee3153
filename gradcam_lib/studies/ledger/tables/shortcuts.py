"""Tables about networks that were trained on skewed or marked collections."""

from __future__ import annotations

from gradcam_lib.studies.ledger.entries import Table

SKEWS = {
    "50 / 50, balanced": "50/50",
    "60 / 60": "60/60",
    "70 / 70": "70/70",
    "80 / 80": "80/80",
    "**78 / 93, as in the paper**": "78/93",
    "90 / 90": "90/90",
    "100 / 100": "100/100",
}
COLUMNS = {
    "accuracy": "accuracy",
    "of women as doctors": "accuracy of doctor, woman",
    "of men as nurses": "accuracy of nurse, man",
    "map on hair and face": "share on hair and face",
    "map on clothes": "share on clothes",
    "answers changed by other hair and face": "flips by hair and face",
}
MARKS = ("tint", "strong tint", "grain", "blur")
REGIONS = ("face", "hair", "coat or scrubs", "stethoscope", "clipboard", "rest")
GAP = "bias > clinic > {} minus 50/50 > accuracy"

SEEN = "skews_seen > skews > {} > networks > {} > changed > other hair and face"  # skew, seed


def _changes(skew: str) -> str:
    """The numbers of three networks, as placeholders in a sentence."""
    one, two, three = (f"{{{SEEN.format(skew, seed)}}}" for seed in range(3))
    return f"{one}, {two} and {three}"


SKEWED = Table(
    "A planted shortcut: doctors and nurses",
    "Doctors and nurses are drawn so that role and presentation are independent, and then collected with a skew: the "
    "first column gives the share of men among the doctors and of women among the nurses. For each skew {bias > n} "
    "networks were trained, on 250 pictures a class, and tested on the same {bias > test_pictures} people, half of "
    "each role and half of each presentation, of whom {bias > edited_pictures} were also drawn with other hair and "
    "another face; `{bias > command}`. Intervals are over the networks.",
    ("doctors who are men / nurses who are women, %", *COLUMNS),
    tuple(
        (label, *(f"{{bias > clinic > {skew} > {key}}}" for key in COLUMNS.values())) for label, skew in SKEWS.items()
    ),
    (
        "The groups that are rare in the collection bear the errors. As the skew grows, the share of the map moves "
        "from clothes to hair and face, and so does what the answers depend on. Taken run by run, the skew of the "
        "paper changes the accuracy by {bias > clinic > 78/93 minus 50/50 > accuracy|points}, a skew of 90 % {bias > "
        "clinic > 90/90 minus 50/50 > accuracy|points}, and 100 % {bias > clinic > 100/100 minus 50/50 > "
        "accuracy|points}; in the paper the difference is 8 points. In every row the map lies mostly elsewhere than "
        "on hair and face.",
        "*Single networks.* The slider of the site shows {skews_seen > n} of the people with the maps of one network "
        "for each skew. In three networks with a skew of 100 %, other hair and face changes "
        + _changes("100/100")
        + " of their eight answers, in three balanced ones "
        + _changes("50/50")
        + "; `{skews_seen > command}`.",
        "*The legend of the tanks.* Networks that saw tanks only under clouds and woods only under a clear sky are "
        "right in {bias > tanks > 100/100 > accuracy|short} of a test in which the weather is independent, which is "
        "chance, and {bias > tanks > 100/100 > share on sky} of their map lies on the sky. Trained on balanced "
        "pictures they are right in {bias > tanks > 50/50 > accuracy}, with {bias > tanks > 50/50 > share on sky} of "
        "the map on the sky.",
    ),
    check=lambda r: (
        all(
            r(f"bias > clinic > {skew} minus 50/50 > {key}").below(0)
            for skew in ("60/60", "70/70", "80/80", "78/93", "90/90", "100/100")
            for key in ("accuracy of doctor, woman", "accuracy of nurse, man", "share on clothes")
        )
        and all(
            r(f"bias > clinic > {skew} minus 50/50 > {key}").above(0)
            for skew in ("60/60", "70/70", "80/80", "78/93", "90/90", "100/100")
            for key in ("share on hair and face", "flips by hair and face")
        )
        and all(r(f"bias > clinic > {skew} > share on hair and face").below(0.5) for skew in SKEWS.values())
        and r("skews_seen > n").value == 8
        and sum(r(SEEN.format("100/100", seed)).value for seed in range(3))
        > sum(r(SEEN.format("50/50", seed)).value for seed in range(3))
    ),
)

PLANTED = Table(
    "A shortcut without a location",
    "Women and men are balanced now, and a faint mark goes along with the class: 95 % of the doctors and 5 % of the "
    "nurses in training have a slightly warmer tint, a stronger tint, grain, or a slight blur. For each mark {bias > "
    "n} networks were trained. The first four columns test all pictures with the mark and all without it, the fifth "
    "says how many answers the mark changes. The last two compare the map, on pictures marked like those of the "
    "training, with that of a network without a shortcut.",
    (
        "mark",
        "doctors, all marked",
        "doctors, none marked",
        "nurses, all marked",
        "nurses, none marked",
        "answers changed by the mark",
        "map on coat or scrubs, change",
        "map on the rest of the picture, change",
    ),
    tuple(
        (
            mark,
            f"{{bias > shortcuts > {mark} > accuracy of doctor, marked}}",
            f"{{bias > shortcuts > {mark} > accuracy of doctor, plain}}",
            f"{{bias > shortcuts > {mark} > accuracy of nurse, marked}}",
            f"{{bias > shortcuts > {mark} > accuracy of nurse, plain}}",
            f"{{bias > shortcuts > {mark} > flips by the mark}}",
            f"{{bias > shortcuts > {mark} minus none > share on coat or scrubs|points}}",
            f"{{bias > shortcuts > {mark} minus none > share on rest|points}}",
        )
        for mark in MARKS
    ),
    (
        "The tint shifts the share of the map by less than one point on every region, the strong tint by less than "
        "three, although many answers depend on it. Grain and blur do move the map, from the clothes to the "
        "rest of the picture, but nothing in the map says why. The strong tint was added after the weaker one had been "
        "seen. A map is a reason to ask; accuracy by group and edited pictures answer.",
    ),
    check=lambda r: (
        all(
            abs(r(f"bias > shortcuts > {mark} minus none > share on {region}").value) < most
            for mark, most in (("tint", 0.01), ("strong tint", 0.03))
            for region in REGIONS
        )
        and all(
            r(f"bias > shortcuts > {mark} minus none > share on coat or scrubs").below(0)
            and r(f"bias > shortcuts > {mark} minus none > share on rest").above(0)
            for mark in ("grain", "blur")
        )
    ),
)
