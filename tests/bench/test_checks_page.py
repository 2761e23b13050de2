"""docs/measured/checks.md from rows. Tests bench.checks_page."""

import json
from pathlib import Path

import pytest

from bench.checks_page import page
from bench.rows import Row, Rows
from lab.analysis.checks import CHECKS


def found(name: str, limit: str, measured: float | None, *, ok: bool | None = True) -> Row:
    return {"name": name, "limit": limit, "measured": measured, "ok": ok, "required": True, "unit": ""}


def healthy(seed: int, condition: str = "quiet", lag_ms: float = 10.0, reasons: tuple[str, ...] = ()) -> Row:
    findings: Row = {name: [] for name in CHECKS}
    findings["offered"] = [found("load's lag p99", "< 50 ms", lag_ms, ok=lag_ms < 50)]
    return {"what": "check-healthy", "runtime": "embedded", "condition": condition, "seed": seed, "commit": "abc",
           "outcome": "completed", "verdict": "pass" if lag_ms < 50 else "inconclusive", "reasons": list(reasons),
            "findings": findings}  # fmt: skip


def planted(seed: int, *, caught: bool, verdict: str, by: tuple[str, ...] = ("load's lag p99",)) -> Row:
    return {"what": "check-planted", "runtime": "embedded", "defect": "late-load", "seed": seed, "verdict": verdict,
            "caught": {"offered: load's lag p99": caught}, "wrong": verdict == "pass", "by": list(by),
            "findings": {}}  # fmt: skip


def lines(folder: Path, *rows: Row) -> list[str]:
    file = folder / "rows.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return "\n".join(page(Rows(file, folder))).splitlines()


def cells(written: list[str], first: str, second: str) -> list[str]:
    rows = [
        [cell.strip() for cell in line.strip("|").split(" | ")] for line in written if line.startswith("|")
    ]
    (only,) = (row for row in rows if row[0] == first and row[1].startswith(second))
    return only


def test_without_rows_it_says_so(tmp_path: Path) -> None:
    """Once for each condition of each runtime, and no empty table."""
    written = lines(tmp_path)
    assert (
        "* *core*, beside one process that keeps a core busy, at nice 0: no rows yet for compose." in written
    )
    assert sum("no rows yet for" in line for line in written) == 6
    assert not [line for line in written if line.startswith("|")]


def test_false_alarms_are_counted_by_condition(tmp_path: Path) -> None:
    """So many of so many, with Wilson's interval; the margin is over all conditions."""
    rows = [healthy(seed, lag_ms=10.0 * seed) for seed in range(1, 5)]
    rows += [
        healthy(1, "core", lag_ms=60.0, reasons=("load's lag p99: 60 ms",)),
        healthy(2, "core", lag_ms=20.0),
    ]
    written = lines(tmp_path, *rows)
    row = cells(written, "offered", "load's lag p99")
    assert row[2:] == [
        "< 50 ms",
        "0 of 4 (95 % interval 0..49 %)",
        "1 of 2 (95 % interval 9..91 %)",
        "no rows yet",
        "no rows yet",
        "-10",
        "25",
    ]
    assert any(
        "passed 1 of 2" in line and "Seed 1: inconclusive, load's lag p99: 60 ms" in line for line in written
    )


def test_what_was_not_measured_is_an_alarm_without_a_margin(tmp_path: Path) -> None:
    """It makes a run inconclusive as well."""
    row = healthy(1)
    row["findings"]["offered"] = [found("load's lag p99", "< 50 ms", None, ok=None)]
    assert cells(lines(tmp_path, row), "offered", "load's lag p99")[3:] == [
        "1 of 1 (95 % interval 21..100 %)", "no rows yet", "no rows yet", "no rows yet", "-", "-"]  # fmt: skip


def test_of_an_aborted_run_only_what_failed_counts(tmp_path: Path) -> None:
    """Nothing is measured in it, which says nothing about the checks; its figures have no margin."""
    aborted = {**healthy(2), "outcome": "aborted", "verdict": "inconclusive"}
    aborted["findings"]["truth"] = [found("truth samples", ">= 98 %", None, ok=None)]
    aborted["findings"]["host"] = [found("steal", "< 2 %", 30.0, ok=False)]
    written = lines(tmp_path, aborted, healthy(1))
    assert cells(written, "truth", "truth samples")[3] == "0 of 1 (95 % interval 0..79 %), asked in 0"
    assert cells(written, "truth", "truth samples")[7:] == ["-", "-"]
    assert cells(written, "host", "steal")[3] == "1 of 2 (95 % interval 9..91 %), asked in 1"


def test_a_finding_that_is_not_always_there_says_how_often_it_was(tmp_path: Path) -> None:
    """Of all runs in which the check was asked; a run from before the check was registered doesn't count."""
    stuck, older = healthy(1), healthy(3)
    stuck["findings"]["saturation"] = [found("queue", "<= 1 waiting", 0.0)]
    del older["findings"]["saturation"]
    row = cells(lines(tmp_path, stuck, healthy(2), older), "saturation", "queue")
    assert row[3] == "0 of 2 (95 % interval 0..66 %), asked in 1"


def test_a_silent_check_has_a_row(tmp_path: Path) -> None:
    """It was asked and had nothing to say."""
    row = cells(lines(tmp_path, healthy(1)), "undone", "(none")
    assert row[3] == "0 of 1 (95 % interval 0..79 %)"


def test_planted_defects_are_counted(tmp_path: Path) -> None:
    """Caught by the finding that is meant, wrong verdicts, and which others reported it."""
    also = ("load's lag p99", "truth samples")
    written = lines(
        tmp_path,
        planted(1, caught=True, verdict="inconclusive", by=also),
        planted(2, caught=True, verdict="inconclusive"),
        planted(3, caught=False, verdict="pass", by=()),
    )
    row = cells(written, "`late-load`", "the load")
    assert row[2:] == [
        "live",
        "offered: load's lag p99",
        "2 of 3 (95 % interval 21..94 %)",
        "1 of 3 (95 % interval 6..79 %)",
        "truth samples",
    ]
    assert cells(written, "`stolen-time`", "5 %")[4:] == ["no rows yet", "-", "-"]
    assert cells(written, "`dead-governor-stopped-bridge`", "the governor")[3] == "the verdict alone"


def test_what_was_caught_stands_beside_the_false_alarms(tmp_path: Path) -> None:
    """Of each finding, over all defects that it must report."""
    rows = (
        healthy(1),
        planted(1, caught=True, verdict="inconclusive"),
        planted(2, caught=False, verdict="pass"),
    )
    written = lines(tmp_path, *rows)
    assert cells(written, "offered", "load's lag p99")[6] == "1 of 2 (95 % interval 9..91 %)"
    assert cells(written, "undone", "(none")[6] == "no rows yet"


def test_a_finding_that_no_defect_is_for_says_so(tmp_path: Path) -> None:
    """Nothing is known of what it catches, however many runs there are."""
    row = healthy(1)
    row["findings"]["offered"].append(found("customers' schedules", "< 5 standard deviations", 1.4))
    written = lines(tmp_path, row, planted(1, caught=True, verdict="inconclusive"))
    assert cells(written, "offered", "customers' schedules")[6] == "none planted"


@pytest.mark.parametrize("runtime", ["embedded", "compose"])
def test_only_what_can_occur_on_a_runtime_is_listed(tmp_path: Path, runtime: str) -> None:
    """A quota is the kernel's: nothing governs in containers."""
    row = {**planted(1, caught=True, verdict="inconclusive"), "runtime": runtime}
    listed = any(line.startswith("| `dead-governor`") for line in lines(tmp_path, row))
    assert listed is (runtime == "embedded")
