"""The roles together, on real sockets: edge -> storefront -> router -> auth, and the canary."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from chaos.wait import wait_until
from services.auth import Auth
from services.auth import Settings as AuthSettings
from services.canary import Canary
from services.edge import Edge
from services.edge import Settings as EdgeSettings
from services.kit.env import BadEnvironmentError
from services.kit.live_settings import DataSettings
from services.kit.role import Role
from services.kit.routes import Routes
from services.kit.server import Service
from services.oncall import OnCall
from services.router import Router
from services.router import Settings as RouterSettings
from services.storefront import Settings as StorefrontSettings
from services.storefront import Storefront
from tests.services.conftest import PATIENCE_S

pytestmark = pytest.mark.live

Open = Callable[..., Awaitable[Service]]
Url = Callable[[Service], str]
Change = Callable[..., Awaitable[tuple[int, Any]]]
Eventually = Callable[[Callable[[], object]], Awaitable[None]]
Respond = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]
Chain = dict[str, Service]


@pytest.fixture
async def chain(
    open_service: Open, data_url: Url, control_url: Url, monkeypatch: pytest.MonkeyPatch
) -> Chain:
    """All four, without a bridge in between."""
    services: Chain = {"auth": await open_service(Auth, AuthSettings(service_time_ms=1.0))}
    data, control = data_url(services["auth"])[7:], control_url(services["auth"])[7:]
    monkeypatch.setenv("ROUTES", f"auth={data} auth/metrics={control}")
    services["router"] = await open_service(Router, RouterSettings())
    monkeypatch.setenv("BRIDGE", data_url(services["router"]))
    monkeypatch.setenv("UPSTREAM", "http://auth")
    settings = StorefrontSettings(policy="immediate(retries=3)", timeout_s=1.0)
    services["storefront"] = await open_service(Storefront, settings)
    monkeypatch.setenv("UPSTREAM", data_url(services["storefront"]))
    services["edge"] = await open_service(Edge, EdgeSettings())
    monkeypatch.setenv("UPSTREAM", "http://auth")
    return services


async def test_a_customer_is_served(chain: Chain, data_url: Url, http: aiohttp.ClientSession) -> None:
    """200 with the user asked for; every service counts the same requests."""
    for user in ("7", "a b&c=d/é", ""):
        async with http.get(data_url(chain["edge"]), params={"user": user}) as answer:
            assert answer.status == 200
            assert await answer.json() == {"user": user, "page": "welcome"}
    assert {name: service.role.counters.served for name, service in chain.items()} == dict.fromkeys(chain, 3)


async def test_failures_are_passed_on(
    chain: Chain, data_url: Url, http: aiohttp.ClientSession, change: Change
) -> None:
    """Auth fails all: 4 attempts, the storefront says 503 and why, the edge passes it on."""
    await change(chain["auth"], {"fail_share": 1})
    async with http.get(data_url(chain["edge"]), params={"user": "7"}) as answer:
        assert answer.status == 503
        assert await answer.json() == {"user": "7", "outcome": "5xx"}
    assert chain["auth"].role.counters.failed == {"503": 4}
    assert chain["edge"].role.counters.failed == {"503": 1}


async def test_the_edge_answers_for_itself_when_no_one_is_behind_it(
    open_service: Open,
    data_url: Url,
    http: aiohttp.ClientSession,
    monkeypatch: pytest.MonkeyPatch,
    unused_port: int,
) -> None:
    """502 without an upstream; 405 for what it doesn't forward."""
    monkeypatch.setenv("UPSTREAM", f"http://127.0.0.1:{unused_port}")
    edge = await open_service(Edge, EdgeSettings())
    async with http.get(data_url(edge)) as answer:
        assert answer.status == 502
    async with http.post(data_url(edge)) as answer:
        assert answer.status == 405


@pytest.mark.parametrize(
    "body",
    ['{"user": "8", "allowed": true}', '{"user": "7", "allowed": false}', '{"user": "7"}', "yes", "[]"],
)
async def test_only_the_correct_answer_lets_a_customer_in(  # noqa: PLR0913, PLR0917  fixtures
    open_service: Open,
    data_url: Url,
    http: aiohttp.ClientSession,
    monkeypatch: pytest.MonkeyPatch,
    serve: Callable[[Respond], Awaitable[str]],
    body: str,
) -> None:
    """A 200 of auth that says something else is 503 `wrong`."""

    async def respond(_request: web.BaseRequest) -> web.Response:
        return web.Response(text=body)

    monkeypatch.setenv("BRIDGE", await serve(respond))
    monkeypatch.setenv("UPSTREAM", "http://auth")
    storefront = await open_service(Storefront, StorefrontSettings())
    async with http.get(data_url(storefront), params={"user": "7"}) as answer:
        assert answer.status == 503
        assert (await answer.json())["outcome"] == "wrong"


async def test_policy_is_switched_live_and_checked(
    chain: Chain, change: Change, control_url: Url, http: aiohttp.ClientSession
) -> None:
    """A good policy holds at once; a bad one is refused with the nearest name, and the old one stays."""
    assert (await change(chain["storefront"], {"policy": "budget + breaker", "connections": "pooled"}))[
        0
    ] == 200
    code, error = await change(chain["storefront"], {"policy": "budget + breakr"})
    assert code == 400
    assert "did you mean 'breaker'" in error["error"]
    async with http.get(control_url(chain["storefront"]) + "/counters") as answer:
        client = (await answer.json())["client"]
    assert (client["policy"], client["breaker"]) == ("budget + breaker", "closed")


async def test_auth_refuses_when_the_queue_is_full(
    open_service: Open, data_url: Url, http: aiohttp.ClientSession, eventually: Eventually
) -> None:
    """One worker, one place to wait: the third gets 503 at once, the others are served."""
    auth = await open_service(Auth, AuthSettings(service_time_ms=1000, workers=1, queue_limit=1))

    async def ask() -> int:
        async with http.get(data_url(auth)) as answer:
            return answer.status

    busy = [asyncio.create_task(ask()) for _ in range(2)]
    await eventually(lambda: auth.role.admission and auth.role.admission.depth == 1)
    assert await ask() == 503
    assert await asyncio.gather(*busy) == [200, 200]


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (b"GET http://auth/check?user=7 HTTP/1.1\r\nHost: auth\r\n\r\n", 200),
        (b"GET /check?user=7 HTTP/1.1\r\nHost: auth\r\n\r\n", 200),
        (b"GET http://AUTH:80/check HTTP/1.1\r\nHost: auth:80\r\n\r\n", 200),
        (b"GET http://auth/metrics HTTP/1.1\r\nHost: auth\r\n\r\n", 200),
        (b"POST http://auth/metrics HTTP/1.1\r\nHost: auth\r\nContent-Length: 0\r\n\r\n", 404),
        (b"GET http://evil.example/ HTTP/1.1\r\nHost: evil.example\r\n\r\n", 404),
        (b"GET http://auth:9000/ HTTP/1.1\r\nHost: auth:9000\r\n\r\n", 404),
        (b"GET http://auth:9000/ HTTP/1.1\r\nHost: auth\r\n\r\n", 400),
        (b"GET http://127.0.0.1/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", 404),
        (b"GET http://evil.example/ HTTP/1.1\r\nHost: auth\r\n\r\n", 400),
        (b"GET http://auth/ HTTP/1.1\r\nHost: evil.example\r\n\r\n", 400),
        (b"GET http://auth@evil.example/ HTTP/1.1\r\nHost: auth\r\n\r\n", 400),
        (b"GET / HTTP/1.0\r\n\r\n", 404),
        (b"CONNECT auth:8080 HTTP/1.1\r\nHost: auth:8080\r\n\r\n", 405),
        (b"TRACE http://auth/ HTTP/1.1\r\nHost: auth\r\n\r\n", 405),
        (b"OPTIONS * HTTP/1.1\r\nHost: auth\r\n\r\n", 400),
        (
            b"POST http://auth/ HTTP/1.1\r\nHost: auth\r\nContent-Length: 2000000\r\n\r\n" + b"x" * 2_000_000,
            413,
        ),
    ],
)
async def test_the_router_forwards_what_routes_name_and_nothing_else(
    chain: Chain, request_bytes: bytes, status: int
) -> None:
    """The Host decides; control ports, other names, tunnels and contradictions are refused."""
    reader, writer = await asyncio.open_connection(*chain["router"].data.address)
    writer.write(request_bytes)
    line = await asyncio.wait_for(reader.readline(), 5)
    assert int(line.split()[1]) == status
    writer.close()


@pytest.mark.parametrize(
    "path", [b"//evil.example/x", b"/settings", b"/..//%2e%2e/settings", b"/%6detrics/../settings"]
)
async def test_no_path_leads_the_router_elsewhere(chain: Chain, path: bytes) -> None:
    """Whatever the path, it is auth's data port that answers."""
    before = chain["auth"].role.counters.requests
    reader, writer = await asyncio.open_connection(*chain["router"].data.address)
    writer.write(b"GET " + path + b" HTTP/1.1\r\nHost: auth\r\n\r\n")
    assert b" 200 " in await asyncio.wait_for(reader.readline(), 5)
    assert chain["auth"].role.counters.requests == before + 1
    writer.close()


async def test_metrics_reach_prometheus_through_the_router(
    chain: Chain, data_url: Url, http: aiohttp.ClientSession
) -> None:
    """As Prometheus asks with proxy_url, body and content type unchanged."""
    async with http.get("http://auth/metrics", proxy=data_url(chain["router"])) as answer:
        assert answer.content_type == "text/plain"
        assert 'lab_requests_total{service="auth"}' in await answer.text()


async def test_the_router_reuses_its_connections_and_counts_those_it_accepts(
    chain: Chain, data_url: Url
) -> None:
    """Five requests on connections of their own: five accepted, one to auth."""
    for _ in range(5):
        async with (
            aiohttp.ClientSession(proxy=data_url(chain["router"])) as session,
            session.get("http://auth/check") as answer,
        ):
            assert answer.status == 200
    assert chain["router"].role.counters.connections == 5
    assert chain["auth"].role.counters.connections == 1


@pytest.mark.parametrize("text", ["auth", "auth=auth", "auth=auth:port", "auth/settings=auth:9000", "=a:1"])
def test_a_wrong_route_is_named(text: str) -> None:
    """ROUTES that can't be understood stop the router from starting."""
    with pytest.raises(BadEnvironmentError, match="ROUTES"):
        Routes(text)


async def test_the_canary_calls_once_a_second_and_says_each_call_once(
    chain: Chain, open_service: Open, eventually: Eventually
) -> None:
    """When it began, how it ended and how long that took."""
    canary = await open_service(Canary, DataSettings())
    await eventually(lambda: canary.role.extras(0)["pulse"])
    call = canary.role.extras(0)["pulse"][0]
    assert (call["outcome"], set(call)) == ("ok", {"started_s", "outcome", "latency_ms"})
    assert canary.role.extras(time.monotonic() + 1)["pulse"] == []


@dataclass
class Calibrating:
    """Canary's control port, with the token."""

    http: aiohttp.ClientSession
    url: str

    async def post(self, path: str) -> tuple[int, dict[str, Any]]:
        """Status and JSON."""
        async with self.http.post(self.url + path, headers={"X-Lab-Token": "secret"}) as answer:
            return answer.status, await answer.json()

    async def completed(self) -> int | None:
        """Of the loop that runs."""
        async with self.http.get(self.url + "/counters?after=inf") as answer:
            loop = (await answer.json())["closed_loop"]
            return None if loop is None else int(loop["completed_total"])


async def test_the_closed_loop_counts_what_was_answered(
    chain: Chain, open_service: Open, control_url: Url, http: aiohttp.ClientSession, eventually: Eventually
) -> None:
    """While it runs and at its end; there is one at a time, and another one may follow."""
    canary = await open_service(Canary, DataSettings())
    calibrating = Calibrating(http, control_url(canary))
    assert await calibrating.completed() is None
    assert (await calibrating.post("/closed-loop/end"))[0] == 409
    assert await calibrating.post("/closed-loop/begin?in_flight=4") == (200, {"in_flight": 4, "most_s": 30.0})
    assert (await calibrating.post("/closed-loop/begin?in_flight=4"))[0] == 409
    await eventually(lambda: (canary.role.extras(0)["closed_loop"] or {}).get("completed_total", 0) > 20)
    assert (await calibrating.completed() or 0) > 20
    status, ended = await calibrating.post("/closed-loop/end")
    assert (status, ended["errors"]) == (200, {})
    assert ended["completed_total"] == sum(ended["latency"].values()) > 20
    assert ended["ran_s"] > 0
    assert await calibrating.completed() is None
    assert (await calibrating.post("/closed-loop/begin"))[0] == 200


async def test_a_closed_loop_that_is_not_ended_ends_by_itself(
    chain: Chain, open_service: Open, control_url: Url, http: aiohttp.ClientSession, eventually: Eventually
) -> None:
    """Whoever began it may be dead; then another one may begin."""
    canary = await open_service(Canary, DataSettings())
    calibrating = Calibrating(http, control_url(canary))
    assert (await calibrating.post("/closed-loop/begin?in_flight=1&most_s=0.1"))[0] == 200

    async def begun() -> bool:
        return (await calibrating.post("/closed-loop/begin?in_flight=1"))[0] == 200

    await wait_until(begun, PATIENCE_S, "another loop to be let in")


async def test_a_crowd_asks_and_is_gone(
    chain: Chain, open_service: Open, control_url: Url, http: aiohttp.ClientSession, eventually: Eventually
) -> None:
    """All connections reach the router; whoever asked is no longer there to be answered."""
    canary = await open_service(Canary, DataSettings())
    router = chain["router"].role.counters
    before = router.connections
    calibrating = Calibrating(http, control_url(canary))
    assert await calibrating.post("/crowd?connections=30") == (200, {"given_up": 30, "errors": {}})
    await eventually(lambda: router.connections >= before + 30)


async def test_a_crowd_that_finds_no_one_says_so(
    open_service: Open, control_url: Url, http: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Refused connections are counted by their error."""
    monkeypatch.setenv("BRIDGE", "http://127.0.0.1:9")
    monkeypatch.setenv("UPSTREAM", "http://auth")
    canary = await open_service(Canary, DataSettings())
    calibrating = Calibrating(http, control_url(canary))
    answer = {"given_up": 0, "errors": {"ConnectionRefusedError": 5}}
    assert await calibrating.post("/crowd?connections=5") == (200, answer)


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/closed-loop/begin?in_flight=0", "in_flight"),
        ("/closed-loop/begin?in_flight=1000", "in_flight"),
        ("/closed-loop/begin?in_flight=2.5", "in_flight"),
        ("/closed-loop/begin?most_s=nan", "most_s"),
        ("/closed-loop/begin?most_s=1e9", "most_s"),
        ("/closed-loop/begin?inflight=3", "inflight"),
        ("/crowd?connections=x", "connections"),
        ("/crowd?connections=0", "connections"),
        ("/crowd?most_s=3", "most_s"),
    ],
)
async def test_what_calibration_asks_wrongly_is_refused(  # noqa: PLR0913, PLR0917  fixtures
    chain: Chain, open_service: Open, control_url: Url, http: aiohttp.ClientSession, path: str, said: str
) -> None:
    """400 names the parameter; without the token it is 403."""
    canary = await open_service(Canary, DataSettings())
    calibrating = Calibrating(http, control_url(canary))
    status, answer = await calibrating.post(path)
    assert (status, said in answer["error"]) == (400, True)
    async with http.post(calibrating.url + path) as refused:
        assert refused.status == 403


@pytest.mark.parametrize("kind", [Auth, Canary, Edge, OnCall, Router, Storefront])
def test_a_role_is_short(kind: type[Role[Any]]) -> None:
    """Sixty lines at most: what roles share is in the kit."""
    source = sys.modules[kind.__module__].__file__
    assert source is not None
    assert len(Path(source).read_text(encoding="utf-8").splitlines()) <= 60


def test_a_service_runs_as_a_process_and_stops_cleanly(unused_port: int) -> None:
    """`python -m services.auth`: answers, ends with 0 on SIGTERM, by itself and without a word."""
    control = f"127.0.0.1:{unused_port}"
    environment = {**os.environ, "DATA": "127.0.0.1:0", "CONTROL": control}
    with subprocess.Popen(
        [sys.executable, "-m", "services.auth"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as process:
        try:
            asyncio.run(_healthy(f"http://{control}/health"))
            process.send_signal(signal.SIGTERM)
            output, _ = process.communicate(timeout=PATIENCE_S)
        finally:
            process.kill()
    assert (process.returncode, output) == (0, b"")


async def _healthy(url: str) -> None:
    async with asyncio.timeout(PATIENCE_S), aiohttp.ClientSession() as session:
        while True:
            try:
                async with session.get(url) as answer:
                    assert (await answer.json())["status"] == "ok"
                    return
            except aiohttp.ClientError:
                await asyncio.sleep(0.05)  # noqa: TID251  between two looks


def test_a_service_that_cannot_start_says_why() -> None:
    """One line on stderr with the address that can't be had, exit code 3, no traceback."""
    environment = {**os.environ, "DATA": "192.0.2.1:8080", "CONTROL": "127.0.0.1:0"}
    command = [sys.executable, "-m", "services.auth"]
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=PATIENCE_S, check=False
    )
    assert (done.returncode, done.stdout) == (3, "")
    assert "192.0.2.1" in done.stderr
    assert "Traceback" not in done.stderr
