"""The steps of a drill, on a stage that writes down what was asked of it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from chaos.errors import RefusedError
from lab.analysis import Timeline
from lab.drillfile import Drill, Step, load_drill
from lab.journal.events import CheckDecided, CohortClosed, HostSample, PhaseEntered
from lab.probes import Ticker
from lab.runner import Aborted, NotSteady, run_drill

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


class Stage:
    """A lab whose every second is ``good`` of 50 requests; its clock jumps to whatever is waited for."""

    def __init__(self, good: int = 50, memory_free: int = 2**33) -> None:
        self.timeline = Timeline()
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
            if self._now == seen:  # nobody else moves the clock
                await self.until(int(seen) + 1)
            yield int(self._now)

    async def _turn(self) -> None:
        await Ticker(lambda: 0.0).until(0.0)

    def _second(self, second: int) -> None:
        figures = {"requests": 50, "sent": 50, "attempts": 50, "good": self.good, "failed": {}}
        self.timeline.feed(CohortClosed(t=second + 1, source="load", second=second, **figures))
        self.timeline.feed(
            HostSample(
                t=second + 1, idle_s_total=second, steal_s_total=0, total_s_total=2 * second, lab_cpu_s_total=0,
                memory_free_bytes=self.memory_free, disk_free_bytes=2**33, loop_lag_ms=0,
            )
        )  # fmt: skip

    def enter(self, phase: str, planned_s: float, because: str) -> None:
        self.said.append(f"enter {phase}")
        self.timeline.feed(PhaseEntered(t=self._now, phase=phase, planned_s=planned_s, because=because))

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


async def test_no_steady_state_means_that_nothing_is_applied(drill: Drill) -> None:
    """Half of the requests fail before anything was done: the drill must not start."""
    stage = Stage(good=25)
    with pytest.raises(NotSteady, match=r"nothing was applied.*goodput.*98 %"):
        await run_drill(stage, drill)
    assert not [word for word in stage.said if word.startswith("apply")]


async def test_an_abort_condition_stops_the_drill(drill: Drill) -> None:
    """The machine runs out of memory: the drill ends where it is."""
    stage = Stage(memory_free=2**20)
    with pytest.raises(Aborted, match="memory_free"):
        await run_drill(stage, drill)
    assert "abort-if memory_free True" in stage.said
    assert "load off" not in stage.said


async def test_a_step_that_is_refused_ends_the_drill_by_its_own_name(drill: Drill) -> None:
    """Not as an "ExceptionGroup (1 sub-exception)", which tells nobody what happened."""

    class Refusing(Stage):
        async def step(self, step: Step) -> str:
            raise RefusedError(f"{step.what} could not be applied: nothing listens there")

    with pytest.raises(RefusedError, match="latency could not be applied"):
        await run_drill(Refusing(), drill)
