"""The steps of a drill, on a stage that writes down what was asked of it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from chaos.errors import RefusedError
from lab.analysis import Timeline
from lab.drillfile import Drill, Step, load_drill
from lab.journal.events import (
    CheckDecided,
    CohortClosed,
    CohortProvisional,
    HostSample,
    PhaseEntered,
    UrlSample,
)
from lab.probes import Ticker
from lab.runner import Aborted, NotSteady, run_drill, watch_aborts
from lab.session.watch import Watch, under_watch

DRILL = """\
version: 1
title: A drill for the runner
load: {target: edge, rate: 50 /s}
bridge: {headroom: 2}
steady-state-hypothesis:
  title: served
  probes: [{metric: goodput, is: ">= 98 % of offered"}]
phases: {baseline: 3 s, trigger: 2 s, mitigation: 2 s}
method:
  - {name: slow, during: trigger, fault: latency, target: bridge, latency: 100 ms}
  - {name: guard, from: mitigation, mitigation: policy, target: storefront, policy: none}
expect: [{name: back, metric: goodput, during: mitigation, is: ">= 1 /s"}]
abort-if: [{metric: memory_free, is: "< 1 GB"}]
"""
URL = "http://127.0.0.1:8080/health"


class Stage:
    """A lab whose every second is ``good`` of 50 requests; its clock jumps to whatever is waited for."""

    def __init__(self, good: int = 50, memory_free: int = 2**33, *, final: bool = True) -> None:
        self.timeline = Timeline()
        self.final = final
        self.bad_from_s = 10**9
        self.urls: dict[str, str | None] = {}
        self.said: list[str] = []
        self.good, self.memory_free = good, memory_free
        self._now = 0.5

    def now_s(self) -> float:
        return self._now

    async def until(self, instant_s: float) -> None:
        while self._now < instant_s:
            self._second(int(self._now))
            self._now = min(instant_s, int(self._now) + 1)
            for _ in range(3):  # whoever watches gets its turn
                await self._turn()

    async def seconds(self) -> AsyncIterator[int]:
        while True:
            seen = self._now
            for _ in range(20):
                await self._turn()
            if self._now == seen:  # no one else moves the clock
                await self.until(int(seen) + 1)
            yield int(self._now)

    async def _turn(self) -> None:
        await Ticker(lambda: 0.0).until(0.0)

    def _second(self, second: int) -> None:
        good = self.good if second < self.bad_from_s else 0
        figures = {"requests": 50, "sent": 50, "attempts": 50, "good": good, "failed": {}}
        kind = CohortClosed if self.final else CohortProvisional
        self.timeline.feed(kind(t=second + 1, source="load", second=second, **figures))
        for url, error in self.urls.items():
            said = "answered 500" if second >= self.bad_from_s else error
            self.timeline.feed(
                UrlSample(t=second + 1, url=url, second=second, status=1, took_ms=1, error=said)
            )
        self.timeline.feed(
            HostSample(
                t=second + 1, idle_s_total=second, steal_s_total=0, total_s_total=2 * second, lab_cpu_s_total=0,
                memory_free_bytes=self.memory_free, disk_free_bytes=2**33, loop_lag_ms=0,
            )
        )  # fmt: skip

    def enter(self, phase: PhaseEntered) -> None:
        self.said.append(f"enter {phase.phase}")
        self.timeline.feed(phase.model_copy(update={"t": self._now}))

    def decided(self, check: CheckDecided) -> None:
        self.said.append(f"{check.role} {check.name} {check.met}")

    async def start_load(self) -> None:
        self.said.append("load on")

    async def stop_load(self) -> None:
        self.said.append("load off")

    async def step(self, step: Step) -> str:
        self.said.append(f"apply {step.name}")
        return step.name

    async def undo(self, action: str, by: str) -> None:
        self.said.append(f"undo {action}")

    async def roll_back(self) -> tuple[str, ...]:
        self.said.append("roll back")
        return ()


@pytest.fixture
def drill(tmp_path: Path) -> Drill:
    """The drill above."""
    file = tmp_path / "runner.yaml"
    file.write_text(DRILL)
    return load_drill(file)


def written(tmp_path: Path, abort_if: str) -> Drill:
    """The drill above with another ``abort-if``."""
    file = tmp_path / "other.yaml"
    file.write_text(DRILL[: DRILL.index("abort-if")] + abort_if)
    return load_drill(file)


async def watched(stage: Stage, drill: Drill) -> None:
    """Run a drill with its ``abort-if``, as a session does."""
    watch = Watch()
    watch.start(watch_aborts(stage, drill))
    try:
        await under_watch(run_drill(stage, drill), watch.failed)
    finally:
        await watch.end()


async def test_a_drill_goes_through_its_phases_in_order(drill: Drill) -> None:
    """What is ``during`` a phase is undone at its end; what is ``from`` a phase stays until the rollback."""
    stage = Stage()
    await run_drill(stage, drill)
    assert stage.said == [
        "load on",
        "enter baseline",
        "steady-state goodput True",
        "enter trigger",
        "apply slow",
        "undo slow",
        "enter mitigation",
        "apply guard",
        "enter done",
        "roll back",
        "load off",
    ]


async def test_a_drills_own_rollbacks_come_after_the_ledgers(drill: Drill) -> None:
    """They hold while the last requests end."""
    stage = Stage()
    calm = drill.method[1].model_copy(update={"name": "calm", "phase": ""})
    await run_drill(stage, drill.model_copy(update={"rollbacks": (calm,)}))
    assert stage.said[-3:] == ["roll back", "apply calm", "load off"]


async def test_no_steady_state_means_that_nothing_is_applied(drill: Drill) -> None:
    """Half of the requests fail before anything was done: the drill must not start."""
    stage = Stage(good=25)
    with pytest.raises(NotSteady, match=r"nothing was applied.*goodput.*98 %"):
        await run_drill(stage, drill)
    assert not [word for word in stage.said if word.startswith("apply")]


async def test_an_abort_condition_stops_the_drill(drill: Drill) -> None:
    """The machine runs out of memory: the drill ends where it is."""
    stage = Stage(memory_free=2**20)
    with pytest.raises(Aborted, match=r"abort-if was met: memory_free < 1 GB \(1 MB at \d+ s\)"):
        await watched(stage, drill)
    assert "abort-if memory_free True" in stage.said
    assert "load off" not in stage.said


async def test_a_step_that_is_refused_ends_the_drill_by_its_own_name(drill: Drill) -> None:
    """Not as an "ExceptionGroup (1 sub-exception)", which tells no one what happened."""

    class Refusing(Stage):
        async def step(self, step: Step) -> str:
            raise RefusedError(f"{step.what} could not be applied: nothing listens there")

    with pytest.raises(RefusedError, match="latency could not be applied"):
        await run_drill(Refusing(), drill)


async def test_a_floor_of_goodput_is_watched_from_the_first_phase_to_the_last_request(tmp_path: Path) -> None:
    """The last phase is over and everything rolled back when no one is answered any more: an abort all the same."""
    stage = Stage(final=False)
    stage.bad_from_s = 8
    with pytest.raises(Aborted, match="goodput < 50 % of offered"):
        await watched(
            stage, written(tmp_path, 'abort-if: [{metric: goodput, is: "< 50 % of offered", for: 2 s}]')
        )
    assert stage.said[-2:] == ["roll back", "abort-if goodput True"]


@pytest.mark.parametrize("error", ["answered 503", None])
@pytest.mark.slow
async def test_a_url_that_is_not_healthy_before_the_trigger_means_that_nothing_is_applied(
    tmp_path: Path, error: str | None
) -> None:
    """However patient ``for`` is: nothing is hurt next to what hurts already, nor where no one knows."""
    stage = Stage()
    if error is not None:
        stage.urls[URL] = error
    with pytest.raises(
        NotSteady, match=f"nothing was applied.*{URL} healthy \\({error or 'url_failing was not'}"
    ):
        await watched(stage, written(tmp_path, f'abort-if: [{{url: "{URL}", for: 60 s}}]'))
    assert not [word for word in stage.said if word.startswith("apply")]


async def test_a_healthy_url_lets_the_drill_run_until_it_fails(tmp_path: Path) -> None:
    """Its first bad answers come in the trigger; two seconds of them are allowed, the third ends the drill."""
    stage = Stage()
    stage.urls[URL] = None
    stage.bad_from_s = 5
    with pytest.raises(Aborted, match=f"{URL} failing for 3 s"):
        await watched(stage, written(tmp_path, f'abort-if: [{{url: "{URL}", for: 3 s}}]'))
    assert "apply slow" in stage.said
    assert stage.said[-1] == "abort-if url_failing True"
