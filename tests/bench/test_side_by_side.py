"""Both clients make the same attempts, and what is counted is the clock's. Tests bench.side_by_side."""

from collections.abc import Callable
from itertools import chain

import pytest

from bench.side_by_side import CASES, REQUEST_ID, Case, OtherEndError, Size, bare, measure, ours
from bench.tiny_server import TinyServer

NEW, POOLED, _ = CASES
FEW = Size(rounds=2, attempts=8, in_flight=4)
OF_BOTH = 2 * (FEW.rounds + 1) * FEW.attempts
"""Attempts in all; one round warms up."""
REFUSAL = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n"


def clock_of(*spent_s: float) -> Callable[[], float]:
    """A clock by which one measurement after the other takes that long."""
    readings = chain.from_iterable((0.0, spent) for spent in spent_s)
    return lambda: next(readings)


@pytest.mark.parametrize("case", [NEW, POOLED], ids=lambda case: case.name)
async def test_both_send_the_same_requests(case: Case) -> None:
    """Byte for byte, with the id that a request has in the lab, over the proxy."""
    heads: list[bytes] = []
    async with TinyServer(heads=heads).serve() as url, ours(case, url) as our, bare(case, url) as plain:
        answered = [await our(), await plain()]
    assert answered == [True, True]
    first, second = heads
    assert first == second
    assert first.startswith(f"GET {case.url} HTTP/1.1\r\nHost: auth\r\n".encode())
    assert f"X-Request-Id: {REQUEST_ID}".encode() in first


@pytest.mark.parametrize(("case", "most"), [(NEW, OF_BOTH), (POOLED, 2 * FEW.in_flight)])
@pytest.mark.slow
async def test_as_many_attempts_are_made_as_are_counted(case: Case, most: int) -> None:
    """Each on a connection of its own, or all on as many as are in flight at once."""
    heads: list[bytes] = []
    server = TinyServer(heads=heads)
    async with server.serve() as url:
        await measure(case, url, FEW)
    assert len(heads) == OF_BOTH
    assert server.connections == most


async def test_the_costs_are_the_clocks() -> None:
    """The clients take turns in who is first, the round that warms up is not among the costs."""
    async with TinyServer().serve() as url:
        found = await measure(POOLED, url, FEW, clock_of(9.0, 9.0, 0.004, 0.002, 0.002, 0.003))
    assert [cost.ours_us for cost in found] == pytest.approx([500, 375])
    assert [cost.bare_us for cost in found] == pytest.approx([250, 250])
    assert [cost.ratio for cost in found] == pytest.approx([2.0, 1.5])


async def test_what_ends_otherwise_is_not_measured() -> None:
    """A server that refuses is another thing than one that answers."""
    async with TinyServer(REFUSAL).serve() as url:
        with pytest.raises(OtherEndError, match="pooled connections: 0 of 8 attempts were answered"):
            await measure(POOLED, url, FEW)
