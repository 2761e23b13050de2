"""The listener of a device is open, with a queue as long as the lab has set it."""

from lab.analysis.checks.as_set import UNKNOWN, AsSet, as_set, devices, has_readings, span_text, stretches
from lab.analysis.checks.disturbed import disturbed
from lab.analysis.timeline.timeline import Timeline
from lab.analysis.verdict.verdict import Finding

NAME = "listen queue as set"


def check_queue_changed(timeline: Timeline) -> list[Finding]:
    """Of every sample between the first phase's start and the last one's end that knows it."""
    if not has_readings(timeline):
        return []
    said = [*_queues(timeline), *_closed(timeline)]
    known = any(
        s.listen_queue is not None or s.listening is not None
        for samples in devices(timeline).values()
        for s in samples
    )
    return disturbed(NAME, said, measured=known)


def _queues(timeline: Timeline) -> list[str]:
    said = []
    for device, samples in devices(timeline).items():
        queue = _as_set(timeline, device)
        wrong = [
            (s.t, s.listen_queue)
            for s in samples
            if s.listen_queue is not None and queue.expected(s.t) not in {UNKNOWN, s.listen_queue}
        ]
        for first_s, last_s, length in stretches(wrong):
            when = span_text(first_s, last_s, _end_s(timeline))
            said.append(
                f"the listen queue of {device} was {length} {when}, and the lab had set {queue.expected(first_s)}"
            )
    return said


def _as_set(timeline: Timeline, device: str) -> AsSet:
    """As calibrated, until a mitigation; a listener that was made anew gets the same again."""
    last = timeline.calibrations[-1] if timeline.calibrations else None
    found = None if last is None or device != last.target else last.listen_queue
    return as_set(timeline, device, "listen_queue", UNKNOWN if found is None else found)


def _closed(timeline: Timeline) -> list[str]:
    said = []
    for device, samples in devices(timeline).items():
        opened = as_set(timeline, device, "enabled", at_first=True)
        wrong = [
            (s.t, s.listening) for s in samples
            if s.listening is not None and opened.expected(s.t) not in {UNKNOWN, s.listening}
        ]  # fmt: skip
        for first_s, last_s, listening in stretches(wrong):
            when = span_text(first_s, last_s, _end_s(timeline))
            said.append(
                f"the listener of {device} was {'open' if listening else 'closed'} {when}, not by the lab"
            )
    return said


def _end_s(timeline: Timeline) -> float:
    return (timeline.judged or (0.0, 0.0))[1]
