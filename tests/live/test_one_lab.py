"""Several runs on one living lab: each is a run of its own, and the lab stays as it was calibrated."""

import asyncio
import json
import math
from pathlib import Path

import pytest

from chaos.process.identity import of_run
from lab.analysis import Timeline
from lab.drillfile import Drill, load_drill
from lab.journal import read
from lab.journal.events import ActionChanged, CalibrationMeasured
from lab.session import Request, Series, Stop, create_run_folder, open_series
from tests.checkout import HOME

pytestmark = [pytest.mark.live, pytest.mark.long]

DRILL = """\
version: 1
title: More load for two seconds, and more capacity than it needs
load:   {{target: edge, rate: 30 /s, give-up: 1 s, slo: 1 s}}
bridge: {{headroom: 3}}
configuration:
  storefront: {{policy: {policy}, timeout: 0.5 s, connections: new}}
phases: {{baseline: 2 s, trigger: 2 s, aftermath: 2 s}}
method:
  - {{name: crowd,   during: trigger, load: surge, factor: 2}}
  - {{name: squeeze, during: trigger, fault: capacity, target: bridge, share: 80 %}}
expect:
  - {{name: served, metric: goodput, during: baseline, is: ">= 90 % of offered"}}
{more}
"""


def drill(tmp_path: Path, name: str, policy: str, more: str = "") -> Drill:
    file = tmp_path / f"{name}.yaml"
    file.write_text(DRILL.format(policy=policy, more=more))
    return load_drill(file)


async def run(series: Series, drill: Drill, folder: Path) -> Timeline:
    """A run, and its timeline as it is read back from its folder."""
    run = create_run_folder(folder, drill.name, folder / drill.name)
    live = Timeline()
    await asyncio.wait_for(series.run(drill, run, live, lambda _: None), 60)
    again = Timeline.fold(read(run.journal).events)
    final = [row for row in live.rows[: math.floor(again.done_s or live.now_s)] if not row.provisional]
    assert len(final) > 2
    assert [again.row(row.second) for row in final] == final
    return again


async def test_each_run_is_its_own_and_the_lab_stays_calibrated(tmp_path: Path) -> None:
    """Own clock, own drill and policy, all of its seconds; aborted or not, the cap stays and the next one runs."""
    host = create_run_folder(tmp_path, "host", tmp_path / "host")
    first = drill(tmp_path, "first", "none")
    aborted = drill(tmp_path, "aborted", "budget", 'abort-if: [{metric: goodput, is: "> 40 /s"}]')
    last = drill(tmp_path, "last", "breaker")
    timelines = []
    async with open_series(
        Request(HOME, first, "embedded", measured=False), host, Stop(), lambda _: None, Timeline()
    ) as series:
        for one in (first, aborted, last):
            timelines.append(await run(series, one, tmp_path))
            is_active = [intent.name for intent in series.host.injector.open()]
            assert is_active == ["bridge-capacity"]
    for timeline, one in zip(timelines, (first, aborted, last), strict=True):
        assert timeline.drill == one
        assert timeline.phases[0].start_s < 5
        assert timeline.closed is not None
        assert timeline.closed.clean
        asked = timeline.phase("baseline")
        assert asked is not None
        baseline = timeline.rows[round(asked.start_s) : round(asked.start_s) + 2]
        assert all(row.offered and row.good and row.bridge_cpu_share for row in baseline)
        assert {row.policy for row in baseline} == {one.configuration["storefront"]["policy"]}
        assert [type(event) for event in timeline.calibrations] == [CalibrationMeasured]
        assert all(int(str(cohort["second"])) >= 0 for cohort in _cohorts(tmp_path / one.name))
    assert [timeline.closed and timeline.closed.outcome for timeline in timelines] == [
        "completed", "aborted", "completed",
    ]  # fmt: skip
    assert not list(of_run(host.mark))
    events = read(host.journal).events
    assert not [e for e in events if isinstance(e, ActionChanged) and e.state == "rollback-failed"]


def _cohorts(folder: Path) -> list[dict[str, object]]:
    lines = map(json.loads, (folder / "journal.jsonl").read_text().splitlines())
    return [line for line in lines if line["type"] == "cohort.closed"]
