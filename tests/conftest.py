"""What the tests share: no screen, and the same examples in every run."""

from __future__ import annotations

import hypothesis
import matplotlib

# Not by MPLBACKEND, which the notebooks' kernels would inherit, and then show no picture.
matplotlib.use("Agg")
# A first call into torch is slow, which is no failure; and what was red must be red again.
hypothesis.settings.register_profile("steady", deadline=None, derandomize=True)
hypothesis.settings.load_profile("steady")
