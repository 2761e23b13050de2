"""The client against real servers: outcomes by kind, attempts counted where they cost something."""

import asyncio
import resource
import time
from collections.abc import Awaitable, Callable

import pytest
from aiohttp import web
from yarl import URL

from services.client import Answer, Client, ClientSettings
from services.client.outcomes import retry_after_s
from services.kit.cohorts import Cohorts

Respond = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]
Serve = Callable[[Respond], Awaitable[str]]
Eventually = Callable[[Callable[[], object]], Awaitable[None]]
NAIVE = ClientSettings(policy="immediate(retries=3)", timeout_s=2.0, connections="new")
ASKED = URL("http://auth/check")


def status(*statuses: int, headers: dict[str, str] | None = None) -> Respond:
    """A server that answers with these statuses in turn, the last one for ever."""
    left = list(statuses)

    async def respond(_request: web.BaseRequest) -> web.Response:
        return web.Response(status=left.pop(0) if len(left) > 1 else left[0], text="body", headers=headers)

    return respond


async def raw_server(answer: bytes) -> tuple[asyncio.Server, str]:
    """A server that reads a request, writes bytes and closes."""

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    return server, "http://{}:{}".format(*server.sockets[0].getsockname())


def conserved(client: Client) -> bool:
    """Whether attempts = outcomes + in flight."""
    told = client.counters()
    ended = sum(n for kind, n in told["outcomes_total"].items() if kind not in {"budget", "breaker"})
    return bool(told["attempts_total"] == ended + told["attempts_in_flight"])


async def outcomes(client: Client) -> dict[str, int]:
    """The outcomes counted, without zeros."""
    await client.close()
    assert conserved(client)
    return {kind: n for kind, n in client.counters()["outcomes_total"].items() if n}


async def test_a_good_answer_is_one_attempt_through_the_proxy(serve: Serve) -> None:
    """The bridge is asked in absolute form for the logical name."""
    seen: list[tuple[str, str]] = []

    async def respond(request: web.BaseRequest) -> web.Response:
        seen.append((request.raw_path, request.headers["Host"]))
        return web.Response(text="hello")

    client = Client(NAIVE, await serve(respond))
    answer = await client.call("GET", ASKED)
    assert (answer.failure, answer.body) == (None, b"hello")
    assert seen == [("http://auth/check", "auth")]
    assert await outcomes(client) == {"ok": 1}


@pytest.mark.parametrize(
    ("statuses", "method", "failure", "expected"),
    [
        ((503, 200), "GET", None, {"5xx": 1, "ok": 1}),
        ((502, 504, 503, 503), "GET", "5xx", {"5xx": 4}),
        ((500,), "GET", "5xx", {"5xx": 1}),
        ((404,), "GET", "4xx", {"4xx": 1}),
        ((429,), "GET", "4xx", {"4xx": 1}),
        ((302,), "GET", "other", {"other": 1}),
        ((503,), "POST", "5xx", {"5xx": 1}),
    ],
)
async def test_answers_by_status(
    serve: Serve, statuses: tuple[int, ...], method: str, failure: str | None, expected: dict[str, int]
) -> None:
    """What is retryable makes further attempts, everything else makes one; redirects are not followed."""
    client = Client(NAIVE, await serve(status(*statuses)))
    assert (await client.call(method, ASKED)).failure == failure
    assert await outcomes(client) == expected


@pytest.mark.slow
async def test_retry_after_is_waited_for(serve: Serve) -> None:
    """A 429 with Retry-After is tried again, not before the time asked for."""
    client = Client(NAIVE, await serve(status(429, 200, headers={"Retry-After": "1"})))
    loop = asyncio.get_running_loop()
    started_s = loop.time()
    call = asyncio.create_task(client.call("GET", ASKED))
    assert (await call).failure is None
    assert loop.time() - started_s >= 1.0
    assert await outcomes(client) == {"4xx": 1, "ok": 1}


async def test_no_one_listens(unused_port: int) -> None:
    """A refused connection is an attempt each, and is retried."""
    client = Client(NAIVE, f"http://127.0.0.1:{unused_port}")
    assert (await client.call("GET", ASKED)).failure == "refused"
    assert await outcomes(client) == {"refused": 4}


def tried(client: Client) -> tuple[int, int, int]:
    """Calls, attempts, and those of the attempts that were the first of their call."""
    told = client.counters()
    return told["calls_total"], told["attempts_total"], told["first_attempts_total"]


async def test_first_attempts_are_counted_apart_from_retries(unused_port: int) -> None:
    """Four attempts of one call, one of them its first; a call that the breaker refuses from the start has none."""
    client = Client(ClientSettings(policy="immediate(retries=3)"), f"http://127.0.0.1:{unused_port}")
    await client.call("GET", ASKED)
    assert tried(client) == (1, 4, 1)
    client.apply(ClientSettings(policy="none + breaker(minimum=1, window=1)"))
    await client.call("GET", ASKED)
    assert (await client.call("GET", ASKED)).failure == "breaker"
    assert tried(client) == (3, 5, 2)
    await client.close()


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"])
async def test_a_connection_that_breaks_is_a_reset(answer: bytes) -> None:
    """Before the answer or in the middle of its body."""
    server, url = await raw_server(answer)
    async with server:
        client = Client(ClientSettings(policy="none"), url)
        assert (await client.call("GET", ASKED)).failure == "reset"
        assert await outcomes(client) == {"reset": 1}


async def test_garbage_is_neither_good_nor_retried() -> None:
    """An answer that isn't HTTP is `other`."""
    server, url = await raw_server(b"\x00\x01 not HTTP\r\n\r\n")
    async with server:
        client = Client(NAIVE, url)
        assert (await client.call("GET", ASKED)).failure == "other"
        assert await outcomes(client) == {"other": 1}


@pytest.mark.slow
async def test_each_attempt_has_its_own_timeout(serve: Serve) -> None:
    """Two attempts of 50 ms each; the latency of the call covers both."""

    async def never(_request: web.BaseRequest) -> web.Response:
        await asyncio.Event().wait()
        raise AssertionError

    client = Client(ClientSettings(policy="immediate(retries=1)", timeout_s=0.05), await serve(never))
    loop = asyncio.get_running_loop()
    started_s = loop.time()
    assert (await client.call("GET", ASKED)).failure == "timeout"
    assert 0.1 <= loop.time() - started_s < 1.5
    assert await outcomes(client) == {"timeout": 2}


@pytest.mark.slow
async def test_a_cancelled_call_is_counted_and_leaves_nothing(serve: Serve, eventually: Eventually) -> None:
    """Cancelled in the middle of an attempt: outcome other, nothing in flight, the only probe slot given back."""
    answers, arrived = [503, None, 200], asyncio.Event()

    async def respond(_request: web.BaseRequest) -> web.Response:
        if (answer := answers.pop(0)) is not None:
            return web.Response(status=answer)
        arrived.set()
        await asyncio.Event().wait()
        raise AssertionError

    policy = "none + budget + breaker(minimum=1, open=10 ms, probes=1)"
    client = Client(ClientSettings(policy=policy), await serve(respond))
    assert (await client.call("GET", ASKED)).failure == "5xx"
    calls: list[asyncio.Task[Answer]] = []

    def probing() -> bool:
        if not calls or calls[-1].done():  # refused: the breaker is still open
            calls.append(asyncio.create_task(client.call("GET", ASKED)))
        return arrived.is_set()

    await eventually(probing)
    told = client.counters()
    assert (told["attempts_in_flight"], told["breaker"]) == (1, "half-open")
    calls[-1].cancel()
    await asyncio.gather(*calls, return_exceptions=True)
    assert calls[-1].cancelled()
    failed = [cohort["failed"].get("other", 0) for cohort in client.cohorts(0, time.monotonic())]
    assert sum(failed) == 1
    assert client.counters()["breaker"] == "half-open"
    assert (await client.call("GET", ASKED)).failure is None
    assert client.counters()["breaker"] == "closed"
    ends = await outcomes(client)
    assert {kind: count for kind, count in ends.items() if kind != "breaker"} == {
        "5xx": 1,
        "other": 1,
        "ok": 1,
    }


@pytest.mark.slow
async def test_a_deadline_ends_a_call_before_its_timeout(serve: Serve) -> None:
    """As text: the attempt gets the 400 ms that there are, the server is told so, and no retry follows."""
    left_ms: list[float] = []

    async def never(request: web.BaseRequest) -> web.Response:
        left_ms.append(float(request.headers["X-Deadline-Ms"]))
        await asyncio.Event().wait()
        raise AssertionError

    settings = ClientSettings(policy="deadline(total=400 ms) + immediate", timeout_s=5)
    client = Client(settings, await serve(never))
    started_s = time.monotonic()
    assert (await client.call("GET", ASKED)).failure == "timeout"
    assert 0.4 <= time.monotonic() - started_s < 4
    assert len(left_ms) == 1
    assert 0 < left_ms[0] <= 400
    assert await outcomes(client) == {"timeout": 1}


async def test_new_connections_are_new_and_pooled_ones_are_reused(serve: Serve) -> None:
    """Six attempts: six connections, or one."""
    ports: dict[str, set[int]] = {"new": set(), "pooled": set()}
    for connections, used in ports.items():

        async def respond(request: web.BaseRequest, used: set[int] = used) -> web.Response:
            used.add(request.transport.get_extra_info("peername")[1] if request.transport else 0)
            return web.Response()

        client = Client(ClientSettings(policy="none", connections=connections), await serve(respond))
        for _ in range(6):
            await client.call("GET", ASKED)
        assert await outcomes(client) == {"ok": 6}
    assert {name: len(used) for name, used in ports.items()} == {"new": 6, "pooled": 1}


async def test_a_dead_pooled_connection_is_one_attempt_and_one_reset() -> None:
    """Aiohttp's own silent retry on a reused connection is off: the server gets what is counted."""
    requests = 0

    async def once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal requests
        await reader.readuntil(b"\r\n\r\n")
        requests += 1
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        await reader.readuntil(b"\r\n\r\n")  # the second request on this connection gets no answer
        requests += 1
        writer.transport.abort()

    server = await asyncio.start_server(once, "127.0.0.1", 0)
    async with server:
        url = "http://{}:{}".format(*server.sockets[0].getsockname())
        client = Client(ClientSettings(policy="none", connections="pooled"), url)
        assert (await client.call("GET", ASKED)).failure is None
        assert (await client.call("GET", ASKED)).failure == "reset"
        assert requests == 2
        assert await outcomes(client) == {"ok": 1, "reset": 1}


async def test_rejections_are_no_attempts(unused_port: int) -> None:
    """An open breaker costs the bridge nothing and is counted under its own name."""
    settings = ClientSettings(policy="breaker(minimum=1, open=60 s) + none")
    client = Client(settings, f"http://127.0.0.1:{unused_port}")
    assert (await client.call("GET", ASKED)).failure == "refused"
    assert client.counters()["breaker"] == "open"
    answer = await client.call("GET", ASKED)
    assert (answer.failure, answer.attempted) == ("breaker", False)
    cohorts = client.cohorts(0, time.monotonic())
    assert sum(cohort["attempts"] for cohort in cohorts) == 1
    assert await outcomes(client) == {"refused": 1, "breaker": 1}


async def test_calls_come_from_the_services_own_address(serve: Serve) -> None:
    """On loopback the bridge sees who connects."""
    seen: list[str] = []

    async def respond(request: web.BaseRequest) -> web.Response:
        seen.append(str(request.remote))
        return web.Response()

    client = Client(NAIVE, await serve(respond), source="127.0.77.3")
    await client.call("GET", ASKED)
    assert seen == ["127.0.77.3"]
    await client.close()


async def test_running_out_of_files_is_counted_as_such(serve: Serve) -> None:
    """EMFILE is trouble of the machine: counted by name, and not retried."""
    client = Client(NAIVE, await serve(status(200)), source="127.0.0.1")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, hard))  # what is open stays open
    try:
        answer = await client.call("GET", ASKED)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert answer.failure == "other"
    assert client.errors == {"EMFILE": 1}
    assert await outcomes(client) == {"other": 1}


async def test_cohorts_count_calls_by_the_second_of_their_start(serve: Serve) -> None:
    """Requests, attempts and good of one second, closed when it can't change any more."""
    client = Client(NAIVE, await serve(status(503, 200)))
    await client.call("GET", ASKED)
    told = client.cohorts(0, time.monotonic())[0]
    assert (told["requests"], told["sent"], told["attempts"], told["good"], told["failed"]) == (
        1,
        1,
        2,
        1,
        {},
    )
    assert sum(told["latency"].values()) == sum(told["latency_all"].values()) == 1
    second = told["second"]
    assert [cohort["closed"] for cohort in client.cohorts(second - 1, second + 1.9)] == [False]
    assert [cohort["closed"] for cohort in client.cohorts(second - 1, second + 2.0)] == [True]
    assert client.cohorts(second, second + 2.0) == []
    await client.close()


def test_a_cohort_with_a_call_in_flight_stays_open() -> None:
    """However long ago it was; and 30 s are kept."""
    cohorts = Cohorts()
    cohort = cohorts.begin(100.2)
    assert not cohort.closed(120.0)
    cohort.end("timeout", 5000)
    assert cohort.closed(120.0)
    assert [told["second"] for told in cohorts.as_json(0, 130.9)] == [100]
    assert cohorts.as_json(0, 131.0) == []


@pytest.mark.parametrize(
    ("header", "least", "most"),
    [("3", 3, 3), ("-3", None, None), ("soon", None, None), (None, None, None), ("9" * 400, None, None),
     ("Wed, 21 Oct 2015 07:28:00 GMT", 0, 0), ("Wed, 21 Oct 2099 07:28:00 GMT", 1e9, 1e10)],
)  # fmt: skip
def test_retry_after_as_written(header: str | None, least: float | None, most: float | None) -> None:
    """Seconds or a date; a date in the past is now; nonsense is nothing."""
    seconds = retry_after_s(header)
    if least is None or most is None:
        assert seconds is None
    else:
        assert seconds is not None
        assert least <= seconds <= most


@pytest.mark.parametrize("zone", ["America/New_York", "UTC", "Asia/Kolkata"])
@pytest.mark.parametrize(
    "form",
    [
        "%a, %d %b %Y %H:%M:%S GMT",
        "%A, %d-%b-%y %H:%M:%S GMT",
        "%a %b %e %H:%M:%S %Y",
        "%a, %d %b %Y %H:%M:%S -0000",
    ],
)
def test_a_date_is_utc_in_each_of_its_forms(form: str, zone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """RFC 9110, 5.6.7: IMF-fixdate, RFC 850, asctime; wherever the machine is."""
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        seconds = retry_after_s(time.strftime(form, time.gmtime(time.time() + 20)))
    finally:
        monkeypatch.undo()
        time.tzset()
    assert seconds == pytest.approx(20, abs=2)


async def test_a_client_that_is_closed_says_so() -> None:
    """Not an AttributeError deep inside aiohttp."""
    client = Client(NAIVE, "http://127.0.0.1:1")
    await client.close()
    with pytest.raises(RuntimeError, match="closed"):
        await client.call("GET", ASKED)
