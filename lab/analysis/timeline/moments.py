"""Moments that windows begin and end with: phases, steps, the trigger's end, mitigations.

    trigger      ▇▇▇▇
    mitigation           first ▇▇▇▇▇▇▇▇▇▇ second ▇▇▇▇▇▇▇▇▇
    retrigger                                       ▇▇▇▇
    since the trigger's end |---|
    since the first             |--------|
    since the second                     |---------|

What follows a mitigation is its doing until the next one: so a window that begins with a moment ends there. And it
ends where the trigger comes again: what is since then is the second trigger's.
"""

from itertools import groupby

from lab.analysis.timeline.row import ActionSpan
from lab.analysis.timeline.timeline import Timeline
from lab.drillfile.condition import TRIGGER_END
from lab.drillfile.phase import role_of

_HAIR_S = 1e-6


def moment_s(timeline: Timeline, since: str) -> float | None:
    """The run time that ``since`` names: a phase, else a role (its first phase), else a step, or the trigger's end.

    A phase in which something was done about the storm begins, as far as that matters, when the first of it was
    active. None: that moment never came.
    """
    if since == TRIGGER_END:
        return timeline.trigger_end_s
    role = role_of(since)
    span = timeline.phase(since) or next(iter(timeline.phases_of(role) if role else ()), None)
    if span is None:
        named = (
            a.applied_s for a in timeline.actions.values() if a.name == since and a.applied_s is not None
        )
        return min(named, default=None)
    if span.role != "mitigation":
        return span.start_s
    helped = [moment[0] for moment in mitigation_moments(timeline) if span == timeline.span_at(moment[0])]
    return min(helped, default=span.start_s)


def mitigation_moments(timeline: Timeline) -> list[tuple[float, float]]:
    """When mitigations became active, the first and the last of each moment: what one phase brings is one moment."""
    found = sorted(
        (a for a in timeline.actions.values() if a.kind == "mitigation" and a.applied_s is not None),
        key=lambda a: a.applied_s or 0.0,
    )
    groups = (list(group) for _, group in groupby(found, key=lambda a: _together(timeline, a)))
    times = ([a.applied_s for a in group if a.applied_s is not None] for group in groups)
    return [(one[0], one[-1]) for one in times]


def _together(timeline: Timeline, action: ActionSpan) -> tuple[str, object]:
    """What mitigations of one moment share: who applied them, in which phase; outside of phases each is its own."""
    span = timeline.span_at(action.applied_s or 0.0)
    return action.by, action.action if span is None else span


def next_mitigation_s(timeline: Timeline, since_s: float) -> float | None:
    """When the first mitigation after a moment became active; None: there was none."""
    later = (
        first for first, last in mitigation_moments(timeline)
        if first > since_s + _HAIR_S and not first <= since_s <= last
    )  # fmt: skip
    return min(later, default=None)


def helping_s(timeline: Timeline) -> float | None:
    """When what ended the first trigger's storm, or was to, became active: the first mitigation after its end.

    Where the trigger did not end: the first of all. None: nothing was done about it.
    """
    if timeline.trigger_end_s is None:
        return timeline.mitigation_s
    helped_s = next_mitigation_s(timeline, timeline.trigger_end_s)
    return helped_s if timeline.first_s is None or (helped_s or 0.0) < timeline.first_s[1] else None


def until_s(timeline: Timeline, since_s: float) -> float | None:
    """Where a window ends that begins at ``since_s``; None where no phase was entered yet."""
    if timeline.judged is None:
        return None
    again = (span.start_s for span in timeline.phases_of("retrigger"))
    ends = [timeline.judged[1], next_mitigation_s(timeline, since_s)]
    ends.append(next((start for start in again if start > since_s + _HAIR_S), None))
    return min(end for end in ends if end is not None)
