"""Deadlines on their way: told to the server, kept by each attempt, and passed on from service to service."""

import asyncio
import time
from collections.abc import Awaitable, Callable

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from services.client import Client, ClientSettings
from services.kit import deadline
from services.policies import Call, NoopPolicy, Rejection

Respond = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]
Serve = Callable[[Respond], Awaitable[str]]
ASKED = URL("http://auth/check")


class Keeps(NoopPolicy):
    """A deadline of `total_s` for the whole call, or what whoever asks says."""

    def __init__(self, total_s: float) -> None:
        self._total_s = total_s

    def left_s(self, call: Call, now_s: float) -> float | None:
        ends_s = call.started_s + self._total_s
        return (ends_s if call.deadline_s is None else min(ends_s, call.deadline_s)) - now_s

    def acquire(self, call: Call, now_s: float) -> Rejection | None:
        left_s = self.left_s(call, now_s)
        return Rejection("deadline") if left_s is not None and left_s <= 0 else None


class Paced(Keeps):
    """Holds every attempt back, for ever."""

    def pace_s(self, call: Call, now_s: float) -> float:
        return 60.0


async def never(_request: web.BaseRequest) -> web.Response:
    """No answer."""
    await asyncio.Event().wait()
    raise AssertionError


@given(left_s=st.floats(0, 80_000), under_way_s=st.floats(0, 10), ahead_s=st.floats(0, 10))
def test_what_is_written_is_what_is_read(left_s: float, under_way_s: float, ahead_s: float) -> None:
    """To the millisecond; time on the way counts, and a sender whose clock is ahead gains nothing."""
    sent = deadline.to_headers(left_s, 1e9)
    read = deadline.from_headers(sent, 50.0 + under_way_s, 1e9 + under_way_s)
    assert read == pytest.approx(50.0 + left_s, abs=0.002)
    early = deadline.from_headers(sent, 50.0, 1e9 - ahead_s)
    assert early == pytest.approx(50.0 + left_s, abs=0.002)


@pytest.mark.parametrize("text", ["", "-5", "soon", "nan", "inf", "1e9", "99999999999", "5 ", "٣"])
def test_nonsense_is_no_deadline(text: str) -> None:
    """Neither a negative time nor one that no person means."""
    assert deadline.from_headers({deadline.LEFT: text}, 0.0, 0.0) is None


def test_without_the_instant_only_what_is_left_counts() -> None:
    """As for a sender that knows only one of the headers, or sends rubbish as the other."""
    for headers in ({}, {deadline.SENT: "yesterday"}, {deadline.SENT: "t="}):
        assert deadline.from_headers({deadline.LEFT: "250", **headers}, 10.0, 1e9) == 10.25


@pytest.mark.slow
async def test_an_attempt_ends_with_the_call_and_the_server_is_told(serve: Serve) -> None:
    """Timeout 5 s, deadline 0.4 s: one attempt, its headers, a timeout, and no time for a retry."""
    seen: list[tuple[float | None, float]] = []

    async def respond(request: web.BaseRequest) -> web.Response:
        now_s = time.monotonic()
        seen.append((deadline.from_headers(request.headers, now_s, time.time()), now_s))
        return await never(request)

    client = Client(ClientSettings(timeout_s=5), await serve(respond))
    client._policy = Keeps(0.4)
    began_s = time.monotonic()
    answer = await client.call("GET", ASKED)
    ended_s = time.monotonic()
    assert (answer.failure, answer.attempted) == ("timeout", True)
    assert 0.39 < ended_s - began_s < 4
    ((ends_s, arrived_s),) = seen
    assert ends_s is not None
    assert arrived_s < ends_s <= ended_s + 0.01
    told = client.counters()["outcomes_total"]
    assert {kind: count for kind, count in told.items() if count} == {"timeout": 1}
    await client.close()


async def test_the_shorter_of_timeout_and_deadline_is_sent(serve: Serve) -> None:
    """No one waits for an attempt longer than its timeout: that is what its server is told."""
    left: list[float] = []

    async def respond(request: web.BaseRequest) -> web.Response:
        left.append(float(request.headers[deadline.LEFT]))
        return web.Response()

    client = Client(ClientSettings(timeout_s=5), await serve(respond))
    client._policy = Keeps(60)
    await client.call("GET", ASKED)
    client._policy = Keeps(2.5)
    await client.call("GET", ASKED)
    await client.call("GET", ASKED, deadline_s=time.monotonic() + 1)
    assert left[0] == 5000
    assert 1000 < left[1] <= 2500
    assert 0 < left[2] <= 1000
    await client.close()


async def test_without_a_deadline_nothing_is_sent(serve: Serve) -> None:
    """What the default policies send is what they always sent, also for a call that someone waits for."""
    seen: list[set[str]] = []

    async def respond(request: web.BaseRequest) -> web.Response:
        seen.append({deadline.LEFT, deadline.SENT} & set(request.headers))
        return web.Response()

    client = Client(ClientSettings(policy="immediate"), await serve(respond))
    await client.call("GET", ASKED, deadline_s=time.monotonic() + 1)
    assert seen == [set()]
    await client.close()


@pytest.mark.slow
async def test_a_paced_call_waits_no_longer_than_it_has() -> None:
    """Held back for a minute, with 50 ms left: refused after 50 ms, without an attempt."""
    client = Client(ClientSettings(), None)
    client._policy = Paced(0.05)
    began_s = time.monotonic()
    answer = await client.call("GET", ASKED)
    assert (answer.failure, answer.attempted) == ("deadline", False)
    assert 0.04 < time.monotonic() - began_s < 2
    assert client.counters()["attempts_total"] == 0
    await client.close()


@pytest.mark.slow
async def test_pace_holds_the_attempts_of_a_client_apart(serve: Serve) -> None:
    """One attempt each 30 ms: five calls at once take at least 120 ms, and all are made."""

    class Metronome(NoopPolicy):
        next_s = 0.0

        def pace_s(self, call: Call, now_s: float) -> float:
            return max(0.0, self.next_s - now_s)

        def acquire(self, call: Call, now_s: float) -> Rejection | None:
            self.next_s = max(self.next_s, now_s) + 0.03
            return None

    arrivals: list[float] = []

    async def respond(_request: web.BaseRequest) -> web.Response:
        arrivals.append(time.monotonic())
        return web.Response()

    client = Client(ClientSettings(timeout_s=5), await serve(respond))
    client._policy = Metronome()
    began_s = time.monotonic()
    answers = await asyncio.gather(*(client.call("GET", ASKED) for _ in range(5)))
    assert [answer.failure for answer in answers] == [None] * 5
    assert arrivals[-1] - began_s >= 0.12
    await client.close()
