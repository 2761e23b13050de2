"""The pages that on-call got: each change of an alert's state once, however often Alertmanager repeats it."""

from collections import OrderedDict, deque
from dataclasses import asdict, dataclass
from typing import Any

from services.pager.webhook import Alert

KEPT = 1000

_Key = tuple[str, tuple[tuple[str, str], ...]]


@dataclass(frozen=True, slots=True)
class Page:
    """An alert that arrived in a state that was news.

    Args:
        plane: Who says so.
        alert: Its name.
        state: firing or resolved.
        received_s: When it arrived (CLOCK_MONOTONIC).
        starts_utc: When it began, as the plane wrote it; None: it didn't.
        ends_utc: When it ended, likewise.
        labels: All of its labels.
    """

    plane: str
    alert: str
    state: str
    received_s: float
    starts_utc: str | None
    ends_utc: str | None
    labels: dict[str, str]


class Pages:
    """The last 1,000 pages.

    Alertmanager sends a whole group again when any alert of it changes, and at each repeat interval. What is news is
    another state, or another beginning: that one was resolved in between, and the word of it got lost.
    """

    def __init__(self, kept: int = KEPT) -> None:
        self._kept = kept
        self._pages: deque[Page] = deque(maxlen=kept)
        self._last: OrderedDict[_Key, tuple[str, str | None]] = OrderedDict()

    def take(self, plane: str, alert: Alert, now_s: float) -> Page | None:
        """An alert that arrived; the page that it is, or None: known already."""
        key = (plane, tuple(sorted(alert.labels.items())))
        news = (alert.state, alert.starts_utc)
        if self._last.get(key) == news:
            self._last.move_to_end(key)
            return None
        self._last[key] = news
        self._last.move_to_end(key)
        if len(self._last) > self._kept:
            self._last.popitem(last=False)
        page = Page(
            plane, alert.name, alert.state, now_s, alert.starts_utc, alert.ends_utc, dict(alert.labels)
        )
        self._pages.append(page)
        return page

    def since(self, after: float) -> list[dict[str, Any]]:
        """Those received later than `after`, oldest first."""
        return [asdict(page) for page in self._pages if page.received_s > after]
