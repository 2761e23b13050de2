"""URLs of the user's that must stay healthy while a drill runs: each is asked once a second.

They are asked apart from all other samples, each in a task of its own, so that one that hangs delays nothing.
"""

import asyncio
import time
from collections.abc import Callable, Sequence

import aiohttp

from lab.journal.events import Event, UrlSample
from lab.probes.ticker import Ticker

DEADLINE_S = 1.0
OK = range(200, 300)
LONGEST_ERROR = 200


async def watch_urls(urls: Sequence[str], ticker: Ticker, write: Callable[[Event], None]) -> None:
    """Ask each URL at each whole second of the run, for as long as this is awaited.

    A GET on a new connection; whatever the body, it isn't read, and no redirect is followed.

    Args:
        urls: http or https.
        ticker: the run's seconds.
        write: journals what came back, also where nothing did.
    """
    async with (
        _session() as session,
        asyncio.TaskGroup() as asking,
    ):  # questions end before their session does
        async for tick in ticker.ticks():
            for url in urls:
                asking.create_task(_sample(session, url, tick.second, write))


async def _sample(
    session: aiohttp.ClientSession, url: str, second: int, write: Callable[[Event], None]
) -> None:
    begun_s = time.monotonic()
    status, error = await ask(session, url)
    took_ms = round(1000 * (time.monotonic() - begun_s), 3)
    write(UrlSample(url=url, second=second, status=status, took_ms=took_ms, error=error))


async def ask(session: aiohttp.ClientSession, url: str) -> tuple[int | None, str | None]:
    """The status that a URL answers with, and why it doesn't count as an answer; each null where there is none."""
    try:
        async with asyncio.timeout(DEADLINE_S), session.get(url, allow_redirects=False) as answer:
            return answer.status, None if answer.status in OK else f"answered {answer.status}"
    except TimeoutError:
        return None, f"no answer within {DEADLINE_S:g} s"
    except (aiohttp.ClientError, OSError, ValueError) as broken:
        return None, f"{type(broken).__name__}: {broken}"[:LONGEST_ERROR]


def _session() -> aiohttp.ClientSession:
    """No proxy, no cookies, no connection kept: each question stands for itself."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(force_close=True, limit=0),
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"User-Agent": "retry-storm-lab"},
    )
