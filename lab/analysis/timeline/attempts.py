"""Attempts of clients that can't count them: real libraries, services of others.

    client ──▶ listen queue ──▶ Toxiproxy ──▶ router
    connects    (accept_queue)                      (connections accepted, requests received)

An attempt opens a connection or reuses one that was kept alive. Where a client's process reports how many connections
it began to open (``connects_total``), its attempts are those and the requests that router received on kept connections:

    connects + (requests - connections at router, where that is more than 0)

Where not even that is known, only the bridge is left, and what it shows is a lower bound: it does not see what was
refused, or dropped because its queue was full, which in a saturated bridge is about half of all:

    max(connections, requests at router) + growth of the listen queue - the canary's

Connections see attempts that were given up before their request went through; requests see those on kept connections;
each attempt makes at most one of either. Of connections without a request and requests on kept connections in the same
second only the difference shows. What else keeps connections to the bridge (a Prometheus) counts as well.
"""

from lab.analysis.timeline.deltas import GAP_S
from lab.journal.events import BridgeSample, ServiceSample


class AtBridge:
    """Samples of the bridge -> cumulative figures that never fall.

    Attributes:
        attempts: at least so many arrived, by all clients together; None: the newest sample doesn't say.
        reused: of them on connections that were kept alive.
    """

    def __init__(self) -> None:
        self.attempts: float | None = None
        self.reused: float | None = None
        self._last: BridgeSample | None = None
        self._through = self._kept = self._most = 0

    def feed(self, sample: BridgeSample) -> None:
        """Take the next sample."""
        self.attempts = self.reused = None
        if sample.accepted_total is None or sample.requests_total is None:
            return
        last, self._last = self._last, sample
        if last is not None and sample.t - last.t <= GAP_S:
            connections = _grown(sample.accepted_total, last.accepted_total)
            requests = _grown(sample.requests_total, last.requests_total)
            self._through += max(connections, requests)
            self._kept += max(0, requests - connections)
        self.reused = float(self._kept)
        if sample.accept_queue is not None:
            self._most = max(self._most, self._through + sample.accept_queue)
            self.attempts = float(self._most)


def _grown(now: int, before: int | None) -> int:
    """By how much a counter grew; 0 where it began again."""
    return max(0, now - (now if before is None else before))


def source_of(samples: list[ServiceSample]) -> str | None:
    """Who counts the attempts of these clients: the bridge, if it has to for any; None: there are no clients."""
    sources = {sample.source for sample in samples if sample.calls_total is not None}
    return "bridge" if "bridge" in sources else next(iter(sources), None)
