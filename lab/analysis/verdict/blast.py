"""What a drill affected, as measured: the blast radius says what it may.

A service is affected when a fault was aimed at it, when it ended, restarted or fell silent although nothing was to make
it, or when, with a fault about, more of its own answers were errors than before. Slowness alone is not damage to the
one who waits: who is slow in a storm depends on who waits for whom, and the users' share of it is goodput. Load and
canary are the lab's own instruments; what happens to them is a check's business.
"""

from collections.abc import Iterator
from itertools import pairwise

from lab.analysis.checks.checker import growth, within
from lab.analysis.checks.restarts import unmeant
from lab.analysis.timeline.rows import ratio
from lab.analysis.timeline.timeline import Timeline
from lab.journal.events import ServiceSample

MORE_ERRORS = 0.01
"""The share of answers that must have become errors: one in a hundred."""

FEWEST = 5
"""Errors that are too few to be damage, whatever their share."""

SILENT_S = 3.5
"""So long without an answer: three questions in a row had none."""


def find_affected(timeline: Timeline) -> dict[str, str]:
    """Every role that was affected, and how; what weighs most is said where there are several ways.

    What was aimed at a process, or became of it, affected all roles that it plays.
    """
    hurt: dict[str, str] = {}
    for ways in (_aimed_at, _ended, _fell_silent, _failing):
        for named, how in ways(timeline):
            for role in timeline.roles.named_by(named):
                hurt.setdefault(role, how)
    return {service: hurt[service] for service in sorted(hurt) if service not in timeline.roles.aside}


def _aimed_at(timeline: Timeline) -> Iterator[tuple[str, str]]:
    """Also where a fault could neither be read back nor undone: it may be active."""
    for action in timeline.actions.values():
        if action.kind == "fault" and (action.applied_s is not None or action.state == "rollback-failed"):
            yield action.target, action.fault


def _ended(timeline: Timeline) -> Iterator[tuple[str, str]]:
    """It ended or started again although no fault was to do that."""
    return ((service, what) for service, what, _ in unmeant(timeline))


def _during(timeline: Timeline) -> tuple[float, float] | None:
    """From the first fault to the end of the phases; None: nothing was done that could hurt."""
    if timeline.trigger_start_s is None or timeline.judged is None:
        return None
    return timeline.trigger_start_s, timeline.judged[1]


def _fell_silent(timeline: Timeline) -> Iterator[tuple[str, str]]:
    """Its control port, which load and faults never touch, did not answer."""
    during = _during(timeline)
    if during is None:
        return
    for service, samples in timeline.services.items():
        told = [during[0], *(sample.t for sample in within(samples, during)), during[1]]
        longest = max(after - before for before, after in pairwise(told))
        if longest > SILENT_S:
            yield service, f"silent for {longest:.0f} s"


def _failing(timeline: Timeline) -> Iterator[tuple[str, str]]:
    """Its own answers: those that its clients waited for, and that were 4xx or 5xx."""
    during = _during(timeline)
    if during is None or timeline.judged is None:
        return
    for service, samples in timeline.services.items():
        after, count = _error_share(within(samples, (during[0], _refuses_from(timeline, service, during[1]))))
        before, _ = _error_share(within(samples, (timeline.judged[0], during[0])))
        if count >= FEWEST and after - before > MORE_ERRORS:
            yield service, f"{100 * after:.0f} % of its answers were errors"


def _refuses_from(timeline: Timeline, service: str, end_s: float) -> float:
    """When a mitigation had this service refuse: its errors from then on were asked for. ``end_s``: none did."""
    told = [
        action.applied_s
        for action in timeline.actions.values()
        if action.kind == "mitigation" and action.traits.refuses and action.target == service
    ]
    return min([end_s, *(t for t in told if t is not None)])


def _error_share(samples: list[ServiceSample]) -> tuple[float, float]:
    """Errors as a share of the requests, and how many they were."""
    errors = growth(samples, lambda sample: sum(sample.failed_total.values())) or 0.0
    return ratio(errors, growth(samples, lambda sample: sample.requests_total)) or 0.0, errors
