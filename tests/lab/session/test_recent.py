"""A lab that lives for hours takes no more memory than one of minutes, and its status costs no more."""

import gc
import time
import tracemalloc

import pytest

from lab.analysis import Timeline
from lab.analysis.timeline.row import Row
from lab.journal.events import (
    BridgeSample,
    CanarySample,
    CohortClosed,
    CohortProvisional,
    Event,
    HostSample,
    LoadSample,
    ServiceChanged,
    ServiceSample,
)
from lab.session.recent import Recent

SERVICES = ("edge", "router", "storefront", "auth", "canary", "streaming")
LATENCY = {str(bucket): bucket for bucket in range(40)}


def second(number: int) -> list[Event]:
    """What is written in a second of a lab in a storm."""
    t = float(number)
    cohort = {
        "requests": 200,
        "sent": 200,
        "attempts": 700,
        "good": 20,
        "failed": {"timeout": 180},
        "latency": LATENCY,
    }
    events: list[Event] = [
        ServiceSample(
            t=t, service=name, boot="b", requests_total=200 * number, served_total=200 * number, abandoned_total=0,
            in_flight=3, calls_total=number * 200, attempts_total=number * 200, attempts_in_flight=0, queue_depth=0,
            outcomes_total={"ok": number * 190, "timeout": number * 10}, policy="immediate(retries=3)",
        )
        for name in SERVICES
    ]  # fmt: skip
    events += [
        CohortClosed(t=t, source=name, second=max(0, number - 8), **cohort) for name in ("load", "storefront")
    ]
    events += [
        CohortProvisional(t=t, source=name, second=one, **cohort)
        for name in ("load", "storefront")
        for one in range(max(0, number - 7), number)
    ]
    events.append(CanarySample(t=t, started_s=t - 0.5, outcome="ok", latency_ms=3.0))
    events.append(
        LoadSample(
            t=t, intended_total=200 * number, sent_total=200 * number, ok_total=200 * number, failed_total={},
            lag_p99_ms=1.0, in_flight=0, rate_rps=200,
        )
    )  # fmt: skip
    events.append(
        BridgeSample(
            t=t, device="bridge", accepted_total=700 * number, open_connections=3, accept_queue=0,
            cpu_s_total=0.1 * number, throttled_s_total=0.0, cpu_share=0.2,
        )
    )  # fmt: skip
    events.append(
        HostSample(
            t=t, idle_s_total=t, steal_s_total=0, total_s_total=2 * t, memory_free_bytes=2**33, disk_free_bytes=2**33,
            lab_cpu_s_total=0.1 * t, loop_lag_ms=1.0,
        )
    )  # fmt: skip
    return events


def feed(recent: Recent, seconds: range) -> None:
    """So many seconds of it, with a service that is killed and comes back now and then."""
    for number in seconds:
        for event in second(number):
            recent.feed(event)
        if number % 60 == 0:
            recent.feed(ServiceChanged(t=number, service="auth", state="exited", planned=True))
            recent.feed(ServiceChanged(t=number, service="auth", state="healthy"))


@pytest.mark.slow
def test_an_hour_of_events_leaves_nothing_behind() -> None:
    """Under 20 MB was asked for; it is nothing that grows at all."""
    recent = Recent()
    feed(recent, range(60))
    gc.collect()
    tracemalloc.start()
    feed(recent, range(60, 3660))
    gc.collect()
    grown_bytes, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert grown_bytes < 5_000_000  # what the last seconds are, new for old
    assert len(recent.known()) == 1


def last_rows(recent: Recent, now: int) -> list[Row]:
    """The seconds that status shows."""
    short = recent.timeline()
    return [short.row(number) for number in range(now - 8, now - 1)]


def cost_s(recent: Recent, now: int) -> float:
    """What they cost at least, in CPU time: whatever else runs takes from no try less than this."""
    tries = []
    for _ in range(5):
        begun_s = time.process_time()
        last_rows(recent, now)
        tries.append(time.process_time() - begun_s)
    return min(tries)


@pytest.mark.slow
def test_the_last_seconds_are_as_a_whole_timeline_has_them() -> None:
    """Rows of the same figures; after ten minutes they cost what they cost after one."""
    recent, whole, after_a_minute_s = Recent(), list[Event](), 0.0
    for number in range(600):
        whole += second(number)
        for event in second(number):
            recent.feed(event)
        if number == 60:
            after_a_minute_s = cost_s(recent, number)
    timeline, rows = Timeline.fold(whole), last_rows(recent, 600)
    assert cost_s(recent, 600) < 2.5 * after_a_minute_s
    for row in rows:
        wanted = timeline.row(row.second)
        assert (row.offered, row.good, row.attempts) == (wanted.offered, wanted.good, wanted.attempts)
        assert row.queueing_delay_s == wanted.queueing_delay_s
        assert (row.answered_rps, row.wasted_rps) == (wanted.answered_rps, wanted.wasted_rps)
        assert row.bridge_utilization == pytest.approx(wanted.bridge_utilization)
        assert row.amplification == wanted.amplification
    assert recent.at_rest()


def test_a_lab_is_not_at_rest_while_anything_waits() -> None:
    """Load, device and clients; the canary calls all the time."""
    recent = Recent()
    assert not recent.at_rest()
    feed(recent, range(3))
    assert recent.at_rest()
    busy = recent.samples["auth"].model_copy(update={"queue_depth": 2})
    recent.feed(busy)
    assert not recent.at_rest()
    feed(recent, range(3, 4))
    recent.feed(recent.samples["canary"].model_copy(update={"attempts_in_flight": 1}))
    assert recent.at_rest()


def test_a_service_that_died_is_named() -> None:
    """One that was killed on purpose is not."""
    recent = Recent()
    feed(recent, range(61))
    assert recent.deaths() == []
    recent.feed(ServiceChanged(t=61.5, service="edge", state="exited", exit_code=137, planned=False))
    assert recent.deaths() == ["edge died at 61.5 s (exit code 137)"]
