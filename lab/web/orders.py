"""What the page's controls ask for, as calls to the lab's socket. A refusal says why, in the lab's own words."""

from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from aiohttp import web

from chaos.lab_error import LabError
from lab.campaign import all_drills
from lab.drillfile import DrillError
from lab.remote.client import RollbackFailed, Unreachable
from lab.web.controls import command_of, step_of
from lab.web.feed import Feed

Order = Callable[[web.Request], Awaitable[dict[str, Any]]]
PAGE = "live page"
"""Who says it, in the journal."""


class Orders:
    """The routes below ``/control``; what may be done when is the lab's to say."""

    def __init__(self, feed: Feed) -> None:
        self._feed = feed

    def routes(self) -> list[web.RouteDef]:
        """For the server."""
        return [
            web.post("/control/actions", _answered(self._apply)),
            web.delete("/control/actions/{id}", _answered(self._undo)),
            web.delete("/control/actions", _answered(self._clear)),
            web.post("/control/abort", _answered(self._abort)),
            web.post("/control/runs", _answered(self._run)),
            web.post("/control/notes", _answered(self._note)),
        ]

    async def note(self, text: str, role: str = "page", kind: str = "refused") -> None:
        """Write words into the lab's journal."""
        await self._feed.client.call("POST", "/notes", {"by": PAGE, "role": role, "kind": kind, "text": text})

    async def _apply(self, request: web.Request) -> dict[str, Any]:
        asked = await _body(request)
        kind, what, target = (_word(asked, key) for key in ("kind", "what", "target"))
        values = asked.get("values", {})
        if not isinstance(values, dict) or not all(isinstance(value, str) for value in values.values()):
            raise DrillError("`values` is not a mapping of texts")
        roles = self._feed.roles
        step = step_of(kind, what, target or None, values, roles)
        done = await self._feed.client.call("POST", "/actions", step.model_dump(mode="json"))
        return {"id": done["id"], "command": command_of(kind, what, step.target, values)}

    async def _undo(self, request: web.Request) -> dict[str, Any]:
        action = request.match_info["id"]
        await self._feed.client.call("DELETE", f"/actions/{quote(action, safe='')}")
        return {"undone": [action]}

    async def _clear(self, _: web.Request) -> dict[str, Any]:
        return {"undone": (await self._feed.client.call("DELETE", "/actions"))["undone"]}

    async def _abort(self, request: web.Request) -> dict[str, Any]:
        reason = _word(await _body(request), "reason")
        return {"first": await self._feed.client.abort(reason)}

    async def _run(self, request: web.Request) -> dict[str, Any]:
        name = _word(await _body(request), "drill")
        drill = next((one for one in all_drills() if one.name == name), None)
        if drill is None:
            raise DrillError(f"no drill of the lab has the name {name!r}; `lab list` lists them")
        run = (await self._feed.client.call("POST", "/runs", {"drill": drill.resolved()}))["run"]
        self._feed.begun.append(run)
        return {"run": run, "command": f"lab run {name}"}

    async def _note(self, request: web.Request) -> dict[str, Any]:
        await self.note(_word(await _body(request), "text"), role="person", kind="note")
        return {}


STATUS: Mapping[type[LabError], HTTPStatus] = {
    DrillError: HTTPStatus.BAD_REQUEST,
    Unreachable: HTTPStatus.CONFLICT,
    RollbackFailed: HTTPStatus.INTERNAL_SERVER_ERROR,
}
"""What can't be meant, what the lab refuses, and an undo that failed."""


def _answered(order: Order) -> Callable[[web.Request], Awaitable[web.Response]]:
    """As a handler; errors say why, in JSON."""

    async def handler(request: web.Request) -> web.Response:
        try:
            return web.json_response(await order(request))
        except tuple(STATUS) as error:
            status = next(status for kind, status in STATUS.items() if isinstance(error, kind))
            return web.json_response({"error": str(error)}, status=status)

    return handler


async def _body(request: web.Request) -> dict[str, Any]:
    """An object of JSON.

    Raises:
        DrillError: it is none.
    """
    try:
        found = await request.json()
    except (ValueError, LookupError, RecursionError):  # no JSON, no such charset, nested without end
        found = None
    if not isinstance(found, dict):
        raise DrillError("the body is not a JSON object")
    return found


def _word(asked: dict[str, Any], key: str) -> str:
    """A text; empty where it is left out.

    Raises:
        DrillError: it is something else.
    """
    found = asked.get(key, "")
    if not isinstance(found, str):
        raise DrillError(f"`{key}` is not a text")
    return found
