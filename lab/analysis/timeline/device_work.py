"""What became of the device's work: connections whose client got an answer, and those whose client had given up.

    work      connections accepted + requests on connections that were kept alive, as they came out behind the device
    answered  attempts that ended with an answer, whatever it said (2xx, 4xx, 5xx), by all who call over the device
    wasted    work - answered; no more than what could belong to who had given up:
              accept queue as the seconds began + attempts given up in them (timeout, reset, other)

What a policy rejected was never sent and what was refused never came in: neither is work. Scrapes and pages that cross
the device are work without a caller that counts its attempts; the bound keeps them out of what is wasted in health.
"""

from dataclasses import dataclass

from lab.analysis.timeline.seconds import Seconds

KNOWN = 0.8
"""So many of the seconds must have been measured."""


@dataclass(frozen=True, slots=True)
class DeviceWork:
    """Connections (and requests on those that were kept) per second."""

    answered_rps: float
    wasted_rps: float


def device_work(seconds: Seconds, span: range) -> DeviceWork | None:
    """The split over some seconds with load.

    None where fewer than 80 % of them were measured, where a client can't count its attempts (a library), and where no
    load was offered: what the lab itself sends while it calibrates has no client that could give up.
    """
    known = [second for second in span if _known(seconds, second)]
    if not known or len(known) < KNOWN * len(span):
        return None
    device, sample = seconds.roles.device, seconds.at(known[0]).bridge
    if sample is None or sample.accept_queue is None:
        return None
    work = sum(
        (seconds.counted(device, "accepted", second) or 0.0)
        + (seconds.counted(device, "reused", second) or 0.0)
        for second in known
    )
    answered = sum(seconds.of_callers("answered", second) for second in known)
    given_up = sum(seconds.of_callers("given up", second) for second in known)
    wasted = max(0.0, min(work - answered, sample.accept_queue + given_up))
    return DeviceWork(answered / len(known), wasted / len(known))


def _known(seconds: Seconds, second: int) -> bool:
    """Whether load was offered, the device was read, and each client that was called counted what became of it."""
    seen = seconds.at(second)
    return (
        seen.load is not None
        and seen.bridge is not None
        and seconds.counted(seconds.roles.device, "accepted", second) is not None
        and all(
            cohort.attempts is not None and seconds.counted(name, "answered", second) is not None
            for name, cohort in seen.clients.items()
        )
    )
