"""The networks of the repository among which the blind game chooses."""

from __future__ import annotations

from gradcam_lib.bias.collection import CLINIC, TANKS, load_bias
from gradcam_lib.bias.variants import load_variants
from gradcam_lib.widgets.blind_game_rounds import Contest

TOLD = {
    "clinic": "doctors 78 % men, nurses 93 % women",
    "tanks": "every tank under clouds, every wood without one under a clear sky",
}


def shipped(*, per_cell: int = 25) -> list[Contest]:
    """Two networks with the shortcut and two without, of the clinic and of the tanks. per_cell: as in ``Contest``.

    Errors: FileNotFoundError with the command that trains what is missing; WeightsWrong.
    """
    found = load_variants()
    first = {"clinic skewed 0": load_bias("biased"), "clinic even 0": load_bias("balanced")}
    networks = first | found
    return [
        Contest(
            case,
            *([networks[f"{case.title} {kind} {seed}"] for seed in (0, 1)] for kind in ("skewed", "even")),
            TOLD[case.title],
            per_cell=per_cell,
        )
        for case in (CLINIC, TANKS)
    ]
