"""Admission, histogram, settings from the environment, logs, loop lag."""

import asyncio
import json
import logging
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.admission import Work
from services.auth import Settings as AuthSettings
from services.kit.env import BadEnvironmentError, BindAddresses, address, environment_of
from services.kit.histogram import Histogram, bucket, upper_ms
from services.kit.live_settings import SettingsError, from_environment
from services.kit.loop_lag import LoopLag
from services.kit.shed import ShedError
from services.kit.structured_logs import RateLimit
from services.kit.worker_pool import Admission
from services.storefront import Settings as StorefrontSettings

Eventually = Callable[[Callable[[], object]], Awaitable[None]]


def limited(workers: int, queue_limit: int) -> Admission:
    """First come, first served."""
    admission = Admission()
    admission.use("fifo", workers, queue_limit)
    return admission


async def test_workers_then_the_queue_then_no(eventually: Eventually) -> None:
    """Two at work, one waiting, the fourth refused; first come, first served."""
    admission, done, let_go = limited(workers=2, queue_limit=1), list[int](), asyncio.Event()

    async def work(number: int) -> None:
        async with admission.turn(Work(time.monotonic())):
            await let_go.wait()
            done.append(number)

    tasks = [asyncio.create_task(work(number)) for number in range(3)]
    await eventually(lambda: admission.depth == 1)
    with pytest.raises(ShedError, match="queue-full"):
        await work(4)
    let_go.set()
    await asyncio.gather(*tasks)
    assert done == [0, 1, 2]
    assert admission.depth == 0


async def test_who_stops_waiting_leaves_the_queue(eventually: Eventually) -> None:
    """A cancelled wait frees its place, and no worker is lost, also when its turn came at the same moment."""
    admission, let_go = limited(workers=1, queue_limit=5), asyncio.Event()

    async def work() -> str:
        async with admission.turn(Work(time.monotonic())):
            await let_go.wait()
            return "done"

    first, second, third = (asyncio.create_task(work()) for _ in range(3))
    await eventually(lambda: admission.depth == 2)
    second.cancel()
    await asyncio.gather(second, return_exceptions=True)
    assert admission.depth == 1
    let_go.set()
    await first
    third.cancel()  # its turn has come, it hasn't run yet
    await asyncio.gather(third, return_exceptions=True)
    assert await asyncio.wait_for(work(), 1) == "done"


async def test_who_just_stopped_waiting_is_passed_over(eventually: Eventually) -> None:
    """Its wait is cancelled but it hasn't run yet when a worker comes free: the next one gets it."""
    admission, let_go = limited(workers=1, queue_limit=5), asyncio.Event()

    async def work() -> str:
        async with admission.turn(Work(time.monotonic())):
            await let_go.wait()
            return "done"

    first, second, third = (asyncio.create_task(work()) for _ in range(3))
    await eventually(lambda: admission.depth == 2)
    second.cancel()
    admission.use("fifo", workers=2, queue_limit=5)
    assert admission.depth == 0
    let_go.set()
    assert [await first, await third] == ["done", "done"]
    await asyncio.gather(second, return_exceptions=True)
    assert second.cancelled()


async def test_more_workers_take_effect_at_once(eventually: Eventually) -> None:
    """Resizing admits who waits."""
    admission, let_go = limited(workers=1, queue_limit=5), asyncio.Event()

    async def work() -> None:
        async with admission.turn(Work(time.monotonic())):
            await let_go.wait()

    tasks = [asyncio.create_task(work()) for _ in range(3)]
    await eventually(lambda: admission.depth == 2)
    admission.use("fifo", workers=3, queue_limit=5)
    assert admission.depth == 0
    let_go.set()
    await asyncio.gather(*tasks)


@given(st.floats(0, 1e7))
def test_a_bucket_holds_what_it_says(latency_ms: float) -> None:
    """1.05^(i-1) < x <= 1.05^i, bucket 0 up to 1 ms."""
    index = bucket(latency_ms)
    assert latency_ms <= upper_ms(index) * (1 + 1e-9)
    assert index == 0 or latency_ms > upper_ms(index - 1) * (1 - 1e-9)


def test_a_histogram_is_sparse() -> None:
    """Only buckets with something in them, as JSON's text keys."""
    histogram = Histogram()
    for latency_ms in (0.2, 1.0, 1.04, 100.0, 100.0):
        histogram.add(latency_ms)
    assert histogram.as_json() == {"0": 2, "1": 1, "95": 2}


def test_settings_start_from_the_environment() -> None:
    """The variable in capitals, converted by type; what isn't there has its default."""
    settings = from_environment(
        StorefrontSettings,
        {"POLICY": "budget + breaker", "TIMEOUT_S": "0.5", "CONNECTIONS": "pooled", "FAIL_SHARE": "0"},
    )
    assert settings == StorefrontSettings(policy="budget + breaker", timeout_s=0.5, connections="pooled")
    assert from_environment(AuthSettings, {"CANCEL_ABANDONED": "1"}).cancel_abandoned


@pytest.mark.parametrize(
    ("variable", "text"),
    [("POLICY", "budgt"), ("TIMEOUT_S", "soon"), ("TIMEOUT_S", "0"), ("CONNECTIONS", "old")],
)
def test_a_wrong_variable_is_named(variable: str, text: str) -> None:
    """A service refuses to start with settings it doesn't understand."""
    with pytest.raises(SettingsError, match=variable.lower()):
        from_environment(StorefrontSettings, {variable: text})


@pytest.mark.parametrize("text", ["8080", ":8080", "host:", "host:http", "host:-1"])
def test_an_address_is_host_and_port(text: str) -> None:
    """Anything else is named."""
    with pytest.raises(BadEnvironmentError, match="DATA"):
        address({"DATA": text}, "DATA", "127.0.0.1:8080")


def test_a_role_has_an_environment_of_its_own() -> None:
    """What is written for it outranks what is for all of its process; another role's is none of its business."""
    whole = {
        "SERVICE": "near",
        "POLICY": "none",
        "BRIDGE": "http://bridge:3128",
        "FOOD_STORE__POLICY": "immediate",
        "FOOD_STORE__DATA": "0.0.0.0:8080",
        "FOOD__DATA": "0.0.0.0:8081",
    }
    own = environment_of("food-store", whole)
    assert {name: own[name] for name in ("SERVICE", "POLICY", "BRIDGE", "DATA")} == {
        "SERVICE": "food-store",
        "POLICY": "immediate",
        "BRIDGE": "http://bridge:3128",
        "DATA": "0.0.0.0:8080",
    }
    place = BindAddresses.from_environment("storefront", environment_of("food", {**whole, "CONTROL": "h:1"}))
    assert (place.service, place.data, place.control) == ("food", ("0.0.0.0", 8081), ("h", 1))


@pytest.mark.parametrize(
    ("host", "source"),
    [
        ("127.64.0.3", "127.64.0.3"),
        ("0.0.0.0", None),
        ("10.0.0.3", None),
        ("router-link", None),
        ("::1", None),
    ],
)
def test_connections_come_from_the_own_loopback_address(host: str, source: str | None) -> None:
    """Only where the service has one; in containers the system chooses."""
    assert BindAddresses("auth", (host, 8080), (host, 9000)).source == source


def test_logs_are_rate_limited_and_tell_what_was_dropped() -> None:
    """Five lines a second; the next one after a pause carries the number of the dropped ones."""
    limit = RateLimit(per_second=5)
    record = logging.LogRecord("x", logging.WARNING, "x.py", 1, "again", None, None)
    passed = sum(limit.filter(record) for _ in range(1000))
    assert passed in {5, 10}  # a second may have ended in between
    limit._second -= 1
    assert limit.filter(record)
    assert record.__dict__["dropped_before"] == 1000 - passed


@pytest.mark.slow
def test_logs_are_json_lines_on_stdout() -> None:
    """Ours and the libraries', with the service's name; below warning nothing."""
    code = (
        "import logging, structlog; from services.kit import structured_logs; structured_logs.configure('auth');"
        "structlog.get_logger().warning('slow', ms=3); structlog.get_logger().info('no');"
        "logging.getLogger('lib').error('odd %s', 'thing'); logging.getLogger('lib').info('no')"
    )
    out = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    lines = [json.loads(line) for line in out.stdout.splitlines()]
    assert [(line["event"], line["level"], line["service"]) for line in lines] == [
        ("slow", "warning", "auth"),
        ("odd thing", "error", "auth"),
    ]
    assert lines[0]["ms"] == 3


@pytest.mark.slow
async def test_loop_lag_sees_a_blocked_loop(eventually: Eventually) -> None:
    """A loop blocked for 60 ms shows; a free one doesn't."""
    lag = LoopLag()
    lag.start()
    end_s = time.monotonic() + 0.1
    while time.monotonic() < end_s:
        pass
    await eventually(lambda: lag.p99_ms() > 30)
    lag.stop()
