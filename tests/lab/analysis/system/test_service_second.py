"""The one word for how a role is. Tests lab.analysis.system.service_second."""

from typing import Any

import pytest

from lab.analysis.system import SystemSecond, system_second
from lab.drillfile import Drill
from lab.journal.events import Event, ServiceChanged
from lab.topology.roles import Roles
from tests.lab.analysis.system.little_lab import action, client, cohorts, device, load, service, timeline

SECOND = 3
GOING = {"calls": 100, "attempts": 100, "first_attempts": 100}


def second(drill: Drill, *parts: list[Event], at: int = SECOND) -> SystemSecond:
    """A second of the run of these."""
    return system_second(timeline(drill, *parts), at)


def work(served: int, failed: int = 0, abandoned: int = 0) -> dict[str, Any]:
    """What a service did in a second."""
    ended = {"served_total": served, "failed_total": {"503": failed}, "abandoned_total": abandoned}
    return {"requests_total": served + failed + abandoned, **ended}


@pytest.mark.parametrize(
    ("per_s", "state"),
    [
        (work(100), "healthy"),
        (work(60, failed=40), "healthy"),
        (work(40, failed=60), "degraded"),
        (work(40, abandoned=60), "degraded"),
        (work(30, failed=40, abandoned=30), "degraded"),
        (work(0), "idle"),
    ],
)
def test_a_service_is_as_most_of_what_ended_was(drill: Drill, per_s: dict[str, Any], state: str) -> None:
    """Answered late is as bad as failed; half and half is healthy; idle is neither."""
    assert second(drill, service("auth", per_s)).services["auth"].state == state


def test_waiting_is_not_idle(drill: Drill) -> None:
    """Nothing came and nothing ended, but requests are under way."""
    assert second(drill, service("auth", work(0), in_flight=3)).services["auth"].state == "healthy"


def test_what_only_the_canary_asks_is_idle(drill: Drill) -> None:
    """One call a second of the lab's own is not work; the canary itself has that to do."""
    canary = client("canary", {"ok": 1}, calls=1, attempts=1, first_attempts=1)
    found = second(drill, canary, service("auth", work(1)), service("edge", work(1))).services
    assert (found["auth"].state, found["edge"].state, found["canary"].state) == ("idle", "healthy", "healthy")


def test_a_client_that_calls_for_itself_is_as_its_calls(drill: Drill) -> None:
    """The canary is asked for nothing; what it called timed out."""
    canary = client("canary", {"timeout": 1}, calls=1, attempts=1, first_attempts=1)
    assert second(drill, canary).services["canary"].state == "degraded"


@pytest.mark.parametrize(
    ("breaker", "state"), [("open", "breaker-open"), ("half-open", "breaker-open"), ("closed", "degraded")]
)
def test_an_open_breaker_comes_before_what_it_makes_of_the_answers(
    drill: Drill, breaker: str, state: str
) -> None:
    """Storefront answers 503 to all whom the breaker refuses; so it does with a closed one, but then it is degraded."""
    calls = service(
        "storefront", work(0, failed=100), breaker=breaker, policy="none + breaker", queue_depth=4
    )
    told = second(drill, calls).services["storefront"]
    assert (told.state, told.breaker, told.policy, told.queue_depth) == (state, breaker, "none + breaker", 4)


def test_a_silenced_service_is_paused_or_stopped_whatever_it_said_last(drill: Drill) -> None:
    """From the second in which the action was applied to the one in which it was undone."""
    for fault, word in (("pause", "paused"), ("kill", "stopped")):
        acts = [action("hit", fault, "auth", "applied", 2.5), action("hit", fault, "auth", "reverted", 4.5)]
        states = [
            second(drill, service("auth"), acts, at=at).services["auth"].state for at in (1, 2, 3, 4, 5)
        ]
        assert states == ["healthy", word, word, word, "healthy"]
        assert second(drill, service("edge"), acts).services["edge"].state == "healthy"


def test_a_service_that_ended_is_stopped_until_it_is_read_again(drill: Drill) -> None:
    """Its end is an event; a sample after it shows that it is back, though no event says so."""
    ended: list[Event] = [ServiceChanged(t=3.5, service="auth", state="exited", planned=False)]
    before = [event for event in service("auth") if event.t < 3.5]
    assert second(drill, before, ended, at=3).services["auth"].state == "stopped"
    assert second(drill, before, ended, at=9).services["auth"].state == "stopped"
    assert second(drill, service("auth"), ended, at=5).services["auth"].state == "healthy"


def test_what_was_not_read_is_unknown(drill: Drill) -> None:
    """Never; not lately; and in the newest second, whose counts are not whole."""
    early = [event for event in service("auth") if event.t < 3.5]
    states = [second(drill, early, at=at).services["auth"].state for at in (2, 3, 4, 5)]
    assert states == ["healthy", "unknown", "unknown", "unknown"]
    assert second(drill, load()).services["auth"].state == "unknown"


@pytest.mark.parametrize(
    ("made", "state"),
    [(load(), "healthy"), (load(ok=20, failed=80), "degraded"), (load(0, ok=0), "idle")],
)
def test_the_load_is_as_its_requests_end(drill: Drill, made: list[Event], state: str) -> None:
    """Counted as they end."""
    assert second(drill, made).services["load"].state == state


@pytest.mark.parametrize(
    ("made", "state"),
    [
        (device(), "healthy"),
        (device(accept_queue=150), "degraded"),
        (device(accept_queue=50), "healthy"),
        (device(accepted=0), "idle"),
        (device(accepted=0, accept_queue=5), "healthy"),
        (device(listening=False), "stopped"),
        (device(accepted=None), "unknown"),
    ],
)
def test_a_device_is_as_its_queue_and_its_work(drill: Drill, made: list[Event], state: str) -> None:
    """A queueing delay of 1.5 s is longer than the clients' timeout of 1 s; 0.5 s is not."""
    assert second(drill, made).services["bridge"].state == state


@pytest.mark.parametrize(("ok", "state"), [(100, "healthy"), (60, "healthy"), (40, "degraded")])
def test_a_device_that_works_more_for_clients_that_gave_up_is_degraded(
    drill: Drill, ok: int, state: str
) -> None:
    """Its queue is short, but of what it does more is wasted than answered."""
    calls = client("storefront", {"ok": ok, "timeout": 100 - ok}, **GOING)
    ends = cohorts("load", None) + cohorts("storefront", 100)
    kept = device(accept_queue=20, requests_total=0)
    found = second(drill, calls, client("canary", {"ok": 0}, calls=0, attempts=0), kept, ends, at=5)
    told = found.devices["bridge"]
    assert (told.answered_rps, told.wasted_rps) == pytest.approx((ok, 100 - ok))
    assert found.services["bridge"].state == state


def test_a_reserve_is_used_when_it_had_connections_lately(drill: Drill) -> None:
    """One sample without any falls between two calls."""
    quiet = device("bridge-reserve", None, open_connections=0)
    used = [e.model_copy(update={"open_connections": 2}) if e.t < 2 else e for e in quiet]
    assert second(drill, quiet).services["bridge-reserve"].state == "idle"
    states = [second(drill, used, at=at).services["bridge-reserve"].state for at in (3, 4, 6)]
    assert states == ["healthy", "healthy", "idle"]


def test_a_device_or_a_policy_that_was_not_read_lately_is_not_known(drill: Drill) -> None:
    """What was read two seconds before says nothing of now."""
    early = [event for event in device("bridge-reserve", None) if event.t < 3.5]
    calls = [event for event in client("storefront", {"ok": 100}, **GOING) if event.t < 3.5]
    calls = [event.model_copy(update={"policy": "budget"}) for event in calls]
    seen = [second(drill, early, calls, at=at) for at in (3, 4, 5)]
    assert [one.services["bridge-reserve"].state for one in seen] == ["healthy", "healthy", "unknown"]
    assert [one.devices["bridge-reserve"].queue_limit for one in seen] == [510, 510, None]
    assert [one.services["storefront"].policy for one in seen] == ["budget", "budget", None]


def test_services_that_share_a_process_are_silenced_together(drill: Drill) -> None:
    """What is aimed at the process hits each of its roles."""
    run = timeline(drill, service("auth"), [action("hit", "pause", "box", "applied", 2.5)])
    run.roles = Roles({**run.roles, "auth": run.roles["auth"].model_copy(update={"service": "box"})})
    assert system_second(run, SECOND).services["auth"].state == "paused"
