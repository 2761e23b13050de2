"""The live settings of every service, read each second, are changed by the lab's actions only.

A service that takes 500 ms instead of 20 for an answer, or a client that retries, is another system than the drill's.
"""

from collections.abc import Iterator
from itertools import pairwise

from lab.analysis.checks.as_set import GRACE_S, has_readings, readings
from lab.analysis.checks.disturbed import disturbed
from lab.analysis.checks.restarts import meant, unmeant
from lab.analysis.timeline.timeline import Timeline
from lab.analysis.verdict.verdict import Finding
from lab.journal.events import SettingsRead

NAME = "settings as set"
STARTS_S = 3.0
"""So long after the first phase's start the load may take up what it was told to do."""


def check_settings_changed(timeline: Timeline) -> list[Finding]:
    """Of every role but the devices, whose queue is another check's; from the first phase's start to the last's end."""
    if not has_readings(timeline):
        return []
    services = {
        name: read for name, read in timeline.settings.items() if name not in timeline.roles.of_kind("device")
    }
    if not services:
        return []
    said = [word for name, read in services.items() for word in _changed(timeline, name, read)]
    return disturbed(NAME, said)


def _changed(timeline: Timeline, service: str, read: list[SettingsRead]) -> Iterator[str]:
    start_s, end_s = timeline.judged or (0.0, 0.0)
    if service == timeline.roles.load:
        start_s += STARTS_S
    for before, after in pairwise(read):
        if not start_s <= after.t <= end_s or _other_process(timeline, service, after.t):
            continue
        for key, value in after.values.items():
            was = before.values.get(key, value)
            if was != value and not _by_the_lab(timeline, service, key, after.t):
                yield f"{key} of {service} was changed from {was} to {value} at {after.t:.0f} s, not by the lab"


def _by_the_lab(timeline: Timeline, service: str, key: str, t: float) -> bool:
    """Whether an action on the service, or one that read this setting back, was under way; or an automation."""
    near = (
        event
        for event in timeline.acted
        if event.t - (event.took_ms or 0.0) / 1000 - GRACE_S <= t <= event.t + 1 + GRACE_S
    )
    acted = any(
        event.target == service or any(key in reading for reading in readings(event)) for event in near
    )
    return acted or any(
        action.kind == "automation"
        and (action.intended_s or 0.0) <= t <= (action.reverted_s or timeline.now_s) + GRACE_S
        for action in timeline.actions.values()
    )


def _other_process(timeline: Timeline, service: str, t: float) -> bool:
    """Whether it was started again, so that its settings are its first ones."""
    process = timeline.roles.process_of(service)
    return meant(timeline, process, t) or any(name == process for name, _, _ in unmeant(timeline))
