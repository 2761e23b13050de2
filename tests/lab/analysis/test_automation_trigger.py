"""A trigger that is an automation: when it ends, and what counts as its effect. Tests lab.analysis.timeline.record."""

from typing import Any

import pytest

from lab.analysis.checks.effects import FIGURES
from lab.analysis.timeline.timeline import Timeline
from lab.drillfile import DrillError
from lab.drillfile.read_drill import parse_drill
from lab.drillfile.registries import known
from lab.journal.events import ActionChanged, AutomationReported, PhaseEntered
from lab.probes.report_tracker import ReportTracker
from lab.report.words import sentence
from lab.session import known_modes, known_services

SCALE_UP: dict[str, Any] = {"service": "fleet", "automation": "grow", "name": "scale-up", "steps": 3}
TRAITS = {"effect": {"figure": "automation steps", "at_least": 1}}


def run(*reports: tuple[float, str, int], undone_s: float = 30.0) -> Timeline:
    """A run in which the automation begins at 10 s and is undone later; what it reported: when, what, which step."""
    about = {"name": "scale-up", "kind": "automation", "fault": "grow", "target": "fleet", "params": {}}
    action = {"action": "01", **about, "by": "runner", "verified": True, "traits": TRAITS}
    events: list[Any] = [
        PhaseEntered(t=0, phase="baseline", planned_s=10, because=""),
        PhaseEntered(t=10, phase="trigger", planned_s=20, because=""),
        ActionChanged.model_validate({**action, "t": 10.1, "state": "applied"}),
        *(
            AutomationReported.model_validate(
                {**SCALE_UP, "t": at_s + 1, "at_s": at_s, "state": state, "step": step}
            )
            for at_s, state, step in reports
        ),
        ActionChanged.model_validate({**action, "t": undone_s, "state": "reverted"}),
        PhaseEntered(t=40, phase="done", planned_s=0, because=""),
    ]
    return Timeline.fold(sorted(events, key=lambda event: event.t))


def test_it_ends_when_it_is_done_not_when_it_is_undone() -> None:
    """What it did stays until then, but the trigger, the change, is over."""
    timeline = run((10.1, "started", 0), (11.0, "step", 1), (15.5, "step", 3), (15.5, "ended", 3))
    assert (timeline.trigger_start_s, timeline.trigger_end_s) == (10.1, 15.5)
    assert [fault.steps for fault in timeline.faults] == [3]


def test_one_that_is_stopped_ends_with_its_undo() -> None:
    """Its own last report comes with the stop."""
    timeline = run((10.1, "started", 0), (11.0, "step", 1))
    assert timeline.trigger_end_s == 30.0


def test_a_failed_one_had_no_effect() -> None:
    """However many steps it did: what should have happened did not."""
    for state, ok in (("ended", True), ("failed", False)):
        timeline = run((11.0, "step", 1), (12.0, state, 1))
        (fault,) = timeline.faults
        assert fault.traits.effect is not None
        assert FIGURES["automation steps"](timeline, fault, fault.traits.effect).ok is ok


def test_each_report_is_journaled_once_on_the_runs_clock() -> None:
    """What is read again with the next sample isn't written again, nor what was before the run."""
    tracker = ReportTracker(100)
    told = [{**SCALE_UP, "state": "step", "step": n, "detail": "", "at_s": 100.5 + n} for n in (-1, 0, 1)]
    for report in told:
        report.pop("service")
    assert [event.at_s for event in tracker.events("fleet", told)] == [0.5, 1.5]
    assert list(tracker.events("fleet", told)) == []


def test_a_person_reads_its_beginning_and_its_end() -> None:
    """The steps between are left to the journal."""
    said = [
        sentence(
            AutomationReported.model_validate(
                {**SCALE_UP, "at_s": 1, "state": state, "step": 2, "detail": "x"}
            )
        )
        for state in ("started", "step", "ended", "failed")
    ]
    assert said == [
        "scale-up began by itself: grow of fleet",
        None,
        "scale-up ended after 2 of 3 steps (x)",
        "scale-up failed: x",
    ]


DRILL = """\
version: 1
title: An automation
load: {target: edge, rate: 20 /s}
bridge: {headroom: 4}
configuration: {fleet: {clients: 10}}
phases: {baseline: 5 s, trigger: 10 s}
method:
  - {name: scale-up, during: trigger, automation: grow, clients: 20, step: 5, every: 1 s, deadline: 9 s}
expect: [{name: served, metric: goodput, is: "> 1 /s"}]
"""


@pytest.mark.slow
def test_a_drill_says_what_and_by_when() -> None:
    """The deadline is required, and the target must be a role that has the automation."""
    using = known(known_services(), known_modes())
    (step,) = parse_drill(DRILL.encode(), "drills/x.yaml", using).method
    assert (step.kind, step.what, step.target) == ("automation", "grow", "fleet")
    assert step.params == {"clients": 20, "step": 5, "every_s": 1.0, "deadline_s": 9.0}
    for old, new, said in (
        (", deadline: 9 s", "", "key is missing: `deadline`"),
        ("automation: grow", "automation: grwo", "unknown automation `grwo`; did you mean `grow`"),
        ("automation: grow", "automation: grow, target: edge", "edge has no setting `clients`"),
    ):
        with pytest.raises(DrillError) as error:
            parse_drill(DRILL.replace(old, new).encode(), "drills/x.yaml", using)
        assert said in str(error.value)
