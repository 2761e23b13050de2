"""Several runs on one living lab: each is a run of its own, and the lab stays as it was calibrated."""

import asyncio
import json
import math
import time
from pathlib import Path

import pytest

from chaos.process.identity import of_run
from lab.analysis import Timeline
from lab.drillfile import Drill, load_drill
from lab.journal import read
from lab.journal.events import ActionChanged, CalibrationMeasured
from lab.session import Host, Request, Stop, create_run_folder, open_host
from tests.checkout import HOME
from tests.live.test_abort import Shop, shop

__all__ = ["shop"]

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
{method}
expect:
  - {{name: served, metric: goodput, during: baseline, is: ">= 90 % of offered"}}
{more}
"""

METHOD = """\
  - {name: crowd,   during: trigger, load: surge, factor: 2}
  - {name: squeeze, during: trigger, fault: capacity, target: bridge, share: 80 %}
"""
CUT = "  - {name: cut, from: trigger, fault: down, target: bridge}"


def drill(tmp_path: Path, name: str, policy: str, more: str = "", method: str = METHOD) -> Drill:
    file = tmp_path / f"{name}.yaml"
    file.write_text(DRILL.format(policy=policy, more=more, method=method))
    return load_drill(file)


async def run(host: Host, drill: Drill, folder: Path) -> Timeline:
    """A run, and its timeline as it is read back from its folder."""
    run = create_run_folder(folder, drill.name, folder / drill.name)
    live, begun_s = Timeline(), time.monotonic()
    await asyncio.wait_for(host.run(drill, run, None, live), 120)
    assert live.now_s < time.monotonic() - begun_s + 2, "its own clock, not the lab's"
    again = Timeline.fold(read(run.journal).events)
    final = [row for row in live.rows[: math.floor(again.done_s or live.now_s)] if not row.provisional]
    assert len(final) > 2
    assert [again.row(row.second) for row in final] == final
    return again


async def test_each_run_is_its_own_and_the_lab_stays_calibrated(tmp_path: Path, shop: Shop) -> None:
    """Own clock, own drill and policy, all of its seconds, its own URLs.

    One is aborted while the bridge is down: its new listener has the device's queue again, and the next one runs.
    """
    folder = create_run_folder(tmp_path, "host", tmp_path / "host")
    first = drill(tmp_path, "first", "none", f'abort-if: [{{url: "{shop.url}"}}]')
    aborted = drill(tmp_path, "aborted", "budget", 'abort-if: [{metric: goodput, is: "< 1 /s"}]', CUT)
    last = drill(tmp_path, "last", "breaker")
    timelines = []
    request = Request(HOME, first, "embedded", also=(aborted, last), purpose="series", takes_turns=False)
    async with open_host(request, folder, Stop()) as host:
        calibrated = (await host.runtime.sockets("bridge")).listen_queue
        for one in (first, aborted, last):
            timelines.append(await run(host, one, tmp_path))
            assert [intent.name for intent in host.changes.active()] == ["bridge-capacity"]
            assert (await host.runtime.sockets("bridge")).listen_queue == calibrated
    for timeline, one in zip(timelines, (first, aborted, last), strict=True):
        assert timeline.drill == one
        assert timeline.closed is not None
        assert timeline.closed.clean
        asked = timeline.phase("baseline")
        assert asked is not None
        baseline = timeline.rows[round(asked.start_s) : round(asked.start_s) + 2]
        assert all(row.offered for row in baseline)
        assert any(row.good and row.bridge_cpu_share for row in baseline)  # a sample may be late
        assert {row.policy for row in baseline} - {None} == {one.configuration["storefront"]["policy"]}
        assert [type(event) for event in timeline.calibrations] == [CalibrationMeasured]
        assert all(int(str(cohort["second"])) >= 0 for cohort in _lines(tmp_path / one.name, "cohort.closed"))
    assert [timeline.closed and timeline.closed.outcome for timeline in timelines] == [
        "completed", "aborted", "completed",
    ]  # fmt: skip
    answers = _lines(tmp_path / "first", "url.sample")
    assert len(answers) > 5
    assert {answer["error"] for answer in answers} == {None}
    assert all(0 <= float(str(answer["t"])) - int(str(answer["second"])) < 2 for answer in answers)
    assert not _lines(tmp_path / "last", "url.sample")
    assert not list(of_run(folder.mark))
    events = read(folder.journal).events
    assert not [e for e in events if isinstance(e, ActionChanged) and e.state == "rollback-failed"]


def _lines(folder: Path, kind: str) -> list[dict[str, object]]:
    lines = map(json.loads, (folder / "journal.jsonl").read_text().splitlines())
    return [line for line in lines if line["type"] == kind]
