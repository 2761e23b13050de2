"""The lab saw what happened: at least 98 % of the samples that should have been taken were."""

from collections.abc import Mapping, Sequence

from lab.analysis.checks.checker import Timed, at_least, within
from lab.analysis.timeline.timeline import Timeline
from lab.analysis.verdict.verdict import Finding

PERCENT = 98.0
GRACE_S = 2.0


def check_truth(timeline: Timeline) -> list[Finding]:
    """One sample of each source a second, from the first phase's start to the last one's end."""
    if timeline.judged is None:
        return [at_least("truth samples", PERCENT, "%", None)]
    length = int(timeline.judged[1] - timeline.judged[0])
    shares = {}
    expected_total = taken_total = 0
    for source, samples in _sources(timeline).items():
        expected = max(0, length - _silent_s(timeline, source))
        taken = min(expected, len(within(samples, timeline.judged)))
        expected_total, taken_total = expected_total + expected, taken_total + taken
        shares[source] = taken / expected if expected else 1.0
    worst = min(shares, key=lambda source: shares[source])
    measured = 100 * taken_total / expected_total if expected_total else None
    return [
        at_least("truth samples", PERCENT, "%", measured, f"fewest of {worst}: {100 * shares[worst]:.1f} %")
    ]


def _sources(timeline: Timeline) -> Mapping[str, Sequence[Timed]]:
    """What should report every second: these three, and each service that ever did."""
    load, device = timeline.roles.load, timeline.roles.device
    return {load: timeline.loads, device: timeline.bridges, "host": timeline.hosts, **timeline.services}


def _silent_s(timeline: Timeline, source: str) -> int:
    """For how long a source could not answer because a fault had it so."""
    silent = 0.0
    for fault in timeline.faults:
        silenced = timeline.roles.named_by(fault.target) if fault.traits.silences else ()
        if source in silenced and fault.applied_s is not None:
            end_s = timeline.now_s if fault.reverted_s is None else fault.reverted_s
            silent += end_s - fault.applied_s + GRACE_S
    return int(silent)
