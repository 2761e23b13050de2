"""Pages become events once each, with moments of the run's clock."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from lab.probes.pages import PageTracker
from lab.probes.run_clock import RunClock


def page(received_s: float, state: str = "firing", **said: object) -> dict[str, Any]:
    known = {
        "plane": "ops",
        "alert": "GoodputLow",
        "starts_utc": None,
        "ends_utc": None,
        "labels": {"a": "b"},
    }
    return {**known, "state": state, "received_s": received_s, **said}


def test_each_page_once_and_none_from_before_the_run() -> None:
    """The receiver tells all that it keeps, again and again; containers share the machine's clock."""
    tracker = PageTracker(RunClock(epoch_s=1000))
    assert [one.received_s for one in tracker.events([page(990.0), page(1002.5)])] == [2.5]
    again = list(tracker.events([page(1002.5), page(1004.0, "resolved"), page(1009.0)]))
    assert [(one.received_s, one.state) for one in again] == [(4.0, "resolved"), (9.0, "firing")]
    assert again[0].labels == {"a": "b"}


def test_when_the_plane_says_that_it_began_and_ended() -> None:
    """A moment of the wall clock is told on the run's; one that no one told stays unknown."""
    clock = RunClock(epoch_s=int(time.monotonic()) - 100)
    began = datetime.now(UTC) - timedelta(seconds=30)
    told = (began.isoformat(), (began + timedelta(seconds=10)).isoformat())
    now = time.monotonic()
    pages = [page(now, starts_utc=told[0]), page(now, "resolved", ends_utc=told[1]), page(now + 1)]
    firing, resolved, unknown = PageTracker(clock).events(pages)
    assert firing.sent_t == pytest.approx(clock.now_s - 30, abs=3)
    assert resolved.sent_t == pytest.approx(clock.now_s - 20, abs=3)
    assert unknown.sent_t is None


def test_one_alert_about_two_things_is_two_pages() -> None:
    """Alertmanager tells of both in one notification, at one moment."""
    tracker = PageTracker(RunClock(epoch_s=0))
    both = [page(5.0, labels={"service": "edge"}), page(5.0, labels={"service": "storefront"})]
    assert len(list(tracker.events(both))) == 2
    assert list(tracker.events(both)) == []
