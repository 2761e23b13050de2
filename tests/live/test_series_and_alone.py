"""A run in a series and the same drill on a lab of its own, on real services: planes, an abort, a port that hangs.

Tests lab.session.host. Figures differ from one run to the next, and a busy machine makes a run inconclusive: what is
compared is what was watched, on which clock, how it ended and what it was judged by.
"""

import asyncio
import json
import os
import re
import signal
import time
from pathlib import Path
from typing import Any

import pytest

from chaos.process.identity import of_run
from chaos.wait import wait_until
from lab.analysis import Timeline, judge
from lab.drillfile import Drill, load_drill
from lab.journal import read
from lab.journal.events import UrlSample
from lab.journal.plane_events import PlaneConfigured, PlaneSample, PlaneScraped
from lab.probes.control import ControlError
from lab.runner import AbortedByUser
from lab.session import Request, Result, RunFolder, Stop, create_run_folder, open_host, run_once
from lab.session.rest import wait_as_calibrated
from tests.checkout import HOME
from tests.live.test_abort import Shop, shop

__all__ = ["shop"]

pytestmark = [pytest.mark.live, pytest.mark.long]

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


def drill(tmp_path: Path, name: str, more: str = "", text: str = DRILL) -> Drill:
    file = tmp_path / f"{name}.yaml"
    file.write_text(text + more)
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


EARLY = {
    "a URL fails": ("unavailable, target: router, share: 50 %", "abort-if: [{{url: '{url}'}}]\n"),
    "the bridge is down": ("down, target: bridge", 'abort-if: [{{metric: goodput, is: "< 1 /s"}}]\n'),
    "a person aborts": ("unavailable, target: router, share: 50 %", ""),
}
"""What ends a run in its trigger: the fault, and more of the drill."""


async def ended_early(
    running: "asyncio.Task[Any]", timeline: Timeline, stop: Stop, shop: Shop, how: str
) -> None:
    """Once the fault is active, have the run ended this way."""
    await wait_until(
        lambda: running.done() or any(a.name == "refuse" and a.applied_s for a in timeline.actions.values()),
        180, "the trigger",
    )  # fmt: skip
    if how == "a URL fails":
        shop.status = 503
    elif how == "a person aborts":
        stop.ask(AbortedByUser("the pager rings"))
    await asyncio.wait({running}, timeout=180)
    shop.status = 200


def end(run: RunFolder) -> dict[str, Any]:
    """How a run ended, and what became of its actions."""
    journal = read(run.journal)
    timeline = Timeline.fold(journal.events)
    assert journal.closed is not None
    return {
        "ended": (
            journal.closed.outcome,
            re.sub(r" \(.*\)", "", journal.closed.reason),
            journal.closed.clean,
        ),
        "phases": [span.name for span in timeline.phases],
        "actions": {(one.name, one.state) for one in timeline.actions.values()}
        - {("bridge-capacity", "reverted")},
        "asked": bool([event for event in journal.events if isinstance(event, UrlSample)]),
        "verdict": (found := judge(timeline)).verdict,
        "reason": found.reasons[0].partition(" (")[0],
    }


@pytest.mark.parametrize("how", EARLY)
async def test_an_early_end_is_the_same_in_a_series_as_alone(tmp_path: Path, shop: Shop, how: str) -> None:
    """Outcome, reason, verdict, and all of it undone; the bridge of the series has its queue again."""
    fault, more = EARLY[how]
    text = DRILL.replace("unavailable, target: router, share: 50 %", fault) + more.format(url=shop.url)
    one, first = drill(tmp_path, "one", text=text), drill(tmp_path, "first")

    stop, timeline, alone = Stop(), Timeline(), folder(tmp_path, "alone")
    request = Request(HOME, one, "embedded", takes_turns=False)
    running: asyncio.Task[Any] = asyncio.create_task(run_once(request, alone, timeline, stop))
    await ended_early(running, timeline, stop, shop, how)

    stop, timeline, took_s = Stop(), Timeline(), list[float]()
    lab, second = folder(tmp_path, "lab"), folder(tmp_path, "second")

    async def series() -> None:
        request = Request(HOME, first, "embedded", also=(one,), purpose="series", takes_turns=False)
        async with open_host(request, lab, stop) as host:
            queue = (await host.runtime.sockets("bridge")).listen_queue
            await host.run(first, folder(tmp_path, "first"))
            begun_s = time.monotonic()
            try:
                await host.run(one, second, None, timeline)
            finally:
                took_s.append(time.monotonic() - begun_s)
                assert (await host.runtime.sockets("bridge")).listen_queue == queue

    running = asyncio.create_task(series())
    await ended_early(running, timeline, stop, shop, how)
    assert isinstance(running.exception(), AbortedByUser if how == "a person aborts" else None.__class__)

    assert end(second) == end(alone)
    assert Timeline.fold(read(second.journal).events).now_s < took_s[0] + 2, "its own clock, not the lab's"
    assert end(second)["asked"] == (how == "a URL fails")
    assert end(second)["ended"][::2] == ("aborted", True)
    assert ("refuse", "reverted") in end(second)["actions"]
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
