"""CPU time of an attempt: the lab's client beside a bare aiohttp client, in turns, in one process.

    round   1              2              3
            ours | bare    bare | ours    ours | bare   ...      each: so many attempts, CPU time of this process

Both send the same requests, through the same proxy, with the same timeout, to a server in another process. CPU time is
that of the process, never the time that passed: a machine that is busy, or a quota, makes a round longer, not dearer.
"""

import asyncio
import gc
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp
from yarl import URL

from services.client import Client, ClientSettings
from services.kit.request_id import HEADER

Make = Callable[[], Awaitable[bool]]
"""Makes one attempt and says whether it was answered."""
REQUEST_ID = "bench-1"
_ANSWERED_S, _TIMED_OUT_S = 30.0, 0.05


@dataclass(frozen=True, slots=True)
class Case:
    """How attempts are made, and what becomes of them.

    Args:
        name: For a reader.
        connections: new or pooled, as the setting has it.
        answered: Whether the server answers; else each attempt ends by its timeout, as most do in a storm.
    """

    name: str
    connections: str
    answered: bool = True

    @property
    def url(self) -> URL:
        """What is asked for."""
        return URL("http://auth/check?user=anonymous" if self.answered else "http://auth/never")

    @property
    def timeout_s(self) -> float:
        """How long an attempt may take; an answer comes long before."""
        return _ANSWERED_S if self.answered else _TIMED_OUT_S


CASES = (
    Case("new connections", "new"),
    Case("pooled connections", "pooled"),
    Case("new connections, timed out", "new", answered=False),
)


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured: so many rounds, each of so many attempts of either client, so many in flight."""

    rounds: int = 60
    attempts: int = 400
    in_flight: int = 32


@dataclass(frozen=True, slots=True)
class Costs:
    """One round: CPU time of an attempt in microseconds."""

    ours_us: float
    bare_us: float

    @property
    def ratio(self) -> float:
        """How many times the bare client's."""
        return self.ours_us / self.bare_us


class OtherEndError(Exception):
    """Attempts ended otherwise than their case has it: what was measured is something else."""


@asynccontextmanager
async def ours(case: Case, proxy: str) -> AsyncIterator[Make]:
    """The lab's client with the plain policy: no retries."""
    client = Client(
        ClientSettings(policy="none", timeout_s=case.timeout_s, connections=case.connections), proxy
    )

    async def make() -> bool:
        return (await client.call("GET", case.url, REQUEST_ID)).failure is None

    try:
        yield make
    finally:
        await client.close()


@asynccontextmanager
async def bare(case: Case, proxy: str) -> AsyncIterator[Make]:
    """An aiohttp session as its documentation has it, without cookies."""
    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, force_close=case.connections == "new"),
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=case.timeout_s),
        proxy=proxy,
    ) as session:

        async def make() -> bool:
            try:
                async with session.get(case.url, headers={HEADER: REQUEST_ID}) as response:
                    await response.read()
                    return response.ok
            except TimeoutError:
                return False

        yield make


async def measure(
    case: Case, proxy: str, size: Size, clock: Callable[[], float] = time.process_time
) -> list[Costs]:
    """The costs of each round, after one that only warms both up.

    Raises:
        OtherEndError: Attempts were not answered although they were to be, or the other way round.
    """
    found: list[Costs] = []
    async with ours(case, proxy) as our, bare(case, proxy) as plain:
        for number in range(size.rounds + 1):
            makes = (our, plain) if number % 2 else (plain, our)
            spent = {make: await _spend(make, case, size, clock) for make in makes}
            found.append(Costs(spent[our], spent[plain]))
    return found[1:]


async def _spend(make: Make, case: Case, size: Size, clock: Callable[[], float]) -> float:
    """CPU time of an attempt, in microseconds; what earlier ones left to the collector is not charged to it."""
    gc.collect()
    left = iter(range(size.attempts))
    begun_s = clock()
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(_one_after_the_other(make, left)) for _ in range(size.in_flight)]
    spent_s = clock() - begun_s
    answered = sum(task.result() for task in tasks)
    if answered != (size.attempts if case.answered else 0):
        raise OtherEndError(f"{case.name}: {answered} of {size.attempts} attempts were answered")
    return spent_s / size.attempts * 1e6


async def _one_after_the_other(make: Make, left: Iterator[int]) -> int:
    return sum([await make() for _ in left])
