"""``doctor`` at work: one network, one picture, and the report of the checks."""

from __future__ import annotations

import argparse

from gradcam_lib.checkup.doctor import doctor
from gradcam_lib.checkup.findings import WRONG
from gradcam_lib.commands.explain import FAILURES, class_number, complain, loaded, warnings_in_words
from gradcam_lib.commands.plan import Plan


def run(args: argparse.Namespace, plan: Plan) -> int:
    """The exit status: 0 where nothing is wrong, 1 otherwise."""
    (path,) = plan.pictures
    try:
        with warnings_in_words(args.model):
            classifier = loaded(args, plan)
        x = classifier.to_input(path, size=args.size, crop=args.crop)
        target = None if args.target is None else class_number(args.target, classifier)
    except FAILURES as error:
        return complain(error)
    print(f"model: {classifier.source}", flush=True)
    findings = doctor(classifier, x, target, args.layer)
    print(findings)
    return int(findings.verdict == WRONG)
