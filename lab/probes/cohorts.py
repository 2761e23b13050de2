"""Which seconds of a source are final: each is written to the journal once, when it can't change any more."""

import math
from collections.abc import Iterator
from typing import Any

from lab.journal.events import CohortClosed, CohortProvisional

PATIENCE_S = 5.0
"""How long a request may take, where a drill says nothing else."""
ROOM_S = 10
"""A cohort is final at most this long after that: a late sample, and room."""


class CohortTracker:
    """Turns the cohorts that a source answers into events on the run's clock.

    Args:
        source: the load or a service.
        epoch_s: the run's zero on CLOCK_MONOTONIC, a whole second.
        patience_s: how long a request may take.
    """

    def __init__(self, source: str, epoch_s: int, patience_s: float = PATIENCE_S) -> None:
        self._source = source
        self._epoch_s = epoch_s
        self._newest = epoch_s
        self._open_at_most_s = ROOM_S + math.ceil(max(PATIENCE_S, patience_s))
        self._written: set[int] = set()

    @property
    def after(self) -> int:
        """The second (of the machine's clock) up to which nothing is asked for any more."""
        return max(self._epoch_s - 1, self._newest - self._open_at_most_s)

    def events(self, cohorts: list[dict[str, Any]]) -> Iterator[CohortClosed | CohortProvisional]:
        """The new final cohorts, once each, and the provisional ones as they stand."""
        for cohort in sorted(cohorts, key=lambda one: one["second"]):
            second = cohort["second"]
            if second <= self.after or second in self._written:
                continue
            figures = {
                key: cohort[key] for key in ("requests", "sent", "attempts", "good", "failed", "latency")
            }
            place = {"source": self._source, "second": second - self._epoch_s}
            figures["customers"] = cohort.get("customers", {})
            if cohort["closed"]:
                self._written.add(second)
                yield CohortClosed(**place, **figures, latency_all=cohort["latency_all"])
            else:
                yield CohortProvisional(**place, **figures)
        self._newest = max([self._newest, *(cohort["second"] for cohort in cohorts)])
        self._written = {second for second in self._written if second > self.after}
