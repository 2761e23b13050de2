"""First attempts, retries and refusals over an arrow. Tests lab.analysis.system.arrow_second."""

from lab.analysis.system import system_map, system_second
from lab.analysis.timeline.timeline import Timeline
from lab.drillfile import Drill
from lab.journal.events import Event, SettingsRead
from tests.lab.analysis.system.little_lab import (
    ASKED,
    client,
    cohorts,
    device,
    load,
    passing,
    service,
    timeline,
)

SECOND = 3
Told = tuple[float, float, float | None]


def arrow(run: Timeline, source: str, target: str, second: int = SECOND) -> Told | None:
    """First attempts, retries and refusals of a second, to six places."""
    found = system_map(run)
    told = {
        (one.source, one.target): told
        for one, told in zip(found.arrows, system_second(run, second, found).arrows, strict=True)
    }[source, target]
    if told is None:
        return None
    refused = None if told.refused_rps is None else round(told.refused_rps, 6)
    return round(told.first_rps, 6), round(told.retries_rps, 6), refused


def read(name: str, **values: str) -> list[Event]:
    """A service's settings, read once at the beginning."""
    return [SettingsRead(t=0.02, service=name, values=dict(values))]


def test_a_client_counts_its_first_attempts_itself(drill: Drill) -> None:
    """100 calls of which 80 were tried, 320 attempts in all; 25 times a guard said no."""
    outcomes = {"ok": 10, "timeout": 310, "budget": 15, "breaker": 10}
    run = timeline(drill, client("storefront", outcomes, calls=100, attempts=320, first_attempts=80))
    assert arrow(run, "storefront", "auth") == (80, 240, 25)


def test_in_an_older_journal_calls_that_were_never_tried_are_no_first_attempts(drill: Drill) -> None:
    """The cohort says how many the breaker refused from the start; a call that failed after attempts was tried."""
    outcomes = {"timeout": 320, "breaker": 40}
    old = client("storefront", outcomes, calls=100, attempts=320)
    run = timeline(drill, old, cohorts("storefront", 320, {"breaker": 20, "timeout": 60}))
    assert arrow(run, "storefront", "auth") == (80, 240, 40)


def test_there_are_no_more_first_attempts_than_attempts(drill: Drill) -> None:
    """Calls whose breaker is open make none, and their cohort is not known yet."""
    run = timeline(drill, client("storefront", {"breaker": 100}, calls=100, attempts=0))
    assert arrow(run, "storefront", "auth") == (0, 0, 100)


def test_a_library_counts_no_attempts_so_its_calls_are_the_first_of_them(drill: Drill) -> None:
    """130 connections for 100 calls; whether it refused any, it doesn't say."""
    calls = service(
        "storefront",
        {**ASKED, "calls_total": 100, "connects_total": 130},
        source="bridge",
        outcomes_total={"ok": 100},
    )
    run = timeline(drill, calls, device(requests_total=0), cohorts("storefront", None))
    assert arrow(run, "storefront", "auth") == (100, 30, None)


def test_a_server_counts_by_whom_it_calls(drill: Drill) -> None:
    """Edge's own policy: 100 requests, 250 attempts, 7 that its budget refused; others' figures are not asked."""
    run = timeline(drill, passing("edge", {"storefront": (250, 100, 7)}), service("storefront"))
    assert arrow(run, "edge", "storefront") == (100, 150, 7)


def test_a_proxy_counts_all_together_and_its_callee_what_arrived(drill: Drill) -> None:
    """Router passes on 110 requests, of which 10 are scrapes of others, and retries 50 times."""
    came = service("auth", {**ASKED, "requests_total": 150})
    run = timeline(drill, passing("router", {"": (160, 110, 0)}), came)
    assert arrow(run, "router", "auth") == (100, 50, 0)


def test_in_an_older_journal_a_server_without_retries_made_none(drill: Drill) -> None:
    """Two services count the same requests a moment apart: a difference between them is no retry."""
    asked, came = service("edge"), service("storefront", {**ASKED, "requests_total": 103})
    assert arrow(timeline(drill, asked, came), "edge", "storefront") == (103, 0, None)


def test_in_an_older_journal_more_than_a_server_was_asked_are_its_retries(drill: Drill) -> None:
    """By the policy as it was read back."""
    asked, came = service("edge"), service("storefront", {**ASKED, "requests_total": 400})
    run = timeline(drill, asked, came, read("edge", policy="immediate(retries=3)"))
    assert arrow(run, "edge", "storefront") == (100, 300, None)


def test_the_load_sends_each_request_once(drill: Drill) -> None:
    """Whatever becomes of it."""
    assert arrow(timeline(drill, load(100, ok=0, failed=100)), "load", "edge") == (100, 0, 0)


def test_what_was_not_measured_is_null(drill: Drill) -> None:
    """No sample; or none after the second, so that it is not whole yet."""
    whole = client("storefront", {"ok": 100}, calls=100, attempts=100, first_attempts=100)
    assert arrow(timeline(drill, load()), "storefront", "auth") is None
    assert [arrow(timeline(drill, whole), "storefront", "auth", second) for second in (6, 7)] == [
        (100, 0, 0),
        None,
    ]


def test_a_client_that_was_routed_elsewhere_says_so(drill: Drill) -> None:
    """By its settings as they were read back; the map keeps the device that everything crosses."""
    calls = client("storefront", {"ok": 100}, calls=100, attempts=100, first_attempts=100)
    for setting, over in (("bridge-reserve", "bridge-reserve"), ("bridge", None)):
        run = timeline(drill, calls, device("bridge-reserve"), read("storefront", device=setting))
        found = system_map(run)
        told = next(
            told
            for one, told in zip(found.arrows, system_second(run, SECOND, found).arrows, strict=True)
            if one.source == "storefront"
        )
        assert told is not None
        assert told.over == over
