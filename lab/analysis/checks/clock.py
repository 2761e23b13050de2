"""The machine didn't sleep in the run, and no one set its clock: what slept was measured as if it had been busy.

A laptop whose lid was shut in the middle of a storm goes on where it was: the seconds that it slept are in no sample,
what lives elsewhere (a client's other end, a container engine's virtual machine) saw them pass, and a timeout that
should have ended an attempt did not.
"""

from collections.abc import Callable
from itertools import pairwise

from lab.analysis.checks.checker import below
from lab.analysis.timeline.timeline import Timeline
from lab.analysis.verdict.verdict import Finding
from lab.journal.events import HostSample

SUSPENDED_S = 0.5
SET_S = 0.5
"""A clock that is kept right by small corrections moves 0.5 ms a second at most."""


def check_clock(timeline: Timeline) -> list[Finding]:
    """Over the whole run, bring-up included; nothing to check where these clocks can't be read.

    The wall clock also jumps by the time that was slept: that is not a second finding.
    """
    findings = []
    slept = _steps(timeline, lambda sample: sample.suspended_s_total)
    if slept:
        total_s = max(0.0, sum(step for step, _ in slept))
        findings.append(below("suspended", SUSPENDED_S, "s", total_s, *suspended(timeline)))
    moved = _steps(timeline, _wall_clock)
    if moved:
        step_s, at = max(moved, key=lambda step: abs(step[0]))
        where = f"at {at:.0f} s of the run" if abs(step_s) >= SET_S else ""
        findings.append(below("wall clock set", SET_S, "s", abs(step_s), where))
    return findings


def suspended(timeline: Timeline) -> list[str]:
    """A sentence where the machine slept: all else that is odd may come of it."""
    slept = _steps(timeline, lambda sample: sample.suspended_s_total)
    total_s = sum(step for step, _ in slept)
    if total_s < SUSPENDED_S:
        return []
    _, at = max(slept)
    phase = timeline.phase_at(at)
    where = f"{at:.0f} s of the run" + (f" ({phase})" if phase else "")
    return [f"the machine was suspended for {total_s:.1f} s, at {where}"]


def _wall_clock(sample: HostSample) -> float | None:
    if sample.wall_clock_s is None:
        return None
    return sample.wall_clock_s - (sample.suspended_s_total or 0.0)


def _steps(timeline: Timeline, read: Callable[[HostSample], float | None]) -> list[tuple[float, float]]:
    """By how much a reading changed from each sample to the next, and when."""
    known = [(sample.t, value) for sample in timeline.hosts if (value := read(sample)) is not None]
    return [(after - before, at) for (_, before), (at, after) in pairwise(known)]
