"""A run behind a unix socket: `lab status`, `watch`, `logs`, `abort`; by hand also `fault`, `top`, `down`.

The socket lies in the run folder and only its owner may connect (0600): no port, no token to lose. It is there from
the journal's first line to its last, so that a lab can be aborted while it waits for its turn or comes up.
"""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import NoReturn

from aiohttp import web

from chaos.errors import ChaosError
from lab.drillfile import Step
from lab.journal.events import EVENT
from lab.remote.socket_path import short_path
from lab.runs.folder import RunFolder
from lab.runtime.base import SetupError
from lab.session.foreign import foreign_things
from lab.session.request import BRIDGE
from lab.session.session import Session
from lab.session.status import UP, state, status
from lab.session.top import top

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
CHUNK_BYTES = 2**16
MOST_REASON = 200


class NotNowError(Exception):
    """What was asked for can't be done to this run, or not yet; the text says what can."""


@asynccontextmanager
async def serving(session: Session) -> AsyncIterator[None]:
    """Serve a session while the context is open.

    Raises:
        SetupError: the socket can't be made; says where.
    """
    runner = web.AppRunner(Server(session).app, handle_signals=False, shutdown_timeout=1)
    await runner.setup()
    try:
        await _listen(runner, session.folder)
        yield
    finally:
        await runner.cleanup()
        session.folder.socket.unlink(missing_ok=True)


async def _listen(runner: web.AppRunner, folder: RunFolder) -> None:
    try:
        with short_path(folder.socket) as path:
            await web.UnixSite(runner, path).start()
        folder.socket.chmod(0o600)
    except OSError as error:
        remedy = "Choose another folder by --out DIR."
        raise SetupError(f"{folder.socket} can't be listened on: {error}. {remedy}") from error


class Server:
    """The few methods of a session, over HTTP. A measured drill is only watched or aborted: all else is refused."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.app = web.Application(middlewares=[_explain])
        interactive = self._refuse if session.measured else None
        self.app.add_routes(
            [
                web.get("/status", self._status),
                web.get("/events", self._events),
                web.get("/logs", self._services),
                web.get("/logs/{service}", self._logs),
                web.get("/foreign", self._foreign),
                web.get("/top", interactive or self._top),
                web.post("/abort", self._abort),
                web.post("/actions", interactive or self._inject),
                web.delete("/actions/{id}", interactive or self._undo),
                web.delete("/actions", interactive or self._clear),
                web.post("/down", interactive or self._down),
            ]
        )

    async def _refuse(self, _: web.Request) -> NoReturn:
        raise NotNowError(f"a drill runs here ({self._session.folder.name}); `lab abort` ends it")

    def _living(self) -> Session:
        """The session, if its lab is up."""
        now = state(self._session)
        if now != UP:
            raise NotNowError(f"the lab {self._session.folder.name} is {now}; `lab abort` ends it")
        return self._session

    async def _status(self, _: web.Request) -> web.Response:
        return web.json_response(status(self._session))

    async def _abort(self, request: web.Request) -> web.Response:
        asked = await request.json()
        reason = "".join(c if c.isprintable() else " " for c in str(asked.get("reason", "")))
        first = self._session.abort(" ".join(reason.split())[:MOST_REASON])
        return web.json_response({"first": first})

    async def _foreign(self, _: web.Request) -> web.Response:
        return web.json_response({"foreign": await foreign_things(self._session.runtime)})

    async def _top(self, request: web.Request) -> web.Response:
        asked = request.query
        talk = await top(self._living(), asked.get("device", BRIDGE), float(asked.get("seconds", "3")))
        return web.json_response(talk.model_dump(mode="json"))

    async def _inject(self, request: web.Request) -> web.Response:
        step = Step.model_validate(await request.json())
        return web.json_response({"id": await self._living().step(step, by="interactive")})

    async def _undo(self, request: web.Request) -> web.Response:
        await self._living().undo(request.match_info["id"], by="interactive")
        return web.json_response({})

    async def _clear(self, _: web.Request) -> web.Response:
        return web.json_response({"undone": await self._living().clear(by="interactive")})

    async def _down(self, _: web.Request) -> web.Response:
        self._living().down.set()
        return web.json_response({})

    async def _events(self, request: web.Request) -> web.StreamResponse:
        """What is in the journal, then what happens, up to its last line. Read in pieces: others wait for this loop."""
        answer = web.StreamResponse()
        await answer.prepare(request)
        with self._session.listen() as queue, self._session.folder.journal.open("rb") as journal:
            left = self._session.folder.journal.stat().st_size
            while left > 0 and (piece := journal.read(min(left, CHUNK_BYTES))):
                left -= len(piece)
                await answer.write(piece)
            last = ""
            while last != "run.closed":
                event = await queue.get()
                await answer.write(EVENT.dump_json(event) + b"\n")
                last = event.type
        return answer

    async def _services(self, _: web.Request) -> web.Response:
        return web.json_response({"services": sorted(self._session.services)})

    async def _logs(self, request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse()
        follow = request.query.get("follow") == "1"
        async for line in self._session.runtime.logs(request.match_info["service"], follow=follow):
            await answer.prepare(
                request
            )  # not before there is a line: what is wrong until then can still be said
            await answer.write(f"{line.text}\n".encode())
        await answer.prepare(request)
        return answer


@web.middleware
async def _explain(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except (ChaosError, NotNowError, KeyError, OSError, ValueError, TypeError) as wrong:
        text = str(wrong.args[0]) if isinstance(wrong, KeyError) and wrong.args else str(wrong)
        return web.Response(status=400, text=json.dumps({"error": text}), content_type="application/json")
