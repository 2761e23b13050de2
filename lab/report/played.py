"""What people did with a lab, and when: ``12.0 s to 53.0 s (41 s)  latency 3000 ms on bridge``."""

from dataclasses import dataclass

from lab.analysis.timeline.row import ActionSpan
from lab.analysis.timeline.timeline import Timeline
from lab.report import headline_figures as figures
from lab.report.words import clean, effect

_OWN = "setting"
"""The kind of what the lab itself sets, such as the device's capacity."""


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that was done: from when to when, of the run's clock, and what."""

    when: str
    what: str


def deeds(timeline: Timeline) -> list[Deed]:
    """All that was applied, in order; what was refused or could not be undone says so."""
    done = [action for action in timeline.actions.values() if action.kind != _OWN]
    return [Deed(_when(action), _what(action)) for action in done]


def active(timeline: Timeline) -> list[str]:
    """What is active now."""
    return [
        _what(action) for action in timeline.actions.values() if action.kind != _OWN and _is_active(action)
    ]


def _is_active(action: ActionSpan) -> bool:
    return action.applied_s is not None and action.reverted_s is None


def _when(action: ActionSpan) -> str:
    if action.applied_s is None:
        return "never" if action.intended_s is None else figures.clock(action.intended_s)
    if action.reverted_s is None:
        return f"from {figures.clock(action.applied_s)} on"
    lasted = figures.seconds(action.reverted_s - action.applied_s)
    return f"{figures.clock(action.applied_s)} to {figures.clock(action.reverted_s)} ({lasted})"


def _what(action: ActionSpan) -> str:
    trouble = f", {action.state}: {action.error}" if action.error and action.state != "reverted" else ""
    return clean(f"{effect(action.fault, action.params, action.target)}{trouble}")
