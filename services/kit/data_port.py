"""The data port: what load and clients talk to. One handler for everything, no routes, no access log."""

import asyncio
import socket
import time
from contextlib import suppress
from typing import Any

import structlog
from aiohttp import web
from aiohttp.web_protocol import RequestHandler

from services.kit.counters import Counters
from services.kit.data_probe import why_refused
from services.kit.request_id import request_id
from services.kit.role import Role, json_response
from services.kit.shed import ShedError

BACKLOG = 4096

log = structlog.get_logger()


class _CountingServer(web.Server):
    """Counts the connections accepted, but not those of the service's own health check.

    ``to_cancel`` are those whose request came in while `cancel_abandoned` was set.
    """

    def __init__(self, counters: Counters, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401  web.Server's
        super().__init__(*args, **kwargs)
        self._counters = counters
        self.probing_from: set[int] = set()
        self.to_cancel: set[RequestHandler] = set()

    def connection_made(self, handler: RequestHandler, transport: asyncio.Transport) -> None:
        """One more, unless it is ours."""
        super().connection_made(handler, transport)
        peer = transport.get_extra_info("peername") if self.probing_from else None
        if not (peer and peer[1] in self.probing_from):
            self._counters.connections += 1

    def connection_lost(self, handler: RequestHandler, exc: BaseException | None = None) -> None:
        """One less. Right after this aiohttp reads whether to cancel what was done for it."""
        super().connection_lost(handler, exc)
        self.handler_cancellation = handler in self.to_cancel
        self.to_cancel.discard(handler)


class DataPort:
    """The data port of a role: counts, fails the asked share, and notices who went away."""

    def __init__(self, role: Role[Any]) -> None:
        self._role = role
        self._counters = role.counters
        self._server = _CountingServer(role.counters, self._handle, access_log=None)
        self._runner = web.ServerRunner(self._server, shutdown_timeout=1.0)
        self._site: web.BaseSite | None = None
        self._owed = 0.0

    async def open(self, listener: socket.socket | None = None) -> None:
        """Listen, or accept what comes in at a listener that other workers have as well."""
        host, port = self._role.place.data
        await self._runner.setup()
        self._site = (
            web.TCPSite(self._runner, host, port, backlog=BACKLOG)
            if listener is None
            else web.SockSite(self._runner, listener, backlog=BACKLOG)
        )
        await self._site.start()

    async def close(self) -> None:
        """Stop accepting, give what is in flight a second."""
        await self._runner.cleanup()

    @property
    def address(self) -> tuple[str, int]:
        """Where it listens, as bound."""
        host, port = self._runner.addresses[0][:2]
        return host, port

    async def refuses(self) -> str | None:
        """Why a connection to the data port can't be made; None: it can."""

        async def expect(port: int) -> None:
            self.expect(port)

        return await why_refused(self.address, expect, self.forget)

    def expect(self, port: int) -> None:
        """A connection from this port is a health check: it is not to be counted."""
        self._server.probing_from.add(port)

    def forget(self, port: int) -> None:
        """A connection from this port is one like every other again."""
        self._server.probing_from.discard(port)

    def _promise(self, request: web.BaseRequest) -> None:
        """What holds as a request comes in holds until its end: settings that are rolled back leave no one behind."""
        mark = (
            self._server.to_cancel.add
            if self._role.live.now.cancel_abandoned
            else self._server.to_cancel.discard
        )
        mark(request.protocol)

    async def _handle(self, request: web.BaseRequest) -> web.Response:
        counters, started_s = self._counters, time.monotonic()
        self._promise(request)
        counters.requests += 1
        counters.in_flight += 1
        response: web.Response | None = None
        try:
            response = await self._answer(request)
        finally:
            counters.in_flight -= 1
            status = 0 if response is None else response.status
            delivered = response is not None and request.transport is not None
            if not counters.answered(status, delivered=delivered):
                outcome = str(status) if delivered else "abandoned"
                took_ms = (time.monotonic() - started_s) * 1000
                self._role.answers.failed(outcome, request_id(request), None, took_ms)
        return response

    def _refused(self, share: float) -> bool:
        """Whether this request is one of the share that fails: evenly spread, so that 1 % is exactly 1 %."""
        self._owed += share
        if self._owed < 1 - 1e-9:
            return False
        self._owed -= 1
        return True

    async def _answer(self, request: web.BaseRequest) -> web.Response:
        if self._refused(self._role.live.now.fail_share):
            return json_response({"error": "fail_share"}, status=503)
        try:
            return await self._role.answer(request)
        except ShedError as shed:
            self._counters.refused(shed.reason)
            return json_response({"error": str(shed), "reason": shed.reason}, status=shed.status)
        except web.HTTPException as error:
            return json_response({"error": error.reason}, status=error.status)
        except Exception as error:  # a service answers, whatever happens
            self._counters.error(error)
            with suppress(Exception):
                log.warning("the answer failed", path=request.path, exc_info=error)
            return json_response({"error": type(error).__name__}, status=500)
