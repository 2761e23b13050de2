"""Hedged attempts against real servers: first good answer wins, nothing is lost, nothing is left."""

import asyncio
import time
from collections.abc import Awaitable, Callable

import pytest
from aiohttp import web
from yarl import URL

from services.client import Client, ClientSettings
from services.policies import Call, NoopPolicy, Outcome, OutcomeKind, Rejection

Respond = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]
Serve = Callable[[Respond], Awaitable[str]]
Eventually = Callable[[Callable[[], object]], Awaitable[None]]
ASKED = URL("http://auth/check")


class Hedge(NoopPolicy):
    """Up to `most` attempts, `after_s` apart; a budget of `tokens` hedges; keeps account of what it is told."""

    def __init__(self, after_s: float, most: int = 3, tokens: int = 100) -> None:
        self.after_s, self.most, self.tokens = after_s, most, tokens
        self.acquired = self.released = 0
        self.seen: list[OutcomeKind] = []

    def delay_s(self, call: Call, now_s: float) -> float | None:
        return None

    def hedge_s(self, call: Call, now_s: float) -> float | None:
        return self.after_s if call.attempts < self.most else None

    def acquire(self, call: Call, now_s: float) -> Rejection | None:
        if call.attempts:
            if not self.tokens:
                return Rejection("throttle")
            self.tokens -= 1
        self.acquired += 1
        return None

    def release(self, call: Call) -> None:
        self.released += 1

    def observe(self, call: Call, outcome: Outcome, now_s: float) -> None:
        self.seen.append(outcome.kind)


class HedgeOnce(Hedge):
    """The first hedge soon, those after it ``later_s`` on, in an hour: what comes before was brought forward."""

    later_s = 3600.0

    def hedge_s(self, call: Call, now_s: float) -> float | None:
        return self.after_s if call.attempts == 1 else self.later_s


class Server:
    """Answers each request as told, in the order of their arrival."""

    def __init__(self) -> None:
        self.waiting: list[asyncio.Future[int]] = []
        self.headers: dict[str, str] = {}
        self.gone = 0

    async def respond(self, request: web.BaseRequest) -> web.Response:
        turn = asyncio.get_running_loop().create_future()
        self.waiting.append(turn)
        status = await turn
        self.gone += request.transport is None
        return web.Response(status=status, headers=self.headers)


def hedged(url: str, policy: Hedge, **settings: object) -> Client:
    """A client with this policy."""
    client = Client(ClientSettings(timeout_s=5, **settings), url)  # type: ignore[arg-type]
    client._policy = policy
    return client


async def settled(client: Client, policy: Hedge, before: set[asyncio.Task[object]]) -> dict[str, int]:
    """The outcomes, once it is sure that attempts = outcomes + in flight, all were observed and no task is left."""
    await client.close()
    told = client.counters()
    ends = {kind: told["outcomes_total"][kind] for kind in OutcomeKind if told["outcomes_total"][kind]}
    assert (told["attempts_in_flight"], told["attempts_total"]) == (0, sum(ends.values()))
    assert policy.acquired == len(policy.seen) + policy.released
    ours = {task for task in asyncio.all_tasks() if "RequestHandler" not in repr(task)}
    assert ours <= before
    return {str(kind): count for kind, count in ends.items()}


@pytest.mark.slow
async def test_the_first_good_answer_wins(serve: Serve, eventually: Eventually) -> None:
    """Three side by side; the second answers; the others are cancelled, observed and counted as `other`."""
    before, server, policy = asyncio.all_tasks(), Server(), Hedge(after_s=0.01)
    client = hedged(await serve(server.respond), policy)
    call = asyncio.create_task(client.call("GET", ASKED))
    await eventually(lambda: len(server.waiting) == 3)
    server.waiting[1].set_result(200)
    assert (await call).failure is None
    assert sorted(policy.seen) == sorted([OutcomeKind.OK, OutcomeKind.OTHER, OutcomeKind.OTHER])
    assert await settled(client, policy, before) == {"ok": 1, "other": 2}
    assert client.counters()["first_attempts_total"] == 1
    for turn in (server.waiting[0], server.waiting[2]):
        turn.set_result(200)
    await eventually(lambda: server.gone == 2)  # the server sees that the clients of these are gone


@pytest.mark.slow
async def test_a_failure_does_not_end_the_race_but_a_final_answer_does(
    serve: Serve, eventually: Eventually
) -> None:
    """503 while another is under way: wait for that. 404: no other attempt could do better."""
    for last in (200, 404):
        before, server, policy = asyncio.all_tasks(), Server(), Hedge(after_s=0.01)
        client = hedged(await serve(server.respond), policy)
        call = asyncio.create_task(client.call("GET", ASKED))
        await eventually(lambda server=server: len(server.waiting) == 3)  # type: ignore[misc]
        server.waiting[0].set_result(503)
        await eventually(lambda policy=policy: policy.seen)  # type: ignore[misc]
        assert not call.done()
        server.waiting[2].set_result(last)
        assert (await call).outcome.status == last
        assert sum((await settled(client, policy, before)).values()) == 3


@pytest.mark.slow
async def test_a_failure_brings_the_next_hedge_forward(serve: Serve, eventually: Eventually) -> None:
    """Each of two 503s is followed by another attempt at once, long before its time."""
    before, server, policy = asyncio.all_tasks(), Server(), HedgeOnce(after_s=0.01)
    client = hedged(await serve(server.respond), policy)
    call = asyncio.create_task(client.call("GET", ASKED))
    for failing in (1, 2):
        await eventually(lambda failing=failing: len(server.waiting) == failing + 1)  # type: ignore[misc]  # mypy infers no lambda with a default
        server.waiting[failing].set_result(503)
    await eventually(lambda: len(server.waiting) == 4)
    server.waiting[0].set_result(200)
    assert (await call).failure is None
    assert await settled(client, policy, before) == {"ok": 1, "5xx": 2, "other": 1}


@pytest.mark.slow
async def test_a_refused_hedge_is_the_last_of_its_race(serve: Serve, eventually: Eventually) -> None:
    """A failure brings none forward: whoever throttles is not asked again while the others are under way."""
    before, server, policy = asyncio.all_tasks(), Server(), Hedge(after_s=0.01, most=9, tokens=1)
    client = hedged(await serve(server.respond), policy)
    call = asyncio.create_task(client.call("GET", ASKED))
    told = client.counters()["outcomes_total"]
    await eventually(lambda: len(server.waiting) == 2 and told.get("throttle", 0) == 1)
    server.waiting[1].set_result(503)
    await eventually(lambda: policy.seen)
    server.waiting[0].set_result(200)
    assert (await call).failure is None
    assert told["throttle"] == 1
    assert await settled(client, policy, before) == {"ok": 1, "5xx": 1}


@pytest.mark.parametrize("first_fails", [False, True])
@pytest.mark.slow
async def test_retry_after_holds_the_next_attempt_back(
    serve: Serve, eventually: Eventually, *, first_fails: bool
) -> None:
    """A hedge beside one under way; and the retry where that one has failed too, without a Retry-After of its own."""
    before, server, policy = asyncio.all_tasks(), Server(), HedgeOnce(after_s=0.01)
    policy.delay_s = lambda *_: 0.0  # type: ignore[method-assign]  # a stub of this one test
    client = hedged(await serve(server.respond), policy)
    call = asyncio.create_task(client.call("GET", ASKED))
    await eventually(lambda: len(server.waiting) == 2)
    server.headers, pushed_s = {"Retry-After": "1"}, time.monotonic()
    server.waiting[1].set_result(503)
    await eventually(lambda: policy.seen)
    server.headers = {}
    if first_fails:
        server.waiting[0].set_result(503)
    await eventually(lambda: len(server.waiting) == 3)
    assert 1 <= time.monotonic() - pushed_s < 4  # the first would time out after 5
    server.waiting[2].set_result(200)
    assert (await call).failure is None
    assert sum((await settled(client, policy, before)).values()) == 3


@pytest.mark.slow
async def test_when_all_have_failed_the_call_has(serve: Serve, eventually: Eventually) -> None:
    """The last failure is the call's; the schedule, not the race, decides about another."""
    before, server, policy = asyncio.all_tasks(), Server(), Hedge(after_s=0.01, most=2)
    client = hedged(await serve(server.respond), policy)
    call = asyncio.create_task(client.call("GET", ASKED))
    await eventually(lambda: len(server.waiting) == 2)
    for turn in server.waiting:
        turn.set_result(503)
    assert (await call).failure == "5xx"
    assert await settled(client, policy, before) == {"5xx": 2}


@pytest.mark.slow
async def test_a_quick_answer_needs_no_hedge_and_a_throttle_refuses_one(
    serve: Serve, eventually: Eventually
) -> None:
    """One attempt where it answers in time; without tokens one as well, and the refusal is counted."""
    server, before = Server(), asyncio.all_tasks()
    url = await serve(server.respond)
    for after_s, tokens, refused in ((60, 9, 0), (0.01, 0, 1)):
        policy = Hedge(after_s, tokens=tokens)
        client = hedged(url, policy)
        call = asyncio.create_task(client.call("GET", ASKED))
        told = client.counters()["outcomes_total"]
        await eventually(lambda: server.waiting and told.get("throttle", 0) == refused)  # noqa: B023
        server.waiting.pop().set_result(200)
        assert (await call).failure is None
        assert await settled(client, policy, before) == {"ok": 1}


@pytest.mark.slow
async def test_hedges_are_throttled_as_retries_are(serve: Serve, eventually: Eventually) -> None:
    """As text: a slow attempt is hedged, but no longer once failures have used up half of the tokens."""
    server = Server()
    settings = ClientSettings(policy="hedge(after=10 ms) + grpc-throttle", timeout_s=5)
    client = Client(settings, await serve(server.respond))
    told = client.counters()["outcomes_total"]
    call = asyncio.create_task(client.call("GET", ASKED))
    await eventually(lambda: len(server.waiting) == 2)
    server.waiting[1].set_result(200)
    assert (await call).failure is None
    for _ in range(9):
        assert (await fails(client, server, eventually)) == "5xx"
    refused, made = told["grpc-throttle"], len(server.waiting)
    call = asyncio.create_task(client.call("GET", ASKED))
    await eventually(lambda: told["grpc-throttle"] > refused and len(server.waiting) > made)
    assert len(server.waiting) == made + 1
    server.waiting[-1].set_result(200)
    assert (await call).failure is None
    assert refused
    await client.close()


async def fails(client: Client, server: Server, eventually: Eventually) -> str | None:
    """One call to a server that answers everything 503; how it failed."""
    call = asyncio.create_task(client.call("GET", ASKED))

    def ended() -> bool:
        for turn in server.waiting:
            if not turn.done():
                turn.set_result(503)
        return call.done()

    await eventually(ended)
    return (await call).failure


async def test_only_idempotent_methods_are_hedged(serve: Serve, eventually: Eventually) -> None:
    """A POST that is slow is waited for."""
    server, policy = Server(), Hedge(after_s=0.0)
    client = hedged(await serve(server.respond), policy)
    calls = [asyncio.create_task(client.call(method, ASKED)) for method in ("POST", "GET")]
    await eventually(lambda: len(server.waiting) == 4)
    for turn in server.waiting:
        turn.set_result(200)
    await asyncio.gather(*calls)
    assert policy.acquired == 4
    await client.close()


@pytest.mark.parametrize("rounds", [1, 3])
@pytest.mark.slow
async def test_a_cancelled_race_leaves_nothing(serve: Serve, eventually: Eventually, rounds: int) -> None:
    """Whoever asked goes away while several attempts are under way: all are cancelled and observed."""
    before, server, policy = asyncio.all_tasks(), Server(), Hedge(after_s=0.005, most=rounds)
    client = hedged(await serve(server.respond), policy)
    call = asyncio.create_task(client.call("GET", ASKED))
    await eventually(lambda: len(server.waiting) == rounds)
    call.cancel()
    await asyncio.gather(call, return_exceptions=True)
    assert call.cancelled()
    assert client.cohorts(0, time.monotonic())[0]["failed"] == {"other": 1}
    assert await settled(client, policy, before) == {"other": rounds}


@pytest.mark.slow
async def test_who_waits_for_the_pool_never_was_an_attempt(serve: Serve, eventually: Eventually) -> None:
    """One connection: hedges wait for it and are cancelled when the first answers; one may just have got it."""
    before, server, policy = asyncio.all_tasks(), Server(), Hedge(after_s=0.005)
    client = hedged(await serve(server.respond), policy, connections="pooled", pool_limit=1)
    call = asyncio.create_task(client.call("GET", ASKED))
    await eventually(lambda: policy.acquired == 3)
    server.waiting[0].set_result(200)
    assert (await call).failure is None
    ends = await settled(client, policy, before)
    assert policy.released >= 1
    assert ends == {"ok": 1} | ({"other": 1} if policy.released == 1 else {})


@pytest.mark.slow
async def test_switched_to_none_in_the_middle_no_further_hedge_begins(
    serve: Serve, eventually: Eventually
) -> None:
    """Those under way go on; the hedge whose time comes asks the new policy, which wants none."""
    before, server, policy = asyncio.all_tasks(), Server(), HedgeOnce(after_s=0.01, most=9)
    policy.later_s = 0.7  # switched before that, also beside other work
    client = hedged(await serve(server.respond), policy)
    call = asyncio.create_task(client.call("GET", ASKED))
    await eventually(lambda: len(server.waiting) == 2)
    client.apply(ClientSettings(policy="immediate(retries=0)", timeout_s=5))
    asked: list[None] = []
    client._policy.hedge_s = lambda *_: asked.append(None)  # type: ignore[method-assign]
    await eventually(lambda: asked)
    server.waiting[0].set_result(200)
    assert (await call).failure is None
    assert len(server.waiting) == 2
    assert await settled(client, policy, before) == {"ok": 1, "other": 1}
