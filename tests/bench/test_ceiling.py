"""The highest valid storm by processes: what is run, when it ends, what the page says. Tests bench.ceiling."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from bench import ceiling as bench
from bench.rows import Row, Rows
from bench.runs import ROOT, Run
from lab.drillfile import load_drill


def verdict_of(rate: int, processes: int, per_request: int) -> dict[str, Any]:
    """Valid up to 1,200 attempts/s for each process."""
    ok = rate * per_request <= 1200 * processes
    checks = [{"name": "process busy", "measured": 0.4 if ok else 0.9, "ok": ok}]
    metrics = {"attempts_rps_peak": per_request * rate, "stuck": True}
    return {
        "verdict": "pass" if ok else "inconclusive",
        "metrics": metrics,
        "instrument": checks,
        "reasons": [],
    }


@pytest.fixture
def rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Rows:
    """Rows to fill by runs that are not made; what an attempt costs is not measured."""
    monkeypatch.setattr(bench, "attempts", lambda *_: None)
    monkeypatch.setattr("bench.rows.commit", lambda: "abc")
    return Rows(tmp_path / "rows.jsonl", tmp_path / "runs")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int, int, int]]:
    """(processes, attempts per request, rate, seed) of each run."""
    made: list[tuple[int, int, int, int]] = []

    def run(drill: str, folder: Path, _runtime: str, *options: str) -> Run:
        given = dict(zip(options[::2], options[1::2], strict=True))
        storefront = YAML(typ="safe").load(Path(drill))["configuration"]["storefront"]
        rate, processes = int(given["--rate"]), storefront.get("processes", 1)
        per_request = 1 + int(re.findall(r"retries=(\d+)", storefront["policy"])[0])
        made.append((processes, per_request, rate, int(given["--seed"])))
        folder.mkdir(parents=True)
        (folder / "verdict.json").write_text(json.dumps(verdict_of(rate, processes, per_request)))
        return Run(folder, 0, 0.0)

    monkeypatch.setattr(bench, "run_drill", run)
    return made


@pytest.mark.slow
@pytest.mark.parametrize("processes", bench.PROCESSES)
@pytest.mark.parametrize("attempts", bench.RATES_RPS)
def test_the_drill_is_one(tmp_path: Path, processes: int, attempts: int) -> None:
    """The storm of retry-storm; with one process nothing is said about processes, and four attempts are its own.

    However many there are, the last one ends before the load gives the request up.
    """
    (tmp_path / "drill.yaml").write_text(bench.drill_of(bench.Storm(processes, attempts, 100)))
    drill, storm = load_drill(tmp_path / "drill.yaml"), load_drill(ROOT / "drills" / "retry-storm.yaml")
    assert drill.phases == storm.phases
    assert drill.processes == ({} if processes == 1 else {"storefront": processes})
    assert (drill.expect[0] == storm.expect[0]) is (attempts == 4)
    assert attempts * bench.TIMEOUT_MS[attempts] < 5000


@pytest.mark.slow
def test_rates_rise_until_no_run_is_valid(rows: Rows, asked: list[tuple[int, int, int, int]]) -> None:
    """One process: 1,600 attempts/s is the first that fails, 2,000 is not tried. Two and four: up to 2,000."""
    bench.ceiling(rows, "embedded", range(1, 11))

    def rates(*of: int) -> list[int]:
        return [rate for *kind, rate, seed in asked if (*kind, seed) == of]

    assert rates(1, 4, 1) == [200, 300, 400]
    assert rates(1, 8, 1) == [100, 150, 200]
    assert rates(4, 4, 3) == [200, 300, 400, 500]
    assert rates(4, 8, 3) == [100, 150, 200, 250]
    count = len(asked)
    bench.ceiling(rows, "embedded", range(1, 11))
    assert len(asked) == count


@pytest.mark.slow
def test_the_page_states_the_highest_by_processes(rows: Rows, asked: list[tuple[int, int, int, int]]) -> None:
    """A row without a number of processes is from when there was one, and four attempts."""
    bench.ceiling(rows, "embedded", range(1, 4))
    assert asked
    old: Row = {"what": "ceiling", "runtime": "compose", "rate_rps": 200, "seed": 1, "verdict": "pass"}
    rows.add({**old, "attempts_rps_peak": 830.0, "stuck": True, "doubts": [], "reasons": []})
    page = [*bench.ceilings(rows)]
    assert "| compose | 1 | 4 | 830 | 200 | 1 of 1 |" in page
    assert "| embedded | 1 | 4 | 1200 | 300 | 3 of 3 |" in page
    assert "| embedded | 2 | 8 | 2000 | 250 | 3 of 3 |" in page
    assert "| embedded | 1 | 4 | 400 | 2 | 1600 | inconclusive | process busy: 0.9 |" in page


def test_a_run_that_was_refused_is_a_row(rows: Rows, monkeypatch: pytest.MonkeyPatch) -> None:
    """It has no verdict, so it is not valid; higher rates are not tried."""
    monkeypatch.setattr(bench, "run_drill", lambda _drill, folder, *_: Run(folder, 4, 0.0))
    bench.ceiling(rows, "embedded", range(1, 2))
    found = rows.of(what="ceiling")
    assert [(one["processes"], one["rate_rps"]) for one in found] == [
        (processes, rate) for processes in (1, 2, 4) for rate in (200, 100)
    ]
    assert found[0]["reasons"] == ["no verdict, exit code 4: ceiling-embedded-1-4-200-1.log"]
    assert "| embedded | 1 | 4 | - | - | - |" in [*bench.ceilings(rows)]
