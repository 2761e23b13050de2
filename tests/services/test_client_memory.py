"""What a failed call leaves behind: nothing that only the garbage collector frees, which runs rarely in a service."""

import asyncio
import gc
import socket
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import aiohttp
import pytest
from yarl import URL

from services.client import Client, ClientSettings
from services.policies import OutcomeKind

_CALLS = 10


@contextmanager
def silent() -> Iterator[int]:
    """A port that connects and never answers."""
    with socket.create_server(("127.0.0.1", 0), backlog=4 * _CALLS) as server:
        yield server.getsockname()[1]


@contextmanager
def closed() -> Iterator[int]:
    """A port that refuses: bound, and nothing listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


@pytest.mark.parametrize(
    ("port", "kind", "timeout_s"), [(silent, OutcomeKind.TIMEOUT, 0.05), (closed, OutcomeKind.REFUSED, 5.0)]
)
@pytest.mark.parametrize("connections", ["new", "pooled"])
@pytest.mark.slow
async def test_a_failed_call_is_no_garbage(
    port: Callable[[], AbstractContextManager[int]], kind: OutcomeKind, timeout_s: float, connections: str
) -> None:
    """Neither a frame nor a request is left: at 400 attempts/s such rings took storefront to 280 MB."""
    settings = ClientSettings(policy="immediate(retries=2)", timeout_s=timeout_s, connections=connections)
    client = Client(settings, None)
    with port() as number, _collected() as left:
        calls = (client.call("GET", URL(f"http://127.0.0.1:{number}/")) for _ in range(_CALLS))
        answers = await asyncio.gather(*calls)
        failures = {answer.failure for answer in answers}
        del answers
        await client.close()
    assert failures == {kind}
    assert client.tally.attempts == 3 * _CALLS
    assert not {"frame", "traceback", aiohttp.ClientRequest.__name__} & left.keys(), left


@contextmanager
def _collected() -> Iterator[Counter[str]]:
    """What was left to the collector meanwhile, by type; filled at the end."""
    left: Counter[str] = Counter()
    gc.collect()
    gc.disable()
    try:
        yield left
        gc.set_debug(gc.DEBUG_SAVEALL)
        gc.collect()
        left.update(type(one).__name__ for one in gc.garbage)
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()
