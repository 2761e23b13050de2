"""A living lab behind a unix socket: what `lab fault`, `lab policy`, `lab status`, `lab watch` and `lab down` call.

The socket lies in the run folder and only its owner may connect (0600): no port, no token to lose.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable

from aiohttp import web

from chaos.errors import ChaosError
from lab.drillfile import Step
from lab.journal.events import EVENT
from lab.session.foreign import foreign_things
from lab.session.session import Session

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Server:
    """The few methods of a session, over HTTP on a unix socket. ``down`` is set when somebody asks to end."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.down = asyncio.Event()
        self._app = web.Application(middlewares=[_explain])
        self._app.add_routes(
            [
                web.get("/status", self._status),
                web.get("/events", self._events),
                web.get("/logs/{service}", self._logs),
                web.get("/foreign", self._foreign),
                web.post("/actions", self._inject),
                web.delete("/actions/{id}", self._undo),
                web.delete("/actions", self._clear),
                web.post("/down", self._down),
            ]
        )

    async def run(self) -> None:
        """Serve until somebody asks to end."""
        runner = web.AppRunner(self._app, handle_signals=False, shutdown_timeout=1)
        await runner.setup()
        path = self._session.folder.socket
        try:
            await web.UnixSite(runner, str(path)).start()
            path.chmod(0o600)
            await self.down.wait()
        finally:
            await runner.cleanup()
            path.unlink(missing_ok=True)

    async def _status(self, _: web.Request) -> web.Response:
        return web.json_response(self._session.status())

    async def _foreign(self, _: web.Request) -> web.Response:
        return web.json_response({"foreign": await foreign_things(self._session.runtime)})

    async def _inject(self, request: web.Request) -> web.Response:
        step = Step.model_validate(await request.json())
        return web.json_response({"id": await self._session.step(step, by="by hand")})

    async def _undo(self, request: web.Request) -> web.Response:
        await self._session.undo(request.match_info["id"], by="by hand")
        return web.json_response({})

    async def _clear(self, _: web.Request) -> web.Response:
        return web.json_response({"undone": await self._session.clear(by="by hand")})

    async def _down(self, _: web.Request) -> web.Response:
        self.down.set()
        return web.json_response({})

    async def _events(self, request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse()
        await answer.prepare(request)
        with self._session.listen() as queue:
            for line in self._session.folder.journal.read_text().splitlines():
                await answer.write(line.encode() + b"\n")
            while not self.down.is_set():
                event = await queue.get()
                await answer.write(EVENT.dump_json(event) + b"\n")
        return answer

    async def _logs(self, request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse()
        await answer.prepare(request)
        follow = request.query.get("follow") == "1"
        async for line in self._session.runtime.logs(request.match_info["service"], follow=follow):
            await answer.write(f"{line.text}\n".encode())
        return answer


@web.middleware
async def _explain(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except (ChaosError, KeyError, ValueError, TypeError) as wrong:
        text = str(wrong.args[0]) if isinstance(wrong, KeyError) and wrong.args else str(wrong)
        return web.Response(status=400, text=json.dumps({"error": text}), content_type="application/json")
