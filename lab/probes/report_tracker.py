"""What roles' automations report, once each as an event on the run's clock."""

from collections.abc import Iterable, Iterator
from typing import Any

from lab.journal.events import AutomationReported


class ReportTracker:
    """Remembers up to when each service's reports were taken; ``epoch_s``: the run's zero on CLOCK_MONOTONIC."""

    def __init__(self, epoch_s: int) -> None:
        self._epoch_s = epoch_s
        self._newest: dict[str, float] = {}

    def events(self, service: str, reports: Iterable[dict[str, Any]]) -> Iterator[AutomationReported]:
        """Those that are new, in the order in which they came."""
        for report in sorted(reports, key=lambda one: one["at_s"]):
            at_s = float(report["at_s"])
            if at_s <= self._newest.get(service, float(self._epoch_s)):
                continue
            self._newest[service] = at_s
            yield AutomationReported(**{**report, "service": service, "at_s": at_s - self._epoch_s})
