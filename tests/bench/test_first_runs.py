"""What is kept of a first run, and what the page says of it."""

import json
from pathlib import Path
from typing import Any

import pytest

from bench import first_runs
from bench.first_runs import RUNS, WHAT, figures, first_run_lines
from bench.rows import Rows

INVALID = {
    "verdict": "inconclusive",
    "reasons": ["capacity known"],
    "instrument": [
        {"name": "capacity known", "measured": 0.4, "ok": False},
        {"name": "offered", "measured": 1, "ok": True},
    ],
}
PASSED = {"verdict": "pass", "reasons": [], "instrument": []}


def attempt(folder: Path, verdict: dict[str, Any] | None, first_second: int = 12) -> None:
    """A run's folder, as far as it is read; its zero is at 100 s of the clock."""
    folder.mkdir(parents=True)
    (folder / "ledger.jsonl").write_text(json.dumps({"epoch_s": 100}) + "\n")
    event = {"type": "cohort.closed", "source": "load", "second": first_second}
    (folder / "journal.jsonl").write_text(json.dumps(event) + "\n")
    if verdict is not None:
        (folder / "verdict.json").write_text(json.dumps(verdict))


def test_the_first_attempt_counts_and_the_rerun_stands_beside_it(tmp_path: Path) -> None:
    """The oldest folder is the first attempt; the link to the latest is none."""
    attempt(tmp_path / "20260101T000000-retry-storm", INVALID)
    attempt(tmp_path / "20260101T000130-retry-storm", PASSED)
    (tmp_path / "latest").symlink_to("20260101T000130-retry-storm")
    found = figures(tmp_path, begun_s=98.5, exit_code=0)
    assert (found["first"], found["last"], found["reruns"]) == ("inconclusive", "pass", 1)
    assert found["failed"] == ["capacity known: 0.4"]
    assert found["ready_s"] == 13.5


def test_a_command_without_a_verdict_is_none_and_not_a_pass(tmp_path: Path) -> None:
    """Also one that made no folder."""
    assert figures(tmp_path / "missing", 0.0, 4)["first"] == "none"
    attempt(tmp_path / "20260101T000000-retry-storm", None)
    found = figures(tmp_path, 0.0, 4)
    assert (found["first"], found["last"], found["ready_s"]) == ("none", "none", None)


@pytest.mark.slow
def test_each_run_that_has_no_row_is_made_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Conditions take turns; at most as many runs of each as are asked for."""
    asked: list[str] = []

    def made(home: Path, *_key: object) -> dict[str, Any]:
        asked.append(home.name)
        return {"first": "pass"}

    monkeypatch.setattr(first_runs, "_made", made)
    rows = Rows(tmp_path / "rows.jsonl", tmp_path)
    first_runs.first_runs(rows, "compose", range(2))
    names = [name.removeprefix("first-run-compose-") for name in asked]
    assert names == ["quiet-1", "core-1", "quiet-2", "core-2"]
    first_runs.first_runs(rows, "compose", range(3))
    assert len(asked) == 6
    assert sum(RUNS.values()) == 50


@pytest.mark.slow
def test_the_page_counts_both_runtimes_together_and_says_why_not(tmp_path: Path) -> None:
    """And a wrong verdict is one that no rerun takes away."""
    rows = Rows(tmp_path / "rows.jsonl", tmp_path)
    base = {"what": WHAT, "condition": "quiet", "number": 1, "ready_s": 11.0}
    rows.add({**base, "runtime": "embedded", "first": "pass", "last": "pass", "reasons": []})
    rows.add({**base, "runtime": "compose", "first": "fail", "last": "pass", "reasons": ["not stuck"]})
    text = "\n".join(first_run_lines(rows))
    assert "| quiet: nothing else runs | both | 1 of 2" in text
    assert "1 of 2 |" in text
    assert "* compose, quiet, run 1: fail, then pass: not stuck" in text
