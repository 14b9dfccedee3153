"""The ledger: the committed page is up to date, its verdicts stand, and each of them could fall."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gradcam_lib.paths import RESULTS
from gradcam_lib.studies.ledger import __main__ as ledger
from gradcam_lib.studies.ledger.claims import GROUPS
from gradcam_lib.studies.ledger.entries import NOT_TRIED, VERDICTS, Claim, Table, grid
from gradcam_lib.studies.ledger.evidence import Number, Results, asserts, filled, has_test, rendered
from gradcam_lib.studies.ledger.tables import TABLES

CLAIMS = [claim for group in GROUPS for claim in group.claims]
COMPARED = [entry for entry in (*CLAIMS, *TABLES) if entry.check]
UNCONFIRMED = ("70.92", "63.04", "92.6", "89.2", "58.19", "59.96")  # figures of the paper that were never verified
every_claim = pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: re.sub(r"\W+", "_", claim.claim)[:50])


@pytest.fixture(scope="module")
def results() -> Results:
    return Results()


@pytest.fixture(scope="module")
def page(results: Results) -> str:
    return ledger.document(results)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The committed JSON files with a fresh page."""
    for path in RESULTS.glob("*.json"):
        shutil.copy(path, tmp_path)
    assert ledger.main(["--results", str(tmp_path)]) == 0
    return tmp_path


def with_number(folder: Path, path: str, **ends: float) -> None:
    """Writes other ends into a number of a folder's JSON files."""
    name, *keys = path.split(" > ")
    file = folder / f"{name}.json"
    content = json.loads(file.read_text(encoding="utf-8"))
    number = content
    for key in keys:
        number = number[key]
    number.update(ends)
    file.write_text(json.dumps(content), encoding="utf-8")


# --- the committed page ---


def test_the_committed_page_is_up_to_date(page: str) -> None:
    """The way out: python -m gradcam_lib.studies.ledger"""
    assert (RESULTS / ledger.NAME).read_text(encoding="utf-8") == page


def test_every_file_of_results_is_cited_by_a_claim_or_a_table(results: Results) -> None:
    claims = "".join(group.markdown(results) for group in GROUPS)
    results.read.clear()
    for table in TABLES:
        table.markdown(results)
    uncited = [name for name in results.files if name not in results.read and f"({name}.json)" not in claims]
    assert uncited == []


def test_every_file_of_results_is_listed_with_its_command(page: str, results: Results) -> None:
    for name, content in results.files.items():
        assert re.search(rf"^- \[{name}\.json\].*`{re.escape(content['command'])}`$", page, re.MULTILINE), name


def test_links_lead_somewhere(page: str) -> None:
    targets = re.findall(r"\]\(([^)]+)\)", page)
    anchors = {ledger.anchor(title) for title in re.findall(r"^#+ (.+)$", page, re.MULTILINE)}
    assert [t for t in targets if t.startswith("#") and t[1:] not in anchors] == []
    assert [t for t in targets if not t.startswith("#") and not (RESULTS / t).exists()] == []


def test_no_two_sections_have_the_same_title(page: str) -> None:
    titles = re.findall(r"^#+ (.+)$", page, re.MULTILINE)
    assert sorted(titles) == sorted(set(titles))


def test_rows_are_as_long_as_their_heads(page: str) -> None:
    for table in re.findall(r"(?:^\|.*\|\n)+", page, re.MULTILINE):
        assert len({row.count("|") for row in table.splitlines()}) == 1, table[:200]


def test_no_placeholder_is_left(page: str) -> None:
    assert re.findall(r"[{}]", page) == []


def test_no_unconfirmed_figure_of_the_paper_is_printed() -> None:
    typed = [text for claim in CLAIMS for text in (claim.claim, claim.source, claim.reported, claim.here)]
    typed += [text for group in GROUPS for text in group.remarks]
    typed += [text for table in TABLES for text in (table.before, *table.after)]
    figures = set(re.findall(r"\d+\.\d+", " ".join(typed)))
    assert "56.51" in figures and figures & set(UNCONFIRMED) == set()


# --- the claims ---


@every_claim
def test_its_verdict_stands(claim: Claim, results: Results) -> None:
    assert claim.faults(results) == []


@every_claim
def test_it_says_where_it_comes_from_and_what_became_of_it(claim: Claim) -> None:
    assert claim.verdict in VERDICTS
    assert claim.claim.strip().endswith(".") and claim.source.strip().endswith(".")
    if claim.verdict == NOT_TRIED:
        assert re.match(r"Not measured here: \w.{10,}\.$", claim.here), claim.here
        assert not (claim.check or claim.tests or claim.asserted)
    else:
        assert claim.here.strip() and (claim.check or claim.tests or claim.asserted)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.title)
def test_what_is_said_about_a_table_follows_from_it(table: Table, results: Results) -> None:
    assert table.faults(results) == []


COMMITTED = Results()


class OtherNumbers(Results):
    """The committed files, read once for all, with random numbers in them."""

    def __init__(self, seed: int) -> None:
        self.folder, self.files, self.read = COMMITTED.folder, COMMITTED.files, set()
        self.rng = np.random.default_rng(seed)
        self.made: dict[str, Number] = {}

    def __call__(self, path: str) -> Number:
        low, value, high = np.sort(self.rng.normal(0.5, 1.5, 3)).tolist()
        super().__call__(path)
        return self.made.setdefault(path, Number(value, low, high))


@pytest.mark.parametrize(
    "entry", COMPARED, ids=lambda entry: re.sub(r"\W+", "_", getattr(entry, "claim", "table"))[:50]
)
def test_other_numbers_would_make_it_fall(entry: Claim | Table) -> None:
    worlds = [OtherNumbers(seed) for seed in range(50)]
    verdicts = [entry.check(world) for world in worlds]
    assert all(isinstance(verdict, bool) for verdict in verdicts)
    if any(world.made for world in worlds):  # one check is about sizes and asks for no number
        assert not all(verdicts)


def test_a_claim_without_evidence_has_a_fault(results: Results) -> None:
    nothing = Claim("It is so.", "Paper.", "", "holds")
    assert "nothing proves it" in nothing.faults(results)[0]
    assert "check is false" in replace(nothing, check=lambda r: False).faults(results)[0]
    assert (
        "there is no tests/test_cam.py::test_x"
        in replace(nothing, tests=("tests/test_cam.py::test_x",)).faults(results)[0]
    )
    lost = replace(nothing, notebook="01_backprop", asserted=("y > 1e9",))
    assert "01_backprop.ipynb no longer asserts: y > 1e9" in lost.faults(results)[0]


# --- the command ---


def test_a_fresh_page_passes_and_a_stale_one_does_not(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    check = ["--check", "--results", str(copy)]
    assert ledger.main(check) == 0 and "up to date" in capsys.readouterr().out
    with_number(copy, "photonet > top1_accuracy", value=0.6965)
    before = (copy / ledger.NAME).read_text(encoding="utf-8")
    assert ledger.main(check) == 1 and "stale" in capsys.readouterr().out
    assert (copy / ledger.NAME).read_text(encoding="utf-8") == before  # --check writes nothing
    assert ledger.main(check[1:]) == 0 and ledger.main(check) == 0
    (copy / ledger.NAME).unlink()
    assert ledger.main(check) == 1


def test_numbers_that_refute_a_verdict_are_told(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with_number(copy, "evaluate_pointing_lite0 > centre > minus_grad_cam > hit", value=0.0, low=-0.05, high=0.05)
    assert ledger.main(["--results", str(copy)]) == 1
    assert "points at the object" in capsys.readouterr().err
    assert ledger.main(["--check", "--results", str(copy)]) == 1  # a fresh page does not help


def test_nothing_half_written_stays_behind(copy: Path) -> None:
    assert [path.name for path in copy.iterdir() if path.suffix != ".json"] == [ledger.NAME]


# --- numbers and their places ---


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("fotonet > n", r"'fotonet > n': there is no fotonet.json in .*; there are: .*photonet"),
        ("photonet > pointing_gmae > n", r"'photonet > pointing_gmae > n': photonet.json has no 'poi.*pointing_game"),
        ("photonet > n > value", r"photonet.json has no 'value' there, only: 2000"),
        ("bias > clinic", r"'bias > clinic': no number"),
    ],
)
def test_an_unknown_path_is_named_with_its_file(path: str, told: str, results: Results) -> None:
    with pytest.raises(LookupError, match=told):
        results(path)
    with pytest.raises(LookupError):
        filled(f"measured: {{{path}}}", results)


@pytest.fixture
def by_hand(tmp_path: Path) -> Results:
    triple = {"value": 0.96, "low": 0.9279, "high": 0.9781}
    numbers = {
        "command": "python -m this", "n": 40400, "share": triple, "plain": 0.8348,
        "lost": {"value": -0.0404, "low": -0.0491, "high": -0.0004},
        "job": {"forwards": 1.036, "quartiles": [1.03, 1.053]},
        "ratio": {"value": 14.8729, "low": 13.4874, "high": 16.2398},
    }  # fmt: skip
    (tmp_path / "one.json").write_text(json.dumps(numbers))
    return Results(tmp_path)


@pytest.mark.parametrize(
    ("placeholder", "told"),
    [
        ("one > share", "96.0 % (92.8 … 97.8)"),
        ("one > share|short", "96.0 %"),
        ("one > share|x", "0.96 (0.93 … 0.98)"),
        ("one > share|x3", "0.960 (0.928 … 0.978)"),
        ("one > lost|points", "−4.0 points (−4.9 … 0.0)"),
        ("one > ratio|x1", "14.9 (13.5 … 16.2)"),
        ("one > plain|x", "0.83"),
        ("one > job|x", "1.04 (1.03 … 1.05)"),
        ("one > n", "40,400"),
        ("one > n|millions", "0.0 M"),
        ("one > command", "python -m this"),
    ],
)
def test_a_number_is_written_as_its_form_says(placeholder: str, told: str, by_hand: Results) -> None:
    assert filled(f"({{{placeholder}}})", by_hand) == f"({told})"


def test_what_is_no_share_is_not_written_as_one(by_hand: Results) -> None:
    for path in ("one > ratio", "one > lost"):
        with pytest.raises(ValueError, match="is no share"):
            rendered(path, "", by_hand)
    with pytest.raises(ValueError, match="unknown form"):
        rendered("one > share", "percent", by_hand)


def test_told_apart_means_that_intervals_do_not_overlap() -> None:
    low, middle, high = Number(0.2, 0.1, 0.3), Number(0.35, 0.25, 0.45), Number(0.6, 0.5, 0.7)
    assert high.above(low) and low.below(high) and high.apart(low) and not high.leans_above(low)
    assert not middle.above(low) and middle.leans_above(low) and low.leans_below(middle)
    assert high.above(0.4) and not high.above(0.5) and low.below(0.4)
    with pytest.raises(ValueError, match="no interval was measured"):
        Number(0.5).above(low)


def test_tests_and_assertions_are_found_where_they_are() -> None:
    assert has_test("tests/test_cam.py::test_cam_by_hand")
    assert not has_test("tests/test_cam.py::test_cam") and not has_test("tests/test_none.py::test_cam_by_hand")
    assert asserts("01_backprop", "rise[-1]<0.5*promised[-1]")  # spaces do not matter
    assert not asserts("01_backprop", "rise[-1] < 0.8 * promised[-1]") and not asserts("01_none", "True")


def test_a_table_in_markdown() -> None:
    assert grid(("a", "b"), [("1", "2")]) == "| a | b |\n| --- | --- |\n| 1 | 2 |"
