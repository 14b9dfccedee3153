"""What the evaluation command gives an experiment."""

from __future__ import annotations

import argparse


def options(experiment: type, *more: str, **given) -> argparse.Namespace:
    """The arguments of an experiment: its own as on the command line, the common ones by name."""
    parser = argparse.ArgumentParser()
    experiment.arguments(parser)
    args = parser.parse_args(list(more))
    for name, value in ({"size": None, "layer": None, "methods": None} | given).items():
        setattr(args, name, value)
    return args
