"""The governor that enforces the CPU cap was there and at work, by /proc and by its own word, twice a second.

One that died and was replaced at once changes nothing, unless the device used more than its cap meanwhile, which
another check finds (``over_cap``). A device that ended took its governor with it: then that is what is said.
"""

from collections.abc import Iterator, Sequence

from lab.analysis.checks.as_set import GRACE_S, devices, has_readings, span_text, stretches
from lab.analysis.checks.disturbed import disturbed
from lab.analysis.checks.restarts import meant, unmeant
from lab.analysis.timeline.timeline import Timeline
from lab.analysis.verdict.verdict import Finding
from lab.journal.events import BridgeSample

NAME = "CPU governor at work"
STALE_S = 2.0
"""Four times as long as it is silent between two words."""
AWAY_S = 1.0
"""A sample: what is shorter is seen in no figure of a second by itself."""


def check_governor_alive(timeline: Timeline) -> list[Finding]:
    """None where the kernel enforces the cap."""
    governed = any(sample.governor is not None for sample in timeline.bridges)
    if not has_readings(timeline) or not (governed or timeline.governors):
        return []
    said = []
    for device, samples in devices(timeline).items():
        said += [*_died(timeline, device), *_unfit(timeline, device, samples)]
    (finding,) = disturbed(NAME, said)
    short = [f"{what} ({how})" for what, how in deaths_of_governors(timeline)] if not said else []
    return [finding.model_copy(update={"detail": "; ".join(short)})] if short else [finding]


def deaths_of_governors(timeline: Timeline) -> Iterator[tuple[str, str]]:
    """(what died and when, what was done about it), of all within the phases."""
    start_s, end_s = timeline.judged or (0.0, 0.0)
    for number, event in enumerate(timeline.governors):
        if event.state == "died" and start_s <= event.t <= end_s:
            later = (e for e in timeline.governors[number + 1 :] if e.device == event.device)
            then = next(later, None)
            how = (
                f"replaced {then.away_s:.1f} s later"
                if then and then.away_s is not None
                else "not replaced" + (f": {then.error}" if then and then.error else "")
            )
            yield f"the CPU governor of {event.device} died at {event.t:.0f} s", how


def _died(timeline: Timeline, device: str) -> Iterator[str]:
    """Deaths that the journal has, after which the device was without for more than a sample."""
    start_s, end_s = timeline.judged or (0.0, 0.0)
    events = [e for e in timeline.governors if e.device == device]
    for number, event in enumerate(events):
        then = events[number + 1] if number + 1 < len(events) else None
        away_s = end_s - event.t if then is None or then.away_s is None else then.away_s
        if event.state == "died" and event.t <= end_s and event.t + away_s >= start_s and away_s > AWAY_S:
            back = f"was replaced {away_s:.1f} s later" if then and then.away_s else "was not replaced"
            yield f"the CPU governor of {device} died at {event.t:.0f} s and {back}"


def _unfit(timeline: Timeline, device: str, samples: Sequence[BridgeSample]) -> Iterator[str]:
    """What samples show: gone, stopped, or silent for too long."""
    end_s = (timeline.judged or (0.0, 0.0))[1]
    journaled = [e.t for e in timeline.governors if e.device == device and e.state == "died"]
    died_s = [s for name, s in _exits(timeline) if name == device]
    wrong: list[tuple[float, object]] = []
    for sample in samples:
        if meant(timeline, device, sample.t) or any(s - GRACE_S <= sample.t for s in died_s):
            continue
        if sample.governor == "stopped":
            wrong.append((sample.t, "was stopped"))
        elif sample.governor == "gone" and not any(t - GRACE_S <= sample.t for t in journaled):
            wrong.append((sample.t, "was gone"))
        elif sample.governor == "running" and (sample.governor_age_s or 0.0) > STALE_S:
            wrong.append((sample.t, f"had said nothing for {sample.governor_age_s:.1f} s"))
    for first_s, last_s, what in stretches(wrong):
        yield f"the CPU governor of {device} {what} {span_text(first_s, last_s, end_s)}"


def _exits(timeline: Timeline) -> Iterator[tuple[str, float]]:
    for service, _, t in unmeant(timeline):
        yield service, t
