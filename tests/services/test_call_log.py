"""Logs as the last resort: exact seconds, limited examples, and the id that leads from one service to the next."""

import asyncio
import json
import re
import subprocess
import sys
from collections.abc import Awaitable, Callable

import aiohttp
import pytest
from aiohttp import web
from structlog.testing import capture_logs
from yarl import URL

from services.auth import Auth
from services.auth import Settings as AuthSettings
from services.client import Client, ClientSettings
from services.edge import Edge
from services.edge import Settings as EdgeSettings
from services.kit.call_log import CallLog
from services.kit.request_id import HEADER
from services.kit.server import Service
from services.storefront import Settings as StorefrontSettings
from services.storefront import Storefront

Open = Callable[..., Awaitable[Service]]
Url = Callable[[Service], str]
Respond = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]
Serve = Callable[[Respond], Awaitable[str]]
Eventually = Callable[[Callable[[], object]], Awaitable[None]]

SANE = re.compile(r"[0-9a-f]{9,}-[0-9]+")


def test_a_second_is_told_while_something_ends_badly_and_once_when_all_is_well() -> None:
    """Counts of that second alone; a second in which nothing ended says nothing, and ends no trouble."""
    counts: dict[str, int] = {"ok": 5, "timeout": 0}
    log = CallLog("storefront->auth", lambda: counts)
    told = []
    for change in (
        {}, {"ok": 5}, {"timeout": 2}, {"ok": 3, "timeout": 1}, {}, {"budget": 4}, {"ok": 9}, {"ok": 9}, {"5xx": 1},
    ):  # fmt: skip
        counts |= {key: counts.get(key, 0) + more for key, more in change.items()}
        told.append(log.since_last())
    assert told == [
        None, None, ("trouble", {"timeout": 2}), ("trouble", {"ok": 3, "timeout": 1}), None,
        ("trouble", {"budget": 4}), ("well", {"ok": 9}), None, ("trouble", {"5xx": 1}),
    ]  # fmt: skip


@pytest.mark.slow
def test_what_was_dropped_is_told_and_exact_lines_are_never_dropped() -> None:
    """1,000 examples and 20 seconds of a storm in one go: 5 (or 10) examples, all seconds, no line lost untold."""
    code = (
        "from services.kit import structured_logs; structured_logs.configure('storefront')\n"
        "from services.kit.call_log import CallLog\n"
        "counts = {'timeout': 0}; log = CallLog('storefront->auth', lambda: counts)\n"
        "for second in range(20):\n"
        "    for _ in range(50):\n"
        "        counts['timeout'] += 1; log.failed('timeout', 'a-1', 4, 4000.04)\n"
        "    log.tell(1638891000.0 + second, 1.0)\n"
    )
    out = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    lines = [json.loads(line) for line in out.stdout.splitlines()]
    examples = [line for line in lines if line["event"] == "failed"]
    seconds = [line for line in lines if line["event"] == "calls"]
    assert [line["outcomes"] for line in seconds] == [{"timeout": 50}] * 20
    assert seconds[3]["second_utc"] == "2021-12-07T15:30:03.000Z"
    assert len(examples) in {5, 10}
    assert len(examples) + sum(line.get("dropped_before", 0) for line in lines) == 1000
    assert {key: examples[0][key] for key in ("call", "outcome", "request_id", "attempts", "took_ms", "service")} == {
        "call": "storefront->auth", "outcome": "timeout", "request_id": "a-1", "attempts": 4, "took_ms": 4000.0,
        "service": "storefront",
    }  # fmt: skip


@pytest.mark.live
@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("customer-7", True),
        ("A.b_c-9" * 9, True),
        ("x" * 64, True),
        ("x" * 65, False),
        ("", False),
        ("a b", False),
        ("ünsane", False),
        ('"}{', False),
        (None, False),
    ],
)
async def test_the_edge_keeps_a_sane_id_and_makes_one_otherwise(  # noqa: PLR0913, PLR0917  fixtures
    open_service: Open, data_url: Url, http: aiohttp.ClientSession, serve: Serve,
    monkeypatch: pytest.MonkeyPatch, given: str | None, kept: bool,  # noqa: FBT001  a parameter of the test
) -> None:  # fmt: skip
    """What is not 1 to 64 of [A-Za-z0-9._-] might drive whoever reads the log."""
    seen: list[str] = []

    async def respond(request: web.BaseRequest) -> web.Response:
        seen.extend(request.headers.getall(HEADER))
        return web.Response()

    monkeypatch.setenv("UPSTREAM", await serve(respond))
    edge = await open_service(Edge, EdgeSettings())
    for _ in range(2):
        async with http.get(data_url(edge), headers={} if given is None else {HEADER: given}) as answer:
            assert answer.status == 200
    assert len(seen) == 2
    if kept:
        assert seen == [given, given]
    else:
        assert all(SANE.fullmatch(made) for made in seen)
        assert seen[0] != seen[1]


@pytest.mark.live
async def test_every_attempt_carries_the_id_of_its_request(
    open_service: Open,
    data_url: Url,
    http: aiohttp.ClientSession,
    serve: Serve,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Four attempts over the bridge, one id; another request, another id."""
    seen: list[str] = []

    async def respond(request: web.BaseRequest) -> web.Response:
        seen.append(request.headers[HEADER])
        return web.Response(status=503)

    monkeypatch.setenv("BRIDGE", await serve(respond))
    monkeypatch.setenv("UPSTREAM", "http://auth")
    storefront = await open_service(Storefront, StorefrontSettings(policy="immediate(retries=3)"))
    async with http.get(data_url(storefront), headers={HEADER: "customer-7"}) as answer:
        assert answer.status == 503
    assert seen == ["customer-7"] * 4
    async with http.get(data_url(storefront)):
        pass
    assert len(seen) == 8
    assert len(set(seen[4:])) == 1
    assert SANE.fullmatch(seen[4])


@pytest.mark.live
async def test_the_log_is_told_each_second_and_once_more_at_the_end(
    open_service: Open, data_url: Url, http: aiohttp.ClientSession, eventually: Eventually
) -> None:
    """By itself while the service runs; what ended after the last whole second is told when the service ends."""
    auth = await open_service(Auth, AuthSettings(fail_share=1))

    def told() -> int:
        return sum(line["outcomes"]["503"] for line in lines if line["event"] == "calls")

    with capture_logs() as lines:
        async with http.get(data_url(auth)):
            pass
        await eventually(lambda: told() == 1)
        async with http.get(data_url(auth)):
            pass
        auth._seconds.stop()
    assert told() == 2
    summary = next(line for line in lines if line["event"] == "calls")
    assert (summary["call"], summary["state"], 0 < summary["span_s"] < 10) == (
        "auth answers",
        "trouble",
        True,
    )


@pytest.mark.live
async def test_a_cancelled_call_is_counted_too(serve: Serve) -> None:
    """Whoever went away in the middle of a direct call: `other`, and not lost."""
    arrived, let_go = asyncio.Event(), asyncio.Event()

    async def respond(_request: web.BaseRequest) -> web.Response:
        arrived.set()
        await let_go.wait()
        return web.Response()

    client = Client(ClientSettings(timeout_s=5), None, log="edge->storefront")
    call = asyncio.create_task(client.call("GET", URL(await serve(respond)), "a-1"))
    await arrived.wait()
    call.cancel()
    await asyncio.gather(call, return_exceptions=True)
    let_go.set()
    assert client.log is not None
    assert client.log.since_last() == ("trouble", {"other": 1})
    await client.close()
