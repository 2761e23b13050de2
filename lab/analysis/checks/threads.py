"""No call of a blocking library waited for a thread: a small pool is a bulkhead that fakes survival."""

from lab.analysis.checks.checker import within
from lab.analysis.timeline.timeline import Timeline
from lab.analysis.verdict.verdict import Finding


def check_threads(timeline: Timeline) -> list[Finding]:
    """The most that waited at any sample; nothing to check where no library needs threads."""
    queued = {
        sample.calls_queued: service
        for service, samples in timeline.services.items()
        for sample in within(samples, timeline.judged)
        if sample.calls_queued is not None
    }
    if not queued:
        return []
    most = max(queued)
    where = queued[most] if most else ""
    name = "calls waiting for a thread"
    return [Finding(name=name, limit="0", measured=float(most), ok=not most, detail=where)]
