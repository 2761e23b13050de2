"""Calls that cross no bridge and follow no policy: one attempt each, on pooled connections."""

import time
from collections import Counter

import aiohttp
from aiohttp import web

from services.client.outcomes import from_error, from_response
from services.client.sessions import open_session
from services.kit.call_log import CallLog
from services.kit.request_id import HEADER
from services.policies import Kind


class DirectClient:
    """A client of a neighbour.

    Args:
        log: What the log calls its calls, such as edge->storefront.
        source: The address that connections come from; None: the system chooses.
        timeout_s: How long a call may take in all.
    """

    def __init__(self, log: str, source: str | None, timeout_s: float) -> None:
        self.outcomes: Counter[str] = Counter()
        self.log = CallLog(log, lambda: self.outcomes)
        self._session = open_session(pooled=True, bridge=None, source=source)
        self._timeout = aiohttp.ClientTimeout(total=timeout_s, ceil_threshold=float("inf"))

    async def forward(self, url: str, request_id: str) -> web.Response:
        """What `url` answers to a GET, to be passed on.

        Raises:
            TimeoutError: Nothing in time.
            aiohttp.ClientError: No answer.
        """
        kind, started_s = Kind.OTHER, time.monotonic()
        try:
            async with self._session.get(
                url, headers={HEADER: request_id}, timeout=self._timeout, allow_redirects=False
            ) as answer:
                body = await answer.read()
                kind = from_response(answer).kind
                return web.Response(body=body, status=answer.status, content_type=answer.content_type)
        except (TimeoutError, aiohttp.ClientError) as error:
            kind = from_error(error).kind
            raise
        finally:
            self.outcomes[kind.value] += 1
            if kind is not Kind.OK:
                self.log.failed(kind.value, request_id, 1, (time.monotonic() - started_s) * 1000)

    async def close(self) -> None:
        """Close every connection."""
        await self._session.close()
