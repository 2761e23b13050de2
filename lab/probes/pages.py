"""What arrived at on-call, as the receiver counts it, once each as an event on the run's clock."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from lab.journal.plane_events import PageReceived
from lab.probes.run_clock import RunClock


class PageTracker:
    """Turns the pages that the receiver reports into events on the run's ``clock``."""

    def __init__(self, clock: RunClock) -> None:
        self._clock = clock
        self._seen: set[tuple[object, ...]] = set()

    def events(self, pages: Iterable[dict[str, Any]]) -> Iterator[PageReceived]:
        """Those that are new, in the order in which they came."""
        for page in pages:
            told = tuple(page[name] for name in ("plane", "alert", "state", "received_s"))
            key = (*told, *sorted(page["labels"].items()))
            received_s = page["received_s"] - self._clock.epoch_s
            if key in self._seen or received_s < 0:
                continue
            self._seen.add(key)
            said = page["starts_utc"] if page["state"] == "firing" else page["ends_utc"]
            yield PageReceived(
                plane=page["plane"],
                alert=page["alert"],
                state=page["state"],
                received_s=received_s,
                sent_t=None if said is None else self._clock.run_s(_at(said)),
                labels=page["labels"],
            )


def _at(said: str) -> float:
    """A moment as written, in seconds since 1970; UTC where it doesn't say."""
    found = datetime.fromisoformat(said)
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
