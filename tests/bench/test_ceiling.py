"""The highest valid storm by processes: what is run, when it ends, what the page says. Tests bench.ceiling."""

import json
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from bench import ceiling as bench
from bench.rows import Row, Rows
from bench.runs import ROOT, Run
from lab.drillfile import load_drill


def verdict_of(rate: int, processes: int) -> dict[str, Any]:
    """Valid up to 300 requests/s for each process."""
    ok = rate <= 300 * processes
    checks = [{"name": "process busy", "measured": 0.4 if ok else 0.9, "ok": ok}]
    metrics = {"attempts_rps_peak": 4.0 * rate, "stuck": True}
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
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int, int]]:
    """(processes, rate, seed) of each run."""
    made: list[tuple[int, int, int]] = []

    def run(drill: str, folder: Path, _runtime: str, *options: str) -> Run:
        given = dict(zip(options[::2], options[1::2], strict=True))
        storefront = YAML(typ="safe").load(Path(drill))["configuration"]["storefront"]
        rate, processes = int(given["--rate"]), storefront.get("processes", 1)
        made.append((processes, rate, int(given["--seed"])))
        folder.mkdir(parents=True)
        (folder / "verdict.json").write_text(json.dumps(verdict_of(rate, processes)))
        return Run(folder, 0, 0.0)

    monkeypatch.setattr(bench, "run_drill", run)
    return made


@pytest.mark.slow
def test_the_drill_is_one(tmp_path: Path) -> None:
    """The storm of retry-storm; with one process nothing is said about processes."""
    for processes in bench.PROCESSES:
        (tmp_path / "drill.yaml").write_text(bench.drill_of(processes))
        drill = load_drill(tmp_path / "drill.yaml")
        assert drill.phases == load_drill(ROOT / "drills" / "retry-storm.yaml").phases
        assert drill.processes == ({} if processes == 1 else {"storefront": processes})


@pytest.mark.slow
def test_rates_rise_until_no_run_is_valid(rows: Rows, asked: list[tuple[int, int, int]]) -> None:
    """One process: 400 is the first that fails, 500 is not tried. Two and four: all of them, up to 2,000 attempts/s."""
    bench.ceiling(rows, "embedded", range(1, 11))
    assert [rate for processes, rate, seed in asked if (processes, seed) == (1, 1)] == [200, 300, 400]
    assert [rate for processes, rate, seed in asked if (processes, seed) == (4, 3)] == [200, 300, 400, 500]
    count = len(asked)
    bench.ceiling(rows, "embedded", range(1, 11))
    assert len(asked) == count


@pytest.mark.slow
def test_the_page_states_the_highest_by_processes(rows: Rows, asked: list[tuple[int, int, int]]) -> None:
    """A row without a number of processes is from when there was one."""
    bench.ceiling(rows, "embedded", range(1, 4))
    assert asked
    old: Row = {"what": "ceiling", "runtime": "compose", "rate_rps": 200, "seed": 1, "verdict": "pass"}
    rows.add({**old, "attempts_rps_peak": 830.0, "stuck": True, "doubts": [], "reasons": []})
    page = [*bench.ceilings(rows)]
    assert "| compose | 1 | 830 | 200 | 1 of 1 |" in page
    assert "| embedded | 1 | 1200 | 300 | 3 of 3 |" in page
    assert "| embedded | 2 | 2000 | 500 | 3 of 3 |" in page
    assert "| embedded | 1 | 400 | 2 | 1600 | inconclusive | process busy: 0.9 |" in page


def test_a_run_that_was_refused_is_a_row(rows: Rows, monkeypatch: pytest.MonkeyPatch) -> None:
    """It has no verdict, so it is not valid; higher rates are not tried."""
    monkeypatch.setattr(bench, "run_drill", lambda _drill, folder, *_: Run(folder, 4, 0.0))
    bench.ceiling(rows, "embedded", range(1, 2))
    found = rows.of(what="ceiling")
    assert [(one["processes"], one["rate_rps"]) for one in found] == [(1, 200), (2, 200), (4, 200)]
    assert found[0]["reasons"] == ["no verdict, exit code 4: ceiling-embedded-1-200-1.log"]
    assert "| embedded | 1 | - | - | - |" in [*bench.ceilings(rows)]
