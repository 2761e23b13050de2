"""The front door: shares by priority, disabled clients, a drain; and what edge and router try by themselves."""

import time
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from services.admission import Entrance
from services.edge import Edge, Settings
from services.kit import deadline
from services.kit.clients import Clients
from services.kit.env import BadEnvironmentError
from services.kit.priority import HEADER, priority
from services.kit.server import Service
from services.router import Router
from services.router import Settings as RouterSettings

Open = Callable[..., Awaitable[Service]]
Url = Callable[[Service], str]
Change = Callable[..., Awaitable[tuple[int, Any]]]
Respond = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]
Serve = Callable[[Respond], Awaitable[str]]
OPEN: dict[str, Any] = {"admit_share": 1.0, "disabled": frozenset(), "drain_s": (0.0, 0.0), "now_s": 0.0}


def admitted(door: Entrance, now_s: float) -> list[int]:
    """The priorities that may come in."""
    return [rank for rank in range(100) if door.refuses("storefront", rank, now_s) is None]


@pytest.mark.parametrize("percent", [0, 1, 40, 60, 80, 99, 100])
def test_a_share_is_that_of_the_highest_priorities(percent: int) -> None:
    """Of evenly spread priorities exactly the share, and the highest of them."""
    door = Entrance()
    door.set(**OPEN | {"admit_share": percent / 100})
    assert admitted(door, 0.0) == list(range(100 - percent, 100))


def test_a_drain_stops_then_ramps_up() -> None:
    """No one for 2 s, then a quarter after each of 4 s, then all; the lower share of drain and shedding holds."""
    door = Entrance()
    door.set(**OPEN | {"drain_s": (2.0, 4.0), "now_s": 10.0})
    assert [len(admitted(door, at_s)) for at_s in (10, 11.99, 13, 14, 15, 16, 99)] == [
        0,
        0,
        25,
        50,
        75,
        100,
        100,
    ]
    assert door.refuses("storefront", 0, 14) == "drain"
    door.set(
        **OPEN | {"drain_s": (2.0, 4.0), "admit_share": 0.6, "now_s": 14.0}
    )  # goes on, doesn't begin anew
    assert [len(admitted(door, at_s)) for at_s in (14, 15, 16)] == [50, 60, 60]
    assert door.refuses("storefront", 0, 16) == "shed"
    door.set(**OPEN | {"drain_s": (1.0, 0.0), "now_s": 20.0})
    assert [len(admitted(door, at_s)) for at_s in (20.9, 21.0)] == [0, 100]
    door.set(**OPEN | {"now_s": 20.5})
    assert len(admitted(door, 20.5)) == 100


def test_a_drain_as_long_as_the_one_before_begins_once_both_were_set_to_none() -> None:
    """An operator's second drain of 2 s, long after the first, which no one has taken back."""
    door = Entrance()
    for now_s in (10.0, 60.0):
        door.set(**OPEN | {"now_s": now_s})
        door.set(**OPEN | {"drain_s": (2.0, 0.0), "now_s": now_s})
        assert [len(admitted(door, now_s + late_s)) for late_s in (0, 1.9, 2.0)] == [0, 0, 100]


@given(st.floats(0, 1), st.floats(0, 1), st.integers(0, 99))
def test_more_share_never_refuses_who_was_admitted(one: float, other: float, rank: int) -> None:
    """Raising the share keeps everyone who is in; who ranks higher is never refused before who ranks lower."""
    door = Entrance()
    door.set(**OPEN | {"admit_share": min(one, other)})
    before = door.refuses("a", rank, 0.0)
    door.set(**OPEN | {"admit_share": max(one, other)})
    assert not (before is None and door.refuses("a", rank, 0.0) is not None)


def test_a_request_without_a_priority_gets_one_from_its_id() -> None:
    """Evenly spread, the same everywhere; nonsense counts as none."""
    ranks = [priority({}, f"a-{n}") for n in range(5000)]
    assert 45 < sum(ranks) / len(ranks) < 54
    assert set(ranks) == set(range(100))
    assert priority({HEADER: "7"}, "x") == 7
    for nonsense in ("100", "-1", "", "x", "٣", "1.5"):
        assert priority({HEADER: nonsense}, "a-1") == priority({}, "a-1")


@pytest.fixture
async def behind(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> dict[str, list[web.BaseRequest]]:
    """Two clients behind the edge, and what each of them was asked; a client answers 503 as often as its query says."""
    seen: dict[str, list[web.BaseRequest]] = {"storefront": [], "streaming": []}

    def client(name: str) -> Respond:
        async def respond(request: web.BaseRequest) -> web.Response:
            seen[name].append(request)
            bad = len(seen[name]) <= int(request.query.get("bad", "0"))
            return web.Response(text=name, status=503 if bad else 200)

        return respond

    monkeypatch.setenv("UPSTREAM", await serve(client("storefront")))
    monkeypatch.setenv("UPSTREAM_NAME", "storefront")
    monkeypatch.setenv("CLIENTS", f"streaming={await serve(client('streaming'))}")
    return seen


async def get(http: aiohttp.ClientSession, url: str, **headers: str) -> tuple[int, str]:
    """Status and body."""
    async with http.get(url, headers=headers) as answer:
        return answer.status, await answer.text()


async def test_the_path_says_which_client(
    behind: dict[str, list[web.BaseRequest]], open_service: Open, data_url: Url, http: aiohttp.ClientSession
) -> None:
    """/streaming and what is below it; everything else is the first one's, whole and unchanged."""
    edge = await open_service(Edge, Settings())
    for path, name in (
        ("/streaming?user=1", "streaming"), ("/streaming/a%20b?c=d%26", "streaming"),
        ("/streamings", "storefront"), ("/", "storefront"), ("//streaming", "streaming"),
    ):  # fmt: skip
        assert await get(http, data_url(edge) + path) == (200, name)
    assert [request.raw_path for request in behind["streaming"]][:2] == [
        "/streaming?user=1",
        "/streaming/a%20b?c=d%26",
    ]


async def test_rank_and_deadline_go_along(
    behind: dict[str, list[web.BaseRequest]], open_service: Open, data_url: Url, http: aiohttp.ClientSession
) -> None:
    """As they came, and nothing else that the load sends."""
    edge = await open_service(Edge, Settings())
    sent = {HEADER: "42", "Cookie": "x=y", **deadline.to_headers(1.5, 1e9)}
    await get(http, data_url(edge), **sent)
    got = behind["storefront"][0].headers
    assert {name: got[name] for name in (HEADER, deadline.LEFT, deadline.SENT)} == {
        HEADER: "42", deadline.LEFT: "1500.000", deadline.SENT: "t=1000000000.000000",
    }  # fmt: skip
    assert "Cookie" not in got


async def test_shed_disabled_and_drained_are_refused_with_their_reason(
    behind: dict[str, list[web.BaseRequest]],
    open_service: Open, data_url: Url, http: aiohttp.ClientSession, change: Change,
) -> None:  # fmt: skip
    """503, counted apart, and no one behind is asked; live, one after the other."""
    edge = await open_service(Edge, Settings())
    url = data_url(edge)
    for changes, refused in (
        ({"admit_share": 0.4}, "shed"),
        ({"admit_share": 1, "disabled": "streaming"}, "disabled"),
        ({"disabled": "", "drain_stop_s": 60}, "drain"),
    ):
        assert (await change(edge, changes))[0] == 200
        status, body = await get(http, url + "/streaming", **{HEADER: "59"})
        assert (status, body) == (503, f'{{"error": "refused: {refused}", "reason": "{refused}"}}')
    assert edge.role.counters.shed == {"shed": 1, "disabled": 1, "drain": 1}
    assert edge.role.counters.failed == {"503": 3}
    assert behind["streaming"] == []
    await change(edge, {"drain_stop_s": 0, "admit_share": 0.4, "disabled": "storefront"})
    assert (await get(http, url + "/streaming", **{HEADER: "60"}))[0] == 200


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"disabled": "streming"}, "valid: storefront, streaming"),
        ({"admit_share": 1.1}, "a number from 0 to 1"),
        ({"drain_ramp_s": -1}, "a number from 0 to 600"),
        ({"policy": "imediate"}, "did you mean 'immediate'"),
    ],
)
async def test_a_wrong_setting_of_the_edge_is_refused(
    behind: dict[str, list[web.BaseRequest]],
    open_service: Open, change: Change, changes: dict[str, object], said: str,
) -> None:  # fmt: skip
    """With what would be right; nothing changes."""
    edge = await open_service(Edge, Settings())
    code, error = await change(edge, changes)
    assert code == 400
    assert said in error["error"]
    assert edge.role.live.now == Settings()


@pytest.mark.parametrize(
    "text", ["streaming", "streaming=streaming:8080", "streaming=https://x:1", "=http://x:1"]
)
def test_a_wrong_client_is_named(text: str) -> None:
    """CLIENTS that can't be understood stop the edge from starting."""
    with pytest.raises(BadEnvironmentError, match="CLIENTS"):
        Clients.from_environment({"UPSTREAM": "http://storefront:8080", "CLIENTS": text})


async def test_the_edge_retries_by_its_own_policy_and_is_no_client(  # noqa: PLR0913, PLR0917  fixtures
    behind: dict[str, list[web.BaseRequest]],
    open_service: Open, data_url: Url, control_url: Url, http: aiohttp.ClientSession, change: Change,
) -> None:  # fmt: skip
    """None by default; with three retries two failures are healed, told in `upstream`, never in `client`."""
    edge = await open_service(Edge, Settings())
    assert (await get(http, data_url(edge) + "?bad=1"))[0] == 503
    behind["storefront"].clear()
    await change(edge, {"policy": "immediate(retries=3)"})
    assert await get(http, data_url(edge) + "?bad=2") == (200, "storefront")
    assert len(behind["storefront"]) == 3
    async with http.get(control_url(edge) + "/counters") as answer:
        told = await answer.json()
    assert (told["client"], told["cohorts"]) == (None, [])
    assert told["upstream"]["storefront"]["attempts_total"] == 4
    assert told["upstream"]["storefront"]["first_attempts_total"] == 2
    assert told["upstream"]["streaming"]["attempts_total"] == 0
    await change(edge, {"policy": "breaker(minimum=1, window=1) + none"})
    behind["storefront"].clear()
    assert (await get(http, data_url(edge) + "?bad=1"))[0] == 503
    assert await get(http, data_url(edge)) == (503, '{"error": "not tried: breaker"}')


async def test_the_router_retries_what_may_be_retried(
    serve: Serve,
    open_service: Open,
    data_url: Url,
    http: aiohttp.ClientSession,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A GET three times more, a POST with its body once; what auth says in the end is passed on."""
    bodies: list[bytes] = []

    async def respond(request: web.BaseRequest) -> web.Response:
        bodies.append(await request.read())
        return web.Response(status=503, text="no", headers={"X-Said-By": "auth"})

    monkeypatch.setenv("ROUTES", f"auth={(await serve(respond))[7:]}")
    router = await open_service(Router, RouterSettings(policy="immediate(retries=3)"))
    for method, times in (("GET", 4), ("POST", 1)):
        bodies.clear()
        async with http.request(method, "http://auth/x", proxy=data_url(router), data=b"body") as answer:
            assert (answer.status, await answer.text(), answer.headers["X-Said-By"]) == (503, "no", "auth")
        assert bodies == [b"body"] * times
    assert router.role.calls is None


@pytest.mark.slow
async def test_a_drain_begins_when_it_is_set(
    behind: dict[str, list[web.BaseRequest]],
    open_service: Open, data_url: Url, http: aiohttp.ClientSession, change: Change,
) -> None:  # fmt: skip
    """150 ms from the change on no one comes in, then everyone does."""
    edge = await open_service(Edge, Settings())
    began_s = time.monotonic()
    await change(edge, {"drain_stop_s": 0.15})
    while (await get(http, data_url(edge)))[0] == 503:
        assert time.monotonic() - began_s < 5
    assert time.monotonic() - began_s >= 0.15
