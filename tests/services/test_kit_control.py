"""The control port: what it tells, what it lets change, and whom it refuses."""

import asyncio
import json
import statistics
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from services.auth import Auth
from services.auth import Settings as AuthSettings
from services.kit.live_settings import DataSettings
from services.kit.role import Role
from services.kit.server import Service

Open = Callable[..., Awaitable[Service]]
Url = Callable[[Service], str]
Change = Callable[..., Awaitable[tuple[int, Any]]]
Eventually = Callable[[Callable[[], object]], Awaitable[None]]
TOKEN = {"X-Lab-Token": "secret"}


class Slow(Role[DataSettings]):
    """Answers when it is let go; notes what became of the handlers."""

    name = "slow"

    async def start(self) -> None:
        """Nothing is held yet."""
        self.let_go = asyncio.Event()
        self.ended: list[str] = []

    async def answer(self, request: web.BaseRequest) -> web.Response:
        """When told to; /fast at once, /broken never."""
        if request.path == "/fast":
            return web.Response()
        if request.path == "/broken":
            raise ZeroDivisionError
        try:
            await self.let_go.wait()
        except asyncio.CancelledError:
            self.ended.append("cancelled")
            raise
        self.ended.append("worked")
        return web.Response()


async def counters(http: aiohttp.ClientSession, url: str) -> dict[str, Any]:
    """GET /counters."""
    async with http.get(url + "/counters") as answer:
        told: dict[str, Any] = await answer.json()
        return told


async def test_health_is_the_data_ports(
    open_service: Open, control_url: Url, http: aiohttp.ClientSession
) -> None:
    """200 while the data port accepts, 503 with the reason when it doesn't; its own probes aren't counted."""
    service = await open_service(Auth, AuthSettings())
    for _ in range(3):
        async with http.get(control_url(service) + "/health") as answer:
            assert answer.status == 200
            assert await answer.json() == {"status": "ok", "service": "auth", "boot": service.boot}
    assert (await counters(http, control_url(service)))["connections_total"] == 0
    address = service.data.address
    for site in list(service.data._runner.sites):
        site._server.close()  # type: ignore[union-attr]
    service.data.__class__ = type("Closed", (type(service.data),), {"address": address})
    async with http.get(control_url(service) + "/health") as answer:
        assert answer.status == 503
        assert "does not accept" in (await answer.json())["why"]


@pytest.mark.slow
async def test_counters_are_those_of_the_contract(
    open_service: Open, control_url: Url, data_url: Url, http: aiohttp.ClientSession
) -> None:
    """Names as in docs/reference/control-ports.md, figures as they were: one good answer and one error."""
    service = await open_service(Slow, DataSettings())
    for path in ("/fast", "/broken"):
        async with http.get(data_url(service) + path):
            pass
    told = await counters(http, control_url(service))
    assert set(told) == {
        "service", "boot", "now_s", "requests_total", "served_total", "abandoned_total", "failed_total",
        "abandoned_work_total", "shed_total",
        "connections_total", "queue_depth", "in_flight", "loop_lag_p99_ms", "cpu_s_total", "errors_total",
        "client", "cohorts", "settings",
    }  # fmt: skip
    assert (told["requests_total"], told["served_total"], told["failed_total"]) == (2, 1, {"500": 1})
    assert (told["client"], told["cohorts"], told["connections_total"]) == (None, [], 1)
    assert told["errors_total"] == {"EMFILE": 0, "EADDRNOTAVAIL": 0, "ZeroDivisionError": 1}
    assert abs(told["now_s"] - time.monotonic()) < 1


@pytest.mark.slow
async def test_reading_counters_of_a_quiet_service_is_cheap(
    open_service: Open, control_url: Url, http: aiohttp.ClientSession
) -> None:
    """Client and server and HTTP together take little more processor time than a call that answers an error."""
    service = await open_service(Auth, AuthSettings())
    spent: dict[str, list[float]] = {"/counters": [], "/nothing": []}
    for path in ("/counters", "/nothing") * 50:
        before_s = time.process_time()
        async with http.get(control_url(service) + path) as answer:
            await answer.read()
        spent[path].append(time.process_time() - before_s)
    assert statistics.median(spent["/counters"]) < 2 * statistics.median(spent["/nothing"])


async def test_after_must_be_a_number(
    open_service: Open, control_url: Url, http: aiohttp.ClientSession
) -> None:
    """400 says what it should look like."""
    service = await open_service(Auth, AuthSettings())
    async with http.get(control_url(service) + "/counters?after=yesterday") as answer:
        assert answer.status == 400
        assert "'yesterday'" in (await answer.json())["error"]


@pytest.mark.slow
async def test_metrics_are_the_same_numbers(
    open_service: Open, control_url: Url, data_url: Url, http: aiohttp.ClientSession
) -> None:
    """Prometheus text made from the counters."""
    service = await open_service(Slow, DataSettings())
    for path in ("/fast", "/fast", "/broken"):
        async with http.get(data_url(service) + path):
            pass
    async with http.get(control_url(service) + "/metrics") as answer:
        assert answer.headers["Content-Type"].startswith("text/plain")
        lines = (await answer.text()).splitlines()
    assert 'lab_requests_total{service="slow"} 3.0' in lines
    assert 'lab_failed_total{service="slow",status="500"} 1.0' in lines


async def test_settings_change_whole_and_live(open_service: Open, change: Change) -> None:
    """The answer is the new settings; the service has them at once."""
    service = await open_service(Auth, AuthSettings())
    code, now = await change(service, {"service_time_ms": 20, "workers": 2})
    assert code == 200
    assert (now["service_time_ms"], now["workers"], now["queue_limit"]) == (20.0, 2, 1024)
    assert service.role.live.now == AuthSettings(service_time_ms=20.0, workers=2)


@pytest.mark.parametrize(
    ("changes", "key", "said"),
    [
        ({"worker": 3}, "worker", ["cancel_abandoned", "workers"]),
        ({"workers": 0}, "workers", ["1", "100000"]),
        ({"workers": 1.5}, "workers", ["whole number"]),
        ({"workers": True}, "workers", ["whole number"]),
        ({"workers": "3"}, "workers", ["whole number"]),
        ({"workers": None}, "workers", ["whole number"]),
        ({"service_time_ms": float("nan")}, "service_time_ms", ["number from 0"]),
        ({"service_time_ms": 1e999}, "service_time_ms", ["number from 0"]),
        ({"fail_share": 1.01}, "fail_share", ["0 to 1"]),
        ({"fail_share": False}, "fail_share", ["number"]),
        ({"cancel_abandoned": 1}, "cancel_abandoned", ["true or false"]),
        ({"cancel_abandoned": "yes"}, "cancel_abandoned", ["true or false"]),
        ({"service_time_ms": 3, "workers": -1}, "workers", ["-1"]),
    ],
)
async def test_a_wrong_change_changes_nothing(
    open_service: Open, change: Change, changes: dict[str, object], key: str, said: list[str]
) -> None:
    """400 names the key, the value and the valid ones; a good change beside it isn't made either."""
    service = await open_service(Auth, AuthSettings())
    code, error = await change(service, changes)
    assert (code, error["key"]) == (400, key)
    assert [part for part in said if part not in json.dumps(error)] == []
    assert service.role.live.now == AuthSettings()


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b"3", b'{"workers": 1, "workers": 2}', b"\xff\xfe", b"[" * 5000]
)
async def test_a_body_that_is_no_object_of_settings(
    open_service: Open, control_url: Url, http: aiohttp.ClientSession, body: bytes
) -> None:
    """400 and an explanation, whatever is sent."""
    service = await open_service(Auth, AuthSettings())
    async with http.patch(control_url(service) + "/settings", data=body, headers=TOKEN) as answer:
        assert answer.status == 400
        assert (await answer.json())["error"]


@pytest.mark.parametrize(
    ("body", "charset", "said"),
    [(b"\xff\xfe", "utf-8", "can't decode byte 0xff"), (b"{}", "klingon", "unknown encoding: klingon")],
)
@pytest.mark.parametrize(("method", "path"), [("POST", "/automation"), ("PATCH", "/settings")])
async def test_a_body_that_is_not_text_is_refused(  # noqa: PLR0913, PLR0917  fixtures
    open_service: Open,
    control_url: Url,
    http: aiohttp.ClientSession,
    method: str,
    path: str,
    body: bytes,
    charset: str,
    said: str,
) -> None:
    """400 says where, or which charset is not known."""
    url = control_url(await open_service(Auth, AuthSettings())) + path
    headers = {**TOKEN, "Content-Type": f"application/json; charset={charset}"}
    async with http.request(method, url, data=body, headers=headers) as answer:
        assert (answer.status, said in (await answer.json())["error"]) == (400, True)


async def test_a_body_too_large_is_refused(
    open_service: Open, control_url: Url, http: aiohttp.ClientSession
) -> None:
    """413 beyond 16 KiB."""
    service = await open_service(Auth, AuthSettings())
    async with http.patch(control_url(service) + "/settings", data=b" " * 20_000, headers=TOKEN) as answer:
        assert answer.status == 413


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Lab-Token": ""},
        {"X-Lab-Token": "Secret"},
        {"X-Lab-Token": "secret2"},
        {"X-Lab-Token": "sécret"},
        {**TOKEN, "Origin": "http://evil.example"},
        {**TOKEN, "Origin": "null"},
        {**TOKEN, "Host": "evil.example"},
        {**TOKEN, "Host": "evil.example:9000"},
        {**TOKEN, "Host": "127.0.0.1.evil.example"},
        {**TOKEN, "Host": "storefront"},
    ],
)
async def test_strangers_change_nothing(
    open_service: Open, control_url: Url, http: aiohttp.ClientSession, headers: dict[str, str]
) -> None:
    """403 without the right token, from a web page, or under a name that isn't ours."""
    service = await open_service(Auth, AuthSettings())
    async with http.patch(control_url(service) + "/settings", json={"workers": 2}, headers=headers) as answer:
        assert answer.status == 403
    assert service.role.live.now.workers == 64


@pytest.mark.parametrize("host", ["127.0.0.1:9000", "localhost", "auth", "auth:9000", "[::1]:9000"])
async def test_the_own_names_are_accepted(
    open_service: Open, control_url: Url, http: aiohttp.ClientSession, host: str
) -> None:
    """An address, localhost, the service's name; with or without a port."""
    service = await open_service(Auth, AuthSettings())
    url = control_url(service) + "/settings"
    async with http.patch(url, json={"workers": 2}, headers={**TOKEN, "Host": host}) as answer:
        assert answer.status == 200


@pytest.mark.parametrize("token", ["empty", "absent"])
async def test_without_a_token_nothing_can_be_changed(
    open_service: Open,
    control_url: Url,
    http: aiohttp.ClientSession,
    tmp_path: Path,
    token: str,
) -> None:
    """An empty or absent token file is matched by no header, also not by an empty one."""
    (tmp_path / "empty").write_text("\n")
    service = await open_service(Auth, AuthSettings(), token)
    for given in ("", "\n", "secret"):
        async with http.patch(
            control_url(service) + "/settings", json={"workers": 2}, headers={"X-Lab-Token": given.strip()}
        ) as answer:
            assert answer.status == 403
            assert "TOKEN_FILE" in (await answer.json())["error"]


async def test_the_control_ports_calls_are_not_on_the_data_port(
    open_service: Open, data_url: Url, http: aiohttp.ClientSession
) -> None:
    """What crosses the bridge can't change anything."""
    service = await open_service(Auth, AuthSettings())
    async with http.patch(data_url(service) + "/settings", json={"workers": 2}, headers=TOKEN):
        pass
    assert service.role.live.now.workers == 64


@pytest.mark.slow
async def test_a_share_is_failed_at_once(
    open_service: Open, data_url: Url, http: aiohttp.ClientSession, change: Change
) -> None:
    """The share is exact, evenly spread: a known answer must be known."""
    service = await open_service(Slow, DataSettings())
    for share, expected in ((1, 60), (0.5, 30), (0.05, 3), (0, 0)):
        await change(service, {"fail_share": share})
        failed = 0
        for _ in range(60):
            async with http.get(data_url(service) + "/fast") as answer:
                failed += answer.status == 503
        assert failed == expected


@pytest.mark.parametrize(("cancel", "expected"), [(False, "worked"), (True, "cancelled")])
@pytest.mark.slow
async def test_abandoned_requests_are_counted_and_worked_on_or_cancelled(  # noqa: PLR0913, PLR0917  fixtures
    open_service: Open,
    data_url: Url,
    change: Change,
    eventually: Eventually,
    cancel: bool,  # noqa: FBT001
    expected: str,
) -> None:
    """The client goes away: by default the work goes on, with cancel_abandoned it stops; it isn't served."""
    service = await open_service(Slow, DataSettings())
    role = service.role
    assert isinstance(role, Slow)
    await change(service, {"cancel_abandoned": cancel})
    host, port = service.data.address
    _, writer = await asyncio.open_connection(host, port)
    writer.write(b"GET / HTTP/1.1\r\nHost: slow\r\n\r\n")
    await eventually(lambda: role.counters.in_flight == 1)
    await change(
        service, {"cancel_abandoned": not cancel}
    )  # as a rollback does; this request has come in before
    writer.close()
    await eventually(lambda: not service.data._server.connections or not cancel)
    if not cancel:
        await eventually(lambda: all(c.transport is None for c in service.data._server.connections))
        role.let_go.set()
    await eventually(lambda: role.ended)
    await eventually(lambda: role.counters.abandoned == 1)
    assert role.ended == [expected]
    assert (role.counters.served, role.counters.failed, role.counters.in_flight) == (0, {}, 0)


async def test_a_request_that_is_no_http_brings_nothing_down(
    open_service: Open, data_url: Url, http: aiohttp.ClientSession
) -> None:
    """400 for garbage and for a header of 20 kB; the next request is served."""
    service = await open_service(Slow, DataSettings())
    for garbage in (b"\x16\x03\x01 hello\r\n\r\n", b"GET / HTTP/1.1\r\nA: " + b"x" * 20_000 + b"\r\n\r\n"):
        reader, writer = await asyncio.open_connection(*service.data.address)
        writer.write(garbage)
        assert b" 400 " in await reader.readline()
        writer.close()
    async with http.get(data_url(service) + "/fast") as answer:
        assert answer.status == 200
