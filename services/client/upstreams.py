"""The clients of a front door or a proxy: requests passed on by a policy, over pooled connections.

What these try is counted apart from what clients try over the bridge: in `upstream` of /counters, not in `client`.
"""

import random
import time
from collections.abc import Mapping
from typing import Any

from aiohttp import web
from yarl import URL

from services.client.answer import Answer
from services.client.client import Client
from services.client.client_settings import UpstreamSettings
from services.kit import deadline
from services.kit.call_log import CallLog
from services.kit.counters import Counters
from services.kit.request_id import HEADER
from services.kit.role import json_response
from services.kit.routes import end_to_end
from services.policies import OutcomeKind


class Upstreams:
    """Passes requests on; what an upstream answers is the answer, 502, 503 and 504 are its own.

    Args:
        names: Upstream -> what the log calls its calls, such as edge->storefront; None: it doesn't log them.
        settings: What to start with.
        source: The address that connections come from; None: the system chooses.
        chance: Where jitter comes from.
        counters: Where trouble is counted.
    """

    def __init__(
        self,
        names: Mapping[str, str | None],
        settings: UpstreamSettings,
        source: str | None,
        chance: random.Random,
        counters: Counters,
    ) -> None:
        self._counters = counters
        self._clients = {
            name: Client(settings.client, None, source, chance, log=log, raw=True)
            for name, log in names.items()
        }

    def apply(self, settings: UpstreamSettings) -> None:
        """Go on with these settings."""
        for client in self._clients.values():
            client.apply(settings.client)

    @property
    def logs(self) -> tuple[CallLog, ...]:
        """Where the calls are told."""
        return tuple(client.log for client in self._clients.values() if client.log is not None)

    def counters(self) -> dict[str, Any]:
        """What each client counted, by upstream."""
        return {name: client.counters() for name, client in self._clients.items()}

    async def close(self) -> None:
        """Close every connection."""
        for client in self._clients.values():
            await client.close()

    async def forward(
        self, name: str, method: str, url: URL, headers: Mapping[str, str], body: bytes | None = None
    ) -> web.Response:
        """What `url` of an upstream answers, to be passed on; the headers go along as they are."""
        deadline_s = deadline.from_headers(headers, time.monotonic(), time.time())
        answer = await self._clients[name].call(
            method, url, headers.get(HEADER), headers=headers, body=body, deadline_s=deadline_s
        )
        return self._response(answer)

    def _response(self, answer: Answer) -> web.Response:
        if answer.outcome.status is not None:
            headers = end_to_end(answer.headers or {})
            return web.Response(body=answer.body, status=answer.outcome.status, headers=headers)
        if answer.error is not None:
            self._counters.error(getattr(answer.error, "os_error", answer.error))
        if not answer.attempted:
            return json_response({"error": f"not tried: {answer.rejected}"}, status=503)
        if answer.outcome.kind is OutcomeKind.TIMEOUT:
            return json_response({"error": "upstream timeout"}, status=504)
        what = type(answer.error).__name__ if answer.error else answer.outcome.kind.value
        return json_response({"error": f"upstream: {what}"}, status=502)
