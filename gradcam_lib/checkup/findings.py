"""What an examination found: for each check a verdict, a sentence, and what to do."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass

OK, LOOK, WRONG = "ok", "look", "wrong"
VERDICTS = (OK, LOOK, WRONG)
WIDTH = 110  # letters of a line


@dataclass(frozen=True)
class Finding:
    """One check. verdict: "ok"; "look": it may mislead; "wrong": it does. todo: what to do, "" where nothing is."""

    check: str
    verdict: str
    found: str
    todo: str = ""

    def __str__(self) -> str:
        indent = " " * 25
        found = textwrap.wrap(self.found, WIDTH - len(indent), break_on_hyphens=False)
        todo = textwrap.wrap(self.todo, WIDTH - len(indent) - 2, break_on_hyphens=False)
        lines = [*found, *(("  " if i else "→ ") + line for i, line in enumerate(todo))]
        return f"{self.verdict:<6} {self.check:<18}" + f"\n{indent}".join(lines)


class Findings(list[Finding]):
    """The findings in the order of the checks; printed, they are the report."""

    @property
    def verdict(self) -> str:
        """The worst of all."""
        return max((finding.verdict for finding in self), key=VERDICTS.index, default=OK)

    def of(self, verdict: str) -> list[str]:
        """The names of the checks that ended so, each once."""
        return list(dict.fromkeys(finding.check for finding in self if finding.verdict == verdict))

    def __str__(self) -> str:
        counts = {verdict: sum(finding.verdict == verdict for finding in self) for verdict in VERDICTS}
        end = f"{counts[OK]} ok, {counts[LOOK]} to look at, {counts[WRONG]} wrong"
        return "\n".join([*map(str, self), end])

    __repr__ = __str__
