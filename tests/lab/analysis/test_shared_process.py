"""Two roles in one process: what happens to the process happens to both, and is counted once.

Tests what lab.analysis makes of it: verdict.blast, and checks.effects, restarts, processes, truth, conservation.
"""

from collections.abc import Callable
from typing import Any, Literal

import pytest

from chaos.faults.kill import Kill
from lab.analysis.checks import run_checks
from lab.analysis.timeline.timeline import Timeline
from lab.analysis.verdict.blast import find_affected
from lab.analysis.verdict.verdict import Finding
from lab.journal.events import ActionChanged, Event, RunOpened, SampleMissed, ServiceChanged, ServiceSample
from lab.journal.upgrade import ROLES
from tests.lab.analysis.conftest import Storm

pytestmark = pytest.mark.slow

FAR = ("router", "auth")
KILLED_S, BACK_S = 40.0, 50.0


def folded(
    storm: Storm, spoil: Callable[[Event], Event | None] = lambda event: event, roles: tuple[str, ...] = FAR
) -> Timeline:
    """The run with two roles in the process `far`, and other events; None leaves one out."""
    shared = {name: ROLES[name].model_copy(update={"service": "far", "shared": True}) for name in roles}
    events = [
        event.model_copy(update={"topology": {**ROLES, **shared}})
        if isinstance(event, RunOpened)
        else spoil(event)
        for event in storm.events()
    ]
    return Timeline.fold(event for event in events if event is not None)


def checked(timeline: Timeline) -> dict[str, Finding]:
    """Each check's finding by its name."""
    return {finding.name: finding for finding in run_checks(timeline)}


def of_far(change: Callable[[ServiceSample], dict[str, Any] | None]) -> Callable[[Event], Event | None]:
    """Other figures of both roles; None leaves a sample out."""

    def spoil(event: Event) -> Event | None:
        if not isinstance(event, ServiceSample) or event.service not in FAR:
            return event
        update = change(event)
        return None if update is None else event.model_copy(update=update)

    return spoil


def killed(storm: Storm) -> None:
    """A kill of the process, as the journal has it."""
    states: tuple[tuple[Literal["intended", "applied", "reverted"], float], ...] = (
        ("intended", KILLED_S - 0.1), ("applied", KILLED_S), ("reverted", BACK_S),
    )  # fmt: skip
    for state, t in states:
        storm.at(
            t,
            ActionChanged(
                action="x", kind="fault", name="gone", fault="kill", target="far", params={}, state=state, by="drill",
                verified=True, traits=Kill(target="far").traits(),
            ),
        )  # fmt: skip
    storm.at(KILLED_S + 0.1, ServiceChanged(service="far", state="exited", exit_code=-9))
    for second in range(int(KILLED_S), int(BACK_S) + 1):
        for role in FAR:
            storm.at(second + 0.9, SampleMissed(source=role, error="ControlError", waited_ms=900))


def dead_then_new(sample: ServiceSample) -> dict[str, Any] | None:
    """No sample while it is dead, another boot afterwards."""
    if KILLED_S < sample.t < BACK_S + 1:
        return None
    return {"boot": "b2"} if sample.t > BACK_S else {}


def test_a_killed_process_silences_both_roles(storm: Storm) -> None:
    """The fault had its effect, no restart is unplanned, and samples that are missing then are no gap."""
    killed(storm)
    timeline = folded(storm, of_far(dead_then_new))
    found = checked(timeline)
    assert (found["fault effect: gone"].ok, found["fault effect: gone"].measured) == (True, 0.0)
    assert found["unplanned exits and restarts"].ok is True
    assert found["truth samples"].ok is True
    assert {"auth": "kill", "router": "kill"}.items() <= find_affected(timeline).items()
    assert "far" not in find_affected(timeline)


def test_a_kill_that_leaves_a_role_talking_had_no_effect(storm: Storm) -> None:
    """One of the two went on answering: the process lives."""
    killed(storm)
    timeline = folded(storm, lambda e: e if getattr(e, "service", "") == "auth" else of_far(dead_then_new)(e))
    assert checked(timeline)["fault effect: gone"].ok is False


def test_a_process_that_dies_by_itself_is_counted_once_and_hurts_both(storm: Storm) -> None:
    """The check speaks of the process, the blast radius of its roles."""
    storm.at(60.0, ServiceChanged(service="far", state="exited", planned=False, exit_code=1))
    timeline = folded(storm, of_far(lambda s: {"boot": "b2"} if s.t > 60 else {}))
    found = checked(timeline)["unplanned exits and restarts"]
    assert (found.ok, found.detail) == (False, "far exited, far started again")
    assert find_affected(timeline) == {"auth": "exited", "bridge": "latency", "router": "exited"}


def test_cpu_and_lag_are_the_processs(storm: Storm) -> None:
    """Each role reports all of it, so it is not added up, and it has the process's name."""
    timeline = folded(storm, of_far(lambda s: {"cpu_s_total": 0.9 * s.t, "loop_lag_p99_ms": 70.0}))
    found = checked(timeline)
    assert found["CPU of a process"].measured == pytest.approx(90, abs=1)
    assert found["CPU of a process"].detail.startswith("far in ")
    assert found["loop lag p99"].detail == "most in far"


def test_the_load_is_not_missed_where_its_targets_process_was_killed(storm: Storm) -> None:
    """What it sent meanwhile did not arrive."""
    name = "load sent = edge received"
    assert name in checked(folded(storm, roles=("edge", "router")))
    killed(storm)
    assert name in checked(folded(storm))
    assert name not in checked(folded(storm, roles=("edge", "router")))
