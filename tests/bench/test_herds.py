"""The bench `herd`: what it keeps of a run, and the table that is made of its rows."""

import gzip
import json
from pathlib import Path

import pytest

from bench import herds as bench
from bench.herds import DRILLS, HOLDERS, RUNS, VARIANTS, figures, herd
from bench.page import write_page
from bench.rows import Rows
from bench.runs import Run
from lab.campaign import open_drill
from lab.session.herd import clients_of
from tests.checkout import ROOT

GOLDEN = ROOT / "tests" / "data" / "golden"


def recorded(folder: Path, variant: str) -> Run:
    """The run folder of a recorded herd of 200."""
    folder.mkdir(parents=True)
    for name in ("journal.jsonl", "verdict.json"):
        packed = GOLDEN / f"embedded-thundering-herd.{variant}.{name}.gz"
        (folder / name).write_bytes(gzip.decompress(packed.read_bytes()))
    return Run(folder, 0, 0.0)


@pytest.fixture
def rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Rows:
    """Rows of their own, and runs that were recorded: none is made."""

    def run(drill: str, folder: Path, *_: str) -> Run:
        return recorded(folder, drill.rpartition(".")[2])

    monkeypatch.setattr(bench, "run_drill", run)
    return Rows(tmp_path / "rows.jsonl", tmp_path / "runs")


@pytest.mark.parametrize("clients", DRILLS)
@pytest.mark.slow
def test_each_drill_has_the_clients_that_its_size_says(clients: int) -> None:
    """With both delays."""
    drill = open_drill(DRILLS[clients])
    assert clients_of(drill) == clients
    assert [one.name.rpartition(".")[2] for one in drill.variants] == list(VARIANTS)


@pytest.mark.slow
def test_memory_is_that_of_the_holders_for_each_client(tmp_path: Path) -> None:
    """Of 200 clients; what a journal says is worked out here a second time, from the two samples that matter."""
    run = recorded(tmp_path / "run", "fixed")
    found = figures(run, 200)
    samples = list(run.events("host.sample"))
    begun_s, ended_s = run.phase("baseline")
    idle = [one for one in samples if one["t"] <= begun_s][-1]["memory_bytes"]
    held = [one for one in samples if begun_s < one["t"] <= ended_s][-1]["memory_bytes"]
    assert found["held_kb"]["router"] == pytest.approx(
        (held["router"] - idle["router"]) / 200 / 1_000, abs=0.1
    )
    assert set(found["held_kb"]) == set(found["most_kb"]) == set(HOLDERS)
    assert all(found["most_kb"][name] >= found["held_kb"][name] > 0 for name in HOLDERS)
    assert 10 < sum(found["held_kb"].values()) < 400
    assert (found["verdict"], found["arrivals_rps_peak"]) == ("pass", 220.3181)
    assert found["peak_to_mean"] == 6.1772


def test_a_run_without_samples_has_no_memory(tmp_path: Path) -> None:
    """It was refused, or ended before anything was read."""
    run = recorded(tmp_path / "run", "jitter")
    (run.folder / "journal.jsonl").write_text("")
    assert figures(run, 200)["held_kb"] == {}


@pytest.mark.slow
def test_every_row_is_measured_once_and_shown(rows: Rows) -> None:
    """Asked again it has nothing to do; a failure is shown with its reasons."""
    herd(rows, "embedded", range(1, 9))
    assert len(rows.of(what="herd")) == len(DRILLS) * len(VARIANTS) * RUNS
    herd(rows, "embedded", range(1, 9))
    assert len(rows.of(what="herd")) == len(DRILLS) * len(VARIANTS) * RUNS
    failed = {
        **rows.of(what="herd")[0],
        "verdict": "fail",
        "reasons": ["too few"],
        "held_kb": {},
        "most_kb": {},
    }
    with rows.file.open("a") as file:
        file.write(json.dumps({**failed, "seed": 9}) + "\n")
    write_page(rows, rows.folder / "page.md")
    page = (rows.folder / "page.md").read_text()
    assert page.count("| embedded |") == len(DRILLS) * len(VARIANTS)
    assert "| embedded | 5000 | jitter | 3 of 3" in page
    assert "embedded, 200 clients, fixed, seed 9: fail: too few" in page
