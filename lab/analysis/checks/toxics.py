"""On a device are the lab's own toxics, as they were set, and no one else's."""

from collections.abc import Iterator, Mapping

from lab.analysis.checks.as_set import (
    UNKNOWN,
    AsSet,
    WasSet,
    devices,
    has_readings,
    readings,
    span_text,
    steps_on,
    stretches,
)
from lab.analysis.checks.disturbed import disturbed
from lab.analysis.timeline.timeline import Timeline
from lab.analysis.verdict.verdict import Finding
from lab.journal.events import BridgeSample, ToxicSeen

NAME = "toxics as set"
NEAR = 1e-4
"""Toxicity is a 32-bit float in Toxiproxy."""
EFFECT = ("type", "stream", "toxicity", "attributes")


def check_toxics(timeline: Timeline) -> list[Finding]:
    """Of every sample between the first phase's start and the last one's end in which the device answered."""
    if not has_readings(timeline):
        return []
    said = []
    known = False
    for device, samples in devices(timeline).items():
        answered = [sample for sample in samples if sample.toxics_seen is not None]
        known = known or bool(answered)
        said += [*_foreign(timeline, device, answered), *_own(timeline, device, answered)]
    return disturbed(NAME, said, measured=known)


def _foreign(timeline: Timeline, device: str, samples: list[BridgeSample]) -> Iterator[str]:
    found: dict[tuple[str, str], list[tuple[float, object]]] = {}
    for sample in samples:
        for toxic in sample.toxics_seen or ():
            if not toxic.ours:
                found.setdefault((toxic.name, toxic.type), []).append((sample.t, True))
    for (name, kind), times in found.items():
        for first_s, last_s, _ in stretches(times):
            when = span_text(first_s, last_s, _end_s(timeline))
            yield f"toxic {name} ({kind}), not the lab's, was on {device} {when}"


def _own(timeline: Timeline, device: str, samples: list[BridgeSample]) -> Iterator[str]:
    """The run's own that are not as they were set: gone, changed, or there although none was added."""
    wanted = _as_set(timeline, device)
    seen = {t.name for sample in samples for t in sample.toxics_seen or () if t.ours}
    for name in sorted(seen | set(wanted)):
        setting = wanted.get(name, AsSet(at_first=None))
        wrong: list[tuple[float, object]] = []
        for sample in samples:
            expected = setting.expected(sample.t)
            found = next((t for t in sample.toxics_seen or () if t.name == name), None)
            if expected is not UNKNOWN and not _same(found, expected):
                what = "was gone from" if found is None else "was changed on" if expected else "was still on"
                wrong.append((sample.t, what))
        for first_s, last_s, how in stretches(wrong):
            when = span_text(first_s, last_s, _end_s(timeline))
            yield f"the lab's toxic {name} {how} {device} {when}, not by the lab"


def _as_set(timeline: Timeline, device: str) -> Mapping[str, AsSet]:
    """By name. The read-back of a removal does not say whose toxic that was: it is the one that the action added."""
    found: dict[str, AsSet] = {}
    named: dict[str, str] = {}
    for begun_s, event in steps_on(timeline, device):
        for reading in readings(event):
            toxic = reading.get("toxic")
            if isinstance(toxic, dict):
                named[event.action] = str(toxic["name"])
        name = named.get(event.action)
        if name is not None:
            values = [reading["toxic"] for reading in readings(event) if "toxic" in reading]
            setting = found.setdefault(name, AsSet(at_first=None))
            setting.changes.append(WasSet(begun_s, event.t, values[-1] if values else UNKNOWN))
    return found


def _same(found: ToxicSeen | None, wanted: object) -> bool:
    if found is None or not isinstance(wanted, dict):
        return found is None and wanted is None
    same = all(getattr(found, part) == wanted.get(part) for part in EFFECT if part != "toxicity")
    return same and abs(found.toxicity - float(wanted.get("toxicity", 1.0))) <= NEAR


def _end_s(timeline: Timeline) -> float:
    return (timeline.judged or (0.0, 0.0))[1]
