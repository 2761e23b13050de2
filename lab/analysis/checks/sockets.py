"""No socket was refused by the machine: no listen overflow but the bridge's, no EMFILE, no EADDRNOTAVAIL."""

from functools import partial

from lab.analysis.checks.checker import growth, within
from lab.analysis.timeline.timeline import Timeline
from lab.analysis.verdict.verdict import Finding
from lab.journal.events import ServiceSample

ERRORS = ("EMFILE", "ENFILE", "EADDRNOTAVAIL")


def check_sockets(timeline: Timeline) -> list[Finding]:
    """From the first phase's start to the last one's end."""
    return [_overflows(timeline), _errors(timeline)]


def _overflows(timeline: Timeline) -> Finding:
    """The host's count includes the bridge's, whose queue is meant to overflow."""
    hosts = within(timeline.hosts, timeline.judged)
    totals = [h.listen_overflows_total for h in hosts if h.listen_overflows_total is not None]
    bridges = [h.bridge_listen_overflows_total for h in hosts if h.bridge_listen_overflows_total is not None]
    grown = totals[-1] - totals[0] if totals else None
    others = grown if not grown or not bridges else max(0, grown - (bridges[-1] - bridges[0]))
    known = grown == 0 or bool(bridges)
    return Finding(
        name="listen overflows, not the bridge's",
        limit="none",
        measured=others if known else None,
        ok=others == 0 if known and others is not None else None,
    )


def _errors_total(error: str, sample: ServiceSample) -> float:
    return sample.errors_total.get(error, 0)


def _errors(timeline: Timeline) -> Finding:
    found: dict[str, float] = {}
    for service, samples in timeline.services.items():
        for error in ERRORS:
            grown = growth(within(samples, timeline.judged), partial(_errors_total, error))
            if grown:
                found[f"{error} in {service}"] = grown
    measured = sum(found.values()) if timeline.services else None
    return Finding(
        name="EMFILE, ENFILE, EADDRNOTAVAIL",
        limit="none",
        measured=measured,
        ok=None if measured is None else measured == 0,
        detail=", ".join(found),
    )
