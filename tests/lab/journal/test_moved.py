"""Every event class says which of its fields are seconds of the run's clock; moving them is the same for all."""

from typing import get_args

import pytest

from lab.journal.events import (
    ActionChanged,
    CanarySample,
    CohortClosed,
    Event,
    LoadSample,
    UrlSample,
)
from lab.journal.moved import fields_on_run_clock, moved
from lab.journal.plane_events import PageReceived, PlaneBackfilled, PlaneSample, PlaneScraped

KINDS: tuple[type[Event], ...] = get_args(get_args(Event)[0])
LENGTHS = frozenset(
    {
        "planned_s", "throttled_s_total", "cpu_s_total", "idle_s_total", "steal_s_total", "total_s_total",
        "lab_cpu_s_total", "governor_cpu_s_total", "scrape_interval_s", "scrape_timeout_s", "window_s", "bounds_s",
        "newest_age_s", "limited_cpu_s_total", "suspended_s_total", "wall_clock_s", "governor_age_s", "away_s",
    }
)  # fmt: skip
"""Fields in seconds that are lengths of time, or those of the wall clock."""


def moments(kind: type[Event]) -> set[str]:
    """Fields that look like seconds of a clock."""
    names = set(kind.model_fields) - {"t"}
    return {n for n in names if n in {"second", "sent_t"} or n.endswith("_s") or "_s_" in n} - LENGTHS


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_moment_is_declared(kind: type[Event]) -> None:
    """One that is not would keep the seconds of another run: a new field is declared, or is a length."""
    declared = set(fields_on_run_clock(kind))
    assert moments(kind) <= declared
    assert declared - moments(kind) <= {"values"}


URL = UrlSample(url="http://x", second=40, status=200, took_ms=1.0)
COHORT = CohortClosed(source="load", second=40, requests=1, sent=1, attempts=1, good=1, failed={})
PAGE = PageReceived(plane="ops", alert="A", state="firing", received_s=40.5, sent_t=31.0)


def test_each_kind_of_field_is_moved() -> None:
    """A number, one that may be null, several, and those that are keys."""
    assert moved(URL, 30) == URL.model_copy(update={"second": 10})
    assert moved(COHORT, 30) == COHORT.model_copy(update={"second": 10})
    assert moved(PAGE, 35) == PAGE.model_copy(update={"received_s": 5.5, "sent_t": -4.0})
    scraped = PlaneScraped(plane="ops", target="edge", ok_s=(31.0, 36.0), failed_s=(41.0,))
    assert moved(scraped, 30) == scraped.model_copy(update={"ok_s": (1.0, 6.0), "failed_s": (11.0,)})
    again = PlaneBackfilled(plane="ops", query="goodput", values={"31": 1.0, "40": 2.0})
    assert moved(again, 30) == again.model_copy(update={"values": {"1": 1.0, "10": 2.0}})
    asked = PlaneSample(
        plane="ops", second=40, query="goodput", value=1.0, asked_s=41.5, newest_age_s=3.0, answered_ms=1.0,
        scrapes_ok_total=3, scrapes_expected_total=4,
    )  # fmt: skip
    assert moved(asked, 30) == asked.model_copy(update={"second": 10, "asked_s": 11.5})
    refused = ActionChanged(
        action="1", kind="fault", name="n", fault="f", target="t", params={}, state="refused", by="x",
    )  # fmt: skip
    assert moved(refused, 30) == refused


@pytest.mark.parametrize(
    "event",
    [URL, COHORT, PAGE, CanarySample(started_s=40.2, outcome="ok", latency_ms=1.0)],
    ids=lambda e: e.type,
)
def test_what_was_before_a_run_began_is_no_event_of_it(event: Event) -> None:
    """Its second is what decides, not when it was read."""
    assert moved(event, 41) is None
    assert moved(event, 40) is not None


def test_what_has_no_moment_of_its_own_stays_as_it_is() -> None:
    """Cumulative counts mean the same on any clock."""
    sample = LoadSample(
        intended_total=1, sent_total=1, ok_total=1, failed_total={}, lag_p99_ms=None, in_flight=0, rate_rps=1
    )
    assert moved(sample, 1000) is sample
