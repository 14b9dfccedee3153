"""The entries of the ledger, claims and tables, and how each becomes Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gradcam_lib.studies.ledger.evidence import Check, Results, asserts, filled, has_test

HOLDS, IN_DIRECTION, FAILS, NOT_TRIED = "holds", "holds in direction", "does not hold", "not tried"
Row = tuple[str, ...]
VERDICTS = (HOLDS, IN_DIRECTION, FAILS, NOT_TRIED)
COUNTED = {
    "benchmark": "rounds",
    "bias": "networks of each kind",
    "blind_game": "rounds",
    "captioner": "drawn scenes",
    "captioner_photo": "photographs",
    "captioner_photo_squeezenet": "photographs",
    "captioning": "drawn scenes",
    "contrast": "pictures",
    "filters": "filters",
    "flickr8k_questions": "questions",
    "impressions": "classes of ImageNet and the 40 of PhotoNet",
    "live_activations": "photographs of COCO",
    "muting": "photographs",
    "photo_truth": "photographs",
    "photographs": "photographs",
    "photonet": "pictures",
    "photonet_gap": "pictures",
    "photonet_pair": "pictures",
    "question_answering": "questions",
    "roads": "drawn roads",
    "skews_seen": "drawn people",
    "tissue": "seeds, three pictures each",
    "tagger": "photographs",
    "transformer": "drawn pictures, two things each",
    "vqa_alexnet": "questions",
    "vqa_coattention": "questions",
    "vqa_photo": "questions",
    "vqa_photo_coattention": "questions",
    "vqa_photo_photonet": "questions",
    "vqa_photo_squeezenet": "questions",
    "vqa_vgg16": "questions",
    "vqa_vgg19": "questions",
}


def counted(name: str) -> str:
    """What n counts in a file."""
    return COUNTED.get(name, "examples")


@dataclass(frozen=True)
class Claim:
    """A sentence of the original work, and what became of it here.

    here: what was found, with placeholders for its numbers; of a claim that was not tried, the reason.
    The verdict stands while check is true of the numbers, the tests exist, and the notebook asserts what is quoted.
    """

    claim: str
    source: str
    here: str
    verdict: str
    reported: str = ""
    check: Check | None = None
    notebook: str = ""
    tests: tuple[str, ...] = ()
    asserted: tuple[str, ...] = ()

    def faults(self, results: Results) -> list[str]:
        """Why the verdict no longer stands; empty while it does."""
        found = []
        if self.verdict != NOT_TRIED and not (self.check or self.tests or self.asserted):
            found.append("nothing proves it")
        if self.check and not self.check(results):
            found.append("its check is false of the numbers as they are")
        found += [f"there is no {test}" for test in self.tests if not has_test(test)]
        found += [
            f"{self.notebook}.ipynb no longer asserts: {c}" for c in self.asserted if not asserts(self.notebook, c)
        ]
        return [f"{self.claim!r}: {fault}" for fault in found]

    def row(self, results: Results) -> Row:
        source = self.source + (f" Reported: {self.reported}" if self.reported else "")
        return self.claim, source, filled(self.here, results), f"**{self.verdict}**", self._where(results)

    def _where(self, results: Results) -> str:
        results.read.clear()
        filled(self.here, results)
        if self.check:
            self.check(results)
        parts = [f"[{self.notebook[:2]}](../../notebooks/{self.notebook}.ipynb)"] if self.notebook else []
        parts += [
            f"[{name}.json]({name}.json), {results.at(f'{name} > n'):,} {counted(name)}"
            for name in sorted(results.read)
        ]
        parts += [f"[{file.rpartition('/')[2]}](../../{file})" for file in dict.fromkeys(map(_file, self.tests))]
        return "; ".join(parts) or "–"


def _file(test: str) -> str:
    return test.partition("::")[0]


@dataclass(frozen=True)
class Group:
    """Claims under one heading; remarks stand beneath the table."""

    title: str
    claims: tuple[Claim, ...]
    remarks: tuple[str, ...] = ()

    def markdown(self, results: Results) -> str:
        head = "claim", "source and number reported there", "here", "verdict", "where"
        rows = grid(head, [claim.row(results) for claim in self.claims])
        return "\n\n".join([f"### {self.title}", rows, *(filled(text, results) for text in self.remarks)])


@dataclass(frozen=True)
class Table:
    """Measured numbers: what was measured, the table, and what has to be kept in mind.

    check: true while the sentences about the table follow from its numbers.
    """

    title: str
    before: str
    head: Row
    rows: tuple[Row, ...]
    after: tuple[str, ...] = ()
    check: Check | None = None

    def faults(self, results: Results) -> list[str]:
        fault = f"table {self.title!r}: its text no longer follows from its numbers"
        return [fault] if self.check and not self.check(results) else []

    def markdown(self, results: Results) -> str:
        rows = grid(self.head, [tuple(filled(cell, results) for cell in row) for row in self.rows])
        texts = [filled(text, results) for text in (self.before, *self.after)]
        return "\n\n".join([f"### {self.title}", texts[0], rows, *texts[1:]])


def grid(head: Row, rows: Sequence[Row]) -> str:
    """A table in Markdown."""
    return "\n".join("| " + " | ".join(cells) + " |" for cells in (head, ("---",) * len(head), *rows))
