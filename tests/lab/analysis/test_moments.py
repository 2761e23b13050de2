"""Where windows begin and end, over timelines of any shape. Tests lab.analysis.timeline.moments and .trigger."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.analysis.timeline.moments import helping_s, mitigation_moments, moment_s, next_mitigation_s, until_s
from lab.analysis.timeline.timeline import Timeline
from lab.analysis.timeline.windows import first_seconds, phase_seconds, role_seconds
from lab.analysis.verdict.judge import judge
from lab.drillfile.phase import ROLES, Phase, PhaseRole
from lab.journal.events import ActionChanged, PhaseEntered

if TYPE_CHECKING:
    from tests.lab.analysis.conftest import Storm

ANY = settings(max_examples=200, deadline=None, database=None)


@dataclass(frozen=True)
class Shape:
    """A run's phases (role, length) and what was applied: kind, phase, seconds into it, how long (None: kept)."""

    phases: list[tuple[PhaseRole | None, float]]
    acts: list[tuple[str, int, float, float | None]]

    def timeline(self) -> Timeline:
        """The run as its journal has it."""
        starts = [3.0]
        for _, length in self.phases:
            starts.append(starts[-1] + length)
        events: list[Any] = [
            PhaseEntered(t=start, phase=f"p{n}", planned_s=length, because="", role=role)
            for n, (start, (role, length)) in enumerate(zip(starts, self.phases, strict=False))
        ]
        events.append(PhaseEntered(t=starts[-1], phase="done", planned_s=0, because=""))
        for n, (kind, phase, into_s, lasts_s) in enumerate(self.acts):
            begins = starts[phase % len(self.phases)] + into_s
            times = {"applied": begins, "reverted": starts[-1] + 1 if lasts_s is None else begins + lasts_s}
            said = {
                "action": f"a{n}",
                "name": f"s{n}",
                "kind": kind,
                "fault": "x",
                "target": "bridge",
                "params": {},
            }
            events += [
                ActionChanged.model_validate(
                    {**said, "by": "runner", "verified": True, "state": state, "t": t}
                )
                for state, t in times.items()
            ]
        return Timeline.fold(sorted(events, key=lambda event: event.t))


LENGTHS = st.floats(5, 30)
PHASES = st.lists(st.tuples(st.sampled_from((*ROLES, None)), LENGTHS), min_size=1, max_size=6)
ACTS = st.lists(
    st.tuples(
        st.sampled_from(("fault", "mitigation")),
        st.integers(0, 5),
        st.floats(0.1, 4.9),
        st.none() | st.floats(0.1, 20),
    ),
    max_size=6,
)
SHAPES = st.builds(Shape, PHASES, ACTS)


@ANY
@given(SHAPES, st.floats(0, 200))
def test_no_window_reaches_over_a_mitigation_or_into_another_trigger(shape: Shape, since_s: float) -> None:
    """Whatever happened: what is between a moment and its window's end is the doing of what was done last."""
    timeline = shape.timeline()
    end_s, judged = until_s(timeline, since_s), timeline.judged
    assert end_s is not None
    assert judged is not None
    assert end_s <= judged[1]
    inside = [
        first
        for first, last in mitigation_moments(timeline)
        if since_s < first < end_s and not first <= since_s
    ]
    assert not inside
    assert not [span for span in timeline.phases_of("retrigger") if since_s < span.start_s < end_s - 1e-6]


@ANY
@given(SHAPES)
def test_what_one_phase_brings_is_one_moment(shape: Shape) -> None:
    """Two remedies that a drill applies together are judged together, and moments come one after the other."""
    timeline = shape.timeline()
    moments = mitigation_moments(timeline)
    applied = [a.applied_s for a in timeline.actions.values() if a.kind == "mitigation"]
    assert all(first <= last for first, last in moments)
    assert all(before[1] <= after[0] for before, after in pairwise(moments))
    assert all(any(first <= (t or 0) <= last for first, last in moments) for t in applied)
    for first, last in moments:
        later = next_mitigation_s(timeline, first)
        assert later is None or later > last


@ANY
@given(SHAPES)
def test_the_first_trigger_and_the_second_share_nothing(shape: Shape) -> None:
    """Together they are all that hurt; the second is what was begun in a phase with the role retrigger."""
    timeline = shape.timeline()
    first, again = timeline.trigger, timeline.retrigger
    assert {a.action for a in (*first.actions, *again.actions)} == {a.action for a in timeline.faults}
    assert not {a.action for a in first.actions} & {a.action for a in again.actions}
    spans = timeline.phases_of("retrigger")
    assert all(any(s.start_s <= (a.applied_s or 0) < (s.end_s or 0) for s in spans) for a in again.actions)
    for trigger in (first, again):
        assert trigger.end_s is None or all((a.reverted_s or 1e9) <= trigger.end_s for a in trigger.actions)
    seconds = first_seconds(timeline)
    assert not spans or seconds.stop <= spans[0].start_s + 1


@ANY
@given(SHAPES)
def test_what_helped_came_after_the_trigger_and_before_the_next_one(shape: Shape) -> None:
    """A guard of before the trigger is no cure of it."""
    timeline = shape.timeline()
    helped, end = helping_s(timeline), timeline.trigger_end_s
    if end is None:
        assert helped == timeline.mitigation_s
    elif helped is not None:
        assert timeline.first_s is not None
        assert end < helped < timeline.first_s[1]


@ANY
@given(SHAPES)
def test_a_role_names_the_first_phases_that_have_it(shape: Shape) -> None:
    """Neighbours of the same role are one stretch; without a phase of that name, a role stands for them."""
    timeline = shape.timeline()
    for role in ROLES:
        spans = timeline.phases_of(role)
        assert phase_seconds(timeline, role) == role_seconds(timeline, role)
        assert bool(spans) == bool(len(role_seconds(timeline, role)))
        moment = moment_s(timeline, role)
        assert (moment is None) is (not spans)
        assert moment is None or spans[0].start_s <= moment <= (spans[0].end_s or 0)


@pytest.mark.slow
def test_a_verdict_does_not_depend_on_what_phases_are_called(storm: Storm) -> None:
    """The same storm, its phases called as in the story of that day: the same figures, word for word."""
    plain = judge(Timeline.fold(storm.events()))
    names = {
        "baseline": "quiet",
        "trigger": "first wave",
        "aftermath": "dark",
        "mitigation": "fix",
        "recovery": "day",
    }
    renamed = storm.drill.model_copy(
        update={
            "phases": tuple(Phase(name=names[p.name], planned_s=p.planned_s, role=p.role) for p in storm.drill.phases),
            "method": tuple(s.model_copy(update={"phase": names[s.phase]}) for s in storm.drill.method),
            "expect": tuple(
                e.model_copy(
                    update={"condition": e.condition.model_copy(
                        update={"during": names.get(e.condition.during or "", e.condition.during)}
                    )}
                )
                for e in storm.drill.expect
            ),
        }
    )  # fmt: skip
    storm.drill, storm.recovers_in = renamed, "fix"
    storm.good = {names[name]: share for name, share in storm.good.items()}
    storm.tries = {names[name]: tries for name, tries in storm.tries.items()}
    other = judge(Timeline.fold(storm.events()))
    assert (other.verdict, other.metrics) == (plain.verdict, plain.metrics)
    assert [(p.name, p.role) for p in other.phases] == [(names[p.name], p.role) for p in plain.phases]
    assert [finding.ok for finding in other.instrument] == [finding.ok for finding in plain.instrument]
