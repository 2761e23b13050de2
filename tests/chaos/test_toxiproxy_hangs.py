"""A Toxiproxy that hangs on a removal, or is starved by its own cap: what the report and the verdict say of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from chaos.actions import AddToxic
from chaos.toxic import Toxic
from lab.drillfile import load_drill
from lab.journal import JournalWriter
from lab.journal.events import ActionChanged, PhaseEntered, RunClosed, RunOpened
from lab.session import RunFolder, judge_run
from tests.live.conftest import SHORT

if TYPE_CHECKING:
    from pathlib import Path

    from chaos.change import Change
    from tests.chaos.conftest import Bench, Stub

SLOW = Toxic(name="test-run.slow", type="latency", attributes={"latency": 100, "jitter": 0})


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    """A run folder with what a report needs beside the journal."""
    folder = RunFolder(tmp_path / "a-run")
    folder.path.mkdir()
    (folder.path / "environment.json").write_text(json.dumps({"packages": {}}))
    return folder


def opened() -> RunOpened:
    drill = load_drill(SHORT).resolved()
    return RunOpened(
        run="a-run", drill=drill, runtime="embedded", isolation="", seed=1, started_utc="2021-12-07T15:30:00Z",
        versions={}, machine={}, latency_growth=1.05, latency_first_ms=1.0,
    )  # fmt: skip


@pytest.mark.slow
async def test_a_removal_that_hangs_is_told_by_report_and_verdict(
    bench: Bench, stub: Stub, folder: RunFolder
) -> None:
    """The deadline ends the call, the toxic is put out of effect, and whoever reads the report learns of it."""
    with JournalWriter(folder.journal) as journal:
        journal.write(opened())
        journal.write(PhaseEntered(phase="trigger", planned_s=2, because="a test"))

        def told(change: Change) -> None:
            journal.write(ActionChanged(**change.facts()))

        bench.injector._on_change = told
        add = AddToxic(api=stub.address, proxy="bridge", toxic=SLOW, deadline_s=0.8)
        await bench.injector.apply(
            name="slow", kind="fault", fault="latency", target="bridge", params={}, actions=(add,), by="test"
        )
        stub.hangs.add("DELETE")
        assert await bench.injector.undo_all("test") == ()
        journal.write(RunClosed(outcome="completed", reason="all phases ran", clean=True, left=()))
    assert stub.toxics[SLOW.name]["toxicity"] == 0
    verdict = judge_run(folder).verdict
    found = {finding.name: finding for finding in verdict.instrument}["undone and read back"]
    assert found.ok is True
    assert "slow: put out of effect instead, as: " in found.detail
    assert "0.8 s" in found.detail
    assert "put out of effect instead" in folder.verdict.read_text()
    assert "put out of effect instead" in folder.report.read_text()
