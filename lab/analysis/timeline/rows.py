"""What was observed in a second -> its Row."""

from typing import Any

from lab.analysis.timeline.device_work import device_work
from lab.analysis.timeline.row import PhaseSpan, Row
from lab.analysis.timeline.seconds import WINDOW_S, Cohort, Seconds, Seen, is_final
from lab.journal.latency import Histogram

FEWEST_REQUESTS = 20
"""Amplification is unknown for windows with fewer requests (docs/definitions.md)."""


class Rows:
    """Makes rows, and each again only when something it is made of has changed."""

    def __init__(self, seconds: Seconds) -> None:
        self._seconds = seconds
        self._made: dict[int, Row] = {}

    def row(self, second: int, phase: PhaseSpan | None) -> Row:
        """The row of a second."""
        for changed in self._seconds.changed:
            for later in range(changed, changed + WINDOW_S):
                self._made.pop(later, None)
        self._seconds.changed.clear()
        made = self._made.get(second)
        if made is None or made.phase != (phase.name if phase else None):
            made = self._made[second] = make_row(self._seconds, second, phase)
        return made


def amplification(seconds: Seconds, span: range, *, final: bool = False) -> float | None:
    """Attempts / requests that started in these seconds; None under 20 requests.

    Both are counted by the client services, so that one second means the same for the two. Where a client can't
    count its attempts, those count that were seen in the second (`lab.analysis.timeline.attempts`), for any caller.
    """
    known = [second for second in span if _known(seconds.at(second), final=final)]
    requests = sum(cohort.requests for second in known for cohort in seconds.at(second).clients.values())
    attempts = [seconds.attempts(second) for second in known]
    if requests < FEWEST_REQUESTS or None in attempts:
        return None
    return sum(count or 0.0 for count in attempts) / requests


def _known(seen: Seen, *, final: bool) -> bool:
    """Whether clients reported a second, for `final` once and for all."""
    return bool(seen.clients) and (not final or all(is_final(cohort) for cohort in seen.clients.values()))


def ratio(part: float | None, whole: float | None) -> float | None:
    """``part / whole``; None where either is unknown or the whole is nothing."""
    return None if part is None or not whole else part / whole


def make_row(seconds: Seconds, second: int, phase: PhaseSpan | None) -> Row:
    """The row of a second, from all that was filed under it."""
    seen = seconds.at(second)
    cohorts = [c for c in (seen.load, *seen.clients.values()) if c is not None]
    return Row(
        second=second,
        phase=phase.name if phase else None,
        role=phase.role if phase else None,
        **_load(seen.load),
        **_clients(seconds, second, seen),
        outcomes=seconds.outcomes(second),
        amplification=amplification(seconds, range(second - WINDOW_S + 1, second + 1)),
        in_flight=seen.in_flight,
        **_bridge(seconds, second, seen),
        queue_depth=max(seen.queues.values(), default=None),
        breaker=_said(seen.breakers),
        policy=_said(seen.policies),
        **_host(seconds, second, seen),
        missed=seen.missed,
        provisional=any(not is_final(cohort) for cohort in cohorts),
    )


def _load(cohort: Cohort | None) -> dict[str, Any]:
    if cohort is None:
        return {}
    latency = Histogram(cohort.latency)
    return {
        "offered": cohort.requests,
        "sent": cohort.sent,
        "good": cohort.good,
        "failed": dict(cohort.failed),
        "latency_p50_ms": latency.percentile(0.5),
        "latency_p99_ms": latency.percentile(0.99),
    }


def _clients(seconds: Seconds, second: int, seen: Seen) -> dict[str, Any]:
    cohorts, attempts = seen.clients.values(), seconds.attempts(second)
    return {
        "requests": sum(cohort.requests for cohort in cohorts) if cohorts else None,
        "attempts": None if attempts is None else round(attempts),
    }


def _bridge(seconds: Seconds, second: int, seen: Seen) -> dict[str, Any]:
    device = seconds.roles.device
    used = seconds.counted(device, "cpu", second)
    accepted = seconds.counted(device, "accepted", second)
    work = device_work(seconds, range(second - WINDOW_S + 1, second + 1))
    sample = seen.bridge
    if sample is None:
        return {"bridge_cpu_share": used, "accepted": accepted}
    return {
        "bridge_cpu_share": used,
        "accepted": accepted,
        "cap_share": sample.cpu_share,
        "bridge_utilization": ratio(used, sample.cpu_share),
        "open_connections": sample.open_connections,
        "accept_queue": sample.accept_queue,
        "queueing_delay_s": None if sample.accept_queue is None else ratio(sample.accept_queue, accepted),
        "answered_rps": work.answered_rps if work else None,
        "wasted_rps": work.wasted_rps if work else None,
    }


def _host(seconds: Seconds, second: int, seen: Seen) -> dict[str, Any]:
    sample = seen.host
    return {
        "host_cpu_idle": _idle(seconds, second, sample.cpu_limit_cores if sample else None),
        "memory_free_bytes": sample.memory_free_bytes if sample else None,
        "disk_free_bytes": sample.disk_free_bytes if sample else None,
    }


def _idle(seconds: Seconds, second: int, limit_cores: float | None) -> float | None:
    """The idle share of the machine, or of what the lab's control group may use of it, where that is less."""
    idle = ratio(seconds.counted("host", "idle", second), seconds.counted("host", "total", second))
    used = ratio(seconds.counted("host", "limited", second), limit_cores)
    return idle if idle is None or used is None else min(idle, max(0.0, 1 - used))


def _said(by_service: dict[str, str]) -> str | None:
    """One word where all services say the same, else who says what."""
    words = set(by_service.values())
    if len(words) <= 1:
        return next(iter(words), None)
    return ", ".join(f"{service}: {word}" for service, word in sorted(by_service.items()))
