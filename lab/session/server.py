"""A living lab behind a unix socket: `lab status`, `watch`, `logs`, `abort`; `fault`, `top`, `down` where they may.

What runs there says who may do what (``lab.session.permission``).

The socket lies in the run folder and only its owner may connect (0600): no port, no token to lose. It is there from
the journal's first line to its last, so that a lab can be aborted while it waits for its turn or comes up.
"""

import asyncio
import json
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

from aiohttp import web

from chaos.errors import UnknownActionError
from chaos.lab_error import LabError
from chaos.ledger.ledger import Intent
from lab.drillfile import Drill, Step
from lab.journal.events import EVENT, Event
from lab.journal.exercise_events import FACILITATOR
from lab.remote.client import ROLLBACK_FAILED
from lab.remote.socket_path import short_path
from lab.runs.folder import RunFolder, create_run_folder
from lab.runtime.base import SetupError
from lab.session.changes import RollbackFailedError
from lab.session.foreign import foreign_things
from lab.session.host import Host
from lab.session.permission import Permission
from lab.session.sealed import HEADER, PLAYERS, Sealed
from lab.session.status import UP, state, status
from lab.session.top import top

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
CHUNK_BYTES = 2**16
MOST_REASON = 200
INTERACTIVE = "interactive"
"""The ``by`` of what people change over the socket."""
OF_RESPONDERS = frozenset(
    {
        "/status",
        "/state",
        "/events",
        "/logs",
        "/logs/{service}",
        "/foreign",
        "/top",
        "/notes",
        "/actions",
        "/actions/{id}",
        "/exercise/{act}",
    }
)
"""What a responder may ask while an exercise is sealed to them; whatever else there is, is the facilitator's."""
EXERCISE = "a game day is played here: that is the facilitator's; `lab gameday stop` ends it"
MOST_WORD, MOST_NOTE = 40, 500
"""Characters of who wrote a note and in which role; and of its text."""
KINDS_OF_NOTES = frozenset({"note", "refused"})
"""What a caller may write: the other kinds are the lab's own words."""


class NotNowError(LabError):
    """What was asked for can't be done to this run, or not yet; the text says what can."""


@asynccontextmanager
async def serving(host: Host) -> AsyncIterator[None]:
    """Serve a lab while the context is open.

    Raises:
        SetupError: the socket can't be made; says where.
    """
    runner = web.AppRunner(Server(host).app, handle_signals=False, shutdown_timeout=1)
    await runner.setup()
    try:
        await _listen(runner, host.folder)
        yield
    finally:
        await runner.cleanup()
        host.folder.socket.unlink(missing_ok=True)


async def _listen(runner: web.AppRunner, folder: RunFolder) -> None:
    try:
        with short_path(folder.socket) as path:
            await web.UnixSite(runner, path).start()
        folder.socket.chmod(0o600)
    except OSError as error:
        remedy = "Choose another folder by --out DIR."
        raise SetupError(f"{folder.socket} can't be listened on: {error}. {remedy}") from error


class Server:
    """The few methods of a lab, over HTTP. What the current run does not permit is refused."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self.app = web.Application(middlewares=[_explain, self._unnamed])
        change, probe = partial(self._if, Permission.CHANGE), partial(self._if, Permission.PROBE)
        self.app.add_routes(
            [
                web.get("/status", self._status),
                web.get("/state", self._state),
                web.get("/events", self._events),
                web.get("/logs", self._services),
                web.get("/logs/{service}", self._logs),
                web.get("/foreign", self._foreign),
                web.get("/top", probe(self._top)),
                web.post("/notes", self._note),
                web.post("/abort", self._if(Permission.ABORT, self._abort)),
                web.post("/runs", change(self._run)),
                web.post("/actions", change(self._inject)),
                web.delete("/actions/{id}", change(self._undo)),
                web.delete("/actions", change(self._clear)),
                web.post("/down", self._if(Permission.END, self._down)),
                web.post("/exercise/{act}", self._exercise),
            ]
        )

    def _if(self, permission: Permission, handler: Handler) -> Handler:
        """A handler that refuses what the current run does not permit, when all of what is asked for has arrived."""

        async def permitted(request: web.Request) -> web.StreamResponse:
            await request.read()  # kept: nothing waits between this look and what is done
            if permission not in self._host.permissions:
                name = self._host.folder.name
                raise NotNowError(f"a drill runs here ({name}); `lab abort` ends it")
            return await handler(request)

        return permitted

    def _living(self) -> Host:
        """The lab, if it is up."""
        now = state(self._host)
        if now != UP:
            raise NotNowError(f"the lab {self._host.folder.name} is {now}; `lab abort` ends it")
        return self._host

    def _sealed_to(self, request: web.Request) -> Sealed | None:
        """The exercise that is sealed to whoever asks; None: there is none, it is over, or the token opens it."""
        sealed = self._host.request.sealed
        return None if sealed is None or sealed.opened_by(request.headers.get(HEADER)) else sealed

    @web.middleware
    async def _unnamed(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """No refusal names what is sealed."""
        sealed = self._sealed_to(request)
        if sealed is None:
            return await handler(request)
        resource = request.match_info.route.resource
        if resource is not None and resource.canonical not in OF_RESPONDERS:
            raise NotNowError(EXERCISE)
        try:
            return await handler(request)
        except EXPECTED as wrong:
            said = sealed.text(_words(wrong))
            raise (RollbackFailedError if isinstance(wrong, RollbackFailedError) else NotNowError)(
                said
            ) from wrong

    async def _status(self, request: web.Request) -> web.Response:
        whole, sealed = status(self._host), self._sealed_to(request)
        if sealed is None:
            return web.json_response(whole)
        return web.json_response(
            sealed.status(whole, [f"{one.id}: {one.fault} on {one.target}" for one in self._own()])
        )

    def _by(self, request: web.Request) -> str:
        """Who changes something: a facilitator's doing is no move of the team."""
        played = self._host.request.sealed is not None and self._sealed_to(request) is None
        return FACILITATOR if played else INTERACTIVE

    def _own(self) -> list[Intent]:
        """What responders have active, while an exercise is sealed to them."""
        return [one for one in self._host.changes.active() if one.by in PLAYERS] if self._host.ready else []

    async def _exercise(self, request: web.Request) -> web.Response:
        sealed = self._host.request.sealed
        if sealed is None:
            raise NotNowError(
                f"no game day is played on {self._host.folder.name}; `lab gameday start` begins one"
            )
        opened = sealed.opened_by(request.headers.get(HEADER))
        return web.json_response(await sealed.desk(request.match_info["act"], await _object(request), opened))

    async def _state(self, request: web.Request) -> web.Response:
        """What the lab is at and what callers may do: costs nothing, unlike the figures of ``/status``."""
        permitted = self._host.permissions
        if self._sealed_to(request) is not None:
            permitted &= {Permission.CHANGE, Permission.PROBE}
        return web.json_response({"state": state(self._host), "permissions": sorted(permitted)})

    async def _note(self, request: web.Request) -> web.Response:
        """Words for the journal. Allowed while a drill is measured: they change nothing."""
        asked = await _object(request)
        by, role, text = (
            _line(asked["by"], MOST_WORD),
            _line(asked["role"], MOST_WORD),
            _line(asked["text"], MOST_NOTE),
        )
        if not text or asked["kind"] not in KINDS_OF_NOTES:
            raise NotNowError(f"a note needs a text, and is one of: {', '.join(sorted(KINDS_OF_NOTES))}")
        self._host.note(by, role, asked["kind"], text)
        return web.json_response({})

    async def _run(self, request: web.Request) -> web.Response:
        """Begin a drill on this interactive lab; the name of its run. An interactive run begins again after it."""
        drill, host = Drill.model_validate((await _object(request))["drill"]), self._living()
        host.require(drill)
        folder = create_run_folder(host.request.home, drill.name)
        host.begin(drill, folder)
        return web.json_response({"run": folder.name})

    async def _abort(self, request: web.Request) -> web.Response:
        asked = await _object(request)
        first = self._host.abort(_line(asked.get("reason", ""), MOST_REASON))
        return web.json_response({"first": first})

    async def _foreign(self, _: web.Request) -> web.Response:
        return web.json_response(
            {"foreign": await foreign_things(self._host.runtime, self._host.recent.roles.device)}
        )

    async def _top(self, request: web.Request) -> web.Response:
        asked, host = request.query, self._living()
        device = asked.get("device") or host.recent.roles.device
        talk = await top(host, device, float(asked.get("seconds", "3")))
        return web.json_response(talk.model_dump(mode="json"))

    async def _inject(self, request: web.Request) -> web.Response:
        step = Step.model_validate(await _object(request))
        if step.kind != "mitigation" and self._sealed_to(request) is not None:
            raise NotNowError(EXERCISE)
        return web.json_response({"id": await self._living().changes.apply(step, by=self._by(request))})

    async def _undo(self, request: web.Request) -> web.Response:
        host, action = self._living(), request.match_info["id"]
        if self._sealed_to(request) is not None and action not in (own := [one.id for one in self._own()]):
            raise UnknownActionError(f"no action {action}; open are: {', '.join(own) or 'none'}")
        await host.changes.undo(action, by=self._by(request))
        return web.json_response({})

    async def _clear(self, request: web.Request) -> web.Response:
        whose = None if self._sealed_to(request) is None else PLAYERS
        return web.json_response(
            {"undone": await self._living().changes.clear(by="interactive", whose=whose)}
        )

    async def _down(self, _: web.Request) -> web.Response:
        self._living().down.set()
        return web.json_response({})

    async def _events(self, request: web.Request) -> web.StreamResponse:
        """The journal after ``?after=SEQ`` (default: all of it), then what happens, up to its last line.

        Who reads too slowly is dropped, since what waits for them would grow for ever, and goes on with ``after`` the
        last that they got.
        """
        after, sealed = int(request.query.get("after", "-1")), self._sealed_to(request)
        answer = web.StreamResponse()
        await answer.prepare(request)
        with self._host.listen() as queue:
            ended = self._host.journal.ended
            shown = Shown(sealed)
            async for piece in journal_after(self._host.folder.journal, after):
                # In a thread: the lines of an hour take seconds to read, and this loop measures.
                await answer.write(piece if sealed is None else await asyncio.to_thread(shown.lines, piece))
            while not ended and (event := await queue.get()) is not None:
                seen = event if sealed is None else sealed.event(event)
                if seen is not None and (event.seq > after or event.seq < 0):
                    await answer.write(EVENT.dump_json(seen) + b"\n")
                if event.type == "run.closed":
                    break
        return answer

    async def _services(self, _: web.Request) -> web.Response:
        return web.json_response({"services": sorted(self._host.recent.services)})

    async def _logs(self, request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse()
        follow = request.query.get("follow") == "1"
        sealed = self._sealed_to(request)
        async for line in self._host.runtime.logs(request.match_info["service"], follow=follow):
            if sealed is not None and not sealed.may_show(line.text):
                continue
            await answer.prepare(
                request
            )  # not before there is a line: what is wrong until then can still be said
            await answer.write(f"{line.text}\n".encode())
        await answer.prepare(request)
        return answer


def _line(said: object, most: int) -> str:
    """Words of a caller, on one line, without what could drive a terminal."""
    plain = "".join(c if c.isprintable() else " " for c in str(said)[: 2 * most])
    return " ".join(plain.split())[:most]


async def _object(request: web.Request) -> dict[str, Any]:
    """The body of a request.

    Raises:
        TypeError: it is JSON, but not an object.
        ValueError: it is not JSON.
    """
    said = await request.json()
    if not isinstance(said, dict):
        raise TypeError("the body must be a JSON object")
    return said


async def journal_after(journal: Path, after: int) -> AsyncIterator[bytes]:
    """The lines that a journal has now whose ``seq`` is greater; in pieces, since others wait for this loop.

    Line n has ``seq`` n, so that nothing need be parsed.
    """
    with journal.open("rb") as file:
        left, skip = os.fstat(file.fileno()).st_size, after + 1
        while left > 0 and (piece := file.read(min(left, CHUNK_BYTES))):
            left -= len(piece)
            lines = piece.count(b"\n")
            if lines < skip:
                skip -= lines
                continue
            for _ in range(skip):
                piece = piece[piece.index(b"\n") + 1 :]
            skip = 0
            yield piece


class Shown:
    """The pieces of a journal as someone may read them to whom an exercise is sealed: whole lines only."""

    def __init__(self, sealed: Sealed | None) -> None:
        self._sealed = sealed
        self._rest = b""

    def lines(self, piece: bytes) -> bytes:
        """What may be shown of the lines that end in this piece."""
        *whole, self._rest = (self._rest + piece).split(b"\n")
        events = (self._event(line) for line in whole)
        return b"".join(EVENT.dump_json(event) + b"\n" for event in events if event is not None)

    def _event(self, line: bytes) -> Event | None:
        event = EVENT.validate_json(line)
        return event if self._sealed is None else self._sealed.event(event)


EXPECTED = (LabError, KeyError, OSError, ValueError, TypeError)


def _words(wrong: Exception) -> str:
    return str(wrong.args[0]) if isinstance(wrong, KeyError) and wrong.args else str(wrong)


@web.middleware
async def _explain(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except EXPECTED as wrong:
        text = _words(wrong)
        status = ROLLBACK_FAILED if isinstance(wrong, RollbackFailedError) else 400
        return web.Response(status=status, text=json.dumps({"error": text}), content_type="application/json")
