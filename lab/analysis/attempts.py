"""Attempts of clients that can't count them (real libraries), from what the bridge shows.

    client ──▶ listen queue ──▶ Toxiproxy ──▶ router
               (backlog)                      (connections accepted, requests received)

An attempt opens a connection or reuses one that was kept alive. So what began in a second is at least

    max(connections accepted by router, requests received by router) + growth of the listen queue

Connections see attempts that were given up before their request went through; requests see those on kept connections.
Each attempt has at most one of either, so neither counts too much: **the figure is a lower bound**. It is missing
attempts whose connection was refused, or that were dropped because the queue was full, and where one second has both
kept connections and connections without a request, the smaller of the two.
"""

from lab.analysis.deltas import GAP_S
from lab.journal.events import BridgeSample, ServiceSample


class BridgeAttempts:
    """Samples of the bridge -> a cumulative figure that never falls."""

    def __init__(self) -> None:
        self._last: BridgeSample | None = None
        self._through = 0
        self._most = 0

    def feed(self, sample: BridgeSample) -> float | None:
        """The attempts seen so far; None where the sample doesn't tell."""
        if sample.accepted_total is None or sample.requests_total is None or sample.backlog is None:
            return None
        last, self._last = self._last, sample
        if last is not None and sample.t - last.t <= GAP_S:
            self._through += max(
                _grown(sample.accepted_total, last.accepted_total),
                _grown(sample.requests_total, last.requests_total),
            )
        self._most = max(self._most, self._through + sample.backlog)
        return float(self._most)


def _grown(now: int, before: int | None) -> int:
    """By how much a counter grew; 0 where it began again."""
    return max(0, now - (now if before is None else before))


def source_of(samples: list[ServiceSample]) -> str | None:
    """Who counts the attempts of these clients: the bridge, if it has to for any; None: there are no clients."""
    sources = {sample.source for sample in samples if sample.calls_total is not None}
    return "bridge" if "bridge" in sources else next(iter(sources), None)
