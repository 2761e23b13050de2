"""A run in a series and the same drill on a lab of its own, on real services: planes, an abort, a port that hangs.

Tests lab.session.host. Figures differ from one run to the next, and a busy machine makes a run inconclusive: what is
compared is what was watched, on which clock, how it ended and what it was judged by.
"""

import asyncio
import json
import os
import signal
from pathlib import Path
from typing import Any

import pytest

from chaos.process.identity import of_run
from chaos.wait import wait_until
from lab.analysis import Timeline
from lab.drillfile import Drill, load_drill
from lab.journal import read
from lab.journal.plane_events import PlaneConfigured, PlaneSample, PlaneScraped
from lab.probes.control import ControlError
from lab.runner import AbortedByUser
from lab.session import Request, Result, RunFolder, Stop, create_run_folder, open_host, run_once
from lab.session.rest import wait_as_calibrated
from tests.checkout import HOME

pytestmark = [pytest.mark.live, pytest.mark.long, pytest.mark.alone]

DRILL = """\
version: 1
title: A second of refusals
load:   {target: edge, rate: 30 /s, give-up: 1 s, slo: 1 s}
bridge: {headroom: 3}
configuration:
  storefront: {policy: none, timeout: 0.5 s, connections: new}
phases: {baseline: 6 s, trigger: 4 s}
method:
  - {name: refuse, during: trigger, fault: unavailable, target: router, share: 50 %}
expect:
  - {name: some are served, metric: goodput, during: baseline, is: "> 0 /s"}
"""


def drill(tmp_path: Path, name: str, more: str = "") -> Drill:
    file = tmp_path / f"{name}.yaml"
    file.write_text(DRILL + more)
    return load_drill(file)


def folder(tmp_path: Path, name: str) -> RunFolder:
    return create_run_folder(tmp_path, name, tmp_path / "runs" / name)


def watched(result: Result) -> dict[str, Any]:
    """What was watched of a run, how it ended, and the checks that it was judged by."""
    events = read(result.folder.journal).events
    closed = read(result.folder.journal).closed
    assert closed is not None
    samples = [event for event in events if isinstance(event, PlaneSample)]
    first, last = result.timeline.phases[0].start_s, result.timeline.now_s
    of_phases = {one.second for one in samples if first <= one.second <= (result.timeline.done_s or last) - 2}
    return {
        "ended": (closed.outcome, closed.reason, closed.clean),
        "planes": sorted(event.plane for event in events if isinstance(event, PlaneConfigured)),
        "scraped": sorted({(e.plane, e.target) for e in events if isinstance(e, PlaneScraped)}),
        "own clock": all(-1 <= one.t - one.second <= 4 for one in samples),
        "gaps": len(of_phases) >= round((result.timeline.done_s or last) - first) - 4,
        "scored": sorted(result.verdict.metrics.monitoring or ()),
        "checks": sorted(finding.name for finding in result.verdict.instrument),
        "phases": [(span.name, span.planned_s) for span in result.timeline.phases],
    }


async def test_planes_watch_each_run_of_a_series_as_they_watch_one_alone(tmp_path: Path) -> None:
    """Configured, asked each second of the run's own clock, asked once more at its end, and scored."""
    one, two = (drill(tmp_path, name, "monitoring: same-listener\n") for name in ("one", "two"))
    request = Request(HOME, two, "embedded", takes_turns=False)
    alone = await run_once(request, folder(tmp_path, "alone"), Timeline(), Stop())
    assert alone.error is None
    series = Request(HOME, one, "embedded", also=(two,), purpose="series", takes_turns=False)
    async with open_host(series, folder(tmp_path, "lab"), Stop()) as host:
        await host.run(one, folder(tmp_path, "one"))
        second = await host.run(two, folder(tmp_path, "two"))
    assert watched(second) == watched(alone)
    assert watched(second)["planes"] == ["ops", "shared"]
    assert watched(second)["own clock"]
    assert watched(second)["gaps"]


async def test_a_person_who_aborts_is_named_in_the_run_and_in_the_lab(tmp_path: Path) -> None:
    """As in a drill alone; what was applied is undone, and nothing of the lab is left."""
    one, stop, timeline = drill(tmp_path, "one"), Stop(), Timeline()
    lab, run = folder(tmp_path, "lab"), folder(tmp_path, "one")

    async def series() -> None:
        request = Request(HOME, one, "embedded", purpose="series", takes_turns=False)
        async with open_host(request, lab, stop) as host:
            await host.run(one, run, None, timeline)

    running = asyncio.create_task(series())
    await wait_until(
        lambda: running.done() or any(a.name == "refuse" and a.applied_s for a in timeline.actions.values()),
        90, "the trigger",
    )  # fmt: skip
    stop.ask(AbortedByUser("the pager rings"))
    with pytest.raises(AbortedByUser, match="the pager rings"):
        await asyncio.wait_for(running, 60)
    for journal in (lab.journal, run.journal):
        closed = read(journal).closed
        assert closed is not None
        assert (closed.outcome, closed.clean) == ("aborted", True)
        assert closed.reason.endswith(": the pager rings")
    states = {span.name: span.state for span in Timeline.fold(read(run.journal).events).actions.values()}
    assert states == {"refuse": "reverted", "configure-storefront": "reverted"}
    assert not list(of_run(lab.mark))


async def test_a_load_whose_control_port_hangs_ends_the_series_by_its_own_name(tmp_path: Path) -> None:
    """Never as a group of errors; the lab is rolled back and taken down."""
    one, lab = drill(tmp_path, "one"), folder(tmp_path, "lab")
    request = Request(HOME, one, "embedded", purpose="series", takes_turns=False)

    async def series() -> None:
        async with open_host(request, lab, Stop()) as host:
            pid = json.loads((lab.path / "processes" / "load.json").read_text())["pid"]
            await wait_as_calibrated(host.recent, host.runtime)
            os.kill(pid, signal.SIGSTOP)
            await host.run(one, folder(tmp_path, "one"))

    with pytest.raises(ControlError, match=r"PATCH .* did not answer within 2\.0 s"):
        await asyncio.wait_for(series(), 200)
    closed = read(lab.journal).closed
    assert closed is not None
    assert (closed.outcome, closed.clean) == ("broken", True)
    assert closed.reason.startswith("ControlError: PATCH ")
    assert not list(of_run(lab.mark))
