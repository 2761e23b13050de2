"""Whether what protects the system is still as strict as in the baseline, by its settings as they were read back."""

from collections.abc import Mapping
from dataclasses import dataclass

from lab.analysis.timeline.timeline import Timeline
from lab.drillfile.model import Setting
from lab.drillfile.protection import PROTECTIVE, loosened
from lab.journal.events import SettingsRead

Envelope = Mapping[str, Mapping[str, Setting]]


@dataclass(frozen=True, slots=True)
class Protection:
    """``looser``: settings outside of the envelope, in words. ``unknown``: services whose settings were not read."""

    looser: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


def find_protection(timeline: Timeline, since_s: float, envelope: Envelope) -> Protection:
    """Every protective setting read from ``since_s`` on, against the envelope, or else against the baseline.

    The baseline's is the last reading before the first change that the drill made.
    """
    changed_s = min(_changes_s(timeline), default=since_s)
    looser: dict[str, str] = {}
    unknown = []
    for service, readings in timeline.settings.items():
        before = [reading for reading in readings if reading.t < changed_s]
        after = [reading for reading in readings if reading.t > since_s]
        if not before or not after:
            unknown.append(service)
            continue
        for reading in after:
            looser |= _looser(service, before[-1], reading, envelope.get(service, {}))
    return Protection(tuple(f"{name} {words}" for name, words in looser.items()), tuple(unknown))


def _changes_s(timeline: Timeline) -> list[float]:
    """When the drill's steps began to change something."""
    steps = {step.name for step in timeline.drill.applied} if timeline.drill else set()
    begun = (action.intended_s for action in timeline.actions.values() if action.name in steps)
    return [t for t in begun if t is not None]


def _looser(
    service: str, before: SettingsRead, after: SettingsRead, limits: Mapping[str, Setting]
) -> dict[str, str]:
    found = {}
    for setting in PROTECTIVE:
        limit, now = limits.get(setting, before.values.get(setting)), after.values.get(setting)
        words = None if limit is None or now is None else loosened(setting, limit, now)
        if words is not None:
            found[f"{setting} of {service}:"] = words
    return found
