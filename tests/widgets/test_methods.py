"""Numbers as they stand on the page."""

from __future__ import annotations

import pytest

from gradcam_lib.widgets.asked_position import signed
from gradcam_lib.widgets.methods import decimals, number
from gradcam_lib.widgets.slider import name_of


@pytest.mark.parametrize(
    "text, expected",
    [
        (number(-0.0), "0"), (number(-1.5), "−1.5"), (number(12345.0), "1.23e+04"), (number(-0.00001), "−1e−05"),
        (decimals(-0.001), "0.00"), (decimals(0.0), "0.00"), (decimals(-0.006), "−0.01"), (decimals(2), "2.00"),
        (name_of(-0.0), "0"), (name_of(-0.25), "−0.25"), (name_of("-1"), "-1"),
        (signed(-0.001, -5.0), "0.00"), (signed(-1.0, -5.0), "−1.00"), (signed(0.004, 0.02), "+0.0040"),
        (signed(-2e-9, -1e-8), "−2.00e−09"),
    ],
)  # fmt: skip
def test_a_minus_is_a_true_one_and_zero_has_no_sign(text, expected):
    assert text == expected
